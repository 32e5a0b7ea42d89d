"""What people do to the layout of a workbook (practice/workbooks.md I): each applied to an issued one, and what becomes of it.

The number of a case is that of the table there. S is repaired and not said, N repaired and listed, R sent back.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tdnv_sheets.findings import has_error
from tdnv_sheets.grid import Book, Note
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.intake.open import open_bytes
from tdnv_sheets.stamp import decode, encode
from tdnv_sheets.validate.checked import Checked, Grounds
from tdnv_sheets.validate.run import check
from tests.conftest import TODAY, SmallOffice, fill
from tests.wrong_identity_test import restamp
from tests.wrong_input_test import FOUR, ONE, TWO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tdnv_sheets.grid import Sheet

REPORTED: dict[str, dict[str, Any]] = {
    ONE: {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Đã kiểm tra 12 hồ."},
    TWO: {"progress": "in_progress", "result_summary": "Đang tổng hợp số liệu", "reporter": "Lê Văn A"},
}
IDS, CAPTIONS, FIRST = 4, 5, 6
LAST_COLUMN = 31


def update(book: Workbook) -> Worksheet:
    sheet = book["Cập nhật"]
    assert sheet.title == "Cập nhật"
    return sheet


def edited(path: Path, *edits: Callable[[Worksheet], object]) -> Path:
    """Change «Cập nhật» of a workbook, one edit after the other."""
    book = load_workbook(path)
    for edit in edits:
        edit(update(book))
    book.save(path)
    return path


def without_ids(sheet: Worksheet) -> None:
    """Delete the hidden row of column ids."""
    row = next(number for number, cells in enumerate(sheet.iter_rows(values_only=True), 1) if "task_content" in cells)
    sheet.delete_rows(row)
    sheet.row_dimensions[row].hidden = False
    for area in sheet.merged_cells.ranges:
        if area.min_row > row:
            area.shift(row_shift=-1)  # openpyxl leaves them where they were


def said(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what was found as (code, cell or row)."""
    return sorted((f["code"], f["cell"] or str(f["row"] or "")) for f in answer["findings"])


@pytest.fixture(scope="module")
def unmutated(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """Give what the ledger holds when the workbook comes back as it was drawn."""
    root = tmp_path_factory.mktemp("untouched") / "vp"
    shutil.copytree(office_template, root)
    office = SmallOffice(find(root))
    answer = office.merge(fill(office.issue("cctl"), REPORTED))
    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    rows = office.rows()
    assert rows[ONE, "cctl"]["completed_date"] == "2026-06-05"
    assert rows[TWO, "cctl"]["reporter"] == "Lê Văn A"
    return rows


# ------------------------------------------------------------------ the edits


def titles_above(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 3)
    sheet["A1"], sheet["D1"] = "UBND TỈNH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    sheet["B3"] = "Phụ lục kèm theo Công văn số 12/CCTL-KH ngày 5/6/2026"


def title_below_titles(sheet: Worksheet) -> None:
    sheet.insert_rows(3)
    sheet["B3"] = "Nội dung nhiệm vụ do Chi cục thực hiện"


def merged_titles(sheet: Worksheet) -> None:
    sheet.merge_cells("B1:L1")
    sheet.merge_cells("B2:L3")


def merged_captions_downwards(sheet: Worksheet) -> None:
    """A row is inserted under the captions, and each caption is merged over both."""
    sheet.insert_rows(FIRST)
    for column in range(1, LAST_COLUMN + 1):
        sheet.merge_cells(start_row=CAPTIONS, end_row=CAPTIONS + 1, start_column=column, end_column=column)


def groups_above_the_captions(sheet: Worksheet) -> None:
    sheet.insert_rows(CAPTIONS)
    sheet.cell(CAPTIONS, 1).value, sheet.cell(CAPTIONS, 5).value = "Phần của Văn phòng", "Phần của đơn vị"
    sheet.merge_cells(start_row=CAPTIONS, end_row=CAPTIONS, start_column=1, end_column=4)
    sheet.merge_cells(start_row=CAPTIONS, end_row=CAPTIONS, start_column=5, end_column=LAST_COLUMN)


def column_numbers(sheet: Worksheet) -> None:
    sheet.insert_rows(FIRST)
    for column in range(1, LAST_COLUMN + 1):
        sheet.cell(FIRST, column).value = f"({column})"


def column_numbers_as_numbers(sheet: Worksheet) -> None:
    sheet.insert_rows(FIRST)
    for column in range(1, LAST_COLUMN + 1):
        sheet.cell(FIRST, column).value = column


def caption(sheet: Worksheet, old: str, new: str | None) -> None:
    cells = [cell for row in sheet.iter_rows(max_row=10) for cell in row if cell.value == old]
    (cell,) = cells
    cell.value = new


def captions_spelt_differently(sheet: Worksheet) -> None:
    caption(sheet, "Tình trạng", "  TÌNH   TRẠNG ")
    caption(sheet, "Tình hình, kết quả", "Tình hình\nkết quả")
    caption(sheet, "Ngày hoàn thành", "Nga\u0300y hoa\u0300n tha\u0300nh")
    caption(sheet, "Nội dung nhiệm vụ", "\u00a0Nội dung\u00a0nhiệm vụ\u200b")


def columns_reordered(sheet: Worksheet) -> None:
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=IDS, max_col=LAST_COLUMN)]
    for number, values in enumerate(cells, IDS):
        for column, value in enumerate(reversed(values), 1):
            sheet.cell(number, column).value = value


