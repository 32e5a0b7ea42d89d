"""What is due for single tasks: the office enters them, units tell their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.regulation import OFFICE
from tdnv_sheets.rules.duties.duty import Duty, DutyKind
from tdnv_sheets.rules.judgement import COMPLETED, Status
from tdnv_sheets.rules.limits import deadline_limit, entry_limit, result_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.rules.duties.duty import Known
    from tdnv_sheets.rules.judgement import Judgement
    from tdnv_sheets.rules.limits import Limited

_CLOSED: Final = frozenset({Status.WITHDRAWN, Status.TRANSFERRED})


def task_duties(known: Known, window: Period, judged: Iterable[tuple[Assignment, Judgement]]) -> Iterator[Duty]:
    """Give entry, result and update duties that fall due in *window*; a task of several units is entered once."""
    entered: set[str] = set()
    for assignment, judgement in judged:
        for running in _limits(known, assignment, judgement):
            due, limit = running.limited.last_day(known.calendar), running.limited.limit
            task = assignment.key.task_id
            if due not in window or (running.kind is DutyKind.OFFICE_ENTRY and task in entered):
                continue
            if running.kind is DutyKind.OFFICE_ENTRY:
                entered.add(task)
            yield Duty(
                running.kind,
                "" if limit.who == OFFICE else assignment.key.unit,
                task,
                due,
                # «At once» may fall on a day off: then that day itself is the last one.
                due if due == running.limited.event else known.calendar.previous_working(due),
                limit.article,
                known.standing(due, running.done, recorded=running.recorded),
                running.done,
                limit.to,
            )


class _Running(NamedTuple):
    """A limit that runs for an assignment."""

    kind: DutyKind
    limited: Limited
    done: date | None
    recorded: bool = False
    """Whether no day means not done: what stands in the register was done, on whatever day."""


def _limits(known: Known, assignment: Assignment, judgement: Judgement) -> Iterator[_Running]:
    deadline = judgement.effective_deadline
    entry = entry_limit(assignment, known.regulation, dated=deadline is not None)
    if entry is not None:
        yield _Running(DutyKind.OFFICE_ENTRY, entry, assignment.day("entered_date"))
    if judgement.status in _CLOSED:
        return
    told = assignment.day("reported_date") or judgement.last_update
    result = result_limit(assignment, known.regulation)
    if result is not None:
        yield _Running(DutyKind.RESULT_UPDATE, result, told)
    last = deadline_limit(known.regulation, deadline)
    if last is not None:
        ended = judgement.awaiting or judgement.status in COMPLETED
        yield _Running(DutyKind.UNIT_UPDATE, last, told if ended else None, recorded=not ended)
