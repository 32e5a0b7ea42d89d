"""Understand one unit workbook as far as its cells: identity, secrets, sheets, header, rows, typed cells (design §7).

The steps stand in their order; each ends the check when it finds an error. A reader's child process does this: it has
neither the ledger nor the office's key, and asks for what it needs of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.findings import About, has_error
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.validate.checked import Checked, Verdict
from tdnv_sheets.validate.content import content_of
from tdnv_sheets.validate.decide import decide_missing, decide_report, decide_rows
from tdnv_sheets.validate.headers import header_findings
from tdnv_sheets.validate.known import cell_findings, ids_lost, known_rows
from tdnv_sheets.validate.sheets import (
    Place,
    copies,
    find_report,
    find_table,
    is_empty,
    language_of,
    report_lines,
    secret_findings,
    sheet_findings,
    sheets_not_read,
)
from tdnv_sheets.validate.sorting import layout_findings, sort_out
from tdnv_sheets.validate.table import Table, read_table
from tdnv_sheets.validate.whose import whose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tdnv_sheets.grid import Book, Raw, Sheet
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.stamp import Stamp
    from tdnv_sheets.validate.checked import Grounds
    from tdnv_sheets.validate.identity import Issued
    from tdnv_sheets.validate.table import TableRow
    from tdnv_sheets.validate.whose import Whose

_STEPS: Final = ("columns", "rows", "cells")
"""What is looked at after one another; `layout.step_<step>` names them."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where understanding a workbook asks for what only the office knows."""

    lang: str
    has_ledger: bool
    whose: Callable[[Sequence[tuple[str, str]]], Whose]
    """The identity texts found in a workbook → whose it is, and what was issued to them."""
    task_exists: Callable[[str], bool]


def desk_of(grounds: Grounds) -> Desk:
    """Give the desk of an office."""
    return Desk(grounds.lang, grounds.ledger is not None, partial(whose, grounds=grounds), grounds.task_exists)


@dataclass(frozen=True, slots=True)
class Understood:
    """A workbook whose rows are known and typed; what is left is for pandera and the rules to judge."""

    shell: Checked
    """With all that was said so far."""
    stamp: Stamp
    table: Table
    known: tuple[tuple[str, TableRow], ...]
    """Task id and row, for each row that is one assignment of the issue."""
    changed: tuple[frozenset[str], ...]
    """The fields of each of them that the sender changed."""
    missing: Table | None
    """The rows of «Nhiệm vụ thiếu»."""
    lang: str
    refused_lines: frozenset[str] = frozenset()
    """Lines of «Báo cáo» that must not be taken."""


Read: TypeAlias = Checked | Understood
"""A workbook that was understood, or one of which everything is said."""


def with_issued(read: Read, issued: Issued | None) -> Read:
    """Give the same with what was issued; it need not travel with what was understood, for whoever was asked has it."""
    if isinstance(read, Understood):
        return replace(read, shell=replace(read.shell, issued=issued))
    return replace(read, issued=issued)


def understand(book: Book, desk: Desk) -> Read:
    """Read a workbook as far as single cells go, or say why it cannot be taken."""
    of = desk.whose(book.carriers)
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
    if not desk.has_ledger:
        told.append(About(found("not-checked")))
    shell = Checked(Verdict.RETURNED, tuple(told), stamp.unit, stamp.period, of.identity.token, issued=of.issued)
    read = _tables(book, desk, shell, stamp)
    if isinstance(read, Checked):
        return replace(read, sent=sheets_not_read(book, read.abouts))
    sent, content = sheets_not_read(book, read.shell.abouts), content_of(read.shell, stamp.issue)
    return replace(read, shell=replace(read.shell, sent=sent, content=content))


def _tables(book: Book, desk: Desk, shell: Checked, stamp: Stamp) -> Read:
    """Find the sheets and their columns; stop where columns that are needed are missing."""
    fields = assignment_spec().shown_on("update")
    place = find_table(book, "update", fields)
    if place is None:
        lost = found("sheet-missing", values={"sheet": say("template.sheet_update", desk.lang)})
        return _stopped(shell, [About(lost)], "columns")
    if place.header is None:
        lost = found("header-missing", place.sheet.name, values={"sheet": place.sheet.name})
        return _stopped(shell, [About(lost)], "rows")
    sheet, header = place.sheet, place.header
    lang = language_of(sheet, "update") or desk.lang
    needed = frozenset(f.name for f in fields if f.owner in {Owner.UNIT, Owner.KEY})
    abouts = header_findings(sheet, header, fields, needed, lang)
    table = read_table(sheet, header, fields, lang)
    rows = sort_out(table, sheet, header, fields, shell.issued.base if shell.issued else None)
    beside = _beside(book, place, table, lang)
    shell = replace(
        shell,
        total=len(rows.table.rows),
        held=len(rows.table.rows),
        rows=tuple((row.task, row) for row in rows.table.rows),
        stray=_stray(rows.table, shell.issued),
        missing_rows=tuple(row.sent() for row in beside.missing.rows) if beside.missing else (),
        report=beside.report,
    )
    if has_error(beside.abouts):
        return _stopped(shell, beside.abouts, "columns")
    abouts += beside.abouts
    if has_error(abouts):
        return _stopped(shell, abouts, "rows")
    abouts += rows.abouts
    abouts += ids_lost(rows.table, shell.issued.base) if shell.issued else ()
    if has_error(abouts):
        return _stopped(shell, abouts, "cells")
    abouts += layout_findings(sheet, header, [row.number for row in table.rows], table.captions)
    shell = replace(shell, abouts=(*shell.abouts, *abouts))
    read = _cells(Understood(shell, stamp, rows.table, (), (), beside.missing, lang), book, desk)
    return _decided(read, book)


