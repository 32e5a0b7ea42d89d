"""Read the rows of a sheet one after the other, however it is written."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import Cell, Row
from tdnv_sheets.graft.splice import parser
from tdnv_sheets.grid import letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tdnv_sheets.graft.frames import Cut
    from tdnv_sheets.graft.sheet import Inside

_CHUNK: Final = 2**18
_FIRST: Final = 2**13
"""Bytes that are read first: often only the header is wanted."""
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})(\d+)")
_UNPLACED: Final = re.compile(rb'<c(?! r="[A-Z])[\s/>]')
_STRIP: Final = re.compile(rb'<c r="([A-Z]{1,3})\d++"(?:[^>]*?\ss="(\d++)")?')
_CELL: Final = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c\s*+>)", re.DOTALL)
_VALUE: Final = re.compile(rb"<v(?:\s[^>]*+)?>([^<]*+)<")
_TEXT: Final = re.compile(rb"<t(?:\s[^>]*+)?>([^<]*+)<")
_HINT: Final = re.compile(rb"<rPh[\s>].*?</rPh\s*+>", re.DOTALL)
_FORMULA: Final = re.compile(rb"<f\b([^>]*?)(?:/>|>([^<]*+)<)")
_ATTRIBUTE: Final = re.compile(r"""([\w:.-]++)\s*=\s*(?:"([^"]*+)"|'([^']*+)')""")


def rows_of(xml: bytes, found: Cut) -> Iterator[Row]:
    """Read the rows of a sheet that was cut at them."""
    rows = memoryview(xml)[found.first : found.last]
    # Without comments, CDATA and prefixes `<` always begins a tag, and these tags' values hold no `>`.
    if xml.find(b"<!", found.first, found.last) < 0 and found.tag == "sheetData":
        return _written(xml, found.first, found.last)
    return _parsed(rows)


def _written(xml: bytes, first: int, last: int) -> Iterator[Row]:
    number = 0
    at = xml.find(b"<row", first, last)
    while at >= 0:
        end = xml.find(b">", at, last)
        attributes = _attributes(xml[at + 4 : end])
        stated = attributes.get("r", "")
        number = int(stated) if stated.isdecimal() else number + 1
        close = end if xml[end - 1 : end] == b"/" else xml.find(b"</row", end, last)
        if close < 0:
            raise CannotGraft("damaged", "row")
        yield Row(number, attributes, _Written(xml[end + 1 : close]))
        at = xml.find(b"<row", close, last)


class _Written:
    """The cells of a row as they are written; each is read when it is asked for."""

    __slots__ = ("_looks", "_placed", "_xml")

    def __init__(self, xml: bytes, looks: Sequence[int] | None = None) -> None:
        self._xml = xml
        self._looks = looks
        self._placed: bool | None = None
        """Whether every cell says first where it stands; None as long as nobody looked."""

    def _says_places(self) -> bool:
        if self._placed is None:
            self._placed = _UNPLACED.search(self._xml) is None
        return self._placed

    def cells(self) -> tuple[Cell, ...]:
        return tuple(self._seen(cell) for cell in _cells(self._xml))

    def at(self, column: int) -> Cell | None:
        if not self._says_places():
            return next((cell for cell in self.cells() if cell.column == column), None)
        start = _start(column)
        found = self._xml.find(start)
        while found >= 0 and not self._xml[found + len(start) : found + len(start) + 1].isdigit():
            found = self._xml.find(start, found + 1)  # AB begins as A does
        match = _CELL.match(self._xml, found) if found >= 0 else None
        return self._seen(_cell(match, column)) if match else None

    def strip(self) -> tuple[tuple[int, int], ...]:
        if not self._says_places():
            return _strip_of(self.cells())
        pairs = _pairs(tuple(_STRIP.findall(self._xml)))
        return pairs if self._looks is None else tuple((column, self._looks[style]) for column, style in pairs)

    def in_looks(self, looks: Sequence[int]) -> Inside:
        return _Written(self._xml, looks)

    def _seen(self, cell: Cell) -> Cell:
        return cell if self._looks is None else _restyled(cell, self._looks)


class _Known:
    """The cells of a row that a parser read."""

    __slots__ = ("_cells",)

    def __init__(self, cells: tuple[Cell, ...]) -> None:
        self._cells = cells

    def cells(self) -> tuple[Cell, ...]:
        return self._cells

    def at(self, column: int) -> Cell | None:
        return next((cell for cell in self._cells if cell.column == column), None)

    def strip(self) -> tuple[tuple[int, int], ...]:
        return _strip_of(self._cells)

    def in_looks(self, looks: Sequence[int]) -> Inside:
        return _Known(tuple(_restyled(cell, looks) for cell in self._cells))


