"""Open an office: its folder, settings, regulation, calendar, units and ledger, for one command."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tdnv_sheets import calendar as calendars
from tdnv_sheets import regulation as regulations
from tdnv_sheets.errors import BrokenDeclaration, WrongUsage
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book, Sheet
from tdnv_sheets.intake.scan import Scan, scan
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.messages.catalogue import finding_text
from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.render.view import Row
from tdnv_sheets.rules.status import judge
from tdnv_sheets.validate.table import Blind
from tdnv_sheets.validate.unit_list import units_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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

    @property
    def lang(self) -> str:
        """The language of workbooks."""
        return self.space.settings.language


@contextmanager
def open_office(space: Workspace) -> Iterator[Office]:
    """Open all that a workspace declares; closes the ledger at the end."""
    rules = regulations.load(space.settings.regulation)
    days = calendars.load(space.calendar if space.calendar.exists() else None)
    units = read_units(space.units) if space.units.exists() else ()
    ledger = Ledger.at(space.ledger_url)
    try:
        yield Office(space, rules, days, units, ledger)
    finally:
        ledger.close()


def unit_named(office: Office, code: str) -> Unit:
    """Find a unit by its code; raise `WrongUsage` when there is none."""
    for unit in office.units:
        if unit.code == code:
            return unit
    raise WrongUsage("unknown-unit-code", unit=code, path=office.space.units)


def judged(office: Office, assignments: Iterable[Assignment], as_of: date) -> list[Row]:
    """Apply the rules to each assignment as of a day."""
    trails = office.ledger.trails()
    return [Row(item, judge_one(office, item, as_of, trails=trails)) for item in assignments]


def judge_one(office: Office, assignment: Assignment, as_of: date, *, trails: Mapping[Key, Trail]) -> Judgement:
    """Apply the rules to one assignment."""
    settings = office.space.settings
    return judge(
        assignment,
        as_of,
        regulation=office.regulation,
        calendar=office.calendar,
        due_soon_days=settings.due_soon_days,
        confirmation=settings.confirmation,
        trail=trails.get(assignment.key, NO_TRAIL),
    )


def counting_judge(office: Office) -> Callable[[Assignment, date], Judgement]:
    """Give the rules for counting, which needs no alerts."""
    settings = office.space.settings
    return partial(
        judge,
        regulation=office.regulation,
        calendar=office.calendar,
        due_soon_days=settings.due_soon_days,
        confirmation=settings.confirmation,
        with_alerts=False,
    )


def read_units(path: Path) -> tuple[Unit, ...]:
    """Read a unit list from .xlsx or .csv; raise `BrokenDeclaration` naming row and column."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = tuple(tuple(cell or None for cell in row) for row in csv.reader(file))
        return units_from((Sheet(path.stem, rows),), path)
    with Reader() as reader:
        _, book = open_book(reader, path)
    if isinstance(book, Finding):
        raise BrokenDeclaration(path, "(workbook)", finding_text(book, "vi"))
    return units_from(book.sheets, path)


def open_book(reader: Reader, path: Path) -> tuple[Scan, Book | Finding]:
    """Scan a workbook, then read it in the worker; the first finding that forbids reading comes instead of the book."""
    scanned = scan(path)
    return scanned, scanned.findings[0] if scanned.findings else reader.read(path, scanned)


def blind_cells(scanned: Scan) -> dict[str, Blind]:
    """Give what the reader could not see, by sheet."""
    return {name: Blind(sheet.errors, sheet.uncached) for name, sheet in scanned.sheets.items()}
