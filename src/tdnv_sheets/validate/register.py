"""Read the office's register back: its edits, its new rows and its choices, or the reason why nothing is taken.

The register is all or nothing: it is redrawn after it was read, and a cell that could not be taken would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, Finding, Level, Severity, has_error, shorten
from tdnv_sheets.grid import Book, Raw, Sheet, address, is_blank
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.records import EXTRA, Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.same import same
from tdnv_sheets.text.units import split_leads
from tdnv_sheets.validate.cells import Unread, as_text
from tdnv_sheets.validate.choices import Choice, ProposalChoice, choices, proposal_choices, register_sheet
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.identity import identify
from tdnv_sheets.validate.rows import explain
from tdnv_sheets.validate.schema import failures
from tdnv_sheets.validate.secrecy import Secrecy, secrecy
from tdnv_sheets.validate.table import HOLDS, Blind, Spot, Table, TableRow, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.text.units import UnitIndex
    from tdnv_sheets.validate.cells import Typed
    from tdnv_sheets.validate.columns import Header

FEW: Final = 5
"""So many odd rows are a person's edit; more, and more than SHARE of all rows, are an accident."""
SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row without id: a task to be entered, with its lead units."""

    row: int
    units: tuple[str, ...]
    fields: Mapping[str, Value]
    task_id: str | None = None
    """Set when the row names a known task under a unit that it did not have."""


@dataclass(frozen=True, slots=True)
class RegisterRead:
    """What the register states; with an error among the findings nothing of it may be taken."""

    abouts: tuple[About, ...]
    submission: Submission | None = None
    new_rows: tuple[NewRow, ...] = ()
    choices: tuple[Choice, ...] = ()
    proposal_choices: tuple[ProposalChoice, ...] = ()
    mangled: bool = False

    @property
    def ok(self) -> bool:
        """Say whether the register may be taken."""
        return not has_error(self.abouts)


@dataclass(frozen=True, slots=True)
class RegisterGrounds:
    """What the register is read against."""

    key: bytes
    ledger: str
    units: UnitIndex
    names: Mapping[str, str]
    """Units' codes → names."""
    lang: str
    as_of: date
    now: Mapping[Key, Mapping[str, Value]]
    """The ledger's assignments now."""
    base: Mapping[Key, Mapping[str, Value]]
    """Those at the revision from which the register was drawn."""
    drawn: int
    """How many rows it was drawn with."""
    conflict_fields: Mapping[int, str]
    """Open conflicts' numbers → their field."""


def read_register(book: Book, blind: Mapping[str, Blind], grounds: RegisterGrounds) -> RegisterRead:
    """Read a register that was identified as ours."""
    identity = identify(book, kind="register", key=grounds.key, ledger=grounds.ledger)
    if identity.stamp is None:
        return RegisterRead(tuple(About(finding) for finding in identity.findings))
    spec = assignment_spec()
    sheet = register_sheet(book, "sheet_tasks")
    header = find_header(sheet, spec.shown_on("register")) if sheet else None
    if sheet is None or header is None or not {"task_id", "unit"} <= {c.field for c in header.columns}:
        return _mangled("sheet", "«Nhiệm vụ» / «Mã nhiệm vụ»")
    fields = spec.shown_on("register")
    table = read_table(sheet, header, fields, grounds.lang, blind=blind.get(sheet.name, Blind()), units=grounds.units)
    accident = _accident(table, grounds)
    if accident is not None:
        return accident
    abouts = [About(finding) for finding in identity.findings] + _secret(sheet)
    extra = _extra_columns(sheet, header)
    rows, new_rows = _rows(table, sheet, extra, grounds, abouts)
    submission = Submission("", "", "", identity.stamp.revision, tuple(rows))
    read = RegisterRead(tuple(abouts), submission, tuple(new_rows))
    return replace(read, choices=choices(book, grounds.conflict_fields), proposal_choices=proposal_choices(book))


def stamped_revision(book: Book, key: bytes, ledger: str) -> tuple[int, int] | None:
    """Give (revision, rows drawn) of a genuine register of this ledger, else None."""
    stamp = identify(book, kind="register", key=key, ledger=ledger).stamp
    return None if stamp is None else (stamp.revision, int(stamp.issue or 0))


