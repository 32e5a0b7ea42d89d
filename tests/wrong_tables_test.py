"""Wrong sheets, columns and rows of a unit's workbook, and changes of its layout that are nobody's mistake."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, fill
from tests.wrong_input_test import FOUR, GOOD, ONE, SAID, TWO, errors, state, whole_file_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LANGUAGES = ("vi", "en")
IN_TIME = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Đã kiểm tra 12 hồ."}


def change(path: Path, edit: Callable[[Workbook], object]) -> Path:
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return path


def only(entry: dict[str, Any], severity: str) -> dict[str, Any]:
    """Give the one finding of a severity."""
    (found,) = [finding for finding in entry["findings"] if finding["severity"] == severity]
    return {key: found[key] for key in SAID}


def validated(office: SmallOffice, path: Path, lang: str) -> dict[str, Any]:
    before = state(office.root)
    entry: dict[str, Any] = office.run("validate", path, "--format", "json", lang=lang).json[0]
    assert state(office.root) == before
    return entry


def rearranged(sheet: Worksheet, columns: Sequence[int], rows: Sequence[int]) -> None:
    """Put the table's columns and rows into another order, the hidden row of ids with them, from row 4 on."""
    cells = {(row, column): sheet.cell(row, column).value for row in [4, 5, *rows] for column in columns}
    for target_row, row in zip([4, 5, *sorted(rows)], [4, 5, *rows], strict=True):
        for target, column in enumerate(columns, 1):
            sheet.cell(target_row, target).value = cells[row, column]


def test_a_missing_column_of_the_unit_sends_the_file_back(office: SmallOffice) -> None:
    book = change(fill(office.issue("cctl"), GOOD), lambda book: book["Cập nhật"].delete_cols(5))
    before, revision, history = office.rows(), office.revision(), office.run("history", TWO).out
    said = {
        "vi": ("Thiếu cột «Tình trạng».", "Thêm lại cột với đúng tên, hoặc điền vào tệp Văn phòng gửi."),
        "en": (
            "The column «Tình trạng» is missing.",
            "Put the column back with this caption, or fill in the workbook that the office sent.",
        ),
    }
    for lang, (message, fix) in said.items():
        (finding,) = errors(validated(office, book, lang))
        assert (finding["code"], finding["sheet"], finding["column"]) == ("missing-column", "Cập nhật", "Tình trạng")
        assert (finding["message"], finding["fix"]) == (message, fix)

    done = office.run("merge", book, "--format", "json")

    (answer,) = done.json
    assert (done.code, answer["verdict"], answer["changes"]) == (1, "returned", [])
    assert answer["rows"] == {"total": 3, "accepted": 0, "held": 3}
    assert (office.rows(), office.run("history", TWO).out) == (before, history)
    assert office.revision() == revision


def test_a_missing_column_of_the_office_is_only_a_warning(office: SmallOffice) -> None:
    book = change(fill(office.issue("cctl"), GOOD), lambda book: book["Cập nhật"].delete_cols(28))

    answer = office.merge(book)

    warning = only(answer, "warning")
    assert (warning["code"], warning["column"]) == ("missing-office-column", "Đơn vị phối hợp")
    assert answer["verdict"] == "accepted"
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"


def test_a_column_that_is_not_ours_is_named_and_left_out(office: SmallOffice) -> None:
    def add(book: Workbook) -> None:
        book["Cập nhật"]["AF5"] = "Ghi chú riêng"
        book["Cập nhật"]["AF6"] = "nháp"

    answer = office.merge(change(fill(office.issue("cctl"), GOOD), add))

    warning = only(answer, "warning")
    assert (warning["code"], warning["cell"], warning["value"]) == ("extra-column", "AF5", "Ghi chú riêng")
    assert warning["message"] == "Cột «Ghi chú riêng» không có trong mẫu, không được nhận."
    assert answer["verdict"] == "accepted"
    assert "nháp" not in office.run("export").out


def test_a_column_renamed_past_recognition_sends_the_file_back_and_is_named(office: SmallOffice) -> None:
    def rename(book: Workbook) -> None:
        book["Cập nhật"]["E5"] = "Đến đâu rồi?"

    before = office.rows()
    answer = office.merge(change(fill(office.issue("cctl"), GOOD), rename))

    (wrong,) = errors(answer)
    assert (wrong["code"], wrong["cell"], wrong["column"]) == ("misnamed-column", "E5", "Tình trạng")
    assert wrong["value"] == "Đến đâu rồi?"
    assert wrong["fix"].startswith("Ghi lại tên cột là «Tình trạng»")
    assert (answer["verdict"], office.rows()) == ("returned", before)


