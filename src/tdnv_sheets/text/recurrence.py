"""Read how often a task comes back, and by which day each time: «trước ngày 20 hằng tháng» is each month's 19th.

What is not surely a rhythm is none: «thường xuyên» names no period, «hai tháng một lần» not which months.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.periods import PeriodKind, containing, parse_period
from tdnv_sheets.text.deadlines import deadline_words

if TYPE_CHECKING:
    from tdnv_sheets.periods import Period


class Every(IntEnum):
    """The rhythms that are understood, by their length."""

    WEEK = 1
    MONTH = 2
    QUARTER = 3
    HALF = 4
    YEAR = 5


_KINDS: Final = {
    Every.WEEK: PeriodKind.WEEK,
    Every.MONTH: PeriodKind.MONTH,
    Every.QUARTER: PeriodKind.QUARTER,
    Every.HALF: PeriodKind.HALF,
    Every.YEAR: PeriodKind.YEAR,
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One due day in each period of a kind; without any more it is the period's last."""

    every: Every
    weekday: int | None = None
    """Monday is 0."""
    day: int | None = None
    """Of a month; in a shorter month its last."""
    month: int | None = None
    """The month of a year; without it the period's last month."""
    after: bool = False
    """Whether the month is the first after the period."""
    before: bool = False
    """Whether the day before is the last in time («trước ngày 20»)."""

    def period(self, day: date) -> Period:
        """Give the period in which *day* lies; a week runs from Monday to Sunday and bears its number of ISO 8601."""
        return containing(day, _KINDS[self.every])

    def due(self, period: Period) -> date:
        """Give the last day in time for *period*, which may be a day off."""
        return self._named(period) - timedelta(days=1 if self.before else 0)

    def _named(self, period: Period) -> date:
        if self.weekday is not None:
            return period.start + timedelta(days=self.weekday)
        if self.day is None:
            return period.end
        first = period.end + timedelta(days=1) if self.after else period.end.replace(day=1)
        if self.month is not None:
            first = first.replace(month=self.month)
        return first.replace(day=min(self.day, monthrange(first.year, first.month)[1]))


_LENGTHS: Final = (
    (Every.HALF, r"(?:0?6|sau) thang|nua nam"),
    (Every.QUARTER, r"(?:0?3|ba) thang|quy"),
    (Every.YEAR, r"nam"),
    (Every.MONTH, r"thang"),
    (Every.WEEK, r"tuan"),
)
"""The longer words first."""
_LENGTH: Final = "|".join(f"(?:{words})" for _, words in _LENGTHS)
_ONCE: Final = r"(?:mot|0?1)"
_EACH: Final = r"(?:(?:hang|moi|tung)(?: ky)?|dinh ky(?: theo)?(?: hang)?)"
_EVERY: Final = re.compile(
    rf"\b{_EACH} (?P<first>{_LENGTH})\b(?P<more>(?:\s*(?:,|;|\bva\b)\s*(?:hang )?(?:{_LENGTH})\b(?! \d))*)"
    rf"(?:\s*/?\s*{_ONCE} lan\b)?(?!\s*\d)"
    rf"|\b{_ONCE} lan\s*/?\s*(?:trong )?(?:(?:mot|moi|0?1) )?(?P<per>{_LENGTH})\b"
    rf"|\b(?:{_ONCE} )?(?P<of>{_LENGTH})\s*/?\s*{_ONCE} lan\b"
)
_WEEKDAYS: Final = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5, "bẩy": 5, "chu nhat": 6}
_WEEKDAY: Final = re.compile(r"\b(?:ngay )?(?:thu (?P<name>hai|ba|tu|nam|sau|bay|[2-7])|(?P<sunday>chu nhat))\b")
_DAY: Final = re.compile(
    r"(?:\bngay (?:mung )?(?P<day>\d{1,2})(?!\d)(?:\s*(?:[/.-]|\bthang\b)\s*(?P<month>\d{1,2})(?![\d/.-]))?"
    r"|(?<![\d/.-])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/]))"
    r"(?P<where>\s*(?:cua )?(?:thang cuoi(?: cua)?(?: quy| ky)?|thang dau(?: cua)? (?:quy|ky) (?:sau|tiep theo|ke tiep)"
    r"|thang (?:lien )?(?:sau|ke tiep|tiep theo)|thang(?! \d)))?"
)
_END: Final = re.compile(r"\b(?:vao )?(?:ngay )?cuoi(?: cung)?(?: cua)? (?:thang|quy|nam|tuan|ky)\b")
_BEFORE: Final = re.compile(r"\btruoc\s*$")
_UNREAD: Final = re.compile(r"\d|\b(?:thang|quy|nam|tuan|ngay|thu|khi)\b")
_MONTHS: Final = 12
_DAYS: Final = 31


