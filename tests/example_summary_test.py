"""The example office's half-year figures, counted again from the raw ledger by a few independent lines of pandas."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import load_workbook

from tdnv_sheets.pipeline.demo import play
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.shipped import packaged
from tests.conftest import NOW, run

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = (
    "completed_on_time",
    "completed_late",
    "completed_undated",
    "open_in_time",
    "open_overdue",
    "open_undated",
    "not_completed",
    "withdrawn",
    "transferred",
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mau") / "vp"
    play(root, Moment(date(2026, 6, 10), NOW))
    return root


def recount(root: Path, start: str, as_of: str) -> pd.DataFrame:
    """Count by unit from exported rows: raw fields only, none that the program computed."""
    lines = run("-C", root, "--as-of", as_of, "export").out.splitlines()
    frame = pd.DataFrame([json.loads(line) for line in lines])
    day = {
        name: pd.to_datetime(frame[name]) for name in ("assigned_date", "deadline", "extended_deadline", "result_date")
    }
    begin, until = pd.Timestamp(start), pd.Timestamp(as_of)
    off, worked = special_days()

    def rolled(deadline: pd.Timestamp) -> pd.Timestamp:
        while (str(deadline.date()) in off or deadline.weekday() > 4) and str(deadline.date()) not in worked:
            deadline += pd.Timedelta(days=1)
        return deadline

    final = frame["result_kind"].isna() | (frame["result_kind"] == "result")
    finished = pd.to_datetime(day["result_date"].where(final).fillna(pd.to_datetime(frame["completed_date"])))
    returned = (frame["decision"] == "returned") & (finished <= pd.to_datetime(frame["decision_date"]))
    done = (frame["progress"] == "done") & final & ~returned & (finished <= until)
    due = day["extended_deadline"].fillna(day["deadline"]).map(rolled, na_action="ignore")
    decided = pd.to_datetime(frame["decision_date"]) <= until
    status = pd.Series("open_undated", index=frame.index)
    status[due.notna() & (due >= until)] = "open_in_time"
    status[due.notna() & (due < until)] = "open_overdue"
    status[done & due.isna()] = "completed_undated"
    status[done & (finished <= due)] = "completed_on_time"
    status[done & (finished > due)] = "completed_late"
    for word in ("withdrawn", "transferred"):
        status[(frame["decision"] == word) & decided] = word
    closed_before = (done & (finished < begin)) | (
        frame["decision"].isin(["withdrawn", "transferred"]) & (pd.to_datetime(frame["decision_date"]) < begin)
    )
    frame = frame.assign(
        status=status,
        carried=day["assigned_date"] < begin,
        new=day["assigned_date"] >= begin,
        extended=due.notna() & day["extended_deadline"].notna(),
    )
    return frame[~closed_before & (day["assigned_date"] <= until)]


def special_days() -> tuple[set[str], set[str]]:
    """Give the days off and the worked Saturdays of the shipped calendar."""
    years = json.loads(packaged("data", "official_calendar.json").read_text(encoding="utf-8"))["years"].values()
    return {day["date"] for year in years for day in year["off"]}, {
        day["date"] for year in years for day in year["workdays"]
    }


def test_the_half_year_is_cut_off_on_the_day_of_the_regulation(played: Path) -> None:
    figures = run("-C", played, "summary", "--period", "2026-H1", "--format", "json").json
    assert (figures["as_of"], figures["regulation"]) == ("2026-06-10", "kon-tum-2022")
    other = run("-C", played, "summary", "--period", "2026-H1", "--as-of", "2026-06-30", "--format", "json").json
    assert other["as_of"] == "2026-06-30"


@pytest.mark.parametrize(
    ("period", "start", "as_of"),
    [
        ("2026-H1", "2026-01-01", "2026-06-10"),
        ("2025-H2", "2025-07-01", "2025-12-10"),
        ("2026-M05", "2026-05-01", "2026-05-31"),
        ("2026", "2026-01-01", "2026-06-10"),
    ],
)
def test_every_count_agrees_with_an_independent_count(played: Path, period: str, start: str, as_of: str) -> None:
    figures = run("-C", played, "summary", "--period", period, "--as-of", as_of, "--format", "json").json
    rows = recount(played, start, as_of)

    expected = {
        **{status: int((rows["status"] == status).sum()) for status in STATUSES},
        "carried": int(rows["carried"].sum()),
        "new": int(rows["new"].sum()),
        "total": len(rows),
        "extended": int(rows["extended"].sum()),
        "distinct_tasks": int(rows["task_id"].nunique()),
    }
    assert {name: figures["total"][name] for name in expected} == expected
    for line in figures["units"]:
        own = rows[rows["unit"] == line["unit"]]
        assert {status: line[status] for status in STATUSES} == {s: int((own["status"] == s).sum()) for s in STATUSES}
        assert (line["carried"], line["new"], line["total"]) == (own["carried"].sum(), own["new"].sum(), len(own))


def test_statuses_add_up_to_the_total_and_carried_and_new_too_in_every_line(played: Path) -> None:
    figures = run("-C", played, "summary", "--period", "2026-H1", "--format", "json").json
    assert len(figures["units"]) == 12
    for line in (figures["total"], *figures["units"]):
        assert sum(line[status] for status in STATUSES) == line["total"]
        assert line["carried"] + line["new"] == line["total"]
    assert all(check["ok"] for check in figures["checks"])
    assert len(figures["checks"]) > 3


def test_the_printed_table_holds_the_same_numbers_as_the_data(played: Path) -> None:
    figures = run("-C", played, "summary", "--period", "2026-H1", "--format", "json").json
    (path,) = (played / "bao-cao").glob("*2026-H1*.xlsx")
    sheet = load_workbook(path, data_only=True)["Biểu 01"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[0], int) and isinstance(row[1], str)]
    assert len(rows) == 12
    for row, line in zip(rows, figures["units"], strict=True):
        assert row[2:5] == (line["carried"], line["new"], line["total"])
        done = [line[s] for s in ("completed_on_time", "completed_late", "completed_undated")]
        assert list(row[5:9]) == [sum(done), *done]