def test_a_column_under_a_known_other_name_is_listed(office: SmallOffice) -> None:
    def rename(book: Workbook) -> None:
        book["Cập nhật"]["E5"] = "Tiến độ"

    answer = office.merge(change(fill(office.issue("cctl"), GOOD), rename))

    fixed = only(answer, "fixed")
    assert (fixed["code"], fixed["cell"], fixed["column"]) == ("renamed-column", "E5", "Tình trạng")
    assert fixed["message"] == "Cột «Tiến độ» được hiểu là «Tình trạng»."
    assert (answer["verdict"], office.rows()[TWO, "cctl"]["progress"]) == ("accepted", "in_progress")


def test_without_the_row_of_ids_a_misspelt_caption_is_recognised_by_its_likeness(office: SmallOffice) -> None:
    def spoil(book: Workbook) -> None:
        book["Cập nhật"]["F5"] = "Tình hinhf, kết quả"
        book["Cập nhật"].delete_rows(4)

    answer = office.merge(change(fill(office.issue("cctl"), GOOD), spoil))

    fixed = only(answer, "fixed")
    assert (fixed["code"], fixed["cell"], fixed["column"]) == ("renamed-column", "F4", "Tình hình, kết quả")
    assert answer["verdict"] == "accepted"
    assert office.rows()[TWO, "cctl"]["result_summary"] == "Đang tổng hợp số liệu"


def test_a_caption_over_another_columns_id_sends_the_file_back(office: SmallOffice) -> None:
    """Cutting a column without its hidden cell would put days of completion into days of documents."""

    def swap(book: Workbook) -> None:
        sheet = book["Cập nhật"]
        for row in range(5, 9):
            left, right = sheet.cell(row, 9), sheet.cell(row, 10)
            left.value, right.value = right.value, left.value

    book = change(fill(office.issue("cctl"), {ONE: IN_TIME}), swap)
    before = office.rows()

    answer = office.merge(book)

    assert [(e["code"], e["cell"], e["column"], e["value"]) for e in errors(answer)] == [
        ("moved-caption", "I5", "Ngày văn bản kết quả", "Ngày hoàn thành"),
        ("moved-caption", "J5", "Ngày hoàn thành", "Ngày văn bản kết quả"),
    ]
    assert (answer["verdict"], office.rows()) == ("returned", before)


def test_moved_columns_and_another_order_of_rows_are_no_finding(office: SmallOffice) -> None:
    book = fill(office.issue("cctl"), {ONE: IN_TIME, TWO: {"progress": "in_progress"}})
    change(book, lambda book: rearranged(book["Cập nhật"], range(31, 0, -1), [8, 6, 7]))

    answer = office.merge(book)

    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    rows = office.rows()
    assert rows[ONE, "cctl"]["completed_date"] == "2026-06-05"
    assert rows[TWO, "cctl"]["progress"] == "in_progress"


def test_renamed_sheets_are_no_finding(office: SmallOffice) -> None:
    def rename(book: Workbook) -> None:
        book["Nhiệm vụ thiếu"]["C6"] = "Diễn tập chữa cháy rừng"
        book["Báo cáo"]["C10"] = "Thiếu kinh phí"
        for number, name in enumerate(("Cập nhật", "Nhiệm vụ thiếu", "Báo cáo")):
            book[name].title = f"Trang {number}"

    book = change(fill(office.issue("cctl"), GOOD), rename)

    answer = office.merge(book)

    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"
    (archived,) = office.root.glob("luu-tru/*/*.xlsx.ghi-chu.txt")
    assert "Nhiệm vụ đơn vị đề nghị thêm: 1" in archived.read_text(encoding="utf-8-sig")


def test_a_workbook_that_says_something_on_a_renamed_report_only_is_not_called_unchanged(office: SmallOffice) -> None:
    def say_only_there(book: Workbook) -> None:
        book["Báo cáo"]["C10"] = "Thiếu kinh phí"
        book["Báo cáo"].title = "BC"

    answer = office.merge(change(office.issue("cctl"), say_only_there))

    assert (answer["verdict"], answer["findings"]) == ("accepted", [])


def test_a_workbook_without_its_main_sheet_comes_back(office: SmallOffice) -> None:
    book = change(office.issue("cctl"), lambda book: book.remove(book["Cập nhật"]))

    answer = office.merge(book)

    (finding,) = errors(answer)
    assert (finding["code"], finding["message"]) == ("sheet-missing", "Không thấy trang «Cập nhật».")
    assert answer["verdict"] == "returned"


