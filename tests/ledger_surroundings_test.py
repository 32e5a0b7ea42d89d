"""A disk, file or server that fails stops the ledger with a sentence and leaves it as it was; nothing grows with it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa

from tdnv_sheets.cli.out import explain_stop
from tdnv_sheets.errors import BrokenSurroundings, TdnvError, WaitsForPerson
from tdnv_sheets.ledger import engine as engines
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.engine import engine_for
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Change, Conflict, Key
from tests.databases import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import SmallOffice

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9)  # noqa: DTZ001 - the clock on the office's wall
ONE = Key("NV-2026-00001", "cctl")


def entry(ledger: Ledger, text: str, size: int = 1) -> Entry:
    old = ledger.assignments([ONE])[ONE].get("note")
    record = {"digest": text, "content": text, "name": "a.xlsx", "at": AT, "verdict": "accepted"}
    return Entry(
        AT,
        DAY,
        "cctl",
        "unit",
        ledger.revision(),
        changes=(Change(ONE, "note", old, text * size, "5"),),
        conflicts=(Conflict(ONE, "proposal", None, None, text),),
        new_tasks=(NewTask(("cctl",), {"note": text}),),
        file_record=record,
    )


def state(ledger: Ledger) -> tuple[Any, ...]:
    assert ledger.verify() == ()
    return ledger.revision(), ledger.assignments(), ledger.log(), ledger.open_conflicts()


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    assert commit(opened, Entry(AT, DAY, "vp", "office", 0, new_tasks=(NewTask(("cctl",), {"note": "a"}),)))
    yield opened
    opened.close()


def stopped(problem: TdnvError, code: int, words: str) -> None:
    """Check that a reason to stop has its exit code and one sentence, in both languages, with no word of a program."""
    assert problem.exit_code == code
    for lang in ("vi", "en"):
        said = explain_stop(problem, lang)
        assert "\n" not in said
        assert "sqlalche" not in said.lower()
    assert words in explain_stop(problem, "vi")


# ------------------------------------------------------------------ another command keeps the writer's place


def test_a_writers_place_that_is_kept_too_long_makes_a_command_wait_for_a_person(
    ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PATIENCE", 1)
    waiting = Ledger.at(ledger_url)
    before = state(ledger)

    with ledger.writing(), pytest.raises(WaitsForPerson) as caught:
        commit(waiting, entry(waiting, "b"))

    stopped(caught.value, 3, "đang ghi vào sổ cái")
    assert state(ledger) == before
    assert commit(waiting, entry(waiting, "b")) is not None
    waiting.close()


def test_a_command_that_finds_the_ledger_kept_ends_with_exit_code_3(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PATIENCE", 0)
    other = sqlite3.connect(office.space.hidden / "ledger.db", isolation_level=None)
    other.execute("begin immediate")

    done = office.run("issue", "--unit", "cctl", "--period", "2026-M06")

    assert (done.code, done.err.count("\n")) == (3, 1), done
    assert "đang ghi" in done.err
    other.close()


# ------------------------------------------------------------------ the server goes away


def test_a_connection_that_is_lost_at_any_statement_leaves_nothing_behind(tmp_path: Path) -> None:
    with fresh("postgresql", tmp_path) as url:
        ledger = Ledger.at(url)
        assert commit(ledger, Entry(AT, DAY, "vp", "office", 0, new_tasks=(NewTask(("cctl",), {"note": "a"}),)))
        before = state(ledger)
        engine = engine_for(url)
        left = lost = 0

        def cut(connection: sa.Connection, *_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
                with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
                    other.execute("select pg_terminate_backend(%s, 5000)", (pid,))

        sa.event.listen(engine, "before_cursor_execute", cut)
        failing = Ledger(engine)
        while True:
            whole = entry(ledger, "b")
            left = lost + 1
            try:
                assert commit(failing, whole) is not None
                break
            except BrokenSurroundings as problem:
                stopped(problem, 4, "Mất kết nối")
                assert state(ledger) == before
                lost += 1
        assert lost > 12
        assert ledger.revision() == 2
        failing.close()
        ledger.close()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("port=5432", "port=5999"), "không kết nối được"),
        (("postgres@/t", "postgres@/khong_co_"), "không kết nối được"),
        (("postgres@", "nguoi-la:mat-khau@"), "không kết nối được"),
    ],
)
def test_a_server_that_cannot_be_used_ends_a_command_with_exit_code_4(
    office: SmallOffice, tmp_path: Path, wrong: tuple[str, str], words: str
) -> None:
    with fresh("postgresql", tmp_path) as url:
        settings = office.root / "tdnv.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f'ledger = "{url.replace(*wrong)}"\n{text}', encoding="utf-8")
        done = office.run("sync")

    assert (done.code, done.err.count("\n")) == (4, 1), done
    assert words in done.err
    assert "mat-khau" not in done.err


# ------------------------------------------------------------------ disks and files


def test_a_full_disk_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.at(url)
    assert commit(ledger, Entry(AT, DAY, "vp", "office", 0, new_tasks=(NewTask(("cctl",), {"note": "a"}),)))
    before = state(ledger)
    engine = engine_for(url)

    def fill(connection: sqlite3.Connection, _: object) -> None:
        (pages,) = connection.execute("pragma page_count").fetchone()
        connection.execute(f"pragma max_page_count = {pages}")

    sa.event.listen(engine, "connect", fill)
    full = Ledger(engine)
    with pytest.raises(BrokenSurroundings) as caught:
        commit(full, entry(full, "b", size=50_000))

    stopped(caught.value, 4, "đầy")
    assert state(ledger) == before
    full.close()
    ledger.close()


def write_to(path: Path) -> None:
    ledger = Ledger.at(f"sqlite:///{path}")
    try:
        commit(ledger, entry(ledger, "b"))
    finally:
        ledger.close()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be somebody whom file permissions bind: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no folders that only their owner may write to")
@pytest.mark.parametrize(("folder", "file"), [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666), (0o777, 0o000)])
def test_a_ledger_that_may_only_be_read_is_not_written(tmp_path: Path, folder: int, file: int) -> None:
    place = tmp_path / "vp"
    place.mkdir()
    path = place / "ledger.db"
    made = Ledger.at(f"sqlite:///{path}")
    assert commit(made, Entry(AT, DAY, "vp", "office", 0, new_tasks=(NewTask(("cctl",), {"note": "a"}),)))
    before = state(made)
    made.close()
    for above in (tmp_path, *list(tmp_path.parents)[:2]):
        above.chmod(0o755)
    path.chmod(file)
    place.chmod(folder)
    data = path.read_bytes() if os.geteuid() == 0 else None

    with as_nobody(), pytest.raises(BrokenSurroundings) as caught:
        write_to(path)

    stopped(caught.value, 4, "Sổ cái")
    assert data is None or path.read_bytes() == data
    place.chmod(0o777)
    path.chmod(0o666)
    again = Ledger.at(f"sqlite:///{path}")
    assert state(again) == before
    again.close()


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a ledger's file with something in every table, without a log beside it."""
    path = tmp_path_factory.mktemp("flipped") / "whole.db"
    ledger = Ledger.at(f"sqlite:///{path}", "delete")
    for number in range(6):
        tasks = (NewTask(("cctl", "cckl"), {"note": f"số {number}", "deadline": DAY, "task_content": "A"}),)
        assert commit(ledger, Entry(AT, DAY, "vp", "office", ledger.revision(), new_tasks=tasks))
        assert commit(ledger, entry(ledger, f"lần {number}"))
    ledger.close()
    return path


