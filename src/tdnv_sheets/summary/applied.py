"""Which rules the figures rest on, with article and version: so that a reader sees what was applied where."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.regulation import OFFICE, UNIT
from tdnv_sheets.summary.figures import Applied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.regulation import Regulation, Switch
    from tdnv_sheets.rules.judge import Judge

COMPLETION: Final = ("confirmation", "final_document", "returned_overdue", "completion_day", "deadline_roll")
"""Switches of which the version counts that held when a task began."""
CHOSEN: Final = "chosen"
"""The cut-off where somebody named another day than the regulation's."""
PERIOD_END: Final = "period_end"


def applied(judge: Judge, period: Period, as_of: date, allocation: str) -> tuple[Applied, ...]:
    """List the rules that a report on *period* as of *as_of* rests on; of completion every version that had begun by then."""
    regulation = judge.regulation
    return (
        _cut_off(regulation, period, as_of),
        Applied("allocation", allocation, ""),
        *_report_days(regulation, period),
        *_completion(judge, as_of),
    )


def _cut_off(regulation: Regulation, period: Period, as_of: date) -> Applied:
    if as_of != regulation.cut_off(period):
        return Applied("cut_off", CHOSEN, "")
    rule = _of_switch(regulation.switch("cut_off", period.end))
    return replace(rule, value=_day_taken(regulation, period, rule.value))


def _day_taken(regulation: Regulation, period: Period, policy: str) -> str:
    """Say which day a policy came to: the period's last where the text names none of the kind that it asks for."""
    if policy == PERIOD_END:
        return policy
    if period.kind is PeriodKind.WEEK:
        return PERIOD_END if regulation.weekly_day(period) is None else "weekly_day"
    due = regulation.office_due(period) if policy == "office_day" else regulation.unit_due(period)
    return PERIOD_END if due is None else policy


def _report_days(regulation: Regulation, period: Period) -> Iterator[Applied]:
    for what, who in (("unit_report", UNIT), ("office_report", OFFICE)):
        rule = regulation.report_day(who, period)
        if rule is not None:
            due = rule.due(period)
            value = "" if due is None else due.isoformat()
            yield Applied(what, value, rule.article, rule.since, rule.to, rule.note)
    weekly = regulation.weekly_day(period) if period.kind is PeriodKind.WEEK else None
    if weekly is not None:
        duty, day = weekly
        yield Applied("weekly_report", day.isoformat(), duty.article, duty.since, duty.to, duty.text)


def _completion(judge: Judge, as_of: date) -> Iterator[Applied]:
    for name in COMPLETION:
        if name == "confirmation" and judge.confirmation != "regulation":
            yield Applied(name, judge.confirmation, "")
            continue
        versions = sorted((s for s in judge.regulation.switches if s.name == name), key=lambda switch: switch.since)
        for number, switch in enumerate(versions):
            if number == 0 or switch.since <= as_of:
                yield _of_switch(switch)


def _of_switch(switch: Switch) -> Applied:
    value = switch.value if isinstance(switch.value, str) else ("yes" if switch.value else "no")
    return Applied(switch.name, value, switch.article, switch.since, text=switch.text)
