"""When a dropped file may be taken: rows of the failure table B.2, by a clock that the tests hold in their hands."""

from __future__ import annotations

import os
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tdnv_sheets.inbox.scan import Entry, Scan, scan
from tdnv_sheets.inbox.settling import (
    FIRST_PAUSE,
    LEFT_PATIENCE,
    OPEN_PATIENCE,
    PATIENCE,
    Settling,
    Why,
    ends_as_a_package,
)

QUIET = 2.0


def package(path: Path, text: str = "a" * 5_000) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", text)
    return path


def look(settling: Settling, folder: Path, clock: float) -> tuple[list[str], dict[str, Why]]:
    looked = settling.look(scan(folder, subfolders=True), clock)
    return [entry.key for entry in looked.ready], {one.key: one.why for one in looked.waiting}


def one(folder: Path) -> Entry:
    (entry,) = scan(folder, subfolders=True).files
    return entry


@pytest.fixture
def settling() -> Settling:
    return Settling(QUIET)


# ------------------------------------------------------------------ what lies there


def test_row_9_lock_and_temporary_files_of_excel_libreoffice_and_wps_are_no_files_to_take(tmp_path: Path) -> None:
    for name in (
        "~$a.xlsx",
        ".~lock.a.xlsx#",
        ".~a.xlsx",
        "a.xlsx.tmp",
        "1A2B3C4D",
        "1A2B3C4D.tmp",
        ".DS_Store",
        "._a.xlsx",
    ):
        (tmp_path / name).write_bytes(b"1")
    package(tmp_path / "a.xlsx")

    assert [entry.key for entry in scan(tmp_path, subfolders=True).files] == ["a.xlsx"]


@pytest.mark.parametrize(
    "name", [".stfolder", ".stversions", "@eaDir", "__MACOSX", "#recycle", "System Volume Information"]
)
def test_what_lies_in_folders_of_programs_is_never_looked_at(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    package(tmp_path / name / "a.xlsx")

    assert scan(tmp_path, subfolders=True) == Scan()


@pytest.mark.parametrize(
    "name",
    [
        "bản (PC-01's conflicted copy 2026-06-01).xlsx",
        "bản-MAY-01.xlsx",
        "bản (1).xlsx",
        "bản_conflict-20260601-101112.xlsx",
        "bản.sync-conflict-20260601-101112-ABCDEFG.xlsx",
        "bản - Copy.xlsx",
        "Copy of bản.xlsx",
    ],
)
def test_row_10_copies_that_synchronising_programs_make_are_files_like_others(tmp_path: Path, name: str) -> None:
    package(tmp_path / name)

    assert one(tmp_path).path.name == name


def test_row_21_folders_of_units_are_looked_into_as_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "Chi cục Thủy lợi" / "tháng 6").mkdir(parents=True)
    (tmp_path / "trống").mkdir()
    package(tmp_path / "Chi cục Thủy lợi" / "tháng 6" / "a.xlsx")
    package(tmp_path / "b.xlsx")

    assert {entry.key for entry in scan(tmp_path, subfolders=True).files} == {
        "b.xlsx",
        "Chi cục Thủy lợi/tháng 6/a.xlsx",
    }
    found = scan(tmp_path, subfolders=False)
    assert [entry.key for entry in found.files] == ["b.xlsx"]
    assert found.passed_over == 2


def test_row_21_a_link_to_a_folder_above_leads_nowhere(tmp_path: Path) -> None:
    package(tmp_path / "a.xlsx")
    (tmp_path / "vòng").symlink_to(tmp_path, target_is_directory=True)

    assert [entry.key for entry in scan(tmp_path, subfolders=True).files] == ["a.xlsx"]


def test_row_22_a_name_that_a_mac_spelt_is_the_same_name(tmp_path: Path, settling: Settling) -> None:
    composed = "Bản cập nhật quý II.xlsx"
    package(tmp_path / unicodedata.normalize("NFD", composed))

    assert one(tmp_path).key == composed
    look(settling, tmp_path, 0)
    assert look(settling, tmp_path, QUIET) == ([composed], {})


