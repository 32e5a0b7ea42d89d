"""Reading .xls, .ods and .csv: the same table comes out of each, and the same dangers are refused."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book, Note, Sheet
from tdnv_sheets.intake.kind import kind_of
from tdnv_sheets.intake.open import open_bytes
from tdnv_sheets.intake.serial import from_serial, is_date_format
from tdnv_sheets.intake.worker import Reader
from tests.compound import compound, label, record, xls
from tests.conftest import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import SmallOffice


def read(data: bytes, suffix: str = ".xls") -> Book:
    book = open_bytes(data, suffix)
    assert isinstance(book, Book), book
    return book


def refused(data: bytes, suffix: str = ".xls") -> str:
    answer = open_bytes(data, suffix)
    assert isinstance(answer, Finding)
    return answer.code


def read_path(path: Path) -> Book:
    return read(path.read_bytes(), path.suffix)


# ------------------------------------------------------------------ an issued workbook in other kinds


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_an_issued_workbook_saved_by_libreoffice_keeps_its_identity_and_every_value(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path], kind: str
) -> None:
    values: Mapping[str, Mapping[str, Any]] = {
        "NV-2026-00001": {
            "progress": "done",
            "completed_date": date(2026, 6, 1),
            "result_summary": "Đã kiểm tra\n12 hồ",
        },
        "NV-2026-00002": {"progress": "in_progress", "difficulty": "không phải <công thức> & «khác»"},
    }
    issued = fill(office.issue("cctl"), values)
    before, after = read_path(issued), read_path(libreoffice(issued, kind))

    assert after.carriers == before.carriers
    assert [carrier for carrier, _ in after.carriers] == ["property", "name", "sheet"]
    assert [(sheet.name, sheet.hidden, sheet.rows) for sheet in after.sheets] == [
        (sheet.name, sheet.hidden, sheet.rows) for sheet in before.sheets
    ]
    for ours, theirs in zip(before.sheets, after.sheets, strict=True):
        assert theirs.hidden_rows == ours.hidden_rows
        assert theirs.hidden_columns == ours.hidden_columns
        assert sorted(theirs.merged) == sorted(ours.merged)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_errors_formulas_dates_notes_and_fonts_come_through_every_kind(
    tmp_path: Path, libreoffice: Callable[[Path, str], Path], kind: str
) -> None:
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["B¸o c¸o", 1.5, True, date(2026, 6, 30), datetime(2026, 6, 30, 14, 30)])  # noqa: DTZ001 - a cell has no zone
    sheet.append(["=1/0", "=1+1", '="a"&"b"', -3, 1_000_000])
    sheet["A1"].font = Font(name=".VnTime")
    sheet["B2"].comment = Comment("lời nhắn", "ai đó")
    sheet.row_dimensions[2].hidden = True
    assert sheet.oddHeader is not None
    sheet.oddHeader.center.text = "Đầu trang"
    path = tmp_path / "x.xlsx"
    book.save(path)
    found = read_path(libreoffice(path, kind))
    (page,) = found.sheets

    assert page.rows == (
        ("B¸o c¸o", 1.5, True, date(2026, 6, 30), datetime(2026, 6, 30, 14, 30)),  # noqa: DTZ001 - as above
        ("#DIV/0!", 2, "ab", -3, 1_000_000),
    )
    assert page.errors == {(2, 1): "#DIV/0!"}
    assert page.fonts == {(1, 1): "tcvn3"}
    assert page.hidden_rows == {2}
    assert Note("Sheet", 2, "lời nhắn") in found.notes
    assert any("Đầu trang" in note.text for note in found.notes)


# ------------------------------------------------------------------ .xls by hand


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def date_style() -> bytes:
    return record(0xE0, struct.pack("<HH16x", 0, 14))


def one(data: bytes) -> Sheet:
    (sheet,) = read(data).sheets
    return sheet


def test_an_xls_counts_from_1904_where_it_says_so() -> None:
    days = (date(2026, 6, 30) - date(1904, 1, 1)).days
    mode = record(0x22, struct.pack("<H", 1))

    assert one(xls(number(0, 0, days), globals_=date_style() + mode)).cell(1, 1) == date(2026, 6, 30)
    assert one(xls(number(0, 0, days + 1462), globals_=date_style())).cell(1, 1) == date(2026, 6, 30)


def test_every_short_form_of_a_number_in_an_xls_is_unpacked() -> None:
    packed = {12 << 2 | 2: 12, (-5 & 0x3FFFFFFF) << 2 | 2: -5, 1250 << 2 | 3: 12.5, 0x3FF80000: 1.5, 0x3FF80001: 0.015}
    cells = b"".join(record(0x27E, struct.pack("<HHHI", 0, at, 0, short)) for at, short in enumerate(packed))
    several = record(0xBD, struct.pack("<HHHIHIH", 1, 0, 0, 12 << 2 | 2, 0, 7 << 2 | 2, 1))

    assert one(xls(cells + several)).rows == (tuple(packed.values()), (12, 7, None, None, None))


def test_errors_of_an_xls_are_seen_in_cells_and_in_formulas() -> None:
    plain = record(0x205, struct.pack("<HHHBB", 0, 0, 0, 0x2A, 1))
    computed = record(0x06, struct.pack("<HHH", 0, 1, 0) + bytes((2, 0, 0x17, 0, 0, 0, 0xFF, 0xFF)) + bytes(8))
    sheet = one(xls(plain + computed + record(0x205, struct.pack("<HHHBB", 0, 2, 0, 1, 0))))

    assert sheet.errors == {(1, 1): "#N/A", (1, 2): "#REF!"}
    assert sheet.rows == (("#N/A", "#REF!", True),)


def test_a_cell_far_from_the_table_of_an_xls_is_left_out() -> None:
    book = read(xls(label(0, 0, "bảng") + label(60_000, 200, "xa")))

    assert (book.sheets[0].rows, book.sheets[0].far_first) == ((("bảng",),), "GS60001")
    assert Note("Trang 1", 60_001, "xa") in book.notes


def shared(chunks: list[bytes], count: int) -> bytes:
    first = record(0xFC, struct.pack("<II", count, count) + chunks[0])
    return first + b"".join(record(0x3C, chunk) for chunk in chunks[1:])


def test_a_shared_text_that_is_split_over_records_is_put_together() -> None:
    words = "Nội dung nhiệm vụ"
    wide = words.encode("utf-16-le")
    chunks = [
        struct.pack("<HB", len(words), 1) + wide[:8],
        b"\x01" + wide[8:20],
        b"\x01" + wide[20:] + struct.pack("<HB", 5, 0) + b"ab",
        b"\x00cde",
    ]
    cells = b"".join(record(0xFD, struct.pack("<HHHI", 0, at, 0, at)) for at in range(2))

    assert one(xls(cells, globals_=shared(chunks, 2))).rows == ((words, "abcde"),)


@pytest.mark.parametrize(
    ("globals_", "kind", "code"),
    [
        (b"", 1, "active-content"),
        (record(0x1AE, struct.pack("<HHB", 0, 6, 0) + b"cmd\x03/c"), 0, "active-content"),
        (record(0x2F, bytes(6)), 0, "password"),
    ],
    ids=["macro-sheet", "program-link", "password"],
)
def test_dangers_in_an_xls_are_refused(globals_: bytes, kind: int, code: str) -> None:
    assert refused(xls(label(0, 0, "x"), globals_=globals_, kind=kind)) == code


def test_a_link_to_another_workbook_in_an_xls_is_left_out_with_a_word_about_it() -> None:
    link = record(0x1AE, struct.pack("<HHB", 1, 5, 0) + b"\x01b.xls" + struct.pack("<HB", 1, 0) + b"A")
    own = record(0x1AE, struct.pack("<HH", 1, 0x0401))

    assert [warning.code for warning in read(xls(label(0, 0, "x"), globals_=link)).warnings] == ["external-link"]
    assert read(xls(label(0, 0, "x"), globals_=own)).warnings == ()


def test_a_hidden_sheet_of_an_xls_is_read_and_known_as_hidden() -> None:
    assert [one(xls(label(0, 0, "x"), state=state)).hidden for state in (0, 1, 2)] == [False, True, True]


@pytest.mark.parametrize("name", ["WordDocument", "PowerPoint Document", "VisioDocument"])
def test_other_documents_in_the_same_container_are_named(name: str) -> None:
    assert refused(compound({name: b"x"})) == "not-a-workbook"


def test_damage_anywhere_in_an_xls_or_ods_is_a_finding_or_a_book_and_never_takes_long(tmp_path: Path) -> None:
    words = struct.pack("<HB", 3, 1) + "một".encode("utf-16-le")
    cells = b"".join(label(row, 1, f"dòng {row}") + number(row, 0, row) for row in range(60))
    cells += record(0xFD, struct.pack("<HHHI", 70, 0, 0, 0))
    samples = {
        ".xls": xls(cells, globals_=shared([words], 1) + date_style()),
        ".ods": ods('<t:table-row><t:table-cell o:value-type="string"><x:p>a</x:p></t:table-cell></t:table-row>' * 30),
    }
    dice = random.Random(11)  # noqa: S311 - a repeatable choice of bytes, no secret
    start = time.perf_counter()
    with Reader() as reader:
        for suffix, good in samples.items():
            path = tmp_path / f"hỏng{suffix}"
            for _ in range(200):
                data = bytearray(good)
                for _ in range(dice.choice((1, 3, 20))):
                    data[dice.randrange(len(data))] = dice.randrange(256)
                path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
                assert isinstance(reader.read(path)[1], Book | Finding)

    assert time.perf_counter() - start < 60


# ------------------------------------------------------------------ .ods by hand

SPACES = {
    "o": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "x": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "s": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
}


def ods(rows: str, *, styles: str = "", beside: str = "", parts: Mapping[str, bytes] | None = None) -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><o:document-content {spaces}><o:automatic-styles>{styles}'
        f'</o:automatic-styles><o:body><o:spreadsheet>{beside}<t:table t:name="Trang">{rows}</t:table>'
        "</o:spreadsheet></o:body></o:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        for name, data in (parts or {}).items():
            package.writestr(name, data)
    return out.getvalue()


def cell(words: str, attributes: str = 'o:value-type="string"') -> str:
    return f"<t:table-cell {attributes}><x:p>{words}</x:p></t:table-cell>"


def test_repeated_blank_rows_and_columns_cost_nothing_and_repeated_cells_are_written_out() -> None:
    rows = (
        f'<t:table-row>{cell("a")}<t:table-cell t:number-columns-repeated="16383"/></t:table-row>'
        f'<t:table-row t:number-rows-repeated="2">{cell("b", "t:number-columns-repeated=" + chr(34) + "2" + chr(34))}'
        "</t:table-row>"
        '<t:table-row t:number-rows-repeated="1048572"><t:table-cell t:number-columns-repeated="16384"/></t:table-row>'
    )

    assert read(ods(rows)).sheets[0].rows == (("a", None), ("b", "b"), ("b", "b"))


@pytest.mark.parametrize("repeated", ["1048577", "999999999", "9" * 40])
def test_a_filled_row_repeated_more_often_than_a_sheet_has_rows_is_refused(repeated: str) -> None:
    rows = f'<t:table-row t:number-rows-repeated="{repeated}">{cell("a")}</t:table-row>'

    assert refused(ods(rows), ".ods") == "too-large"


def test_texts_errors_and_formulas_of_an_ods_are_read_as_people_see_them() -> None:
    rows = (
        "<t:table-row>"
        + cell('hai<x:s x:c="3"/>ba<x:tab/>\n  bốn</x:p><x:p>dòng <x:span>hai</x:span>')
        + cell("#DIV/0!", 't:formula="of:=1/0" o:value-type="string" o:string-value=""')
        + '<t:table-cell t:formula="of:=1+1"/>'
        + cell("30/6/2026", 'o:value-type="date" o:date-value="2026-06-30"')
        + cell("2:30", 'o:value-type="date" o:date-value="2026-06-30T14:30:00"')
        + cell("#lạ")
        + "</t:table-row>"
    )
    (sheet,) = read(ods(rows)).sheets

    moment = datetime(2026, 6, 30, 14, 30)  # noqa: DTZ001 - a cell has no zone
    assert sheet.rows == (("hai   ba\t bốn\ndòng hai", "#DIV/0!", None, date(2026, 6, 30), moment, "#lạ"),)
    assert sheet.errors == {(1, 2): "#DIV/0!"}
    assert sheet.uncached == {(1, 3)}


def test_covered_cells_of_an_ods_keep_their_values_and_the_merged_range_is_known() -> None:
    merged = cell("a", 't:number-columns-spanned="2" t:number-rows-spanned="1"')
    covered = "<t:covered-table-cell><x:p>b</x:p></t:covered-table-cell>"
    (sheet,) = read(ods(f"<t:table-row>{merged}{covered}</t:table-row>")).sheets

    assert (sheet.rows, sheet.merged) == ((("a", "b"),), ((1, 1, 1, 2),))


def test_hidden_sheets_rows_and_columns_of_an_ods_are_known() -> None:
    styles = '<s:style s:name="ta1" s:family="table"><s:table-properties t:display="false"/></s:style>'
    beside = f'<t:table t:name="Ẩn" t:style-name="ta1"><t:table-row>{cell("a")}</t:table-row></t:table>'
    rows = (
        '<t:table-column/><t:table-column t:visibility="collapse" t:number-columns-repeated="2"/>'
        f'<t:table-row>{cell("a") * 3}</t:table-row><t:table-row t:visibility="filter">{cell("b")}</t:table-row>'
    )
    hidden, shown = read(ods(rows, styles=styles, beside=beside)).sheets

    assert (hidden.hidden, shown.hidden) == (True, False)
    assert shown.hidden_columns == {2, 3}
    assert shown.hidden_rows == {2}


@pytest.mark.parametrize(
    ("rows", "beside", "code"),
    [
        ('<t:table-row><t:table-cell t:formula="of:=DDE(&quot;a&quot;)"/></t:table-row>', "", "active-content"),
        ("", "<t:dde-links/>", "active-content"),
        ("", "<t:database-range><t:database-source-sql/></t:database-range>", "active-content"),
    ],
)
def test_dangers_in_an_ods_are_refused(rows: str, beside: str, code: str) -> None:
    assert refused(ods(rows, beside=beside), ".ods") == code


def test_what_was_deleted_from_an_ods_and_is_still_recorded_is_no_cell_of_it() -> None:
    beside = f"<t:tracked-changes><t:table-row>{cell('cũ')}</t:table-row></t:tracked-changes>"
    book = read(ods(f"<t:table-row>{cell('mới')}</t:table-row>", beside=beside))

    assert [sheet.rows for sheet in book.sheets] == [(("mới",),)]


def test_macros_in_an_ods_are_left_out_and_a_password_is_named() -> None:
    row = f"<t:table-row>{cell('a')}</t:table-row>"

    assert [w.code for w in read(ods(row, parts={"Basic/x.xml": b"<a/>"})).warnings] == ["macro-ignored"]
    assert refused(ods(row, parts={"META-INF/manifest.xml": b"<m:encryption-data/>"}), ".ods") == "password"


# ------------------------------------------------------------------ .csv

WORDS = 'Mã;Nội dung\nNV-1;"một, hai;\nba ""bốn"""\n;00123\n'
ROWS = (("Mã", "Nội dung"), ("NV-1", 'một, hai;\nba "bốn"'), (None, "00123"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_a_text_table_is_read_in_every_unicode_encoding_with_every_value_as_text(encoding: str, break_: str) -> None:
    (sheet,) = read(WORDS.replace("\n", break_).encode(encoding), ".csv").sheets

    assert (sheet.name, sheet.rows) == ("CSV", ROWS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_makes_a_table(separator: str) -> None:
    lines = [separator.join(("1.000,5", "a; b", "c")) if separator != "," else "1.000;5,a; b,c"] * 3

    assert {len(row) for row in read("\n".join(lines).replace("a; b", "a b").encode(), ".csv").sheets[0].rows} == {3}


def test_a_table_of_one_column_is_one_only_under_the_name_of_a_table() -> None:
    data = "Mã\nNV-1\nNV-2\n".encode()

    assert read(data, ".csv").sheets[0].rows == (("Mã",), ("NV-1",), ("NV-2",))
    assert refused(data, ".txt") == "unsupported-kind"


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "latin-1"])
def test_a_text_in_an_old_encoding_is_refused_and_never_read_wrong(encoding: str) -> None:
    assert refused("Mã;Đơn vị é\n1;â\n".encode(encoding, "ignore"), ".csv") == "unknown-encoding"


@pytest.mark.parametrize(
    "words", ["=cmd|'/C calc'!A0", "+cmd|' /C calc'!A0", "@SUM(1)*cmd|x!A1", " -2+3+cmd|x!A0", '"=DDE(""cmd"";""x"")"']
)
def test_a_text_cell_that_calls_a_program_when_it_is_opened_in_excel_is_refused(words: str) -> None:
    assert refused(f"a,b\n{words},1\n".encode(), ".csv") == "active-content"


@pytest.mark.parametrize(
    "words", ["=1+1", "-5", "@ai đó", "+84 123", "a|b!c", "- Đã làm | còn lại!", "=" + "a|" * 50_000]
)
def test_a_text_that_only_begins_like_a_formula_stays_a_text(words: str) -> None:
    assert read(f"a,b\n{words},1\n".encode(), ".csv").sheets[0].cell(2, 1) == words


def test_a_quotation_that_never_ends_swallows_no_rows() -> None:
    assert refused(b'a,b\n1,"x\n2,y\n3,z\n', ".csv") == "unreadable"


def test_a_text_with_a_zero_byte_is_damaged() -> None:
    assert refused(b"a,b\n1,\0\n", ".csv") == "unreadable"


# ------------------------------------------------------------------ kinds and dates


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (bytes(4_096), "empty"),
        (b"\x05 Anh ".ljust(54) + b"\x03\0" + "Anh".encode("utf-16-le").ljust(109, b"\0"), "lock"),
        (b",anh,may1,20.11.2026 08:00,file:///home/anh/.config;", "lock"),
        (b"\xef\xbb\xbf<html>", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "html"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (b"MZ\x90\0\x03", "program"),
        (b"BM,b,c\n1,2,3\n", "text"),
        (b"\x09\x08\x10\0\0\x06\x05\0", "old_excel"),
    ],
)
def test_a_file_is_known_by_its_bytes(data: bytes, kind: str) -> None:
    assert kind_of(data)[0] == kind


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("[$-42A]dddd, d mmmm, yyyy", True),
        ("h:mm AM/PM", True),
        ("[h]:mm", True),
        ("General", False),
        ('#,##0 "đồng/ngày"', False),
        ("[Red]0.00", False),
        ("0.00E+00", False),
        ("\\d0", False),
        ('0;[Red]-0;"mdy"', False),
    ],
)
def test_a_number_format_that_shows_dates_is_known(code: str, *, is_date: bool) -> None:
    assert is_date_format(164, code) is is_date


def test_day_numbers_are_the_days_that_excel_shows() -> None:
    shown = [
        from_serial(number, since_1904=False) for number in (1.0, 59.0, 61.0, 46203.0, 46203.5, 0.25, -1.0, 9_999_999.0)
    ]

    noon = datetime(2026, 6, 30, 12)  # noqa: DTZ001 - a cell has no zone
    assert shown == [
        date(1900, 1, 1),
        date(1900, 2, 28),
        date(1900, 3, 1),
        date(2026, 6, 30),
        noon,
        "06:00:00",
        -1,
        9_999_999,
    ]
