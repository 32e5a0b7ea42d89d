"""What the rules say about one assignment on one day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date


class Status(StrEnum):
    """The nine statuses of design §4; every assignment has exactly one on a day."""

    COMPLETED_ON_TIME = "completed_on_time"
    COMPLETED_LATE = "completed_late"
    COMPLETED_UNDATED = "completed_undated"
    OPEN_IN_TIME = "open_in_time"
    OPEN_OVERDUE = "open_overdue"
    OPEN_UNDATED = "open_undated"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


COMPLETED: Final = frozenset({Status.COMPLETED_ON_TIME, Status.COMPLETED_LATE, Status.COMPLETED_UNDATED})
OPEN: Final = frozenset({Status.OPEN_IN_TIME, Status.OPEN_OVERDUE, Status.OPEN_UNDATED, Status.NOT_COMPLETED})
OVERDUE: Final = frozenset({Status.OPEN_OVERDUE, Status.NOT_COMPLETED})
"""What stands in the annex of overdue tasks (Biểu 02)."""


class Timeliness(StrEnum):
    """Whether the deadline is kept."""

    IN_TIME = "in_time"
    LATE = "late"
    UNDATED = "undated"


class Alert(StrEnum):
    """What needs somebody's attention; the words stand in messages/alerts.toml."""

    DUE_SOON = "due-soon"
    AWAITING_CONFIRMATION = "awaiting-confirmation"
    EXTENSION_ASKED = "extension-asked"
    RETURN_ASKED = "return-asked"
    STALE = "stale"
    DEADLINE_UNCLEAR = "deadline-unclear"
    ENTERED_LATE = "entered-late"
    EXPLANATION_MISSING = "explanation-missing"
    UPDATED_LATE = "updated-late"
    SILENT = "silent"
    COORDINATION_LATE = "coordination-late"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of the rules for one assignment as of one day."""

    status: Status
    timeliness: Timeliness
    effective_deadline: date | None
    """The last day in time: after extension, and rolled over days off where the regulation's policy says so."""
    days_left: int | None
    """Calendar days from the as-of day to the effective deadline, negative when overdue; None when closed or undated."""
    completion_day: date | None
    """The day that proves completion; also set while confirmation is awaited."""
    awaiting: bool
    """Reported as done and not yet confirmed, where confirmation is asked for."""
    alerts: tuple[Alert, ...]
    extension_count: int
    last_update: date | None
    working_days_left: int | None = None
    """The same in working days: those after the as-of day up to and with the deadline, or since it."""
    provisional: bool = False
    """Whether the effective deadline rests on days that the official calendar may still change."""
