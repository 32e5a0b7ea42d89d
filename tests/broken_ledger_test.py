"""What a clerk meets when the ledger or the disk fails while files come in: a sentence, the file where it was, and no loss.

What the ledger itself does then is in ledger_surroundings_test.py; here whole commands run on real workbooks.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa

from tdnv_sheets.inbox.shelf import waiting_files
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger import engine as engines
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Key
from tests.conftest import NOW, SmallOffice, fill
from tests.databases import fresh, keep_ledger_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE = Key("NV-2026-00001", "cctl")
TOLD = "Mưa lớn kéo dài"


@dataclass(frozen=True)
class Waiting:
    """An office in whose inbox a good file lies."""

    office: SmallOffice
    file: Path
    data: bytes

    def is_refused(self, code: int, **words_of: str) -> None:
        """Take the inbox in, once in each language given: one sentence, its exit code, and the file where it was."""
        for lang, words in words_of.items():
            done = self.office.run("merge", lang=lang)
            assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
            assert words in done.err
            assert "Traceback" not in done.err
            self.lies_there()

    def lies_there(self) -> None:
        assert self.file.read_bytes() == self.data
        assert [path.name for path in self.office.space.inbox.iterdir()] == [self.file.name]
        assert waiting_files(self.office.space.work) == ()
        assert not any(path.is_file() for path in self.office.space.archive(NOW).parent.rglob("*"))

    def is_taken_in_once(self, revision: int) -> None:
        """Take the inbox in when the cause is gone."""
        done = self.office.run("merge", "--format", "json")
        assert [(entry["verdict"], entry["revision"]) for entry in done.json] == [("accepted", revision)], done
        self.holds(TOLD)

    def holds(self, told: str) -> None:
        ledger = Ledger.at(self.office.space.ledger_url)
        assert ledger.assignments([ONE])[ONE].get("difficulty") == told
        assert ledger.verify() == ()
        ledger.close()


@pytest.fixture(scope="module")
def with_file(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an office in whose inbox a filled workbook lies, once."""
    root = tmp_path_factory.mktemp("waiting") / "vp"
    shutil.copytree(office_template, root)
    office = SmallOffice(find(root))
    office.drop(fill(office.issue("cctl"), {ONE.task_id: {"difficulty": TOLD}}), "bản cập nhật.xlsx")
    return root


def copied(with_file: Path, root: Path) -> Waiting:
    shutil.copytree(with_file, root)
    office = SmallOffice(find(root))
    file = office.space.inbox / "bản cập nhật.xlsx"
    return Waiting(office, file, file.read_bytes())


@pytest.fixture
def waiting(with_file: Path, tmp_path: Path) -> Waiting:
    return copied(with_file, tmp_path / "vp")


def kept_in(waiting: Waiting, url: str) -> Waiting:
    """Keep the ledger in another database."""
    if url.startswith("sqlite"):
        return waiting
    keep_ledger_in(waiting.office.space, url)
    return Waiting(SmallOffice(find(waiting.office.root)), waiting.file, waiting.data)


# ------------------------------------------------------------------ the ledger's file is damaged


def root_page(path: Path, table: str) -> int:
    """Give where a table's first page starts, all of the log written back."""
    connection = sqlite3.connect(path)
    connection.execute("pragma wal_checkpoint(truncate)")
    (page,) = connection.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()
    (size,) = connection.execute("pragma page_size").fetchone()
    connection.close()
    return (int(page) - 1) * int(size)


@pytest.mark.parametrize("where", ["header", "schema", "assignments"])
def test_a_flipped_byte_in_the_ledger_stops_the_merge_and_a_restored_ledger_goes_on(
    waiting: Waiting, where: str
) -> None:
    path = waiting.office.space.hidden / "ledger.db"
    root = root_page(path, "assignments")
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[{"header": 3, "schema": whole.index(b"CREATE TABLE"), "assignments": root}[where]] ^= 0x40
    path.write_bytes(broken)

    waiting.is_refused(4, **({"vi": "hỏng", "en": "damaged"} if where == "header" else {"vi": "hỏng"}))
    doctor = waiting.office.run("doctor")

    assert doctor.code == 4
    assert "[Hỏng] " in doctor.out
    path.write_bytes(whole)
    waiting.is_taken_in_once(2)


@pytest.mark.parametrize(("keep", "words"), [(0.5, {"vi": "hỏng"}), (0.0, {"vi": "trống rỗng", "en": "gone or empty"})])
def test_a_ledger_that_was_cut_off_stops_the_merge_and_is_not_begun_anew(
    waiting: Waiting, keep: float, words: dict[str, str]
) -> None:
    path = waiting.office.space.hidden / "ledger.db"
    root_page(path, "assignments")
    whole = path.read_bytes()
    rest = whole[: int(len(whole) * keep)]
    path.write_bytes(rest)

    waiting.is_refused(4, **words)
    assert waiting.office.run("doctor").code == 4

    assert path.read_bytes() == rest
    path.write_bytes(whole)
    waiting.is_taken_in_once(2)


# ------------------------------------------------------------------ the disk is full, or may only be read


