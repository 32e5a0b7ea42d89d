"""Note what the fast reader cannot see of an .xlsx sheet, and cut out what it could not survive."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.grid import OLD_ERRORS, Place, address
from tdnv_sheets.intake.dde import calls_program
from tdnv_sheets.intake.extent import MAX_COLUMN, ROW_GAP, kept_extent
from tdnv_sheets.intake.fonts import Fonts, run_font
from tdnv_sheets.intake.refuse import MAX_CELLS, Refused, check_area

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Possessive throughout: a hostile sheet must not make the search for cells slower than linear.
_ROW: Final = re.compile(rb"<row\b([^<>]*+)>")
_CELL: Final = re.compile(
    rb"<(?:\w++:)?+(?:row\b([^<>]*+)>|c(?=[\s/>])([^<>]*+)>((?:[^<]++|<(?!/?+(?:\w++:)?+(?:c|row)[\s/>]))*+))"
)
_REF: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW_NUMBER: Final = re.compile(rb'\br="(\d{1,7})"')
_TYPE: Final = re.compile(rb'\bt="(\w++)"')
_STYLE: Final = re.compile(rb'\bs="(\d{1,6})"')
_HIDDEN: Final = re.compile(rb'\bhidden="(?:1|true|on)"|\b(?:ht|width)="0+(?:\.0*)?"')
_FORMULA: Final = re.compile(rb"<(?:\w++:)?+f(?:[\s/][^<>]*+)?>([^<]*+)")
_VALUE: Final = re.compile(rb"<(?:\w++:)?+v(?:\s[^<>]*+)?>([^<]++)<")
_TEXT: Final = re.compile(rb"<(?:\w++:)?+t(?:\s[^<>]*+)?>([^<]++)<")
_MERGE: Final = re.compile(rb'<(?:\w++:)?+mergeCell\b[^<>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_COLUMN: Final = re.compile(rb"<(?:\w++:)?+col\b([^<>]*+)>")
_FIRST_LAST: Final = re.compile(rb'\b(min|max)="(\d{1,5})"')
_UNUSUAL: Final = re.compile(rb'<(?:f|c(?! r="(?:A?[A-Y]|Z)\d)|row(?! r="\d))[\s/>]')
"""A formula, a cell or row that does not state its address first, or a cell beyond AY: all others are near each other."""
_LAST_COLUMN: Final = 16_384
_NEAR_COLUMNS: Final = 51
"""Up to AY, as far as no column can be far from another."""
_ONE_LETTER: Final = 26
_TWO_LETTERS: Final = re.compile(rb' r="[A-Z]{2}')
_PREFIXED: Final = re.compile(rb"<\w++:(?:row|c|v)[\s>]")
_LOOK_CLOSER: Final = re.compile(rb't="[de]"')
"""Error cells and written-out dates: then every cell is looked at, as it is where quotation marks are the other kind."""
_QUOTED: Final = re.compile(rb'"[^"]*+"|&quot;(?:[^&]++|&(?!quot;))*+&quot;')
_DDE: Final = re.compile(rb"DDE")
"""A pattern finds a few letters twice as fast as `in` does."""
_KNOWN_ERRORS: Final = frozenset(error.encode() for error in OLD_ERRORS)
"""What calamine knows; on any other it gives the whole sheet up (practice/engines.md)."""


@dataclass(slots=True)
class SheetScan:
    """What the fast reader cannot see of one sheet; cells as (row, column), 1-based."""

    errors: dict[Place, str] = field(default_factory=dict)
    uncached: set[Place] = field(default_factory=set)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    fonts: dict[Place, str] = field(default_factory=dict)
    iso: set[Place] = field(default_factory=set)
    """Cells whose date is written out instead of counted."""
    far: dict[Place, tuple[str, str]] = field(default_factory=dict)
    """Cells far from the table: their type as the file has it, and their value."""

    @property
    def far_first(self) -> str:
        """Give the address of the first far cell."""
        return address(*min(self.far)) if self.far else ""


def scan_sheet(data: bytes, fonts: Fonts) -> tuple[SheetScan, bytes]:
    """Look through the XML of one sheet in time linear in its length; give it without what must not be parsed."""
    # Columns are described before the cells and merged ranges after them.
    head, tail = data[: max(data.find(b"sheetData"), 0)], data[max(data.rfind(b"sheetData"), 0) :]
    found = SheetScan(merged=tuple(_merges(tail)), hidden_columns=frozenset(_hidden_columns(head)))
    if b"|" in data or _DDE.search(data):
        _refuse_dde(data)
    plain = not fonts and not _LOOK_CLOSER.search(data)
    plain = plain and not (b"'" in data and b"='" in data) and not _PREFIXED.search(data, 0, 20_000)
    if plain and not _UNUSUAL.search(data):
        together, hidden = _rows(data)
        if together:
            found.hidden_rows = hidden
            return found, data
    return _walk(data, fonts or None, found)


def _rows(data: bytes) -> tuple[bool, frozenset[int]]:
    """Say whether no row can be far from the table, and give the hidden rows."""
    hidden = set()
    last = number = 0
    columns = _NEAR_COLUMNS if _TWO_LETTERS.search(data) else _ONE_LETTER
    starts = list(_ROW.finditer(data))
    for index, match in enumerate(starts):
        stated = _ROW_NUMBER.search(match[1])
        number = int(stated[1]) if stated else number + 1
        if b"h" in match[1] and _HIDDEN.search(match[1]):
            hidden.add(number)
        if number <= ROW_GAP:
            continue
        end = starts[index + 1].start() if index + 1 < len(starts) else len(data)
        if data.find(b"<v", match.end(), end) >= 0 or data.find(b"<is", match.end(), end) >= 0:
            if number - max(last, ROW_GAP) > 1 or number * columns > MAX_CELLS:
                return False, frozenset()
            last = number
    return True, frozenset(hidden)


class _Cell(NamedTuple):
    """A cell as the walk meets it."""

    row: int
    column: int
    end: int
    attributes: bytes
    body: bytes

    @property
    def place(self) -> Place:
        return self.row, self.column


def _cells(data: bytes, hidden: set[int]) -> Iterator[_Cell]:
    """Give every cell with something in it, at the address that it states or that follows from its place."""
    row = column = 0
    for match in _CELL.finditer(data):
        attributes = match[1] if match[2] is None else match[2]
        if b"'" in attributes:
            attributes = attributes.replace(b"'", b'"')
        if match[2] is None:
            stated = _ROW_NUMBER.search(attributes)
            row, column = (int(stated[1]) if stated else row + 1), 0
            if _HIDDEN.search(attributes):
                hidden.add(row)
            continue
        ref = _REF.search(attributes)
        if ref is not None:
            row, column = int(ref[2]), _column(ref[1])
        else:
            column += 1
        if match[3] and not attributes.endswith(b"/"):
            yield _Cell(row, column, match.end(), attributes, match[3])


def _walk(data: bytes, fonts: Fonts | None, found: SheetScan) -> tuple[SheetScan, bytes]:
    """Look at every cell."""
    hidden: set[int] = set()
    filled: dict[int, int] = {}
    cuts: list[tuple[int, int, bytes]] = []
    for cell in _cells(data, hidden):
        kind = _TYPE.search(cell.attributes)
        if _note_cell(cell, kind[1] if kind else b"n", fonts, found):
            filled[cell.row] = filled.get(cell.row, 0) | 1 << min(cell.column, _LAST_COLUMN)
        if (
            found.errors
            and cell.place in found.errors
            and (wrong := _VALUE.search(cell.body))
            and wrong[1] not in _KNOWN_ERRORS
        ):
            at = cell.end - len(cell.body)
            cuts.append((at + wrong.start(1), at + wrong.end(1), b"#N/A"))
    found.hidden_rows = frozenset(hidden)
    last_row, last_column = kept_extent(filled)
    check_area(last_row, last_column)
    if max(filled, default=0) > last_row or max((m.bit_length() - 1 for m in filled.values()), default=0) > last_column:
        cuts = [*_cut_far(data, found, last_row, last_column), *cuts]
    return found, _without(data, cuts)


def _note_cell(cell: _Cell, kind: bytes, fonts: Fonts | None, found: SheetScan) -> bool:
    """Note an error, a formula without a value or a font; say whether the cell is filled."""
    body = cell.body
    value = _VALUE.search(body)
    if kind == b"e":
        found.errors[cell.place] = html.unescape(value[1].decode("utf-8", "replace")) if value else "#?"
        return True
    if kind == b"d":
        found.iso.add(cell.place)
    formula = (b"<f" in body or b":f" in body) and _FORMULA.search(body)
    if formula and value is None and kind != b"str":
        found.uncached.add(cell.place)
    if fonts is not None and kind in {b"s", b"str", b"inlineStr"}:
        font = _font(cell, kind, value[1] if value else b"", fonts)
        if font:
            found.fonts[cell.place] = font
    return value is not None or bool(formula) or _TEXT.search(body) is not None


def _font(cell: _Cell, kind: bytes, value: bytes, fonts: Fonts) -> str:
    """Give the legacy encoding that a cell's style or its rich text implies, or nothing."""
    style = _STYLE.search(cell.attributes)
    if kind == b"s" and value.isdigit() and (run := fonts.strings.get(int(value))):
        return run
    if kind == b"inlineStr" and (run := run_font(cell.body)):
        return run
    return fonts.styles.get(int(style[1]) if style else 0, "")


