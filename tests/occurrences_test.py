"""A recurring task asks for a task of its own in each period: opened once, with its own deadline, and filled in like any other."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.demo import grid_of
from tdnv_sheets.pipeline.issue import issue
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.sync import Synced, sync
from tdnv_sheets.records import Change, Key
from tests.conftest import NOW, SmallOffice, enter, fill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value

SERIES = "NV-2026-00006"
MONTHLY: Mapping[str, Value] = {
    "task_content": "Báo cáo kết quả giải ngân",
    "document_number": "50/UBND-KT",
    "document_date": date(2026, 2, 2),
    "assigned_date": date(2026, 2, 3),
    "deadline_text": "trước ngày 20 hằng tháng",
    "recurrence": "Hằng tháng",
    "assigner": "UBND tỉnh",
    "extra:Lĩnh vực": "Tài chính",
}


def on(day: date) -> Moment:
    return Moment(day, datetime(day.year, day.month, day.day, 9, 0))  # noqa: DTZ001 - the clock on the office's wall


def round_on(office: SmallOffice, day: date) -> Synced:
    with open_office(office.space) as opened:
        return sync(opened, on(day))


def occurrences(office: SmallOffice, day: date) -> dict[tuple[str, str], dict[str, Any]]:
    """Give (what stands under «Định kỳ», unit) → row."""
    rows = office.rows(day).values()
    return {(str(row["recurrence"]), row["unit"]): row for row in rows if "·" in str(row.get("recurrence") or "")}


def change(office: SmallOffice, key: Key, day: date, **fields: Value) -> None:
    """Write cells of one assignment as the office would."""
    with open_office(office.space) as opened:
        now = opened.ledger.assignments([key])[key]
        changes = tuple(Change(key, name, now.get(name), value, "6") for name, value in fields.items())
        revision = opened.ledger.revision()
        entry = Entry(
            at=NOW, day=day, who="Văn phòng", source="office", decided_at=revision, changes=changes, drawn=revision
        )
        assert commit(opened.ledger, entry) is not None


@pytest.fixture
def monthly(office_anywhere: SmallOffice) -> SmallOffice:
    """An office whose sixth task comes back each month, for two units."""
    enter(office_anywhere.space, [(("cctl", "cckl"), MONTHLY)])
    return office_anywhere


def test_a_recurring_task_gets_this_months_occurrence_with_its_own_deadline(monthly: SmallOffice) -> None:
    done = round_on(monthly, date(2026, 6, 10))

    assert [about.finding.code for about in done.register.abouts] == ["occurrences-opened"]
    found = occurrences(monthly, date(2026, 6, 10))
    assert set(found) == {(f"{SERIES} · 2026-M06", "cctl"), (f"{SERIES} · 2026-M06", "cckl")}
    row = found[f"{SERIES} · 2026-M06", "cctl"]
    assert (row["deadline"], row["assigned_date"], row["status"]) == ("2026-06-19", "2026-06-01", "open_in_time")
    assert row["task_content"] == "Báo cáo kết quả giải ngân (tháng 6 năm 2026)"
    assert (row["document_number"], row["deadline_text"]) == ("50/UBND-KT", "trước ngày 20 hằng tháng")
    assert row["alerts"] == []
    assert len({one["task_id"] for one in found.values()}) == 1
    series = monthly.rows(date(2026, 6, 10))[SERIES, "cctl"]
    assert (series["deadline"], series["status"], series["recurrence"]) == (None, "open_undated", "Hằng tháng")


def test_each_month_adds_one_and_the_one_before_keeps_its_deadline(monthly: SmallOffice) -> None:
    round_on(monthly, date(2026, 6, 10))
    again = round_on(monthly, date(2026, 6, 30))
    assert again.register.abouts == ()
    round_on(monthly, date(2026, 7, 1))

    found = occurrences(monthly, date(2026, 7, 1))
    assert {words: (row["deadline"], row["status"]) for (words, unit), row in found.items() if unit == "cctl"} == {
        f"{SERIES} · 2026-M06": ("2026-06-19", "open_overdue"),
        f"{SERIES} · 2026-M07": ("2026-07-19", "open_in_time"),
    }


def test_months_in_which_nobody_ran_the_program_are_made_up_for(monthly: SmallOffice) -> None:
    round_on(monthly, date(2026, 3, 5))
    round_on(monthly, date(2026, 6, 10))

    assert [words[-3:] for words, unit in occurrences(monthly, date(2026, 6, 10)) if unit == "cckl"] == [
        "M03",
        "M04",
        "M05",
        "M06",
    ]


def test_a_unit_fills_in_the_occurrence_and_not_the_recurring_task(monthly: SmallOffice) -> None:
    with open_office(monthly.space) as opened:
        issued = issue(opened, parse_period("2026-M06"), on(date(2026, 6, 10)), units=["cctl"])
    assert [about.finding.code for about in issued.abouts] == ["occurrences-opened"]
    path = issued.files[0].path
    _, rows = grid_of(load_workbook(path)["Cập nhật"])
    task = occurrences(monthly, date(2026, 6, 10))[f"{SERIES} · 2026-M06", "cctl"]["task_id"]
    assert SERIES not in rows
    assert task in rows

    answer = {"progress": "done", "completed_date": date(2026, 6, 10), "result_summary": "Đã gửi báo cáo tháng 6."}
    assert monthly.merge(fill(path, {task: answer}))["verdict"] == "accepted"
    round_on(monthly, date(2026, 7, 2))

    mine = {
        words[-3:]: row["status"]
        for (words, unit), row in occurrences(monthly, date(2026, 7, 2)).items()
        if unit == "cctl"
    }
    assert mine == {"M06": "completed_on_time", "M07": "open_in_time"}


def test_what_was_due_before_the_task_was_given_is_not_owed(office: SmallOffice) -> None:
    enter(
        office.space, [(("cctl",), {**MONTHLY, "assigned_date": date(2026, 6, 25), "document_date": date(2026, 6, 25)})]
    )

    round_on(office, date(2026, 6, 26))
    assert occurrences(office, date(2026, 6, 26)) == {}
    round_on(office, date(2026, 7, 1))
    assert [words[-3:] for words, _ in occurrences(office, date(2026, 7, 1))] == ["M07"]


def test_a_recurring_task_that_was_withdrawn_asks_for_nothing_more(office: SmallOffice) -> None:
    enter(office.space, [(("cctl",), MONTHLY)])
    round_on(office, date(2026, 6, 10))
    change(office, Key(SERIES, "cctl"), date(2026, 6, 20), decision="withdrawn", decision_date=date(2026, 6, 20))

    round_on(office, date(2026, 7, 10))

    assert [words[-3:] for words, _ in occurrences(office, date(2026, 7, 10))] == ["M06"]


def test_an_occurrence_whose_link_the_office_wrote_over_or_that_was_undone_is_not_opened_again(
    office: SmallOffice,
) -> None:
    enter(office.space, [(("cctl",), MONTHLY)])
    round_on(office, date(2026, 5, 10))
    (row,) = occurrences(office, date(2026, 5, 10)).values()
    change(office, Key(row["task_id"], "cctl"), date(2026, 5, 11), recurrence="việc tháng 5")
    round_on(office, date(2026, 6, 10))
    assert [words[-3:] for words, _ in occurrences(office, date(2026, 6, 10))] == ["M06"]

    assert office.run("undo", str(office.revision())).code == 0
    again = round_on(office, date(2026, 6, 12))

    assert again.register.abouts == ()
    assert occurrences(office, date(2026, 6, 12)) == {}


def test_a_unit_that_takes_the_task_over_owes_what_begins_from_then_on(office: SmallOffice) -> None:
    enter(office.space, [(("cctl",), MONTHLY)])
    round_on(office, date(2026, 6, 10))
    page = load_workbook(office.space.register)
    sheet = page["Nhiệm vụ"]
    columns, rows = grid_of(sheet)
    answers: dict[str, Any] = {
        "decision": "Chuyển đơn vị khác",
        "decision_date": date(2026, 6, 15),
        "transferred_to": "Phòng Kế hoạch - Tài chính",
    }
    for name, value in answers.items():
        sheet.cell(rows[SERIES], columns[name]).value = value
    page.save(office.space.register)
    round_on(office, date(2026, 6, 16))
    assert office.rows(date(2026, 6, 16))[SERIES, "khtc"]["recurrence"] == "Hằng tháng"

    round_on(office, date(2026, 7, 1))

    found = occurrences(office, date(2026, 7, 1))
    assert {(words[-3:], unit) for words, unit in found} == {("M06", "cctl"), ("M07", "khtc")}


def test_a_day_that_has_not_come_opens_nothing(monthly: SmallOffice) -> None:
    with open_office(monthly.space) as opened:
        done = sync(opened, Moment(date(2027, 1, 15), NOW))
    assert done.register.abouts == ()
    assert occurrences(monthly, date(2027, 1, 15)) == {}


def test_the_register_with_occurrences_is_read_back_without_any_change(monthly: SmallOffice) -> None:
    round_on(monthly, date(2026, 6, 10))
    for _ in range(2):  # the office's own column is met for the first time, and that is remembered
        revision = monthly.revision()
        load_workbook(monthly.space.register).save(monthly.space.register)
        done = round_on(monthly, date(2026, 6, 10))

    assert (monthly.revision(), done.register.changes, done.register.new_tasks) == (revision, (), ())


def test_the_recurring_task_itself_is_never_called_silent(monthly: SmallOffice) -> None:
    round_on(monthly, date(2026, 6, 10))
    later = monthly.rows(date(2027, 3, 1))[SERIES, "cctl"]
    assert later["alerts"] == []
