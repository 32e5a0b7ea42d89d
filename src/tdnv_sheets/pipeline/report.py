"""Draw the report of a period from the ledger, and give the same figures as data."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.inbox.shelf import safe_name
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.counted import counted
from tdnv_sheets.pipeline.kept import kept
from tdnv_sheets.pipeline.report_json import counts_of as _counts
from tdnv_sheets.pipeline.report_json import more_of, rate_of
from tdnv_sheets.regulation import OFFICE
from tdnv_sheets.render.report_view import Letterhead, Paper
from tdnv_sheets.summary.corrected import after_frozen, as_last_year

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.summary.figures import Summary

_PUBLICATION: Final = "publication"
_BETWEEN: Final = re.compile("[,;]")
_SENT: Final = re.compile("^(đồng )?gửi ")
FORMATS: Final = (".xlsx", ".docx", ".html")
"""What a report is drawn as, where nobody asks for less."""
_UNITS_LENGTH: Final = 60
"""Letters of units' codes in a file's name."""


def figures(
    office: Office,
    period: Period,
    as_of: date | None,
    *,
    today: date,
    scope: tuple[str, ...] = (),
    at: int | None = None,
) -> Summary:
    """Count a period, as of the regulation's cut-off unless *as_of* says otherwise; never as of a day to come.

    *scope* limits the report to some units; *at* reads the ledger as that revision left it. Where the report on the
    period before is frozen, its figures are those that went out, and what was corrected there since is listed.
    """
    day = as_of or min(office.regulation.cut_off(period), today)
    before, year_before = (kept(office, other, scope) for other in (period.previous(), period.last_year()))
    cut_off = None if before is None else before.summary.as_of
    found = counted(office, period, day, scope=scope, at=at, previous_cut_off=cut_off)
    if year_before is not None:
        found = as_last_year(found, year_before.summary)
    if before is None or before.summary.issued is None:
        return found
    frozen = before.summary
    return after_frozen(
        found, frozen, before.summary.issued, counted(office, frozen.period, frozen.as_of, scope=scope, at=at)
    )


def paper_of(office: Office, summary: Summary) -> Paper:
    """Give all that the papers of a report show, as office, units and rules are today."""
    names = {unit.code: unit.name for unit in office.units}
    groups = {unit.code: unit.group for unit in office.units if unit.group}
    settings = office.space.settings
    return Paper(summary, letterhead(office, summary.period), settings.language, names, settings.colours, groups)


def failed_checks(summary: Summary) -> tuple[str, ...]:
    """Name the checks that fail."""
    return tuple(check.name for check in summary.checks if not check.ok)


def write_report(office: Office, summary: Summary, path: Path | None = None, *, force: bool = False) -> Path:
    """Draw a report as it is today; see `write_paper`."""
    return write_paper(office, paper_of(office, summary), path, force=force)


def write_paper(
    office: Office, paper: Paper, path: Path | None = None, *, force: bool = False, keep: Path | None = None
) -> Path:
    """Draw a report as the kind of file that *path* names: workbook, document or page.

    A file that lies there and says something else, because somebody wrote into it, is kept as *keep* where that is given.
    Raises `WaitsForPerson` for one that does not reconcile, unless *force* is given or it was frozen so, and while
    somebody has the file open.
    """
    failed = failed_checks(paper.summary)
    if failed and not force and paper.summary.issued is None:
        raise WaitsForPerson("report-does-not-reconcile", checks=", ".join(failed))
    path = path or place_of(office, paper, ".xlsx")
    draw = _drawer(path.suffix.lower())
    if draw is None:
        raise WrongUsage("unknown-kind-of-report", suffix=path.suffix or path.name)
    put_in_place(partial(draw, paper), path, backup=keep)
    if keep is not None and keep.exists() and keep.read_bytes() == path.read_bytes():
        keep.unlink()
    return path


def place_of(office: Office, paper: Paper, suffix: str, *, beside: bool = False) -> Path:
    """Say where a report lies; each issue has a name of its own, and so has a recount drawn *beside* a frozen one."""
    summary, lang = paper.summary, office.lang
    name = f"{say('pipeline.summary_file', lang)} {summary.period.name}"
    if summary.scope:
        name += f" {safe_name(', '.join(summary.scope), _UNITS_LENGTH)}"
    name += f" ({summary.as_of:%Y-%m-%d})"
    if summary.issued is not None and summary.issued.again:
        name += f" {say('pipeline.summary_again', lang, number=summary.issued.again)}"
    if beside:
        name += f" {say('pipeline.summary_beside', lang)}"
    return office.space.reports / f"{name}{suffix}"


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
        "rates": {name: rate_of(rate) for name, rate in summary.rates.items()},
        "checks": [{"name": check.name, "ok": check.ok} for check in summary.checks],
        **more_of(summary),
    }
