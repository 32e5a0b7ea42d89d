"""Write what a revision does to assignments: new ones, changed cells, ones that leave the present or come back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.statements import insert_many, rows_among, update_many
from tdnv_sheets.ledger.values import dump, dump_fields, load_fields
from tdnv_sheets.ledger.words import WORDS, note_words
from tdnv_sheets.records import Change, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.ledger.commit import Entry

EXTENSION: Final = "extended_deadline"
REPORTED: Final = "reported_date"
ENTERED: Final = "13"
"""The rule under which the first values of a new task stand in the log."""


class Standing(NamedTuple):
    """One assignment as its row is."""

    task_id: str
    unit: str
    fields: str
    revision: int
    removed: int | None
    unit_update: date | None
    extension_count: int


_NEW: Final = ("task_id", "unit", "fields", "created", "revision", "removed", "unit_update", "extension_count")
STANDING: Final = tuple(t.assignments.c[name] for name in Standing._fields)
"""The columns of a standing."""
_READ: Final = sa.select(*STANDING)
_HERE: Final = (t.assignments.c.task_id == sa.bindparam("task")) & (t.assignments.c.unit == sa.bindparam("of"))
UPDATE_TRAIL: Final = (
    sa.update(t.assignments)
    .where(_HERE)
    .values(unit_update=sa.bindparam("heard"), extension_count=sa.bindparam("extensions"))
)
"""What no field holds."""
_UPDATE: Final = (
    sa.update(t.assignments)
    .where(_HERE)
    .values(
        fields=sa.bindparam("now"),
        revision=sa.bindparam("at"),
        removed=sa.bindparam("gone"),
        unit_update=sa.func.coalesce(sa.bindparam("heard", type_=sa.Date), t.assignments.c.unit_update),
        extension_count=t.assignments.c.extension_count + sa.bindparam("more"),
    )
)


class Before(NamedTuple):
    """The assignments that a revision writes to, as they were before it."""

    fields: Mapping[Key, Mapping[str, Value]]
    removed: AbstractSet[Key] = frozenset()
    """Those of them that were not there."""


def read_standing(connection: sa.Connection, keys: AbstractSet[Key]) -> dict[Key, Standing]:
    """Read the rows of *keys*, removed ones too; keys that never were are left out."""
    if not keys:
        return {}
    rows = rows_among(connection, _READ, t.assignments.c.task_id, (key.task_id for key in keys)).all()
    return {key: row for row in map(Standing._make, rows) if (key := Key(*row[:2])) in keys}


def before(standing: Mapping[Key, Standing], keys: Iterable[Key]) -> Before:
    """Give those of *keys* that have a row as that row is."""
    rows = {key: standing[key] for key in keys if key in standing}
    fields = {key: load_fields(row.fields) for key, row in rows.items()}
    return Before(fields, {key for key, row in rows.items() if row.removed is not None})


def add_tasks(connection: sa.Connection, entry: Entry, revision: int) -> tuple[str, ...]:
    """Enter the new tasks and give their ids."""
    year = entry.day.year
    task_ids, made = [], []
    number = _last_number(connection, year) if any(task.task_id is None for task in entry.new_tasks) else 0
    for task in entry.new_tasks:
        task_id = task.task_id
        if task_id is None:
            number += 1
            task_id = f"NV-{year}-{number:05}"
            made.append((task_id, year, number, revision))
        task_ids.append(task_id)
    insert_many(connection, t.tasks, ("task_id", "year", "number", "created"), made)
    rows: list[tuple[object, ...]] = []
    changes: list[Change] = []
    bare: list[Key] = []
    for task, task_id in zip(entry.new_tasks, task_ids, strict=True):
        fields = {name: value for name, value in task.fields.items() if value is not None}
        packed = dump_fields(fields)
        for unit in task.units:
            key = Key(task_id, unit)
            rows.append(_new_row(key, fields, packed, revision))
            changes += (Change(key, name, None, value, ENTERED) for name, value in fields.items())
            if not fields:
                bare.append(key)
    insert_many(connection, t.assignments, _NEW, rows)
    note_words(connection, {change.key: change.new for change in changes if change.field == WORDS})
    _log_changes(connection, changes, revision)
    # One without any field leaves no change that says since when it is there.
    _log_removals(connection, ((key, True) for key in bare), revision)
    return tuple(task_ids)


def _last_number(connection: sa.Connection, year: int) -> int:
    return connection.scalar(sa.select(sa.func.max(t.tasks.c.number)).where(t.tasks.c.year == year)) or 0


def _new_row(key: Key, fields: Mapping[str, Value], packed: str, revision: int) -> tuple[object, ...]:
    reported = fields.get(REPORTED)
    heard = reported.isoformat() if isinstance(reported, date) else None
    return (*key, packed, revision, revision, None, heard, 1 if EXTENSION in fields else 0)


def apply(connection: sa.Connection, entry: Entry, revision: int, before: Before) -> None:
    """Write the entry's changes and removals.

    Raises `RuntimeError` where a change starts from another value than the ledger's, or from no assignment.
    """
    back = {key for key, restored in entry.removals if restored}
    gone = {key for key, restored in entry.removals if not restored}
    by_key: dict[Key, list[Change]] = {key: [] for key in (*back, *gone)}
    for change in entry.changes:
        by_key.setdefault(change.key, []).append(change)
    extended_keys = {change.key for change in entry.changes if change.field == EXTENSION and change.new is not None}
    day = entry.day.isoformat() if entry.source == "unit" else None
    written: list[tuple[object, ...]] = []
    for key, changes in by_key.items():
        if key not in before.fields or (key in before.removed) != (key in back):
            message = f"{key}: there is no such assignment to write to"
            raise RuntimeError(message)
        heard = day if changes else None
        extended = key in extended_keys
        left = revision if key in gone else None
        written.append((_changed(before.fields[key], changes), revision, left, heard, int(extended), *key))
    update_many(connection, _UPDATE, ("now", "at", "gone", "heard", "more", "task", "of"), written)
    note_words(connection, {change.key: change.new for change in entry.changes if change.field == WORDS})
    _log_changes(connection, entry.changes, revision)
    _log_removals(connection, entry.removals, revision)


def _changed(then: Mapping[str, Value], changes: Iterable[Change]) -> str:
    fields = dict(then)
    for key, name, old, new, _ in changes:
        if fields.get(name) != old:
            message = f"{key} {name}: the change starts from another value than the ledger's"
            raise RuntimeError(message)
        fields[name] = new
    return dump_fields(fields)


def _log_changes(connection: sa.Connection, changes: Sequence[Change], revision: int) -> None:
    rows = [(revision, *key, name, dump(old), dump(new), rule) for key, name, old, new, rule in changes]
    insert_many(connection, t.changes, ("revision", "task_id", "unit", "field", "old", "new", "rule"), rows)


def _log_removals(connection: sa.Connection, removals: Iterable[tuple[Key, bool]], revision: int) -> None:
    rows = [(revision, *key, restored) for key, restored in removals]
    insert_many(connection, t.removals, ("revision", "task_id", "unit", "restored"), rows)
