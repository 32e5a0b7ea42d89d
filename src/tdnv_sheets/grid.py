"""A sheet as it was read: plain cells at their Excel addresses, with no opinion about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.findings import Finding

Raw: TypeAlias = str | int | float | bool | date | datetime | None
"""A cell as the reader gives it."""
Place: TypeAlias = tuple[int, int]
"""A cell's 1-based row and column."""

OLD_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
"""The errors that every spreadsheet program knows."""
ERRORS: Final = OLD_ERRORS | {"#SPILL!", "#CALC!"}


class Note(NamedTuple):
    """A text that stands in no cell: a note on one, a text box, a page header, a property of the file."""

    sheet: str
    """Empty where it belongs to no sheet."""
    row: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells from A1 on: `rows[0][0]` is A1, blank rows and columns included."""

    name: str
    rows: tuple[tuple[Raw, ...], ...]
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (first row, first column, last row, last column), 1-based."""
    errors: Mapping[Place, str] = field(default_factory=dict)
    """Cells that show an error of Excel, as «#N/A»; `rows` holds the same text."""
    uncached: frozenset[Place] = frozenset()
    """Formulas that no program has computed: nobody knows what they show."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    fonts: Mapping[Place, str] = field(default_factory=dict)
    """Cells in a font of the years before Unicode, by the encoding that it implies: tcvn3, tcvn3-caps or vni."""
    far: int = 0
    """How many filled cells stand so far from the rest that `rows` leaves them out."""
    far_first: str = ""
    """The address of the first of them."""
    since_1904: bool = False
    """Whether the file counts its days from 1904, as old Macintosh programs do; `rows` holds the true days."""
    harmless: bool = False
    """Whether its reader saw that no text of it can hold a mark of secrecy."""

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
    notes: tuple[Note, ...] = ()
    warnings: tuple[Finding, ...] = ()
    """What the file holds besides cells and was left out, such as a macro."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Which sheet of a register is which: its name in the program → its title, empty where that is lost."""

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
