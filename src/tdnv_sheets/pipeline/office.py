"""Open an office: its folder, settings, regulation, calendar, units and ledger, for one command."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.calendar_file import open_calendar
from tdnv_sheets.errors import BrokenSurroundings, WrongUsage
from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.regulations import open_regulation
from tdnv_sheets.pipeline.units import known_units
from tdnv_sheets.render.view import Row
from tdnv_sheets.rules.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.records import Assignment, Key, Trail, Unit
    from tdnv_sheets.regulation import Regulation
    from tdnv_sheets.rules.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Office:
    """What the steps of one command work on; it has no methods but names."""

    space: Workspace
    regulation: Regulation
    calendar: Calendar
    units: tuple[Unit, ...]
    ledger: Ledger
    readers: Readers
    """The children that open workbooks, each started when it is first needed."""

    @property
    def lang(self) -> str:
        """The language of workbooks."""
        return self.space.settings.language


@contextmanager
def open_office(space: Workspace, *, new: bool = False, before: Office | None = None) -> Iterator[Office]:
    """Open all that a workspace declares; closes the ledger at the end. Units and calendar stay those of *before*.

    Raises `BadOfficeFile` when the unit list is missing or one of the office's files cannot be used, and
    `BrokenSurroundings` when the ledger's file is gone: only a *new* workspace begins with an empty one.
    """
    rules = open_regulation(space.settings.regulation, space.root)
    days = open_calendar(space.calendar) if before is None else before.calendar
    with Readers() as readers:
        units = known_units(space, readers) if before is None else before.units
        if space.ledger_file is not None and not new and not holds_something(space.ledger_file):
            raise BrokenSurroundings("ledger-missing", path=space.ledger_file)
        ledger = Ledger.at(space.ledger_url, space.settings.ledger_journal)
        try:
            yield Office(space, rules, days, units, ledger, readers)
        finally:
            ledger.close()


def holds_something(path: Path) -> bool:
    """Say whether a file is there and not cut to nothing: SQLite takes an empty file for a new database."""
    return path.exists() and path.stat().st_size > 0


def unit_named(office: Office, code: str) -> Unit:
    """Find a unit by its code; raise `WrongUsage` when there is none."""
    for unit in office.units:
        if unit.code == code:
            return unit
    raise WrongUsage("unknown-unit-code", unit=code, path=office.space.units)


def judged(office: Office, assignments: Iterable[Assignment], as_of: date) -> list[Row]:
    """Apply the rules to each assignment as of a day."""
    judge = _judge(office, office.ledger.trails())
    return [Row(item, judge.judgement(item, as_of, with_alerts=True)) for item in assignments]


def judge_one(
    office: Office, assignment: Assignment, as_of: date, *, trails: Mapping[Key, Trail], with_alerts: bool = True
) -> Judgement:
    """Apply the rules to one assignment."""
    return _judge(office, trails).judgement(assignment, as_of, with_alerts=with_alerts)


def counting_judge(office: Office, at: int | None = None) -> Judge:
    """Give the rules for counting, which needs no alerts; *at* a revision they know no more of the past than it did."""
    return _judge(office, office.ledger.trails() if at is None else office.ledger.trails_at(at))


def _judge(office: Office, trails: Mapping[Key, Trail]) -> Judge:
    settings = office.space.settings
    return Judge(office.regulation, office.calendar, settings.due_soon_days, settings.confirmation, trails)
