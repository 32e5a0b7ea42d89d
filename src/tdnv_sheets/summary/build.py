"""The periodic report's figures from the assignments of the ledger, before anybody draws them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdnv_sheets.rules.judgement import COMPLETED
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.counts import Counted, count, standing_before
from tdnv_sheets.summary.figures import Counts, Summary, UnitLine
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
    (completed, withdrawn, transferred) before the period's first day or is open again since. Every code in *units* has a line, zeros included,
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
        closed_between=_closed_between(standing, previous_cut_off),
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


def _closed_between(standing: Iterable[Judgement | None], cut_off: date) -> int:
    """Count what was completed after the last report's cut-off and before this period, and so is completed in neither."""
    found = 0
    for judgement in standing:
        if judgement is not None and judgement.status in COMPLETED:
            day = judgement.completion_day
            found += day is not None and day > cut_off
    return found
