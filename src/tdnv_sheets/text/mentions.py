"""The bits of a text that name a time: a day, a month, a quarter, a half or a year, found in unaccented lower case."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.dates import FIRST_YEAR, LAST_YEAR, make_day

if TYPE_CHECKING:
    from collections.abc import Callable

SEVERAL: Final = "several"
RANGE: Final = "range"
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Time:
    """What a mention names; `year` is None where the text leaves it out."""

    kind: str
    """exact, month, quarter, half, year or range."""
    year: int | None
    months: tuple[int, int]
    """First and last month."""
    day: int | None = None
    joined: str = ""
    """How a list such as «tháng 4, 5» is joined: `several` by comma or «và», `range` by dash or «đến»."""

    def span(self, year: int) -> tuple[date, date] | None:
        """Give the first and last day in *year*, or None when the calendar has no such day."""
        first, last = self.months
        if self.day is not None:
            day = make_day(year, first, self.day)
            return None if day is None else (day, day)
        begin = make_day(year, first, 1)
        if begin is None or not first <= last <= _DECEMBER:
            return None
        return begin, date(begin.year, last, monthrange(begin.year, last)[1])


@dataclass(frozen=True, slots=True)
class Mention:
    """A time and the words between the mention ahead (or the beginning) and this one."""

    time: Time
    ahead: str


_YEAR: Final = r"(?:\s*(?:,?\s*(?:cua )?nam\s*|[/.-]\s*|,?\s)(?P<y>\d{4})(?!\d))"
_YEAR_OF_MONTH: Final = rf"(?:{_YEAR}|\s*/\s*(?P<yy>1[3-9]|[2-9]\d)(?![\d/]))"
_JOIN: Final = r"\s*(?:,|;|-|\bva\b|\bden\b|\btoi\b)\s*"
_QUARTER: Final = r"(?:iv|i{1,3}|[1-4])(?![a-z\d])"
_ITEM: Final = re.compile(r"\d+|iv|i{1,3}")
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_COUNT: Final = {"ba": 3, "sau": 6, "chin": 9}
_HALF: Final = 6


def _year(match: re.Match[str]) -> int | None:
    groups = match.groupdict()
    year = groups.get("y") or groups.get("yy")
    if not year:
        return None
    return int(year) if len(year) > 2 else 2000 + int(year)  # noqa: PLR2004  two digits


def _day(match: re.Match[str]) -> Time:
    month = int(match["m"])
    return Time("exact", _year(match), (month, month), int(match["d"]))


def _half(match: re.Match[str]) -> Time:
    if match["mid"]:
        return Time("half", _year(match), (1, _HALF))
    count = int(_COUNT.get(match["n"], match["n"])) if match["n"] else _HALF
    months = (1, count) if (match["w"] or match["v"]) == "dau" else (_DECEMBER + 1 - count, _DECEMBER)
    return Time({3: "quarter", _HALF: "half"}.get(count, "range"), _year(match), months)


def _months(match: re.Match[str]) -> Time:
    items = [int(item) for item in _ITEM.findall(match["list"])]
    return Time("month", _year(match), (items[0], items[-1]), joined=_joined(match["list"], len(items)))


def _quarters(match: re.Match[str]) -> Time:
    items = [_ROMAN.get(item) or int(item) for item in _ITEM.findall(match["list"])]
    months = (items[0] * 3 - 2, items[-1] * 3)
    return Time("quarter", _year(match), months, joined=_joined(match["list"], len(items)))


def _joined(items: str, count: int) -> str:
    if count == 1:
        return ""
    return SEVERAL if re.search(r"[,;]|\bva\b", items) else RANGE


def _whole_year(match: re.Match[str]) -> Time:
    return Time("year", _year(match), (1, _DECEMBER))


def _bare_year(match: re.Match[str]) -> Time | None:
    return _whole_year(match) if _BEFORE_BARE_YEAR.search(match.string[: match.start()]) else None


_DAY: Final = r"(?:\bngay\s*)?(?<![\d/.])(?P<d>\d{1,2})"
_PART_OF_YEAR: Final = r"(?<![\d/])(?P<n>0?[369]|\bba|\bsau|\bchin) thang (?P<w>dau|cuoi)(?: cua)?(?: nam)?"
_LISTED: Final = rf"\d{{1,2}}(?!\d)(?:{_JOIN}\d{{1,2}}(?!\d)(?!\s*/\s*\d{{1,2}}(?!\d)))*"
_READINGS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Time | None]], ...]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?<![\d/.-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d/-])", _day),
        (
            rf"(?:{_PART_OF_YEAR}|\bnua (?P<v>dau|cuoi) nam|\b(?P<mid>giua) nam){_YEAR}?",
            _half,
        ),
        (
            rf"{_DAY}\s?(?P<s>[/.-])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<y>\d{{4}}|\d{{2}})(?![\d/])",
            _day,
        ),
        (rf"\bngay\s*(?P<d>\d{{1,2}})\s*thang\s*(?P<m>\d{{1,2}})(?!\d){_YEAR}?", _day),
        (rf"(?<![\d/.])(?<!tuan )(?<!thu )(?P<d>\d{{1,2}})\s*thang\s*(?P<m>\d{{1,2}})(?!\d){_YEAR}", _day),
        (rf"\bthang\s*(?P<list>{_LISTED}){_YEAR_OF_MONTH}?", _months),
        (r"\bt\.?\s?(?P<list>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})(?!\d)", _months),
        (rf"\bq(?:uy)?\.?\s*(?P<list>{_QUARTER}(?:{_JOIN}{_QUARTER})*){_YEAR}?", _quarters),
        (rf"{_DAY}\s?/\s?(?P<m>\d{{1,2}})(?![\d/])", _day),
        (r"\bngay\s*(?P<d>\d{1,2})[.-](?P<m>0?[1-9]|1[0-2])(?![\d./-])", _day),
        (r"(?<![\d/.])(?P<list>0?[1-9]|1[0-2])\s?[/.-]\s?(?P<y>\d{4})(?![\d/])", _months),
        (r"\bnam\s*(?P<y>\d{4})(?!\d)", _whole_year),
        (r"(?:(?<=trong )|(?<=cuoi )|(?<=ca )|(?<=het )|(?<=den ))nam(?: nay)?\b(?! hoc)(?!\s*\d)", _whole_year),
        (r"(?<![\w/.])(?P<y>\d{4})(?![\w/]|\.\d)", _bare_year),
    )
)
_BEFORE_BARE_YEAR: Final = re.compile(
    r"(?:^|[-,~(]|\b(?:den|toi|trong|het|truoc|tu|va|giai doan|cuoi|ca|dau|han|cham nhat|cham nhat la))\s*$"
)


def mentions(words: str) -> tuple[Mention, ...]:
    """Find every time that *words* (unaccented lower case) name, from left to right; the more exact reading wins."""
    found: list[tuple[int, int, Time]] = []
    rest = words
    for pattern, read in _READINGS:
        for match in pattern.finditer(rest):
            time = read(match)
            if time is None or (time.year is not None and not FIRST_YEAR <= time.year <= LAST_YEAR):
                continue
            found.append((match.start(), match.end(), time))
            rest = rest[: match.start()] + "\0" * len(match[0]) + rest[match.end() :]
    found.sort(key=lambda item: item[0])
    ends = [0, *(end for _, end, _ in found)]
    return tuple(Mention(time, words[after:start]) for after, (start, _, time) in zip(ends, found, strict=False))
