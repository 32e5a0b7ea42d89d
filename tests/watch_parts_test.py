"""The parts of the watched folder by themselves: the alarm, the folder's health, the lock that is renewed, the settings."""

from __future__ import annotations

import ast
import errno
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.errors import BadOfficeFile, WaitsForPerson
from tdnv_sheets.findings import About, Finding, Level, Severity
from tdnv_sheets.inbox import health, heartbeat, shelf
from tdnv_sheets.inbox.alarm import Alarm, listen
from tdnv_sheets.inbox.health import Condition, Health, Inbox
from tdnv_sheets.inbox.lock import held, holder, renew
from tdnv_sheets.inbox.settling import Why
from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.pipeline import watch
from tdnv_sheets.pipeline.receive import Received
from tdnv_sheets.pipeline.watch import Weight, look
from tdnv_sheets.pipeline.watch.said import said_of
from tdnv_sheets.settings import load
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

# ------------------------------------------------------------------ alarm


class Observer:
    """A double of whoever listens to the system."""

    def __init__(self) -> None:
        self.well, self.stopped = True, False

    def is_well(self) -> bool:
        return self.well

    def stop(self) -> None:
        self.stopped = True


def test_row_2_an_observer_that_died_is_replaced_and_one_of_another_folder_too(tmp_path: Path) -> None:
    made: list[Observer] = []

    def listen_to(_: Path, __: Callable[[], None]) -> Observer:
        made.append(Observer())
        return made[-1]

    alarm = Alarm(listen_to)
    for _ in range(3):
        assert alarm.attend(tmp_path, (1, 1)) is None
    assert (len(made), alarm.listens) == (1, True)

    made[0].well = False
    assert not alarm.listens
    alarm.attend(tmp_path, (1, 1))
    assert (len(made), made[0].stopped) == (2, True)

    alarm.attend(tmp_path, (1, 2))  # moved away and made anew: the system still tells of the old one
    assert (len(made), made[1].stopped) == (3, True)


def test_where_the_system_does_not_let_us_listen_the_scan_is_left(tmp_path: Path) -> None:
    def refuse(_: Path, __: Callable[[], None]) -> Observer:
        raise OSError(errno.ENOSPC, "double of too many watches")

    alarm = Alarm(refuse)
    problem = alarm.attend(tmp_path, (1, 1))
    assert problem is not None
    assert problem.errno == errno.ENOSPC
    assert not alarm.listens
    assert not alarm.wait(0)


def test_row_1_a_polled_folder_has_no_observer(tmp_path: Path) -> None:
    alarm = Alarm(None)
    assert alarm.attend(tmp_path, (1, 1)) is None
    assert not alarm.listens


def test_watchdog_rings_for_a_file_below_the_inbox_and_not_for_one_that_is_only_read(tmp_path: Path) -> None:
    (tmp_path / "cũ.xlsx").write_bytes(b"1")
    alarm = Alarm(listen)
    assert alarm.attend(tmp_path, (1, 1)) is None
    try:
        time.sleep(0.3)
        alarm.wait(0)
        (tmp_path / "cũ.xlsx").read_bytes()
        assert not alarm.wait(0.5)
        (tmp_path / "thư mục").mkdir()
        (tmp_path / "thư mục" / "mới.xlsx").write_bytes(b"1")
        assert alarm.wait(10)
    finally:
        alarm.close()
    assert not alarm.listens


# ------------------------------------------------------------------ health


def test_the_inbox_is_told_from_what_took_its_place(tmp_path: Path) -> None:
    inbox = tmp_path / "den"
    assert health.look(inbox, shared=False).condition is Condition.MISSING
    inbox.mkdir()
    first = health.look(inbox, shared=False)
    assert first.condition is Condition.WELL
    assert health.look(inbox, shared=True).identity == (first.identity[0], 0)
    inbox.rmdir()
    inbox.write_text("a file")
    assert health.look(inbox, shared=False).condition is Condition.NO_FOLDER


@pytest.mark.parametrize(
    ("code", "condition"),
    [(errno.ENOENT, Condition.MISSING), (errno.EIO, Condition.UNREADABLE), (errno.EACCES, Condition.UNREADABLE)],
)
def test_row_2_double_a_server_that_is_off_is_told_by_what_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, condition: Condition
) -> None:
    """CPython gives ENOENT for Windows' 53 (bad network path), 67 and 15; a share that hangs gives EIO."""

    def refuse(_: object) -> None:
        raise OSError(code, "double of a server that is off")

    monkeypatch.setattr("os.scandir", refuse)
    assert health.look(tmp_path, shared=True).condition is condition


def test_only_going_away_and_coming_home_are_news() -> None:
    kept = Health()
    home, other = Inbox(Condition.WELL, (1, 1)), Inbox(Condition.WELL, (2, 9))
    seen = [home, home, Inbox(Condition.MISSING), home, other, other, home]
    assert [kept.moved(one) for one in seen] == [None, None, None, None, True, None, False]


# ------------------------------------------------------------------ lock and sign of life


