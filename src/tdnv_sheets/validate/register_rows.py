"""Sort the rows of «Nhiệm vụ» into edits of known assignments and new tasks, and say what must stop the register."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.grid import address, is_blank
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.records import Key, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.same import same
from tdnv_sheets.text.units import split_leads
from tdnv_sheets.validate.cells import Unread, as_text
from tdnv_sheets.validate.rows import explain
from tdnv_sheets.validate.schema import failures
from tdnv_sheets.validate.table import Spot, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.text.units import UnitIndex
    from tdnv_sheets.validate.extra import ExtraColumns

NAMED: Final = 10
"""How many tasks a message names."""
DECISIONS: Final = frozenset(
    {
        "decision",
        "decision_date",
        "decision_note",
        "transferred_to",
        "quality",
        "extended_deadline",
        "extension_document",
    }
)
"""What the office decided about one unit's work; like the unit's report it is of no other unit."""
COMPLETED: Final = ("entered_date", "deadline", "recurrence")
"""Fields of a new row that are filled in for the office when it leaves them empty."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row without id: a task to be entered, with its lead units."""

    row: int
    units: tuple[str, ...]
    cells: Mapping[str, Value]
    """As typed."""
    task_id: str | None = None
    """Set when the row names a known task under a unit that it did not have."""


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
    """Those at the revision from which the register was drawn, those too that were removed since."""
    shown: frozenset[Key]
    """Those that it was drawn with, as far as that can be told again."""
    drawn: int
    """How many rows it was drawn with."""
    conflict_fields: Mapping[int, str]
    """Open conflicts' numbers → their field."""
    proposals: Mapping[int, Mapping[str, Value]]
    """Open proposals' numbers → their fields."""

    @property
    def task_ids(self) -> frozenset[str]:
        """The ids that the register may name."""
        return frozenset(key.task_id for keys in (self.now, self.base) for key in keys)


@dataclass(frozen=True, slots=True)
class RegisterRows:
    """The rows of «Nhiệm vụ» and what is to be said about them."""

    known: tuple[SubmittedRow, ...]
    new: tuple[NewRow, ...]
    abouts: tuple[About, ...]


def read_rows(table: Table, extra: ExtraColumns, grounds: RegisterGrounds) -> RegisterRows:
    """Sort the filled rows; spare rows may hold formulas in computed columns and nothing else."""
    fields = [spec for spec in assignment_spec().shown_on("register") if spec.owner in {Owner.OFFICE, Owner.UNIT}]
    fields = [spec for spec in fields if spec.name in table.letters]
    extra_rows = set(extra.filled_rows())
    filled = [row for row in table.rows if _says_anything(row) or row.number in extra_rows]
    abouts = [*_cell_findings(table, filled, fields, grounds), *extra.findings()]
    task_ids = grounds.task_ids
    known: list[SubmittedRow] = []
    new: list[NewRow] = []
    added: list[tuple[TableRow, NewRow]] = []
    for row in filled:
        cells = _cells(row, fields) | extra.cells(row.number)
        key = key_of(row, grounds)
        if key in grounds.now or key in grounds.base:
            kept = cells if key in grounds.base else _of_the_task(table, row, cells, abouts)
            known.append(SubmittedRow(row.number, key, kept))
        elif key.task_id and key.task_id not in task_ids:
            abouts.append(table.about("register-unknown-row", Spot(row, "task_id")))
        elif units := _leads(table, row, grounds, abouts):
            new_row = NewRow(row.number, units, cells, key.task_id or None)
            if new_row.task_id:
                added.append((row, new_row))
            else:
                new.append(new_row)
    orphans = [TableRow(number, {}, {}, {}, (), "") for number in sorted(extra_rows - {row.number for row in filled})]
    abouts += [table.about("required", Spot(row, "unit")) for row in orphans]
    lost = list(_lost_rows(table, known, grounds))
    for item in list(_added_leads(table, added, known, grounds)):
        if isinstance(item, NewRow):
            new.append(item)
        else:
            abouts.append(item)
    if not any(about.finding.code == "unit-changed" for about in abouts):
        abouts += lost  # else it was said already what became of a row
    return RegisterRows(tuple(known), tuple(new), tuple(abouts))


def _added_leads(
    table: Table, added: Iterable[tuple[TableRow, NewRow]], known: list[SubmittedRow], grounds: RegisterGrounds
) -> Iterator[NewRow | About]:
    """Take the rows that give a known task more lead units; what was entered before joins *known*.

    Where the row of a lead unit is gone, a unit was written over another's row, and its report is not the new unit's.
    """
    present = {row.key: row.row for row in known if row.key}
    lost = grounds.shown - present.keys() if _lost(present.keys(), grounds) > 0 else frozenset()
    for row, new_row in added:
        task = new_row.task_id or ""
        spot, keys = Spot(row, "unit", task), [Key(task, unit) for unit in new_row.units]
        gone = sorted(key.unit for key in lost if key.task_id == task)
        again = {present[key] for key in keys if key in present}
        if gone:
            old, new = ("; ".join(grounds.names.get(unit, unit) for unit in units) for units in (gone, new_row.units))
            yield table.about("unit-changed", spot, task=task, old=old, new=new)
        elif again:
            rows = ", ".join(str(number) for number in sorted({row.number, *again}))
            yield table.about("duplicate-row", spot, task=task, rows=rows)
        else:
            abouts: list[About] = []
            cells = _of_the_task(table, row, new_row.cells, abouts)
            yield from abouts
            present |= dict.fromkeys(keys, row.number)
            known += [restated(replace(new_row, cells=cells), key, grounds.as_of) for key in keys if key in grounds.now]
            units = tuple(key.unit for key in keys if key not in grounds.now)
            if units:
                yield replace(new_row, units=units, cells=cells)


