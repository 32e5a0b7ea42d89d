"""What a duty is: who owes what by which day and article, and whether it was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tdnv_sheets.calendar import Calendar, Due
    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Unit
    from tdnv_sheets.regulation import Regulation


class DutyKind(StrEnum):
    """What is owed; the words stand in messages/duties.toml."""

    PERIODIC_REPORT = "periodic-report"
    SEPARATE_REPORT = "secret-report"
    """On secret tasks. A reminder without any content: the report itself is written outside this program."""
    REGULATION_REPORT = "regulation-report"
    """How the regulation itself is applied."""
    WEEKLY_REPORT = "weekly-report"
    SESSION_UPDATE = "session-update"
    SESSION_REPORT = "session-report"
    INSPECTION_REPORT = "inspection-report"
    FEEDBACK = "feedback"
    """What a unit complained of: the office urges, or asks its head."""
    OFFICE_ENTRY = "office-entry"
    RESULT_UPDATE = "result-update"
    UNIT_UPDATE = "unit-update"


class DutyState(StrEnum):
    """How a duty stands on a day."""

    OPEN = "open"
    LATE = "late"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    DONE_UNDATED = "done_undated"
    """Done, and the text names no day."""
    UNRECORDED = "unrecorded"
    """Its day is over, and the program keeps no record that would say whether it was done."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that one body owes."""

    kind: DutyKind
    unit: str
    """Code of the unit; empty for the office."""
    about: str
    """What it is on: the period of a report, the day of a session or of a week (ISO), or a task's id."""
    due: date | None
    """The last day in time; None where the text names none."""
    send_by: date | None
    """The last working day that is safe whatever holds for days off."""
    article: str
    state: DutyState
    done: date | None = None
    to: str = ""
    """Who receives it, where the text says so."""
    provisional: bool = False
    """Whether `due` rests on days that the official calendar may still change."""
    empty: bool = False
    """Whether a report came and told nothing new."""


class Report(NamedTuple):
    """A file of a unit on a period that was taken in."""

    unit: str
    period: str
    day: date
    empty: bool
    """Whether no cell of it was new."""


@dataclass(frozen=True, slots=True)
class Known:
    """What duties are judged by."""

    as_of: date
    regulation: Regulation
    calendar: Calendar
    units: tuple[Unit, ...]
    """The office's unit list."""
    reports: tuple[Report, ...]
    """In the order in which they came."""
    recorded_from: date | None
    """The first day of the ledger; what fell due before it left no record here. None: there is no record at all."""
    frozen: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    """Period → the day on which the office froze its report on it: then it went out."""

    def due(self, named: date, clock: date) -> Due:
        """Say what a day that a regulation names means where that may be a day off, by its answer on the day *clock*."""
        return self.calendar.due(named, str(self.regulation.answer("report_roll", clock)))

    def standing(self, due: date | None, done: date | None, *, recorded: bool = True) -> DutyState:
        """Judge a duty; what is dated after the as-of day has not happened yet. *recorded*: whether doing it leaves a trace."""
        if done is not None and done <= self.as_of:
            if due is None:
                return DutyState.DONE_UNDATED
            return DutyState.DONE_ON_TIME if done <= due else DutyState.DONE_LATE
        if due is None or self.as_of <= due:
            return DutyState.OPEN
        known = recorded and self.recorded_from is not None and self.recorded_from <= due
        return DutyState.LATE if known else DutyState.UNRECORDED

    def units_on(self, day: date) -> tuple[Unit, ...]:
        """List the units that exist on a day and that a person has confirmed."""
        return tuple(unit for unit in self.units if unit.valid_on(day) and not unit.draft)


def falls_in(window: Period, named: date | None, otherwise: date) -> bool:
    """Say whether a duty belongs to a window: by the day that the text names, where it names none by another."""
    return (named or otherwise) in window
