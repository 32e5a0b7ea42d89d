"""Read sheets for the grafting: the elements beside the rows as a tree, the rows as a stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.rows import rows_of
from tdnv_sheets.graft.sheet import RELATIONS, Piece, Sheet, Side
from tdnv_sheets.graft.splice import alone, parser, spliced, tag_end, tree, with_attributes

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from tdnv_sheets.graft.package import Package
    from tdnv_sheets.graft.sheet import Relation, Touched
    from tdnv_sheets.graft.splice import Node

_CHUNK: Final = 2**18
COMPATIBLE: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WRAPPED: Final = frozenset({"controls", "oleObjects"})


@dataclass(frozen=True, slots=True)
class Cut:
    """A sheet's part, cut at its rows."""

    xml: bytes
    """Everything but <sheetData>."""
    root: Node
    """The root of that, with its children."""
    first: int
    """Where the rows begin in the whole part."""
    last: int
    """Where they end."""
    tag: str
    """As <sheetData> is written."""


def cut(xml: bytes) -> Cut:
    """Cut a sheet at its rows; the parser runs over all but these. Raises `CannotGraft`."""
    tag, start = _start_of_rows(xml)
    first = tag_end(xml, start)
    if xml[first - 2 : first] == b"/>":
        last = after = first
    else:
        last = xml.rfind(b"</" + tag.encode())
        if last < first:
            raise CannotGraft("damaged", "sheetData")
        after = tag_end(xml, last)
    frame = xml[:start] + xml[after:]
    return Cut(frame, tree(frame), first, last, tag)


class _Found(Exception):
    """The rows begin."""


def _start_of_rows(xml: bytes) -> tuple[str, int]:
    expat = parser()
    place = -1
    found = ""

    def opens(tag: str, _: object) -> None:
        nonlocal place, found
        if tag.rpartition(":")[2] == "sheetData":
            place, found = expat.CurrentByteIndex, tag
            raise _Found

    expat.StartElementHandler = opens
    try:
        for at in range(0, len(xml), _CHUNK):
            expat.Parse(xml[at : at + _CHUNK], False)  # noqa: FBT003 - expat's own argument
    except _Found:
        return found, place
    except ExpatError as problem:
        raise CannotGraft("damaged", str(problem)) from problem
    raise CannotGraft("damaged", "sheetData")


def pieces_of(found: Cut) -> tuple[Piece, ...]:
    """Give the elements beside the rows."""
    return tuple(Piece(_called(node), alone(found.xml, node)) for node in found.root.children)


def _called(node: Node) -> str:
    if node.name != "AlternateContent":
        return node.name
    return next((inner.name for inner in node.walk() if inner.name in _WRAPPED), node.name)


def read_sheet(
    package: Package, part: str, title: str, names: Mapping[str, str], translate: Callable[[bytes], bytes] | None = None
) -> Sheet:
    """Read a sheet; *translate* turns the numbers of looks in a piece or a part into the office's."""
    xml = package.xml(part)
    return sheet_of(package, part, title, names, (xml, cut(xml)), translate)


def sheet_of(  # noqa: PLR0917 - as `read_sheet`
    package: Package,
    part: str,
    title: str,
    names: Mapping[str, str],
    held: tuple[bytes, Cut],
    translate: Callable[[bytes], bytes] | None = None,
) -> Sheet:
    """Read a sheet whose part was inflated and cut before: *held*."""
    xml, found = held

    def content(relation: Relation) -> bytes:
        inside = package.xml(relation.target)
        return translate(inside) if translate is not None and relation.word == "table" else inside

    pieces = pieces_of(found)
    if translate is not None:
        pieces = tuple(Piece(piece.name, translate(piece.xml)) for piece in pieces)
    return Sheet(
        title=title,
        pieces=pieces,
        relations=package.relations(part),
        names=names,
        part=content,
        rows=partial(rows_of, xml, found),
        related=lambda relation: package.relations(relation.target),
        newer={prefix: found.root.spaces[prefix] for prefix in _ignorable(found.root)},
    )


def _ignorable(root: Node) -> list[str]:
    named = root.attributes.get(f"{{{COMPATIBLE}}}Ignorable", "").split()
    return [prefix for prefix in named if prefix in root.spaces]


def renumbered(sheet: Sheet, taken: Mapping[str, Relation]) -> Sheet:
    """Give a drawn sheet whose ids of relations are none of those *taken*."""
    ids = free_ids(sheet.relations, taken)
    pieces = tuple(Piece(piece.name, with_ids(piece.xml, ids)) for piece in sheet.pieces)
    return replace(sheet, pieces=pieces, relations={ids[old]: item for old, item in sheet.relations.items()})


def settled_ids(touched: Touched) -> Touched:
    """Give the drawn relations the first ids that the office's leave free, so that the next redraw gives the same."""
    office = {number: item for number, item in touched.relations.items() if item.side is Side.OFFICE}
    ids = free_ids([number for number in touched.relations if number not in office], office)
    return replace(
        touched,
        pieces=tuple(Piece(piece.name, with_ids(piece.xml, ids)) for piece in touched.pieces),
        relations={ids.get(number, number): item for number, item in touched.relations.items()},
        made={ids.get(number, number): part for number, part in touched.made.items()},
    )


def free_ids(wanted: Iterable[str], taken: Container[str]) -> dict[str, str]:
    """Give each id of a relation a new one, which is not *taken*."""
    free = (f"rId{number}" for number in count(1) if f"rId{number}" not in taken)
    return dict(zip(wanted, free, strict=False))


def with_ids(xml: bytes, ids: Mapping[str, str]) -> bytes:
    """Give an element that calls relations by their new ids."""
    if not any(number.encode() in xml for number in ids):
        return xml

    def change(node: Node) -> dict[str, str | None]:
        prefixes = {f"{{{space}}}": prefix for prefix, space in node.spaces.items() if space == RELATIONS}
        return {
            f"{prefix}:{name.removeprefix(space)}": ids[value]
            for name, value in node.attributes.items()
            for space, prefix in prefixes.items()
            if name.startswith(space) and value in ids
        }

    return rewritten(xml, change)


def rewritten(xml: bytes, change: Callable[[Node], Mapping[str, str | None] | None]) -> bytes:
    """Give *xml* with attributes changed, as *change* says for each element; names as they are written."""
    edits = []
    for node in tree(xml).walk():
        values = change(node)
        if values:
            edits.append((node.start, node.inside, with_attributes(xml[node.start : node.inside], values)))
    return spliced(xml, edits)
