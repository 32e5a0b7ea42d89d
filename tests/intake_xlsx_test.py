"""Reading .xlsx: what calamine cannot see, what it would not survive, and what is left out."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msoffcrypto.format.ooxml as office_xml
import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book, Note, Sheet
from tdnv_sheets.intake.cells import clean_text
from tdnv_sheets.intake.extent import kept_extent
from tdnv_sheets.intake.open import open_bytes
from tdnv_sheets.intake.worker import Reader
from tests.wrong_files_test import repacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes) -> Book:
    book = open_bytes(data, ".xlsx")
    assert isinstance(book, Book), book
    return book


def refused(data: bytes) -> str:
    answer = open_bytes(data, ".xlsx")
    assert isinstance(answer, Finding)
    return answer.code


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Make a workbook with a table of three columns and five rows."""
    path = tmp_path / "bảng.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Bảng")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["STT", "Nội dung", "Hạn"])
        for number in range(1, 5):
            sheet.write_row(number, 0, [number, f"Việc thứ {number} & «nữa»"])
            sheet.write_datetime(number, 2, datetime(2026, 6, number), day)  # noqa: DTZ001 - a day in a cell has no zone
    return path


def with_rows(path: Path, rows: str, *, after: str = "</sheetData>") -> bytes:
    return repacked(path, {}, {SHEET: (after.encode(), (rows + after).encode())})


def sheet_with(path: Path, rows: str) -> Sheet:
    return read(with_rows(path, rows)).sheets[0]


def rebuilt(path: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            changed, data = change(name, old.read(name))
            new.writestr(zipfile.ZipInfo(changed), data)
    return out.getvalue()


def test_a_plain_table_is_read_at_its_addresses(table: Path) -> None:
    (sheet,) = read(table.read_bytes()).sheets

    assert sheet.rows == (
        ("STT", "Nội dung", "Hạn"),
        *((number, f"Việc thứ {number} & «nữa»", date(2026, 6, number)) for number in range(1, 5)),
    )
    assert (sheet.far, sheet.far_first, sheet.errors, sheet.uncached) == (0, "", {}, frozenset())


# ------------------------------------------------------------------ far cells


def test_a_cell_in_the_last_corner_of_the_sheet_is_left_out_counted_and_its_text_kept_beside(table: Path) -> None:
    stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>ghi &amp; quên</t></is></c></row>'
    book = read(with_rows(table, stray))
    (sheet,) = book.sheets

    assert sheet.rows == read(table.read_bytes()).sheets[0].rows
    assert (sheet.far, sheet.far_first) == (1, "XFD1048576")
    assert Note("Bảng", 1_048_576, "ghi & quên") in book.notes


def test_a_far_cell_with_a_shared_text_keeps_its_text(table: Path) -> None:
    book = read(with_rows(table, '<row r="9000"><c r="A9000" t="s"><v>1</v></c></row>'))

    assert book.sheets[0].far_first == "A9000"
    assert Note("Bảng", 9_000, "Nội dung") in book.notes


@pytest.mark.parametrize("formatted", [False, True])
def test_a_row_is_far_after_a_thousand_blank_ones_whether_they_are_formatted_or_not(
    table: Path, *, formatted: bool
) -> None:
    blank = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(6, 1_007)) if formatted else ""
    near = sheet_with(table, blank + '<row r="1006"><c r="A1006"><v>7</v></c></row>')
    far = sheet_with(table, blank + '<row r="1007"><c r="A1007"><v>7</v></c></row>')

    assert (near.far, len(near.rows)) == (0, 1006)
    assert (far.far, far.far_first, len(far.rows)) == (1, "A1007", 5)


@pytest.mark.parametrize(("letters", "far"), [("BB", 0), ("BC", 1)])
def test_a_column_is_far_after_fifty_blank_ones(table: Path, letters: str, far: int) -> None:
    sheet = sheet_with(table, f'<row r="6"><c r="{letters}6"><v>7</v></c></row>')

    assert (sheet.far, sheet.cell(6, 54)) == ((0, 7) if not far else (1, None))


