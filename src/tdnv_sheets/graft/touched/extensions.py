"""What newer Excels keep behind a sheet: their colour rules, checks and sparklines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Lost, Side
from tdnv_sheets.graft.touched.areas import formulas, limited, moved
from tdnv_sheets.graft.touched.ground import Share
from tdnv_sheets.graft.touched.markup import local, piece
from tdnv_sheets.graft.touched.moves import listed, spans_of

if TYPE_CHECKING:
    from tdnv_sheets.graft.touched.ground import Ground
    from tdnv_sheets.graft.touched.markup import Node
    from tdnv_sheets.graft.touched.moves import Span

NAMES: Final = ("extLst",)
"""The piece that this module gives."""
_OBJECTS: Final = frozenset({"slicerList", "timelineRefs"})
"""They stand over the cells; `objects.py` keeps them."""
_NAMED: Final = {"conditionalFormatting": "rule", "dataValidation": "validation", "sparkline": "sparkline"}


def extensions(ground: Ground) -> Share:
    """Give the sheet's extensions: what is drawn, and the office's at the places of its cells."""
    ours, theirs = ground.piece(Side.DRAWN, "extLst"), ground.piece(Side.OFFICE, "extLst")
    if theirs is None:
        return Share((piece(ours),) if ours else ())
    lost: list[Lost] = []
    kept = []
    for item in theirs.children:
        if any(local(node.tag) in _OBJECTS for node in item.children):
            continue
        had = bool(item.children)
        _prune(ground, item, lost)
        if item.children or not had:
            kept.append(item)
    theirs.children = _joined(ours.children if ours else [], kept)
    return Share((piece(theirs),) if theirs.children else (), lost=tuple(lost))


def _joined(ours: list[Node], theirs: list[Node]) -> list[Node]:
    """Put the contents of one kind into one extension, as Excel asks."""
    out = list(ours)
    for item in theirs:
        same = next((node for node in out if node.attributes.get("uri") == item.attributes.get("uri")), None)
        if same is None or not same.children or not item.children:
            out.append(item)
            continue
        same.attributes = {**item.attributes, **same.attributes}
        same.children[0].children += item.children[0].children
        if "count" in same.children[0].attributes:
            same.children[0].attributes["count"] = str(len(same.children[0].children))
    return out


def _prune(ground: Ground, node: Node, lost: list[Lost]) -> None:
    """Send everything below *node* that has areas to its new cells; take out what has none any more."""
    kept = []
    for child in node.children:
        areas = next((item for item in child.children if local(item.tag) == "sqref"), None)
        if areas is not None:
            if _sent(ground, child, areas, lost):
                kept.append(child)
            continue
        had = bool(child.children)
        _prune(ground, child, lost)
        if child.children or not had:
            kept.append(child)
    node.children = kept
    if "count" in node.attributes:
        node.attributes["count"] = str(len(kept))


def _sent(ground: Ground, item: Node, areas: Node, lost: list[Lost]) -> bool:
    kind, before = local(item.tag), areas.text
    after = _places(ground, kind, before)
    if not after:
        lost.append(Lost(_NAMED.get(kind, "part"), before, "" if kind in _NAMED else kind))
        return False
    if kind == "sparkline":  # its cells are named as they are, not as seen from its own
        for node in item.children:
            node.text = ground.moves.formula(node.text) if local(node.tag) == "f" else node.text
    else:
        formulas(ground.moves, item, before, after)
    areas.text = listed(after)
    return True


def _places(ground: Ground, kind: str, before: str) -> list[Span]:
    """Give the new cells; a check stands on the office's own columns only, and nothing on rows without keys."""
    if not ground.keyed or not spans_of(before):
        return []
    after = moved(ground.moves, before)
    return limited(after, ground.own) if kind == "dataValidation" else after
