"""The sheet «Diễn biến»: the last twelve months and how long overdue work has been so, each as a table and its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.grid import address
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_counts import SUM_LOOK
from tdnv_sheets.render.report_lines import SECTION
from tdnv_sheets.render.report_paper import (
    CELL,
    COUNT,
    draw_heading,
    draw_notes,
    draw_short_head,
    formula,
    set_paper,
    write,
)
from tdnv_sheets.render.report_words import band_words
from tdnv_sheets.render.styles import FONT, mix

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import MonthLine

WIDTHS: Final = (30, *[13] * 9)
MONTH_COLUMNS: Final = (
    "open_before",
    "begun",
    "on_time",
    "late",
    "undated",
    "stopped",
    "reopened",
    "open_after",
    "overdue",
)
"""`report.month_<name>`."""
CHART: Final = {"width": 1060, "height": 300}
AGE_COLOUR: Final = "C00000"


def draw_trend(book: Book, paper: Paper) -> None:
    """Draw both tables and their charts; figures without months or overdue bands have no sheet."""
    summary = paper.summary
    if not summary.trend and not summary.ageing:
        return
    sheet = book.sheet(paper.words("sheet_trend"))
    set_columns(sheet, WIDTHS)
    row = draw_heading(book, sheet, paper, WIDTHS, paper.words("title_trend"))
    if summary.trend:
        row = _draw_months(book, sheet, paper, row)
    if summary.ageing:
        row = _draw_ageing(book, sheet, paper, row)
    set_paper(sheet, paper, None)
    sheet.fit_to_pages(1, 1)  # charts cut in two tell nothing


def _draw_months(book: Book, sheet: Worksheet, paper: Paper, row: int) -> int:
    """Draw the months; give the next free row."""
    write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), paper.words("part_months"), SECTION)
    top = row + 1
    draw_short_head(
        book, sheet, paper, top, [paper.words("month"), *(paper.words(f"month_{n}") for n in MONTH_COLUMNS)]
    )
    row = top
    for line in paper.summary.trend:
        row += 1
        book.put(sheet, row, 0, line.period.title(paper.lang), book.look(CELL))
        for column, (name, count) in enumerate(zip(MONTH_COLUMNS, _figures(line), strict=True), 1):
            if name == "open_after":
                cells = [address(row + 1, place) for place in range(2, 9)]
                text = f"={cells[0]}+{cells[1]}-SUM({cells[2]}:{cells[5]})+{cells[6]}"
                if _follows(line):
                    formula(sheet, (row, column), text, count, book.look(COUNT))
                    continue
            book.put(sheet, row, column, count, book.look(COUNT))
    row = draw_notes(book, sheet, row + 1, [paper.words("month_note")], WIDTHS)
    _months_chart(book, sheet, paper, (top, row))
    return row + 17


def _figures(line: MonthLine) -> tuple[int, ...]:
    flow = line.flow
    return (
        flow.open_before,
        flow.begun,
        flow.completed_on_time,
        flow.completed_late,
        flow.completed_undated,
        flow.withdrawn + flow.transferred,
        flow.reopened,
        flow.open_after,
        line.overdue,
    )


def _follows(line: MonthLine) -> bool:
    flow = line.flow
    return flow.open_before + flow.begun - flow.closed + flow.reopened == flow.open_after


def _months_chart(book: Book, sheet: Worksheet, paper: Paper, rows: tuple[int, int]) -> None:
    """Draw what was assigned, what was completed in time and late, and a line for what is overdue."""
    top, place = rows
    first, last = top + 1, top + len(paper.summary.trend)
    chart: Any = book.workbook.add_chart({"type": "column"})
    line: Any = book.workbook.add_chart({"type": "line"})
    series = ((2, "2E75B6"), (3, "70AD47"), (4, "FFC000"))
    for column, colour in series:
        chart.add_series(
            {
                "name": [sheet.name, top, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": f"#{colour}"},
                "gap": 60,
            }
        )
    column = len(MONTH_COLUMNS)
    line.add_series(
        {
            "name": [sheet.name, top, column],
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, column, last, column],
            "line": {"color": "#C00000", "width": 2.25},
            "marker": {"type": "circle", "size": 6, "fill": {"color": "#C00000"}, "border": {"color": "#C00000"}},
        }
    )
    chart.combine(line)
    _dress(chart, paper, "part_months")
    sheet.insert_chart(place, 0, chart)


def _draw_ageing(book: Book, sheet: Worksheet, paper: Paper, row: int) -> int:
    """Draw how long overdue work has been so; give the next free row."""
    bands = paper.summary.ageing
    write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), paper.words("part_ageing"), SECTION)
    top = row + 1
    draw_short_head(book, sheet, paper, top, [paper.words("age_band"), paper.words("chart_axis")])
    for number, band in enumerate(bands, 1):
        book.put(sheet, top + number, 0, band_words(paper, band), book.look(CELL))
        book.put(sheet, top + number, 1, band.count, book.look(COUNT))
    last = top + len(bands)
    book.put(sheet, last + 1, 0, paper.words("row_sum"), book.look(mix(CELL, SUM_LOOK)))
    text = f"=SUM({address(top + 2, 2)}:{address(last + 1, 2)})"
    formula(sheet, (last + 1, 1), text, sum(band.count for band in bands), book.look(mix(COUNT, SUM_LOOK)))
    chart: Any = book.workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": [sheet.name, top, 1],
            "categories": [sheet.name, top + 1, 0, last, 0],
            "values": [sheet.name, top + 1, 1, last, 1],
            "fill": {"color": f"#{AGE_COLOUR}"},
            "gap": 60,
            "data_labels": {"value": True, "font": {"name": FONT, "size": 10}},
        }
    )
    _dress(chart, paper, "part_ageing")
    chart.set_legend({"none": True})
    chart.set_size({"width": 760, "height": 260})
    sheet.insert_chart(top, 3, chart)
    return max(last + 2, top + 14)


def _dress(chart: Any, paper: Paper, title: str) -> None:  # noqa: ANN401 - a union of ten classes
    font = {"name": FONT, "size": 10}
    chart.set_title({"name": paper.words(title), "name_font": {**font, "size": 14}})
    chart.set_x_axis({"num_font": font})
    axis = {"num_font": font, "name": paper.words("chart_axis"), "name_font": font, "num_format": "0", "min": 0}
    chart.set_y_axis({**axis, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size(dict(CHART))
