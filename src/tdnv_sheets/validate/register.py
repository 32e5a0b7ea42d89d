"""Read the office's register back: its edits, its new rows and its choices, or the reason why nothing is taken.

The register is all or nothing: it is redrawn after it was read, and a cell that could not be taken would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.findings import About, Finding, Severity, has_error
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.records import EXTRA, Submission
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.validate.accidents import ids_deleted, impossible, mangled, unlikely
from tdnv_sheets.validate.choices import broken_list, choices, proposal_choices, register_sheet
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.extra import extra_columns
from tdnv_sheets.validate.identity import identify
from tdnv_sheets.validate.register_rows import read_rows
from tdnv_sheets.validate.sheets import secret_findings
from tdnv_sheets.validate.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.grid import Book
    from tdnv_sheets.validate.choices import Choice, ProposalChoice
    from tdnv_sheets.validate.register_rows import NewRow, RegisterGrounds
    from tdnv_sheets.validate.table import Table


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """What the register states; with an error among the findings nothing of it may be taken."""

    abouts: tuple[About, ...]
    submission: Submission | None = None
    new_rows: tuple[NewRow, ...] = ()
    choices: tuple[Choice, ...] = ()
    proposal_choices: tuple[ProposalChoice, ...] = ()
    own_columns: tuple[str, ...] = ()
    """The headers of the office's own columns, from the left."""
    mangled: bool = False
    unlikely: bool = False
    """Whether what looks mangled may be meant: then the office has to say so."""

    @property
    def ok(self) -> bool:
        """Say whether the register may be taken."""
        return not has_error(self.abouts)


class Drawing(NamedTuple):
    """From what a register was drawn, as its stamp says."""

    revision: int
    rows: int
    as_of: date | None


def read_register(book: Book, grounds: RegisterGrounds, *, meant: bool = False) -> RegisterRead:
    """Read a register that was identified as ours; *meant*: somebody says that its mass edits are no accident."""
    identity = identify(book.carriers, kind="register", key=grounds.key, ledger=grounds.ledger)
    if identity.stamp is None:
        return RegisterRead(tuple(About(finding) for finding in identity.findings))
    secret = tuple(_secrets(book))
    if secret:  # nothing else is said, since it might repeat what stands there
        return RegisterRead(secret)
    fields = assignment_spec().shown_on("register")
    sheet = register_sheet(book, "sheet_tasks")
    header = find_header(sheet, fields) if sheet else None
    if sheet is None or header is None or not {"task_id", "unit"} <= {c.field for c in header.columns}:
        return _stopped(mangled("sheet", "«Nhiệm vụ» / «Mã nhiệm vụ»", grounds.lang))
    table = read_table(sheet, header, fields, grounds.lang, units=grounds.units)
    stop = _accident(table, broken_list(book), grounds, meant=meant)
    if stop is not None:
        return stop
    extra = extra_columns(sheet, header, grounds.lang)
    rows = read_rows(table, extra, grounds)
    deleted = ids_deleted(rows, grounds)
    if deleted is not None:
        return _stopped(deleted)
    chosen, unclear = choices(book, grounds)
    decided, unsure = proposal_choices(book, grounds)
    return RegisterRead(
        (*(About(finding) for finding in identity.findings), *rows.abouts, *unclear, *unsure),
        Submission("", "", "", identity.stamp.revision, rows.known),
        rows.new,
        chosen,
        decided,
        tuple(name.removeprefix(EXTRA) for name in extra.names.values()),
    )


def _accident(table: Table, broken: str, grounds: RegisterGrounds, *, meant: bool) -> RegisterRead | None:
    """Say what stops a register that looks mangled; *broken* names a list without its ids."""
    stop = mangled("sheet", f"«{broken}»", grounds.lang) if broken else impossible(table, grounds)
    if stop is not None:
        return _stopped(stop)
    stop = None if meant else unlikely(table, grounds)
    return None if stop is None else replace(_stopped(stop), unlikely=True)


def drawing_of(book: Book, key: bytes, ledger: str) -> Drawing | None:
    """Say from what a genuine register of this ledger was drawn; None for any other workbook."""
    stamp = identify(book.carriers, kind="register", key=key, ledger=ledger).stamp
    if stamp is None:
        return None
    return Drawing(stamp.revision, int(stamp.issue or 0), date.fromisoformat(stamp.period) if stamp.period else None)


def _stopped(finding: Finding) -> RegisterRead:
    return RegisterRead((About(finding),), mangled=True)


def _secrets(book: Book) -> Iterator[About]:
    """Look at all sheets, the notes and the rest of the file: a copy of the register is kept, and that with all it holds."""
    for about in secret_findings(book):
        finding = about.finding
        if finding.severity is Severity.ERROR:
            yield About(found("register-secret", finding.sheet, row=finding.row)) if finding.code == "secret" else about
