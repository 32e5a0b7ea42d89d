"""What would end a service of months, or make it say what it must not: one bad file, one bad name, one bad moment."""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox import heartbeat, shelf
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline import filing, sync
from tdnv_sheets.pipeline.check import grounds_of
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.watch import opened
from tests.conftest import SmallOffice, fill
from tests.registers import ONE, TWO
from tests.watching import QUIET, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = os.fsdecode(b"T\xe0i li")
SETTLED = 2 * QUIET + 1


@pytest.fixture(scope="module")
def sent(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an office, and what its units sent."""
    folder = tmp_path_factory.mktemp("sent")
    shutil.copytree(office_template, folder / "vp")
    book = SmallOffice(find(folder / "vp")).issue("cctl")
    fill(book, {ONE: {"difficulty": "Mưa lớn"}}, folder / "rain.xlsx")
    fill(book, {TWO: {"difficulty": "Nước mặn"}}, folder / "salt.xlsx")
    fill(book, {ONE: {"completed_date": "giữa tháng"}}, folder / "wrong.xlsx")
    return folder


@pytest.fixture
def office(sent: Path, tmp_path: Path) -> SmallOffice:
    shutil.copytree(sent / "vp", tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp"))


@contextmanager
def watching(office: SmallOffice) -> Iterator[Watched]:
    """Watch an office whose register is drawn already."""
    watched = Watched(office)
    try:
        assert watched.pass_(1) == ["register-drawn"]
        yield watched
    finally:
        watched.watcher.close(watched.now)


def said_in_utf8(watched: Watched) -> str:
    return json.dumps([dict(one.values) for one in watched.said], ensure_ascii=False, default=str).encode().decode()


# ------------------------------------------------------------------ one bad file, one bad name


def test_names_that_are_no_unicode_or_as_long_as_a_disk_can_hold_are_taken_in_like_others(
    office: SmallOffice, sent: Path
) -> None:
    old, long = os.fsdecode(b"b\xe1o c\xe1o.xlsx"), "ế" * 83 + ".xlsx"  # 254 bytes
    with watching(office) as watched:
        watched.drop(sent / "rain.xlsx", old)
        watched.drop(sent / "salt.xlsx", f"{FOLDER}/{long}")
        (office.space.inbox / os.fsdecode(b"d\xf2.xlsx")).write_bytes(b"")
        watched.pass_(60)

        taken = dict(watched.verdicts())
        assert taken == {"b\ufffdo c\ufffdo.xlsx": "accepted", long: "accepted"}
        assert len(watched.archive()) == 2
        assert [name for name, _, _ in watched.beat.waiting] == ["d\ufffd.xlsx"]
        assert "b\ufffdo" in said_in_utf8(watched)
    names = [row[1].value for row in load_workbook(office.space.journal)["Các tệp đã đến"].iter_rows(min_row=4)]
    assert sorted(map(str, names)) == sorted(taken)


def test_what_is_put_back_with_a_name_that_is_no_unicode_lies_in_the_folder_that_is_none(
    office: SmallOffice, sent: Path
) -> None:
    with watching(office) as watched:
        dropped = watched.drop(sent / "rain.xlsx", f"{FOLDER}/bản.xlsx")
        with open_office(office.space) as at_work:
            claimed = shelf.claim(dropped, office.space.work)
            assert claimed is not None
            filing.remember_folder(at_work, claimed, dropped.parent)
            moment = watched.now.moment
            assert filing.recover(at_work, grounds_of(at_work, moment.as_of), moment) == []
        assert dropped.exists()


def test_a_file_that_the_disk_cannot_give_stops_no_other(
    office: SmallOffice, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = Path.read_bytes

    def bad_sector(path: Path) -> bytes:
        if path.name == "hỏng.xlsx":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", bad_sector)
    with watching(office) as watched:
        watched.drop(sent / "rain.xlsx", "hỏng.xlsx")
        watched.drop(sent / "salt.xlsx", "lành.xlsx")
        watched.pass_(60)
        assert ("lành.xlsx", "accepted") in watched.verdicts()
        assert "trouble" not in [one.code for one in watched.said]
        assert watched.inbox() >= {"hỏng.xlsx"}

        monkeypatch.undo()
        watched.pass_(600)
        assert watched.verdicts().count(("hỏng.xlsx", "waiting")) == 1
        assert watched.verdicts()[-1] == ("hỏng.xlsx", "accepted")
        watched.drop(sent / "rain.xlsx", "hỏng.xlsx")
        monkeypatch.setattr(Path, "read_bytes", bad_sector)
        watched.pass_(60)
        assert watched.verdicts()[-1] == ("hỏng.xlsx", "waiting"), "another file of that name is spoken of anew"


def test_a_note_that_cannot_be_written_into_the_inbox_stops_no_file(
    office: SmallOffice, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text = Path.write_text

    def read_only(path: Path, *given: str, **more: str) -> int:
        if path.parent == office.space.inbox:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return write_text(path, *given, **more)

    monkeypatch.setattr(Path, "write_text", read_only)
    with watching(office) as watched:
        watched.drop(sent / "salt.xlsx", "Tuyệt mật.xlsx")
        watched.drop(sent / "rain.xlsx", "bản.xlsx")
        watched.pass_(SETTLED)
        assert sorted(watched.verdicts()) == [("***.xlsx", "waiting"), ("bản.xlsx", "accepted")]


def test_of_a_file_with_a_secret_in_it_neither_log_nor_sign_of_life_says_the_name(
    office: SmallOffice, sent: Path
) -> None:
    with watching(office) as watched:
        dropped = watched.drop(sent / "rain.xlsx", "Nguyễn Thị Lan.xlsx")
        book = load_workbook(dropped)
        header = book["Báo cáo"].oddHeader
        assert header is not None
        header.center.text = "TUYỆT MẬT"
        book.save(dropped)
        watched.pass_(0)
        assert "Lan" not in json.dumps(watched.beat.waiting)
        watched.pass_(60)
        assert watched.verdicts() == [("***.xlsx", "waiting")]
        assert [(name, why) for name, why, _ in watched.beat.waiting] == [("***.xlsx", "secret")]
        assert "Lan" not in said_in_utf8(watched)
        assert b"Lan" not in (office.space.hidden / heartbeat.FILE).read_bytes()


# ------------------------------------------------------------------ a bad moment


def test_a_unit_list_that_is_broken_while_nothing_comes_leaves_the_old_one_in_force(
    office: SmallOffice, sent: Path
) -> None:
    right = office.space.units.read_bytes()
    with watching(office) as watched:
        watched.pass_(2 * opened.IDLE)
        office.space.units.write_bytes(b"no workbook")
        assert watched.pass_(60) == ["declared-kept"]
        watched.drop(sent / "rain.xlsx", "bản.xlsx")
        watched.pass_(60)
        assert watched.verdicts() == [("bản.xlsx", "accepted")]
        assert [one.code for one in watched.said].count("declared-kept") == 1

        office.space.units.write_bytes(right)
        assert "declared-anew" in watched.pass_(60)


def test_declarations_that_only_cannot_be_read_just_then_are_read_later(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_by_excel(*_: object, **__: object) -> None:
        raise BrokenSurroundings("cannot-read", path=office.space.units, problem=PermissionError(13, "held"))

    with watching(office) as watched:
        os.utime(office.space.units, (1, 1))
        monkeypatch.setattr(opened, "open_office", held_by_excel)
        assert watched.pass_(20) == ["declared-kept"]
        monkeypatch.undo()
        assert "declared-anew" in watched.pass_(60)
        assert watched.beat.problem == ""


def test_settings_that_are_gone_for_a_moment_are_not_those_of_an_office_above(office: SmallOffice) -> None:
    path = office.root / "tdnv.toml"
    shutil.copyfile(path, office.root.parent / "tdnv.toml")
    with watching(office) as watched:
        away = path.rename(office.root / "cũ.toml")
        assert watched.pass_(20) == ["declared-kept"]
        assert not (office.root.parent / ".tdnv").exists()
        away.rename(path)
        watched.pass_(60)
        assert watched.beat.problem == ""


def test_a_register_whose_place_cannot_be_written_to_holds_no_file_up_and_is_tried_ever_more_rarely(
    office: SmallOffice, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def refused(*_: object, **__: object) -> None:
        nonlocal tries
        tries += 1
        raise BrokenSurroundings("cannot-write", path=office.space.register, problem=PermissionError(13, "no"))

    with watching(office) as watched:
        monkeypatch.setattr(sync, "redraw", refused)
        for number in range(10):
            watched.drop(sent / ("rain.xlsx" if number % 2 else "salt.xlsx"), f"{number}.xlsx")
            watched.pass_(SETTLED)
        watched.pass_(540)
        assert len(watched.verdicts()) == 10
        assert [one.code for one in watched.said].count("register-waits") == 1
        assert 5 <= tries < 20
        monkeypatch.undo()
        assert "register-drawn" in watched.pass_(60)
        assert office.space.journal.exists()


def test_what_another_command_writes_into_the_ledger_is_shown_in_the_register_once(
    office: SmallOffice, sent: Path
) -> None:
    with watching(office) as watched:
        watched.pass_(2 * opened.IDLE)
        office.merge(sent / "rain.xlsx")
        assert watched.pass_(60) == ["register-drawn"]
        assert load_workbook(office.space.register, read_only=True)["Nhật ký"] is not None
        assert office.run("undo", str(office.revision())).code == 0
        assert watched.pass_(60) == ["register-drawn"]
        assert watched.pass_(300) == []


def test_a_ring_right_after_a_look_is_not_lost(office: SmallOffice, sent: Path) -> None:
    with watching(office) as watched:
        watched.watcher.step(watched.now, rang=True)
        watched.drop(sent / "rain.xlsx", "bản.xlsx")
        watched.clock += 0.01
        assert watched.watcher.step(watched.now, rang=True) <= 0.25
        watched.clock += 0.25
        watched.watcher.step(watched.now)
        assert watched.beat.waiting_count == 1


def test_one_round_for_a_scheduler_leaves_nothing_to_be_drawn(office: SmallOffice) -> None:
    (office.space.inbox / "họp.docx").write_bytes(b"no workbook at all")
    assert office.run("watch", "--once", "--quiet-for", "0.2").code == 1
    assert "họp.docx" in str(list(load_workbook(office.space.journal)["Các tệp đã đến"].values))


def test_an_inbox_that_goes_while_a_file_is_looked_at_is_not_made_anew(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tdnv_sheets.pipeline import ingest, take

    half = office.space.inbox / "dở.xlsx"
    half.write_bytes(b"PK\x03\x04 and no end")

    def unplugged(*_: object) -> bool:
        office.space.inbox.rename(office.root / "away")
        return False

    monkeypatch.setattr(take, "_was_written_to", unplugged)
    with open_office(office.space) as at_work:
        ingest.ingest(at_work, None, Watched(office).now.moment)
    assert not office.space.inbox.exists()
    assert [path.name for path in office.space.work.iterdir() if path.suffix == ".xlsx"] == ["dở.xlsx"]


def test_a_marked_copy_that_a_dead_command_had_drawn_may_be_open_when_the_next_one_begins(
    office: SmallOffice, sent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    watched = Watched(office)
    watched.pass_(1)
    watched.drop(sent / "wrong.xlsx", "bản.xlsx")
    monkeypatch.setattr(shelf, "move", power_cut)
    with pytest.raises(KeyboardInterrupt):
        watched.pass_(SETTLED)
    monkeypatch.undo()
    (marked,) = office.space.returned.glob("*.xlsx")
    marked.with_name(f"~${marked.name}").write_bytes(b"\x03Lan")
    corrected = marked.stat().st_mtime_ns

    watched.watcher.close(None)

    again = Watched(office)
    assert again.pass_(SETTLED)[:2] == ["recovered", "received"]
    assert again.verdicts() == [("bản.xlsx", "partly")]
    assert marked.stat().st_mtime_ns == corrected
    assert again.archive() == ["bản.xlsx"]
    again.watcher.close(again.now)
