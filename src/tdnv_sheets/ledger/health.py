"""Look at a ledger as it is, without bringing it up to date: its kind, layout, size, counts, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.engine import engine_for, explained, journal_of
from tdnv_sheets.ledger.migrations import layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tdnv_sheets.ledger.place import Wish

KNOWN_LAYOUT: Final = t.LAYOUT
_MOST: Final = 20
"""So many places of damage are listed; one bad page can make thousands."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a ledger holds."""

    revisions: int
    last_at: datetime | None
    """When the last revision was written; None before the first."""
    assignments: int
    conflicts: int
    """Those that wait for a choice."""
    proposals: int
    """Those that wait for the office."""
    frozen: int
    """Issues of reports that went out."""


@dataclass(frozen=True, slots=True)
class Health:
    """A ledger as it was found."""

    kind: str
    """`sqlite` or `postgresql`."""
    address: str
    """Where it is, without password and options."""
    version: str
    """Of the database program."""
    journal: str
    """How SQLite keeps a write whole: `wal`, `delete`, …; empty for other databases."""
    shared: str
    """SQLite: the kind of network share, `?` where that cannot be found out; empty on a disk of this machine."""
    size: int
    """Bytes."""
    layout: int | None
    """None where the database holds no ledger yet."""
    counts: Counts | None
    """None where the layout is not today's."""
    steps: tuple[tuple[int, datetime, str], ...] = ()
    """How it came to its layout: layout, when, by which version of the program."""
    damage: tuple[str, ...] = ()
    """What the database itself finds wrong with its file, in its own words."""


def look(url: str, journal: Wish = "auto", *, thoroughly: bool = False) -> Health:
    """Look at the ledger at *url*; *thoroughly* compares every index with its table too.

    Raises `BrokenSurroundings` when it cannot be opened, and when it is of a later program.
    """
    engine = engine_for(url, journal)
    place = journal_of(engine, journal) if engine.dialect.name == "sqlite" else None
    try:
        with explained(engine), engine.connect() as connection, connection.begin():
            layout = layout_of(connection)
            return Health(
                kind=engine.dialect.name,
                address=engine.url.set(query={}).render_as_string(hide_password=True),
                version=".".join(map(str, connection.dialect.server_version_info or ())),
                journal=_journal(connection),
                shared=place.shared if place is not None else "",
                size=_size(connection),
                layout=layout,
                counts=_counts(connection) if layout == t.LAYOUT else None,
                steps=_steps(connection) if layout == t.LAYOUT else (),
                damage=tuple(_damage(connection, thoroughly=thoroughly)),
            )
    finally:
        engine.dispose()


def _journal(connection: sa.Connection) -> str:
    return _pragma(connection, "journal_mode") if connection.dialect.name == "sqlite" else ""


def _size(connection: sa.Connection) -> int:
    if connection.dialect.name == "sqlite":
        return int(_pragma(connection, "page_count")) * int(_pragma(connection, "page_size"))
    return int(connection.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database()))) or 0)


def _pragma(connection: sa.Connection, name: str) -> str:
    return str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())


def _steps(connection: sa.Connection) -> tuple[tuple[int, datetime, str], ...]:
    found = connection.execute(sa.select(t.migrations).order_by(t.migrations.c.layout))
    return tuple((row.layout, row.at, row.program) for row in found)


def _counts(connection: sa.Connection) -> Counts:
    last = sa.select(t.revisions.c.at).order_by(t.revisions.c.number.desc()).limit(1)
    return Counts(
        revisions=_count(connection, t.revisions),
        last_at=connection.scalar(last),
        assignments=_count(connection, t.assignments, t.assignments.c.removed.is_(None)),
        conflicts=_count(connection, t.conflicts, t.conflicts.c.state == "open"),
        proposals=_count(connection, t.proposals, t.proposals.c.state == "open"),
        frozen=_count(connection, t.frozen),
    )


def _count(connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def _damage(connection: sa.Connection, *, thoroughly: bool) -> Iterator[str]:
    """Ask SQLite; PostgreSQL checks each page as it reads it, and has nothing to ask that a user may."""
    if connection.dialect.name != "sqlite":
        return
    check = "integrity_check" if thoroughly else "quick_check"
    for (found,) in connection.exec_driver_sql(f"PRAGMA {check}({_MOST})"):
        yield from (line for line in str(found).splitlines() if line not in {"ok", "*** in database main ***"})
