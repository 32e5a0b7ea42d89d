"""The rows that a report has to look at, each with its days and how it stood on every day, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tdnv_sheets.rules.course import Course
from tdnv_sheets.rules.judgement import COMPLETED, Status
from tdnv_sheets.rules.table import NEVER, first_of
from tdnv_sheets.summary.choices import DEADLINE

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.rules.table import Days, Flags, Table

CLOSED: Final = COMPLETED | {Status.WITHDRAWN, Status.TRANSFERRED}


@dataclass(frozen=True, eq=False, slots=True)
class Tracks:
    """Assignments over time, a column for each day that matters; a day that is not known is before everything."""

    table: Table
    course: Course
    held: Days
    """From when this unit has it: the day on which the task began, or came from another unit if that was later."""
    belongs: Days
    """The day that decides to which period it belongs."""
    by_deadline: Flags
    """Whether that is its deadline."""
    deadline: Days
    """The effective one on the report's day."""

    def is_open(self, day: date) -> Flags:
        """Say which are still to be done at the end of *day*."""
        return ~self.course.on_day(day.toordinal()).outcome.closed


def follow(table: Table, judge: Judge, as_of: date, horizon: date, allocation: str) -> Tracks:
    """Give the tracks of the rows, but for those that no figure after *horizon* can speak of: closed for good by then.

    *horizon* lies before every day that is counted on; a row that begins, or belongs to a period, after it is followed.
    """
    then = horizon.toordinal()
    settled = Course(table, judge).settled(then)
    settled &= (table.start <= then) & (table.moved <= then)
    if allocation == DEADLINE:
        settled &= table.named <= then
    table = table.take(np.flatnonzero(~settled))
    course, held = Course(table, judge), np.maximum(table.start, table.moved)
    named = table.named if allocation == DEADLINE else np.zeros_like(table.named)
    return Tracks(table, course, held, first_of(named, held), named != NEVER, course.dues(as_of.toordinal()).deadline)
