"""The annexes: which assignments stand in them and in what order (Biểu 02, 02b, 02c, 02d, shared tasks)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.rules.judgement import OVERDUE, Status
from tdnv_sheets.summary.counts import LEAST_ADVANCED_FIRST
from tdnv_sheets.summary.figures import Listed, Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from tdnv_sheets.records import Key
    from tdnv_sheets.rules.course import Judge
    from tdnv_sheets.summary.counts import Inside, Mark


class Lists(NamedTuple):
    """Every annex of a report."""

    overdue: tuple[Listed, ...]
    late: tuple[Listed, ...]
    due_soon: tuple[Listed, ...]
    undated_silent: tuple[Listed, ...]
    shared: tuple[Shared, ...]


def list_all(found: Sequence[Inside], judge: Judge, as_of: date) -> Lists:
    """Pick and judge what the annexes show, each assignment once; what stands in none is not judged at all."""
    known: dict[Key, Listed] = {}

    def listed(item: Inside) -> Listed:
        row = item.track.row
        one = known.get(row.key)
        if one is None:
            one = known[row.key] = Listed(row, judge.judgement(row, as_of))
        return one

    def every(belongs: Callable[[Mark, Status], bool]) -> tuple[Listed, ...]:
        return tuple(sorted((listed(item) for item in found if belongs(item.mark, status_of(item))), key=_by_deadline))

    return Lists(
        overdue=every(lambda _mark, status: status in OVERDUE),
        late=every(lambda _mark, status: status is Status.COMPLETED_LATE),
        due_soon=every(lambda mark, status: mark.soon and status is Status.OPEN_IN_TIME),
        undated_silent=every(lambda mark, status: mark.silent and status is Status.OPEN_UNDATED),
        shared=_shared(found, listed),
    )


def status_of(item: Inside) -> Status:
    """Give the status on the report's day."""
    return LEAST_ADVANCED_FIRST[item.mark.rank]


def _by_deadline(listed: Listed) -> tuple[str, str, str]:
    deadline = listed.judgement.effective_deadline
    return ("" if deadline is None else deadline.isoformat(), *listed.assignment.key)


def _shared(found: Iterable[Inside], listed: Callable[[Inside], Listed]) -> tuple[Shared, ...]:
    tasks: dict[str, list[Inside]] = {}
    for item in found:
        tasks.setdefault(item.track.row.key.task_id, []).append(item)
    shared = []
    for task, items in sorted(tasks.items()):
        if len(items) > 1:
            items.sort(key=lambda item: item.track.row.key)
            gave_away = sum(status_of(item) is Status.TRANSFERRED for item in items)
            shared.append(Shared(task, tuple(map(listed, items)), moved=gave_away >= len(items) - 1))
    return tuple(shared)
