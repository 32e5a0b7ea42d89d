"""Notes and threaded comments of the office, which go with their task and column, beside the notes that we draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.sheet import Lost, Made, Side
from tdnv_sheets.graft.touched.ground import Share, relation_id
from tdnv_sheets.graft.touched.markup import Node, NotXml, local, parse, piece, write
from tdnv_sheets.graft.touched.moves import spans_of
from tdnv_sheets.graft.touched.shapes import merged_shapes
from tdnv_sheets.grid import address
from tdnv_sheets.stamp import AUTHOR

if TYPE_CHECKING:
    from tdnv_sheets.graft.sheet import Relation, Sheet
    from tdnv_sheets.graft.touched.ground import Ground

NAMES: Final = ("legacyDrawing",)
"""The piece that this module gives."""
COMMENTS, THREADS, SHAPES = "comments", "threadedComment", "vmlDrawing"
_BREAK: Final = re.compile(rb"<br\s*>")


class _Notes(NamedTuple):
    """The notes of one sheet: where its parts are, and what they hold."""

    relation: str
    root: Node
    notes: dict[str, Node]
    """Cell → its note."""


def notes(ground: Ground) -> Share:
    """Give the parts of notes; on a sheet whose rows have no keys only ours are left, and the others are told."""
    theirs, ours = _read(ground.office), _read(ground.drawn)
    foreign = _foreign(theirs) if theirs else {}
    controls = bool(ground.office.all("controls") or ground.office.all("oleObjects"))
    if not ground.keyed:
        lost = tuple(Lost("note", place, _told(note)) for place, note in foreign.items())
        return _drawn(ground, lost) if not controls else _with_shapes(ground, {}, ours, lost)
    kept: dict[str, Node] = {}
    lost_here = []
    for place, note in foreign.items():
        new = _moved(ground, place)
        if new and new not in kept:
            kept[new] = note
        else:
            lost_here.append(Lost("note", place, _told(note)))
    if not kept and not controls:
        return _drawn(ground, tuple(lost_here))
    share = _with_shapes(ground, {place: place for place in foreign}, ours, tuple(lost_here))
    if theirs is None or not (kept or ours):
        return share
    made = dict(share.made)
    relations = dict(share.relations)
    mine = {place: note for place, note in ours.notes.items() if place not in kept} if ours else {}
    if kept or mine:
        made[theirs.relation] = Made(write(_joined(theirs, kept, ours, mine)))
        relations[theirs.relation] = ground.office.relations[theirs.relation]
    threads = _threads(ground)
    return share._replace(
        made={**made, **threads.made},
        relations={**relations, **threads.relations},
        lost=(*share.lost, *threads.lost),
    )


def _drawn(ground: Ground, lost: tuple[Lost, ...]) -> Share:
    """Give the parts as they are drawn."""
    relations = {
        name: relation for name, relation in ground.drawn.relations.items() if relation.word in {COMMENTS, SHAPES}
    }
    node = ground.piece(Side.DRAWN, "legacyDrawing")
    return Share((piece(node),) if node else (), relations, lost=lost)


def _with_shapes(ground: Ground, places: dict[str, str], ours: _Notes | None, lost: tuple[Lost, ...]) -> Share:
    """Give the office's part of shapes, the shapes of notes in their new places and ours added."""
    node = ground.piece(Side.OFFICE, "legacyDrawing")
    relation = relation_id(node)
    moved = {place: _moved(ground, place) for place in places} if ground.keyed else {}
    taken = {new for new in moved.values() if new}
    mine = {place for place in (ours.notes if ours else {}) if place not in taken}
    if node is None or relation not in ground.office.relations:
        return _drawn(ground, lost)
    base = _shapes(ground.office, relation)
    drawn = _shapes(ground.drawn, relation_id(ground.piece(Side.DRAWN, "legacyDrawing")))
    if base is None:
        return Share(
            (piece(node),), {relation: ground.office.relations[relation]}, lost=(*lost, Lost("part", "", "vml"))
        )
    merged_shapes(base, moved, drawn, mine)
    relations: dict[str, Relation] = {relation: ground.office.relations[relation]}
    made = {relation: Made(write(base))}
    if mine and not places and ours is not None:  # the office has shapes and no note of its own: the texts are ours
        relations[ours.relation] = ground.drawn.relations[ours.relation]
    return Share((piece(node),), relations, made, lost=lost)


def _shapes(sheet: Sheet, relation: str) -> Node | None:
    found = sheet.relations.get(relation)
    if found is None:
        return None
    try:
        return parse(_BREAK.sub(b"<br/>", sheet.part(found)), plain=False)
    except NotXml:
        return None


def _read(sheet: Sheet) -> _Notes | None:
    for name, relation in sheet.relations.items():
        if relation.word != COMMENTS:
            continue
        try:
            root = parse(sheet.part(relation))
        except NotXml:
            return None
        listed = root.child("commentList")
        return _Notes(name, root, {n.attributes.get("ref", ""): n for n in listed.children} if listed else {})
    return None


def _authors(found: _Notes) -> list[str]:
    node = found.root.child("authors")
    return [item.text for item in node.children] if node else []


def _foreign(found: _Notes) -> dict[str, Node]:
    """Give the notes that are not ours."""
    authors = _authors(found)
    ours = {str(number) for number, name in enumerate(authors) if name == AUTHOR}
    return {place: note for place, note in found.notes.items() if note.attributes.get("authorId") not in ours}


def _told(note: Node) -> str:
    return "".join(node.text for node in note.walk() if local(node.tag) == "t")


def _moved(ground: Ground, place: str) -> str:
    spans = spans_of(place)
    if not spans:
        return ""
    row, column = ground.moves.row(spans[0].first_row), ground.moves.column(spans[0].first_column)
    return address(row, column) if row and column else ""


def _joined(theirs: _Notes, kept: dict[str, Node], ours: _Notes | None, mine: dict[str, Node]) -> Node:
    """Put the office's notes and ours into the office's part."""
    root = theirs.root
    authors = root.child("authors") or Node("authors")
    listed = []
    for place, note in kept.items():
        note.attributes["ref"] = place
        listed.append(note)
    names = _authors(theirs)
    for place, note in mine.items():
        if AUTHOR not in names:
            names.append(AUTHOR)
            authors.children.append(Node("author", text=AUTHOR))
        note.attributes |= {"ref": place, "authorId": str(names.index(AUTHOR))}
        listed.append(note)
    listed.sort(
        key=lambda note: (spans_of(note.attributes["ref"])[0].first_column, spans_of(note.attributes["ref"])[0])
    )
    extension = [child for child in root.children if child.tag not in {"authors", "commentList"}]
    root.children = [authors, Node("commentList", {}, listed), *extension]
    _ = ours
    return root


def _threads(ground: Ground) -> Share:
    """Send threaded comments along; what was said about a row that is gone is told."""
    made, relations, lost = {}, {}, []
    for name, relation in ground.office.relations.items():
        if relation.word != THREADS:
            continue
        try:
            root = parse(ground.office.part(relation), plain=False)
        except NotXml:
            continue
        kept = []
        for item in root.children:
            new = _moved(ground, item.attributes.get("ref", ""))
            if new:
                item.attributes["ref"] = new
                kept.append(item)
            else:
                text = "".join(node.text for node in item.walk() if local(node.tag) == "text")
                lost.append(Lost("note", item.attributes.get("ref", ""), text))
        root.children = kept
        if kept:
            relations[name] = relation
            made[name] = Made(write(root))
    return Share(relations=relations, made=made, lost=tuple(lost))
