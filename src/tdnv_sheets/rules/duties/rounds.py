"""Reports that come round with a period: of units, of the office, on secret tasks, on the regulation itself."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.periods import PeriodKind, containing
from tdnv_sheets.regulation import OFFICE, UNIT
from tdnv_sheets.rules.duties.duty import Duty, DutyKind, DutyState, Report, falls_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from tdnv_sheets.calendar import Due
    from tdnv_sheets.periods import Period
    from tdnv_sheets.regulation import ReportDay
    from tdnv_sheets.rules.duties.duty import Known

_KINDS: Final = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
_SUBJECTS: Final = {
    "tasks": DutyKind.PERIODIC_REPORT,
    "secret": DutyKind.SEPARATE_REPORT,
    "regulation": DutyKind.REGULATION_REPORT,
}
_LOOK_BACK: Final = timedelta(days=366)
"""A report may be due after its period."""


class _Round(NamedTuple):
    """One report of one kind of body on one period."""

    rule: ReportDay
    period: Period
    named: date | None
    due: Due | None


def periodic_duties(known: Known, window: Period) -> Iterator[Duty]:
    """Give the reports that fall due in *window*; those without a day on periods that end in it."""
    by_unit: dict[str, list[Report]] = defaultdict(list)
    for report in known.reports:
        by_unit[report.unit].append(report)
    frozen = [Report("", period, day, empty=False) for period, day in known.frozen.items()]
    for subject, kind in _SUBJECTS.items():
        own = list(_rounds(known, window, OFFICE, subject))
        for each in own:
            # The office's own reports go out on paper or in other systems: only that one was frozen says that it did.
            sent = _sent(frozen, _served(own, each), known.as_of) if subject == "tasks" else None
            yield _duty(known, kind, each, "", sent)
        units = list(_rounds(known, window, UNIT, subject))
        for each in units:
            served = _served(units, each)
            for unit in known.units_on(each.named or each.period.end):
                sent = _sent(by_unit[unit.code], served, known.as_of) if subject == "tasks" else None
                yield _duty(known, kind, each, unit.code, sent)


def _rounds(known: Known, window: Period, who: str, subject: str) -> Iterator[_Round]:
    for kind in _KINDS:
        for period in periods_between(window.start - _LOOK_BACK, window.end, kind):
            for rule in known.regulation.report_days(who, kind, period.end, subject):
                if not rule.covers(period):
                    continue
                named = rule.due(period)
                if falls_in(window, named, period.end):
                    due = None if named is None else known.due(named, period.end)
                    yield _Round(rule, period, named, due)


def periods_between(first: date, last: date, kind: PeriodKind) -> Iterator[Period]:
    """Give the periods of a kind that have a day from *first* to *last*, in order."""
    period = containing(first, kind)
    while period.start <= last:
        yield period
        period = containing(period.end + timedelta(days=1), kind)


def _served(rounds: Iterable[_Round], wanted: _Round) -> frozenset[str]:
    """Name the periods whose file serves *wanted*: what one article makes due on one day is sent once."""
    same = (wanted.rule.article, wanted.named)
    together = {r.period.name for r in rounds if wanted.named is not None and (r.rule.article, r.named) == same}
    return frozenset({*together, wanted.period.name})


def _sent(reports: Iterable[Report], periods: frozenset[str], as_of: date) -> Report | None:
    """Find the first file on one of *periods*; the report is empty only where all of them are."""
    found = [report for report in reports if report.period in periods and report.day <= as_of]
    if not found:
        return None
    return min(found, key=lambda report: report.day)._replace(empty=all(report.empty for report in found))


def _duty(known: Known, kind: DutyKind, each: _Round, unit: str, report: Report | None) -> Duty:
    rule, due = each.rule, each.due
    done = None if report is None else report.day
    recorded = bool(unit) and kind is DutyKind.PERIODIC_REPORT
    state = known.standing(due and due.day, done, recorded=recorded)
    if due is None and done is None and not recorded and each.period.end < known.as_of:
        state = DutyState.UNRECORDED
    return Duty(
        kind=kind,
        unit=unit,
        about=each.period.name,
        due=due and due.day,
        send_by=due and due.send_by,
        article=rule.article,
        state=state,
        done=done,
        to=rule.to,
        provisional=due is not None and due.provisional,
        empty=report is not None and report.empty,
    )
