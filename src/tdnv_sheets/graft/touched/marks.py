"""What else stands on single cells: links, merged cells of the head, errors that were waved through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.sheet import Lost, Side
from tdnv_sheets.graft.touched.areas import moved
from tdnv_sheets.graft.touched.ground import Share, relation_id
from tdnv_sheets.graft.touched.markup import Node, piece
from tdnv_sheets.graft.touched.moves import listed, spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.graft.sheet import Relation
    from tdnv_sheets.graft.touched.ground import Ground
    from tdnv_sheets.graft.touched.moves import Span

_MERGED, _LINKS, _ERRORS, _WATCHES = NAMES = ("mergeCells", "hyperlinks", "ignoredErrors", "cellWatches")
"""The pieces that this module gives."""
_UNKEPT: Final = {"scenarios": "scenario", "customSheetViews": "part", "smartTags": "part", "webPublishItems": "part"}
"""What names cells in its own way, and is so rare that it is said instead of kept."""


def marks(ground: Ground) -> Share:
    """Give what stands on single cells, and say what of the sheet is of no kind that is kept."""
    shares = (_merged(ground), _links(ground), _errors(ground))
    lost = [item for share in shares for item in share.lost]
    lost += [Lost(what, "", name) for name, what in _UNKEPT.items() if ground.office.all(name)]
    pieces = tuple(item for share in shares for item in share.pieces)
    return Share(pieces, shares[1].relations, lost=tuple(lost))


def _merged(ground: Ground) -> Share:
    """Keep what the office merged in the head; in the body merged cells would hide what they cover."""
    ours, theirs = ground.piece(Side.DRAWN, _MERGED), ground.piece(Side.OFFICE, _MERGED)
    if theirs is None or not ground.keyed:
        return Share((piece(ours),) if ours else ())
    node = ours or Node(_MERGED)
    taken = [span for item in node.children for span in spans_of(item.attributes.get("ref", ""))]
    lost = []
    for item in theirs.all("mergeCell"):
        before = item.attributes.get("ref", "")
        after = moved(ground.moves, before)
        if after and after[0] in taken:
            continue
        if len(after) == 1 and after[0].last_row < ground.header - 1 and not _meets(after[0], taken):
            node.children.append(Node("mergeCell", {"ref": str(after[0])}))
            taken += after
        else:
            lost.append(Lost("merge", before))
    node.attributes["count"] = str(len(node.children))
    return Share((piece(node),) if node.children else (), lost=tuple(lost))


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(
        span.first_row <= other.last_row
        and other.first_row <= span.last_row
        and span.first_column <= other.last_column
        and other.first_column <= span.last_column
        for other in others
    )


def _links(ground: Ground) -> Share:
    """Keep the office's links on its cells; where we draw one, ours stays."""
    ours, theirs = ground.piece(Side.DRAWN, _LINKS), ground.piece(Side.OFFICE, _LINKS)
    node = ours or Node(_LINKS)
    taken = [span for item in node.children for span in spans_of(item.attributes.get("ref", ""))]
    relations: dict[str, Relation] = {}
    lost = []
    for item in theirs.all("hyperlink") if theirs else ():
        relation = ground.office.relations.get(relation_id(item))
        before = item.attributes.get("ref", "")
        if not ground.keyed:
            if relation is not None and relation.target not in {r.target for r in ground.drawn.relations.values()}:
                lost.append(Lost("link", before, relation.target))
            continue
        after = moved(ground.moves, before)
        if not after:
            lost.append(Lost("link", before, relation.target if relation else item.attributes.get("location", "")))
        elif not _meets(after[0], taken):
            item.attributes["ref"] = str(after[0])
            node.attributes = {**(theirs.attributes if theirs else {}), **node.attributes}
            node.children.append(item)
            relations |= {relation_id(item): relation} if relation else {}
    return Share((piece(node),) if node.children else (), relations, lost=tuple(lost))


def _errors(ground: Ground) -> Share:
    """Keep the green corners away from the cells where the office waved them through."""
    ours = [node for name in (_ERRORS, _WATCHES) if (node := ground.piece(Side.DRAWN, name))]
    if not ground.keyed:
        return Share(tuple(map(piece, ours)))
    found = []
    for name, place in ((_ERRORS, "sqref"), (_WATCHES, "r")):
        node = ground.piece(Side.OFFICE, name)
        for item in list(node.children) if node else ():
            after = moved(ground.moves, item.attributes.get(place, "")) if place in item.attributes else []
            if node and not after:
                node.children.remove(item)
            item.attributes[place] = listed(after)
        mine = next((other for other in ours if other.tag == name), None)
        if node and node.children:
            node.children = [*(mine.children if mine else ()), *node.children]
            found.append(node)
        elif mine:
            found.append(mine)
    return Share(tuple(map(piece, found)))
