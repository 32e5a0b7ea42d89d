from __future__ import annotations

import csv
import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.text.dates import make_day, read_date
from tdnv_sheets.text.deadlines import DeadlineKind, parse_deadline
from tdnv_sheets.text.unicode import bare, clean, fold, strip_marks

CASES = Path(__file__).parents[2] / "shared" / "data" / "cases_deadlines.tsv"
BASE = date(2025, 1, 1)


def _day(text: str) -> date | None:
    return parse_deadline(text, assigned=BASE).day


# ---------------------------------------------------------------- spelling


def test_cleaning_keeps_lines_and_inner_blanks_and_drops_what_nobody_sees() -> None:
    assert clean("\ufeff  Sở\u00a0Y tế  \r\n  dòng\u200b hai \t\n") == "Sở Y tế\n  dòng hai"


def test_cleaning_composes_letters() -> None:
    assert clean("Ho\u0323\u0302i") == "Hội"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà bình", "hòa  bình"),
        ("Uỷ ban", "ỦY BAN"),
        ("Thuỷ Nguyên", "Thủy Nguyên"),
        ("qúy II", "quý II"),
        ("Khoẻ", "khỏe"),
        ("Sở NN & PTNT", "Sở NN và PTNT"),
        ("Lao động - Thương binh", "Lao động – Thương binh"),
        ("Ðà Nẵng", "Đà Nẵng"),
    ],
)
def test_two_spellings_of_the_same_words_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_keeps_accents_and_closed_syllables() -> None:
    assert fold("Cẩm Giang") != fold("Cẩm Giàng")
    assert fold("Hoàng, khuỷu") == "hoàng khuỷu"


def test_marks_are_stripped_with_d_and_ampersand() -> None:
    assert strip_marks("Đường KH&ĐT") == "Duong KH va DT"
    assert bare("Sở GD&ĐT") == "so gd va dt"


# ---------------------------------------------------------------- typed days


@pytest.mark.parametrize(
    "text",
    [
        "05/06/2025",
        "5/6/25",
        "5.6.2025",
        "5-6-2025",
        "2025-06-05",
        "2025-06-05T00:00:00",
        "05/06/2025 00:00",
        "ngày 5 tháng 6 năm 2025",
        "Ngày 05/6/2025",
        " 5 / 6 / 2025\u00a0",
    ],
)
def test_a_typed_day_is_read_day_first(text: str) -> None:
    assert read_date(text) == date(2025, 6, 5)


@pytest.mark.parametrize(
    "value",
    [
        "20/01/201",
        "6/15/2025",
        "31/6/2025",
        "29/2/2025",
        "12/2025",
        "15/3",
        "",
        "abc",
        "1/1/1989",
        "45828",
        True,
        5,
        99999,
        None,
    ],
)
def test_what_is_not_surely_a_day_is_none(value: str | int | None) -> None:
    assert read_date(value) is None


def test_days_times_and_serial_numbers_of_excel_are_days() -> None:
    assert read_date(datetime(2025, 6, 5, 17, 30)) == date(2025, 6, 5)  # noqa: DTZ001  cells have no zone
    assert read_date(date(2025, 6, 5)) == date(2025, 6, 5)
    assert read_date(45813) == read_date(45813.75) == date(2025, 6, 5)
    assert read_date(date(1900, 1, 1)) is None


def test_a_day_without_year_needs_the_year_of_reference() -> None:
    assert read_date("15/3", reference_year=2025) == date(2025, 3, 15)


# ---------------------------------------------------------------- deadlines


