"""Make the connection to a database what the ledger needs, and say in our words when the database fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from tdnv_sheets.errors import BrokenSurroundings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


_KINDS: Final = ("sqlite", "postgresql")
"""The databases that the ledger is made for."""


def engine_for(address: str) -> sa.Engine:
    """Make an engine; SQLite gets foreign keys, WAL and one writer at a time.

    Raises `BrokenSurroundings` when the address cannot be read, its database not be used or its driver not be loaded.
    """
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError) as problem:
        raise BrokenSurroundings("ledger-address", url=_without_login(address)) from problem
    if url.get_backend_name() not in _KINDS:
        raise BrokenSurroundings("ledger-kind", url=_shown(url), kind=url.get_backend_name())
    try:
        engine = sa.create_engine(url, pool_pre_ping=True)
    except NoSuchModuleError as problem:
        raise BrokenSurroundings("ledger-kind", url=_shown(url), kind=url.drivername) from problem
    except ImportError as problem:
        raise BrokenSurroundings("ledger-driver", url=_shown(url), driver=problem.name or url.drivername) from problem
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _shown(url: sa.URL) -> str:
    """Give an address without its password, which may also stand among the options behind it."""
    return url.set(query={}).render_as_string(hide_password=True)


def _without_login(address: str) -> str:
    """Give what may be shown of an address that cannot be read: nothing of the name and password before the server."""
    _, login, rest = address.rpartition("@")
    return f"…@{rest.partition('?')[0]}" if login else rest.partition("?")[0]


@contextmanager
def explained(engine: sa.Engine) -> Iterator[None]:
    """Turn what the database cannot do into `BrokenSurroundings`; a broken constraint stays what it is."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as problem:
        raise BrokenSurroundings("ledger-broken", url=_shown(engine.url), problem=problem.orig) from problem


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
