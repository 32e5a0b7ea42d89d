"""The register that is drawn can be opened, read, printed and trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import openpyxl
import pytest

from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.records import Assignment, Key, Proposal, Unit
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.register_rows import FIRST_ROW, HEADER_ROW, ID_ROW
from tdnv_sheets.render.register_tasks import TABLE_NAME
from tdnv_sheets.render.view import ConflictRow, LogRow, RegisterView, Row
from tdnv_sheets.rules.judgement import Alert, Judgement, Status, Timeliness
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.sheetspec import assignment_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.records import Value

Opened: TypeAlias = Any
"""openpyxl's books, sheets and cells: its cells may be of ten types, which the assertions tell apart."""
AS_OF = date(2026, 6, 19)
STAMP = "tdnv1.register.r17.c2lnbmVkLXN0YW1w.9f8e7d6c5b4a"
UNITS = (
    Unit("cctl", "Chi cục Thủy lợi", ("CCTL",), "Chi cục"),
    Unit("cctt", "Chi cục Trồng trọt và Bảo vệ thực vật", ("CC TT&BVTV",), "Chi cục"),
    Unit("cccn", "Chi cục Chăn nuôi và Thú y", (), "Chi cục"),
    Unit("cckl", "Chi cục Kiểm lâm", (), "Chi cục"),
    Unit("ttkn", "Trung tâm Khuyến nông", (), "Trung tâm"),
    Unit("pkhtc", "Phòng Kế hoạch - Tài chính", ("P.KHTC",), "Phòng"),
    Unit("pqlxd", "Phòng Quản lý xây dựng công trình", (), "Phòng", draft=True),
    Unit("vp-cu", "Văn phòng Điều phối (đã giải thể)", valid_to=date(2025, 2, 28), successor="pkhtc"),
)
ASSIGNERS = ("UBND tỉnh", "Chủ tịch UBND tỉnh", "Giám đốc Sở", "Bộ, ngành Trung ương")
CONTENTS = (
    "Rà soát, tham mưu văn bản triển khai phương án phòng, chống thiên tai và tìm kiếm cứu nạn năm 2026 trên địa bàn tỉnh; báo cáo kết quả về Văn phòng Sở",
    "Báo cáo tiến độ giải ngân vốn đầu tư công 6 tháng đầu năm",
    "=1+1 không phải là công thức mà là nội dung do đơn vị gõ",
    "Kiểm tra công tác tiêm phòng vắc xin cho đàn gia súc tại các xã biên giới",
    "Tham mưu kế hoạch trồng rừng thay thế, phân bổ chỉ tiêu cho các ban quản lý rừng phòng hộ",
    "Cung cấp số liệu diện tích lúa vụ Đông Xuân",
)


def judgement(status: Status, left: int | None = None, *alerts: Alert, awaiting: bool = False) -> Judgement:
    deadline = (
        None if "undated" in status.value else date(2026, 6, 19 + (left or 0)) if left and -18 < left < 12 else None
    )
    return Judgement(status, Timeliness.IN_TIME, deadline, left, None, awaiting, alerts, 0, date(2026, 6, 3))


JUDGED = (
    judgement(Status.OPEN_OVERDUE, -9, Alert.EXPLANATION_MISSING),
    judgement(Status.OPEN_IN_TIME, 3, Alert.DUE_SOON),
    judgement(Status.COMPLETED_ON_TIME),
    judgement(Status.COMPLETED_LATE),
    judgement(Status.OPEN_UNDATED, None, Alert.STALE),
    judgement(Status.OPEN_IN_TIME, 11, Alert.AWAITING_CONFIRMATION, Alert.EXTENSION_ASKED, awaiting=True),
    judgement(Status.OPEN_OVERDUE, -15),
    judgement(Status.COMPLETED_UNDATED),
    judgement(Status.WITHDRAWN),
    judgement(Status.NOT_COMPLETED, -2),
    judgement(Status.TRANSFERRED),
)
REPORTS: tuple[dict[str, Value], ...] = (
    {"progress": "blocked", "difficulty": "Chưa có hướng dẫn của Bộ về định mức kinh tế - kỹ thuật; thiếu kinh phí."},
    {"progress": "in_progress", "result_summary": "Đã có dự thảo, đang lấy ý kiến các đơn vị."},
    {
        "progress": "done",
        "result_summary": "Đã tham mưu Sở ban hành văn bản.",
        "result_kind": "result",
        "result_document": "45/BC-CCTL",
        "result_date": date(2026, 6, 10),
        "completed_date": date(2026, 6, 10),
        "decision": "confirmed",
    },
    {"progress": "not_started"},
)


