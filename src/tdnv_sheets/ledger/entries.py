"""What the ledger gives: conflicts, changed cells, issues, receipts; and how its rows hold them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.disputes import OPEN
from tdnv_sheets.ledger.statements import rows_among
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Conflict, Key, Proposal, Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_OPEN: Final = OPEN.order_by(t.conflicts.c.number)


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """One conflict as it lies in the ledger."""

    number: int
    conflict: Conflict
    file: str
    at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One changed cell with its revision."""

    revision: int
    at: datetime
    who: str
    source: str
    file: str
    key: Key
    field: str
    old: Value
    new: Value
    rule: str


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """One unit workbook that was sent out."""

    issue: str
    unit: str
    period: str
    revision: int
    content: str
    task_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a file that was taken in before."""

    name: str
    at: datetime
    verdict: str
    unit: str
    period: str
    revision: int | None
    """None when there was nothing to write."""


def issue_from(row: Any) -> IssueRecord:  # noqa: ANN401 - a row of SQLAlchemy
    """Give the issue that a row holds."""
    return IssueRecord(row.issue, row.unit, row.period, row.revision or 0, row.content, tuple(json.loads(row.rows)))


def issue_rows(records: Iterable[IssueRecord], at: datetime) -> list[dict[str, Any]]:
    """Give the rows of issues that are sent out."""
    return [
        {
            "issue": record.issue,
            "unit": record.unit,
            "period": record.period,
            "revision": record.revision or None,
            "content": record.content,
            "at": at,
            "rows": json.dumps(record.task_ids),
        }
        for record in records
    ]


def receipt_from(row: sa.Row[Any]) -> Receipt:
    """Give the file that a row tells of."""
    return Receipt(row.name, row.at, row.verdict, row.unit, row.period, row.revision)


def conflict_from(row: Any) -> OpenConflict:  # noqa: ANN401 - a row of SQLAlchemy
    """Give the conflict that a row holds."""
    conflict = Conflict(Key(row.task_id, row.unit), row.field, load(row.base), load(row.ours), load(row.theirs))
    return OpenConflict(row.number, conflict, row.file, row.at, row.state, row.reason)


def logged_from(row: Any) -> Logged:  # noqa: ANN401 - a row of SQLAlchemy
    """Give the changed cell that a row of `changes` and its revision tell of."""
    return Logged(
        revision=row.revision,
        at=row.at,
        who=row.who,
        source=row.source,
        file=row.file,
        key=Key(row.task_id, row.unit),
        field=row.field,
        old=load(row.old),
        new=load(row.new),
        rule=row.rule,
    )


def read_open(connection: sa.Connection, unit: str | None, keys: Iterable[Key] | None) -> tuple[OpenConflict, ...]:
    """Read the conflicts that wait for a choice, oldest first; all, or those of a *unit* or of some *keys*."""
    wanted = None if keys is None else frozenset(keys)
    query = _OPEN if unit is None else _OPEN.where(t.conflicts.c.unit == unit)
    if wanted is None:
        return tuple(map(conflict_from, connection.execute(query)))
    rows = rows_among(connection, query, t.conflicts.c.task_id, (key.task_id for key in wanted))
    return tuple(conflict_from(row) for row in rows if (row.task_id, row.unit) in wanted)


def read_proposals(connection: sa.Connection) -> tuple[Proposal, ...]:
    """Read the proposals that wait for the office."""
    still = t.proposals.c.state == sa.literal_column("'open'")
    query = sa.select(t.proposals).where(still).order_by(t.proposals.c.number)
    return tuple(
        Proposal(row.number, row.unit, load_fields(row.fields), row.file, row.at) for row in connection.execute(query)
    )


def read_newer(connection: sa.Connection, unit: str, revision: int) -> Receipt | None:
    """Find the newest file that was taken in from a unit after *revision*."""
    files = t.files.c
    query = sa.select(t.files).where((files.revision > revision) & (files.unit == unit))
    query = query.where(files.verdict.in_(t.TAKEN)).order_by(files.revision.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else receipt_from(row)


def read_log(connection: sa.Connection, limit: int | None, task_id: str | None, without: str) -> tuple[Logged, ...]:
    """Read changed cells, newest first, of one task or of all; *without* leaves one source of revisions out."""
    query = sa.select(t.changes, t.revisions.c.at, t.revisions.c.who, t.revisions.c.source, t.revisions.c.file).join(
        t.revisions, t.revisions.c.number == t.changes.c.revision
    )
    if task_id is not None:
        query = query.where(t.changes.c.task_id == task_id)
    if without:
        query = query.where(t.revisions.c.source != without)
    query = query.order_by(t.changes.c.revision.desc(), t.changes.c.id.desc()).limit(limit)
    return tuple(logged_from(row) for row in connection.execute(query))
