"""The figures of a report as data: everything beyond the first keys of design §10, in the shape of docs/json.md."""

from __future__ import annotations

from dataclasses import asdict, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.summary.figures import Counts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from fractions import Fraction

    from tdnv_sheets.periods import Period
    from tdnv_sheets.summary.figures import Flow, Line, Listed, Summary
    from tdnv_sheets.summary.ranking import Ranking
    from tdnv_sheets.summary.returns import Returns

_FIGURES: Final = tuple(figure.name for figure in fields(Counts))
_figures: Final = attrgetter(*_FIGURES)


def more_of(summary: Summary) -> dict[str, Any]:
    """Give what a report holds besides period, day, regulation, total, units, rates and checks."""
    heaps = summary.breakdowns
    return {
        "allocation": summary.allocation,
        "revision": summary.revision,
        "distinct": counts_of(summary.distinct),
        "previous": _other(
            summary.previous_period, summary.previous_as_of, summary.previous_total, summary.previous_distinct
        ),
        "last_year": _other(
            summary.last_year_period, summary.last_year_as_of, summary.last_year_total, summary.last_year_distinct
        ),
        "between": asdict(summary.between),
        "flow": _flow(summary.flow),
        "trend": [
            {"month": line.period.name, "until": line.last.isoformat(), **_flow(line.flow), "overdue": line.overdue}
            for line in summary.trend
        ],
        "assigners": [_line("assigner", line) for line in heaps.assigners],
        "levels": [_line("level", line) for line in heaps.levels],
        "years": [_line("year", line) for line in heaps.years],
        "document_count": heaps.document_count,
        "documents": [_document(line) for line in heaps.documents],
        "ageing": [{"from": band.first, "to": band.last, "count": band.count} for band in summary.ageing],
        "overdue": _keys(summary.overdue),
        "late": _keys(summary.late),
        "due_soon": _keys(summary.due_soon),
        "undated_silent": _keys(summary.undated_silent),
        "shared": [
            {"task_id": one.task_id, "units": [lead.assignment.key.unit for lead in one.leads], "moved": one.moved}
            for one in summary.shared
        ],
        "returns": _returns(summary.returns),
        "ranking": None if summary.ranking is None else _ranking(summary.ranking),
        "rules": [
            {
                "what": rule.what,
                "value": rule.value,
                "article": rule.article,
                "since": _day(rule.since),
                "to": rule.to,
            }
            for rule in summary.applied
        ],
    }


def counts_of(counts: Counts) -> dict[str, int]:
    """Give all figures of a line by name."""
    return dict(zip(_FIGURES, _figures(counts), strict=True))


def rate_of(rate: Fraction | None) -> float | None:
    """Give a rate from 0 to 1; None for a zero denominator."""
    return None if rate is None else round(float(rate), 6)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _other(period: Period | None, as_of: date | None, total: Counts, distinct: Counts) -> dict[str, Any] | None:
    if period is None:
        return None
    counts = {**counts_of(total), "distinct_tasks": distinct.total}
    return {"period": period.name, "as_of": _day(as_of), "total": counts}


def _flow(flow: Flow) -> dict[str, int]:
    return {**asdict(flow), "closed": flow.closed}


def _line(name: str, line: Line) -> dict[str, Any]:
    return {name: line.code, **counts_of(line.counts), "distinct_tasks": line.tasks}


def _document(line: Line) -> dict[str, Any]:
    about = {"document_date": _day(line.day), "document_summary": line.label}
    return {**_line("document_number", line), **about}


def _keys(listed: Iterable[Listed]) -> list[dict[str, str]]:
    return [{"task_id": one.assignment.key.task_id, "unit": one.assignment.key.unit} for one in listed]


def _returns(returns: Returns) -> dict[str, Any]:
    return {
        "article": returns.article,
        "expected": returns.expected,
        "reported": returns.reported,
        "units": [
            {
                "unit": line.unit,
                "state": line.state.value,
                "due": _day(line.due),
                "came": _day(line.came),
                "to_correct": line.to_correct,
            }
            for line in returns.lines
        ],
    }


def _ranking(ranking: Ranking) -> dict[str, Any]:
    return {
        "rate": ranking.rule.rate,
        "numerator": list(ranking.formula.numerator),
        "denominator": list(ranking.formula.denominator),
        "minimum": ranking.rule.minimum,
        "thresholds": list(ranking.rule.thresholds),
        "units": [
            {
                "unit": one.unit,
                "rate": rate_of(one.rate),
                "basis": one.basis,
                "place": one.place,
                "class": one.band,
            }
            for one in ranking.lines
        ],
    }
