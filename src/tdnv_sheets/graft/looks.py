"""Turn the numbers of looks and texts in drawn sheets into those of the office's tables.

The rows of a sheet that we have just drawn are written in one known way (`render/rows.py` and XlsxWriter), so they are
cut by a pattern instead of being parsed: ten times as fast. What does not look so is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.frames import rewritten
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.splice import with_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.graft.sheet import RowTouch
    from tdnv_sheets.graft.splice import Node

# `<` never stands in a text, so that nothing that people wrote can look like the beginning of a cell.
_CELL: Final = re.compile(rb'(<c r="[A-Z]{1,3}[0-9]{1,7}")(?: s="([0-9]+)")?( t="s"><v>[0-9]+)?')
_GROUPS: Final = 4
_ROW: Final = re.compile(rb'<row r="([0-9]{1,7})"([^<>]*?)(/?)>')
_ROW_LOOK: Final = re.compile(rb'(<row r="[0-9]{1,7}"[^<>]*? s=")([0-9]+)"')
_OWN_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"[^<>]*?(?:/>|>.*?</c>)')
_TEXT: Final = len(b' t="s"><v>')
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Numbers:
    """Drawn numbers → the office's."""

    cells: Sequence[int]
    differences: Sequence[int]
    texts: Sequence[int] = ()
    same_texts: bool = True

    @property
    def same(self) -> bool:
        """Whether the rows may stay as they are drawn."""
        return self.same_texts and all(at == number for number, at in enumerate(self.cells))

    def piece(self, xml: bytes) -> bytes:
        """Translate an element beside the rows, or a table."""
        if b"tyle=" not in xml and b"xfId=" not in xml:
            return xml
        return rewritten(xml, self._change)

    def _change(self, node: Node) -> Mapping[str, str | None] | None:
        values: dict[str, str | None] = {}
        for name, value in node.attributes.items():
            if not value.isdecimal():
                continue
            if node.name == "col" and name == "style":
                values[name] = str(self.cells[int(value)])
            elif name in {"dxfId", "dataDxfId", "headerRowDxfId", "totalsRowDxfId"} or name.endswith("BorderDxfId"):
                values[name] = str(self.differences[int(value)])
        return values

    def rows(self, xml: bytes, first: int, last: int) -> Iterator[bytes]:
        """Translate the rows that stand in *xml* between two places, some at a time."""
        if self.same:
            yield from _by_rows(xml, first, last)
            return
        looks: dict[bytes | None, bytes] = {
            str(number).encode(): f' s="{at}"'.encode() for number, at in enumerate(self.cells)
        }
        looks[None] = looks[b"0"] if self.cells[0] else b""
        for part in _by_rows(xml, first, last):
            yield self._translated(part, looks)

    def _translated(self, rows: bytes, looks: Mapping[bytes | None, bytes]) -> bytes:
        cut = _CELL.split(rows)
        if rows.count(b"<c ") != len(cut) // _GROUPS:
            raise CannotGraft("layout")
        cut[2::_GROUPS] = map(looks.__getitem__, cut[2::_GROUPS])
        places = self.texts
        if self.same_texts:
            cut[3::_GROUPS] = [text or b"" for text in cut[3::_GROUPS]]
        else:
            cut[3::_GROUPS] = [b' t="s"><v>%d' % places[int(text[_TEXT:])] if text else b"" for text in cut[3::_GROUPS]]
        done = b"".join(cut)
        if b" customFormat=" in done:
            done = _ROW_LOOK.sub(lambda found: found[1] + str(self.cells[int(found[2])]).encode() + b'"', done)
        return done


def _by_rows(xml: bytes, first: int, last: int) -> Iterator[bytes]:
    """Give the rows some at a time, each whole."""
    while first < last:
        end = last if last - first <= _CHUNK else xml.rfind(b"<row ", first + 1, first + _CHUNK)
        if end <= first:
            end = xml.find(b"<row ", first + 1, last)
            end = last if end < 0 else end
        yield xml[first:end]
        first = end


def with_touches(parts: Iterator[bytes], touches: Mapping[int, RowTouch]) -> Iterator[bytes]:
    """Give the translated rows with what the office did to some of them."""
    if not touches:
        yield from parts
        return
    left = dict(touches)
    for part in parts:
        places = [(found, int(found[1])) for found in _ROW.finditer(part)]
        out, at = [], 0
        for index, (found, number) in enumerate(places):
            touch = left.pop(number, None)
            if touch is None:
                continue
            end = places[index + 1][0].start() if index + 1 < len(places) else len(part)
            out += [part[at : found.start()], touched_row(part[found.start() : end], found, touch)]
            at = end
        yield b"".join([*out, part[at:]])
    if left:
        raise CannotGraft("layout", f"row {min(left)}")


def rows_by_number(rows: bytes) -> dict[int, tuple[bytes, re.Match[bytes]]]:
    """Cut drawn rows: number → the row, and where its tag is in it."""
    starts = [found.start() for found in _ROW.finditer(rows)]
    found = {}
    for start, end in zip(starts, (*starts[1:], len(rows)), strict=True):
        row = rows[start:end]
        if tag := _ROW.match(row):
            found[int(tag[1])] = row, tag
    return found


def touched_row(row: bytes, found: re.Match[bytes], touch: RowTouch) -> bytes:
    """Give one translated row with what the office did to it; *found* is the match of its tag."""
    opened = row[: found.end() - found.start()]
    body = row[len(opened) : -len(b"</row>")] if row.endswith(b"</row>") else b""
    opened = with_attributes(opened, {name: value or None for name, value in touch.attributes.items()})
    if touch.cells or touch.styles:
        cells = {_number(cell[1]): cell[0] for cell in _OWN_CELL.finditer(body)}
        for column, look in touch.styles.items():
            if column in cells:
                end = cells[column].index(b">") + 1
                cells[column] = with_attributes(cells[column][:end], {"s": str(look)}) + cells[column][end:]
        cells.update(touch.cells)
        body = b"".join(cells[column] for column in sorted(cells))
    if not body:
        return opened.removesuffix(b"/>").removesuffix(b">") + b"/>"
    return opened.removesuffix(b"/>").removesuffix(b">") + b">" + body + b"</row>"


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