def _mangled(what: str, detail: str) -> RegisterRead:
    values = {"what": f"{say(f'register_read.{what}', 'vi')} {detail}".strip()}
    return RegisterRead((About(Finding("mangled-register", HOLDS, Level.WORKBOOK, values=values)),), mangled=True)


def _many(count: int, total: int) -> bool:
    return count > FEW and count > SHARE * total


def _accident(table: Table, grounds: RegisterGrounds) -> RegisterRead | None:
    """Stop at what only an accident does (rules 33, 34): ids lost or doubled, one column sorted alone, mass clearing."""
    keys = [_key(row) for row in table.rows]
    known = [key for key in keys if key in grounds.now]
    if len(set(known)) < len(known):
        doubled = sorted({key.task_id for key in known if known.count(key) > 1})
        return _mangled("doubled", ", ".join(doubled[:5]))
    if _many(grounds.drawn - len(known), grounds.drawn):
        return _mangled("lost", f"{grounds.drawn - len(known)}/{grounds.drawn}")
    moved = cleared = 0
    for row, key in zip(table.rows, keys, strict=True):
        then = grounds.base.get(key)
        if then is None:
            continue
        content = row.typed.get("task_content")
        moved += content is not None and not _says(content, then.get("task_content"))
        cleared += any(cell.value is None and then.get(name) is not None for name, cell in row.typed.items())
    if _many(moved, len(known)):
        return _mangled("shuffled", f"{moved}/{len(known)}")
    if _many(cleared, len(known)):
        return _mangled("cleared", f"{cleared}/{len(known)}")
    return None


def _says(cell: Typed, value: Value) -> bool:
    return not isinstance(cell.value, Unread) and same(cell.value, value)


def _key(row: TableRow) -> Key:
    unit = row.typed["unit"].value
    return Key(as_text(row.raw.get("task_id")), unit if isinstance(unit, str) else "")


def _secret(sheet: Sheet) -> list[About]:
    return [
        About(Finding("secret", HOLDS, Level.ROW, sheet.name, row=number))
        for number, row in enumerate(sheet.rows, 1)
        if any(isinstance(cell, str) and secrecy(cell) is Secrecy.REFUSE for cell in row)
    ]


def _extra_columns(sheet: Sheet, header: Header) -> dict[int, str]:
    """Find the office's own columns: by the hidden id above the caption, else by the caption."""
    extra = {}
    for column in header.columns:
        above = sheet.cell(header.last_row - 1, column.index)
        if column.field is None and isinstance(above, str) and above.startswith(EXTRA):
            extra[column.index] = above
        elif column.field is None and column.caption:
            extra[column.index] = EXTRA + column.caption
    return extra


def _rows(
    table: Table, sheet: Sheet, extra: Mapping[int, str], grounds: RegisterGrounds, abouts: list[About]
) -> tuple[list[SubmittedRow], list[NewRow]]:
    """Sort the filled rows into edits of known assignments and new tasks; say what stops the register."""
    fields = [spec for spec in assignment_spec().shown_on("register") if spec.owner in {Owner.OFFICE, Owner.UNIT}]
    fields = [spec for spec in fields if spec.name in table.letters]
    filled = [row for row in table.rows if not _is_untouched_formula_row(row)]
    abouts += _cell_findings(table, filled, fields, grounds)
    task_ids = {key.task_id for key in grounds.now}
    rows: list[SubmittedRow] = []
    new_rows: list[NewRow] = []
    for row in filled:
        cells = _cells(row, fields) | _extra_cells(sheet, row.number, extra)
        key = _key(row)
        if key in grounds.now:
            rows.append(SubmittedRow(row.number, key, cells))
        elif key.task_id and key.task_id not in task_ids:
            abouts.append(table.about("unknown-row", HOLDS, Level.ROW, Spot(row, "task_id")))
        elif units := _leads(table, row, grounds, abouts):
            new_rows.append(NewRow(row.number, units, completed(cells, grounds.as_of), key.task_id or None))
    abouts += _lost_rows(table, rows, grounds)
    return rows, new_rows


