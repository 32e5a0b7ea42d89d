"""The periodic report as a workbook: the official forms, breakdowns, charts, rates with their formulas, reconciliation checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import shorten
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, open_book, set_columns
from tdnv_sheets.render.report_changes import draw_changes
from tdnv_sheets.render.report_chart import draw_chart
from tdnv_sheets.render.report_contents import draw_contents
from tdnv_sheets.render.report_lines import draw_comparison, draw_documents, draw_sources, draw_years
from tdnv_sheets.render.report_lists import draw_lists
from tdnv_sheets.render.report_narrative import draw_narrative
from tdnv_sheets.render.report_paper import (
    CELL,
    CENTRED,
    COUNT,
    RATE,
    draw_heading,
    draw_notes,
    draw_short_head,
    set_paper,
    write,
)
from tdnv_sheets.render.report_returns import draw_ranking, draw_returns
from tdnv_sheets.render.report_table import draw_table
from tdnv_sheets.render.report_trend import draw_trend
from tdnv_sheets.render.report_view import DASH
from tdnv_sheets.render.styles import PLAIN, fill, mix, row_height

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper

RATE_WIDTHS: Final = (6, 50, 74, 16)
CHECK_WIDTHS: Final = (6, 82, 18, 40)


def draw_workbook(paper: Paper, path: Path) -> None:
    """Draw a period's report as a workbook. Raises `BrokenSurroundings` when the file cannot be written."""
    title = f"{paper.words('title_table')} – {paper.period}"
    with open_book(path, title=title, author=paper.office) as book:
        contents = book.sheet(paper.words("sheet_contents"))
        rows = draw_table(book, paper)
        draw_lists(book, paper)
        draw_returns(book, paper)
        draw_narrative(book, paper)
        draw_comparison(book, paper)
        draw_sources(book, paper)
        draw_years(book, paper)
        draw_documents(book, paper)
        draw_trend(book, paper)
        draw_chart(book, paper, rows)
        _draw_rates(book, paper)
        draw_ranking(book, paper)
        _draw_checks(book, paper)
        draw_changes(book, paper)
        draw_contents(book, contents, paper)


def _draw_rates(book: Book, paper: Paper) -> None:
    sheet = book.sheet(paper.words("sheet_rates"))
    set_columns(sheet, RATE_WIDTHS)
    top = draw_heading(book, sheet, paper, RATE_WIDTHS, paper.words("title_rates"))
    captions = [paper.words(entry) for entry in ("head_number", "rate_name", "rate_formula", "rate_value")]
    draw_short_head(book, sheet, paper, top, captions)
    row = top
    for number, (key, rate) in enumerate(paper.summary.rates.items(), 1):
        row += 1
        name, formula = say(f"rates.rate_{key}", paper.lang), say(f"rates.formula_{key}", paper.lang)
        book.put(sheet, row, 0, number, book.look(COUNT))
        book.put(sheet, row, 1, name, book.look(CELL))
        book.put(sheet, row, 2, formula, book.look(CELL))
        book.put(sheet, row, 3, DASH if rate is None else float(rate), book.look(RATE))
        sheet.set_row(row, row_height([(name, RATE_WIDTHS[1]), (formula, RATE_WIDTHS[2])]))
    draw_notes(book, sheet, row + 2, [paper.words("rate_rounding", row=paper.words("row_total"))], RATE_WIDTHS)
    set_paper(sheet, paper, (top, top))


def _draw_checks(book: Book, paper: Paper) -> None:
    sheet = book.sheet(paper.words("sheet_checks"))
    set_columns(sheet, CHECK_WIDTHS)
    top = draw_heading(book, sheet, paper, CHECK_WIDTHS, paper.words("title_checks"))
    captions = [paper.words(entry) for entry in ("head_number", "check_name", "check_result", "check_detail")]
    draw_short_head(book, sheet, paper, top, captions)
    good, bad = paper.colours["completed_on_time"], paper.colours["wrong_cell"]
    lines = [
        (
            say(f"checks.check_{check.name}", paper.lang),
            paper.words("check_ok" if check.ok else "check_wrong"),
            shorten(check.detail, 120),
            good if check.ok else bad,
        )
        for check in paper.summary.checks
    ]
    between, told = paper.summary.between, paper.colours["office_cell"]
    lines += [
        (paper.words("begun_between"), paper.words("check_info"), str(between.begun), told),
        (paper.words("closed_between"), paper.words("check_info"), str(between.closed), told),
    ]
    row = top
    for number, (name, result, detail, colour) in enumerate(lines, 1):
        row += 1
        book.put(sheet, row, 0, number, book.look(COUNT))
        book.put(sheet, row, 1, name, book.look(CELL))
        book.put(sheet, row, 2, result, book.look(mix(CELL, CENTRED, {"bold": True}, fill(colour))))
        book.put(sheet, row, 3, detail, book.look(mix(CELL, CENTRED)))
        sheet.set_row(row, row_height([(name, CHECK_WIDTHS[1]), (detail, CHECK_WIDTHS[3])]))
    if not paper.failed:
        area = Area(row + 2, 0, row + 2, len(CHECK_WIDTHS) - 1)
        write(book, sheet, area, paper.words("checks_all_ok"), mix(PLAIN, {"italic": True}))
    set_paper(sheet, paper, (top, top))
