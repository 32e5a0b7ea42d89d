"""Counting assignments and distinct tasks for one span of days, all rows at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tdnv_sheets.rules.course import CODE, STATUSES, is_one_of
from tdnv_sheets.rules.judgement import OPEN, OVERDUE, Status
from tdnv_sheets.summary.figures import Counts
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Key
    from tdnv_sheets.rules.table import Codes, Flags, Places, Table
    from tdnv_sheets.summary.tracks import Tracks

LEAST_ADVANCED_FIRST: Final = (
    Status.NOT_COMPLETED,
    Status.OPEN_OVERDUE,
    Status.OPEN_IN_TIME,
    Status.OPEN_UNDATED,
    Status.COMPLETED_LATE,
    Status.COMPLETED_ON_TIME,
    Status.COMPLETED_UNDATED,
    Status.TRANSFERRED,
    Status.WITHDRAWN,
)
"""A task with several leads has the status that comes first here: one unit behind keeps the task behind, and a lead
that handed it on or was released no longer speaks for it while another lead does."""
_RANK: Final = np.array([LEAST_ADVANCED_FIRST.index(status) for status in STATUSES], np.int8)
_BY_RANK: Final = np.argsort(_RANK).astype(np.int8)
_FIGURES: Final = tuple(figure.name for figure in fields(Counts))


class Marks(NamedTuple):
    """What rows, or tasks, count as: a column each."""

    status: Codes
    """In `course.STATUSES`."""
    awaiting: Flags
    started: Flags
    carried: Flags
    extended: Flags
    due: Flags
    soon: Flags
    heard: Flags
    """The unit told something in the period."""
    silent: Flags

    def are(self, status: Status) -> Flags:
        """Say which have a status."""
        found: Flags = self.status == CODE[status]
        return found

    def are_in(self, statuses: Iterable[Status]) -> Flags:
        """Say which have one of some statuses."""
        return is_one_of(statuses, self.status)

    def figures(self) -> Mapping[str, Flags]:
        """Give for each figure of `Counts` the rows that it counts."""
        in_time, undated = self.are(Status.OPEN_IN_TIME), self.are(Status.OPEN_UNDATED)
        return {
            "total": np.ones(len(self.status), np.bool_),
            "carried": self.carried,
            "new": ~self.carried,
            **{status.value: self.are(status) for status in Status},
            "awaiting": self.awaiting,
            "extended": self.extended,
            "open_in_time_not_started": in_time & ~self.started,
            "open_overdue_not_started": self.are(Status.OPEN_OVERDUE) & ~self.started,
            "due": self.due,
            "due_soon": in_time & self.soon,
            "updated": self.are_in(OPEN) & self.heard,
            "undated_silent": undated & self.silent,
            "overdue_silent": self.are_in(OVERDUE) & self.silent,
        }


@dataclass(frozen=True, eq=False, slots=True)
class Inside:
    """The assignments that are in a report."""

    table: Table
    places: Places
    """Of the same rows in the tracks."""
    marks: Marks
    figures: Mapping[str, Flags]
    """For each figure of `Counts` the rows that it counts."""


@dataclass(frozen=True, slots=True)
class Span:
    """One period and the day that it is counted on."""

    period: Period
    as_of: date

    @property
    def last(self) -> date:
        """The last day on which something can begin that is still of the period."""
        return min(self.as_of, self.period.end)

    def soon(self, days: int) -> date:
        """Give the last day that is so many days away or nearer."""
        return self.as_of + timedelta(days=days)

    @property
    def day_before(self) -> date:
        """The day on which what is carried over was open; never one that is still to come."""
        return min(self.as_of, self.period.start - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Hearing:
    """Of which assignments their units told something in the period, and how near a deadline is soon."""

    heard: AbstractSet[Key]
    """By the ledger's changes; a row whose last update lies in the period is heard of too."""
    due_soon_days: int