def _cell_findings(
    table: Table, rows: Sequence[TableRow], fields: Sequence[FieldSpec], grounds: RegisterGrounds
) -> Iterable[About]:
    names = {spec.name for spec in fields}
    frame = [{name: cell.value for name, cell in row.typed.items() if name in names} for row in rows]
    for failure in failures(frame, fields):
        row, cells = rows[failure.row], frame[failure.row]
        if failure.field not in row.blind:
            yield explain(table, row, "", failure, cells, lang=grounds.lang, as_of=grounds.as_of)
    for row in rows:
        for name in row.blind.keys() & names:
            yield table.about(row.blind[name], HOLDS, Level.CELL, Spot(row, name))


def _cells(row: TableRow, fields: Sequence[FieldSpec]) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for spec in fields:
        value = row.typed[spec.name].value
        if not isinstance(value, Unread):
            cells[spec.name] = value
    return cells


def _lost_rows(table: Table, rows: Sequence[SubmittedRow], grounds: RegisterGrounds) -> Iterable[About]:
    """Say which assignments lost their row; they are never deleted so (rule 11)."""
    count = grounds.drawn - len(rows)
    if count > 0:
        present = {row.key for row in rows}
        gone = sorted({key.task_id for key in grounds.base if key not in present})
        values = {"count": str(count), "tasks": ", ".join(gone[:10])}
        yield About(Finding("register-row-lost", Severity.WARNING, Level.TABLE, table.sheet, values=values))


def _is_untouched_formula_row(row: TableRow) -> bool:
    """Spare rows may hold our formulas in computed columns and nothing else."""
    computed = {spec.name for spec in assignment_spec().fields if spec.owner is Owner.COMPUTED}
    return all(is_blank(value) for name, value in row.raw.items() if name not in computed)


def _extra_cells(sheet: Sheet, number: int, extra: Mapping[int, str]) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for column, name in extra.items():
        raw = sheet.cell(number, column)
        cells[name] = None if is_blank(raw) else _extra_value(raw)
    return cells


def _extra_value(raw: Raw) -> Value:
    if isinstance(raw, (int, float, date)) and not isinstance(raw, (bool, datetime)):
        return raw
    return as_text(raw)


def _leads(table: Table, row: TableRow, grounds: RegisterGrounds, abouts: list[About]) -> tuple[str, ...]:
    """Give the lead units of a new row; a name that is not known stops the register with its candidates."""
    text = as_text(row.raw.get("unit"))
    if not text:
        abouts.append(table.about("required", HOLDS, Level.CELL, Spot(row, "unit")))
        return ()
    units = grounds.units
    codes: list[str] = []
    for name in (text,) if units.match(text).code else split_leads(text, units.knows):
        match = units.match(name)
        if match.code is None:
            names = [grounds.names[code] for code in match.candidates]
            near = f" (≈ {'; '.join(names)})" if names else ""
            place = address(row.number, table.letters["unit"])
            values = {"candidates": near}
            caption = table.captions["unit"]
            abouts.append(
                About(
                    Finding(
                        "unknown-unit",
                        HOLDS,
                        Level.CELL,
                        table.sheet,
                        place,
                        row.number,
                        caption,
                        shorten(name),
                        values,
                    )
                )
            )
        elif match.code not in codes:
            codes.append(match.code)
    return tuple(codes)


def completed(cells: Mapping[str, Value], as_of: date) -> dict[str, Value]:
    """Add what a new row leaves to us: the day it is entered, and the day that its deadline's words surely mean."""
    full: dict[str, Value] = {name: value for name, value in cells.items() if value is not None}
    full.setdefault("entered_date", as_of)
    text = full.get("deadline_text")
    if isinstance(text, str) and "deadline" not in full:
        assigned = full.get("assigned_date", full.get("document_date"))
        deadline = parse_deadline(text, assigned=assigned if isinstance(assigned, date) else None)
        if deadline.day is not None:
            full["deadline"] = deadline.day
        elif deadline.kind is DeadlineKind.RECURRING:
            full.setdefault("recurrence", text)
    return full
