"""Read events, and what the past says about each assignment, with one query that an index answers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.events import FIELDS, Line, chain, events_of, silent
from tdnv_sheets.ledger.replay import replay
from tdnv_sheets.ledger.standing import ENTERED
from tdnv_sheets.ledger.statements import among
from tdnv_sheets.ledger.values import load
from tdnv_sheets.records import Key, Trail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tdnv_sheets.records import Event


def read_events(
    connection: sa.Connection, tasks: Iterable[str] | None = None, until: int | None = None
) -> tuple[Event, ...]:
    """Read the events of *tasks*, of all when None, as they were after revision *until*."""
    return events_of(_lines(connection, tasks, until), _undone(connection, until))


def read_trails(connection: sa.Connection) -> dict[Key, Trail]:
    """Read what the past says about each assignment; one that took a task over has the past of those before it too."""
    known = t.assignments.c
    query = sa.select(known.task_id, known.unit, known.extension_count, known.unit_update)
    rows = connection.execute(query.where(known.removed.is_(None))).all()
    trails = {Key(row.task_id, row.unit): Trail(row.extension_count, row.unit_update) for row in rows}
    return _followed(connection, trails, None)


def read_trails_at(connection: sa.Connection, revision: int) -> dict[Key, Trail]:
    """Read the same of all assignments as they were at *revision*."""
    played = replay(connection, until=revision)
    trails = {key: Trail(item.extension_count, item.unit_update) for key, item in played.items()}
    return _followed(connection, trails, revision)


def read_heard(connection: sa.Connection, first: date, last: date, until: int | None = None) -> frozenset[Key]:
    """Find the assignments of which their unit told something from *first* to *last*; *until* a revision, as it knew.

    Files that were taken back told nothing, and what an assignment was entered with was told by the office.
    """
    told, when = t.changes.c, t.revisions.c
    query = (
        sa.select(told.revision, told.task_id, told.unit)
        .distinct()
        .join(t.revisions, when.number == told.revision)
        .where((when.source == "unit") & when.day.between(first, last) & (told.rule != ENTERED))
    )
    if until is not None:
        query = query.where(told.revision <= until)
    left_out = silent(_undone(connection, until))
    rows = connection.execute(query).all()
    return frozenset(Key(row.task_id, row.unit) for row in rows if row.revision not in left_out)


def _followed(connection: sa.Connection, trails: dict[Key, Trail], until: int | None) -> dict[Key, Trail]:
    """Add to each assignment the past of those that held its task before."""
    moves = _moves(connection, until)
    first = _first_deadlines(connection, until)
    own = {key: trail.extension_count - (moves[key].brought if key in moves else 0) for key, trail in trails.items()}
    before = {key: move.before for key, move in moves.items() if move.before is not None}
    for key in trails.keys() & (moves.keys() | first.keys()):
        held = chain(key, before)
        deadline = next((first[one] for one in reversed(held) if one in first), None)
        count = sum(own.get(one, 0) for one in held)
        trails[key] = Trail(count, trails[key].last_update, deadline)
    return trails


class _Move(NamedTuple):
    before: Key | None
    """Who held the task before; None where that was undone."""
    brought: int
    """How many extended deadlines came along, counted for the one who had granted them already."""


def _moves(connection: sa.Connection, until: int | None) -> Mapping[Key, _Move]:
    extended = t.changes.alias()
    together = (
        (extended.c.task_id == t.changes.c.task_id)
        & (extended.c.unit == t.changes.c.unit)
        & (extended.c.revision == t.changes.c.revision)
        & (extended.c.field == "extended_deadline")
        & (extended.c.new != "null")
    )
    query = (
        sa.select(
            t.changes.c.id,
            t.changes.c.revision,
            t.changes.c.task_id,
            t.changes.c.unit,
            t.changes.c.new,
            extended.c.id.label("extended"),
        )
        .select_from(t.changes.outerjoin(extended, together))
        .where(t.IS_TRANSFER)
    )
    if until is not None:
        query = query.where(t.changes.c.revision <= until)
    left_out = silent(_undone(connection, until))
    found: dict[Key, _Move] = {}
    # Asked for in order, SQLite would rather walk through all changes than through the few that its index names.
    for row in sorted(connection.execute(query), key=lambda row: row.id):
        key, unit = Key(row.task_id, row.unit), load(row.new)
        counts = row.extended is not None and row.revision not in left_out
        brought = (found[key].brought if key in found else 0) + int(counts)
        found[key] = _Move(None if unit is None else Key(row.task_id, str(unit)), brought)
    return found


def _first_deadlines(connection: sa.Connection, until: int | None) -> Mapping[Key, date]:
    """Read the first deadline of those that another was written over."""
    left_out = silent(_undone(connection, until))
    query = sa.select(t.changes.c.id, t.changes.c.task_id, t.changes.c.unit, t.changes.c.revision, t.changes.c.old)
    if until is not None:
        query = query.where(t.changes.c.revision <= until)
    found: dict[Key, date] = {}
    for row in sorted(connection.execute(query.where(t.IS_NEW_DEADLINE)), key=lambda row: row.id):
        day = load(row.old)
        if row.revision not in left_out and isinstance(day, date):
            found.setdefault(Key(row.task_id, row.unit), day)
    return found


def _undone(connection: sa.Connection, until: int | None = None) -> tuple[tuple[int, int], ...]:
    """Read which revisions undo which."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    if until is not None:
        query = query.where(t.revisions.c.number <= until)
    return tuple((row.number, row.undoes) for row in connection.execute(query))


def _lines(connection: sa.Connection, tasks: Iterable[str] | None, until: int | None) -> Iterator[Line]:
    changes, revisions = t.changes, t.revisions
    query = (
        sa.select(changes, revisions.c.day, revisions.c.who)
        .join(revisions, revisions.c.number == changes.c.revision)
        .where(changes.c.field.in_(FIELDS))
        .order_by(changes.c.revision, changes.c.id)
    )
    if until is not None:
        query = query.where(changes.c.revision <= until)
    if tasks is not None:
        query = query.where(among(connection, changes.c.task_id, tasks))
    for row in connection.execute(query):
        yield _line(row)


def _line(row: Any) -> Line:  # noqa: ANN401 - a row of SQLAlchemy
    return Line(row.revision, row.day, row.who, Key(row.task_id, row.unit), row.field, load(row.old), load(row.new))
