"""Write what waits for a person and what a person decided: conflicts and proposals of one revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.statements import rows_among
from tdnv_sheets.ledger.values import dump, dump_fields, load
from tdnv_sheets.records import Change, Conflict, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tdnv_sheets.ledger.commit import Entry
    from tdnv_sheets.ledger.standing import Before

OPEN: Final = sa.select(t.conflicts).where(t.conflicts.c.state == sa.literal_column("'open'"))
"""Written out, not bound: the index of open conflicts is used only where the statement says so."""


def write_disputes(connection: sa.Connection, entry: Entry, revision: int, before: Before) -> int:
    """Settle, follow and open conflicts; give how many are new."""
    for settlement in entry.settlements:
        _close_one(connection, settlement.number, settlement.state, revision, settlement.reason)
    keys = {change.key for change in entry.changes} | {conflict.key for conflict in entry.conflicts}
    keys |= {key for key, _ in entry.removals}
    waiting = _waiting(connection, keys)
    closed: list[dict[str, Any]] = []
    opened: dict[tuple[Key, str], dict[str, Any]] = {}
    for change in (*_moved(entry, waiting, before), *entry.changes) if waiting else ():
        shown = waiting.pop((change.key, change.field), None)
        if shown is not None:
            # An open conflict stays true when the cell itself changes: settled if it took their value, else shown anew.
            theirs = load(shown.theirs)
            agreed = change.new == theirs
            closed.append({"of": shown.number, "now": "theirs" if agreed else "replaced"})
            if not agreed:
                anew = Conflict(change.key, change.field, load(shown.base), change.new, theirs)
                opened[change.key, change.field] = _new_row(entry, anew, revision, shown)
    count = 0
    for conflict in entry.conflicts:
        cell = conflict.key, conflict.field
        row, followed = waiting.pop(cell, None), opened.get(cell)
        # What was sent before and only meets another value now is still of the file that sent it.
        sent = row if row is not None and row.theirs == dump(conflict.theirs) else None
        new = _new_row(entry, conflict, revision, sent)
        last = (row.ours, row.theirs) if row else (followed["ours"], followed["theirs"]) if followed else None
        if last == (new["ours"], new["theirs"]):
            continue
        if row is not None:
            closed.append({"of": row.number, "now": "replaced"})
        opened[cell] = new
        count += 1
    if closed:
        here = t.conflicts.c.number == sa.bindparam("of")
        values = {"state": sa.bindparam("now"), "settled": revision}
        connection.execute(sa.update(t.conflicts).where(here).values(**values), closed)
    if opened:
        connection.execute(sa.insert(t.conflicts), list(opened.values()))
    return count


def _moved(entry: Entry, waiting: Iterable[tuple[Key, str]], before: Before) -> Iterator[Change]:
    """Give what an assignment that leaves or comes back changes in its cells that wait: their value, or none."""
    changed = {(change.key, change.field) for change in entry.changes}
    cells = [cell for cell in waiting if cell not in changed]
    for gone, restored in entry.removals:
        fields = before.fields[gone]
        for key, name in cells:
            if key == gone:
                there = fields.get(name)
                yield Change(key, name, None if restored else there, there if restored else None, "12")


def _waiting(connection: sa.Connection, keys: Iterable[Key]) -> dict[tuple[Key, str], sa.Row[Any]]:
    """Read the open conflicts of *keys* at once: a question for each changed cell would take longer than the rest."""
    ids = [key.task_id for key in keys]
    if not ids:
        return {}
    rows = rows_among(connection, OPEN, t.conflicts.c.task_id, ids)
    return {(Key(row.task_id, row.unit), row.field): row for row in rows}


def _close_one(connection: sa.Connection, number: int, state: str, revision: int, reason: str) -> None:
    here = (t.conflicts.c.number == number) & (t.conflicts.c.state == "open")
    done = connection.execute(sa.update(t.conflicts).where(here).values(state=state, settled=revision, reason=reason))
    if done.rowcount != 1:
        message = f"conflict {number} is not open"
        raise RuntimeError(message)


def _new_row(entry: Entry, conflict: Conflict, revision: int, sent: sa.Row[Any] | None) -> dict[str, Any]:
    """Give the row of a conflict; *sent* is the one in whose place it comes with the same value of theirs."""
    return {
        "task_id": conflict.key.task_id,
        "unit": conflict.key.unit,
        "field": conflict.field,
        "base": dump(conflict.base),
        "ours": dump(conflict.ours),
        "theirs": dump(conflict.theirs),
        "revision": revision,
        "file": entry.file if sent is None else sent.file,
        "at": entry.at if sent is None else sent.at,
    }


def write_proposals(connection: sa.Connection, entry: Entry, revision: int, task_ids: Sequence[str]) -> None:
    """Settle proposals by the tasks that they became, and note new ones; one that was made before is not made again."""
    for settlement in entry.proposal_settlements:
        accepted = settlement.new_task is not None
        here = (t.proposals.c.number == settlement.number) & (t.proposals.c.state == "open")
        values = {
            "state": "accepted" if accepted else "declined",
            "settled": revision,
            "task_id": None if settlement.new_task is None else task_ids[settlement.new_task],
        }
        if connection.execute(sa.update(t.proposals).where(here).values(**values)).rowcount != 1:
            message = f"proposal {settlement.number} is not open"
            raise RuntimeError(message)
    for unit, fields in entry.proposals:
        packed = dump_fields(fields)
        same = (t.proposals.c.unit == unit) & (t.proposals.c.fields == packed)
        last = sa.select(t.proposals.c.state).where(same).order_by(t.proposals.c.number.desc()).limit(1)
        if connection.scalar(last) in {None, "undone"}:
            made = {"unit": unit, "fields": packed, "revision": revision, "file": entry.file, "at": entry.at}
            connection.execute(sa.insert(t.proposals).values(**made))
