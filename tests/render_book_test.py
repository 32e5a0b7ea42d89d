"""The one way to XlsxWriter keeps its promises: inert text, errors instead of silence, the same bytes."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import openpyxl
import pytest

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.records import Unit
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area, Book, open_book, put_carriers
from tdnv_sheets.render.limits import fit
from tdnv_sheets.render.unit_list import draw_unit_list
from tdnv_sheets.sheetspec import Kind, unit_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.grid import Raw

Opened: TypeAlias = Any
"""openpyxl's books and cells, whose values may be of ten types."""


def drawn(path: Path, draw: Callable[[Book, Any], None]) -> Opened:
    with open_book(path, title="Sổ", author="Văn phòng") as book:
        draw(book, book.sheet("Thử"))
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    "text", ["=1+1", "+84 60 3862", "-", "@SUM(A1)", "{=1}", "00123", "http://vi.vn", "NaN", "TRUE"]
)
def test_text_stays_text_whatever_it_begins_with(tmp_path: Path, text: str) -> None:
    book = drawn(tmp_path / "a.xlsx", lambda book, sheet: book.put(sheet, 0, 0, text))
    cell = book["Thử"]["A1"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_text_that_would_become_a_formula_when_entered_again_gets_a_quote_prefix(tmp_path: Path) -> None:
    def draw(book: Book, sheet: Any) -> None:  # noqa: ANN401 - XlsxWriter's sheet
        book.put(sheet, 0, 0, "=1+1", book.look(styles.cell(Kind.TEXT, colour="FFC7CE")))
        book.put(sheet, 1, 0, "1+1=2", book.look(styles.cell(Kind.TEXT)))

    sheet = drawn(tmp_path / "a.xlsx", draw)["Thử"]
    assert [sheet["A1"].quotePrefix, sheet["A2"].quotePrefix] == [True, False]
    assert sheet["A1"].fill.fgColor.rgb[-6:] == "FFC7CE"


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (date(2026, 6, 20), datetime(2026, 6, 20)),  # noqa: DTZ001 - a cell has no time zone
        (date(1899, 12, 31), "31/12/1899"),
        (datetime(2026, 6, 19, 20, 30, tzinfo=UTC), datetime(2026, 6, 20, 3, 30)),  # noqa: DTZ001 - as above
        (True, True),
        (7, 7),
        (0.5, 0.5),
        (None, None),
        ("", None),
        ("dòng 1\ndòng 2\x07", "dòng 1\ndòng 2_x0007_"),
    ],
)
def test_each_kind_of_value_becomes_the_cell_that_people_expect(tmp_path: Path, value: Raw, seen: object) -> None:
    book = drawn(tmp_path / "a.xlsx", lambda book, sheet: book.put(sheet, 0, 0, value))
    assert book["Thử"]["A1"].value == seen


def test_a_day_is_shown_the_vietnamese_way_without_being_asked(tmp_path: Path) -> None:
    book = drawn(tmp_path / "a.xlsx", lambda book, sheet: book.put(sheet, 0, 0, date(2026, 6, 20)))
    assert book["Thử"]["A1"].number_format == "dd/mm/yyyy"


def test_equal_looks_share_one_format(tmp_path: Path) -> None:
    with open_book(tmp_path / "a.xlsx", title="", author="") as book:
        book.sheet("Thử")
        assert book.look(styles.BOLD, styles.FRAME) is book.look(styles.FRAME, styles.BOLD)


def test_a_refusal_by_return_code_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(BrokenSurroundings), open_book(path, title="", author="") as book:
        book.sheet("Thử").write_string(2_000_000, 0, "quá xa")
    assert not path.exists()


def test_a_warning_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(BrokenSurroundings), open_book(path, title="", author="") as book:
        book.sheet("Thử").data_validation(0, 0, 0, 0, {"validate": "list", "source": ["x" * 300]})
    assert not path.exists()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("afterwards warnings are warnings again", UserWarning, stacklevel=1)
    assert len(seen) == 1


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "không có" / "a.xlsx"
    with pytest.raises(BrokenSurroundings) as caught, open_book(path, title="", author="") as book:
        book.sheet("Thử")
    assert caught.value.code == "cannot-write"
    assert caught.value.values["path"] == str(path)


