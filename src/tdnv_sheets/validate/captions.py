"""What stands over each column: header rows flattened, merged cells seen as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.grid import is_blank
from tdnv_sheets.text.unicode import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdnv_sheets.grid import Sheet

Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row and last column of merged cells, 1-based."""
LONGEST: Final = 90
"""Longer texts are data, not captions."""
_FEWEST: Final = 2
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class Caption:
    """What is seen over one column."""

    parts: tuple[str, ...]
    """From the top down, repeated ones once."""
    row: int
    covered: bool


def captions_of(sheet: Sheet, first: int, last: int) -> list[Caption]:
    """Flatten header rows: for each column its captions."""
    width = max((len(sheet.rows[row - 1]) for row in range(first, last + 1) if row <= len(sheet.rows)), default=0)
    merged = [area for area in sheet.merged if area[0] <= last and area[2] >= first]
    grid = {
        (row, col): _shown(sheet, merged, row, col) for row in range(first, last + 1) for col in range(1, width + 1)
    }
    for row in range(first, last):
        for col in range(2, width + 1):
            left, under_left = grid[row, col - 1], grid[row + 1, col - 1]
            if not grid[row, col] and grid[row + 1, col] and under_left not in {"", left}:
                grid[row, col] = left
    captions = []
    for col in range(1, width + 1):
        parts = tuple(part for part in dict.fromkeys(grid[row, col] for row in range(first, last + 1)) if part)
        own = (row for row in range(last, first - 1, -1) if not is_blank(sheet.cell(row, col)))
        lowest = next(own, last)
        covered = any(top <= last <= bottom and left < col <= right for top, left, bottom, right in merged)
        captions.append(Caption(parts, lowest, covered))
    while captions and not captions[-1].parts:
        captions.pop()
    return captions


def _shown(sheet: Sheet, merged: Iterable[Area], row: int, col: int) -> str:
    """Give a cell's text as it is seen: that of the merged range it lies in."""
    for top, left, bottom, right in merged:
        if top <= row <= bottom and left <= col <= right:
            row, col = top, left
            break
    value = sheet.cell(row, col)
    return "" if value is None or isinstance(value, bool) else clean(str(value))


def last_row(sheet: Sheet, first: int) -> int:
    """Give the last row of a header that begins at row *first*: by its merged cells, else by how its blanks lie."""
    areas = [area for area in sheet.merged if area[0] <= first + _DEEPEST and area[2] >= first]
    merged = max((bottom for top, _, bottom, _ in areas if top == first), default=first)
    if merged > first:
        last = min(merged, first + _DEEPEST - 1)
        while last > first and _is_data(sheet, areas, first, last):
            last -= 1
        return last
    return first + 1 if _has_children(sheet, first) else first


def _is_data(sheet: Sheet, areas: Sequence[Area], first: int, row: int) -> bool:
    """Say whether a row is no part of the header: most of its cells stand right under captions of their own."""
    if row > len(sheet.rows):
        return False
    captions = [index for index, cell in enumerate(sheet.rows[first - 1], start=1) if not is_blank(cell)]
    tall = {left for top, left, bottom, _ in areas if top <= first and bottom >= row}
    wide = {
        column for top, left, _, right in areas if top <= first for column in range(left, right + 1) if right > left
    }
    own = [index for index, cell in enumerate(sheet.rows[row - 1], start=1) if not is_blank(cell)]
    under = [index for index in own if index not in wide and not is_blank(sheet.cell(first, index))]
    return len(under) * 2 > len(own) and len(tall.intersection(captions)) * 2 < len(captions)


def _has_children(sheet: Sheet, row: int) -> bool:
    """Say whether the row below only divides this row's captions: it fills blanks beside a caption and nothing else."""
    if row >= len(sheet.rows):
        return False
    below = [index for index, cell in enumerate(sheet.rows[row], start=1) if not is_blank(cell)]
    texts = all(isinstance(cell := sheet.cell(row + 1, index), str) and len(cell) <= LONGEST for index in below)
    beside = all(_divided(sheet, row, index) for index in below)
    whole = any(
        not is_blank(cell) and is_blank(sheet.cell(row + 1, index))
        for index, cell in enumerate(sheet.rows[row - 1], start=1)
    )
    return len(below) >= _FEWEST and texts and beside and whole


def _divided(sheet: Sheet, row: int, index: int) -> bool:
    """Say whether the caption at *index* is blank or spreads over blanks to its right that have texts below."""
    if is_blank(sheet.cell(row, index)):
        return True
    return is_blank(sheet.cell(row, index + 1)) and not is_blank(sheet.cell(row + 1, index + 1))
