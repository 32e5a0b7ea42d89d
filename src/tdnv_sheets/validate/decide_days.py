"""Days are decided over one column: day and month are never told apart by guess (practice/vietnam.md §5)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.dates import WrittenDay, time_of_day, written_day
from tdnv_sheets.validate.decision import Decision, Seen, refused, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.grid import Raw

_SHIFTED: Final = date(2000, 1, 1)
"""Real days of our work come after; a serial of the other calendar lands four years too early or far before."""


def decide_days(cells: Sequence[Seen], column: Iterable[Raw] = (), *, since_1904: bool = False) -> Iterator[Decision]:
    """Say which typed days of a column are repaired, doubtful or cannot be taken."""
    written = {
        place: day
        for place, cell in enumerate(cells)
        if isinstance(cell.raw, str) and (day := written_day(cell.raw)) is not None
    }
    month_first = any(_is_month_first(day) for day in written.values())
    day_first = any(day.day_first is not None and day.month_first is None for day in written.values())
    swapped = _swapped(cells, written, column) if day_first else frozenset()
    for place, cell in enumerate(cells):
        day = written.get(place)
        if day is not None and _is_month_first(day):
            yield refused(place, cell, "month-first-date", day=_shown(day.month_first))
            continue
        if day is not None and month_first and _is_ambiguous(day):
            both = {"day": _shown(day.day_first), "other_day": _shown(day.month_first)}
            yield refused(place, cell, "ambiguous-date", **both)
            continue
        value = cell.typed.value
        if not isinstance(value, date):
            continue
        if since_1904 and day is None and value < _SHIFTED:
            yield refused(place, cell, "day-of-1904", day=_shown(value))
            continue
        if day is not None and (day.short_year or (_is_ambiguous(day) and not day_first)):
            yield told(place, "date-as-text", day=_shown(value))
        elif place in swapped:
            yield told(
                place, "swapped-date", day=_shown(value), other_day=_shown(date(value.year, value.day, value.month))
            )
        if time := time_of_day(cell.raw):
            yield told(place, "time-dropped", time=time, day=_shown(value))


def _swapped(cells: Sequence[Seen], written: Mapping[int, WrittenDay], column: Iterable[Raw]) -> frozenset[int]:
    """Find real days that a spreadsheet with the month first may have turned round.

    It leaves «15/06/2026» as text, which the column holds, and takes «05/06/2026» for 6 May: then no real day of the
    column has a number over 12.
    """
    real = {place: cell.raw for place, cell in enumerate(cells) if isinstance(cell.raw, date) and place not in written}
    days = (*real.values(), *(raw for raw in column if isinstance(raw, date)))
    if any(day.day > 12 for day in days):  # noqa: PLR2004  there are twelve months
        return frozenset()
    return frozenset(place for place, day in real.items() if day.day != day.month)


def _is_month_first(day: WrittenDay) -> bool:
    return day.day_first is None and day.month_first is not None


def _is_ambiguous(day: WrittenDay) -> bool:
    return day.first != day.second and day.day_first is not None and day.month_first is not None


def _shown(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
