"""What is due for single tasks: the office enters them, units tell their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
        for kind, limited, done in _limits(known, assignment, judgement):
            due = limited.last_day(known.calendar)
            is_entry = kind is DutyKind.OFFICE_ENTRY
            if due not in window or (is_entry and assignment.key.task_id in entered):
                continue
            if is_entry:
                entered.add(assignment.key.task_id)
            # It stands in the register: without the day of entry nobody can say that it came late.
            state = known.standing(due, done, recorded=not is_entry)
            yield Duty(
                kind,
                "" if limited.limit.who == OFFICE else assignment.key.unit,
                assignment.key.task_id,
                due,
                # «At once» may fall on a day off: then that day itself is the last one.
                due if due == limited.event else known.calendar.previous_working(due),
                limited.limit.article,
                state,
                done,
                limited.limit.to,
            )


def _limits(
    known: Known, assignment: Assignment, judgement: Judgement
) -> Iterator[tuple[DutyKind, Limited, date | None]]:
    """Give what runs for an assignment, with the day on which it was done."""
    deadline = judgement.effective_deadline
    entry = entry_limit(assignment, known.regulation, dated=deadline is not None)
    if entry is not None:
        yield DutyKind.OFFICE_ENTRY, entry, assignment.day("entered_date")
    if judgement.status in _CLOSED:
        return
    told = assignment.day("reported_date") or judgement.last_update
    result = result_limit(assignment, known.regulation)
    if result is not None:
        yield DutyKind.RESULT_UPDATE, result, told
    last = deadline_limit(known.regulation, deadline)
    if last is not None:
        ended = judgement.awaiting or judgement.status in COMPLETED
        yield DutyKind.UNIT_UPDATE, last, told if ended else None
