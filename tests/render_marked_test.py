from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from tdnv_sheets.findings import Finding, Level, Severity
from tdnv_sheets.grid import Sheet
from tdnv_sheets.messages.catalogue import finding_copy, finding_fix, finding_hint, finding_text, found
from tdnv_sheets.render import marked_sent
from tdnv_sheets.render.marked import draw_marked
from tdnv_sheets.render.template import draw_unit_book
from tdnv_sheets.render.view import MarkedView
from tdnv_sheets.settings import DEFAULT_COLOURS
from tests.conftest import TODAY, SmallOffice, fill, place
from tests.conftest import run as run_anywhere
from tests.mutations_files_test import rewritten
from tests.render_template_test import FIRST_ROW, SIGNED, Opened, columns, opened, view

if TYPE_CHECKING:
    from pathlib import Path


UPDATE, MISSING, REPORT = "Cập nhật", "Nhiệm vụ thiếu", "Báo cáo"
CELL, CROSS = Level.CELL, Level.CROSS
ERROR, WARNING, FIXED = Severity.ERROR, Severity.WARNING, Severity.FIXED


def finding(
    code: str, severity: Severity, level: Level, at: tuple[str, str, int], told: tuple[str, str], **values: str
) -> Finding:
    sheet, cell, row = at
    column, value = told
    return Finding(code, severity, level, sheet, cell, row, column, value, MappingProxyType(values))


# The addresses are those of the file received, in which the unit had sorted the rows another way.
BAD_DATE = finding("not-a-date", ERROR, CELL, (UPDATE, "S12", 12), ("Ngày hoàn thành", "31/02/2026"))
BAD_ORDER = finding(
    "date-order",
    ERROR,
    CROSS,
    (UPDATE, "S12", 12),
    ("Ngày hoàn thành", "31/02/2026"),
    other="Ngày giao",
    other_value="04/05/2026",
)
BAD_CHOICE = finding(
    "not-in-list", ERROR, CELL, (UPDATE, "N11", 11), ("Tình trạng", "Gần xong"), choices="Chưa thực hiện; Đã hoàn thành"
)
EMPTY = finding("required", ERROR, CROSS, (UPDATE, "O12", 12), ("Tình hình, kết quả", ""), because="")
FUTURE = finding(
    "future-date", WARNING, CELL, (UPDATE, "R10", 10), ("Ngày văn bản kết quả", "30/12/2026"), as_of="15/06/2026"
)
LOCKED = finding(
    "locked-cell-changed", ERROR, CELL, (UPDATE, "C11", 11), ("Thời hạn", "14/09/2026"), issued="14/03/2026"
)
FOREIGN = finding(
    "foreign-row",
    ERROR,
    Level.ROW,
    (UPDATE, "A14", 14),
    ("Mã nhiệm vụ", "NV-2026-00999"),
    task="NV-2026-00999",
)
READ = finding("date-as-text", FIXED, CELL, (UPDATE, "S10", 10), ("Ngày hoàn thành", "28.5.2026"), day="28/05/2026")
NO_CONTENT = finding("required", ERROR, CELL, (MISSING, "C7", 7), ("Nội dung nhiệm vụ", ""), because="")
MOVED = finding("not-a-date", ERROR, CELL, (MISSING, "B9", 9), ("Ngày ban hành", "hôm kia"))
BAD_REPORT = finding("not-a-date", ERROR, CELL, (REPORT, "C8", 8), ("Ngày báo cáo", "hôm qua"))

FINDINGS = (
    (READ, "NV-2026-00003", "completed_date"),
    (BAD_DATE, "NV-2026-00002", "completed_date"),
    (BAD_CHOICE, "NV-2026-00001", "progress"),
    (EMPTY, "NV-2026-00002", "result_summary"),
    (FUTURE, "NV-2026-00003", "result_date"),
    (BAD_ORDER, "NV-2026-00002", "completed_date"),
    (LOCKED, "NV-2026-00001", "deadline"),
    (FOREIGN, "NV-2026-00999", ""),
    (NO_CONTENT, "", ""),
    (MOVED, "", ""),
    (BAD_REPORT, "", "report_date"),
)
TYPED: dict[tuple[str, str], object] = {
    ("NV-2026-00001", "progress"): "Gần xong",
    ("NV-2026-00002", "progress"): "done",
    ("NV-2026-00002", "completed_date"): "31/02/2026",
    ("NV-2026-00003", "result_summary"): '=HYPERLINK("http://example.vn")',
    ("NV-2026-00001", "result_summary"): None,
    ("NV-2026-00001", "deadline"): "14/09/2026",
}


