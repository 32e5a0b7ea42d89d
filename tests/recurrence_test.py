"""How often a task comes back and by which day: read from words, refused where they do not surely say it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.text.recurrence import Every, Occurrence, Recurrence, occurrence, parse_recurrence, rhythm

DAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("words", "period", "due"),
    [
        ("hằng tháng", "2026-M06", date(2026, 6, 30)),
        ("Hàng quý", "2026-Q2", date(2026, 6, 30)),
        ("6 tháng một lần", "2026-H1", date(2026, 6, 30)),
        ("định kỳ hằng năm", "2026", date(2026, 12, 31)),
        ("hằng tuần", "2026-W24", date(2026, 6, 14)),
        ("mỗi tháng 1 lần", "2026-M06", date(2026, 6, 30)),
        ("01 lần/quý", "2026-Q2", date(2026, 6, 30)),
        ("3 tháng một lần", "2026-Q2", date(2026, 6, 30)),
        ("trước ngày 20 hằng tháng", "2026-M06", date(2026, 6, 19)),
        ("chậm nhất ngày 20 hằng tháng", "2026-M06", date(2026, 6, 20)),
        ("trước 17h00 ngày 20 hằng tháng", "2026-M06", date(2026, 6, 20)),
        ("ngày 31 hằng tháng", "2026-M06", date(2026, 6, 30)),
        ("hằng tháng, chậm nhất ngày 5 tháng sau", "2026-M06", date(2026, 7, 5)),
        ("thứ Năm hàng tuần", "2026-W24", date(2026, 6, 11)),
        ("trước thứ Sáu hằng tuần", "2026-W24", date(2026, 6, 11)),
        ("chủ nhật hằng tuần", "2026-W24", date(2026, 6, 14)),
        ("trước ngày 20 tháng cuối quý, hằng quý", "2026-Q2", date(2026, 6, 19)),
        ("hằng quý, ngày 05 tháng đầu quý sau", "2026-Q2", date(2026, 7, 5)),
        ("trước 15/12 hằng năm", "2026", date(2026, 12, 14)),
        ("ngày 15 tháng 12 hằng năm", "2026", date(2026, 12, 15)),
        ("định kỳ hằng quý, 6 tháng, năm", "2026-Q2", date(2026, 6, 30)),
        ("cuối tháng hằng tháng", "2026-M06", date(2026, 6, 30)),
    ],
)
def test_a_rhythm_has_one_due_day_in_each_period(words: str, period: str, due: date) -> None:
    every = parse_recurrence(words)
    assert every is not None
    of = every.period(DAY)
    assert (of.name, every.due(of)) == (period, due)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "thường xuyên",
        "định kỳ",
        "liên tục",
        "hằng ngày",
        "2 tháng một lần",
        "ngày 20 hằng quý",
        "trước ngày 15/6 và 15/12 hằng năm",
        "hằng tháng từ tháng 7/2026",
        "hằng tháng đến 31/12/2026",
        "thứ Năm hằng tháng",
        "ngày 5 hằng tuần",
        "ngày 15 tháng 13 hằng năm",
        "ngày 32 hằng tháng",
        "hằng tháng, khi có yêu cầu",
        "30/6/2026",
    ],
)
def test_words_that_do_not_surely_say_it_name_no_rhythm(words: str) -> None:
    assert parse_recurrence(words) is None


WORDS = (
    "hằng tuần",
    "thứ Hai hằng tuần",
    "hằng tháng",
    "trước ngày 1 hằng tháng",
    "ngày 31 hằng tháng",
    "hằng tháng, ngày 5 tháng sau",
    "hằng quý",
    "6 tháng một lần",
    "trước 1/1 hằng năm",
    "ngày 29 tháng 2 hằng năm",
)
RHYTHMS = [every for words in WORDS if (every := parse_recurrence(words)) is not None]


@given(st.sampled_from(RHYTHMS), st.dates(date(2015, 1, 1), date(2040, 12, 31)))
def test_every_day_lies_in_one_period_and_periods_follow_without_gap(every: Recurrence, day: date) -> None:
    period = every.period(day)
    after = every.period(period.end + timedelta(days=1))
    assert day in period
    assert after.start == period.end + timedelta(days=1)
    assert every.due(period) < every.due(after)
    assert Occurrence("NV-2026-00001", period.name).end == period.end


def test_each_rhythm_above_was_read() -> None:
    assert len(RHYTHMS) == len(WORDS)
    assert {every.every for every in RHYTHMS} == set(Every)


@pytest.mark.parametrize(
    ("stated", "deadline", "every", "day"),
    [
        ("Hằng tháng", "trước ngày 05 hằng tháng", Every.MONTH, 5),
        ("Hằng tháng", "", Every.MONTH, None),
        ("Hằng quý", "trước ngày 05 hằng tháng", Every.QUARTER, None),
    ],
)
def test_the_words_of_the_deadline_say_the_day_and_the_column_the_rhythm(
    stated: str, deadline: str, every: Every, day: int | None
) -> None:
    found = rhythm(stated, deadline)
    assert found is not None
    assert (found.every, found.day) == (every, day)


@pytest.mark.parametrize(
    ("stated", "deadline"),
    [
        ("", "hằng tháng"),
        ("việc tháng 5", "hằng tháng"),
        ("NV-2026-00004 · 2026-M06", "trước ngày 05 hằng tháng"),
        ("Thường xuyên", "thường xuyên"),
    ],
)
def test_an_occurrence_does_not_come_back_itself(stated: str, deadline: str) -> None:
    assert rhythm(stated, deadline) is None


@pytest.mark.parametrize(
    "text", ["", "NV-2026-00004", "NV-2026-00004 · 2026-M13", "NV-2026-00004 · 2026-W54", "x · 2026"]
)
def test_other_words_are_no_occurrence(text: str) -> None:
    assert occurrence(text) is None


def test_a_year_without_a_53rd_week_has_no_occurrence_of_it() -> None:
    assert occurrence("NV-2026-00004 · 2026-W53") == ("NV-2026-00004", "2026-W53")
    assert occurrence("NV-2025-00004 · 2025-W53") is None
