"""Read the records of one sheet of an .xls."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Protocol

from tdnv_sheets.grid import Note, Raw
from tdnv_sheets.intake.cells import clean_text, page_text
from tdnv_sheets.intake.refuse import Refused
from tdnv_sheets.intake.serial import as_number, from_serial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.intake.biff_strings import SharedStrings
    from tdnv_sheets.intake.cells import Gathered

_BOF: Final = 0x809
_EOF: Final = 0x0A
_CONTINUE: Final = 0x3C
_TXO: Final = 0x1B6
_QUERIES: Final = frozenset((0x1AD, 0xDC))
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_HIDDEN_ROW: Final = 0x20
_NOTE_OBJECT: Final = 0x15
_NOT_A_NUMBER: Final = b"\xff\xff"
_TEXT, _BOOL, _ERROR = range(3)


class Workbook(Protocol):
    """What a sheet needs to know of its workbook."""

    wide: bool
    since_1904: bool
    strings: SharedStrings
    styles: list[tuple[int, int]]

    def font(self, number: int) -> str:
        """Give the legacy encoding of a font."""

    def text(self, data: bytes, at: int, length: int) -> str:
        """Give a text that stands in one record."""


class SheetReader:
    """Gathers one sheet; `read` may be called once."""

    def __init__(self, book: Workbook, sheet: Gathered, dates: Sequence[bool]) -> None:
        self._book = book
        self._sheet = sheet
        self._dates = dates
        self._pending: tuple[int, int, int] | None = None
        """Cell of a formula whose text comes in the next record."""
        self._object = 0
        self._drawn: list[tuple[int, str]] = []
        self._noted: dict[int, int] = {}
        self._loose: list[Note] = []
        self.warnings: set[str] = set()

    @property
    def notes(self) -> list[Note]:
        """Give the texts outside the cells, with the row for notes on cells."""
        drawn = [Note(self._sheet.name, self._noted.get(number), text) for number, text in self._drawn]
        return [*self._loose, *drawn]

    def read(self, stream: bytes, start: int) -> int:
        """Read the records from *start* to the end of the sheet; gives how many bytes they were."""
        depth = 0
        at = start
        waits_for_text = 0
        while at + 4 <= len(stream):
            kind, length = (
                int.from_bytes(stream[at : at + 2], "little"),
                int.from_bytes(stream[at + 2 : at + 4], "little"),
            )
            data = stream[at + 4 : at + 4 + length]
            if len(data) < length or (at == start and kind != _BOF):
                raise Refused("unreadable")
            at += 4 + length
            if kind == _BOF:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth == 0:
                    return at - start
            elif kind == _TXO:
                waits_for_text = struct.unpack_from("<H", data, 10)[0]
            elif kind == _CONTINUE and waits_for_text:
                self._drawn.append((self._object, self._book.text(data, 0, waits_for_text)))
                waits_for_text = 0
            elif depth == 1:
                self._take(kind, data)
        raise Refused("unreadable")

    def _take(self, kind: int, data: bytes) -> None:
        if kind in _QUERIES:
            raise Refused("active-content", "active_connection")
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, data)

    def _put(self, row: int, column: int, style: int, value: Raw) -> None:
        """Keep a cell; numbers become dates where the style shows dates."""
        if isinstance(value, float):
            dated = style < len(self._dates) and self._dates[style]
            value = from_serial(value, since_1904=self._book.since_1904) if dated else as_number(value)
        elif isinstance(value, str):
            value = clean_text(value)
            if value and style < len(self._book.styles) and (font := self._book.font(self._book.styles[style][0])):
                self._sheet.fonts[row + 1, column + 1] = font
        if value is not None:
            self._sheet.put((row + 1, column + 1), value)

    def _put_error(self, row: int, column: int, code: int) -> None:
        shown = _ERRORS.get(code, "#?")
        self._sheet.errors[row + 1, column + 1] = shown
        self._sheet.put((row + 1, column + 1), shown)

    def _number(self, data: bytes) -> None:
        row, column, style, value = struct.unpack_from("<HHHd", data)
        self._put(row, column, style, value)

    def _rk(self, data: bytes) -> None:
        row, column, style, value = struct.unpack_from("<HHHI", data)
        self._put(row, column, style, _from_rk(value))

    def _several_rk(self, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        for number, (style, value) in enumerate(struct.iter_unpack("<HI", data[4 : 4 + (len(data) - 6) // 6 * 6])):
            self._put(row, column + number, style, _from_rk(value))

    def _shared_text(self, data: bytes) -> None:
        row, column, style, number = struct.unpack_from("<HHHI", data)
        self._put(row, column, style, self._book.strings.texts[number])
        for run in self._book.strings.runs.get(number, ()):
            if font := self._book.font(run):
                self._sheet.fonts[row + 1, column + 1] = font
                break

    def _label(self, data: bytes) -> None:
        row, column, style, length = struct.unpack_from("<HHHH", data)
        self._put(row, column, style, self._book.text(data, 8, length) if length else "")

    def _bool_or_error(self, data: bytes) -> None:
        row, column, style, value, is_error = struct.unpack_from("<HHHBB", data)
        if is_error:
            self._put_error(row, column, value)
        else:
            self._put(row, column, style, bool(value))

    def _formula(self, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        self._pending = None
        if data[12:14] != _NOT_A_NUMBER:
            self._put(row, column, style, struct.unpack_from("<d", data, 6)[0])
        elif data[6] == _TEXT:
            self._pending = row, column, style
        elif data[6] == _BOOL:
            self._put(row, column, style, bool(data[8]))
        elif data[6] == _ERROR:
            self._put_error(row, column, data[8])

    def _formula_text(self, data: bytes) -> None:
        if self._pending is not None:
            (length,) = struct.unpack_from("<H", data)
            self._put(*self._pending, self._book.text(data, 2, length) if length else "")
            self._pending = None

    def _row(self, data: bytes) -> None:
        row, height, options = struct.unpack_from("<H4xH4xH", data)
        if options & _HIDDEN_ROW or height == 0:
            self._sheet.hidden_rows.add(row + 1)

    def _columns(self, data: bytes) -> None:
        first, last, width, options = struct.unpack_from("<HHH2xH", data)
        if options & 1 or width == 0:
            self._sheet.hidden_columns |= set(range(first + 1, min(last, 255) + 2))

    def _merges(self, data: bytes) -> None:
        for first, last, left, right in struct.iter_unpack("<HHHH", data[2 : 2 + (len(data) - 2) // 8 * 8]):
            self._sheet.merged.append((first + 1, left + 1, last + 1, right + 1))

    def _note(self, data: bytes) -> None:
        if self._book.wide:
            row, number = struct.unpack_from("<H4xH", data)
            self._noted[number] = row + 1
        else:
            row, length = struct.unpack_from("<H2xH", data)
            self._loose.append(Note(self._sheet.name, row + 1, self._book.text(data, 6, min(length, len(data) - 6))))

    def _object_id(self, data: bytes) -> None:
        if self._book.wide and data[:2] == bytes((_NOTE_OBJECT, 0)):
            (self._object,) = struct.unpack_from("<H", data, 6)

    def _page_text(self, data: bytes) -> None:
        if len(data) > 3:  # noqa: PLR2004 - the length alone
            at = 2 if self._book.wide else 1
            length = struct.unpack_from("<H", data)[0] if self._book.wide else data[0]
            self._loose.append(Note(self._sheet.name, None, page_text(self._book.text(data, at, length))))


def _from_rk(value: int) -> float:
    """Unpack the short form of a number: 30 bits of an integer or of a float, perhaps in hundredths."""
    if value & 2:
        number = float((value >> 2) - (1 << 30 if value & 0x80000000 else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return number / 100 if value & 1 else number


_HANDLERS: Final = {
    0x203: SheetReader._number,  # noqa: SLF001 - the table of the class's own methods
    0x27E: SheetReader._rk,  # noqa: SLF001
    0xBD: SheetReader._several_rk,  # noqa: SLF001
    0xFD: SheetReader._shared_text,  # noqa: SLF001
    0x204: SheetReader._label,  # noqa: SLF001
    0xD6: SheetReader._label,  # noqa: SLF001
    0x205: SheetReader._bool_or_error,  # noqa: SLF001
    0x06: SheetReader._formula,  # noqa: SLF001
    0x207: SheetReader._formula_text,  # noqa: SLF001
    0x208: SheetReader._row,  # noqa: SLF001
    0x7D: SheetReader._columns,  # noqa: SLF001
    0xE5: SheetReader._merges,  # noqa: SLF001
    0x1C: SheetReader._note,  # noqa: SLF001
    0x5D: SheetReader._object_id,  # noqa: SLF001
    0x14: SheetReader._page_text,  # noqa: SLF001
    0x15: SheetReader._page_text,  # noqa: SLF001
}
