"""Figures that offices published: a ledger that has these counts goes through the program, and the percentages come out
as they were printed; where a publication does not add up, the sums name where, and by how much.

The facts and their addresses: practice, forms of reports. Numbers only; the wording here is ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.summary.build import summarise
from tdnv_sheets.summary.rates import percent
from tdnv_sheets.summary.stated import stated_checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.records import Value
    from tdnv_sheets.summary.figures import Summary

JUDGE = Judge(regulation.load("kon-tum-2022"), calendar.load(None), 5, "regulation", {})
AS_OF = date(2026, 6, 30)
BEGUN, DUE, SOON = date(2026, 1, 5), date(2026, 3, 2), date(2026, 9, 1)
ROWS: Mapping[str, dict[str, Value]] = {
    "completed_on_time": {"deadline": DUE, "progress": "done", "completed_date": DUE},
    "completed_late": {"deadline": DUE, "progress": "done", "completed_date": DUE + timedelta(days=7)},
    "completed_undated": {"progress": "done", "completed_date": DUE},
    "open_in_time": {"deadline": SOON, "progress": "in_progress"},
    "open_overdue": {"deadline": DUE, "progress": "in_progress"},
    "overdue_and_told": {"deadline": DUE, "progress": "in_progress", "reported_date": DUE + timedelta(days=3)},
    "open_undated": {"progress": "in_progress"},
    "reopened": {"deadline": DUE, "decision": "returned", "decision_date": DUE},
}


class Published(NamedTuple):
    """A report as it was published: how many of which status, and the percentages of its sentence."""

    counts: Mapping[str, int]
    printed: Mapping[str, str]
    digits: int = 2


GOVERNMENT_2017 = Published(
    {"completed_on_time": 14068, "completed_late": 1983, "open_in_time": 5640, "open_overdue": 223},
    {},
)
HAI_PHONG_AUGUST_2018 = Published(
    # 10 142 completed: late 30,42 %, on time 40,14 %, without deadline 29,44 % of them.
    {
        "completed_on_time": 4071,
        "completed_late": 3085,
        "completed_undated": 2986,
        "open_in_time": 1760,
        "open_overdue": 258,
    },
    {"ty_le_dung_han_tren_hoan_thanh": "40,14", "ty_le_qua_han_tren_giao": "2,12"},
)
DA_NANG_JULY_2022 = Published(
    {
        "completed_on_time": 5361,
        "completed_late": 1111,
        "completed_undated": 460,
        "open_in_time": 1350 - 208,
        "open_overdue": 208,
    },
    {
        "ty_le_hoan_thanh_tren_giao": "83,70",
        "ty_le_dung_han_tren_giao": "64,73",
        "ty_le_qua_han_tren_giao": "2,51",
        "ty_le_dung_han_tren_den_han": "80,25",
    },
)
GOVERNMENT_AUGUST_2016 = Published(
    {"completed_on_time": 1310, "completed_late": 429, "open_in_time": 1812, "open_overdue": 175}, {}
)
DUE_2016 = Published({"completed_on_time": 2501, "open_overdue": 222}, {"ty_le_hoan_thanh_tren_den_han": "91,8"}, 1)
AWARDS_2023 = (
    # Given are all, completed and on time; the rest of the completed was late, of the others in time.
    Published(
        {"completed_on_time": 572, "completed_late": 55, "open_in_time": 53},
        {"ty_le_hoan_thanh_tren_giao": "92,2", "ty_le_dung_han_tren_giao": "84,1"},
        1,
    ),
    Published(
        {"completed_on_time": 567, "completed_late": 37, "open_in_time": 26},
        {"ty_le_hoan_thanh_tren_giao": "95,9", "ty_le_dung_han_tren_giao": "90,0"},
        1,
    ),
    Published(
        {"completed_on_time": 320, "completed_late": 26, "open_in_time": 9},
        {"ty_le_hoan_thanh_tren_giao": "97,5", "ty_le_dung_han_tren_giao": "90,1"},
        1,
    ),
)
QUANG_NAM_2020 = Published({"completed_on_time": 585, "open_in_time": 67, "open_overdue": 181}, {})


def ledger(counts: Mapping[str, int]) -> Iterator[Assignment]:
    """Make a register that has these counts."""
    number = 0
    for status, many in counts.items():
        for _ in range(many):
            number += 1
            yield Assignment(Key(f"NV-2026-{number:05}", f"U{number % 7}"), {"assigned_date": BEGUN, **ROWS[status]})


@cache
def _counted(counts: tuple[tuple[str, int], ...]) -> Summary:
    return summarise(tuple(ledger(dict(counts))), parse_period("2026-H1"), AS_OF, judge=JUDGE, units=())


def counted(published: Published) -> Summary:
    return _counted(tuple(published.counts.items()))


@pytest.mark.parametrize(
    "published",
    [
        pytest.param(GOVERNMENT_2017, id="Government 2017"),
        pytest.param(HAI_PHONG_AUGUST_2018, id="Hải Phòng 8/2018"),
        pytest.param(DA_NANG_JULY_2022, id="Đà Nẵng 7/2022"),
        pytest.param(GOVERNMENT_AUGUST_2016, id="Government 8/2016"),
        pytest.param(DUE_2016, id="Government 2016, due"),
        *(pytest.param(award, id=f"Đà Nẵng 2023, award {n}") for n, award in enumerate(AWARDS_2023, 1)),
        pytest.param(QUANG_NAM_2020, id="Quảng Nam 2020"),
    ],
)
def test_a_ledger_with_published_counts_gives_the_percentages_that_were_printed(published: Published) -> None:
    summary = counted(published)
    assert {name: getattr(summary.total, name) for name in published.counts} == published.counts
    assert summary.total.total == sum(published.counts.values())
    assert {name: percent(summary.rates[name], published.digits) for name in published.printed} == published.printed
    assert [check.name for check in summary.checks if not check.ok] == []


def test_the_governments_rate_of_2017_is_over_what_was_due_and_was_cut_off_where_it_should_be_rounded() -> None:
    summary = counted(GOVERNMENT_2017)
    assert (summary.total.completed, summary.total.open, summary.total.total) == (16051, 5863, 21914)
    rate = summary.rates["ty_le_hoan_thanh_tren_den_han"]
    assert rate == Fraction(16051, 16274)
    assert (percent(rate, 2), percent(1 - rate, 2)) == ("98,63", "1,37")
    # What was printed, 98,62 and 1,38, is cut off; and the second is over those completed, so both do not make 100.
    assert (int(rate * 10000), int(Fraction(223, 16051) * 10000)) == (9862, 138)


def test_hai_phong_2018_used_three_denominators_in_one_sentence() -> None:
    """«Of tasks with a deadline» left out those that were open and in time; with them it is another figure."""
    summary = counted(HAI_PHONG_AUGUST_2018)
    total = summary.total
    assert (total.total, total.completed, total.open) == (12160, 10142, 2018)
    assert percent(summary.rates["ty_le_hoan_thanh_tren_giao"], 1) == "83,4"
    assert percent(Fraction(total.completed_late, total.completed), 2) == "30,42"
    assert percent(Fraction(total.completed_undated, total.completed), 2) == "29,44"
    due = total.completed_on_time + total.completed_late + total.open_overdue
    assert percent(Fraction(total.open_overdue, due), 2) == "3,48"
    assert percent(summary.rates["ty_le_qua_han_tren_co_han"], 2) == "2,81"


def test_hai_phong_ten_months_of_2018_are_off_by_one() -> None:
    stated = {"total": 15533, "completed": 13119, "open": 2414, "open_in_time": 2065, "open_overdue": 348}
    checks = {check.name: check for check in stated_checks(stated)}
    assert {name: check.ok for name, check in checks.items()} == {"parts_total": True, "parts_open": False}
    assert checks["parts_open"].detail == "2065 + 348 = 2413 ≠ 2414 (+1)"
    central = {"total": 166, "completed": 109, "open": 57, "open_in_time": 57, "open_overdue": 0}
    assert all(check.ok for check in stated_checks(central))
    # The rate that was printed rests on the two totals, which do add up.
    honest = Published({"completed_on_time": 13119, "open_in_time": 2414 - 348, "open_overdue": 348}, {})
    assert percent(counted(honest).rates["ty_le_hoan_thanh_tren_giao"], 2) == "84,46"


def test_da_nang_2022_lost_the_completed_tasks_without_a_deadline() -> None:
    stated = {
        "total": 8282,
        "completed": 6932,
        "completed_on_time": 5361,
        "completed_late": 1111,
        "open": 1350,
        "open_in_time": 1350 - 208,
        "open_overdue": 208,
    }
    wrong = {check.name: check.detail for check in stated_checks(stated) if not check.ok}
    assert wrong["parts_completed"] == "5361 + 1111 = 6472 ≠ 6932 (+460)"
    assert set(wrong) == {"parts_completed", "parts_statuses"}
    assert all(check.ok for check in stated_checks({**stated, "completed_undated": 460}))
    total = counted(DA_NANG_JULY_2022).total
    assert percent(Fraction(total.completed_late, total.total), 2) == "13,41"
    assert percent(Fraction(total.open, total.total), 2) == "16,30"
    assert percent(Fraction(total.completed_on_time, total.completed_on_time + total.completed_late), 2) == "82,83"


def test_backlog_by_year_of_assignment_is_a_table_of_its_own() -> None:
    """Đà Nẵng 2022: of what was assigned in 2021 there are 214 open, 20 of them overdue; of 2020 there are 13, none overdue."""
    given = [(2021, "open_in_time", 194), (2021, "open_overdue", 20), (2020, "open_in_time", 13)]
    rows = [
        Assignment(Key(f"NV-{year}-{status}-{number:05}", "U"), {**ROWS[status], "assigned_date": date(year, 5, 4)})
        for year, status, many in given
        for number in range(many)
    ]
    summary = summarise(rows, parse_period("2026-H1"), AS_OF, judge=JUDGE, units=())
    assert [(line.code, line.counts.open, line.counts.open_overdue) for line in summary.breakdowns.years] == [
        ("2021", 214, 20),
        ("2020", 13, 0),
    ]


def test_the_same_report_from_two_starting_days() -> None:
    """Hà Nội to the Government Office, 2017: from the start of 2016 there are 379, from the start of 2017 only 212."""
    for stated in (
        {"total": 379, "completed": 132 + 239, "open": 8, "open_in_time": 8, "open_overdue": 0},
        {"total": 212, "completed": 42 + 163, "open": 7, "open_in_time": 7, "open_overdue": 0},
    ):
        assert all(check.ok for check in stated_checks(stated))
    rows = []
    for year, many in ((2025, 379 - 212), (2026, 212)):
        for number in range(many):
            fields = {
                **ROWS["completed_on_time"],
                "assigned_date": date(year, 2, 2),
                "completed_date": date(2026, 2, 3),
            }
            rows.append(Assignment(Key(f"NV-{year}-{number:05}", "U"), fields))
    two_years = summarise(rows, parse_period("2025-01-01..2026-06-30"), AS_OF, judge=JUDGE, units=())
    this_year = summarise(rows, parse_period("2026-01-01..2026-06-30"), AS_OF, judge=JUDGE, units=())
    assert (two_years.total.new, this_year.total.new, this_year.total.carried) == (379, 212, 167)


def test_overdue_tasks_of_which_nothing_was_told_are_a_figure_of_their_own() -> None:
    """Hà Nội, 4/2023: of 24 321 tasks 728, three in a hundred, are open, overdue and without any word on their progress."""
    counts = {"completed_on_time": 20_000, "open_in_time": 3_100, "overdue_and_told": 493, "open_overdue": 728}
    summary = _counted(tuple(counts.items()))
    total = summary.total
    assert (total.total, total.open_overdue, total.overdue_silent) == (24_321, 1_221, 728)
    assert percent(summary.rates["ty_le_qua_han_khong_cap_nhat"], 0) == "3"
    assert percent(summary.rates["ty_le_qua_han_tren_giao"], 0) == "5"
    assert sum(line.counts.overdue_silent for line in summary.units) == 728


def test_documents_are_counted_beside_tasks() -> None:
    """The Government Office, 2016: 1 154 documents gave 6 272 tasks."""
    rows = [
        Assignment(
            Key(f"NV-2026-{number:05}", "U"),
            {**ROWS["open_undated"], "assigned_date": BEGUN, "document_number": f"{number % 1154}/VPCP"},
        )
        for number in range(6272)
    ]
    summary = summarise(rows, parse_period("2026-H1"), AS_OF, judge=JUDGE, units=())
    assert (summary.breakdowns.document_count, sum(line.tasks for line in summary.breakdowns.documents)) == (1154, 6272)


def test_what_falls_due_in_the_period_is_a_column_of_its_own() -> None:
    """The Government Office, 8/2016, of one ministry: 87 due, 73 completed (63 late), 14 overdue."""
    ministry = Published({"completed_on_time": 10, "completed_late": 63, "open_overdue": 14, "open_in_time": 30}, {})
    summary = counted(ministry)
    assert (summary.total.due, summary.total.total) == (87, 117)
    assert percent(summary.rates["ty_le_hoan_thanh_tren_den_han"], 2) == "83,91"


def test_overdue_tasks_are_told_apart_by_their_age() -> None:
    """Quảng Nam, 2020, listed what was overdue for more than 120 days."""
    summary = counted(QUANG_NAM_2020)
    assert (summary.total.total, summary.total.open_overdue) == (833, 181)
    assert [(band.first, band.last, band.count) for band in summary.ageing] == [
        (1, 30, 0),
        (31, 60, 0),
        (61, 120, 181),
        (121, None, 0),
    ]


@pytest.mark.parametrize(
    ("rate", "digits", "text"),
    [
        (None, 2, "–"),
        (Fraction(1, 8), 0, "13"),
        (Fraction(1, 8), 1, "12,5"),
        (Fraction(1, 2000), 1, "0,1"),
        (Fraction(1, 3), 2, "33,33"),
        (Fraction(1), 2, "100,00"),
        (Fraction(0), 1, "0,0"),
    ],
)
def test_percentages_are_rounded_half_up_with_a_decimal_comma(rate: Fraction | None, digits: int, text: str) -> None:
    assert percent(rate, digits) == text
    assert percent(rate, digits, comma=False) == text.replace(",", ".")