def ordinals_in_front(sheet: Worksheet) -> None:
    sheet.insert_cols(1)
    sheet.cell(CAPTIONS, 1).value = "STT"
    for number, row in enumerate(range(FIRST, FIRST + 3), 1):
        sheet.cell(row, 1).value = number


def ordinals_repeated_and_blank(sheet: Worksheet) -> None:
    ordinals_in_front(sheet)
    sheet.cell(FIRST, 1).value, sheet.cell(FIRST + 1, 1).value, sheet.cell(FIRST + 2, 1).value = 5, 5, None


def blank_column(sheet: Worksheet) -> None:
    sheet.insert_cols(5)


def blank_rows(sheet: Worksheet) -> None:
    sheet.insert_rows(FIRST + 1, 2)
    sheet.insert_rows(FIRST)


def rows_reordered(sheet: Worksheet) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST, max_row=FIRST + 2)]
    for number, values in enumerate(reversed(rows), FIRST):
        for column, value in enumerate(values, 1):
            sheet.cell(number, column).value = value


def formatted_far_down(sheet: Worksheet) -> None:
    sheet["B5000"].number_format = "@"
    sheet["B15000"].number_format = "@"


def own_column(sheet: Worksheet) -> None:
    sheet.insert_cols(6)
    sheet.cell(CAPTIONS, 6).value, sheet.cell(FIRST, 6).value = "Theo dõi nội bộ", "nháp"


def own_column_beyond(sheet: Worksheet) -> None:
    sheet.cell(CAPTIONS, LAST_COLUMN + 1).value, sheet.cell(FIRST, LAST_COLUMN + 1).value = "Theo dõi nội bộ", "nháp"


def words_beyond_the_columns(sheet: Worksheet) -> None:
    sheet.cell(FIRST, LAST_COLUMN + 2).value, sheet.cell(FIRST + 1, LAST_COLUMN + 2).value = "gọi lại", "xong"


def repeated_caption_beyond(sheet: Worksheet) -> None:
    sheet.cell(CAPTIONS, LAST_COLUMN + 1).value, sheet.cell(FIRST, LAST_COLUMN + 1).value = "Tình trạng", "nháp"


def group_rows(sheet: Worksheet) -> None:
    sheet.insert_rows(FIRST + 1)
    sheet.cell(FIRST + 1, 1).value, sheet.cell(FIRST + 1, 2).value = "II", "NGUỒN TRUNG ƯƠNG"
    sheet.insert_rows(FIRST)
    sheet.cell(FIRST, 2).value = "A. Nhiệm vụ UBND tỉnh giao"


def total_row(sheet: Worksheet) -> None:
    sheet.cell(FIRST + 4, 2).value, sheet.cell(FIRST + 4, 3).value = "Tổng cộng", 3


