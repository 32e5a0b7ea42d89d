"""What a register was drawn from is the base of every reading of it: nothing is taken twice, nothing taken is reverted.

The same file is read again when the redraw failed; another copy of it comes from a backup, a cloud folder, a colleague.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.pipeline.redraw import redraw
from tests.conftest import TODAY, fill
from tests.main_job_test import choose, conflict_lines
from tests.registers import NEW, ONE, TWO, Opened, edited, seen, sync

if TYPE_CHECKING:
    from tdnv_sheets.pipeline.redraw import Redrawn
    from tests.conftest import SmallOffice


@pytest.fixture
def redraw_fails_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [1]

    def fail(*arguments: Opened, **options: Opened) -> Redrawn:
        if left:
            left.pop()
            raise WaitsForPerson("file-locked", path="so-theo-doi.xlsx", who="")
        return redraw(*arguments, **options)

    monkeypatch.setattr("tdnv_sheets.pipeline.sync.redraw", fail)


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_new_row_is_entered_once_and_what_is_added_to_it_later_is_taken_too(office: SmallOffice) -> None:
    with edited(office) as page:
        first = page.add(unit="CCTL; CCKL", task_content="Việc mới")
        page.add(unit="KHTC", task_content="Việc mới khác", deadline_text="20/6/2026")
    sync(office, code=3)
    assert len(office.rows()) == 9

    with edited(office) as page:
        page.at(first, "note").value = "thêm sau"
        page.at(first, "deadline_text").value = "30/6/2026"
        page.at(first + 1, "monitor").value = "Tổ 1"
        page.add(unit="KHTC", task_content="Việc thứ ba")
    sync(office)

    rows = {key: row for key, row in office.rows().items() if key[0] >= NEW}
    assert {key: (row["task_content"], row["note"], row["deadline"], row["monitor"]) for key, row in rows.items()} == {
        (NEW, "cctl"): ("Việc mới", "thêm sau", "2026-06-30", None),
        (NEW, "cckl"): ("Việc mới", "thêm sau", "2026-06-30", None),
        ("NV-2026-00007", "khtc"): ("Việc mới khác", None, "2026-06-20", "Tổ 1"),
        ("NV-2026-00008", "khtc"): ("Việc thứ ba", None, None, None),
    }
    assert {row["entered_date"] for row in rows.values()} == {TODAY.isoformat()}
    assert len(seen(office).filled) == 10
    assert conflict_lines(office.space.register) == []


@pytest.mark.usefixtures("redraw_fails_once")
def test_what_a_new_row_says_otherwise_the_second_time_is_shown_and_not_decided(office: SmallOffice) -> None:
    with edited(office) as page:
        row = page.add(unit="KHTC", task_content="Việc mới", note="lần một", monitor="Tổ 1")
    sync(office, code=3)

    with edited(office) as page:
        page.at(row, "note").value = "lần hai"
        page.at(row, "monitor").value = None
    sync(office, code=3)

    new = office.rows()[NEW, "khtc"]
    assert (new["note"], new["monitor"]) == ("lần một", "Tổ 1")
    (line,) = conflict_lines(office.space.register)
    assert {"lần một", "lần hai"} <= set(line)


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_new_row_with_other_words_in_its_place_is_another_task(office: SmallOffice) -> None:
    with edited(office) as page:
        row = page.add(unit="KHTC", task_content="Việc mới")
    sync(office, code=3)

    with edited(office) as page:
        page.at(row, "task_content").value = "Việc khác hẳn"
    sync(office)

    assert [row["task_content"] for key, row in office.rows().items() if key[0] >= NEW] == ["Việc mới", "Việc khác hẳn"]


@pytest.mark.usefixtures("redraw_fails_once")
def test_new_rows_that_are_sorted_after_they_were_entered_are_known_again(office: SmallOffice) -> None:
    with edited(office) as page:
        one = page.add(unit="CCTL", task_content="Việc A")
        two = page.add(unit="CCTL", task_content="Việc B")
    sync(office, code=3)

    with edited(office) as page:
        page.at(one, "task_content").value, page.at(two, "task_content").value = "Việc B", "Việc A"
        page.at(one, "note").value = "của B"
    sync(office)

    assert {row["task_content"]: row["note"] for key, row in office.rows().items() if key[0] >= NEW} == {
        "Việc A": None,
        "Việc B": "của B",
    }
    assert len(office.rows()) == 8


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_cell_that_is_edited_again_after_it_was_read_is_shown_and_not_decided(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "ghi lần một")
        page.set(ONE, "monitor", "Tổ 1")
    sync(office, code=3)

    with edited(office) as page:
        page.set(ONE, "note", "ghi lần hai")
        page.set(TWO, "note", "sửa thêm")
    sync(office, code=3)

    row = office.rows()[ONE, "cctl"]
    assert (row["note"], row["monitor"], office.rows()[TWO, "cctl"]["note"]) == ("ghi lần một", "Tổ 1", "sửa thêm")
    (line,) = conflict_lines(office.space.register)
    assert {"ghi lần một", "ghi lần hai"} <= set(line)

    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    sync(office)
    assert office.rows()[ONE, "cctl"]["note"] == "ghi lần hai"


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_cell_that_says_again_what_was_drawn_keeps_what_came_since(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "proposal", "văn phòng gõ")
    sync(office, code=3)
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "đơn vị gửi sau"}}))

    with edited(office) as page:
        page.set(ONE, "proposal", None)
    sync(office)

    assert office.rows()[ONE, "cctl"]["proposal"] == "đơn vị gửi sau"
    assert conflict_lines(office.space.register) == []


# ------------------------------------------------------------------ another copy


def test_an_older_copy_of_the_register_reverts_nothing(office: SmallOffice) -> None:
    older = office.space.register.read_bytes()
    with edited(office) as page:
        page.set(ONE, "note", "một")
        page.set(ONE, "assigner", None)
    sync(office)
    office.space.register.write_bytes(older)
    with edited(office) as page:
        page.set(TWO, "note", "hai")

    sync(office)

    rows = office.rows()
    assert (rows[ONE, "cctl"]["note"], rows[ONE, "cctl"]["assigner"], rows[TWO, "cctl"]["note"]) == ("một", None, "hai")
    assert conflict_lines(office.space.register) == []


def test_two_copies_of_one_drawing_that_say_different_things_of_a_cell_are_a_conflict(office: SmallOffice) -> None:
    drawn = office.space.register.read_bytes()
    with edited(office) as page:
        page.set(ONE, "note", "của Hoa")
        page.set(TWO, "note", "như nhau")
    sync(office)
    office.space.register.write_bytes(drawn)
    with edited(office) as page:
        page.set(ONE, "note", "của Lan")
        page.set(TWO, "note", "như nhau")

    sync(office, code=3)

    assert office.rows()[ONE, "cctl"]["note"] == "của Hoa"
    (line,) = conflict_lines(office.space.register)
    assert {"của Hoa", "của Lan"} <= set(line)


def test_a_new_row_in_another_copy_is_known_by_its_words_whatever_stands_in_its_place(office: SmallOffice) -> None:
    drawn = office.space.register.read_bytes()
    with edited(office) as page:
        page.add(unit="KHTC", task_content="Việc của Hoa", note="Hoa ghi")
        page.add(unit="KHTC", task_content="Việc chung", monitor="Tổ 1")
    sync(office)
    office.space.register.write_bytes(drawn)
    with edited(office) as page:
        page.add(unit="KHTC", task_content="Việc của Lan", note="Lan ghi")
        page.add(unit="KHTC", task_content="Việc chung", note="Lan thêm", monitor="Tổ 2")

    sync(office, code=3)

    assert [(row["task_content"], row["note"]) for key, row in office.rows().items() if key[0] >= NEW] == [
        ("Việc của Hoa", "Hoa ghi"),
        ("Việc chung", "Lan thêm"),
        ("Việc của Lan", "Lan ghi"),
    ]
    (line,) = conflict_lines(office.space.register)
    assert {"Tổ 1", "Tổ 2"} <= set(line)


def test_what_was_emptied_since_a_new_row_was_entered_does_not_come_back_from_an_older_copy(
    office: SmallOffice,
) -> None:
    with edited(office) as page:
        page.add(unit="KHTC", task_content="Việc mới", note="bỏ sau")
        page.add(task_id=ONE, unit="KHTC", task_content="Kiểm tra", note="bỏ sau")
    older = office.space.register.read_bytes()
    sync(office)
    with edited(office) as page:
        page.set(NEW, "note", None)
        page.set(ONE, "note", None, unit="khtc")
    sync(office)
    office.space.register.write_bytes(older)

    sync(office)

    rows = office.rows()
    assert (len(rows), rows[NEW, "khtc"]["note"], rows[ONE, "khtc"]["note"]) == (8, None, None)
    assert conflict_lines(office.space.register) == []


@pytest.mark.usefixtures("redraw_fails_once")
def test_a_choice_that_was_read_is_not_undone_by_the_cell_that_still_shows_the_old_value(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    assert office.run("sync").code == 3  # the redraw that fails
    assert office.run("sync").code == 0
    assert len(conflict_lines(office.space.register)) == 1
    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    kept = office.space.register.read_bytes()
    sync(office)
    office.space.register.write_bytes(kept)  # as if that redraw had not happened
    with edited(office) as page:
        page.set(TWO, "note", "sửa thêm")

    done = sync(office)

    assert office.rows()[ONE, "cctl"]["proposal"] == "B"
    assert office.rows()[TWO, "cctl"]["note"] == "sửa thêm"
    assert "chưa được áp dụng" not in done.out
    assert conflict_lines(office.space.register) == []


def test_a_conflict_about_a_column_of_the_offices_own_can_be_settled(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Tổ", {ONE: "một"})
    sync(office)
    older = office.space.register.read_bytes()
    with edited(office) as page:
        page.set(ONE, "note", "để sổ được vẽ lại")
    sync(office)
    with edited(office) as page:
        page.sheet.cell(page.row(ONE), page.sheet.max_column).value = "hai"
    sync(office)
    office.space.register.write_bytes(older)
    with edited(office) as page:
        page.sheet.cell(page.row(ONE), page.sheet.max_column).value = "ba"

    sync(office, code=3)
    (line,) = conflict_lines(office.space.register)
    assert {"một", "hai", "ba", "Tổ"} <= set(line)
    choose(office.space.register, "Giá trị khác", date(2026, 6, 2))
    sync(office)

    assert office.rows()[ONE, "cctl"]["extra:Tổ"] == "2026-06-02"
    assert conflict_lines(office.space.register) == []
