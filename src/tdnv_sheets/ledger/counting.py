"""Say which revisions count."""

from __future__ import annotations

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t


def dead_revisions(connection: sa.Connection) -> frozenset[int]:
    """Give the revisions that no longer count: an undo that counts took them back."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    dead: set[int] = set()
    for row in connection.execute(query.order_by(t.revisions.c.number.desc())):
        if row.number not in dead:
            dead.add(row.undoes)
    return frozenset(dead)
