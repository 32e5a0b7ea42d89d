"""A redraw may fail after the register was read; what was read is then not taken twice, and what is typed on top is taken."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.pipeline.draw import redraw
from tests.conftest import TODAY, fill
from tests.main_job_test import choose, conflict_lines
from tests.registers import NEW, ONE, TWO, Opened, edited, seen, sync

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SmallOffice


@pytest.fixture
def redraw_fails_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [1]

    def fail(*arguments: Opened, **options: Opened) -> Path:
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
        page.at(first + 1, "task_content").value = "Việc mới khác, sửa lại"
        page.at(first + 1, "deadline_text").value = "25/6/2026"
        page.add(unit="KHTC", task_content="Việc thứ ba")
    sync(office)

    rows = {key: row for key, row in office.rows().items() if key[0] >= NEW}
    assert {key: (row["task_content"], row["note"], row["deadline"]) for key, row in rows.items()} == {
        (NEW, "cctl"): ("Việc mới", "thêm sau", "2026-06-30"),
        (NEW, "cckl"): ("Việc mới", "thêm sau", "2026-06-30"),
        ("NV-2026-00007", "khtc"): ("Việc mới khác, sửa lại", None, "2026-06-25"),
        ("NV-2026-00008", "khtc"): ("Việc thứ ba", None, None),
    }
    assert {row["entered_date"] for row in rows.values()} == {TODAY.isoformat()}
    assert len(seen(office).filled) == 10
    assert conflict_lines(office.space.register) == []


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
def test_the_office_is_in_no_conflict_with_its_own_earlier_reading(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "ghi lần một")
        page.set(TWO, "note", "ghi rồi đổi lại")
        page.set(ONE, "proposal", "văn phòng gõ")
    sync(office, code=3)
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "đơn vị gửi sau"}}))

    with edited(office) as page:
        page.set(ONE, "note", "ghi lần hai")
        page.set(TWO, "note", None)
    sync(office)

    row = office.rows()[ONE, "cctl"]
    assert (row["note"], row["proposal"]) == ("ghi lần hai", "đơn vị gửi sau")
    assert office.rows()[TWO, "cctl"]["note"] is None
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
