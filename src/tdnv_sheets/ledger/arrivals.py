"""Remember every file that was dropped and what was said of it: once, in the transaction that took it in where there is one."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.counting import dead_revisions

if TYPE_CHECKING:
    from datetime import date, datetime

    from tdnv_sheets.ledger.store import Ledger

WAITING: Final = "waiting"
_ARRIVALS: Final = t.arrivals.c
_INSERT: Final = sa.insert(t.arrivals)
_OF_TOKEN: Final = sa.select(_ARRIVALS.revision).where(_ARRIVALS.token == sa.bindparam("of"))
_LAST_OF_ALIAS: Final = (
    sa.select(_ARRIVALS.verdict, _ARRIVALS.codes)
    .where(_ARRIVALS.alias == sa.bindparam("of"))
    .order_by(_ARRIVALS.number.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was dropped, and what became of it."""

    token: str
    """Names this arrival and no other."""
    at: datetime
    name: str
    """As it may be shown; empty where the file bears a mark of secrecy."""
    alias: str
    """Tells files of one name apart from others without saying the name."""
    digest: str
    unit: str
    period: str
    verdict: str
    rows: int
    held: int
    """Rows that were not taken in."""
    cells: int
    """Cells that were written into the register."""
    conflicts: int
    kept: str
    """Where the file as received lies, from the workspace's root; empty where nothing was kept."""
    marked: str
    """Where the marked copy was drawn, likewise."""
    codes: tuple[str, ...]
    """What was found, errors first."""
    reason: str
    """The first of it, as JSON of a stored finding; empty where there is nothing to say."""
    revision: int | None = None
    undone: bool = False
    """An undo that is in force took back what the file brought."""


class Taken(NamedTuple):
    """A file of a unit that was taken in."""

    unit: str
    period: str
    day: date
    """That of the revision that it wrote; where it told nothing new, that on which it came."""
    cells: int
    conflicts: int


_STORED: Final = tuple(field.name for field in fields(Arrival) if field.name != "undone")


def write_arrival(connection: sa.Connection, arrival: Arrival, revision: int | None) -> None:
    """Write it as part of the transaction that takes the file in."""
    connection.execute(_INSERT, {**_row(arrival), "revision": revision})


def record_arrival(ledger: Ledger, arrival: Arrival) -> None:
    """Remember a file of which the ledger takes nothing in."""
    with ledger.writing() as connection:
        write_arrival(connection, arrival, None)


def record_waiting(ledger: Ledger, arrival: Arrival) -> bool:
    """Remember that a file waits; False where the last that was said of a file of this name is the very same."""
    with ledger.reading() as connection:
        if _is_said(connection, arrival):
            return False
    with ledger.writing() as connection:
        if _is_said(connection, arrival):
            return False
        write_arrival(connection, arrival, None)
    return True


def _is_said(connection: sa.Connection, arrival: Arrival) -> bool:
    last = connection.execute(_LAST_OF_ALIAS, {"of": arrival.alias}).one_or_none()
    return last is not None and tuple(last) == (arrival.verdict, json.dumps(arrival.codes))


def arrived(ledger: Ledger, token: str) -> tuple[int | None] | None:
    """Give the revision (or None) that a file was written with, in a tuple; None where its verdict was not written."""
    with ledger.reading() as connection:
        found = connection.execute(_OF_TOKEN, {"of": token}).one_or_none()
    return None if found is None else (found.revision,)


def read_arrivals(ledger: Ledger, *, limit: int) -> tuple[Arrival, ...]:
    """Read the last files that arrived, newest first."""
    query = sa.select(t.arrivals).order_by(_ARRIVALS.number.desc()).limit(limit)
    with ledger.reading() as connection:
        dead = dead_revisions(connection)
        return tuple(_arrival(row, dead) for row in connection.execute(query))


def count_arrivals(ledger: Ledger) -> int:
    """Say how many files arrived so far."""
    with ledger.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(t.arrivals)) or 0


