"""What the register's figures count does not depend on which closed rows it shows; people see names, not codes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.conftest import enter, fill

if TYPE_CHECKING:
    from tests.conftest import SmallOffice


def settle(office: SmallOffice, keep: str) -> None:
    path = office.root / "tdnv.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'# keep_closed = "year"', f'keep_closed = "{keep}"', text), encoding="utf-8")


def closed(name: str, day: date) -> tuple[tuple[str, ...], dict[str, Any]]:
    fields = {"task_content": name, "progress": "done", "completed_date": day, "result_summary": "Xong"}
    return ("khtc",), {**fields, "assigned_date": date(2025, 1, 6), "deadline": date(2026, 5, 4)}


@pytest.mark.parametrize(("keep", "shown"), [("none", 6), ("year", 7), ("all", 8)])
def test_the_setting_changes_the_rows_and_not_the_figures(office: SmallOffice, keep: str, shown: int) -> None:
    enter(office.space, [closed("Đóng năm ngoái", date(2025, 11, 3)), closed("Đóng năm nay", date(2026, 4, 1))])
    settle(office, keep)

    assert office.run("render").code == 0

    book = load_workbook(office.space.register, data_only=True)
    ids = [row[0] for row in book["Nhiệm vụ"].iter_rows(min_row=6, values_only=True) if row[0]]
    assert len(ids) == shown
    figures = {str(row[1]): row for row in book["Theo đơn vị"].iter_rows(values_only=True)}
    assert 2 in figures["Phòng Kế hoạch - Tài chính"], "one open, one closed this year"
    assert any(
        "2026" in str(cell) and "Gồm" in str(cell)
        for row in book["Tổng quan"].iter_rows(values_only=True)
        for cell in row
    )


def test_the_log_names_the_unit_and_not_its_code(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {"NV-2026-00001": {"progress": "in_progress"}}))
    office.run("sync")
    cells = [str(c) for row in load_workbook(office.space.register)["Nhật ký"].iter_rows(values_only=True) for c in row]
    assert "Chi cục Thủy lợi" in cells
    assert "cctl" not in cells
    assert "Chi cục Thủy lợi" in office.run("history", "NV-2026-00001").out
