"""What lies over the cells of our sheets or hangs on them, and is the office's own: shapes, pictures, charts, controls, slicers.

It stays as it is. Our own charts are drawn anew: they are known by their names, and in files of before they had one by
the cell at which they begin.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.frames import free_ids, rewritten, with_ids
from tdnv_sheets.graft.sheet import MAIN, RELATIONS, Lost, Made, Piece
from tdnv_sheets.graft.splice import alone, appended, spliced, tree
from tdnv_sheets.stamp import OWN_OBJECT, OWN_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.graft.sheet import Relation, Sheet, Touched
    from tdnv_sheets.graft.splice import Node

_KEPT: Final = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "customProperties", "webPublishItems"}
    | {"smartTags", "cellWatches"}
)
"""Pieces of the office's that are taken over as they are."""
_DRAWN_ANEW: Final = frozenset(
    {"comments", "vmlDrawing", "threadedComment", "table", "printerSettings", "hyperlink", "drawing", "image"}
)
"""Relations that belong to a piece which is drawn or was decided on; any other goes with its sheet."""
_EXTENSIONS: Final = frozenset({"slicerList", "timelineRefs"})
_ID: Final = f"{{{RELATIONS}}}"


def with_objects(office: Sheet, drawn: Sheet, done: Touched) -> Touched:
    """Give the sheet with the office's objects on it."""
    pieces, relations, made = list(done.pieces), dict(done.relations), dict(done.made)
    there = {piece.name for piece in pieces}
    pieces += [piece for piece in office.pieces if piece.name in _KEPT and piece.name not in there]
    extensions = [xml for piece in office.all("extLst") for xml in _extensions(piece)]
    if extensions:
        pieces = _with_extensions(pieces, extensions)
    for piece in office.all("drawing"):
        _merge_drawing(_Two(office, drawn), piece, pieces, relations, made)
    for number in {number for piece in pieces for number in _called(piece.xml)}:
        if number in office.relations:
            relations.setdefault(number, office.relations[number])
    relations |= {number: item for number, item in office.relations.items() if item.word not in _DRAWN_ANEW}
    lost = (*done.lost, *_own_tables(office, drawn))
    return replace(done, pieces=tuple(pieces), relations=relations, made=made, lost=lost, newer=office.newer)


def _own_tables(office: Sheet, drawn: Sheet) -> Iterator[Lost]:
    """Name the tables that people made beside ours: their cells are not drawn."""
    ours = {name.casefold() for name in OWN_TABLES} | {name.casefold() for name, _ in _tables(drawn)}
    yield from (Lost("part", place, name) for name, place in _tables(office) if name.casefold() not in ours)


def _tables(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for relation in sheet.relations.values():
        if relation.word == "table":
            about = tree(sheet.part(relation), depth=0).attributes
            yield about.get("displayName", ""), about.get("ref", "")


def _extensions(piece: Piece) -> list[bytes]:
    root = tree(piece.xml)
    return [alone(piece.xml, node) for node in root.children if any(child.name in _EXTENSIONS for child in node.walk())]


def _with_extensions(pieces: list[Piece], extensions: list[bytes]) -> list[Piece]:
    held = next(
        (piece for piece in pieces if piece.name == "extLst"), Piece("extLst", f'<extLst xmlns="{MAIN}"/>'.encode())
    )
    there = {node.attributes.get("uri") for node in tree(held.xml).children}
    new = b"".join(xml for xml in extensions if tree(xml).attributes.get("uri") not in there)
    whole = Piece("extLst", spliced(held.xml, appended(held.xml, tree(held.xml), new)))
    return [*(piece for piece in pieces if piece.name != "extLst"), whole]


def _called(xml: bytes) -> Iterator[str]:
    """Give the ids of relations that an element calls."""
    if b":" in xml:
        for node in tree(xml).walk():
            yield from (value for name, value in node.attributes.items() if name.startswith(_ID))


class _Two(NamedTuple):
    """A sheet as the office left it and as it is drawn."""

    office: Sheet
    drawn: Sheet


def _merge_drawing(
    two: _Two, piece: Piece, pieces: list[Piece], relations: dict[str, Relation], made: dict[str, Made]
) -> None:
    """Put the office's shapes into our drawing, or take the whole of it where we have none."""
    number = next(_called(piece.xml), "")
    theirs = two.office.relations.get(number)
    if theirs is None:
        return
    xml = two.office.part(theirs)
    ours = next((held for held in pieces if held.name == "drawing"), None)
    if ours is None:
        gone = _our_charts(tree(xml), {})
        if len(gone) == len(tree(xml).children):
            return
        pieces.append(piece)
        relations[number] = theirs
        if gone:
            made[number] = Made(spliced(xml, ((node.start, node.end, b"") for node in gone)))
        return
    own = next(_called(ours.xml))
    new = two.drawn.part(relations[own])
    gone = _our_charts(tree(xml), _starts(tree(new)))
    if len(gone) < len(tree(xml).children):
        kept = spliced(xml, ((node.start, node.end, b"") for node in gone))
        called = set(_called(kept))
        links = {id_: item for id_, item in two.office.related(theirs).items() if id_ in called}
        made[own] = _joined(kept, links, new, two.drawn.related(relations[own]))


def _joined(kept: bytes, links: dict[str, Relation], new: bytes, more: Mapping[str, Relation]) -> Made:
    """Put the drawn shapes behind the office's, with ids that are free there."""
    ids = free_ids(more, links)
    shapes = count(1 + max((_shape(node) for node in tree(kept).walk()), default=0))

    def change(node: Node) -> dict[str, str | None] | None:
        if node.name == "cNvPr":
            return {"id": str(next(shapes))}
        return None

    changed = with_ids(rewritten(new, change), ids)
    anchors = b"".join(alone(changed, node) for node in tree(changed).children)
    links |= {ids[old]: relation for old, relation in more.items()}
    return Made(spliced(kept, appended(kept, tree(kept), anchors)), links)


def _shape(node: Node) -> int:
    number = node.attributes.get("id", "") if node.name == "cNvPr" else ""
    return int(number) if number.isdecimal() else 0


def _our_charts(drawing: Node, starts: Mapping[str, tuple[str, ...]]) -> list[Node]:
    """Give the shapes that are our charts, by name; where none has one of our names, by the cell at which they begin."""
    charts = [node for node in drawing.children if any(inner.name == "chart" for inner in node.walk())]
    named = [node for node in charts if _name(node).startswith(OWN_OBJECT)]
    return named or [node for node in charts if _start(node) in starts.values()]


def _starts(drawing: Node) -> dict[str, tuple[str, ...]]:
    return {_name(node): _start(node) for node in drawing.children}


def _name(anchor: Node) -> str:
    return next((node.attributes.get("name", "") for node in anchor.walk() if node.name == "cNvPr"), "")


def _start(anchor: Node) -> tuple[str, ...]:
    start = next((node for node in anchor.walk() if node.name == "from"), None)
    return tuple(node.text for node in start.children if node.name in {"col", "row"}) if start else ()
