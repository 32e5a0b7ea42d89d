"""What is due every week, and before or at a session (phiên họp)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.calendar import days
from tdnv_sheets.regulation import UNIT
from tdnv_sheets.rules.duties.duty import Duty, DutyKind, falls_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.regulation import SessionDuty
    from tdnv_sheets.rules.duties.duty import Known

_ONE_DAY: Final = timedelta(days=1)
_LOOK_AHEAD: Final = timedelta(days=31)
"""A session may be held after the window in which what is due before it falls."""


def weekly_duties(known: Known, window: Period) -> Iterator[Duty]:
    """Give what is due on a day of each week in *window*; the lists themselves are letters that nothing here records."""
    for day in days(window.start, window.end):
        for rule in known.regulation.weekly_duties(day):
            if day.weekday() != rule.weekday:
                continue
            due = known.due(day, day)
            state = known.standing(due.day, None, recorded=False)
            codes = [unit.code for unit in known.units_on(day)] if rule.who == UNIT else [""]
            for code in codes:
                yield Duty(
                    DutyKind.WEEKLY_REPORT,
                    code,
                    day.isoformat(),
                    due.day,
                    due.send_by,
                    rule.article,
                    state,
                    to=rule.to,
                    provisional=due.provisional,
                )


def session_duties(known: Known, window: Period) -> Iterator[Duty]:
    """Give what is due before or at the sessions that the office entered.

    A unit has brought its results up to date when a file of it was taken in after the session before, or in the
    session's month where none was entered before it.
    """
    before: date | None = None
    for session in known.calendar.sessions:
        if session > window.end + _LOOK_AHEAD:
            break
        since = before or session.replace(day=1) - _ONE_DAY
        before = session
        for rule in known.regulation.session_duties(session):
            due = rule.last_day(session, known.calendar)
            if falls_in(window, due, session):
                yield from _session(known, rule, session, due, since)


def _session(known: Known, rule: SessionDuty, session: date, due: date, since: date) -> Iterator[Duty]:
    changes = any(map(known.calendar.is_provisional, days(due, session)))
    # A session may be called for a day off: then nobody waits for a report on the working day before.
    send_by = due if due == session else known.calendar.previous_working(due)
    if rule.who != UNIT:
        state = known.standing(due, None, recorded=False)
        kind, about = DutyKind.SESSION_REPORT, session.isoformat()
        yield Duty(kind, "", about, due, send_by, rule.article, state, to=rule.to, provisional=changes)
        return
    for unit in known.units_on(session):
        done = _first_after(known, unit.code, since, session)
        yield Duty(
            DutyKind.SESSION_UPDATE,
            unit.code,
            session.isoformat(),
            due,
            send_by,
            rule.article,
            known.standing(due, done),
            done,
            rule.to,
            provisional=changes,
        )


def _first_after(known: Known, unit: str, since: date, session: date) -> date | None:
    came = (r.day for r in known.reports if r.unit == unit and since < r.day <= min(session, known.as_of))
    return min(came, default=None)
