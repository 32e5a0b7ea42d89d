"""Say which revisions count."""

from __future__ import annotations

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.events import taken_back


def dead_revisions(connection: sa.Connection) -> frozenset[int]:
    """Give the revisions that no longer count: an undo that counts took them back."""
    query = sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
    return taken_back((row.number, row.undoes) for row in connection.execute(query))
