"""Draw the rows that have no place in the marked copy, so that nothing that the unit typed is missing from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import set_columns, set_page
from tdnv_sheets.render.limits import held
from tdnv_sheets.render.styles import FRAME, SUBTITLE, TITLE, WRAPPED, header, mix
from tdnv_sheets.render.template import update_columns
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.view import MarkedView

TITLE_ROW, HOW_ROW, HEAD_ROW = 0, 1, 3
ROW_WIDTH = 16
HEAD_HEIGHT = 36
"""Points: two lines of a caption."""


def draw_stray(book: Book, view: MarkedView) -> None:
    """Draw «Dòng chưa nhận»: what was typed, as it was typed, in the columns that hold anything; nothing is read from it."""
    lang, colours = view.book.lang, view.book.colours
    sheet = book.sheet(say("marked.sheet_stray", lang))
    columns = [spec for spec in update_columns() if any(cells.get(spec.name) is not None for _, cells in view.stray)]
    set_columns(sheet, [ROW_WIDTH, *(min(spec.width, 40) for spec in columns)])
    book.put(sheet, TITLE_ROW, 0, say("marked.title_stray", lang), book.look(TITLE))
    book.put(sheet, HOW_ROW, 0, say("marked.how_stray", lang), book.look(SUBTITLE))
    captions = [say("marked.stray_row", lang), *(spec.header(lang) for spec in columns)]
    sheet.set_row(HEAD_ROW, HEAD_HEIGHT)
    for column, caption in enumerate(captions):
        book.put(sheet, HEAD_ROW, column, caption, book.look(header(colours)))
    plain = book.look(mix(WRAPPED, FRAME))
    day = book.look(mix(WRAPPED, FRAME, {"num_format": "dd/mm/yyyy"}))
    for line, (number, cells) in enumerate(view.stray, HEAD_ROW + 1):
        book.put(sheet, line, 0, number, plain)
        for column, spec in enumerate(columns, 1):
            value = held(cells.get(spec.name))
            book.put(sheet, line, column, value, day if spec.kind is Kind.DATE else plain)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    set_page(sheet, footer=view.book.office, repeat=(HEAD_ROW, HEAD_ROW))