def _cut_far(data: bytes, found: SheetScan, last_row: int, last_column: int) -> Iterator[tuple[int, int, bytes]]:
    """Take the cells beyond the table out, and remember what they held."""
    for cell in _cells(data, set()):
        if cell.row <= last_row and cell.column <= last_column:
            continue
        kind = _TYPE.search(cell.attributes)
        value = _VALUE.search(cell.body)
        text = value[1] if value else b"".join(_TEXT.findall(cell.body))
        found.errors.pop(cell.place, None)
        found.fonts.pop(cell.place, None)
        if text or cell.place in found.uncached:
            found.uncached.discard(cell.place)
            shown = html.unescape(text.decode("utf-8", "replace"))
            found.far[cell.place] = (kind[1].decode() if kind else "n"), shown
        # What stands between this cell and the next tag goes too; the closing tag stays, so an empty cell remains.
        yield cell.end - len(cell.body), cell.end, b""


def _without(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    out: list[bytes] = []
    at = 0
    for start, end, instead in sorted(cuts):
        if start >= at:
            out += (data[at:start], instead)
            at = end
    return b"".join((*out, data[at:])) if cuts else data


def _refuse_dde(data: bytes) -> None:
    """Refuse a formula that starts another program."""
    for formula in _FORMULA.finditer(data):
        text = _QUOTED.sub(b"", formula[1].replace(b"&apos;", b"'"))
        if calls_program(text.decode("utf-8", "replace")):
            raise Refused("active-content", "active_dde")


def _merges(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    for m in _MERGE.finditer(data.replace(b"'", b'"') if b"ref='" in data else data):
        yield int(m[2]), _column(m[1]), int(m[4]), _column(m[3])


def _hidden_columns(data: bytes) -> Iterator[int]:
    for match in _COLUMN.finditer(data):
        attributes = match[1].replace(b"'", b'"')
        if _HIDDEN.search(attributes):
            ends: Mapping[bytes, int] = {m[1]: int(m[2]) for m in _FIRST_LAST.finditer(attributes)}
            yield from range(ends.get(b"min", 1), min(ends.get(b"max", 0), MAX_COLUMN) + 1)


@cache
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


def column_number(letters: str) -> int:
    """Give the 1-based number of a column: A → 1, AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
