"""Find the tasks that come back, and the occurrences of them that the program ever entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Assignment, Key

if TYPE_CHECKING:
    from tdnv_sheets.ledger.store import Ledger

RHYTHM: Final = "recurrence"
_COLUMNS: Final = t.assignments.c
_RECURRING: Final = (
    sa.select(_COLUMNS.task_id, _COLUMNS.unit, _COLUMNS.fields)
    .where(_COLUMNS.removed.is_(None) & _COLUMNS.fields.contains(f'"{RHYTHM}": ', autoescape=True))
    .order_by(_COLUMNS.task_id, _COLUMNS.unit)
)
# What the office types comes with the register that it was typed into: the rest the program wrote in its name.
_ENTERED: Final = (
    sa.select(t.changes.c.task_id, t.changes.c.unit, t.changes.c.new)
    .join(t.revisions, t.revisions.c.number == t.changes.c.revision)
    .where((t.revisions.c.source == "office") & t.revisions.c.drawn.is_(None) & (t.changes.c.field == RHYTHM))
    .order_by(t.changes.c.id)
)


def recurring(ledger: Ledger) -> dict[Key, Assignment]:
    """Read the current assignments that say something under «Định kỳ»."""
    with ledger.reading() as connection:
        rows = connection.execute(_RECURRING).all()
    found = {Key(task_id, unit): load_fields(fields) for task_id, unit, fields in rows}
    return {key: Assignment(key, fields) for key, fields in found.items() if fields.get(RHYTHM)}


def entered_rhythms(ledger: Ledger) -> dict[Key, str]:
    """Give what stood under «Định kỳ» of assignments when the program entered them, whatever became of them since."""
    with ledger.reading() as connection:
        rows = connection.execute(_ENTERED).all()
    words: dict[Key, str] = {}
    for task_id, unit, new in rows:
        words.setdefault(Key(task_id, unit), str(load(new) or ""))
    return words
