"""Merged cells in the data: one value over several rows counts for each of them only where the column allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.grid import Place, address, is_blank
from tdnv_sheets.validate.cells import Typed, Unread, as_text
from tdnv_sheets.validate.table import Spot, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec

Area = tuple[int, int, int, int]


class Unmerged(NamedTuple):
    """The rows with merged cells filled or marked, what was said, and the fonts as they then are."""

    rows: list[TableRow]
    abouts: list[About]
    fonts: Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class _Covered:
    """A cell that lies under a merged one."""

    at: int
    """Which of the rows."""
    spec: FieldSpec
    area: Area
    shown: Raw
    """What the merged cell shows."""
    top: TableRow | None
    """The row of the merged cell when that is of the same column."""


def unmerge(
    table: Table,
    sheet: Sheet | None,
    known: Sequence[tuple[str, TableRow]],
    fields: Sequence[FieldSpec],
    base: Mapping[str, Mapping[str, Value]],
) -> Unmerged:
    """Fill the cells under merged ones where their column is fillable, and refuse the others."""
    rows = [row for _, row in known]
    if sheet is None:
        return Unmerged(rows, [], {})
    abouts: list[About] = []
    fonts = dict(sheet.fonts)
    for cell in _covered(table, sheet, rows, fields):
        task, row = known[cell.at]
        name = cell.spec.name
        gone = is_blank(cell.shown) and base.get(task, {}).get(name) is None and is_blank(row.raw.get(name))
        if gone or name in row.blind:
            continue  # nobody said anything there
        spot = Spot(row, name, task)
        area = f"{address(cell.area[0], cell.area[1])}:{address(cell.area[2], cell.area[3])}"
        if not cell.spec.fillable or cell.top is None:
            abouts.append(table.about("merged-cell", spot, area=area))
            raw = row.raw.get(name)
            rows[cell.at] = rows[cell.at].with_cell(name, raw, Typed(Unread(raw), marked=True))
            continue
        typed = cell.top.typed(name)
        rows[cell.at] = rows[cell.at].with_cell(name, cell.shown, typed)
        if not isinstance(typed.value, Unread):
            abouts.append(table.about("merged-filled", spot, area=area, filled=shorten(as_text(cell.shown))))
        if font := sheet.fonts.get(cell.area[:2]):
            fonts[row.number, table.letters[name]] = font
    return Unmerged(rows, abouts, fonts)


def _covered(table: Table, sheet: Sheet, rows: Sequence[TableRow], fields: Sequence[FieldSpec]) -> Iterator[_Covered]:
    by_number = {row.number: at for at, row in enumerate(rows)}
    by_column = {table.letters[spec.name]: spec for spec in fields}
    if not by_number or not by_column:
        return
    lowest, highest = min(by_number), max(by_number)
    for area in sheet.merged:
        top, left, bottom, right = area
        at_top = by_number.get(top)
        columns = [column for column in by_column if left <= column <= right]
        for number in range(max(top, lowest), min(bottom, highest) + 1):
            for column in columns if number in by_number else ():
                if (number, column) != (top, left):
                    same_column = at_top is not None and column == left
                    origin = rows[at_top] if same_column and at_top is not None else None
                    # A merge that begins above the rows shows a caption, which is nobody's word about a task.
                    shown = None if top < lowest else sheet.cell(top, left)
                    yield _Covered(by_number[number], by_column[column], area, shown, origin)
