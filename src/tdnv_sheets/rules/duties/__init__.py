"""What each unit and the office owe in a stretch of time, by which day and article, and whether it was done."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from tdnv_sheets.rules.duties.duty import Duty, DutyKind, DutyState, Known, Report
from tdnv_sheets.rules.duties.happened import event_duties
from tdnv_sheets.rules.duties.meetings import session_duties, weekly_duties
from tdnv_sheets.rules.duties.rounds import periodic_duties
from tdnv_sheets.rules.duties.tasks import task_duties

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.rules.judgement import Judgement

__all__ = ["Duty", "DutyKind", "DutyState", "Known", "Report", "duties"]


def duties(known: Known, window: Period, judged: Iterable[tuple[Assignment, Judgement]]) -> tuple[Duty, ...]:
    """List what falls due in *window*, by day; what bears no day at the end. *judged*: all assignments as of the day."""
    found = chain(
        periodic_duties(known, window),
        weekly_duties(known, window),
        session_duties(known, window),
        event_duties(known, window),
        task_duties(known, window, judged),
    )
    return tuple(sorted(found, key=_order))


def _order(duty: Duty) -> tuple[date, str, str, str]:
    return duty.due or date.max, duty.kind.value, duty.about, duty.unit
