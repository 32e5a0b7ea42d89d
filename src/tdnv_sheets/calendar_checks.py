"""What the rows of the office's own calendar say of each other and of the calendar beneath, and what cannot be right."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets import calendar as calendars
from tdnv_sheets.calendar import (
    EVENTS,
    HAPPENED,
    HOLIDAY,
    IN_LIEU,
    LOCAL_OFF,
    ORDINARY,
    SATURDAY,
    SESSION,
    SWAPPED_OFF,
    WORKED,
    Calendar,
    SpecialDay,
)
from tdnv_sheets.messages.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FAR: Final = timedelta(days=60)
"""A working Saturday stands near its day off; nine years of notices never went beyond nine days."""
_ALONE: Final = "swap-alone"
_OFF_WORKDAYS: Final = frozenset({SWAPPED_OFF, IN_LIEU, LOCAL_OFF})
"""Kinds of days off that say nothing on a day that is off already."""
_LOST_LETTER: Final = re.compile(r"\w\?\w|(?:^|\s)\?\w|\ufffd")


class Problem(NamedTuple):
    """One thing to put right, or only to know."""

    row: int
    """As Excel counts."""
    code: str
    """Names the words `problem-…` in messages/calendar.toml."""
    values: Mapping[str, str]

    def words(self, lang: str) -> str:
        """Say where it is, what is wrong and what to do."""
        return say(f"calendar.problem-{self.code}", lang, row=self.row, **self.values)


class Entry(NamedTuple):
    """One row that could be read."""

    row: int
    """As Excel counts."""
    special: SpecialDay


def checked(entries: Sequence[Entry], *, whole: bool) -> Iterator[Problem]:
    """Say what cannot be right.

    Unless the table was read *whole*, the half of a swap that is missing may stand in a row that could not be read.
    """
    official = calendars.load(None)
    against = tuple(_against(entries, official))
    yield from _twice(entries)
    yield from against
    wrong = {problem.row for problem in against}
    for problem in _swaps(entries, official):
        # A row whose day is wrong is said once.
        if problem.code != _ALONE or (whole and problem.row not in wrong):
            yield problem


def notes(entries: Iterable[Entry], calendar: Calendar) -> Iterator[Problem]:
    """Say what a person should look at once, though it may be meant."""
    for row, special in entries:
        if special.kind == SESSION and not calendar.is_working(special.day):
            yield Problem(row, "session-on-day-off", {"day": shown(special.day)})
        if _LOST_LETTER.search(special.name):
            yield Problem(row, "letters-lost", {"column": "ten", "value": special.name})


def shown(day: date) -> str:
    """Give a day as messages do."""
    return f"{day:%d/%m/%Y}"


def _twice(entries: Iterable[Entry]) -> Iterator[Problem]:
    seen: dict[tuple[date, str, str], Entry] = {}
    for entry in entries:
        day, kind = entry.special.day, entry.special.kind
        # Several inspections may end on one day, or several units complain: their names tell them apart.
        named = entry.special.name if kind in HAPPENED else ""
        first = seen.setdefault((day, kind if kind in EVENTS else "", named), entry)
        if first is entry:
            continue
        values = {"day": shown(day), "first": str(first.row)}
        if first.special.kind == kind:
            yield Problem(entry.row, "day-twice", values)
        else:
            yield Problem(entry.row, "contradiction", values | {"kind": kind, "other": first.special.kind})


def _against(entries: Iterable[Entry], official: Calendar) -> Iterator[Problem]:
    """Hold each row against its weekday and against the calendar beneath."""
    for row, special in entries:
        day, kind = special.day, special.kind
        beneath = official.special_on(day)
        weekend, off = day.weekday() >= SATURDAY, not official.is_working(day)
        values = {"day": shown(day), "kind": kind}
        named_off = beneath is not None and beneath.kind in {HOLIDAY, IN_LIEU}
        if kind == WORKED and not weekend:
            yield Problem(row, "not-a-weekend", values | {"ordinary": ORDINARY})
        elif kind == WORKED and named_off:
            yield Problem(row, "works-on-holiday", values | {"name": official.name_of(day)})
        elif kind in _OFF_WORKDAYS and weekend and off:
            yield Problem(row, "off-already", values)
        elif kind == SWAPPED_OFF and named_off:
            yield Problem(row, "swapped-holiday", values | {"name": official.name_of(day)})
        elif kind == ORDINARY and beneath is None:
            yield Problem(row, "nothing-to-lift", values)


def _swaps(entries: Iterable[Entry], official: Calendar) -> Iterator[Problem]:
    """Each swapped day off needs exactly one worked day, and each worked day its day off."""
    own = {entry.special.day: entry for entry in entries if entry.special.kind not in EVENTS}
    for entry in own.values():
        special = entry.special
        if special.kind in {SWAPPED_OFF, WORKED}:
            yield from _pair(entry, own, official)
        elif special.kind == ORDINARY:
            yield from _half_lifted(entry, own, official)


def _pair(entry: Entry, own: Mapping[date, Entry], official: Calendar) -> Iterator[Problem]:
    special = entry.special
    other_kind = WORKED if special.kind == SWAPPED_OFF else SWAPPED_OFF
    others = {day: other for day, other in own.items() if other.special.kind == other_kind}
    candidates = sorted(
        day for day, other in others.items() if day == special.partner or other.special.partner == special.day
    )
    values = {"day": shown(special.day), "kind": special.kind, "other": other_kind, "column": "thay_cho"}
    if not candidates:
        beneath = None if special.partner is None else official.special_on(special.partner)
        paired = beneath is not None and beneath.kind == other_kind and beneath.partner in {None, special.day}
        if not paired or special.partner in own:
            yield Problem(entry.row, _ALONE, values)
        return
    if len(candidates) > 1:
        yield Problem(entry.row, "swap-many", values | {"days": ", ".join(map(shown, candidates))})
        return
    (partner,) = candidates
    back = own[partner].special.partner
    differs = special.partner not in {None, partner} or back not in {None, special.day}
    if differs and special.kind == SWAPPED_OFF:
        named = back if special.partner in {None, partner} else special.partner
        yield Problem(
            entry.row, "swap-differs", values | {"found": shown(partner), "named": shown(named or special.day)}
        )
    elif special.kind == SWAPPED_OFF and abs(partner - special.day) > _FAR:
        yield Problem(entry.row, "swap-far", values | {"found": shown(partner)})


def _half_lifted(entry: Entry, own: Mapping[date, Entry], official: Calendar) -> Iterator[Problem]:
    beneath = official.special_on(entry.special.day)
    partner = None if beneath is None or beneath.kind not in {SWAPPED_OFF, WORKED} else beneath.partner
    if partner is not None and partner not in own and official.special_on(partner) is not None:
        yield Problem(
            entry.row,
            "half-lifted",
            {"day": shown(entry.special.day), "kind": ORDINARY, "partner": shown(partner)},
        )
