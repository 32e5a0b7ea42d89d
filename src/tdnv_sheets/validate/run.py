"""Check one unit workbook, level after level; the order of steps is this file (design §7)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tdnv_sheets.findings import About, Finding, Level, Severity, has_error
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.records import Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.stamp import TEMPLATE_VERSION, Stamp
from tdnv_sheets.validate.cells import as_text
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.identity import Identity, Issued, identify
from tdnv_sheets.validate.rows import cell_findings, differs, explain, known_rows, missing_rows, proposals, statements
from tdnv_sheets.validate.rules import TOUCHED, row_rules
from tdnv_sheets.validate.schema import failures
from tdnv_sheets.validate.sheets import find_sheet, language_of, report_lines, secret_findings, typed_report
from tdnv_sheets.validate.table import HOLDS, Blind, Table, header_findings, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.grid import Book, Raw
    from tdnv_sheets.records import Unit
    from tdnv_sheets.sheetspec import SheetSpec


class Verdict(StrEnum):
    """What becomes of a file."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    RETURNED = "returned"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a workbook is checked against; without a workspace there is neither key nor ledger."""

    units: Sequence[Unit]
    as_of: date
    lang: str = "vi"
    key: bytes | None = None
    ledger: str | None = None
    issued: Callable[[str], Issued | None] = lambda _issue: None
    task_exists: Callable[[str], bool] = lambda _task: False
    whole_file: bool = False
    """Policy `file`: one error holds the whole file back."""
    unit: str | None = None
    """The unit that the caller says the file is from."""
    unidentified: Issued | None = None
    """That unit's assignments as they are now, for a file that carries no identity: then nothing is taken unseen."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to say about one workbook, and what of it may go on to the merge."""

    verdict: Verdict
    abouts: tuple[About, ...]
    unit: str = ""
    period: str = ""
    token: str = ""
    submission: Submission | None = None
    issued: Issued | None = None
    total: int = 0
    held: int = 0
    typed: Mapping[tuple[str, str], Raw] = field(default_factory=dict)
    """What the sender typed, by (task id, field)."""
    stray: tuple[tuple[int, Mapping[str, Raw]], ...] = ()
    """Rows that belong to no assignment of the issue, or repeat one, by their Excel row."""
    missing_rows: tuple[Mapping[str, Raw], ...] = ()
    report: Mapping[str, Raw] = field(default_factory=dict)


def check(book: Book, blind: Mapping[str, Blind], grounds: Grounds) -> Checked:
    """Check a unit workbook that was scanned and read: identity, secrets, header, rows, cells, rules."""
    identity = _identity(book, grounds)
    stamp = identity.stamp
    secret = secret_findings(book)
    if has_error(secret):
        # Before anything else is said: a secret must not be moved or copied, whoever sent it.
        return Checked(Verdict.WAITING, tuple(secret), stamp.unit if stamp else "", stamp.period if stamp else "")
    if stamp is None:
        return _stop(identity.findings)
    issued = _issued(stamp, grounds)
    wrong = _against_ledger(stamp, issued, grounds)
    if wrong is not None:
        return _stop((*identity.findings, wrong), unit=stamp.unit, period=stamp.period)
    abouts = [About(finding) for finding in identity.findings] + secret
    if grounds.ledger is None:
        abouts.append(About(Finding("not-checked", Severity.INFO, Level.WORKBOOK)))
    shell = Checked(Verdict.RETURNED, tuple(abouts), stamp.unit, stamp.period, identity.token, issued=issued)
    return _tables(book, blind, grounds, shell, stamp)


def _tables(book: Book, blind: Mapping[str, Blind], grounds: Grounds, shell: Checked, stamp: Stamp) -> Checked:
    """Find the sheets and their columns; stop where columns that are needed are missing."""
    spec = assignment_spec()
    fields = spec.shown_on("update")
    sheet = find_sheet(book, "update")
    header = find_header(sheet, fields) if sheet else None
    if sheet is None or header is None:
        values = {"sheet": say("template.sheet_update", grounds.lang)}
        lost = About(Finding("sheet-missing", Severity.ERROR, Level.WORKBOOK, values=values))
        return replace(shell, abouts=(*shell.abouts, lost))
    grounds = replace(grounds, lang=language_of(sheet, "update") or grounds.lang)
    needed = frozenset(f.name for f in fields if f.owner in {Owner.UNIT, Owner.KEY})
    abouts = [*shell.abouts, *header_findings(sheet, header, fields, needed, grounds.lang)]
    table = read_table(sheet, header, fields, grounds.lang, blind=blind.get(sheet.name, Blind()))
    missing = _missing_table(book, spec, grounds, blind)
    shell = replace(
        shell,
        abouts=tuple(abouts),
        total=len(table.rows),
        held=len(table.rows),
        typed=_typed(table),
        stray=_stray(table, shell.issued),
        missing_rows=tuple(row.raw for row in missing.rows) if missing else (),
        report=report_lines(book),
    )
    if has_error(abouts):
        return shell
    return _rows(shell, table, missing, grounds, stamp)


def _identity(book: Book, grounds: Grounds) -> Identity:
    """Read the stamp; a file without one is taken for the unit that the caller names."""
    identity = identify(book, kind="unit", key=grounds.key, ledger=grounds.ledger)
    unknown = identity.stamp is None and identity.findings[0].code == "not-our-template"
    if unknown and grounds.unidentified is not None:
        stamp = Stamp("unit", TEMPLATE_VERSION, grounds.ledger or "", "", grounds.unidentified.unit, "", 0, "")
        return Identity(stamp)
    return identity


