"""Make the connection to a database what the ledger needs, and say in our words when the database fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from tdnv_sheets.errors import BrokenSurroundings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


def engine_for(url: str) -> sa.Engine:
    """Make an engine; SQLite gets foreign keys, WAL and one writer at a time."""
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
    return engine


@contextmanager
def explained(engine: sa.Engine) -> Iterator[None]:
    """Turn what the database cannot do into `BrokenSurroundings`; a broken constraint stays what it is."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as problem:
        raise BrokenSurroundings("ledger-broken", url=engine.url, problem=problem.orig) from problem


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE below takes the writer's place at once.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 20000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_immediate(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
