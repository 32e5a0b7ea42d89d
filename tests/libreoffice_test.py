"""What we draw opens in LibreOffice, and what LibreOffice saved of it still reads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.datavalidation import DataValidationList

from tdnv_sheets.pipeline.demo import AS_OF, grid_of, play
from tdnv_sheets.pipeline.moment import Moment
from tests.conftest import NOW, SmallOffice, fill
from tests.packages import raw_parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.pipeline.demo import Played

ONE = "NV-2026-00001"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("mau") / "vp", Moment(AS_OF, NOW))


def test_register_unit_workbook_marked_copy_and_summary_open(
    played: Played, libreoffice: Callable[[Path, str], Path]
) -> None:
    marked = next(item.marked_at for item in played.first.received if item.marked_at)
    for path in (played.space.register, played.issued[0].path, marked, played.summary, played.space.units):
        assert libreoffice(path, "pdf").stat().st_size > 10_000


def saved_there_and_back(path: Path, convert: Callable[[Path, str], Path]) -> Path:
    """Save a workbook as .ods and that as .xlsx again."""
    return convert(convert(path, "ods"), "xlsx")


def test_a_unit_workbook_saved_by_libreoffice_is_accepted(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path]
) -> None:
    book = fill(
        office.issue("cctl"), {ONE: {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong"}}
    )
    saved = saved_there_and_back(book, libreoffice)

    entry = office.merge(saved)

    assert (entry["verdict"], len(entry["changes"])) == ("accepted", 3), entry["findings"]


def test_a_register_saved_by_libreoffice_is_read_back_without_a_change(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path]
) -> None:
    office.run("sync")
    revision = office.revision()
    book = load_workbook(office.space.register)
    book.create_sheet("Bảng riêng", 1).append(["=COUNTA('Nhiệm vụ'!A:A)", "chữ riêng"])
    book.save(office.space.register)
    saved = saved_there_and_back(office.space.register, libreoffice)
    office.space.register.write_bytes(saved.read_bytes())

    done = office.run("sync")
    once = office.space.register.read_bytes()
    again = office.run("sync")

    assert (done.code, again.code, office.revision()) == (0, 0, revision), done.out + done.err
    assert office.space.register.read_bytes() == once
    kept, theirs = raw_parts(once), raw_parts(saved.read_bytes())
    own = f"xl/worksheets/sheet{load_workbook(saved).sheetnames.index('Bảng riêng') + 1}.xml"
    assert kept[own] == theirs[own]
    opened = load_workbook(libreoffice(office.space.register, "xlsx"), data_only=True)
    assert opened["Bảng riêng"]["B1"].value == "chữ riêng"
    assert opened["Bảng riêng"]["A1"].value == 5 + len(
        office.rows()
    )  # title, day, bands, ids and captions stand above them


def stripped(path: Path) -> Path:
    """Take drop-downs, protection and hidden sheets away, as programs do that do not know them."""
    book = load_workbook(path)
    for sheet in book.worksheets:
        sheet.data_validations = DataValidationList()
        sheet.protection.sheet = False
        if sheet.sheet_state != "visible":
            book.remove(sheet)
    book.save(path)
    return path


def test_a_unit_workbook_without_drop_downs_protection_and_hidden_sheets_is_still_taken(office: SmallOffice) -> None:
    answer = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong"}
    entry = office.merge(stripped(fill(office.issue("cctl"), {ONE: answer})))
    assert (entry["verdict"], len(entry["changes"])) == ("accepted", 3), entry["findings"]


def test_a_register_without_drop_downs_and_hidden_sheets_is_still_read_back(office: SmallOffice) -> None:
    office.run("sync")
    book = load_workbook(office.space.register)
    columns, rows = grid_of(book["Nhiệm vụ"])
    book["Nhiệm vụ"].cell(rows[ONE], columns["note"]).value = "Theo dõi sát."
    book.save(office.space.register)
    stripped(office.space.register)

    done = office.run("sync")

    assert done.code == 0, done.err
    assert office.rows()[ONE, "cctl"]["note"] == "Theo dõi sát."
