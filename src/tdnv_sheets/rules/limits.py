"""By which day a task has to be entered and a result to be told: the regulation's limits for one assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.text.recurrence import occurrence

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.regulation import Regulation, TimeLimit


class Limited(NamedTuple):
    """A limit and the day of the event from which it runs."""

    limit: TimeLimit
    event: date

    def last_day(self, calendar: Calendar) -> date:
        """Give the last day in time."""
        return self.limit.last_day(self.event, calendar)

    def is_kept(self, done: date, calendar: Calendar) -> bool:
        """Say whether *done* is in time."""
        # N working days are never fewer than N days, so most rows need no look into the calendar.
        if (done - self.event).days <= self.limit.working_days:
            return True
        return done <= self.last_day(calendar)


def entry_limit(assignment: Assignment, regulation: Regulation, *, dated: bool) -> Limited | None:
    """Give the office's limit for entering a task that has a deadline (*dated*) or none; None where nothing can be said.

    One row shows several units, not how many tasks its document holds: coordinating units stand for the longer limit.
    A limit of their own for urgent papers goes before all, then that for tasks without deadline. An occurrence of a
    recurring task is entered by the program when its period begins: no document's limit runs for it.
    """
    event = assignment.day("received_date") or assignment.day("document_date")
    if event is None or occurrence(assignment.text("recurrence")) is not None:
        return None
    kinds = {
        "urgent": regulation.is_urgent(assignment.text("urgency"), event),
        "undated": not dated,
        "many": bool(assignment.text("coordinating_units")),
    }
    limit = regulation.first_limit("office-entry", tuple(case for case, holds in kinds.items() if holds), event)
    if limit is None:
        return None
    return Limited(limit, (assignment.day("document_date") or event) if limit.trigger == "issued" else event)


def result_limit(assignment: Assignment, regulation: Regulation) -> Limited | None:
    """Give the limit for telling a result that a document bears; None where there is no document or no limit."""
    result = assignment.day("result_date")
    if result is None:
        return None
    limit = regulation.limit("result-update", "ordinary", result)
    if limit is None:
        return None
    if limit.trigger == "unstated" and regulation.answer("result_trigger", result) == "assigned":
        assigned = assignment.day("assigned_date")
        return None if assigned is None else Limited(limit, assigned)
    return Limited(limit, result)


def deadline_limit(regulation: Regulation, deadline: date | None) -> Limited | None:
    """Give the limit for telling how a task with a deadline ended; None where the text sets none."""
    if deadline is None:
        return None
    limit = regulation.limit("unit-update", "timed", deadline)
    return None if limit is None else Limited(limit, deadline)
