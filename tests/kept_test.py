"""A whole office's round keeps what people did to the register, and reads nothing into it that they did not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from tests.conftest import fill
from tests.enriched import complaints_of_parts, enriched_office
from tests.enriched_package import Package
from tests.registers import NEW, ONE, SHARED, THREE, TWO, edited, seen, sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SmallOffice

PEACH = PatternFill("solid", start_color="FFFBE5D6")
OWN = "Còn mấy ngày"


def worked_in(office: SmallOffice) -> str:
    """Do to «Nhiệm vụ» what the tests look for; gives the letters of the office's own column."""
    with edited(office) as sheet:
        column = get_column_letter(sheet.add_column(OWN, {}))
        for row in sheet.filled:
            sheet.sheet[f"{column}{row}"] = f"=LEN(M{row})"
        sheet.at(sheet.row(THREE), "note").comment = Comment("hỏi lại", "Văn thư")
        sheet.at(sheet.row(TWO), "task_content").fill = PEACH
        sheet.sheet.column_dimensions["C"].width = 33
    return column


def calculated(path: Path, convert: Callable[[Path, str], Path]) -> None:
    """Let LibreOffice calculate and save the register, as Excel would."""
    path.write_bytes(convert(path, "xlsx").read_bytes())


def test_rounds_keep_formulas_notes_paint_and_widths_and_read_nothing_into_a_calculation(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path]
) -> None:
    sync(office)
    column = worked_in(office)
    calculated(office.space.register, libreoffice)
    sync(office)
    office.merge(fill(office.issue("cckl"), {THREE: {"progress": "in_progress", "result_summary": "Đang rà soát"}}))
    sync(office)
    register = seen(office)

    assert [register.sheet[f"{column}{row}"].value for row in register.filled] == [
        f"=LEN(M{row})" for row in register.filled
    ]
    assert register.at(register.row(THREE), "note").comment.text == "hỏi lại"
    assert register.at(register.row(THREE), "result_summary").value == "Đang rà soát"
    assert register.at(register.row(TWO), "task_content").fill.start_color.rgb == "FFFBE5D6"
    assert register.sheet.column_dimensions["C"].width == pytest.approx(33, abs=0.2)

    revision = office.revision()
    calculated(office.space.register, libreoffice)
    assert "register-not-kept" not in sync(office).out
    assert office.revision() == revision


def test_rows_keep_the_places_that_the_office_gave_them_and_new_ones_come_last(office: SmallOffice) -> None:
    sync(office)
    with edited(office) as sheet:
        rows = [[cell.value for cell in sheet.sheet[row]] for row in reversed(sheet.filled)]
        for number, values in zip(sheet.filled, rows, strict=True):
            for column, value in enumerate(values, 1):
                sheet.sheet.cell(number, column).value = value
    sync(office)
    with edited(office) as sheet:
        sheet.add(unit="Chi cục Kiểm lâm", task_content="Tuần tra rừng", deadline_text="30/9/2026")
    sync(office)
    register = seen(office)
    order = [register.at(row, "task_id").value for row in register.filled]

    assert order == ["NV-2026-00005", SHARED, SHARED, THREE, TWO, ONE, NEW]


def test_what_a_redraw_cannot_keep_is_said_with_the_backup(office: SmallOffice) -> None:
    sync(office)
    with edited(office) as sheet:
        sheet.sheet.parent["Quá hạn"]["B5"].comment = Comment("gọi Chi cục", "Văn thư")
    done = sync(office)

    assert "gọi Chi cục" in done.out + done.err
    backups = list(office.space.backups.iterdir())
    assert any("gọi Chi cục" in str(c.comment) for b in backups for c in load_workbook(b)["Quá hạn"]["B"] if c.comment)


def test_rounds_over_a_register_full_of_the_offices_things_lose_none(office: SmallOffice) -> None:
    sync(office)
    with edited(office) as sheet:
        sheet.add_column(OWN, dict.fromkeys((ONE, TWO), 1))
    sync(office)
    start = enriched_office(office.space.register)
    sync(office)
    office.merge(fill(office.issue("cckl"), {THREE: {"progress": "in_progress", "result_summary": "Đang rà soát"}}))
    sync(office)
    data = office.space.register.read_bytes()

    assert complaints_of_parts(start, data) == []
    assert "Đang rà soát" in Package(data).text("xl/sharedStrings.xml")
