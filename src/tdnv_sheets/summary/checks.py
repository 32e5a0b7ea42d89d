"""The checks that a report must pass before anybody signs it: every table adds up, and says so."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from tdnv_sheets.rules.judgement import OPEN, Status
from tdnv_sheets.summary.figures import Check, Counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.summary.figures import Summary


def run_checks(summary: Summary) -> tuple[Check, ...]:
    """Give every check of *summary*, passed or not, in the order of printing."""
    total, lines = summary.total, [(line.unit, line.counts) for line in summary.units]
    previous = [line.previous for line in summary.units]
    return (
        _equal("statuses_total", [("", sum_of_statuses(total), total.total)]),
        _equal("statuses_units", [(unit, sum_of_statuses(counts), counts.total) for unit, counts in lines]),
        _equal("carried_and_new", [("", total.carried + total.new, total.total)]),
        _equal("carried_and_new_units", [(unit, c.carried + c.new, c.total) for unit, c in lines]),
        _adds_up("units_total", [counts for _unit, counts in lines], total),
        _previous(previous, summary.previous_total),
        _distinct(summary),
        _carried(summary),
        *_corrected(summary),
        _equal("overdue_listed", [("", len(summary.overdue), total.open_overdue + total.not_completed)]),
        _rates(summary),
    )


def sum_of_statuses(counts: Counts) -> int:
    """Add up the nine statuses."""
    return sum(getattr(counts, status.value) for status in Status)


def _equal(name: str, pairs: Iterable[tuple[str, int, int]]) -> Check:
    """Compare pairs (whose, one side, other side); the detail shows the first that differs, else the sums."""
    pairs = list(pairs)
    for whose, left, right in pairs:
        if left != right:
            return Check(name, ok=False, detail=f"{whose}: {left} ≠ {right}" if whose else f"{left} ≠ {right}")
    left, right = sum(pair[1] for pair in pairs), sum(pair[2] for pair in pairs)
    return Check(name, ok=True, detail=f"{left} = {right}")


def _adds_up(name: str, lines: list[Counts], total: Counts) -> Check:
    """Compare every figure of the total line with the sum of the units, not only their totals."""
    columns = zip(*(astuple(line) for line in lines), strict=True)
    sums = Counts(*(sum(column) for column in columns)) if lines else Counts()
    for figure in fields(Counts):
        left, right = getattr(sums, figure.name), getattr(total, figure.name)
        if left != right:
            return Check(name, ok=False, detail=f"{figure.name}: {left} ≠ {right}")
    return _equal(name, [("", sums.total, total.total)])


def _carried(summary: Summary) -> Check:
    """Lead from what the previous report left open to what this one carries over."""
    b = summary.between
    sides = b.open_then + b.corrected + b.begun - b.closed + b.reopened, summary.total.carried
    corrected = f" + ({b.corrected})" if summary.corrections is not None else ""
    detail = f"{b.open_then}{corrected} + {b.begun} - {b.closed} + {b.reopened} = {sides[0]}"
    return Check(
        "carried_over", ok=sides[0] == sides[1], detail=detail if sides[0] == sides[1] else f"{detail} ≠ {sides[1]}"
    )


def _corrected(summary: Summary) -> list[Check]:
    """Compare the frozen report of the period before with a recount: the listed corrections make up the difference."""
    found = summary.corrections
    if found is None:
        return []
    opened = [_is_open(task.after) - _is_open(task.before) for task in found.changes.tasks]
    left = found.open_then + sum(opened)
    if left != found.open_now:
        return [Check("corrected", ok=False, detail=f"{found.open_then} + ({sum(opened)}) ≠ {found.open_now}")]
    return [Check("corrected", ok=True, detail=f"{found.open_then} + ({sum(opened)}) = {found.open_now}")]


def _is_open(status: str) -> bool:
    return status in OPEN


def _previous(lines: list[Counts], total: Counts) -> Check:
    added = _adds_up("previous_total", lines, total)
    return added if not added.ok else _equal("previous_total", [("", sum_of_statuses(total), total.total)])


def _distinct(summary: Summary) -> Check:
    distinct, total = summary.distinct, summary.total.total
    if distinct.total > total:
        return Check("distinct", ok=False, detail=f"{distinct.total} > {total}")
    inside = _equal("distinct", [("", sum_of_statuses(distinct), distinct.total)])
    return Check("distinct", ok=True, detail=f"{distinct.total} ≤ {total}") if inside.ok else inside


def _rates(summary: Summary) -> Check:
    everywhere = [("", summary.rates), *((line.unit, line.rates) for line in summary.units)]
    for unit, rates in everywhere:
        for key, rate in rates.items():
            if rate is not None and not 0 <= rate <= 1:
                return Check("rates", ok=False, detail=f"{unit} {key} = {rate}".strip())
    return Check("rates", ok=True)
