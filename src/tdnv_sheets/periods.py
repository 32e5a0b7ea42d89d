"""Reporting periods: `2026-W23`, `2026-M06`, `2026-Q2`, `2026-H1`, `2026`, or two days `2026-03-01..2026-04-15`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tdnv_sheets.errors import WrongUsage


class PeriodKind(StrEnum):
    """How long a period is."""

    WEEK = "week"
    """From Monday to Sunday, with its number of ISO 8601: the first weeks and the last may reach into another year."""
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    DAYS = "days"


_MONTHS: Final = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
_PATTERN: Final = re.compile(r"(\d{4})(?:-(M(?:0[1-9]|1[0-2])|Q[1-4]|H[12]|W\d{2}))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included."""

    name: str
    kind: PeriodKind
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def previous(self) -> Period:
        """Give the period of the same kind just before; two days give the same number of days before."""
        if self.kind is PeriodKind.DAYS:
            length = self.end - self.start
            end = self.start - timedelta(days=1)
            return between(end - length, end)
        last = self.start - timedelta(days=1)
        return containing(last, self.kind)

    def last_year(self) -> Period:
        """Give the same period of the year before; of two days the same two days, 28 for 29 February."""
        if self.kind is PeriodKind.DAYS:
            return between(_year_before(self.start), _year_before(self.end))
        return containing(_year_before(self.start), self.kind)

    def title(self, lang: str) -> str:
        """Say the period in words, as headings do."""
        year, month = self.start.year, self.start.month
        if self.kind is PeriodKind.MONTH:
            return f"tháng {month} năm {year}" if lang == "vi" else f"month {month} of {year}"
        if self.kind is PeriodKind.QUARTER:
            quarter = (month + 2) // 3
            return f"quý {'I' * quarter if quarter < 4 else 'IV'} năm {year}" if lang == "vi" else f"Q{quarter} {year}"  # noqa: PLR2004
        if self.kind is PeriodKind.HALF:
            vi = "đầu" if month == 1 else "cuối"
            return (
                f"6 tháng {vi} năm {year}" if lang == "vi" else f"{'first' if month == 1 else 'second'} half of {year}"
            )
        if self.kind is PeriodKind.YEAR:
            return f"năm {year}" if lang == "vi" else f"year {year}"
        if self.kind is PeriodKind.WEEK:
            year, week, _ = self.start.isocalendar()
            span = f"({self.start:%d/%m}–{self.end:%d/%m/%Y})"
            return f"tuần {week} năm {year} {span}" if lang == "vi" else f"week {week} of {year} {span}"
        days = f"{self.start:%d/%m/%Y}", f"{self.end:%d/%m/%Y}"
        return f"từ {days[0]} đến {days[1]}" if lang == "vi" else f"{days[0]} to {days[1]}"


def parse_period(text: str) -> Period:
    """Understand a period's name; raise `WrongUsage` when it is none."""
    text = text.strip()
    first, dots, last = text.partition("..")
    if dots:
        try:
            return between(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError as problem:
            raise WrongUsage("not-a-period", text=text) from problem
    match = _PATTERN.fullmatch(text)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise WrongUsage("not-a-period", text=text)
    year, part = int(match[1]), match[2]
    if part is None:
        return containing(date(year, 1, 1), PeriodKind.YEAR)
    if part[0] == "W":
        try:
            return containing(date.fromisocalendar(year, int(part[1:]), 1), PeriodKind.WEEK)
        except ValueError as problem:  # not every year has a 53rd week
            raise WrongUsage("not-a-period", text=text) from problem
    kind = {"M": PeriodKind.MONTH, "Q": PeriodKind.QUARTER, "H": PeriodKind.HALF}[part[0]]
    return containing(date(year, (int(part[1:]) - 1) * _MONTHS[kind] + 1, 1), kind)


def between(start: date, end: date) -> Period:
    """Make a period of two days, both included; raise `WrongUsage` when they are the wrong way round."""
    if end < start:
        raise WrongUsage("period-backwards", start=start, end=end)
    return Period(f"{start}..{end}", PeriodKind.DAYS, start, end)


def containing(day: date, kind: PeriodKind) -> Period:
    """Give the week, month, quarter, half or year in which *day* lies."""
    if kind is PeriodKind.WEEK:
        year, week, weekday = day.isocalendar()
        monday = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02}", kind, monday, monday + timedelta(days=6))
    months = _MONTHS[kind]
    index = (day.month - 1) // months
    first = index * months + 1
    start = date(day.year, first, 1)
    beyond = first + months
    end = (date(day.year, beyond, 1) if beyond <= 12 else date(day.year + 1, 1, 1)) - timedelta(days=1)  # noqa: PLR2004
    suffix = {
        PeriodKind.MONTH: f"-M{first:02}",
        PeriodKind.QUARTER: f"-Q{index + 1}",
        PeriodKind.HALF: f"-H{index + 1}",
        PeriodKind.YEAR: "",
    }[kind]
    return Period(f"{day.year}{suffix}", kind, start, end)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
