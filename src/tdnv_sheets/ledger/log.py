"""Read revisions as a journal: who wrote when from which file, how much, and which of them was undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.records import Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from tdnv_sheets.ledger.store import Ledger

ENTERED: Final = "13"
"""The rule under which the first values of a new task stand among the changes."""


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One revision and how much it wrote."""

    number: int
    at: datetime
    day: date
    who: str
    source: str
    file: str
    note: str
    undoes: int | None
    undone_by: int | None
    cells: int
    """Changed cells, those of new assignments not counted."""
    added: int
    """Assignments that were entered."""
    removed: int
    restored: int
    conflicts: int
    """Opened by it."""
    settled: int
    proposals: int
    """Made by it."""


class Removal(NamedTuple):
    """An assignment that left the present, or came back to it."""

    revision: int
    at: datetime
    who: str
    key: Key
    restored: bool


def read_undone(ledger: Ledger) -> dict[int, int]:
    """Give the revisions that were undone, with the one that did it."""
    query = sa.select(t.revisions.c.undoes, t.revisions.c.number).where(t.revisions.c.undoes.is_not(None))
    with ledger.reading() as connection:
        return {row.undoes: row.number for row in connection.execute(query)}


def read_removals(ledger: Ledger, task_id: str) -> tuple[Removal, ...]:
    """Read when the assignments of a task left the present and came back, oldest first."""
    query = (
        sa.select(t.removals, t.revisions.c.at, t.revisions.c.who)
        .join(t.revisions, t.revisions.c.number == t.removals.c.revision)
        .where((t.removals.c.task_id == task_id) & ~(t.removals.c.restored & _entered()))
        .order_by(t.removals.c.revision, t.removals.c.unit)
    )
    with ledger.reading() as connection:
        return tuple(
            Removal(row.revision, row.at, row.who, Key(row.task_id, row.unit), row.restored)
            for row in connection.execute(query)
        )


def read_revisions(
    ledger: Ledger,
    *,
    since: date | None = None,
    unit: str | None = None,
    limit: int | None = None,
    number: int | None = None,
) -> tuple[RevisionRecord, ...]:
    """Read revisions, newest first: from the day *since*, only those that concern *unit*, or the one of a *number*."""
    undo = t.revisions.alias("undo")
    query = sa.select(t.revisions, undo.c.number.label("undone_by")).outerjoin(
        undo, undo.c.undoes == t.revisions.c.number
    )
    if number is not None:
        query = query.where(t.revisions.c.number == number)
    if since is not None:
        query = query.where(t.revisions.c.day >= since)
    if unit is not None:
        tables = (t.changes, t.conflicts, t.proposals, t.removals)
        touched = sa.union(*(sa.select(table.c.revision).where(table.c.unit == unit) for table in tables))
        query = query.where((t.revisions.c.who == unit) | t.revisions.c.number.in_(touched))
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(t.revisions.c.number.desc()).limit(limit)).all()
        numbers = [row.number for row in rows]
        counts = {name: _counted(connection, count, numbers) for name, count in _counts().items()}
    return tuple(
        RevisionRecord(
            number=row.number,
            at=row.at,
            day=row.day,
            who=row.who,
            source=row.source,
            file=row.file,
            note=row.note,
            undoes=row.undoes,
            undone_by=row.undone_by,
            **{name: found.get(row.number, 0) for name, found in counts.items()},
        )
        for row in rows
    )


def _counts() -> Mapping[str, tuple[sa.Column[int], sa.ColumnElement[bool]]]:
    """Give (the column that holds the revision, which rows count) for each count of a revision."""
    every = sa.true()
    return {
        "cells": (t.changes.c.revision, t.changes.c.rule != ENTERED),
        "added": (t.assignments.c.created, every),
        "removed": (t.removals.c.revision, sa.not_(t.removals.c.restored)),
        "restored": (t.removals.c.revision, t.removals.c.restored & ~_entered()),
        "conflicts": (t.conflicts.c.revision, every),
        "settled": (t.conflicts.c.settled, t.conflicts.c.state.in_(("ours", "theirs", "other"))),
        "proposals": (t.proposals.c.revision, every),
    }


def _entered() -> sa.ColumnElement[bool]:
    """Say whether a removal is none: what is entered without any field stands there too, as if it had come back."""
    here = (t.assignments.c.task_id == t.removals.c.task_id) & (t.assignments.c.unit == t.removals.c.unit)
    return sa.exists().where(here & (t.assignments.c.created == t.removals.c.revision)).correlate(t.removals)


def _counted(
    connection: sa.Connection, count: tuple[sa.Column[int], sa.ColumnElement[bool]], numbers: Sequence[int]
) -> dict[int, int]:
    """Count the rows of each revision between the first and the last of *numbers*."""
    if not numbers:
        return {}
    column, which = count
    between = column.between(min(numbers), max(numbers))
    query = sa.select(column, sa.func.count()).where(which & between).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}
