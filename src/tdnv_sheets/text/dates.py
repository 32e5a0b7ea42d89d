"""One reading of a typed day for everybody: the day comes first, always, and what is not surely a day is none."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.unicode import plain, strip_marks

if TYPE_CHECKING:
    from tdnv_sheets.grid import Raw

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
_SERIALS: Final = range(36526, 55154)
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of Excel's calendar for every serial after its invented 29 February 1900."""

_TIME: Final = r"(?:(?:\s+|\s*[t,]\s*)\d{1,2}\s*[:h]\s*\d{0,2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"
_NUMERIC: Final = re.compile(rf"(?:ngay\s*)?(\d{{1,2}})\s*([/.-])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}|\d{{2}}){_TIME}")
_ISO: Final = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}")
_WORDS: Final = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:,?\s*nam\s*|/\s*)(\d{4})")
_YEARLESS: Final = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*(?:[/-]|thang)\s*(\d{1,2})")


def read_date(value: Raw, *, reference_year: int | None = None) -> date | None:
    """Give the day that a cell means, or None: day first, years 1990–2100, two digits of a year are 20yy.

    A number counts as Excel's serial from 2000 to 2050. *reference_year* is the year of a typed «15/3»; without
    it such a text is no day.
    """
    if isinstance(value, datetime):
        return _within(value.date())
    if isinstance(value, date):
        return _within(value)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_serial(value)
    return _from_text(value, reference_year)


def make_day(year: int, month: int, day: int) -> date | None:
    """Give the day, or None when the calendar has none such or the year is out of reach; 25 means 2025."""
    if year < 100:  # noqa: PLR2004  two digits
        year += 2000
    try:
        return _within(date(year, month, day))
    except ValueError:
        return None


def _within(day: date) -> date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _from_serial(value: float) -> date | None:
    inside = _SERIALS.start <= value < _SERIALS.stop
    return _EPOCH + timedelta(days=int(value)) if inside else None


def _from_text(text: str, reference_year: int | None) -> date | None:
    text = strip_marks(plain(text).casefold())
    if match := _NUMERIC.fullmatch(text):
        return make_day(int(match[4]), int(match[3]), int(match[1]))
    if match := _ISO.fullmatch(text):
        return make_day(int(match[1]), int(match[2]), int(match[3]))
    if match := _WORDS.fullmatch(text):
        return make_day(int(match[3]), int(match[2]), int(match[1]))
    if reference_year is not None and (match := _YEARLESS.fullmatch(text)):
        return make_day(reference_year, int(match[2]), int(match[1]))
    return None