def notes_and_signatures(sheet: Worksheet) -> None:
    sheet["A11"] = "Ghi chú: số liệu tính đến ngày 5/6/2026"
    sheet["B12"] = "- Các nhiệm vụ còn lại báo cáo sau"
    sheet["E14"], sheet["B14"] = "Hải Phòng, ngày 5 tháng 6 năm 2026", "NGƯỜI LẬP BIỂU"
    sheet["E15"] = "THỦ TRƯỞNG ĐƠN VỊ"
    sheet["E18"], sheet["B18"] = "Trần Thị B", "Lê Văn A"


def captions_again(sheet: Worksheet) -> None:
    """As some do so that every printed page shows them."""
    sheet.insert_rows(FIRST + 1)
    for column in range(1, LAST_COLUMN + 1):
        sheet.cell(FIRST + 1, column).value = sheet.cell(CAPTIONS, column).value


def foreign_table_below(sheet: Worksheet) -> None:
    sheet["B12"], sheet["C12"], sheet["D12"] = "Nội dung nhiệm vụ", "Ghi chú", "Tình trạng"
    sheet["B13"], sheet["C13"], sheet["D13"] = "Mua sắm văn phòng phẩm", "nội bộ", "chưa tính"


def copied_row(sheet: Worksheet) -> None:
    for column in range(1, LAST_COLUMN + 1):
        sheet.cell(FIRST + 3, column).value = sheet.cell(FIRST, column).value


@dataclass(frozen=True)
class Case:
    number: int
    edit: Callable[[Worksheet], object]
    found: tuple[tuple[str, str], ...] = ()
    """(code, cell or row) where the row of ids is there."""


HARMLESS = (
    Case(1, titles_above),
    Case(1, title_below_titles),
    Case(2, merged_titles),
    Case(2, merged_captions_downwards),
    Case(4, groups_above_the_captions),
    Case(5, column_numbers),
    Case(5, column_numbers_as_numbers),
    Case(6, captions_spelt_differently),
    Case(7, columns_reordered),
    Case(10, blank_column),
    Case(28, ordinals_in_front),
    Case(28, ordinals_repeated_and_blank),
    Case(31, blank_rows),
    Case(31, rows_reordered),
    Case(41, formatted_far_down),
)
"""Repaired and not said."""
LISTED = (
    Case(6, lambda sheet: caption(sheet, "Tình trạng", "Tiến độ"), (("renamed-column", "E5"),)),
    Case(6, lambda sheet: caption(sheet, "Tình hình, kết quả", "Tình hình kết qủa"), (("renamed-column", "F5"),)),
    Case(8, own_column, (("extra-column", "F5"),)),
    Case(8, own_column_beyond, (("extra-column", "AF5"),)),
    Case(8, words_beyond_the_columns, (("stray-cells", "AG6"),)),
    Case(10, repeated_caption_beyond, (("extra-column", "AF5"),)),
    Case(29, group_rows, (("skipped-row", "6"), ("skipped-row", "8"))),
    Case(30, total_row, (("skipped-row", "10"),)),
    Case(32, notes_and_signatures, (("notes-below", ""),)),
    Case(34, captions_again, (("skipped-row", "7"),)),
    Case(34, foreign_table_below, (("notes-below", ""),)),
    Case(39, copied_row, (("repeated-row", "A9"),)),
)
"""Repaired, and said."""


def named(case: Case) -> str:
    name = getattr(case.edit, "__name__", "")
    return f"{case.number}-{case.found[0][0] if case.found else name}"


