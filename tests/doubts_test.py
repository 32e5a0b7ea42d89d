"""What a returned workbook says of itself, against what it holds."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from tests.conftest import SmallOffice, fill

if TYPE_CHECKING:
    from pathlib import Path

ONE = "NV-2026-00001"


def answer(path: Path, field: str, word: str) -> Path:
    """Write a line of «Báo cáo»."""
    book = load_workbook(path)
    for row in book["Báo cáo"].iter_rows():
        for cell in row:
            if cell.value == field:
                row[cell.column + 1].value = word  # two to the right, and cells count from 0
    book.save(path)
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


def test_a_day_before_2000_in_a_workbook_of_1904_is_named_and_never_kept(office: SmallOffice) -> None:
    old = date(1994, 5, 1)  # shown four years and a day later once the file counts from 1904
    said = {"progress": "done", "result_summary": "Xong.", "completed_date": old}
    entry = office.merge(counted_from_1904(fill(office.issue("cctl"), {ONE: said})))

    codes = {(f["code"], f["column"]) for f in entry["findings"] if f["severity"] == "error"}
    assert ("day-of-1904", "Ngày hoàn thành") in codes
    assert office.rows()[ONE, "cctl"]["completed_date"] is None
