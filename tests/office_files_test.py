"""Unit list, calendar and exports: what is wrong with them is said by file and row, in the language that was asked for."""

from __future__ import annotations

import ast
import csv
import errno
import os
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

import tdnv_sheets
from tdnv_sheets.cli.out import explain_stop
from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings
from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.messages.catalogue import LANGUAGES, area
from tdnv_sheets.pipeline.units import read_units
from tests.conftest import UNITS_CSV, Ran, SmallOffice, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.records import Unit

SOURCE = Path(tdnv_sheets.__file__).parent
ENGLISH = re.compile(
    r"\b(?:the|is|not|cannot|line|row|column|file|such|expected|error|already|missing|unknown|key|errno|traceback)\b",
    re.IGNORECASE,
)
HEADER = ("code", "name", "aliases", "valid_to", "successor", "state")


def read_list(path: Path) -> tuple[Unit, ...]:
    with Readers() as readers:
        return read_units(path, readers)


def raised() -> Iterator[tuple[str, str, ast.Call]]:
    """Give (module, code, call) for every `BadOfficeFile` that the source makes."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BadOfficeFile":
                assert isinstance(node.args[1], ast.Constant), ast.dump(node)
                yield path.name, str(node.args[1].value), node


def asked(code: str) -> set[str]:
    texts = (area("declarations")[code][lang] for lang in LANGUAGES)
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def english(done: Ran, *shown: str) -> list[str]:
    """Give the English words of what was said, paths and the given values left out."""
    text = re.sub(r"\S*/\S*", "", done.err)
    for value in shown:
        text = text.replace(value, "")
    return ENGLISH.findall(text)


def units(folder: Path, *rows: Sequence[object], header: Sequence[str] = HEADER) -> Path:
    path = folder / "units.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *rows])
    return path


def init(folder: Path, path: Path, lang: str = "vi") -> Ran:
    return run("--lang", lang, "--as-of", "2026-06-10", "init", folder / "moi", "--units", path)


# ------------------------------------------------------------------ words


def test_every_code_has_its_words_in_both_languages_and_every_entry_is_used() -> None:
    codes = {code for _, code, _ in raised()}

    assert len(codes) > 25
    assert codes == area("declarations").keys()
    assert all(area("declarations")[code].keys() == set(LANGUAGES) for code in codes)


def test_every_place_gives_what_its_words_ask_for() -> None:
    missing = {}
    for module, code, call in raised():
        if all(keyword.arg is not None for keyword in call.keywords):
            given = {str(keyword.arg) for keyword in call.keywords} | {"path"}
            if lacking := asked(code) - given:
                missing[f"{module} {code}"] = lacking

    assert missing == {}


def test_every_sentence_names_the_file() -> None:
    assert [code for code in area("declarations") if "path" not in asked(code)] == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "không tìm thấy"),
        (errno.EACCES, "không có quyền"),
        (errno.ENOSPC, "đĩa đã đầy"),
        (errno.EROFS, "chỉ cho đọc"),
        (errno.EIO, f"lỗi hệ thống {errno.EIO}."),
    ],
)
def test_what_the_system_says_is_put_into_words(number: int, words: str) -> None:
    stop = BrokenSurroundings("cannot-read", path="sổ.xlsx", problem=OSError(number, os.strerror(number)))

    assert words in explain_stop(stop, "vi")
    assert "Errno" not in explain_stop(stop, "vi") + explain_stop(stop, "en")
    assert os.strerror(number) not in explain_stop(stop, "vi")


def test_an_error_without_a_number_and_one_of_a_library_are_said_too() -> None:
    said = [
        explain_stop(BrokenSurroundings("cannot-write", path="a", problem=problem), "vi")
        for problem in (
            OSError("x"),
            ValueError("x"),
            UserWarning("hai\ndòng"),
            RuntimeError(OSError(errno.ENOSPC, "x")),
        )
    ]

    assert "lỗi hệ thống OSError" in said[0]
    assert "không đúng định dạng" in said[1]
    assert "«hai dòng»" in said[2]
    assert "đĩa đã đầy" in said[3]


# ------------------------------------------------------------------ the unit list: rows


@pytest.mark.parametrize(
    ("rows", "vi", "en"),
    [
        ([("a b", "Phòng A")], "dòng 2: mã đơn vị «a b» không hợp lệ", "row 2: the unit code «a b»"),
        ([("phòng", "Phòng A")], "«phòng» không hợp lệ", "«phòng» cannot be used"),
        ([("a", "Phòng A"), (), ("A", "Phòng B")], "dòng 4, cột «Mã đơn vị»: «A» đã có ở dòng 2", "row 4, column"),
        ([("a", "Phòng A"), ("b", "phòng a")], "dòng 3, cột «Tên đơn vị»: «phòng a»", "stands already in row 2"),
        ([("a", "")], "dòng 2: cột «Tên đơn vị» còn trống", "row 2: the column «Name» is empty"),
        ([("", "Phòng A")], "dòng 2: cột «Mã đơn vị» còn trống", "«Unit code» is empty"),
        ([("a", "Phòng A", "", "mai")], "dòng 2, cột «Hiệu lực đến»: «mai» không phải là ngày", "«mai» is no day"),
        ([("a", "Phòng A", "", "", "b")], "không có đơn vị mã «b»", "no unit with the code «b»"),
        ([("a", "Phòng A", "", "", "", "tạm")], "«tạm»; chọn một trong: «Chính thức»", "pick one of: «Confirmed»"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_row_of_the_unit_list_is_named(
    tmp_path: Path, rows: list[tuple[str, ...]], vi: str, en: str, lang: str
) -> None:
    done = init(tmp_path, units(tmp_path, *rows), lang)
    assert done.code == 4
    assert "units.csv" in done.err
    assert {"vi": vi, "en": en}[lang] in done.err
    assert lang == "en" or english(done) == []
    assert not (tmp_path / "moi").exists()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_unit_list_without_its_columns_is_told_which(tmp_path: Path, lang: str) -> None:
    done = init(tmp_path, units(tmp_path, ("a", "b"), header=("x", "y")), lang)
    assert done.code == 4
    assert {"vi": "«Mã đơn vị» và «Tên đơn vị»", "en": "«Unit code» and «Name»"}[lang] in done.err


def test_the_unit_list_of_a_workspace_is_named_by_the_row_of_excel(office: SmallOffice) -> None:
    book = load_workbook(office.space.units)
    sheet = book.active
    assert sheet is not None
    rows = {str(row[0].value): row for row in sheet.iter_rows()}
    rows["khtc"][0].value = "cctl"
    book.save(office.space.units)
    number, first = rows["khtc"][0].row, rows["cctl"][0].row

    done = office.run("issue")
    assert done.code == 4
    assert f"dòng {number}, cột «Mã đơn vị»: «cctl» đã có ở dòng {first}" in done.err


# ------------------------------------------------------------------ the unit list: the file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_unit_list_is_read_with_any_sign_and_encoding_that_excel_writes(
    tmp_path: Path, sign: str, encoding: str
) -> None:
    path = tmp_path / "units.csv"
    text = "\ufeff" * (encoding == "utf-16-be-mark")
    text += sign.join(("Mã đơn vị", '"Tên cơ quan, đơn vị"', "Tên gọi khác")) + "\r\n"
    text += sign.join(("a", '"Phòng Kế hoạch; Tài chính, Vật tư"', '"KHTC; P. Kế hoạch"')) + "\r\n"
    path.write_bytes(text.encode("utf-16-be" if encoding == "utf-16-be-mark" else encoding))

    (unit,) = read_list(path)
    assert (unit.code, unit.name) == ("a", "Phòng Kế hoạch; Tài chính, Vật tư")
    assert unit.aliases == ("KHTC", "P. Kế hoạch")


def test_a_title_above_the_table_and_an_empty_row_keep_the_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("Danh sách, năm 2026\n\nMã;Tên\na;Phòng A\n;Phòng B\n", encoding="utf-8")
    with pytest.raises(BadOfficeFile) as caught:
        read_list(path)
    assert caught.value.values["row"] == "5"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_unit_list_in_an_old_encoding_is_refused_by_line_with_what_to_do(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes("code,name\na,A\nb,Chi c\u1ee5c".encode("utf-8").replace("\u1ee5".encode(), b"\xf8\xf2"))
    done = init(tmp_path, path, lang)
    assert done.code == 4
    assert {"vi": "dòng 3", "en": "line 3"}[lang] in done.err
    assert "CSV UTF-8" in done.err


@pytest.mark.parametrize("data", [UNITS_CSV.encode("utf-16-le"), b"\xff\xfea"])
def test_a_unit_list_of_broken_bytes_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(data)
    done = init(tmp_path, path)
    assert done.code == 4
    assert "CSV UTF-8" in done.err


def test_a_quote_left_open_is_named_and_swallows_no_units(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text('code,name\na,Phòng A\nb,"Phòng B\nc,Phòng C\n', encoding="utf-8")
    done = init(tmp_path, path)
    assert done.code == 4
    assert "dòng 3: không tách được" in done.err


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7"])
def test_a_unit_list_that_is_no_workbook_is_explained_in_the_language_asked_for(
    office: SmallOffice, data: bytes, lang: str
) -> None:
    office.space.units.write_bytes(data)
    done = office.run("export", lang=lang)
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert {"vi": "Danh sách đơn vị", "en": "The unit list"}[lang] in done.err
    assert ("Tệp" in done.err) is (lang == "vi")
    assert lang == "en" or english(done, "Word", "Excel") == []


@pytest.mark.parametrize(
    "command",
    [
        ("issue",),
        ("merge",),
        ("render",),
        ("sync",),
        ("export",),
        ("history", "NV-2026-00001"),
        ("summary", "--period", "2026-H1"),
        ("validate", "tdnv.toml"),
    ],
)
def test_every_command_stops_when_the_unit_list_is_missing(office: SmallOffice, command: tuple[str, ...]) -> None:
    office.space.units.unlink()
    before = office.space.register.read_bytes()
    done = office.run(*command)
    assert (done.code, done.err.count("\n")) == (4, 1), done
    assert "Không thấy danh sách đơn vị" in done.err
    assert "don-vi.xlsx" in done.err
    assert office.space.register.read_bytes() == before


def test_a_folder_in_the_place_of_a_file_is_said(office: SmallOffice) -> None:
    office.space.units.unlink()
    office.space.units.mkdir()
    office.space.calendar.unlink()
    done = office.run("export")
    assert done.code == 4
    assert "đây là thư mục" in done.err
    assert english(done) == []


# ------------------------------------------------------------------ the calendar


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("ngay,loai\nmai,nghi_le\n", "dòng 2, cột «ngay»: «mai» không phải là ngày", "«mai» is no day"),
        ("ngay,loai\n2026-03-02,nghi\n", "dòng 2, cột «loai»: không dùng được «nghi»", "write one of: nghi_le"),
        ("ngay,loai,ghi chú\n", "dòng 1: không có cột nào tên là «ghi chú»", "there is no column «ghi chú»"),
        ("ngay,ten\n", "cột «loai» phải có", "the column «loai» has to stand"),
        ("ngay;loai\n2026-03-02;lam_bu\n", "ngày 02/03/2026 ghi «lam_bu»", "no Saturday or Sunday"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_wrong_line_of_the_calendar_is_named(office: SmallOffice, text: str, vi: str, en: str, lang: str) -> None:
    office.space.calendar.write_text(text, encoding="utf-8-sig")
    done = office.run("export", lang=lang)
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "lich.csv" in done.err
    assert {"vi": vi, "en": en}[lang] in done.err
    assert lang == "en" or english(done) == []


@pytest.mark.parametrize("encoding", ["utf-16-le", "cp1258"])
def test_a_calendar_in_another_encoding_is_refused_with_what_to_do(office: SmallOffice, encoding: str) -> None:
    office.space.calendar.write_text("ngay,loai,ten\n2026-03-02,nghi_rieng,đo\n", encoding=encoding)
    done = office.run("export")
    assert done.code == 4
    assert "CSV UTF-8" in done.err


def test_a_cell_without_end_in_the_calendar_is_named(office: SmallOffice) -> None:
    office.space.calendar.write_text("ngay,loai,ten\n2026-03-02,nghi_rieng," + "x" * 200_000 + "\n", encoding="utf-8")
    done = office.run("export")
    assert done.code == 4
    assert "dòng 2: không tách được" in done.err


# ------------------------------------------------------------------ exports


@pytest.mark.parametrize("shape", ["csv", "jsonl", "parquet"])
def test_an_export_into_no_folder_is_refused_and_makes_none(office: SmallOffice, tmp_path: Path, shape: str) -> None:
    done = office.run("export", "--format", shape, "-o", tmp_path / "không" / "có" / "ra.csv")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "Không có thư mục" in done.err
    assert not (tmp_path / "không").exists()


@pytest.mark.parametrize("shape", ["csv", "jsonl", "parquet"])
def test_an_export_that_fails_half_way_leaves_the_old_file(
    office: SmallOffice, tmp_path: Path, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    target = tmp_path / "ra"
    target.write_bytes(b"old")
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(os, "fsync", full)
    done = office.run("export", "--format", shape, "-o", target)

    assert done.code == 4
    assert "đĩa đã đầy" in done.err
    assert english(done) == []
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_export_goes_through_a_link_and_into_a_device(office: SmallOffice, tmp_path: Path) -> None:
    link = tmp_path / "link.jsonl"
    link.symlink_to(tmp_path / "thật.jsonl")
    assert office.run("export", "-o", link).code == 0
    assert link.is_symlink()
    assert len((tmp_path / "thật.jsonl").read_text(encoding="utf-8").splitlines()) == 6
    assert office.run("export", "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_a_unit_list_as_a_workbook_with_other_sheets_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Ghi chú"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Đơn vị")
    sheet.append(["Mã", "Tên"])
    sheet.append(["a", "Phòng A"])
    book.save(tmp_path / "u.xlsx")
    assert [unit.name for unit in read_list(tmp_path / "u.xlsx")] == ["Phòng A"]
