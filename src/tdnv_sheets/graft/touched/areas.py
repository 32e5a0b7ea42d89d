"""What is laid over cells: an item's areas and formulas sent to where its cells went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.graft.touched.formula import shifted
from tdnv_sheets.graft.touched.markup import local
from tdnv_sheets.graft.touched.moves import Span, runs, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.graft.touched.markup import Node
    from tdnv_sheets.graft.touched.moves import Moves


def moved(moves: Moves, text: str) -> list[Span]:
    """Give the new places of a list of areas, from the top left; neighbours that touch are one."""
    found = {span for old in spans_of(text) for span in moves.spans(old)}
    return sorted(found, key=lambda span: (span.first_row, span.first_column))


def formulas(moves: Moves, node: Node, before: str, after: list[Span]) -> None:
    """Send the formulas of an item along whose areas went from *before* to *after*.

    They are written for the first cell of the areas, so they are read for the cell that is the first one now, and moved from there.
    """
    start, end = spans_of(before)[0], after[0]
    row = next((old for old, new in moves.rows.items() if new == end.first_row), None)
    column = next((old for old, new in moves.columns.items() if new == end.first_column), None)
    rows = 0 if row is None or not moves.body[0] <= start.first_row <= moves.body[1] else row - start.first_row
    columns = 0 if column is None else column - start.first_column
    for item in node.walk():
        if local(item.tag) in {"formula", "formula1", "formula2", "f"} and item.text:
            item.text = moves.formula(shifted(item.text, rows, columns))


def limited(spans: Iterable[Span], columns: frozenset[int]) -> list[Span]:
    """Give the part of areas that lies in some columns."""
    out = []
    for span in spans:
        inside = (column for column in columns if span.first_column <= column <= span.last_column)
        out += [span._replace(first_column=left, last_column=right) for left, right in runs(inside)]
    return sorted(out, key=lambda span: (span.first_row, span.first_column))