def inside(tracks: Tracks, span: Span, hearing: Hearing) -> Inside:
    """Give what *span* holds: begun by its day (never after the period's end), and not closed before its start.

    What was closed before and is open again since, because the office returned it, is carried over. Allocated by
    deadline, the period holds what falls due in it and was known by the day, however long ago it was assigned or done.
    A task that moved after the period's end and by the as-of day is counted with both units, as transferred and as it
    stands now.
    """
    table, first, as_of = tracks.table, span.period.start.toordinal(), span.as_of.toordinal()
    falls_in = (tracks.belongs <= span.period.end.toordinal()) & (table.start <= as_of)
    belongs = np.where(tracks.by_deadline, falls_in, table.start <= span.last.toordinal())
    now = tracks.course.on_day(as_of)
    carried = (tracks.belongs < first) & (tracks.held < first)
    over = carried & now.is_one_of(CLOSED) & ~tracks.is_open(span.day_before)
    places = np.flatnonzero(belongs & (table.moved <= as_of) & ~over)
    table, deadline, awaiting = table.take(places), tracks.deadline[places], now.outcome.awaiting[places]
    heard = (first <= table.heard) & (table.heard <= as_of)
    if hearing.heard:
        heard |= np.array([row.key in hearing.heard for row in table.rows], np.bool_)
    soon = (as_of <= deadline) & (deadline <= span.soon(hearing.due_soon_days).toordinal())
    marks = Marks(
        status=now.status[places],
        awaiting=awaiting,
        started=table.begun,
        carried=carried[places],
        extended=table.extended,
        due=(first <= deadline) & (deadline <= span.last.toordinal()),
        soon=soon & ~awaiting,
        heard=heard,
        silent=~heard & ~awaiting,
    )
    return Inside(table, places, marks, marks.figures())


def total_of(found: Inside) -> Counts:
    """Count assignments."""
    return _counts_of(found.figures)


def distinct_of(found: Inside) -> Counts:
    """Count tasks, each once."""
    return _counts_of(joined(found.marks, found.table.task.codes).figures())


def _counts_of(figures: Mapping[str, Flags]) -> Counts:
    return Counts(**{name: int(np.count_nonzero(rows)) for name, rows in figures.items()})


def joined(marks: Marks, tasks: Codes) -> Marks:
    """Give the mark of each task from those of its leads: behind as the one that is most behind."""
    order = np.argsort(tasks, kind="stable")
    firsts = np.flatnonzero(np.diff(tasks[order], prepend=-1))
    advance = (_RANK[marks.status] << 2) | (marks.awaiting << 1) | marks.started
    least = np.minimum.reduceat(advance[order], firsts)
    # The flags of which one lead's is the task's, a bit each, in one walk.
    others = np.bitwise_or.reduce([flag.astype(np.int16) << bit for bit, flag in enumerate(marks[3:])])
    joint = np.bitwise_or.reduceat(others[order], firsts)
    flags = ((joint >> bit & 1).astype(np.bool_) for bit in range(len(marks[3:])))
    return Marks(_BY_RANK[least >> 2], (least & 2) > 0, (least & 1) > 0, *flags)


def by_unit(found: Inside) -> dict[str, Counts]:
    """Count the assignments of each unit that has some."""
    unit = found.table.unit
    counted = counts_by(found, unit.codes, len(unit.words))
    return {word: counts for word, counts in zip(unit.words, counted, strict=True) if counts.total}


def counts_by(found: Inside, heaps: Codes, number: int) -> list[Counts]:
    """Count each of a *number* of heaps; *heaps* says for each row in which it lies."""
    columns = (np.bincount(heaps[found.figures[name]], minlength=number).tolist() for name in _FIGURES)
    known: dict[tuple[int, ...], Counts] = {}  # thousands of papers look alike in their few figures
    counted = []
    for numbers in zip(*columns, strict=True):
        counts = known.get(numbers)
        if counts is None:
            counts = known[numbers] = Counts(*numbers)
        counted.append(counts)
    return counted
