"""Which days Vietnamese state offices work, so that "N working days" and days off mean the same everywhere.

Three sources, the first that knows a day wins: the office's own table (`calendar_file.py` reads it), the calendar of
record that comes with the program, and for all other years the `holidays` package, whose days are provisional.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
"""The first weekday that is no working day, as `date.weekday()` counts."""

HOLIDAY: Final = "nghi_le"
IN_LIEU: Final = "nghi_bu"
SWAPPED_OFF: Final = "nghi_hoan_doi"
WORKED: Final = "lam_bu"
LOCAL_OFF: Final = "nghi_rieng"
ORDINARY: Final = "ngay_thuong"
SESSION: Final = "phien_hop"
INSPECTED: Final = "ket_thuc_kiem_tra"
FEEDBACK: Final = "phan_hoi"
HAPPENED: Final = (INSPECTED, FEEDBACK)
"""From the end of an inspection, and from what a unit told the office, the days of a report or an answer are counted."""
EVENTS: Final = (SESSION, *HAPPENED)
"""Rows that say nothing of whether offices work on the day."""
KINDS: Final = (HOLIDAY, IN_LIEU, SWAPPED_OFF, WORKED, LOCAL_OFF, ORDINARY, *EVENTS)
"""Holiday, day in lieu, swapped day off, worked weekend day, local day off, a day that is as its weekday says although
the calendar beneath the office's table says otherwise, and what happens on a day."""
OFFICE, OFFICIAL, COMPUTED = "office", "official", "computed"

_SHIPPED_KINDS: Final = MappingProxyType({"le": HOLIDAY, "bu": IN_LIEU, "hoan_doi": SWAPPED_OFF})

# Only the Prime Minister's letter of 02/10/2026 fixes parts of 2027; the Ministry's own notice may still add swaps.
_YEARS_NOT_FINAL: Final = frozenset({2027})


class SpecialDay(NamedTuple):
    """A day that is not what its weekday says, or has a name: a holiday, a worked Saturday, a session."""

    day: date
    works: bool
    kind: str
    """One of `KINDS`."""
    name: str
    """Vietnamese, as the source words it."""
    basis: str
    """The document or law it rests on; empty when computed."""
    provisional: bool
    partner: date | None = None
    """The other day of a swap; the holiday of a day in lieu where the office's table names it."""
    source: str = ""
    """Where the basis can be read; empty where nobody says."""
    origin: str = OFFICIAL
    """Whose word it is: `OFFICE`, `OFFICIAL` or `COMPUTED`."""
    done: date | None = None
    """When what is due after an event was done, where the office wrote that down."""