def test_cells_that_state_no_address_are_counted_up_to_a_far_one(table: Path) -> None:
    sheet = sheet_with(table, '<row r="6">' + "<c/>" * 400 + "<c><v>7</v></c></row>")

    assert (sheet.far, sheet.far_first) == (1, "OK6")


def test_a_title_far_above_the_table_belongs_to_it() -> None:
    extent = kept_extent({1: 0b10, 5_000: 0b1110, 5_001: 0b1110, 9_000: 0b10})

    assert extent == (5_001, 3)


def test_a_cell_that_hides_its_address_from_us_may_kill_the_reader_but_never_the_program(
    table: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lừa.xlsx"
    path.write_bytes(with_rows(table, '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>'))
    with Reader() as reader:
        _, answer = reader.read(path)
        assert isinstance(answer, Finding)
        assert answer.code in {"too-large", "unreadable"}  # the parser gives up, or its memory does
        assert isinstance(reader.read(table)[1], Book)


# ------------------------------------------------------------------ what calamine cannot see


@pytest.mark.parametrize("text", ["#REF!", "#SPILL!", "#CALC!", "#N/A", "#BUSY!", "#lạ"])
def test_every_error_cell_is_seen_and_shown_as_excel_shows_it(table: Path, text: str) -> None:
    sheet = sheet_with(table, f'<row r="6"><c r="B6" t="e"><f>A1#</f><v>{text}</v></c><c r="C6"><v>1</v></c></row>')

    assert sheet.errors == {(6, 2): text}
    assert (sheet.cell(6, 2), sheet.cell(6, 3), sheet.cell(2, 1)) == (text, 1, 1)


def test_an_error_in_the_last_cell_is_seen(table: Path) -> None:
    sheet = sheet_with(table, '<row r="7"><c r="F7" t="e"><v>#N/A</v></c></row>')

    assert sheet.cell(7, 6) == "#N/A"


def test_formulas_nobody_has_computed_are_seen_and_others_give_their_value(table: Path) -> None:
    cells = (
        '<c r="A6"><f>1+1</f></c>'
        '<c r="B6"><f>1+1</f><v>2</v></c>'
        '<c r="C6" t="str"><f>""</f><v></v></c>'
        '<c r="D6"><f t="shared" si="0"/><v/></c>'
        '<c r="E6"><v>5</v></c>'
    )
    sheet = sheet_with(table, f'<row r="6">{cells}</row>')

    assert sheet.uncached == {(6, 1), (6, 4)}
    assert [sheet.cell(6, column) for column in range(1, 6)] == [None, 2, None, None, 5]


def test_hidden_rows_and_columns_are_seen_however_they_were_hidden(tmp_path: Path) -> None:
    path = tmp_path / "ẩn.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row in range(6):
            sheet.write_row(row, 0, list("abcdef"))
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_row(3, 0)
        sheet.set_column(2, 2, None, None, {"hidden": True})
        sheet.set_column(4, 4, 0)
        sheet.set_column(7, 16_383, None, None, {"hidden": True})
    (found,) = read(path.read_bytes()).sheets

    assert found.hidden_rows == {2, 4}
    assert found.hidden_columns == {3, 5}


def test_merged_ranges_are_cut_to_the_table_and_a_forged_list_ends(table: Path) -> None:
    ranges = ["A1:XFD1", "A2:B2", "A900:B900", *(f"A2:C{3 + number % 3}" for number in range(5_000))]
    merges = "".join(f'<mergeCell ref="{merged}"/>' for merged in ranges)
    data = repacked(table, {}, {SHEET: (b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode())})
    (sheet,) = read(data).sheets

    assert sheet.merged[:2] == ((1, 1, 1, 3), (2, 1, 2, 2))
    assert len(sheet.merged) < 20


def test_fonts_of_the_years_before_unicode_are_seen_by_cell_and_by_part_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "phông.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for column, font in enumerate((".VnTime", ".VnTimeH", "VNI-Times", "Times New Roman"), 1):
        sheet.cell(1, column, "B¸o c¸o").font = Font(name=font)
    sheet.cell(2, 1).value = CellRichText("a ", TextBlock(InlineFont(rFont=".VnArial"), "b¸o"))
    sheet.cell(3, 1, 5).font = Font(name=".VnTime")
    book.save(path)
    (found,) = read(path.read_bytes()).sheets

    assert found.fonts == {(1, 1): "tcvn3", (1, 2): "tcvn3-caps", (1, 3): "vni", (2, 1): "tcvn3"}


def test_dates_count_from_1904_where_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "1904.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet().write_datetime(0, 0, datetime(2026, 6, 30), day)  # noqa: DTZ001 - a day in a cell has no zone

    assert read(path.read_bytes()).sheets[0].cell(1, 1) == date(2026, 6, 30)


def test_texts_outside_the_cells_are_given_with_the_sheet_and_row_they_belong_to(tmp_path: Path) -> None:
    path = tmp_path / "chữ.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("Một")
        made.add_worksheet("Hai").write(0, 0, "x")
        sheet.write(0, 0, "x")
        sheet.write_comment(4, 2, "lời <nhắn>")
        sheet.insert_textbox(8, 1, "ô chữ")
        sheet.set_header('&C&"Arial,Bold"&14Đầu && trang&RTrang &P')
        made.set_properties({"title": "tên tệp", "keywords": "từ khóa", "comments": "ghi chú"})
        made.set_custom_property("Riêng", "của riêng")
        made.set_custom_property("tdnv", "dấu")
        made.define_name("_hang", '="hằng số"')
        made.define_name("_tdnv_token", '="dấu"')
    book = read(path.read_bytes())

    assert set(book.notes) >= {
        Note("Một", 5, "lời <nhắn>"),
        Note("Một", None, "ô chữ"),
        *(Note("", None, text) for text in ("tên tệp", "từ khóa", "ghi chú", "của riêng", "hằng số")),
    }
    (header,) = [note.text for note in book.notes if "Đầu" in note.text]
    assert re.sub(r"\s+", " ", header) == "Đầu & trang Trang"
    assert not any("dấu" in note.text for note in book.notes)
    assert book.carriers == (("property", "dấu"), ("name", "dấu"))


def test_a_comment_of_a_thread_is_given_too(table: Path) -> None:
    thread = '<ThreadedComments xmlns="x"><threadedComment ref="B3" id="1"><text>trao đổi</text></threadedComment>'
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://x/threadedComment" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    parts = {
        "xl/threadedComments/threadedComment1.xml": f"{thread}</ThreadedComments>".encode(),
        "xl/worksheets/_rels/sheet1.xml.rels": rels.encode(),
    }

    assert Note("Bảng", 3, "trao đổi") in read(repacked(table, parts)).notes