def test_a_deleted_row_is_a_warning_and_no_deletion(office: SmallOffice) -> None:
    book = change(fill(office.issue("cctl"), GOOD), lambda book: book["Cập nhật"].delete_rows(8))
    before = office.rows()

    answer = office.merge(book)

    warning = only(answer, "warning")
    assert (warning["code"], warning["message"]) == ("missing-row", f"Thiếu 1 nhiệm vụ đã gửi: {FOUR}.")
    assert answer["verdict"] == "accepted"
    assert office.rows()[FOUR, "cctl"] == before[FOUR, "cctl"]


def test_an_emptied_progress_is_kept_and_said(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), GOOD))
    book = fill(office.issue("cctl"), {TWO: {"progress": None, "difficulty": "Thiếu máy bơm"}})

    answer = office.merge(book)

    warning = only(answer, "warning")
    assert (warning["code"], warning["cell"], warning["column"]) == ("not-cleared", "E6", "Tình trạng")
    assert warning["message"] == "Ô «Tình trạng» bị xóa trắng; giá trị cũ «Đang thực hiện» được giữ."
    row = office.rows()[TWO, "cctl"]
    assert (answer["verdict"], row["progress"], row["difficulty"]) == ("accepted", "in_progress", "Thiếu máy bơm")


def test_a_day_typed_as_text_is_repaired_and_listed(office: SmallOffice) -> None:
    answer = office.merge(fill(office.issue("cctl"), {ONE: IN_TIME | {"completed_date": " 5.6.2026"}}))

    fixed = only(answer, "fixed")
    assert (fixed["code"], fixed["cell"], fixed["value"]) == ("date-as-text", "J7", "5.6.2026")
    assert fixed["message"] == "«5.6.2026» ở cột «Ngày hoàn thành» là chữ, được hiểu là ngày 05/06/2026."
    assert (answer["verdict"], office.rows()[ONE, "cctl"]["completed_date"]) == ("accepted", "2026-06-05")


def test_a_completion_day_without_done_is_a_warning_and_goes_in(office: SmallOffice) -> None:
    answer = office.merge(fill(office.issue("cctl"), {ONE: IN_TIME | {"progress": "in_progress"}}))

    warning = only(answer, "warning")
    assert (warning["code"], warning["cell"]) == ("not-done-but-dated", "J7")
    assert answer["verdict"] == "accepted"


def test_a_colon_before_a_word_with_f_is_no_formula(office: SmallOffice) -> None:
    answer = office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Xem văn bản:file kèm theo <fx/>"}}))

    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    assert office.rows()[ONE, "cctl"]["result_summary"] == "Xem văn bản:file kèm theo <fx/>"


def test_what_excel_cannot_hold_is_dropped_from_a_text(office: SmallOffice) -> None:
    answer = office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Xong_x0000__xD800_ phần_x000B_đầu"}}))

    assert answer["verdict"] == "accepted"
    assert office.rows()[ONE, "cctl"]["result_summary"] == "Xong phần\nđầu"


@pytest.mark.parametrize(
    ("cell", "typed", "code", "column"),
    [("D6", "#N/A", "error-value", "Thời hạn (nguyên văn)"), ("C6", "=1+1", "formula", "Nội dung nhiệm vụ")],
)
def test_a_wrong_proposal_stays_out_and_the_reported_rows_go_in(
    office: SmallOffice, cell: str, typed: str, code: str, column: str
) -> None:
    def propose(book: Workbook) -> None:
        sheet = book["Nhiệm vụ thiếu"]
        sheet["C6"], sheet["D6"] = "Diễn tập chữa cháy rừng", "trước ngày 20/7/2026"
        sheet[cell] = typed
        sheet["A7"] = "55/UBND-NC"

    book = change(fill(office.issue("cctl"), GOOD), propose)

    answer = office.merge(book)

    found = [(e["code"], e["sheet"], e["cell"], e["column"]) for e in errors(answer)]
    assert found == sorted(
        [(code, "Nhiệm vụ thiếu", cell, column), ("required", "Nhiệm vụ thiếu", "C7", "Nội dung nhiệm vụ")],
        key=lambda finding: finding[2],
    )
    assert answer["verdict"] == "partly"
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"
    office.run("sync")
    assert "Đề xuất" not in load_workbook(office.space.register).sheetnames


def test_with_the_policy_file_a_wrong_proposal_keeps_the_whole_file_out(office: SmallOffice) -> None:
    whole_file_policy(office)
    book = change(
        fill(office.issue("cctl"), GOOD), lambda book: book["Nhiệm vụ thiếu"].cell(6, 1).__setattr__("value", "55/UB")
    )
    before = office.rows()

    answer = office.merge(book)

    assert (answer["verdict"], answer["changes"], office.rows()) == ("returned", [], before)
