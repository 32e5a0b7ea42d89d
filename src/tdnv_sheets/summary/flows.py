"""What happened between two days: begun, completed, withdrawn, transferred, reopened; and the trend by month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.periods import PeriodKind, containing
from tdnv_sheets.rules.judgement import OVERDUE, Status
from tdnv_sheets.summary.figures import Flow, MonthLine
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.summary.counts import Span
    from tdnv_sheets.summary.tracks import Track

MONTHS: Final = 12
"""How many months the trend shows."""
_BEGUN, _REOPENED, _LATE, _NO_LONGER_LATE = "begun", "reopened", "+overdue", "-overdue"
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Diary:
    """How often what happened on each day after `horizon`, and what stood at its end."""

    open_then: int
    overdue_then: int
    happened: Counter[tuple[date, str]]

    def flow(self, first: date, last: date) -> Flow:
        """Say what happened from *first* to *last*, both included and after the horizon; nothing where *last* is earlier."""
        before, during = Counter[str](), Counter[str]()
        for (day, what), times in self.happened.items():
            if day < first:
                before[what] += times
            elif day <= last:
                during[what] += times
        start = self.open_then + _net(before)
        closed = {status.value: during[status.value] for status in CLOSED}
        return Flow(
            open_before=start,
            begun=during[_BEGUN],
            reopened=during[_REOPENED],
            open_after=start + _net(during),
            **closed,
        )

    def overdue(self, day: date) -> int:
        """Say how many were overdue and not completed at the end of *day*."""
        return self.overdue_then + sum(
            times if what == _LATE else -times
            for (on, what), times in self.happened.items()
            if on <= day and what in (_LATE, _NO_LONGER_LATE)
        )


def _net(happened: Counter[str]) -> int:
    return happened[_BEGUN] + happened[_REOPENED] - sum(happened[status.value] for status in CLOSED)


def diary_of(tracks: Iterable[Track], horizon: date) -> Diary:
    """Walk through the turns of every assignment after *horizon*, from the day on which its unit has it.

    What is closed from the beginning (done before it was assigned, says the register) begins and is closed on one day.
    """
    open_then = overdue_then = 0
    happened: Counter[tuple[date, str]] = Counter()
    for track in tracks:
        since = track.held
        if since is None or since <= horizon:
            since = horizon
            was = track.course.on(since).status
            open_then += was not in CLOSED
            overdue_then += was in OVERDUE
        else:
            was = track.course.on(since).status
            happened[since, _BEGUN] += 1
            if was in CLOSED:
                happened[since, was.value] += 1
            elif was in OVERDUE:
                happened[since, _LATE] += 1
        for turn in track.course.turns:
            if turn.day > since and turn.status is not was:
                _note(happened, turn.day, was, turn.status)
                was = turn.status
    return Diary(open_then, overdue_then, happened)


def _note(happened: Counter[tuple[date, str]], day: date, was: Status, now: Status) -> None:
    if was not in CLOSED and now in CLOSED:
        happened[day, now.value] += 1
    elif was in CLOSED and now not in CLOSED:
        happened[day, _REOPENED] += 1
    if (was in OVERDUE) is not (now in OVERDUE):
        happened[day, _LATE if now in OVERDUE else _NO_LONGER_LATE] += 1


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