def _issued(stamp: Stamp, grounds: Grounds) -> Issued | None:
    if grounds.ledger is None:
        return None
    return grounds.issued(stamp.issue) if stamp.issue else grounds.unidentified


def _against_ledger(stamp: Stamp, issued: Issued | None, grounds: Grounds) -> Finding | None:
    """Compare the stamp with what the ledger and the caller know; the first difference counts."""
    code, values = "", dict[str, str]()
    if grounds.unit is not None and grounds.unit != stamp.unit:
        names = {known.code: known.name for known in grounds.units}
        code = "wrong-unit"
        values = {"found": names.get(stamp.unit, stamp.unit), "expected": names.get(grounds.unit, grounds.unit)}
    elif grounds.ledger is not None and issued is None:
        code, values = "unknown-issue", {"issue": stamp.issue}
    elif issued is not None and (issued.unit != stamp.unit or issued.content != stamp.content):
        code = "signature"
    elif grounds.ledger is not None and stamp.unit not in {known.code for known in grounds.units}:
        code, values = "unknown-unit-code", {"unit": stamp.unit}
    return Finding(code, Severity.ERROR, Level.WORKBOOK, values=values) if code else None


def _stop(findings: Sequence[Finding], unit: str = "", period: str = "") -> Checked:
    return Checked(Verdict.QUARANTINED, tuple(About(finding) for finding in findings), unit, period)


def _typed(table: Table) -> dict[tuple[str, str], Raw]:
    typed: dict[tuple[str, str], Raw] = {}
    for row in table.rows:
        task = as_text(row.raw.get("task_id"))
        for name, value in row.raw.items():
            typed.setdefault((task, name), value)
    return typed


def _stray(table: Table, issued: Issued | None) -> tuple[tuple[int, Mapping[str, Raw]], ...]:
    seen: set[str] = set()
    stray = []
    for row in table.rows:
        task = as_text(row.raw.get("task_id"))
        if not task or task in seen or (issued is not None and task not in issued.base):
            stray.append((row.number, row.raw))
        seen.add(task)
    return tuple(stray)


def _rows(shell: Checked, table: Table, missing: Table | None, grounds: Grounds, stamp: Stamp) -> Checked:
    """Judge the rows one by one, then all cells in one pandera pass."""
    issued = shell.issued
    abouts = list(shell.abouts)
    base = issued.base if issued else {}
    known = known_rows(table, base if issued else None, grounds.task_exists, abouts)
    fields = assignment_spec().shown_on("update")
    writable = [f for f in fields if f.owner is Owner.UNIT and f.name in table.letters]
    frame: list[dict[str, object]] = []
    for task, row in known:
        then = base.get(task, {})
        abouts += cell_findings(table, row, task, fields, then, lang=grounds.lang, checked=issued is not None)
        values = {f.name: row.typed[f.name].value for f in writable}
        touched = any(then.get(name) != value for name, value in values.items())
        frame.append({**values, "assigned_date": then.get("assigned_date"), TOUCHED: touched})
    for failure in failures(frame, writable, row_rules(writable, grounds.as_of)):
        task, row = known[failure.row]
        if failure.field not in row.blind:
            cells = frame[failure.row]
            abouts.append(explain(table, row, task, failure, cells, lang=grounds.lang, as_of=grounds.as_of))
    proposed = proposals(missing, abouts, lang=grounds.lang, as_of=grounds.as_of)
    held = _held(table, abouts)
    if grounds.whole_file and has_error(abouts):
        held, proposed = {row.number for row in table.rows}, ()
    rows = [
        SubmittedRow(row.number, Key(task, shell.unit), statements(row, writable, base.get(task, {})))
        for task, row in known
        if row.number not in held
    ]
    if issued is not None:
        abouts += missing_rows(table, issued.base)
        if not held and not proposed and not any(differs(r, base) for r in rows) and not any(shell.report.values()):
            abouts.append(About(Finding("nothing-new", Severity.INFO, Level.TABLE, table.sheet)))
    revision = stamp.revision if stamp.issue else None
    submission = Submission(
        stamp.issue, shell.unit, shell.period, revision, tuple(rows), proposed, typed_report(shell.report)
    )
    verdict = Verdict.ACCEPTED
    if has_error(abouts):
        verdict = Verdict.PARTLY if rows or proposed else Verdict.RETURNED
    return replace(
        shell, verdict=verdict, abouts=tuple(sorted(abouts, key=_order)), submission=submission, held=len(held)
    )


def _held(table: Table, abouts: Sequence[About]) -> set[int]:
    """Give the numbers of the rows that an error holds back."""
    here = (about.finding for about in abouts if about.finding.sheet == table.sheet)
    bad = {finding.row for finding in here if finding.severity is HOLDS}
    return {row.number for row in table.rows} & bad


def _order(about: About) -> tuple[int, int, str]:
    finding = about.finding
    return list(Level).index(finding.level) if finding.row is None else 99, finding.row or 0, finding.cell


def _missing_table(book: Book, spec: SheetSpec, grounds: Grounds, blind: Mapping[str, Blind]) -> Table | None:
    sheet = find_sheet(book, "missing")
    fields = spec.shown_on("missing")
    header = find_header(sheet, fields) if sheet else None
    if sheet is None or header is None:
        return None
    return read_table(sheet, header, fields, grounds.lang, blind=blind.get(sheet.name, Blind()))
