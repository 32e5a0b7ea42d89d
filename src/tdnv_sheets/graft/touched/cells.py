"""Rows as the office left them: hidden, folded, their heights, paint on cells, and its own columns with their formulas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.graft.sheet import Lost, RowTouch, Side
from tdnv_sheets.graft.touched.columns import OwnColumns, written_cell
from tdnv_sheets.graft.touched.paint import Strip, grey, is_on, kept_attributes, painted, usual_styles
from tdnv_sheets.graft.touched.tables import filter_of, passes, told
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.graft.sheet import Cell, Row
    from tdnv_sheets.graft.touched.ground import Ground


class Touches(NamedTuple):
    """What becomes of the drawn rows."""

    rows: Mapping[int, RowTouch]
    lost: tuple[Lost, ...]


def cells(ground: Ground) -> Touches:
    """Compare both sheets row by row; nothing for sheets whose rows have no keys."""
    if not ground.keyed:
        return Touches({}, _strangers(ground))
    rows = _Rows(ground)
    for row in ground.office.rows():
        rows.read(row)
    return rows.result()


def _strangers(ground: Ground) -> tuple[Lost, ...]:
    """Say which filled cells stand right of all that we draw on a sheet whose rows have no keys."""
    width = max((column for row in ground.drawn.rows() for column, _ in row.inside.strip()[-1:]), default=0)
    found = [
        address(row.number, cell.column)
        for row in ground.office.rows()
        if any(column > width for column, _ in row.inside.strip()[-1:])
        for cell in row.cells
        if cell.column > width and (cell.value or cell.formula)
    ]
    return (Lost("cell", _few(found)),) if found else ()


def _few(places: list[str], most: int = 8) -> str:
    return " ".join(places[:most]) + (" …" if len(places) > most else "")


class _Rows:
    """The office's rows while they are read, and what follows from them for the drawn ones."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.moves = ground.moves
        self.filter = filter_of(ground)
        self.own = OwnColumns(ground)
        self.hidden: dict[int, bool] = {}
        self.attributes: dict[int, dict[str, str]] = {}
        self.styles: dict[int, Strip] = {}
        self.head: dict[int, list[Cell]] = {}
        self.captions: Strip = ()
        self.same: dict[Strip, Strip] = {}
        self.strips = Counter[Strip]()
        self.memory: dict[tuple[object, ...], Mapping[int, int]] = {}

    def read(self, row: Row) -> None:
        """Take what one row of the office's file says."""
        first = self.moves.body[0]
        if row.number < first - 2:  # above the hidden row of ids
            self.head[row.number] = [cell for cell in row.cells if cell.value or cell.formula]
        if row.number >= first:
            self.own.read(row)
        if row.number == first - 1:
            self.captions = row.inside.strip()
        new = self.moves.rows.get(row.number) if row.number >= first else None
        if new is None:
            return
        self.attributes[new] = kept_attributes(row.attributes)
        self.hidden[new] = is_on(row.attributes.get("hidden", "")) and not self._filtered(row)
        looks = row.inside.strip()
        self.styles[new] = self.same.setdefault(looks, looks)
        self.strips[looks] += 1

    def _filtered(self, row: Row) -> bool:
        """Say whether a hidden row was hidden by the filter, which is asked anew, and not by hand."""
        if self.filter.unsure:
            return False
        return self.filter.set and not passes(self.ground, row, self.filter.before, Side.OFFICE)

    def result(self) -> Touches:
        """Give what becomes of each drawn row."""
        touched: dict[int, RowTouch] = {}
        lost = [*told(self.ground, self.filter)]
        formulas = self.own.formulas(lost)
        usual = usual_styles(self.strips)
        first = self.ground.header + 1
        for row in self.ground.drawn.rows():
            if row.number == first - 1:
                found = RowTouch(styles=self._caption_looks(dict(row.inside.strip())))
            elif row.number < first:
                found = self._head(row)
            else:
                styles = self._painted(row, usual)
                attributes = self._row(row)
                found = RowTouch(attributes, formulas.get(row.number, {}), styles)
            if found.attributes or found.cells or found.styles:
                touched[row.number] = found
        return Touches(touched, tuple(lost))

    def _row(self, row: Row) -> dict[str, str]:
        attributes = dict(self.attributes.get(row.number, {}))
        hidden = self.hidden.get(row.number, False)
        if self.filter.tests and row.number <= self.moves.new_body[1]:
            hidden = hidden or not passes(self.ground, row, self.filter.tests, Side.DRAWN)
        attributes.pop("hidden", None)
        return attributes | ({"hidden": "1"} if hidden else {})

    def _painted(self, row: Row, usual: Mapping[int, int]) -> Mapping[int, int]:
        """Give the styles of cells that the office painted, and those of its own columns."""
        before = self.styles.get(row.number)
        if before is None:
            return {}
        drawn = row.inside.strip()
        known = self.memory.get((before, drawn))
        if known is None:
            columns, ids = self.moves.columns, self.ground.ids
            known = self.memory[before, drawn] = painted(
                dict(before),
                dict(drawn),
                columns,
                self.own.places,
                self.ground.tools,
                lambda old: usual[old] if ids.get(columns[old]) in grey() else None,
            )
        return known

    def _caption_looks(self, drawn: Mapping[int, int]) -> dict[int, int]:
        """Give the styles of captions that the office painted: those that look otherwise than most."""
        look, counts = self.ground.tools.look, Counter(style for _, style in self.captions)
        usual = look(counts.most_common(1)[0][0]) if counts else None
        found = {}
        for old, style in self.captions:
            new = self.moves.column(old)
            if new is not None and new in drawn and look(style) not in {usual, look(drawn[new])}:
                found[new] = self.ground.tools.repaint(drawn[new], style)
        return found

    def _head(self, row: Row) -> RowTouch:
        """Keep what the office wrote above the table where we write nothing."""
        taken = {cell.column for cell in row.cells if cell.value or cell.formula}
        found = {}
        for cell in self.head.get(row.number, ()):
            column = self.moves.column(cell.column)
            if column is not None and column not in taken:
                text = None if cell.formula is None else self.moves.formula(cell.formula)
                found[column] = written_cell(self.ground.tools, cell, address(row.number, column), text, {})
        return RowTouch(cells=found)