def test_row_22_two_files_whose_names_only_differ_in_spelling_are_both_taken(
    tmp_path: Path, settling: Settling
) -> None:
    composed = "Bản cập nhật.xlsx"
    package(tmp_path / composed, "một")
    package(tmp_path / unicodedata.normalize("NFD", composed), "hai")

    assert len(list(tmp_path.iterdir())) == 2
    look(settling, tmp_path, 0)
    looked = settling.look(scan(tmp_path, subfolders=True), QUIET)
    assert {entry.path for entry in looked.ready} == set(tmp_path.iterdir())


def test_row_30_files_are_taken_folder_by_folder_and_the_oldest_first(tmp_path: Path) -> None:
    for folder, name, written in (("b", "x", 30), ("b", "a", 40), ("a", "z", 20), ("a", "y", 10)):
        (tmp_path / folder).mkdir(exist_ok=True)
        os.utime(package(tmp_path / folder / f"{name}.xlsx"), (written, written))

    keys = [entry.key for entry in scan(tmp_path, subfolders=True).files]
    assert keys == ["a/y.xlsx", "a/z.xlsx", "b/x.xlsx", "b/a.xlsx"]


# ------------------------------------------------------------------ quiet


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(tmp_path: Path, settling: Settling) -> None:
    package(tmp_path / "a.xlsx")

    assert look(settling, tmp_path, 100.0) == ([], {"a.xlsx": Why.SETTLING})
    assert look(settling, tmp_path, 101.9) == ([], {"a.xlsx": Why.SETTLING})
    assert look(settling, tmp_path, 102.0) == (["a.xlsx"], {})


def test_a_look_says_when_the_next_file_may_be_ready(tmp_path: Path, settling: Settling) -> None:
    package(tmp_path / "a.xlsx")

    assert settling.look(scan(tmp_path, subfolders=True), 100.0).next_at == 102.0


def test_row_4_a_writer_that_pauses_for_longer_than_the_quiet_time_is_waited_for(
    tmp_path: Path, settling: Settling
) -> None:
    data = package(tmp_path / "whole").read_bytes()
    (tmp_path / "whole").unlink()
    target, clock, step = tmp_path / "a.xlsx", 0.0, len(data) // 10
    for part in range(10):
        with target.open("ab") as file:
            file.write(data[part * step : (part + 1) * step if part < 9 else len(data)])
        clock += 1.0
        assert look(settling, tmp_path, clock) == ([], {"a.xlsx": Why.SETTLING})
        if part < 9:
            clock += 3 * QUIET
            assert look(settling, tmp_path, clock) == ([], {"a.xlsx": Why.INCOMPLETE})
    assert look(settling, tmp_path, clock + QUIET) == (["a.xlsx"], {})


