"""Take the rows of a sheet apart: which row is which assignment, and what each cell says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, Severity, shorten
from tdnv_sheets.grid import ERRORS, Raw, Sheet, address, is_blank
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.sheetspec import FieldSpec, Kind
from tdnv_sheets.text.unicode import clean
from tdnv_sheets.validate.cells import Typed, Unread, as_text, type_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.records import Value
    from tdnv_sheets.text.units import UnitIndex
    from tdnv_sheets.validate.columns import Header

HOLDS: Final = Severity.ERROR
_NUMBERS: Final = frozenset((int, float, bool))
"""Kinds of cells of which two may be equal and not the same: 1, 1.0 and True."""


class TableRow(NamedTuple):
    """One filled row of a table, its cells by field; of most cells there is nothing to keep, for they are empty."""

    number: int
    """Excel row."""
    raw: Mapping[str, Raw]
    """What was typed, without the empty cells."""
    values: Mapping[str, Value | Unread]
    """What that means."""
    blind: Mapping[str, str]
    """Fields whose cell could not be read at all → the finding's code."""
    columns: tuple[str, ...]
    """All fields that the table has a column for."""
    task: str
    """The task's id as it stands there, empty where there is none."""
    marked: frozenset[str] = frozenset()
    """Fields of which it was already said what is wrong with the cell."""

    def cells(self) -> dict[str, object]:
        """Give what every cell means, by field."""
        return {name: self.values.get(name) for name in self.columns}

    def sent(self) -> dict[str, Raw]:
        """Give what was typed into every cell, by field."""
        return {name: self.raw.get(name) for name in self.columns}

    def typed(self, name: str) -> Typed:
        """Give one cell after typing."""
        return Typed(self.values.get(name), name in self.marked)

    def with_cell(self, name: str, raw: Raw, typed: Typed) -> TableRow:
        """Give the row with another cell."""
        marked = self.marked | {name} if typed.marked else self.marked - {name}
        return self._replace(
            raw={**self.raw, name: raw},
            values={**self.values, name: typed.value},
            task=as_text(raw) if name == "task_id" else self.task,
            marked=marked,
        )


class Spot(NamedTuple):
    """One cell that something is to be said about."""

    row: TableRow
    field: str
    task: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's rows and where its columns stand."""

    sheet: str
    captions: Mapping[str, str]
    letters: Mapping[str, int]
    """Field → 1-based column."""
    rows: tuple[TableRow, ...]

    def about(self, code: str, spot: Spot, **values: str) -> About:
        """Make a finding about one cell of the table."""
        column = self.letters.get(spot.field)
        finding = found(
            code,
            sheet=self.sheet,
            cell=address(spot.row.number, column) if column else "",
            row=spot.row.number,
            column=self.captions.get(spot.field, spot.field),
            value=shown(spot.row.raw.get(spot.field)),
            values=values,
        )
        return About(finding, spot.task, spot.field)


def read_table(
    sheet: Sheet,
    header: Header,
    fields: Sequence[FieldSpec],
    lang: str,
    *,
    units: UnitIndex | None = None,
) -> Table:
    """Type every filled row under the header."""
    by_name = {spec.name: spec for spec in fields}
    columns = {c.field: c.index for c in header.columns if c.field in by_name}
    names, unseen, errors = tuple(columns), _unseen(sheet, columns), set[Raw]()
    width = max(columns.values(), default=0)
    lines = [cells if len(cells) >= width else _widened(cells, width) for cells in sheet.rows[header.last_row :]]
    # A column that is empty from top to bottom costs nothing more.
    upright = list(zip(*lines, strict=False))
    filled = [(name, at - 1) for name, at in columns.items() if upright and upright[at - 1].count(None) < len(lines)]
    typists = [(name, at, _Typist(by_name[name], units, errors)) for name, at in filled]
    rows = []
    # Equal texts and days become one object, which goes through a pipe once.
    once = dict[Raw, Raw]().setdefault
    for number, line in enumerate(lines, header.last_row + 1):
        raw = {
            name: cell if type(cell) in _NUMBERS else once(cell, cell)
            for name, at in filled
            if (cell := line[at]) is not None
        }
        blind = unseen.get(number, {})
        if not blind and all(map(is_blank, raw.values())):
            continue
        values = {name: typist[line[at]] for name, at, typist in typists if line[at] is not None}
        rows.append(TableRow(number, raw, values, blind, names, as_text(raw.get("task_id"))))
    if errors or unseen:
        rows = [_blinded(row, sheet, columns, errors) for row in rows]
    captions = {name: spec.header(lang) for name, spec in by_name.items()}
    return Table(sheet.name, captions, columns, tuple(rows))


def _widened(cells: tuple[Raw, ...], width: int) -> tuple[Raw, ...]:
    return *cells, *[None] * (width - len(cells))


class _Typist(dict[Raw, "Value | Unread"]):
    """Types the cells of one column; the same is typed once, for most columns hold few different values."""

    def __init__(self, spec: FieldSpec, units: UnitIndex | None, errors: set[Raw]) -> None:
        super().__init__()
        self._spec = spec
        self._units = units
        self._is_text = spec.kind is Kind.TEXT
        self._errors = errors
        """Words of an error of Excel, as pasted values and text files bring them."""

    def __missing__(self, raw: Raw) -> Value | Unread:
        value: Value | Unread
        if self._is_text and isinstance(raw, str):
            value = clean(raw) or None  # as `type_cell` does, for the many cells that are plain words
        else:
            value = type_cell(raw, self._spec, self._units).value
        if isinstance(raw, str) and "#" in raw and raw.strip() in ERRORS:
            self._errors.add(raw)
        if isinstance(raw, (str, date)):  # 1, 1.0 and True would be one key
            self[raw] = value
        return value


def _blinded(row: TableRow, sheet: Sheet, columns: Mapping[str, int], errors: AbstractSet[Raw]) -> TableRow:
    """Mark the cells of a row that could not be read."""
    blind = {name: "error-value" for name, value in row.raw.items() if value in errors} | dict(row.blind)
    if not blind:
        return row
    raw, values = dict(row.raw), dict(row.values)
    for name, code in blind.items():
        if code == "error-value":
            raw[name] = sheet.errors.get((row.number, columns[name]), raw.get(name))
        values[name] = Unread(raw.get(name))
    return row._replace(raw=raw, values=values, blind=blind)


def _unseen(sheet: Sheet, columns: Mapping[str, int]) -> dict[int, dict[str, str]]:
    """Give row → field → code for the cells of a table that the reader could not see."""
    by_index = {index: name for name, index in columns.items()}
    unseen: dict[int, dict[str, str]] = {}
    for code, places in (("error-value", sheet.errors), ("formula", sheet.uncached)):
        for row, column in places:
            if column in by_index:
                unseen.setdefault(row, {})[by_index[column]] = code
    return unseen


def shown(value: Raw) -> str:
    """Give a cell as a short text for a message."""
    return shorten(as_text(value))
