from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from openpyxl import load_workbook

from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key, Unit, Value
from tdnv_sheets.render.template import draw_blank, draw_unit_book, update_columns, update_place
from tdnv_sheets.render.template_parts import FIRST_DAY, LAST_DAY
from tdnv_sheets.render.view import Row, UnitBookView
from tdnv_sheets.rules.judgement import Judgement, Status, Timeliness
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.sheetspec import Owner, assignment_spec, round_report_spec
from tdnv_sheets.validate import schema

if TYPE_CHECKING:
    from pathlib import Path

Opened: TypeAlias = Any
"""What openpyxl gives; its stubs do not know half of it."""
SIGNED = "tdnv1|unit|1|9f2c|DG-2026-0007|CCTL|2026-M06|12|77aa|0123456789abcdef"
IDS_ROW, CAPTION_ROW, FIRST_ROW = 4, 5, 6


def row(number: int, status: Status, **fields: Value) -> Row:
    deadline = fields.get("deadline")
    judged = Judgement(
        status=status,
        timeliness=Timeliness.IN_TIME,
        effective_deadline=deadline if isinstance(deadline, date) else None,
        days_left=None,
        completion_day=None,
        awaiting=False,
        alerts=(),
        extension_count=0,
        last_update=None,
    )
    return Row(Assignment(Key(f"NV-2026-{number:05}", "CCTL"), MappingProxyType(fields)), judged)


ROWS = (
    row(
        1,
        Status.OPEN_OVERDUE,
        document_number="125/UBND-NNTN",
        document_date=date(2026, 1, 12),
        document_summary="Về việc tăng cường kiểm tra an toàn hồ đập trước mùa mưa lũ",
        issuing_authority="UBND tỉnh",
        urgency="urgent",
        task_content="Kiểm tra, đánh giá an toàn các hồ chứa nước; đề xuất danh mục công trình cần sửa chữa",
        deadline_text="trước ngày 15/3/2026",
        deadline=date(2026, 3, 14),
        progress="in_progress",
        result_summary="=Đã kiểm tra 12/20 hồ",
    ),
    row(2, Status.OPEN_IN_TIME, task_content="Xây dựng kế hoạch tưới vụ Hè Thu", deadline=date(2026, 6, 30)),
    row(
        3,
        Status.COMPLETED_ON_TIME,
        task_content="Báo cáo tình hình hạn hán",
        deadline=date(2026, 5, 30),
        progress="done",
        completed_date=date(2026, 5, 28),
        result_document="5/2018",
    ),
)


def view(rows: tuple[Row, ...] = ROWS, lang: str = "vi") -> UnitBookView:
    return UnitBookView(
        office="Văn phòng Sở Nông nghiệp",
        regulation_title="Quy chế theo dõi, đôn đốc thực hiện nhiệm vụ",
        contact="Phòng Tổng hợp",
        lang=lang,
        unit=Unit("CCTL", "Chi cục Thủy lợi"),
        period=parse_period("2026-M06"),
        as_of=date(2026, 6, 15),
        due=date(2026, 6, 19),
        due_article="Điều 20.1",
        issue_id="DG-2026-0007",
        token=SIGNED,
        rows=rows,
        spare_rows=20,
        colours=DEFAULT_COLOURS,
    )


def opened(path: Path) -> Opened:
    return load_workbook(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    path = tmp_path_factory.mktemp("unit") / "unit.xlsx"
    draw_unit_book(view(), path)
    return opened(path)


def columns(sheet: Opened) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[IDS_ROW] if cell.value}


def rules(sheet: Opened, cell: str) -> list[Any]:
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


def texts(sheet: Opened) -> list[str]:
    return [str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value is not None]


def test_the_sheets_stand_in_the_order_in_which_a_clerk_needs_them(book: Opened) -> None:
    assert book.sheetnames == ["Hướng dẫn", "Cập nhật", "Nhiệm vụ thiếu", "Báo cáo", "_danh_muc", "_tdnv"]
    assert book["_tdnv"].sheet_state == "veryHidden"
    assert book["_danh_muc"].sheet_state == "hidden"
    assert sum(sheet.sheet_view.tabSelected or 0 for sheet in book.worksheets) == 1


def test_the_identity_stands_in_three_carriers(book: Opened) -> None:
    assert book.custom_doc_props["tdnv"].value == SIGNED
    assert book.defined_names["_tdnv_token"].attr_text == f'"{SIGNED}"'
    assert book["_tdnv"]["A1"].value == SIGNED


