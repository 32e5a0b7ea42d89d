"""What is due after something that the office entered into its calendar: the end of an inspection, feedback of a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.calendar import FEEDBACK, INSPECTED, days
from tdnv_sheets.regulation import OFFICE, UNIT
from tdnv_sheets.rules.duties.duty import Duty, DutyKind, DutyState
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tdnv_sheets.calendar import SpecialDay
    from tdnv_sheets.periods import Period
    from tdnv_sheets.rules.duties.duty import Known

_LIMITS: Final = {
    INSPECTED: ("inspection-report", DutyKind.INSPECTION_REPORT),
    FEEDBACK: ("feedback", DutyKind.FEEDBACK),
}


def event_duties(known: Known, window: Period) -> Iterator[Duty]:
    """Give what falls due in *window* after events; the limit that held on the event's day counts.

    An inspection is the unit's that its row names by code, name or alias, else the office's own.
    """
    for event in known.calendar.happened:
        name, kind = _LIMITS[event.kind]
        unit = _unit_of(known, event) if event.kind == INSPECTED else ""
        limit = known.regulation.limit(name, "ordinary", event.day, UNIT if unit else OFFICE)
        if limit is None:
            continue
        due = limit.last_day(event.day, known.calendar)
        if due in window:
            yield Duty(
                kind,
                unit,
                event.day.isoformat(),
                due,
                known.calendar.previous_working(due),
                limit.article,
                _state(known, due, event.done),
                event.done,
                limit.to,
                provisional=any(map(known.calendar.is_provisional, days(event.day, due))),
            )


def _state(known: Known, due: date, done: date | None) -> DutyState:
    """Judge by the row alone: the office itself wrote down what happened, so what it did not write down was not done."""
    state = known.standing(due, done)
    return DutyState.LATE if state is DutyState.UNRECORDED else state


def _unit_of(known: Known, event: SpecialDay) -> str:
    """Give the code of the unit that a row names; empty where it names none."""
    wanted = fold(event.name)
    for unit in known.units_on(event.day):
        if wanted and wanted in map(fold, (unit.code, unit.name, *unit.aliases)):
            return unit.code
    return ""
