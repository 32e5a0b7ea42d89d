"""Read an .xls (Excel 5 to 2003) record by record: cells, and whatever else we need to know, in one linear pass."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Book, Note
from tdnv_sheets.intake.biff_sheet import SheetReader
from tdnv_sheets.intake.biff_strings import SharedStrings, codec, shared_strings, wide_text
from tdnv_sheets.intake.carriers import DEFINED_NAME, stamp_cells
from tdnv_sheets.intake.cells import Gathered, clean_notes
from tdnv_sheets.intake.fonts import legacy_encoding
from tdnv_sheets.intake.refuse import Refused, left_out
from tdnv_sheets.intake.serial import is_date_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.intake.container import Container

BOF: Final = 0x0809
EOF: Final = 0x0A
CONTINUE: Final = 0x3C
_BIFF8: Final = 0x0600
_BIFF5: Final = 0x0500
_MACRO_SHEET: Final = 0x01
_WORKSHEET: Final = 0x00
_BASIC_MODULE: Final = 0x06
_SKIPPED_FONT: Final = 4
"""Fonts are numbered 0 to 3 and on from 5."""
_OWN: Final = frozenset((0x0401, 0x3A01))
"""Marks of references to the file itself and to functions of Excel."""
_SEPARATOR: Final = "\x03"
"""Stands between program and topic of a DDE link, and at the beginning of the name of an own sheet."""
_SELF: Final = "\x02"
_PTG_STRING: Final = 0x17


@dataclass(slots=True)
class Globals:
    """What the first part of the stream says about all sheets."""

    wide: bool
    """Excel 97 and later: texts in Unicode."""
    encoding: str = "cp1252"
    since_1904: bool = False
    sheets: list[tuple[int, str, bool]] = field(default_factory=list)
    strings: SharedStrings = field(default_factory=SharedStrings)
    fonts: list[str] = field(default_factory=list)
    """Legacy encoding of each font, or empty."""
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[tuple[int, int]] = field(default_factory=list)
    """Font and number format of each cell style."""
    names: list[tuple[str, str]] = field(default_factory=list)
    warnings: set[str] = field(default_factory=set)

    def font(self, number: int) -> str:
        """Give the legacy encoding of a font by its number in the file."""
        index = number - 1 if number > _SKIPPED_FONT else number
        return self.fonts[index] if index < len(self.fonts) else ""

    def text(self, data: bytes, at: int, length: int) -> str:
        """Give a text that stands in one record; its flags come first where there are any."""
        if self.wide:
            return wide_text(data, at, length)
        return data[at : at + length].decode(self.encoding, "replace")


def read_biff(container: Container) -> Book:
    """Read all worksheets; raises `Refused`, or `struct.error`, IndexError or ValueError on damage."""
    stream = container.stream
    found = _globals(stream)
    styles_dates = [is_date_format(number, found.formats.get(number)) for _, number in found.styles]
    left = 2 * len(stream)
    sheets, notes = [], list(container.notes)
    for at, name, hidden in found.sheets:
        gathered = Gathered(name, hidden)
        reader = SheetReader(found, gathered, styles_dates)
        left -= reader.read(stream, at)
        if left < 0:
            raise Refused("unreadable")  # sheets that share their records, as no program writes them
        sheet, far = gathered.build()
        sheets.append(replace(sheet, since_1904=found.since_1904))
        notes += (*far, *reader.notes)
        found.warnings |= reader.warnings
    notes += [Note("", None, text) for name, text in found.names if name != DEFINED_NAME]
    carriers = [*container.carriers, *(("name", text) for name, text in found.names if name == DEFINED_NAME)]
    codes = found.warnings | ({"macro-ignored"} if container.has_macro else set())
    codes |= {"object-ignored"} if container.has_object else set()
    return Book(
        tuple(sheets),
        (*carriers, *stamp_cells(sheets)),
        clean_notes(notes),
        left_out(codes),
    )


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Give (kind, start of the data, length) of each record from *at* on; a record cut short is damage."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise Refused("unreadable")
        yield kind, at + 4, length
        at += 4 + length


def _globals(stream: bytes) -> Globals:
    kind, version = struct.unpack_from("<H2xH", stream, 0)
    if kind != BOF or version not in {_BIFF5, _BIFF8}:
        raise Refused("unsupported-kind", "kind_old_excel")
    found = Globals(wide=version == _BIFF8)
    strings: list[bytes] = []
    last = 0
    for kind, at, length in records(stream, 0):
        data = stream[at : at + length]
        if kind == EOF:
            break
        if kind == _SST:
            strings = [data]
        elif kind == CONTINUE and last == _SST:
            strings.append(data)
        elif kind in _HANDLERS:
            _HANDLERS[kind](found, data)
        last = last if kind == CONTINUE else kind
    else:
        raise Refused("unreadable")
    if strings:
        found.strings = shared_strings(strings)
    return found


def _codepage(found: Globals, data: bytes) -> None:
    found.encoding = codec(struct.unpack_from("<H", data)[0])


def _date_mode(found: Globals, data: bytes) -> None:
    found.since_1904 = data[0] == 1


def _bound_sheet(found: Globals, data: bytes) -> None:
    at, state, kind, length = struct.unpack_from("<IBBB", data)
    if kind == _MACRO_SHEET:
        raise Refused("active-content", "active_xlm")
    if kind == _BASIC_MODULE:
        found.warnings.add("macro-ignored")
    elif kind == _WORKSHEET:
        found.sheets.append((at, found.text(data, 7, length), state & 3 != 0))


def _font(found: Globals, data: bytes) -> None:
    found.fonts.append(legacy_encoding(found.text(data, 15, data[14])))


def _format(found: Globals, data: bytes) -> None:
    (number,) = struct.unpack_from("<H", data)
    if found.wide:
        found.formats[number] = found.text(data, 4, struct.unpack_from("<H", data, 2)[0])
    else:
        found.formats[number] = found.text(data, 3, data[2])


def _style(found: Globals, data: bytes) -> None:
    font, number = struct.unpack_from("<HH", data)
    found.styles.append((font, number))


def _name(found: Globals, data: bytes) -> None:
    """Read a defined name that stands for a text."""
    length, size = data[3], struct.unpack_from("<H", data, 4)[0]
    name = found.text(data, 14, length)
    start = 14 + (1 + length * (1 + (data[14] & 1)) if found.wide else length)
    formula = data[start : start + size]
    if formula[:1] == bytes((_PTG_STRING,)):
        found.names.append((name, found.text(formula, 2, formula[1])))


def _supporting_book(found: Globals, data: bytes) -> None:
    sheets, length = struct.unpack_from("<HH", data)
    if length in _OWN or len(data) <= 4:  # noqa: PLR2004 - the two numbers alone
        return
    path = found.text(data, 4, length)
    if sheets == 0 and _SEPARATOR in path:
        raise Refused("active-content", "active_dde")
    if path not in {" ", "\0"}:
        found.warnings.add("external-link")


def _external_sheet(found: Globals, data: bytes) -> None:
    """Read a link of Excel 5; later ones have numbers here."""
    if found.wide or not data:
        return
    path = found.text(data, 1, data[0])
    if path.startswith((_SEPARATOR, _SELF, "\x04", ":")) or len(path) <= 1:
        return
    if _SEPARATOR in path:
        raise Refused("active-content", "active_dde")
    found.warnings.add("external-link")


_SST: Final = 0xFC
_HANDLERS: Final = {
    0x42: _codepage,
    0x22: _date_mode,
    0x85: _bound_sheet,
    0x31: _font,
    0x41E: _format,
    0xE0: _style,
    0x18: _name,
    0x1AE: _supporting_book,
    0x17: _external_sheet,
}
