"""The office's own columns: their formulas in the rows of now, each with its references where their cells went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from tdnv_sheets.graft.sheet import Lost, Side
from tdnv_sheets.graft.touched.formula import shifted
from tdnv_sheets.graft.touched.moves import Span, listed, spans_of
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.graft.sheet import Cell, Row, Tools
    from tdnv_sheets.graft.touched.ground import Ground

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


class OwnColumns:
    """The office's own columns while its rows are read, and what they hold in the drawn ones."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.moves = ground.moves
        self.places = {old: new for old, new in self.moves.columns.items() if new in ground.own}
        """Column in the office's file → drawn column."""
        self.own: dict[int, Own] = {column: Own() for column in self.places}

    def read(self, row: Row) -> None:
        """Take one row of the office's body."""
        for column in self.own:
            cell = row.inside.at(column)
            if cell is not None:
                self._own(row.number, cell)

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

    def formulas(self, lost: list[Lost]) -> dict[int, dict[int, bytes]]:
        """Give the cells of the office's own columns that hold formulas, in the drawn rows."""
        out: dict[int, dict[int, bytes]] = {}
        for column, own in self.own.items():
            new_column = self.places[column]
            for row, formula in own.formulas.items():
                new = self.moves.rows.get(row)
                if new is None:
                    continue
                attributes = self._array(formula, row, column, lost)
                if attributes is None:
                    continue
                cell = own.cells[row]
                text = self.moves.formula(formula.text)
                out.setdefault(new, {})[new_column] = written_cell(
                    self.ground.tools, cell, address(new, new_column), text, attributes
                )
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


def written_cell(tools: Tools, cell: Cell, place: str, formula: str | None, attributes: Mapping[str, str]) -> bytes:
    """Write a cell of the office's at its new place; a shared text is written into the cell."""
    kept = {name: value for name, value in cell.attributes.items() if name not in {"r", "t"}}
    kind = cell.attributes.get("t", "n")
    value = cell.value or ""
    if formula is None and kind in _TEXTS:
        text = tools.text(Side.OFFICE, cell)
        body, kind = f'<is><t xml:space="preserve">{escape(text)}</t></is>', "inlineStr"
    else:
        inside = "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
        body = f"<f{inside}>{escape(formula)}</f>" if formula is not None else ""
        body += f"<v>{escape(value)}</v>" if value or kind == "str" else ""
    head = "".join(f" {name}={quoteattr(text)}" for name, text in kept.items())
    head += f' t="{kind}"' if kind != "n" and body else ""
    return f'<c r="{place}"{head}>{body}</c>'.encode()