class Due(NamedTuple):
    """A deadline's day on the calendar."""

    named: date
    """As it was set; it may be a day off."""
    day: date
    """The last day in time."""
    send_by: date
    """The last working day that is safe under every policy: *named* itself, or the one before it."""
    provisional: bool
    """Whether one of the days from `send_by` to `day` may still change."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of state offices (Monday to Friday), with the exceptions of every year that is asked for."""

    special: Mapping[date, SpecialDay]
    """The calendar of record with the office's own table laid over it."""
    years: frozenset[int]
    """Years that the calendar of record covers; others are computed."""
    session_days: tuple[SpecialDay, ...] = ()
    """Session days (phiên họp) that the office entered, in order."""
    happened: tuple[SpecialDay, ...] = ()
    """Ended inspections and feedback that the office entered, in order; the name says whose or what."""
    _dues: dict[tuple[date, str], Due] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `due` found: a register of a hundred thousand rows has a few hundred deadlines."""
    _worked: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def sessions(self) -> tuple[date, ...]:
        """Give the session days as dates, in order."""
        return tuple(session.day for session in self.session_days)

    def is_working(self, day: date) -> bool:
        """Say whether offices work on *day*."""
        special = self.special_on(day)
        return day.weekday() < SATURDAY if special is None else special.works

    def is_provisional(self, day: date) -> bool:
        """Say whether *day* may still change: no notice of the competent authority covers it."""
        special = self.special_on(day)
        return may_change(day.year, self.years) if special is None else special.provisional

    def name_of(self, day: date) -> str:
        """Give the name of a holiday or worked weekend day; empty for ordinary days and ordinary weekends."""
        special = self.special_on(day)
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

    def due(self, named: date, roll: str = "next") -> Due:
        """Say what a deadline on *named* means where that may be a day off.

        *roll* is the policy: `next` working day (Bộ luật Dân sự 2015, Điều 148, by analogy), `previous`, or `none`.
        """
        known = self._dues.get((named, roll))
        if known is None:
            known = self._dues[named, roll] = self._due(named, roll)
        return known

    def _due(self, named: date, roll: str) -> Due:
        send_by = self.previous_working(named)
        day = {"next": self.next_working(named), "previous": send_by, "none": named}[roll]
        return Due(named, day, send_by, any(map(self.is_provisional, days(send_by, max(day, named)))))

    def walk(self, day: date, n: int) -> Iterator[tuple[date, int]]:
        """Go day by day from *day*, not counted, to the n-th working day (negative: backwards).

        Gives each day with its number among the working days, 0 for a day off that is skipped.
        """
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        number = 0
        while number < abs(n):
            day += step
            works = self.is_working(day)
            number += works
            yield day, number if works else 0

    def add_working(self, day: date, n: int) -> date:
        """Give the n-th working day strictly after *day* (negative: before); *day* itself for 0.

        The day of the event is not counted (Bộ luật Dân sự 2015, Điều 147) and may itself be a day off.
        """
        for reached, _ in self.walk(day, n):
            day = reached
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Count working days after *first* up to and with *last*, so that `add_working(first, n)` is n days away.

        Negative when *last* lies before *first*: then *first* is the day that is not counted.
        """
        if last < first:
            return -self._worked_in(last, first)
        return self._worked_in(first + _ONE_DAY, last + _ONE_DAY)

    def _worked_in(self, first: date, end: date) -> int:
        """Count working days from *first* up to and without *end*, which is not before it."""
        whole = sum(self._worked_until(year)[-1] for year in range(first.year, end.year))
        return (
            whole
            + self._worked_until(end.year)[_day_of_year(end)]
            - self._worked_until(first.year)[_day_of_year(first)]
        )

    def _worked_until(self, year: int) -> tuple[int, ...]:
        """Give how many working days a year has before each of its days, and in all."""
        known = self._worked.get(year)
        if known is None:
            works = map(self.is_working, days(date(year, 1, 1), date(year, 12, 31)))
            known = self._worked[year] = tuple(accumulate(works, initial=0))
        return known

    def special_days(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """List named days off and worked weekend days from *first* to *last*, both included, in order."""
        return tuple(special for day in days(first, last) if (special := self.special_on(day)) is not None)

    def listed(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """List what a calendar sheet shows from *first* to *last*: the special days and the events, in order."""
        events = (event for event in (*self.session_days, *self.happened) if first <= event.day <= last)
        return tuple(sorted((*self.special_days(first, last), *events), key=lambda special: special.day))

    def special_on(self, day: date) -> SpecialDay | None:
        """Give what is special about *day*; None for ordinary days and ordinary weekends."""
        special = self.special.get(day)
        if special is None and day.year not in self.years:
            return _computed(day.year).get(day)
        return special


def _day_of_year(day: date) -> int:
    """Give how many days of its year lie before *day*."""
    return day.timetuple().tm_yday - 1


def days(first: date, last: date) -> Iterator[date]:
    """Give every day from *first* to *last*, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def may_change(year: int, years: Iterable[int]) -> bool:
    """Say whether the calendar of *year* is not final, where *years* are those of the calendar of record."""
    return year not in years or year in _YEARS_NOT_FINAL


def load(own: Iterable[SpecialDay] | None) -> Calendar:
    """Build the calendar, with the days and events of the office's table over it; None when the office has none."""
    shipped, years = _shipped()
    rows = tuple(own or ())
    laid = {row.day: row for row in rows if row.kind not in EVENTS}
    events = sorted((row for row in rows if row.kind in EVENTS), key=lambda row: row.day)
    sessions = tuple(row for row in events if row.kind == SESSION)
    happened = tuple(row for row in events if row.kind != SESSION)
    return Calendar(MappingProxyType({**shipped, **laid}), years, sessions, happened)


@cache
def _shipped() -> tuple[Mapping[date, SpecialDay], frozenset[int]]:
    raw: dict[str, Any] = json.loads(packaged("data", "official_calendar.json").read_text(encoding="utf-8"))
    # A law is cited by its words; what stands in brackets after them is a remark.
    laws = {key: words.partition(" (")[0] for key, words in raw["statutes"].items()}
    tables = raw["years"].items()
    papers = {paper["id"]: paper.get("url", "") for _, table in tables for paper in table["documents"]}
    found: list[SpecialDay] = []
    for _, table in tables:
        swaps = {date.fromisoformat(entry["swapped_for"]): entry for entry in table["workdays"]}
        worked = {off: date.fromisoformat(entry["date"]) for off, entry in swaps.items()}
        for entry in table["off"]:
            day, kind = date.fromisoformat(entry["date"]), _SHIPPED_KINDS[entry["kind"]]
            found.append(_official(day, kind, entry["name"], entry["doc"], worked.get(day)))
        for off, entry in swaps.items():
            found.append(_official(worked[off], WORKED, f"Làm bù cho {off:%d/%m/%Y}", entry["doc"], off))
    dressed = {
        special.day: special._replace(
            basis=laws.get(special.basis, special.basis), source=papers.get(special.basis, "")
        )
        for special in found
    }
    return MappingProxyType(dressed), frozenset(int(year) for year in raw["years"])


def _official(day: date, kind: str, name: str, basis: str, partner: date | None) -> SpecialDay:
    return SpecialDay(day, kind == WORKED, kind, name, basis, day.year in _YEARS_NOT_FINAL, partner)


@cache
def _computed(year: int) -> Mapping[date, SpecialDay]:
    import holidays  # noqa: PLC0415 - a quarter of a second, needed only for years beyond the calendar of record

    computed = holidays.country_holidays("VN", years=[year], language="vi")
    found = {
        day: SpecialDay(
            day, works=False, kind=_computed_kind(name), name=name, basis="", provisional=True, origin=COMPUTED
        )
        for day, name in computed.items()
    }
    # The package keeps the worked Saturdays of all years in one set.
    for day in computed.weekend_workdays:
        if day.year == year:
            found[day] = SpecialDay(
                day, works=True, kind=WORKED, name="Làm bù", basis="", provisional=True, origin=COMPUTED
            )
    return MappingProxyType(found)


def _computed_kind(name: str) -> str:
    """Tell the kind by the words that the package adds to a name."""
    if "(nghỉ bù" in name:
        return IN_LIEU
    return SWAPPED_OFF if "thay cho ngày" in name else HOLIDAY
