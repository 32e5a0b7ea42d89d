"""Turn Excel's day numbers into dates, for formats that show dates."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tdnv_sheets.grid import Raw

_BUILT_IN: Final = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Formats without a text in the file that show a date or a time (ECMA-376, 18.8.30)."""
_NO_DATE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTER: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
_LEAP_BUG: Final = 60
"""Excel's day 60 is 29 February 1900, which never was."""
_SHIFT_1904: Final = 1_462
_DAY_SECONDS: Final = 86_400
_LAST: Final = 2_958_466
"""The day after 31 December 9999."""
_DIGITS: Final = 1e15


def from_iso(text: str) -> Raw:
    """Give the date, or date and time, that ISO 8601 writes; the text itself where no calendar has it."""
    try:
        moment = datetime.fromisoformat(text[:19])
    except ValueError:
        return text
    return moment.date() if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else moment


def is_date_format(number: int, code: str | None) -> bool:
    """Say whether a number format shows dates or times."""
    if code is None:
        return number in _BUILT_IN
    return bool(_DATE_LETTER.search(_NO_DATE.sub("", code.split(";")[0]))) and "general" not in code.lower()


def as_number(value: float) -> int | float:
    """Give a whole number as such, within the 15 digits that Excel keeps."""
    return int(value) if value.is_integer() and abs(value) < _DIGITS else value


def from_serial(value: float, *, since_1904: bool) -> Raw:
    """Give the date, or date and time, of a day number; the number itself where there is no such day."""
    days = value + _SHIFT_1904 if since_1904 else value
    if not 0 <= days < _LAST:
        return as_number(value)
    start = datetime(1899, 12, 31 if days < _LEAP_BUG else 30)  # noqa: DTZ001 - a day in a cell has no zone
    moment = start + timedelta(seconds=round(days * _DAY_SECONDS))
    if days < 1 and not since_1904:
        return moment.strftime("%H:%M:%S")
    return moment.date() if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else moment
