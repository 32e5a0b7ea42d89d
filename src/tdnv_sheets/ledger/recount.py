"""Count anew what the past says about assignments, when an undo has changed which part of the past counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.replay import replay

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.records import Key


def dead_revisions(connection: sa.Connection) -> frozenset[int]:
    """Give the revisions that no longer count: an undo that counts took them back."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    dead: set[int] = set()
    for row in connection.execute(query.order_by(t.revisions.c.number.desc())):
        if row.number not in dead:
            dead.add(row.undoes)
    return frozenset(dead)


def recount(connection: sa.Connection, keys: AbstractSet[Key]) -> None:
    """Write the trails of *keys* as their past gives them now."""
    for key, item in replay(connection, keys).items():
        here = (t.assignments.c.task_id == key.task_id) & (t.assignments.c.unit == key.unit)
        values = {"extension_count": item.extension_count, "unit_update": item.unit_update}
        connection.execute(sa.update(t.assignments).where(here).values(**values))
