"""Read assignments inside a transaction: as they are, as they were at a revision, and as they were entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.statements import among, rows_among
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Assignment, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

_COLUMNS: Final = t.assignments.c
_ALL: Final = sa.select(_COLUMNS.task_id, _COLUMNS.unit, _COLUMNS.fields)
_PRESENT: Final = _ALL.where(_COLUMNS.removed.is_(None))
_ENTERED_BY: Final = _ALL.add_columns(_COLUMNS.revision, _COLUMNS.removed).where(_COLUMNS.created <= sa.bindparam("by"))
_AS_ENTERED: Final = (_COLUMNS.created, _COLUMNS.task_id, _COLUMNS.unit)
_MOVED: Final = sa.select(_COLUMNS.task_id, _COLUMNS.unit, _COLUMNS.fields, _COLUMNS.removed).where(
    _COLUMNS.revision > sa.bindparam("after")
)
_LAST: Final = sa.select(sa.func.max(t.revisions.c.number))


def last_revision(connection: sa.Connection) -> int:
    """Give the number of the last revision."""
    return int(connection.scalar(_LAST) or 0)


def read_assignments(
    connection: sa.Connection, keys: Iterable[Key] | None = None, *, removed: bool = False
) -> dict[Key, Assignment]:
    """Read assignments; given keys also bring the other units of their tasks, *removed* also what is not there now."""
    query = _ALL if removed else _PRESENT
    if keys is None:
        rows = connection.execute(query.order_by(*_AS_ENTERED))
    else:
        rows = rows_among(connection, query, t.assignments.c.task_id, (key.task_id for key in keys))
    found: dict[Key, Assignment] = {}
    for task_id, unit, fields in rows.all():
        key = Key(task_id, unit)
        found[key] = Assignment(key, load_fields(fields))
    return found


def read_now(
    connection: sa.Connection, then: Mapping[Key, Mapping[str, Value]], revision: int
) -> dict[Key, Mapping[str, Value]]:
    """Read the fields of assignments that were *then* at *revision*: only of those that moved since anything is read."""
    now = dict(then)
    rows = rows_among(connection, _MOVED, t.assignments.c.task_id, (key.task_id for key in then), after=revision)
    for row in rows.all():
        key = Key(row.task_id, row.unit)
        if row.removed is None:
            now[key] = load_fields(row.fields)
        else:
            now.pop(key, None)
    return now


def read_held(connection: sa.Connection, units: Iterable[str]) -> dict[Key, Assignment]:
    """Read the assignments of *units* that are there now."""
    columns = t.assignments.c
    query = sa.select(columns.task_id, columns.unit, columns.fields).where(columns.removed.is_(None))
    query = query.where(among(connection, columns.unit, units)).order_by(columns.task_id, columns.unit)
    return {
        Key(task_id, unit): Assignment(Key(task_id, unit), load_fields(fields))
        for task_id, unit, fields in connection.execute(query)
    }


def read_at(connection: sa.Connection, keys: Iterable[Key] | None, revision: int) -> dict[Key, dict[str, Value]]:
    """Read the fields of *keys* (None: of all) as they were at *revision*; keys that were not there then are left out."""
    wanted = None if keys is None else frozenset(keys)
    if wanted is None:
        rows = connection.execute(_ENTERED_BY.order_by(*_AS_ENTERED), {"by": revision})
    else:
        ids = (key.task_id for key in wanted)
        rows = rows_among(connection, _ENTERED_BY, t.assignments.c.task_id, ids, by=revision)
    past: dict[Key, dict[str, Value]] = {}
    moved: set[Key] = set()
    for task_id, unit, fields, last, removed in rows.all():
        key = Key(task_id, unit)
        if wanted is not None and key not in wanted:
            continue
        if last > revision:
            moved.add(key)
        if last > revision or removed is None:
            past[key] = load_fields(fields)
    if moved:
        _rewind(connection, past, moved, revision)
    return past


def _rewind(
    connection: sa.Connection, past: dict[Key, dict[str, Value]], moved: AbstractSet[Key], revision: int
) -> None:
    """Take back what was written to *moved* after *revision*, the last first."""
    ids = [key.task_id for key in moved]
    columns = t.changes.c
    query = sa.select(columns.task_id, columns.unit, columns.field, columns.old).where(columns.revision > revision)
    query = query.where(among(connection, columns.task_id, ids)).order_by(columns.revision.desc(), columns.id.desc())
    for task_id, unit, name, old in connection.execute(query):
        fields = past.get(Key(task_id, unit))
        if fields is not None:
            fields[name] = load(old)
    for key in moved:
        past[key] = {name: value for name, value in past[key].items() if value is not None}
    for key in _absent(connection, ids, revision) & moved:
        del past[key]


def _absent(connection: sa.Connection, ids: Iterable[str], revision: int) -> set[Key]:
    """Find the assignments that were removed, and not back, at *revision*."""
    columns = t.removals.c
    query = sa.select(columns.task_id, columns.unit, columns.restored).where(columns.revision <= revision)
    query = query.where(among(connection, columns.task_id, ids)).order_by(columns.revision)
    there = {Key(task_id, unit): restored for task_id, unit, restored in connection.execute(query)}
    return {key for key, restored in there.items() if not restored}


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
    """Find the assignments of tasks that were entered from a register drawn at revision *drawn*, removed ones too."""
    query = (
        sa.select(t.assignments.c.task_id, t.assignments.c.unit)
        .join(t.tasks, t.tasks.c.task_id == t.assignments.c.task_id)
        .join(t.revisions, t.revisions.c.number == t.tasks.c.created)
        .where((t.revisions.c.drawn == drawn) & (t.assignments.c.created == t.tasks.c.created))
    )
    return frozenset(Key(row.task_id, row.unit) for row in connection.execute(query))


def _creations(connection: sa.Connection, keys: AbstractSet[Key]) -> dict[Key, int]:
    """Find the revisions that entered *keys*."""
    columns = t.assignments.c
    query = sa.select(columns.task_id, columns.unit, columns.created)
    query = query.where(among(connection, columns.task_id, (key.task_id for key in keys)))
    found = {Key(task_id, unit): created for task_id, unit, created in connection.execute(query)}
    return {key: revision for key, revision in found.items() if key in keys}


def revision_on(connection: sa.Connection, moment: datetime) -> int:
    """Give the last revision that was written up to *moment*, 0 when there was none."""
    columns = t.revisions.c
    query = sa.select(columns.number).where(columns.at <= moment).order_by(columns.number.desc()).limit(1)
    return connection.scalar(query) or 0
