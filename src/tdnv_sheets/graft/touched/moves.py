"""Where the rows and columns of a sheet went between the office's file and the fresh drawing, and what that does to areas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.graft.touched.formula import GONE, LAST_COLUMN, LAST_ROW, pieces, rewritten, written
from tdnv_sheets.graft.touched.markup import column_number as _number
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tdnv_sheets.graft.touched.formula import Corner, Reference


class Span(NamedTuple):
    """A block of cells, 1-based and inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        first = address(self.first_row, self.first_column)
        last = address(self.last_row, self.last_column)
        return first if first == last else f"{first}:{last}"


@dataclass(frozen=True, slots=True)
class Moves:
    """The new places of rows and columns; 1-based.

    Rows above the body and below it are not named in *rows*: those above stay, those below keep their distance to it.
    """

    rows: Mapping[int, int]
    """Row of the body in the office's file → row of the same assignment now; one that is gone is missing."""
    columns: Mapping[int, int]
    """Column → column of the same field; one that is gone is missing."""
    body: tuple[int, int]
    """First and last row of the table's body in the office's file."""
    new_body: tuple[int, int]
    least: int
    """The last row of the office's body without what was typed below it since; an area that reaches so far is of all rows."""
    width: tuple[int, int]
    """How many columns the sheet had, and has now."""
    names: frozenset[str] = frozenset()
    """Under which formulas of this sheet may name it."""

    @property
    def still(self) -> bool:
        """Say whether every cell that was there is where it was."""
        same = all(old == new for moved in (self.rows, self.columns) for old, new in moved.items())
        return same and self.body == self.new_body and len(self.rows) == self.body[1] - self.body[0] + 1

    def row(self, row: int) -> int | None:
        """Give the new place of a row; None when it is gone."""
        first, last = self.body
        if row < first:
            return row
        if row <= last:
            return self.rows.get(row)
        return min(row - last + self.new_body[1], LAST_ROW)

    def column(self, column: int) -> int | None:
        """Give the new place of a column; None when it is gone. What stands right of all our columns stays."""
        return self.columns.get(column, None if column <= self.width[0] else column)

    def rows_of(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Give the new runs of rows of a run: what covers the whole body covers the new one, whatever its rows are."""
        top, bottom = self.body
        if first <= top and last >= self.least:
            end = last if last >= LAST_ROW else self.new_body[1] + max(last - bottom, 0)
            yield (self.new_body[0] if first == top else first), min(end, LAST_ROW)
            return
        moved = (self.row(row) for row in range(first, min(last, bottom) + 1))
        yield from runs(row for row in moved if row is not None)
        if last > bottom:
            yield max(first, bottom + 1) - bottom + self.new_body[1], min(last - bottom + self.new_body[1], LAST_ROW)

    def spans(self, span: Span) -> Iterator[Span]:
        """Give the new places of an area's cells; none when all of them are gone."""
        moved = (self.column(column) for column in range(span.first_column, span.last_column + 1))
        columns = list(runs(column for column in moved if column is not None))
        for first, last in _joined(self.rows_of(span.first_row, span.last_row)):
            for left, right in columns:
                yield Span(first, left, last, right)

    def formula(self, formula: str) -> str:
        """Give a formula of this sheet with its references to this sheet at their new places."""
        return formula if self.still else rewritten(formula, self._moved)

    def of_elsewhere(self, formula: str) -> str:
        """Give a formula that stands on no sheet of its own, or on another, with its references to this sheet moved."""

        def change(item: Reference) -> str:
            return written(item.sheet, item.text) if item.sheet is None else self._moved(item)

        return formula if self.still else rewritten(formula, change)

    def _moved(self, item: Reference) -> str:
        if item.sheet is not None and item.sheet not in self.names:
            return written(item.sheet, item.text)
        if item.first is None:
            return written(item.sheet, self._lines(item.text))
        if item.last is None:
            place = self._corner(item.first, item.first.row)
            return written(item.sheet, GONE if place is None else str(place))
        return written(item.sheet, self._range(item.first, item.last))

    def _corner(self, corner: Corner, row: int) -> Corner | None:
        new_row, new_column = self.row(row), self.column(corner.column)
        return None if new_row is None or new_column is None else corner._replace(row=new_row, column=new_column)

    def _range(self, first: Corner, last: Corner) -> str:
        """Move a range's ends; as in Excel a range is cut short by what goes at its ends, and is gone with its last cell."""
        top, bottom = sorted((first.row, last.row))
        rows = list(self.rows_of(top, bottom))
        columns = [first.column, last.column]
        kept = [self.column(c) for c in range(min(columns), max(columns) + 1)]
        moved = [column for column in kept if column is not None]
        if not rows or not moved:
            return GONE
        if top <= self.body[0] and bottom >= self.least:
            low, high = rows[0]
        elif top == self.body[0]:
            low, high = self.new_body[0], max(end for _, end in rows)  # a running total from the first row on
        else:
            low, high = min(start for start, _ in rows), max(end for _, end in rows)
        start = first._replace(row=low, column=min(moved))
        return f"{start}:{last._replace(row=high, column=max(moved))}"

    def _lines(self, text: str) -> str:
        """Move whole columns; whole rows that are named stay where Excel's own rows are."""
        ends = text.split(":")
        bare = [end.lstrip("$") for end in ends]
        if bare[0].isdigit():
            moved = [self.row(int(end)) for end in bare]
        else:
            from_letters = [_number(end.upper()) for end in bare]
            moved = [self.column(end) for end in from_letters]
        if None in moved:
            return GONE
        signs = ["$" * end.startswith("$") for end in ends]
        shown = [str(m) if bare[0].isdigit() else address(1, m or 1)[:-1] for m in moved]
        return ":".join(sign + end for sign, end in zip(signs, shown, strict=True))


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give the runs of neighbouring numbers."""
    ordered = sorted(set(numbers))
    if not ordered:
        return
    start = ordered[0]
    for before, after in pairwise(ordered):
        if after != before + 1:
            yield start, before
            start = after
    yield start, ordered[-1]


def _joined(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join runs that touch."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if out and first <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(last, out[-1][1])
        else:
            out.append((first, last))
    return out


def spans_of(text: str) -> list[Span]:
    """Read a list of areas, as `sqref` has it; whole columns and rows reach to the sheet's end."""
    found = []
    for item in text.split():
        reference = next((piece for piece in pieces(item) if not isinstance(piece, str)), None)
        if reference is None:
            continue
        if reference.first is not None:
            last = reference.last or reference.first
            rows, columns = (
                sorted((reference.first.row, last.row)),
                sorted((reference.first.column, last.column)),
            )
            found.append(Span(rows[0], columns[0], rows[1], columns[1]))
            continue
        ends = [end.lstrip("$") for end in reference.text.split(":")]
        if ends[0].isdigit():
            found.append(Span(int(ends[0]), 1, int(ends[1]), LAST_COLUMN))
        else:
            found.append(Span(1, _number(ends[0].upper()), LAST_ROW, _number(ends[1].upper())))
    return found


def listed(spans: Iterable[Span]) -> str:
    """Write areas as `sqref` has them."""
    return " ".join(str(span) for span in spans)