def parse_recurrence(text: str) -> Recurrence | None:
    """Read a rhythm; None when the words name none, or anything about time besides it that is not understood.

    Of several («hằng quý, 6 tháng, năm») the shortest counts: each longer one ends with one of its periods.
    """
    words = deadline_words(text)
    found = _EVERY.search(words)
    if found is None:
        return None
    every = min(_length(word) for word in _lengths(found))
    rest = f"{words[: found.start()]} \0 {words[found.end() :]}"
    anchors = [
        (kind, match) for kind, pattern in (("week", _WEEKDAY), ("day", _DAY)) for match in pattern.finditer(rest)
    ]
    if len(anchors) > 1:
        return None
    if not anchors:
        return None if _UNREAD.search(_END.sub(" ", rest)) else Recurrence(every)
    (kind, match), before = anchors[0], bool(_BEFORE.search(rest[: anchors[0][1].start()]))
    if _UNREAD.search(rest[: match.start()] + " " + rest[match.end() :]):
        return None
    return _on_weekday(every, match, before=before) if kind == "week" else _on_day(every, match, before=before)


def rhythm(stated: str, deadline: str) -> Recurrence | None:
    """Read the rhythm of a task from what stands under «Định kỳ» and the words of its deadline, which often say the day.

    Only what names a rhythm under «Định kỳ» is one: an occurrence has the same words for its deadline and does not.
    """
    named = parse_recurrence(stated)
    worded = None if named is None else parse_recurrence(deadline)
    return worded if named is not None and worded is not None and worded.every is named.every else named


def _lengths(found: re.Match[str]) -> list[str]:
    more = re.split(r",|;|\bva\b|\bhang\b", found["more"] or "")
    return [word.strip() for word in (found["first"], found["per"], found["of"], *more) if word and word.strip()]


def _length(word: str) -> Every:
    return next(every for every, words in _LENGTHS if re.fullmatch(words, word))


def _on_weekday(every: Every, match: re.Match[str], *, before: bool) -> Recurrence | None:
    if every is not Every.WEEK:
        return None
    name = match["name"] or match["sunday"]
    return Recurrence(every, weekday=int(name) - 2 if name.isdigit() else _WEEKDAYS[name], before=before)


def _on_day(every: Every, match: re.Match[str], *, before: bool) -> Recurrence | None:
    """Take a day of the month: with a month only in a year, without one only where it is clear which month is meant."""
    day, month = int(match["day"] or match["d"]), match["month"] or match["m"]
    where = (match["where"] or "").strip()
    after = bool(re.search(r"\b(?:sau|ke tiep|tiep theo)$", where))
    if not 1 <= day <= _DAYS or every is Every.WEEK:
        return None
    if month is not None:
        known = every is Every.YEAR and not where and 1 <= int(month) <= _MONTHS
        return Recurrence(every, day=day, month=int(month), before=before) if known else None
    if every is not Every.MONTH and not after and "cuoi" not in where:
        return None
    return Recurrence(every, day=day, after=after, before=before)


class Occurrence(NamedTuple):
    """Which task comes back, and for which period."""

    task_id: str
    period: str
    """A period's name."""

    def __str__(self) -> str:
        return f"{self.task_id} · {self.period}"

    @property
    def end(self) -> date:
        """Give the period's last day."""
        return parse_period(self.period).end


_OCCURRENCE: Final = re.compile(
    r"(NV-\d{4}-\d+) · (\d{4}(?:-(?:M(?:0[1-9]|1[0-2])|Q[1-4]|H[12]|W(?:0[1-9]|[1-4]\d|5[0-3])))?)"
)


def occurrence(text: str) -> Occurrence | None:
    """Read what stands under «Định kỳ» of an occurrence; None for any other words."""
    found = _OCCURRENCE.fullmatch(text)
    if found is None:
        return None
    which = Occurrence(found[1], found[2])
    try:
        which.end  # noqa: B018 - not every year has a 53rd week
    except WrongUsage:
        return None
    return which
