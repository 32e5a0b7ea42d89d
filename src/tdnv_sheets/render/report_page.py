"""The report as a page for the portal: one file, figures only, readable by everybody and every reader program.

Nothing of a single task is on it, neither its words nor its people: what an office publishes for good must not depend
on what somebody typed into a register.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.report_columns import COLUMNS, series_of
from tdnv_sheets.render.report_rules import rules_of
from tdnv_sheets.render.report_view import count_text, percent_text
from tdnv_sheets.render.report_words import overall, overdue_of
from tdnv_sheets.shipped import packaged
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Counts, MonthLine

INTERNAL: Final = frozenset({"number", "extended", "change", "note"})
"""Columns of Biểu 01 that are for the office only."""
WIDTH, HEIGHT, LEFT, FOOT, TOP = 920, 300, 50, 30, 10
"""Of the chart by month."""
MONTH_COLOURS: Final = (("begun", "2E75B6"), ("closed", "70AD47"), ("overdue", "C00000"))
GRID: Final = 4
LEVEL_COUNTS: Final = ("total", "done", "on_time", "late", "open", "overdue")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name and its cells in words."""

    name: str
    cells: tuple[str, ...]
    sum: bool = False


def draw_page(paper: Paper, path: Path) -> None:
    """Draw a period's report as a page. Raises `BrokenSurroundings` when the file cannot be written."""
    try:
        path.write_text(page(paper), encoding="utf-8", newline="\n")
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def page(paper: Paper) -> str:
    """Give the page's text."""
    loader = FileSystemLoader(packaged("render"))
    kept = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    head, summary = paper.head, paper.summary
    told = {"office": paper.office, "period": paper.period, "as_of": paper.as_of}
    published = {"publication": head.publication, "article": head.publication_article, "regulation": head.regulation}
    return kept.get_template("report_page.html").render(
        lang=paper.lang,
        say=lambda entry: _say(paper, entry),
        office=paper.office,
        authority=head.authority,
        title=_say(paper, "title", period=paper.period),
        as_of=_say(paper, "as_of", as_of=paper.as_of),
        basis=_say(paper, "by_article", **published) if head.publication else "",
        marks=paper.public_marks,
        alarm=paper.words("checks_some_wrong", count=paper.failed) if paper.failed else "",
        tiles=_tiles(paper),
        sentences=tuple(overall(paper, public=True)),
        legend=[(paper.words(f"chart_{name}"), colour) for name, _, colour in series_of(summary.total)],
        bars=_bars(paper),
        longest=max((line.counts.total for line in summary.units), default=0) or 1,
        heads=_heads(paper),
        lines=_lines(paper),
        months=_months(paper),
        chart=_chart(paper),
        levels=_levels(paper),
        level_heads=[_say(paper, "tasks"), *(paper.words(f"line_{name}") for name in LEVEL_COUNTS)],
        rate_heads=[paper.words(f"rate_{entry}") for entry in ("name", "formula", "value")],
        rate_note=paper.words("rate_rounding", row=paper.words("row_total")),
        rates=_rates(paper),
        rules=rules_of(paper),
        foot=_say(paper, "foot", **told),
    )


def _tiles(paper: Paper) -> list[dict[str, Any]]:
    counts, stated, number = paper.summary.total, paper.summary.rates, partial(count_text, lang=paper.lang)
    done = percent_text(stated.get("ty_le_hoan_thanh_tren_giao"), paper.lang)
    late = percent_text(stated.get("ty_le_qua_han_tren_giao"), paper.lang)
    overdue = overdue_of(counts)
    return [
        {"number": number(counts.total), "words": _say(paper, "tile_total"), "late": False},
        {"number": number(counts.completed), "words": _say(paper, "tile_done", rate=done), "late": False},
        {"number": number(counts.completed_on_time), "words": _say(paper, "tile_on_time"), "late": False},
        {"number": number(counts.open - overdue), "words": _say(paper, "tile_in_time"), "late": False},
        {"number": number(overdue), "words": _say(paper, "tile_overdue", rate=late), "late": True},
    ]


def _bars(paper: Paper) -> list[dict[str, Any]]:
    bars = []
    for line in paper.summary.units:
        pieces, start, told = [], 0, []
        for name, count, colour in series_of(line.counts):
            if count:
                pieces.append({"start": start, "length": count, "colour": colour})
                told.append(f"{paper.words(f'chart_{name}')}: {count_text(count, paper.lang)}")
                start += count
        unit, total = paper.unit(line.unit), count_text(line.counts.total, paper.lang)
        words = _say(paper, "bar", unit=unit, total=total, parts="; ".join(told)).strip()
        bars.append({"unit": unit, "total": total, "pieces": pieces, "told": words})
    return bars


