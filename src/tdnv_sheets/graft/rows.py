"""Read the rows of a sheet one after the other, however it is written."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import Cell, Row
from tdnv_sheets.graft.splice import parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tdnv_sheets.graft.frames import Cut

_CHUNK: Final = 2**18
_FIRST: Final = 2**13
"""Bytes that are read first: often only the header is wanted."""
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})(\d+)")
_ROW: Final = re.compile(rb"<row\b([^>]*?)(?:/>|>(.*?)</row\s*+>)", re.DOTALL)
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
        return _by_pattern(xml, found.first, found.last)
    return _parsed(rows)


def _by_pattern(xml: bytes, first: int, last: int) -> Iterator[Row]:
    number = 0
    for match in _ROW.finditer(xml, first, last):
        attributes = _attributes(match[1])
        stated = attributes.get("r", "")
        number = int(stated) if stated.isdecimal() else number + 1
        yield Row(number, attributes, tuple(_cells(match[2] or b"")))


def _cells(row: bytes) -> Iterator[Cell]:
    column = 0
    for match in _CELL.finditer(row):
        attributes = _attributes(match[1])
        column = column_of(attributes.get("r", "")) or column + 1
        inside = match[2]
        if not inside:
            yield Cell(column, attributes, None, {}, None)
            continue
        formula = _FORMULA.search(inside) if b"<f" in inside else None
        value = _VALUE.search(inside)
        if value is not None:
            shown: str | None = _told(value[1])
        else:
            texts = _TEXT.findall(_HINT.sub(b"", inside))
            shown = _told(b"".join(texts)) if texts else None
        if formula is None:
            yield Cell(column, attributes, None, {}, shown)
        else:
            yield Cell(column, attributes, _told(formula[2] or b""), _attributes(formula[1]), shown)


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
            self._done.append(Row(self._number, self._row, tuple(self._cells)))

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
