"""Repeat sheets of which not all was read in a marked copy, so that nothing that the unit typed is missing from it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import is_blank
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import set_page
from tdnv_sheets.render.limits import held
from tdnv_sheets.render.styles import DAY, SUBTITLE, TITLE, WRAPPED, mix
from tdnv_sheets.sheetspec import assignment_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.view import MarkedView

TITLE_ROW, HOW_ROW, CUT_ROW, FIRST_ROW = 0, 1, 2, 3
MOST_CELLS: Final = 50_000
"""Filled cells that are repeated of one sheet; no sheet that people fill in by hand has more."""
WIDTH: Final = 16


def draw_sent(book: Book, view: MarkedView) -> None:
    """Draw «Đã gửi 1», «Đã gửi 2» …: the cells as they were sent; nothing is read from these sheets."""
    lang = view.book.lang
    plain, day = book.look(mix(WRAPPED)), book.look(mix(WRAPPED, {"num_format": DAY}))
    for number, sent in enumerate(view.sent, 1):
        sheet = book.sheet(say("marked.sheet_sent", lang, number=number))
        sheet.set_column(0, max(map(len, sent.rows), default=0), WIDTH)
        book.put(sheet, TITLE_ROW, 0, say("marked.title_sent", lang, sheet=sent.name), book.look(TITLE))
        book.put(sheet, HOW_ROW, 0, say("marked.how_sent", lang), book.look(SUBTITLE))
        filled = _filled(sent)
        if len(filled) > MOST_CELLS:
            cut = say("marked.sent_cut", lang, count=len(filled), shown=MOST_CELLS)
            book.put(sheet, CUT_ROW, 0, cut, book.look(SUBTITLE))
        for row, column in filled[:MOST_CELLS]:
            value = sent.rows[row][column]
            book.put(sheet, FIRST_ROW + row, column, held(value), day if isinstance(value, date) else plain)
        set_page(sheet, footer=view.book.office, repeat=(TITLE_ROW, HOW_ROW))


def _is_ids(values: Sequence[Raw]) -> bool:
    """Say whether a row is our hidden one of field names, which nobody is to see."""
    return sum(value in assignment_spec().by_name for value in values if isinstance(value, str)) > 1


def _filled(sheet: Sheet) -> list[tuple[int, int]]:
    shown = ((row, values) for row, values in enumerate(sheet.rows) if not _is_ids(values))
    cells = ((row, column) for row, values in shown for column in range(len(values)))
    return [place for place in cells if not is_blank(sheet.rows[place[0]][place[1]])]