def test_the_hidden_row_of_field_names_stands_directly_above_the_captions(book: Opened) -> None:
    sheet = book["Cập nhật"]
    shown = {spec.name: spec.header("vi") for spec in assignment_spec().shown_on("update")}
    assert sheet.row_dimensions[IDS_ROW].hidden
    assert columns(sheet).keys() == shown.keys()
    assert {name: sheet.cell(CAPTION_ROW, at).value for name, at in columns(sheet).items()} == shown
    assert [spec.name for spec in update_columns()] == list(columns(sheet))


def test_title_lines_name_office_unit_period_and_day(book: Opened) -> None:
    above = " ".join(str(book["Cập nhật"].cell(line, 2).value) for line in (1, 2, 3))
    for words in ("Văn phòng Sở Nông nghiệp", "Chi cục Thủy lợi", "tháng 6 năm 2026", "15/06/2026"):
        assert words in above


def test_office_cells_are_locked_and_grey_and_unit_cells_open_and_white(book: Opened) -> None:
    sheet, at = book["Cập nhật"], columns(book["Cập nhật"])
    assert sheet.protection.sheet
    assert not sheet.protection.password
    for spec in update_columns():
        cell = sheet.cell(FIRST_ROW, at[spec.name])
        assert cell.protection.locked is (spec.owner is not Owner.UNIT), spec.name
        wanted = "unit_cell" if spec.owner is Owner.UNIT else "overdue" if spec.name == "status" else "office_cell"
        assert cell.fill.fgColor.rgb == f"FF{DEFAULT_COLOURS[wanted]}", spec.name


def test_protection_still_allows_to_sort_filter_and_widen(book: Opened) -> None:
    protection = book["Cập nhật"].protection
    allowed = (protection.sort, protection.autoFilter, protection.formatColumns, protection.formatRows)
    assert allowed == (False, False, False, False)  # in the file format the flag says what is forbidden


def test_values_are_typed_and_choices_are_shown_in_words(book: Opened) -> None:
    sheet, at = book["Cập nhật"], columns(book["Cập nhật"])
    first = {name: sheet.cell(FIRST_ROW, column) for name, column in at.items()}
    assert first["task_id"].value == "NV-2026-00001"
    assert first["deadline"].value.date() == date(2026, 3, 14)
    assert first["deadline"].number_format == "dd/mm/yyyy"
    assert first["progress"].value == "Đang thực hiện"
    assert first["urgency"].value == "Khẩn"
    assert first["status"].value == "Chưa hoàn thành, quá hạn"
    third = {name: sheet.cell(FIRST_ROW + 2, column) for name, column in at.items()}
    assert third["completed_date"].value.date() == date(2026, 5, 28)
    assert (third["result_document"].value, third["result_document"].number_format) == ("5/2018", "@")


def test_a_text_that_begins_like_a_formula_stays_text(book: Opened) -> None:
    sheet = book["Cập nhật"]
    cell = sheet.cell(FIRST_ROW, columns(sheet)["result_summary"])
    assert (cell.value, cell.data_type) == ("=Đã kiểm tra 12/20 hồ", "s")


def test_every_choice_has_a_drop_down_over_all_rows(book: Opened) -> None:
    sheet, at = book["Cập nhật"], columns(book["Cập nhật"])
    for spec in update_columns():
        if spec.owner is not Owner.UNIT or not spec.choices:
            continue
        for line in range(FIRST_ROW, FIRST_ROW + len(ROWS)):
            (rule,) = rules(sheet, sheet.cell(line, at[spec.name]).coordinate)
            assert (rule.type, rule.formula1) == ("list", f"dm_{spec.name}")
            assert rule.showErrorMessage
            assert rule.prompt == spec.help["vi"]
        area = book.defined_names[f"dm_{spec.name}"].attr_text.split("!")[1].replace("$", "")
        listed = [cell.value for (cell,) in book["_danh_muc"][area]]
        assert listed == [choice.labels["vi"] for choice in spec.choices]


def test_dates_are_checked_within_the_days_that_the_checker_takes(book: Opened) -> None:
    sheet, at = book["Cập nhật"], columns(book["Cập nhật"])
    (rule,) = rules(sheet, sheet.cell(FIRST_ROW, at["completed_date"]).coordinate)
    assert rule.type == "date"
    assert (FIRST_DAY, LAST_DAY) == (schema.FIRST_DAY, schema.LAST_DAY)


