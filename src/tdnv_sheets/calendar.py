"""Which days Vietnamese state offices work, so that "N working days" and days off mean the same everywhere.

Three sources, the first that knows a day wins: the office's own table (`lich.csv`), the calendar of record that comes
with the program, and for all other years the `holidays` package, whose days are provisional.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5

SWAPPED_OFF: Final = "nghi_hoan_doi"
WORKED: Final = "lam_bu"
SESSION: Final = "phien_hop"
KINDS: Final = ("nghi_le", "nghi_bu", SWAPPED_OFF, WORKED, "nghi_rieng", SESSION)
"""The words of the column `loai`: holiday, day in lieu, swapped day off, worked weekend day, local day off, session."""

COLUMNS: Final = ("ngay", "loai", "ten", "thay_cho", "can_cu", "nguon", "trang_thai")
_STATES: Final = ("chinh_thuc", "tam_tinh")
_SHIPPED_KINDS: Final = MappingProxyType({"le": "nghi_le", "bu": "nghi_bu", "hoan_doi": SWAPPED_OFF})

# Only the Prime Minister's letter of 02/10/2026 fixes parts of 2027; the Ministry's own notice may still add swaps.
_YEARS_NOT_FINAL: Final = frozenset({2027})


class SpecialDay(NamedTuple):
    """A day that is not what its weekday says, or has a name: a holiday, a day in lieu, a worked Saturday."""

    day: date
    works: bool
    kind: str
    """One of `KINDS`."""
    name: str
    """Vietnamese, as the source words it."""
    basis: str
    """The document or law it rests on; empty when computed."""
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of state offices (Monday to Friday), with the exceptions of every year that is asked for."""

    special: Mapping[date, SpecialDay]
    """The calendar of record with the office's own table laid over it."""
    years: frozenset[int]
    """Years that the calendar of record covers; others are computed."""
    sessions: tuple[date, ...] = ()
    """Session days (phiên họp) that the office entered, in order."""

    def is_working(self, day: date) -> bool:
        """Say whether offices work on *day*."""
        special = self._special(day)
        return day.weekday() < _SATURDAY if special is None else special.works

    def is_provisional(self, day: date) -> bool:
        """Say whether *day* may still change: no notice of the competent authority covers it."""
        special = self._special(day)
        if special is not None:
            return special.provisional
        return day.year not in self.years or day.year in _YEARS_NOT_FINAL

    def name_of(self, day: date) -> str:
        """Give the name of a holiday or worked weekend day; empty for ordinary days and ordinary weekends."""
        special = self._special(day)
        return "" if special is None else special.name

    def next_working(self, day: date) -> date:
        """Give *day* itself when offices work, else the next day on which they do."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def previous_working(self, day: date) -> date:
        """Give *day* itself when offices work, else the last day before it on which they do."""
        while not self.is_working(day):
            day -= _ONE_DAY
        return day

    def add_working(self, day: date, n: int) -> date:
        """Give the n-th working day strictly after *day* (negative: before); *day* itself for 0.

        The day of the event is not counted (Bộ luật Dân sự 2015, Điều 147) and may itself be a day off.
        """
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Count working days after *first* up to and with *last*, so that `add_working(first, n)` is n days away.

        Negative when *last* lies before *first*: then *first* is the day that is not counted.
        """
        if last < first:
            return -self._count(last, first - _ONE_DAY)
        return self._count(first + _ONE_DAY, last)

    def special_days(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """List named days off and worked weekend days from *first* to *last*, both included, in order."""
        found = (self._special(first + timedelta(days=n)) for n in range((last - first).days + 1))
        return tuple(special for special in found if special is not None)

    def _count(self, first: date, last: date) -> int:
        return sum(self.is_working(first + timedelta(days=n)) for n in range((last - first).days + 1))

    def _special(self, day: date) -> SpecialDay | None:
        special = self.special.get(day)
        if special is None and day.year not in self.years:
            return _computed(day.year).get(day)
        return special


def load(overrides: Path | None) -> Calendar:
    """Build the calendar, with the office's table *overrides* over it; None when the office has none.

    Raises `BadOfficeFile` naming the file and line that cannot be used.
    """
    shipped, years = _shipped()
    rows = () if overrides is None else _read(overrides)
    own = {row.day: row for row in rows if row.kind != SESSION}
    sessions = tuple(sorted(row.day for row in rows if row.kind == SESSION))
    return Calendar(MappingProxyType({**shipped, **own}), years, sessions)


@cache
def _shipped() -> tuple[Mapping[date, SpecialDay], frozenset[int]]:
    raw: dict[str, Any] = json.loads(packaged("data", "official_calendar.json").read_text(encoding="utf-8"))
    days: dict[date, SpecialDay] = {}
    for year, table in raw["years"].items():
        provisional = int(year) in _YEARS_NOT_FINAL
        for entry in table["off"]:
            day, kind = date.fromisoformat(entry["date"]), _SHIPPED_KINDS[entry["kind"]]
            days[day] = SpecialDay(
                day, works=False, kind=kind, name=entry["name"], basis=entry["doc"], provisional=provisional
            )
        for entry in table["workdays"]:
            day, off = date.fromisoformat(entry["date"]), date.fromisoformat(entry["swapped_for"])
            name = f"Làm bù cho {off:%d/%m/%Y}"
            days[day] = SpecialDay(day, works=True, kind=WORKED, name=name, basis=entry["doc"], provisional=provisional)
    return MappingProxyType(days), frozenset(int(year) for year in raw["years"])


@cache
def _computed(year: int) -> Mapping[date, SpecialDay]:
    import holidays  # noqa: PLC0415 - a quarter of a second, needed only for years beyond the calendar of record

    computed = holidays.country_holidays("VN", years=[year], language="vi")
    days = {
        day: SpecialDay(day, works=False, kind="nghi_le", name=name, basis="", provisional=True)
        for day, name in computed.items()
    }
    # The package keeps the worked Saturdays of all years in one set.
    for day in computed.weekend_workdays:
        if day.year == year:
            days[day] = SpecialDay(day, works=True, kind=WORKED, name="Làm bù", basis="", provisional=True)
    return MappingProxyType(days)


class _Row(NamedTuple):
    line: int
    special: SpecialDay
    partner: date | None
    """The column `thay_cho`: the other day of a swap."""


def _read(path: Path) -> tuple[SpecialDay, ...]:
    lines = _lines(path)
    header = lines[0] if lines else ""
    # Excel with Vietnamese settings saves CSV with semicolons.
    reader = csv.reader(lines, delimiter=next((sign for sign in ";\t" if sign in header), ","))
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_header(path, names)
        rows = [
            _row(path, reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=False)))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as problem:
        raise BadOfficeFile(path, "broken-line", row=reader.line_num) from problem
    _check_duplicates(path, rows)
    _check_swaps(path, rows)
    return tuple(row.special for row in rows)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
    except UnicodeDecodeError as problem:
        row = problem.object.count(b"\n", 0, problem.start) + 1
        raise BadOfficeFile(path, "csv-not-utf-8", row=row) from problem
    if "\0" in text:
        raise BadOfficeFile(path, "csv-not-utf-8", row=1)
    return text.splitlines()


