"""Foreign and hostile workbooks, and a reader that dies: nothing crashes, nothing hangs, nothing bad is taken in."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import os
import re
import signal
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book, Sheet
from tdnv_sheets.intake import worker
from tdnv_sheets.intake.open import open_bytes
from tdnv_sheets.intake.served import Request, serve
from tdnv_sheets.intake.worker import Reader, Readers
from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.validate import understand
from tdnv_sheets.validate.checked import Checked, Grounds
from tdnv_sheets.validate.understand import desk_of
from tests.conftest import TODAY, SmallOffice, fill, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from tdnv_sheets.validate.whose import Whose

SECONDS = 10.0
DESK = desk_of(Grounds((), TODAY))
MEGABYTES = 1_000
READ = "read"
PROMISE = {
    # What we say of each file: that it is read (and what is left out of it), or the finding and the words that name it.
    "01_xlsx_QQQ1234567.xlsx": "read",
    "02_FilterByCF.xlsx": "read",
    "03_oleloop.xls": "unreadable",
    "04_Simple.xlsb": "unsupported-kind kind_xlsb",
    "05_Test_Issue_12556_corrupt.xls": "unreadable",
    "06_51535.xls": "read",
    "07_57893-many-merges.xlsx": "read",
    "08_attack_billion_laughs.xlsx": "doctype",
    "09_attack_quadratic_blowup.xlsx": "doctype",
    "10_entity-expansion-exploit-poc-file.xlsx": "doctype",
    "11_attack_billion_laughs.ods": "doctype",
    "12_sheet_with_lots_of_shared_strings.xlsx": "read",
    "13_password.xlsx": "password",
    "14_password.xls": "password",
    "15_dde-test-encrypt-standardpassword.xlsx": "active-content active_dde",
    "16_xor-encryption-abc.xls": "password",
    "18_empty.csv": "incomplete-file",
    "19_actually_a_png.csv": "not-a-workbook kind_picture",
    "20_implicit-gz.csv": "not-a-workbook kind_archive",
    "21_TestIssue272.xlsx": "read",
    "22_type_excel.ods": "read",
    "23_clusterfuzz-testcase-minimized-POIFuzzer-5040805309710336.xlsx": "not-a-workbook kind_word",
    "24_invalid.xlsx": "unreadable",
    "25_clusterfuzz-testcase-minimized-XLSX2CSVFuzzer-5025401116950528.xlsx": "unreadable",
    "26_missing-bits.xlsx": "unreadable",
    "27_issue.3982.xlsx": "read",
    "28_UCL_Biomass_Plot_Form.xlsx": "read",
    "29_issue_594_dos.ods": "too-large limit_rows",
    "30_ods_QQQ1234567.ods": "read",
    "31_date_1904.xlsx": "read",
    "32_numbers-export.xlsx": "read",
    "33_1904DateWindowing.xls": "read",
    "34_TestEmptySelfClosingRow.xlsx": "read",
    "35_dde-test.xlsx": "active-content active_dde",
    "36_dde-in-csv.csv": "active-content active_dde",
    "37_sample_with_external_link_to_doc.xlsx": "active-content active_dde",
    "38_embedded-simple-2007.xlsx": "read object-ignored",
    "39_vba.xlsm": "read macro-ignored",
    "40_excel4_sample_macro.xlsm": "active-content active_xlm",
    "41_fakewebservice.xlsx": "read",
    "42_HideSheets.xlsx": "read",
    "43_xlsx_hidden_merged.xlsx": "read",
    "44_errors.xlsx": "read external-link",
    "45_sheet_visibility_strict.xlsx": "read",
    "46_Test_git_issue_271_InvalidDimension.xlsx": "read",
    "47_52348.xlsx": "read",
    "48_missing-r-attrs.xlsx": "read",
    "49_style-alternate-content.xlsx": "read",
    "50_Zip-Windows-Directory-Separator.xlsx": "read",
    "51_utf16be.bom.xlsx": "read",
    "52_duplicate-filename.xlsx": "unreadable",
    "53_xlsx-stream-d-date-cell.xlsx": "read",
    "54_issue139.xlsx": "read",
    "55_wpsBlankLineTest.xlsx": "read",
    "56_Test_Issue_12667_GoogleExport_MissingColumns.xlsx": "read",
    "57_as3xls_BIFF2.xls": "unsupported-kind kind_old_excel",
    "58_premiere.utf16le.csv": "read",
    "59_example2.csv": "unknown-encoding",
    "60_semicolon_separated.csv": "read",
    "61_null_byte.csv": "unreadable",
    "62_real_ministry_register_2017.xlsx": "read",
    "64_export-data-020417103801.xlsx": "read",
    "65_Baocaodonvi030417025704.xlsx": "read",
    "66_MauBaoCaoB0205.xls": "read",
    "67_plthang-MoTa.xlsx": "read",
    "68_id20240913153137_10_270_b26_00.xlsx": "read",
    "69_tasks_export_internal_1767243557935.xlsx": "read",
    "70_LOAI_TRU_C1.4.xlsx": "read",
    "71_G02005-01912001-01912001-201706-BT-M-01~10375eb5.xlsx": "read",
    "73_B02. Tên trường.xlsx": "read",
    "74_SO DỰ KIEN CHI NAM 2024 - BIEU PL 01 MỚI.xlsx": "read",
    "75_Danh sách quận huyện phường xã thuộc Thành phố Hải Phòng.xls": "read",
    "76_DakLak_PhuLucIII_data.csv": "read",
    "77_html_saved_as.xls": "unsupported-kind kind_html",
    "78_spreadsheetml2003_saved_as.xls": "unsupported-kind kind_xml2003",
    "79_csv_renamed.xlsx": "read",
    "80_apple_numbers_renamed.xlsx": "unsupported-kind kind_numbers",
    "81_interrupted_copy.xlsx": "incomplete-file",
    "82_xlsx_renamed.xls": "read",
    "83_ods_renamed.xlsx": "read",
    "~$LoadPivotTables.xlsx": "not-a-workbook kind_lock",
}


def corpus_files(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.iterdir() if path.is_file() and path.name != "index.tsv")


def digests(paths: list[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def expected(corpus: Path) -> dict[str, str]:
    with (corpus / "index.tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["expected"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def read_one(reader: Reader, path: Path) -> Book | Finding:
    return reader.read(path)[1]


def named(answer: Book | Finding) -> str:
    """Give what was said of a file in the words of the table above."""
    if isinstance(answer, Book):
        return " ".join((READ, *(warning.code for warning in answer.warnings)))
    what = answer.values.get("what_vi", "")
    entries = [name for name, words in area("parts").items() if what and fits(words["vi"], what)]
    assert len(entries) == bool(what), what
    return " ".join((answer.code, *entries))


def fits(words: str, text: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(words)), text) is not None


def peak_megabytes() -> float:
    """Give the most memory that the one child of this test has held so far."""
    (child,) = multiprocessing.active_children()
    status = Path(f"/proc/{child.pid}/status")
    if not status.exists():
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024


def test_every_file_of_the_corpus_gets_the_answer_that_names_its_true_cause_in_time_and_memory(corpus: Path) -> None:
    files = corpus_files(corpus)
    before = digests(files)
    said: dict[str, str] = {}
    slow: dict[str, float] = {}
    with Reader() as reader:
        for path in files:
            start = time.perf_counter()
            said[path.name] = named(read_one(reader, path))
            took = time.perf_counter() - start
            if took >= SECONDS:
                slow[path.name] = took
            assert peak_megabytes() < MEGABYTES, path.name

    assert said == PROMISE
    assert slow == {}
    assert digests(files) == before


def test_what_the_corpus_says_to_refuse_is_refused_and_what_it_says_to_read_is_read(corpus: Path) -> None:
    wanted = expected(corpus)

    assert wanted.keys() == PROMISE.keys()
    assert {name for name, want in wanted.items() if want == "reject" and PROMISE[name].startswith(READ)} == set()
    assert {name for name, want in wanted.items() if want == "readable" and not PROMISE[name].startswith(READ)} == set()


def test_no_file_of_the_corpus_is_ever_accepted_and_none_is_changed(office: SmallOffice, corpus: Path) -> None:
    files = corpus_files(corpus)
    before = digests(files)
    rows, revision = office.rows(), office.revision()

    inside = office.run("validate", "--format", "json", *files)
    outside = run("-C", corpus, "--as-of", TODAY.isoformat(), "validate", "--format", "json", *files)
    merged = office.run("merge", "--format", "json", *files)

    for done in (inside, outside, merged):
        verdicts = {entry["file"]: entry["verdict"] for entry in done.json}
        assert done.code == 1, done.err
        assert len(verdicts) == len(files)
        refused = {name for name, want in expected(corpus).items() if want == "reject"}
        assert {verdicts[name] for name in refused} <= {"quarantined", "waiting"}
        assert not {name for name, verdict in verdicts.items() if verdict in {"accepted", "partly", "duplicate"}}
        codes = {entry["file"]: {finding["code"] for finding in entry["findings"]} for entry in done.json}
        wrong = {
            name
            for name, promise in PROMISE.items()
            if not promise.startswith(READ) and promise.split()[0] not in codes[name]
        }
        assert wrong == set()
    quarantined = {entry["file"] for entry in merged.json if entry["verdict"] == "quarantined"}
    assert {name: (office.space.quarantine / name).read_bytes() for name in quarantined} == {
        name: (corpus / name).read_bytes() for name in quarantined
    }
    assert digests(files) == before
    assert (office.rows(), office.revision()) == (rows, revision)


def test_files_dropped_into_the_inbox_are_filed_byte_for_byte_and_unfinished_ones_wait(
    office: SmallOffice, corpus: Path
) -> None:
    files = [path for path in corpus_files(corpus) if not path.name.startswith("~$")]
    for path in files:
        office.drop(path)

    done = office.run("merge", "--format", "json")

    assert done.code == 1, done.err
    verdicts = {entry["file"]: entry["verdict"] for entry in done.json}
    assert verdicts.keys() == {path.name for path in files}
    folders = {"quarantined": office.space.quarantine, "waiting": office.space.inbox}
    for path in files:
        assert (folders[verdicts[path.name]] / path.name).read_bytes() == path.read_bytes()


def sheet_of(corpus: Path, name: str, number: int = 0) -> Sheet:
    path = corpus / name
    book = open_bytes(path.read_bytes(), path.suffix)
    assert isinstance(book, Book)
    return book.sheets[number]


def test_error_cells_of_a_foreign_workbook_are_all_seen(corpus: Path) -> None:
    seen = sheet_of(corpus, "44_errors.xlsx").errors

    assert {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"} <= set(seen.values())


@pytest.mark.parametrize(
    ("name", "far"),
    [
        ("01_xlsx_QQQ1234567.xlsx", "QQQ123456"),
        ("02_FilterByCF.xlsx", "FOO100000"),
        ("06_51535.xls", "IV1"),
        ("30_ods_QQQ1234567.ods", "QQQ123456"),
    ],
)
def test_cells_far_from_the_table_are_left_out_and_counted(corpus: Path, name: str, far: str) -> None:
    sheet = sheet_of(corpus, name)

    assert sheet.far_first == far
    assert len(sheet.rows) < 1_000


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("27_issue.3982.xlsx", 96),
        ("28_UCL_Biomass_Plot_Form.xlsx", 493),
        ("46_Test_git_issue_271_InvalidDimension.xlsx", 13),
        ("47_52348.xlsx", 50),
        ("48_missing-r-attrs.xlsx", 15),
        ("53_xlsx-stream-d-date-cell.xlsx", 33),
        ("60_semicolon_separated.csv", 9),
    ],
)
def test_every_filled_cell_comes_through(corpus: Path, name: str, filled: int) -> None:
    assert sum(value is not None for row in sheet_of(corpus, name).rows for value in row) == filled


def test_dates_are_right_whatever_the_file_counts_from(corpus: Path) -> None:
    assert sheet_of(corpus, "31_date_1904.xlsx").cell(1, 1) == date(2021, 1, 1)
    assert sheet_of(corpus, "33_1904DateWindowing.xls").cell(1, 1) == date(2000, 1, 1)
    moment = sheet_of(corpus, "53_xlsx-stream-d-date-cell.xlsx").cell(5, 2)
    assert isinstance(moment, datetime)
    assert moment.date() == date(2014, 2, 14)


def test_the_same_table_is_the_same_in_a_text_file_under_either_name(corpus: Path) -> None:
    named_csv, named_xlsx = (sheet_of(corpus, name) for name in ("76_DakLak_PhuLucIII_data.csv", "79_csv_renamed.xlsx"))

    assert named_csv == named_xlsx
    assert "96.898" in {value for row in named_csv.rows for value in row}  # a dot between thousands stays as it stands


def test_hidden_parts_of_a_foreign_workbook_are_seen(corpus: Path) -> None:
    assert [sheet_of(corpus, "42_HideSheets.xlsx", number).hidden for number in range(4)] == [True, False, False, True]
    strict = [sheet_of(corpus, "45_sheet_visibility_strict.xlsx", number) for number in range(3)]
    assert [sheet.hidden for sheet in strict] == [False, True, True]
    assert all(sheet.rows for sheet in strict)
    sheet = sheet_of(corpus, "43_xlsx_hidden_merged.xlsx")
    assert (len(sheet.hidden_rows), len(sheet.hidden_columns), len(sheet.merged)) == (2, 2, 7)


# ------------------------------------------------------------------ the worker

HANG, DIE = "treo.xlsx", "chết.xlsx"


class Trap:
    """A pipe that hangs or dies when it is asked for a file of a certain name."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def recv(self) -> object:
        said: object = self.pipe.recv()
        if isinstance(said, Request) and HANG.encode() in said.data:
            time.sleep(600)
        if isinstance(said, Request) and DIE.encode() in said.data:
            os._exit(134)
        return said

    def send(self, answer: object) -> None:
        self.pipe.send(answer)


