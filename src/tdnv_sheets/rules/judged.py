"""Judgements of many rows at once, out of columns: each equal to what `status.judge` gives without its alerts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from tdnv_sheets.rules.course import STATUSES, TIMELINESS, is_one_of
from tdnv_sheets.rules.judgement import OPEN, Judgement
from tdnv_sheets.rules.table import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.rules.course import Course
    from tdnv_sheets.rules.table import Codes, Days, Flags, Places, Rows


def judgements(course: Course, places: Places, as_of: date, calendar: Calendar) -> Rows:
    """Say how the rows at some places stand on a day, in the order of the places; rows that stand alike share one."""
    table, stand = course.table, course.on_day(as_of.toordinal())
    outcome, provisional = stand.outcome, course.dues(as_of.toordinal()).provisional
    # All else in a judgement follows from these; every second row is like another one.
    telling: tuple[Codes | Flags, ...] = (
        stand.status,
        stand.deadline,
        outcome.reference,
        outcome.day,
        outcome.awaiting,
    )
    firsts, kinds = _alike([each[places] for each in (*telling, table.heard, table.extensions, provisional)])
    places = places[firsts]
    status, deadline, reference = stand.status[places], stand.deadline[places], outcome.reference[places]
    # While confirmation is awaited the days stand still at the day of completion; without any there is none to count from.
    counting = is_one_of(OPEN, status) & (deadline != NEVER) & (reference != NEVER)
    found = map(
        Judgement,
        _words(STATUSES, status),
        _words(TIMELINESS, stand.timeliness[places]),
        _dates(deadline),
        _only(counting, (deadline - reference)[counting]),
        _dates(outcome.day[places]),
        outcome.awaiting[places].tolist(),
        [()] * len(places),
        table.extensions[places].tolist(),
        _dates(table.heard[places]),
        _only(counting, _working_days(reference[counting], deadline[counting], calendar)),
        provisional[places].tolist(),
    )
    each: Rows = np.fromiter(found, np.object_, len(places))
    return each[kinds]


def _alike(columns: Sequence[Codes | Flags]) -> tuple[Places, Places]:
    """Give a row of each kind of equal rows, and for each row which of these is like it."""
    order = np.lexsort(columns)
    differs = [np.diff(column[order], prepend=-1) != 0 for column in columns]
    starts = np.logical_or.reduce(differs)
    kinds = np.empty(len(order), np.intp)
    kinds[order] = np.cumsum(starts) - 1
    return order[starts], kinds


def _words(words: Sequence[Any], codes: Codes) -> list[Any]:
    return list(map(words.__getitem__, codes.tolist()))


def _dates(days: Days) -> list[date | None]:
    """Give days as dates; rows of the same day share one."""
    known: dict[int, date | None] = {day: date.fromordinal(day) for day in np.unique(days).tolist() if day != NEVER}
    return list(map(known.get, days.tolist()))


def _only(where: Flags, numbers: Days) -> list[int | None]:
    """Give numbers for some rows, and None for the others."""
    column = np.full(len(where), None)
    column[where] = numbers.tolist()
    return column.tolist()


def _working_days(first: Days, last: Days, calendar: Calendar) -> Days:
    """Count working days after *first* up to and with *last*, as the calendar does, which is asked once for each day."""
    earlier = last < first
    first, last = first - earlier, last - earlier  # the day that is not counted is always the later one's neighbour
    days, places = np.unique(np.concatenate([first, last]), return_inverse=True)
    dates = list(map(date.fromordinal, days.tolist()))
    worked = np.array([calendar.working_days_between(dates[0], day) for day in dates], np.int32)[places]
    between: Days = worked[len(first) :] - worked[: len(first)]
    return between
