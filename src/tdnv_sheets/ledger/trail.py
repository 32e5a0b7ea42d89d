"""Count anew what the past says about assignments, when an undo has changed which part of the past counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.standing import EXTENSION, REPORTED
from tdnv_sheets.ledger.statements import among
from tdnv_sheets.ledger.values import load
from tdnv_sheets.records import Key, Trail

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import date

    from tdnv_sheets.ledger.store import Ledger


def dead_revisions(connection: sa.Connection, until: int | None = None) -> frozenset[int]:
    """Give the revisions that no longer count: an undo that counts took them back. Undos count for nothing else."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    if until is not None:
        query = query.where(t.revisions.c.number <= until)
    dead: set[int] = set()
    for row in connection.execute(query.order_by(t.revisions.c.number.desc())):
        if row.number not in dead:
            dead.add(row.undoes)
    return frozenset(dead)


def trail_of(created: int, lines: Iterable[Any], dead: AbstractSet[int]) -> Trail:
    """Give the trail of one assignment from its *lines* (changes with day and source of their revision), oldest first.

    The revision that entered it always counts: the assignment is there.
    """
    extensions: set[int] = set()
    last: date | None = None
    for line in lines:
        if line.source == "undo" or (line.revision in dead and line.revision != created):
            continue
        new = load(line.new)
        if line.field == EXTENSION and new is not None:
            extensions.add(line.revision)
        if line.revision == created:
            if line.field == REPORTED and new is not None and not isinstance(new, (str, int, float)):
                last = last or new
        elif line.source == "unit":
            last = line.day
    return Trail(len(extensions), last)


def trails_at(ledger: Ledger, revision: int) -> dict[Key, Trail]:
    """Give the trails of all assignments as they were at *revision*."""
    query = sa.select(t.changes, t.revisions.c.day, t.revisions.c.source, t.assignments.c.created)
    query = query.join(t.revisions, t.revisions.c.number == t.changes.c.revision).join(
        t.assignments, (t.assignments.c.task_id == t.changes.c.task_id) & (t.assignments.c.unit == t.changes.c.unit)
    )
    told = t.changes.c.field.in_((EXTENSION, REPORTED)) | (t.revisions.c.source == "unit")
    lines: dict[Key, list[Any]] = {}
    with ledger.reading() as connection:
        dead = dead_revisions(connection, revision)
        for row in connection.execute(query.where(told & (t.changes.c.revision <= revision)).order_by(t.changes.c.id)):
            lines.setdefault(Key(row.task_id, row.unit), []).append(row)
    return {key: trail_of(found[0].created, found, dead) for key, found in lines.items()}


def recount(connection: sa.Connection, keys: AbstractSet[Key]) -> None:
    """Write the trails of *keys* as their past gives them now."""
    if not keys:
        return
    dead = dead_revisions(connection)
    ids = [key.task_id for key in keys]
    query = sa.select(t.changes, t.revisions.c.day, t.revisions.c.source).join(
        t.revisions, t.revisions.c.number == t.changes.c.revision
    )
    lines: dict[Key, list[Any]] = {key: [] for key in keys}
    for row in connection.execute(query.where(among(connection, t.changes.c.task_id, ids)).order_by(t.changes.c.id)):
        if Key(row.task_id, row.unit) in lines:
            lines[Key(row.task_id, row.unit)].append(row)
    made = sa.select(t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.created)
    for row in connection.execute(made.where(among(connection, t.assignments.c.task_id, ids))).all():
        key = Key(row.task_id, row.unit)
        if key not in lines:
            continue
        trail = trail_of(row.created, lines[key], dead)
        here = (t.assignments.c.task_id == key.task_id) & (t.assignments.c.unit == key.unit)
        values = {"extension_count": trail.extension_count, "unit_update": trail.last_update}
        connection.execute(sa.update(t.assignments).where(here).values(**values))
