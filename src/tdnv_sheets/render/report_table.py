"""Biểu 01, the counts by unit: numbers and formulas that anybody can recompute, and the chart drawn from them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import address
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import COLUMNS, index_of
from tdnv_sheets.render.report_paper import (
    CELL,
    CHANGE,
    COUNT,
    RATE,
    draw_heading,
    draw_notes,
    draw_numbers,
    draw_signatures,
    formula,
    set_paper,
    write,
)
from tdnv_sheets.render.report_view import DASH
from tdnv_sheets.render.styles import fill, header, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_columns import Column
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.summary.figures import Counts

TOTAL_FILL: Final = "D6DCE4"


def cells(names: Iterable[str], row: int) -> str:
    """Give the cells of a 0-based *row* in the named columns, added up."""
    return "+".join(address(row + 1, index_of(name) + 1) for name in names)


def draw_table(book: Book, paper: Paper) -> int:
    """Draw Biểu 01; give the 0-based row of its first unit."""
    summary = paper.summary
    sheet = book.sheet(paper.words("sheet_table"))
    widths = [column.width for column in COLUMNS]
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, len(COLUMNS), paper.words("title_table"), form=paper.words("sheet_table"))
    _draw_captions(book, sheet, paper, top)
    draw_numbers(book, sheet, top + 2, len(COLUMNS))
    row = first = top + 3
    for number, line in enumerate(summary.units, 1):
        texts = (number, paper.unit(line.unit), _note(paper, line.counts))
        _draw_line(book, sheet, row, (texts, line.counts, line.rates, line.counts.total - line.previous.total))
        row += 1
    row = _draw_totals(book, sheet, paper, (first, row))
    row = draw_notes(book, sheet, row + 1, _footnotes(paper), widths)
    draw_signatures(book, sheet, paper, row + 1, len(COLUMNS))
    set_paper(sheet, paper, (top, top + 2))
    return first


def _draw_captions(book: Book, sheet: Worksheet, paper: Paper, top: int) -> None:
    look = header(paper.colours)
    start = 0
    while start < len(COLUMNS):
        group, end = COLUMNS[start].group, start
        while group and end + 1 < len(COLUMNS) and COLUMNS[end + 1].group == group:
            end += 1
        if group:
            write(book, sheet, Area(top, start, top, end), paper.words(f"group_{group}"), look)
            for column in range(start, end + 1):
                book.put(sheet, top + 1, column, paper.words(COLUMNS[column].head), book.look(look))
        else:
            write(book, sheet, Area(top, start, top + 1, start), paper.words(COLUMNS[start].head), look)
        start = end + 1
    sheet.set_row(top, 24)
    sheet.set_row(top + 1, 64)


def _draw_line(
    book: Book,
    sheet: Worksheet,
    row: int,
    line: tuple[tuple[int | None, str, str], Counts, Mapping[str, Fraction | None], int | None],
    extra: Look | None = None,
) -> None:
    """Draw one line: (number, name, note), its counts, the rates that the summary states, the change."""
    (number, name, note), counts, rates, change = line
    shade = extra or {}
    values = {column.name: column.count(counts) for column in COLUMNS if column.count}
    plain = {"number": number, "unit": name, "note": note, "change": change}
    for index, column in enumerate(COLUMNS):
        place = (row, index)
        if column.parts and sum(values[part] for part in column.parts) == values[column.name]:
            text = f"={cells(column.parts, row)}"
            formula(sheet, place, text, values[column.name], book.look(mix(COUNT, shade)))
        elif column.count:
            book.put(sheet, *place, values[column.name], book.look(mix(COUNT, shade)))
        elif column.over:
            _draw_rate(book, sheet, place, (column, values, rates), shade)
        else:
            look = {"number": COUNT, "change": CHANGE}.get(column.name, CELL)
            book.put(sheet, *place, plain[column.name], book.look(mix(look, shade)))
    sheet.set_row(row, row_height([(name, 30), (note, 24)]))


def _draw_rate(
    book: Book,
    sheet: Worksheet,
    place: tuple[int, int],
    rated: tuple[Column, Mapping[str, int], Mapping[str, Fraction | None]],
    shade: Look,
) -> None:
    """Write a rate as a formula of the line's cells; the stated number where the cells do not give it."""
    column, values, rates = rated
    if column.over is None:
        return
    above, below = column.over
    whole = sum(values[name] for name in below)
    computed = Fraction(sum(values[name] for name in above), whole) if whole else None
    shown: float | str = DASH if computed is None else float(computed)
    look = book.look(mix(RATE, shade))
    stated = rates.get(column.rate, computed)
    if stated != computed:
        book.put(sheet, *place, DASH if stated is None else float(stated), look)
        return
    row = place[0]
    divisor = cells(below, row)
    formula(sheet, place, f'=IF({divisor}=0,"{DASH}",({cells(above, row)})/({divisor}))', shown, look)


def _draw_totals(book: Book, sheet: Worksheet, paper: Paper, rows: tuple[int, int]) -> int:
    """Draw the sum over the units in *rows* (first, one past the last) and the distinct tasks; give the next free row."""
    first, row = rows
    summary, shade = paper.summary, mix({"bold": True}, fill(TOTAL_FILL))
    change = summary.total.total - summary.previous_total.total
    texts = (None, paper.words("row_total"), "")
    _draw_line(book, sheet, row, (texts, summary.total, summary.rates, change), shade)
    for index, column in enumerate(COLUMNS):
        if not column.count or not summary.units:
            continue
        total = column.count(summary.total)
        if sum(column.count(line.counts) for line in summary.units) == total:
            text = f"=SUM({address(first + 1, index + 1)}:{address(row, index + 1)})"
            formula(sheet, (row, index), text, total, book.look(mix(COUNT, shade)))
    texts = (None, paper.words("row_distinct"), "")
    _draw_line(book, sheet, row + 1, (texts, summary.distinct, {}, None), shade)
    return row + 2


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
    notes.extend(
        (paper.words("footnote_rates", **formulas, **places), paper.words("footnote_change", change=numbers["change"]))
    )
    return notes