def everything(ledger: Ledger) -> tuple[Any, ...]:
    return ledger.assignments(removed=True), ledger.trails(), ledger.log(), ledger.open_conflicts()


@pytest.mark.parametrize("lot", range(4))
def test_a_flipped_byte_is_a_sentence_a_difference_or_harmless_but_never_a_crash(
    small_file: Path, tmp_path: Path, lot: int
) -> None:
    whole = small_file.read_bytes()
    chance = random.Random(lot)  # noqa: S311 - the same bytes in every run
    filled = [place for place, byte in enumerate(whole) if byte]
    outcomes = {"stopped": 0, "found": 0, "harmless": 0}
    for place in chance.sample(filled, 60):
        path = tmp_path / f"{place}.db"
        broken = bytearray(whole)
        broken[place] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        try:
            ledger = Ledger.at(f"sqlite:///{path}", "delete")
            try:
                everything(ledger)
                outcomes["found" if ledger.verify() else "harmless"] += 1
            finally:
                ledger.close()
        except BrokenSurroundings as problem:
            stopped(problem, 4, "")
            outcomes["stopped"] += 1
            assert path.read_bytes() == broken, place
    assert outcomes["stopped"]
    assert outcomes["found"]


def test_a_value_that_cannot_be_read_stops_every_command(office: SmallOffice) -> None:
    path = office.space.hidden / "ledger.db"
    kept = path.with_name("kept.db")
    shutil.copyfile(path, kept)
    for column, broken in (
        ("fields", '{"note": '),
        ("fields", '{"deadline": {"day": "2026-13-45"}}'),
        ("fields", "[1]"),
    ):
        with sqlite3.connect(path) as connection:
            connection.execute(f"update assignments set {column} = ?", (broken,))  # noqa: S608 - our own words
        connection.close()
        for command in ("export", "sync"):
            done = office.run(command)
            assert (done.code, done.err.count("\n")) == (4, 1), (broken, done)
            assert "hỏng" in done.err