def test_every_shared_case_is_read_as_stated() -> None:
    if not CASES.exists():
        pytest.skip("the shared cases are not beside this checkout")
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    assert rows
    wrong = {
        text: _day(text) for text, want in rows if (_day(text) or "") != (date.fromisoformat(want) if want else "")
    }
    assert not wrong


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("Từ tháng 2/2017 đến tháng 9/2018", "range", "2018-09-30"),
        ("15/12/2016-15/02/2017", "range", "2017-02-15"),
        ("Năm 2017 - 2018", "range", "2018-12-31"),
        ("Quý I đến tháng 9/2017", "range", "2017-09-30"),
        ("tháng 2 đến tháng 4/2017", "range", "2017-04-30"),
        ("Từ tháng 5/2017-12/2017", "range", "2017-12-31"),
        ("tháng 1 đến tháng 12 năm 2017", "range", "2017-12-31"),
        ("15-20/6/2025", "range", "2025-06-20"),
        ("từ ngày 15 đến 20/6/2025", "range", "2025-06-20"),
        ("01/06/2025–30/06/2025", "range", "2025-06-30"),
        ("Tháng 5 /2018", "month", "2018-05-31"),
        ("Tháng 3/ 2017", "month", "2017-03-31"),
        ("giữa tháng 6/2025", "month", "2025-06-15"),
        ("trước tháng 6/2025", "month", "2025-05-31"),
        ("quý 3 năm 2025", "quarter", "2025-09-30"),
        ("Cả năm 2017", "year", "2017-12-31"),
        ("cuối năm 2025", "year", "2025-12-31"),
        ("6 tháng cuối năm 2025", "half", "2025-12-31"),
        ("giữa năm 2025", "half", "2025-06-30"),
        ("trước 17h00 ngày 20/6/2025", "exact", "2025-06-20"),
        ("trước hoặc trong ngày 15/12/2025", "exact", "2025-12-15"),
        ("chậm nhất trước ngày 15/12/2025", "exact", "2025-12-14"),
        ("17 giờ 30 ngày 20/6/2025", "exact", "2025-06-20"),
        ("Từ tháng 3 đến tháng 11/2017 và thường xuyên", "recurring", ""),
        ("Tháng 4, 5/2017 và thường xuyên", "recurring", ""),
        ("01 lần/tháng", "recurring", ""),
        ("Ngày 31 tháng 12 hằng năm", "recurring", ""),
        ("Trong 10 ngày làm việc kể từ ngày 20/6/2025", "conditional", ""),
        ("05 ngày", "conditional", ""),
        ("6 tháng", "conditional", ""),
        ("Theo Kế hoạch số 12/KH-UBND ngày 15/6/2025", "conditional", ""),
        ("không quy định", "none", ""),
        ("-", "none", ""),
        ("", "none", ""),
        ("20/01/201", "unreadable", ""),
        ("6/15/2025", "unreadable", ""),
        ("12", "unreadable", ""),
        ("45828", "unreadable", ""),
        ("năm học 2024-2025", "unreadable", ""),
        ("12/2016/QH14", "unreadable", ""),
        ("đầu tháng 6/2025", "month", ""),
        ("Bắt đầu từ tháng 3/2025", "range", ""),
        ("tuần 2 tháng 6/2025", "month", ""),
        ("thứ Sáu 20/6/2025", "exact", "2025-06-20"),
        ("thứ Sáu, ngày 20/6/2025", "exact", "2025-06-20"),
        ("sau 20/6/2025", "conditional", ""),
        ("tháng sáu năm 2025", "month", "2025-06-30"),
        ("ngày 15 tháng mười hai năm 2025", "exact", "2025-12-15"),
        ("tháng năm năm 2025", "month", "2025-05-31"),
        ("quý tư năm 2025", "quarter", "2025-12-31"),
        ("tháng giêng năm 2025", "year", ""),
        ("9 tháng năm 2025", "year", ""),
        ("9 tháng đầu năm 2025", "range", "2025-09-30"),
        ("tháng một lần", "recurring", ""),
        ("tháng sau", "conditional", ""),
        ("20/06/2025 (gia hạn đến 30/06/2025)", "exact", "2025-06-30"),
        ("trước ngày 01/01/2026", "exact", "2025-12-31"),
        ("tháng 13/2025", "unreadable", ""),
    ],
)
def test_a_deadline_is_read_as_its_kind_and_last_day(text: str, kind: str, day: str) -> None:
    found = parse_deadline(text, assigned=BASE)
    assert (found.text, found.kind, found.day) == (text, DeadlineKind(kind), date.fromisoformat(day) if day else None)


def test_several_deadlines_give_the_last_and_ask_for_confirmation() -> None:
    found = parse_deadline("Trong Quý I và trước ngày 30/4/2017")
    assert (found.day, found.assumed, found.note) == (date(2017, 4, 29), True, "several")


def test_a_missing_year_is_that_of_the_assignment_and_assumed() -> None:
    assert parse_deadline("tháng 10").day is None
    found = parse_deadline("tháng 10", assigned=date(2026, 3, 1))
    assert (found.day, found.assumed, found.note) == (date(2026, 10, 31), True, "year-assumed")
    assert parse_deadline("15/3", assigned=date(2026, 6, 1)).note == "before-assigned"


def test_before_a_day_is_a_switch() -> None:
    assert parse_deadline("trước ngày 20/6/2025").day == date(2025, 6, 19)
    assert parse_deadline("trước ngày 20/6/2025", exclusive_before=False).day == date(2025, 6, 20)


def test_typing_without_accents_or_decomposed_does_not_matter() -> None:
    assert _day("Tu thang 4 den thang 9 nam 2017") == date(2017, 9, 30)
    assert _day("Qu\u0079\u0301 II/2025") == date(2025, 6, 30)


