"""Count a period: gather what its figures rest on from the office and its ledger, and hand it to the pure counting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdnv_sheets.ledger.arrivals import read_taken, sent_to, to_correct
from tdnv_sheets.periods import PeriodKind, between, containing
from tdnv_sheets.pipeline.duties import known_to
from tdnv_sheets.pipeline.office import Office, counting_judge
from tdnv_sheets.regulation import UNIT
from tdnv_sheets.rules.duties import DutyKind, duties
from tdnv_sheets.summary.build import summarise
from tdnv_sheets.summary.choices import Choices
from tdnv_sheets.summary.ranking import RankingRule
from tdnv_sheets.summary.returns import Returns, returns_by_duty, returns_of_round

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.settings import Settings
    from tdnv_sheets.summary.figures import Summary


def counted(
    office: Office,
    period: Period,
    as_of: date,
    *,
    scope: tuple[str, ...] = (),
    at: int | None = None,
    previous_cut_off: date | None = None,
) -> Summary:
    """Count *period* as of a day, by what the ledger says now or, *at* a revision, as that one left it.

    *scope* limits the report to some units, by code; *previous_cut_off* is the day of the report before where that was
    drawn for another than the regulation's.
    """
    ledger = office.ledger
    revision = ledger.revision() if at is None else at
    rows = (ledger.assignments() if at is None else ledger.assignments_at(at)).values()
    found = summarise(
        [row for row in rows if not scope or row.key.unit in scope],
        period,
        as_of,
        judge=counting_judge(office, at),
        units=[unit.code for unit in office.units if not scope or unit.code in scope],
        choices=choices_of(office.space.settings),
        heard=ledger.heard(period.start, as_of, until=at),
        returns=returns_on(office, period, as_of, scope),
        revision=revision,
        previous_cut_off=previous_cut_off,
    )
    return replace(found, scope=tuple(sorted(scope)))


def choices_of(settings: Settings) -> Choices:
    """Give what the office chose about its reports."""
    rule = RankingRule(settings.ranking_rate, settings.ranking_minimum, settings.ranking_thresholds)
    return Choices(settings.allocation, settings.ageing_days, rule if settings.ranking else None)


def returns_on(office: Office, period: Period, as_of: date, scope: tuple[str, ...] = ()) -> Returns:
    """Say which units have reported on a period, as of a day.

    Expected are those whom the regulation asks for it (on a second half with its year); where it asks nobody, those to
    whom a workbook of the period was sent.
    """
    rule = office.regulation.report_day(UNIT, period)
    if rule is None:
        names = (period.name,)
        expected = [unit for unit in sent_to(office.ledger, period.name, as_of) if not scope or unit in scope]
        taken = [file for file in read_taken(office.ledger) if file.period == period.name and file.day <= as_of]
        files = [(file.unit, file.day, not (file.cells or file.conflicts)) for file in taken]
        return returns_of_round(expected, files, _corrected(office, names, as_of))
    about = containing(period.start, PeriodKind.YEAR) if rule.kind is PeriodKind.YEAR else period
    day = rule.due(about) or about.end
    owed = [
        duty
        for duty in duties(known_to(office, as_of), between(day, day), ())
        if duty.kind is DutyKind.PERIODIC_REPORT and duty.about == about.name and duty.unit
    ]
    wanted = [duty for duty in owed if not scope or duty.unit in scope]
    return returns_by_duty(wanted, _corrected(office, (about.name, period.name), as_of))


def _corrected(office: Office, periods: tuple[str, ...], as_of: date) -> frozenset[str]:
    return frozenset(unit for name in dict.fromkeys(periods) for unit in to_correct(office.ledger, name, as_of))
