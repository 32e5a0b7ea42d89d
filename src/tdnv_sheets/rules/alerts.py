"""What needs somebody's attention: one small rule per alert, tried in the order of `ALERT_RULES`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tdnv_sheets.regulation import UNIT
from tdnv_sheets.rules.judgement import COMPLETED, OPEN, Alert, Status
from tdnv_sheets.rules.limits import deadline_limit, entry_limit, result_limit
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.recurrence import rhythm

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.regulation import Inaction, Regulation
    from tdnv_sheets.rules.judgement import Judgement
    from tdnv_sheets.rules.limits import Limited

_RIGHTLY_WITHOUT_DAY: Final = frozenset({DeadlineKind.NONE, DeadlineKind.RECURRING})
_OVERDUE: Final = frozenset({Status.OPEN_OVERDUE, Status.NOT_COMPLETED})
_CLOSED: Final = frozenset({Status.WITHDRAWN, Status.TRANSFERRED})
_REASONS: Final = ("difficulty", "explanation", "extension_reason", "return_reason")
"""Fields in which a unit writes why nothing has come of a task."""


class Situation(NamedTuple):
    """What is known about an assignment before its alerts are."""

    as_of: date
    status: Status
    effective_deadline: date | None
    days_left: int | None
    awaiting: bool
    last_update: date | None
    regulation: Regulation
    calendar: Calendar
    due_soon_days: int

    @property
    def waits_for_unit(self) -> bool:
        """Say whether the next move is the unit's: still to be done, and not reported as done."""
        return self.status in OPEN and not self.awaiting


AlertRule: TypeAlias = "Callable[[Assignment, Situation], bool]"


def situation(
    judgement: Judgement, as_of: date, regulation: Regulation, calendar: Calendar, due_soon_days: int
) -> Situation:
    """Give the situation in which a judgement was made."""
    return Situation(
        as_of,
        judgement.status,
        judgement.effective_deadline,
        judgement.days_left,
        judgement.awaiting,
        judgement.last_update,
        regulation,
        calendar,
        due_soon_days,
    )


def start_day(assignment: Assignment) -> date | None:
    """Give the day from which the assignment runs: assigned, else issued, received or entered; None when unknown."""
    return (
        assignment.day("assigned_date")
        or assignment.day("document_date")
        or assignment.day("received_date")
        or assignment.day("entered_date")
    )


def held_from(assignment: Assignment) -> date | None:
    """Give the day from which the unit has the task: the day it came from another unit, else the task's own start."""
    days = (assignment.day("transferred_on"), start_day(assignment))
    return max((day for day in days if day is not None), default=None)


def comes_back(assignment: Assignment) -> bool:
    """Say whether a task asks for something in each period: then its occurrences are filled in, and it stays as it is."""
    return rhythm(assignment.text("recurrence"), assignment.text("deadline_text")) is not None


def is_due_soon(_assignment: Assignment, now: Situation) -> bool:
    """Say whether an open task is due today or within the office's window of calendar days."""
    return now.waits_for_unit and now.days_left is not None and 0 <= now.days_left <= now.due_soon_days


def awaits_confirmation(_assignment: Assignment, now: Situation) -> bool:
    """Say whether the office has to look at a reported result."""
    return now.awaiting


def asks_extension(assignment: Assignment, now: Situation) -> bool:
    """Say whether the unit asks for a day beyond the deadline that now holds."""
    asked = assignment.day("extension_to")
    deadline = now.effective_deadline
    return now.waits_for_unit and asked is not None and deadline is not None and asked > deadline


def asks_return(assignment: Assignment, now: Situation) -> bool:
    """Say whether the unit wants to give the task back."""
    return now.waits_for_unit and bool(assignment.text("return_reason").strip())


def is_stale(assignment: Assignment, now: Situation) -> bool:
    """Say whether the unit has been silent for longer than the regulation's interval, counted from when it got the task."""
    last = now.last_update or held_from(assignment)
    if not now.waits_for_unit or last is None or comes_back(assignment):
        return False
    fresh_until = now.regulation.stale_after(last, now.as_of, dated=now.effective_deadline is not None)
    return fresh_until is not None and now.as_of > fresh_until


