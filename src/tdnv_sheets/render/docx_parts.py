"""Pieces of a Word document: paragraphs, tables, sections, and a file with the same bytes each time.

They are made of python-docx's elements, because its own tables take a second for each hundred rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.render.book import CREATED
from tdnv_sheets.render.styles import FONT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from docx.document import Document as Doc
    from docx.section import Section

TWIPS_PER_MM: Final = 1440 / 25.4
A4: Final = (210, 297)
"""Millimetres, upright."""
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_LEFT_OVER: Final = ("stylesWithEffects", "thumbnail", "customXml")
"""Parts of python-docx's empty document that no paper of ours needs; Word 2010 wrote the first for Word 2007."""
_STYLES: Final = frozenset(
    {"Normal", "Heading1", "Heading2", "DefaultParagraphFont", "TableNormal", "NoList", "Header"}
)
"""Of python-docx's empty document; the others are in fonts and colours that no official paper has."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


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


def element(tag: str, /, *children: Any, **attributes: object) -> Any:  # noqa: ANN401 - lxml's elements have no types
    """Make `w:tag` with its `w:` attributes and children; None among them is left out."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    for child in children:
        if child is not None:
            made.append(child)
    return made


def paragraph(text: str, look: Text, *fields: Any) -> Any:  # noqa: ANN401 - as above
    """Make a paragraph of *text*, whose line breaks stay; *fields* are runs behind it."""
    spacing = {"before": _twentieths(look.before), "after": _twentieths(look.after), "line": 240, "lineRule": "auto"}
    if look.thin or look.rule:
        spacing |= {"line": 60 if look.rule else 20, "lineRule": "exact"}
    edge = element("pBdr", element("top", val="single", sz=6, space=0, color="000000")) if look.rule else None
    indents = {"left": twips(look.sides), "right": twips(look.sides), "firstLine": twips(look.first)}
    properties = element(
        "pPr",
        element("pStyle", val=f"Heading{look.level}") if look.level else None,
        element("keepNext") if look.keep else None,
        edge,
        element("spacing", **spacing),
        element("ind", **indents),
        element("jc", val=look.align),
    )
    return element("p", properties, *([_run(text, look)] if text else []), *fields)


def page_number(look: Text) -> Any:  # noqa: ANN401 - as above
    """Make the run that shows the page's number."""
    return element("fldSimple", _run("2", look), instr=" PAGE ")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text in a look, or paragraphs; over several columns or rows."""

    text: str = ""
    look: Text = Text(9)
    content: tuple[Any, ...] = ()
    across: int = 1
    merge: str = ""
    """`restart` for the first of rows that are one, `continue` for those under it."""
    fill: str = ""
    middle: bool = False
    """Stand half-way up a tall row; others begin at its top."""


def table(widths: Sequence[float], rows: Iterable[Sequence[Cell]], *, head: int = 0, lined: bool = True) -> Any:  # noqa: ANN401 - as above
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
    made = element("tbl", properties, grid)
    for number, cells in enumerate(rows):
        repeated = element("tblHeader") if number < head else None
        row = element("tr", element("trPr", element("cantSplit"), repeated))
        column = 0
        for cell in cells:
            width = sum(widths[column : column + cell.across])
            row.append(_cell(cell, width))
            column += cell.across
        made.append(row)
    return made


def new_document() -> Doc:
    """Begin a document whose every style is Times New Roman, black."""
    document = Document()
    faces = dict.fromkeys(("ascii", "hAnsi", "cs", "eastAsia"), FONT)
    for style in list(document.styles):
        made = style.element
        if style.style_id not in _STYLES:
            made.getparent().remove(made)
            continue
        for child in [*made.findall(qn("w:link")), *made.findall(qn("w:rPr"))]:
            made.remove(child)
    normal = document.styles["Normal"]
    normal.element.get_or_add_rPr().insert(0, element("rFonts", **faces))
    normal.font.size = Pt(14)  # what people go on to write
    for defaults in document.styles.element.iter(qn("w:docDefaults")):
        for fonts in defaults.iter(qn("w:rFonts")):
            fonts.attrib.clear()
            for name, face in faces.items():
                fonts.set(qn(f"w:{name}"), face)
        for language in defaults.iter(qn("w:lang")):
            language.set(qn("w:val"), "vi-VN")
    return document


def put(document: Doc, *elements: Any) -> None:  # noqa: ANN401 - as above
    """Add elements at the end of the document, before its last section's properties."""
    for made in elements:
        document.element.body[-1].addprevious(made)


