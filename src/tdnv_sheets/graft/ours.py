"""Which sheets of the office's file are ours, whatever they are called now, and where new ones go."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.book import Slot, is_ours
from tdnv_sheets.graft.package import ROOT, key
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.splice import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tdnv_sheets.graft.book import WorkBook
    from tdnv_sheets.graft.package import Package

_TABLES_OF_FILE: Final = ("sharedStrings+xml", "styles+xml", "theme+xml", "properties+xml", "relationships+xml")
TITLE: Final = 31
"""Characters that a sheet's title may have."""
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$|^$")


def known_sheets(book: WorkBook, titles: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Give which sheet is which of ours, id → its title now; *titles* are those under which we draw them.

    The marks say it. A mark that leads nowhere, as in a file that some program wrote anew, leaves it to the titles; so
    does a file without any mark, which was drawn before there were some. Otherwise a sheet without a mark is the
    office's own, also where it has a title of ours.
    """
    found = book.marks()
    taken = set(found.values())
    there = {sheet.title.casefold(): sheet.title for sheet in book.sheets if sheet.kind == "worksheet"}
    for id_, names in titles.items():
        if id_ in found or (book.marked and id_ not in book.marked):
            continue
        title = next((there[name.casefold()] for name in names if name.casefold() in there), None)
        if title is not None and title not in taken:
            found[id_] = title
            taken.add(title)
    return found


def titles_to_draw(book: WorkBook, titles: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Give the title under which each of our sheets is to be drawn where it is not the usual one.

    That is the one that the office gave it, or another where a sheet of the office's own has the usual one. Raises
    `CannotGraft` for one that Excel would not take; other programs write them.
    """
    found = known_sheets(book, titles)
    there = {sheet.title.casefold() for sheet in book.sheets} - {title.casefold() for title in found.values()}
    for title in found.values():
        if _NOT_IN_TITLES.search(title) or len(title.encode("utf-16-le")) > 2 * TITLE:
            raise CannotGraft("titles", title)
    given = {id_: title for id_, title in found.items() if title != next(iter(titles.get(id_, ())), "")}
    for id_, names in titles.items():
        usual = next(iter(names))
        if id_ not in found and usual.casefold() in there:
            given[id_] = next(
                title for number in count(2) if (title := _shortened(usual, f" ({number})")).casefold() not in there
            )
    return given


def _shortened(title: str, end: str) -> str:
    return title[: TITLE - len(end)] + end


def mentioned(package: Package, book: WorkBook, asked: Mapping[str, str], ours: Collection[str]) -> frozenset[str]:
    """Say which sheets, id → title, are named in parts or defined names of the office's own; *ours*: titles of our sheets."""
    spelled = {id_: {form.encode() for form in _spellings(title)} for id_, title in asked.items()}
    own = package.reached(sheet.part for sheet in book.sheets if sheet.title in ours)
    rest = [sheet.part for sheet in book.sheets if sheet.title not in ours]
    found = {
        id_
        for name in sorted(package.reached(rest) | (package.reached([ROOT]) - own - {key(book.part)}))
        if package.content_type(name).endswith("+xml") and not package.content_type(name).endswith(_TABLES_OF_FILE)
        for id_, forms in spelled.items()
        if any(form in package.xml(name) for form in forms)
    }
    formulas = [name.formula for name in book.names if name.sheet is None and not is_ours(name)]
    return frozenset(found | {id_ for id_, title in asked.items() if any(title in formula for formula in formulas)})


def _spellings(title: str) -> set[str]:
    """Give the ways in which formulas in XML write a title."""
    forms = {title, title.replace("'", "''")}
    forms |= {text(form) for form in forms}
    return forms | {form.replace("'", "&apos;") for form in forms}


class Pairs(NamedTuple):
    """Which drawn sheet stands for which of the office's."""

    office: Mapping[str, int]
    """Title of a drawn sheet → place of the office's, for those that are in both."""
    gone: tuple[int, ...]
    """Places of sheets of ours that are not drawn today."""


def pair(office: WorkBook, drawn: WorkBook, titles: Mapping[str, Collection[str]]) -> Pairs:
    """Pair the sheets of the two files; raises `CannotGraft` where a sheet of ours would take the place of another."""
    known, marks = known_sheets(office, titles), drawn.marks()
    at = {sheet.title.casefold(): place for place, sheet in enumerate(office.sheets)}
    ids = {title: id_ for id_, title in marks.items()}
    found = {}
    for sheet in drawn.sheets:
        id_ = ids.get(sheet.title)
        now = known.get(id_) if id_ is not None else sheet.title
        if now is None:
            if sheet.title.casefold() in at:
                raise CannotGraft("titles", sheet.title)
            continue
        if now.casefold() != sheet.title.casefold():
            raise CannotGraft("titles", f"{now} ≠ {sheet.title}")
        if now.casefold() in at:
            found[sheet.title] = at[now.casefold()]
    gone = tuple(at[title.casefold()] for id_, title in known.items() if id_ not in marks)
    return Pairs(found, gone)


def placed(office: WorkBook, drawn: WorkBook, pairs: Pairs, names: Mapping[str, Mapping[str, str]]) -> list[Slot]:
    """Give the sheets of the new file in their order: as the office has them, new ones behind the one drawn before them.

    *names* are the names of their own of our sheets, by title.
    """
    ours = {place: title for title, place in pairs.office.items()}
    slots = [
        Slot(sheet.title, place, names=names.get(ours[place]) if place in ours else None)
        for place, sheet in enumerate(office.sheets)
        if place not in pairs.gone
    ]
    free = _free_relations({sheet.relation for sheet in office.sheets})
    for before, sheet in zip((None, *drawn.sheets), drawn.sheets, strict=False):
        if sheet.title in pairs.office:
            continue
        slot = Slot(sheet.title, None, next(free), sheet.state, names[sheet.title])
        slots.insert(_behind(slots, before.title if before else ""), slot)
    return slots


def _behind(slots: Sequence[Slot], title: str) -> int:
    found = (place for place, slot in enumerate(slots) if slot.names is not None and slot.title == title)
    return 1 + next(found, len(slots) - 1)


def _free_relations(taken: Collection[str]) -> Iterator[str]:
    """Give ids for new sheets; those that came with an earlier drawing are still *taken*."""
    return (name for name in (f"rIdTdnv{number}" for number in count(1)) if name not in taken)