# ------------------------------------------------------------------ tables


def _heads(paper: Paper) -> dict[str, Any]:
    columns = [column for column in COLUMNS if column.name not in INTERNAL]
    above: list[dict[str, Any]] = []
    for index, column in enumerate(columns):
        if not column.group:
            above.append({"words": paper.words(column.head), "across": 1})
        elif columns[index - 1].group != column.group:
            across = sum(other.group == column.group for other in columns)
            above.append({"words": paper.words(f"group_{column.group}"), "across": across})
    return {"above": above, "under": [paper.words(column.head) for column in columns if column.group]}


def _lines(paper: Paper) -> list[Line]:
    summary = paper.summary
    lines = [Line(paper.unit(line.unit), _cells(paper, line.counts, line.rates)) for line in summary.units]
    total = Line(paper.words("row_total"), _cells(paper, summary.total, summary.rates), sum=True)
    distinct = _cells(paper, summary.distinct, rates(summary.distinct))
    return [*lines, total, Line(paper.words("row_distinct"), distinct, sum=True)]


def _cells(paper: Paper, counts: Counts, stated: Mapping[str, Fraction | None]) -> tuple[str, ...]:
    cells = []
    for column in COLUMNS:
        if column.name in INTERNAL or column.name == "unit":
            continue
        if column.count:
            cells.append(count_text(column.count(counts), paper.lang))
        else:
            cells.append(percent_text(stated.get(column.rate), paper.lang))
    return tuple(cells)


def _levels(paper: Paper) -> list[Line]:
    number = partial(count_text, lang=paper.lang)
    lines = []
    for line in paper.summary.breakdowns.levels:
        c = line.counts
        counts = (c.total, c.completed, c.completed_on_time, c.completed_late, c.open, overdue_of(c))
        name = say(f"summary.level_{line.code or 'unknown'}", paper.lang)
        lines.append(Line(name, (number(line.tasks), *map(number, counts))))
    return lines


def _rates(paper: Paper) -> list[dict[str, str]]:
    return [
        {
            "name": say(f"rates.rate_{key}", paper.lang),
            "formula": say(f"rates.formula_{key}", paper.lang),
            "value": percent_text(rate, paper.lang),
        }
        for key, rate in paper.summary.rates.items()
    ]


# ------------------------------------------------------------------ the trend


def _months(paper: Paper) -> list[Line]:
    number = partial(count_text, lang=paper.lang)
    return [
        Line(line.period.title(paper.lang), tuple(number(count) for count in _figures(line)))
        for line in paper.summary.trend
    ]


def _figures(line: MonthLine) -> tuple[int, int, int]:
    return line.flow.begun, line.flow.closed, line.overdue


def _chart(paper: Paper) -> dict[str, Any]:
    trend = paper.summary.trend
    most = max((count for line in trend for count in _figures(line)), default=0)
    step = max(ceil(most / GRID), 1)
    height = HEIGHT - FOOT - TOP
    scale = height / (step * GRID)
    grid = [
        {"y": round(TOP + height - step * number * scale, 1), "words": count_text(step * number, paper.lang)}
        for number in range(GRID + 1)
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "grid": grid,
        "columns": list(_columns(trend, TOP + height, scale)),
        "marks": [
            {"x": round(LEFT + (index + 0.5) * _room(trend), 1), "words": f"{line.period.start:%m/%Y}"}
            for index, line in enumerate(trend)
        ],
        "legend": [(_say(paper, name), colour) for name, colour in MONTH_COLOURS],
    }


def _columns(trend: Sequence[MonthLine], base: float, scale: float) -> Iterator[dict[str, Any]]:
    width = _room(trend) * 0.25
    for index, line in enumerate(trend):
        start = LEFT + (index + 0.125) * _room(trend)
        for number, (count, (_, colour)) in enumerate(zip(_figures(line), MONTH_COLOURS, strict=True)):
            tall = count * scale
            yield {
                "x": round(start + number * width, 1),
                "y": round(base - tall, 1),
                "width": round(width - 2, 1),
                "height": round(tall, 1),
                "colour": colour,
            }


def _room(trend: Sequence[MonthLine]) -> float:
    return (WIDTH - LEFT) / max(len(trend), 1)


def _say(paper: Paper, entry: str, **values: object) -> str:
    return say(f"page.{entry}", paper.lang, **values)
