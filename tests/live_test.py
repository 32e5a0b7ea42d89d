"""The register is alive: what somebody types into it, and another as-of day, change status, days left and colours at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets import regulation
from tdnv_sheets.pipeline.demo import grid_of
from tdnv_sheets.render.live import CELLS, TODAY
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.register_tasks import TABLE_NAME
from tests.law_oracle import random_office
from tests.recalculated import SHEET, expected, judged, live_cells, recalculate, view_of

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.regulation import Regulation
    from tests.conftest import SmallOffice

AS_OF, LATER = date(2026, 6, 19), date(2026, 9, 2)
MOST = 8192
"""Characters that Excel allows in a formula, a name's too."""


@pytest.fixture(scope="module")
def amended() -> Regulation:
    """A regulation that answers every question about completion otherwise from 01/04/2026 on."""
    rules = regulation.load("thanh-hoa-2025")
    other = {"confirmation": False, "final_document": False, "returned_overdue": False}
    words = {"completion_day": "completed", "deadline_roll": "previous"}
    changes = other | words
    newer = [
        replace(switch, value=changes[switch.name], since=date(2026, 4, 1))
        for switch in rules.switches
        if switch.name in changes
    ]
    assert {switch.name for switch in newer} == set(changes)
    return replace(rules, switches=(*rules.switches, *newer))


def test_the_values_in_the_file_are_those_of_the_rules_before_anybody_calculates(
    amended: Regulation, tmp_path: Path
) -> None:
    rows = judged(amended, list(random_office(60, 5)), AS_OF)
    draw_register(view_of(amended, rows, AS_OF), tmp_path / "so.xlsx")

    assert live_cells(tmp_path / "so.xlsx") == expected(rows)
    book = load_workbook(tmp_path / "so.xlsx")
    columns, places = grid_of(book[SHEET])
    for field, name in CELLS.items():
        assert {
            book[SHEET].cell(row, columns[field]).value for task, row in places.items() if task.startswith("NV-")
        } == {f"={name}"}
        assert all(len(defined.attr_text) < MOST for defined in book.defined_names.values())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_typed_days_and_another_as_of_day_are_calculated_as_the_rules_say(amended: Regulation, tmp_path: Path) -> None:
    tasks = list(random_office(200, 7))
    path = tmp_path / "so.xlsx"
    draw_register(view_of(amended, judged(amended, tasks, AS_OF), AS_OF), path)
    book = load_workbook(path)  # it keeps no values: whatever is read afterwards was calculated
    sheet = book[SHEET]
    columns, places = grid_of(sheet)
    for number in range(0, 200, 3):
        tasks[number] = tasks[number]._replace(
            fields={**tasks[number].fields, "progress": "done", "completed_date": date(2026, 6, 1 + number % 28)}
        )
        row = places[f"NV-2026-{number + 1:05}"]
        sheet.cell(row, columns["progress"]).value = "Đã hoàn thành"
        sheet.cell(row, columns["completed_date"]).value = date(2026, 6, 1 + number % 28)
    day = book.defined_names[TODAY].attr_text.rpartition("!")[2].replace("$", "")
    assert sheet[day].value.date() == AS_OF
    sheet[day].value = LATER
    book.save(path)

    calculated = live_cells(recalculate(path, tmp_path, "ods", "xlsx"))

    wanted = expected(judged(amended, tasks, LATER))
    assert calculated == wanted
    statuses = {value for (_, field), value in wanted.items() if field == "status"}
    assert len(statuses) == 9


def test_the_as_of_cell_may_follow_the_clock(office: SmallOffice) -> None:
    settings = office.root / "tdnv.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'as_of_cell = "today"\n{text}', encoding="utf-8")
    assert office.run("render").code == 0

    book = load_workbook(office.space.register)
    day = book.defined_names[TODAY].attr_text.rpartition("!")[2].replace("$", "")
    assert book[SHEET][day].value == "=TODAY()"
    assert load_workbook(office.space.register, data_only=True)[SHEET][day].value.date() == date(2026, 6, 10)


def test_a_row_typed_below_the_table_is_given_the_formulas_by_excel(office: SmallOffice) -> None:
    assert office.run("render").code == 0

    sheet = load_workbook(office.space.register)[SHEET]
    table = sheet.tables[TABLE_NAME]
    columns, _ = grid_of(sheet)
    given = {
        column.id: column.calculatedColumnFormula.attr_text
        for column in table.tableColumns
        if column.calculatedColumnFormula
    }
    assert given == {columns[field]: name for field, name in CELLS.items()}
