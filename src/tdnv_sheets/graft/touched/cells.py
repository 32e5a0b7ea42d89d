"""Rows as the office left them: hidden, folded, their heights, paint on cells, and its own columns with their formulas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.sheet import Lost, RowTouch, Side
from tdnv_sheets.graft.touched.columns import OwnColumns, written_cell
from tdnv_sheets.graft.touched.tables import filter_of, passes, told
from tdnv_sheets.grid import address
from tdnv_sheets.sheetspec import Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.graft.sheet import Cell, Row
    from tdnv_sheets.graft.touched.ground import Ground

_LINE: Final = 15.0
_LADDER: Final = frozenset(line * _LINE + 3 for line in range(1, 7))
"""The heights that we give to rows, in points; any other is the office's."""
_NEAR: Final = 0.5
"""Points that programs round heights by."""
_KEPT: Final = ("hidden", "outlineLevel", "collapsed", "thickTop", "thickBot", "ph")


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
        self.styles: dict[int, tuple[tuple[int, int], ...]] = {}
        self.head: dict[int, list[Cell]] = {}
        self.captions: tuple[tuple[int, int], ...] = ()
        self.same: dict[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]] = {}
        self.strips = Counter[tuple[tuple[int, int], ...]]()
        shown = assignment_spec().shown_on("register")
        self.grey = {spec.name for spec in shown if spec.owner is Owner.COMPUTED or spec.name == "task_id"}
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
        self.attributes[new] = _kept(row.attributes)
        self.hidden[new] = _is_on(row.attributes.get("hidden", "")) and not self._filtered(row)
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
        usual = _usual(self.strips)
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
            known = self.memory[before, drawn] = self._compare(dict(before), dict(drawn), usual)
        return known

    def _compare(self, before: Mapping[int, int], drawn: Mapping[int, int], usual: Mapping[int, int]) -> dict[int, int]:
        look, found = self.ground.tools.look, {}
        for old, style in before.items():
            new = self.moves.columns.get(old)
            if new is None or new not in drawn or style == drawn[new]:
                continue
            if old in self.own.places:
                if style:
                    found[new] = style
                continue
            # Where we paint ourselves the usual look was ours, whatever the settings say now.
            ours = {look(drawn[new]), *([look(usual[old])] if self.ground.ids.get(new) in self.grey else ())}
            if look(style) not in ours:
                found[new] = self.ground.tools.repaint(drawn[new], style)
        return found

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


def _usual(strips: Mapping[tuple[tuple[int, int], ...], int]) -> dict[int, int]:
    """Give the commonest style of each column."""
    counts: dict[int, Counter[int]] = {}
    for strip, times in strips.items():
        for column, style in strip:
            counts.setdefault(column, Counter())[style] += times
    return {column: found.most_common(1)[0][0] for column, found in counts.items()}


def _is_on(text: str) -> bool:
    return text in {"1", "true", "on"}


def _kept(attributes: Mapping[str, str]) -> dict[str, str]:
    """Give what of a row's attributes is the office's: fold, hiding, its own look, a height that we never give."""
    found = {name: attributes[name] for name in _KEPT if attributes.get(name, "0") not in {"0", "false"}}
    if _is_on(attributes.get("customFormat", "")) and attributes.get("s", "0") != "0":
        found |= {"s": attributes["s"], "customFormat": "1"}
    height = attributes.get("ht", "")
    if height and _is_on(attributes.get("customHeight", "")):
        points = float(height)
        if all(abs(points - step) > _NEAR for step in _LADDER):
            found |= {"ht": height, "customHeight": "1"}
    return found