def read_taken(ledger: Ledger) -> tuple[Taken, ...]:
    """Read the files of units that were taken in whole or in part and not undone, oldest first."""
    query = (
        sa.select(t.arrivals, t.revisions.c.day)
        .outerjoin(t.revisions, _ARRIVALS.revision == t.revisions.c.number)
        .where(_ARRIVALS.verdict.in_(t.TAKEN) & (_ARRIVALS.unit != ""))
        .order_by(_ARRIVALS.number)
    )
    with ledger.reading() as connection:
        dead = dead_revisions(connection)
        rows = connection.execute(query).all()
    return tuple(
        Taken(row.unit, row.period, row.day or row.at.date(), row.cells, row.conflicts)
        for row in rows
        if row.revision not in dead
    )


def recorded_since(ledger: Ledger) -> date | None:
    """Give the day for which the ledger was first written to; None while nobody has."""
    with ledger.reading() as connection:
        first: date | None = connection.scalar(sa.select(sa.func.min(t.revisions.c.day)))
    return first


def verdicts_since(ledger: Ledger, since: datetime) -> dict[str, int]:
    """Count the files that arrived from *since* on, by verdict."""
    query = sa.select(_ARRIVALS.verdict, sa.func.count()).where(_ARRIVALS.at >= since).group_by(_ARRIVALS.verdict)
    with ledger.reading() as connection:
        return {str(verdict): int(count) for verdict, count in connection.execute(query)}


def last_round(ledger: Ledger) -> str:
    """Give the period of which workbooks were sent out last; empty before the first."""
    query = sa.select(t.issues.c.period).order_by(t.issues.c.at.desc(), t.issues.c.issue.desc()).limit(1)
    with ledger.reading() as connection:
        return str(connection.scalar(query) or "")


def round_of(ledger: Ledger, period: str) -> tuple[int, tuple[str, ...]]:
    """Say to how many units a workbook of *period* was sent, and which of them sent no file of that period."""
    sent = sa.select(t.issues.c.unit).where(t.issues.c.period == period).distinct()
    heard = sa.select(_ARRIVALS.unit).where((_ARRIVALS.period == period) & (_ARRIVALS.verdict != WAITING)).distinct()
    with ledger.reading() as connection:
        units, senders = (set(connection.execute(query).scalars()) for query in (sent, heard))
    return len(units), tuple(sorted(units - senders))


def sent_to(ledger: Ledger, period: str, until: date) -> tuple[str, ...]:
    """Name the units to which a workbook of *period* was sent by the end of the day *until*, by code."""
    issues = t.issues.c
    query = sa.select(issues.unit, issues.at).where(issues.period == period)
    with ledger.reading() as connection:
        return tuple(sorted({str(row.unit) for row in connection.execute(query) if row.at.date() <= until}))


def to_correct(ledger: Ledger, period: str, until: date | None = None) -> tuple[str, ...]:
    """Name the units whose last file on *period* went back to them to be corrected, in whole or in part.

    Files that came after the day *until* are passed over.
    """
    query = (
        sa.select(_ARRIVALS.unit, _ARRIVALS.verdict, _ARRIVALS.at)
        .where((_ARRIVALS.period == period) & (_ARRIVALS.unit != "") & _ARRIVALS.verdict.in_((*t.TAKEN, "returned")))
        .order_by(_ARRIVALS.number)
    )
    with ledger.reading() as connection:
        rows = connection.execute(query).all()
    last = {str(row.unit): str(row.verdict) for row in rows if until is None or row.at.date() <= until}
    return tuple(sorted(unit for unit, verdict in last.items() if verdict != "accepted"))


def last_arrival(ledger: Ledger) -> tuple[int, datetime] | None:
    """Give number and time of the last file that arrived; None before the first."""
    query = sa.select(_ARRIVALS.number, _ARRIVALS.at).order_by(_ARRIVALS.number.desc()).limit(1)
    with ledger.reading() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else (row.number, row.at)


def _row(arrival: Arrival) -> dict[str, Any]:
    given = {name: getattr(arrival, name) for name in _STORED}
    return {**given, "codes": json.dumps(arrival.codes)}


def _arrival(row: Any, dead: frozenset[int]) -> Arrival:  # noqa: ANN401 - a row of SQLAlchemy
    given = {name: getattr(row, name) for name in _STORED}
    return Arrival(**{**given, "codes": tuple(json.loads(row.codes))}, undone=row.revision in dead)
