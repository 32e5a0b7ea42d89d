"""Biểu 02: the tasks that are overdue and not completed, one line per lead unit, most overdue first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import cells_of
from tdnv_sheets.render.report_paper import (
    CELL,
    CENTRED,
    COUNT,
    draw_head,
    draw_heading,
    draw_notes,
    draw_signatures,
    set_paper,
    write,
)
from tdnv_sheets.render.report_view import days_overdue
from tdnv_sheets.render.styles import DAY, mix, row_height

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.summary.figures import Listed

WIDTHS: Final = {
    "number": 5,
    "document": 18,
    "content": 42,
    "unit": 20,
    "coordinating": 20,
    "deadline": 12,
    "extended": 14,
    "days": 9,
    "reminders": 9,
    "result": 30,
    "difficulty": 28,
    "proposal": 24,
    "monitor": 16,
}
"""Columns with their widths; `report.overdue_<name>` are the captions."""
LINES_MOST: Final = 26
"""Excel's rows end at 409 points."""
TOP: Final[Look] = {"valign": "top"}
TEXT_CELL: Final = mix(CELL, TOP)
COUNT_CELL: Final = mix(COUNT, TOP)
LOOKS: Final = {
    "number": COUNT_CELL,
    "days": COUNT_CELL,
    "reminders": COUNT_CELL,
    "deadline": mix(CELL, CENTRED, TOP, {"num_format": DAY}),
    "extended": mix(CELL, CENTRED, TOP),
}


def draw_overdue(book: Book, paper: Paper) -> None:
    """Draw Biểu 02; a sentence stands in its place when nothing is overdue."""
    sheet = book.sheet(paper.words("sheet_overdue"))
    widths = list(WIDTHS.values())
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, len(widths), paper.words("title_overdue"), form=paper.words("sheet_overdue"))
    draw_head(book, sheet, paper, top, [paper.words(f"overdue_{name}") for name in WIDTHS])
    row = top + 2
    listed = sorted(paper.summary.overdue, key=lambda item: -days_overdue(paper.summary, item))
    for number, item in enumerate(listed, 1):
        _draw_line(book, sheet, paper, row, (number, item))
        row += 1
    if not listed:
        text = paper.words("overdue_none", as_of=paper.as_of)
        write(book, sheet, Area(row, 0, row, len(widths) - 1), text, mix(CELL, CENTRED, {"italic": True}))
        sheet.set_row(row, 30)
        row += 1
    else:
        row = draw_notes(book, sheet, row + 1, [paper.words("overdue_count", count=len(listed))], widths)
    draw_signatures(book, sheet, paper, row + 1, len(widths))
    set_paper(sheet, paper, (top, top + 1))


def _draw_line(book: Book, sheet: Worksheet, paper: Paper, row: int, numbered: tuple[int, Listed]) -> None:
    number, item = numbered
    cells = {"number": number, "days": days_overdue(paper.summary, item), **cells_of(paper, item)}
    for column, name in enumerate(WIDTHS):
        book.put(sheet, row, column, cells[name], book.look(LOOKS.get(name, TEXT_CELL)))
    texts = [(value, WIDTHS[name]) for name, value in cells.items() if isinstance(value, str)]
    sheet.set_row(row, row_height(texts, most=LINES_MOST))
