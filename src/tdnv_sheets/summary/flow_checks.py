"""Checks that lead from one day to another: the last report to this one, the period's start to its end, month to month."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tdnv_sheets.rules.judgement import OPEN
from tdnv_sheets.summary.choices import ASSIGNED
from tdnv_sheets.summary.figures import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.summary.figures import Flow, Summary


def flow_checks(summary: Summary) -> Iterator[Check]:
    """Give the checks; those that compare a flow with what the report holds only where both speak of the same days.

    A report drawn for a day after its period's end counts statuses on that day and flows until the period's end.
    """
    yield _carried(summary)
    yield from _corrected(summary)
    before, counted_on = summary.previous_period, summary.previous_as_of
    if before is not None and counted_on is not None and counted_on <= before.end:
        yield _same("previous_open", summary.between.open_then, summary.previous_total.open)
    yield _moves("flow", summary.flow)
    yield _trend(summary)
    if summary.allocation == ASSIGNED and summary.as_of <= summary.period.end:
        total = summary.total
        yield _same("flow_new", summary.flow.begun, total.new)
        yield _same("flow_open", summary.flow.open_after, total.open)
        if summary.trend:
            yield _same("trend_overdue", summary.trend[-1].overdue, total.open_overdue + total.not_completed)


def _same(name: str, left: int, right: int) -> Check:
    return Check(name, ok=left == right, detail=f"{left} {'=' if left == right else '≠'} {right}")


def _carried(summary: Summary) -> Check:
    """Lead from what the previous report left open to what this one carries over."""
    b = summary.between
    found = _sum("carried_over", (b.open_then + b.corrected, b.begun, -b.closed, b.reopened), summary.total.carried)
    if summary.corrections is None:
        return found
    _, _, rest = found.detail.partition(" ")
    return Check(found.name, ok=found.ok, detail=f"{b.open_then} + ({b.corrected}) {rest}")


def _corrected(summary: Summary) -> Iterator[Check]:
    """Compare the frozen report of the period before with a recount: the listed corrections make up the difference."""
    found = summary.corrections
    if found is not None:
        more = sum((task.after in OPEN) - (task.before in OPEN) for task in found.changes.tasks)
        ok = found.open_then + more == found.open_now
        detail = f"{found.open_then} + ({more}) {'=' if ok else '≠'} {found.open_now}"
        yield Check("corrected", ok=ok, detail=detail)


def _moves(name: str, flow: Flow) -> Check:
    return _sum(name, (flow.open_before, flow.begun, -flow.closed, flow.reopened), flow.open_after)


def _sum(name: str, parts: tuple[int, int, int, int], whole: int) -> Check:
    left = sum(parts)
    detail = f"{parts[0]} + {parts[1]} - {-parts[2]} + {parts[3]} = {left}"
    return Check(name, ok=left == whole, detail=detail if left == whole else f"{detail} ≠ {whole}")


def _trend(summary: Summary) -> Check:
    """See that each month follows from itself and from the month before, and the last ends where the period's flow ends."""
    for line in summary.trend:
        moved = _moves("trend", line.flow)
        if not moved.ok:
            return Check("trend", ok=False, detail=f"{line.period.name}: {moved.detail}")
        if not 0 <= line.overdue <= line.flow.open_after:
            return Check("trend", ok=False, detail=f"{line.period.name}: {line.overdue} > {line.flow.open_after}")
    for before, after in pairwise(summary.trend):
        left, right = before.flow.open_after, after.flow.open_before
        if left != right:
            return Check("trend", ok=False, detail=f"{after.period.name}: {left} ≠ {right}")
    if not summary.trend:
        return Check("trend", ok=True)
    return _same("trend", summary.trend[-1].flow.open_after, summary.flow.open_after)
