"""The parts of the new file: which of the office's stay, which are written anew, and what all are called."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Final

from tdnv_sheets.graft.package import CONTENT_TYPES, ROOT, key, rels_of
from tdnv_sheets.graft.sheet import Relation, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.graft.book import Listed, Slot
    from tdnv_sheets.graft.file import File
    from tdnv_sheets.graft.looks import Numbers
    from tdnv_sheets.graft.ours import Pairs
    from tdnv_sheets.graft.sheet import Made, Touched
    from tdnv_sheets.graft.standing import Standing
    from tdnv_sheets.graft.strings import Texts
    from tdnv_sheets.graft.styles import Looks

_UNDERSTOOD: Final = (
    *("worksheet+xml", "table+xml", "drawing+xml", "chart+xml", "chartstyle+xml", "chartcolorstyle+xml"),
    *("comments+xml", "vmlDrawing", "printerSettings", "calcChain+xml", "themeOverride+xml"),
)
"""Ends of the content types of parts that are drawn anew or were decided on with their sheet."""
_NUMBER: Final = re.compile(r"\d*(\.[^./]*)?$")


class New:
    """The parts of the new file: which of the office's stay, which are written anew, and what all are called."""

    def __init__(
        self,
        *,
        theirs: File,
        ours: File,
        pairs: Pairs,
        slots: Sequence[Slot],
        done: Mapping[str, Touched],
        numbers: Numbers,
        looks: Looks,
        texts: Texts,
        standing: Standing | None = None,
        alone: bool = False,
    ) -> None:
        self.theirs, self.ours, self.slots, self.done = theirs, ours, slots, done
        self.numbers, self.looks, self.texts = numbers, looks, texts
        self.standing, self.alone = standing, alone
        self._pairs = pairs
        self.contents: dict[str, bytes] = {}
        """Parts with new content, by key or new name."""
        self.types: dict[str, str] = {}
        """New part → content type."""
        self.relations: dict[str, Mapping[str, Relation]] = {}
        """Part → its relations, where they are written anew."""
        self.copies: dict[str, str] = {}
        """New part → the drawn part whose bytes it has."""
        self.sheets: dict[str, Listed] = {}
        """Name of a part → the drawn sheet that is written there."""
        self._taken = {name for name in theirs.package.members if name not in self.dropped}
        self._placed: dict[str, str] = {}
        self.lasting: set[str] = set()
        """New parts that the next redraw will find, besides sheets."""
        for sheet in ours.book.sheets:
            at = pairs.office.get(sheet.title)
            if at is None:
                part = self.free(sheet.part)
                self.types[part] = CONTENT_TYPES["worksheet"]
            else:
                part = theirs.book.sheets[at].part
            self.sheets[part] = sheet
            touched = done[sheet.title]
            self.relations[part] = {
                number: self._place(relation, touched.made.get(number))
                for number, relation in touched.relations.items()
            }

    @cached_property
    def dropped(self) -> frozenset[str]:
        """The keys of the office's parts that are not in the new file: what only our old sheets lead to."""
        package, book = self.theirs.package, self.theirs.book
        ours = [book.sheets[place].part for place in (*self._pairs.office.values(), *self._pairs.gone)]
        wanted = [relation.target for touched in self.done.values() for relation in _office_targets(touched)]
        gone = package.reached(ours) - package.reached([ROOT, *wanted], without=ours)
        gone -= {key(book.sheets[place].part) for place in self._pairs.office.values()}
        chain = package.by_word(book.part, "calcChain")
        gone |= {key(chain)} if chain else set()
        return frozenset(gone | {key(rels_of(name)) for name in gone})

    @property
    def not_understood(self) -> list[str]:
        """The parts that go and are none of those that are drawn anew."""
        package = self.theirs.package
        return [
            name
            for name in sorted(self.dropped)
            if package.has(name) and not name.endswith(".rels") and not package.content_type(name).endswith(_UNDERSTOOD)
        ]

    def _place(self, relation: Relation, made: Made | None) -> Relation:
        """Give a relation as it is in the new file; what it leads to is put there."""
        if relation.external:
            return relation
        if relation.side is Side.OFFICE:
            if made is not None:
                self.contents[key(relation.target)] = made.xml
                self._relate(relation.target, made.relations)
            return relation
        if made is None and key(relation.target) in self._placed:
            return _led(relation, self._placed[key(relation.target)])
        name = self.free(relation.target)
        drawn = self.ours.package
        kind = drawn.content_type(relation.target) if drawn.has(relation.target) else ""
        self.types[name] = kind or CONTENT_TYPES.get(relation.word, "application/xml")
        if made is not None:
            self.contents[name] = made.xml
        else:
            self._placed[key(relation.target)] = name
            self.copies[name] = relation.target
        more = made.relations if made is not None else None
        self._relate(name, drawn.relations(relation.target) if more is None else more)
        return _led(relation, name)

    def _relate(self, name: str, relations: Mapping[str, Relation] | None) -> None:
        if relations is not None:
            self.relations[name] = {number: self._place(item, None) for number, item in relations.items()}

    def free(self, name: str) -> str:
        """Give a name for a part that no part of the new file has."""
        stem, end = _NUMBER.split(name, maxsplit=1)[:2]
        for number in count(1):
            if key(name) not in self._taken:
                break
            name = f"{stem}{number}{end or ''}"
        self._taken.add(key(name))
        return name


def _led(relation: Relation, target: str) -> Relation:
    return Relation(relation.kind, target, relation.external, Side.OFFICE)


def _office_targets(touched: Touched) -> Iterator[Relation]:
    made = (item for part in touched.made.values() for item in (part.relations or {}).values())
    for relation in (*touched.relations.values(), *made):
        if relation.side is Side.OFFICE and not relation.external:
            yield relation
