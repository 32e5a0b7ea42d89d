"""The rules with all that they are applied by: for one assignment here, for whole ledgers in `course.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.rules.status import judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment, Key, Trail
    from tdnv_sheets.regulation import Regulation
    from tdnv_sheets.rules.judgement import Judgement


@dataclass(frozen=True)
class Judge:
    """The rules as they are applied to the rows of one ledger."""

    regulation: Regulation
    calendar: Calendar
    due_soon_days: int
    confirmation: str
    """The office's setting: `regulation`, `yes` or `no`."""
    trails: Mapping[Key, Trail]

    def judgement(self, assignment: Assignment, as_of: date, *, with_alerts: bool = False) -> Judgement:
        """Say how an assignment stands on a day; without its alerts, which counting needs none of, in half the time."""
        return judge(
            assignment,
            as_of,
            regulation=self.regulation,
            calendar=self.calendar,
            due_soon_days=self.due_soon_days,
            confirmation=self.confirmation,
            trail=self.trails.get(assignment.key, NO_TRAIL),
            with_alerts=with_alerts,
        )