def serve_with_traps(pipe: Connection, megabytes: int) -> None:
    serve(Trap(pipe), megabytes)  # type: ignore[arg-type]  # stands in for a pipe


def serve_nothing(pipe: Connection, megabytes: int) -> None:
    del pipe, megabytes


@pytest.fixture
def books(tmp_path: Path) -> dict[str, Path]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Nội dung"
    paths = {name: tmp_path / name for name in ("tốt.xlsx", HANG, DIE)}
    for path in paths.values():
        book.save(path)
        with zipfile.ZipFile(path, "a") as package:
            package.comment = path.name.encode()
    return paths


def is_read(answer: Book | Finding) -> bool:
    return isinstance(answer, Book) and answer.sheets[0].cell(1, 1) == "Nội dung"


def code(answer: Book | Finding) -> str:
    assert isinstance(answer, Finding)
    return answer.code


def test_a_reader_that_hangs_is_stopped_and_the_next_file_is_read(
    books: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "serve", serve_with_traps)
    with Reader(seconds=1.0) as reader:
        assert is_read(read_one(reader, books["tốt.xlsx"]))  # how long the child takes to begin is not the file's doing
        start = time.perf_counter()
        assert code(read_one(reader, books[HANG])) == "took-too-long"
        assert time.perf_counter() - start < SECONDS
        assert is_read(read_one(reader, books["tốt.xlsx"]))


