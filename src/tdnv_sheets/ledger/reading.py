"""Read assignments inside a transaction: as they are, as they were, and as a drawn register said when it was last read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Assignment, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MANY: Final = 400
"""Keys asked for in one query; SQLite allows 999 variables in old builds."""
CHOSEN: Final = "choice"
"""The rule of changes that were chosen in «Xung đột», not typed into «Nhiệm vụ»."""


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


def read_at(
    connection: sa.Connection, keys: Iterable[Key], revision: int, *, drawing: bool = False
) -> dict[Key, dict[str, Value]]:
    """Take the current fields and walk back the changes after *revision*.

    With *drawing* it is the register drawn at *revision* that is asked for, as it was last read back: what an
    earlier reading took from it stands, and rows that it brought are there.
    """
    wanted = set(keys)
    now = read_assignments(connection, wanted)
    created: dict[Key, Any] = {}
    later: dict[Key, list[Any]] = {}
    for part in _parts(wanted):
        for row in connection.execute(_creations(t.assignments.c.task_id.in_(part))):
            created[Key(row.task_id, row.unit)] = row
        for row in connection.execute(_changes_after(t.changes.c.task_id.in_(part), revision)):
            later.setdefault(Key(row.task_id, row.unit), []).append(row)
    past: dict[Key, dict[str, Value]] = {}
    for key in wanted & now.keys():
        if created[key].created > revision and not (drawing and created[key].drawn == revision):
            continue
        fields = dict(now[key].fields)
        typed: set[str] = set()
        for row in later.get(key, ()):
            if row.field in typed:
                continue
            if drawing and row.drawn == revision and row.rule != CHOSEN:
                typed.add(row.field)
            fields[row.field] = load(row.new if row.field in typed else row.old)
        past[key] = {name: value for name, value in fields.items() if value is not None}
    return past


def read_entered(connection: sa.Connection, revision: int) -> dict[Key, int]:
    """Find the assignments that came as new rows of the register drawn at *revision*, with their Excel row."""
    query = _creations((t.revisions.c.drawn == revision) & t.tasks.c.row.is_not(None))
    return {Key(row.task_id, row.unit): row.row for row in connection.execute(query)}


def _creations(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select assignments with the revision that made them and the drawing that it was read from."""
    joined = t.assignments.join(t.revisions, t.revisions.c.number == t.assignments.c.created)
    joined = joined.join(t.tasks, t.tasks.c.task_id == t.assignments.c.task_id)
    columns = (t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.created)
    return sa.select(*columns, t.revisions.c.drawn, t.tasks.c.row).select_from(joined).where(where)


def _changes_after(where: sa.ColumnElement[bool], revision: int) -> sa.Select[Any]:
    joined = t.changes.join(t.revisions, t.revisions.c.number == t.changes.c.revision)
    query = sa.select(t.changes, t.revisions.c.drawn).select_from(joined)
    query = query.where(where & (t.changes.c.revision > revision))
    return query.order_by(t.changes.c.revision.desc(), t.changes.c.id.desc())


def _parts(keys: Iterable[Key]) -> Iterator[Sequence[str]]:
    ids = sorted({key.task_id for key in keys})
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]
