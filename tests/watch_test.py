"""The watched folder, step by step: rows of the failure table B.2 in a real office, by clocks that the tests hold."""

from __future__ import annotations

import errno
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox import shelf
from tdnv_sheets.inbox.lock import held
from tdnv_sheets.inbox.scan import scan
from tdnv_sheets.pipeline import take
from tdnv_sheets.pipeline.filing import finish
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.watch import How, intake, register
from tests.conftest import NOW, SmallOffice, fill
from tests.registers import ONE, THREE, TWO, edited, seen
from tests.watching import QUIET, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTLED = 2 * QUIET + 1
"""Seconds in which what was dropped is surely in."""


@pytest.fixture
def watched(office: SmallOffice) -> Iterator[Watched]:
    watched = Watched(office)
    assert watched.pass_(1) == ["register-drawn"]
    yield watched
    watched.watcher.close(watched.now)


@pytest.fixture(scope="module")
def sent(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give filled workbooks of an office's units by what they say."""
    import shutil

    from tdnv_sheets.inbox.workspace import find

    folder = tmp_path_factory.mktemp("sent")
    shutil.copytree(office_template, folder / "vp")
    desk = SmallOffice(find(folder / "vp"))
    cctl, cckl = desk.issue("cctl"), desk.issue("cckl")
    shutil.copytree(folder / "vp", folder / "template")
    return {
        "office": folder / "template",
        "rain": fill(cctl, {ONE: {"difficulty": "Mưa lớn"}}, folder / "rain.xlsx"),
        "salt": fill(cctl, {TWO: {"difficulty": "Nước mặn"}}, folder / "salt.xlsx"),
        "forest": fill(cckl, {THREE: {"difficulty": "Thiếu giống"}}, folder / "forest.xlsx"),
        "wrong": fill(cctl, {ONE: {"completed_date": "giữa tháng"}}, folder / "wrong.xlsx"),
    }


@pytest.fixture
def office(sent: dict[str, Path], tmp_path: Path) -> SmallOffice:
    """Give an office that has issued its workbooks."""
    import shutil

    from tdnv_sheets.inbox.workspace import find

    shutil.copytree(sent["office"], tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp"))


# ------------------------------------------------------------------ files come in


def test_row_1_without_any_event_a_file_is_found_taken_in_and_shown_in_the_register(
    watched: Watched, sent: dict[str, Path]
) -> None:
    watched.drop(sent["rain"], "bản.xlsx")

    assert watched.pass_(SETTLED) == ["received"]
    assert watched.verdicts() == [("bản.xlsx", "accepted")]
    assert (watched.inbox(), watched.archive()) == (set(), ["bản.xlsx"])
    assert watched.pass_(register.SOON + 1) == ["register-drawn"]
    assert edited_cell(watched.office, ONE, "difficulty") == "Mưa lớn"
    assert watched.pass_(600) == []


def test_rows_10_14_15_16_the_same_file_twice_is_taken_once_and_another_under_its_name_as_well(
    watched: Watched, sent: dict[str, Path], tmp_path: Path
) -> None:
    watched.drop(sent["rain"], "bản.xlsx")
    watched.drop(sent["rain"], "bản (PC-01's conflicted copy 2026-06-01).xlsx")
    saved = tmp_path / "saved again.xlsx"
    load_workbook(sent["rain"]).save(saved)
    watched.drop(saved, "bản - Copy.xlsx")
    watched.pass_(SETTLED)
    assert sorted(verdict for _, verdict in watched.verdicts()) == ["accepted", "duplicate", "duplicate"]

    other = watched.drop(sent["salt"], "bản.xlsx")
    os.utime(other, (sent["rain"].stat().st_mtime, sent["rain"].stat().st_mtime))
    watched.pass_(SETTLED)
    assert watched.verdicts()[-1] == ("bản.xlsx", "accepted")
    assert len(watched.archive()) == 4
    assert watched.office.rows()[TWO, "cctl"]["difficulty"] == "Nước mặn"


def test_row_17_a_file_that_is_overwritten_while_it_is_taken_in_is_another_file(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = shelf.claim

    def and_then_it_is_overwritten(path: Path, work: Path) -> Path | None:
        claimed = claim(path, work)
        monkeypatch.setattr(shelf, "claim", claim)
        watched.drop(sent["salt"], path.name)
        return claimed

    monkeypatch.setattr(shelf, "claim", and_then_it_is_overwritten)
    watched.drop(sent["rain"], "bản.xlsx")
    watched.pass_(2 * SETTLED)

    assert watched.verdicts() == [("bản.xlsx", "accepted"), ("bản.xlsx", "accepted")]
    archived = {path.read_bytes() for path in watched.office.root.glob("luu-tru/*/*.xlsx")}
    assert archived == {sent["rain"].read_bytes(), sent["salt"].read_bytes()}


def test_row_17_a_writer_that_still_has_the_file_open_when_it_is_taken_loses_nothing(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def and_then_it_is_written_on(office: Any, here: Path, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - as `finish`
        monkeypatch.setattr(take, "finish", finish)
        here.write_bytes(sent["salt"].read_bytes())  # into the very same file, as through a handle that is open
        return finish(office, here, *rest, **more)

    monkeypatch.setattr(take, "finish", and_then_it_is_written_on)
    watched.drop(sent["rain"], "bản.xlsx")
    watched.pass_(2 * SETTLED)

    assert watched.verdicts() == [("bản.xlsx", "accepted"), ("bản.xlsx", "accepted")]
    assert len(watched.text("written-on")) == 1
    rows = watched.office.rows()
    assert (rows[ONE, "cctl"]["difficulty"], rows[TWO, "cctl"]["difficulty"]) == ("Mưa lớn", "Nước mặn")


def test_row_20_a_file_that_is_touched_again_and_again_is_taken_once_when_that_ends(
    watched: Watched, sent: dict[str, Path]
) -> None:
    dropped = watched.drop(sent["rain"], "bản.xlsx")
    for number in range(10):
        os.utime(dropped, (number, number))
        watched.pass_(QUIET / 2, rang=True)
    assert watched.verdicts() == []

    watched.pass_(SETTLED, rang=True)
    assert watched.verdicts() == [("bản.xlsx", "accepted")]


def test_row_21_a_folder_that_is_moved_in_is_taken_in_and_what_is_given_back_lies_where_it_lay(
    watched: Watched, sent: dict[str, Path], tmp_path: Path
) -> None:
    dragged = tmp_path / "Chi cục Thủy lợi"
    dragged.mkdir()
    (dragged / "bản.xlsx").write_bytes(sent["rain"].read_bytes())
    (dragged / "tối mật.xlsx").write_bytes(sent["salt"].read_bytes())
    dragged.rename(watched.office.space.inbox / dragged.name)

    watched.pass_(2 * SETTLED)
    assert sorted(watched.verdicts()) == [("***.xlsx", "waiting"), ("bản.xlsx", "accepted")]
    assert {"Chi cục Thủy lợi/tối mật.xlsx"} < watched.inbox()
    assert all(name.startswith("Chi cục Thủy lợi/") for name in watched.inbox())
    assert "tối mật" not in (watched.office.space.hidden / "watch.json").read_text(encoding="utf-8")
    assert [(name, why) for name, why, _ in watched.beat.waiting] == [("***.xlsx", "secret")]
    watched.pass_(3600)
    assert len(watched.verdicts()) == 2  # said once


def test_row_4_what_never_gets_whole_is_said_and_still_taken_in_when_it_does(
    watched: Watched, sent: dict[str, Path]
) -> None:
    data = sent["rain"].read_bytes()
    target = watched.office.space.inbox / "thư mục" / "bản.xlsx"
    target.parent.mkdir()
    target.write_bytes(data[:-100])

    assert watched.pass_(60) == ["waits-incomplete"]
    assert watched.verdicts() == []
    watched.pass_(700)
    assert watched.verdicts() == [("bản.xlsx", "waiting")]
    assert watched.inbox() == {"thư mục/bản.xlsx", "thư mục/bản.xlsx.ghi-chu.txt"}

    target.write_bytes(data)
    watched.pass_(SETTLED)
    assert watched.verdicts()[1:] == [("bản.xlsx", "accepted")]
    assert watched.inbox() == set()


def test_row_25_a_marked_copy_that_comes_back_untouched_changes_nothing_and_corrected_it_is_taken(
    watched: Watched, sent: dict[str, Path]
) -> None:
    watched.drop(sent["wrong"], "bản.xlsx")
    watched.pass_(SETTLED)
    (marked,) = watched.office.space.returned.glob("*.xlsx")
    before = watched.office.rows()

    watched.drop(marked, marked.name)
    watched.pass_(SETTLED)
    assert watched.office.rows() == before

    corrected = fill(marked, {ONE: {"completed_date": date(2026, 6, 1)}}, marked.with_name("x.tmp.xlsx"))
    watched.drop(corrected, marked.name)
    corrected.unlink()
    watched.pass_(SETTLED)
    assert watched.verdicts()[-1][1] == "accepted"
    assert watched.office.rows()[ONE, "cctl"]["completed_date"] == "2026-06-01"


def test_row_13_double_a_file_that_is_held_is_said_once_and_taken_when_it_is_free(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, holds = Path.rename, {"bản.xlsx": 32}

    def as_on_windows(path: Path, target: Path) -> Path:
        if code := holds.get(path.name):
            problem = PermissionError(errno.EACCES, "double of a Windows error")
            vars(problem)["winerror"] = code
            raise problem
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", as_on_windows)
    monkeypatch.setattr("time.sleep", lambda _: None)
    watched.drop(sent["rain"], "bản.xlsx")
    watched.drop(sent["forest"], "khác.xlsx")
    watched.pass_(120)
    assert sorted(watched.verdicts()) == [("bản.xlsx", "waiting"), ("khác.xlsx", "accepted")]
    assert [why for _, why, _ in watched.beat.waiting] == ["in-use"]

    holds["bản.xlsx"] = 5  # access denied for good: no program holds it, the rights are wrong
    watched.pass_(600)
    assert any("không có quyền" in text for text in watched.text("received"))

    holds.clear()
    watched.pass_(600)
    assert watched.verdicts()[-1] == ("bản.xlsx", "accepted")


# ------------------------------------------------------------------ what fails


def test_row_2_an_inbox_that_goes_and_comes_back_is_said_in_both_directions(
    watched: Watched, sent: dict[str, Path]
) -> None:
    inbox, away = watched.office.space.inbox, watched.office.root / "away"
    inbox.rename(away)
    assert watched.pass_(600) == ["inbox-missing"]
    assert (watched.beat.inbox, watched.beat.inbox_since != "") == ("missing", True)

    inbox.write_text("a file in its place")
    assert watched.pass_(60) == ["inbox-no-folder"]
    inbox.unlink()
    watched.pass_(60)

    inbox.mkdir()  # as the empty mount point of a share that is not mounted
    watched.drop(sent["rain"], "bản.xlsx")
    assert set(watched.pass_(SETTLED)) == {"inbox-other", "received"}
    inbox.rmdir()
    away.rename(inbox)
    assert "inbox-back" in watched.pass_(60)
    watched.drop(sent["salt"], "bản.xlsx")
    watched.pass_(SETTLED)
    assert watched.verdicts() == [("bản.xlsx", "accepted")] * 2
    assert (watched.beat.inbox, watched.beat.inbox_since) == ("well", "")


def test_row_2_an_inbox_that_is_missing_at_the_start_is_waited_for(office: SmallOffice, sent: dict[str, Path]) -> None:
    office.space.inbox.rmdir()
    watched = Watched(office)
    assert watched.pass_(60)[0] == "inbox-missing"
    office.space.inbox.mkdir()
    watched.drop(sent["rain"], "bản.xlsx")
    assert [code for code in watched.pass_(SETTLED) if code != "register-drawn"] == ["inbox-back", "received"]
    watched.watcher.close(watched.now)


def failing(problem: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise problem

    return fail


def failing_intake(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> Callable[[], None]:
    """Let each intake fail; gives what ends that."""
    monkeypatch.setattr(intake, "ingest", failing(problem))
    return lambda: monkeypatch.setattr(intake, "ingest", ingest)


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOSPC, "double of a full disk"),
        BrokenSurroundings("ledger-lost", url="postgresql://may/so"),
        RuntimeError("a fault of the program in the very beginning"),
    ],
    ids=["row_26_disk_full", "server_lost", "fault"],
)
def test_what_stops_all_files_is_said_once_tried_again_after_growing_pauses_and_said_when_it_is_over(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    mend = failing_intake(monkeypatch, problem)
    watched.drop(sent["rain"], "bản.xlsx")
    if isinstance(problem, RuntimeError):
        monkeypatch.setattr(intake, "recover", failing(problem))  # nothing can even be put back
    monkeypatch.setattr(intake, "claimed", lambda _: ["something"] if isinstance(problem, RuntimeError) else [])

    said = watched.pass_(60)
    assert len(said) == 1
    assert said[0] in {"trouble", "fault"}
    assert watched.inbox() == {"bản.xlsx"}
    assert watched.beat.problem in {"trouble", "fault"}

    mend()
    monkeypatch.setattr(intake, "claimed", lambda _: [])
    assert watched.pass_(60 + SETTLED)[:2] in (["trouble-over", "received"], ["received", "trouble-over"])
    assert watched.verdicts() == [("bản.xlsx", "accepted")]


def test_a_file_on_which_the_program_fails_stops_no_other(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_on_one(office: Any, paths: list[Path], moment: Any) -> Any:  # noqa: ANN401 - as the intake gives them
        if any(path.name == "lạ.xlsx" for path in paths):
            content = "content of the file"
            raise KeyError(content)
        return ingest(office, paths, moment)

    monkeypatch.setattr(intake, "ingest", fails_on_one)
    watched.drop(sent["rain"], "lạ.xlsx")
    watched.drop(sent["salt"], "a.xlsx")
    watched.drop(sent["forest"], "z.xlsx")
    watched.pass_(600)

    assert sorted(watched.verdicts()) == [("a.xlsx", "accepted"), ("z.xlsx", "accepted")]
    assert watched.inbox() == {"lạ.xlsx"}
    (text,) = watched.text("file-failed")
    assert "KeyError" in text
    assert "content of the file" not in text


def test_row_19_what_a_command_that_died_had_claimed_is_finished_and_goes_back_to_its_folder(
    office: SmallOffice, sent: dict[str, Path]
) -> None:
    watched = Watched(office)
    dropped = watched.drop(sent["rain"], "Chi cục/bản.xlsx")
    from tdnv_sheets.pipeline.filing import remember_folder
    from tdnv_sheets.pipeline.office import open_office

    claimed = shelf.claim(dropped, office.space.work)
    assert claimed is not None
    with open_office(office.space) as opened:
        remember_folder(opened, claimed, dropped.parent)

    watched.pass_(0)
    assert watched.inbox() == {"Chi cục/bản.xlsx"}
    assert [one.code for one in watched.said] == ["recovered", "register-drawn"]
    watched.pass_(SETTLED)
    assert watched.verdicts() == [("bản.xlsx", "accepted")]
    assert list(office.space.work.iterdir()) == []
    watched.watcher.close(watched.now)


def test_what_was_claimed_waits_for_an_inbox_that_is_gone_and_makes_none_in_its_place(
    office: SmallOffice, sent: dict[str, Path]
) -> None:
    watched = Watched(office)
    shelf.claim(watched.drop(sent["rain"], "bản.xlsx"), office.space.work)
    away = office.space.inbox.rename(office.root / "away")
    watched.pass_(60)
    assert not office.space.inbox.exists()

    away.rename(office.space.inbox)
    watched.pass_(2 * SETTLED)
    assert "recovered" in [one.code for one in watched.said]
    assert watched.verdicts() == [("bản.xlsx", "accepted")]
    watched.watcher.close(watched.now)


def test_another_command_at_work_is_waited_for_and_said_once(watched: Watched, sent: dict[str, Path]) -> None:
    watched.drop(sent["rain"], "bản.xlsx")
    watched.pass_(QUIET / 2)
    with held(watched.office.space.lock):
        assert watched.pass_(5) == ["busy"]
    assert "received" in watched.pass_(SETTLED)
    assert not watched.office.space.lock.exists()  # not held while idle


# ------------------------------------------------------------------ the register


def edited_cell(office: SmallOffice, task: str, name: str) -> object:
    """Give a cell as the register that lies there shows it."""
    page = seen(office)
    shown: object = page.at(page.row(task), name).value
    return shown


def test_row_27_with_the_register_open_for_minutes_intake_goes_on_and_it_is_right_soon_after(
    watched: Watched, sent: dict[str, Path]
) -> None:
    path = watched.office.space.register
    owner = path.with_name(f"~${path.name}")
    owner.write_bytes(b"\x03Lan")
    before = path.read_bytes()

    watched.drop(sent["rain"], "a.xlsx")
    watched.pass_(120)
    watched.drop(sent["forest"], "b.xlsx")
    watched.pass_(120)
    assert [verdict for _, verdict in watched.verdicts()] == ["accepted", "accepted"]
    (text,) = watched.text("register-waits")
    assert "Lan" in text
    assert (watched.beat.register, watched.beat.register_who) == ("register-waits", "Lan")
    assert path.read_bytes() == before

    owner.unlink()
    assert watched.pass_(10) == ["register-drawn"]
    assert edited_cell(watched.office, THREE, "difficulty") == "Thiếu giống"
    assert watched.beat.register == ""


def test_row_27_double_windows_refuses_to_open_a_register_that_excel_holds(
    watched: Watched, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, path = Path.open, watched.office.space.register

    def as_on_windows(self: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - as Path.open
        if self == path and "+" in mode:
            problem = PermissionError(errno.EACCES, "double of a Windows error")
            vars(problem)["winerror"] = 32
            raise problem
        return opening(self, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", as_on_windows)
    watched.drop(sent["rain"], "a.xlsx")
    assert watched.pass_(60) == ["received", "register-waits"]
    monkeypatch.setattr(Path, "open", opening)
    assert watched.pass_(10) == ["register-drawn"]


def test_row_28_a_register_that_is_gone_for_moments_is_not_drawn_into_the_gap(watched: Watched) -> None:
    path = watched.office.space.register
    away = path.with_name("5D2E1A00")
    path.rename(away)
    assert watched.pass_(register.GONE / 2) == []
    assert not path.exists()
    away.rename(path)
    assert watched.pass_(60) == []

    path.unlink()  # for good
    assert watched.pass_(register.GONE + 10) == ["register-drawn"]


def test_a_register_that_the_office_saved_in_between_is_read_back_and_nothing_is_overwritten(
    watched: Watched, sent: dict[str, Path]
) -> None:
    watched.drop(sent["rain"], "a.xlsx")
    watched.pass_(SETTLED)
    with edited(watched.office) as page:
        page.set(TWO, "note", "Đã gọi điện")

    assert watched.pass_(30) == ["register-read", "register-drawn"]
    assert watched.office.rows()[TWO, "cctl"]["note"] == "Đã gọi điện"
    assert edited_cell(watched.office, TWO, "note") == "Đã gọi điện"
    assert edited_cell(watched.office, ONE, "difficulty") == "Mưa lớn"


def test_a_mangled_register_is_said_once_and_intake_goes_on(watched: Watched, sent: dict[str, Path]) -> None:
    with edited(watched.office) as page:
        rows = page.filled
        ids = [page.at(row, "task_id").value for row in rows]
        for row, task in zip(rows, reversed(ids), strict=True):
            page.at(row, "task_id").value = task
    spoilt = watched.office.space.register.read_bytes()

    said = watched.pass_(300)
    assert len(said) == 1
    assert said[0].startswith("register-")
    watched.drop(sent["forest"], "a.xlsx")
    assert watched.pass_(300) == ["received"]
    assert watched.office.space.register.read_bytes() == spoilt
    assert watched.watcher.waits()


def test_at_midnight_the_register_is_drawn_for_the_new_day(watched: Watched) -> None:
    watched.clock += 15 * 3600 - 120  # 23:58
    assert watched.pass_(60) == []
    assert watched.pass_(90) == ["register-drawn"]
    assert watched.text("register-drawn")[-1].endswith("11/06/2026.")


def test_files_that_keep_coming_delay_the_register_by_a_minute_at_most(watched: Watched, sent: dict[str, Path]) -> None:
    for number in range(30):
        watched.drop(sent["rain" if number % 2 else "salt"], f"{number}.xlsx")
        if number % 2 == 0:
            os.utime(watched.office.space.inbox / f"{number}.xlsx", (number, number))
        watched.pass_(3)
    drawn = [one.code for one in watched.said].index("register-drawn", 1)
    assert drawn < len(watched.said) - 1


# ------------------------------------------------------------------ declarations


def test_settings_that_change_are_followed_and_broken_ones_leave_the_old_in_force(
    watched: Watched, sent: dict[str, Path]
) -> None:
    path = watched.office.root / "tdnv.toml"
    right = path.read_text(encoding="utf-8")
    path.write_text("watch_subfolders = 12\n" + right, encoding="utf-8")
    assert watched.pass_(60) == ["declared-kept"]
    watched.drop(sent["rain"], "thư mục/bản.xlsx")
    watched.pass_(SETTLED)
    assert watched.verdicts() == [("bản.xlsx", "accepted")]

    path.write_text("watch_subfolders = false\n" + right, encoding="utf-8")
    watched.drop(sent["salt"], "thư mục/bản.xlsx")
    assert "declared-anew" in watched.pass_(60)
    assert watched.inbox() == {"thư mục/bản.xlsx"}
    assert "folders-passed-over" in [one.code for one in watched.said]


def test_a_ledger_that_is_restored_from_a_backup_is_the_one_that_is_written_to(
    watched: Watched, sent: dict[str, Path]
) -> None:
    watched.drop(sent["rain"], "a.xlsx")
    watched.pass_(SETTLED)
    ledger = watched.office.space.ledger_file
    assert ledger is not None
    restored = ledger.with_name("restored.db")
    restored.write_bytes((sent["office"] / ".tdnv" / "ledger.db").read_bytes())
    restored.replace(ledger)
    for extra in ("-wal", "-shm"):
        ledger.with_name(ledger.name + extra).unlink(missing_ok=True)

    watched.drop(sent["salt"], "b.xlsx")
    watched.pass_(SETTLED)
    rows = watched.office.rows()
    assert rows[TWO, "cctl"]["difficulty"] == "Nước mặn"
    assert rows[ONE, "cctl"]["difficulty"] is None


# ------------------------------------------------------------------ beginning with what lies there


def test_row_30_what_lies_there_at_the_first_start_is_taken_in_lot_by_lot(
    office: SmallOffice, sent: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LOT", 3)
    watched = Watched(office)
    for number in range(7):
        watched.drop(sent["rain"], f"{number}.xlsx")
    watched.pass_(SETTLED)

    assert sorted(verdict for _, verdict in watched.verdicts()) == ["accepted"] + ["duplicate"] * 6
    assert len(watched.archive()) == 7
    assert scan(office.space.inbox, subfolders=True).files == ()
    watched.watcher.close(watched.now)
    assert watched.beat.stopped


def test_the_sign_of_life_is_for_programs_and_people(watched: Watched) -> None:
    watched.pass_(60)
    raw = json.loads((watched.office.space.hidden / "watch.json").read_text(encoding="utf-8"))

    assert (raw["pid"], raw["mode"], raw["inbox"], raw["problem"]) == (os.getpid(), "poll", "well", "")
    assert datetime.fromisoformat(raw["seen"]) - (NOW + timedelta(seconds=60)) < timedelta(seconds=30)
    assert watched.how == How(poll=True, quiet=QUIET)
