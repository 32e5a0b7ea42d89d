"""Change the values of a few cells in the office's file; every other byte of it stays as it is.

The cells are found in the sheet's bytes and replaced there; nothing of the sheet is parsed but its frame. A redraw of
100,000 rows takes many times as long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tdnv_sheets.graft.book import TOKEN_NAME
from tdnv_sheets.graft.file import File
from tdnv_sheets.graft.frames import cut
from tdnv_sheets.graft.package import ROOT, TYPES, changed_relations, changed_types, key, rels_of
from tdnv_sheets.graft.properties import SHEET, WORD, changed_properties
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import Side
from tdnv_sheets.graft.splice import spliced, text, with_attributes
from tdnv_sheets.graft.zipped import QUICK, ZipOut
from tdnv_sheets.grid import address, letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from tdnv_sheets.graft.frames import Cut

Content: TypeAlias = str | float | bool | None
"""What a cell is to hold; days as Excel's number of them, None is a blank cell."""
Changes: TypeAlias = "Mapping[tuple[int, int], Content]"
"""Row and column, counted from 1 → the new value."""
_CELL: Final = re.compile(rb'<(?:\w++:)?+c\b[^<>]*?\br="([A-Z]{1,3})[0-9]{1,7}"[^<>]*+>')
_MASTER: Final = re.compile(rb"""<(?:\w++:)?+f\b[^<>]*?\bt\s*=\s*["'](?:array|shared|dataTable)["']""")
_ROW_NUMBER: Final = re.compile(rb"""\br\s*=\s*["']([0-9]{1,7})["']""")


class _Edit(NamedTuple):
    """A place in a sheet's part and what stands there instead."""

    start: int
    end: int
    new: bytes
    formula: bool
    """Whether a formula goes."""


def patch(office: bytes, changes: Mapping[str, Changes], out: BinaryIO, *, token: str = "") -> None:
    """Write *office* with cells changed, by sheet title; its three carriers get the identity *token* where one is given.

    Cells keep their looks. Raises `CannotGraft` before anything is written: for a row that is not there, for a cell
    of a shared or array formula, for a file that is not understood.
    """
    file = File(office, Side.OFFICE)
    if file.identity().stamp is None:
        raise CannotGraft("not-ours")
    if token and file.sheet(SHEET) is not None:
        changes = {**changes, SHEET: {**changes.get(SHEET, {}), (1, 1): token}}
    contents: dict[str, bytes] = {}
    sheets: dict[str, tuple[bytes, list[_Edit]]] = {}
    for title, cells in changes.items():
        sheet = file.sheet(title)
        if sheet is None or sheet.kind != "worksheet":
            raise CannotGraft("titles", title)
        xml = file.package.xml(sheet.part)
        sheets[key(sheet.part)] = xml, list(_edits(xml, cut(xml), cells))
    formulas = any(edit.formula for _, edits in sheets.values() for edit in edits)
    contents |= dict(_carried(file, token))
    gone = _without_chain(file, contents) if formulas else frozenset()
    zipped = ZipOut(out)
    for name, member in file.package.members.items():
        if name in sheets:
            zipped.add(member.name, _pieces(*sheets[name]), level=QUICK)
        elif name in contents:
            zipped.add(member.name, (contents[name],))
        elif name not in gone:
            zipped.keep(member)
    zipped.close()


def _pieces(xml: bytes, edits: list[_Edit]) -> Iterator[bytes | memoryview]:
    """Give the sheet with its edits, in pieces that are not copied."""
    held, at = memoryview(xml), 0
    for edit in edits:
        yield held[at : edit.start]
        yield edit.new
        at = edit.end
    yield held[at:]


def _edits(xml: bytes, found: Cut, cells: Changes) -> Iterator[_Edit]:
    """Find the cells of a sheet, from the top."""
    if xml.find(b"<!", found.first, found.last) >= 0:
        raise CannotGraft("layout", "a comment among the rows")
    prefix = found.tag.encode().removesuffix(b"sheetData")
    rows: dict[int, dict[int, Content]] = {}
    for (row, column), value in sorted(cells.items()):
        rows.setdefault(row, {})[column] = value
    at = found.first
    for row, values in rows.items():
        start, end = _row(xml, prefix, row, at, found.last)
        yield from _in_row(xml, prefix, row, (start, end), values)
        at = end


