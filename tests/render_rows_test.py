"""Rows given whole become what XlsxWriter makes of the same cells one by one, and nothing of them is lost or believed."""

from __future__ import annotations

import random
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.render import rows, styles
from tdnv_sheets.render.book import open_book
from tdnv_sheets.render.parts import Parts, shared_strings
from tdnv_sheets.render.rows import Formula, Link
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.rows import Content, RowSheet

Opened: TypeAlias = Any
"""openpyxl's books and cells, whose values may be of ten types."""
RENDER = Path(rows.__file__).parent
LOOK = styles.cell(Kind.TEXT)
EVERY_KIND: tuple[Content, ...] = (
    "Nhiệm vụ",
    "=1+1",
    "",
    None,
    date(2026, 6, 20),
    date(1899, 12, 31),
    datetime(2026, 6, 19, 20, 30, tzinfo=UTC),
    True,
    7,
    0.1 + 0.2,
    -1e300,
    Link("mở", "'Thử'!A1"),
    Formula('=IF(A1<>"x",1,2)', 1),
    Formula('=A1&"<"', "Nhiệm vụ<"),
    Formula("=1/0", "#DIV/0!"),
    Formula("=1=1", True),  # noqa: FBT003 - the value of a cell
    " hai đầu ",
    "<r><b/></r>",
    "_x0041_ \x0b & <c> \n dòng \r ]]> ￾",
)


def one_by_one(book: Book, sheet: Worksheet, row: int, values: tuple[Content, ...]) -> None:
    look = book.look(LOOK)
    for column, value in enumerate(values):
        if isinstance(value, Link):
            book.link(sheet, row, column, value.target, value.text, look)
        elif isinstance(value, Formula):
            sheet.write_formula(row, column, value.text, look, value.value)
        else:
            book.put(sheet, row, column, value, look)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: file.read(name) for name in file.namelist()}


def draw(path: Path, numbers: list[int], *, whole: bool) -> dict[str, bytes]:
    """Draw a sheet with notes, a drop-down and other rows around those in question."""
    with open_book(path, title="Sổ", author="Văn phòng") as book:
        sheet = book.sheet("Thử")
        looks = [book.look(LOOK)] * len(EVERY_KIND)
        book.put(sheet, 0, 3, "đầu trang", looks[0])
        for number in numbers:
            if whole:
                sheet.put_row(number, EVERY_KIND, tuple(looks))
            else:
                one_by_one(book, sheet, number, EVERY_KIND)
            sheet.set_row(number, 33)
            sheet.write_comment(number, 2, "ghi chú")
        book.put(sheet, max(numbers) + 3, 1, "cuối trang")
        sheet.autofilter(1, 0, max(numbers), 3)
    return parts(path)


@pytest.mark.parametrize("numbers", [[2], [2, 3, 4], [7, 2, 40]])
def test_a_row_given_whole_is_what_its_cells_are_one_by_one(tmp_path: Path, numbers: list[int]) -> None:
    whole = draw(tmp_path / "a.xlsx", numbers, whole=True)
    single = draw(tmp_path / "b.xlsx", numbers, whole=False)
    spans = re.compile(rb' spans="[^"]*"')  # a hint for the reader's memory, which rows given whole do without
    assert list(whole) == list(single)
    for name, content in single.items():
        assert spans.sub(b"", whole[name]) == spans.sub(b"", content), name


def test_all_other_parts_are_those_of_a_plain_xlsxwriter(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet("Thử")
        sheet.write_string(0, 0, " a & b\n")
        sheet.write_comment(1, 1, "ghi chú")
        sheet.data_validation(0, 0, 9, 0, {"validate": "list", "source": ["một", "hai"]})
        book.define_name("ds", "='Thử'!$A$1")
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - as XlsxWriter wants it

    with Workbook(tmp_path / "plain.xlsx", {"in_memory": True}) as plain:
        fill(plain)
    ours = Parts({"in_memory": True})
    fill(ours)
    ours.close()
    (tmp_path / "ours.xlsx").write_bytes(ours.packed)
    assert parts(tmp_path / "ours.xlsx") == parts(tmp_path / "plain.xlsx")


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), unique=True))
@settings(max_examples=200)
def test_every_text_comes_back_as_it_was(texts: list[str]) -> None:
    root = ET.fromstring("".join(shared_strings(texts, len(texts))).encode())  # noqa: S314 - our own
    read = [unescape(item[0].text or "") for item in root]
    assert read == texts


def test_a_text_in_the_clothes_of_formatting_is_only_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with open_book(path, title="", author="") as book:
        book.put(book.sheet("Thử"), 0, 0, "<r></x></r>")
    sheet: Opened = openpyxl.load_workbook(path)["Thử"]
    assert sheet["A1"].value == "<r></x></r>"


def refused(path: Path, draw: Callable[[Book, RowSheet], object]) -> bool:
    """Say whether a drawing is refused, and leaves no file."""

    def attempt() -> None:
        with open_book(path, title="", author="") as book:
            draw(book, book.sheet("Thử"))

    with pytest.raises(BrokenSurroundings):
        attempt()
    return not path.exists()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "đ" * 32_768, Link("x" * 10, "a" * 3_000)])
