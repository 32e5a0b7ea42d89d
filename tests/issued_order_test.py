"""What a unit's workbook asks for first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.errors import BrokenDeclaration
from tdnv_sheets.render.template import FROZEN_COLUMNS
from tdnv_sheets.sheetspec import Owner, assignment_spec, load
from tests.conftest import SmallOffice, enter, fill, id_row

if TYPE_CHECKING:
    from pathlib import Path


def ids(path: Path) -> list[str]:
    sheet = load_workbook(path)["Cập nhật"]
    first, columns = id_row(sheet, "task_id")
    column = columns["task_id"]
    return [
        str(sheet.cell(row, column).value) for row in range(first, sheet.max_row + 1) if sheet.cell(row, column).value
    ]


def test_a_unit_reads_first_what_is_most_overdue_and_last_what_is_done(office: SmallOffice) -> None:
    due = {"assigned_date": date(2026, 5, 4), "deadline": date(2026, 6, 12)}
    enter(
        office.space,
        [
            (("cctl",), {"task_content": "Đến hạn ngày 12, thường", **due}),
            (("cctl",), {"task_content": "Đến hạn ngày 12, hỏa tốc", "urgency": "express", **due}),
            (("cctl",), {"task_content": "Đã xong", "deadline": date(2026, 6, 2)}),
            (("cctl",), {"task_content": "Quá hạn lâu nhất", "deadline": date(2026, 3, 2)}),
        ],
    )
    done = {"NV-2026-00008": {"progress": "done", "result_summary": "Xong", "completed_date": date(2026, 6, 2)}}
    assert office.merge(fill(office.issue("cctl"), done))["verdict"] == "accepted"

    assert ids(office.issue("cctl")) == [
        "NV-2026-00009",  # since 2 March
        "NV-2026-00002",  # since 15 May
        "NV-2026-00007",  # 12 June, express
        "NV-2026-00006",  # 12 June
        "NV-2026-00001",  # 30 June
        "NV-2026-00004",  # no deadline
        "NV-2026-00008",  # done
    ]


def test_the_white_columns_stand_right_behind_what_is_asked_and_how_it_stands() -> None:
    fields = assignment_spec().shown_on("update")

    owners = [spec.owner for spec in fields]
    white = owners.count(Owner.UNIT)
    assert [spec.name for spec in fields[: FROZEN_COLUMNS + 1]] == ["task_id", "task_content", "deadline", "status"]
    assert owners[FROZEN_COLUMNS + 1 :][:white] == [Owner.UNIT] * white


def test_a_spec_that_puts_first_what_a_sheet_does_not_show_is_refused(tmp_path: Path) -> None:
    spec = tmp_path / "assignment.toml"
    spec.write_text(
        '[sheet]\nname = "a"\nversion = 1\nfirst = {update = ["b"]}\n'
        '[[field]]\nname = "a"\nvi = "A"\nen = "A"\nowner = "unit"\ntype = "text"\nshows = ["update"]\n',
        encoding="utf-8",
    )

    with pytest.raises(BrokenDeclaration, match="not shown there: b"):
        load(spec)
