"""After an undo files may be sent again and old copies of the register be put back: nothing is held up, nothing reverted."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SmallOffice, fill
from tests.main_job_test import conflict_lines
from tests.register_undo_test import undo
from tests.registers import ONE, TWO, content, edited, sync

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

LATER = date(2026, 6, 20)
TOO_EARLY = {"progress": "done", "completed_date": date(2026, 6, 12), "result_summary": "Xong."}
HUGE = ("2147483648", "9" * 25)


def merge_on(office: SmallOffice, path: Path, day: date) -> dict[str, Any]:
    entry: dict[str, Any] = office.run("merge", path, "--format", "json", as_of=day).json[0]
    return entry


def test_a_file_that_was_undone_again_after_it_was_sent_again_may_still_be_sent(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    path = fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}})
    office.merge(path)
    undo(office)
    undo(office)
    back = office.revision()
    assert (office.merge(path)["changes"], office.revision()) == ([], back)

    undo(office, back)

    again = office.merge(path)
    assert (again["verdict"], len(again["changes"])) == ("accepted", 1)
    assert office.rows()[ONE, "cctl"]["proposal"] == "Xin máy bơm"


def test_a_file_whose_first_part_was_undone_may_be_sent_after_the_rest_was_taken(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    path = fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}, TWO: TOO_EARLY})
    assert office.merge(path)["verdict"] == "partly"
    first = office.revision()
    assert merge_on(office, path, LATER)["verdict"] == "accepted"

    undo(office, first)

    again = merge_on(office, path, LATER)
    assert [(change["field"], change["new"]) for change in again["changes"]] == [("proposal", "Xin máy bơm")]
    assert merge_on(office, path, LATER)["verdict"] == "duplicate"


@pytest.fixture
def old_copy(office: SmallOffice, tmp_path: Path) -> Path:
    """Give a copy of the register from before a note was typed into it, undone, and typed anew as it should be."""
    copy = tmp_path / "bản cũ.xlsx"
    shutil.copyfile(office.space.register, copy)
    with edited(office) as page:
        page.set(ONE, "note", "ghi chú")
    sync(office)
    undo(office)
    sync(office)
    return copy


@pytest.mark.parametrize("note", ["ghi chú", "ghi chú khác"])
def test_an_old_copy_of_the_register_that_never_said_what_was_undone_says_nothing_about_it(
    office: SmallOffice, old_copy: Path, note: str
) -> None:
    with edited(office) as page:
        page.set(ONE, "note", note)
    sync(office)

    shutil.copyfile(old_copy, office.space.register)
    with edited(office) as page:
        page.set(TWO, "note", "ghi ở bản cũ")
    sync(office)

    rows = office.rows()
    assert (rows[ONE, "cctl"]["note"], rows[TWO, "cctl"]["note"]) == (note, "ghi ở bản cũ")
    assert conflict_lines(office.space.register) == []


def test_what_an_old_copy_says_otherwise_than_what_was_typed_anew_is_a_conflict(
    office: SmallOffice, old_copy: Path
) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "ghi chú")
    sync(office)

    shutil.copyfile(old_copy, office.space.register)
    with edited(office) as page:
        page.set(ONE, "note", "ghi ở bản cũ")
    sync(office, code=3)

    assert office.rows()[ONE, "cctl"]["note"] == "ghi chú"
    (line,) = conflict_lines(office.space.register)
    assert {"ghi chú", "ghi ở bản cũ"} <= set(line)


@pytest.mark.parametrize("number", HUGE)
def test_numbers_that_no_database_holds_are_numbers_that_never_were(office_anywhere: SmallOffice, number: str) -> None:
    for command in (("undo", number), ("export", "--at", number), ("resolve", number, "--ours")):
        done = office_anywhere.run(*command)

        assert (done.code, number in done.err) == (2, True), (command, done.err)


@pytest.mark.parametrize(
    "command",
    [
        ("undo", "3", "--reason", "TỐI MẬT: lý do"),
        ("resolve", "--all", "--ours", "--reason", "TỐI MẬT: lý do"),
        ("resolve", "1", "--other", "TỐI MẬT: lý do"),
    ],
)
def test_words_with_a_mark_of_secrecy_beside_a_command_are_not_written_down(
    office: SmallOffice, command: tuple[str, ...]
) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    before = content(office)

    done = office.run(*command)

    assert (done.code, "bí mật nhà nước" in done.err) == (2, True)
    assert "TỐI MẬT" not in done.out + done.err
    assert content(office) == before
