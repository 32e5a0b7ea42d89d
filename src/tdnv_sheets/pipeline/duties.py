"""What units and the office owe in a stretch of time: gathered from the office, for people and for programs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from tdnv_sheets.ledger.arrivals import read_taken, recorded_since
from tdnv_sheets.ledger.frozen import first_frozen
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import PeriodKind, between, containing
from tdnv_sheets.pipeline.days import weekday_and_day
from tdnv_sheets.pipeline.office import Office, judged, unit_named
from tdnv_sheets.render.duty_words import ON_TASKS, likeness, state_words, what_words, who_words
from tdnv_sheets.render.register_duties import AHEAD
from tdnv_sheets.rules.duties import Known, Report, duties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.rules.duties import Duty


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
        frozen=first_frozen(office.ledger),
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


def shown_duties(office: Office, as_of: date) -> tuple[Duty, ...]:
    """List what the register shows of duties, besides those for single tasks: from the quarter before on, and four weeks ahead."""
    first = containing(as_of, PeriodKind.QUARTER).previous().start
    return duties(known_to(office, as_of), between(first, as_of + AHEAD), ())


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
            alike.setdefault(likeness(duty), []).append(duty)
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


def _line(same: Sequence[Duty], names: Mapping[str, str], lang: str) -> str:
    first, what = same[0], what_words(same, lang)
    if first.kind not in ON_TASKS or not first.unit:
        what = f"{what}: {who_words(same, names.__getitem__, lang)}"
    return " · ".join((what, first.article, state_words(first, lang)))