def marked(findings: tuple[tuple[Finding, str, str], ...] = FINDINGS) -> MarkedView:
    return MarkedView(
        book=view(),
        typed=TYPED,
        stray=((14, {"task_content": "=Dòng tự thêm", "progress": "Đã hoàn thành"}),),
        missing_rows=(
            {"document_number": "9/TB-SNN", "task_content": "Rà soát giá nước"},
            {"document_number": "10/TB-SNN"},
        ),
        report={"signer": "Chi cục trưởng", "report_date": "hôm qua", "no_change": "no"},
        sent=(),
        findings=findings,
        file="Cap nhat CCTL thang 6.xlsx",
    )


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    path = tmp_path_factory.mktemp("marked") / "marked.xlsx"
    draw_marked(marked(), path)
    return opened(path)


def cell_of(book: Opened, number: int, field: str) -> Opened:
    sheet = book[UPDATE]
    return sheet.cell(FIRST_ROW + number - 1, columns(sheet)[field])


def colour(cell: Opened) -> str:
    return str(cell.fill.fgColor.rgb)[2:]


def listed(book: Opened) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in line) for line in book["Cần sửa"].iter_rows(min_row=8)]


def test_the_list_of_what_to_correct_comes_first_and_is_the_only_open_sheet(book: Opened) -> None:
    assert book.sheetnames[0] == "Cần sửa"
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == ["Cần sửa"]


def test_the_copy_carries_the_identity_of_the_workbook_issued(book: Opened) -> None:
    assert book.custom_doc_props["tdnv"].value == SIGNED
    assert book["_tdnv"]["A1"].value == SIGNED


def test_white_cells_hold_what_the_unit_typed_as_it_typed_it(book: Opened) -> None:
    assert cell_of(book, 1, "progress").value == "Gần xong"
    assert cell_of(book, 2, "progress").value == "Đã hoàn thành"
    bad = cell_of(book, 2, "completed_date")
    assert (bad.value, bad.data_type) == ("31/02/2026", "s")
    inert = cell_of(book, 3, "result_summary")
    assert (inert.value, inert.data_type) == ('=HYPERLINK("http://example.vn")', "s")
    assert cell_of(book, 1, "result_summary").value is None


def test_office_cells_show_the_register_again(book: Opened) -> None:
    deadline = cell_of(book, 1, "deadline")
    assert deadline.is_date
    assert f"{deadline.value:%d/%m/%Y}" == "14/03/2026"


def test_wrong_cells_are_coloured_and_say_what_to_do(book: Opened) -> None:
    cell = cell_of(book, 1, "progress")
    assert colour(cell) == DEFAULT_COLOURS["wrong_cell"]
    assert cell.comment is not None
    assert finding_text(BAD_CHOICE, "vi") in cell.comment.text
    assert finding_fix(BAD_CHOICE, "vi") in cell.comment.text
    assert not cell.protection.locked
    assert colour(cell_of(book, 2, "result_summary")) == DEFAULT_COLOURS["wrong_cell"]


def test_several_findings_on_one_cell_make_one_mark(book: Opened) -> None:
    comment = cell_of(book, 2, "completed_date").comment
    assert comment is not None
    assert finding_text(BAD_DATE, "vi") in comment.text
    assert finding_text(BAD_ORDER, "vi") in comment.text


