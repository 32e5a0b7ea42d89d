"""Another lead unit of a task gets a row of its own, and never what another unit reported or what was decided on it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import SmallOffice, fill
from tests.registers import ONE, SHARED, edited, seen, stays_untouched, sync

REPORT = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Đã kiểm tra 12 hồ."}


@pytest.fixture
def reported(office: SmallOffice) -> SmallOffice:
    """Give an office where the unit reported on ONE, the office confirmed it, and both are in the register."""
    office.merge(fill(office.issue("cctl"), {ONE: REPORT}))
    sync(office)
    with edited(office) as page:
        page.set(ONE, "decision", "Xác nhận hoàn thành")
        page.set(ONE, "note", "ghi chú chung")
    sync(office)
    return office


def copy_row(office: SmallOffice, unit: str, **cells: object) -> None:
    """Copy the row of ONE below the table under another unit, as a clerk would."""
    with edited(office) as page:
        copied = {name: page.at(page.row(ONE), name).value for name in page.columns}
        page.add(**{**copied, "unit": unit, **cells})


def test_a_unit_written_over_another_stops_the_register(reported: SmallOffice) -> None:
    with edited(reported) as page:
        page.set(ONE, "unit", "CCKL")

    done = stays_untouched(reported)

    assert f"Đơn vị chủ trì của nhiệm vụ {ONE} bị đổi từ «Chi cục Thủy lợi» thành «Chi cục Kiểm lâm»" in done.out
    assert "chọn «Chuyển đơn vị khác»" in done.out
    assert "bị xóa" not in done.out


def test_a_second_unit_written_beside_the_first_stops_the_register(reported: SmallOffice) -> None:
    with edited(reported) as page:
        page.set(ONE, "unit", "Chi cục Thủy lợi; Chi cục Kiểm lâm")

    assert "thành «Chi cục Thủy lợi; Chi cục Kiểm lâm»" in stays_untouched(reported).out


def test_one_of_two_lead_units_written_over_stops_the_register(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(SHARED, "unit", "KHTC", unit="cckl")

    assert "từ «Chi cục Kiểm lâm» thành «Phòng Kế hoạch - Tài chính»" in stays_untouched(office).out


def test_a_task_is_handed_on_by_a_decision_and_a_new_row(reported: SmallOffice) -> None:
    with edited(reported) as page:
        page.set(ONE, "decision", "Chuyển đơn vị khác")
        page.set(ONE, "decision_date", date(2026, 6, 9))
        page.add(task_id=ONE, unit="CCKL", task_content="Kiểm tra an toàn hồ chứa")

    sync(reported)

    rows = reported.rows()
    assert (rows[ONE, "cctl"]["status"], rows[ONE, "cckl"]["status"]) == ("transferred", "open_undated")


def test_a_copied_row_takes_task_and_document_along_and_neither_report_nor_decision(reported: SmallOffice) -> None:
    copy_row(reported, "CCKL")

    done = sync(reported)

    row, first = reported.rows()[ONE, "cckl"], reported.rows()[ONE, "cctl"]
    taken = ("task_content", "document_number", "deadline", "note")
    assert [row[name] for name in taken] == [first[name] for name in taken]
    assert {row[name] for name in (*REPORT, "decision")} == {None}
    assert (first["result_summary"], first["decision"]) == ("Đã kiểm tra 12 hồ.", "confirmed")
    assert f"thêm đơn vị chủ trì cho nhiệm vụ {ONE}; các cột chép theo không được nhận: Tình trạng; " in done.out


def test_a_copied_row_that_is_read_again_brings_nothing_either(reported: SmallOffice) -> None:
    copy_row(reported, "CCKL; KHTC")
    kept = reported.space.register.read_bytes()
    sync(reported)
    reported.space.register.write_bytes(kept)  # as if that redraw had not happened
    with edited(reported) as page:
        page.set(SHARED, "note", "sửa thêm", unit="cctl")

    sync(reported)

    rows = reported.rows()
    assert {rows[ONE, unit][name] for unit in ("cckl", "khtc") for name in (*REPORT, "decision")} == {None}
    assert rows[SHARED, "cctl"]["note"] == "sửa thêm"
    assert len(rows) == len(seen(reported).filled) == 8


@pytest.mark.parametrize("units", ["CCTL; KHTC", "KHTC; CCTL"])
def test_an_added_row_that_names_a_unit_which_has_one_stops_the_register(reported: SmallOffice, units: str) -> None:
    copy_row(reported, units)

    assert f"Nhiệm vụ {ONE} có ở nhiều dòng" in stays_untouched(reported).out


def test_an_id_that_the_ledger_does_not_know_is_said_in_words_about_the_register(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(unit="CCTL", task_content="Việc", task_id="NV-2026-09999")

    done = stays_untouched(office)

    assert "Mã nhiệm vụ «NV-2026-09999» không có trong sổ" in done.out
    assert "đợt gửi" not in done.out
