"""The sheet «Biểu đồ» of a report: a small table by formulas from Biểu 01, and a stacked bar for each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.grid import address
from tdnv_sheets.render.book import set_columns
from tdnv_sheets.render.report_columns import COLUMNS, index_of
from tdnv_sheets.render.report_paper import CELL, COUNT, draw_heading, formula, set_paper
from tdnv_sheets.render.styles import FONT, header, row_height

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper

SERIES: Final = (
    ("on_time", ("on_time",), "70AD47"),
    ("late", ("late",), "FFC000"),
    ("completed_undated", ("done_undated",), "9DC3E6"),
    ("in_time", ("in_time_running", "in_time_idle"), "2E75B6"),
    ("overdue", ("overdue_running", "overdue_idle"), "C00000"),
    ("open_undated", ("open_undated",), "BFBFBF"),
    ("stopped", ("stopped",), "7F7F7F"),
)
"""Words (`report.chart_<name>`), columns of Biểu 01 that are added up, and the bar's colour."""
NAME_WIDTH, COUNT_WIDTH = 34, 15
CHART_WIDTH, BAR_HEIGHT, FRAME_HEIGHT = 1010, 30, 170
"""Pixels."""


def draw_chart(book: Book, paper: Paper, first_row: int) -> None:
    """Draw the status of each unit's tasks, whose counts begin at *first_row* (0-based) of Biểu 01; a report without units has no bars and no sheet."""
    units = paper.summary.units
    if not units:
        return
    sheet = book.sheet(paper.words("sheet_chart"))
    set_columns(sheet, [NAME_WIDTH, *[COUNT_WIDTH] * len(SERIES)])
    top = draw_heading(book, sheet, paper, len(SERIES) + 1, paper.words("title_chart"))
    captions = [paper.words("head_unit"), *(paper.words(f"chart_{name}") for name, _, _ in SERIES)]
    for column, caption in enumerate(captions):
        book.put(sheet, top, column, caption, book.look(header(paper.colours)))
    sheet.set_row(top, 48)
    by_name = {column.name: column for column in COLUMNS}
    source = paper.words("sheet_table")
    for index, line in enumerate(units):
        row, there = top + 1 + index, first_row + index + 1
        name = paper.unit(line.unit)
        formula(sheet, (row, 0), f"='{source}'!{address(there, index_of('unit') + 1)}", name, book.look(CELL))
        for column, (_, parts, _) in enumerate(SERIES, 1):
            cells = "+".join(f"'{source}'!{address(there, index_of(part) + 1)}" for part in parts)
            counts = (by_name[part].count for part in parts)
            value = sum(count(line.counts) for count in counts if count)
            formula(sheet, (row, column), f"={cells}", value, book.look(COUNT))
        sheet.set_row(row, row_height([(name, NAME_WIDTH)]))
    _draw_bars(book, sheet, paper, (top, len(units)), [colour for _, _, colour in SERIES])
    set_paper(sheet, paper, None)
    sheet.fit_to_pages(1, 1)  # a chart cut in two tells nothing


def _draw_bars(book: Book, sheet: Worksheet, paper: Paper, table: tuple[int, int], colours: list[str]) -> None:
    top, count = table
    chart: Any = book.workbook.add_chart({"type": "bar", "subtype": "stacked"})  # a union of ten classes and None
    font = {"name": FONT, "size": 10}
    first, last = top + 1, top + count
    for column, colour in enumerate(colours, 1):
        chart.add_series(
            {
                "name": [sheet.name, top, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": f"#{colour}"},
                "gap": 40,
            }
        )
    chart.set_title({"name": paper.words("title_chart"), "name_font": {**font, "size": 14}})
    chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": font})
    axis = {"num_font": font, "name": paper.words("chart_axis"), "name_font": font, "num_format": "0"}
    chart.set_x_axis({**axis, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": CHART_WIDTH, "height": FRAME_HEIGHT + BAR_HEIGHT * count})
    sheet.insert_chart(last + 2, 0, chart)
