"""A sheet as the grafting sees it: the elements beside its rows, what it is related to, and its rows one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from tdnv_sheets.graft.touched.moves import Moves

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ORDER: Final = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
    *("protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"),
    *("phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing", "drawingHF", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)
"""The elements of a worksheet in the order that the standard asks for (ISO/IEC 29500-1, CT_Worksheet)."""


class Side(Enum):
    """From which of the two files something comes."""

    OFFICE = "office"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of a worksheet beside its rows, such as <cols>."""

    name: str
    """Without prefix; what stands inside mc:AlternateContent goes by the name of what it holds, such as `controls`."""
    xml: bytes
    """In UTF-8, with every namespace that it uses declared in itself."""

    def element(self) -> ET.Element:
        """Parse it; its file was looked through for a DOCTYPE."""
        return ET.fromstring(self.xml)  # noqa: S314 - see above


@dataclass(frozen=True, slots=True)
class Relation:
    """What a sheet or another part is related to."""

    kind: str
    """The whole type, a URI; compare its last word."""
    target: str
    """The name of a part, such as `xl/tables/table1.xml`, in the file of *side*; the address of what lies outside."""
    external: bool = False
    side: Side = Side.OFFICE

    @property
    def word(self) -> str:
        """The last word of the type, such as table, drawing or comments."""
        return self.kind.rsplit("/", 1)[-1]


class Cell(NamedTuple):
    """A cell of the office's sheet."""

    column: int
    """Counted from 1."""
    attributes: Mapping[str, str]
    """Of <c>: r, s, t, …"""
    formula: str | None
    formula_attributes: Mapping[str, str]
    """Of <f>: t="shared", si, ref, …"""
    value: str | None
    """What stands in <v>, or the text of an inline string."""


class Inside(Protocol):
    """The cells of a row; what is not asked for is not read."""

    def cells(self) -> tuple[Cell, ...]:
        """Give all cells."""
        ...

    def at(self, column: int) -> Cell | None:
        """Give one cell."""
        ...

    def strip(self) -> tuple[tuple[int, int], ...]:
        """Give column and style of every cell."""
        ...

    def in_looks(self, looks: Sequence[int]) -> Inside:
        """Give the same cells with other numbers of styles: *looks* has them by the old ones."""
        ...


class Row(NamedTuple):
    """A row of a sheet."""

    number: int
    attributes: Mapping[str, str]
    """Of <row>: ht, hidden, outlineLevel, …"""
    inside: Inside

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells."""
        return self.inside.cells()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet without its rows.

    Ids of relations are unique over both sides, so that pieces may move from one to the other with theirs.
    """

    title: str
    pieces: tuple[Piece, ...]
    """In their order, all but <sheetData>."""
    relations: Mapping[str, Relation]
    names: Mapping[str, str]
    """The defined names that are the sheet's own, such as `_xlnm.Print_Area`, and their formulas."""
    part: Callable[[Relation], bytes]
    """Gives the content of a part that it is related to, in UTF-8."""
    rows: Callable[[], Iterator[Row]]
    """Reads its rows, one after the other, each time from the start."""
    related: Callable[[Relation], Mapping[str, Relation]]
    """Gives the relations of a part, such as the charts of a drawing."""
    newer: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Prefix → namespace of what older programs may leave out (mc:Ignorable)."""

    def all(self, name: str) -> tuple[Piece, ...]:
        """Give the pieces of that name."""
        return tuple(piece for piece in self.pieces if piece.name == name)


class Match(NamedTuple):
    """Which rows and columns of the office's sheet are which of the drawn one; all counted from 1."""

    rows: Mapping[int, int]
    """Only of «Nhiệm vụ», by task and unit; the header row is in it too."""
    columns: Mapping[int, int]
    """By the hidden ids, then by caption."""


@dataclass(frozen=True, slots=True)
class RowTouch:
    """What becomes of one drawn row."""

    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Set on <row>, over the drawn ones; an empty value takes one away."""
    cells: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))
    """Column → the whole <c …>…</c> that stands there instead, without prefixes, with styles of the office's table and
    with no t="s"."""
    styles: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """Column → the office's style of the drawn cell, whose content stays."""


class Lost(NamedTuple):
    """Something of the office's that the new drawing cannot have."""

    what: str
    """One of note, link, merge, rule, validation, cell, filter, formula, scenario, sparkline, pointing, part."""
    place: str = ""
    """Cells of the office's file."""
    detail: str = ""
    """What stood there."""
    sheet: str = ""
    """The sheet's title; empty for the file as a whole."""


@dataclass(frozen=True, slots=True)
class Made:
    """The new content of a part."""

    xml: bytes
    relations: Mapping[str, Relation] | None = None
    """None: those that the part has."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The drawn sheet with what the office did to it."""

    pieces: tuple[Piece, ...]
    """All pieces of the new sheet, from both sides; they are put into their order later."""
    relations: Mapping[str, Relation]
    """All that the pieces refer to, and those that no piece names (comments, threaded comments, printer settings)."""
    names: Mapping[str, str]
    rows: Mapping[int, RowTouch] = field(default_factory=lambda: MappingProxyType({}))
    """Drawn row → what becomes of it."""
    made: Mapping[str, Made] = field(default_factory=lambda: MappingProxyType({}))
    """Id of a relation → the new content of its part."""
    lost: tuple[Lost, ...] = ()
    moves: Moves | None = None
    """Where its rows and columns went, for what points to them from elsewhere; None where that is not known."""
    newer: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Prefix → namespace of what older programs may leave out; filled when the sheet is whole."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a sheet alone does not know: the texts and the looks of its workbook."""

    text: Callable[[Side, Cell], str]
    """Gives the text that a person reads in a cell of texts."""
    look: Callable[[int], tuple[Hashable, Hashable]]
    """Gives fill and font of one of the office's styles, as values that are equal where they look alike."""
    repaint: Callable[[int, int], int]
    """Gives the style that is as the first one with fill and font of the second; added where there is none."""
