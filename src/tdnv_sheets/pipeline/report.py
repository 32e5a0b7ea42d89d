"""Draw the report of a period from the ledger, and give the same figures as data."""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.counted import counted
from tdnv_sheets.regulation import OFFICE
from tdnv_sheets.render.report_view import Letterhead, Paper

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from fractions import Fraction
    from pathlib import Path

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.summary.figures import Counts, Summary

_PUBLICATION: Final = "publication"
_BETWEEN: Final = re.compile("[,;]")
_SENT: Final = re.compile("^(đồng )?gửi ")
_INNER = frozenset({"open_in_time_not_started", "open_overdue_not_started"})


def figures(office: Office, period: Period, as_of: date | None, *, today: date, at: int | None = None) -> Summary:
    """Count a period, as of the regulation's cut-off unless *as_of* says otherwise; never as of a day to come.

    With *at* the ledger is read as that revision left it.
    """
    return counted(office, period, as_of or min(office.regulation.cut_off(period), today), at=at)


def write_report(office: Office, summary: Summary, path: Path | None = None, *, force: bool = False) -> Path:
    """Draw the report as the kind of file that *path* names: workbook, document or page; one that does not reconcile is not written without *force*."""
    failed = [check.name for check in summary.checks if not check.ok]
    if failed and not force:
        raise WaitsForPerson("report-does-not-reconcile", checks=", ".join(failed))
    if path is None:
        words = say("pipeline.summary_file", office.lang)
        path = office.space.reports / f"{words} {summary.period.name} ({summary.as_of:%Y-%m-%d}).xlsx"
    draw = _drawer(path.suffix.lower())
    if draw is None:
        raise WrongUsage("unknown-kind-of-report", suffix=path.suffix or path.name)
    names = {unit.code: unit.name for unit in office.units}
    settings = office.space.settings
    groups = {unit.code: unit.group for unit in office.units if unit.group}
    head = letterhead(office, summary.period)
    paper = Paper(summary, head, settings.language, names, settings.colours, groups)
    put_in_place(partial(draw, paper), path)
    return path


def _drawer(suffix: str) -> Callable[[Paper, Path], None] | None:
    """Give what draws a report into a file with that *suffix*; each has libraries of its own, loaded only for it."""
    if suffix == ".xlsx":
        from tdnv_sheets.render.report import draw_workbook  # noqa: PLC0415

        return draw_workbook
    if suffix == ".docx":
        from tdnv_sheets.render.report_docx import draw_document  # noqa: PLC0415

        return draw_document
    if suffix in {".html", ".htm"}:
        from tdnv_sheets.render.report_page import draw_page  # noqa: PLC0415

        return draw_page
    return None


def letterhead(office: Office, period: Period) -> Letterhead:
    """Say who reports on *period*, to whom, and by which words of the regulation in force at its end."""
    rules, settings = office.regulation, office.space.settings
    duty = rules.report_day(OFFICE, period)
    published = next((it for it in rules.about(_PUBLICATION, period.end) if period.kind in it.names), None)
    above = settings.authority or rules.issuer
    return Letterhead(
        office=settings.office,
        regulation=rules.title,
        number=rules.number,
        authority="" if above.casefold() == settings.office.casefold() else above,
        place=settings.place,
        signer=settings.signer,
        recipients=recipients(duty.to) if duty else (),
        report_article=duty.article if duty else "",
        publication=published.text[settings.language] if published else "",
        publication_article=published.article if published else "",
    )


def recipients(to: str) -> tuple[str, ...]:
    """Part the words of a regulation that name who gets a report, as the list «Nơi nhận» has them."""
    names = (_SENT.sub("", name.strip()) for name in _BETWEEN.split(to))
    return tuple(name[0].upper() + name[1:] for name in names if name)


def as_json(summary: Summary) -> dict[str, Any]:
    """Give the figures in the stable shape of design §10; rates are numbers from 0 to 1, null for a zero denominator."""
    return {
        "period": summary.period.name,
        "as_of": summary.as_of.isoformat(),
        "regulation": summary.regulation,
        "total": {**_counts(summary.total), "distinct_tasks": summary.distinct.total},
        "units": [{"unit": line.unit, **_counts(line.counts)} for line in summary.units],
        "rates": {name: _rate(rate) for name, rate in summary.rates.items()},
        "checks": [{"name": check.name, "ok": check.ok} for check in summary.checks],
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {name: value for name, value in asdict(counts).items() if name not in _INNER}


def _rate(rate: Fraction | None) -> float | None:
    return None if rate is None else round(float(rate), 6)