def test_what_a_cell_cannot_hold_is_refused_and_leaves_no_file(tmp_path: Path, value: Content) -> None:
    assert refused(tmp_path / "a.xlsx", lambda _, sheet: sheet.put_row(0, [value], (None,)))


def test_no_row_is_written_twice_or_outside_of_the_sheet(tmp_path: Path) -> None:
    def twice(_: Book, sheet: RowSheet) -> None:
        sheet.put_row(3, ["một"], (None,))
        sheet.put_row(3, ["hai"], (None,))

    assert refused(tmp_path / "a.xlsx", twice)
    assert refused(tmp_path / "a.xlsx", lambda _, sheet: sheet.put_row(1_048_576, ["quá xa"], (None,)))


def test_no_cell_is_lost_because_its_row_was_given_whole(tmp_path: Path) -> None:
    def before(book: Book, sheet: RowSheet) -> None:
        book.put(sheet, 0, 5, "một")
        sheet.put_row(0, ["hai"], (None,))

    def after(book: Book, sheet: RowSheet) -> None:
        sheet.put_row(0, ["hai"], (None,))
        book.put(sheet, 0, 5, "một")

    assert refused(tmp_path / "a.xlsx", before)
    assert refused(tmp_path / "a.xlsx", after)


def test_a_chart_of_rows_given_whole_is_refused_because_it_would_show_nothing(tmp_path: Path) -> None:
    def draw(book: Book, sheet: RowSheet) -> None:
        sheet.put_row(0, [1, 2], (None, None))
        chart: Any = book.workbook.add_chart({"type": "bar"})
        chart.add_series({"values": ["Thử", 0, 0, 0, 1]})
        sheet.insert_chart(3, 0, chart)

    assert refused(tmp_path / "a.xlsx", draw)


def test_more_links_than_excel_takes_stay_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LINKS", 2)
    monkeypatch.setattr("tdnv_sheets.render.book.LINKS", 2)
    with open_book(tmp_path / "a.xlsx", title="", author="") as book:
        sheet = book.sheet("Thử")
        for row in range(3):
            sheet.put_row(row, [Link("=mở", "'Thử'!A1")], (None,))
        book.link(sheet, 3, 0, "'Thử'!A1", "mở", book.look(LOOK))
    seen: Opened = openpyxl.load_workbook(tmp_path / "a.xlsx")["Thử"]
    assert [cell.value for cell in seen["A"]] == ["=mở", "=mở", "=mở", "mở"]
    assert [cell.hyperlink is not None for cell in seen["A"]] == [True, True, False, False]


def test_a_tall_table_is_the_table_that_xlsxwriter_makes(tmp_path: Path) -> None:
    def table(path: Path, *, tall: bool) -> dict[str, bytes]:
        with open_book(path, title="", author="") as book:
            sheet: RowSheet = book.sheet("Thử")
            options = {"name": "tbl", "columns": [{"header": "Một"}, {"header": "Hai"}]}
            sheet.add_tall_table((2, 0, 900, 1), options) if tall else sheet.add_table(2, 0, 900, 1, options)
        return parts(path)

    assert table(tmp_path / "a.xlsx", tall=True) == table(tmp_path / "b.xlsx", tall=False)


def test_rows_of_any_mixture_come_back_in_order(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - rows, not secrets
    numbers = chance.sample(range(200), 80)
    with open_book(tmp_path / "a.xlsx", title="", author="") as book:
        sheet = book.sheet("Thử")
        for number in numbers:
            if chance.random() < 0.5:
                sheet.put_row(number, [number, f"dòng {number}"], (None, None))
            else:
                book.put(sheet, number, 0, number)
                book.put(sheet, number, 1, f"dòng {number}")
    seen: Opened = openpyxl.load_workbook(tmp_path / "a.xlsx")["Thử"]
    read = [row for row in seen.iter_rows(values_only=True) if row[0] is not None]
    assert read == [(number, f"dòng {number}") for number in sorted(numbers)]


def test_no_method_that_tells_by_a_number_is_used_unheard() -> None:
    used = {
        name for path in RENDER.glob("*.py") for name in re.findall(r"\.([a-z_]+)\(", path.read_text(encoding="utf-8"))
    }
    told = {name: str(getattr(method, "__annotations__", {}).get("return")) for name, method in vars(Worksheet).items()}
    by_number = {name for name, answer in told.items() if "-1" in answer or name.startswith("write_")}
    by_number -= {"write"}  # here a file's, never a sheet's
    assert len(used & by_number) > 10
    assert used & by_number <= set(rows.CODED)


def test_a_row_or_column_out_of_the_sheet_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.xlsx", lambda _, sheet: sheet.set_row(1_048_576, 20))
    assert refused(tmp_path / "a.xlsx", lambda _, sheet: sheet.set_column(0, 16_384, 20))
    assert refused(tmp_path / "a.xlsx", lambda book, _: book.workbook.define_name("A1", "=1"))
