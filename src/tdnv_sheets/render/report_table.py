"""Biểu 01, the counts by unit: numbers and formulas that anybody can recompute."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import COLUMNS
from tdnv_sheets.render.report_counts import SUM_LOOK, Drawn, draw_captions, draw_line, draw_sums
from tdnv_sheets.render.report_paper import (
    CELL,
    draw_heading,
    draw_notes,
    draw_numbers,
    draw_signatures,
    set_paper,
    write,
)
from tdnv_sheets.render.report_rules import rules_of
from tdnv_sheets.render.report_view import distinct_change
from tdnv_sheets.render.styles import BAND, fill, mix

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Counts, UnitLine

COUNTED_BY: Final = ("cut_off", "allocation")
"""Rules that decide which tasks are counted, and on which day; the first sheet of the workbook has all."""
ONE_PAGE: Final = 16
"""Units with which Biểu 01 and its signatures can be read on one page."""
GROUP_LOOK: Final = mix(CELL, {"bold": True}, fill(BAND))


def draw_table(book: Book, paper: Paper) -> list[int]:
    """Draw Biểu 01; give the 0-based row of each unit, in the order of `units_in_groups`."""
    summary = paper.summary
    sheet = book.sheet(paper.words("sheet_table"))
    widths = [column.width for column in COLUMNS]
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, widths, paper.words("title_table"), form=paper.words("sheet_table"))
    draw_captions(book, sheet, paper, top, COLUMNS)
    draw_numbers(book, sheet, top + 2, len(COLUMNS))
    first = row = top + 3
    rows: list[int] = []
    for group, members in groupby(units_in_groups(paper), key=lambda line: paper.unit_groups.get(line.unit, "")):
        lines = list(members)
        if paper.unit_groups:
            _draw_group(book, sheet, row, group or paper.words("group_none"), len(lines))
            row += 1
        for line in lines:
            rows.append(row)
            texts: dict[str, Raw] = {
                "number": len(rows),
                "unit": paper.unit(line.unit),
                "note": _note(paper, line.counts),
            }
            texts["change"] = line.counts.total - line.previous.total
            draw_line(book, sheet, row, COLUMNS, Drawn(line.counts, texts, line.rates))
            row += 1
    sums: dict[str, Raw] = {
        "unit": paper.words("row_total"),
        "change": summary.total.total - summary.previous_total.total,
    }
    counts = [line.counts for line in summary.units]
    draw_sums(book, sheet, (first, row), COLUMNS, Drawn(summary.total, sums, summary.rates), counts)
    distinct: dict[str, Raw] = {"unit": paper.words("row_distinct"), "change": distinct_change(summary)}
    draw_line(book, sheet, row + 1, COLUMNS, Drawn(summary.distinct, distinct), SUM_LOOK)
    row = draw_notes(book, sheet, row + 3, _footnotes(paper), widths)
    draw_signatures(book, sheet, paper, row + 1, len(COLUMNS))
    set_paper(sheet, paper, (top, top + 2))
    if len(rows) <= ONE_PAGE:
        sheet.fit_to_pages(1, 1)  # a signature alone on a page signs nothing
    return rows


def units_in_groups(paper: Paper) -> list[UnitLine]:
    """Give the units' lines, those of one group together, groups and units in the order of the unit list."""
    order: dict[str, int] = {}
    for line in paper.summary.units:
        order.setdefault(paper.unit_groups.get(line.unit, ""), len(order))
    return sorted(paper.summary.units, key=lambda line: order[paper.unit_groups.get(line.unit, "")])


def _draw_group(book: Book, sheet: Worksheet, row: int, group: str, count: int) -> None:
    """Draw the line above the units of one group; its cells are empty, so that sums over the column pass it by."""
    write(book, sheet, Area(row, 0, row, len(COLUMNS) - 1), f"{group} ({count})", GROUP_LOOK)
    sheet.set_row(row, 20)


def _note(paper: Paper, counts: Counts) -> str:
    parts = []
    if counts.not_completed:
        parts.append(paper.words("note_not_completed", count=counts.not_completed))
    if counts.awaiting:
        parts.append(paper.words("note_awaiting", count=counts.awaiting))
    if counts.withdrawn:
        parts.append(paper.words("note_withdrawn", count=counts.withdrawn))
    if counts.transferred:
        parts.append(paper.words("note_transferred", count=counts.transferred))
    return "; ".join(parts)


def _footnotes(paper: Paper) -> list[str]:
    summary = paper.summary
    numbers = {column.name: index for index, column in enumerate(COLUMNS, 1)}
    notes = [paper.words("footnote_heading")]
    if summary.total.total != summary.distinct.total:
        counts = {"total": summary.total.total, "distinct": summary.distinct.total}
        notes.append(paper.words("footnote_distinct", **counts))
    notes.append(paper.words("footnote_stopped", stopped=numbers["stopped"]))
    if summary.total.not_completed:
        place, count = numbers["overdue_running"], summary.total.not_completed
        notes.append(paper.words("footnote_not_completed", overdue_running=place, count=count))
    rated = [column for column in COLUMNS if column.over]
    formulas = {column.name: say(f"rates.formula_{column.rate}", paper.lang) for column in rated}
    places = {column.name.removeprefix("rate_"): numbers[column.name] for column in rated}
    notes.append(paper.words("footnote_rates", **formulas, **places))
    notes.append(paper.words("footnote_change", change=numbers["change"]))
    rules = rules_of(paper, COUNTED_BY)
    if rules:
        notes.append(paper.words("footnote_rules", rules=" ".join(rules), sheet=paper.words("sheet_contents")))
    return notes
