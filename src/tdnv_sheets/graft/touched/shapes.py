"""The shapes of notes in the old drawing language that Excel still keeps them in (VML)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.touched.markup import Node, local
from tdnv_sheets.graft.touched.moves import spans_of
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NUMBERED: Final = re.compile(r"_x0000_s(\d+)")
_FIRST: Final = 1025


def merged_shapes(base: Node, moved: Mapping[str, str], drawn: Node | None, mine: Iterable[str]) -> None:
    """Send the shapes of notes to their new cells, take out those of notes that are gone, and add ours.

    *moved* names the office's notes: cell → new cell, or an empty text. All other shapes stay as they are.
    """
    kept = []
    for shape in base.children:
        place = _place(shape)
        if place is None or (moved.get(place)):
            if place is not None:
                _move(shape, place, moved[place])
            kept.append(shape)
    base.children = kept
    wanted = set(mine)
    ours = [shape for shape in drawn.children if _place(shape) in wanted] if drawn else []
    if not ours or drawn is None:
        return
    known = {node.attributes.get("id") for node in base.children if local(node.tag) == "shapetype"}
    types = [node for node in drawn.children if local(node.tag) == "shapetype"]
    base.children += [node for node in types if node.attributes.get("id") not in known]
    base.attributes = {**drawn.attributes, **base.attributes}
    for number, shape in enumerate(ours, _highest(base) + 1):
        shape.attributes["id"] = f"_x0000_s{number}"
        base.children.append(shape)


def _highest(base: Node) -> int:
    found = (_NUMBERED.fullmatch(node.attributes.get("id", "")) for node in base.children)
    return max((int(match[1]) for match in found if match), default=_FIRST - 1)


def _data(shape: Node) -> Node | None:
    return next(
        (n for n in shape.children if local(n.tag) == "ClientData" and n.attributes.get("ObjectType") == "Note"), None
    )


def _field(data: Node, name: str) -> Node | None:
    return next((node for node in data.children if local(node.tag) == name), None)


def _place(shape: Node) -> str | None:
    """Give the cell of a note's shape; None for every other shape."""
    data = _data(shape)
    row, column = (_field(data, name) for name in ("Row", "Column")) if data else (None, None)
    if row is None or column is None:
        return None
    return address(int(row.text.strip()) + 1, int(column.text.strip()) + 1)


def _move(shape: Node, before: str, after: str) -> None:
    """Write the new cell, and let the box stand as far from it as before."""
    data = _data(shape)
    old, new = spans_of(before)[0], spans_of(after)[0]
    rows, columns = new.first_row - old.first_row, new.first_column - old.first_column
    if data is None or not (rows or columns):
        return
    for name, place in (("Row", new.first_row), ("Column", new.first_column)):
        field = _field(data, name)
        if field is not None:
            field.text = str(place - 1)
    anchor = _field(data, "Anchor")
    numbers = [part.strip() for part in anchor.text.split(",")] if anchor else []
    if anchor and len(numbers) == 8:  # noqa: PLR2004 - left column and offset, top row and offset, then right and bottom
        values = [int(number) for number in numbers]
        shift = (columns, 0, rows, 0, columns, 0, rows, 0)
        anchor.text = ", ".join(str(max(value + by, 0)) for value, by in zip(values, shift, strict=True))
