"""Files move through the office's folders without being lost, taken twice or half written."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import subprocess
import sys
import time
import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson, WrongUsage
from tdnv_sheets.inbox import lock, shelf, workspace
from tdnv_sheets.inbox.lock import held
from tdnv_sheets.inbox.workspace import create, find, is_open, owner_of, patiently, put_in_place
from tdnv_sheets.settings import template
from tests.conftest import SmallOffice, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE = "NV-2026-00001"

# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name",
    [
        "~$bản cập nhật.xlsx",  # Excel's owner file
        ".~lock.bản cập nhật.xlsx#",  # LibreOffice's
        ".~bản cập nhật.xlsx",  # WPS'
        ".DS_Store",
        "._bản cập nhật.xlsx",
        "Thumbs.db",
        "desktop.ini",
        "DESKTOP.INI",
        "bản cập nhật.xlsx.tmp",
        "7C3A9F10.tmp",
        "5D2E1A00",  # Excel while it saves
        "báo cáo.xlsx.crdownload",
        "báo cáo.xlsx.part",
        "Báo cáo.XLSX.PARTIAL",
        "bản cập nhật.xlsx.ghi-chu.txt",  # our own note
    ],
)
def test_what_programs_leave_in_a_folder_is_no_submission(name: str) -> None:
    assert not shelf.is_submission(name)


@pytest.mark.parametrize(
    "name",
    [
        "bản cập nhật.xlsx",
        "Bản cập nhật (1).XLSX",
        "Copy of bản cập nhật.xlsx",
        "bản cập nhật (PC-01's conflicted copy 2026-06-01).xlsx",
        "báo cáo",
        "báo cáo.docx",
        "20260610.xlsx",
        "ghi-chu.txt",
    ],
)
def test_what_a_person_may_have_dropped_is_a_submission(name: str) -> None:
    assert shelf.is_submission(name)


def test_folders_are_not_taken_and_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "thư mục").mkdir()
    for name in ("b.xlsx", "a.xlsx", "~$a.xlsx"):
        (tmp_path / name).touch()

    assert [path.name for path in shelf.waiting_files(tmp_path)] == ["a.xlsx", "b.xlsx"]


def test_a_missing_inbox_is_said_with_its_name(office: SmallOffice) -> None:
    office.space.inbox.rmdir()

    done = office.run("merge")

    assert done.code == 4
    assert str(office.space.inbox) in done.err


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    for expected in ("bản.xlsx", "bản (2).xlsx", "bản (3).xlsx"):
        target = shelf.free_name(tmp_path, "bản.xlsx")
        assert target == tmp_path / expected
        target.touch()

    (tmp_path / "không đuôi").touch()
    assert shelf.free_name(tmp_path, "không đuôi").name == "không đuôi (2)"
    (tmp_path / ".ẩn").touch()
    assert shelf.free_name(tmp_path, ".ẩn").name == " (2).ẩn"


def test_names_from_a_mac_are_written_the_usual_way(tmp_path: Path) -> None:
    composed = "Bản cập nhật quý II.xlsx"
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    (tmp_path / composed).touch()

    assert shelf.free_name(tmp_path, decomposed).name == "Bản cập nhật quý II (2).xlsx"


def test_a_name_is_cut_so_that_a_number_and_a_note_still_fit(tmp_path: Path) -> None:
    name = "Ủ" * 83 + ".xlsx"  # 254 bytes
    for expected in ("", " (2)", " (3)"):
        target = shelf.free_name(tmp_path, name)
        assert target.name.endswith(f"Ủ{expected}.xlsx")
        target.touch()
        target.with_name(target.name + shelf.NOTE_SUFFIX).touch()


FORBIDDEN = '<>:"/\\|?*\t\n\x00'


@given(st.text(st.one_of(st.sampled_from(FORBIDDEN + " ."), st.characters(codec="utf-8"))))
def test_a_text_becomes_a_name_that_windows_takes(text: str) -> None:
    name = shelf.safe_name(text)

    assert 0 < len(name) <= 81
    assert not set(name) & set(FORBIDDEN)
    assert not name.endswith((" ", "."))
    assert shelf.safe_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Phòng Kế hoạch/Tài chính: 6 tháng?", "Phòng Kế hoạch-Tài chính- 6 tháng-"),
        ("  Chi cục Thủy lợi. ", "Chi cục Thủy lợi"),
        (unicodedata.normalize("NFD", "Sở Nội vụ"), "Sở Nội vụ"),
        ("con", "-con"),
        ("COM1.xlsx", "-COM1.xlsx"),
        ("Công an", "Công an"),
        ("", "-"),
        ("...", "-"),
    ],
)
def test_names_are_made_safe_as_people_would(text: str, name: str) -> None:
    assert shelf.safe_name(text) == name


# ------------------------------------------------------------------ claiming and filing


def test_a_claim_moves_the_file_and_only_one_claim_succeeds(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"1")

    claimed = shelf.claim(file, tmp_path / "work")

    assert claimed == tmp_path / "work" / "a.xlsx"
    assert (claimed.read_bytes(), file.exists()) == (b"1", False)
    assert shelf.claim(file, tmp_path / "work") is None


def test_a_file_that_another_program_holds_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.xlsx"
    file.touch()
    monkeypatch.setattr(Path, "rename", refuse(on_windows(32)))
    monkeypatch.setattr(time, "sleep", lambda _: None)

    assert shelf.claim(file, tmp_path / "work") is None
    assert file.exists()


def test_a_file_that_the_rights_do_not_give_is_no_file_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.xlsx"
    file.touch()
    monkeypatch.setattr(Path, "rename", refuse(PermissionError(errno.EACCES, "denied")))

    with pytest.raises(PermissionError):
        shelf.claim(file, tmp_path / "work")
    assert file.exists()


def test_an_inbox_on_another_disk_is_claimed_by_copying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"1")
    monkeypatch.setattr(Path, "rename", refuse(OSError(errno.EXDEV, "another disk")))

    claimed = shelf.claim(file, tmp_path / "work")

    assert claimed is not None
    assert (claimed.read_bytes(), file.exists()) == (b"1", False)


def on_windows(code: int) -> PermissionError:
    """A double of what Windows says: elsewhere errors carry no such code."""
    problem = PermissionError(errno.EACCES, "double of a Windows error")
    vars(problem)["winerror"] = code
    return problem


def refuse(problem: OSError) -> Callable[..., None]:
    def step(*_: object) -> None:
        raise problem

    return step


def test_filing_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "lưu trữ" / "2026-06-10"
    for number in range(3):
        file = tmp_path / "a.xlsx"
        file.write_text(str(number), encoding="ascii")
        shelf.file_away(file, folder, "bản.xlsx")

    assert {path.name: path.read_text(encoding="ascii") for path in folder.iterdir()} == {
        "bản.xlsx": "0",
        "bản (2).xlsx": "1",
        "bản (3).xlsx": "2",
    }


def test_a_file_that_a_crash_left_in_work_comes_back_and_is_taken_in_once(office: SmallOffice) -> None:
    file = office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}), "bản.xlsx")
    shelf.claim(file, office.space.work)
    revision = office.revision()

    first = office.run("merge", "--format", "json")
    assert [(entry["file"], entry["verdict"]) for entry in first.json] == [("bản.xlsx", "accepted")]
    assert office.rows()[ONE, "cctl"]["difficulty"] == "Mưa lớn"
    assert (list(office.space.work.iterdir()), list(office.space.inbox.iterdir())) == ([], [])
    assert office.run("merge", "--format", "json").json == []
    assert office.revision() == revision + 1


def test_a_file_that_was_taken_in_before_the_crash_is_only_filed_with_the_receipt_it_would_have_had(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"difficulty": "Mưa lớn", "completed_date": "giữa tháng"}
    office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}, "NV-2026-00002": values}), "bản.xlsx")
    (would,) = office.run("merge", "--dry-run", "--format", "json").json
    assert len(would["changes"]) == 1
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "move", refuse(OSError("power cut")))
        assert office.run("merge").code == 4
    assert {path.name for path in office.space.work.iterdir()} >= {"bản.xlsx"}
    revision = office.revision()

    again = office.run("merge", "--format", "json")

    assert again.json == [would | {"revision": revision}]
    assert office.revision() == revision
    assert len(list(office.root.glob("luu-tru/*/bản.xlsx"))) == 1
    (note,) = office.root.glob("luu-tru/*/bản.xlsx.ghi-chu.txt")
    assert f"Lần ghi trong sổ: {revision}\n" in note.read_text(encoding="utf-8-sig")
    assert len(list(office.space.returned.iterdir())) == 1
    assert list(office.space.work.iterdir()) == []


def test_a_dry_run_tells_of_a_file_that_a_crash_left_and_moves_nothing(office: SmallOffice) -> None:
    file = office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}), "bản.xlsx")
    shelf.claim(file, office.space.work)
    before = sorted(office.root.rglob("*"))

    dry = office.run("merge", "--dry-run", "--format", "json")

    assert [(entry["file"], entry["verdict"]) for entry in dry.json] == [("bản.xlsx", "accepted")]
    assert sorted(office.root.rglob("*")) == before
    assert office.run("merge", "--format", "json").json[0]["changes"] == dry.json[0]["changes"]


# ------------------------------------------------------------------ one command at a time


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def write_lock(path: Path, **values: object) -> None:
    content = {"host": socket.gethostname(), "pid": os.getpid(), "since": time.time(), **values}
    path.write_text(json.dumps(content), encoding="utf-8")


def test_the_lock_names_its_holder_and_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path):
        assert json.loads(path.read_text(encoding="utf-8"))["pid"] == os.getpid()
        with pytest.raises(WaitsForPerson) as stop, held(path, patience=0):
            pass
        assert str(os.getpid()) in stop.value.values["pid"]
    assert not path.exists()

    message = "the work failed"
    with pytest.raises(RuntimeError, match=message), held(path):
        raise RuntimeError(message)
    assert not path.exists()


def test_while_a_living_process_holds_the_workspace_a_command_waits_and_then_says_who(
    office: SmallOffice, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = office.space.hidden / "lock"
    write_lock(path, pid=sleeper.pid)
    monkeypatch.setattr(lock, "held", partial(held, patience=0.3))

    done = office.run("sync")

    assert done.code == 3
    assert f"tiến trình số {sleeper.pid}" in done.err
    assert path.exists()

    path.unlink()
    assert office.run("sync").code == 0


def test_a_lock_of_a_process_that_died_is_taken_over(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()
    write_lock(tmp_path / "lock", pid=sleeper.pid)

    with held(tmp_path / "lock", patience=5):
        assert json.loads((tmp_path / "lock").read_text(encoding="utf-8"))["pid"] == os.getpid()


@pytest.mark.parametrize(
    ("values", "dead"),
    [
        pytest.param({}, False, id="our own process lives"),
        pytest.param({"since": time.time() - 7 * 86_400}, True, id="another process of our number, as in a container"),
        pytest.param({"since": 0, "pid": os.getppid()}, True, id="taken before this machine was started"),
        pytest.param({"host": "máy khác"}, False, id="another machine, just now"),
        pytest.param({"host": "máy khác", "since": time.time() - 13 * 3600}, True, id="another machine, long ago"),
    ],
)
def test_who_left_a_lock_behind_is_told_from_who_works(
    tmp_path: Path, values: dict[str, object], *, dead: bool
) -> None:
    write_lock(tmp_path / "lock", **values)

    assert is_taken_over(tmp_path / "lock") is dead


@pytest.mark.parametrize(("age", "dead"), [(0, False), (13 * 3600, True)])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}'])
def test_a_lock_that_cannot_be_read_counts_by_its_age(tmp_path: Path, content: str, age: int, *, dead: bool) -> None:
    path = tmp_path / "lock"
    path.write_text(content, encoding="utf-8")
    os.utime(path, (time.time() - age, time.time() - age))

    assert is_taken_over(path) is dead


@dataclass
class DoubleOfWindows:
    """Answers as kernel32 does for one process: whether it may be opened, and its exit code."""

    may_open: bool
    refusal: int
    exit_code: int
    may_ask: bool = True
    open_handles: int = 0

    def OpenProcess(self, _access: int, _inherit: int, _pid: int) -> int:  # noqa: N802 - the name in Windows
        self.open_handles += self.may_open
        return 0x1A4 if self.may_open else 0

    def GetExitCodeProcess(self, _handle: int, code: Any) -> int:  # noqa: ANN401, N802 - what ctypes.byref gives
        code._obj.value = self.exit_code if self.may_ask else 0  # noqa: SLF001 - the only way to what byref points at
        return int(self.may_ask)

    def CloseHandle(self, _handle: int) -> int:  # noqa: N802 - the name in Windows
        self.open_handles -= 1
        return 1


@pytest.mark.parametrize(
    ("windows", "dead"),
    [
        pytest.param(DoubleOfWindows(may_open=True, refusal=0, exit_code=259), False, id="it runs"),
        pytest.param(DoubleOfWindows(may_open=True, refusal=0, exit_code=0), True, id="it ended, its handle is open"),
        pytest.param(DoubleOfWindows(may_open=False, refusal=87, exit_code=0), True, id="there is none"),
        pytest.param(DoubleOfWindows(may_open=False, refusal=5, exit_code=0), False, id="it is another user's"),
        pytest.param(DoubleOfWindows(may_open=True, refusal=0, exit_code=0, may_ask=False), False, id="no answer"),
    ],
)
def test_on_windows_the_system_says_whether_the_holder_of_a_lock_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, windows: DoubleOfWindows, *, dead: bool
) -> None:
    monkeypatch.setattr("tdnv_sheets.inbox.lock._WINDOWS", True)
    monkeypatch.setattr(ctypes, "WinDLL", lambda _name, **_: windows, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: windows.refusal, raising=False)
    write_lock(tmp_path / "lock", pid=os.getppid())  # another process than this one, as far as the double says

    assert is_taken_over(tmp_path / "lock") is dead
    assert windows.open_handles == 0


def is_taken_over(path: Path) -> bool:
    try:
        with held(path, patience=0.15):
            return True
    except WaitsForPerson:
        return False


# ------------------------------------------------------------------ put in place


def test_a_drawing_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "sổ.xlsx"
    target.write_bytes(b"old")

    def half(path: Path) -> None:
        path.write_bytes(b"half of the new")
        message = "out of ideas"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="out of ideas"):
        put_in_place(half, target, backup=tmp_path / "backup" / "sổ.xlsx")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"sổ.xlsx": b"old"}


def test_a_full_disk_is_said_and_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "sổ.xlsx"
    target.write_bytes(b"old")

    with pytest.raises(BrokenSurroundings, match="cannot-write"):
        put_in_place(refuse(OSError(errno.ENOSPC, "no space left")), target)
    assert [path.name for path in tmp_path.iterdir()] == ["sổ.xlsx"]

    def full(path: Path) -> None:
        raise BrokenSurroundings("cannot-write", path=path, problem=OSError(errno.ENOSPC, "no space left"))

    with pytest.raises(BrokenSurroundings) as stop:  # people know the workbook, not what is drawn beside it
        put_in_place(full, target)
    assert stop.value.given["path"] == target


def test_the_old_file_goes_to_the_backup_before_the_new_one_takes_its_place(tmp_path: Path) -> None:
    target, backup = tmp_path / "a" / "sổ.xlsx", tmp_path / "b" / "sổ.xlsx"
    put_in_place(lambda path: write(path, b"first"), target, backup=backup)
    assert (target.read_bytes(), backup.exists()) == (b"first", False)

    put_in_place(lambda path: write(path, b"second"), target, backup=backup)
    assert (target.read_bytes(), backup.read_bytes()) == (b"second", b"first")
    assert len(list(target.parent.iterdir())) == 1


def write(path: Path, data: bytes) -> None:
    assert path.name.startswith(".")
    path.write_bytes(data)


def test_a_file_that_is_open_elsewhere_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "sổ.xlsx"
    target.write_bytes(b"old")
    (tmp_path / "~$sổ.xlsx").write_bytes(bytes([3]) + b"Lan" + b" " * 50)

    with pytest.raises(WaitsForPerson) as stop:
        put_in_place(lambda path: write(path, b"new"), target)

    assert (stop.value.code, stop.value.values["who"], target.read_bytes()) == ("file-locked", " (Lan)", b"old")


def test_a_momentary_lock_of_a_virus_scanner_is_waited_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workspace, "_PAUSE", 0.01)
    tries: list[int] = []

    def step() -> None:
        tries.append(1)
        if len(tries) < 4:
            raise PermissionError(errno.EACCES, "in use")

    patiently(step, tmp_path / "a.xlsx")
    assert len(tries) == 4

    with pytest.raises(WaitsForPerson, match="file-locked"):
        patiently(refuse(PermissionError(errno.EACCES, "in use")), tmp_path / "a.xlsx")


WIDE = bytes([3]) + b"L?n".ljust(54) + bytes([3, 0]) + "Lân".encode("utf-16-le").ljust(108, b" ")


@pytest.mark.parametrize(
    ("pattern", "data", "who"),
    [
        ("~${}", WIDE, " (Lân)"),
        ("~${}", bytes([3]) + b"Lan" + b" " * 50, " (Lan)"),
        ("~${}", b"", ""),
        (".~lock.{}#", "Lân,MAY/lan,MAY,01.06.2026 09:00,file:///x;".encode(), " (Lân)"),
        (".~lock.{}#", b",MAY/lan,MAY,01.06.2026 09:00,file:///x;", " (MAY/lan)"),
        (".~lock.{}#", b"", ""),
    ],
)
def test_the_owner_of_an_open_file_is_named_as_the_owner_file_says(
    tmp_path: Path, pattern: str, data: bytes, who: str
) -> None:
    assert (is_open(tmp_path / "a.xlsx"), owner_of(tmp_path / "a.xlsx")) == (False, "")

    (tmp_path / pattern.format("a.xlsx")).write_bytes(data)

    assert (is_open(tmp_path / "a.xlsx"), owner_of(tmp_path / "a.xlsx")) == (True, who)


# ------------------------------------------------------------------ the workspace


def test_a_workspace_is_found_from_any_folder_inside_it(office: SmallOffice, tmp_path: Path) -> None:
    assert find(office.space.inbox).root == find(office.root).root == office.root
    with pytest.raises(WrongUsage, match="no-workspace"):
        find(tmp_path)


def test_a_new_workspace_is_made_only_in_an_empty_place(tmp_path: Path) -> None:
    text = template("Sở Nông nghiệp", "kon-tum-2022", "vi")
    space = create(tmp_path / "vp", text)
    assert all(folder.is_dir() for folder in space.folders())
    assert len(space.key()) == 32
    if os.name == "posix":
        assert (space.hidden / "key").stat().st_mode & 0o777 == 0o600

    with pytest.raises(WrongUsage, match="workspace-exists"):
        create(tmp_path / "vp", text)
    (tmp_path / "khác").mkdir()
    (tmp_path / "khác" / "của ai đó.txt").touch()
    with pytest.raises(WrongUsage, match="folder-not-empty"):
        create(tmp_path / "khác", text)


@pytest.mark.parametrize("content", [None, "", "ab12", "không phải khóa"])
def test_a_key_that_is_lost_or_broken_stops_with_a_sentence(office: SmallOffice, content: str | None) -> None:
    key = office.space.hidden / "key"
    key.unlink()
    if content is not None:
        key.write_text(content, encoding="utf-8")

    done = office.run("issue")

    assert done.code == 4, done
    assert "key" in done.err
