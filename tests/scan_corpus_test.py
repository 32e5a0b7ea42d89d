"""Foreign and hostile workbooks, and a reader that dies: nothing crashes, nothing hangs, nothing bad is taken in."""

from __future__ import annotations

import csv
import hashlib
import multiprocessing
import os
import signal
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book
from tdnv_sheets.intake import worker
from tdnv_sheets.intake.sheet_scan import scan_sheet
from tdnv_sheets.intake.worker import Reader, serve
from tests.conftest import TODAY, SmallOffice, fill, run

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

SECONDS = 10.0


def corpus_files(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.iterdir() if path.is_file() and path.name != "index.tsv")


def digests(paths: list[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def expected(corpus: Path) -> dict[str, str]:
    with (corpus / "index.tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["expected"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def read_one(reader: Reader, path: Path) -> Book | Finding:
    return reader.read(path)[1]


def test_every_file_of_the_corpus_is_scanned_and_read_in_time_without_a_crash(corpus: Path) -> None:
    files = corpus_files(corpus)
    before = digests(files)
    slow: dict[str, float] = {}
    with Reader() as reader:
        for path in files:
            start = time.perf_counter()
            answer = read_one(reader, path)
            took = time.perf_counter() - start
            assert isinstance(answer, Book | Finding), path.name
            if took >= SECONDS:
                slow[path.name] = took

    assert slow == {}
    assert digests(files) == before


def test_every_xlsx_that_others_can_read_is_read_but_for_three_with_a_reason(corpus: Path) -> None:
    """Of .xls, .ods and .csv we only say how to save them; a package of Excel is read, whoever wrote it."""
    refused: dict[str, str] = {}
    with Reader() as reader:
        for name, want in expected(corpus).items():
            answer = read_one(reader, corpus / name)
            if want == "readable" and isinstance(answer, Finding):
                refused[name] = answer.code
    kinds = {name: code for name, code in refused.items() if code == "unsupported-kind"}

    assert all(name.endswith((".xls", ".ods", ".csv")) for name in kinds)
    assert {name: code for name, code in refused.items() if name not in kinds} == {
        "02_FilterByCF.xlsx": "too-large",  # a cell in column 4,461
        "44_errors.xlsx": "active-content",  # a link to another workbook
        "51_utf16be.bom.xlsx": "unreadable",  # UTF-16 parts, which no office program writes; calamine cannot read them
    }


def test_no_file_of_the_corpus_is_ever_accepted_and_none_is_changed(office: SmallOffice, corpus: Path) -> None:
    files = corpus_files(corpus)
    before = digests(files)
    rows, revision = office.rows(), office.revision()
    reject = {name for name, want in expected(corpus).items() if want == "reject"}
    assert len(reject) > 20

    inside = office.run("validate", "--format", "json", *files)
    outside = run("-C", corpus, "--as-of", TODAY.isoformat(), "validate", "--format", "json", *files)

    for done in (inside, outside):
        verdicts = {entry["file"]: entry["verdict"] for entry in done.json}
        assert done.code == 1
        assert len(verdicts) == len(files)
        assert {verdicts[name] for name in reject} <= {"quarantined", "waiting"}
        assert not {name for name, verdict in verdicts.items() if verdict in {"accepted", "partly", "duplicate"}}
    assert digests(files) == before
    assert (office.rows(), office.revision()) == (rows, revision)


def test_error_cells_of_a_foreign_workbook_are_all_seen(corpus: Path) -> None:
    with zipfile.ZipFile(corpus / "44_errors.xlsx") as package:
        parts = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/")]

    seen = {value for part in parts for value in scan_sheet(part, hidden=False).errors.values()}

    assert {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"} <= seen


# ------------------------------------------------------------------ the worker

HANG, DIE = "treo.xlsx", "chết.xlsx"


class Trap:
    """A pipe that hangs or dies when it is asked for a file of a certain name."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def recv(self) -> object:
        request = self.pipe.recv()
        if HANG.encode() in request[0]:
            time.sleep(600)
        if DIE.encode() in request[0]:
            os._exit(134)
        return request

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