def test_a_reader_that_dies_at_a_file_is_replaced_and_the_next_file_is_read(
    books: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "serve", serve_with_traps)
    with Reader() as reader:
        assert is_read(read_one(reader, books["tốt.xlsx"]))
        assert code(read_one(reader, books[DIE])) == "unreadable"
        assert is_read(read_one(reader, books["tốt.xlsx"]))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signals")
def test_a_reader_that_was_killed_between_two_files_is_replaced_unnoticed(books: dict[str, Path]) -> None:
    with Reader() as reader:
        assert is_read(read_one(reader, books["tốt.xlsx"]))
        (child,) = multiprocessing.active_children()
        killed = child.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        child.join(5)
        assert is_read(read_one(reader, books["tốt.xlsx"]))
        assert [other.pid for other in multiprocessing.active_children()] != [killed]


def test_a_reader_that_cannot_start_blames_no_file(books: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "serve", serve_nothing)
    with Reader() as reader, pytest.raises(BrokenSurroundings, match="reader-not-started"):
        read_one(reader, books["tốt.xlsx"])


def test_when_no_reader_starts_the_dropped_file_is_not_lost(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = office.drop(fill(office.issue("cctl"), {"NV-2026-00001": {"progress": "in_progress"}}))
    original = good.read_bytes()
    monkeypatch.setattr(worker, "serve", serve_nothing)

    done = office.run("merge")

    assert done.code == 4
    monkeypatch.undo()
    assert office.run("merge", "--format", "json").json[0]["verdict"] == "accepted"
    (archived,) = office.root.glob("luu-tru/*/*.xlsx")
    assert archived.read_bytes() == original


# ------------------------------------------------------------------ several readers


def test_several_readers_give_the_files_in_their_order_whatever_one_of_them_does(
    books: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "serve", serve_with_traps)
    good, gone = books["tốt.xlsx"], tmp_path / "không có.xlsx"
    paths = [good, books[HANG], good, books[DIE], good, gone, good, good]
    with Readers(2, seconds=2.0) as readers:
        answers = list(readers.understand_all(paths, DESK))

    assert [path for path, _, _ in answers] == paths
    results = [answer for _, _, answer in answers]
    assert isinstance(results[5], FileNotFoundError)
    assert [answer.code for answer in results if isinstance(answer, Finding)] == ["took-too-long", "unreadable"]
    assert [number for number, answer in enumerate(results) if isinstance(answer, Checked)] == [0, 2, 4, 6, 7]
    assert answers[0][1].digest == hashlib.sha256(good.read_bytes()).hexdigest()
    assert multiprocessing.active_children() == []


def test_a_question_that_nobody_can_answer_blames_no_file_and_the_next_one_is_understood(
    books: dict[str, Path],
) -> None:
    def lost(_: object) -> Whose:
        raise BrokenSurroundings("ledger-lost", url="postgresql://vp")

    good = books["tốt.xlsx"]
    with Readers(1) as readers:
        with pytest.raises(BrokenSurroundings, match="ledger-lost"):
            list(readers.understand_all([good], replace(DESK, whose=lost)))
        ((_, _, answer),) = readers.understand_all([good], DESK)
    assert isinstance(answer, Checked)
    assert [about.finding.code for about in answer.abouts] == ["not-our-template"]


def serve_with_a_mistake(pipe: Connection, megabytes: int) -> None:
    understand.understand = lambda *_: 1 // 0  # type: ignore[assignment]  # runs in the child only
    serve(pipe, megabytes)


def test_a_mistake_of_ours_in_the_child_is_no_fault_of_the_file(
    books: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "serve", serve_with_a_mistake)
    with Readers(1) as readers, pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(readers.understand_all([books["tốt.xlsx"]], DESK))


@pytest.mark.parametrize(("files", "size", "most"), [(10, 2**20, 11), (10, 1, 4)])
def test_several_readers_read_ahead_so_many_files_and_so_much_of_them(
    books: dict[str, Path], monkeypatch: pytest.MonkeyPatch, files: int, size: int, most: int
) -> None:
    monkeypatch.setattr(worker, "FILES_AHEAD", files)
    monkeypatch.setattr(worker, "BYTES_AHEAD", size)
    asked = 0

    def paths() -> Iterator[Path]:
        nonlocal asked
        for _ in range(50):
            asked += 1
            yield books["tốt.xlsx"]

    with Readers(2) as readers:
        answers = readers.understand_all(paths(), DESK)
        next(answers)
        assert asked == most
        assert sum(1 for _ in answers) == 49


def test_several_readers_of_which_none_starts_blame_no_file(
    books: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "serve", serve_nothing)
    with Readers(2) as readers, pytest.raises(BrokenSurroundings, match="reader-not-started"):
        list(readers.understand_all([books["tốt.xlsx"]], DESK))
