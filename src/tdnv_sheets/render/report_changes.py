"""«Thay đổi»: what changed since the issue before, and in the period before since its report went out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.issued_words import CAPTIONS, change_lists
from tdnv_sheets.render.report_paper import CELL, CENTRED, COUNT, draw_heading, set_paper, write
from tdnv_sheets.render.styles import PLAIN, header, mix, row_height

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.issued_words import ChangeLine, ChangeList
    from tdnv_sheets.render.report_view import Paper

WIDTHS: Final = (6, 44, 44, 26, 26)


def draw_changes(book: Book, paper: Paper) -> None:
    """Draw the sheet, where there is something to list: a report of which nothing was corrected has none."""
    lists = change_lists(paper)
    if not lists:
        return
    sheet = book.sheet(paper.words("sheet_changes"))
    set_columns(sheet, WIDTHS)
    row = draw_heading(book, sheet, paper, WIDTHS, say("issued.title", paper.lang))
    for found in lists:
        row = _draw_list(book, sheet, paper, row, found)
    set_paper(sheet, paper, None)


def _draw_list(book: Book, sheet: Worksheet, paper: Paper, row: int, found: ChangeList) -> int:
    """Draw one list under its title; give the row on which the next begins."""
    write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), found.title, mix(PLAIN, {"bold": True, "text_wrap": True}))
    sheet.set_row(row, row_height([(found.title, sum(WIDTHS))]))
    row += 1
    lines = (*found.figures, *found.tasks)
    if not lines:
        write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), say("issued.changed_nothing", paper.lang), PLAIN)
        return row + 2
    for column, name in enumerate(CAPTIONS):
        book.put(sheet, row, column, say(f"issued.head_{name}", paper.lang), book.look(header(paper.colours)))
    sheet.set_row(row, 26)
    for number, line in enumerate(lines, 1):
        row += 1
        _draw_line(book, sheet, row, number, line)
    return row + 2


def _draw_line(book: Book, sheet: Worksheet, row: int, number: int, line: ChangeLine) -> None:
    book.put(sheet, row, 0, number, book.look(COUNT))
    book.put(sheet, row, 1, line.unit, book.look(CELL))
    book.put(sheet, row, 2, line.what, book.look(CELL))
    for column, value in ((3, line.before), (4, line.after)):
        look = COUNT if isinstance(value, int) else mix(CELL, CENTRED)
        book.put(sheet, row, column, value, book.look(look))
    texts = (
        (line.unit, WIDTHS[1]),
        (line.what, WIDTHS[2]),
        (str(line.before), WIDTHS[3]),
        (str(line.after), WIDTHS[4]),
    )
    sheet.set_row(row, row_height(list(texts)))