def _of_the_task(table: Table, row: TableRow, cells: Mapping[str, Value], abouts: list[About]) -> dict[str, Value]:
    """Keep what a row for one more lead unit says about task and document; say what was copied along and is left out."""
    spec = assignment_spec().by_name
    kept = {
        name: value
        for name, value in cells.items()
        if name not in spec or (spec[name].owner is Owner.OFFICE and name not in DECISIONS)
    }
    columns = [table.captions[name] for name, value in cells.items() if name not in kept and value is not None]
    if columns:
        spot = Spot(row, "task_id", row.task)
        abouts.append(table.about("copied-row", spot, columns="; ".join(columns)))
    return kept


def key_of(row: TableRow, grounds: RegisterGrounds) -> Key:
    """Give the assignment that a row names; a unit that left the unit list is shown, and read, by its code."""
    unit = row.values.get("unit")
    if isinstance(unit, str):
        return Key(row.task, unit)
    bare = Key(row.task, as_text(row.raw.get("unit")))
    return bare if bare in grounds.now or bare in grounds.base else Key(row.task, "")


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


def restated(row: NewRow, key: Key, as_of: date) -> SubmittedRow:
    """Take a new row that an earlier reading entered as what it now says about its assignment.

    A field that we had completed for it is stated again only where the row itself says what it should be.
    """
    cells = {name: value for name, value in row.cells.items() if value is not None or name not in COMPLETED}
    derived = completed(row.cells, as_of)
    cells |= {name: derived[name] for name in COMPLETED if name in derived and name != "entered_date"}
    return SubmittedRow(row.row, key, cells)


def _says_anything(row: TableRow) -> bool:
    computed = {spec.name for spec in assignment_spec().fields if spec.owner is Owner.COMPUTED}
    return any(not is_blank(value) for name, value in row.raw.items() if name not in computed)


def _cell_findings(
    table: Table, rows: Sequence[TableRow], fields: Sequence[FieldSpec], grounds: RegisterGrounds
) -> Iterator[About]:
    """Name bad cells; those of the past, which nobody touched since the drawing, hold nobody up."""
    names = {spec.name for spec in fields}
    frame = [{name: row.values.get(name) for name in row.columns if name in names} for row in rows]
    for failure in failures(frame, fields):
        row, cells = rows[failure.row], frame[failure.row]
        then = grounds.base.get(key_of(row, grounds))
        as_drawn = then is not None and _same_cell(cells[failure.field], then.get(failure.field))
        if failure.field in row.blind or as_drawn:
            continue
        if failure.code == "unknown-unit":
            yield _unknown_unit(table, row, failure.field, grounds)
        else:
            yield explain(table, row, "", failure, cells, lang=grounds.lang, as_of=grounds.as_of)
    for row in rows:
        for name in row.blind.keys() & names:
            yield table.about(row.blind[name], Spot(row, name))


def _same_cell(cell: Value | Unread, then: Value) -> bool:
    # A unit that left the unit list is shown by its code and read as unknown.
    return same(as_text(cell.raw) if isinstance(cell, Unread) else cell, then)


def _unknown_unit(table: Table, row: TableRow, name: str, grounds: RegisterGrounds) -> About:
    match = grounds.units.match(as_text(row.raw.get(name)))
    near = "; ".join(grounds.names[code] for code in match.candidates)
    return table.about("unknown-unit", Spot(row, name), candidates=f" (≈ {near})" if near else "")


def _cells(row: TableRow, fields: Sequence[FieldSpec]) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for spec in fields:
        value = row.values.get(spec.name)
        if not isinstance(value, Unread):
            cells[spec.name] = value
    return cells


def _lost_rows(table: Table, rows: Sequence[SubmittedRow], grounds: RegisterGrounds) -> Iterable[About]:
    """Say which assignments lost their row; they are never deleted so (rule 11)."""
    present = {row.key for row in rows}
    count = _lost(present, grounds)
    if count > 0:
        gone = sorted({key.task_id for key in grounds.shown - present})
        more = "…" if len(gone) > NAMED else ""
        values = {"count": str(count), "tasks": ", ".join(gone[:NAMED]) + more}
        yield About(found("register-row-lost", table.sheet, values=values))


def _lost(present: AbstractSet[Key | None], grounds: RegisterGrounds) -> int:
    return grounds.drawn - len(present & grounds.base.keys())


def _leads(table: Table, row: TableRow, grounds: RegisterGrounds, abouts: list[About]) -> tuple[str, ...]:
    """Give the lead units of a new row; a name that is not known stops the register with its candidates."""
    text = as_text(row.raw.get("unit"))
    if not text:
        abouts.append(table.about("required", Spot(row, "unit")))
        return ()
    units = grounds.units
    codes: list[str] = []
    for name in (text,) if units.match(text).code else split_leads(text, units.knows):
        match = units.match(name)
        if match.code is None:
            near = "; ".join(grounds.names[code] for code in match.candidates)
            finding = found(
                "unknown-unit",
                table.sheet,
                address(row.number, table.letters["unit"]),
                row.number,
                column=table.captions["unit"],
                value=shorten(name),
                values={"candidates": f" (≈ {near})" if near else ""},
            )
            abouts.append(About(finding))
        elif match.code not in codes:
            codes.append(match.code)
    return tuple(codes)
