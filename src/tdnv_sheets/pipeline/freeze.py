"""Freeze a period's report, issue it again, and say how a recount of today differs from what went out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import WaitsForPerson, WrongUsage
from tdnv_sheets.ledger.frozen import FrozenReport, write_frozen
from tdnv_sheets.pipeline.kept import kept
from tdnv_sheets.pipeline.report import failed_checks, figures, paper_of
from tdnv_sheets.summary.compare import changes
from tdnv_sheets.summary.issued import PROVISIONAL, Changes, Issued
from tdnv_sheets.summary.written import write
from tdnv_sheets.validate.secrecy import refuse_secrets

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Summary

_TRIES: Final = 5
"""Files may be taken in while a report is counted; then it is counted again."""


def freeze(
    office: Office,
    period: Period,
    as_of: date | None,
    moment: Moment,
    *,
    scope: tuple[str, ...] = (),
    reason: str | None = None,
    force: bool = False,
) -> Paper:
    """Count a period and keep the paper for ever; with a *reason* as the next issue of one that was frozen before.

    Without *as_of* it is counted as of the cut-off, an issue again as of the day of the issue before. Raises
    `WrongUsage` where it is frozen already and no reason is given, or was never frozen and one is, and for a reason with
    a mark of secrecy; `WaitsForPerson` where a check fails or the cut-off is to come, unless *force* overrules it, which
    the issue says for ever.
    """
    refuse_secrets(reason or "")
    for _ in range(_TRIES):
        revision = office.ledger.revision()
        before = kept(office, period, scope)
        _may_be_issued(period, before, reason)
        day = as_of if as_of is not None or before is None else before.summary.as_of
        counted = figures(office, period, day, today=moment.now.date(), scope=scope)
        issued = Issued(
            number=_number(before) + 1,
            at=moment.now,
            revision=revision,
            regulation_digest=office.regulation.digest,
            reason=(reason or "").strip(),
            forced=_against(office, counted, force=force),
            changes=Changes() if before is None else changes(before.summary, counted),
        )
        paper = paper_of(office, replace(counted, revision=revision, issued=issued))
        if write_frozen(office.ledger, _record(office, paper, issued)):
            return paper
    raise WaitsForPerson("ledger-moves", tries=_TRIES)


def _may_be_issued(period: Period, before: Paper | None, reason: str | None) -> None:
    if before is None and reason is not None:
        raise WrongUsage("report-not-frozen", period=period.name)
    if before is None or before.summary.issued is None:
        return
    if reason is None:
        at = before.summary.issued.at
        raise WrongUsage("report-is-frozen", period=period.name, at=f"{at:%d/%m/%Y %H:%M}")
    if not reason.strip():
        raise WrongUsage("reissue-without-reason", period=period.name)


def _number(paper: Paper | None) -> int:
    return 0 if paper is None or paper.summary.issued is None else paper.summary.issued.number


def _against(office: Office, counted: Summary, *, force: bool) -> tuple[str, ...]:
    """Name what speaks against freezing; raise `WaitsForPerson` unless it is overruled."""
    early = counted.as_of < office.regulation.cut_off(counted.period)
    against = (*failed_checks(counted), *((PROVISIONAL,) if early else ()))
    if against and not force:
        if early:
            cut_off = office.regulation.cut_off(counted.period)
            raise WaitsForPerson(
                "report-is-provisional", as_of=f"{counted.as_of:%d/%m/%Y}", cut_off=f"{cut_off:%d/%m/%Y}"
            )
        raise WaitsForPerson("report-does-not-reconcile", checks=", ".join(against))
    return against


def _record(office: Office, paper: Paper, issued: Issued) -> FrozenReport:
    summary = paper.summary
    return FrozenReport(
        period=summary.period.name,
        scope=summary.scope,
        issue=issued.number,
        at=issued.at,
        who=office.space.settings.office,
        revision=issued.revision,
        as_of=summary.as_of,
        regulation=summary.regulation,
        regulation_digest=issued.regulation_digest,
        reason=issued.reason,
        forced=issued.forced,
        content=write(paper),
    )


def recounted(office: Office, frozen: Paper, *, today: date) -> tuple[Summary, Changes, Changes]:
    """Count a frozen report again as of its own day: the figures, what differs, and what differs even at its own revision.

    The last is what amended rules, another calendar or another version of the program make of the very same ledger.
    """
    then = frozen.summary
    if then.issued is None:
        raise ValueError(then.period.name)
    now = figures(office, then.period, then.as_of, today=today, scope=then.scope)
    same = figures(office, then.period, then.as_of, today=today, scope=then.scope, at=then.issued.revision)
    return now, changes(then, now), changes(then, same)