def register_row(index: int) -> Row:
    number = 120 + index
    unit = UNITS[index % 6].code
    fields: dict[str, Value] = {
        "document_number": f"{number}/UBND-NNTN",
        "document_type": "Công văn",
        "document_date": date(2026, 4, 1 + index % 28),
        "document_summary": "V/v tăng cường các biện pháp phòng, chống hạn hán, thiếu nước vụ Hè Thu năm 2026",
        "issuing_authority": "UBND tỉnh",
        "urgency": ("normal", "urgent", "express")[index % 3],
        "assigner": ASSIGNERS[index % 3] if index % 7 else None,
        "task_content": CONTENTS[index % len(CONTENTS)],
        "report_required": "yes",
        "coordinating_units": "Phòng Kế hoạch - Tài chính; Chi cục Kiểm lâm" if index % 2 else None,
        "monitor": "Phòng Tổng hợp",
        "assigned_date": date(2026, 4, 2 + index % 28),
        "deadline_text": "trước ngày 20/6/2026",
        "deadline": date(2026, 6, 19),
        "extra:Lãnh đạo phụ trách": "Phó Giám đốc",
        "extra:Ghi chú": "cột trùng tên",
        **REPORTS[index % len(REPORTS)],
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return Row(Assignment(Key(f"NV-2026-{number:05}", unit), given), JUDGED[index % len(JUDGED)])


def register_view(count: int = 30, lang: str = "vi") -> RegisterView:
    at = datetime(2026, 6, 18, 9, 30)  # noqa: DTZ001 - office clocks
    rows = tuple(register_row(index) for index in range(count))
    key = Key("NV-2026-00121", "cctt")
    return RegisterView(
        office="Văn phòng Sở Nông nghiệp và Phát triển nông thôn",
        regulation_title="Quy chế theo dõi, đôn đốc, kiểm tra việc thực hiện nhiệm vụ năm 2022",
        assigners=ASSIGNERS,
        lang=lang,
        as_of=AS_OF,
        revision=17,
        token=STAMP,
        rows=rows,
        counted=rows,
        extra_headers=("Lãnh đạo phụ trách", "Ghi chú"),
        units=UNITS,
        conflicts=(
            ConflictRow(3, key, "progress", "not_started", "in_progress", "done", "CCTT_thang6.xlsx", at, "ab12"),
            ConflictRow(
                4, key, "completed_date", None, date(2026, 6, 1), date(2026, 6, 9), "CCTT_thang6.xlsx", at, "cd34"
            ),
        ),
        log=(LogRow(17, at, "CCTT", "CCTT_thang6.xlsx", key, "result_summary", None, "@Đã có dự thảo"),),
        proposals=(
            Proposal(
                8, "ttkn", {"task_content": "+ Tập huấn khuyến nông", "document_number": "5/2018"}, "TTKN.xlsx", at
            ),
        ),
        due_soon_days=5,
        spare_rows=10,
        colours=DEFAULT_COLOURS,
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "so-theo-doi.xlsx"
    draw_register(register_view(), path)
    return path


@pytest.fixture(scope="module")
def book(drawn: Path) -> Opened:
    return openpyxl.load_workbook(drawn)


def column(sheet: Opened, field: str) -> int:
    return int(next(cell.column for cell in sheet[ID_ROW + 1] if cell.value == field))


def cell(sheet: Opened, index: int, field: str) -> Opened:
    return sheet.cell(FIRST_ROW + 1 + index, column(sheet, field))


def test_sheets_stand_in_the_order_of_the_design(book: Opened) -> None:
    assert book.sheetnames == [
        "Tổng quan",
        "Nhiệm vụ",
        "Quá hạn",
        "Việc đến hạn",
        "Theo đơn vị",
        "Theo nguồn giao",
        "Báo cáo định kỳ",
        "Xung đột",
        "Đề xuất",
        "Nhật ký",
        "_so_lieu",
        "_danh_muc",
        "_tdnv",
    ]
    assert [book[name].sheet_state for name in ("_danh_muc", "_tdnv")] == ["hidden", "veryHidden"]


def test_every_field_of_the_register_stands_under_its_id_and_caption(book: Opened) -> None:
    sheet = book["Nhiệm vụ"]
    ids = [cell.value for cell in sheet[ID_ROW + 1]]
    captions = [cell.value for cell in sheet[HEADER_ROW + 1]]
    specs = assignment_spec().shown_on("register")
    assert ids == [spec.name for spec in specs] + ["extra:Lãnh đạo phụ trách", "extra:Ghi chú"]
    assert captions[: len(specs)] == [spec.header("vi") for spec in specs]
    assert sheet.row_dimensions[ID_ROW + 1].hidden


def test_a_column_of_the_office_named_like_one_of_ours_gets_a_caption_of_its_own(book: Opened) -> None:
    sheet = book["Nhiệm vụ"]
    assert sheet.cell(HEADER_ROW + 1, column(sheet, "extra:Ghi chú")).value == "Ghi chú (2)"


def test_values_are_shown_as_names_labels_and_days(book: Opened) -> None:
    sheet = book["Nhiệm vụ"]
    assert cell(sheet, 0, "unit").value == "Chi cục Thủy lợi"
    assert cell(sheet, 0, "progress").value == "Đang thực hiện, có vướng mắc"
    assert cell(sheet, 0, "status").value == "Chưa hoàn thành, quá hạn"
    assert cell(sheet, 0, "days_left").value == -9
    assert cell(sheet, 0, "document_date").value == datetime(2026, 4, 1)  # noqa: DTZ001 - a cell has no time zone
    assert cell(sheet, 0, "document_date").number_format == "dd/mm/yyyy"
    assert cell(sheet, 0, "extra:Lãnh đạo phụ trách").value == "Phó Giám đốc"
    expected = "; ".join(area("alerts")[code]["vi"] for code in ("awaiting-confirmation", "extension-asked"))
    assert cell(sheet, 5, "alerts").value == expected


def test_no_text_becomes_a_formula(book: Opened) -> None:
    sheet = book["Nhiệm vụ"]
    assert cell(sheet, 2, "task_content").value.startswith("=1+1")
    assert cell(sheet, 2, "task_content").data_type == "s"
    assert cell(sheet, 2, "task_content").quotePrefix
    assert book["Nhật ký"]["I5"].value == "@Đã có dự thảo"
    formulas = {(s.title, c.value) for s in book for row in s.iter_rows() for c in row if c.data_type == "f"}
    assert {title for title, _ in formulas} == {"Theo đơn vị", "Theo nguồn giao"}
    assert all(formula.startswith("=SUM(") for _, formula in formulas)


def test_the_table_holds_the_assignments_and_the_empty_rows_below_are_checked_too(book: Opened) -> None:
    sheet = book["Nhiệm vụ"]
    last = FIRST_ROW + 30
    assert sheet.tables[TABLE_NAME].ref == f"A{HEADER_ROW + 1}:BA{last}"
    assert sheet.freeze_panes == f"C{FIRST_ROW + 1}"
    checked = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    letter = sheet.cell(1, column(sheet, "progress")).column_letter
    rule = checked[f"{letter}{FIRST_ROW + 1}:{letter}{last + 10}"]
    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("list", "ds_progress", True)
    assert {rule.formula1 for rule in checked.values() if rule.type == "list"} >= {
        "ds_unit",
        "ds_assigner",
        "ds_decision",
    }
    assert sum(rule.type == "date" for rule in checked.values()) == 12  # the as-of cell too


def test_lists_stand_on_the_hidden_sheet_under_defined_names(book: Opened) -> None:
    target = book.defined_names["ds_unit"].attr_text
    sheet, _, place = target.replace("'", "").partition("!")
    names = [row[0].value for row in book[sheet][place.replace("$", "")]]
    assert names == [unit.name for unit in UNITS[:-1]]


def test_rows_are_coloured_by_the_words_of_the_status(book: Opened) -> None:
    rules = [rule for found in book["Nhiệm vụ"].conditional_formatting for rule in found.rules]
    disputed = [rule for rule in rules if '"NV-2026-00121"' in rule.formula[0]]
    assert len(rules) - len(disputed) == 6
    assert [rule.priority for rule in disputed] == [1, 2]  # before the colours of rows
    assert any("Chưa hoàn thành, quá hạn" in rule.formula[0] for rule in rules)
    assert {rule.dxf.fill.bgColor.rgb[-6:] for rule in rules} >= {
        DEFAULT_COLOURS["overdue"],
        DEFAULT_COLOURS["due_soon"],
    }


def test_the_identity_is_carried_three_times(book: Opened) -> None:
    assert book["_tdnv"]["A1"].value == STAMP
    assert book.defined_names["_tdnv_token"].attr_text == f'"{STAMP}"'
    assert [(p.name, p.value) for p in book.custom_doc_props.props] == [("tdnv", STAMP)]


def test_overdue_rows_stand_most_overdue_first_and_lead_to_their_row(book: Opened) -> None:
    sheet = book["Quá hạn"]
    days = [row[0].value for row in sheet.iter_rows(min_row=5, min_col=8, max_col=8)]
    assert days == sorted(days, reverse=True)
    assert days[0] == 15
    assert sheet["B5"].hyperlink.location == f"'Nhiệm vụ'!A{FIRST_ROW + 7}"


def test_figures_add_up_and_carry_their_sums_for_readers_that_do_not_calculate(drawn: Path) -> None:
    values: Opened = openpyxl.load_workbook(drawn, data_only=True)
    for name in ("Theo đơn vị", "Theo nguồn giao"):
        rows = list(values[name].iter_rows(min_row=4, values_only=True))
        end = next(index for index, row in enumerate(rows) if row[1] == "Cộng")
        assert rows[end][2] == 30
        assert all(row[2] == sum(row[3:12]) for row in rows[: end + 1])
        assert all(rows[end][c] == sum(row[c] for row in rows[:end]) for c in range(2, 14))


def test_a_conflict_names_itself_to_the_reader_in_hidden_columns(book: Opened) -> None:
    sheet = book["Xung đột"]
    ids = {cell.value: cell.column for cell in sheet[3] if cell.value}
    assert set(ids) == {"number", "choice", "other", "reason", "fingerprint"}
    assert [sheet.cell(5, ids[name]).value for name in ("number", "fingerprint", "choice")] == [3, "ab12", None]
    seen = [cell.value for cell in sheet[5]][4:8]
    assert seen == ["Tình trạng", "Chưa thực hiện", "Đang thực hiện", "Đã hoàn thành"]
    assert sheet.column_dimensions[sheet.cell(3, ids["number"]).column_letter].hidden
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ["ds_chon"]


def test_a_proposal_keeps_its_words_as_text(book: Opened) -> None:
    sheet = book["Đề xuất"]
    ids = {cell.value: cell.column for cell in sheet[3] if cell.value}
    assert sheet.cell(5, ids["document_number"]).value == "5/2018"
    assert sheet.cell(5, ids["task_content"]).value == "+ Tập huấn khuyến nông"
    assert sheet.cell(5, ids["number"]).value == 8


def test_an_empty_register_is_friendly_and_says_that_nothing_waits(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    view = replace(register_view(0), conflicts=(), proposals=(), log=(), units=(), assigners=())
    draw_register(view, path)
    book = openpyxl.load_workbook(path)
    assert "Đề xuất" not in book.sheetnames
    assert book["Xung đột"]["A5"].value == "Không có xung đột nào cần giải quyết."
    assert book["Quá hạn"]["A5"].value == "Không có nhiệm vụ nào quá hạn."
    assert book["Nhiệm vụ"].tables[TABLE_NAME].ref == f"A{HEADER_ROW + 1}:BA{FIRST_ROW + 1}"


def test_the_english_register_speaks_english(tmp_path: Path) -> None:
    path = tmp_path / "en.xlsx"
    draw_register(register_view(5, "en"), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:2] == ["Overview", "Tasks"]
    assert cell(book["Tasks"], 0, "status").value == "Open, overdue"


def test_the_same_view_gives_the_same_bytes(tmp_path: Path, drawn: Path) -> None:
    draw_register(register_view(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == drawn.read_bytes()


def test_ten_thousand_rows_are_all_there(tmp_path: Path) -> None:
    view = register_view(10_000)
    draw_register(view, tmp_path / "large.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "large.xlsx")["Nhiệm vụ"]
    ids = [row[0] for row in sheet.iter_rows(min_row=6, max_col=1, values_only=True) if row[0]]
    assert ids == [row.assignment.key.task_id for row in view.rows]


def test_libreoffice_opens_and_prints_it(drawn: Path, libreoffice: Callable[[Path, str], Path]) -> None:
    assert libreoffice(drawn, "pdf").read_bytes().startswith(b"%PDF")
