"""Write the new file: what stays as its compressed bytes, what is ours under names that are free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.book import GRAFTED_NAME, changed_book
from tdnv_sheets.graft.frames import COMPATIBLE, cut
from tdnv_sheets.graft.looks import with_touches
from tdnv_sheets.graft.package import (
    CONTENT_TYPES,
    ROOT,
    TYPES,
    changed_relations,
    changed_types,
    key,
    relations_xml,
    rels_of,
)
from tdnv_sheets.graft.properties import WORD, changed_properties
from tdnv_sheets.graft.sheet import MAIN, ORDER, RELATIONS, Relation
from tdnv_sheets.graft.splice import attribute
from tdnv_sheets.graft.zipped import LEVEL, QUICK, ZipOut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import BinaryIO

    from tdnv_sheets.graft.assembled import New
    from tdnv_sheets.graft.book import Listed
    from tdnv_sheets.graft.sheet import Piece, Touched

_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_ENDS: Final = {"vml": CONTENT_TYPES["vmlDrawing"], "rels": "application/vnd.openxmlformats-package.relationships+xml"}


def write(new: New, out: BinaryIO) -> None:
    """Write the file: the office's members in their order, then what came in."""
    package = new.theirs.package
    zipped = ZipOut(out)
    contents = _contents(new)
    for name, member in package.members.items():
        if name in new.dropped:
            continue
        content = contents.pop(name, None)
        if content is None:
            zipped.keep(member)
        else:
            zipped.add(member.name, content, level=QUICK if _stands(new, name) else LEVEL)
    # What the next redraw writes in its place again comes first, so that its file is the same.
    lasting = {*new.sheets, *map(rels_of, new.sheets), *new.lasting}
    for name, content in sorted(contents.items(), key=lambda item: item[0] not in lasting):
        zipped.add(name, content)
    for name, drawn in new.copies.items():
        zipped.keep(new.ours.package.members[key(drawn)]._replace(name=name))
    zipped.close()


def _contents(new: New) -> dict[str, Iterable[bytes | memoryview]]:
    """Give the content of every part that is written; those that were there before by their keys."""
    theirs = new.theirs
    contents: dict[str, Iterable[bytes | memoryview]] = {}
    for name, xml in new.contents.items():
        contents[_called(new, name)] = (xml,)
    for name, sheet in new.sheets.items():
        if not _stands(new, name):
            contents[_called(new, name)] = _sheet(new, sheet)
        elif new.standing is not None and not new.standing.same:
            contents[_called(new, name)] = new.standing.chunks()
    for name, relations in new.relations.items():
        place = rels_of(name)
        if relations or theirs.package.has(place):
            contents[_called(new, place)] = (relations_xml(relations, name),)
    styles = theirs.package.by_word(theirs.book.part, "styles")
    if new.looks.added:
        contents[key(styles)] = (new.looks.xml(),)
    more = dict(_of_book(new, contents))
    contents[key(theirs.book.part)] = (changed_book(theirs.book, new.slots, _global_names(new), _follow(new)),)
    _write_relations(new, contents, theirs.book.part, more)
    _write_properties(new, contents)
    gone = [name for name in new.dropped if not name.endswith(".rels")]
    ends = {
        end: kind for end, kind in _ENDS.items() if any(name.endswith("." + end) for name in (*new.types, *contents))
    }
    types = changed_types(theirs.package.xml(TYPES), new.types, gone, ends)
    contents[key(TYPES)] = (types,)
    return contents


def _stands(new: New, name: str) -> bool:
    """Say whether a part is the sheet that stays but for some rows."""
    return new.standing is not None and key(name) == key(new.standing.part)


def _called(new: New, name: str) -> str:
    """Give a part's key where it was there before, its name where it is new."""
    return key(name) if new.theirs.package.has(name) and key(name) not in new.dropped else name


def _follow(new: New) -> Callable[[str], str]:
    """Give what sends the formulas of the office's names to where their cells went."""
    moves = [touched.moves for touched in new.done.values() if touched.moves is not None]

    def follow(formula: str) -> str:
        for moved in moves:
            formula = moved.of_elsewhere(formula)
        return formula

    return follow


def _global_names(new: New) -> dict[str, str]:
    names = {name.name: name.formula for name in new.ours.book.names if name.sheet is None}
    return names if new.alone else {**names, GRAFTED_NAME: "TRUE"}


