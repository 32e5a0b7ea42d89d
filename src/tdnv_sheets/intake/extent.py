"""Tell the table from a stray cell at the other end of the sheet, so that nobody builds a grid up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_ROW: Final = 200_000
MAX_COLUMN: Final = 256
ROW_GAP: Final = 1_000
COLUMN_GAP: Final = 50
_BOX: Final = (1 << (MAX_COLUMN + 1)) - 1


def kept_extent(filled: Mapping[int, int]) -> tuple[int, int]:
    """Give the last row and the last column that belong to the table; what lies beyond is far.

    *filled* gives per row the filled columns as bits (bit 1 is column A). What stands before the fullest part
    belongs to it, whatever the gap: addresses count from A1.
    """
    rows = sorted(row for row, columns in filled.items() if row <= MAX_ROW and columns & _BOX)
    last_row = _end_of_fullest(rows, [(filled[row] & _BOX).bit_count() for row in rows], ROW_GAP)
    together = 0
    for row in rows:
        if row > last_row:
            break
        together |= filled[row] & _BOX
    columns = list(bits(together))
    return last_row, _end_of_fullest(columns, [1] * len(columns), COLUMN_GAP)


def bits(mask: int) -> Iterator[int]:
    """Give the columns whose bits are set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _end_of_fullest(numbers: Sequence[int], weights: Sequence[int], gap: int) -> int:
    """Split ascending *numbers* where more than *gap* are missing; give the last one of the heaviest part."""
    best = best_end = weight = end = 0
    for number, heavy in zip(numbers, weights, strict=True):
        if end and number - end - 1 > gap:
            weight = 0
        weight += heavy
        end = number
        if weight > best:
            best, best_end = weight, end
    return best_end
