"""Rows as the office left them: hidden, folded, their heights, paint on cells, and its own columns with their formulas."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tdnv_sheets.graft.sheet import Lost, RowTouch, Side
from tdnv_sheets.graft.touched.formula import shifted
from tdnv_sheets.graft.touched.moves import Span, listed, spans_of
from tdnv_sheets.graft.touched.tables import filter_of, passes, told
from tdnv_sheets.grid import address
from tdnv_sheets.sheetspec import Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.graft.sheet import Cell, Row
    from tdnv_sheets.graft.touched.ground import Ground

_LINE: Final = 15.0
_LADDER: Final = frozenset(line * _LINE + 3 for line in range(1, 7))
"""The heights that we give to rows, in points; any other is the office's."""
_NEAR: Final = 0.5
"""Points that programs round heights by."""
_KEPT: Final = ("hidden", "outlineLevel", "collapsed", "thickTop", "thickBot", "ph")
_TEXTS: Final = frozenset({"s", "str", "inlineStr"})


class Formula(NamedTuple):
    """A formula of the office's own column, written out for its cell."""

    text: str
    attributes: Mapping[str, str]
    """Of <f>, for a formula that fills its cell as an array."""


@dataclass(slots=True)
class Own:
    """What one of the office's columns holds in its file."""

    formulas: dict[int, Formula] = field(default_factory=dict)
    """Row → formula, those that share one written out."""
    cells: dict[int, Cell] = field(default_factory=dict)
    shared: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Shared formula → the cell where it is written, and its text."""


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
        self.own_before = {old: new for old, new in self.moves.columns.items() if new in ground.own}
        self.own: dict[int, Own] = {column: Own() for column in self.own_before}
        self.hidden: dict[int, bool] = {}
        self.attributes: dict[int, dict[str, str]] = {}
        self.styles: dict[int, tuple[tuple[int, int], ...]] = {}
        self.head: dict[int, list[Cell]] = {}
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
        for column in self.own if row.number >= first else ():
            cell = row.inside.at(column)
            if cell is not None:
                self._own(row.number, cell)
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

    def _own(self, number: int, cell: Cell) -> None:
        column = self.own[cell.column]
        column.cells[number] = cell
        if cell.formula is None and "si" not in cell.formula_attributes:
            return
        text, attributes = cell.formula or "", cell.formula_attributes
        shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        if shared and text:
            column.shared[shared] = number, cell.column, text
        elif shared and (master := self._master(shared)):
            text = shifted(master[2], number - master[0], cell.column - master[1])
        if text:
            array = {name: attributes[name] for name in ("t", "ref", "aca", "ca", "cm") if name in attributes}
            column.formulas[number] = Formula(text, array if attributes.get("t") == "array" else {})

    def _master(self, shared: str) -> tuple[int, int, str] | None:
        return next((own.shared[shared] for own in self.own.values() if shared in own.shared), None)

    def result(self) -> Touches:
        """Give what becomes of each drawn row."""
        touched: dict[int, RowTouch] = {}
        lost = [*told(self.ground, self.filter)]
        formulas = self._formulas(lost)
        usual = _usual(self.strips)
        first = self.ground.header + 1
        for row in self.ground.drawn.rows():
            if row.number < first:
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
            if old in self.own_before:
                if style:
                    found[new] = style
                continue
            # Where we paint ourselves the usual look was ours, whatever the settings say now.
            ours = {look(drawn[new]), *([look(usual[old])] if self.ground.ids.get(new) in self.grey else ())}
            if look(style) not in ours:
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
                found[column] = self._written(cell, row.number, column, text, {})
        return RowTouch(cells=found)

    def _formulas(self, lost: list[Lost]) -> dict[int, dict[int, bytes]]:
        """Give the cells of the office's own columns that hold formulas, in the drawn rows."""
        out: dict[int, dict[int, bytes]] = {}
        for column, own in self.own.items():
            new_column = self.own_before[column]
            for row, formula in own.formulas.items():
                new = self.moves.rows.get(row)
                if new is None:
                    continue
                attributes = self._array(formula, row, column, lost)
                if attributes is None:
                    continue
                cell = own.cells[row]
                text = self.moves.formula(formula.text)
                out.setdefault(new, {})[new_column] = self._written(cell, new, new_column, text, attributes)
            for new, text in self._continued(own):
                head = f'<c r="{address(new, new_column)}"{self._style(own)}>'
                out.setdefault(new, {})[new_column] = f"{head}<f>{escape(text)}</f></c>".encode()
        return out

    def _array(self, formula: Formula, row: int, column: int, lost: list[Lost]) -> dict[str, str] | None:
        """Give the attributes of <f> at the new place; an array over several cells cannot go apart."""
        if not formula.attributes:
            return {}
        spans = spans_of(formula.attributes.get("ref", address(row, column)))
        if spans[0] != Span(row, column, row, column):
            lost.append(Lost("formula", listed(spans), formula.text))
            return None
        new = next(self.moves.spans(spans[0]))
        return {**formula.attributes, "ref": str(new)}

    def _style(self, own: Own) -> str:
        styles = Counter(cell.attributes.get("s", "") for row, cell in own.cells.items() if row in own.formulas)
        style = styles.most_common(1)[0][0] if styles else ""
        return f' s="{style}"' if style and style != "0" else ""

    def _continued(self, own: Own) -> Iterable[tuple[int, str]]:
        """Fill a column's one formula into rows that are new, as Excel does in a table."""
        first, last = self.moves.body
        rows = [row for row in own.formulas if first <= row <= last and row in self.moves.rows]
        there = set(self.moves.rows.values())
        new = [row for row in range(self.ground.header + 1, self.moves.new_body[1] + 1) if row not in there]
        if not new or not rows or len(rows) * 2 <= len(self.moves.rows):
            return
        model = rows[0]
        text = own.formulas[model].text
        if any(own.formulas[row].attributes or own.formulas[row].text != shifted(text, row - model, 0) for row in rows):
            return
        at = self.moves.rows[model]
        for row in new:
            yield row, shifted(self.moves.formula(text), row - at, 0)

    def _written(self, cell: Cell, row: int, column: int, formula: str | None, attributes: Mapping[str, str]) -> bytes:
        """Write a cell of the office's at its new place; a shared text is written into the cell."""
        kept = {name: value for name, value in cell.attributes.items() if name not in {"r", "t"}}
        kind = cell.attributes.get("t", "n")
        value = cell.value or ""
        if formula is None and kind in _TEXTS:
            text = self.ground.tools.text(Side.OFFICE, cell)
            body, kind = f'<is><t xml:space="preserve">{escape(text)}</t></is>', "inlineStr"
        else:
            inside = "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
            body = f"<f{inside}>{escape(formula)}</f>" if formula is not None else ""
            body += f"<v>{escape(value)}</v>" if value or kind == "str" else ""
        head = "".join(f" {name}={quoteattr(text)}" for name, text in kept.items())
        head += f' t="{kind}"' if kind != "n" and body else ""
        return f'<c r="{address(row, column)}"{head}>{body}</c>'.encode()


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
