"""Rows of the failure table B.2 that need more than clocks, and that none of the thirty is forgotten."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline import take
from tdnv_sheets.pipeline.decide import decide
from tdnv_sheets.pipeline.watch import How
from tests import watch_parts_test, watch_service_test, watch_settling_test, watch_test
from tests.broken_ledger_test import small_disk
from tests.conftest import SmallOffice, fill
from tests.mutations_files_test import encrypted
from tests.registers import ONE, TWO, edited, seen
from tests.watching import QUIET, Watched
from tests.wrong_files_test import owner_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType
    from typing import Any

SETTLED = 2 * QUIET + 1
"""Seconds in which what was dropped is surely in."""


@pytest.fixture(scope="module")
def issued(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give an office that has issued a workbook, and that workbook."""
    root = tmp_path_factory.mktemp("issued") / "vp"
    shutil.copytree(office_template, root)
    return root, SmallOffice(find(root)).issue("cctl")


@pytest.fixture
def office(issued: tuple[Path, Path], tmp_path: Path) -> SmallOffice:
    """Give an office of one's own that has issued its workbook."""
    shutil.copytree(issued[0], tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp"))


@pytest.fixture
def book(issued: tuple[Path, Path]) -> Path:
    return issued[1]


@contextmanager
def watching(office: SmallOffice, how: How | None = None) -> Iterator[Watched]:
    """Watch an office, and end that however the test ends."""
    watched = Watched(office) if how is None else Watched(office, how)
    try:
        yield watched
    finally:
        watched.watcher.close(watched.now)


@pytest.mark.parametrize(("share", "mode"), [("cifs", "poll"), ("", "events")])
def test_row_1_double_an_inbox_on_a_network_share_is_polled(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, share: str, mode: str
) -> None:
    monkeypatch.setattr("tdnv_sheets.pipeline.watch.watcher.share_of", lambda _: share)
    with watching(office, How(quiet=QUIET)) as watched:
        watched.pass_(1)
        assert watched.beat.mode == mode


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
    how = How(poll=False, quiet=QUIET)  # with the system's own events
    with small_disk(share, "size=8m"), ExitStack() as stack:
        with mounted(share, inbox):
            watched = stack.enter_context(watching(office, how))
            watched.drop(rain, "trước.xlsx")
            assert watched.pass_(SETTLED) == ["register-drawn", "received"]

        (share / "trong.xlsx").write_bytes(salt.read_bytes())  # dropped by somebody whose machine still has the share
        watched.drop(wind, "chỗ trống.xlsx")  # by somebody who has not noticed
        assert "inbox-other" in watched.pass_(2 * SETTLED)
        assert [name for name, _ in watched.verdicts()] == ["trước.xlsx", "chỗ trống.xlsx"]

        with mounted(share, inbox):
            assert {"inbox-back", "received"} <= set(watched.pass_(2 * SETTLED))
            assert watched.archive() == ["chỗ trống.xlsx", "trong.xlsx", "trước.xlsx"]
            assert (list(share.iterdir()), watched.beat.inbox) == ([], "well")
            watched.watcher.alarm.wait(0.5)  # what rang while files were taken in
            watched.drop(rain, "sau.xlsx")
            assert watched.watcher.alarm.wait(20), "what happens in the share that came back is heard again"
            watched.pass_(SETTLED)
            stack.close()
    assert [verdict for _, verdict in watched.verdicts()] == ["accepted"] * 3 + ["duplicate"]


def test_row_17_what_a_program_writes_into_a_file_that_was_read_already_is_judged_and_kept(
    office: SmallOffice, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fill(book, {ONE: {"difficulty": "Bản cũ"}}, tmp_path / "old.xlsx")
    new = fill(book, {ONE: {"difficulty": "Bản mới"}}, tmp_path / "new.xlsx")
    dropped = office.drop(old, "bản.xlsx")
    with watching(office) as watched, dropped.open("r+b", buffering=0) as late:

        def and_then_it_is_written_to(*given: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever is decided on
            late.write(new.read_bytes())
            late.truncate()
            monkeypatch.setattr(take, "decide", decide)
            return decide(*given, **more)

        monkeypatch.setattr(take, "decide", and_then_it_is_written_to)
        watched.pass_(60)

    assert watched.verdicts() == [("bản.xlsx", "waiting"), ("bản.xlsx", "accepted")]
    assert office.rows()[ONE, "cctl"]["difficulty"] == "Bản mới"
    (kept,) = office.root.glob("luu-tru/*/*.xlsx")
    assert kept.read_bytes() == new.read_bytes()
    assert watched.inbox() == set()


def test_row_27_a_register_that_the_office_saves_while_it_has_it_open_loses_nothing(
    office: SmallOffice, book: Path, tmp_path: Path
) -> None:
    path = office.space.register
    owner = path.with_name(f"~${path.name}")
    with watching(office) as watched:
        watched.pass_(1)
        owner.write_bytes(owner_file("Lan"))
        watched.drop(fill(book, {ONE: {"difficulty": "Mưa"}}, tmp_path / "rain.xlsx"), "bản.xlsx")
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


def test_row_29_a_file_with_a_password_is_put_aside_and_said_so(office: SmallOffice, book: Path) -> None:
    (office.space.inbox / "khóa.xlsx").write_bytes(encrypted("của đơn vị")(book))
    with watching(office) as watched:
        watched.pass_(SETTLED)

    assert watched.verdicts() == [("khóa.xlsx", "quarantined")]
    assert "mật khẩu" in watched.text("received")[0]
    assert {path.name for path in office.space.quarantine.iterdir()} == {"khóa.xlsx", "khóa.xlsx.ghi-chu.txt"}


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
    tested = rows_of(watch_test, watch_parts_test, watch_service_test, watch_settling_test, sys.modules[__name__])

    assert tested.keys() == set(range(1, 31))
    doubled = {number for number, names in tested.items() if any("_double_" in name for name in names)}
    assert doubled == {1, 2, 11, 13, 27}, "network shares, OneDrive, virus scanners, Excel holding the register"
