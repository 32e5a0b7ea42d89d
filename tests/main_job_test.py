"""The main job, end to end, on both databases: issue → fill → drop → check → merge → conflict → choice → register."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, fill, id_row

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "NV-2026-00001", "NV-2026-00002"
DONE = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Đã kiểm tra 12 hồ."}


@pytest.fixture
def office(office_anywhere: SmallOffice) -> SmallOffice:
    return office_anywhere


def choose(register: Path, word: str, other: date | None = None) -> None:
    book = load_workbook(register)
    sheet = book["Xung đột"]
    first, column = id_row(sheet, "choice")
    sheet.cell(first, column["choice"]).value = word
    sheet.cell(first, column["other"]).value = other
    sheet.cell(first, column["reason"]).value = "Đã gọi điện xác minh"
    book.save(register)


def conflict_lines(register: Path) -> list[tuple[object, ...]]:
    sheet = load_workbook(register)["Xung đột"]
    rows = list(sheet.iter_rows(values_only=True))
    start = next(number for number, row in enumerate(rows) if "fingerprint" in row)
    number = rows[start].index("number")
    return [row for row in rows[start + 2 :] if isinstance(row[number], int)]


def test_a_filled_workbook_reaches_the_ledger(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: DONE})

    answer = office.merge(book)

    assert answer["verdict"] == "accepted"
    assert {change["field"] for change in answer["changes"]} == set(DONE)
    row = office.rows()[(ONE, "cctl")]
    assert (row["progress"], row["completed_date"], row["status"]) == ("done", "2026-06-05", "completed_on_time")


def test_the_same_file_twice_changes_nothing(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: DONE})
    office.merge(book)
    before, revision = office.rows(), office.revision()

    again = office.merge(book)

    assert again["verdict"] == "duplicate"
    assert [finding["code"] for finding in again["findings"]] == ["already-received"]
    assert (office.rows(), office.revision()) == (before, revision)


def test_the_same_content_in_other_bytes_changes_nothing(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: DONE})
    office.merge(book)
    revision = office.revision()
    saved_again = book.with_name("luu lai.xlsx")
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(saved_again, "w", zipfile.ZIP_STORED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    assert saved_again.read_bytes() != book.read_bytes()

    assert office.merge(saved_again)["verdict"] == "duplicate"
    assert office.revision() == revision


def test_a_stale_workbook_that_touches_other_cells_merges(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))

    answer = office.merge(fill(stale, {ONE: {"difficulty": "Thiếu kinh phí"}}))

    assert (answer["verdict"], answer["conflicts"]) == ("accepted", [])
    row = office.rows()[(ONE, "cctl")]
    assert (row["progress"], row["difficulty"]) == ("in_progress", "Thiếu kinh phí")


def test_a_stale_workbook_that_touches_the_same_cell_makes_exactly_one_conflict_and_a_choice_settles_it(
    office: SmallOffice,
) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Đang kiểm tra 5 hồ."}}))

    answer = office.merge(fill(stale, {ONE: {"result_summary": "Đã kiểm tra 7 hồ."}}))
    assert [c["field"] for c in answer["conflicts"]] == ["result_summary"]
    assert office.rows()[(ONE, "cctl")]["result_summary"] == "Đang kiểm tra 5 hồ."

    assert office.run("sync").code == 0
    (line,) = conflict_lines(office.space.register)
    assert {"Đang kiểm tra 5 hồ.", "Đã kiểm tra 7 hồ."} <= set(line)

    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    assert office.run("sync").code == 0

    assert office.rows()[(ONE, "cctl")]["result_summary"] == "Đã kiểm tra 7 hồ."
    assert conflict_lines(office.space.register) == []
    history = office.run("history", ONE).out
    assert "Đang kiểm tra 5 hồ." in history
    assert "Đã kiểm tra 7 hồ." in history
    assert "Đã gọi điện xác minh" in history


def test_keeping_the_registers_value_settles_the_conflict_and_keeps_both_sides_in_history(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {TWO: {"proposal": "Xin thêm máy bơm"}}))
    office.merge(fill(stale, {TWO: {"proposal": "Xin thêm kinh phí"}}))
    office.run("sync")

    choose(office.space.register, "Giữ giá trị trong sổ")
    office.run("sync")

    assert office.rows()[(TWO, "cctl")]["proposal"] == "Xin thêm máy bơm"
    assert conflict_lines(office.space.register) == []
    assert "Xin thêm kinh phí" in office.run("history", TWO).out


def test_another_value_can_be_written_for_a_conflict(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(
        fill(
            office.issue("cctl"),
            {ONE: {"completed_date": date(2026, 6, 1), "progress": "done", "result_summary": "Xong"}},
        )
    )
    office.merge(fill(stale, {ONE: {"completed_date": date(2026, 6, 3), "progress": "done", "result_summary": "Xong"}}))
    office.run("sync")

    choose(office.space.register, "Giá trị khác", date(2026, 6, 2))
    office.run("sync")

    assert office.rows()[(ONE, "cctl")]["completed_date"] == "2026-06-02"


def test_a_choice_is_not_applied_when_the_cell_changed_since_the_register_was_drawn(office: SmallOffice) -> None:
    stale, fresh = office.issue("cctl"), office.issue("cctl")
    office.merge(fill(fresh, {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    office.run("sync")
    choose(office.space.register, "Lấy giá trị đơn vị gửi")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "C"}}))

    done = office.run("sync")

    assert "đã đổi sau khi sổ được lập" in done.out
    assert office.rows()[(ONE, "cctl")]["proposal"] == "C"
    (line,) = conflict_lines(office.space.register)
    assert {"C", "B"} <= set(line)


def test_a_dry_run_says_the_same_and_writes_nothing(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: DONE})
    before = sorted(path for path in office.root.rglob("*") if path.is_file())
    revision = office.revision()

    dry = office.run("merge", book, "--dry-run", "--format", "json").json[0]

    assert office.revision() == revision
    assert sorted(path for path in office.root.rglob("*") if path.is_file()) == before
    real = office.merge(book)
    assert dry["changes"] == real["changes"]
    assert dry["verdict"] == real["verdict"]


def test_every_dropped_file_ends_in_one_folder_with_a_receipt(office: SmallOffice) -> None:
    good = office.drop(fill(office.issue("cctl"), {ONE: DONE}), "tốt.xlsx")
    alien = office.space.inbox / "khác.xlsx"
    alien.write_text("không phải Excel", encoding="utf-8")
    bytes_before = good.read_bytes(), alien.read_bytes()

    done = office.run("merge", "--format", "json")

    assert {entry["file"]: entry["verdict"] for entry in done.json} == {
        "tốt.xlsx": "accepted",
        "khác.xlsx": "quarantined",
    }
    assert list(office.space.inbox.iterdir()) == []
    (archived,) = office.root.glob("luu-tru/*/tốt.xlsx")
    (quarantined,) = office.root.glob("cach-ly/khác.xlsx")
    assert (archived.read_bytes(), quarantined.read_bytes()) == bytes_before
    assert "Đã nhận" in archived.with_name("tốt.xlsx.ghi-chu.txt").read_text(encoding="utf-8-sig")
    assert "Cách ly" in quarantined.with_name("khác.xlsx.ghi-chu.txt").read_text(encoding="utf-8-sig")


def test_a_marked_copy_that_is_corrected_is_accepted(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: {**DONE, "completed_date": "giữa tháng"}, TWO: {"progress": "in_progress"}})
    first = office.merge(book)
    assert (first["verdict"], first["rows"]) == ("partly", {"total": 3, "accepted": 2, "held": 1})
    (marked,) = office.space.returned.glob("*.xlsx")
    assert load_workbook(marked).sheetnames[0] == "Cần sửa"

    second = office.merge(fill(marked, {ONE: {"completed_date": date(2026, 6, 5)}}, marked.with_name("sua.xlsx")))

    assert (second["verdict"], second["conflicts"]) == ("accepted", [])
    assert office.rows()[(ONE, "cctl")]["completed_date"] == "2026-06-05"
    assert office.rows()[(TWO, "cctl")]["progress"] == "in_progress"


def test_a_task_with_two_lead_units_is_two_rows_and_one_task(office: SmallOffice) -> None:
    rows = [key for key in office.rows() if key[0] == "NV-2026-00004"]

    assert rows == [("NV-2026-00004", "cckl"), ("NV-2026-00004", "cctl")] or set(rows) == {
        ("NV-2026-00004", "cckl"),
        ("NV-2026-00004", "cctl"),
    }
    figures = office.run("summary", "--period", "2026-H1", "--format", "json").json
    assert (figures["total"]["total"], figures["total"]["distinct_tasks"]) == (6, 5)


def test_a_task_that_the_office_does_not_list_comes_as_a_proposal_and_is_entered_when_accepted(
    office: SmallOffice,
) -> None:
    path = office.issue("cckl")
    book = load_workbook(path)
    sheet = book["Nhiệm vụ thiếu"]
    first, column = id_row(sheet, "task_content")
    sheet.cell(first, column["task_content"]).value = "Diễn tập chữa cháy rừng"
    sheet.cell(first, column["deadline_text"]).value = "trước ngày 20/7/2026"
    book.save(path)
    assert office.merge(path)["verdict"] == "accepted"
    office.run("sync")

    register = load_workbook(office.space.register)
    sheet = register["Đề xuất"]
    first, column = id_row(sheet, "choice")
    sheet.cell(first, column["choice"]).value = "Nhận vào sổ"
    register.save(office.space.register)
    office.run("sync")

    (row,) = [row for row in office.rows().values() if row["task_content"] == "Diễn tập chữa cháy rừng"]
    assert (row["unit"], row["deadline_text"], row["deadline"]) == ("cckl", "trước ngày 20/7/2026", "2026-07-19")
    assert "Đề xuất" not in load_workbook(office.space.register).sheetnames


def test_a_file_that_differs_only_in_its_wrong_cells_is_no_repetition(office: SmallOffice) -> None:
    path = office.issue("cctl")
    first = fill(path, {ONE: {"progress": "gần xong", "proposal": "lần 1"}}, path.with_name("d1.xlsx"))
    second = fill(path, {ONE: {"progress": "sắp xong", "proposal": "lần 2"}}, path.with_name("d2.xlsx"))

    done = [office.run("merge", book, "--format", "json") for book in (first, second)]

    assert [(ran.code, ran.json[0]["verdict"]) for ran in done] == [(1, "partly"), (1, "partly")]
    assert len(list(office.space.returned.glob("*.xlsx"))) == 2


def test_a_file_with_wrong_cells_that_is_dropped_again_needs_attention_still(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: {"progress": "gần xong"}})
    office.run("merge", book)
    revision = office.revision()

    again = office.run("merge", book, "--format", "json")

    assert (again.code, again.json[0]["verdict"]) == (1, "duplicate")
    assert [finding["code"] for finding in again.json[0]["findings"]] == ["not-in-list", "already-received"]
    assert office.revision() == revision


def test_a_file_that_was_too_early_is_taken_in_when_its_day_has_come(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: {**DONE, "completed_date": date(2026, 6, 15)}})
    assert office.merge(book)["verdict"] == "partly"

    later = office.run("merge", book, "--format", "json", as_of=date(2026, 6, 20))

    assert later.json[0]["verdict"] == "accepted"
    assert office.rows(date(2026, 6, 20))[ONE, "cctl"]["status"] == "completed_on_time"
