"""The calendar: dated examples of vietnam.md §1.4, the office's own table and laws that counting must keep."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets import calendar
from tdnv_sheets.text.deadlines import parse_deadline

CALENDAR = calendar.load(None)
"""The first example beyond 2027 loads the holidays package."""
DAYS = st.dates(date(2019, 2, 1), date(2027, 11, 30))

# Weekdays off and worked Saturdays as the notices have them, collected by hand apart from the file that ships.
NOTICES = {
    2019: ("1/1 4/2 5/2 6/2 7/2 8/2 15/4 29/4 30/4 1/5 2/9", "5/1 4/5"),
    2020: ("1/1 23/1 24/1 27/1 28/1 29/1 2/4 30/4 1/5 2/9", ""),
    2021: ("1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9", ""),
    2022: ("3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9", ""),
    2023: ("2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9", ""),
    2024: ("1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9", "4/5"),
    2025: ("1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9", "26/4"),
    2026: ("1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11", "10/1 22/8"),
    2027: ("1/1 4/2 5/2 8/2 9/2 10/2 16/4 30/4 3/5 2/9 3/9 24/11", ""),
}


def noticed(year: int, texts: str) -> set[date]:
    return {date(year, int(month), int(day)) for day, month in (text.split("/") for text in texts.split())}


def test_every_day_of_nine_years_is_as_the_notices_say() -> None:
    off = set().union(*(noticed(year, days) for year, (days, _) in NOTICES.items()))
    worked = set().union(*(noticed(year, days) for year, (_, days) in NOTICES.items()))
    every = list(calendar.days(date(2019, 1, 1), date(2027, 12, 31)))
    assert len(every) == 3287
    assert all(day.weekday() < 5 for day in off)
    wrong = [
        day
        for day in every
        if CALENDAR.is_working(day) is not (day in worked or (day.weekday() < 5 and day not in off))
    ]
    assert wrong == []


def test_every_swap_of_the_calendar_of_record_has_its_two_days_and_each_day_its_basis() -> None:
    listed = CALENDAR.listed(date(2019, 1, 1), date(2027, 12, 31))
    swaps = {day.day: day for day in listed if day.kind in {calendar.SWAPPED_OFF, calendar.WORKED}}
    assert len(swaps) == 11
    for day in swaps.values():
        assert day.partner is not None
        if day.partner.year > 2018:  # the day off of Saturday 05/01/2019 lies in 2018
            assert swaps[day.partner].partner == day.day
            assert swaps[day.partner].basis == day.basis
    assert all(day.name and day.basis for day in listed)
    papers = {day.basis for day in listed if not day.basis.startswith("Bộ luật")}
    assert {day.basis for day in listed if day.source} == papers


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2019, 252),
        (2020, 252),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 250),
        (2026, 249),
        (2027, 249),
    ],
)
def test_a_year_has_its_official_number_of_working_days(year: int, days: int) -> None:
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize(
    ("event", "n", "day"),
    [
        (date(2025, 4, 25), 1, date(2025, 4, 26)),  # a Saturday worked for 02/05
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 2, 13), 10, date(2026, 3, 6)),
        (date(2026, 1, 1), 1, date(2026, 1, 5)),  # 02/01 is off, worked on Saturday 10/01
        (date(2026, 1, 9), 1, date(2026, 1, 10)),
        (date(2026, 6, 6), 1, date(2026, 6, 8)),  # the event may fall on a Saturday
        (date(2026, 6, 8), -1, date(2026, 6, 5)),
        (date(2026, 6, 6), 0, date(2026, 6, 6)),
    ],
)
def test_n_working_days_from_an_event_do_not_count_the_event(event: date, n: int, day: date) -> None:
    assert CALENDAR.add_working(event, n) == day


@pytest.mark.parametrize(
    ("fixed", "before", "after"),
    [
        (date(2026, 9, 19), date(2026, 9, 18), date(2026, 9, 21)),
        (date(2026, 12, 19), date(2026, 12, 18), date(2026, 12, 21)),
        (date(2026, 2, 19), date(2026, 2, 13), date(2026, 2, 23)),
        (date(2026, 6, 10), date(2026, 6, 10), date(2026, 6, 10)),
    ],
)
def test_a_fixed_day_off_has_a_working_day_before_and_after(fixed: date, before: date, after: date) -> None:
    assert CALENDAR.previous_working(fixed) == before
    assert CALENDAR.next_working(fixed) == after


def test_days_have_names_and_ordinary_days_have_none() -> None:
    assert CALENDAR.name_of(date(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"
    assert CALENDAR.name_of(date(2026, 8, 22)) == "Làm bù cho 31/08/2026"
    assert CALENDAR.name_of(date(2026, 6, 6)) == ""
    special = CALENDAR.special_days(date(2026, 8, 20), date(2026, 9, 5))
    assert [day.day.day for day in special] == [22, 31, 1, 2]
    assert [day.works for day in special] == [True, False, False, False]


def test_only_years_without_a_final_notice_are_provisional() -> None:
    assert not CALENDAR.is_provisional(date(2026, 2, 17))
    assert not CALENDAR.is_provisional(date(2026, 6, 3))
    assert CALENDAR.is_provisional(date(2027, 2, 5))
    assert CALENDAR.is_provisional(date(2027, 6, 3))
    assert CALENDAR.is_provisional(date(2030, 6, 3))


def test_years_beyond_the_calendar_of_record_are_computed() -> None:
    assert not CALENDAR.is_working(date(2028, 1, 26))
    assert "Tết" in CALENDAR.name_of(date(2028, 1, 26))
    assert CALENDAR.is_working(date(2028, 6, 1))
    assert not CALENDAR.is_working(date(2018, 12, 31))  # swapped with Saturday 05/01/2019
    assert CALENDAR.is_working(date(2014, 12, 27))  # a Saturday worked in lieu


def test_the_holidays_package_is_loaded_only_for_other_years() -> None:
    code = (
        "import sys; from datetime import date; from tdnv_sheets import calendar\n"
        "c = calendar.load(None); c.add_working(date(2026, 1, 1), 200)\n"
        "assert 'holidays' not in sys.modules\n"
        "c.is_working(date(2031, 1, 1)); assert 'holidays' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_holidays_package_agrees_but_for_the_known_swap_of_2026() -> None:
    computed = calendar.Calendar({}, frozenset())
    days = (date(2019, 1, 1) + timedelta(days=n) for n in range(3287))
    differing = [day for day in days if CALENDAR.is_working(day) != computed.is_working(day)]
    # A newer package may have learnt the swap; nothing else may differ.
    assert set(differing) <= {date(2026, 1, 2), date(2026, 1, 10)}


@given(DAYS, st.integers(-300, 300).filter(bool))
def test_counting_back_gives_the_number_of_days_added(day: date, n: int) -> None:
    there = CALENDAR.add_working(day, n)
    assert CALENDAR.is_working(there)
    assert CALENDAR.working_days_between(day, there) == n


@given(DAYS, st.integers(1, 200))
def test_going_back_as_many_working_days_returns_to_the_start(day: date, n: int) -> None:
    start = CALENDAR.next_working(day)
    assert CALENDAR.add_working(CALENDAR.add_working(start, n), -n) == start


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_steps_of_working_days_add_up(day: date, first: int, second: int) -> None:
    assert CALENDAR.add_working(CALENDAR.add_working(day, first), second) == CALENDAR.add_working(day, first + second)


@given(DAYS)
def test_next_and_previous_working_day_lie_on_their_sides(day: date) -> None:
    assert CALENDAR.previous_working(day) <= day <= CALENDAR.next_working(day)
    assert CALENDAR.is_working(CALENDAR.previous_working(day))
    assert (CALENDAR.next_working(day) == day) is CALENDAR.is_working(day)


@given(DAYS, st.integers(1, 120), st.integers(1, 120))
def test_a_later_event_or_more_days_never_end_earlier(day: date, n: int, more: int) -> None:
    later = day + timedelta(days=more)
    assert CALENDAR.add_working(day, n) <= CALENDAR.add_working(later, n)
    assert CALENDAR.add_working(day, n) < CALENDAR.add_working(day, n + more)
    assert CALENDAR.due(day).day <= CALENDAR.due(later).day


@given(DAYS, st.integers(-150, 150))
def test_the_days_that_are_walked_are_all_days_and_numbered_where_offices_work(day: date, n: int) -> None:
    walked = list(CALENDAR.walk(day, n))
    step = 1 if n > 0 else -1
    assert [there for there, _ in walked] == [day + timedelta(days=step * (i + 1)) for i in range(len(walked))]
    assert [number for _, number in walked if number] == list(range(1, abs(n) + 1))
    assert all(CALENDAR.is_working(there) is bool(number) for there, number in walked)
    assert not walked or walked[-1] == (CALENDAR.add_working(day, n), abs(n))


# ------------------------------------------------------------------ deadlines on days off


@given(DAYS, st.sampled_from(["next", "previous", "none"]))
def test_a_deadline_moves_only_off_days_off_and_its_send_by_day_is_safe(named: date, roll: str) -> None:
    due = CALENDAR.due(named, roll)
    assert due.named == named
    assert CALENDAR.is_working(due.send_by)
    assert due.send_by <= min(named, due.day)
    assert (
        due.day
        == {
            "next": CALENDAR.next_working(named),
            "previous": CALENDAR.previous_working(named),
            "none": named,
        }[roll]
    )
    if CALENDAR.is_working(named):
        assert (due.day, due.send_by) == (named, named)
    else:
        assert not any(map(CALENDAR.is_working, calendar.days(due.send_by + timedelta(days=1), named)))


@given(DAYS, st.sampled_from(["next", "previous", "none"]))
def test_rolling_a_day_that_is_rolled_changes_nothing(named: date, roll: str) -> None:
    day = CALENDAR.due(named, roll).day
    assert CALENDAR.due(day, roll).day == day


def test_a_deadline_is_provisional_as_soon_as_one_day_that_decides_it_is() -> None:
    assert not CALENDAR.due(date(2026, 12, 19)).provisional
    assert CALENDAR.due(date(2027, 12, 25)) == (
        date(2027, 12, 25),
        date(2027, 12, 27),
        date(2027, 12, 24),
        True,
    )
    new_year = calendar.Calendar(CALENDAR.special, CALENDAR.years - {2027})
    assert new_year.due(date(2026, 12, 31)).provisional is False
    assert new_year.due(date(2027, 1, 1)) == (date(2027, 1, 1), date(2027, 1, 4), date(2026, 12, 31), True)


@given(DAYS)
def test_before_a_day_is_the_day_before_or_the_day_itself_and_then_rolls(named: date) -> None:
    text = f"trước ngày {named:%d/%m/%Y}"
    exclusive, inclusive = parse_deadline(text).day, parse_deadline(text, exclusive_before=False).day
    assert (exclusive, inclusive) == (named - timedelta(days=1), named)
    assert exclusive is not None
    assert CALENDAR.due(exclusive).day <= CALENDAR.due(named).day


@pytest.mark.parametrize(
    ("words", "named", "day", "send_by"),
    [
        ("tháng 5/2026", date(2026, 5, 31), date(2026, 6, 1), date(2026, 5, 29)),
        ("Quý I/2024", date(2024, 3, 31), date(2024, 4, 1), date(2024, 3, 29)),
        ("Quý II/2026", date(2026, 6, 30), date(2026, 6, 30), date(2026, 6, 30)),
        ("6 tháng đầu năm 2024", date(2024, 6, 30), date(2024, 7, 1), date(2024, 6, 28)),
        ("tháng 2/2028", date(2028, 2, 29), date(2028, 2, 29), date(2028, 2, 29)),
        ("năm 2022", date(2022, 12, 31), date(2023, 1, 3), date(2022, 12, 30)),
        ("trước ngày 20/9/2026", date(2026, 9, 19), date(2026, 9, 21), date(2026, 9, 18)),
    ],
)
def test_ends_of_months_quarters_and_years_roll_as_other_days_do(
    words: str, named: date, day: date, send_by: date
) -> None:
    assert parse_deadline(words).day == named
    assert CALENDAR.due(named)[:3] == (named, day, send_by)


@pytest.mark.parametrize(
    ("session", "eve"),
    [
        (date(2026, 6, 30), date(2026, 6, 29)),
        (date(2026, 2, 23), date(2026, 2, 13)),
        (date(2026, 1, 12), date(2026, 1, 10)),
    ],
)
def test_a_working_day_before_a_session_steps_over_days_off(session: date, eve: date) -> None:
    assert CALENDAR.add_working(session, -1) == eve
