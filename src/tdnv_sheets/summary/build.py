"""The periodic report's figures from the assignments of the ledger, before anybody draws them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from tdnv_sheets.rules.course import STATUSES
from tdnv_sheets.rules.table import Table, table_of
from tdnv_sheets.summary.applied import applied
from tdnv_sheets.summary.breakdowns import age, break_down
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.choices import Choices
from tdnv_sheets.summary.counts import Hearing, Span, by_unit, distinct_of, inside, total_of
from tdnv_sheets.summary.figures import Between, Counts, Summary, UnitLine
from tdnv_sheets.summary.flows import diary_of, horizon_of, trend
from tdnv_sheets.summary.lists import list_all
from tdnv_sheets.summary.ranking import rank
from tdnv_sheets.summary.rates import RETURNS_RATE, rate_of_returns, rates
from tdnv_sheets.summary.returns import Returns
from tdnv_sheets.summary.tracks import follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date
    from fractions import Fraction

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment, Key
    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.rules.judgement import Status
    from tdnv_sheets.rules.table import Flags
    from tdnv_sheets.summary.counts import Inside
    from tdnv_sheets.summary.tracks import Tracks

NO_CHOICES = Choices()
NO_RETURNS = Returns()


def summarise(
    rows: Sequence[Assignment] | Table,
    period: Period,
    as_of: date,
    *,
    judge: Judge,
    units: Sequence[str],
    choices: Choices = NO_CHOICES,
    heard: AbstractSet[Key] = frozenset(),
    returns: Returns = NO_RETURNS,
    revision: int | None = None,
    previous_cut_off: date | None = None,
) -> Summary:
    """Give the figures of *period* as of *as_of* and, beside them, of the period before and of last year's.

    Those two are counted as of their own cut-offs, by the regulation; the first as of *previous_cut_off* where its report
    was drawn for another day. An assignment is in the report when it began by
    *as_of* within the period or before it, and was not closed (completed, withdrawn, transferred) before the period's
    first day or is open again since; one that came from another unit is in it from the day on which that unit's is
    transferred. By *choices* it may belong to the period of its deadline instead. Every code in *units* has a line, zeros
    included, in that order; other units that are met follow by code. *heard* are the assignments of which their units
    told something in the period, where the ledger can say; *returns* is Biểu 05. Who counts the same rows several times
    makes their table once.
    """
    cut_off = judge.regulation.cut_off
    before, a_year_ago = period.previous(), period.last_year()
    now, then, last_year = (
        Span(period, as_of),
        Span(before, min(previous_cut_off or cut_off(before), as_of)),
        Span(a_year_ago, min(cut_off(a_year_ago), as_of)),
    )
    horizon = horizon_of((now, then, last_year))
    table = rows if isinstance(rows, Table) else table_of(rows, judge.trails)
    tracks = follow(table, judge, as_of, horizon, choices.allocation)
    here = inside(tracks, now, Hearing(heard, judge.due_soon_days))
    earlier, year_before = (
        inside(tracks, span, Hearing(frozenset(), judge.due_soon_days)) for span in (then, last_year)
    )
    total, lists = total_of(here), list_all(here, tracks, judge, as_of)
    lines = _lines(units, here, earlier, year_before)
    diary = diary_of(tracks, horizon, now.last)
    found = Summary(
        period=period,
        as_of=as_of,
        regulation=judge.regulation.id,
        units=lines,
        total=total,
        previous_total=total_of(earlier),
        distinct=distinct_of(here),
        rates=_rates(total, returns),
        overdue=lists.overdue,
        checks=(),
        between=_between(tracks, now, then),
        allocation=choices.allocation,
        late=lists.late,
        due_soon=lists.due_soon,
        undated_silent=lists.undated_silent,
        shared=lists.shared,
        breakdowns=break_down(here, judge.regulation, period.end),
        ageing=age(lists.overdue, choices.ageing),
        flow=diary.flow(min(period.start, now.last + timedelta(days=1)), now.last),
        trend=trend(diary, now),
        previous_period=before,
        previous_as_of=then.as_of,
        previous_distinct=distinct_of(earlier),
        last_year_period=a_year_ago,
        last_year_as_of=last_year.as_of,
        last_year_total=total_of(year_before),
        last_year_distinct=distinct_of(year_before),
        returns=returns,
        ranking=None if choices.ranking is None else rank(lines, choices.ranking),
        applied=applied(judge, period, as_of, choices.allocation),
        revision=revision,
        standing=_standing(here),
    )
    return replace(found, checks=run_checks(found))


def _rates(total: Counts, returns: Returns) -> Mapping[str, Fraction | None]:
    return MappingProxyType({**rates(total), RETURNS_RATE: rate_of_returns(returns)})


def _standing(found: Inside) -> Mapping[Key, Status]:
    keys, codes = map(attrgetter("key"), found.table.rows.tolist()), found.marks.status.tolist()
    return MappingProxyType(dict(zip(keys, map(STATUSES.__getitem__, codes), strict=True)))


def _lines(units: Iterable[str], now: Inside, before: Inside, last_year: Inside) -> tuple[UnitLine, ...]:
    counts, previous, year_before = by_unit(now), by_unit(before), by_unit(last_year)
    listed = dict.fromkeys(units)
    met = sorted((counts.keys() | previous.keys() | year_before.keys()) - listed.keys())
    nothing = Counts()
    lines = []
    for unit in (*listed, *met):
        here = counts.get(unit, nothing)
        there, then = previous.get(unit, nothing), year_before.get(unit, nothing)
        lines.append(UnitLine(unit, here, there, rates(here), then))
    return tuple(lines)


def _between(tracks: Tracks, now: Span, then: Span) -> Between:
    """Follow every assignment of the past from the previous report's cut-off to this report."""
    first, held = now.period.start.toordinal(), tracks.held
    past = (held < first) & (tracks.belongs < first) & (held <= now.as_of.toordinal())
    new = held > then.as_of.toordinal()
    was_open = ~new & tracks.is_open(then.as_of)
    is_open = tracks.is_open(now.day_before)
    again = ~is_open & tracks.is_open(now.as_of)

    def count(rows: Flags) -> int:
        return int(np.count_nonzero(rows & past))

    return Between(
        open_then=count(was_open),
        begun=count(new),
        closed=count((was_open | new) & ~is_open),
        reopened=count(again | (is_open & ~was_open & ~new)),
    )