# ------------------------------------------------------------------ who wrote it, and how


def test_parts_in_utf_16_are_read_as_if_they_were_not(table: Path) -> None:
    def wide(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")

    assert read(rebuilt(table, wide)) == read(table.read_bytes())


def test_backslashes_between_the_folders_of_the_package_do_no_harm(table: Path) -> None:
    def windows(name: str, data: bytes) -> tuple[str, bytes]:
        return name.replace("/", "\\"), data

    assert read(rebuilt(table, windows)) == read(table.read_bytes())


@pytest.mark.parametrize("extra", ["", '<row r="6"><c r="B6" t="e"><v>#REF!</v></c></row>'])
def test_tags_with_a_prefix_are_the_same_tags(table: Path, tmp_path: Path, extra: str) -> None:
    plain = tmp_path / "x.xlsx"
    plain.write_bytes(with_rows(table, extra))

    def prefixed(name: str, data: bytes) -> tuple[str, bytes]:
        if name != SHEET:
            return name, data
        return name, re.sub(rb"<(/?)(\w)", rb"<\1x:\2", data).replace(b"xmlns=", b"xmlns:x=")

    assert read(rebuilt(plain, prefixed)) == read(plain.read_bytes())


def test_control_characters_written_as_escapes_are_dropped_and_line_breaks_kept(table: Path) -> None:
    sheet = sheet_with(table, '<row r="6"><c r="A6" t="inlineStr"><is><t>a_x0007_b_x000D__x000A_c</t></is></c></row>')

    assert sheet.cell(6, 1) == "ab\nc"


_NUMBERS = (
    *(1, 7, 9, 10, 11, 12, 13, 31, 32, 99, 100, 126, 127, 128, 431, 999, 7898, 9999, 10_000, 54_999, 55_295),
    *(57_344, 58_000, 65_533, 65_534, 65_535, 65_536, 128_512, 1_114_111),
)


@pytest.mark.parametrize("code", _NUMBERS)
@pytest.mark.parametrize("written", ["&#{};", "&#x{:x};", "&#0{};"])
def test_a_letter_written_by_its_number_is_that_letter_and_what_cannot_be_kept_is_dropped(
    table: Path, code: int, written: str
) -> None:
    text = f"a{written.format(code)}b"
    sheet = sheet_with(table, f'<row r="6"><c r="A6" t="inlineStr"><is><t>{text}</t></is></c></row>')
    assert sheet.cell(6, 1) == clean_text(f"a{chr(code)}b")


# ------------------------------------------------------------------ what is left out, and what is refused

LINK = b'<externalLink xmlns="x"><externalBook/></externalLink>'


@pytest.mark.parametrize(
    ("part", "data", "code"),
    [
        ("xl/vbaProject.bin", b"1", "macro-ignored"),
        ("xl/embeddings/oleObject1.bin", b"1", "object-ignored"),
        ("xl/externalLinks/externalLink1.xml", LINK, "external-link"),
    ],
)
def test_macros_objects_and_links_are_left_out_with_a_word_about_it(
    table: Path, part: str, data: bytes, code: str
) -> None:
    book = read(repacked(table, {part: data}))

    assert [warning.code for warning in book.warnings] == [code]
    assert book.sheets == read(table.read_bytes()).sheets


@pytest.mark.parametrize(
    "formula",
    ["cmd|&apos;/C calc&apos;!A0", "DDE(&quot;soffice&quot;;&quot;x&quot;;&quot;y&quot;)", "MSEXCEL|'\\x'!A1"],
)
def test_a_formula_that_calls_another_program_is_refused(table: Path, formula: str) -> None:
    assert refused(with_rows(table, f'<row r="6"><c r="A6"><f>{formula}</f><v>0</v></c></row>')) == "active-content"


def test_a_formula_that_only_shows_such_a_text_is_read(table: Path) -> None:
    sheet = sheet_with(table, '<row r="6"><c r="A6" t="str"><f>"a|b!"&amp;"DDE("</f><v>a|b!DDE(</v></c></row>')

    assert sheet.cell(6, 1) == "a|b!DDE("


@pytest.mark.parametrize(("password", "opens"), [("VelvetSweatshop", True), ("bí mật của ai đó", False)])
def test_a_file_encrypted_with_excels_own_password_is_read_and_any_other_is_not(
    table: Path, password: str, *, opens: bool
) -> None:
    out = io.BytesIO()
    with table.open("rb") as file:
        package: Any = office_xml
        package.OOXMLFile(file).encrypt(password, out)

    if opens:
        assert read(out.getvalue()) == read(table.read_bytes())
    else:
        assert refused(out.getvalue()) == "password"


def test_a_note_on_a_cell_written_by_another_program_is_given(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B7"] = "x"
    sheet["B7"].comment = Comment("xem lại", "ai đó")
    book.save(path)

    assert Note("Sheet", 7, "xem lại") in read(path.read_bytes()).notes
