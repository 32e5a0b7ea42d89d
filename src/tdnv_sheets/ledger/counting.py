"""Say which revisions count, and what the past said about assignments at one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.replay import replay
from tdnv_sheets.records import Key, Trail

if TYPE_CHECKING:
    from tdnv_sheets.ledger.store import Ledger


def dead_revisions(connection: sa.Connection) -> frozenset[int]:
    """Give the revisions that no longer count: an undo that counts took them back."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    dead: set[int] = set()
    for row in connection.execute(query.order_by(t.revisions.c.number.desc())):
        if row.number not in dead:
            dead.add(row.undoes)
    return frozenset(dead)


def trails_at(ledger: Ledger, revision: int) -> dict[Key, Trail]:
    """Give the trails of all assignments as they were at *revision*."""
    with ledger.reading() as connection:
        played = replay(connection, until=revision)
    return {key: Trail(item.extension_count, item.unit_update) for key, item in played.items()}
