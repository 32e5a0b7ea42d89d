"""Issue a round: one signed, prefilled workbook for each unit."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.inbox.shelf import safe_name
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.ledger.entries import IssueRecord
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.occurrences import open_occurrences
from tdnv_sheets.pipeline.office import Office, judged, unit_named
from tdnv_sheets.regulation import UNIT
from tdnv_sheets.render.template import draw_unit_book
from tdnv_sheets.render.view import UnitBookView
from tdnv_sheets.rules.alerts import comes_back
from tdnv_sheets.rules.judgement import OPEN
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp, content_digest, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.findings import About
    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.records import Unit
    from tdnv_sheets.render.view import Row

NAME_LENGTH: Final = 60
"""Letters of a unit's name in a file's name; Windows allows 260 for the whole path."""


@dataclass(frozen=True, slots=True)
class IssuedFile:
    """One workbook that was drawn."""

    unit: Unit
    path: Path
    rows: int
    waits: WaitsForPerson | None = None
    """Why it could not be written now: somebody has the file open."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A round that was sent out."""

    files: tuple[IssuedFile, ...]
    homeless: Mapping[str, int]
    """Unit codes that the unit list does not have → tasks of the round that nobody was sent."""
    ended: Mapping[str, int]
    """Names of units that have ended → open tasks that wait for their successor."""
    abouts: tuple[About, ...] = ()
    """What else is to be said."""


def issue(office: Office, period: Period, moment: Moment, *, units: Sequence[str] = ()) -> Issued:
    """Draw a workbook for each of *units* (default: every unit that holds a task of the round) into the outbox.

    What recurring tasks ask for by now is opened first, so that it is in the workbooks.
    """
    as_of = moment.as_of
    if not office.units:
        raise WrongUsage("no-units", path=office.space.units)
    wanted = [unit_named(office, code) for code in units] or [u for u in office.units if u.valid_on(as_of)]
    opened = open_occurrences(office, moment)
    revision = office.ledger.revision()
    ledger, key = office.ledger.identity(), office.space.key()
    by_unit: dict[str, list[Row]] = {}
    for row in judged(office, office.ledger.assignments().values(), as_of):
        if belongs(row, period):
            by_unit.setdefault(row.assignment.key.unit, []).append(row)
    plans: list[tuple[UnitBookView, Path]] = []
    records: list[IssueRecord] = []
    for unit in wanted:
        rows = sorted(by_unit.get(unit.code, []), key=most_urgent_first)
        if not rows and not units:
            continue
        content = row_digest(rows)
        issue_id = secrets.token_hex(5)
        stamp = Stamp("unit", TEMPLATE_VERSION, ledger, issue_id, unit.code, period.name, revision, content)
        view = unit_book_view(office, unit, period, rows, as_of=as_of, identity=(issue_id, encode(stamp, key)))
        plans.append(
            (view, office.space.outbox / workbook_name(office, unit, say("pipeline.unit_file", office.lang), period))
        )
        task_ids = tuple(row.assignment.key.task_id for row in rows)
        records.append(IssueRecord(issue_id, unit.code, period.name, revision, content, task_ids))
    if not plans:
        raise WaitsForPerson("nothing-to-issue")
    # First remembered, then drawn: a workbook out there that the ledger does not know could never be taken in.
    office.ledger.record_issues(records, moment.now)
    return Issued(
        tuple(_draw(view, path) for view, path in plans),
        homeless(office, by_unit),
        _ended(office, by_unit, as_of),
        opened.abouts,
    )


def _draw(view: UnitBookView, path: Path) -> IssuedFile:
    """Draw one workbook; one that somebody has open waits, and the others are drawn all the same."""
    try:
        put_in_place(partial(draw_unit_book, view), path)
    except WaitsForPerson as problem:
        return IssuedFile(view.unit, path, len(view.rows), problem)
    return IssuedFile(view.unit, path, len(view.rows))


def homeless(office: Office, by_unit: Mapping[str, Sequence[Row]]) -> dict[str, int]:
    """Give the units that hold tasks of the round and are not in the unit list, with how many."""
    known = {unit.code for unit in office.units}
    return {code: len(rows) for code, rows in sorted(by_unit.items()) if code not in known}


def _ended(office: Office, by_unit: Mapping[str, Sequence[Row]], as_of: date) -> dict[str, int]:
    """Count what is still to be done by units that have ended; a round goes to units that exist."""
    gone = {unit.code: unit.name for unit in office.units if unit.valid_to is not None and unit.valid_to < as_of}
    counts = {
        code: sum(row.judgement.status in OPEN and not row.judgement.awaiting for row in by_unit.get(code, ()))
        for code in gone
    }
    return {gone[code]: count for code, count in counts.items() if count}


def workbook_name(office: Office, unit: Unit, words: str, period: Period) -> str:
    """Name a unit's workbook: the unit's name, cut where it is long, what it is and the period; no two units share one."""
    name = safe_name(unit.name, NAME_LENGTH)
    twins = [other for other in office.units if safe_name(other.name, NAME_LENGTH).casefold() == name.casefold()]
    shown = f"{name} ({unit.code})" if len(twins) > 1 else name
    return f"{shown} - {words} {period.name}.xlsx"


def belongs(row: Row, period: Period) -> bool:
    """Say whether a round shows an assignment: it is open, or was completed in the period; of a recurring one its occurrences."""
    if comes_back(row.assignment):
        return False
    day = row.judgement.completion_day
    return row.judgement.status in OPEN or row.judgement.awaiting or (day is not None and day in period)


def most_urgent_first(row: Row) -> tuple[int, date, int, str]:
    """Order a unit's rows: what is still to be done by its deadline, undated last, then what waits to be confirmed, then the rest.

    Of several due on one day the more urgent document comes first.
    """
    judged = row.judgement
    stage = 1 if judged.awaiting else 0 if judged.status in OPEN else 2
    choices = [choice.code for choice in assignment_spec().by_name["urgency"].choices]
    urgency = row.assignment.text("urgency")
    pressing = choices.index(urgency) if urgency in choices else 0
    return stage, judged.effective_deadline or date.max, -pressing, row.assignment.key.task_id


def row_digest(rows: Sequence[Row]) -> str:
    """Digest what a workbook is issued with."""
    fields = assignment_spec().shown_on("update")
    locked = [spec.name for spec in fields if spec.owner is Owner.OFFICE]
    lines = ((r.assignment.key.task_id, [r.assignment.get(name) for name in locked]) for r in rows)
    return content_digest([spec.name for spec in fields], lines)


def unit_book_view(
    office: Office, unit: Unit, period: Period, rows: Sequence[Row], *, as_of: date, identity: tuple[str, str]
) -> UnitBookView:
    """Gather what a unit's workbook shows; *identity* is (issue id, signed stamp)."""
    settings = office.space.settings
    rule = office.regulation.report_day(UNIT, period)
    return UnitBookView(
        office=settings.office,
        regulation_title=office.regulation.title,
        contact=settings.contact,
        lang=settings.language,
        unit=unit,
        period=period,
        as_of=as_of,
        due=None if rule is None else rule.due(period),
        due_article="" if rule is None else rule.article,
        issue_id=identity[0],
        token=identity[1],
        rows=tuple(rows),
        spare_rows=settings.spare_rows,
        colours=settings.colours,
    )
