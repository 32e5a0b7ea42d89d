"""Make the connection to a database what the ledger needs, and say in our words when the database fails."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson
from tdnv_sheets.ledger.place import journal_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.ledger.place import Journal, Wish


_KINDS: Final = ("sqlite", "postgresql")
"""The databases that the ledger is made for."""
_OLDEST_SERVER: Final = 14
_PATIENCE: Final = 20
"""Seconds that one command waits for another to finish writing."""
_CONNECT: Final = 10
"""Seconds in which a server has to answer."""
_SILENCE: Final = 60
"""Seconds after which the server takes the writer's place from a command that neither goes on nor ends."""
_BUSY: Final = (5, 6)
"""SQLITE_BUSY and SQLITE_LOCKED."""
_LOCK_TIMEOUT: Final = "55P03"
"""PostgreSQL: lock_not_available."""


def engine_for(address: str, journal: Wish = "auto") -> sa.Engine:
    """Make an engine; SQLite gets foreign keys, a journal that is safe where it lies, and one writer at a time.

    Raises `BrokenSurroundings` when the address cannot be read, its database not be used or its driver not be loaded.
    """
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError) as problem:
        raise BrokenSurroundings("ledger-address", url=_without_login(address)) from problem
    kind = url.get_backend_name()
    if kind not in _KINDS:
        raise BrokenSurroundings("ledger-kind", url=_shown(url), kind=kind)
    options: dict[str, Any] = {}
    if kind == "postgresql":
        connect = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT}
        # Writers come one after the other by a lock of ours, so each sees all that the one before wrote.
        options = {"isolation_level": "READ COMMITTED", "connect_args": connect}
    try:
        # A server may be started anew while a connection to it lies idle; a file has nobody who could close it.
        engine = sa.create_engine(url, pool_pre_ping=kind != "sqlite", **options)
    except NoSuchModuleError as problem:
        raise BrokenSurroundings("ledger-kind", url=_shown(url), kind=url.drivername) from problem
    except ImportError as problem:
        raise BrokenSurroundings("ledger-driver", url=_shown(url), driver=problem.name or url.drivername) from problem
    if kind == "sqlite":
        sa.event.listen(engine, "connect", partial(_prepare_sqlite, journal_of(engine, journal), journal))
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "connect", _prepare_postgresql)
    return engine


def journal_of(engine: sa.Engine, wish: Wish) -> Journal | None:
    """Say how the file is to be written; None where there is no file."""
    name = engine.url.database
    return journal_for(Path(name).resolve(), wish) if name and name != ":memory:" else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a ledger is kept."""

    database: str
    """`sqlite` or `postgresql`."""
    version: str
    journal: str = ""
    """SQLite: `wal`, or `delete` where the file lies on a network share or did so once."""
    shared: str = ""
    """SQLite: the kind of network share, `?` where that cannot be found out; empty on a disk of this machine."""


def kept_in(connection: sa.Connection) -> Kept:
    """Say in which database the ledger lies and how it is written."""
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    if connection.dialect.name != "sqlite":
        return Kept(connection.dialect.name, version)
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    place = journal_of(connection.engine, "auto")
    return Kept("sqlite", sqlite3.sqlite_version, str(mode), place.shared if place else "")


def _shown(url: sa.URL) -> str:
    """Give an address without its password, which may also stand among the options behind it."""
    return url.set(query={}).render_as_string(hide_password=True)


def _without_login(address: str) -> str:
    """Give what may be shown of an address that cannot be read: nothing of the name and password before the server."""
    _, login, rest = address.rpartition("@")
    return f"…@{rest.partition('?')[0]}" if login else rest.partition("?")[0]


@contextmanager
def explained(engine: sa.Engine) -> Iterator[None]:
    """Turn what the database cannot do into words; a broken constraint stays what it is.

    Raises `WaitsForPerson` while another command keeps the writer's place, else `BrokenSurroundings`. Either way the
    transaction is gone, and the ledger is as it was.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as problem:
        where = _shown(engine.url)
        if _is_busy(problem.orig):
            raise WaitsForPerson("ledger-busy", url=where, seconds=_PATIENCE) from problem
        if problem.connection_invalidated:
            raise BrokenSurroundings("ledger-lost", url=where) from problem
        raise BrokenSurroundings("ledger-broken", url=where, problem=problem.orig) from problem
    except (ValueError, TypeError) as problem:
        if isinstance(problem, TypeError) and not _is_of_a_row(problem):
            raise
        raise BrokenSurroundings("ledger-damaged", url=_shown(engine.url)) from problem


def _is_of_a_row(problem: TypeError) -> bool:
    """Say whether it came about where SQLAlchemy makes Python's values of a row: SQLite lets any type stand anywhere."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("sqlalchemy.")


def _is_busy(problem: BaseException | None) -> bool:
    code = getattr(problem, "sqlite_errorcode", None)
    return getattr(problem, "sqlstate", None) == _LOCK_TIMEOUT or (isinstance(code, int) and code & 0xFF in _BUSY)


def check_server(connection: sa.Connection) -> None:
    """Raise `BrokenSurroundings` where the server is older than what the ledger is tried on."""
    version = connection.dialect.server_version_info or ()
    if connection.dialect.name == "postgresql" and version < (_OLDEST_SERVER,):
        shown = ".".join(map(str, version))
        raise BrokenSurroundings(
            "ledger-old-server", url=_shown(connection.engine.url), found=shown, oldest=_OLDEST_SERVER
        )


def _prepare_sqlite(journal: Journal | None, wish: Wish, connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE below takes the writer's place at once.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    if journal is None:
        return
    mode = journal.mode
    if mode == "wal" and wish == "auto" and not _is_new(connection):
        # A file that was written without a log keeps on: a machine that sees it over the network may have it open.
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(f"PRAGMA synchronous = {'FULL' if mode == 'wal' else 'EXTRA'}")


def _is_new(connection: sqlite3.Connection) -> bool:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return bool(pages == 0)


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver may not be installed
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{_PATIENCE}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{_SILENCE}s'")
    connection.commit()
