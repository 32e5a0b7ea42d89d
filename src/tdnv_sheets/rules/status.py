"""The status of one assignment on one day, computed from its cells and never typed by anybody (design §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.rules.alerts import Situation, alerts, start_day
from tdnv_sheets.rules.judgement import OPEN, Judgement, Status, Timeliness

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.calendar import Calendar, Due
    from tdnv_sheets.records import Assignment, Trail
    from tdnv_sheets.regulation import Completion, Regulation

INTERIM: Final = frozenset({"progress_report", "extension_request"})
"""Kinds of papers that are no result."""
CLOSING: Final = {"withdrawn": Status.WITHDRAWN, "transferred": Status.TRANSFERRED}
"""Decisions that end an assignment without a result."""


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
    facts = facts_of(assignment, completion, calendar, confirmation, trail.last_update)
    outcome = outcome_on(facts, as_of)
    status, deadline = status_on(facts, outcome, as_of), facts.deadline
    reference = outcome.reference(as_of)
    days_left = (deadline - reference).days if status in OPEN and deadline and reference else None
    last_update = facts.last_update
    extensions = trail.extension_count or int(assignment.day("extended_deadline") is not None)
    return Judgement(
        status=status,
        timeliness=_timeliness(reference, deadline),
        effective_deadline=deadline,
        days_left=days_left,
        completion_day=outcome.day,
        awaiting=outcome.awaiting,
        alerts=alerts(
            assignment,
            Situation(
                as_of, status, deadline, days_left, outcome.awaiting, last_update, regulation, calendar, due_soon_days
            ),
        )
        if with_alerts
        else (),
        extension_count=extensions,
        last_update=last_update,
        working_days_left=None
        if days_left is None or deadline is None or reference is None
        else calendar.working_days_between(reference, deadline),
        provisional=facts.due is not None and facts.due.provisional,
    )


class Facts(NamedTuple):
    """What the status of an assignment rests on, whatever the day it is asked for."""

    decision: str
    decided: date | None
    done: bool
    interim: bool
    """Its paper is no result, and the regulation lets none such end a task."""
    completed: date | None
    """The completion day by the regulation's choice of the days that the unit gave."""
    told: date | None
    """The day on which the unit said so, where it gave none for the completion itself."""
    last_update: date | None
    due: Due | None
    deadline: date | None
    """The last day in time."""
    asked: bool
    """Whether completion waits for the office's confirmation."""
    returned_overdue: bool


def facts_of(
    assignment: Assignment,
    completion: Completion,
    calendar: Calendar,
    confirmation: str,
    last_update: date | None,
) -> Facts:
    """Gather what the status rests on; *last_update* is what the ledger's past says of the unit's last change."""
    day, get = assignment.day, assignment.fields.get
    named = day("extended_deadline") or day("deadline")
    due = None if named is None else calendar.due(named, completion.deadline_roll)
    reported = day("reported_date")
    updated = last_update or reported
    no_result = get("result_kind") in INTERIM
    document, completed = None if no_result else day("result_date"), day("completed_date")
    of_completion = completed or document if completion.completion_day == "completed" else document or completed
    return Facts(
        decision=assignment.text("decision"),
        decided=day("decision_date"),
        done=get("progress") == "done",
        interim=completion.final_document and no_result,
        completed=of_completion,
        told=reported or updated,
        last_update=updated,
        due=due,
        deadline=due and due.day,
        asked=completion.confirmation if confirmation == "regulation" else confirmation == "yes",
        returned_overdue=completion.returned_overdue,
    )


class Outcome(NamedTuple):
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


_NOTHING: Final = Outcome()
_RETURNED: Final = Outcome(returned=True)


def outcome_on(facts: Facts, as_of: date) -> Outcome:
    """Say what has become of the work at the end of *as_of*."""
    decision, decided = facts.decision, facts.decided
    if decided is not None and decided > as_of:
        decision, decided = "", None
    if decision in CLOSING:
        return Outcome(closing=CLOSING[decision], closed_on=decided)
    confirmed = decision == "confirmed"
    done, day = facts.done, facts.completed
    if done:
        day = day or facts.told
    if confirmed:
        day = day or decided
        done = done or day is not None
    finished = done and not facts.interim and (day is None or day <= as_of)
    if decision == "returned":
        redone = finished and decided is not None and day is not None and day > decided
        # Done again need not mean on a later day: often only a paper was missing. Then the office has to look anew.
        heard = facts.last_update
        again = facts.asked and finished and decided is not None and heard is not None and decided < heard <= as_of
        if not (redone or again):
            return _RETURNED
    if not finished:
        return _NOTHING
    if facts.asked and not confirmed:
        return Outcome(awaiting=True, day=day)
    return Outcome(complete=True, day=day)


def status_on(facts: Facts, outcome: Outcome, as_of: date) -> Status:
    """Hold what has become of the work against the deadline."""
    if outcome.closing is not None:
        return outcome.closing
    timeliness = _timeliness(outcome.reference(as_of), facts.deadline)
    if outcome.complete:
        return _COMPLETED[timeliness]
    if outcome.returned and facts.returned_overdue and timeliness is Timeliness.LATE:
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
