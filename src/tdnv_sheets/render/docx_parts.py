"""Pieces of a Word document as XML text: paragraphs and tables.

They are put between python-docx's sections when the file is packed (`docx_file`). As python-docx's elements, an annex of
10,000 overdue tasks took 24 s and 780 MB; as text it takes 2.5 s and 300 MB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NewType

from tdnv_sheets.render.parts import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


TWIPS_PER_MM: Final = 1440 / 25.4
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")


@dataclass(frozen=True, slots=True)
class Text:
    """How a paragraph looks; sizes and distances in points, the first line's indent in millimetres."""

    size: float = 14
    bold: bool = False
    italic: bool = False
    align: str = "left"
    """`left`, `center`, `right` or `both`."""
    first: float = 0
    sides: float = 0
    """Indent from both edges, in millimetres: it shortens a rule."""
    before: float = 0
    after: float = 0
    keep: bool = False
    """Keep it on one page with what follows."""
    level: int = 0
    """Of a heading, from 1; 0 for text."""
    rule: bool = False
    """Nothing but a thin line above."""
    thin: bool = False
    """As good as no line at all."""
    colour: str = ""


Xml = NewType("Xml", str)
"""A piece of the document, ready as it stands in the file; every text in it has been escaped."""


def element(tag: str, /, *children: Xml | None, **attributes: object) -> Xml:
    """Make `w:tag` with its `w:` attributes and children; None among them is left out."""
    given = "".join(f' w:{name}="{_attribute(str(value))}"' for name, value in attributes.items())
    inner = "".join(child for child in children if child is not None)
    return Xml(f"<w:{tag}{given}>{inner}</w:{tag}>" if inner else f"<w:{tag}{given}/>")


def paragraph(text: str, look: Text, *fields: Xml) -> Xml:
    """Make a paragraph of *text*, whose line breaks stay; *fields* are runs behind it."""
    return element("p", _shape(look), _run(text, look) if text else None, *fields)


@cache
def _shape(look: Text) -> Xml:
    """Give the properties of a paragraph."""
    spacing = {"before": _twentieths(look.before), "after": _twentieths(look.after), "line": 240, "lineRule": "auto"}
    if look.thin or look.rule:
        spacing |= {"line": 60 if look.rule else 20, "lineRule": "exact"}
    edge = element("pBdr", element("top", val="single", sz=6, space=0, color="000000")) if look.rule else None
    indents = {"left": twips(look.sides), "right": twips(look.sides), "firstLine": twips(look.first)}
    return element(
        "pPr",
        element("pStyle", val=f"Heading{look.level}") if look.level else None,
        element("keepNext") if look.keep else None,
        edge,
        element("spacing", **spacing),
        element("ind", **indents),
        element("jc", val=look.align),
    )


def page_number(look: Text) -> Xml:
    """Make the run that shows the page's number."""
    return element("fldSimple", _run("2", look), instr=" PAGE ")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text in a look, or paragraphs; over several columns or rows."""

    text: str = ""
    look: Text = Text(9)
    content: tuple[Xml, ...] = ()
    across: int = 1
    merge: str = ""
    """`restart` for the first of rows that are one, `continue` for those under it."""
    fill: str = ""
    middle: bool = False
    """Stand half-way up a tall row; others begin at its top."""


def table(widths: Sequence[float], rows: Iterable[Sequence[Cell]], *, head: int = 0, lined: bool = True) -> Xml:
    """Make a table of *widths* in millimetres; its first *head* rows stand on every page, no row is cut in two."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    line = {"val": "single", "sz": 4, "space": 0, "color": "000000"} if lined else {"val": "nil"}
    margins = [element(side, w=twips(0.6 if lined else 0), type="dxa") for side in ("left", "right")]
    properties = element(
        "tblPr",
        element("tblW", w=sum(twips(width) for width in widths), type="dxa"),
        element("jc", val="center"),
        element("tblBorders", *(element(side, **line) for side in sides)),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *margins),
    )
    grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width in widths))
    return element("tbl", properties, grid, *(_row(cells, widths, number < head) for number, cells in enumerate(rows)))


def _row(cells: Sequence[Cell], widths: Sequence[float], repeated: bool) -> Xml:  # noqa: FBT001 - private
    made, column = [], 0
    for cell in cells:
        made.append(_cell(cell, sum(widths[column : column + cell.across])))
        column += cell.across
    return element("tr", element("trPr", element("cantSplit"), element("tblHeader") if repeated else None), *made)


def legal(text: str) -> str:
    """Leave out signs that XML cannot hold; nobody sees them."""
    return _NO_XML.sub("", text)


def twips(millimetres: float) -> int:
    """Give Word's unit of length."""
    return round(millimetres * TWIPS_PER_MM)


def _twentieths(points: float) -> int:
    return round(points * 20)


def _run(text: str, look: Text) -> Xml:
    lines = legal(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    words = (Xml(f'<w:t xml:space="preserve">{escape(line)}</w:t>') for line in lines)
    return element("r", _letters(look), Xml("<w:br/>".join(words)))


@cache
def _letters(look: Text) -> Xml:
    """Give the properties of a run."""
    half = round(look.size * 2)
    return element(
        "rPr",
        element("b") if look.bold else None,
        element("bCs") if look.bold else None,
        element("i") if look.italic else None,
        element("iCs") if look.italic else None,
        element("color", val=look.colour) if look.colour else None,
        element("sz", val=half),
        element("szCs", val=half),
    )


def _cell(cell: Cell, width: float) -> Xml:
    shade = {"val": "clear", "color": "auto", "fill": cell.fill}
    properties = element(
        "tcPr",
        element("tcW", w=twips(width), type="dxa"),
        element("gridSpan", val=cell.across) if cell.across > 1 else None,
        element("vMerge", val=cell.merge) if cell.merge else None,
        element("shd", **shade) if cell.fill else None,
        element("vAlign", val="center") if cell.middle else None,
    )
    return element("tc", properties, *(cell.content or (paragraph(cell.text, cell.look),)))


def _attribute(value: str) -> str:
    return escape(value).replace('"', "&quot;")