def test_a_disk_that_is_full_for_the_ledger_stops_the_merge(waiting: Waiting) -> None:
    def fill_up(connection: Any, _: object) -> None:  # noqa: ANN401 - a connection of sqlite3
        (pages,) = connection.execute("pragma page_count").fetchone()
        connection.execute(f"pragma max_page_count = {pages}")

    path = waiting.office.space.hidden / "ledger.db"
    connection = sqlite3.connect(path)
    connection.execute("vacuum")
    connection.close()
    long = dict.fromkeys(("result_summary", "difficulty", "proposal", "explanation"), ("Mưa " * 300).strip())
    data = fill(waiting.file, {ONE.task_id: long}).read_bytes()
    sa.event.listen(sa.Engine, "connect", fill_up)
    try:
        Waiting(waiting.office, waiting.file, data).is_refused(4, vi="đầy")
    finally:
        sa.event.remove(sa.Engine, "connect", fill_up)

    done = waiting.office.run("merge", "--format", "json")
    assert [entry["verdict"] for entry in done.json] == ["accepted"]
    waiting.holds(long["difficulty"])


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    """Put a disk of its own into *folder*; only root may, and not in every container."""
    command = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("only root may mount a disk of its own")
    try:
        yield
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True)


def fill_disk(path: Path) -> None:
    room = shutil.disk_usage(path.parent).free
    with path.open("wb", buffering=0) as file:
        written = sum(file.write(b"0" * 4096) for _ in range(room // 4096))
        assert written >= room - 4096
        with pytest.raises(OSError, match=f"Errno {errno.ENOSPC}"):
            file.write(b"0" * 4096)


def test_a_full_disk_loses_no_file_and_the_merge_goes_on_when_there_is_room(with_file: Path, tmp_path: Path) -> None:
    disk = tmp_path / "ổ đĩa"
    disk.mkdir()
    with small_disk(disk, "size=4m"):
        waiting = copied(with_file, disk / "vp")
        fill_disk(disk / "đầy")

        waiting.is_refused(4, vi="đầy", en="full")
        assert not waiting.office.space.lock.exists()  # the next command would wait for it
        doctor = waiting.office.run("doctor")

        assert doctor.code == 4
        assert "còn trống 0 MB" in doctor.out
        (disk / "đầy").unlink()
        waiting.is_taken_in_once(2)


def test_a_disk_that_may_only_be_read_stops_the_merge(with_file: Path, tmp_path: Path) -> None:
    disk = tmp_path / "ổ đĩa"
    disk.mkdir()
    with small_disk(disk, "size=8m"):
        waiting = copied(with_file, disk / "vp")
        subprocess.run(("mount", "-o", "remount,ro", str(disk)), check=True)

        waiting.is_refused(4, vi="chỉ cho đọc", en="can only be read")
        assert waiting.office.run("doctor").code == 4

        subprocess.run(("mount", "-o", "remount,rw", str(disk)), check=True)
        waiting.is_taken_in_once(2)


# ------------------------------------------------------------------ the server goes away, or somebody else writes


@contextmanager
def at_statement(start: str, step: Any) -> Iterator[None]:  # noqa: ANN401 - takes the connection
    """Do *step* once, before the first statement that starts so."""
    left = [step]

    def hear(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if left and statement.startswith(start):
            left.pop()(connection)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert not left, "nothing of the kind was asked"


@pytest.mark.parametrize("statement", ["INSERT INTO revisions", "INSERT INTO files"])
def test_a_connection_that_is_lost_in_the_middle_changes_nothing_and_the_next_merge_does_the_work(
    waiting: Waiting, tmp_path: Path, statement: str
) -> None:
    with fresh("postgresql", tmp_path) as url:
        waiting = kept_in(waiting, url)

        def cut(connection: sa.Connection) -> None:
            pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
                other.execute("select pg_terminate_backend(%s, 5000)", (pid,))

        for lang, words in (("vi", "Mất kết nối"), ("en", "lost"))[: 2 if statement.endswith("files") else 1]:
            with at_statement(statement, cut):
                done = waiting.office.run("merge", lang=lang)
            assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), done
            assert words in done.err
            waiting.lies_there()

        assert waiting.office.revision() == 1
        waiting.is_taken_in_once(2)


def test_a_server_that_stays_away_keeps_the_file_until_the_ledger_can_be_asked_again(
    waiting: Waiting, tmp_path: Path
) -> None:
    with fresh("postgresql", tmp_path) as url:
        waiting = kept_in(waiting, url)
        name = sa.make_url(url).database
        server = url.replace("+psycopg", "").replace(f"/{name}", "/postgres")

        def close(_: object = None) -> None:
            with psycopg.connect(server, autocommit=True) as other:
                other.execute(f"alter database {name} allow_connections false")
                other.execute(
                    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (name,)
                )

        with at_statement("INSERT INTO files", close):
            done = waiting.office.run("merge")
        assert (done.code, done.err.count("\n")) == (4, 1), done
        assert [path.name for path in waiting.office.space.work.glob("*.xlsx")] == [waiting.file.name]
        doctor = waiting.office.run("doctor")
        assert doctor.code == 4
        assert "Còn 1 tệp dở dang" in doctor.out
        assert waiting.office.run("merge").code == 4

        with psycopg.connect(server, autocommit=True) as other:
            other.execute(f"alter database {name} allow_connections true")
        waiting.is_taken_in_once(2)


def test_a_ledger_that_another_program_keeps_makes_the_merge_wait_for_a_person(
    waiting: Waiting, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_PATIENCE", 1)
    waiting_anywhere = kept_in(waiting, ledger_url)
    other = Ledger.at(waiting_anywhere.office.space.ledger_url)

    with other.writing():
        waiting_anywhere.is_refused(3, vi="đang ghi vào sổ cái", en="writing to the ledger")

    other.close()
    waiting_anywhere.is_taken_in_once(2)
