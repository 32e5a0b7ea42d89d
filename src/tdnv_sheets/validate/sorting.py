"""Sort the rows of «Cập nhật»: the tasks, those that somebody must look at, and what stands there besides."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, has_error, shorten
from tdnv_sheets.grid import address, is_blank
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.sheetspec import Kind, Owner
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import as_text
from tdnv_sheets.validate.columns import ORDINALS, is_number_row, known_names
from tdnv_sheets.validate.row_kinds import (
    Row,
    has_footer_mark,
    is_counted,
    is_heading,
    is_lettered,
    is_numbering,
    is_total,
    repeats_header,
)
from tdnv_sheets.validate.table import Spot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tdnv_sheets.grid import Sheet
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.validate.columns import Header
    from tdnv_sheets.validate.table import Table, TableRow

_ID: Final = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])[^\W_][\w./-]{3,39}")
"""What may be a task's id, mistyped or another's: letters and digits in one word."""
_NAMED: Final = 10
"""How many rows a message names."""
_FEWEST: Final = 2
_SILENT: Final = frozenset({"column-numbers", "ordinal"})
_NOTE: Final = "note"


class Sorted(NamedTuple):
    """The table with the rows that count, and what is to be said about the others."""

    table: Table
    abouts: list[About]


def sort_out(
    table: Table, sheet: Sheet, header: Header, fields: Sequence[FieldSpec], issued: Collection[str] | None
) -> Sorted:
    """Leave out what is no task; *issued* are the ids that may be there, None when nobody knows them."""
    sorter = _Sorter(table, sheet, header, fields, issued)
    kinds = sorter.kinds() if sorter.loose else {}
    abouts = list(sorter.said(kinds)) if sorter.second is None else [sorter.second_table(sorter.second)]
    if not has_error(abouts):
        table = replace(table, rows=tuple(row for row in table.rows if not kinds.get(row.number)))
        table, repeated = _without_repeated(table)
        abouts += repeated
    return Sorted(table, abouts)


def _without_repeated(table: Table) -> Sorted:
    """Keep one of the rows that say the very same of one task."""
    by_task: dict[str, list[TableRow]] = {}
    for row in table.rows:
        by_task.setdefault(row.task, []).append(row)
    dropped: dict[int, About] = {}
    for task, (first, *others) in by_task.items():
        if task and others and all(row.cells() == first.cells() and row.blind == first.blind for row in others):
            for row in others:
                spot = Spot(row, "task_id", task)
                dropped[row.number] = table.about("repeated-row", spot, first=str(first.number), task=task)
    rows = tuple(row for row in table.rows if row.number not in dropped)
    return Sorted(replace(table, rows=rows), list(dropped.values()))


@dataclass(frozen=True)
class _Sorter:
    table: Table
    sheet: Sheet
    header: Header
    fields: Sequence[FieldSpec]
    issued: Collection[str] | None

    @cached_property
    def loose(self) -> tuple[TableRow, ...]:
        """The rows that do not name a task of the issue."""
        return tuple(row for row in self.table.rows if not self._is_named(row))

    @cached_property
    def last(self) -> int:
        """The last row that names a task."""
        loose = {row.number for row in self.loose}
        return max((row.number for row in self.table.rows if row.number not in loose), default=0)

    @cached_property
    def unit_fields(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields if spec.owner is Owner.UNIT}

    @cached_property
    def unit_columns(self) -> frozenset[int]:
        return frozenset(self.table.letters[name] for name in self.unit_fields if name in self.table.letters)

    @cached_property
    def ordinal(self) -> int | None:
        """The column that numbers rows and groups: one for it, else that of the ids."""
        free = (column for column in self.header.columns if column.field is None)
        own = next((column.index for column in free if fold(column.caption) in ORDINALS), None)
        return self.table.letters.get("task_id") if own is None else own

    @cached_property
    def headers(self) -> tuple[TableRow, ...]:
        """The rows that hold captions again, of this table or of another one."""
        return tuple(row for row in self.loose if self._is_header(row))

    @cached_property
    def second(self) -> TableRow | None:
        """The header of a second table that holds something of ours."""
        return next((row for row in self.headers if self._holds_ours(row) and not self._continues(row)), None)

    @cached_property
    def end(self) -> int | None:
        """The row from which on nothing is a task: a foreign table, or notes and signatures after the last task."""
        foreign = (row.number for row in self.headers if not self._holds_ours(row))
        marked = (
            row.number
            for row in self.loose
            if row.number > self.last and not self._reports(row) and has_footer_mark(self._row(row), self.ordinal)
        )
        ends = [number for number in (next(foreign, None), next(marked, None)) if number is not None]
        return min(ends, default=None)

    def kinds(self) -> dict[int, str]:
        """Give for each row without a task what it is; empty where somebody must look at it."""
        return {row.number: self._kind(row) for row in self.loose}

    def said(self, kinds: Mapping[int, str]) -> Iterable[About]:
        """Name what was left out."""
        notes = [number for number, kind in kinds.items() if kind == _NOTE]
        for row in self.loose:
            kind = kinds[row.number]
            if kind and kind not in _SILENT and kind != _NOTE:
                what = {f"what_{lang}": say(f"layout.row_{kind}", lang) for lang in LANGUAGES}
                text = next((as_text(cell) for cell in self._row(row).cells.values() if not is_numbering(cell)), "")
                yield About(found("skipped-row", self.sheet.name, row=row.number, value=shorten(text), values=what))
        if notes:
            yield About(found("notes-below", self.sheet.name, values={"rows": _rows(notes)}))

    def second_table(self, row: TableRow) -> About:
        return About(found("second-table", self.sheet.name, row=row.number, values={"sheet": self.sheet.name}))

    def _is_named(self, row: TableRow) -> bool:
        task = row.task
        return bool(_ID.fullmatch(task)) if self.issued is None else task in self.issued

    def _row(self, row: TableRow) -> Row:
        cells = enumerate(self.sheet.rows[row.number - 1], start=1)
        return Row(row.number, {index: cell for index, cell in cells if not is_blank(cell)}, row.number)

    def _kind(self, row: TableRow) -> str:
        cells = self._row(row)
        beyond = self.end is not None and row.number >= self.end
        if row in self.headers:
            return _NOTE if beyond else "header-again"
        if is_number_row(tuple(cells.cells.values())):
            return "column-numbers"
        if _ID.fullmatch(row.task) or self._reports(row):
            return ""
        if is_total(cells, self.ordinal) and not beyond:
            return "total"
        if beyond or self._is_heading(cells):
            return _NOTE if beyond or row.number > self.last else "group"
        return self._kind_of_rest(row, cells)

    def _kind_of_rest(self, row: TableRow, cells: Row) -> str:
        # A row whose only cells cannot be read shows none here; whoever sent it has to look.
        if cells.cells and all(is_numbering(cell) for cell in cells.cells.values()):
            known = {self.table.letters[name] for name in row.raw if name != "task_id"}
            return "only-number" if known & cells.cells.keys() else "ordinal"
        filled = any(not is_blank(row.raw.get(name)) or name in row.blind for name in self.unit_fields)
        return "" if filled or not is_blank(row.raw.get("task_id")) else "other"

    def _is_heading(self, row: Row) -> bool:
        """Say whether a row only heads others: a letter and a text, or one text where units do not write."""
        rest = [column for column in row.cells if column != self.ordinal]
        if not row.cells or is_counted(row, self.ordinal) or len(rest) > 1:
            return False
        if not rest or self.ordinal not in row.cells:
            (column,) = rest or row.cells
            return column not in self.unit_columns or is_heading(self.sheet, row, column)
        return is_lettered(row.text(self.ordinal)) and rest[0] not in self.unit_columns

    def _reports(self, row: TableRow) -> bool:
        """Say whether a row states what only a unit states of a task: its progress, or a day."""
        for name, spec in self.unit_fields.items():
            value = row.values.get(name)
            if spec.kind is Kind.CHOICE and isinstance(value, str):
                return True
            if spec.kind is Kind.DATE and isinstance(value, date):
                return True
        return False

    def _is_header(self, row: TableRow) -> bool:
        cells = self._row(row)
        if repeats_header(cells, self.header.columns):
            return True
        fields = self._named_fields(cells)
        return len(set(fields.values())) >= _FEWEST and len(fields) * 2 > len(cells.cells)

    def _named_fields(self, row: Row) -> dict[int, str]:
        names = known_names(self.fields)
        fields = {}
        for index in row.cells:
            text = row.text(index)
            hit = text if text in names.ids else names.exact.get(fold(text), ("",))[0]
            if hit:
                fields[index] = hit
        return fields

    def _continues(self, row: TableRow) -> bool:
        """Say whether the table goes on under a repeated header: the same columns, other tasks."""
        columns = self.header.by_field()
        fields = self._named_fields(self._row(row))
        aligned = all(field in columns and columns[field].index == index for index, field in fields.items())
        above = {r.task for r in self.table.rows if r.number < row.number}
        below = {r.task for r in self.table.rows if r.number > row.number}
        return aligned and not (above & below - {""})

    def _holds_ours(self, header: TableRow) -> bool:
        below = [row for row in self.table.rows if row.number > header.number and row not in self.headers]
        if any(self._is_named(row) or self._reports(row) for row in below):
            return True
        issued = self.issued or ()
        return any(as_text(cell) in issued for row in below for cell in self._row(row).cells.values())


def layout_findings(sheet: Sheet, header: Header, rows: Collection[int], captions: Mapping[str, str]) -> list[About]:
    """Say what of a sheet is hidden, and which cells stand outside its table; *rows* are the filled ones."""
    abouts = []
    hidden = sorted(sheet.hidden_rows & set(rows))
    if hidden:
        values = {"count": str(len(hidden)), "rows": _rows(hidden)}
        abouts.append(found("hidden-rows", sheet.name, values=values))
    columns = [column for column in header.columns if column.index in sheet.hidden_columns]
    if columns and rows:
        words = [f"«{captions.get(column.field or '', column.caption)}»" for column in columns]
        values = {"count": str(len(columns)), "columns": ", ".join(words)}
        abouts.append(found("hidden-columns", sheet.name, values=values))
    if sheet.far:
        values = {"count": str(sheet.far)}
        abouts.append(found("far-cells", sheet.name, sheet.far_first, values=values))
    stray = _stray_cells(sheet, header)
    if stray:
        abouts.append(found("stray-cells", sheet.name, address(*stray[0]), values={"count": str(len(stray))}))
    return [About(finding) for finding in abouts]


def _stray_cells(sheet: Sheet, header: Header) -> list[tuple[int, int]]:
    """Give the filled cells under the header that no caption stands over; row numbers without a caption are none."""
    captioned = {column.index for column in header.columns if column.field is not None or column.caption}
    first = min((column.index for column in header.columns if column.field is not None), default=1)
    below = sheet.rows[header.last_row :]
    others = [index for index in range(1, max(map(len, below), default=0) + 1) if index not in captioned]
    return [
        (number, index)
        for number in range(header.last_row + 1, len(sheet.rows) + 1 if others else 0)
        for index in others
        if not is_blank(cell := sheet.cell(number, index))
        and not (index < first and (is_numbering(cell) or is_lettered(as_text(cell))))
    ]


def _rows(numbers: Sequence[int]) -> str:
    """Write row numbers for people: «6–9, 12»."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return ", ".join(words[:_NAMED]) + (", …" if len(words) > _NAMED else "")
