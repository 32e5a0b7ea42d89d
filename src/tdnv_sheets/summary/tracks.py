"""The rows that a report has to look at, each with its days and how it stood on every day, worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.rules.alerts import held_from, start_day
from tdnv_sheets.rules.judgement import COMPLETED, Status
from tdnv_sheets.summary.choices import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdnv_sheets.records import Assignment
    from tdnv_sheets.rules.course import Course, Judge

CLOSED: Final = COMPLETED | {Status.WITHDRAWN, Status.TRANSFERRED}


class Track(NamedTuple):
    """One assignment over time."""

    row: Assignment
    start: date | None
    """From when the task runs, whoever holds it; None when unknown, which is taken as before everything."""
    moved: date | None
    """When it came from another unit; None where it did not."""
    held: date | None
    """From when this unit has it: the later of both."""
    belongs: date | None
    """The day that decides to which period it belongs."""
    course: Course

    def is_open(self, day: date) -> bool:
        """Say whether it is still to be done at the end of *day*."""
        return self.course.on(day).status not in CLOSED

    def held_on(self, day: date) -> bool:
        """Say whether the unit has it on *day*."""
        return self.held is None or self.held <= day


def follow(
    rows: Iterable[Assignment], judge: Judge, as_of: date, horizon: date, allocation: str
) -> tuple[list[Track], list[Assignment]]:
    """Give the tracks of *rows*, and beside them those that no figure after *horizon* can speak of: closed for good by then.

    *horizon* lies before every day that is counted on; a row that begins, or belongs to a period, after it is followed.
    """
    by_deadline = allocation == DEADLINE
    tracks, settled = [], []
    for row in rows:
        start, moved = start_day(row), row.day("transferred_on")
        held = held_from(row) if moved is not None else start
        belongs = held
        if by_deadline:
            belongs = row.day("extended_deadline") or row.day("deadline") or held
        old = (held is None or held <= horizon) and (belongs is None or belongs <= horizon)
        if old and judge.settled(row, horizon):
            settled.append(row)
            continue
        tracks.append(Track(row, start, moved, held, belongs, judge.course(row, as_of)))
    return tracks, settled
