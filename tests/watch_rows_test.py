"""Rows of the failure table B.2 that need more than clocks: a share that is unmounted, a program that writes late, a second watcher."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.inbox.alarm import Alarm
from tdnv_sheets.pipeline import ingest
from tdnv_sheets.pipeline.decide import decide
from tdnv_sheets.pipeline.watch import How
from tests import watch_settling_test, watch_test
from tests.broken_ledger_test import small_disk
from tests.conftest import SmallOffice, fill
from tests.inbox_test import write_lock
from tests.mutations_files_test import encrypted
from tests.registers import ONE, TWO, edited, seen
from tests.watching import QUIET, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType
    from typing import Any

SETTLED = 2 * QUIET + 1
"""Seconds in which what was dropped is surely in."""


@pytest.fixture
def book(office: SmallOffice) -> Path:
    return office.issue("cctl")


@pytest.mark.parametrize(("share", "mode"), [("cifs", "poll"), ("", "events")])
def test_row_1_double_an_inbox_on_a_network_share_is_polled(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, share: str, mode: str
) -> None:
    monkeypatch.setattr("tdnv_sheets.pipeline.watch.watcher.share_of", lambda _: share)
    watched = Watched(office, How(quiet=QUIET))
    watched.pass_(1)
    watched.watcher.close(None)

    assert watched.beat.mode == mode


def test_row_2_whoever_listens_for_events_and_dies_is_replaced(tmp_path: Path) -> None:
    class Listener:
        def __init__(self) -> None:
            self.lives = True

        def is_well(self) -> bool:
            return self.lives

        def stop(self) -> None:
            self.lives = False

    listeners: list[Listener] = []

    def listen(*_: object) -> Listener:
        listeners.append(Listener())
        return listeners[-1]

    alarm = Alarm(listen)
    for _ in range(3):
        alarm.attend(tmp_path, "this folder")
    assert len(listeners) == 1

    listeners[0].lives = False
    alarm.attend(tmp_path, "this folder")
    assert (len(listeners), alarm.listens) == (2, True)

    alarm.attend(tmp_path, "another folder of the same name")
    assert ([one.lives for one in listeners], alarm.listens) == ([False, False, True], True)


@contextmanager
def mounted(folder: Path, at: Path) -> Iterator[None]:
    """Show a folder at another place, as a share is mounted; a watcher must not hinder that it is taken away."""
    subprocess.run(("mount", "--bind", str(folder), str(at)), check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", str(at)), check=True)


def test_row_2_an_inbox_that_is_unmounted_and_comes_back_is_said_both_times_and_its_files_are_taken_in(
    office: SmallOffice, book: Path, tmp_path: Path
) -> None:
    share, inbox = tmp_path / "máy chủ", office.space.inbox
    share.mkdir()
    rain, salt, wind = (
        fill(book, {ONE: {"difficulty": words}}, tmp_path / f"{words}.xlsx") for words in ("Mưa", "Mặn", "Gió")
    )
    with small_disk(share, "size=8m"):
        with mounted(share, inbox):
            watched = Watched(office, How(poll=False, quiet=QUIET))  # with the system's own events
            watched.drop(rain, "trước.xlsx")
            assert watched.pass_(SETTLED) == ["register-drawn", "received"]

        assert watched.pass_(SETTLED)[0] == "inbox-other"
        (share / "trong.xlsx").write_bytes(salt.read_bytes())  # dropped by somebody whose machine still has the share
        watched.drop(wind, "chỗ trống.xlsx")  # by somebody who has not noticed
        watched.pass_(SETTLED)
        assert [verdict for _, verdict in watched.verdicts()] == ["accepted"] * 2

        with mounted(share, inbox):
            said = watched.pass_(SETTLED)
            assert [code for code in said if code != "register-drawn"] == ["inbox-back", "received"]
            assert watched.archive() == ["chỗ trống.xlsx", "trong.xlsx", "trước.xlsx"]
            assert (list(share.iterdir()), watched.beat.inbox) == ([], "well")
            watched.watcher.alarm.wait(0)
            watched.drop(rain, "sau.xlsx")
            assert watched.watcher.alarm.wait(20), "events of the share that came back are heard again"
            watched.pass_(SETTLED)
            watched.watcher.close(watched.now)
    assert watched.verdicts()[-1] == ("sau.xlsx", "duplicate")


def test_row_17_what_a_program_writes_into_a_file_that_was_read_already_is_judged_and_kept(
    office: SmallOffice, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fill(book, {ONE: {"difficulty": "Bản cũ"}}, tmp_path / "old.xlsx")
    new = fill(book, {ONE: {"difficulty": "Bản mới"}}, tmp_path / "new.xlsx")
    watched = Watched(office)
    dropped = watched.drop(old, "bản.xlsx")
    with dropped.open("r+b", buffering=0) as late:

        def and_then_it_is_written_to(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever is decided on
            late.write(new.read_bytes())
            late.truncate()
            monkeypatch.setattr(ingest, "decide", decide)
            return decide(*given, **more)

        monkeypatch.setattr(ingest, "decide", and_then_it_is_written_to)
        watched.pass_(60)

    assert watched.verdicts() == [("bản.xlsx", "waiting"), ("bản.xlsx", "accepted")]
    assert office.rows()[ONE, "cctl"]["difficulty"] == "Bản mới"
    (kept,) = office.root.glob("luu-tru/*/*.xlsx")
    assert kept.read_bytes() == new.read_bytes()
    assert watched.inbox() == set()
    watched.watcher.close(watched.now)


def test_row_18_a_second_watcher_ends_and_says_who_watches(office: SmallOffice, book: Path) -> None:
    first = office.space.hidden / "watch.lock"
    with watching(first) as process:
        done = office.run("watch", "--once", "--quiet-for", "0.1")
        assert (done.code, f"pid {process.pid}" in done.err) == (3, True)

        office.drop(fill(book, {ONE: {"difficulty": "Mưa"}}), "bản.xlsx")
        process.kill()
        process.wait()
        assert office.run("watch", "--once", "--quiet-for", "0.1").code == 0
    assert office.rows()[ONE, "cctl"]["difficulty"] == "Mưa"
    assert not first.exists()


@contextmanager
def watching(lock: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process hold the place of the watcher."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        write_lock(lock, pid=process.pid)
        yield process
        process.kill()


def test_row_27_a_register_that_the_office_saves_while_it_has_it_open_loses_nothing(
    office: SmallOffice, book: Path
) -> None:
    watched = Watched(office)
    watched.pass_(1)
    path = office.space.register
    owner = path.with_name(f"~${path.name}")
    owner.write_bytes(b"\x03Lan" + b" " * 161)
    watched.drop(fill(book, {ONE: {"difficulty": "Mưa"}}), "bản.xlsx")
    watched.pass_(90)
    with edited(office) as page:
        page.set(TWO, "note", "Đã gọi điện")
    saved = path.read_bytes()
    watched.pass_(90)
    assert (watched.verdicts(), path.read_bytes()) == ([("bản.xlsx", "accepted")], saved)

    owner.unlink()
    assert watched.pass_(10) == ["register-read", "register-drawn"]
    page = seen(office)
    assert page.at(page.row(ONE), "difficulty").value == "Mưa"
    assert page.at(page.row(TWO), "note").value == "Đã gọi điện"
    assert saved in [backup.read_bytes() for backup in office.space.backups.iterdir()]
    watched.watcher.close(watched.now)


def test_row_29_a_file_with_a_password_is_put_aside_and_said_so(office: SmallOffice, book: Path) -> None:
    watched = Watched(office)
    (office.space.inbox / "khóa.xlsx").write_bytes(encrypted("của đơn vị")(book))
    watched.pass_(SETTLED)

    assert watched.verdicts() == [("khóa.xlsx", "quarantined")]
    assert "mật khẩu" in watched.text("received")[0]
    assert {path.name for path in office.space.quarantine.iterdir()} == {"khóa.xlsx", "khóa.xlsx.ghi-chu.txt"}
    watched.watcher.close(watched.now)


# ------------------------------------------------------------------ none is forgotten


def rows_of(*modules: ModuleType) -> dict[int, list[str]]:
    """Give the numbers of rows in the names of tests and of their cases, with those names."""
    found: dict[int, list[str]] = {}
    for test in (value for module in modules for name, value in vars(module).items() if name.startswith("test_")):
        marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
        for name in (test.__name__, *(str(case) for mark in marks for case in mark.kwargs.get("ids", ()))):
            numbers = re.match(r"(?:test_)?rows?_((?:\d+_)+)", name)
            for number in numbers[1].split("_")[:-1] if numbers else ():
                found.setdefault(int(number), []).append(name)
    return found


def test_each_of_the_thirty_rows_has_its_test_and_what_linux_cannot_do_a_double() -> None:
    tested = rows_of(watch_test, watch_settling_test, sys.modules[__name__])

    assert tested.keys() == set(range(1, 31))
    doubled = {number for number, names in tested.items() if any("_double_" in name for name in names)}
    assert doubled == {1, 11, 13, 27}, "network shares, OneDrive, virus scanners, Excel holding the register"
