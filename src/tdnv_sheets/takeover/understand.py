"""Reads a workbook that holds somebody's register: picks the sheets, the columns and the rows that are tasks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import is_blank, letters
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.records import Unit
from tdnv_sheets.sheetspec import Owner
from tdnv_sheets.takeover.cells import RowReading, text_of
from tdnv_sheets.takeover.taken import ColumnNote, Note, SkippedRow, SkippedSheet, TakenTask, Takeover
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.text.units import UnitIndex, draft_code, split_leads
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.row_kinds import Listing, all_columns
from tdnv_sheets.validate.secrecy import Secrecy, marked_secret, row_secrecy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.grid import Book, Sheet
    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import SheetSpec
    from tdnv_sheets.validate.row_kinds import Row

UNKNOWN_UNIT: Final = "chua-ro"
"""Code of the draft unit for rows that name no lead unit."""
_OURS: Final = frozenset({"task_id", "transferred_to"})
"""The ledger gives these, or makes a row of each; what the old register has under such captions is kept as its own column."""


def understand(book: Book, spec: SheetSpec, units: Sequence[Unit]) -> Takeover:
    """Read every sheet of *book* that holds tasks.

    Nothing is invented: without a readable day there is no date, without a known unit there is a draft unit.
    Nothing of a row that is marked as secret is in the result but its number.
    """
    leads = _Leads(units)
    gathered = _Gathered()
    for sheet in book.sheets:
        table = _table(sheet, spec)
        if isinstance(table, str):
            gathered.sheets_skipped.append(SkippedSheet(sheet.name, table))
            continue
        tasks = _read_table(table, spec, leads, gathered)
        gathered.tasks += _not_yet(tasks, gathered)
        if not tasks:
            gathered.sheets_skipped.append(SkippedSheet(sheet.name, "no-tasks"))
    return Takeover(
        tasks=tuple(gathered.tasks),
        new_units=leads.drafts(),
        columns=tuple(gathered.columns),
        skipped=tuple(gathered.skipped),
        notes=tuple(gathered.notes),
        sheets_skipped=tuple(gathered.sheets_skipped),
    )


@dataclass(slots=True)
class _Gathered:
    """What the sheets gave so far."""

    tasks: list[TakenTask] = field(default_factory=list)
    columns: list[ColumnNote] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    sheets_skipped: list[SkippedSheet] = field(default_factory=list)


def _table(sheet: Sheet, spec: SheetSpec) -> Listing | str:
    """Give the table of tasks on a sheet, or the reason why there is none."""
    if all(is_blank(cell) for cells in sheet.rows for cell in cells):
        return "empty"
    if sheet.hidden:
        return "hidden"
    takeable = [known for known in spec.fields if known.owner is not Owner.COMPUTED and known.name not in _OURS]
    header = find_header(sheet, takeable)
    above = len(sheet.rows) if header is None else header.last_row
    if marked_secret(text_of(cell) for cells in sheet.rows[:above] for cell in cells if not is_blank(cell)):
        return "secret"
    if header is None:
        return "no-header"
    columns = all_columns(sheet, header)
    fields = {column.field: column.index for column in columns.values() if column.field is not None}
    if "task_content" not in fields:
        return "no-task-column"
    if "deadline" in fields and "deadline_text" not in fields:
        # A column that is only called «Thời hạn» holds the deadline as issued, whatever is written there.
        index = fields.pop("deadline")
        fields["deadline_text"] = index
        columns[index] = replace(columns[index], field="deadline_text")
    return Listing(sheet, header, columns, fields)


def _read_table(table: Listing, spec: SheetSpec, leads: _Leads, out: _Gathered) -> list[TakenTask]:
    extras = _own_captions(table)
    tasks: list[TakenTask] = []
    filled: Counter[int] = Counter()
    name = table.sheet.name
    if table.header.number_row is not None:
        out.skipped.append(SkippedRow(name, table.header.number_row, "column-numbers"))
    for row, reason in table.sorted_out():
        verdict = row_secrecy((table.columns[index].caption, text_of(value)) for index, value in row.cells.items())
        if verdict is Secrecy.REFUSE or reason:
            out.skipped.append(SkippedRow(name, row.number, "secret" if verdict is Secrecy.REFUSE else reason))
            continue
        filled.update(row.cells.keys())
        reading = RowReading(table, row, spec, extras)
        fields = reading.read()
        if _continues(row, fields, tasks):
            more = leads.read(reading, table.fields.get("unit"), needed=False)
            tasks[-1] = replace(tasks[-1], leads=tuple(dict.fromkeys((*tasks[-1].leads, *more))))
        else:
            tasks.append(TakenTask(row.number, name, leads.read(reading, table.fields.get("unit")), fields))
        if verdict is Secrecy.WARN:
            reading.say("secret-topic", None)
        out.notes += reading.notes
    out.notes += _repeated(tasks)
    out.columns += _column_notes(table, filled)
    return tasks


def _continues(row: Row, fields: dict[str, Value], tasks: list[TakenTask]) -> bool:
    """Say whether a row only adds lead units to the task whose merged cell reaches down to it."""
    if not tasks or not row.merged_from <= tasks[-1].row < row.number:
        return False
    return all(tasks[-1].fields.get(name) == value for name, value in fields.items())


def _not_yet(tasks: list[TakenTask], out: _Gathered) -> Iterator[TakenTask]:
    """Leave out what an earlier sheet holds: extracts of the same register, such as a list of what is overdue."""
    known: dict[Value, list[TakenTask]] = {}
    for task in out.tasks:
        known.setdefault(task.fields.get("task_content"), []).append(task)
    for task in tasks:
        if any(_says_the_same(task, other) for other in known.get(task.fields.get("task_content"), ())):
            out.skipped.append(SkippedRow(task.sheet, task.row, "repeated"))
        else:
            yield task


def _says_the_same(task: TakenTask, other: TakenTask) -> bool:
    """Say whether nothing of *task* differs from *other*: a monthly duty with another deadline is another task."""
    shared = task.fields.keys() & other.fields.keys()
    return set(task.leads) <= set(other.leads) and all(task.fields[name] == other.fields[name] for name in shared)


def _repeated(tasks: list[TakenTask]) -> Iterator[Note]:
    """Note the tasks that stand in the register twice; they are kept."""
    seen: set[tuple[object, ...]] = set()
    for task in tasks:
        same = tuple(task.fields.get(name) for name in ("task_content", "document_number", "deadline_text"))
        if (*same, task.leads) in seen:
            yield Note("repeated", task.sheet, task.row, "")
        seen.add((*same, task.leads))


def _own_captions(table: Listing) -> dict[int, str]:
    """Give the columns of no field the captions under which they are kept, each different."""
    captions: dict[int, str] = {}
    for index, column in sorted(table.columns.items()):
        if column.field is not None:
            continue
        caption = " ".join(column.caption.split()) or say("takeover.unnamed-column", "vi", letter=letters(index))
        taken = set(captions.values())
        numbered = (caption if n == 1 else f"{caption} ({n})" for n in count(1))
        captions[index] = next(name for name in numbered if name not in taken)
    return captions


def _column_notes(table: Listing, filled: Counter[int]) -> Iterator[ColumnNote]:
    for index, column in sorted(table.columns.items()):
        if column.caption or filled[index]:
            caption = " ".join(column.caption.split())
            how = "ordinal" if index == table.ordinal else column.how
            yield ColumnNote(table.sheet.name, letters(index), caption, column.field, how, filled[index])


class _Leads:
    """Finds the units that cells name, and makes a draft of each that the list does not have."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._index = UnitIndex.build(units)
        self._knows = cache(self._index.knows)
        self._match = cache(self._index.match)
        self._taken = {unit.code for unit in units}
        self._drafts: dict[str, Unit] = {}

    def read(self, reading: RowReading, column: int | None, *, needed: bool = True) -> tuple[str, ...]:
        """Give the codes of a row's lead units, each once; a row that names none gets the unknown unit if *needed*."""
        names = split_leads(reading.row.text(column), self._knows)
        if column is None or not names:
            if not needed:
                return ()
            reading.say("no-lead", column)
            return (self._unknown(),)
        return tuple(dict.fromkeys(self._code(name, reading, column) for name in names))

    def drafts(self) -> tuple[Unit, ...]:
        """Give the draft units in the order in which they were met."""
        return tuple(self._drafts.values())

    def _unknown(self) -> str:
        if UNKNOWN_UNIT not in self._taken:
            self._draft("", say("takeover.unknown-unit", "vi"), UNKNOWN_UNIT)
        return UNKNOWN_UNIT

    def _code(self, name: str, reading: RowReading, column: int) -> str:
        match = self._match(name)
        if match.how in {"similar", "ambiguous", "group"}:
            reading.say(f"unit-{match.how}", column, name)
        if match.code is not None:
            return match.code
        spelt = fold(name).replace(" ", "")
        draft = self._drafts.get(spelt) or self._draft(spelt, name, draft_code(name, self._taken))
        return draft.code

    def _draft(self, spelt: str, name: str, code: str) -> Unit:
        draft = self._drafts[spelt] = Unit(code, name, draft=True)
        self._taken.add(code)
        return draft