def _stopped(shell: Checked, abouts: Iterable[About], first: str) -> Checked:
    """End the check, and say from which step on nothing was looked at."""
    left = _STEPS[_STEPS.index(first) :]
    steps = {f"steps_{lang}": ", ".join(say(f"layout.step_{step}", lang) for step in left) for lang in LANGUAGES}
    return replace(shell, abouts=(*shell.abouts, *abouts, About(found("levels-not-checked", values=steps))))


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the other sheets of a workbook hold, and what is to be said about them."""

    missing: Table | None
    report: Mapping[str, Raw]
    abouts: list[About]


def _beside(book: Book, update: Place, table: Table, lang: str) -> _Beside:
    """Read the sheets beside «Cập nhật», and compare the copies of any that people made."""
    fields = assignment_spec().shown_on("missing")
    found_missing = find_table(book, "missing", fields)
    missing, abouts = _missing_table(found_missing, fields, lang)
    report = find_report(book)
    twins = _twins(book, "update", update, table)
    if found_missing is not None and missing is not None:
        twins += _twins(book, "missing", found_missing, missing)
    abouts += [about for _, about in twins]
    read = [place.sheet for place in (update, found_missing) if place] + ([report] if report else [])
    abouts += sheet_findings(book, read, [sheet for sheet, _ in twins])
    return _Beside(missing, report_lines(report), abouts)


def _twins(book: Book, name: str, original: Place, table: Table) -> list[tuple[Sheet, About]]:
    """Compare the copies of a sheet with it: the same is left out, anything else must be decided by the sender."""
    fields = assignment_spec().shown_on(name)
    twins = []
    for sheet, header in copies(book, name, fields, original.sheet):
        rows = [] if header is None else _content(read_table(sheet, header, fields, "vi"))
        if not rows:
            continue
        code = "same-sheet" if rows == _content(table) else "copied-sheet"
        twins.append((sheet, About(found(code, values={"first": original.sheet.name, "second": sheet.name}))))
    return twins


def _content(table: Table) -> list[dict[str, object]]:
    return sorted((row.cells() for row in table.rows), key=repr)


def _cells(read: Understood, book: Book, desk: Desk) -> Understood:
    """Tell the rows apart and say what single cells need said."""
    issued, table = read.shell.issued, read.table
    base = issued.base if issued else {}
    abouts = list(read.shell.abouts)
    known = known_rows(table, base if issued else None, desk.task_exists, abouts)
    decided = decide_rows(table, book.sheet(table.sheet), known, base)
    abouts += decided.abouts
    abouts += cell_findings(table, decided.rows, base if issued else None, read.lang)
    shell = replace(read.shell, abouts=tuple(abouts), instead=decided.typed)
    return replace(read, shell=shell, known=decided.rows, changed=decided.changed)


def _decided(read: Understood, book: Book) -> Understood:
    """Decide the cells of «Nhiệm vụ thiếu» and «Báo cáo» too."""
    shell = read.shell
    report = decide_report(book, shell.report, read.lang)
    shell = replace(shell, abouts=(*shell.abouts, *report.abouts), report=report.lines)
    if read.missing is not None:
        missing, said = decide_missing(read.missing, book.sheet(read.missing.sheet))
        rows = tuple(row.sent() for row in missing.rows)
        shell = replace(shell, abouts=(*shell.abouts, *said), missing_rows=rows)
        read = replace(read, missing=missing)
    return replace(read, shell=shell, refused_lines=report.refused)


def writable(table: Table) -> tuple[str, ...]:
    """Name the fields of *table* that a unit may write."""
    fields = assignment_spec().shown_on("update")
    return tuple(f.name for f in fields if f.owner is Owner.UNIT and f.name in table.letters)


def _stray(table: Table, issued: Issued | None) -> tuple[tuple[int, Mapping[str, Raw]], ...]:
    seen: set[str] = set()
    stray = []
    for row in table.rows:
        task = row.task
        if not task or task in seen or (issued is not None and task not in issued.base):
            stray.append((row.number, row.sent()))
        seen.add(task)
    return tuple(stray)


def _missing_table(place: Place | None, fields: tuple[FieldSpec, ...], lang: str) -> tuple[Table | None, list[About]]:
    """Read «Nhiệm vụ thiếu»; its columns and layout matter only where something is written there."""
    if place is None:
        return None, []
    if place.header is None:
        lost = found("header-missing", place.sheet.name, values={"sheet": place.sheet.name})
        return None, [] if is_empty(place.sheet) else [About(lost)]
    table = read_table(place.sheet, place.header, fields, lang)
    if not table.rows:
        return table, layout_findings(place.sheet, place.header, (), table.captions)
    needed = frozenset(spec.name for spec in fields)
    abouts = header_findings(place.sheet, place.header, fields, needed, lang)
    numbers = [row.number for row in table.rows]
    return table, abouts + layout_findings(place.sheet, place.header, numbers, table.captions)