def test_every_note_has_its_words() -> None:
    texts = (
        "15/3",
        "đầu quý I/2025",
        "31/6/2025",
        "ngay",
        "giữa tháng 6",
        "năm học 2025",
        "từ 1/2025",
        "a",
        "1/5, 1/6",
    )
    notes = {parse_deadline(text, assigned=day).note for text in texts for day in (None, date(2025, 9, 1))} - {""}
    assert {f"deadline-{note}" for note in notes} <= area("takeover").keys()


PIECES = (
    "trước ngày tháng năm quý đến từ chậm nhất hết cuối đầu giữa và , - / . I II IV 6 15 31 2025 2017 20/6/2025 15/3 "
    "T6/2025 thường xuyên hằng nửa sau khi 17h00 theo số trong 3/2026 30-4-25 2026-02-28 học nay 3 9 12/2025 5 Q4/2025 "
    "T7/2026 31/12/2025 ; ~ – : 17:00 15.3.25 tuần của kỳ 7.2026 sáu tư thứ hai một lần"
)
WORDS = st.lists(st.sampled_from(PIECES.split()), max_size=9)
GLUED = WORDS.map(lambda words: re.sub(r"(?<=\d)\0(?=\d)", " ", "\0".join(words)).replace("\0", ""))
ROMAN = {1: "i", 2: "ii", 3: "iii", 4: "iv"}
SPELT = {"mot": 1, "hai": 2, "tu": 4, "nam": 5, "sau": 6}
OF_YEAR = {
    r"(?:6|sau) thang|nua|giua nam": ("half", ((1, 6), (7, 12))),
    r"(?:3|ba) thang (?:dau|cuoi)": ("quarter", ((1, 3), (10, 12))),
    r"(?:9|chin) thang (?:dau|cuoi)": ("range", ((1, 9), (4, 12))),
}


def _named(words: str, years: set[int]) -> set[tuple[str, date, date]]:
    """Give all that a text could name by its figures and Roman numerals: (kind, first day, last day)."""
    figures = {int(figure) for figure in re.findall(r"\d+", words)}
    figures |= {number for word, number in SPELT.items() if re.search(rf"\b(?:thang|quy)\s+{word}\b", words)}
    roman = {number for number, sign in ROMAN.items() if re.search(rf"(?:^|[^a-z]|q|quy){sign}(?![a-z])", words)}
    found = set()
    for year in years:
        found |= {("exact", d, d) for m in figures for n in figures if (d := make_day(year, m, n)) is not None}
        spans = [("month", (month, month)) for month in figures if 1 <= month <= 12]
        spans += [("quarter", (q * 3 - 2, q * 3)) for q in (figures & ROMAN.keys()) | roman if "q" in words]
        spans += [(kind, span) for sign, (kind, both) in OF_YEAR.items() if re.search(sign, words) for span in both]
        spans += [("year", (1, 12))] if re.search(r"\bnam\b|\d{4}", words) else []
        found |= {(kind, date(year, a, 1), date(year, b, monthrange(year, b)[1])) for kind, (a, b) in spans}
    return found


@given(
    WORDS.map(" ".join) | GLUED | st.text(max_size=40) | st.text("0123456789/.-: trướcngàythágnămquý", max_size=30),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
@settings(max_examples=400)
def test_no_day_is_ever_invented(text: str, assigned: date | None) -> None:
    """Day, month and year stand in the text, or the day ends a period that the text names.

    What is left out is only the year, taken from the assignment and said to be assumed; «trước» takes one day off.
    """
    found = parse_deadline(text, assigned=assigned)
    if found.day is None:
        return
    words = strip_marks(clean(text).casefold())
    figures = re.findall(r"\d+", words)
    told = {int(year) for year in figures if len(year) == 4} | {2000 + int(year) for year in figures if len(year) == 2}
    named = _named(words, told | ({assigned.year} if found.assumed and assigned else set()))
    end = found.day + timedelta(days=found.before)
    assert "truoc" in words or not found.before
    assert found.assumed or end.year in told
    if "giua" in words and found.kind == "month" and found.day.day == 15:
        assert found.assumed
        assert any(kind == "month" and first <= end <= last for kind, first, last in named)
        return
    kinds = {kind for kind, first, last in named if end == (first if found.before else last)}
    assert kinds if found.kind == "range" else found.kind in kinds


def test_a_time_of_day_never_takes_digits_of_the_year() -> None:
    assert _day("6 : 2026-02-28") == date(2026, 2, 28)
    assert _day("17:00 20/6/2025") == date(2025, 6, 20)
