from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.grid import Sheet
from tdnv_sheets.sheetspec import assignment_spec, unit_spec
from tdnv_sheets.validate.columns import find_header, is_number_row

if TYPE_CHECKING:
    from tdnv_sheets.grid import Raw
    from tdnv_sheets.validate.columns import Header

SPECS = assignment_spec().fields


def _sheet(*rows: tuple[Raw, ...], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Sheet:
    return Sheet("Sổ", rows, merged=merged)


def _fields(header: Header | None) -> dict[int, str | None]:
    assert header is not None
    return {column.index: column.field for column in header.columns}


def test_a_header_is_found_under_title_rows() -> None:
    sheet = _sheet(
        ("ỦY BAN NHÂN DÂN TỈNH",),
        ("THEO DÕI NHIỆM VỤ NĂM 2025",),
        (),
        ("STT", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Thời hạn hoàn thành"),
        (1, "Rà soát", "Sở Y tế", "30/6/2025"),
    )
    header = find_header(sheet, SPECS)
    assert header is not None
    assert (header.first_row, header.last_row) == (4, 4)
    assert _fields(header) == {1: None, 2: "task_content", 3: "unit", 4: "deadline_text"}


def test_captions_in_english_in_capitals_decomposed_or_without_accents_are_known() -> None:
    sheet = _sheet(("Task", "LEAD UNIT", "Nguo\u0302\u0300n giao", "Ngay ban hanh", "Ghi  chú\n"))
    assert list(_fields(find_header(sheet, SPECS)).values()) == [
        "task_content",
        "unit",
        "assigner",
        "document_date",
        "note",
    ]


def test_a_slip_of_the_pen_is_similar_and_a_different_word_is_not() -> None:
    header = find_header(_sheet(("Nội dung nhiệm vụ", "Đơn vị phối hợpp", "Ngày khởi công", "Ghi chú 2")), SPECS)
    assert header is not None
    assert [(column.field, column.how) for column in header.columns] == [
        ("task_content", "exact"),
        ("coordinating_units", "similar"),
        (None, "none"),
        (None, "none"),
    ]


TWO_ROWS: tuple[tuple[Raw, ...], ...] = (
    ("BẢNG TỔNG HỢP",),
    ("TT", "Văn bản giao", None, None, "Nội dung nhiệm vụ", "Văn bản kết quả", None),
    (None, "Số, ký hiệu", "Ngày ban hành", "Trích yếu", None, "Số, ký hiệu", "Ngày"),
    ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"),
    (1, "12/QĐ-UBND", "5/6/2025", "Về việc", "Rà soát", "9/BC-SYT", "1/7/2025"),
)
TWO_ROW_FIELDS = {
    1: None,
    2: "document_number",
    3: "document_date",
    4: "document_summary",
    5: "task_content",
    6: "result_document",
    7: "result_date",
}


def test_a_two_row_header_is_flattened_by_its_merged_cells() -> None:
    merged = ((1, 1, 1, 7), (2, 1, 3, 1), (2, 2, 2, 4), (2, 5, 3, 5), (2, 6, 2, 7))
    header = find_header(_sheet(*TWO_ROWS, merged=merged), SPECS)
    assert header is not None
    assert (header.first_row, header.last_row, header.number_row) == (2, 4, 4)
    assert _fields(header) == TWO_ROW_FIELDS


def test_a_two_row_header_is_flattened_by_its_blanks_when_merges_are_not_seen() -> None:
    header = find_header(_sheet(*TWO_ROWS), SPECS)
    assert header is not None
    assert (header.first_row, header.last_row) == (2, 4)
    assert _fields(header) == TWO_ROW_FIELDS
    assert header.columns[1].caption == "Văn bản giao - Số, ký hiệu"


def test_a_row_of_field_names_decides_whatever_the_captions_say() -> None:
    sheet = _sheet(
        ("Tiêu đề của bảng",),
        ("task_id", "task_content", "deadline", None),
        ("Mã", "Ghi chú", "Nội dung", "Cột riêng"),
        ("NV-2026-00001", "Rà soát", None, "x"),
    )
    header = find_header(sheet, SPECS)
    assert header is not None
    assert (header.first_row, header.last_row) == (2, 3)
    assert [(column.field, column.how) for column in header.columns] == [
        ("task_id", "id"),
        ("task_content", "id"),
        ("deadline", "id"),
        (None, "none"),
    ]
    assert header.columns[3].caption == "Cột riêng"


def test_captions_as_drawn_are_not_searched_for() -> None:
    ids = tuple(spec.name for spec in SPECS)
    drawn = tuple(spec.header("vi") for spec in SPECS)
    misleading: tuple[Raw, ...] = ("Nội dung nhiệm vụ", "Đơn vị chủ trì", "Ghi chú")
    header = find_header(_sheet(misleading, ids, drawn, ("NV-2026-00001",)), SPECS)
    assert header is not None
    assert (header.first_row, header.last_row, header.captioned) == (2, 3, True)
    assert {column.row for column in header.columns} == {3}


def test_a_row_of_field_names_without_captions_says_so() -> None:
    header = find_header(_sheet(("task_id", "task_content", "deadline"), ("NV-2026-00001", "Rà soát", None)), SPECS)
    assert header is not None
    assert (header.last_row, header.captioned) == (1, False)


def test_a_caption_merged_over_its_neighbour_covers_it() -> None:
    sheet = _sheet(("Nội dung nhiệm vụ", "Tình trạng", None, "Ghi chú"), ("a", "b", "c", "d"), merged=((1, 2, 1, 3),))
    header = find_header(sheet, SPECS)
    assert header is not None
    assert [(column.caption, column.covered) for column in header.columns][1:3] == [
        ("Tình trạng", False),
        ("Tình trạng", True),
    ]


def test_a_merge_of_a_caption_with_the_data_below_swallows_no_data() -> None:
    rows: tuple[tuple[Raw, ...], ...] = (
        ("Nội dung nhiệm vụ", "Đơn vị chủ trì", "Ghi chú"),
        ("Rà soát", "Sở Y tế", None),
    )
    header = find_header(_sheet(*rows, merged=((1, 3, 2, 3),)), SPECS)
    assert header is not None
    assert header.last_row == 1


def test_each_field_is_taken_by_one_column_the_best() -> None:
    header = find_header(_sheet(("Nội dung", "Nội dung nhiệm vụ", "Nội dung nhiệm vụ", "Đơn vị chủ trì")), SPECS)
    assert _fields(header) == {1: None, 2: "task_content", 3: None, 4: "unit"}


def test_one_known_caption_is_not_a_header() -> None:
    assert find_header(_sheet(("Ghi chú", "Số liệu"), ("a", "b")), SPECS) is None
    assert find_header(_sheet(), SPECS) is None


def test_a_header_further_down_than_the_searched_rows_is_not_seen() -> None:
    rows: tuple[tuple[Raw, ...], ...] = ((),) * 30 + (("Nội dung nhiệm vụ", "Đơn vị chủ trì"),)
    assert find_header(_sheet(*rows), SPECS) is None
    assert find_header(_sheet(*rows), SPECS, search_rows=31) is not None


def test_the_unit_list_is_found_by_the_same_means() -> None:
    header = find_header(_sheet(("Mã đơn vị", "Tên đơn vị", "Viết tắt")), unit_spec().fields)
    assert list(_fields(header).values()) == ["code", "name", "aliases"]


def test_a_row_of_column_numbers_is_told_from_data() -> None:
    assert is_number_row(("(1)", "(2)", "(3)=(1)+(2)", None))
    assert is_number_row((1, 2.0, 3))
    assert is_number_row(("A", "B", 1, 2, 3))
    assert not is_number_row((1, "a", "b"))
    assert not is_number_row((3, 4, 5))
    assert not is_number_row((1, 2))
