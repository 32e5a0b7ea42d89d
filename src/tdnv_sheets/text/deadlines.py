"""Deadlines come as prose; here each is read as the kind it is and the last day it allows, never a day it does not hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tdnv_sheets.text.mentions import SEVERAL, Mention, Time, mentions
from tdnv_sheets.text.unicode import plain, strip_marks


class DeadlineKind(StrEnum):
    """What sort of deadline a text is."""

    EXACT = "exact"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"
    RECURRING = "recurring"
    """Comes again and again: there is no single day."""
    CONDITIONAL = "conditional"
    """Counted from something that the text does not date."""
    NONE = "none"
    """Says that there is no deadline, or says nothing."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline's words and what they mean."""

    text: str
    kind: DeadlineKind
    day: date | None = None
    """The last day that is in time; None where no single day may be given."""
    assumed: bool = False
    """Whether a person has to confirm the day."""
    note: str = ""
    """Why it is assumed or has no day: `takeover.deadline-<note>` in the catalogue has the words."""
    before: bool = False
    """Whether the day is the one before the time that the text names («trước …»)."""


_BLANK: Final = re.compile(r"\s+")
_TIME_OF_DAY: Final = re.compile(
    r"(?<![\d/.-])\d{1,2}\s*(?::\s*\d{2}(?!\d)(?::\d{2}(?:\.\d+)?)?z?|h\s*(?:\d{2}(?![\d/.-]))?(?![a-z])"
    r"|g(?:io)?\b\s*(?:\d{2}(?![\d/.-]))?)(?:\s*phut)?",
)
_ISO_TIME: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})t[\d:.]+(?:z|[+-]\d{2}:?\d{2})?")
_NOTHING: Final = re.compile(
    r"[-./\s]*|n/?a|0|(?:khong|chua)(?: (?:quy dinh|co|xac dinh|ghi|giao|an dinh|ro))?"
    r"(?: (?:cu the|thoi han|thoi gian|han|hoan thanh|thoi diem|ngay))*\.?"
)
_UNIT: Final = r"(?:ngay|tuan|thang|quy|nam)"
_RECURRING: Final = re.compile(
    rf"\bthuong xuyen\b|\bdinh ky\b|\blien tuc\b|\b(?:hang|tung)\s+(?:{_UNIT}|ky)\b|\bmoi\s+{_UNIT}\b(?!\s*\d)"
    rf"|\blan\s*/\s*(?:\d+ )?{_UNIT}\b|\b(?:mot|\d+) {_UNIT}\s*/?\s*(?:mot|\d+) lan\b"
    rf"|\b(?:mot|\d+) lan (?:trong )?(?:mot|moi|\d+) {_UNIT}\b"
    rf"|\b{_UNIT} (?:mot|hai|ba) lan\b"
)
_WAITS: Final = re.compile(
    r"\bsau khi\b|\bkhi (?:co|duoc|nhan|hoan thanh|ban hanh)\b|\bngay (?:sau|khi)\b|\btu khi\b"
    r"|\d+\s*ngay\s*(?:lam viec|ke tu|sau)\b"
)
_CONDITIONAL: Final = re.compile(
    rf"\b(?:khi|sau|ngay|kip thoi)\b|\bke tu\b|\btu khi\b|\bsom (?:nhat|tot)\b|\bcang som\b|\b(?:phien|ky) hop\b"
    r"|\btheo (?:yeu cau|tien do|ke hoach|chi dao|lich|quy dinh|van ban|de nghi)\b|\b(?:cung|song song) voi\b"
    rf"|(?:\d+|\b(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi))\s*{_UNIT}\b(?!\s*\d)"
)
_LIMIT: Final = re.compile(r"\b(?:cham nhat|muon nhat|truoc|den|toi|het|han|khong qua|cuoi)\b")
_LINK: Final = re.compile(r"[\s,(]*(?:-+>?|~|→|\b(?:cho )?(?:den|toi)\b)[\w\s,]*")
_RANGE_HEAD: Final = re.compile(r"(?:\bngay |\btu |^|\s)\d{1,2}\s*(?:-|den|toi)\s*(?:ngay\s*)?$")
_BEFORE: Final = re.compile(r"\btruoc\s*$")
_START: Final = re.compile(r"(?:\btu|\bbat dau|(?<!\bthu )\bsau|\bke tu sau)\s*$")
"""«Sau» begins something, «thứ sáu» is a weekday."""
_SPELT: Final = re.compile(
    r"\b(tháng|quý)\s+(mười một|mười hai|mười|một|hai|ba|tư|bốn|năm(?=\s+năm\b)|sáu|bảy|bẩy|tám|chín)\b(?!\s+lần)"
)
"""Read with accents: «tháng sáu» is June, «tháng sau» the month after."""
_FIGURES: Final = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "tư": 4,
    "bốn": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
    "mười một": 11,
    "mười hai": 12,
}
_UNCLEAR_PART: Final = re.compile(r"\b(?:thang|quy)\b[ \w]{0,12}$")
_REFERENCE: Final = re.compile(r"\b(?:theo|can cu)\b|\bso\s+\S+\s*$|\bso\s*$")
_PLACE: Final = re.compile(r"(?<!\bbat )\b(dau|giua|(?<!\bha )tuan(?: \S+){0,2}?)(?: cua)?\s*$")
_MIDDLE_OF_MONTH: Final = 15


