"""Show the calendar and count on it, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdnv_sheets import calendar as calendars
from tdnv_sheets.calendar import OFFICE, Due, days, may_change
from tdnv_sheets.calendar_file import open_calendar
from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.messages.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.calendar import Calendar, SpecialDay
    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.periods import Period


def calendar_at(folder: Path) -> tuple[Calendar, Workspace | None]:
    """Give the calendar of the workspace at or above *folder*; the calendar of record and None where there is none.

    Raises `BadOfficeFile` when the office's settings or its table cannot be used.
    """
    try:
        space = find(folder)
    except WrongUsage:
        return calendars.load(None), None
    return open_calendar(space.calendar), space


def calendar_data(calendar: Calendar, period: Period) -> list[dict[str, Any]]:
    """Give the special days and sessions of *period* in the stable shape of docs/json.md."""
    return [
        {
            "date": special.day.isoformat(),
            "kind": special.kind,
            "works": calendar.is_working(special.day),
            "name": special.name,
            "swapped_with": special.partner and special.partner.isoformat(),
            "basis": special.basis,
            "source": special.source,
            "origin": special.origin,
            "provisional": special.provisional,
        }
        for special in calendar.listed(period.start, period.end)
    ]


def calendar_lines(calendar: Calendar, period: Period, lang: str) -> tuple[str, ...]:
    """Give the same as a table for people, with the addresses of its documents below."""
    listed = calendar.listed(period.start, period.end)
    count = sum(map(calendar.is_working, days(period.start, period.end)))
    head = say("calendar.head", lang, first=_shown(period.start), last=_shown(period.end), count=count)
    if not listed:
        return head, "", say("calendar.nothing", lang)
    captions = [say(f"calendar.column_{name}", lang) for name in ("day", "kind", "name", "basis", "remark")]
    table = _table([captions, *(_row(special, lang) for special in listed)])
    sources = {special.basis: special.source for special in listed if special.basis and special.source}
    below = [f"  {basis}: {source}" for basis, source in sources.items()]
    return head, "", *table, *(["", say("calendar.sources", lang), *below] if below else [])


def provisional_years(calendar: Calendar, first: date, last: date) -> tuple[int, ...]:
    """List the years from *first* to *last* of which the calendar is not final."""
    return tuple(year for year in range(first.year, last.year + 1) if may_change(year, calendar.years))


def counted_lines(calendar: Calendar, start: date, n: int, lang: str) -> tuple[str, ...]:
    """Show how the n-th working day from *start* is found: each day with its number, or why it does not count."""
    entry = "counted_before" if n < 0 else "counted_after"
    head = say(f"calendar.{entry}", lang, days=abs(n), day=weekday_and_day(start, lang))
    walked = tuple(calendar.walk(start, n))
    rows = []
    for day, number in walked:
        special = calendar.special_on(day)
        why = say("calendar.kind_weekend", lang) if special is None else _reason(special, lang)
        told = say("calendar.counted", lang, number=number) if number else say("calendar.skipped", lang, why=why)
        rows.append([weekday_and_day(day, lang), f"{told} ({why})" if number and special is not None else told])
    last = walked[-1][0] if walked else start
    entry = "result_provisional" if is_provisional(calendar, start, last) else "result"
    result = say(f"calendar.{entry}", lang, weekday=_weekday(last, lang), day=_shown(last))
    return head, *_table(rows), result


def is_provisional(calendar: Calendar, start: date, end: date) -> bool:
    """Say whether a count from *start* to *end*, whichever comes first, may still change."""
    return any(map(calendar.is_provisional, days(min(start, end), max(start, end))))


def roll_words(calendar: Calendar, due: Due, lang: str) -> str:
    """Say why the day of a deadline is none, what it then means and until when to send; empty for a working day."""
    if due.send_by == due.named:
        return ""
    special = calendar.special_on(due.named)
    why = say("calendar.kind_weekend", lang) if special is None else _reason(special, lang)
    day, send_by = weekday_and_day(due.day, lang), weekday_and_day(due.send_by, lang)
    return say("explain.day_off", lang, why=why, day=day, send_by=send_by)


def weekday_and_day(day: date, lang: str) -> str:
    """Give a day with its weekday."""
    return say("explain.day", lang, weekday=_weekday(day, lang), day=_shown(day))


def _row(special: SpecialDay, lang: str) -> list[str]:
    remarks = [
        *([say("calendar.swapped_with", lang, day=_shown(special.partner))] if special.partner else []),
        *([say("calendar.from_office", lang)] if special.origin == OFFICE else []),
        *([say("calendar.provisional", lang)] if special.provisional else []),
    ]
    kind = say(f"calendar.kind_{special.kind}", lang)
    return [weekday_and_day(special.day, lang), kind, special.name, special.basis, "; ".join(remarks)]


def _reason(special: SpecialDay, lang: str) -> str:
    return f"{say(f'calendar.kind_{special.kind}', lang)}, {special.name}".removesuffix(", ")


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _weekday(day: date, lang: str) -> str:
    return say(f"explain.weekday_{day.weekday()}", lang)


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"
