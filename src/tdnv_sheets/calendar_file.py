"""The office's own table of days off, worked days and sessions (`lich.csv`), which clerks keep in Excel.

Everything that is wrong with it is said at once, each with its row as Excel counts and with what to do; a table with
something wrong changes nothing, because half a swap would make every deadline wrong.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets import calendar as calendars
from tdnv_sheets.calendar import (
    HOLIDAY,
    IN_LIEU,
    KINDS,
    LOCAL_OFF,
    OFFICE,
    ORDINARY,
    SATURDAY,
    SESSION,
    SWAPPED_OFF,
    WORKED,
    Calendar,
    SpecialDay,
)
from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.text.csv_file import read_rows
from tdnv_sheets.text.dates import read_date, written_day
from tdnv_sheets.text.unicode import strip_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

COLUMNS: Final = ("ngay", "loai", "ten", "thay_cho", "can_cu", "nguon", "trang_thai")
_NEEDED: Final = ("ngay", "loai")
_FINAL, _NOT_FINAL = "chinh_thuc", "tam_tinh"
_SENSE: Final = range(2015, 2061)
"""Years in which a day of the table can be meant."""
_FAR: Final = timedelta(days=60)
"""A working Saturday stands near its day off; nine years of notices never went beyond nine days."""
_ALONE: Final = "swap-alone"
_OFF_WORKDAYS: Final = frozenset({SWAPPED_OFF, IN_LIEU, LOCAL_OFF})
"""Kinds of days off that say nothing on a day that is off already."""
_SERIAL: Final = re.compile(r"\d{5}")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=\D|$)")
_LOST_LETTER: Final = re.compile(r"\w\?\w|(?:^|\s)\?\w|\ufffd")


class Problem(NamedTuple):
    """One thing to put right, or only to know."""

    row: int
    """As Excel counts."""
    code: str
    """Names the words `problem-…` in messages/calendar.toml."""
    values: Mapping[str, str]

    def words(self, lang: str) -> str:
        """Say where it is, what is wrong and what to do."""
        return say(f"calendar.problem-{self.code}", lang, row=self.row, **self.values)


class OwnDays(NamedTuple):
    """What the table holds."""

    days: tuple[SpecialDay, ...]
    """Days and sessions in the order of the table."""
    problems: tuple[Problem, ...]
    """What stops the table from being used, by row."""
    notes: tuple[Problem, ...]
    """What a person should look at once; it stops nothing."""


def open_calendar(path: Path) -> Calendar:
    """Give the calendar with the table in *path* over it; the calendar of record alone where there is no such file.

    Raises `BadOfficeFile` with all that is wrong with the table, `BrokenSurroundings` when the disk does not give it.
    """
    if not path.exists():
        return calendars.load(None)
    own = read_own(path)
    if own.problems:
        raise _refusal(path, own.problems)
    return calendars.load(own.days)


def read_own(path: Path) -> OwnDays:
    """Read the table; what is wrong with it is in the answer, but a file that is no table raises `BadOfficeFile`."""
    rows = read_rows(path, _columns_known)
    top = next((number for number, cells in enumerate(rows, 1) if any(map(str.strip, cells))), 0)
    if not top:
        return OwnDays((), (), ())
    header = [_word(cell) for cell in rows[top - 1]]
    wrong_header = tuple(_wrong_header(top, header, rows[top - 1], rows[top:]))
    if wrong_header:
        return OwnDays((), wrong_header, ())
    read = [_Row(n, header, [cell.strip() for cell in cells]) for n, cells in enumerate(rows[top:], top + 1)]
    return _judged([row for row in read if any(row.texts)])


def _judged(rows: Sequence[_Row]) -> OwnDays:
    entries: list[_Entry] = []
    problems: list[Problem] = []
    swap_unread = False
    for row in rows:
        wrong, day = tuple(row.problems()), _day(row.cell("ngay"))
        problems += wrong
        if wrong or day is None:
            swap_unread = swap_unread or row.kind not in set(KINDS) - {SWAPPED_OFF, WORKED}
        else:
            entries.append(_Entry(row.number, row.special(day)))
    # Where one day has its month first, all others are in doubt, and what they say of each other proves nothing.
    if not any(problem.code == "month-first" for problem in problems):
        official = calendars.load(None)
        against = tuple(_against(entries, official))
        problems += (*_twice(entries), *against)
        # A missing half may stand in a row that could not be read, and a row whose day is wrong is said once.
        doubted = {problem.row for problem in against}
        sure = {entry.row for entry in entries} - doubted if not swap_unread else set[int]()
        problems += (problem for problem in _swaps(entries, official) if problem.code != _ALONE or problem.row in sure)
    found = tuple(entry.special for entry in entries)
    problems.sort(key=lambda problem: problem.row)
    return OwnDays(found, tuple(problems), tuple(_notes(entries, calendars.load(found))))


def _refusal(path: Path, problems: Sequence[Problem]) -> BadOfficeFile:
    said = {lang: [problem.words(lang) for problem in problems] for lang in LANGUAGES}
    if len(problems) == 1:
        return BadOfficeFile(path, "calendar-problem", **{f"problem_{lang}": said[lang][0] for lang in LANGUAGES})
    lines = {f"problems_{lang}": "\n".join(f"  – {words}" for words in said[lang]) for lang in LANGUAGES}
    return BadOfficeFile(path, "calendar-problems", count=len(problems), **lines)


# ------------------------------------------------------------------ rows


class _Entry(NamedTuple):
    row: int
    special: SpecialDay


class _Row(NamedTuple):
    """One row as it was typed."""

    number: int
    header: Sequence[str]
    texts: Sequence[str]

    def cell(self, column: str) -> str:
        """Give what stands in a column; empty where the table or the row does not have it."""
        index = self.header.index(column) if column in self.header else len(self.texts)
        return self.texts[index] if index < len(self.texts) else ""

    @property
    def kind(self) -> str:
        return _word(self.cell("loai"))

    @property
    def state(self) -> str:
        return _word(self.cell("trang_thai")) or _FINAL

    def problems(self) -> Iterator[Problem]:
        """Say what cannot be read."""
        beyond = next(filter(None, self.texts[len(self.header) :]), "")
        if beyond:
            yield self._problem("cell-beyond", value=beyond)
        yield from self._wrong_day("ngay")
        if self.cell("thay_cho"):
            yield from self._wrong_day("thay_cho")
        for column, word, allowed in (("loai", self.kind, KINDS), ("trang_thai", self.state, (_FINAL, _NOT_FINAL))):
            if word not in allowed:
                yield self._problem("word", column=column, value=self.cell(column), allowed=", ".join(allowed))

    def special(self, day: date) -> SpecialDay:
        """Give what a row without problems says of its *day*."""
        return SpecialDay(
            day,
            works=day.weekday() < SATURDAY if self.kind in {ORDINARY, SESSION} else self.kind == WORKED,
            kind=self.kind,
            name=self.cell("ten"),
            basis=self.cell("can_cu"),
            provisional=self.state == _NOT_FINAL,
            partner=_day(self.cell("thay_cho")),
            source=self.cell("nguon"),
            origin=OFFICE,
        )

    def _wrong_day(self, column: str) -> Iterator[Problem]:
        text = self.cell(column)
        day, written = _day(text), written_day(text)
        if not text:
            yield self._problem("day-missing", column=column)
        elif day is None and written is not None and written.month_first is not None:
            yield self._problem("month-first", column=column, value=text, day=_shown(written.month_first))
        elif day is None:
            yield self._problem("day", column=column, value=text)
        elif day.year not in _SENSE:
            yield self._problem(
                "day-far", column=column, value=text, first=str(_SENSE.start), last=str(_SENSE.stop - 1)
            )

    def _problem(self, code: str, **values: str) -> Problem:
        return Problem(self.number, code, values)


def _day(text: str) -> date | None:
    """Read a day in every form in which Excel may write it: ISO, day first, year first with slashes, a serial number."""
    if _SERIAL.fullmatch(text):
        return read_date(int(text))
    return read_date(_YEAR_FIRST.sub(r"\1-\2-\3", text))


def _word(text: str) -> str:
    """Give a code word as it is kept, where people write «Làm bù» for `lam_bu`."""
    return "_".join(re.findall(r"[a-z0-9]+", strip_marks(text).casefold()))


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _columns_known(head: Sequence[Sequence[str]]) -> int:
    return max((sum(_word(cell) in COLUMNS for cell in cells) for cells in head), default=0)


def _wrong_header(
    number: int, header: Sequence[str], typed: Sequence[str], rows: Sequence[Sequence[str]]
) -> Iterator[Problem]:
    known = ", ".join(COLUMNS)
    for index, name in enumerate(header):
        if name in COLUMNS:
            continue
        # Excel keeps columns that were emptied; only what stands in one of them needs a name.
        if name or any(cells[index].strip() for cells in rows if index < len(cells)):
            yield Problem(number, "unknown-column", {"value": typed[index].strip(), "known": known})
    for column in COLUMNS:
        count = header.count(column)
        if count > 1 or (column in _NEEDED and not count):
            yield Problem(number, "column-not-once", {"column": column})


# ------------------------------------------------------------------ what rows say of each other and of the calendar


def _twice(entries: Iterable[_Entry]) -> Iterator[Problem]:
    seen: dict[tuple[date, bool], _Entry] = {}
    for entry in entries:
        day, kind = entry.special.day, entry.special.kind
        first = seen.setdefault((day, kind == SESSION), entry)
        if first is entry:
            continue
        values = {"day": _shown(day), "first": str(first.row)}
        if first.special.kind == kind:
            yield Problem(entry.row, "day-twice", values)
        else:
            yield Problem(entry.row, "contradiction", values | {"kind": kind, "other": first.special.kind})


def _against(entries: Iterable[_Entry], official: Calendar) -> Iterator[Problem]:
    """Hold each row against its weekday and against the calendar beneath."""
    for row, special in entries:
        day, kind = special.day, special.kind
        beneath = official.special_on(day)
        weekend, off = day.weekday() >= SATURDAY, not official.is_working(day)
        values = {"day": _shown(day), "kind": kind}
        named_off = beneath is not None and beneath.kind in {HOLIDAY, IN_LIEU}
        if kind == WORKED and not weekend:
            yield Problem(row, "not-a-weekend", values | {"ordinary": ORDINARY})
        elif kind == WORKED and named_off:
            yield Problem(row, "works-on-holiday", values | {"name": official.name_of(day)})
        elif kind in _OFF_WORKDAYS and weekend and off:
            yield Problem(row, "off-already", values)
        elif kind == SWAPPED_OFF and named_off:
            yield Problem(row, "swapped-holiday", values | {"name": official.name_of(day)})
        elif kind == ORDINARY and beneath is None:
            yield Problem(row, "nothing-to-lift", values)


def _swaps(entries: Iterable[_Entry], official: Calendar) -> Iterator[Problem]:
    """Each swapped day off needs exactly one worked day, and each worked day its day off."""
    own = {entry.special.day: entry for entry in entries if entry.special.kind != SESSION}
    for entry in own.values():
        special = entry.special
        if special.kind in {SWAPPED_OFF, WORKED}:
            yield from _pair(entry, own, official)
        elif special.kind == ORDINARY:
            yield from _half_lifted(entry, own, official)


def _pair(entry: _Entry, own: Mapping[date, _Entry], official: Calendar) -> Iterator[Problem]:
    special = entry.special
    other_kind = WORKED if special.kind == SWAPPED_OFF else SWAPPED_OFF
    others = {day: other for day, other in own.items() if other.special.kind == other_kind}
    candidates = sorted(
        day for day, other in others.items() if day == special.partner or other.special.partner == special.day
    )
    values = {"day": _shown(special.day), "kind": special.kind, "other": other_kind, "column": "thay_cho"}
    if not candidates:
        beneath = None if special.partner is None else official.special_on(special.partner)
        paired = beneath is not None and beneath.kind == other_kind and beneath.partner in {None, special.day}
        if not paired or special.partner in own:
            yield Problem(entry.row, _ALONE, values)
        return
    if len(candidates) > 1:
        yield Problem(entry.row, "swap-many", values | {"days": ", ".join(map(_shown, candidates))})
        return
    (partner,) = candidates
    back = own[partner].special.partner
    differs = special.partner not in {None, partner} or back not in {None, special.day}
    if differs and special.kind == SWAPPED_OFF:
        named = back if special.partner in {None, partner} else special.partner
        yield Problem(
            entry.row, "swap-differs", values | {"found": _shown(partner), "named": _shown(named or special.day)}
        )
    elif special.kind == SWAPPED_OFF and abs(partner - special.day) > _FAR:
        yield Problem(entry.row, "swap-far", values | {"found": _shown(partner)})


def _half_lifted(entry: _Entry, own: Mapping[date, _Entry], official: Calendar) -> Iterator[Problem]:
    beneath = official.special_on(entry.special.day)
    partner = None if beneath is None or beneath.kind not in {SWAPPED_OFF, WORKED} else beneath.partner
    if partner is not None and partner not in own and official.special_on(partner) is not None:
        yield Problem(
            entry.row,
            "half-lifted",
            {"day": _shown(entry.special.day), "kind": ORDINARY, "partner": _shown(partner)},
        )


def _notes(entries: Iterable[_Entry], calendar: Calendar) -> Iterator[Problem]:
    for row, special in entries:
        if special.kind == SESSION and not calendar.is_working(special.day):
            yield Problem(row, "session-on-day-off", {"day": _shown(special.day)})
        if _LOST_LETTER.search(special.name):
            yield Problem(row, "letters-lost", {"column": "ten", "value": special.name})
