"""«Tổng quan» says what waits today and how the year goes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets import regulation
from tdnv_sheets.render.overview_charts import AGES, by_age, by_month
from tests.conftest import SmallOffice, fill
from tests.law_oracle import random_office
from tests.recalculated import DAYS, judged, view_of

if TYPE_CHECKING:
    from pathlib import Path


def said_on(path: Path) -> dict[str, object]:
    """Give what stands under «Việc cần làm»: words → number."""
    rows = load_workbook(path)["Tổng quan"].iter_rows(values_only=True)
    return {str(row[0]): row[3] for row in rows if row[0] and isinstance(row[3], int)}


def test_who_has_not_been_heard_in_the_round_and_whose_file_went_back_is_said(office: SmallOffice) -> None:
    assert office.run("sync").code == 0
    assert not any("tháng 6 năm 2026" in words for words in said_on(office.space.register))
    wrong = fill(office.issue("cctl"), {"NV-2026-00001": {"completed_date": "giữa tháng"}})
    office.issue("cckl")
    office.issue("khtc")
    office.merge(wrong)

    office.run("sync")

    said = said_on(office.space.register)
    assert said["Đơn vị chưa gửi tệp tháng 6 năm 2026"] == 2
    assert said["Đơn vị phải sửa tệp tháng 6 năm 2026"] == 1

    office.merge(fill(wrong, {"NV-2026-00001": {"completed_date": date(2026, 6, 5)}}, wrong.with_name("đã sửa.xlsx")))
    office.run("sync")
    assert "Đơn vị phải sửa tệp tháng 6 năm 2026" not in said_on(office.space.register)


@pytest.mark.parametrize("as_of", DAYS)
def test_the_charts_count_every_overdue_row_once_and_each_month_of_the_year(as_of: date) -> None:
    rules = regulation.load("hai-phong-2025")
    rows = judged(rules, list(random_office(300, 3)), as_of)
    view = view_of(rules, rows, as_of)

    overdue = [-left for row in rows if (left := row.judgement.days_left) is not None and left < 0]
    groups = Counter(sum(days > age for age in AGES) for days in overdue if days)
    late = {"open_overdue", "not_completed"}
    assert sum(by_age(view)) == sum(row.judgement.status.value in late for row in rows)
    assert by_age(view) == [groups[index] for index in range(len(AGES) + 1)]
    done = [row.judgement.completion_day for row in rows if not row.judgement.awaiting and row.judgement.completion_day]
    assert [completed for _, completed in by_month(view)] == [
        sum(day.month == month and day.year == as_of.year for day in done) for month in range(1, as_of.month + 1)
    ]


def test_the_figures_of_the_charts_stand_on_a_hidden_sheet(office: SmallOffice) -> None:
    office.run("render")
    sheet = load_workbook(office.space.register)["_so_lieu"]
    assert sheet.sheet_state == "hidden"
    table = [row[:3] for row in sheet.iter_rows(values_only=True)]
    assert table[0] == (None, "Giao mới", "Hoàn thành")
    assert [row[:2] for row in table[1:5]] == [("T1", 2), ("T2", 1), ("T3", 1), ("T4", 1)]
