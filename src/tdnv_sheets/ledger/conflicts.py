"""Read conflicts with all that people ask about them: who gave the register its value, when, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.counting import dead_revisions
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Conflict, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from tdnv_sheets.ledger.store import Ledger

OPEN: Final = "open"
_MANY: Final = 400
"""Ids asked for in one query; SQLite allows 999 variables in old builds."""


@dataclass(frozen=True, slots=True)
class Written:
    """The revision that wrote something, with who and when."""

    revision: int
    at: datetime
    who: str
    file: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """One conflict, open or settled."""

    number: int
    conflict: Conflict
    file: str
    """Of the sender."""
    at: datetime
    """When that file was taken in."""
    state: str
    """`open`, or how it ended: `ours`, `theirs`, `other`, `replaced`, `undone`."""
    reason: str
    opened: int
    """The revision that opened it."""
    content: str
    """What the task is about."""
    written: Written | None
    """Who gave the ledger its side of the conflict; None where nobody ever wrote the cell."""
    settled: Written | None
    taken: Value
    """What the ledger held once it was settled; its own side while it is open."""
    again: bool
    """Whether the cell was shown before with another value of the ledger."""
    revoked: bool
    """Whether the revision that settled it was undone."""
    by_office: bool
    """Whether a register said it – an old copy, or two people at two copies – and not a unit's workbook."""


class _Marks(NamedTuple):
    again: frozenset[int]
    """Conflicts that were shown before."""
    dead: frozenset[int]
    """Revisions that were undone."""
    registers: frozenset[tuple[datetime, str]]
    """Moment and file of registers that were read back."""


def read_disputes(
    ledger: Ledger,
    *,
    settled: bool | None = False,
    unit: str | None = None,
    task: str | None = None,
    limit: int | None = None,
    since: date | None = None,
) -> tuple[Dispute, ...]:
    """Read the open conflicts, oldest first; the *settled* ones, newest first; or with None all of them by number.

    *since* leaves those out that were settled before that day.
    """
    query = sa.select(t.conflicts, t.assignments.c.fields).join(
        t.assignments,
        (t.assignments.c.task_id == t.conflicts.c.task_id) & (t.assignments.c.unit == t.conflicts.c.unit),
    )
    if settled is not None:
        query = query.where(t.conflicts.c.state != OPEN if settled else t.conflicts.c.state == OPEN)
    if unit is not None:
        query = query.where(t.conflicts.c.unit == unit)
    if task is not None:
        query = query.where(t.conflicts.c.task_id == task)
    if since is not None:
        late = sa.select(t.revisions.c.number).where(t.revisions.c.day >= since)
        query = query.where((t.conflicts.c.state == OPEN) | t.conflicts.c.settled.in_(late))
    order = (t.conflicts.c.settled.desc(), t.conflicts.c.number.desc()) if settled else (t.conflicts.c.number,)
    with ledger.reading() as connection:
        rows = connection.execute(query.order_by(*order).limit(limit)).all()
        past = _past(connection, rows)
        ends = _revisions(connection, {row.settled for row in rows if row.settled is not None})
        marks = _Marks(_shown_before(connection, rows), dead_revisions(connection), _registers(connection, rows))
    return tuple(_dispute(row, past.get((Key(row.task_id, row.unit), row.field), ()), ends, marks) for row in rows)


def last_findings(ledger: Ledger, unit: str) -> tuple[str, str]:
    """Give the name of the last file of *unit* that was taken in, and its findings as they are stored."""
    # All files that one command takes in have the same moment, and one that changed nothing has no revision.
    query = (
        sa.select(t.files.c.name, t.files.c.findings)
        .join(t.arrivals, t.arrivals.c.digest == t.files.c.digest)
        .where((t.arrivals.c.unit == unit) & t.arrivals.c.verdict.in_(t.TAKEN) & t.files.c.verdict.in_(t.TAKEN))
        .order_by(t.arrivals.c.number.desc())
        .limit(1)
    )
    with ledger.reading() as connection:
        row = connection.execute(query).one_or_none()
    return ("", "[]") if row is None else (row.name, row.findings)


