"""`tdnv calendar`: which days offices work, and the n-th working day from a day."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from tdnv_sheets.cli.out import Call, format_option, pass_call, print_data, tell

if TYPE_CHECKING:
    from datetime import datetime

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.inbox.workspace import Workspace

_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2100
_DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.group()
def calendar() -> None:
    """Show which days offices work, and count working days."""


@calendar.command()
@click.argument("year", type=click.IntRange(_FIRST_YEAR, _LAST_YEAR), required=False)
@click.option("--from", "first", type=_DAY, metavar="DATE", help="The first day, instead of a year.")
@click.option("--to", "last", type=_DAY, metavar="DATE", help="The last day, instead of a year.")
@format_option
@pass_call
def show(call: Call, year: int | None, first: datetime | None, last: datetime | None, shape: str) -> None:
    """Show days off, worked Saturdays and sessions of a year (this one unless named) or of a stretch of time."""
    from tdnv_sheets.periods import PeriodKind, between, containing
    from tdnv_sheets.pipeline.days import calendar_data, calendar_lines

    if (first is None) != (last is None) or (year and first):
        raise click.UsageError("Give a YEAR, or both --from and --to.")
    known, space = _known(call)
    if first and last:
        period = between(_day(first), _day(last))
    else:
        period = containing(date(year or call.moment().as_of.year, 1, 1), PeriodKind.YEAR)
    if shape == "text":
        click.echo("\n".join(calendar_lines(known, period, call.lang)))
    else:
        print_data(calendar_data(known, period), shape)
    _tell_provisional(call, known, period.start, period.end)
    if space is not None:
        _tell_notes(call, space)


@calendar.command()
@click.option("--from", "start", type=_DAY, metavar="DATE", required=True, help="The day of the event; not counted.")
@click.option("--days", type=click.IntRange(0, 5000), required=True, help="How many working days.")
@click.option("--before", is_flag=True, help="Count back from the day.")
@format_option
@pass_call
def due(call: Call, start: datetime, days: int, shape: str, *, before: bool) -> None:
    """Give the n-th working day after a day, or before it, and show which days were counted."""
    from tdnv_sheets.pipeline.days import counted_lines, is_provisional

    known, _ = _known(call)
    event, n = _day(start), -days if before else days
    reached = known.add_working(event, n)
    if shape == "text":
        click.echo("\n".join(counted_lines(known, event, n, call.lang)))
    else:
        click.echo(json.dumps({"date": reached.isoformat()}))
    if is_provisional(known, event, reached):
        _tell_provisional(call, known, min(event, reached), max(event, reached))


def _day(moment: datetime) -> date:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise click.UsageError(f"Days go from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return moment.date()


def _known(call: Call) -> tuple[Calendar, Workspace | None]:
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.days import calendar_at

    known, space = calendar_at(call.folder)
    if space is None:
        tell(say("calendar.official_only", call.lang))
    return known, space


def _tell_provisional(call: Call, known: Calendar, first: date, last: date) -> None:
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.days import provisional_years

    years = provisional_years(known, first, last)
    if years:
        tell(say("calendar.provisional_years", call.lang, years=", ".join(map(str, years))))


def _tell_notes(call: Call, space: Workspace) -> None:
    from tdnv_sheets.calendar_file import read_own
    from tdnv_sheets.messages.catalogue import say

    if space.calendar.exists():
        for note in read_own(space.calendar).notes:
            tell(say("calendar.note", call.lang, path=space.calendar, problem=note.words(call.lang)))
