"""The periodic report's figures from the assignments of the ledger, before anybody draws them."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from tdnv_sheets.rules.alerts import held_from
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.counts import CLOSED, Counted, count, may_reopen, standing_before
from tdnv_sheets.summary.figures import Between, Counts, Summary, UnitLine
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.rules.judgement import Judgement


def summarise(
    rows: Sequence[Assignment],
    period: Period,
    as_of: date,
    *,
    judge_on: Callable[[Assignment, date], Judgement],
    units: Sequence[str],
    regulation_id: str,
    previous_cut_off: date,
) -> Summary:
    """Give the figures of *period* as of *as_of* and, beside them, of the period before as of its own cut-off.

    An assignment is in the report when it began by *as_of* within the period or before it, and was not closed
    (completed, withdrawn, transferred) before the period's first day or is open again since; one that came from another
    unit is in it from the day on which that unit's is transferred. Every code in *units* has a line, zeros included,
    in that order; other units that are met follow by code. *judge_on* says how an assignment stood on a day.
    """
    standing = standing_before(rows, period, judge_on)
    now = count(rows, standing, period, as_of, judge_on)
    previous = period.previous()
    before = count(rows, standing_before(rows, previous, judge_on), previous, previous_cut_off, judge_on)
    summary = Summary(
        period=period,
        as_of=as_of,
        regulation=regulation_id,
        units=_lines(units, now, before),
        total=now.total,
        previous_total=before.total,
        distinct=now.distinct,
        rates=rates(now.total),
        overdue=now.overdue,
        checks=(),
        between=_between(rows, standing, judge_on, previous_cut_off, as_of),
        standing=MappingProxyType(now.standing),
    )
    return replace(summary, checks=run_checks(summary))


def _lines(units: Iterable[str], now: Counted, before: Counted) -> tuple[UnitLine, ...]:
    listed = dict.fromkeys(units)
    met = sorted((now.by_unit.keys() | before.by_unit.keys()) - listed.keys())
    nothing = Counts()
    lines = []
    for unit in (*listed, *met):
        counts = now.by_unit.get(unit, nothing)
        lines.append(UnitLine(unit, counts, before.by_unit.get(unit, nothing), rates(counts)))
    return tuple(lines)


def _between(
    rows: Sequence[Assignment],
    standing: Sequence[Judgement | None],
    judge_on: Callable[[Assignment, date], Judgement],
    cut_off: date,
    as_of: date,
) -> Between:
    """Follow every assignment of the past from the previous report's cut-off to this report."""
    open_then = begun = closed = reopened = 0
    for row, before in zip(rows, standing, strict=True):
        start = held_from(row)
        if before is None or (start is not None and start > as_of):
            continue
        new = start is not None and start > cut_off
        was_open = not new and judge_on(row, cut_off).status not in CLOSED
        is_open = before.status not in CLOSED
        again = not is_open and may_reopen(row) and judge_on(row, as_of).status not in CLOSED
        open_then += was_open
        begun += new
        closed += (was_open or new) and not is_open
        reopened += again or (is_open and not was_open and not new)
    return Between(open_then, begun, closed, reopened)
