"""Biểu 06: the report in sentences on a sheet, for offices that paste them into a paper of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_paper import draw_heading, draw_signatures, set_paper, write
from tdnv_sheets.render.report_words import bases_of, closing_of, opening_of, parts_of
from tdnv_sheets.render.styles import GREY, PLAIN, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.report_words import Part
    from tdnv_sheets.render.styles import Look

WIDTHS: Final = (23, 23, 23, 23)
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI")
TEXT: Final = mix(PLAIN, {"font_size": 12, "text_wrap": True, "valign": "top"})
BOLD: Final = mix(TEXT, {"bold": True})
ASK: Final = mix(TEXT, {"italic": True, "font_color": f"#{GREY}"})
ROOM: Final = 4
"""Lines left for what the office writes."""


def draw_narrative(book: Book, paper: Paper) -> None:
    """Draw Biểu 06."""
    name = paper.words("sheet_narrative")
    sheet = book.sheet(name)
    set_columns(sheet, WIDTHS)
    row = draw_heading(book, sheet, paper, WIDTHS, paper.words("title_narrative"), form=name)
    width = int(sum(WIDTHS))
    for text, look in _told(paper):
        write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), text, look)
        least = ROOM if look is ASK else 1
        sheet.set_row(row, row_height([(text, width - 8)], most=20, least=least) * 1.12)
        row += 1
    draw_signatures(book, sheet, paper, row + 1, len(WIDTHS))
    set_paper(sheet, paper, None)
    sheet.set_portrait()  # as the paper into which it goes


def _told(paper: Paper) -> Iterator[tuple[str, Look]]:
    for line in bases_of(paper):
        yield line, mix(TEXT, {"italic": True})
    yield opening_of(paper), TEXT
    for number, part in enumerate(parts_of(paper)):
        yield from _part(part, f"{ROMAN[number]}. ")
    yield closing_of(paper), TEXT


def _part(part: Part, number: str) -> Iterator[tuple[str, Look]]:
    yield number + part.heading, BOLD
    for text in part.paragraphs:
        yield text, TEXT
    if part.ask:
        yield part.ask, ASK
    for index, inner in enumerate(part.inner, 1):
        yield from _part(inner, f"{index}. ")