def _check_header(path: Path, names: list[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            raise BadOfficeFile(path, "unknown-column", row=1, value=name, known=", ".join(COLUMNS))
    for name in ("ngay", "loai"):
        if names.count(name) != 1:
            raise BadOfficeFile(path, "column-not-once", row=1, column=name)


def _row(path: Path, line: int, cells: dict[str, str]) -> _Row:
    kind, state = cells.get("loai", ""), cells.get("trang_thai", "") or "chinh_thuc"
    for column, word, allowed in (("loai", kind, KINDS), ("trang_thai", state, _STATES)):
        if word not in allowed:
            raise BadOfficeFile(path, "word", row=line, column=column, value=word, allowed=", ".join(allowed))
    day = _day(path, line, "ngay", cells.get("ngay", ""))
    partner = cells.get("thay_cho", "")
    if kind == WORKED and day.weekday() < _SATURDAY:
        raise BadOfficeFile(path, "not-a-weekend", row=line, kind=kind, day=_shown(day))
    special = SpecialDay(
        day,
        works=kind == WORKED,
        kind=kind,
        name=cells.get("ten", ""),
        basis=cells.get("can_cu", ""),
        provisional=state == "tam_tinh",
    )
    return _Row(line, special, _day(path, line, "thay_cho", partner) if partner else None)


def _day(path: Path, line: int, column: str, text: str) -> date:
    # ISO is what we write; Excel turns it into day/month/year when the office saves the file again.
    parts = text.split("/")
    try:
        if len(parts) == 3:  # noqa: PLR2004 - day, month, year
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BadOfficeFile(path, "day", row=line, column=column, value=text) from problem


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _check_duplicates(path: Path, rows: Iterable[_Row]) -> None:
    seen: dict[tuple[date, bool], int] = {}
    for row in rows:
        what = row.special.day, row.special.kind == SESSION
        if what in seen:
            raise BadOfficeFile(path, "day-twice", row=row.line, day=_shown(what[0]), first=seen[what])
        seen[what] = row.line


def _check_swaps(path: Path, rows: Iterable[_Row]) -> None:
    """Each swapped day off needs exactly one worked day that names it, or that it names."""
    rows = tuple(rows)
    worked = [row for row in rows if row.special.kind == WORKED]
    for row in rows:
        if row.special.kind != SWAPPED_OFF:
            continue
        off = row.special.day
        partners = [
            other.special.day
            for other in worked
            if other.partner == off or (other.partner is None and other.special.day == row.partner)
        ]
        about = {"row": row.line, "kind": SWAPPED_OFF, "day": _shown(off), "worked": WORKED}
        if len(partners) != 1:
            raise BadOfficeFile(path, "swap-partners", **about, count=len(partners), column="thay_cho")
        if row.partner is not None and row.partner != partners[0]:
            raise BadOfficeFile(path, "swap-differs", **about, named=_shown(row.partner), found=_shown(partners[0]))
