"""How the office looks at a sheet: zoom, freezing, selection, widths, hidden and folded columns, tab colour, protection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Side
from tdnv_sheets.graft.touched.formula import LAST_COLUMN, LAST_ROW
from tdnv_sheets.graft.touched.ground import Share
from tdnv_sheets.graft.touched.markup import Node, piece
from tdnv_sheets.graft.touched.moves import Span, listed, spans_of
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from tdnv_sheets.graft.touched.ground import Ground
    from tdnv_sheets.graft.touched.moves import Moves

_LOOKS: Final = ("tabColor", "outlinePr", "pageSetUpPr")
_GUARDS: Final = ("sheetProtection", "protectedRanges")
NAMES: Final = ("sheetPr", "sheetViews", "sheetFormatPr", "cols", *_GUARDS)
"""The pieces that this module gives."""


def view(ground: Ground) -> Share:
    """Give the pieces of the view."""
    found = (_properties(ground), _views(ground), _format(ground), _columns(ground), *_protection(ground))
    return Share(tuple(piece(node) for node in found if node is not None))


def _properties(ground: Ground) -> Node | None:
    """Take the office's properties; what only a filter on the sheet itself needs is drawn anew."""
    ours, theirs = ground.piece(Side.DRAWN, "sheetPr"), ground.piece(Side.OFFICE, "sheetPr")
    if theirs is None:
        return ours
    node = ours or Node("sheetPr")
    kept = {name: value for name, value in theirs.attributes.items() if name not in {"filterMode", "enableFormat"}}
    node.attributes = {**node.attributes, **kept}
    node.children = [*(child for child in theirs.children if child.tag in _LOOKS)]
    return node


def _views(ground: Ground) -> Node | None:
    node = ground.piece(Side.OFFICE, "sheetViews")
    if node is None:
        return ground.piece(Side.DRAWN, "sheetViews")
    for item in node.walk():
        for name in ("topLeftCell", "activeCell"):
            if name in item.attributes:
                item.attributes[name] = _cell(ground.moves, item.attributes[name])
        if item.tag == "selection" and "sqref" in item.attributes:
            _select(ground.moves, item)
    return node


def _select(moves: Moves, item: Node) -> None:
    """Send a selection to where its cells went; the active cell must be in it."""
    active = item.attributes.get("activeCell", "A1")
    areas = [new for old in spans_of(item.attributes["sqref"]) for new in moves.spans(old)]
    item.attributes.pop("activeCellId", None)
    item.attributes["sqref"] = listed(areas) if len(areas) == 1 and _holds(areas[0], active) else active


def _holds(span: Span, cell: str) -> bool:
    at = spans_of(cell)[0]
    return span.first_row <= at.first_row <= span.last_row and span.first_column <= at.first_column <= span.last_column


def _cell(moves: Moves, text: str) -> str:
    """Send one cell to its new place; where it is gone, to the place that it had."""
    spans = spans_of(text)
    if not spans:
        return "A1"
    row, column = spans[0].first_row, spans[0].first_column
    return address(moves.row(row) or min(row, LAST_ROW), moves.column(column) or column)


def _format(ground: Ground) -> Node | None:
    ours, theirs = ground.piece(Side.DRAWN, "sheetFormatPr"), ground.piece(Side.OFFICE, "sheetFormatPr")
    if ours is None or theirs is None:
        return theirs or ours
    for name in ("outlineLevelRow", "outlineLevelCol"):
        level = max(ours.number(name), theirs.number(name))
        if level:
            theirs.attributes[name] = str(level)
    return theirs


def _columns(ground: Ground) -> Node | None:
    """Give each column that was there the width, fold and hiding it had, and new ones those that we draw."""
    ours, theirs = ground.piece(Side.DRAWN, "cols"), ground.piece(Side.OFFICE, "cols")
    if theirs is None:
        return ours
    drawn = _each(ours)
    moved = {}
    for column, attributes in _each(theirs).items():
        new = ground.moves.column(column)
        if new is not None and (column <= ground.moves.width[0] or new > ground.moves.width[1]):
            moved[new] = attributes
    everything = {**drawn, **moved}
    return _folded(theirs, everything) if everything else None


def _each(node: Node | None) -> dict[int, dict[str, str]]:
    """Give every column's attributes; runs to the end of the sheet count as one column of that width."""
    found: dict[int, dict[str, str]] = {}
    for item in node.all("col") if node else ():
        first, last = item.number("min", 1), min(item.number("max", 1), LAST_COLUMN)
        attributes = {name: value for name, value in item.attributes.items() if name not in {"min", "max"}}
        found |= dict.fromkeys(range(first, last + 1), attributes)
    return found


def _folded(node: Node, columns: dict[int, dict[str, str]]) -> Node:
    """Write columns with neighbours of the same look as one."""
    node.children = []
    for column in sorted(columns):
        before = node.children[-1] if node.children else None
        if before and before.number("max") == column - 1 and columns[column - 1] == columns[column]:
            before.attributes["max"] = str(column)
            continue
        node.children.append(Node("col", {"min": str(column), "max": str(column), **columns[column]}))
    return node


def _protection(ground: Ground) -> list[Node | None]:
    ranges = ground.piece(Side.OFFICE, "protectedRanges")
    for item in list(ranges.children) if ranges else ():
        areas = [new for old in spans_of(item.attributes.get("sqref", "")) for new in ground.moves.spans(old)]
        item.attributes["sqref"] = listed(areas)
        if ranges and not areas:
            ranges.children.remove(item)
    return [ground.piece(Side.OFFICE, "sheetProtection"), ranges if ranges and ranges.children else None]
