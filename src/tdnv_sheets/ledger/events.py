"""Tell events – extensions, returns, transfers, withdrawals – from the ledger's changes, which are their only record."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import Event, EventKind, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TRANSFERRED_FROM: Final = "transferred_from"
FIELDS: Final = (
    "deadline",
    "extended_deadline",
    "extension_document",
    "decision",
    "decision_date",
    "decision_note",
    "transferred_to",
    TRANSFERRED_FROM,
    "transferred_on",
)
"""The fields whose changes tell an event or something about one."""
_DECISIONS: Final = {
    "confirmed": EventKind.CONFIRMATION,
    "returned": EventKind.RETURN,
    "withdrawn": EventKind.WITHDRAWAL,
    "transferred": EventKind.TRANSFER_OUT,
}


class Line(NamedTuple):
    """One change of one cell, as the ledger has it."""

    revision: int
    day: date
    """Of the revision."""
    who: str
    key: Key
    field: str
    old: Value
    new: Value


def events_of(lines: Iterable[Line], undone: Iterable[tuple[int, int]] = ()) -> tuple[Event, ...]:
    """Give the events that *lines* tell, oldest first; all lines of a task have to be there, in the order of writing.

    *undone* are pairs (revision, the revision that it undoes): neither of a pair leaves an event, unless the undoing
    was itself undone.
    """
    left_out = silent(undone)
    by_key: dict[Key, list[Line]] = {}
    before: dict[Key, Key] = {}
    for line in lines:
        if line.field == TRANSFERRED_FROM and line.new is None:
            before.pop(line.key, None)
        elif line.field == TRANSFERRED_FROM:
            before[line.key] = Key(line.key.task_id, str(line.new))
        if line.revision not in left_out and line.field in FIELDS:
            by_key.setdefault(line.key, []).append(line)
    own = {key: list(_own(key, told)) for key, told in by_key.items()}
    _add_returns(own, before)
    counted = (event for key in own for event in _numbered(key, own, before))
    return tuple(sorted(counted, key=lambda event: (event.revision, event.key, event.kind)))


def taken_back(undone: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Give the revisions that an undoing in force undid, from pairs of (revision, the one that it undoes)."""
    gone: set[int] = set()
    for revision, undoes in sorted(undone, reverse=True):
        if revision not in gone:
            gone.add(undoes)
    return frozenset(gone)


