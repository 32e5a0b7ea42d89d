"""The office's own table of days off, worked days, sessions and other events (`lich.csv`), which clerks keep in Excel.

Everything that is wrong with it is said at once, each with its row as Excel counts and with what to do; a table with
something wrong changes nothing, because half a swap would make every deadline wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets import calendar as calendars
from tdnv_sheets.calendar import (
    EVENTS,
    HAPPENED,
    KINDS,
    OFFICE,
    ORDINARY,
    SATURDAY,
    SWAPPED_OFF,
    WORKED,
    Calendar,
    SpecialDay,
)
from tdnv_sheets.calendar_checks import Entry, Problem, checked, notes, shown
from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.messages.catalogue import LANGUAGES
from tdnv_sheets.text.csv_file import read_rows
from tdnv_sheets.text.dates import read_date, written_day
from tdnv_sheets.text.unicode import strip_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

COLUMNS: Final = ("ngay", "loai", "ten", "thay_cho", "can_cu", "nguon", "trang_thai", "xong")
_NEEDED: Final = ("ngay", "loai")
_FINAL, _NOT_FINAL = "chinh_thuc", "tam_tinh"
_SENSE: Final = range(2015, 2061)
"""Years in which a day of the table can be meant."""
_SERIAL: Final = re.compile(r"\d{5}")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=\D|$)")


class OwnDays(NamedTuple):
    """What the table holds."""

    days: tuple[SpecialDay, ...]
    """Days and events in the order of the table."""
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
    entries: list[Entry] = []
    problems: list[Problem] = []
    swap_unread = False
    for row in rows:
        wrong, day = tuple(row.problems()), _day(row.cell("ngay"))
        problems += wrong
        if wrong or day is None:
            swap_unread = swap_unread or row.kind not in set(KINDS) - {SWAPPED_OFF, WORKED}
        else:
            entries.append(Entry(row.number, row.special(day)))
    # Where one day has its month first, all others are in doubt, and what they say of each other proves nothing.
    if not any(problem.code == "month-first" for problem in problems):
        problems += checked(entries, whole=not swap_unread)
    found = tuple(entry.special for entry in entries)
    problems.sort(key=lambda problem: problem.row)
    return OwnDays(found, tuple(problems), tuple(notes(entries, calendars.load(found))))


def _refusal(path: Path, problems: Sequence[Problem]) -> BadOfficeFile:
    said = {lang: [problem.words(lang) for problem in problems] for lang in LANGUAGES}
    if len(problems) == 1:
        return BadOfficeFile(path, "calendar-problem", **{f"problem_{lang}": said[lang][0] for lang in LANGUAGES})
    lines = {f"problems_{lang}": "\n".join(f"  – {words}" for words in said[lang]) for lang in LANGUAGES}
    return BadOfficeFile(path, "calendar-problems", count=len(problems), **lines)


# ------------------------------------------------------------------ rows


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
        for column in filter(self.cell, ("thay_cho", "xong")):
            yield from self._wrong_day(column)
        yield from self._wrongly_done()
        for column, word, allowed in (("loai", self.kind, KINDS), ("trang_thai", self.state, (_FINAL, _NOT_FINAL))):
            if word not in allowed:
                yield self._problem("word", column=column, value=self.cell(column), allowed=", ".join(allowed))

    def special(self, day: date) -> SpecialDay:
        """Give what a row without problems says of its *day*."""
        return SpecialDay(
            day,
            works=day.weekday() < SATURDAY if self.kind in {ORDINARY, *EVENTS} else self.kind == WORKED,
            kind=self.kind,
            name=self.cell("ten"),
            basis=self.cell("can_cu"),
            provisional=self.state == _NOT_FINAL,
            partner=_day(self.cell("thay_cho")),
            source=self.cell("nguon"),
            origin=OFFICE,
            done=_day(self.cell("xong")),
        )

    def _wrongly_done(self) -> Iterator[Problem]:
        """Only after an event something is due, and it is done that day or later."""
        done, day = _day(self.cell("xong")), _day(self.cell("ngay"))
        if self.cell("xong") and self.kind not in HAPPENED:
            yield self._problem("nothing-to-do", column="xong", kind=self.kind, allowed=", ".join(HAPPENED))
        elif done is not None and day is not None and done < day:
            yield self._problem("done-before", column="xong", value=shown(done), day=shown(day))

    def _wrong_day(self, column: str) -> Iterator[Problem]:
        text = self.cell(column)
        day, written = _day(text), written_day(text)
        if not text:
            yield self._problem("day-missing", column=column)
        elif day is None and written is not None and written.month_first is not None:
            yield self._problem("month-first", column=column, value=text, day=shown(written.month_first))
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