def has_unclear_deadline(assignment: Assignment, now: Situation) -> bool:
    """Say whether words stand for a deadline and no day does, though they do not say that there is none."""
    words = assignment.text("deadline_text").strip()
    if now.status not in OPEN or now.effective_deadline is not None or not words or assignment.text("recurrence"):
        return False
    return parse_deadline(words, assigned=start_day(assignment)).kind not in _RIGHTLY_WITHOUT_DAY


def is_entered_late(assignment: Assignment, now: Situation) -> bool:
    """Say whether the office entered the task after its working days for that were over."""
    entered = assignment.day("entered_date")
    if entered is None:
        return False
    limited = entry_limit(assignment, now.regulation, dated=now.effective_deadline is not None)
    return limited is not None and not limited.is_kept(entered, now.calendar)


def lacks_explanation(assignment: Assignment, now: Situation) -> bool:
    """Say whether an overdue task has no word on why, where the regulation asked for it when the deadline passed."""
    if now.status not in _OVERDUE or now.awaiting:
        return False
    duty = now.regulation.explanation(now.effective_deadline or now.as_of)
    return duty is not None and "overdue" in duty.when and not _says_something(assignment, duty.fields)


def is_updated_late(assignment: Assignment, now: Situation) -> bool:
    """Say whether a result was told after its limit: from its document, or from the deadline."""
    return broken_update_limit(assignment, now) is not None


def broken_update_limit(assignment: Assignment, now: Situation) -> Limited | None:
    """Give the first limit that was over when a result was told; None where all were kept or nothing was told."""
    told = assignment.day("reported_date") or now.last_update
    if told is None or told > now.as_of or now.status in _CLOSED:
        return None
    ended = now.awaiting or now.status in COMPLETED
    limits = (
        result_limit(assignment, now.regulation),
        deadline_limit(now.regulation, now.effective_deadline) if ended else None,
    )
    return next((limit for limit in limits if limit is not None and not limit.is_kept(told, now.calendar)), None)


def is_silent(assignment: Assignment, now: Situation) -> bool:
    """Say whether a task has gone for longer than the regulation bears without result and without a written reason."""
    rule = inaction_for(assignment, now)
    if rule is None or not now.waits_for_unit or _says_something(assignment, _REASONS) or comes_back(assignment):
        return False
    start = _inaction_start(assignment, now, rule)
    return start is not None and now.as_of > rule.last_day(start)


def inaction_for(assignment: Assignment, now: Situation) -> Inaction | None:
    """Give the rule on inaction that held when the task began; None where there was none."""
    began = held_from(assignment)
    return None if began is None else now.regulation.inaction(began)


def _inaction_start(assignment: Assignment, now: Situation, rule: Inaction) -> date | None:
    return now.effective_deadline if rule.start == "deadline" else held_from(assignment)


def has_late_coordination(assignment: Assignment, now: Situation) -> bool:
    """Say whether overdue work that others share in belongs on the list that its unit owes every week.

    Nobody reports for coordinating units: that the shared work is overdue is all that can be seen.
    """
    if now.status not in _OVERDUE or now.awaiting or not assignment.text("coordinating_units"):
        return False
    return any(duty.who == UNIT for duty in now.regulation.weekly_duties(now.as_of))


def _says_something(assignment: Assignment, fields: tuple[str, ...]) -> bool:
    return any(assignment.text(name).strip() for name in fields)


ALERT_RULES: Final[tuple[tuple[Alert, AlertRule], ...]] = (
    (Alert.DUE_SOON, is_due_soon),
    (Alert.AWAITING_CONFIRMATION, awaits_confirmation),
    (Alert.EXTENSION_ASKED, asks_extension),
    (Alert.RETURN_ASKED, asks_return),
    (Alert.STALE, is_stale),
    (Alert.DEADLINE_UNCLEAR, has_unclear_deadline),
    (Alert.ENTERED_LATE, is_entered_late),
    (Alert.EXPLANATION_MISSING, lacks_explanation),
    (Alert.UPDATED_LATE, is_updated_late),
    (Alert.SILENT, is_silent),
    (Alert.COORDINATION_LATE, has_late_coordination),
)


def alerts(assignment: Assignment, now: Situation) -> tuple[Alert, ...]:
    """Give the alerts that hold, in the order of the rules."""
    return tuple([alert for alert, holds in ALERT_RULES if holds(assignment, now)])
