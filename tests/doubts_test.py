"""What a returned workbook says of itself, against what it holds."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, fill
from tests.registers import edited

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "NV-2026-00001", "NV-2026-00002"


def answer(path: Path, field: str, word: str) -> Path:
    """Write a line of «Báo cáo»."""
    book = load_workbook(path)
    for row in book["Báo cáo"].iter_rows():
        for cell in row:
            if cell.value == field:
                row[cell.column + 1].value = word  # two to the right, and cells count from 0
    book.save(path)
    return path


def marked_copy(office: SmallOffice) -> Path:
    """Find the one marked copy that was drawn; a list of what was not taken may lie beside it."""
    (path,) = (path for path in office.space.returned.iterdir() if "chưa nhận" not in path.name)
    return path


def counted_from_1904(path: Path) -> Path:
    """Mark a workbook as one that counts its days from 1904, without touching the days."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    book = parts["xl/workbook.xml"]
    assert b"<workbookPr/>" in book or b"<workbookPr " in book
    parts["xl/workbook.xml"] = book.replace(b"<workbookPr", b'<workbookPr date1904="1"', 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_a_round_without_change_that_has_changes_is_doubted_and_taken(office: SmallOffice) -> None:
    book = answer(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}), "no_change", "Có")

    entry = office.merge(book)

    assert (entry["verdict"], [f["code"] for f in entry["findings"]]) == ("accepted", ["no-change-but-changed"])
    assert office.rows()[ONE, "cctl"]["progress"] == "in_progress"


def test_a_round_without_change_that_has_none_is_not_doubted(office: SmallOffice) -> None:
    entry = office.merge(answer(office.issue("cctl"), "no_change", "Có"))

    assert (entry["verdict"], entry["findings"]) == ("accepted", [])


@pytest.mark.parametrize(
    ("field", "word", "cell", "fix"),
    [
        ("report_date", "hôm qua", "C8", "Ghi ngày theo dạng ngày/tháng/năm"),
        ("no_change", "chắc vậy", "C9", "Chọn một trong: Có; Không"),
        ("no_change", "#N/A", "C9", "Gõ thẳng giá trị"),
    ],
)
def test_a_line_of_the_report_that_cannot_be_used_comes_back_marked_and_the_rows_go_in(
    office: SmallOffice, field: str, word: str, cell: str, fix: str
) -> None:
    book = answer(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}), field, word)

    entry = office.merge(book)

    (wrong,) = entry["findings"]
    assert (entry["verdict"], wrong["code"], wrong["sheet"]) == ("partly", "report-line-wrong", "Báo cáo")
    assert wrong["cell"] == cell
    assert wrong["fix"].startswith(fix)
    assert office.rows()[ONE, "cctl"]["progress"] == "in_progress"
    marked = load_workbook(marked_copy(office))["Báo cáo"][cell]
    assert marked.comment is not None


def test_a_correction_in_the_marked_copy_counts_even_where_it_puts_the_issued_value_back(office: SmallOffice) -> None:
    doubted = {"progress": "in_progress", "completed_date": date(2026, 6, 1)}
    first = office.merge(fill(office.issue("cctl"), {ONE: doubted, TWO: {"progress": "gần xong"}}))
    assert (first["verdict"], office.rows()[ONE, "cctl"]["completed_date"]) == ("partly", "2026-06-01")

    second = office.merge(fill(marked_copy(office), {ONE: {"completed_date": None}, TWO: {"progress": "in_progress"}}))

    assert (second["verdict"], second["findings"]) == ("accepted", [])
    assert office.rows()[ONE, "cctl"]["completed_date"] is None
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"


def test_a_marked_copy_sent_back_decides_no_conflict(office: SmallOffice) -> None:
    book = office.issue("cctl")
    with edited(office) as page:
        page.set(ONE, "result_summary", "Văn phòng ghi")
    office.run("sync")
    first = office.merge(fill(book, {ONE: {"result_summary": "Đơn vị ghi"}, TWO: {"progress": "gần xong"}}))
    assert len(first["conflicts"]) == 1

    second = office.merge(fill(marked_copy(office), {TWO: {"progress": "in_progress"}}))

    assert office.rows()[ONE, "cctl"]["result_summary"] == "Văn phòng ghi"
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"
    assert (second["verdict"], len(second["conflicts"])) == ("accepted", 1)


def test_a_day_before_2000_in_a_workbook_of_1904_is_named_and_never_kept(office: SmallOffice) -> None:
    old = date(1994, 5, 1)  # shown four years and a day later once the file counts from 1904
    said = {"progress": "done", "result_summary": "Xong.", "completed_date": old}
    entry = office.merge(counted_from_1904(fill(office.issue("cctl"), {ONE: said})))

    codes = {(f["code"], f["column"]) for f in entry["findings"] if f["severity"] == "error"}
    assert ("day-of-1904", "Ngày hoàn thành") in codes
    assert office.rows()[ONE, "cctl"]["completed_date"] is None


def test_a_column_that_nobody_knows_comes_back_as_it_was_sent(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"progress": "in_progress", "completed_date": date(2026, 6, 5)}})
    book = load_workbook(path)
    sheet = book["Cập nhật"]
    ids = [cell.value for cell in sheet[4]]
    column = ids.index("completed_date") + 1
    sheet.cell(5, column).value = "Việc khác hẳn"
    sheet.delete_rows(4)
    book.save(path)

    entry = office.merge(path)

    assert entry["verdict"] == "returned"
    copy = load_workbook(marked_copy(office))
    repeated = copy["Đã gửi 1"]
    assert repeated["A1"].value == "TRANG «Cập nhật» NHƯ TRONG TỆP ĐÃ NHẬN"
    values = {cell.value for row in repeated.iter_rows() for cell in row}
    assert {"Việc khác hẳn", datetime(2026, 6, 5), ONE} <= values  # noqa: DTZ001 - a cell has no time zone


def test_what_is_repeated_is_not_read_when_the_copy_comes_back(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}, TWO: {"progress": "gần xong"}})
    book = load_workbook(path)
    sheet = book["Cập nhật"]
    sheet.cell(5, sheet.max_column + 1).value = "Cột riêng của đơn vị"
    sheet.cell(6, sheet.max_column).value = "ghi chú riêng"
    book.save(path)
    first = office.merge(path)
    assert "extra-column" in {finding["code"] for finding in first["findings"]}
    copy = marked_copy(office)
    assert "ghi chú riêng" in {cell.value for row in load_workbook(copy)["Đã gửi 1"].iter_rows() for cell in row}

    second = office.merge(fill(copy, {TWO: {"progress": "in_progress"}}))

    assert (second["verdict"], second["findings"]) == ("accepted", [])


@pytest.mark.parametrize("word", ["#N/A", "#REF!"])
def test_the_words_of_an_error_are_an_error(office: SmallOffice, word: str) -> None:
    entry = office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress", "result_summary": word}}))

    assert [finding["code"] for finding in entry["findings"]] == ["error-value"]
    assert office.rows()[ONE, "cctl"]["result_summary"] is None
