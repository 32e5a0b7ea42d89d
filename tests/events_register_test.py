"""What the office decides in the register – returns, withdrawals, extensions, transfers – has its consequences, or is said."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, enter, fill, id_row
from tests.registers import NEW, ONE, SHARED, TWO, edited, seen, stays_untouched, sync

if TYPE_CHECKING:
    from tdnv_sheets.records import Value

DAY = date(2026, 6, 9)
OWN = {
    "document_number": "12/UBND-NNTN",
    "document_date": "2026-03-02",
    "assigned_date": "2026-03-02",
    "deadline_text": "30/6/2026",
    "deadline": "2026-06-30",
    "assigner": "UBND tỉnh",
}


def choose_all(office: SmallOffice, word: str) -> None:
    book = load_workbook(office.space.register)
    sheet = book["Xung đột"]
    first, column = id_row(sheet, "choice")
    for row in range(first, sheet.max_row + 1):
        if sheet.cell(row, column["number"]).value:
            sheet.cell(row, column["choice"]).value = word
    book.save(office.space.register)


def transfer(office: SmallOffice, task: str, to: str, unit: str = "", day: date | None = DAY) -> None:
    with edited(office) as page:
        page.set(task, "decision", "Chuyển đơn vị khác", unit)
        page.set(task, "decision_date", day, unit)
        page.set(task, "transferred_to", to, unit)


@pytest.fixture
def extended(office: SmallOffice) -> SmallOffice:
    """A task that was extended, and reported on by its unit."""
    with edited(office) as page:
        page.set(ONE, "extended_deadline", date(2026, 7, 15))
        page.set(ONE, "extension_document", "77/UBND-NNTN")
        page.set(ONE, "progress", "Đang thực hiện")
        page.set(ONE, "result_summary", "Đã kiểm tra 3 hồ.")
        page.set(ONE, "decision_note", "làm nhanh")
        page.add_column("Tổ", {ONE: "Tổ 1"})
    sync(office)
    return office


def test_a_transfer_makes_the_row_of_the_next_unit_with_all_that_is_the_tasks(extended: SmallOffice) -> None:
    transfer(extended, ONE, "Chi cục Kiểm lâm")

    done = sync(extended)

    rows = extended.rows()
    old, new = rows[ONE, "cctl"], rows[ONE, "cckl"]
    assert (old["status"], new["status"]) == ("transferred", "open_in_time")
    assert {name: new[name] for name in OWN} == OWN
    assert (new["extended_deadline"], new["extension_document"]) == ("2026-07-15", "77/UBND-NNTN")
    assert new["extra:Tổ"] == "Tổ 1"
    assert (new["transferred_from"], new["transferred_on"]) == ("cctl", "2026-06-09")
    assert [new[name] for name in ("progress", "result_summary", "decision", "decision_note", "transferred_to")] == [
        None
    ] * 5
    assert (old["result_summary"], old["decision_note"]) == ("Đã kiểm tra 3 hồ.", "làm nhanh")
    assert (old["extension_count"], new["extension_count"]) == (1, 1)
    assert f"{ONE} đã chuyển từ Chi cục Thủy lợi sang Chi cục Kiểm lâm" in done.out
    assert "3 ô sửa, 0 nhiệm vụ mới" in done.err
    page = seen(extended)
    assert page.at(page.row(ONE, "cckl"), "transferred_from").value == "Chi cục Thủy lợi"
    assert page.at(page.row(ONE, "cctl"), "transferred_to").value == "Chi cục Kiểm lâm"
    assert "Chi cục Kiểm lâm" in extended.run("issue", "--unit", "cckl").out
    sync(extended)
    assert extended.rows() == rows


def test_the_next_unit_gets_the_task_in_its_workbook_and_the_old_one_does_not(extended: SmallOffice) -> None:
    transfer(extended, ONE, "CCKL")
    sync(extended)

    fill(extended.issue("cckl"), {ONE: {"progress": "in_progress", "result_summary": "Đang làm tiếp."}})
    with pytest.raises(KeyError):
        fill(extended.issue("cctl"), {ONE: {"progress": "in_progress"}})


def test_what_the_old_unit_still_sends_is_kept_in_its_own_row(extended: SmallOffice) -> None:
    book = extended.issue("cctl")
    transfer(extended, ONE, "CCKL")
    sync(extended)

    entry = extended.merge(fill(book, {ONE: {"result_summary": "Xong phần bàn giao."}}))

    assert entry["verdict"] == "accepted"
    rows = extended.rows()
    assert (rows[ONE, "cctl"]["result_summary"], rows[ONE, "cctl"]["status"]) == ("Xong phần bàn giao.", "transferred")
    assert rows[ONE, "cckl"]["result_summary"] is None


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (None, "«Chuyển đến đơn vị» còn trống"),
        ("Chi cục Thủy lợi", "chính là Chi cục Thủy lợi"),
        ("Chi cục Kiểm ngư", "Không nhận ra đơn vị «Chi cục Kiểm ngư»"),
    ],
)
def test_a_transfer_to_nobody_to_itself_or_to_a_stranger_stops_the_register(
    office: SmallOffice, to: str | None, said: str
) -> None:
    transfer(office, ONE, to or "")

    assert said in stays_untouched(office).out


def test_a_transfer_to_a_unit_that_has_the_task_makes_no_second_row_and_says_so(office: SmallOffice) -> None:
    transfer(office, SHARED, "Chi cục Kiểm lâm", unit="cctl")

    done = sync(office)

    rows = office.rows()
    assert "Chi cục Kiểm lâm đã có nhiệm vụ này" in done.out
    assert len([key for key in rows if key[0] == SHARED]) == 2
    assert (rows[SHARED, "cctl"]["status"], rows[SHARED, "cckl"]["status"]) == ("transferred", "open_undated")
    assert rows[SHARED, "cckl"]["transferred_from"] is None


def test_a_task_that_is_sent_back_is_open_again_where_it_was(extended: SmallOffice) -> None:
    transfer(extended, ONE, "CCKL")
    sync(extended)
    with edited(extended) as page:
        page.set(ONE, "extended_deadline", date(2026, 7, 31), "cckl")
        page.set(ONE, "extension_document", "90/UBND", "cckl")
    sync(extended)
    transfer(extended, ONE, "CCTL", unit="cckl", day=date(2026, 6, 10))

    sync(extended)

    rows = extended.rows()
    assert (rows[ONE, "cctl"]["status"], rows[ONE, "cckl"]["status"]) == ("open_in_time", "transferred")
    assert (rows[ONE, "cctl"]["extended_deadline"], rows[ONE, "cctl"]["extension_count"]) == ("2026-07-31", 2)
    assert rows[ONE, "cctl"]["result_summary"] == "Đã kiểm tra 3 hồ."


def test_another_unit_named_later_and_a_transfer_taken_back_say_who_still_holds_the_task(office: SmallOffice) -> None:
    transfer(office, ONE, "CCKL")
    sync(office)
    with edited(office) as page:
        page.set(ONE, "transferred_to", "KHTC", "cctl")
    assert "nhưng Chi cục Kiểm lâm vẫn đang giữ nhiệm vụ này" in sync(office).out
    assert {unit for task, unit in office.rows() if task == ONE} == {"cctl", "cckl", "khtc"}

    with edited(office) as page:
        for field in ("decision", "decision_date", "transferred_to"):
            page.set(ONE, field, None, "cctl")
    assert "nhưng Phòng Kế hoạch - Tài chính vẫn đang giữ nhiệm vụ này" in sync(office).out
    assert office.rows()[ONE, "cctl"]["status"] == "open_in_time"


def test_a_unit_named_without_the_decision_moves_nothing_and_says_so(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "transferred_to", "CCKL")

    assert "nhiệm vụ chưa chuyển" in sync(office).out
    assert (ONE, "cckl") not in office.rows()


def test_a_transfer_chosen_in_a_conflict_is_carried_out_too(office: SmallOffice) -> None:
    kept = office.space.register.read_bytes()
    with edited(office) as page:
        page.set(ONE, "decision", "Thu hồi, dừng")
        page.set(ONE, "decision_date", DAY)
    sync(office)
    office.space.register.write_bytes(kept)  # somebody else's copy, drawn before
    transfer(office, ONE, "CCKL")
    sync(office, 3)
    choose_all(office, "Lấy giá trị đơn vị gửi")

    sync(office)

    rows = office.rows()
    assert rows[ONE, "cctl"]["status"] == "transferred"
    assert rows[ONE, "cckl"]["status"] == "open_in_time"


@pytest.mark.parametrize("decision", ["Trả lại, thực hiện lại", "Thu hồi, dừng"])
def test_a_decision_without_a_day_gets_that_of_the_round_and_says_so(office: SmallOffice, decision: str) -> None:
    with edited(office) as page:
        page.set(ONE, "decision", decision)

    assert "đã ghi ngày 10/06/2026" in sync(office).out
    assert office.rows()[ONE, "cctl"]["decision_date"] == "2026-06-10"


def test_a_new_decision_under_the_day_of_the_last_one_is_pointed_out(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "decision", "Trả lại, thực hiện lại")
        page.set(ONE, "decision_date", date(2026, 5, 4))
    sync(office)
    with edited(office) as page:
        page.set(ONE, "decision", "Thu hồi, dừng")

    assert "vẫn là ngày của lần trước: NV-2026-00001" in sync(office).out


def test_a_later_day_over_the_deadline_is_taken_and_said_and_the_original_one_stays(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "deadline", date(2026, 7, 31))
        page.set(TWO, "deadline", date(2026, 5, 11))

    done = sync(office)

    assert f"1 nhiệm vụ bị ghi đè «Thời hạn» bằng ngày muộn hơn: {ONE} (30/06/2026 → 31/07/2026)" in done.out
    assert office.rows()[ONE, "cctl"]["deadline"] == "2026-07-31"
    events = [line for line in office.run("history", ONE, "--format", "json").json if "event" in line]
    assert [(line["event"], line["number"], line["to"]) for line in events] == [
        ("deadline", 1, "2026-06-30"),
        ("deadline", 2, "2026-07-31"),
    ]
    told = office.run("history", ONE).out
    assert "Thời hạn gốc: 30/06/2026" in told
    assert "Sửa thời hạn lần 1: 30/06/2026 → 31/07/2026" in told


def test_two_extensions_are_both_shown_with_their_papers(office: SmallOffice) -> None:
    for day, paper in ((date(2026, 7, 15), "77/UBND"), (date(2026, 7, 31), "90/UBND")):
        with edited(office) as page:
            page.set(ONE, "extended_deadline", day)
            page.set(ONE, "extension_document", paper)
        assert "văn bản đồng ý" not in sync(office).out

    told = office.run("history", ONE).out
    assert "10/06/2026 · Chi cục Thủy lợi · Gia hạn lần 1: đến 15/07/2026 (77/UBND)" in told
    assert "10/06/2026 · Chi cục Thủy lợi · Gia hạn lần 2: đến 31/07/2026 (90/UBND)" in told
    row = office.rows()[ONE, "cctl"]
    assert (row["deadline"], row["extended_deadline"], row["extension_count"]) == ("2026-06-30", "2026-07-31", 2)


def test_an_extension_without_a_paper_or_under_the_last_ones_is_pointed_out(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "extended_deadline", date(2026, 7, 15))
    assert f"1 lần gia hạn chưa ghi văn bản đồng ý: {ONE}" in sync(office).out
    with edited(office) as page:
        page.set(ONE, "extension_document", "77/UBND")
    assert "văn bản đồng ý" not in sync(office).out
    with edited(office) as page:
        page.set(ONE, "extended_deadline", date(2026, 7, 31))
    assert f"1 lần gia hạn chưa ghi văn bản đồng ý: {ONE}" in sync(office).out


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 6, 15)])
def test_an_extension_that_is_none_stops_the_register(office: SmallOffice, day: date) -> None:
    with edited(office) as page:
        page.set(ONE, "extended_deadline", day)

    assert "không muộn hơn «Thời hạn» (30/06/2026)" in stays_untouched(office).out


def test_a_return_is_kept_with_its_count_after_the_unit_reported_again_and_was_confirmed(office: SmallOffice) -> None:
    def decide(decision: str | None, day: date | None, note: str | None) -> None:
        with edited(office) as page:
            for field, value in (("decision", decision), ("decision_date", day), ("decision_note", note)):
                page.set(TWO, field, value)
        sync(office)

    done: dict[str, Value] = {"progress": "done", "completed_date": date(2026, 5, 14), "result_summary": "Xong."}
    office.merge(fill(office.issue("cctl"), {TWO: done}))
    decide("Trả lại, thực hiện lại", date(2026, 5, 20), "thiếu số liệu")
    assert office.rows()[TWO, "cctl"]["status"] == "open_overdue"
    office.merge(
        fill(office.issue("cctl"), {TWO: {"completed_date": date(2026, 6, 8), "result_summary": "Đủ số liệu."}})
    )
    assert office.rows()[TWO, "cctl"]["status"] == "completed_late"
    decide(None, None, None)
    decide("Xác nhận hoàn thành", date(2026, 6, 9), None)

    events = [line for line in office.run("history", TWO, "--format", "json").json if "event" in line]
    assert [(line["event"], line["number"], line["day"], line["document"]) for line in events] == [
        ("deadline", 1, "2026-06-10", ""),
        ("return", 1, "2026-05-20", "thiếu số liệu"),
        ("confirmation", 1, "2026-06-09", ""),
    ]
    assert (
        "20/05/2026 · Chi cục Thủy lợi · Trả lại, thực hiện lại, lần 1 (thiếu số liệu)"
        in office.run("history", TWO).out
    )
    assert office.rows()[TWO, "cctl"]["status"] == "completed_late"


def test_a_withdrawn_task_keeps_what_its_unit_still_sends(office: SmallOffice) -> None:
    book = office.issue("cctl")
    with edited(office) as page:
        page.set(ONE, "decision", "Thu hồi, dừng")
        page.set(ONE, "decision_date", DAY)
        page.set(ONE, "decision_note", "không còn cần")
    sync(office)

    assert office.merge(fill(book, {ONE: {"result_summary": "Đã làm một nửa."}}))["verdict"] == "accepted"

    row = office.rows()[ONE, "cctl"]
    assert (row["status"], row["result_summary"]) == ("withdrawn", "Đã làm một nửa.")
    assert "09/06/2026 · Chi cục Thủy lợi · Thu hồi, dừng (không còn cần)" in office.run("history", ONE).out


def test_a_transferred_task_is_in_the_summary_once_with_each_unit_and_once_as_a_task(office: SmallOffice) -> None:
    def figures(as_of: date) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
        done = office.run("summary", "--period", "2026-Q2", "--format", "json", as_of=as_of)
        assert all(check["ok"] for check in done.json["checks"])
        return done.json["total"], {line["unit"]: line for line in done.json["units"]}

    before, _ = figures(date(2026, 6, 10))
    transfer(office, ONE, "CCKL")
    sync(office)

    total, units = figures(date(2026, 6, 10))
    assert (total["total"], total["distinct_tasks"]) == (before["total"] + 1, before["distinct_tasks"])
    assert (total["transferred"], units["cctl"]["transferred"], units["cckl"]["transferred"]) == (1, 1, 0)
    open_now = total["open_in_time"] + total["open_overdue"] + total["open_undated"]
    assert open_now == before["open_in_time"] + before["open_overdue"] + before["open_undated"]
    earlier, _ = figures(date(2026, 6, 8))
    assert earlier == before


def test_the_papers_of_a_report_count_extensions_across_a_transfer(extended: SmallOffice) -> None:
    transfer(extended, ONE, "CCKL")
    sync(extended)
    with edited(extended) as page:
        page.set(ONE, "extended_deadline", date(2026, 7, 31), "cckl")
        page.set(ONE, "extension_document", "90/UBND", "cckl")
    sync(extended)

    told = extended.run("history", ONE).out
    assert "Chi cục Kiểm lâm · Gia hạn lần 2: đến 31/07/2026 (90/UBND)" in told
    assert "09/06/2026 · Chi cục Thủy lợi · Chuyển đi: từ Chi cục Thủy lợi sang Chi cục Kiểm lâm (làm nhanh)" in told
    assert "09/06/2026 · Chi cục Kiểm lâm · Nhận về: Chi cục Kiểm lâm nhận từ Chi cục Thủy lợi" in told


def test_a_row_that_names_a_unit_which_left_the_list_holds_nobody_up(office: SmallOffice) -> None:
    moved: dict[str, Value] = {
        "task_content": "Việc cũ",
        "decision": "transferred",
        "decision_date": date(2026, 2, 2),
        "transferred_to": "gone",
    }
    enter(office.space, [(("cctl",), moved)])
    sync(office)
    with edited(office) as page:
        page.set(NEW, "note", "xem lại")

    sync(office)

    row = office.rows()[NEW, "cctl"]
    assert (row["note"], row["transferred_to"]) == ("xem lại", "gone")
