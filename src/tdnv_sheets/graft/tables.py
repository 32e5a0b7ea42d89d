"""Our tables under the numbers that the office's file knows them by: slicers and queries name a table and its columns so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.graft.package import ROOT
from tdnv_sheets.graft.splice import spliced, tree, with_attributes

if TYPE_CHECKING:
    from tdnv_sheets.graft.package import Package
    from tdnv_sheets.graft.splice import Node


class TableNumbers:
    """The numbers of all tables of the office's file, and those that are free."""

    def __init__(self, office: Package) -> None:
        self._known: dict[str, Node] = {}
        for name in sorted(office.reached([ROOT])):
            if office.content_type(name).endswith("spreadsheetml.table+xml"):
                node = tree(office.xml(name))
                self._known.setdefault(node.attributes.get("displayName", "").casefold(), node)
        numbers = (int(node.attributes.get("id", "0")) for node in self._known.values())
        self._next = 1 + max(numbers, default=0)

    def numbered(self, xml: bytes) -> bytes:
        """Give one of our tables with the number that it has in the office's file, its columns too, or with free ones."""
        root = tree(xml)
        known = self._known.get(root.attributes.get("displayName", "").casefold())
        number = known.attributes.get("id", "") if known is not None else ""
        if not number:
            number, self._next = str(self._next), self._next + 1
        edits = [(root.start, root.inside, with_attributes(xml[root.start : root.inside], {"id": number}))]
        ids = {_caption(node): int(node.attributes.get("id", "0")) for node in _columns(known)}
        free = 1 + max(ids.values(), default=0)
        for node in _columns(root):
            column = ids.pop(_caption(node), 0)
            if not column:
                column, free = free, free + 1
            opened = with_attributes(xml[node.start : node.inside], {"id": str(column)})
            edits.append((node.start, node.inside, opened))
        return spliced(xml, edits)


def _columns(table: Node | None) -> list[Node]:
    holder = table.child("tableColumns") if table is not None else None
    return holder.children if holder is not None else []


def _caption(column: Node) -> str:
    return column.attributes.get("name", "").casefold()