def _row(xml: bytes, prefix: bytes, row: int, first: int, last: int) -> tuple[int, int]:
    """Give where the cells of a row begin and end."""
    tag = b"<" + prefix + b"row"
    start = xml.find(tag + b' r="%d"' % row, first, last)
    if start < 0:  # it is written in another way, or is not there
        start = _row_by_row(xml, tag, row, first, last)
    inside = xml.index(b">", start) + 1
    if xml[inside - 2 : inside] == b"/>":
        raise CannotGraft("layout", f"row {row} is empty")
    return inside, xml.index(b"</" + prefix + b"row", inside, last)


def _row_by_row(xml: bytes, tag: bytes, row: int, first: int, last: int) -> int:
    at = xml.find(tag, first, last)
    while at >= 0:
        stated = _ROW_NUMBER.search(xml, at, xml.index(b">", at))
        if stated is not None and int(stated[1]) == row:
            return at
        at = xml.find(tag, at + 1, last)
    raise CannotGraft("layout", f"row {row} is not there")


def _in_row(
    xml: bytes, prefix: bytes, row: int, area: tuple[int, int], values: Mapping[int, Content]
) -> Iterator[_Edit]:
    held = {}
    for cell in _CELL.finditer(xml, *area):
        if cell[0].endswith(b"/>"):
            end = cell.end()
        else:
            end = xml.index(b">", xml.index(b"</" + prefix + b"c", cell.end())) + 1
        held[cell[1]] = cell, end
    places = [(_number(name), cell.start()) for name, (cell, _) in held.items()]
    for column, value in values.items():
        known = held.get(letters(column).encode())
        if known is not None:
            cell, end = known
            inside = xml[cell.end() : end]
            if _MASTER.search(inside):
                raise CannotGraft("layout", f"{address(row, column)} is part of a larger formula")
            yield _Edit(cell.start(), end, _cell(cell[0], prefix, value), b"<" + prefix + b"f" in inside)
        elif value is not None:
            at = next((start for number, start in places if number > column), area[1])
            opened = b"<" + prefix + b'c r="' + address(row, column).encode() + b'">'
            yield _Edit(at, at, _cell(opened, prefix, value), formula=False)


def _number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _cell(opened: bytes, prefix: bytes, value: Content) -> bytes:
    """Give a cell that holds *value*, with the attributes that it had."""
    kind = "b" if isinstance(value, bool) else "inlineStr" if isinstance(value, str) else None
    tag = with_attributes(opened, {"t": kind, "cm": None, "vm": None}).removesuffix(b"/>").removesuffix(b">").rstrip()
    if value is None:
        return tag + b"/>"
    p, close = prefix.decode(), b"</" + prefix + b"c>"
    if isinstance(value, str):
        shown = f'<{p}is><{p}t xml:space="preserve">{text(_plain(value))}</{p}t></{p}is>'
    else:
        shown = f"<{p}v>{int(value) if isinstance(value, bool) else format(value, '.16G')}</{p}v>"
    return tag + b">" + shown.encode() + close


def _plain(value: str) -> str:
    """Escape what XML cannot hold, and what would be taken for such an escape, as the format asks."""
    value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value)
    return re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", value)


def _carried(file: File, token: str) -> Iterator[tuple[str, bytes]]:
    """Give the parts that carry the identity, with a new one; the hidden sheet has it among its changes."""
    part = file.package.by_word(ROOT, WORD)
    if token and part and file.package.has(part):
        yield key(part), changed_properties(file.package.xml(part), token)
    nodes = [name.node for name in file.book.names if token and name.name == TOKEN_NAME and name.sheet is None]
    edits = [(node.inside, node.close, text(f'"{token}"').encode()) for node in nodes]
    calc = file.book.root.child("calcPr")
    if calc is not None:
        opened = with_attributes(file.book.xml[calc.start : calc.inside], {"fullCalcOnLoad": "1"})
        edits.append((calc.start, calc.inside, opened))
    yield key(file.book.part), spliced(file.book.xml, edits)


def _without_chain(file: File, contents: dict[str, bytes]) -> frozenset[str]:
    """Take the chain of calculation out: it names the cells that hold formulas, and one of these holds a value now."""
    part = file.book.part
    chain = file.package.by_word(part, "calcChain")
    if not chain:
        return frozenset()
    gone = [number for number, item in file.package.relations(part).items() if item.word == "calcChain"]
    place = rels_of(part)
    contents[key(place)] = changed_relations(file.package.xml(place), {}, gone, part)
    contents[key(TYPES)] = changed_types(file.package.xml(TYPES), {}, [chain], {})
    return frozenset({key(chain)})
