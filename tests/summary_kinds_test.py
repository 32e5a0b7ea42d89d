"""The kinds of reports: by week, month, unit or between two days; when each is due, and the files that come of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tdnv_sheets import regulation
from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.periods import PeriodKind, containing, parse_period
from tests.conftest import TASKS, UNITS_CSV, SmallOffice, enter, run

if TYPE_CHECKING:
    from pathlib import Path

H1, AS_OF = "2026-H1", "2026-06-10"


def office_under(rules: str, folder: Path) -> SmallOffice:
    units = folder / "don-vi.csv"
    units.write_text(UNITS_CSV, encoding="utf-8")
    made = run("--as-of", AS_OF, "init", folder / "vp", "--units", units, "--regulation", rules)
    assert made.code == 0, made.err
    enter(find(folder / "vp"), TASKS)
    return SmallOffice(find(folder / "vp"))


# ------------------------------------------------------------------ weeks


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026-W23", date(2026, 6, 1), date(2026, 6, 7)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
    ],
)
def test_a_week_runs_from_monday_to_sunday_by_its_number_of_iso_8601(name: str, start: date, end: date) -> None:
    week = parse_period(name)
    assert (week.kind, week.start, week.end, week.name) == (PeriodKind.WEEK, start, end, name)
    assert week.title("vi") == f"tuần {int(name[-2:])} năm 2026 ({start:%d/%m}–{end:%d/%m/%Y})"


@pytest.mark.parametrize("name", ["2025-W53", "2026-W00", "2026-W54", "2026-W1", "1826-W10"])
def test_a_week_that_is_none_is_wrong_usage(name: str) -> None:
    with pytest.raises(WrongUsage):
        parse_period(name)


@given(st.dates(date(1995, 1, 1), date(2095, 12, 31)), st.sampled_from([*PeriodKind][:-1]))
def test_periods_of_every_kind_follow_each_other_without_gap_and_bear_their_own_name(
    day: date, kind: PeriodKind
) -> None:
    period = containing(day, kind)
    before = period.previous()

    assert day in period
    assert parse_period(period.name) == period
    assert (before.kind, (period.start - before.end).days) == (kind, 1)


def test_the_weekly_list_is_counted_and_sent_on_the_day_of_the_regulation(tmp_path: Path) -> None:
    office = office_under("hai-phong-2025", tmp_path)
    done = office.run("summary", "--kind", "week", "--format", "json", as_of=date(2026, 6, 4))
    named = office.run("summary", "--period", "2026-W23", "--as-of", "2026-06-04", "--format", "json")

    assert (done.code, done.json["period"], done.json["as_of"]) == (0, "2026-W23", "2026-06-04")
    assert named.json == done.json
    assert done.json["sending"]["article"] == "Điều 6.1d"
    assert done.json["sending"]["due"] == "2026-06-04"
    assert done.json["sending"]["to"] == "Văn phòng UBND thành phố"
    assert "Điều 6.1d" in done.err
    assert all(check["ok"] for check in done.json["checks"])


def test_where_the_regulation_names_no_weekday_the_week_is_counted_to_its_end() -> None:
    week = parse_period("2026-W23")
    assert regulation.load("kon-tum-2022").cut_off(week) == date(2026, 6, 7)
    assert regulation.load("hai-phong-2025").cut_off(week) == date(2026, 6, 4)


# ------------------------------------------------------------------ per unit


def test_a_units_own_report_has_its_own_numbers_and_every_check_holds(office: SmallOffice, tmp_path: Path) -> None:
    base = ("summary", "--period", H1, "--as-of", AS_OF, "--format", "json")
    whole = office.run(*base).json
    path = tmp_path / "một đơn vị.xlsx"
    parts = {
        code: office.run(*base, "--unit", code, *(("-o", path) if code == "cctl" else ())).json
        for code in ("cctl", "cckl", "khtc")
    }

    assert len(whole["units"]) == 3
    for line in whole["units"]:
        part = parts[line["unit"]]
        assert part["scope"] == [line["unit"]]
        assert part["units"] == [line]
        assert {name: part["total"][name] for name in line if name != "unit"} == {
            name: value for name, value in line.items() if name != "unit"
        }
        assert all(check["ok"] for check in part["checks"])
        assert part["sending"]["who"] == "unit"
    sheet = load_workbook(path)["Biểu 01"]
    assert any(row[0].value == "Đơn vị: Chi cục Thủy lợi" for row in sheet.iter_rows())
    several = office.run(*base, "--unit", "cckl", "--unit", "cctl").json
    assert [line["unit"] for line in several["units"]] == ["cctl", "cckl"]
    assert several["total"]["distinct_tasks"] < several["total"]["total"]


def test_a_units_report_is_frozen_apart_from_the_offices(office: SmallOffice) -> None:
    base = ("summary", "--period", H1, "--as-of", AS_OF, "--format", "json")
    one = office.run(*base, "--unit", "cctl", "--freeze").json
    whole = office.run(*base).json

    assert one["issued"]["number"] == 1
    assert whole["issued"] is None
    assert office.run("summary", "--period", H1, "--unit", "cctl", "--format", "json").json == one
    assert office.run(*base, "--unit", "cctl", "--freeze").code == 2


def test_a_unit_that_is_not_in_the_list_is_wrong_usage(office: SmallOffice) -> None:
    assert office.run("summary", "--period", H1, "--unit", "xyz").code == 2


# ------------------------------------------------------------------ when, by which article, to whom


@pytest.mark.parametrize(
    ("rules", "period", "due", "send_by"),
    [
        ("kon-tum-2022", "2026-H1", "2026-06-10", "2026-06-10"),
        ("tra-vinh-2024", "2026-Q1", "2026-03-24", "2026-03-24"),
        ("quynh-nhai-2015", "2026", "2026-12-21", "2026-12-18"),
    ],
)
def test_the_command_says_by_which_article_and_till_when_the_paper_goes_to_whom(
    rules: str, period: str, due: str, send_by: str, tmp_path: Path
) -> None:
    office = office_under(rules, tmp_path)
    done = office.run("summary", "--period", period, "--format", "json")
    owed = office.run("duties", "--period", "2026", "--format", "json").json

    sending = done.json["sending"]
    assert (sending["due"], sending["send_by"]) == (due, send_by)
    assert sending["article"] in done.err
    assert sending["to"] in done.err
    (same,) = [one for one in owed if (one["duty"], one["period"], one["unit"]) == ("periodic-report", period, None)]
    assert {name: same[name] for name in ("due", "send_by", "article")} == {
        name: sending[name] for name in ("due", "send_by", "article")
    }


def test_a_report_between_two_days_is_sent_to_nobody(office: SmallOffice) -> None:
    done = office.run("summary", "--period", "2026-03-01..2026-04-15", "--format", "json")
    assert (done.code, done.json["sending"], done.json["period"]) == (0, None, "2026-03-01..2026-04-15")


def test_a_frozen_report_is_done_among_the_duties(office: SmallOffice) -> None:
    def state() -> str:
        found = office.run("duties", "--period", "2026-Q2", "--format", "json", as_of=date(2031, 1, 1)).json
        (own,) = [one for one in found if (one["duty"], one["period"], one["unit"]) == ("periodic-report", H1, None)]
        return str(own["state"])

    before = state()
    assert office.run("summary", "--period", H1, "--as-of", AS_OF, "--freeze", "--formats", "xlsx").code == 0

    assert before == "unrecorded"
    assert state() in {"done_on_time", "done_late"}, "by the day on the wall"


# ------------------------------------------------------------------ files


def test_several_files_are_written_at_once_and_one_that_is_open_does_not_hold_the_others_up(
    office: SmallOffice, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(b"x")
    first.with_name("~$a.xlsx").write_bytes(bytes([3]) + b"Lan" + b" " * 50)

    done = office.run("summary", "--period", H1, "-o", first, "-o", second)

    assert (done.code, first.read_bytes(), second.exists()) == (3, b"x", True)
    assert "a.xlsx" in done.err
    assert "(Lan)" in done.err
    assert list(office.space.reports.iterdir()) == []


def test_what_somebody_wrote_into_a_report_is_kept_when_it_is_drawn_again(office: SmallOffice) -> None:
    draw = ("summary", "--period", H1, "--as-of", AS_OF, "--formats", "xlsx")
    office.run(*draw)
    (path,) = office.space.reports.iterdir()
    again = office.run(*draw)
    assert "được giữ lại" not in again.err
    book = load_workbook(path)
    book.worksheets[0]["A30"] = "Nhận xét của Văn phòng"
    book.save(path)
    edited = path.read_bytes()

    told = office.run(*draw).err

    (copy,) = office.space.backups.glob("Tổng hợp*")
    assert copy.read_bytes() == edited
    assert copy.name in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--period", H1, "--kind", "half"), "--kind"),
        ((), "--period"),
        (("--period", H1, "--formats", "xlsx,pdf"), ".pdf"),
        (("--period", H1, "-o", "x.pdf"), ".pdf"),
        (("--period", H1, "--as-of", AS_OF, "--freeze", "-o", "x.pdf"), ".pdf"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(office: SmallOffice, words: tuple[str, ...], told: str) -> None:
    done = office.run("summary", *words)
    assert (done.code, told in done.err) == (2, True), done.err
    assert list(office.space.reports.iterdir()) == []
    assert office.run("summary", "--period", H1, "--format", "json").json["issued"] is None
