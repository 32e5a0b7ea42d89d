"""Draw the report of a period from the ledger, and give the same figures as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.counted import counted
from tdnv_sheets.pipeline.report_json import counts_of as _counts
from tdnv_sheets.pipeline.report_json import more_of, rate_of
from tdnv_sheets.render.report import draw_summary

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.summary.figures import Summary


def figures(office: Office, period: Period, as_of: date | None, *, today: date, at: int | None = None) -> Summary:
    """Count a period, as of the regulation's cut-off unless *as_of* says otherwise; never as of a day to come.

    With *at* the ledger is read as that revision left it.
    """
    return counted(office, period, as_of or min(office.regulation.cut_off(period), today), at=at)


def write_report(office: Office, summary: Summary, path: Path | None = None, *, force: bool = False) -> Path:
    """Draw the report as a workbook; one that does not reconcile is not written without *force*."""
    failed = [check.name for check in summary.checks if not check.ok]
    if failed and not force:
        raise WaitsForPerson("report-does-not-reconcile", checks=", ".join(failed))
    if path is None:
        words = say("pipeline.summary_file", office.lang)
        path = office.space.reports / f"{words} {summary.period.name} ({summary.as_of:%Y-%m-%d}).xlsx"
    if path.suffix.lower() != ".xlsx":
        raise WrongUsage("unknown-kind-of-report", suffix=path.suffix or path.name)
    names = {unit.code: unit.name for unit in office.units}
    settings = office.space.settings

    def draw(temporary: Path) -> None:
        draw_summary(
            summary,
            temporary,
            office=settings.office,
            regulation_title=office.regulation.title,
            lang=settings.language,
            unit_names=names,
        )

    put_in_place(draw, path)
    return path


def as_json(summary: Summary) -> dict[str, Any]:
    """Give the figures in the stable shape of design §10; rates are numbers from 0 to 1, null for a zero denominator."""
    return {
        "period": summary.period.name,
        "as_of": summary.as_of.isoformat(),
        "regulation": summary.regulation,
        "total": {**_counts(summary.total), "distinct_tasks": summary.distinct.total},
        "units": [{"unit": line.unit, **_counts(line.counts)} for line in summary.units],
        "rates": {name: rate_of(rate) for name, rate in summary.rates.items()},
        "checks": [{"name": check.name, "ok": check.ok} for check in summary.checks],
        **more_of(summary),
    }
