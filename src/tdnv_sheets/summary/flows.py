"""What happened between two days: begun, completed, withdrawn, transferred, reopened; and the trend by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from tdnv_sheets.periods import PeriodKind, containing
from tdnv_sheets.rules.course import CODE, is_one_of
from tdnv_sheets.rules.judgement import OVERDUE
from tdnv_sheets.summary.figures import Flow, MonthLine
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from tdnv_sheets.periods import Period
    from tdnv_sheets.rules.table import Days, Flags
    from tdnv_sheets.summary.counts import Span
    from tdnv_sheets.summary.tracks import Tracks

    Tally = npt.NDArray[np.int64]
    """How often something happened from the horizon to each day, by the number of days after the horizon."""

MONTHS: Final = 12
"""How many months the trend shows."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, eq=False, slots=True)
class Diary:
    """How often what happened from the day after `horizon` on, and what stood at its end."""

    horizon: date
    open_then: int
    overdue_then: int
    happened: Mapping[str, Tally]
    """By the field of `Flow`: `begun`, `reopened`, and the statuses of what was closed."""
    overdue_more: Tally
    """How many more were overdue and not completed than at the horizon."""

    def flow(self, first: date, last: date) -> Flow:
        """Say what happened from *first*, which is after the horizon, to *last*, both included; *last* may be the day before."""
        before = {what: self._until(tally, first - _ONE_DAY) for what, tally in self.happened.items()}
        during = {what: self._until(tally, last) - before[what] for what, tally in self.happened.items()}
        start = self.open_then + _net(before)
        return Flow(open_before=start, open_after=start + _net(during), **during)

    def overdue(self, day: date) -> int:
        """Say how many were overdue and not completed at the end of *day*."""
        return self.overdue_then + self._until(self.overdue_more, day)

    def _until(self, tally: Tally, day: date) -> int:
        return int(tally[(day - self.horizon).days])


def _net(happened: Mapping[str, int]) -> int:
    return happened["begun"] + happened["reopened"] - sum(happened[status.value] for status in CLOSED)


def diary_of(tracks: Tracks, horizon: date, last: date) -> Diary:
    """Walk through the turns of every assignment from *horizon* to *last*, from the day on which its unit has it.

    What is closed from the beginning (done before it was assigned, says the register) begins and is closed on one day.
    """
    then, held = horizon.toordinal(), tracks.held
    begun, since = held > then, np.maximum(held, then)
    # A step for the day on which its unit got it, or the horizon, and for each later day on which something may turn.
    turns = np.sort(np.maximum(np.vstack(tracks.course.turns), since), axis=0)
    days = np.vstack([since, *(turn for turn in turns if (turn > since).any())])
    status = np.vstack([tracks.course.on(day).status for day in days])
    closed, overdue = is_one_of(CLOSED, status), is_one_of(OVERDUE, status)
    old_closed, old_overdue = closed[0] & ~begun, overdue[0] & ~begun
    was_closed, was_overdue = np.vstack([old_closed, closed[:-1]]), np.vstack([old_overdue, overdue[:-1]])

    def tally(steps: Flags, on: Days = days) -> Tally:
        found = on[steps]
        length = (last - horizon).days + 1
        return np.cumsum(np.bincount(found[found < then + length] - then, minlength=length))

    return Diary(
        horizon=horizon,
        open_then=int(np.count_nonzero(~begun & ~closed[0])),
        overdue_then=int(np.count_nonzero(old_overdue)),
        happened={
            "begun": tally(begun, since),
            "reopened": tally(was_closed & ~closed),
            **{each.value: tally(closed & ~was_closed & (status == CODE[each])) for each in CLOSED},
        },
        overdue_more=tally(overdue & ~was_overdue) - tally(was_overdue & ~overdue),
    )


def months_until(day: date) -> tuple[Period, ...]:
    """Give the months of the trend, oldest first: the last is the one in which *day* lies."""
    months = [containing(day, PeriodKind.MONTH)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return tuple(reversed(months))


def trend(diary: Diary, span: Span) -> tuple[MonthLine, ...]:
    """Give the twelve months up to the report's last day; the last of them ends on it."""
    return tuple(
        MonthLine(month, last, diary.flow(month.start, last), diary.overdue(last))
        for month in months_until(span.last)
        for last in (min(month.end, span.last),)
    )


def horizon_of(spans: Iterable[Span]) -> date:
    """Give a day before every day that the figures of *spans*, the first of which has a trend, are counted on."""
    spans = tuple(spans)
    days = [span.day_before for span in spans] + [span.as_of for span in spans]
    return min(*days, months_until(spans[0].last)[0].start) - _ONE_DAY
