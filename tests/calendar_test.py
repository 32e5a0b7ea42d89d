"""The calendar: dated examples of vietnam.md §1.4, the office's own table and laws that counting must keep."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets import calendar
from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings
from tdnv_sheets.messages.catalogue import LANGUAGES, say

HEADER = "ngay,loai,ten,thay_cho,can_cu,nguon,trang_thai"
CALENDAR = calendar.load(None)
DAYS = st.dates(date(2019, 2, 1), date(2027, 11, 30))


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "lich.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


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


def test_the_office_table_overrides_the_calendar_of_record(tmp_path: Path) -> None:
    rows = (
        "2027-11-22,nghi_hoan_doi,Hoán đổi,2027-11-27,1/VPCP,,chinh_thuc",
        "2027-11-27,lam_bu,Làm bù,2027-11-22,1/VPCP,,chinh_thuc",
        "2027-06-01,nghi_rieng,Nghỉ do bão,,,,tam_tinh",
        "2026-06-30,phien_hop,Phiên họp tháng 6,,,,",
        "2026-05-29,phien_hop,,,,,",
        ",,,,,,",
    )
    own = calendar.load(table(tmp_path, *rows))
    assert not own.is_working(date(2027, 11, 22))
    assert own.is_working(date(2027, 11, 27))
    assert not own.is_provisional(date(2027, 11, 27))
    assert own.name_of(date(2027, 6, 1)) == "Nghỉ do bão"
    assert own.is_provisional(date(2027, 6, 1))
    assert own.sessions == (date(2026, 5, 29), date(2026, 6, 30))
    assert own.is_working(date(2026, 6, 30))
    assert own.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 249


def test_an_override_reaches_years_that_are_computed(tmp_path: Path) -> None:
    own = calendar.load(table(tmp_path, "2030-06-03,nghi_rieng,Nghỉ do bão,,,,"))
    assert not own.is_working(date(2030, 6, 3))
    assert not own.is_provisional(date(2030, 6, 3))


def test_a_table_saved_again_by_excel_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "lich.csv"
    text = HEADER.replace(",", ";") + "\r\n05/03/2026;nghi_rieng;Nghỉ; ;;;\r\n"
    path.write_text(text, encoding="utf-8-sig")
    assert not calendar.load(path).is_working(date(2026, 3, 5))


def test_the_sample_of_overrides_changes_nothing_that_is_shipped() -> None:
    sample = Path(__file__).parents[2] / "shared" / "data" / "calendar_overrides_sample.csv"
    if not sample.exists():
        pytest.skip("the collected samples are not beside this checkout")
    own = calendar.load(sample)
    assert [own.is_working(date(2026, 1, day)) for day in (2, 10)] == [False, True]
    assert own.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 249


@pytest.mark.parametrize(
    ("rows", "line", "code", "said"),
    [
        (["2026-13-02,nghi_le,x,,,,"], 2, "day", "2026-13-02"),
        (["31/02/2026,nghi_le,x,,,,"], 2, "day", "31/02/2026"),
        (["2026-03-02,nghi,x,,,,"], 2, "word", "loai"),
        (["2026-03-02,nghi_le,x,,,,chắc"], 2, "word", "trang_thai"),
        (["2026-03-02,nghi_le,x,hôm nọ,,,"], 2, "day", "thay_cho"),
        (["2026-03-02,nghi_le,x,,,,", "2026-03-02,nghi_bu,x,,,,"], 3, "day-twice", "02/03/2026"),
        (["2026-03-02,lam_bu,x,,,,"], 2, "not-a-weekend", "02/03/2026"),
        (["2026-03-02,nghi_hoan_doi,x,,,,"], 2, "swap-partners", "0"),
        (
            [
                "2026-03-02,nghi_hoan_doi,x,,,,",
                "2026-03-07,lam_bu,x,2026-03-02,,,",
                "2026-03-14,lam_bu,x,2026-03-02,,,",
            ],
            2,
            "swap-partners",
            "2",
        ),
        (
            ["2026-03-02,nghi_hoan_doi,x,2026-03-14,,,", "2026-03-07,lam_bu,x,2026-03-02,,,"],
            2,
            "swap-differs",
            "14/03/2026",
        ),
    ],
)
def test_a_broken_row_is_named_by_file_and_line(
    tmp_path: Path, rows: list[str], line: int, code: str, said: str
) -> None:
    with pytest.raises(BadOfficeFile) as caught:
        calendar.load(table(tmp_path, *rows))
    assert caught.value.code == code
    assert caught.value.values["path"].endswith("lich.csv")
    assert caught.value.values["row"] == str(line)
    assert said in caught.value.values.values()
    for lang in LANGUAGES:
        assert said in say(f"declarations.{code}", lang, **caught.value.values)


@pytest.mark.parametrize(
    ("header", "code"),
    [("ngay,loai,ten,ghi_chu", "unknown-column"), ("ngay,ten", "column-not-once"), ("", "column-not-once")],
)
def test_a_broken_header_is_refused(tmp_path: Path, header: str, code: str) -> None:
    with pytest.raises(BadOfficeFile) as caught:
        calendar.load(table(tmp_path, header=header))
    assert (caught.value.code, caught.value.values["row"]) == (code, "1")


def test_a_table_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lich.csv"
    path.write_bytes(HEADER.encode() + b"\n2026-03-02,nghi_le,T\xeat,,,,\n")
    with pytest.raises(BadOfficeFile) as caught:
        calendar.load(path)
    assert (caught.value.code, caught.value.values["row"]) == ("csv-not-utf-8", "2")


def test_a_table_that_the_disk_does_not_give_is_said(tmp_path: Path) -> None:
    with pytest.raises(BrokenSurroundings, match="cannot-read"):
        calendar.load(tmp_path)
