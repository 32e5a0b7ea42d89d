"""The Excel table of «Nhiệm vụ» with the filter, sorting, style and column formulas that the office gave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Lost, Made, Side
from tdnv_sheets.graft.touched.areas import moved
from tdnv_sheets.graft.touched.criteria import test_of
from tdnv_sheets.graft.touched.ground import Share
from tdnv_sheets.graft.touched.markup import Node, write
from tdnv_sheets.graft.touched.moves import listed, spans_of
from tdnv_sheets.grid import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.graft.sheet import Cell, Row
    from tdnv_sheets.graft.touched.criteria import Test, Value
    from tdnv_sheets.graft.touched.ground import Ground

_FILLED: Final = "calculatedColumnFormula"
"""What Excel fills into new rows: ours for our columns, the office's for its own."""


@dataclass(slots=True)
class Filter:
    """The filter of the table, by columns of the office's sheet and of the drawn one."""

    tests: dict[int, Test] = field(default_factory=dict)
    """Drawn column → its test."""
    before: dict[int, Test] = field(default_factory=dict)
    """Column in the office's file → the same test."""
    unsure: list[int] = field(default_factory=list)
    """Drawn columns whose criteria cannot be told from the cells."""

    @property
    def set(self) -> bool:
        """Say whether anything is filtered."""
        return bool(self.tests or self.unsure)


def table(ground: Ground) -> Share:
    """Give the table's part: the office's, over the rows and columns of now."""
    old, new = ground.old_table, ground.new_table
    if old is None or new is None:
        return Share()
    node = old.node
    theirs = {name: child for child in node.children if (name := child.tag)}
    ours = {child.tag: child for child in new.node.children}
    children = []
    if "autoFilter" in ours and "autoFilter" in theirs:
        children.append(_filter(ground, theirs["autoFilter"], ours["autoFilter"]))
    if "sortState" in theirs and (sort := _sorted(ground, theirs["sortState"])):
        children.append(sort)
    children.append(_columns(ground, theirs.get("tableColumns"), ours["tableColumns"]))
    style = theirs.get("tableStyleInfo") or ours.get("tableStyleInfo")
    children += [item for item in (style, theirs.get("extLst")) if item is not None]
    lost = (Lost("part", node.attributes.get("ref", ""), "totalsRow"),) if node.number("totalsRowCount") else ()
    dropped = {"totalsRowCount", "totalsRowShown", "tableType", "insertRow", "insertRowShift"}
    attributes = {name: value for name, value in node.attributes.items() if name not in dropped}
    for name in ("name", "displayName", "ref", "totalsRowShown"):
        attributes[name] = new.node.attributes.get(name, "0")
    made = {new.relation: Made(write(Node("table", attributes, children)))}
    return Share(made=made, lost=lost)


def _filter(ground: Ground, theirs: Node, ours: Node) -> Node:
    left, new_left = _left(ground.old_table), _left(ground.new_table)
    kept = []
    for item in theirs.all("filterColumn"):
        column = ground.moves.column(item.number("colId") + left)
        if column is not None:
            item.attributes["colId"] = str(column - new_left)
            kept.append(item)
    inside = next((sort for item in theirs.all("sortState") if (sort := _sorted(ground, item))), None)
    theirs.children = sorted(kept, key=lambda item: item.number("colId")) + ([inside] if inside else [])
    theirs.attributes["ref"] = ours.attributes["ref"]
    return theirs


def _left(table: object) -> int:
    node = getattr(table, "node", None)
    spans = spans_of(node.attributes.get("ref", "A1")) if node else []
    return spans[0].first_column if spans else 1


def _sorted(ground: Ground, node: Node) -> Node | None:
    """Keep by what the table was sorted, so that it can be sorted so again; the rows stay as they are."""
    for item in (node, *node.all("sortCondition")):
        after = moved(ground.moves, item.attributes.get("ref", ""))
        if not after:
            return None
        item.attributes["ref"] = listed(after[:1])
    return node


def _columns(ground: Ground, theirs: Node | None, ours: Node) -> Node:
    """Give the office's columns in the order of now, under the captions of now; ids are what slicers know them by."""
    left, new_left = _left(ground.old_table), _left(ground.new_table)
    known = {ground.moves.column(index + left): node for index, node in enumerate(theirs.children if theirs else ())}
    free = max((node.number("id") for node in known.values()), default=0)
    children = []
    for index, mine in enumerate(ours.children):
        node = known.get(index + new_left)
        if node is None:
            free += 1
            mine.attributes["id"] = str(free)
            children.append(mine)
            continue
        node.attributes["name"] = mine.attributes["name"]
        for name in ("totalsRowFunction", "totalsRowLabel", "queryTableFieldId"):
            node.attributes.pop(name, None)
        own = index + new_left in ground.own
        formulas = [child for child in (node if own else mine).children if child.tag == _FILLED]
        node.children = [
            *formulas,
            *(child for child in node.children if child.tag not in {_FILLED, "totalsRowFormula"}),
        ]
        children.append(node)
    return Node("tableColumns", {"count": str(len(children))}, children)


def filter_of(ground: Ground) -> Filter:
    """Read the filter that the office set on the table."""
    found = Filter()
    left = _left(ground.old_table)
    auto = ground.old_table.node.child("autoFilter") if ground.old_table else None
    for item in auto.all("filterColumn") if auto else ():
        before = item.number("colId") + left
        column = ground.moves.column(before)
        test = test_of(item)
        if column is not None and test is not None:
            if item.children:
                found.tests[column], found.before[before] = test, test
        elif column is not None:
            found.unsure.append(column)
    return found


def passes(ground: Ground, row: Row, tests: Mapping[int, Test], side: Side) -> bool:
    """Say whether a row meets all tests of a filter."""
    return all(test(_value(ground, row.inside.at(column), side)) for column, test in tests.items())


def _value(ground: Ground, cell: Cell | None, side: Side) -> Value:
    if cell is None or cell.value is None:
        return ""
    if cell.attributes.get("t", "n") in {"s", "str", "inlineStr"}:
        return ground.tools.text(side, cell)
    if cell.attributes.get("t") in {"b", "e"}:
        return cell.value
    try:
        return float(cell.value)
    except ValueError:
        return cell.value


def told(ground: Ground, found: Filter) -> tuple[Lost, ...]:
    """Say which filters are set and were not applied anew."""
    return tuple(Lost("filter", letters(column), ground.ids.get(column, "")) for column in found.unsure)
