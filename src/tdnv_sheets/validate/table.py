"""Take the rows of a sheet apart: which row is which assignment, and what each cell says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, Severity, shorten
from tdnv_sheets.grid import Raw, Sheet, address, is_blank
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.validate.cells import Typed, Unread, as_text, type_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tdnv_sheets.sheetspec import FieldSpec
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
    rows = []
    for number in range(header.last_row + 1, len(sheet.rows) + 1):
        raw = {name: sheet.cell(number, index) for name, index in columns.items()}
        places = {name: (number, index) for name, index in columns.items()}
        unseen = {name: "error-value" for name, place in places.items() if place in sheet.errors}
        unseen |= {name: "formula" for name, place in places.items() if place in sheet.uncached}
        if all(is_blank(value) for value in raw.values()) and not unseen:
            continue
        raw |= {name: sheet.errors[places[name]] for name, code in unseen.items() if code == "error-value"}
        typed = {
            name: Typed(Unread(value)) if name in unseen else type_cell(value, by_name[name], units)
            for name, value in raw.items()
        }
        rows.append(TableRow(number, raw, typed, unseen))
    captions = {name: spec.header(lang) for name, spec in by_name.items()}
    return Table(sheet.name, captions, columns, tuple(rows))


def shown(value: Raw) -> str:
    """Give a cell as a short text for a message."""
    return shorten(as_text(value))