# ------------------------------------------------------------------ nothing grows with the ledger


def test_one_more_file_reads_no_table_from_end_to_end(tmp_path: Path) -> None:
    ledger = Ledger.at(f"sqlite:///{tmp_path / 'ledger.db'}")
    tasks = tuple(NewTask(("cctl",), {"note": "a"}) for _ in range(50))
    assert commit(ledger, Entry(AT, DAY, "vp", "office", 0, new_tasks=tasks))
    assert commit(ledger, entry(ledger, "b"))
    asked: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        asked.append((statement, parameters))

    engine = ledger._engine  # noqa: SLF001 - to hear what is asked
    sa.event.listen(engine, "before_cursor_execute", hear)
    keys = [Key(f"NV-2026-{number:05}", "cctl") for number in range(1, 30)]
    stale = entry(ledger, "c")
    ledger.receipt("c")
    ledger.receipt_of("c")
    ledger.at_revision(keys, 1)
    ledger.at_revision(keys, 2)
    ledger.open_conflicts(keys=keys)
    ledger.open_conflicts(unit="cctl")
    other = Entry(AT, DAY, "cctl", "unit", 2, changes=(Change(keys[5], "note", "a", "x", "5"),))
    assert commit(ledger, other)
    late = Entry(**{name: getattr(stale, name) for name in stale.__slots__} | {"reads": frozenset({ONE})})
    assert commit(ledger, late)
    sa.event.remove(engine, "before_cursor_execute", hear)

    plans = []
    with ledger.writing() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                given = parameters[0] if isinstance(parameters, list) else parameters
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                plans += [(row.detail, statement) for row in rows]
    assert len(plans) > 15
    scans = [plan for plan in plans if plan[0].startswith("SCAN") and "VIRTUAL TABLE" not in plan[0]]
    assert not scans
    ledger.close()


@pytest.mark.parametrize(("version", "fits"), [((13, 14), False), ((14, 0), True), ((16, 2), True)])
def test_a_server_that_is_too_old_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], *, fits: bool
) -> None:
    with fresh("postgresql", tmp_path) as url:
        monkeypatch.setattr(
            "sqlalchemy.dialects.postgresql.base.PGDialect._get_server_version_info", lambda *_: version
        )
        try:
            Ledger.at(url).close()
        except BrokenSurroundings as problem:
            stopped(problem, 4, "PostgreSQL 13.14")
            assert not fits
        else:
            assert fits
