"""By which article a report is sent, till when and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.pipeline.days import weekday_and_day
from tdnv_sheets.regulation import OFFICE, UNIT

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.regulation import ReportDay, WeeklyDuty


@dataclass(frozen=True, slots=True)
class Sending:
    """What a regulation says of sending one report."""

    article: str
    who: str
    """`OFFICE` or `UNIT`."""
    to: str
    """Empty where the text names nobody."""
    due: date | None
    """The last day in time; None where the text names none."""
    send_by: date | None
    """The last working day that is safe whatever holds for days off."""


def sending(office: Office, period: Period, scope: tuple[str, ...] = ()) -> Sending | None:
    """Find the rule for the office's report on *period*, or for the units' where it is limited to some.

    None where the regulation asks for no such report.
    """
    if period.kind is PeriodKind.WEEK:
        weekly = office.regulation.weekly_day(period)
        if weekly is None:
            return None
        rule, named = weekly
        return _sending(office, rule, named, named)
    who = UNIT if scope else OFFICE
    report = office.regulation.report_day(who, period)
    if report is None:
        return None
    return _sending(office, report, report.due(period), period.end)


def _sending(office: Office, rule: ReportDay | WeeklyDuty, named: date | None, clock: date) -> Sending:
    if named is None:
        return Sending(rule.article, rule.who, rule.to, None, None)
    due = office.calendar.due(named, str(office.regulation.answer("report_roll", clock)))
    return Sending(rule.article, rule.who, rule.to, due.day, due.send_by)


def sending_words(found: Sending | None, lang: str) -> str:
    """Say it to people."""
    if found is None:
        return say("issued.send_nobody", lang)
    who = say("issued.the_office" if found.who == OFFICE else "issued.a_unit", lang)
    values = {"article": found.article, "who": who, "to": found.to or say("issued.whom", lang)}
    if found.due is None or found.send_by is None:
        return say("issued.send_no_day", lang, **values)
    day = weekday_and_day(found.due, lang)
    if found.send_by == found.due:
        return say("issued.send", lang, **values, day=day)
    return say("issued.send_day_off", lang, **values, day=day, send_by=weekday_and_day(found.send_by, lang))


def sending_json(found: Sending | None) -> dict[str, Any] | None:
    """Give it as data."""
    if found is None:
        return None
    return {
        "article": found.article,
        "who": found.who,
        "to": found.to or None,
        "due": found.due and found.due.isoformat(),
        "send_by": found.send_by and found.send_by.isoformat(),
    }