def test_long_lists_go_to_the_hidden_sheet_and_long_words_are_cut(tmp_path: Path) -> None:
    values = [f"Đơn vị số {number}, nhóm {number % 7}" for number in range(300)]

    def draw(book: Book, sheet: Any) -> None:  # noqa: ANN401 - XlsxWriter's sheet
        book.check_list(sheet, Area(0, 0, 9, 0), "ds_dv", values, Advice("T" * 40, "𝄞" * 200, "đ" * 300))
        book.check_list(sheet, Area(0, 1, 9, 1), "ds_dv", values, Advice())
        book.check_list(sheet, Area(0, 2, 9, 2), "ds_trong", [], Advice("Không có danh sách"))

    book = drawn(tmp_path / "a.xlsx", draw)
    assert book["_danh_muc"].max_row == 301
    assert book["_danh_muc"].sheet_state == "hidden"
    rules = book["Thử"].data_validations.dataValidation
    assert [(rule.type, rule.formula1) for rule in rules] == [("list", "ds_dv"), ("list", "ds_dv"), (None, None)]
    assert [rules[1].error, rules[1].prompt, rules[2].error] == [None, None, None]
    units = [len(text.encode("utf-16-le")) // 2 for text in (rules[0].promptTitle, rules[0].prompt, rules[0].error)]
    assert units[0] == 32
    assert units[1] in {254, 255}
    assert units[2] == 224


def test_two_lists_may_not_share_a_name(tmp_path: Path) -> None:
    def draw(book: Book, _: object) -> None:
        book.choice_list("ds", ["một"])
        book.choice_list("ds", ["hai"])

    with pytest.raises(BrokenSurroundings):
        drawn(tmp_path / "a.xlsx", draw)


def test_words_are_cut_the_way_excel_counts() -> None:
    assert fit("ngắn", 32) == "ngắn"
    assert fit("a𝄞𝄞", 5) == "a𝄞𝄞"
    assert fit("a𝄞𝄞b", 5) == "a𝄞…"
    assert fit("mười chữ cái", 9) == "mười chữ…"


def test_the_identity_is_carried_three_times_even_with_quotes_in_it(tmp_path: Path) -> None:
    token = 'tdnv1|"a"|' + "x" * 200

    def draw(book: Book, _: object) -> None:
        put_carriers(book, token, "unit")

    book = drawn(tmp_path / "a.xlsx", draw)
    assert [row[0].value for row in book["_tdnv"].rows] == [token, "unit"]
    assert book["_tdnv"].sheet_state == "veryHidden"
    assert book.defined_names["_tdnv_token"].attr_text.strip('"').replace('""', '"') == token
    assert [(p.name, p.value) for p in book.custom_doc_props.props] == [("tdnv", token)]


def test_the_same_drawing_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        drawn(tmp_path / name, lambda book, sheet: book.put(sheet, 0, 0, "Nhiệm vụ", book.look(styles.TITLE)))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_row_is_as_tall_as_its_longest_wrapped_text_up_to_a_limit() -> None:
    assert styles.row_height([]) == styles.row_height([("ngắn", 10)]) == 18
    assert styles.row_height([("x" * 25, 10)]) == 48
    assert styles.row_height([("một\nhai", 10)]) == 33
    assert styles.row_height([("x" * 1000, 10)]) == 93


UNITS = (
    Unit("cctl", "Chi cục Thủy lợi", ("CCTL", "Chi cục TL"), "Chi cục", valid_from=date(2015, 1, 1), successor="=x"),
    Unit("moi", "Phòng Mới", draft=True),
)


def test_the_unit_list_shows_every_column_and_takes_more_rows(tmp_path: Path) -> None:
    path = tmp_path / "don-vi.xlsx"
    draw_unit_list(UNITS, path, office="Văn phòng Sở", lang="vi")
    book: Opened = openpyxl.load_workbook(path)
    sheet = book["Đơn vị"]
    ids = {cell.value: cell.column for cell in sheet[3]}
    assert list(ids) == [spec.name for spec in unit_spec().shown_on("units")]
    first = {name: sheet.cell(5, column).value for name, column in ids.items()}
    assert (first["code"], first["aliases"], first["state"]) == ("cctl", "CCTL; Chi cục TL", "Chính thức")
    assert (first["valid_from"], first["successor"]) == (datetime(2015, 1, 1), "=x")  # noqa: DTZ001 - a cell has no time zone
    assert sheet.cell(5, ids["successor"]).data_type == "s"
    assert sheet.cell(6, ids["state"]).value == "Cần xác nhận"
    rule = next(rule for rule in sheet.data_validations.dataValidation if rule.type == "list")
    assert rule.formula1 == "ds_state"
    assert str(rule.sqref).endswith("36")


def test_the_unit_list_is_drawn_the_same_twice_and_in_english(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        draw_unit_list(UNITS, tmp_path / name, office="Office", lang="en")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "Units"
