"""«Nhiệm vụ» stays in the office's file as it lies there, but for the rows that changed since we drew it.

That is right only while everything beside the rows is drawn as it was then: its digest, taken in the file's own numbers
of looks, says so. Whatever is not plainly the same raises `NotStanding`, and the sheet is drawn anew.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.file import File
from tdnv_sheets.graft.frames import cut, read_sheet, sheet_of
from tdnv_sheets.graft.looks import Numbers, rows_by_number, touched_row
from tdnv_sheets.graft.match import KEY
from tdnv_sheets.graft.rows import rows_of
from tdnv_sheets.graft.sheet import RowTouch, Side, Touched
from tdnv_sheets.graft.splice import tree
from tdnv_sheets.graft.styles import Looks
from tdnv_sheets.graft.touched.paint import Strip, grey, is_on, kept_attributes, painted, usual_styles
from tdnv_sheets.records import EXTRA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.graft.book import Listed
    from tdnv_sheets.graft.sheet import Sheet, Tools

_HEAD: Final = 30
"""Rows from the top among which the hidden row of ids is looked for."""
_DRAWN: Final = frozenset({"table", "comments", "vmlDrawing"})
"""What «Nhiệm vụ» is related to when it is drawn."""
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"([^<>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_STYLE: Final = re.compile(rb' s="([0-9]+)"')
_SHARED: Final = re.compile(rb' t="s"><v>([0-9]+)</v>')
_ANCHOR: Final = re.compile(rb"<x:Anchor>[^<]*+</x:Anchor>|margin-(?:left|top):[^;]*+;")
"""Where the shape of a note lies: that follows from the heights of all rows above it."""
_HEIGHT: Final = re.compile(rb' ht="[^"]*+"')
_CHUNK: Final = 2**20


class NotStanding(Exception):
    """The sheet cannot stay as it lies there; `why` is for the program's makers."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Stands(NamedTuple):
    """A sheet that is to stay but for the rows that were drawn now."""

    title: str
    frame: str
    """What `frame` gave when it was drawn."""
    rows: int
    """How many tasks it shows."""
    alone: bool = False
    """Whether the file has nothing of the office's and is not to say that it has: as if it were drawn anew."""


class Frame(NamedTuple):
    """What a drawn sheet is besides its tasks."""

    digest: str
    first: int
    """The row of its first task."""
    own: frozenset[int]
    """The columns that are the office's own."""
    grey: frozenset[int]
    """The columns that we paint ourselves."""
    noted: bool
    """Whether it has notes that we draw."""


def frame_of(written: bytes, drawn: bytes, title: str) -> str:
    """Give the digest of a sheet of the *drawn* file in the numbers of the file that was *written* with it; see `Stands`.

    Empty where it cannot be told.
    """
    theirs, ours = File(written, Side.OFFICE), File(drawn, Side.DRAWN)
    sheet = ours.sheet(title)
    if sheet is None:
        return ""
    looks = Looks(theirs.package.xml(theirs.package.by_word(theirs.book.part, "styles")))
    cells, differences = looks.add(ours.package.xml(ours.package.by_word(ours.book.part, "styles")))
    try:
        return frame(ours, sheet, Numbers(cells, differences)).digest
    except NotStanding:
        return ""


def frame(ours: File, listed: Listed, numbers: Numbers) -> Frame:
    """Look at everything of a drawn sheet that is above and beside its tasks."""
    names = ours.book.local(ours.book.sheets.index(listed))
    sheet = read_sheet(ours.package, listed.part, listed.title, names, numbers.piece)
    told: list[object] = [sorted(names.items()), *((piece.name, bytes(piece.xml)) for piece in sheet.pieces)]
    for number, relation in sorted(sheet.relations.items()):
        if relation.external or relation.word not in _DRAWN:
            raise NotStanding(f"a drawn {relation.word}")
        told.append((number, relation.word, _ANCHOR.sub(b"", bytes(sheet.part(relation)))))
    noted = any(relation.word == "comments" for relation in sheet.relations.values())
    ids: dict[int, str] = {}
    for row in sheet.rows():
        if row.number > _HEAD:
            break
        cells = [
            (cell.column, numbers.cells[int(cell.attributes.get("s", "0"))], cell.formula, ours.text(cell))
            for cell in row.cells
        ]
        told.append((row.number, sorted(row.attributes.items()), cells))
        if ids:
            own = {column for column, name in ids.items() if name.startswith(EXTRA)}
            painted_by_us = {column for column, name in ids.items() if name in grey()}
            digest = sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()
            return Frame(digest, row.number + 1, frozenset(own), frozenset(painted_by_us), noted)
        texts = {column: text for column, _, _, text in cells if text}
        if set(KEY) <= set(texts.values()):
            ids = texts
    raise NotStanding("no row of ids")


