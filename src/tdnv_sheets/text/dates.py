"""One reading of a typed day for everybody: the day comes first, always, and what is not surely a day is none."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.text.unicode import plain, strip_marks

if TYPE_CHECKING:
    from tdnv_sheets.grid import Raw

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
_SERIALS: Final = range(36526, 55154)
_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of Excel's calendar for every serial after its invented 29 February 1900."""

_TIME: Final = (
    r"(?:(?:\s+|\s*[t,]\s*)(?P<hour>\d{1,2})\s*[:h]\s*(?P<minute>\d{0,2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?:z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC: Final = re.compile(rf"(?:ngay\s*)?(\d{{1,2}})\s*([/.-])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}|\d{{2}}){_TIME}")
_ISO: Final = re.compile(rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME}")
_WORDS: Final = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:,?\s*nam\s*|/\s*)(\d{4})")
_YEARLESS: Final = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*(?:[/-]|thang)\s*(\d{1,2})")


class WrittenDay(NamedTuple):
    """A day typed as three numbers, the year last: «5/6/2026» has 5 and 6 and says not which is the month."""

    first: int
    second: int
    year: int
    short_year: bool

    @property
    def day_first(self) -> date | None:
        """Give the day as it is always read here."""
        return make_day(self.year, self.second, self.first)

    @property
    def month_first(self) -> date | None:
        """Give the day that somebody who writes the month first would mean; it is never taken, only shown."""
        return make_day(self.year, self.first, self.second)


def written_day(text: str) -> WrittenDay | None:
    """Take apart a day typed as three numbers, the year last; None for every other text."""
    match = _NUMERIC.fullmatch(_folded(text))
    if match is None:
        return None
    year = int(match[4])
    short = len(match[4]) < 4  # noqa: PLR2004  as a whole year has
    return WrittenDay(int(match[1]), int(match[3]), year + 2000 if short else year, short)


def time_of_day(value: Raw) -> str:
    """Give the time that stands beside a day, as 08:27; empty at midnight and where there is none."""
    if isinstance(value, datetime):
        return f"{value:%H:%M}" if value.time() != time.min else ""
    if not isinstance(value, str):
        return ""
    text = _folded(value)
    match = _NUMERIC.fullmatch(text) or _ISO.fullmatch(text)
    if match is None or match["hour"] is None:
        return ""
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    return f"{hour:02}:{minute:02}" if hour or minute or second else ""


def is_far_day(value: Raw) -> bool:
    """Say whether a cell holds a day of the calendar in an impossible year, so that the year is what gets blamed."""
    if isinstance(value, date):
        return _within(date(value.year, value.month, value.day)) is None
    if not isinstance(value, str) or (numbers := _numbers(value, None)) is None:
        return False
    try:
        return _within(date(*numbers)) is None
    except ValueError:
        return False


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
    numbers = _numbers(text, reference_year)
    return make_day(*numbers) if numbers else None


def _numbers(text: str, reference_year: int | None) -> tuple[int, int, int] | None:
    """Give year, month and day as the text has them."""
    text = _folded(text)
    if match := _NUMERIC.fullmatch(text):
        year = int(match[4])
        return year + 2000 if len(match[4]) < 4 else year, int(match[3]), int(match[1])  # noqa: PLR2004  a whole year
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _WORDS.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    if reference_year is not None and (match := _YEARLESS.fullmatch(text)):
        return reference_year, int(match[2]), int(match[1])
    return None


def _folded(text: str) -> str:
    return strip_marks(plain(text).casefold())
