"""Understand one unit workbook as far as its cells: identity, secrets, sheets, header, rows, typed cells (design §7).

The steps stand in their order; each ends the check when it finds an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tdnv_sheets.findings import About, has_error
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.validate.cells import as_text
from tdnv_sheets.validate.checked import Checked, Verdict
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.decide import decide_missing, decide_report, decide_rows
from tdnv_sheets.validate.rows import cell_findings, judged, known_rows
from tdnv_sheets.validate.sheets import find_sheet, language_of, report_lines, secret_findings
from tdnv_sheets.validate.table import Table, header_findings, read_table
from tdnv_sheets.validate.whose import whose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.grid import Book, Raw
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.stamp import Stamp
    from tdnv_sheets.validate.checked import Grounds
    from tdnv_sheets.validate.identity import Issued
    from tdnv_sheets.validate.table import TableRow


@dataclass(frozen=True, slots=True)
class Understood:
    """A workbook whose rows are known and typed; what is left is for pandera and the rules to judge."""

    shell: Checked
    """With all that was said so far."""
    stamp: Stamp
    table: Table
    known: tuple[tuple[str, TableRow], ...]
    """Task id and row, for each row that is one assignment of the issue."""
    frame: tuple[Mapping[str, object], ...]
    """What is to be judged of each of them: its typed cells by field, and `TOUCHED`."""
    missing: Table | None
    """The rows of «Nhiệm vụ thiếu»."""
    lang: str
    refused_lines: frozenset[str] = frozenset()
    """Lines of «Báo cáo» that must not be taken."""


def understand(book: Book, grounds: Grounds) -> Checked | Understood:
    """Read a workbook as far as single cells go, or say why it cannot be taken."""
    of = whose(book, grounds)
    stamp = of.identity.stamp
    secret = secret_findings(book)
    if has_error(secret):
        # Before anything else is said: a secret must not be moved or copied, whoever sent it.
        return Checked(Verdict.WAITING, tuple(secret), stamp.unit if stamp else "", stamp.period if stamp else "")
    told = [About(finding) for finding in (*book.warnings, *of.identity.findings)]
    if stamp is None:
        return Checked(Verdict.QUARANTINED, tuple(told))
    if of.wrong is not None:
        return Checked(Verdict.QUARANTINED, (*told, About(of.wrong)), stamp.unit, stamp.period)
    told += secret
    if grounds.ledger is None:
        told.append(About(found("not-checked")))
    shell = Checked(Verdict.RETURNED, tuple(told), stamp.unit, stamp.period, of.identity.token, issued=of.issued)
    return _tables(book, grounds, shell, stamp)


def _tables(book: Book, grounds: Grounds, shell: Checked, stamp: Stamp) -> Checked | Understood:
    """Find the sheets and their columns; stop where columns that are needed are missing."""
    fields = assignment_spec().shown_on("update")
    sheet = find_sheet(book, "update")
    header = find_header(sheet, fields) if sheet else None
    if sheet is None or header is None:
        lost = found("sheet-missing", values={"sheet": say("template.sheet_update", grounds.lang)})
        return replace(shell, abouts=(*shell.abouts, About(lost)))
    lang = language_of(sheet, "update") or grounds.lang
    needed = frozenset(f.name for f in fields if f.owner in {Owner.UNIT, Owner.KEY})
    abouts = [*shell.abouts, *header_findings(sheet, header, fields, needed, lang)]
    table = read_table(sheet, header, fields, lang)
    missing = _missing_table(book, lang)
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
    return _decided(_cells(Understood(shell, stamp, table, (), (), missing, lang), book, fields, grounds), book)


def _cells(read: Understood, book: Book, fields: tuple[FieldSpec, ...], grounds: Grounds) -> Understood:
    """Tell the rows apart and say what single cells need said; give what is to be judged."""
    issued, table = read.shell.issued, read.table
    base = issued.base if issued else {}
    abouts = list(read.shell.abouts)
    known = known_rows(table, base if issued else None, grounds.task_exists, abouts)
    decided = decide_rows(table, book.sheet(table.sheet), known, base)
    abouts += decided.abouts
    frame = []
    for task, row in decided.rows:
        then = base.get(task, {})
        abouts += cell_findings(table, row, task, fields, then, lang=read.lang, checked=issued is not None)
        frame.append(judged(row, writable(table), then))
    shell = replace(read.shell, abouts=tuple(abouts), typed={**read.shell.typed, **decided.typed})
    return replace(read, shell=shell, known=decided.rows, frame=tuple(frame))


def _decided(read: Understood, book: Book) -> Understood:
    """Decide the cells of «Nhiệm vụ thiếu» and «Báo cáo» too."""
    shell = read.shell
    report = decide_report(book, shell.report, read.lang)
    shell = replace(shell, abouts=(*shell.abouts, *report.abouts), report=report.lines)
    if read.missing is not None:
        missing, said = decide_missing(read.missing, book.sheet(read.missing.sheet))
        rows = tuple(row.raw for row in missing.rows)
        shell = replace(shell, abouts=(*shell.abouts, *said), missing_rows=rows)
        read = replace(read, missing=missing)
    return replace(read, shell=shell, refused_lines=report.refused)


def writable(table: Table) -> tuple[FieldSpec, ...]:
    """Give the fields of *table* that a unit may write."""
    fields = assignment_spec().shown_on("update")
    return tuple(f for f in fields if f.owner is Owner.UNIT and f.name in table.letters)


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


def _missing_table(book: Book, lang: str) -> Table | None:
    sheet = find_sheet(book, "missing")
    fields = assignment_spec().shown_on("missing")
    header = find_header(sheet, fields) if sheet else None
    if sheet is None or header is None:
        return None
    return read_table(sheet, header, fields, lang)
