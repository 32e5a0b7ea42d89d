"""The register before and after an undo: what was taken back stays so, and nothing that people typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import SmallOffice, fill
from tests.main_job_test import choose, conflict_lines
from tests.register_rereading_test import redraw_fails_once
from tests.registers import NEW, ONE, SHARED, TWO, edited, seen, sync

if TYPE_CHECKING:
    from tests.conftest import Ran

__all__ = ["redraw_fails_once"]


def undo(office: SmallOffice, revision: int | None = None, code: int = 0) -> Ran:
    done = office.run("undo", str(revision or office.revision()))
    assert done.code == code, done.out + done.err
    return done


def shown(office: SmallOffice, task: str, field: str) -> object:
    page = seen(office)
    return page.at(page.row(task), field).value


def test_an_undo_shows_at_the_next_drawing(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}}))
    sync(office)
    assert shown(office, ONE, "proposal") == "Xin máy bơm"

    done = undo(office)
    sync(office)

    assert "«Xin máy bơm» → «»" in done.out
    assert shown(office, ONE, "proposal") is None
    assert "Xin máy bơm" in office.run("history", ONE).out


def test_the_same_file_may_be_sent_again_after_it_was_undone(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}})
    office.merge(path)
    undo(office)

    again = office.merge(path)

    assert (again["verdict"], len(again["changes"])) == ("accepted", 1)
    assert office.merge(path)["verdict"] == "duplicate"


def test_a_register_from_before_the_undo_merges_cleanly(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}}))
    merged = office.revision()
    sync(office)
    with edited(office) as page:
        page.set(TWO, "note", "văn phòng ghi")

    undo(office, merged)
    sync(office)

    row = office.rows()[ONE, "cctl"]
    assert (row["proposal"], office.rows()[TWO, "cctl"]["note"]) == (None, "văn phòng ghi")
    assert conflict_lines(office.space.register) == []


def test_a_cell_that_was_edited_before_the_undo_reached_it_is_a_conflict(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "Xin máy bơm"}}))
    merged = office.revision()
    sync(office)
    with edited(office) as page:
        page.set(ONE, "proposal", "Xin hai máy bơm")

    undo(office, merged)
    sync(office, code=3)

    assert office.rows()[ONE, "cctl"]["proposal"] is None
    assert {"Xin máy bơm", "Xin hai máy bơm"} <= set(conflict_lines(office.space.register)[0])


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_register_that_was_not_drawn_anew_does_not_bring_back_what_was_undone(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "ghi nhầm")
        page.add(unit="KHTC", task_content="Việc nhầm")
        page.add(task_id=TWO, unit="KHTC", task_content="Báo cáo tình hình hạn mặn")
        page.set(TWO, "monitor", "Tổ 1")
    sync(office, code=3)
    assert len(office.rows()) == 8

    undo(office)
    with edited(office) as page:
        page.set(TWO, "monitor", "Tổ 2")
    sync(office, code=3)

    rows = office.rows()
    assert len(rows) == 6
    assert (rows[ONE, "cctl"]["note"], rows[TWO, "cctl"]["monitor"]) == (None, None)
    (line,) = conflict_lines(office.space.register)
    assert {"Tổ 1", "Tổ 2"} <= set(line)


def test_rows_of_tasks_that_an_undo_removed_do_not_stop_an_older_register(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(unit="CCTL; CCKL", task_content="Việc nhầm", note="a")
    sync(office)
    entered = office.revision()
    with edited(office) as page:
        page.set(ONE, "note", "ghi sau")

    undo(office, entered)
    sync(office)

    assert len(office.rows()) == 6
    assert office.rows()[ONE, "cctl"]["note"] == "ghi sau"
    assert len(seen(office).filled) == 6


def test_a_row_that_was_edited_while_an_undo_removed_it_is_a_conflict_and_comes_back_by_choice(
    office: SmallOffice,
) -> None:
    with edited(office) as page:
        page.add(unit="CCTL", task_content="Việc nhầm", note="a")
    sync(office)
    entered = office.revision()
    with edited(office) as page:
        page.set(NEW, "note", "vẫn làm")

    undo(office, entered)
    sync(office, code=3)
    assert (NEW, "cctl") not in office.rows()
    (line,) = conflict_lines(office.space.register)
    assert {"a", "vẫn làm", "Việc nhầm"} <= set(line)

    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    sync(office)

    row = office.rows()[NEW, "cctl"]
    assert (row["note"], row["task_content"]) == ("vẫn làm", "Việc nhầm")
    assert "lấy lại vào sổ" in office.run("history", NEW).out


def test_a_lead_unit_that_an_undo_took_away_can_be_added_again(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(task_id=TWO, unit="KHTC", task_content="Báo cáo tình hình hạn mặn", note="một")
    sync(office)
    undo(office)
    sync(office)
    assert (TWO, "khtc") not in office.rows()

    with edited(office) as page:
        page.add(task_id=TWO, unit="KHTC", task_content="Báo cáo tình hình hạn mặn", note="hai")
    sync(office)

    assert office.rows()[TWO, "khtc"]["note"] == "hai"


def test_a_choice_that_is_undone_waits_in_the_register_again(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    sync(office)
    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    sync(office)

    undo(office)
    sync(office)

    assert office.rows()[ONE, "cctl"]["proposal"] == "A"
    assert {"A", "B"} <= set(conflict_lines(office.space.register)[0])


def test_what_stands_on_a_revision_is_named_and_nothing_is_written(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}, SHARED: {"proposal": "A"}}))
    first = office.revision()
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "B"}}))

    done = undo(office, first, code=1)

    assert done.out == f"  lần ghi {first + 1} · {ONE} · Chi cục Thủy lợi · Kiến nghị\n"
    assert "Không hoàn tác được" in done.err
    assert office.revision() == first + 1
    assert office.rows()[SHARED, "cctl"]["proposal"] == "A"


def test_a_revision_that_is_not_there_or_was_undone_is_wrong_usage(office: SmallOffice) -> None:
    assert "không có lần ghi 99" in undo(office, 99, code=2).err
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    undo(office, 2)

    assert "thì hoàn tác lần ghi 3" in undo(office, 2, code=2).err


def test_a_dry_run_and_json_say_what_would_go_back(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))

    (tried,) = office.run("undo", "2", "--dry-run", "--format", "json").json
    (done,) = office.run("undo", "2", "--reason", "Gửi nhầm", "--format", "json").json

    assert tried == {**done, "revision": None}
    assert done == {
        "undoes": 2,
        "revision": 3,
        "changes": [{"task_id": ONE, "unit": "cctl", "field": "proposal", "old": "A", "new": None}],
        "removed": [],
        "restored": [],
        "closed": 0,
        "reopened": 0,
        "later": [],
    }
    assert "Gửi nhầm" in office.run("log", "--limit", "1").out
