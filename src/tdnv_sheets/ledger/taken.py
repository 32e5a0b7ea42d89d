"""Read back what the taking of one file did, for a command that finishes what another had begun."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.values import load
from tdnv_sheets.records import Change, Conflict, Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.ledger.store import Ledger


class Taken(NamedTuple):
    """What became of one file when it was taken in."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    """Those that are new."""
    counts: Mapping[str, Mapping[str, int]]
    """Of `rows` and `cells`: what became of how many."""
    findings: tuple[Mapping[str, Any], ...]
    """As they are kept beside the file."""


def read_taken(ledger: Ledger, digest: str, token: str) -> Taken | None:
    """Read what the file with these bytes did when it arrived under *token*; None where no more is known of it."""
    then = sa.select(t.arrivals.c.at).where(t.arrivals.c.token == token).scalar_subquery()
    known = (t.files.c.digest == digest) & (t.files.c.at == then)
    with ledger.reading() as connection:
        file = connection.execute(sa.select(t.files).where(known)).one_or_none()
        if file is None:
            return None
        # Where nothing was left to take in, the file still names the revision that took it before.
        here = (t.revisions.c.number == file.revision) & (t.revisions.c.at == file.at)
        revision = connection.scalar(sa.select(t.revisions.c.number).where(here))
        changes = sa.select(t.changes).where(t.changes.c.revision == revision).order_by(t.changes.c.id)
        # One that only took another's place is of the file that sent it.
        sent = (t.conflicts.c.file == file.name) & (t.conflicts.c.at == file.at)
        opened = sa.select(t.conflicts).where((t.conflicts.c.revision == revision) & sent)
        return Taken(
            tuple(_change(row) for row in connection.execute(changes)),
            tuple(_conflict(row) for row in connection.execute(opened.order_by(t.conflicts.c.number))),
            json.loads(file.counts),
            tuple(json.loads(file.findings)),
        )


def _change(row: Any) -> Change:  # noqa: ANN401 - a row of SQLAlchemy
    return Change(Key(row.task_id, row.unit), row.field, load(row.old), load(row.new), row.rule)


def _conflict(row: Any) -> Conflict:  # noqa: ANN401 - a row of SQLAlchemy
    return Conflict(Key(row.task_id, row.unit), row.field, load(row.base), load(row.ours), load(row.theirs))
