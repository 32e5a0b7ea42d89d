"""Counting assignments and distinct tasks for one span of days; each row is looked at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.rules.judgement import OPEN, OVERDUE, Status
from tdnv_sheets.summary.figures import Counts
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Key
    from tdnv_sheets.summary.tracks import Track

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
_NOT_BEGUN: Final = (None, "", "not_started")


class Mark(NamedTuple):
    """What one row, or one task, counts as. Equal marks are counted together."""

    rank: int
    """Of the status, in `LEAST_ADVANCED_FIRST`."""
    awaiting: bool
    started: bool
    carried: bool
    extended: bool
    due: bool
    soon: bool
    heard: bool
    """The unit told something in the period."""
    silent: bool

    def names(self) -> tuple[str, ...]:
        """Give the figures of `Counts` that it adds one to."""
        status = LEAST_ADVANCED_FIRST[self.rank]
        names = ["total", "carried" if self.carried else "new", status.value]
        told = {
            "awaiting": self.awaiting,
            "extended": self.extended,
            "due": self.due,
            "due_soon": self.soon and status is Status.OPEN_IN_TIME,
            "updated": self.heard and status in OPEN,
            "undated_silent": self.silent and status is Status.OPEN_UNDATED,
            "overdue_silent": self.silent and status in OVERDUE,
        }
        names += [name for name, holds in told.items() if holds]
        if not self.started and status in _NOT_STARTED_FIELD:
            names.append(_NOT_STARTED_FIELD[status])
        return tuple(names)

    def joined(self, other: Mark) -> Mark:
        """Give the mark of a task from those of two of its leads: behind as the one that is more behind."""
        return Mark(
            *min(self[:3], other[:3]), *(mine or others for mine, others in zip(self[3:], other[3:], strict=True))
        )


class Inside(NamedTuple):
    """An assignment that is in a report."""

    track: Track
    mark: Mark


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


def inside(tracks: Iterable[Track], span: Span, hearing: Hearing) -> list[Inside]:
    """Give what *span* holds: begun by its day (never after the period's end), and not closed before its start.

    What was closed before and is open again since, because the office returned it, is carried over. Allocated by
    deadline, the period holds what falls due in it and was known by the day, however long ago it was assigned or done.
    A task that moved after the period's end and by the as-of day is counted with both units, as transferred and as it
    stands now.
    """
    period, as_of, last, day_before = span.period, span.as_of, span.last, span.day_before
    first, end = period.start, period.end
    found = []
    for track in tracks:
        held, belongs = track.held, track.belongs
        if track.moved is not None and track.moved > as_of:
            continue
        if belongs is held:
            if track.start is not None and track.start > last:
                continue
        elif belongs is not None and (belongs > end or (track.start is not None and track.start > as_of)):
            continue
        now = track.course.on(as_of)
        carried = (belongs is None or belongs < first) and (held is None or held < first)
        if carried and now.status in CLOSED and track.course.on(day_before).status in CLOSED:
            continue
        found.append(Inside(track, _mark(track, now.status, span, hearing, awaiting=now.awaiting, carried=carried)))
    return found


def _mark(track: Track, status: Status, span: Span, hearing: Hearing, *, awaiting: bool, carried: bool) -> Mark:
    row, deadline, as_of = track.row, track.course.deadline, span.as_of
    get = row.fields.get
    told = track.course.last_update
    heard = row.key in hearing.heard or (told is not None and span.period.start <= told <= as_of)
    started, extended = get("progress") not in _NOT_BEGUN, row.day("extended_deadline") is not None
    due = soon = False
    if deadline is not None:
        due = span.period.start <= deadline <= span.last
        soon = not awaiting and as_of <= deadline <= span.soon(hearing.due_soon_days)
    # In the order of the fields: a name for each would take as long again.
    return Mark(_RANK[status], awaiting, started, carried, extended, due, soon, heard, not heard and not awaiting)


def counts_of(marks: Mapping[Mark, int]) -> Counts:
    """Add up marks, each with how often it came."""
    numbers: dict[str, int] = {}
    for mark, times in marks.items():
        for name in mark.names():
            numbers[name] = numbers.get(name, 0) + times
    return Counts(**numbers)


def total_of(found: Iterable[Inside]) -> Counts:
    """Count assignments."""
    return counts_of(Counter(item.mark for item in found))


def distinct_of(found: Iterable[Inside]) -> Counts:
    """Count tasks, each once."""
    tasks: dict[str, Mark] = {}
    for item in found:
        task = item.track.row.key.task_id
        known = tasks.get(task)
        tasks[task] = item.mark if known is None else known.joined(item.mark)
    return counts_of(Counter(tasks.values()))


def by_unit(found: Iterable[Inside]) -> dict[str, Counts]:
    """Count the assignments of each unit that has some."""
    return grouped(found, lambda track: track.row.key.unit)


def grouped(found: Iterable[Inside], key: Callable[[Track], str]) -> dict[str, Counts]:
    """Count the assignments of each heap that *key* puts them into."""
    heaps: dict[str, Counter[Mark]] = {}
    for item in found:
        name = key(item.track)
        heap = heaps.get(name)
        if heap is None:
            heap = heaps[name] = Counter()
        heap[item.mark] += 1
    return {name: counts_of(heap) for name, heap in heaps.items()}
