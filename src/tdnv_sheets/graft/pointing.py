"""Formulas of the office's other sheets and charts that name cells of «Nhiệm vụ» whose task has moved.

Those sheets stay as they are, byte for byte, and rows keep their places as long as none above them goes. What then points to
another task, or no longer to all of them, is told; whole columns, tables and look-ups by id are never wrong. Defined names
follow, since they stand in the workbook's own part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from tdnv_sheets.graft.frames import read_sheet
from tdnv_sheets.graft.sheet import Lost
from tdnv_sheets.graft.splice import tree
from tdnv_sheets.graft.touched.formula import pieces
from tdnv_sheets.grid import address

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tdnv_sheets.graft.file import File
    from tdnv_sheets.graft.sheet import Sheet
    from tdnv_sheets.graft.touched.formula import Reference
    from tdnv_sheets.graft.touched.moves import Moves

_CHART: Final = "chart+xml"
_FORMULAS: Final = frozenset({"f", "formula", "formula1", "formula2"})


def pointing(file: File, ours: Collection[str], moves: Iterable[Moves]) -> Iterator[Lost]:
    """Give the formulas that point to other cells than before; *ours*: the titles of sheets that are drawn."""
    for moved in moves:
        if moved.still:
            continue
        names = [escape(name).encode() for name in moved.names]
        for listed in file.book.sheets:
            if listed.title not in ours and listed.kind == "worksheet":
                xml = file.package.xml(listed.part)
                if any(name in xml for name in names):
                    yield from _on_sheet(read_sheet(file.package, listed.part, listed.title, {}), listed.title, moved)
        for part in file.package.members:
            if file.package.content_type(part).endswith(_CHART):
                xml = file.package.xml(part)
                if any(name in xml for name in names):
                    texts = (node.text for node in tree(xml).walk() if node.name == "f")
                    yield from (Lost("pointing", "", text) for text in dict.fromkeys(texts) if _strays(text, moved))


def _on_sheet(sheet: Sheet, title: str, moves: Moves) -> Iterator[Lost]:
    for row in sheet.rows():
        for cell in row.cells:
            if cell.formula and _strays(cell.formula, moves):
                yield Lost("pointing", address(row.number, cell.column), cell.formula, title)
    for piece in sheet.pieces:
        texts = (node.text for node in tree(piece.xml).walk() if node.name in _FORMULAS)
        yield from (Lost("pointing", "", text, title) for text in dict.fromkeys(texts) if _strays(text, moves))


def _strays(formula: str, moves: Moves) -> bool:
    return any(not isinstance(item, str) and _is_elsewhere(item, moves) for item in pieces(formula))


def _is_elsewhere(item: Reference, moves: Moves) -> bool:
    """Say whether a reference should read otherwise by now; a range that reaches over all rows still may."""
    if item.sheet not in moves.names:
        return False
    here = moves.formula(f"{item.sheet}!{item.text}").removeprefix(f"{item.sheet}!")
    if here == item.text or item.first is None or item.last is None:
        return here != item.text
    low, high = sorted((item.first.row, item.last.row))
    whole = low <= moves.body[0] and high >= max(moves.least, moves.new_body[1])
    columns = range(min(item.first.column, item.last.column), max(item.first.column, item.last.column) + 1)
    return not whole or any(moves.column(column) != column for column in columns)
