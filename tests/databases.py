"""A database of one's own for a test: a SQLite file, or a database in a PostgreSQL that the tests start themselves.

One server serves all processes of a test run: the first that needs it starts it, `stop` ends it. It lives in a folder
of its own, asks nobody for a password and listens on no network where the system has sockets in files.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.inbox.workspace import Workspace

KINDS: Final = ("sqlite", "postgresql")
FOLDER: Final = "TDNV_TEST_DATABASES"
"""The variable that tells the processes of one run where their server lives."""
_PREFIX: Final = "tdnv-databases-"
_TEMPLATE: Final = "empty_ledger"
_PATIENCE: Final = 120
_LEFT: Final[list[str]] = []
"""Databases of this process that the next test may have: to empty one is faster than to make one."""
_USER: Final = "nobody"
"""PostgreSQL refuses to run as root."""


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty ledger in a database of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{(folder / f'ledger {secrets.token_hex(3)}.db').as_posix()}"
        return
    address = server()
    name = _LEFT.pop() if _LEFT else _made(address)
    yield _url(address, name)
    _empty(address, name)
    _LEFT.append(name)


def _made(address: str) -> str:
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(address, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {name} template {_TEMPLATE}")
    return name


def _empty(address: str, name: str) -> None:
    """Make the database as it was; what a test left open in it is closed."""
    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"
    with psycopg.connect(address, dbname=name) as connection:
        connection.execute(others, (name,))
        connection.execute("set session_replication_role = replica")  # past the triggers that keep the past
        for table in t.METADATA.tables:
            connection.execute(f"delete from {table}")  # noqa: S608
        for sequence in ("changes_id", "conflicts_number", "proposals_number", "arrivals_number", "frozen_number"):
            connection.execute(f"alter sequence {sequence}_seq restart")
        values = [("layout", str(t.LAYOUT)), ("ledger", secrets.token_hex(4))]
        connection.cursor().executemany("insert into about values (%s, %s)", values)


def server() -> str:
    """Give the address of this run's PostgreSQL server, started if it is not there yet."""
    folder = Path(os.environ[FOLDER])
    ready = folder / "address"
    try:
        (folder / "starting").mkdir()
    except FileExistsError:
        until = time.monotonic() + _PATIENCE
        while not ready.exists():
            assert time.monotonic() < until, f"no PostgreSQL came up in {folder}"
            time.sleep(0.05)
        return ready.read_text(encoding="utf-8")
    address = _start(folder)
    written = folder / "address.new"
    written.write_text(address, encoding="utf-8")
    written.rename(ready)
    return address


@contextmanager
def run_of_tests() -> Iterator[None]:
    """Keep a folder for this run's server, unless a run around this one has one; end the server afterwards."""
    if FOLDER in os.environ:
        yield
        return
    if sys.platform != "win32":  # where asking whether a process lives would end it
        _stop_orphans()
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=_PREFIX)
    Path(os.environ[FOLDER], "owner").write_text(str(os.getpid()), encoding="ascii")
    try:
        yield
    finally:
        _stop(Path(os.environ.pop(FOLDER)))


def keep_ledger_in(space: Workspace, url: str) -> None:
    """Move an office's ledger to *url*, an empty one, and say so in its settings."""
    old, new = Ledger.at(space.ledger_url), Ledger.at(url)
    with old.writing() as source, new.writing() as target:
        for table in t.METADATA.sorted_tables:
            rows = [row._asdict() for row in source.execute(sa.select(table).order_by(*table.primary_key.columns))]
            if table.name in {"about", "migrations"}:
                target.execute(sa.delete(table))
            if rows:
                target.execute(sa.insert(table), rows)
            (key,) = [*table.primary_key.columns][:1]
            if target.dialect.name == "postgresql" and isinstance(key.type, sa.Integer) and key.autoincrement:
                target.exec_driver_sql(
                    f"select setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "  # noqa: S608
                    f"greatest((select max({key.name}) from {table.name}), 1))"
                )
    old.close()
    new.close()
    settings = space.root / "tdnv.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'ledger = "{url}"\n{text}', encoding="utf-8")


def _start(folder: Path) -> str:
    """Make a server in *folder*, with a database that holds an empty ledger's tables."""
    programs, data = _programs(folder), folder / "data"
    data.mkdir()
    as_other: dict[str, Any] = {}
    if sys.platform != "win32" and os.geteuid() == 0:
        as_other = {"user": _USER, "group": "nogroup", "extra_groups": []}
        folder.chmod(0o755)
        shutil.chown(data, _USER)
    how = ("-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-locale", "--no-sync")
    make = (programs / "initdb", "-D", data, *how)
    subprocess.run(make, check=True, capture_output=True, timeout=_PATIENCE, **as_other)
    host, port = str(data), "5432"
    if sys.platform == "win32":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            host, port = "127.0.0.1", str(free.getsockname()[1])
    settings = {
        "fsync": "off",
        "shared_buffers": "32MB",
        "max_connections": "200",
        "port": port,
        "listen_addresses": host if sys.platform == "win32" else "",
        "unix_socket_directories": "" if sys.platform == "win32" else host,
    }
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    (folder / "programs").write_text(json.dumps([str(programs), as_other]), encoding="utf-8")
    _control(folder, "start", "-w", "-t", str(_PATIENCE), "-l", str(data / "log"))
    address = f"host={host} port={port} user=postgres"
    with psycopg.connect(address, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {_TEMPLATE}")
    Ledger.at(_url(address, _TEMPLATE)).close()
    return address


def _control(folder: Path, *what: str) -> None:
    programs, as_other = json.loads((folder / "programs").read_text(encoding="utf-8"))
    command: tuple[str | Path, ...] = (Path(programs) / "pg_ctl", "-D", folder / "data", *what)
    # A pipe would stay open in the server and be waited for.
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_other)


def _programs(folder: Path) -> Path:
    """Find the server's programs: those of the package `pgserver`, else those of the system."""
    package = importlib.util.find_spec("pgserver")
    if package is not None and package.origin is not None:
        installed = Path(package.origin).parent / "pginstall"
        if sys.platform == "win32" or os.geteuid() != 0 or _open_to_all(installed):
            return installed / "bin"
        for part in (installed, installed.parents[1] / "pgserver.libs"):
            if part.exists():
                shutil.copytree(part, folder / part.relative_to(installed.parents[1]), symlinks=True)
        return folder / "pgserver" / "pginstall" / "bin"
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return found
    message = "tests of the ledger need PostgreSQL: install the package pgserver, or the system's postgresql"
    raise RuntimeError(message)


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def _stop_orphans() -> None:
    """End the servers of runs that were killed and so could not end them."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/owner"):
        try:
            os.kill(int(owner.read_text(encoding="ascii")), 0)
        except ProcessLookupError:
            _stop(owner.parent)
        except (OSError, ValueError):  # somebody else's, or gone since
            continue


def _stop(folder: Path) -> None:
    if (folder / "data" / "postmaster.pid").exists():
        with suppress(OSError, subprocess.CalledProcessError):  # it ended by itself, or another run ends it
            _control(folder, "stop", "-m", "immediate")
    shutil.rmtree(folder, ignore_errors=True)


def _url(address: str, name: str) -> str:
    parts = dict(part.split("=", 1) for part in address.split())
    url = sa.URL.create("postgresql+psycopg", "postgres", database=name)
    return url.update_query_dict({"host": parts["host"], "port": parts["port"]}).render_as_string(hide_password=False)


@pytest.fixture(params=KINDS)
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty ledger, once on each kind of database."""
    with fresh(request.param, tmp_path) as url:
        yield url
