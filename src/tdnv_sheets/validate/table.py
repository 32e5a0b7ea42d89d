"""Take the rows of a sheet apart: which row is which assignment, and what each cell says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import getitem
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, Severity, shorten
from tdnv_sheets.grid import ERRORS, Raw, Sheet, address, is_blank
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.sheetspec import FieldSpec, Kind
from tdnv_sheets.text.unicode import clean
from tdnv_sheets.validate.cells import EMPTY, Typed, Unread, as_text, type_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.text.units import UnitIndex
    from tdnv_sheets.validate.columns import Header

HOLDS: Final = Severity.ERROR


@dataclass(frozen=True, slots=True)
class TableRow:
    """One filled row of a table, its cells by field."""

    number: int
    """Excel row."""
    raw: Mapping[str, Raw]
    typed: Mapping[str, Typed]
    blind: Mapping[str, str]
    """Fields whose cell could not be read at all → the finding's code."""

    def cells(self) -> dict[str, object]:
        """Give the typed cells by field."""
        return {name: cell.value for name, cell in self.typed.items()}


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
    names, places = tuple(columns), [index - 1 for index in columns.values()]
    width = max(places, default=-1) + 1
    types = [_Typist(by_name[name], units) for name in names]
    unseen = _unseen(sheet, columns)
    rows = []
    for number in range(header.last_row + 1, len(sheet.rows) + 1):
        cells = sheet.rows[number - 1]
        values = [cells[at] for at in places] if len(cells) >= width else [sheet.cell(number, at + 1) for at in places]
        blind = unseen.get(number, {})
        if not blind and all(map(is_blank, values)):
            continue
        typed = dict(zip(names, map(getitem, types, values), strict=True))
        rows.append(TableRow(number, dict(zip(names, values, strict=True)), typed, blind))
    errors = frozenset().union(*(column.errors for column in types))
    if errors or unseen:
        rows = [_blinded(row, sheet, columns, errors) for row in rows]
    captions = {name: spec.header(lang) for name, spec in by_name.items()}
    return Table(sheet.name, captions, columns, tuple(rows))


class _Typist(dict[Raw, Typed]):
    """Types the cells of one column; the same is typed once, for most columns hold few different values."""

    def __init__(self, spec: FieldSpec, units: UnitIndex | None) -> None:
        super().__init__({None: EMPTY})
        self._spec = spec
        self._units = units
        self._is_text = spec.kind is Kind.TEXT
        self.errors: set[Raw] = set()
        """Words of an error of Excel, as pasted values and text files bring them."""

    def __missing__(self, raw: Raw) -> Typed:
        if self._is_text and isinstance(raw, str):
            typed = Typed(clean(raw) or None)  # as `type_cell` does, for the many cells that are plain words
        else:
            typed = type_cell(raw, self._spec, self._units)
        if isinstance(raw, str) and "#" in raw and raw.strip() in ERRORS:
            self.errors.add(raw)
        if isinstance(raw, (str, date)):  # 1, 1.0 and True would be one key
            self[raw] = typed
        return typed


def _blinded(row: TableRow, sheet: Sheet, columns: Mapping[str, int], errors: AbstractSet[Raw]) -> TableRow:
    """Mark the cells of a row that could not be read."""
    blind = {name: "error-value" for name, value in row.raw.items() if value in errors} | dict(row.blind)
    if not blind:
        return row
    raw, typed = dict(row.raw), dict(row.typed)
    for name, code in blind.items():
        if code == "error-value":
            raw[name] = sheet.errors.get((row.number, columns[name]), raw[name])
        typed[name] = Typed(Unread(raw[name]))
    return TableRow(row.number, raw, typed, blind)


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