def test_row_18_a_lock_that_nobody_renewed_is_taken_over_and_its_owner_learns_of_it(tmp_path: Path) -> None:
    path = tmp_path / "watch.lock"
    with held(path, expiry=100):
        assert renew(path)
        with pytest.raises(WaitsForPerson, match="watch-running"), held(path, patience=0, reason="watch-running"):
            pass
        found = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**found, "since": time.time() - 101}), encoding="utf-8")
        owner = holder(path)
        assert owner is not None
        assert not owner.runs

        path.write_text(json.dumps({**found, "host": "may khac", "since": time.time()}), encoding="utf-8")
        assert not renew(path)
    assert json.loads(path.read_text(encoding="utf-8"))["host"] == "may khac"  # not ours to take away


def test_a_sign_of_life_that_is_no_such_thing_is_none(tmp_path: Path) -> None:
    assert heartbeat.read(tmp_path) is None
    for text in ("", "[]", "{}", '{"pid": 1}'):
        (tmp_path / heartbeat.FILE).write_text(text, encoding="utf-8")
        assert heartbeat.read(tmp_path) is None


# ------------------------------------------------------------------ claims


def test_an_inbox_on_another_disk_keeps_a_file_that_changes_while_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"1")

    def another_disk(*_: object) -> None:
        raise OSError(errno.EXDEV, "double of another disk")

    def copy(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes())
        source.write_bytes(b"1 and more")

    monkeypatch.setattr("pathlib.Path.rename", another_disk)
    monkeypatch.setattr("shutil.copyfile", copy)
    assert shelf.claim(file, tmp_path / "work") is None
    assert file.read_bytes() == b"1 and more"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("code", [32, 33, 362, 389, 396])
def test_rows_11_13_double_what_is_open_or_still_in_the_cloud_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr("pathlib.Path.rename", on_windows(code))
    monkeypatch.setattr("time.sleep", lambda _: None)
    assert shelf.claim(tmp_path / "a.xlsx", tmp_path / "work") is None


def test_row_13_double_a_virus_scanner_that_lets_go_costs_a_moment_and_rights_that_are_missing_surface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"1")
    monkeypatch.setattr("time.sleep", lambda _: None)
    refuse, tries = on_windows(5), 0
    rename = type(file).rename

    def for_a_while(path: Path, target: Path) -> object:
        nonlocal tries
        tries += 1
        return rename(path, target) if tries == 3 else refuse()

    monkeypatch.setattr("pathlib.Path.rename", for_a_while)
    assert shelf.claim(file, tmp_path / "work") is not None

    file.write_bytes(b"2")
    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(PermissionError):
        shelf.claim(file, tmp_path / "work")


def on_windows(code: int) -> Callable[..., None]:
    """A double of what Windows says: elsewhere errors carry no such code."""

    def refuse(*_: object) -> None:
        problem = PermissionError(errno.EACCES, "double of a Windows error")
        vars(problem)["winerror"] = code
        raise problem

    return refuse


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    "line",
    [
        "watch_quiet_seconds = 0",
        "watch_quiet_seconds = 'hai'",
        "watch_scan_seconds = 4000",
        "watch_mode = 'event'",
        "watch_subfolders = 'true'",
        "watch_subfolders = 1",
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "tdnv.toml").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(BadOfficeFile) as stop:
        load(tmp_path / "tdnv.toml")
    assert stop.value.values["key"] == line.split(" = ", maxsplit=1)[0]


def test_settings_of_the_watched_folder_are_read(tmp_path: Path) -> None:
    text = "watch_quiet_seconds = 10\nwatch_scan_seconds = 30\nwatch_mode = 'poll'\nwatch_subfolders = false\n"
    (tmp_path / "tdnv.toml").write_text(text, encoding="utf-8")
    got = load(tmp_path / "tdnv.toml")
    assert (got.watch_quiet_seconds, got.watch_scan_seconds) == (10, 30)
    assert (got.watch_mode, got.watch_subfolders) == ("poll", False)


# ------------------------------------------------------------------ words


def test_all_that_is_said_has_its_words_and_no_word_is_left_over() -> None:
    source = Path(watch.__file__).parent
    texts = {
        node.value
        for path in source.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    built = {f"inbox-{one}" for one in Condition if one is not Condition.WELL}
    built |= {f"waits-{one}" for one in Why if one not in look.UNSAID}
    parts = {"counts", "marked"}
    entries = set(area("watch"))

    assert built <= entries
    assert entries - built - parts <= texts
    said = {
        node.args[0].value
        for path in source.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Said"
        and isinstance(node.args[0], ast.Constant)
    }
    assert said <= entries
    assert len(said) > 10


def test_what_is_said_of_a_file_does_not_quote_what_is_written_in_it() -> None:
    finding = Finding("wrong-unit", Severity.ERROR, Level.WORKBOOK, value="lời trong tệp")
    said = said_of(Received("bản tối mật.xlsx", Verdict.QUARANTINED, (About(finding),)))
    text = " ".join(str(value) for value in said.values.values())

    assert "lời trong tệp" not in text
    assert "tối mật" not in text
    assert (said.weight, said.values["findings"]) == (Weight.WARNING, ["wrong-unit"])
