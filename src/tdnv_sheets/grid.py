"""A sheet as it was read: plain cells at their Excel addresses, with no opinion about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

Raw: TypeAlias = str | int | float | bool | date | datetime | None
"""A cell as the reader gives it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells from A1 on: `rows[0][0]` is A1, blank rows and columns included."""

    name: str
    rows: tuple[tuple[Raw, ...], ...]
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (first row, first column, last row, last column), 1-based."""

    def cell(self, row: int, column: int) -> Raw:
        """Give the cell at a 1-based row and column; None beyond the used range."""
        if not 1 <= row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 1 <= column <= len(cells) else None


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook as it was read: its sheets and the texts that may say where it comes from."""

    sheets: tuple[Sheet, ...]
    carriers: tuple[tuple[str, str], ...] = ()
    """Identity texts found, as (carrier, text): custom property, defined name, `_tdnv` cell."""

    def sheet(self, name: str) -> Sheet | None:
        """Find a sheet by its name, or None."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def letters(column: int) -> str:
    """Give the letters of a 1-based column: 1 → A, 28 → AB."""
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def address(row: int, column: int) -> str:
    """Give a cell's Excel address from 1-based row and column."""
    return f"{letters(column)}{row}"


def is_blank(value: Raw) -> bool:
    """Say whether a cell holds nothing that a person would see."""
    return value is None or (isinstance(value, str) and not value.strip(" \t\r\n\u00a0\u200b\ufeff"))