def test_impossible_values_are_coloured_even_after_pasting(book: Opened) -> None:
    sheet, at = book["Cập nhật"], columns(book["Cập nhật"])
    found = {
        str(area.sqref): [rule.formula[0] for rule in coloured]
        for area, coloured in sheet.conditional_formatting._cf_rules.items()  # noqa: SLF001 - openpyxl has no public way to the rules
    }
    last = FIRST_ROW + len(ROWS) - 1
    for name in ("progress", "completed_date", "result_summary"):
        letter = sheet.cell(1, at[name]).column_letter
        assert found[f"{letter}{FIRST_ROW}:{letter}{last}"], name
    progress = sheet.cell(1, at["progress"]).column_letter
    done = sheet.cell(1, at["completed_date"]).column_letter
    wrong, missing = found[f"{done}{FIRST_ROW}:{done}{last}"]
    assert f"NOT(ISNUMBER({done}6))" in wrong
    assert f'TRIM(${progress}6)="Đã hoàn thành"' in missing


def test_header_stays_in_sight_and_prints_on_every_page(book: Opened) -> None:
    sheet = book["Cập nhật"]
    assert sheet.freeze_panes == "D6"
    assert sheet.auto_filter.ref == f"A5:{sheet.cell(1, len(update_columns())).column_letter}{FIRST_ROW + 2}"
    assert sheet.print_title_rows == "$1:$5"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert "&P/&N" in str(sheet.oddFooter.right.text)


def test_missing_tasks_get_white_rows_with_the_columns_of_the_schema(book: Opened) -> None:
    sheet = book["Nhiệm vụ thiếu"]
    assert list(columns(sheet)) == [spec.name for spec in assignment_spec().shown_on("missing")]
    lines = range(FIRST_ROW, FIRST_ROW + 20)
    assert not any(sheet.cell(line, column).protection.locked for line in lines for column in columns(sheet).values())


def test_the_round_report_has_one_line_for_each_field_with_its_name_beside(book: Opened) -> None:
    sheet = book["Báo cáo"]
    assert sheet.column_dimensions["A"].hidden
    for line, spec in enumerate(round_report_spec().fields, FIRST_ROW):
        assert (sheet.cell(line, 1).value, sheet.cell(line, 2).value) == (spec.name, spec.header("vi"))
        assert not sheet.cell(line, 3).protection.locked
        assert rules(sheet, f"C{line}")


def test_the_guide_explains_every_column_of_the_unit_and_says_when_and_to_whom(book: Opened) -> None:
    guide = texts(book["Hướng dẫn"])
    for spec in update_columns():
        if spec.owner is Owner.UNIT:
            assert spec.header("vi") in guide
            assert spec.help["vi"] in guide
    assert "chậm nhất ngày 19/06/2026 (Điều 20.1)" in guide
    assert "Phòng Tổng hợp" in guide
    assert "Khi «Tình trạng» là: Đã hoàn thành hoặc Đang thực hiện, có vướng mắc" in guide


def test_a_field_is_found_where_it_is_drawn(book: Opened) -> None:
    place = update_place(view(), "NV-2026-00003", "result_document")
    assert place is not None
    assert book["Cập nhật"].cell(place.row + 1, place.column + 1).value == "5/2018"
    assert update_place(view(), "NV-2026-00099", "progress") is None
    assert update_place(view(), "NV-2026-00001", "quality") is None


def test_the_same_view_gives_the_same_bytes(tmp_path: Path) -> None:
    draw_unit_book(view(), tmp_path / "a.xlsx")
    draw_unit_book(view(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_unit_without_tasks_gets_a_workbook_that_says_so(tmp_path: Path) -> None:
    draw_unit_book(view(rows=()), tmp_path / "a.xlsx")
    sheet = opened(tmp_path / "a.xlsx")["Cập nhật"]
    assert "không có nhiệm vụ phải cập nhật" in str(sheet["B3"].value)
    assert sheet.max_row == CAPTION_ROW


def test_an_english_workbook_has_english_captions_and_the_same_field_names(tmp_path: Path) -> None:
    draw_unit_book(view(lang="en"), tmp_path / "a.xlsx")
    sheet = opened(tmp_path / "a.xlsx")["Update"]
    assert list(columns(sheet)) == [spec.name for spec in update_columns()]
    assert sheet.cell(CAPTION_ROW, columns(sheet)["progress"]).value == "Progress"


def test_an_empty_template_has_no_rows_no_identity_and_open_cells(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    draw_blank("Quy chế theo dõi nhiệm vụ", "vi", path, spare_rows=30, colours=DEFAULT_COLOURS)
    book = opened(path)
    assert "_tdnv" not in book.sheetnames
    assert "_tdnv_token" not in book.defined_names
    sheet = book["Cập nhật"]
    cells = [cell for line in sheet.iter_rows(min_row=FIRST_ROW) for cell in line]
    assert len(cells) == 30 * len(update_columns())
    assert not any(cell.value is not None or cell.protection.locked for cell in cells)
    assert "Quy chế theo dõi nhiệm vụ" in texts(book["Hướng dẫn"])