def parse_deadline(text: str, *, assigned: date | None = None, exclusive_before: bool = True) -> Deadline:
    """Read a deadline; a year that the text leaves out is that of *assigned*, and the day is then `assumed`.

    *exclusive_before* reads «trước ngày D» as D − 1, otherwise as D. Nothing raises: what cannot be read is
    `unreadable`. Rules: practice/vietnam.md §5, BLDS 2015 Đ146 for the middle of a month.
    """
    words = deadline_words(text)
    if _NOTHING.fullmatch(words):
        return Deadline(text, DeadlineKind.NONE)
    if _RECURRING.search(words):
        return Deadline(text, DeadlineKind.RECURRING, note="recurring")
    found = tuple(m for m in mentions(words) if not _REFERENCE.search(m.ahead) or _LIMIT.search(m.ahead))
    if not found:
        kind = DeadlineKind.CONDITIONAL if _CONDITIONAL.search(words) else DeadlineKind.UNREADABLE
        return Deadline(text, kind, note=kind.value)
    if "nam hoc" in words:
        return Deadline(text, DeadlineKind.UNREADABLE, note="school-year")
    if _WAITS.search(words) and not any(_LIMIT.search(m.ahead) for m in found):
        return Deadline(text, DeadlineKind.CONDITIONAL, note="conditional")
    return _Reading(text, words, found, assigned, exclusive_before).deadline()


def deadline_words(text: str) -> str:
    """Give the words of a deadline as the patterns here see them: unaccented lower case, numbers in figures, no hours."""
    folded = " ".join(plain(text).casefold().split())
    words = strip_marks(_SPELT.sub(lambda match: f"{match[1]} {_FIGURES[match[2]]}", folded))
    words = _ISO_TIME.sub(r"\1", words)
    return _BLANK.sub(" ", _TIME_OF_DAY.sub(" @ ", words)).strip()


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit that the text names, after linking ranges."""

    kind: DeadlineKind
    day: date | None
    assumed: bool = False
    note: str = ""
    before: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """The mentions of one text and what is needed to turn them into a day."""

    text: str
    words: str
    found: tuple[Mention, ...]
    assigned: date | None
    exclusive_before: bool

    def deadline(self) -> Deadline:
        """Take the last limit that the text names."""
        limits = [limit for i in range(len(self.found)) if (limit := self._limit(i)) is not None]
        if not limits:
            waits = _CONDITIONAL.search(self.words)
            kind = DeadlineKind.CONDITIONAL if waits else DeadlineKind.RANGE
            return Deadline(self.text, kind, note="conditional" if waits else "only-start")
        unclear = next((limit for limit in limits if limit.day is None), None)
        if unclear is not None:
            return Deadline(self.text, unclear.kind, None, unclear.assumed, unclear.note)
        last = max(limits, key=lambda limit: limit.day or date.min)
        several = len(limits) > 1
        note = "several" if several else last.note
        if not note and last.assumed and self.assigned and last.day and last.day < self.assigned:
            note = "before-assigned"
        elif not note and last.assumed:
            note = "year-assumed"
        return Deadline(self.text, last.kind, last.day, last.assumed or several, note, last.before)

    def _limit(self, index: int) -> _Limit | None:
        """Give the limit that mention *index* sets; None when it only begins something."""
        time, ahead = self.found[index].time, self.found[index].ahead
        if index + 1 < len(self.found) and self._linked(index + 1):
            return None
        in_range = index > 0 and self._linked(index)
        if not in_range and _START.search(ahead):
            return None
        year, assumed = self._year(index)
        if year is None:
            return _Limit(DeadlineKind(time.kind), None, assumed=True, note="no-year")
        span = time.span(year)
        if span is None:
            return _Limit(DeadlineKind.UNREADABLE, None, note="no-such-day")
        if in_range and self._backwards(index, span[1]):
            return _Limit(DeadlineKind.UNREADABLE, None, note="backwards")
        limit = self._day(time, ahead, span)
        is_range = in_range or bool(time.joined or _RANGE_HEAD.search(ahead))
        listed = "several" if time.joined == SEVERAL else ""
        kind = DeadlineKind.RANGE if is_range else limit.kind
        return _Limit(kind, limit.day, limit.assumed or assumed or bool(listed), limit.note or listed, limit.before)

    def _day(self, time: Time, ahead: str, span: tuple[date, date]) -> _Limit:
        kind = DeadlineKind(time.kind)
        exact = kind is DeadlineKind.EXACT
        if _BEFORE.search(ahead) and (self.exclusive_before or not exact):
            return _Limit(kind, span[0] - timedelta(days=1), before=True)
        if kind is DeadlineKind.YEAR and _UNCLEAR_PART.search(ahead):
            return _Limit(kind, None, note="part-of")
        place = _PLACE.search(ahead)
        if place is None or exact:
            return _Limit(kind, span[1])
        if place[1] == "giua" and kind is DeadlineKind.MONTH:
            return _Limit(kind, span[1].replace(day=_MIDDLE_OF_MONTH), assumed=True, note="middle")
        return _Limit(kind, None, note="part-of")

    def _linked(self, index: int) -> bool:
        """Say whether mention *index* is the end of a range that the one before it begins."""
        return bool(_LINK.fullmatch(self.found[index].ahead))

    def _year(self, index: int) -> tuple[int | None, bool]:
        """Give the year of a mention and whether it is assumed: its own, a later one's, an earlier one's, assigned."""
        years = [mention.time.year for mention in self.found]
        if years[index] is not None:
            return years[index], False
        for year in (*years[index + 1 :], *reversed(years[:index])):
            if year is not None:
                return year, True
        return (None if self.assigned is None else self.assigned.year), True

    def _backwards(self, index: int, end: date) -> bool:
        begin = self.found[index - 1].time
        span = begin.span(end.year if begin.year is None else begin.year)
        return span is not None and end < span[0]
