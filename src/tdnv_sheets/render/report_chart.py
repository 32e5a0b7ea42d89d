"""The sheet «Biểu đồ» of a report: a small table by formulas from Biểu 01, and a stacked bar for each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.grid import address
from tdnv_sheets.render.book import set_columns
from tdnv_sheets.render.report_columns import SERIES, index_of, series_of
from tdnv_sheets.render.report_paper import CELL, COUNT, draw_heading, formula, set_paper
from tdnv_sheets.render.report_table import units_in_groups
from tdnv_sheets.render.styles import FONT, header, row_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper

NAME_WIDTH, COUNT_WIDTH = 34, 15
CHART_WIDTH, BAR_HEIGHT, FRAME_HEIGHT = 1010, 30, 170
"""Pixels."""
ONE_PAGE: Final = 20
"""Units whose table and chart can be read on one page; more are charted page by page."""
CHARTED, CHART_ROWS, SCALE = 14, 32, 95
"""Units of one chart, rows of the sheet that it takes, and percent of its size on paper."""


def draw_chart(book: Book, paper: Paper, rows: Sequence[int]) -> None:
    """Draw the status of each unit's tasks, whose counts stand in *rows* (0-based) of Biểu 01; a report without units has no bars and no sheet."""
    units = units_in_groups(paper)
    if not units:
        return
    sheet = book.sheet(paper.words("sheet_chart"))
    widths = (NAME_WIDTH, *[COUNT_WIDTH] * len(SERIES))
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, widths, paper.words("title_chart"))
    captions = [paper.words("head_unit"), *(paper.words(f"chart_{name}") for name, _, _ in SERIES)]
    for column, caption in enumerate(captions):
        book.put(sheet, top, column, caption, book.look(header(paper.colours)))
    sheet.set_row(top, 48)
    source = paper.words("sheet_table")
    for index, line in enumerate(units):
        row, there = top + 1 + index, rows[index] + 1
        name, pieces = paper.unit(line.unit), series_of(line.counts)
        formula(sheet, (row, 0), f"='{source}'!{address(there, index_of('unit') + 1)}", name, book.look(CELL))
        for column, (_, parts, _) in enumerate(SERIES, 1):
            cells = "+".join(f"'{source}'!{address(there, index_of(part) + 1)}" for part in parts)
            formula(sheet, (row, column), f"={cells}", pieces[column - 1][1], book.look(COUNT))
        sheet.set_row(row, row_height([(name, NAME_WIDTH)]))
    set_paper(sheet, paper, (top, top))
    colours = [colour for _, _, colour in SERIES]
    last = top + len(units)
    if len(units) <= ONE_PAGE:
        _draw_bars(book, sheet, paper, (top, top + 1, last, last + 2), colours)
        sheet.fit_to_pages(1, 1)  # a chart cut in two tells nothing
        return
    sheet.set_print_scale(SCALE)  # Excel breaks no page by hand where it fits pages itself
    breaks, place = [], last + 2
    for first in range(top + 1, last + 1, CHARTED):
        breaks.append(place)
        _draw_bars(book, sheet, paper, (top, first, min(first + CHARTED - 1, last), place), colours)
        place += CHART_ROWS
    sheet.set_h_pagebreaks(breaks)


def _draw_bars(book: Book, sheet: Worksheet, paper: Paper, rows: tuple[int, int, int, int], colours: list[str]) -> None:
    """Draw the bars of the units in some rows: (captions, first unit, last unit, where the chart begins)."""
    top, first, last, place = rows
    chart: Any = book.workbook.add_chart({"type": "bar", "subtype": "stacked"})  # a union of ten classes and None
    font = {"name": FONT, "size": 10}
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
    chart.set_size({"width": CHART_WIDTH, "height": FRAME_HEIGHT + BAR_HEIGHT * (last - first + 1)})
    sheet.insert_chart(place, 0, chart)
