"""The charts of «Tổng quan»: statuses, units, the months of the year, how long overdue."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.render import styles
from tdnv_sheets.render.register_counts import FIRST_ROW, HEADER_ROW, NAME_COLUMN, STATUS_COLUMN, STATUSES, Line
from tdnv_sheets.rules.alerts import start_day
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.stamp import OWN_OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.view import RegisterView

FIGURES_SHEET: Final = "_so_lieu"
"""The hidden sheet with the figures of charts that no other sheet shows."""
AGES: Final = (7, 30, 90)
"""Days overdue that end a group; the last group has no end."""
_OVERDUE: Final = frozenset({Status.OPEN_OVERDUE, Status.NOT_COMPLETED})
_MONTHS, _AGES = 0, 4
"""First columns of the two tables there."""
_GRID: Final = {"visible": True, "line": {"color": "#E7E6E6"}}
FINE_SCALE: Final = 12
"""Up to this many assignments a chart's scale counts by ones; left alone it would show halves."""


class Place(NamedTuple):
    """Where a chart stands, and its size in pixels."""

    row: int
    column: int
    width: int
    height: int


def insert(canvas: Canvas, place: Place, chart: Any) -> None:  # noqa: ANN401 - XlsxWriter's charts are untyped
    """Put a chart in its place."""
    chart.set_size({"width": place.width, "height": place.height})
    canvas.sheet.insert_chart(place.row, place.column, chart, {"object_position": 1})


def _font(size: int, *, bold: bool = False) -> dict[str, object]:
    return {"name": styles.FONT, "size": size, "bold": bold}


def _chart(canvas: Canvas, kind: dict[str, str], title: str) -> Any:  # noqa: ANN401 - as above
    workbook = canvas.book.workbook
    chart: Any = workbook.add_chart({**kind, "name": f"{OWN_OBJECT}{len(workbook.charts) + 1}"})
    chart.set_title({"name": title, "name_font": _font(13, bold=True), "overlay": False})
    chart.set_chartarea({"border": {"color": f"#{styles.BORDER}"}})
    chart.set_y_axis({"num_font": _font(10), "reverse": True, "major_gridlines": {"visible": False}})
    return chart


def status_chart(canvas: Canvas, lines: Sequence[Line]) -> Any:  # noqa: ANN401 - as above
    """Give the chart of all statuses, from the sums below the *lines* of «Theo đơn vị»."""
    words = canvas.words
    sheet, sums = words.sheet("by_unit"), FIRST_ROW + len(lines)
    end = STATUS_COLUMN + len(STATUSES) - 1
    chart = _chart(canvas, {"type": "bar"}, words.say("chart_status"))
    chart.add_series(
        {
            "categories": [sheet, HEADER_ROW, STATUS_COLUMN, HEADER_ROW, end],
            "values": [sheet, sums, STATUS_COLUMN, sums, end],
            "points": [{"fill": {"color": f"#{styles.CHART_COLOUR[status]}"}} for status in STATUSES],
            "data_labels": {"value": True, "font": _font(10, bold=True)},
            "gap": 40,
        }
    )
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return chart


def unit_chart(canvas: Canvas, lines: Sequence[Line]) -> Any:  # noqa: ANN401 - as above
    """Give the chart of the statuses of each unit, from its line there."""
    words = canvas.words
    sheet, end = words.sheet("by_unit"), FIRST_ROW + len(lines) - 1
    chart = _chart(canvas, {"type": "bar", "subtype": "stacked"}, words.say("chart_units"))
    for offset, status in enumerate(STATUSES):
        column = STATUS_COLUMN + offset
        chart.add_series(
            {
                "name": [sheet, HEADER_ROW, column],
                "categories": [sheet, FIRST_ROW, NAME_COLUMN, end, NAME_COLUMN],
                "values": [sheet, FIRST_ROW, column, end, column],
                "fill": {"color": f"#{styles.CHART_COLOUR[status]}"},
                "gap": 45,
            }
        )
    axis = {"num_font": _font(9), "label_position": "high", "num_format": "0", "min": 0}
    axis["major_gridlines"] = _GRID
    if max(sum(entry.statuses.values()) for entry in lines) <= FINE_SCALE:
        axis["major_unit"] = 1
    chart.set_x_axis(axis)
    chart.set_legend({"position": "bottom", "font": _font(9)})
    return chart


