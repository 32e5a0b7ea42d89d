"""The file of a Word document: its styles and sections by python-docx, its body as text, the same bytes each time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.render.book import CREATED
from tdnv_sheets.render.docx_parts import Text, Xml, element, legal, page_number, paragraph
from tdnv_sheets.render.styles import FONT

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as Doc
    from docx.section import Section

A4: Final = (210, 297)
"""Millimetres, upright."""
_LEFT_OVER: Final = ("stylesWithEffects", "thumbnail", "customXml")
"""Parts of python-docx's empty document that no paper of ours needs; Word 2010 wrote the first for Word 2007."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MARK: Final = "tdnv"
_MARKED: Final = re.compile(rf"<\?{_MARK} (\d+)\?>")
"""Where a piece of the body belongs."""
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STYLES: Final = frozenset(
    {"Normal", "Heading1", "Heading2", "DefaultParagraphFont", "TableNormal", "NoList", "Header"}
)
"""Of python-docx's empty document; the others are in fonts and colours that no official paper has."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document being written: python-docx's, and the pieces of its body, to which marks in it point."""

    document: Doc
    pieces: list[Xml] = field(default_factory=list)


def new_document() -> Draft:
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
    normal.element.get_or_add_rPr().insert(0, _parsed(element("rFonts", **faces)))
    normal.font.size = Pt(14)  # what people go on to write
    for defaults in document.styles.element.iter(qn("w:docDefaults")):
        for fonts in defaults.iter(qn("w:rFonts")):
            fonts.attrib.clear()
            for name, face in faces.items():
                fonts.set(qn(f"w:{name}"), face)
        for language in defaults.iter(qn("w:lang")):
            language.set(qn("w:val"), "vi-VN")
    return Draft(document)


def put(draft: Draft, *pieces: Xml) -> None:
    """Add pieces at the end of the document, before its last section's properties."""
    for piece in pieces:
        mark = Xml(f"<?{_MARK} {len(draft.pieces)}?>")
        draft.document.element.body[-1].addprevious(_parsed(mark))
        draft.pieces.append(piece)


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
    header.append(_parsed(paragraph("", look, page_number(look))))


def save(draft: Draft, path: Path, *, title: str, author: str) -> None:
    """Write the document; the same content gives the same bytes. Raises `BrokenSurroundings` when the disk refuses."""
    document = draft.document
    about = document.core_properties
    about.title, about.author, about.last_modified_by = legal(title)[:255], legal(author)[:255], ""
    about.created = about.modified = CREATED
    about.revision, about.comments, about.language = 1, "", "vi-VN"
    _drop_left_over(document)
    loose, whole = BytesIO(), BytesIO()
    document.save(loose)
    with ZipFile(loose) as parts, ZipFile(whole, "w", ZIP_DEFLATED) as packed:
        for name in parts.namelist():
            part = ZipInfo(name, _EPOCH)
            part.compress_type = ZIP_DEFLATED
            with packed.open(part, "w") as file:
                if name != "word/document.xml":
                    file.write(parts.read(name))
                    continue
                for number, text in enumerate(_MARKED.split(parts.read(name).decode())):
                    file.write((draft.pieces[int(text)] if number % 2 else text).encode())
    try:
        path.write_bytes(whole.getvalue())
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def _parsed(piece: Xml) -> Any:  # noqa: ANN401 - lxml's elements have no types
    """Give a piece as an element of python-docx."""
    return parse_xml(f'<w:body xmlns:w="{_WORD}">{piece}</w:body>')[0]


def _drop_left_over(document: Doc) -> None:
    for owner in (document.part, document.part.package):
        for name, relation in list(owner.rels.items()):
            if any(word in relation.reltype for word in _LEFT_OVER) or relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
                del owner.rels[name]
