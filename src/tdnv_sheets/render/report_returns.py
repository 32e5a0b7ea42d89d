"""Biểu 05, who has reported; and the order of units where the office wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import address
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import set_columns
from tdnv_sheets.render.report_counts import SUM_LOOK
from tdnv_sheets.render.report_paper import (
    CELL,
    CENTRED,
    COUNT,
    RATE,
    draw_head,
    draw_heading,
    draw_notes,
    draw_short_head,
    draw_signatures,
    formula,
    set_paper,
)
from tdnv_sheets.render.report_view import DASH
from tdnv_sheets.render.styles import DAY, fill, mix, row_height
from tdnv_sheets.summary.returns import ReturnState

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper

WIDTHS: Final = (6, 46, 18, 18, 38, 30)
RANKING_WIDTHS: Final = (8, 60, 16, 16, 16)
DAY_CELL: Final = mix(CELL, CENTRED, {"num_format": DAY})
COLOURS: Final = {
    ReturnState.ON_TIME: "completed_on_time",
    ReturnState.LATE: "completed_late",
    ReturnState.UNDATED: "undated",
    ReturnState.EMPTY: "warning_cell",
    ReturnState.WAITING: "unit_cell",
    ReturnState.MISSING: "overdue",
    ReturnState.UNRECORDED: "closed",
}
"""Which colour of the settings fills each state; the words stand in the cell."""


def draw_returns(book: Book, paper: Paper) -> None:
    """Draw Biểu 05; a sentence stands in its place when no unit was expected to report."""
    returns = paper.summary.returns
    sheet = book.sheet(paper.words("sheet_returns"))
    set_columns(sheet, WIDTHS)
    name = paper.words("sheet_returns")
    top = draw_heading(book, sheet, paper, WIDTHS, paper.words("title_returns"), form=name)
    captions = ("number", "unit", "due", "came", "state", "note")
    draw_head(book, sheet, paper, top, [paper.words(f"returns_{caption}") for caption in captions])
    row = top + 1
    for number, line in enumerate(returns.lines, 1):
        row += 1
        state = say(f"summary.return_{line.state.value}", paper.lang)
        note = say("summary.return_to_correct", paper.lang) if line.to_correct else ""
        look = mix(CELL, CENTRED, fill(paper.colours[COLOURS[line.state]]))
        book.put(sheet, row, 0, number, book.look(COUNT))
        book.put(sheet, row, 1, paper.unit(line.unit), book.look(CELL))
        book.put(sheet, row, 2, line.due, book.look(DAY_CELL))
        book.put(sheet, row, 3, line.came, book.look(DAY_CELL))
        book.put(sheet, row, 4, state, book.look(look))
        book.put(sheet, row, 5, note, book.look(CELL))
        sheet.set_row(row, row_height([(paper.unit(line.unit), WIDTHS[1])]))
    if not returns.lines:
        row += 1
        for column in range(len(WIDTHS)):
            book.put(sheet, row, column, paper.words("returns_none") if column == 1 else None, book.look(CELL))
        sheet.set_row(row, 36)
    else:
        row = _draw_sums(book, sheet, paper, (top + 2, row))
    article = returns.article or paper.words("returns_no_article")
    row = draw_notes(book, sheet, row + 2, [paper.words("returns_article", article=article)], WIDTHS)
    draw_signatures(book, sheet, paper, row + 1, len(WIDTHS))
    set_paper(sheet, paper, (top, top + 1))


def _draw_sums(book: Book, sheet: Worksheet, paper: Paper, rows: tuple[int, int]) -> int:
    """Count the states under the table, by formulas over it; give the last row."""
    first, last = rows
    returns = paper.summary.returns
    area = f"{address(first + 1, 5)}:{address(last + 1, 5)}"
    row = last + 1
    look, words = book.look(mix(COUNT, SUM_LOOK)), book.look(mix(CELL, SUM_LOOK))
    book.put(sheet, row, 1, paper.words("returns_expected"), words)
    formula(sheet, (row, 2), f"=COUNTA({area})", returns.expected, look)
    for state in ReturnState:
        if not returns.of(state):
            continue
        row += 1
        book.put(sheet, row, 1, say(f"summary.return_{state.value}", paper.lang), words)
        text = f"=COUNTIF({area},{address(row + 1, 2)})"
        formula(sheet, (row, 2), text, returns.of(state), look)
    return row


def draw_ranking(book: Book, paper: Paper) -> None:
    """Draw the units in order and in classes, with the formula and the thresholds; nothing unless the office asks for it."""
    ranking = paper.summary.ranking
    if ranking is None:
        return
    rule = ranking.rule
    sheet = book.sheet(paper.words("sheet_ranking"))
    set_columns(sheet, RANKING_WIDTHS)
    top = draw_heading(book, sheet, paper, RANKING_WIDTHS, paper.words("title_ranking"))
    captions = ("place", "unit", "rate", "basis", "band")
    draw_short_head(book, sheet, paper, top, [paper.words(f"ranking_{caption}") for caption in captions])
    row = top
    for line in ranking.lines:
        row += 1
        band = paper.words("ranking_no_band") if line.band is None else line.band
        book.put(sheet, row, 0, DASH if line.place is None else line.place, book.look(COUNT))
        book.put(sheet, row, 1, paper.unit(line.unit), book.look(CELL))
        book.put(sheet, row, 2, DASH if line.rate is None else float(line.rate), book.look(RATE))
        book.put(sheet, row, 3, line.basis, book.look(COUNT))
        book.put(sheet, row, 4, band, book.look(mix(COUNT, CENTRED)))
        sheet.set_row(row, row_height([(paper.unit(line.unit), RANKING_WIDTHS[1])]))
    steps = "; ".join(
        paper.words("ranking_step", band=band, percent=percent) for band, percent in enumerate(rule.thresholds, 1)
    )
    notes = [
        paper.words(
            "ranking_rule",
            rate=say(f"rates.rate_{rule.rate}", paper.lang),
            formula=say(f"rates.formula_{rule.rate}", paper.lang),
        ),
        paper.words("ranking_steps", steps=steps, last=len(rule.thresholds) + 1),
        paper.words("ranking_minimum", minimum=rule.minimum),
    ]
    draw_notes(book, sheet, row + 2, notes, RANKING_WIDTHS)
    set_paper(sheet, paper, (top, top))
