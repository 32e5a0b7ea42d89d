"""The checks that a report must pass before anybody signs it: every table adds up, and says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from operator import attrgetter, mul
from typing import TYPE_CHECKING, Final

from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.summary.figures import Check, Counts
from tdnv_sheets.summary.flow_checks import flow_checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tdnv_sheets.summary.figures import Line, Summary

_FIGURES: Final = tuple(figure.name for figure in fields(Counts))
_NOTHING: Final = Counts()
_figures: Final = attrgetter(*_FIGURES)
_of_statuses: Final = attrgetter(*(status.value for status in Status))


def run_checks(summary: Summary) -> tuple[Check, ...]:
    """Give every check of *summary*, passed or not, in the order of printing."""
    total, lines = summary.total, [(line.unit, line.counts) for line in summary.units]
    return (
        _equal("statuses_total", [("", sum_of_statuses(total), total.total)]),
        _equal("statuses_units", [(unit, sum_of_statuses(counts), counts.total) for unit, counts in lines]),
        _equal("carried_and_new", [("", total.carried + total.new, total.total)]),
        _equal("carried_and_new_units", [(unit, c.carried + c.new, c.total) for unit, c in lines]),
        _adds_up("units_total", [counts for _unit, counts in lines], total),
        _period("previous_total", [line.previous for line in summary.units], summary.previous_total),
        _period("last_year_total", [line.last_year for line in summary.units], summary.last_year_total),
        _distinct("distinct", summary.distinct, total),
        _distinct("previous_distinct", summary.previous_distinct, summary.previous_total),
        _distinct("last_year_distinct", summary.last_year_distinct, summary.last_year_total),
        _parts(summary),
        *_breakdowns(summary),
        *_lists(summary),
        *flow_checks(summary),
        _returns(summary),
        *_ranking(summary),
        _rates(summary),
    )


def sum_of_statuses(counts: Counts) -> int:
    """Add up the nine statuses."""
    return sum(_of_statuses(counts))


def _equal(name: str, pairs: Iterable[tuple[str, int, int]]) -> Check:
    """Compare pairs (whose, one side, other side); the detail shows the first that differs, else the sums."""
    pairs = list(pairs)
    for whose, left, right in pairs:
        if left != right:
            return Check(name, ok=False, detail=f"{whose}: {left} ≠ {right}" if whose else f"{left} ≠ {right}")
    left, right = sum(pair[1] for pair in pairs), sum(pair[2] for pair in pairs)
    return Check(name, ok=True, detail=f"{left} = {right}")


def _adds_up(name: str, lines: Sequence[Counts], total: Counts) -> Check:
    """Compare every figure of the total line with the sum of the lines, not only their totals."""
    # Thousands of papers share some hundred counts, so each of these is looked at once.
    each, times = {id(counts): counts for counts in lines}, Counter(map(id, lines))
    columns = zip(*map(_figures, (_NOTHING, *each.values())), strict=True)
    for figure, column, right in zip(_FIGURES, columns, _figures(total), strict=True):
        left = sum(map(mul, column, (0, *times.values())))
        if left != right:
            return Check(name, ok=False, detail=f"{figure}: {left} ≠ {right}")
    return Check(name, ok=True, detail=f"{total.total} = {total.total}")


def _period(name: str, lines: Sequence[Counts], total: Counts) -> Check:
    added = _adds_up(name, lines, total)
    return added if not added.ok else _equal(name, [("", sum_of_statuses(total), total.total)])


def _distinct(name: str, distinct: Counts, total: Counts) -> Check:
    if distinct.total > total.total or (distinct.total == 0) is not (total.total == 0):
        return Check(name, ok=False, detail=f"{distinct.total}, {total.total}")
    inner = _equal(name, [("", sum_of_statuses(distinct), distinct.total)])
    return Check(name, ok=True, detail=f"{distinct.total} ≤ {total.total}") if inner.ok else inner


def _parts(summary: Summary) -> Check:
    """See that no «of which» is larger than what it is a part of, in any line."""
    lines = [("", summary.total), *((line.unit, line.counts) for line in summary.units)]
    for whose, counts in lines:
        for part, whole in (
            ("open_in_time_not_started", counts.open_in_time),
            ("open_overdue_not_started", counts.open_overdue),
            ("due_soon", counts.open_in_time),
            ("undated_silent", counts.open_undated),
            ("overdue_silent", counts.open_overdue + counts.not_completed),
            ("updated", counts.open),
            ("awaiting", counts.open),
            ("due", counts.total),
            ("extended", counts.total),
        ):
            if getattr(counts, part) > whole:
                detail = f"{whose} {part}: {getattr(counts, part)} > {whole}".strip()
                return Check("parts", ok=False, detail=detail)
    return Check("parts", ok=True)


def _breakdowns(summary: Summary) -> Iterator[Check]:
    heaps = summary.breakdowns
    for name, lines in (
        ("assigners", heaps.assigners),
        ("levels", heaps.levels),
        ("documents", heaps.documents),
        ("years", heaps.years),
    ):
        yield _adds_up(f"{name}_total", [line.counts for line in lines], summary.total)
    everything = (*heaps.assigners, *heaps.levels, *heaps.documents, *heaps.years)
    yield _tasks_of(everything)


def _tasks_of(lines: Iterable[Line]) -> Check:
    """See that a line has some task where it has an assignment, and not more tasks than assignments."""
    for line in lines:
        if not (line.counts.total > 0) <= line.tasks <= line.counts.total:
            return Check("line_tasks", ok=False, detail=f"{line.code}: {line.tasks}, {line.counts.total}")
    return Check("line_tasks", ok=True)


def _lists(summary: Summary) -> Iterator[Check]:
    total = summary.total
    overdue = total.open_overdue + total.not_completed
    yield _equal("overdue_listed", [("", len(summary.overdue), overdue)])
    yield _equal("late_listed", [("", len(summary.late), total.completed_late)])
    yield _equal("due_soon_listed", [("", len(summary.due_soon), total.due_soon)])
    yield _equal("undated_silent_listed", [("", len(summary.undated_silent), total.undated_silent)])
    more = sum(len(shared.leads) - 1 for shared in summary.shared)
    yield _equal("shared_listed", [("", more, total.total - summary.distinct.total)])
    yield _equal("ageing", [("", sum(band.count for band in summary.ageing), overdue)])


def _returns(summary: Summary) -> Check:
    """See that every unit that was expected to report has one line."""
    lines = summary.returns.lines
    units = {line.unit for line in lines}
    late = [line.unit for line in lines if line.came is not None and line.came > summary.as_of]
    if late:
        return Check("returns", ok=False, detail=", ".join(late))
    return _equal("returns", [("", len(units), summary.returns.expected)])


def _ranking(summary: Summary) -> Iterator[Check]:
    if summary.ranking is not None:
        ranked = sorted(one.unit for one in summary.ranking.lines)
        listed = sorted(line.unit for line in summary.units)
        same = ranked == listed
        yield Check("ranking", ok=same, detail=f"{len(ranked)} {'=' if same else '≠'} {len(listed)}")


def _rates(summary: Summary) -> Check:
    everywhere = [("", summary.rates), *((line.unit, line.rates) for line in summary.units)]
    for unit, rates in everywhere:
        for key, rate in rates.items():
            if rate is not None and not 0 <= rate.numerator <= rate.denominator:
                return Check("rates", ok=False, detail=f"{unit} {key} = {rate}".strip())
    return Check("rates", ok=True)