def without_the_id_row(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Move places one row up, as they are when the row of ids is gone."""
    return sorted((code, re.sub(r"\d+$", lambda match: str(int(match[0]) - 1), where)) for code, where in found)


@pytest.mark.parametrize("ids", [True, False], ids=["", "without-ids"])
@pytest.mark.parametrize("case", HARMLESS, ids=named)
def test_a_harmless_change_of_the_layout_is_no_finding(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]], case: Case, *, ids: bool
) -> None:
    path = edited(fill(office.issue("cctl"), REPORTED), case.edit, *([] if ids else [without_ids]))

    answer = office.merge(path)

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


@pytest.mark.parametrize("ids", [True, False], ids=["", "without-ids"])
@pytest.mark.parametrize("case", LISTED, ids=named)
def test_what_is_repaired_is_listed_and_the_reported_values_go_in(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]], case: Case, *, ids: bool
) -> None:
    path = edited(fill(office.issue("cctl"), REPORTED), case.edit, *([] if ids else [without_ids]))

    answer = office.merge(path)

    expected = list(case.found) if ids else without_the_id_row(case.found)
    assert (answer["verdict"], said(answer)) == ("accepted", expected)
    assert office.rows() == unmutated


# ------------------------------------------------------------------ sent back


def captions_merged_sidewards(sheet: Worksheet) -> None:
    sheet.cell(CAPTIONS, 6).value = None
    sheet.merge_cells(start_row=CAPTIONS, end_row=CAPTIONS, start_column=5, end_column=6)


def repeated_caption(sheet: Worksheet) -> None:
    sheet.insert_cols(7)
    sheet.cell(CAPTIONS, 7).value, sheet.cell(FIRST, 7).value = "Tình trạng", "Đang thực hiện"


def second_table(sheet: Worksheet) -> None:
    for offset, row in enumerate(range(CAPTIONS, FIRST + 2)):
        for column in range(1, LAST_COLUMN + 1):
            sheet.cell(14 + offset, column).value = sheet.cell(row, column).value
    sheet.cell(15, 6).value = "Nội dung tháng trước"


def second_table_of_other_columns(sheet: Worksheet) -> None:
    sheet["B12"], sheet["C12"], sheet["D12"] = "Mã nhiệm vụ", "Tình trạng", "Ghi chú"
    sheet["B13"], sheet["C13"] = ONE, "Đang thực hiện"


def no_captions(sheet: Worksheet) -> None:
    sheet.delete_rows(CAPTIONS)


REFUSED = (
    Case(6, lambda sheet: caption(sheet, "Tình trạng", "Đến đâu rồi?"), (("misnamed-column", "E5"),)),
    Case(6, lambda sheet: caption(sheet, "Ngày hoàn thành", "Hoàn thành ngày nào"), (("misnamed-column", "J5"),)),
    Case(9, lambda sheet: sheet.delete_cols(5), (("missing-column", ""),)),
    Case(9, lambda sheet: sheet.delete_cols(1), (("missing-column", ""),)),
    Case(10, lambda sheet: caption(sheet, "Tình trạng", None), (("blank-header", "E5"),)),
    Case(10, repeated_caption, (("duplicate-column", "G5"),)),
    Case(34, second_table, (("second-table", "14"),)),
    Case(34, second_table_of_other_columns, (("second-table", "12"),)),
)


@pytest.mark.parametrize("ids", [True, False], ids=["", "without-ids"])
@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_what_nobody_can_be_sure_of_is_sent_back_with_its_place(office: SmallOffice, case: Case, *, ids: bool) -> None:
    path = edited(fill(office.issue("cctl"), REPORTED), case.edit, *([] if ids else [without_ids]))
    before = office.rows()

    answer = office.merge(path)

    expected = list(case.found) if ids else without_the_id_row(case.found)
    assert (answer["verdict"], said(answer)) == ("returned", sorted([*expected, ("levels-not-checked", "")]))
    assert (answer["changes"], office.rows()) == ([], before)


def test_2_a_caption_merged_over_its_neighbour_is_nothing_as_long_as_the_ids_are_there(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), captions_merged_sidewards))

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


def test_2_without_the_ids_such_a_caption_hides_a_column(office: SmallOffice) -> None:
    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), captions_merged_sidewards, without_ids))

    (wrong,) = [f for f in answer["findings"] if f["severity"] == "error"]
    assert (wrong["code"], wrong["cell"], wrong["column"]) == ("blank-header", "F4", "Tình hình, kết quả")


def test_2_a_caption_merged_with_the_first_task_hides_no_task(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """The cell that the merge covers is empty, as it was when the workbook was issued."""
    path = edited(fill(office.issue("cctl"), REPORTED), lambda sheet: sheet.merge_cells("L5:L6"), without_ids)

    answer = office.merge(path)

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


def test_4_a_divided_caption_still_names_its_column(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def divide(sheet: Worksheet) -> None:
        merged_captions_downwards(sheet)
        sheet.unmerge_cells("E5:E6")
        sheet["E6"] = "(chọn trong danh sách)"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), divide))

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


def test_9_captions_and_ids_deleted_leave_nothing_to_go_by(office: SmallOffice) -> None:
    before = office.rows()
    path = edited(fill(office.issue("cctl"), REPORTED), lambda sheet: sheet.delete_rows(IDS, 2))

    answer = office.merge(path)

    assert (answer["verdict"], said(answer)) == ("returned", [("header-missing", ""), ("levels-not-checked", "")])
    assert office.rows() == before


def test_9_a_row_of_ids_without_captions_is_not_enough(office: SmallOffice) -> None:
    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), no_captions))

    assert (answer["verdict"], said(answer)) == ("returned", [("header-missing", ""), ("levels-not-checked", "")])


def test_what_was_not_looked_at_is_said(office: SmallOffice) -> None:
    path = edited(fill(office.issue("cctl"), REPORTED), lambda sheet: sheet.delete_cols(5))

    answer = office.merge(path)

    last = answer["findings"][-1]
    assert (last["code"], last["severity"]) == ("levels-not-checked", "info")
    assert last["message"].startswith("Các bước sau chưa kiểm tra: các dòng nhiệm vụ, nội dung từng ô.")


# ------------------------------------------------------------------ rows


def test_a_row_without_id_that_reports_something_is_never_skipped(office: SmallOffice) -> None:
    def add(sheet: Worksheet) -> None:
        sheet["B9"], sheet["F9"] = "Nhiệm vụ mới", "Đang làm"
        sheet["B10"], sheet["E10"] = "NHIỆM VỤ KHÁC", "Đã hoàn thành"
        sheet["F11"] = "chỉ có chữ này"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), add))

    assert (answer["verdict"], said(answer)) == (
        "partly",
        [("row-without-id", "A10"), ("row-without-id", "A11"), ("row-without-id", "A9")],
    )
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"


def test_a_row_below_the_signatures_that_reports_something_is_never_skipped(office: SmallOffice) -> None:
    def add(sheet: Worksheet) -> None:
        sheet["B11"] = "NGƯỜI LẬP BIỂU"
        sheet["B13"], sheet["E13"] = "Nhiệm vụ mới", "Đã hoàn thành"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), add))

    assert said(answer) == [("notes-below", ""), ("row-without-id", "A13")]
    assert answer["verdict"] == "partly"


@pytest.mark.parametrize(
    ("cell", "verdict", "findings"),
    [
        ("F10", "partly", [("notes-below", ""), ("row-without-id", "A10")]),
        ("C10", "accepted", [("notes-below", ""), ("skipped-row", "10")]),
    ],
)
def test_a_row_that_holds_nothing_but_a_formula_without_a_value_is_looked_at(
    office: SmallOffice, cell: str, verdict: str, findings: list[tuple[str, str]]
) -> None:
    def add(sheet: Worksheet) -> None:
        sheet[cell], sheet["B12"] = "=1+1", "Ghi chú: số liệu đến ngày 10"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), add))

    assert (answer["verdict"], said(answer)) == (verdict, findings)


def test_a_task_below_the_notes_is_a_task(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def move(sheet: Worksheet) -> None:
        sheet.insert_rows(FIRST + 1, 2)
        sheet.cell(FIRST + 1, 2).value = "Ghi chú: phần dưới do Phòng Kế hoạch thực hiện"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), move))

    assert (answer["verdict"], said(answer)) == ("accepted", [("skipped-row", "7")])
    assert office.rows() == unmutated


def test_a_mistyped_id_under_the_notes_is_still_an_error(office: SmallOffice) -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["A8"] = "NV-2026-0004"
        sheet["B10"] = "NGƯỜI LẬP BIỂU"
        sheet["A12"] = "NV-2026-77777"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), spoil))

    codes = said(answer)
    assert ("unknown-row", "A8") in codes
    assert ("unknown-row", "A12") in codes


def test_39_the_same_id_with_other_values_is_sent_back(office: SmallOffice) -> None:
    def copy(sheet: Worksheet) -> None:
        copied_row(sheet)
        sheet.cell(FIRST + 3, 6).value = "Nội dung khác"

    answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), copy))

    assert (answer["verdict"], said(answer)) == ("partly", [("duplicate-row", "A6"), ("duplicate-row", "A9")])
    rows = office.rows()
    assert (rows[ONE, "cctl"]["progress"], rows[TWO, "cctl"]["progress"]) == ("done", None)


def test_a_workbook_without_any_task_is_sent_back(office: SmallOffice) -> None:
    before = office.rows()

    answer = office.merge(edited(office.issue("cctl"), lambda sheet: sheet.delete_rows(FIRST, 3)))

    assert (answer["verdict"], said(answer)) == ("returned", [("no-rows", "")])
    assert answer["findings"][0]["message"].endswith("trong khi đã gửi 3 nhiệm vụ.")
    assert office.rows() == before


# ------------------------------------------------------------------ sheets


def book_edited(path: Path, edit: Callable[[Workbook], object]) -> Path:
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return path


def copied(book: Workbook, name: str = "Cập nhật") -> Worksheet:
    return book.copy_worksheet(book[name])


def test_35_empty_sheets_are_no_finding(office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]) -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("Sheet1")
        book.create_sheet("Sheet2")["C3"] = "  "

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), add))

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


def test_35_a_sheet_of_their_own_is_named_and_not_read(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def add(book: Workbook) -> None:
        sheet = book.create_sheet("Tính nháp")
        sheet["A1"], sheet["B1"], sheet["A2"] = "Nội dung nhiệm vụ", "Tình trạng", "Mua giấy"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), add))

    (finding,) = answer["findings"]
    assert (finding["code"], finding["severity"], answer["verdict"]) == ("extra-sheet", "info", "accepted")
    assert "«Tính nháp»" in finding["message"]
    assert office.rows() == unmutated


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_36_a_hidden_sheet_of_their_own_is_named(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]], state: str
) -> None:
    def add(book: Workbook) -> None:
        sheet = book.create_sheet("Số liệu cũ")
        sheet["B2"], sheet.sheet_state = "năm ngoái", state

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), add))

    (finding,) = answer["findings"]
    assert (finding["code"], finding["severity"], answer["verdict"]) == ("hidden-sheet", "warning", "accepted")
    assert office.rows() == unmutated


def test_36_our_own_sheet_hidden_is_read_and_named(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def hide(book: Workbook) -> None:
        update(book).sheet_state = "hidden"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), hide))

    assert (answer["verdict"], said(answer)) == ("accepted", [("hidden-own-sheet", "")])
    assert office.rows() == unmutated


def test_35_an_exact_copy_of_our_sheet_is_read_once(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def copy(book: Workbook) -> None:
        copied(book).title = "Cập nhật (2)"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), copy))

    assert (answer["verdict"], said(answer)) == ("accepted", [("same-sheet", "")])
    assert office.rows() == unmutated


@pytest.mark.parametrize("ids", [True, False], ids=["", "without-ids"])
def test_35_a_copy_of_our_sheet_that_differs_sends_the_file_back(office: SmallOffice, *, ids: bool) -> None:
    def copy(book: Workbook) -> None:
        sheet = copied(book)
        sheet.title = "Cập nhật (2)"
        sheet["F7"] = "Nội dung của tháng trước"
        if not ids:
            sheet.delete_rows(IDS)

    before = office.rows()

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), copy))

    assert (answer["verdict"], said(answer)) == ("returned", [("copied-sheet", ""), ("levels-not-checked", "")])
    assert "«Cập nhật» và trang «Cập nhật (2)»" in answer["findings"][0]["message"]
    assert office.rows() == before


def test_35_a_list_of_their_own_with_some_of_our_captions_is_no_copy(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def add(book: Workbook) -> None:
        sheet = book.create_sheet("Danh sách riêng")
        sheet.append(["Số, ký hiệu", "Ngày ban hành", "Nội dung nhiệm vụ", "Thời hạn"])
        sheet.append(["12/UBND", "1/6/2026", "Việc nội bộ", "30/6/2026"])
        book["Nhiệm vụ thiếu"]["C6"] = "Diễn tập chữa cháy rừng"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), add))

    assert (answer["verdict"], said(answer)) == ("accepted", [("extra-sheet", "")])
    assert office.rows() == unmutated


def test_35_two_sheets_of_missing_tasks_that_differ_send_the_file_back(office: SmallOffice) -> None:
    def copy(book: Workbook) -> None:
        book["Nhiệm vụ thiếu"]["C6"] = "Diễn tập chữa cháy rừng"
        copied(book, "Nhiệm vụ thiếu").title = "Nhiệm vụ thiếu (2)"
        book["Nhiệm vụ thiếu (2)"]["C7"] = "Việc khác"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), copy))

    assert (answer["verdict"], said(answer)) == ("returned", [("copied-sheet", ""), ("levels-not-checked", "")])


def test_35_the_report_without_its_hidden_ids_is_read_by_its_captions(office: SmallOffice) -> None:
    def spoil(book: Workbook) -> None:
        book["Báo cáo"]["C10"] = "Thiếu kinh phí"
        book["Báo cáo"].delete_cols(1)

    answer = office.merge(book_edited(office.issue("cctl"), spoil))

    assert (answer["verdict"], said(answer)) == ("accepted", [])  # had nothing been read, it would be «nothing new»


def test_35_a_sheet_renamed_without_its_ids_is_found_by_its_captions(
    office: SmallOffice, unmutated: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def rename(book: Workbook) -> None:
        without_ids(update(book))
        update(book).title = "Báo cáo tháng 6"

    answer = office.merge(book_edited(fill(office.issue("cctl"), REPORTED), rename))

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == unmutated


def test_a_column_missing_from_the_missing_tasks_is_said_only_where_something_is_written(office: SmallOffice) -> None:
    def spoil(book: Workbook) -> None:
        book["Nhiệm vụ thiếu"].delete_cols(4)

    assert said(office.merge(book_edited(fill(office.issue("cctl"), REPORTED), spoil))) == []

    def write(book: Workbook) -> None:
        spoil(book)
        book["Nhiệm vụ thiếu"]["C6"] = "Diễn tập chữa cháy rừng"
        book["Nhiệm vụ thiếu"]["H7"] = "ngoài bảng"

    answer = office.merge(book_edited(fill(office.issue("cctl"), {FOUR: {"progress": "in_progress"}}), write))

    assert (answer["verdict"], said(answer)) == (
        "returned",
        [("levels-not-checked", ""), ("missing-column", ""), ("stray-cells", "H7")],
    )
    (missing,) = [f for f in answer["findings"] if f["severity"] == "error"]
    assert (missing["sheet"], missing["column"]) == ("Nhiệm vụ thiếu", "Thời hạn (nguyên văn)")


# ------------------------------------------------------------------ what the reader notes


def checked(office: SmallOffice, path: Path, change: Callable[[Book], Book]) -> Checked:
    """Read a workbook, change what was read, and check it without comparing it with the ledger."""
    assert office.root.is_dir()
    book = open_bytes(path.read_bytes(), path.suffix)
    assert isinstance(book, Book)
    return check(change(book), Grounds(units=(), as_of=TODAY))


def with_sheet(book: Book, name: str, **changes: Any) -> Book:  # noqa: ANN401  any field of a sheet
    sheets: list[Sheet] = [replace(s, **changes) if s.name == name else s for s in book.sheets]
    return replace(book, sheets=tuple(sheets))


def codes(outcome: Checked) -> dict[str, str]:
    values = {a.finding.code: " ".join([a.finding.cell, *a.finding.values.values()]).strip() for a in outcome.abouts}
    values.pop("not-checked")
    return values


def test_33_hidden_rows_and_columns_are_read_and_counted(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), REPORTED)

    def hide(book: Book) -> Book:
        return with_sheet(book, "Cập nhật", hidden_rows=frozenset({4, 6, 8, 900}), hidden_columns=frozenset({6, 44}))

    outcome = checked(office, path, hide)

    assert codes(outcome) == {"hidden-rows": "2 6, 8", "hidden-columns": "1 «Tình hình, kết quả»"}
    assert not has_error(outcome.abouts)
    assert outcome.submission is not None
    assert outcome.submission.rows[1].cells["result_summary"] == "Đã kiểm tra 12 hồ."


def test_33_the_row_of_ids_that_we_hide_ourselves_is_no_finding(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), REPORTED)

    assert codes(checked(office, path, lambda b: with_sheet(b, "Cập nhật", hidden_rows=frozenset({4})))) == {}


def test_41_cells_far_from_the_table_are_counted(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), REPORTED)

    outcome = checked(office, path, lambda b: with_sheet(b, "Cập nhật", far=2, far_first="XFD9"))

    assert codes(outcome) == {"far-cells": "XFD9 2"}


@pytest.mark.parametrize(
    ("note", "where"),
    [
        (Note("Cập nhật", 7, "Tài liệu tuyệt mật số 5"), "Ghi chú ở dòng 7 của trang «Cập nhật»"),
        (Note("Cập nhật", None, "MẬT"), "Ghi chú, hình vẽ hoặc đầu trang, chân trang in của trang «Cập nhật»"),
        (Note("", None, "TỐI MẬT"), "Phần ghi chú, thuộc tính của tệp"),
    ],
)
def test_a_secret_outside_the_cells_is_refused_and_never_repeated(office: SmallOffice, note: Note, where: str) -> None:
    path = fill(office.issue("cctl"), REPORTED)

    outcome = checked(office, path, lambda book: replace(book, notes=(note,)))

    (about,) = outcome.abouts
    assert (outcome.verdict, about.finding.code) == ("waiting", "secret-note")
    assert about.finding.values["where_vi"] == where
    assert note.text not in repr(outcome)


def test_a_secret_in_a_font_older_than_unicode_is_refused(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"result_summary": "hå s¬ mËt sè 5"}})

    answer = office.merge(path)

    assert (answer["verdict"], said(answer)) == ("waiting", [("secret", "7")])


# ------------------------------------------------------------------ template version


@pytest.mark.parametrize("version", [0, 2])
def test_40_a_workbook_of_another_template_version_is_sent_back_and_both_are_named(
    office: SmallOffice, version: int
) -> None:
    def other(text: str) -> str:
        stamp = decode(text)
        assert stamp is not None
        return encode(replace(stamp, version=version), office.space.key())

    answer = office.merge(restamp(fill(office.issue("cctl"), REPORTED), other))

    (finding,) = answer["findings"]
    assert (answer["verdict"], finding["code"]) == ("quarantined", "old-template")
    assert finding["message"] == f"Tệp theo mẫu phiên bản {version}, mẫu đang dùng là phiên bản 1."


# ------------------------------------------------------------------ many at once


COMBINABLE = (
    captions_spelt_differently,
    own_column_beyond,
    copied_row,
    total_row,
    notes_and_signatures,
    rows_reordered,
    ordinals_in_front,
    column_numbers,
    blank_rows,
    group_rows,
    merged_titles,
    titles_above,
    without_ids,
)
"""In an order in which each finds its place."""


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(chosen=st.sets(st.sampled_from(range(len(COMBINABLE))), min_size=2))
@example(chosen=set(range(len(COMBINABLE))))
@example(chosen=set(range(len(COMBINABLE) - 1)))
def test_many_harmless_changes_at_once_change_nothing_in_the_ledger(
    office_template: Path, unmutated: dict[tuple[str, str], dict[str, Any]], chosen: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "vp"
        shutil.copytree(office_template, root)
        office = SmallOffice(find(root))
        edits = [COMBINABLE[place] for place in sorted(chosen)]

        answer = office.merge(edited(fill(office.issue("cctl"), REPORTED), *edits))

        assert answer["verdict"] == "accepted", said(answer)
        assert office.rows() == unmutated