def _dispute(row: Any, past: Sequence[Any], ends: dict[int, Written], marks: _Marks) -> Dispute:  # noqa: ANN401 - a row of SQLAlchemy
    conflict = Conflict(Key(row.task_id, row.unit), row.field, load(row.base), load(row.ours), load(row.theirs))
    writer = next((line for line in past if line.revision <= row.revision), None)
    choice = next((line for line in past if line.revision == row.settled), None)
    return Dispute(
        number=row.number,
        conflict=conflict,
        file=row.file,
        at=row.at,
        state=row.state,
        reason=row.reason,
        opened=row.revision,
        content=str(load_fields(row.fields).get("task_content") or ""),
        written=None if writer is None else Written(writer.revision, writer.at, writer.who, writer.file),
        settled=None if row.settled is None else ends[row.settled],
        taken=conflict.ours if choice is None else load(choice.new),
        again=row.number in marks.again,
        revoked=row.settled in marks.dead,
        by_office=(row.at, row.file) in marks.registers,
    )


def _past(connection: sa.Connection, rows: Sequence[Any]) -> dict[tuple[Key, str], list[Any]]:
    """Read the changes of the cells, newest first."""
    cells = {(Key(row.task_id, row.unit), row.field) for row in rows}
    names = {field for _, field in cells}
    columns = sa.select(
        t.changes.c.task_id,
        t.changes.c.unit,
        t.changes.c.field,
        t.changes.c.revision,
        t.changes.c.new,
        t.revisions.c.at,
        t.revisions.c.who,
        t.revisions.c.file,
    ).join(t.revisions, t.revisions.c.number == t.changes.c.revision)
    found: dict[tuple[Key, str], list[Any]] = {}
    for part in _parts(key.task_id for key, _ in cells):
        query = columns.where(t.changes.c.task_id.in_(part)).order_by(
            t.changes.c.revision.desc(), t.changes.c.id.desc()
        )
        for line in connection.execute(query):
            cell = Key(line.task_id, line.unit), line.field
            if line.field in names and cell in cells:
                found.setdefault(cell, []).append(line)
    return found


def _revisions(connection: sa.Connection, numbers: Iterable[int]) -> dict[int, Written]:
    columns = sa.select(t.revisions.c.number, t.revisions.c.at, t.revisions.c.who, t.revisions.c.file)
    return {
        row.number: Written(row.number, row.at, row.who, row.file)
        for part in _parts(numbers)
        for row in connection.execute(columns.where(t.revisions.c.number.in_(part)))
    }


def _shown_before(connection: sa.Connection, rows: Sequence[Any]) -> frozenset[int]:
    """Find the conflicts that took another one's place because the ledger's value had moved."""
    moved = sa.select(t.conflicts.c.task_id, t.conflicts.c.unit, t.conflicts.c.field, t.conflicts.c.settled)
    moved = moved.where(t.conflicts.c.state == "replaced")
    ended = {
        (row.task_id, row.unit, row.field, row.settled)
        for part in _parts(row.task_id for row in rows)
        for row in connection.execute(moved.where(t.conflicts.c.task_id.in_(part)))
    }
    return frozenset(row.number for row in rows if (row.task_id, row.unit, row.field, row.revision) in ended)


def _registers(connection: sa.Connection, rows: Sequence[Any]) -> frozenset[tuple[datetime, str]]:
    """Find the readings of registers that opened some of the conflicts.

    A conflict that came in another one's place keeps moment and file of the sender: only they name his revision.
    """
    columns = sa.select(t.revisions.c.at, t.revisions.c.file).where(t.revisions.c.source == "office")
    return frozenset(
        (row.at, row.file)
        for part in _parts(row.file for row in rows)
        for row in connection.execute(columns.where(t.revisions.c.file.in_(part)))
    )


def _parts(found: Iterable[Any]) -> Iterator[Sequence[Any]]:
    ids = sorted(set(found))
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]
