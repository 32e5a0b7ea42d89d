"""The office's table of shared texts with our texts in it.

Cells call a text by its number. Sheets that are not ours stay as they are, so the numbers that they call stay too; all
other places of the table are ours, and our texts are put there anew each time. So the table does not grow from one
redraw to the next, and a text that our sheets no longer show does not stay in the file.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any, Final, NamedTuple, overload
from xml.parsers.expat import ExpatError

from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import MAIN
from tdnv_sheets.graft.splice import parser, tag_end, with_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HELD: Final = 2**14
"""Texts that are written at once."""
_ITEM: Final = re.compile(rb"<si[\s/>]")
_END: Final = re.compile(rb"<si\s*+/>|.*</si\s*+>", re.DOTALL)
_PREFIXED_END: Final = re.compile(rb"<\w++:si\s*+/>|.*</\w++:si\s*+>", re.DOTALL)
_EMPTY: Final = b"<si><t/></si>"
_PLAIN: Final = re.compile(rb"<si><t(?: xml:space=\"preserve\")?>([^<]*+)</t></si>")
_HINT: Final = re.compile(rb"<((?:\w++:)?+)rPh[\s>].*?</\1rPh\s*>", re.DOTALL)
_RUN: Final = re.compile(rb"<(?:\w++:)?+t(?:\s[^<>]*+)?>([^<]*+)<")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Items(Sequence[bytes]):
    """The texts of a part, each as it is written; only where they begin is held, for there may be millions."""

    def __init__(self, xml: bytes, starts: array[int]) -> None:
        self.xml, self._starts = xml, starts

    @property
    def head(self) -> bytes:
        """What stands before the first text."""
        return self.xml[: self._starts[0]] if len(self._starts) else self.xml

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        last = place + 1 == len(self._starts)
        item = self.xml[self._starts[place] :] if last else self.xml[self._starts[place] : self._starts[place + 1]]
        if item.endswith(b"</si>"):
            return item
        found = _END.match(item) if b":si" not in item else _PREFIXED_END.match(item)
        if found is None:
            raise CannotGraft("damaged", "sharedStrings")
        return found[0]


def texts_of(xml: bytes) -> Items:
    """Cut a part of shared texts into these."""
    if b"<!" in xml or b":si" in xml:
        return _parsed(xml)
    # No comment and no CDATA: there `<` always begins a tag, and the cutting can be left to a pattern.
    return Items(xml, array("Q", [found.start() for found in _ITEM.finditer(xml)]))


def _parsed(xml: bytes) -> Items:
    starts = array("Q")
    expat = parser()
    depth = 0

    def opens(_: str, __: object) -> None:
        nonlocal depth
        depth += 1
        if depth == 2:  # noqa: PLR2004 - below the root
            starts.append(expat.CurrentByteIndex)

    def closes(_: str) -> None:
        nonlocal depth
        depth -= 1

    expat.StartElementHandler, expat.EndElementHandler = opens, closes
    _run(expat, xml)
    return Items(xml, starts)


def text_of(item: bytes) -> str:
    """Give the text of an item as people read it: all runs together, without phonetic hints."""
    plain = _PLAIN.fullmatch(item)
    runs = [plain[1]] if plain else _RUN.findall(_HINT.sub(b"", item))
    text = unescape(b"".join(runs).decode("utf-8", "replace"))
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def called(xml: bytes) -> set[int]:
    """Give the numbers of the shared texts that the cells of a sheet call."""
    found: set[int] = set()
    expat = parser()
    shared = takes = False
    held: list[str] = []

    def opens(tag: str, attributes: dict[str, str]) -> None:
        nonlocal shared, takes
        name = tag.rpartition(":")[2]
        if name == "c":
            shared = attributes.get("t") == "s"
        takes = shared and name == "v"

    def closes(_: str) -> None:
        nonlocal takes
        if takes:
            number = "".join(held).strip()
            held.clear()
            if not number.isdecimal():
                raise CannotGraft("damaged", f"t=s: {number}")
            found.add(int(number))
            takes = False

    def says(text: str) -> None:
        if takes:
            held.append(text)

    expat.StartElementHandler, expat.EndElementHandler, expat.CharacterDataHandler = opens, closes, says
    _run(expat, xml)
    return found


def _run(expat: Any, xml: bytes) -> None:  # noqa: ANN401 - pyexpat does not export its parser's type
    try:
        expat.Parse(xml, True)  # noqa: FBT003 - expat's own argument
    except ExpatError as problem:
        raise CannotGraft("damaged", str(problem)) from problem


class Texts(NamedTuple):
    """The new table, and where our texts are in it."""

    places: Sequence[int]
    """Drawn number of a text → its number in the new table."""
    chunks: Iterable[bytes]
    """The part; to be read once."""
    same: bool
    """Whether the new table is just the drawn one, and our numbers are as drawn."""


def merged_texts(theirs: Items, ours: Items, kept: set[int]) -> Texts:
    """Give the table that holds the office's texts whose numbers are *kept*, and all drawn ones in the places between."""
    if not kept:
        return Texts(range(len(ours)), (ours.xml,), same=True)
    if max(kept) >= len(theirs):
        raise CannotGraft("damaged", "sharedStrings")
    places, at = array("Q"), 0
    for _ in range(len(ours)):
        while at in kept:
            at += 1
        places.append(at)
        at += 1
    size = max(at, max(kept) + 1)
    return Texts(places, _table(theirs, ours, kept, size), same=False)


def joined_texts(theirs: Items, ours: Items, kept: set[int]) -> Texts:
    """Give the table as `merged_texts` does, with the drawn texts that are among those *kept* not written again.

    Of a sheet that stays most texts stay, and lists that are drawn anew show many of them again.
    """
    if kept and max(kept) >= len(theirs):
        raise CannotGraft("damaged", "sharedStrings")
    wanted = {bytes(item): number for number, item in enumerate(ours)}  # of a large table they are cut as arrays
    there = {wanted[item]: place for place in kept if (item := bytes(theirs[place])) in wanted}
    places, at, new = array("Q"), 0, []
    for number, item in enumerate(ours):
        if number in there:
            places.append(there[number])
            continue
        while at in kept:
            at += 1
        places.append(at)
        new.append(item)
        at += 1
    return Texts(places, _table(theirs, new, kept, max(at, max(kept, default=-1) + 1)), same=False)


def _table(theirs: Items, ours: Iterable[bytes], kept: set[int], size: int) -> Iterator[bytes]:
    """Write the table; the office's texts stand as they are written, under the prefixes that its root declares."""
    head = theirs.head
    at = head.rindex(b"<")
    end = tag_end(head, at)
    root = re.split(rb"[\s/>]", head[at + 1 : end])[0]
    yield head[:at] + with_attributes(head[at:end], {"count": None, "uniqueCount": None})
    space = f'<si xmlns="{MAIN}"'.encode() if b":" in root else b"<si"
    waiting = iter(ours)
    held: list[bytes] = []
    for place in range(size):
        held.append(theirs[place] if place in kept else next(waiting, _EMPTY).replace(b"<si", space, 1))
        if len(held) == _HELD:
            yield b"".join(held)
            held.clear()
    yield b"".join(held) + b"</" + root + b">"
