"""How the office prints a sheet: margins, paper, scale, header and footer, breaks, print area and repeated rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Side
from tdnv_sheets.graft.touched.formula import LAST_COLUMN, LAST_ROW, pieces
from tdnv_sheets.graft.touched.ground import Share, quoted, relation_id
from tdnv_sheets.graft.touched.markup import Node, piece
from tdnv_sheets.graft.touched.moves import Span, spans_of
from tdnv_sheets.grid import letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.graft.touched.ground import Ground

_BREAKS: Final = ("rowBreaks", "colBreaks")
NAMES: Final = ("printOptions", "pageMargins", "pageSetup", "headerFooter", *_BREAKS)
"""The pieces that this module gives."""
PRINT_AREA: Final = "_xlnm.Print_Area"
PRINT_TITLES: Final = "_xlnm.Print_Titles"
_DAY: Final = re.compile(r"\d{2}/\d{2}/\d{4}")
_BEFORE: Final = 12
"""How many signs before the as-of day tell that a day in a footer is that one."""


def paper(ground: Ground) -> Share:
    """Give the pieces and the names of the print set-up, and the printer's own settings."""
    found = [ground.piece(Side.OFFICE, name) or ground.piece(Side.DRAWN, name) for name in NAMES[:2]]
    setup = ground.piece(Side.OFFICE, "pageSetup") or ground.piece(Side.DRAWN, "pageSetup")
    relations = {}
    printer = relation_id(setup)
    if setup is not None and printer in ground.office.relations:
        relations[printer] = ground.office.relations[printer]
    found += [setup, _footer(ground), *(_breaks(ground, name) for name in _BREAKS)]
    return Share(tuple(piece(node) for node in found if node is not None), relations, names=_names(ground))


def _footer(ground: Ground) -> Node | None:
    """Take the office's header and footer, with the as-of day of now where they have ours; ours as it is drawn now."""
    ours, theirs = ground.piece(Side.DRAWN, "headerFooter"), ground.piece(Side.OFFICE, "headerFooter")
    if ours is None or theirs is None:
        return theirs  # one that was taken off stays off
    days = set(_told(ours))
    if [(n.tag, _DAY.sub("", n.text)) for n in theirs.children] == [
        (n.tag, _DAY.sub("", n.text)) for n in ours.children
    ]:
        return ours
    for node in theirs.children:
        for before, day in days:
            node.text = (before + day).join(re.split(re.escape(before) + _DAY.pattern, node.text))
    return theirs


def _told(node: Node) -> Iterator[tuple[str, str]]:
    """Give the days in a footer, each with what stands before it."""
    for part in node.children:
        for found in _DAY.finditer(part.text):
            yield part.text[max(found.start() - _BEFORE, 0) : found.start()], found[0]


def _breaks(ground: Ground, name: str) -> Node | None:
    """Send page breaks with their rows and columns."""
    node = ground.piece(Side.OFFICE, name)
    if node is None:
        return None
    to, most = (ground.moves.row, LAST_ROW) if name == "rowBreaks" else (ground.moves.column, LAST_COLUMN)
    kept = []
    for item in node.all("brk"):
        before = item.number("id")
        after = to(before)
        if after is not None and 0 < after < most:
            item.attributes["id"] = str(after)
            kept.append(item)
    node.children = kept
    node.attributes |= {"count": str(len(kept)), "manualBreakCount": str(sum(item.flag("man") for item in kept))}
    return node if kept else None


def _names(ground: Ground) -> dict[str, str]:
    """Take the office's names of this sheet; a print area of all rows is of all rows now."""
    names = {name: text for name, text in ground.drawn.names.items() if name not in {PRINT_AREA, PRINT_TITLES}}
    for name, text in ground.office.names.items():
        if name == PRINT_AREA:
            moved = _area(ground, text)
            names |= {name: moved} if moved else {}
        elif name == PRINT_TITLES or (name not in names and not name.startswith("_xlnm.")):
            names[name] = ground.moves.formula(text)
    return names


def _area(ground: Ground, text: str) -> str:
    """Send a print area along; one that reached over all columns does so again."""
    was, now = ground.moves.width
    out = []
    for item in pieces(text):
        if isinstance(item, str):
            continue
        for old in spans_of(item.text):
            for span in ground.moves.spans(old):
                whole = ground.keyed and old.first_column == 1 and old.last_column == was
                out.append(_absolute(span._replace(last_column=now) if whole else span))
    sheet = quoted(ground.office.title)
    return ",".join(f"{sheet}!{area}" for area in dict.fromkeys(out))


def _absolute(span: Span) -> str:
    first = f"${letters(span.first_column)}${span.first_row}"
    return f"{first}:${letters(span.last_column)}${span.last_row}"