def test_row_5_a_file_that_was_given_up_is_taken_when_it_is_finished_after_all(
    tmp_path: Path, settling: Settling
) -> None:
    data = package(tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(data[:-40])
    look(settling, tmp_path, 0)
    assert look(settling, tmp_path, PATIENCE - 1) == ([], {"a.xlsx": Why.INCOMPLETE})
    assert look(settling, tmp_path, PATIENCE)[0] == ["a.xlsx"]  # handed on, so that somebody is told
    settling.hold(one(tmp_path), Why.REFUSED, PATIENCE)
    assert look(settling, tmp_path, PATIENCE + 10_000) == ([], {"a.xlsx": Why.REFUSED})

    with (tmp_path / "a.xlsx").open("ab") as file:
        file.write(data[-40:])
    look(settling, tmp_path, PATIENCE + 10_001)
    assert look(settling, tmp_path, PATIENCE + 10_001 + QUIET) == (["a.xlsx"], {})


@pytest.mark.parametrize("early", [b"", b"\0" * 4_000])
def test_row_12_a_file_of_which_nothing_is_there_yet_is_no_bad_file(
    tmp_path: Path, settling: Settling, early: bytes
) -> None:
    (tmp_path / "a.xlsx").write_bytes(early)
    look(settling, tmp_path, 0)
    assert look(settling, tmp_path, 60) == ([], {"a.xlsx": Why.INCOMPLETE})

    package(tmp_path / "a.xlsx")
    look(settling, tmp_path, 61)
    assert look(settling, tmp_path, 61 + QUIET) == (["a.xlsx"], {})


def test_a_package_with_a_long_comment_at_its_end_is_whole(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a", "a")
        archive.comment = b"c" * 65_000
    assert ends_as_a_package(tmp_path / "a.xlsx")

    (tmp_path / "b.xls").write_bytes(b"\xd0\xcf\x11\xe0 and whatever follows")
    assert ends_as_a_package(tmp_path / "b.xls")
    assert ends_as_a_package(tmp_path / "gone.xlsx")  # whoever reads it says so


@pytest.mark.parametrize("written", [315_532_800, 4_070_908_800])
def test_row_24_a_date_of_1980_or_2099_neither_hurries_nor_delays_a_file(
    tmp_path: Path, settling: Settling, written: int
) -> None:
    os.utime(package(tmp_path / "a.xlsx"), (written, written))

    assert look(settling, tmp_path, 0) == ([], {"a.xlsx": Why.SETTLING})
    assert look(settling, tmp_path, QUIET) == (["a.xlsx"], {})


def test_row_23_a_file_that_takes_the_place_of_another_settles_anew(tmp_path: Path, settling: Settling) -> None:
    os.utime(package(tmp_path / "a.xlsx"), (1_000, 1_000))
    look(settling, tmp_path, 0)
    package(tmp_path / "b.tmp", "b" * 9_000).replace(tmp_path / "a.xlsx")

    assert look(settling, tmp_path, QUIET) == ([], {"a.xlsx": Why.SETTLING})
    assert look(settling, tmp_path, 2 * QUIET) == (["a.xlsx"], {})


def test_row_20_what_is_forgotten_when_it_disappears_is_new_when_it_comes_again(
    tmp_path: Path, settling: Settling
) -> None:
    data = package(tmp_path / "a.xlsx").read_bytes()
    look(settling, tmp_path, 0)
    settling.hold(one(tmp_path), Why.REFUSED, 0)
    (tmp_path / "a.xlsx").unlink()
    assert look(settling, tmp_path, 10) == ([], {})

    (tmp_path / "a.xlsx").write_bytes(data)
    assert look(settling, tmp_path, 11) == ([], {"a.xlsx": Why.SETTLING})
    assert look(settling, tmp_path, 11 + QUIET) == (["a.xlsx"], {})


def test_row_16_a_refused_file_that_is_rewritten_with_the_same_size_and_date_is_looked_at_again(
    tmp_path: Path, settling: Settling
) -> None:
    package(tmp_path / "a.xlsx", "one")
    os.utime(tmp_path / "a.xlsx", (1_000, 1_000))
    look(settling, tmp_path, 0)
    settling.hold(one(tmp_path), Why.REFUSED, 0)
    assert look(settling, tmp_path, 10) == ([], {"a.xlsx": Why.REFUSED})

    package(tmp_path / "a.xlsx", "two")
    os.utime(tmp_path / "a.xlsx", (1_000, 1_000))
    assert look(settling, tmp_path, 20) == (["a.xlsx"], {})


def test_row_13_a_file_that_another_program_holds_is_tried_again_after_growing_pauses(
    tmp_path: Path, settling: Settling
) -> None:
    package(tmp_path / "a.xlsx")
    look(settling, tmp_path, 0)
    clock = 10.0
    for pause in (FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE):
        settling.hold(one(tmp_path), Why.IN_USE, clock)
        assert look(settling, tmp_path, clock + pause - 0.1) == ([], {"a.xlsx": Why.IN_USE})
        clock += pause
        assert look(settling, tmp_path, clock) == (["a.xlsx"], {})


# ------------------------------------------------------------------ open, remote, left behind


def test_row_8_a_file_that_somebody_has_open_waits_until_it_is_closed(tmp_path: Path, settling: Settling) -> None:
    package(tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"\x03Lan")
    look(settling, tmp_path, 0)
    assert look(settling, tmp_path, 50) == ([], {"a.xlsx": Why.OPEN})

    (tmp_path / "~$a.xlsx").unlink()
    assert look(settling, tmp_path, 51) == (["a.xlsx"], {})


def test_row_8_an_owner_file_that_is_left_behind_does_not_block_for_ever(tmp_path: Path, settling: Settling) -> None:
    package(tmp_path / "cũ.xlsx")
    (tmp_path / "~$cũ.xlsx").write_bytes(b"\x03Lan")
    os.utime(tmp_path / "~$cũ.xlsx", (1_000, 1_000))
    package(tmp_path / "mới.xlsx")
    (tmp_path / ".~lock.mới.xlsx#").write_text(",Lan,may,01.06.2026 09:00,file:///a;")
    os.utime(tmp_path / ".~lock.mới.xlsx#", (4_070_908_800, 4_070_908_800))  # a clock that is wrong
    look(settling, tmp_path, 0)

    assert look(settling, tmp_path, 50) == (["cũ.xlsx"], {"mới.xlsx": Why.OPEN})
    assert set(look(settling, tmp_path, OPEN_PATIENCE)[0]) == {"mới.xlsx", "cũ.xlsx"}


def test_row_11_double_a_file_that_onedrive_has_not_fetched_is_not_touched(settling: Settling) -> None:
    entry = Entry("a.xlsx", Path("a.xlsx"), 9, 1, 1, remote=True)
    settling.is_whole = lambda _: pytest.fail("reading would fetch it")

    for clock in (0.0, 10.0, 10_000.0):
        (waiting,) = settling.look(Scan((entry,)), clock).waiting
        assert waiting.why is Why.REMOTE
    settling.is_whole = lambda _: True
    assert settling.look(Scan((entry._replace(remote=False),)), 10_001.0).ready


def test_row_7_what_excel_left_behind_is_never_taken_and_spoken_of_after_a_day(
    tmp_path: Path, settling: Settling
) -> None:
    package(tmp_path / "5D2E1A00")

    assert look(settling, tmp_path, 0) == ([], {})
    assert look(settling, tmp_path, LEFT_PATIENCE) == ([], {"5D2E1A00": Why.LEFT_OVER})


def test_row_6_excel_saving_over_a_file_in_the_inbox_gives_one_file_once_it_is_closed(
    tmp_path: Path, settling: Settling
) -> None:
    target, seen = package(tmp_path / "a.xlsx"), []
    clock = 0.0

    def after(seconds: float) -> None:
        nonlocal clock
        clock += seconds
        seen.append(look(settling, tmp_path, clock)[0])

    after(0.0)
    (tmp_path / "~$a.xlsx").write_bytes(b"\x03Lan")  # opened
    after(10.0)
    package(tmp_path / "7A3F00C1", "mới" * 2_000)  # the new content under a name without an ending
    after(3.0)
    target.unlink()
    after(3.0)
    (tmp_path / "7A3F00C1").rename(target)
    after(3.0)
    after(3.0)
    assert seen == [[]] * len(seen)

    (tmp_path / "~$a.xlsx").unlink()
    after(0.5)
    assert seen[-1] == ["a.xlsx"]


def test_row_3_five_hundred_files_at_once_are_all_ready_after_the_quiet_time(
    tmp_path: Path, settling: Settling
) -> None:
    source = package(tmp_path / "source.tmp", "a")
    inbox = tmp_path / "den"
    inbox.mkdir()
    for number in range(500):
        shutil.copyfile(source, inbox / f"{number}.xlsx")
    look(settling, inbox, 0)

    ready, waiting = look(settling, inbox, QUIET)
    assert (len(ready), waiting) == (500, {})
