"""Gather the cells of a sheet one by one, as the readers for .xls, .ods and .csv find them, and build the sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Note, Place, Raw, Sheet, address, is_blank
from tdnv_sheets.intake.extent import kept_extent
from tdnv_sheets.intake.refuse import MAX_CELLS, Refused, check_area

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNKEEPABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither a database nor a workbook can hold: control characters and halves of a character."""

_CODE: Final = re.compile(r'&(?:"[^"]*+"|\d++|K[0-9A-Fa-f]{6}|[^&])')


@dataclass(slots=True)
class Gathered:
    """One sheet while it is being read."""

    name: str
    hidden: bool = False
    cells: dict[Place, Raw] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    uncached: set[Place] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    fonts: dict[Place, str] = field(default_factory=dict)

    def put(self, place: Place, value: Raw) -> None:
        """Keep a filled cell."""
        if len(self.cells) >= MAX_CELLS:
            raise Refused("too-large", "limit_cells", most=f"{MAX_CELLS:,}".replace(",", "."))
        self.cells[place] = value

    def build(self) -> tuple[Sheet, list[Note]]:
        """Give the sheet up to the end of its table, and what stands far beyond it as notes."""
        filled: dict[int, int] = {}
        for row, column in self.cells.keys() | self.uncached:
            filled[row] = filled.get(row, 0) | 1 << column
        last_row, last_column = kept_extent(filled)
        check_area(last_row, last_column)
        grid: list[list[Raw]] = [[None] * last_column for _ in range(last_row)]
        far: dict[Place, Raw] = {}
        for place, value in self.cells.items():
            if place[0] <= last_row and place[1] <= last_column:
                grid[place[0] - 1][place[1] - 1] = value
            else:
                far[place] = value
        outside = sorted(far)
        sheet = Sheet(
            self.name,
            tuple(map(tuple, grid)),
            self.hidden,
            clipped(self.merged, last_row, last_column),
            {place: text for place, text in self.errors.items() if place not in far},
            frozenset(p for p in self.uncached if p[0] <= last_row and p[1] <= last_column),
            frozenset(row for row in self.hidden_rows if row <= last_row),
            frozenset(column for column in self.hidden_columns if column <= last_column),
            {place: font for place, font in self.fonts.items() if place in self.cells and place not in far},
            len(far),
            address(*outside[0]) if outside else "",
        )
        first_rows: dict[str, int] = {}
        for place in outside:
            first_rows.setdefault(str(far[place]), place[0])
        return sheet, [Note(self.name, row, text) for text, row in first_rows.items()]


def clipped(
    merged: Iterable[tuple[int, int, int, int]], rows: int, columns: int
) -> tuple[tuple[int, int, int, int], ...]:
    """Cut merged ranges to the used range; together they can be no larger than it, so that a forged list ends."""
    left = rows * columns
    out = []
    for first_row, first_column, last_row, last_column in merged:
        cut = first_row, first_column, min(last_row, rows), min(last_column, columns)
        area = (cut[2] - cut[0] + 1) * (cut[3] - cut[1] + 1)
        if cut[2] >= cut[0] and cut[3] >= cut[1] and 1 < area <= left:
            left -= area
            out.append(cut)
    return tuple(out)


def clean_text(text: str) -> str | None:
    """Give a text as it can be kept, with line breaks as Unix writes them; None when nothing is left."""
    text = _UNKEEPABLE.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") or None


def clean_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Give the notes that say something."""
    cleaned = (Note(note.sheet, note.row, clean_text(note.text) or "") for note in notes)
    return tuple(note for note in cleaned if not is_blank(note.text))


def page_text(coded: str) -> str:
    """Give what a page header says, without the codes for fonts, page numbers and places."""
    return _CODE.sub(" ", coded).strip()