def test_a_doubtful_cell_has_the_colour_of_warnings_and_a_repaired_one_has_none(book: Opened) -> None:
    assert colour(cell_of(book, 3, "result_date")) == DEFAULT_COLOURS["warning_cell"]
    repaired = cell_of(book, 3, "completed_date")
    assert colour(repaired) == DEFAULT_COLOURS["unit_cell"]
    assert repaired.comment is None


def test_cells_that_nobody_complained_about_are_not_marked(book: Opened) -> None:
    marked_cells = {cell.coordinate for line in book[UPDATE].iter_rows() for cell in line if cell.comment}
    wanted = {
        cell_of(book, number, field).coordinate
        for number, field in (
            (1, "progress"),
            (1, "deadline"),
            (2, "completed_date"),
            (2, "result_summary"),
            (3, "result_date"),
        )
    }
    assert marked_cells == wanted


def test_links_lead_to_the_cells_of_this_workbook(book: Opened) -> None:
    sheet = book["Cần sửa"]
    links = {cell.coordinate: cell.hyperlink for line in sheet.iter_rows(min_row=8) for cell in line if cell.hyperlink}
    targets = {str(link.location) for link in links.values() if link}
    assert f"'{UPDATE}'!{cell_of(book, 2, 'completed_date').coordinate}" in targets
    assert f"'{MISSING}'!C7" in targets
    assert f"'{REPORT}'!C8" in targets
    for coordinate, link in links.items():
        assert link is not None
        assert str(link.location).endswith(f"!{sheet[coordinate].value}")


def test_what_is_not_drawn_again_keeps_the_place_it_had(book: Opened) -> None:
    foreign = next(line for line in listed(book) if line[4] == "NV-2026-00999")
    assert foreign[3] == "A14 (tệp gốc)"
    assert "«Dòng chưa nhận»" in str(foreign[8])
    moved = next(line for line in listed(book) if line[6] == "hôm kia")
    assert moved[2:4] == (MISSING, "B9 (tệp gốc)")


def test_the_list_says_every_finding_once_errors_before_warnings_before_repairs(book: Opened) -> None:
    kinds = [line[1] for line in listed(book) if line[1]]
    assert kinds == ["Phải sửa"] * 9 + ["Cần xem lại"] + ["Đã tự chỉnh"]
    lines = [line for line in listed(book) if line[1]]
    assert [line[0] for line in lines] == list(range(1, 12))
    assert {line[7] for line in lines} == {finding_text(found, "vi") for found, _, _ in FINDINGS}
    heading = [line[0] for line in listed(book) if not line[1]]
    assert len(heading) == 1
    assert "tự chỉnh" in str(heading[0])


def test_a_hint_stands_under_what_to_do_where_its_kind_of_mistake_is_listed_first(book: Opened) -> None:
    hint = finding_hint(BAD_DATE, "vi")
    lines = [str(line[8]) for line in listed(book) if line[6] in {"31/02/2026", "hôm kia", "hôm qua"}]
    assert lines[0] == f"{finding_fix(BAD_DATE, 'vi')}\nGợi ý: {hint}"
    assert [hint in line for line in lines].count(True) == 1
    assert [finding_fix(BAD_DATE, "vi") in line for line in lines].count(True) == 3


def test_the_summary_counts_cells_verbs_first(book: Opened) -> None:
    assert book["Cần sửa"]["A4"].value == (
        "Cần điền 2 ô còn thiếu, sửa 3 ngày, chọn lại 1 ô theo danh sách, xem lại 2 chỗ tệp này đã chỉnh sẵn,"
        " xem lại 1 chỗ cần lưu ý."
        " Chương trình đã tự chỉnh 1 chỗ, liệt kê ở cuối."
    )


def test_missing_tasks_and_the_round_report_come_back_as_filled(book: Opened) -> None:
    missing, report = book[MISSING], book[REPORT]
    assert [missing.cell(FIRST_ROW, column).value for column in (1, 3)] == ["9/TB-SNN", "Rà soát giá nước"]
    assert missing.cell(FIRST_ROW + 1, 3).comment is not None
    assert report["C6"].value == "Chi cục trưởng"
    assert report["C8"].value == "hôm qua"
    assert report["C8"].comment is not None
    assert report["C9"].value == "Không"