def set_section(section: Section, margins: tuple[float, float, float, float], *, landscape: bool = False) -> None:
    """Set an A4 page with its margins (top, right, bottom, left) in millimetres."""
    width, height = reversed(A4) if landscape else A4
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, right, bottom, left = margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance = section.footer_distance = Mm(10)


def number_pages(section: Section, size: float) -> None:
    """Put the page's number centred into the top margin, but not on the section's first page."""
    section.different_first_page_header_footer = True
    look = Text(size, align="center")
    header = section.header._element  # noqa: SLF001 - python-docx has no public way to an element of a header
    for old in list(header):
        header.remove(old)
    header.append(paragraph("", look, page_number(look)))


def save(document: Doc, path: Path, *, title: str, author: str) -> None:
    """Write the document; the same content gives the same bytes. Raises `BrokenSurroundings` when the disk refuses."""
    about = document.core_properties
    about.title, about.author, about.last_modified_by = legal(title)[:255], legal(author)[:255], ""
    about.created = about.modified = CREATED
    about.revision, about.comments, about.language = 1, "", "vi-VN"
    _drop_left_over(document)
    loose, whole = BytesIO(), BytesIO()
    document.save(loose)
    with ZipFile(loose) as parts, ZipFile(whole, "w", ZIP_DEFLATED) as packed:
        for name in parts.namelist():
            packed.writestr(ZipInfo(name, _EPOCH), parts.read(name), ZIP_DEFLATED)
    try:
        path.write_bytes(whole.getvalue())
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def legal(text: str) -> str:
    """Leave out signs that XML cannot hold; nobody sees them."""
    return _NO_XML.sub("", text)


def twips(millimetres: float) -> int:
    """Give Word's unit of length."""
    return round(millimetres * TWIPS_PER_MM)


def _twentieths(points: float) -> int:
    return round(points * 20)


def _run(text: str, look: Text) -> Any:  # noqa: ANN401 - as above
    half = round(look.size * 2)
    properties = element(
        "rPr",
        element("b") if look.bold else None,
        element("bCs") if look.bold else None,
        element("i") if look.italic else None,
        element("iCs") if look.italic else None,
        element("color", val=look.colour) if look.colour else None,
        element("sz", val=half),
        element("szCs", val=half),
    )
    made = element("r", properties)
    for number, line in enumerate(legal(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if number:
            made.append(element("br"))
        words = element("t")
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        made.append(words)
    return made


def _cell(cell: Cell, width: float) -> Any:  # noqa: ANN401 - as above
    shade = {"val": "clear", "color": "auto", "fill": cell.fill}
    properties = element(
        "tcPr",
        element("tcW", w=twips(width), type="dxa"),
        element("gridSpan", val=cell.across) if cell.across > 1 else None,
        element("vMerge", val=cell.merge) if cell.merge else None,
        element("shd", **shade) if cell.fill else None,
        element("vAlign", val="center") if cell.middle else None,
    )
    content = cell.content or (paragraph(cell.text, cell.look),)
    return element("tc", properties, *content)


def _drop_left_over(document: Doc) -> None:
    for owner in (document.part, document.part.package):
        for name, relation in list(owner.rels.items()):
            if any(word in relation.reltype for word in _LEFT_OVER) or relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
                del owner.rels[name]
