"""Read the columns that the office added to the register: they are kept by their header, for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.grid import Raw, Sheet, address, is_blank, letters
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.records import EXTRA
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tdnv_sheets.records import Value
    from tdnv_sheets.validate.columns import Header


@dataclass(frozen=True, slots=True)
class ExtraColumns:
    """The office's own columns of one sheet."""

    sheet: Sheet
    first_row: int
    """The first row below the header."""
    names: Mapping[int, str]
    """1-based column → field."""

    def cells(self, row: int) -> dict[str, Value]:
        """Give the columns' cells in a row; an error value is kept as the text that people see."""
        return {name: extra_value(self._raw(row, column)) for column, name in self.names.items()}

    def filled_rows(self) -> Iterator[int]:
        """Give the rows in which any of the columns holds something."""
        for row in range(self.first_row, len(self.sheet.rows) + 1):
            if any(not is_blank(self._raw(row, column)) for column in self.names):
                yield row

    def findings(self) -> Iterable[About]:
        """Name the formulas that were never computed: what they give is not known."""
        for row, column in sorted(self.sheet.uncached):
            if column in self.names and row >= self.first_row:
                caption = self.names[column].removeprefix(EXTRA)
                place = address(row, column)
                yield About(found("formula", self.sheet.name, place, row, column=shorten(caption)))

    def _raw(self, row: int, column: int) -> Raw:
        return self.sheet.errors.get((row, column)) or self.sheet.cell(row, column)


def extra_columns(sheet: Sheet, header: Header, lang: str) -> ExtraColumns:
    """Find them: by the hidden id above the caption, else by the caption, else by their letter if they hold anything."""
    taken = {column.index for column in header.columns if column.field is not None}
    captions = {column.index: column.caption for column in header.columns}
    width = max((len(row) for row in sheet.rows), default=0)
    names: dict[int, str] = {}
    for index in range(1, width + 1):
        if index in taken:
            continue
        above = sheet.cell(header.last_row - 1, index)
        if isinstance(above, str) and above.startswith(EXTRA):
            names[index] = above
        elif captions.get(index):
            names[index] = EXTRA + captions[index]
        elif any(not is_blank(sheet.cell(row, index)) for row in range(header.last_row + 1, len(sheet.rows) + 1)):
            names[index] = EXTRA + say("register_read.column", lang, letters=letters(index))
    return ExtraColumns(sheet, header.last_row + 1, _unique(names))


def _unique(names: Mapping[int, str]) -> dict[int, str]:
    """Tell columns of the same caption apart by a number, as the register does when it draws them."""
    unique: dict[int, str] = {}
    for index, name in names.items():
        free, count = name, 1
        while free in unique.values():
            count += 1
            free = f"{name} ({count})"
        unique[index] = free
    return unique


def extra_value(raw: Raw) -> Value:
    """Take a cell as it is: numbers and days stay what they are, all else is text."""
    if is_blank(raw):
        return None
    if isinstance(raw, (int, float, date)) and not isinstance(raw, (bool, datetime)):
        return raw
    return as_text(raw)
