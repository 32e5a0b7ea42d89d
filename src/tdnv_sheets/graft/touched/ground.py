"""What every rule on touched sheets stands on: both sheets, where their rows and columns went, and what a rule gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.sheet import Side
from tdnv_sheets.graft.touched.formula import LAST_ROW
from tdnv_sheets.graft.touched.markup import Node, NotXml, parse
from tdnv_sheets.graft.touched.moves import Moves, spans_of
from tdnv_sheets.records import EXTRA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.graft.sheet import Lost, Made, Match, Piece, Relation, Sheet, Tools

_HEAD: Final = 30
"""Rows from the top among which the hidden row of ids is looked for."""
_IDS: Final = frozenset({"task_id", "unit"})


class Table(NamedTuple):
    """The Excel table of a sheet."""

    relation: str
    """Its relation's id."""
    node: Node


@dataclass(frozen=True, slots=True)
class Ground:
    """A sheet as the office left it and as it is drawn now."""

    office: Sheet
    drawn: Sheet
    tools: Tools
    moves: Moves
    header: int = 0
    """The drawn row of captions; 0 for sheets whose rows have no keys."""
    ids: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    """Drawn column → what the hidden row says of it."""
    old_table: Table | None = None
    new_table: Table | None = None

    @property
    def keyed(self) -> bool:
        """Say whether rows are known by keys; of all other sheets only view, widths and print set-up are kept."""
        return bool(self.header)

    @property
    def own(self) -> frozenset[int]:
        """The drawn columns that are the office's own."""
        return frozenset(column for column, name in self.ids.items() if name.startswith(EXTRA))

    def piece(self, side: Side, name: str) -> Node | None:
        """Give the one piece of that name; None when there is none or it cannot be read."""
        sheet = self.office if side is Side.OFFICE else self.drawn
        return next(iter(nodes(sheet.all(name))), None)


class Share(NamedTuple):
    """What one rule adds to the new sheet."""

    pieces: tuple[Piece, ...] = ()
    relations: Mapping[str, Relation] = MappingProxyType({})
    made: Mapping[str, Made] = MappingProxyType({})
    names: Mapping[str, str] = MappingProxyType({})
    lost: tuple[Lost, ...] = ()


def nodes(pieces: Iterable[Piece]) -> list[Node]:
    """Read pieces; one that is no XML is left out, its file was refused before."""
    found = []
    for piece in pieces:
        try:
            found.append(parse(piece.xml))
        except NotXml:
            continue
    return found


def relation_id(node: Node | None) -> str:
    """Give the relation that an element names."""
    if node is None:
        return ""
    return next((value for name, value in node.attributes.items() if name.endswith(":id")), "")


def ground(office: Sheet, drawn: Sheet, match: Match, tools: Tools) -> Ground:
    """Find out where everything went."""
    header, ids = _id_row(drawn, tools)
    old_header = next((old for old, new in match.rows.items() if new == header), 0)
    tables = _table(office), _table(drawn)
    if not header or not old_header:
        columns = _by_place(match)
        nowhere = (LAST_ROW + 1, LAST_ROW)
        moves = Moves({}, columns, nowhere, nowhere, LAST_ROW + 1, (max(columns, default=0),) * 2)
        return Ground(office, drawn, tools, moves, old_table=tables[0], new_table=tables[1])
    body = {old: new for old, new in match.rows.items() if old > old_header}
    bodies = _body(tables[0], old_header, body.keys()), _body(tables[1], header, body.values())
    widths = max(match.columns, default=0), max((*match.columns.values(), *ids), default=0)
    names = frozenset({office.title, quoted(office.title)})
    moves = Moves(body, match.columns, *bodies, _least(office, tools, match, bodies[0]), widths, names)
    return Ground(office, drawn, tools, moves, header, ids, *tables)


def quoted(title: str) -> str:
    """Give a sheet's name as formulas write it."""
    return "'" + title.replace("'", "''") + "'"


def _by_place(match: Match) -> dict[int, int]:
    """Give where columns went whose sheet has no row of ids: by caption, else they stay."""
    taken = set(match.columns.values())
    stay = {column: column for column in range(1, 257) if column not in taken and column not in match.columns}
    return {**match.columns, **stay}


def _id_row(drawn: Sheet, tools: Tools) -> tuple[int, dict[int, str]]:
    for row in drawn.rows():
        if row.number > _HEAD:
            break
        texts = {cell.column: tools.text(Side.DRAWN, cell) for cell in row.cells if cell.value is not None}
        if set(texts.values()) >= _IDS:
            return row.number + 1, texts
    return 0, {}


def _table(sheet: Sheet) -> Table | None:
    """Give the first table of a sheet; we never draw more than one."""
    for parts in nodes(sheet.all("tableParts")):
        for item in parts.children:
            relation = sheet.relations.get(relation_id(item))
            if relation is None:
                continue
            try:
                return Table(relation_id(item), parse(sheet.part(relation)))
            except NotXml:
                continue
    return None


def _body(table: Table | None, header: int, rows: Iterable[int]) -> tuple[int, int]:
    """Give first and last row below the header, by the table and by what was found there."""
    last = max(rows, default=header + 1)
    for span in spans_of(table.node.attributes.get("ref", "")) if table else ():
        if span.first_row == header:
            last = max(last, span.last_row)
    return header + 1, last


def _least(office: Sheet, tools: Tools, match: Match, body: tuple[int, int]) -> int:
    """Find the last row that was drawn: what people type below it has no id yet."""
    top = next(iter(match.columns), 0)  # the ids' column is the first of all that was matched
    found = body[1]
    typed = set()
    for row in office.rows():
        if body[0] <= row.number <= body[1]:
            cell = row.inside.at(top)
            if cell is None or not cell.value or not tools.text(Side.OFFICE, cell).strip():
                typed.add(row.number)
    while found in typed and found > body[0]:
        found -= 1
    return found