def _restyled(cell: Cell, looks: Sequence[int]) -> Cell:
    style = looks[int(cell.attributes.get("s", "0"))]
    return cell._replace(attributes={**cell.attributes, "s": str(style)})


def _strip_of(cells: Iterable[Cell]) -> tuple[tuple[int, int], ...]:
    return tuple((cell.column, int(cell.attributes.get("s", "0"))) for cell in cells)


@lru_cache(4096)  # rows look alike
def _pairs(found: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((column_of(name.decode() + "1"), int(style or b"0")) for name, style in found)


@lru_cache(1024)
def _start(column: int) -> bytes:
    return f'<c r="{letters(column)}'.encode()


def _cells(row: bytes) -> Iterator[Cell]:
    column = 0
    for match in _CELL.finditer(row):
        cell = _cell(match, column + 1)
        column = cell.column
        yield cell


def _cell(match: re.Match[bytes], column: int) -> Cell:
    """Read a cell that stands in a column unless it says another."""
    attributes = _attributes(match[1])
    column = column_of(attributes.get("r", "")) or column
    inside = match[2]
    if not inside:
        return Cell(column, attributes, None, {}, None)
    formula = _FORMULA.search(inside) if b"<f" in inside else None
    value = _VALUE.search(inside)
    if value is not None:
        shown: str | None = _told(value[1])
    else:
        texts = _TEXT.findall(_HINT.sub(b"", inside))
        shown = _told(b"".join(texts)) if texts else None
    if formula is None:
        return Cell(column, attributes, None, {}, shown)
    return Cell(column, attributes, _told(formula[2] or b""), _attributes(formula[1]), shown)


def _told(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return unescape(text) if "&" in text else text


def _attributes(data: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(data.decode("utf-8", "replace"))
    return {
        name: unescape(double or single) if "&" in double + single else double or single
        for name, double, single in found
    }


def _parsed(rows: memoryview) -> Iterator[Row]:
    reader = _Rows()
    reader.feed(b"<rows>")
    try:
        for start, end in _steps(len(rows)):
            reader.feed(rows[start:end])
            yield from reader.take()
        reader.feed(b"</rows>")
    except ExpatError as problem:
        raise CannotGraft("damaged", str(problem)) from problem
    yield from reader.take()


def _steps(size: int) -> Iterable[tuple[int, int]]:
    starts = chain((0,), range(_FIRST, size, _CHUNK))
    return ((start, min(start + _CHUNK if start else _FIRST, size)) for start in starts)


class _Rows:
    """Gathers rows from the parser's calls."""

    def __init__(self) -> None:
        self._expat = parser()
        self._expat.StartElementHandler = self._opens
        self._expat.EndElementHandler = self._closes
        self._expat.CharacterDataHandler = self._says
        self._done: list[Row] = []
        self._number = self._column = 0
        self._row: dict[str, str] = {}
        self._cells: list[Cell] = []
        self._cell: dict[str, str] = {}
        self._formula: str | None = None
        self._about: dict[str, str] = {}
        self._value: str | None = None
        self._text: list[str] | None = None

    def feed(self, data: bytes | memoryview) -> None:
        self._expat.Parse(data, False)  # noqa: FBT003 - expat's own argument

    def take(self) -> list[Row]:
        done, self._done = self._done, []
        return done

    def _opens(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._column = column_of(attributes.get("r", "")) or self._column + 1
            self._cell, self._formula, self._value, self._about = attributes, None, None, {}
        elif name == "v":
            self._text = []
        elif name == "t":
            self._text = [self._value or ""]
        elif name == "f":
            self._text, self._about = [], attributes
        elif name == "row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() else self._number + 1
            self._row, self._cells, self._column = attributes, [], 0

    def _closes(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "t"}:
            self._value, self._text = "".join(self._text or ()), None
        elif name == "c":
            self._cells.append(Cell(self._column, self._cell, self._formula, self._about, self._value))
        elif name == "f":
            self._formula, self._text = "".join(self._text or ()), None
        elif name == "row":
            self._done.append(Row(self._number, self._row, _Known(tuple(self._cells))))

    def _says(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def column_of(reference: str) -> int:
    """Give the number of a cell's column; 0 where the reference says none."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return 0
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return number
