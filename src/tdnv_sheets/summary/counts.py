"""Counting assignments and distinct tasks for one span of days; each row is looked at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.rules.alerts import held_from, start_day
from tdnv_sheets.rules.judgement import COMPLETED, Status
from tdnv_sheets.summary.figures import Counts, Listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment, Key
    from tdnv_sheets.rules.judgement import Judgement

CLOSED: Final = COMPLETED | {Status.WITHDRAWN, Status.TRANSFERRED}

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
_RANK: Final = {status: rank for rank, status in enumerate(LEAST_ADVANCED_FIRST)}
_NOT_STARTED_FIELD: Final = {
    Status.OPEN_IN_TIME: "open_in_time_not_started",
    Status.OPEN_OVERDUE: "open_overdue_not_started",
}
OVERDUE: Final = frozenset({Status.OPEN_OVERDUE, Status.NOT_COMPLETED})
"""What stands in the annex of overdue tasks (Biểu 02)."""


@dataclass(slots=True)
class Tally:
    """Counts in the making, of one line."""

    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, mark: Mark) -> None:
        """Count one assignment or task."""
        numbers = self.numbers
        for name in mark.names():
            numbers[name] = numbers.get(name, 0) + 1

    def counts(self) -> Counts:
        """Give the finished counts."""
        return Counts(**self.numbers)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one row, or one task, counts as."""

    status: Status
    carried: bool
    awaiting: bool
    extended: bool
    started: bool

    def names(self) -> tuple[str, ...]:
        """Give the figures of `Counts` that it adds one to."""
        names = ["total", "carried" if self.carried else "new", self.status.value]
        if self.awaiting:
            names.append("awaiting")
        if self.extended:
            names.append("extended")
        if not self.started and self.status in _NOT_STARTED_FIELD:
            names.append(_NOT_STARTED_FIELD[self.status])
        return tuple(names)

    def joined(self, other: Mark) -> Mark:
        """Give the mark of a task from those of two of its leads."""
        least = min(self, other, key=lambda mark: (_RANK[mark.status], mark.awaiting, mark.started))
        return Mark(
            status=least.status,
            carried=self.carried or other.carried,
            awaiting=least.awaiting,
            extended=self.extended or other.extended,
            started=least.started,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of one period as of one day."""

    total: Counts
    by_unit: dict[str, Counts]
    distinct: Counts
    overdue: tuple[Listed, ...]
    """Open and overdue, longest overdue first."""
    standing: dict[Key, Status]
    """What is counted, and as what."""


def standing_before(
    rows: Iterable[Assignment], period: Period, judge_on: Callable[[Assignment, date], Judgement]
) -> list[Judgement | None]:
    """Judge each of *rows* on the day before *period*; None for those that began in it or later.

    Without a start day an assignment is taken as begun before; one that came from another unit began on that day.
    """
    day_before = period.start - timedelta(days=1)
    standing: list[Judgement | None] = []
    for row in rows:
        start = held_from(row)
        standing.append(judge_on(row, day_before) if start is None or start < period.start else None)
    return standing


def count(
    rows: Iterable[Assignment],
    standing: Iterable[Judgement | None],
    period: Period,
    as_of: date,
    judge_on: Callable[[Assignment, date], Judgement],
) -> Counted:
    """Count what *period* holds: begun by *as_of* (never after the period's end), and not closed before its start.

    What was closed before and has been returned by the office since is open again and so carried over.
    *standing* is what `standing_before` gives for the same rows and period. A task that moved after the period's end and
    by *as_of* is counted with both units, as transferred and as it stands now.
    """
    last = min(as_of, period.end)
    total = Tally()
    by_unit: dict[str, Tally] = {}
    tasks: dict[str, Mark] = {}
    overdue: list[Listed] = []
    counted: dict[Key, Status] = {}
    for row, before in zip(rows, standing, strict=True):
        start, moved = start_day(row), row.day("transferred_on")
        if (start is not None and start > last) or (moved is not None and moved > as_of):
            continue
        carried = before is not None
        if before is not None and before.status in CLOSED and not may_reopen(row):
            continue
        judgement = judge_on(row, as_of)
        if before is not None and before.status in CLOSED and judgement.status in CLOSED:
            continue
        mark = _mark(row, judgement, carried=carried)
        total.add(mark)
        counted[row.key] = judgement.status
        by_unit.setdefault(row.key.unit, Tally()).add(mark)
        known = tasks.get(row.key.task_id)
        tasks[row.key.task_id] = mark if known is None else known.joined(mark)
        if judgement.status in OVERDUE:
            overdue.append(Listed(row, judgement))
    distinct = Tally()
    for mark in tasks.values():
        distinct.add(mark)
    return Counted(
        total.counts(),
        {unit: tally.counts() for unit, tally in by_unit.items()},
        distinct.counts(),
        tuple(sorted(overdue, key=_by_deadline)),
        counted,
    )


def may_reopen(row: Assignment) -> bool:
    """Say whether a closed assignment may be open again later: the office returned it."""
    return row.text("decision") == "returned"


def _mark(row: Assignment, judgement: Judgement, *, carried: bool) -> Mark:
    return Mark(
        status=judgement.status,
        carried=carried,
        awaiting=judgement.awaiting,
        extended=row.day("extended_deadline") is not None,
        started=row.text("progress") not in ("", "not_started"),
    )


def _by_deadline(listed: Listed) -> tuple[str, str, str]:
    deadline = listed.judgement.effective_deadline
    return ("" if deadline is None else deadline.isoformat(), *listed.assignment.key)
