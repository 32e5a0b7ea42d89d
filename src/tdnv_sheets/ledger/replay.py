"""Play the ledger's revisions again from nothing, and compare what comes out with what the ledger says is so now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.events import taken_back
from tdnv_sheets.ledger.frozen import spoilt
from tdnv_sheets.ledger.standing import EXTENSION, REPORTED, STANDING
from tdnv_sheets.ledger.statements import among
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Key, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

_RESTORED, _CHANGED, _REMOVED = range(3)
"""The order in which one revision does its work."""
_COLUMNS: Final = ("created", "revision", "removed", "unit_update", "extension_count")


class Difference(NamedTuple):
    """One thing that the ledger says and its past does not bear out."""

    key: Key | None
    """None where the database itself is meant."""
    what: str
    """A field, a column of the table of assignments, or `integrity`, `foreign keys`, `conflict 5`, `revision 7`, `report 2026-H1 (1)`."""
    stored: object
    replayed: object


class _Event(NamedTuple):
    revision: int
    phase: int
    order: int
    key: Key
    name: str
    old: str
    new: str


class _When(NamedTuple):
    """What the trail asks of a revision."""

    day: date
    source: str


@dataclass(slots=True)
class Replayed:
    """One assignment as the events so far make it."""

    created: int
    revision: int
    removed: int | None = None
    unit_update: date | None = None
    extension_count: int = 0
    fields: dict[str, Value] = field(default_factory=dict)


def replay(
    connection: sa.Connection,
    keys: Iterable[Key] | None = None,
    tell: Callable[[Difference], None] | None = None,
    *,
    until: int | None = None,
) -> dict[Key, Replayed]:
    """Rebuild assignments, all or those of *keys*, as they are or were at revision *until*.

    *tell* hears of changes that start from another value than was there.
    """
    counting = _counting(connection, until)
    played: dict[Key, Replayed] = {}
    for event in sorted(_events(connection, None if keys is None else frozenset(keys))):
        if until is not None and event.revision > until:
            break
        item = played.get(event.key)
        if item is None:
            item = played[event.key] = Replayed(event.revision, event.revision)
        item.revision = event.revision
        if event.phase == _CHANGED:
            _change(item, event, counting.get(event.revision), tell)
        else:
            item.removed = event.revision if event.phase == _REMOVED else None
    return played


def _change(item: Replayed, event: _Event, when: _When | None, tell: Callable[[Difference], None] | None) -> None:
    new = load(event.new)
    before = item.fields.get(event.name)
    if tell is not None and before != (old := load(event.old)):
        tell(Difference(event.key, f"revision {event.revision}: {event.name}", old, before))
    if new is None:
        item.fields.pop(event.name, None)
    else:
        item.fields[event.name] = new
    if when is None:
        return
    if event.name == EXTENSION and new is not None:
        item.extension_count += 1
    if item.created != event.revision and when.source == "unit":
        item.unit_update = when.day
    elif item.created == event.revision and event.name == REPORTED and isinstance(new, date):
        item.unit_update = new


def _counting(connection: sa.Connection, until: int | None) -> dict[int, _When]:
    """Give the revisions that the trail counts: none that was taken back, and none that only takes back."""
    columns = t.revisions.c
    query = sa.select(columns.number, columns.day, columns.source, columns.undoes)
    if until is not None:
        query = query.where(columns.number <= until)
    rows = connection.execute(query).all()
    gone = taken_back((row.number, row.undoes) for row in rows if row.undoes is not None)
    return {row.number: _When(row.day, row.source) for row in rows if row.undoes is None and row.number not in gone}


def _events(connection: sa.Connection, keys: AbstractSet[Key] | None) -> Iterator[_Event]:
    log, moves = t.changes.c, t.removals.c
    changes = sa.select(log.revision, log.id, log.task_id, log.unit, log.field, log.old, log.new)
    removals = sa.select(moves.revision, moves.task_id, moves.unit, moves.restored)
    if keys is not None:
        ids = {key.task_id for key in keys}
        changes = changes.where(among(connection, log.task_id, ids))
        removals = removals.where(among(connection, moves.task_id, ids))
    for revision, order, task_id, unit, name, old, new in connection.execute(changes):
        key = Key(task_id, unit)
        if keys is None or key in keys:
            yield _Event(_whole(revision), _CHANGED, order, key, name, old, new)
    for order, (revision, task_id, unit, restored) in enumerate(connection.execute(removals)):
        key = Key(task_id, unit)
        if keys is None or key in keys:
            yield _Event(_whole(revision), _RESTORED if restored else _REMOVED, order, key, "", "", "")


def _whole(number: object) -> int:
    """Give a number of the ledger; a damaged file may hold anything in its place."""
    if not isinstance(number, int):
        raise ValueError(number)  # noqa: TRY004 - a damaged ledger is meant, not a wrong call
    return number


def verify(connection: sa.Connection) -> Iterator[Difference]:
    """Find all that the ledger says and its past does not bear out."""
    if connection.dialect.name == "sqlite":
        yield from _damages(connection)
    found: list[Difference] = []
    played = replay(connection, tell=found.append)
    yield from found
    stored = {Key(row[0], row[1]): row for row in connection.execute(sa.select(*STANDING, t.assignments.c.created))}
    for key in sorted(stored.keys() | played.keys(), key=repr):  # in a damaged file a key may be no text
        row, item = stored.get(key), played.get(key)
        if row is None or item is None:
            yield Difference(key, "assignment", row is not None, item is not None)
            continue
        for name in _COLUMNS:
            if getattr(row, name) != getattr(item, name):
                yield Difference(key, name, getattr(row, name), getattr(item, name))
        yield from _fields_apart(key, load_fields(row.fields), item.fields)
    yield from _untrue_conflicts(connection, played)
    for report in spoilt(connection):
        yield Difference(None, report.name, report.stored, report.computed)


def _fields_apart(key: Key, stored: Mapping[str, Value], played: Mapping[str, Value]) -> Iterator[Difference]:
    for name in sorted(stored.keys() | played.keys(), key=repr):
        if stored.get(name) != played.get(name):
            yield Difference(key, name, stored.get(name), played.get(name))


def _untrue_conflicts(connection: sa.Connection, played: Mapping[Key, Replayed]) -> Iterator[Difference]:
    """Find open conflicts that show another value as the ledger's than the cell has."""
    for row in connection.execute(sa.select(t.conflicts).where(t.conflicts.c.state == "open")):
        key = Key(row.task_id, row.unit)
        item = played.get(key)
        if item is not None and item.removed is None and load(row.ours) != item.fields.get(row.field):
            yield Difference(key, f"conflict {row.number}", load(row.ours), item.fields.get(row.field))


def _damages(connection: sa.Connection) -> Iterator[Difference]:
    """Ask SQLite itself whether the file is whole."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield Difference(None, "integrity", line, "ok")
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Difference(None, "foreign keys", f"{table} {row}", parent)