def silent(undone: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Give the revisions that leave no event: all that undo, and those that an undoing in force undid."""
    pairs = tuple(undone)
    return taken_back(pairs) | {revision for revision, _ in pairs}


def _add_returns(own: dict[Key, list[Event]], before: Mapping[Key, Key]) -> None:
    """Add the arrivals of tasks whose first transfer was undone: the second finds the row as it was and changes little."""
    arrived = {event.key for events in own.values() for event in events if event.kind is EventKind.TRANSFER_IN}
    departures = [event for events in own.values() for event in events if event.kind is EventKind.TRANSFER_OUT]
    for event in departures:
        target = Key(event.key.task_id, str(event.after))
        if before.get(target) == event.key and target not in arrived:
            own.setdefault(target, []).append(replace(event, kind=EventKind.TRANSFER_IN, key=target, document=""))


def story(events: Iterable[Event], key: Key) -> tuple[Event, ...]:
    """Give the events of an assignment and of those that held its task before, out of all events of the task."""
    told = tuple(events)
    moves = (event for event in told if event.kind is EventKind.TRANSFER_IN)
    held = chain(key, {event.key: Key(event.key.task_id, str(event.before)) for event in moves})
    return tuple(event for event in told if event.key in held)


def chain(key: Key, before: Mapping[Key, Key]) -> tuple[Key, ...]:
    """Give *key* and all that held its task before, the latest first; a task may have come back to where it was."""
    found = [key]
    while (key := before.get(key, key)) not in found:
        found.append(key)
    return tuple(found)


def _numbered(key: Key, own: Mapping[Key, Sequence[Event]], before: Mapping[Key, Key]) -> Iterator[Event]:
    """Give the events of *key* numbered, counting on from those of the units that held the task before."""
    past = chain(key, before)[1:]
    earlier = [event for held in past for event in own.get(held, ())]
    counts: Counter[EventKind] = Counter()
    for event in own[key]:
        counts[event.kind] += 1
        held = sum(one.kind is event.kind and one.revision <= event.revision for one in earlier)
        yield replace(event, number=held + counts[event.kind])


def _own(key: Key, lines: Sequence[Line]) -> Iterator[Event]:
    """Give the events of one assignment, not numbered yet."""
    taken_over = {line.revision for line in lines if line.field == TRANSFERRED_FROM and line.new is not None}
    deadlines = _stated(lines, "deadline", without=taken_over)
    for line in deadlines:
        yield _event(EventKind.DEADLINE, line, line.day)
    extensions = _stated(lines, "extended_deadline", without=taken_over)
    papers = _beside(extensions, lines, "extension_document", early=True)
    for line, paper in zip(extensions, papers, strict=True):
        yield _event(EventKind.EXTENSION, line, line.day, paper.value)
    decisions = _stated(lines, "decision")
    days, notes = (_beside(decisions, lines, name) for name in ("decision_date", "decision_note"))
    for line, day, note in zip(decisions, days, notes, strict=True):
        kind = _DECISIONS.get(str(line.new))
        when = day.value if isinstance(day.value, date) and day.fresh else line.day
        if kind is EventKind.TRANSFER_OUT:
            for move in _moves(line, lines):
                yield _event(kind, move, when if move.revision == line.revision else move.day, note.value)
        elif kind is not None:
            yield _event(kind, line, when, note.value)
    arrivals = _stated(lines, TRANSFERRED_FROM)
    for line, day in zip(arrivals, _beside(arrivals, lines, "transferred_on"), strict=True):
        when = day.value if isinstance(day.value, date) else line.day
        yield _event(EventKind.TRANSFER_IN, line._replace(old=line.new, new=key.unit), when)


def _moves(decision: Line, lines: Sequence[Line]) -> Iterator[Line]:
    """Give a line from unit to unit for each unit that was named while the decision to transfer stood."""
    ((before, during),) = _windows([decision], lines, [line for line in lines if line.field == "transferred_to"])
    named = [line for line in during if line.new is not None]
    first = named[0] if named else before[-1] if before else None
    yield decision._replace(old=decision.key.unit, new=first.new if first else None)
    for line in named[1:]:
        yield line._replace(old=decision.key.unit)


def _event(kind: EventKind, line: Line, day: date, document: Value = None) -> Event:
    paper = "" if document is None else str(document)
    return Event(kind, line.key, 0, day, paper, line.old, line.new, line.revision, line.who)


def _stated(lines: Iterable[Line], name: str, without: Iterable[int] = ()) -> list[Line]:
    """Give the lines that state a value for a field; what came along with a transfer is no event of its own."""
    return [line for line in lines if line.field == name and line.new is not None and line.revision not in without]


class _Beside(NamedTuple):
    value: Value
    fresh: bool
    """Stated for this event, not left standing from the one before."""


class _Window(NamedTuple):
    """What another cell said before an event and since the last one, and while the event's own cell stood."""

    before: list[Line]
    during: list[Line]


def _beside(marks: Sequence[Line], lines: Sequence[Line], name: str, *, early: bool = False) -> list[_Beside]:
    """Give for each of *marks* what another cell said about it: stated along with it or later, while it stood.

    *early*: the last of several that were stated while one mark stood is the next one's, where nothing else is.
    """
    windows = _windows(marks, lines, [line for line in lines if line.field == name])
    if early:
        for window, following in pairwise(windows):
            if len(window.during) > 1 and not (following.before or following.during):
                following.before.append(window.during.pop())
    standing: Value = None
    found = []
    for before, during in windows:
        stated = [line.new for line in during if line.new is not None]
        standing = stated[-1] if stated else before[-1].new if before else standing
        found.append(_Beside(standing, fresh=bool(stated or before)))
    return found


def _windows(marks: Sequence[Line], lines: Sequence[Line], told: Sequence[Line]) -> list[_Window]:
    windows = []
    since = 0
    for mark in marks:
        later = (line.revision for line in lines if line.field == mark.field and line.revision > mark.revision)
        until = min(later, default=None)
        before = [line for line in told if since <= line.revision < mark.revision]
        during = [line for line in told if mark.revision <= line.revision and (until is None or line.revision < until)]
        windows.append(_Window(before, during))
        since = until or 0
    return windows
