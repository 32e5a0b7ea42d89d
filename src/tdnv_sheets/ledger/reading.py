"""Read assignments inside a transaction: as they are, as they were at a revision, and as they were entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Assignment, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

_MANY: Final = 400
"""Keys asked for in one query; SQLite allows 999 variables in old builds."""


def last_revision(connection: sa.Connection) -> int:
    """Give the number of the last revision."""
    return int(connection.scalar(sa.select(sa.func.max(t.revisions.c.number))) or 0)


def read_assignments(connection: sa.Connection, keys: Iterable[Key] | None = None) -> dict[Key, Assignment]:
    """Read assignments; given keys also bring the other units of their tasks."""
    columns = sa.select(t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.fields)
    found: dict[Key, Assignment] = {}
    if keys is None:
        query = columns.order_by(t.assignments.c.created, t.assignments.c.task_id, t.assignments.c.unit)
        queries: Iterable[sa.Select[Any]] = (query,)
    else:
        queries = (columns.where(t.assignments.c.task_id.in_(part)) for part in _parts(keys))
    for query in queries:
        for row in connection.execute(query):
            key = Key(row.task_id, row.unit)
            found[key] = Assignment(key, load_fields(row.fields))
    return found


def read_at(connection: sa.Connection, keys: Iterable[Key], revision: int) -> dict[Key, dict[str, Value]]:
    """Read the fields of *keys* as they were at *revision*; keys that did not exist then are left out."""
    wanted = set(keys)
    now: dict[Key, tuple[int, dict[str, Value]]] = {}
    columns = sa.select(t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.created, t.assignments.c.fields)
    later: dict[Key, list[Any]] = {}
    for part in _parts(wanted):
        for row in connection.execute(columns.where(t.assignments.c.task_id.in_(part))):
            key = Key(row.task_id, row.unit)
            if key in wanted:
                now[key] = row.created, load_fields(row.fields)
        query = sa.select(t.changes).where(t.changes.c.task_id.in_(part) & (t.changes.c.revision > revision))
        query = query.order_by(t.changes.c.revision.desc(), t.changes.c.id.desc())
        for row in connection.execute(query):
            later.setdefault(Key(row.task_id, row.unit), []).append(row)
    past: dict[Key, dict[str, Value]] = {}
    for key, (created, current) in now.items():
        if created > revision:
            continue
        fields = current | {row.field: load(row.old) for row in later.get(key, ())}
        past[key] = {name: value for name, value in fields.items() if value is not None}
    return past


def read_entered(connection: sa.Connection, keys: Iterable[Key]) -> dict[Key, dict[str, Value]]:
    """Read the fields that *keys* were entered with."""
    by_revision: dict[int, list[Key]] = {}
    for key, revision in _creations(connection, set(keys)).items():
        by_revision.setdefault(revision, []).append(key)
    entered: dict[Key, dict[str, Value]] = {}
    for revision, made in by_revision.items():
        entered |= read_at(connection, made, revision)
    return entered


def read_new_tasks(connection: sa.Connection, drawn: int) -> frozenset[Key]:
    """Find the assignments of tasks that were entered from a register drawn at revision *drawn*."""
    query = (
        sa.select(t.assignments.c.task_id, t.assignments.c.unit)
        .join(t.tasks, t.tasks.c.task_id == t.assignments.c.task_id)
        .join(t.revisions, t.revisions.c.number == t.tasks.c.created)
        .where((t.revisions.c.drawn == drawn) & (t.assignments.c.created == t.tasks.c.created))
    )
    return frozenset(Key(row.task_id, row.unit) for row in connection.execute(query))


def _creations(connection: sa.Connection, keys: AbstractSet[Key]) -> dict[Key, int]:
    """Find the revisions that entered *keys*."""
    columns = sa.select(t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.created)
    found: dict[Key, int] = {}
    for part in _parts(keys):
        for row in connection.execute(columns.where(t.assignments.c.task_id.in_(part))):
            found[Key(row.task_id, row.unit)] = row.created
    return {key: revision for key, revision in found.items() if key in keys}


def _parts(keys: Iterable[Key]) -> Iterator[Sequence[str]]:
    ids = sorted({key.task_id for key in keys})
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]
