"""What units and the office owe in a stretch of time: gathered from the office, for people and for programs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.ledger.arrivals import read_taken, recorded_since
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.days import weekday_and_day
from tdnv_sheets.pipeline.office import Office, judged, unit_named
from tdnv_sheets.regulation import UNIT
from tdnv_sheets.rules.duties import DutyKind, Known, Report, duties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.rules.duties import Duty

SHOWN: Final = 5
"""Units or tasks that a line names; of more it says how many."""
_ON_PERIODS: Final = frozenset({DutyKind.PERIODIC_REPORT, DutyKind.SEPARATE_REPORT, DutyKind.REGULATION_REPORT})
_ON_TASKS: Final = frozenset({DutyKind.OFFICE_ENTRY, DutyKind.RESULT_UPDATE, DutyKind.UNIT_UPDATE})


def known_to(office: Office, as_of: date) -> Known:
    """Gather what duties are judged by as of a day."""
    return Known(
        as_of=as_of,
        regulation=office.regulation,
        calendar=office.calendar,
        units=office.units,
        reports=tuple(
            Report(file.unit, file.period, file.day, empty=not (file.cells or file.conflicts))
            for file in read_taken(office.ledger)
        ),
        recorded_from=recorded_since(office.ledger),
    )


def office_duties(office: Office, window: Period, *, as_of: date, unit: str = "") -> tuple[Duty, ...]:
    """List what falls due in *window*; only what *unit* owes where one is named.

    Raises `WrongUsage` for a unit that the list does not have.
    """
    if unit:
        unit_named(office, unit)
    rows = judged(office, office.ledger.assignments().values(), as_of)
    found = duties(known_to(office, as_of), window, ((row.assignment, row.judgement) for row in rows))
    return tuple(duty for duty in found if unit in ("", duty.unit))


def lacks_sessions(office: Office, window: Period) -> bool:
    """Say whether the regulation binds something to sessions and the office entered none that lies in *window*."""
    bound = office.regulation.session_duties(window.end)
    return bool(bound) and not any(session in window for session in office.calendar.sessions)


def as_json(duty: Duty) -> dict[str, Any]:
    """Give a duty in the stable shape of design §10; `unit` is null for the office."""
    return {
        "duty": duty.kind.value,
        "period": duty.about,
        "unit": duty.unit or None,
        "due": duty.due and duty.due.isoformat(),
        "send_by": duty.send_by and duty.send_by.isoformat(),
        "article": duty.article,
        "state": duty.state.value,
    }


def as_lines(office: Office, found: Sequence[Duty], window: Period, as_of: date, lang: str) -> Iterator[str]:
    """Give duties as lines for people: day by day, bodies that owe the same and stand alike in one line."""
    yield say("duties.head", lang, title=office.regulation.title, period=window.title(lang), as_of=f"{as_of:%d/%m/%Y}")
    if not found:
        yield say("duties.nothing", lang)
    names = {unit.code: unit.name for unit in office.units}
    for (due, send_by), group in groupby(found, key=_days):
        yield ""
        yield _day_words(due, send_by, lang)
        alike: dict[tuple[str, ...], list[Duty]] = {}
        for duty in group:
            alike.setdefault(_likeness(duty), []).append(duty)
        for same in alike.values():
            yield f"  {_line(same, names, lang)}"


def _days(duty: Duty) -> tuple[date | None, date | None]:
    return duty.due, duty.send_by


def _day_words(due: date | None, send_by: date | None, lang: str) -> str:
    if due is None or send_by is None:
        return say("duties.no_day", lang)
    day = weekday_and_day(due, lang)
    if send_by == due:
        return day
    return say("duties.day_off", lang, day=day, send_by=weekday_and_day(send_by, lang))


def _likeness(duty: Duty) -> tuple[str, ...]:
    """Give what duties of one line share; of tasks the line tells them together."""
    about = "" if duty.kind in _ON_TASKS else duty.about
    return duty.kind, about, UNIT if duty.unit else "", duty.state, duty.article


def _line(same: Sequence[Duty], names: dict[str, str], lang: str) -> str:
    first = same[0]
    if first.kind in _ON_TASKS:
        what = say(f"duties.{first.kind}", lang, tasks=_listed([duty.about for duty in same], lang))
        who = say("duties.office", lang) if not first.unit else ""
    else:
        what = say(f"duties.{first.kind}", lang, about=about_words(first, lang))
        who = _listed([names[duty.unit] for duty in same], lang) if first.unit else say("duties.office", lang)
    state = say(f"duties.state_{first.state}", lang)
    return " · ".join(part for part in (f"{what}: {who}".removesuffix(": "), first.article, state) if part)


def about_words(duty: Duty, lang: str) -> str:
    """Say in words what a duty is on: a period, a day, or a task."""
    if duty.kind in _ON_PERIODS:
        return parse_period(duty.about).title(lang)
    if duty.kind in _ON_TASKS:
        return duty.about
    year, month, day = duty.about.split("-")
    return f"{day}/{month}/{year}"


def _listed(words: Iterable[str], lang: str) -> str:
    """List words; of more than a line can hold the first, and how many more."""
    every = list(dict.fromkeys(words))
    shown = ", ".join(every[:SHOWN])
    more = len(every) - SHOWN
    return say("duties.and_more", lang, shown=shown, more=more) if more > 0 else shown