def test_a_copy_without_anything_to_do_says_so(tmp_path: Path) -> None:
    draw_marked(marked(findings=()), tmp_path / "a.xlsx")
    assert opened(tmp_path / "a.xlsx")["Cần sửa"]["A4"].value == "Không có chỗ nào phải sửa."


def test_row_captions_and_field_names_stand_where_the_issued_workbook_has_them(book: Opened, tmp_path: Path) -> None:
    draw_unit_book(view(), tmp_path / "issued.xlsx")
    issued = opened(tmp_path / "issued.xlsx")[UPDATE]
    assert columns(book[UPDATE]) == columns(issued)
    for line in range(FIRST_ROW, FIRST_ROW + 3):
        assert book[UPDATE].cell(line, 1).value == issued.cell(line, 1).value


def test_the_same_view_gives_the_same_marked_bytes(tmp_path: Path) -> None:
    draw_marked(marked(), tmp_path / "a.xlsx")
    draw_marked(marked(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_rows_that_have_no_place_are_kept_on_a_sheet_of_their_own(book: Opened) -> None:
    rows = list(book["Dòng chưa nhận"].iter_rows(values_only=True))
    captions, (first, *rest) = rows[3], rows[4:]
    assert first[0] == 14
    assert first[captions.index("Nội dung nhiệm vụ")] == "=Dòng tự thêm"
    assert first[captions.index("Tình trạng")] == "Đã hoàn thành"
    assert rest == []
    cell = book["Dòng chưa nhận"].cell(5, captions.index("Nội dung nhiệm vụ") + 1)
    assert cell.data_type == "s"


def test_where_the_copy_has_put_something_right_it_says_so_instead_of_what_to_do(book: Opened) -> None:
    (line,) = [line for line in listed(book) if line[7] == finding_text(LOCKED, "vi")]
    assert line[8] == finding_copy(LOCKED, "vi") != finding_fix(LOCKED, "vi")
    comment = cell_of(book, 1, "deadline").comment
    assert comment is not None
    assert finding_copy(LOCKED, "vi") in comment.text


def test_what_was_not_looked_at_is_said_above_the_list_and_not_among_what_needs_nothing(tmp_path: Path) -> None:
    lost = found("missing-column", UPDATE, column="Ngày hoàn thành")
    rest = found("levels-not-checked", values={"steps_vi": "nội dung từng ô", "steps_en": "cells"})
    draw_marked(marked(((lost, "", ""), (rest, "", ""))), tmp_path / "a.xlsx")
    drawn = opened(tmp_path / "a.xlsx")
    assert drawn["Cần sửa"]["A6"].value == f"Lưu ý: {finding_text(rest, 'vi')}"
    assert [line[7] for line in listed(drawn)] == [finding_text(lost, "vi")]
    assert drawn["Cần sửa"]["A4"].value == "Cần xem lại 1 chỗ tệp này đã chỉnh sẵn."


def test_both_rows_of_one_task_are_one_line_of_the_list(tmp_path: Path) -> None:
    values = {"task": "NV-2026-00001", "rows": "10, 15"}
    twice = [found("duplicate-row", UPDATE, f"A{row}", row, column="Mã nhiệm vụ", values=values) for row in (10, 15)]
    draw_marked(marked(tuple((finding, "NV-2026-00001", "task_id") for finding in twice)), tmp_path / "a.xlsx")
    assert [line[7] for line in listed(opened(tmp_path / "a.xlsx"))] == [finding_text(twice[0], "vi")]


ONE, TWO, FOUR = "NV-2026-00001", "NV-2026-00002", "NV-2026-00004"


def said(desk: SmallOffice, path: Path, annotate: Path) -> set[tuple[str, str]]:
    options = ("-C", desk.root, "--as-of", TODAY.isoformat(), "--lang", "vi")
    answer = run_anywhere(*options, "validate", path, "--annotate", annotate, "--format", "json").json[0]
    return {(finding["code"], finding["cell"]) for finding in answer["findings"]}


def test_a_copy_sent_back_as_it_is_says_the_same_again(office: SmallOffice, tmp_path: Path) -> None:
    doing = {"progress": "in_progress"}
    sent = fill(
        office.issue("cctl"),
        {
            ONE: doing | {"result_document": date(2018, 5, 1), "completed_date": "31/02/2026"},
            TWO: doing | {"result_summary": "#REF!"},
            FOUR: {"progress": "done"},
        },
    )
    before = said(office, sent, tmp_path / "marked")
    (copy,) = (tmp_path / "marked").iterdir()

    assert {code for code, _ in before} == {"number-became-date", "not-a-date", "error-value", "required-because"}
    assert said(office, copy, tmp_path / "again") == before


def test_words_in_an_old_font_stay_in_it_so_that_they_are_never_taken_as_they_look(
    office: SmallOffice, tmp_path: Path
) -> None:
    coded, plain = "Hoµn thµnh viÖc kiÓm tra", "Đang thực hiện"
    words = {ONE: {"result_summary": coded}, TWO: {"result_summary": plain}, FOUR: {"result_summary": coded}}
    sent = fill(office.issue("cctl"), {task: cells | {"progress": "in_progress"} for task, cells in words.items()})
    book = load_workbook(sent)
    book["Cập nhật"][place(sent, ONE, "result_summary")].font = Font(name=".VnTime")
    book.save(sent)
    before = said(office, sent, tmp_path / "marked")
    (copy,) = (tmp_path / "marked").iterdir()

    again = said(office, copy, tmp_path / "again")

    assert ("legacy-encoding", place(sent, ONE, "result_summary")) in before
    assert load_workbook(copy)["Cập nhật"][place(copy, ONE, "result_summary")].font.name == ".VnTime"
    assert {cell for code, cell in again if code.startswith("legacy")} == {c for code, c in before if "legacy" in code}


def test_a_sheet_too_large_to_be_repeated_whole_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_sent, "MOST_CELLS", 4)
    sent = Sheet("Bảng riêng", (("a", "b", "c"), ("d", None, "e"), ("g", "h", "i")))
    draw_marked(replace(marked(), sent=(sent,)), tmp_path / "marked.xlsx")

    sheet = opened(tmp_path / "marked.xlsx")["Đã gửi 1"]

    assert [cell.value for row in sheet.iter_rows(min_row=4) for cell in row if cell.value] == ["a", "b", "c", "d"]
    assert sheet["A3"].value == (
        "Trang này có 8 ô có chữ; ở đây chỉ chép lại 4 ô đầu. Phần còn lại xem trong tệp đã gửi."
    )


def test_texts_and_numbers_that_no_cell_of_excel_holds_are_shown_as_far_as_one_does(
    office: SmallOffice, tmp_path: Path
) -> None:
    sent = fill(office.issue("cctl"), {ONE: {"progress": "in_progress", "result_summary": "@@"}})
    book = load_workbook(sent)
    missing, own = book["Nhiệm vụ thiếu"], book.create_sheet("Bảng riêng")
    missing.cell(6, 3).value = "@@"
    own["A1"], own["A2"] = "@@", 123456789
    book.save(sent)
    long = (r"xl/(?:sharedStrings|worksheets/sheet\d)\.xml", lambda text: text.replace("@@", "ă" * 40_000))
    data = rewritten(sent, long, (r"xl/worksheets/.*", lambda text: text.replace("123456789", "1E999")))
    sent.write_bytes(data)

    found = said(office, sent, tmp_path / "marked")
    (copy,) = (tmp_path / "marked").iterdir()

    assert ("truncated", place(sent, ONE, "result_summary")) in found
    pages = load_workbook(copy)
    shown = pages["Cập nhật"][place(copy, ONE, "result_summary")].value
    assert (len(shown), shown[-2:]) == (32_767, "ă…")
    texts = [cell.value for row in pages["Đã gửi 1"].iter_rows(min_row=4) for cell in row if cell.value is not None]
    assert texts == [shown, "inf"]
    assert said(office, copy, tmp_path / "again")