def by_month(view: RegisterView) -> list[tuple[int, int]]:
    """Count for each month of the as-of year so far: assignments given in it, and completed in it."""
    given, done = Counter[int](), Counter[int]()
    for row in view.counted:
        start, end = start_day(row.assignment), None if row.judgement.awaiting else row.judgement.completion_day
        if start is not None and start.year == view.as_of.year and start <= view.as_of:
            given[start.month] += 1
        if end is not None and end.year == view.as_of.year:
            done[end.month] += 1
    return [(given[month], done[month]) for month in range(1, view.as_of.month + 1)]


def by_age(view: RegisterView) -> list[int]:
    """Count what is overdue by how long it has been so: a number for each group of `AGES`, and one for what is older."""
    counts = [0] * (len(AGES) + 1)
    for row in view.counted:
        left = row.judgement.days_left
        if row.judgement.status in _OVERDUE and left is not None:
            counts[sum(-left > age for age in AGES)] += 1
    return counts


def _figures(canvas: Canvas, column: int, table: Sequence[Sequence[str | int]]) -> None:
    book = canvas.book
    sheet = book.hidden(FIGURES_SHEET)
    for row, line in enumerate(table):
        for offset, value in enumerate(line):
            book.put(sheet, row, column + offset, value)


def _columns(canvas: Canvas, title: str) -> Any:  # noqa: ANN401 - as above
    chart = _chart(canvas, {"type": "column"}, title)
    chart.set_x_axis({"num_font": _font(9)})
    chart.set_y_axis({"num_font": _font(9), "num_format": "0", "min": 0, "major_gridlines": _GRID})
    return chart


def _series(column: int, first: int, last: int, colour: str, *, labels: int) -> dict[str, object]:
    return {
        "name": [FIGURES_SHEET, 0, column],
        "categories": [FIGURES_SHEET, first, labels, last, labels],
        "values": [FIGURES_SHEET, first, column, last, column],
        "fill": {"color": f"#{colour}"},
        "data_labels": {"value": True, "font": _font(9)},
        "gap": 60,
    }


def months_chart(canvas: Canvas) -> Any:  # noqa: ANN401 - as above
    """Give the chart of what was given and what was completed in each month of the year so far."""
    words, months = canvas.words, by_month(canvas.view)
    table: list[Sequence[str | int]] = [("", words.say("chart_given"), words.say("chart_completed"))]
    table += [(words.say("chart_month", month=number), *both) for number, both in enumerate(months, 1)]
    _figures(canvas, _MONTHS, table)
    chart = _columns(canvas, words.say("chart_months", year=canvas.view.as_of.year))
    for column, status in ((_MONTHS + 1, Status.OPEN_IN_TIME), (_MONTHS + 2, Status.COMPLETED_ON_TIME)):
        chart.add_series(_series(column, 1, len(months), styles.CHART_COLOUR[status], labels=_MONTHS))
    chart.set_legend({"position": "bottom", "font": _font(9)})
    return chart


def ages_chart(canvas: Canvas) -> Any:  # noqa: ANN401 - as above
    """Give the chart of how long overdue work has been so."""
    words, counts = canvas.words, by_age(canvas.view)
    first = [1, *(age + 1 for age in AGES[:-1])]
    names = [words.say("chart_age", first=low, last=high) for low, high in zip(first, AGES, strict=True)]
    names.append(words.say("chart_age_more", days=AGES[-1]))
    _figures(canvas, _AGES, [("", words.say("chart_count")), *zip(names, counts, strict=True)])
    chart = _columns(canvas, words.say("chart_ages"))
    chart.add_series(_series(_AGES + 1, 1, len(counts), styles.CHART_COLOUR[Status.OPEN_OVERDUE], labels=_AGES))
    chart.set_legend({"none": True})
    return chart
