"""The status of one assignment on one day, computed from its cells and never typed by anybody (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.rules.alerts import Situation, alerts, start_day
from tdnv_sheets.rules.judgement import OPEN, Judgement, Status, Timeliness

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment, Trail
    from tdnv_sheets.regulation import Completion, Regulation

_INTERIM: Final = frozenset({"progress_report", "extension_request"})
_CLOSING: Final = {"withdrawn": Status.WITHDRAWN, "transferred": Status.TRANSFERRED}


def judge(
    assignment: Assignment,
    as_of: date,
    *,
    regulation: Regulation,
    calendar: Calendar,
    due_soon_days: int,
    confirmation: str = "regulation",
    trail: Trail = NO_TRAIL,
    with_alerts: bool = True,
) -> Judgement:
    """Say how an assignment stands at the end of *as_of*; what is dated later has not happened yet.

    *confirmation* is the office's setting: `regulation`, `yes` or `no`. Without *with_alerts* the alerts stay empty,
    which takes less than half the time: enough for counting. What makes a task complete the regulation says as of the day
    from which the task runs: a later version of it does not touch what was begun before.

    Completion needs progress «done», no return by the office since, and where the regulation says so a final document
    and the office's confirmation. A confirmed decision counts also where the unit never reported «done», if it or the
    unit gives a day. The completion day is the one the regulation names, else the day of the report, of the unit's last
    change, of the confirmation; None for a task that is done and bears no day at all: nothing proves it late, so it
    counts as on time. While confirmation is awaited `days_left` stands still at the day of completion.
    """
    completion = regulation.completion(start_day(assignment) or as_of)
    named = assignment.day("extended_deadline") or assignment.day("deadline")
    due = None if named is None else calendar.due(named, completion.deadline_roll)
    deadline = due and due.day
    asked = completion.confirmation if confirmation == "regulation" else confirmation == "yes"
    last_update = trail.last_update or assignment.day("reported_date")
    heard = last_update if last_update is not None and last_update <= as_of else None
    outcome = _outcome(assignment, as_of, completion, asked=asked, last_update=last_update, heard=heard)
    status = outcome.closing or _status(outcome, deadline, as_of, completion)
    reference = outcome.reference(as_of)
    days_left = (deadline - reference).days if status in OPEN and deadline and reference else None
    situation = Situation(
        as_of, status, deadline, days_left, outcome.awaiting, last_update, regulation, calendar, due_soon_days
    )
    extensions = trail.extension_count or int(assignment.day("extended_deadline") is not None)
    return Judgement(
        status=status,
        timeliness=_timeliness(reference, deadline),
        effective_deadline=deadline,
        days_left=days_left,
        completion_day=outcome.day,
        awaiting=outcome.awaiting,
        alerts=alerts(assignment, situation) if with_alerts else (),
        extension_count=extensions,
        last_update=last_update,
        working_days_left=None
        if days_left is None or deadline is None or reference is None
        else calendar.working_days_between(reference, deadline),
        provisional=due is not None and due.provisional,
    )


class _Outcome(NamedTuple):
    """What has become of the work, before the deadline is looked at."""

    complete: bool = False
    awaiting: bool = False
    returned: bool = False
    closing: Status | None = None
    day: date | None = None
    """When it was completed, or reported as such."""
    closed_on: date | None = None

    def reference(self, as_of: date) -> date | None:
        """Give the day to hold against the deadline; None when no day is known and nothing proves it late."""
        if self.closing is not None:
            return self.closed_on or as_of
        return self.day if self.complete or self.awaiting else as_of


def _outcome(
    assignment: Assignment,
    as_of: date,
    completion: Completion,
    *,
    asked: bool,
    last_update: date | None,
    heard: date | None,
) -> _Outcome:
    decision, decided = assignment.text("decision"), assignment.day("decision_date")
    if decided is not None and decided > as_of:
        decision, decided = "", None
    if decision in _CLOSING:
        return _Outcome(closing=_CLOSING[decision], closed_on=decided)
    confirmed = decision == "confirmed"
    done = assignment.text("progress") == "done"
    interim = completion.final_document and assignment.text("result_kind") in _INTERIM
    day = _completion_day(assignment, completion)
    if done:
        day = day or assignment.day("reported_date") or last_update
    if confirmed:
        day = day or decided
        done = done or day is not None
    finished = done and not interim and (day is None or day <= as_of)
    redone = finished and decided is not None and day is not None and day > decided
    # Done again need not mean on a later day: often only a paper was missing. Then the office has to look anew.
    again = asked and finished and decided is not None and heard is not None and heard > decided
    if decision == "returned" and not (redone or again):
        return _Outcome(returned=True)
    if not finished:
        return _Outcome()
    if asked and not confirmed:
        return _Outcome(awaiting=True, day=day)
    return _Outcome(complete=True, day=day)


def _completion_day(assignment: Assignment, completion: Completion) -> date | None:
    """Give the day that the regulation names: the result document's date where that is a result, and the day reported."""
    document = None if assignment.text("result_kind") in _INTERIM else assignment.day("result_date")
    reported = assignment.day("completed_date")
    if completion.completion_day == "completed":
        return reported or document
    return document or reported


def _status(outcome: _Outcome, deadline: date | None, as_of: date, completion: Completion) -> Status:
    timeliness = _timeliness(outcome.reference(as_of), deadline)
    if outcome.complete:
        return _COMPLETED[timeliness]
    if outcome.returned and completion.returned_overdue and timeliness is Timeliness.LATE:
        return Status.NOT_COMPLETED
    return _OPEN[timeliness]


def _timeliness(reference: date | None, deadline: date | None) -> Timeliness:
    if deadline is None:
        return Timeliness.UNDATED
    # The deadline day itself is in time.
    return Timeliness.LATE if reference is not None and reference > deadline else Timeliness.IN_TIME


_COMPLETED: Final = {
    Timeliness.IN_TIME: Status.COMPLETED_ON_TIME,
    Timeliness.LATE: Status.COMPLETED_LATE,
    Timeliness.UNDATED: Status.COMPLETED_UNDATED,
}
_OPEN: Final = {
    Timeliness.IN_TIME: Status.OPEN_IN_TIME,
    Timeliness.LATE: Status.OPEN_OVERDUE,
    Timeliness.UNDATED: Status.OPEN_UNDATED,
}