def _of_book(new: New, contents: dict[str, Iterable[bytes | memoryview]]) -> Iterator[tuple[str, Relation]]:
    """Give the workbook's new relations: to new sheets, and to the table of texts where there was none."""
    parts = {sheet.title: name for name, sheet in new.sheets.items()}
    for slot in new.slots:
        if slot.before is None:
            yield slot.relation, Relation(f"{_RELATION}worksheet", parts[slot.title])
    theirs, ours = new.theirs, new.ours
    part = theirs.package.by_word(theirs.book.part, "sharedStrings")
    if part:
        contents[key(part)] = new.texts.chunks
    elif ours.texts:
        name = new.free("xl/sharedStrings.xml")
        new.lasting.add(name)
        new.types[name] = CONTENT_TYPES["sharedStrings"]
        contents[name] = new.texts.chunks
        yield "rIdTdnvTexts", Relation(f"{_RELATION}sharedStrings", name)


def _write_relations(
    new: New, contents: dict[str, Iterable[bytes | memoryview]], source: str, more: Mapping[str, Relation]
) -> None:
    package = new.theirs.package
    gone = [number for number, item in package.relations(source).items() if key(item.target) in new.dropped]
    place = rels_of(source)
    if more or gone:
        contents[key(place)] = (changed_relations(package.xml(place), more, gone, source),)


def _write_properties(new: New, contents: dict[str, Iterable[bytes | memoryview]]) -> None:
    """Let the file carry today's identity in its own properties; names and the hidden sheet carry it too."""
    package = new.theirs.package
    token = new.ours.identity().text
    part = package.by_word(ROOT, WORD)
    if part and package.has(part):
        contents[key(part)] = (changed_properties(package.xml(part), token),)
        return
    own = new.ours.package
    name = new.free("docProps/custom.xml")
    new.lasting.add(name)
    new.types[name] = CONTENT_TYPES[WORD]
    contents[name] = (own.xml(own.by_word(ROOT, WORD)),)
    _write_relations(new, contents, ROOT, {"rIdTdnvOwn": Relation(f"{_RELATION}{WORD}", name)})


def _sheet(new: New, listed: Listed) -> Iterator[bytes]:
    """Write one of our sheets; its rows go through in pieces."""
    touched = new.done[listed.title]
    xml = new.ours.package.xml(listed.part)
    found = cut(xml)
    before, after = _ordered(touched.pieces)
    yield b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    yield b'<worksheet xmlns="%s" xmlns:r="%s"' % (MAIN.encode(), RELATIONS.encode())
    yield _ignorable(touched) + b">" + before + b"<sheetData>"
    yield from with_touches(new.numbers.rows(xml, found.first, found.last), touched.rows)
    yield b"</sheetData>" + after + b"</worksheet>"


def _ordered(pieces: Iterable[Piece]) -> tuple[bytes, bytes]:
    """Give the elements before the rows and those behind them, in the order of the standard."""
    places = {name: place for place, name in enumerate(ORDER)}
    rows, last = places["sheetData"], places["extLst"] - 1
    before: list[bytes] = []
    after: list[bytes] = []
    for piece in sorted(pieces, key=lambda piece: places.get(piece.name, last)):
        (before if places.get(piece.name, last) < rows else after).append(_slim(piece.xml))
    return b"".join(before), b"".join(after)


def _slim(xml: bytes) -> bytes:
    """Take away what the root of a sheet declares already."""
    end = xml.index(b">")
    head = xml[:end].replace(f' xmlns="{MAIN}"'.encode(), b"").replace(f' xmlns:r="{RELATIONS}"'.encode(), b"")
    return head + xml[end:]


def _ignorable(touched: Touched) -> bytes:
    """Say of what stands in newer namespaces that older programs may leave it out, as the office's sheet said it."""
    held = b"".join(piece.xml for piece in touched.pieces)
    prefixes = [prefix for prefix in touched.newer if f"{prefix}:".encode() in held]
    if not prefixes:
        return b""
    spaces = "".join(f" xmlns:{prefix}={attribute(touched.newer[prefix])}" for prefix in prefixes)
    return f' xmlns:mc="{COMPATIBLE}"{spaces} mc:Ignorable="{" ".join(prefixes)}"'.encode()
