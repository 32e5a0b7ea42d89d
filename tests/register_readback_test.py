"""What the office types into its register reaches the ledger, or stops with an explanation; nothing typed is lost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from tests.conftest import SmallOffice, enter, fill
from tests.main_job_test import choose, conflict_lines
from tests.registers import (
    ONE,
    SHARED,
    TASKS,
    TWO,
    TaskSheet,
    content,
    edited,
    seen,
    stays_untouched,
    sync,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value


def test_edits_of_office_unit_and_decision_cells_reach_the_ledger_and_the_history(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "monitor", "Tổ tổng hợp")
        page.set(ONE, "progress", "Đã hoàn thành")
        page.set(ONE, "completed_date", date(2026, 6, 9))
        page.set(ONE, "decision", "Xác nhận hoàn thành")
        page.set(TWO, "note", None)
        page.set(SHARED, "note", "chỉ kiểm lâm", unit="cckl")

    done = sync(office)

    row = office.rows()[ONE, "cctl"]
    assert (row["monitor"], row["progress"], row["completed_date"], row["decision"]) == (
        "Tổ tổng hợp",
        "done",
        "2026-06-09",
        "confirmed",
    )
    assert row["status"] == "completed_on_time"
    assert office.rows()[SHARED, "cckl"]["note"] == "chỉ kiểm lâm"
    assert office.rows()[SHARED, "cctl"]["note"] is None
    assert "5" in done.err
    history = office.run("history", ONE, "--format", "json").json
    assert {(line["field"], line["new"]) for line in history if line.get("revision") == 2} == {
        ("monitor", "Tổ tổng hợp"),
        ("progress", "done"),
        ("completed_date", "2026-06-09"),
        ("decision", "confirmed"),
    }
    assert {(line["source"], line["file"]) for line in history if line.get("revision") == 2} == {
        ("office", "so-theo-doi.xlsx")
    }


def test_emptied_cells_are_emptied_in_the_ledger(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "assigner", None)

    sync(office)

    assert office.rows()[ONE, "cctl"]["assigner"] is None
    assert "UBND tỉnh" in office.run("history", ONE).out


def test_days_typed_as_text_are_understood(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "deadline", "31/7/2026")
        page.set(TWO, "deadline", "ngày 5 tháng 8 năm 2026")

    sync(office)

    assert office.rows()[ONE, "cctl"]["deadline"] == "2026-07-31"
    assert office.rows()[TWO, "cctl"]["deadline"] == "2026-08-05"
    assert seen(office).at(seen(office).row(ONE), "deadline").value.date() == date(2026, 7, 31)


def test_an_edit_that_meets_a_units_newer_value_is_a_conflict_and_both_are_kept(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "result_summary", "Văn phòng ghi")
        page.set(ONE, "note", "cùng lúc")
    office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Đơn vị ghi"}}))

    sync(office, code=3)

    row = office.rows()[ONE, "cctl"]
    assert (row["result_summary"], row["note"]) == ("Đơn vị ghi", "cùng lúc")
    (line,) = conflict_lines(office.space.register)
    assert {"Đơn vị ghi", "Văn phòng ghi", "so-theo-doi.xlsx (Văn phòng gõ vào sổ)"} <= set(line)

    choose(office.space.register, "lấy giá trị ĐƠN VỊ gửi ")  # typed by hand
    sync(office)
    assert office.rows()[ONE, "cctl"]["result_summary"] == "Văn phòng ghi"


def test_an_edit_that_says_the_same_as_the_unit_is_none(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "result_summary", "Như nhau")
    office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Như nhau"}}))

    sync(office)

    assert conflict_lines(office.space.register) == []
    assert office.revision() == 2


def test_syncing_twice_changes_nothing(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "một lần")
    sync(office)
    before = content(office).count("INSERT INTO"), office.revision(), office.rows()
    drawn = office.space.register.read_bytes()

    for _ in range(2):
        sync(office)

    assert (content(office).count("INSERT INTO"), office.revision(), office.rows()) == before
    assert office.space.register.read_bytes() == drawn


def test_saving_the_register_without_an_edit_changes_nothing(office: SmallOffice) -> None:
    with edited(office):
        pass

    sync(office)

    assert office.revision() == 1


def test_computed_cells_typed_over_are_ignored_and_drawn_anew(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "status", "Hoàn thành đúng hạn")
        page.set(ONE, "days_left", 999)
        page.set(ONE, "effective_deadline", date(2030, 1, 1))

    sync(office)

    assert office.revision() == 1
    assert office.rows()[ONE, "cctl"]["status"] == "open_in_time"
    page = seen(office)
    assert page.at(page.row(ONE), "days_left").value != 999


def test_rows_that_are_sorted_filtered_hidden_or_moved_are_the_same_rows(office: SmallOffice) -> None:
    book = load_workbook(office.space.register)
    sheet = book[TASKS]
    page = TaskSheet(sheet)
    rows = [[cell.value for cell in sheet[number]] for number in page.filled]
    for number, values in zip(page.filled, sorted(rows, key=str, reverse=True), strict=True):
        for column, value in enumerate(values, 1):
            sheet.cell(number, column).value = value
    sheet.row_dimensions[page.filled[1]].hidden = True
    sheet.tables["tblNhiemVu"].autoFilter.add_filter_column(0, [ONE])
    sheet.column_dimensions["C"].hidden = True
    last = page.filled[-1]
    sheet.move_range(f"A{last}:{sheet.cell(last, sheet.max_column).coordinate}", rows=7)
    sheet.cell(last - 2, page.columns["note"]).font = Font(bold=True)
    book.move_sheet(TASKS, offset=3)
    book.save(office.space.register)

    sync(office)

    assert office.revision() == 1
    assert len(seen(office).filled) == 6


def test_rows_that_are_deleted_come_back_with_a_warning(office: SmallOffice) -> None:
    with edited(office) as page:
        page.sheet.delete_rows(page.row(TWO))
        page.sheet.delete_rows(page.row(SHARED, "cckl"))

    done = sync(office)

    assert f"2 dòng của sổ bị xóa: {TWO}, {SHARED}." in done.out
    assert (office.revision(), len(seen(office).filled)) == (1, 6)


def test_the_warning_names_only_rows_that_the_register_showed(office: SmallOffice) -> None:
    old: Mapping[str, Value] = {
        "task_content": "Việc năm trước",
        "progress": "done",
        "completed_date": date(2025, 6, 1),
        "decision": "confirmed",
        "deadline": date(2025, 6, 30),
    }
    enter(office.space, [(("cctl",), old)])
    sync(office)
    assert len(seen(office).filled) == 6
    with edited(office) as page:
        page.sheet.delete_rows(page.row(TWO))

    done = sync(office)

    assert f"1 dòng của sổ bị xóa: {TWO}." in done.out


# ------------------------------------------------------------------ secrets


@pytest.mark.parametrize("where", ["new row", "known row", "header", "reason", "deadline"])
def test_a_mark_of_secrecy_stops_the_register_and_its_text_is_kept_nowhere(office: SmallOffice, where: str) -> None:
    if where == "reason":
        stale = office.issue("cctl")
        office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
        office.merge(fill(stale, {ONE: {"proposal": "B"}}))
        sync(office)
        choose(office.space.register, "Lấy giá trị đơn vị gửi")
        book = load_workbook(office.space.register)
        sheet = book["Xung đột"]
        next(cell for row in sheet for cell in row if cell.value == "Đã gọi điện xác minh").value = "TUYỆT MẬT kho súng"
        book.save(office.space.register)
    else:
        with edited(office) as page:
            page.set(ONE, "note", "một sửa đổi thường")
            if where == "new row":
                page.add(unit="Chi cục lạ", task_content="TUYỆT MẬT: kho súng")
            elif where == "known row":
                page.set(TWO, "document_summary", "Công văn mật về kho súng")
            elif where == "deadline":
                page.set(TWO, "deadline", "MẬT, kho súng")
            else:
                page.add_column("Tối mật kho súng", {ONE: "x"})

    done = stays_untouched(office)

    assert "có dấu hiệu là nội dung mật. Chưa có gì của sổ được đọc vào." in done.out
    for text in (done.out, done.err, content(office)):
        assert "kho súng" not in text
    assert office.rows()[ONE, "cctl"]["note"] is None
