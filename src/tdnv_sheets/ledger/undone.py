"""Read what undos took away: values that an old register may still say, assignments that may be asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.counting import dead_revisions
from tdnv_sheets.ledger.statements import among
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.ledger.store import Ledger


class Gone(NamedTuple):
    """An assignment that was removed."""

    fields: dict[str, Value]
    """As they were then."""
    drawn: int | None
    """The revision of the register from which it had been entered, None where it came from elsewhere."""


def removed(ledger: Ledger, keys: Iterable[Key]) -> dict[Key, Gone]:
    """Give those of *keys* that were removed."""
    wanted = frozenset(keys)
    columns = t.assignments.c
    query = sa.select(columns.task_id, columns.unit, columns.fields, t.revisions.c.drawn)
    query = query.join(t.revisions, t.revisions.c.number == columns.created).where(columns.removed.is_not(None))
    with ledger.reading() as connection:
        rows = connection.execute(query.where(among(connection, columns.task_id, (key.task_id for key in wanted))))
        found = {Key(row.task_id, row.unit): Gone(load_fields(row.fields), row.drawn) for row in rows}
    return {key: gone for key, gone in found.items() if key in wanted}


def before_undone(ledger: Ledger, issue: str, seen: int) -> dict[tuple[Key, str], Value]:
    """Give the cells that at revision *seen* held what a file of *issue* wrote and an undo took back, as they were before.

    A marked copy drawn at *seen* shows what such a file said: its sender states it, and did not find it there.
    """
    changes, revisions = t.changes.c, t.revisions.c
    files = sa.select(revisions.number).join(t.files, t.files.c.digest == revisions.digest)
    files = files.where((t.files.c.issue == issue) & (revisions.number <= seen))
    with ledger.reading() as connection:
        sent = set(connection.scalars(files))
        dead = (revision for revision in dead_revisions(connection) if revision <= seen)
        gone = {revision for revision in dead if _says_again(connection, revision) in sent}
        touched = sa.select(changes.task_id).where(changes.revision.in_(gone))
        query = sa.select(t.changes).where(changes.task_id.in_(touched) & (changes.revision <= seen))
        rows = connection.execute(query.order_by(changes.id.desc())) if gone else ()
        found: dict[tuple[Key, str], Value] = {}
        settled: set[tuple[Key, str]] = set()
        for row in rows:
            cell = Key(row.task_id, row.unit), row.field
            if row.revision not in gone:
                settled.add(cell)
            elif cell not in settled:
                found[cell] = load(row.old)
    return found


def _says_again(connection: sa.Connection, revision: int) -> int | None:
    """Give the revision that *revision* is, or brings back as the undo of its undo; None for what takes one back."""
    undoes, back = t.revisions.c.undoes, False
    while (first := connection.scalar(sa.select(undoes).where(t.revisions.c.number == revision))) is not None:
        revision, back = first, not back
    return None if back else revision


def undone_cells(ledger: Ledger, drawn: int) -> dict[tuple[Key, str], list[Value]]:
    """Give what readings of a register drawn at revision *drawn* had written and undos took back, oldest first.

    That register may still say so, and must not say it into the ledger once more; a copy of it may never have said it.
    """
    query = sa.select(t.changes).join(t.revisions, t.revisions.c.number == t.changes.c.revision)
    query = query.where(t.revisions.c.drawn == drawn).order_by(t.changes.c.id)
    with ledger.reading() as connection:
        dead = dead_revisions(connection)
        rows = connection.execute(query) if dead else ()
        found: dict[tuple[Key, str], list[Value]] = {}
        for row in rows:
            if row.revision in dead:
                found.setdefault((Key(row.task_id, row.unit), row.field), []).append(load(row.new))
    return found