class Standing:
    """The office's sheet while it is decided what of it stays.

    Its part may be a third of all memory that a redraw takes: it is let go while the other sheets are made, and inflated again.
    """

    def __init__(self, theirs: File, ours: File, wanted: Stands, numbers: Numbers) -> None:
        there, drawn = theirs.sheet(wanted.title), ours.sheet(wanted.title)
        if there is None or drawn is None:
            raise NotStanding("no sheet")
        self.frame = frame(ours, drawn, numbers)
        if self.frame.digest != wanted.frame:
            raise NotStanding("another frame")
        self.title, self.part, self._wanted = wanted.title, there.part, wanted
        self._package = theirs.package
        xml = self._package.xml(self.part)
        self.cut = cut(xml)
        names = theirs.book.local(theirs.book.sheets.index(there))
        sheet = sheet_of(theirs.package, there.part, there.title, names, (xml, self.cut))
        self.sheet = replace(sheet, rows=lambda: rows_of(self._package.xml(self.part), self.cut))
        self._drawn = ours.package.xml(drawn.part)
        self._drawn_cut = cut(self._drawn)
        self._check_filter(self.sheet)
        self._places = self._found(xml, self._changed())
        self._old = {number: bytes(xml[start:end]) for number, start, end in self._places}
        self._texts = self._called(xml)
        self._new: dict[int, bytes] = {}

    @staticmethod
    def _check_filter(sheet: Sheet) -> None:
        """Refuse a filtered table: which rows it shows may be another matter now."""
        for relation in sheet.relations.values():
            if relation.word == "table" and any(
                node.name == "filterColumn" for node in tree(sheet.part(relation)).walk()
            ):
                raise NotStanding("filter")

    def _changed(self) -> list[int]:
        rows = rows_by_number(self._drawn[self._drawn_cut.first : self._drawn_cut.last])
        # A row that was not drawn has a tag without cells where a note of ours hangs on it.
        return [number for number, (row, _) in rows.items() if number >= self.frame.first and b"<c " in row]

    def _found(self, xml: bytes, numbers: list[int]) -> list[tuple[int, int, int]]:
        """Give number, begin and end of the rows that change, from the top."""
        if self.cut.tag != "sheetData" or xml.find(b"<!", self.cut.first, self.cut.last) >= 0:
            raise NotStanding("written by another program")
        places, at = [], self.cut.first
        for number in numbers:
            start = xml.find(b'<row r="%d"' % number, at, self.cut.last)
            end = xml.find(b"</row>", start, self.cut.last) if start >= 0 else -1
            if end < 0:
                raise NotStanding(f"row {number}")
            at = end + len(b"</row>")
            places.append((number, start, at))
        return places

    @property
    def same(self) -> bool:
        """Whether nothing of it changes."""
        return not self._places

    def texts(self) -> set[int]:
        """Hand over the numbers of the shared texts that the rows call which stay, once; there may be a million."""
        found, self._texts = self._texts, set()
        return found

    def _called(self, xml: bytes) -> set[int]:
        found: set[int] = set()
        edges = [self.cut.first, *(edge for _, start, end in self._places for edge in (start, end)), self.cut.last]
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            at = first
            while at < last:
                end = last if last - at <= _CHUNK else xml.rfind(b"<row ", at + 1, at + _CHUNK)
                end = last if end <= at else end
                calls = _SHARED.findall(xml, at, end)
                if len(calls) != xml.count(b' t="s"', at, end):
                    raise NotStanding("texts called in another way")
                found.update(map(int, calls))
                at = end
        return found

    def touched(self) -> Touched:
        """Give the sheet as it is: nothing of it goes."""
        return Touched((), self.sheet.relations, self.sheet.names)

    def decide(self, numbers: Numbers, tools: Tools, *, selected: bool) -> None:
        """Make the rows that change; *selected*: whether the file opens with this sheet."""
        views = [node for piece in self.sheet.all("sheetViews") for node in tree(piece.xml).walk()]
        if any(is_on(node.attributes.get("tabSelected", "")) != selected for node in views if node.name == "sheetView"):
            raise NotStanding("selection")
        rows = b"".join(numbers.rows(self._drawn, self._drawn_cut.first, self._drawn_cut.last))
        drawn = rows_by_number(rows)
        for number in self._old:
            self._new[number] = self._row(self._old[number], *drawn[number], tools)

    def _row(self, old: bytes, new: bytes, tag: re.Match[bytes], tools: Tools) -> bytes:
        """Give a drawn row with what the office did to it, by the same rules as `touched/cells.py`."""
        if self.frame.noted and _HEIGHT.findall(old[: old.index(b">")]) != _HEIGHT.findall(tag[0]):
            raise NotStanding("notes below a row of another height")
        before, drawn = _cells(old), _cells(new)
        if before.keys() != drawn.keys():
            raise NotStanding("other cells")
        if self._wanted.alone:
            return new
        opened = tree(old[: old.index(b">")].removesuffix(b"/") + b"/>")
        styles = painted(
            {column: cell.style for column, cell in before.items()},
            {column: cell.style for column, cell in drawn.items()},
            {column: column for column in before},
            self.frame.own,
            tools,
            lambda column: self._usual[column] if column in self.frame.grey else None,
        )
        formulas = {column: before[column].xml for column in self.frame.own if before[column].formula}
        return touched_row(new, tag, RowTouch(kept_attributes(opened.attributes), formulas, styles))

    @cached_property
    def _usual(self) -> Mapping[int, int]:
        """The commonest style of each column among the tasks; asked for only where a row was painted."""
        last = self.frame.first + self._wanted.rows
        strips = Counter[Strip](
            row.inside.strip() for row in self.sheet.rows() if self.frame.first <= row.number < last
        )
        return usual_styles(strips)

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Give the part with its new rows, in pieces that are not copied."""
        held, at = memoryview(self._package.xml(self.part)), 0
        for number, start, end in self._places:
            yield held[at:start]
            yield self._new[number]
            at = end
        yield held[at:]


class _Cell(NamedTuple):
    xml: bytes
    style: int
    formula: bool


def _cells(row: bytes) -> dict[int, _Cell]:
    found = {}
    for cell in _CELL.finditer(row):
        style = _STYLE.search(cell[2])
        column = 0
        for letter in cell[1]:
            column = column * 26 + letter - 64
        found[column] = _Cell(cell[0], int(style[1]) if style else 0, b"<f" in (cell[3] or b""))
    if len(found) != row.count(b"<c "):
        raise NotStanding("cells written in another way")
    return found
