"""`tdnv summary`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdnv_sheets.cli.out import Call, pass_call, tell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.render.report_view import Paper


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report is wanted, and what is to be done with it."""

    period: Period
    day: date | None
    """The day that was asked for with this command."""
    as_of: date | None
    """The day that everything counts from, where one was said."""
    scope: tuple[str, ...]
    issue: int | None
    freeze: bool
    reason: str | None
    """Why the report is issued again; None where it is not."""
    live: bool
    force: bool


@click.command()
@click.option(
    "--period", help="Such as 2026-H1, 2026-Q2, 2026-M06, 2026-W23, 2026 or 2026-03-01..2026-04-15.", metavar="P"
)
@click.option(
    "--kind",
    type=click.Choice(["week", "month", "quarter", "half", "year"]),
    help="Instead of --period: the one in which the day that counts lies.",
)
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="Instead of the regulation's cut-off.")
@click.option("--unit", "units", multiple=True, metavar="CODE", help="Only what this unit leads; may be repeated.")
@click.option(
    "-o",
    "paths",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it, as .xlsx, .docx or .html; may be repeated.",
)
@click.option("--formats", help="What to write into the folder of reports; default: xlsx,docx,html.", metavar="KINDS")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--freeze", is_flag=True, help="Keep the figures for ever as they are now: the report goes out.")
@click.option("--reissue", is_flag=True, help="With --freeze: issue a frozen report again; needs --reason.")
@click.option("--reason", metavar="TEXT", help="Why it is issued again; stands on the paper.")
@click.option(
    "--issue", type=click.IntRange(min=1), metavar="N", help="Draw this issue of a frozen report; 1 is the first."
)
@click.option("--live", is_flag=True, help="Count a frozen period anew, beside what went out, and say what differs.")
@click.option("--force", is_flag=True, help="Write or freeze a report that does not reconcile, with the failure on it.")
@pass_call
def summary(
    call: Call,
    *,
    period: str | None,
    kind: str | None,
    day: datetime | None,
    units: tuple[str, ...],
    paths: tuple[Path, ...],
    formats: str | None,
    shape: str,
    freeze: bool,
    reissue: bool,
    reason: str | None,
    issue: int | None,
    live: bool,
    force: bool,
) -> None:
    """Count a period and draw its report, or draw again what went out: tables, annexes, rates and checks.

    A frozen period is drawn as it was frozen, whatever was corrected, renamed or amended since.
    """
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.pipeline.office import open_office, unit_named

    if reissue != (reason is not None) or (reissue and not freeze) or (freeze and (live or issue)) or (live and issue):
        raise WrongUsage("mixed-freezing")
    suffixes = _suffixes(formats, paths, shape)
    asked = Asked(
        _period(call, period, kind),
        day.date() if day else None,
        call.as_of,
        tuple(sorted(set(units))),
        issue,
        freeze,
        reason,
        live,
        force,
    )
    with open_office(call.workspace()) as office:
        for code in asked.scope:
            unit_named(office, code)
        paper, more = _paper(call, office, asked)
        if shape == "json":
            _print(office, paper, more)
        for line in _said(call, office, paper):
            tell(line)
        _write(call, office, paper, asked, (paths, suffixes))


def _suffixes(formats: str | None, paths: tuple[Path, ...], shape: str) -> tuple[str, ...]:
    """Say as what the report goes into the folder of reports: as all, unless a file is named or only data is wanted.

    Raises `WrongUsage` for what cannot be drawn, before anything is counted or frozen.
    """
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.pipeline.report import FORMATS

    wanted = tuple(f".{name.strip().lstrip('.').lower()}" for name in (formats or "").split(",") if name.strip())
    for suffix in (*wanted, *(path.suffix.lower() for path in paths)):
        if suffix not in {*FORMATS, ".htm"}:
            raise WrongUsage("unknown-kind-of-report", suffix=suffix)
    if formats is not None:
        return wanted
    return () if paths or shape == "json" else FORMATS


def _period(call: Call, name: str | None, kind: str | None) -> Period:
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.periods import PeriodKind, containing, parse_period

    if name is not None and kind is None:
        return parse_period(name)
    if kind is not None and name is None:
        return containing(call.moment().as_of, PeriodKind(kind))
    raise WrongUsage("one-way-to-say-a-period")


def _paper(call: Call, office: Office, asked: Asked) -> tuple[Paper, dict[str, Any]]:
    """Find or count the report that is asked for, and say what it is; gives also what only the data has."""
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.freeze import freeze
    from tdnv_sheets.pipeline.issued import issued_words
    from tdnv_sheets.pipeline.kept import kept
    from tdnv_sheets.pipeline.report import figures, paper_of

    moment = call.moment()
    if asked.freeze:
        again = asked.reason is not None
        day = asked.day if again else asked.day or asked.as_of
        paper = freeze(office, asked.period, day, moment, scope=asked.scope, reason=asked.reason, force=asked.force)
        _tell_all(issued_words(paper, call.lang, now=True))
        return paper, {}
    frozen = kept(office, asked.period, asked.scope, asked.issue)
    if frozen is None and asked.issue is not None:
        raise WrongUsage("no-such-issue", period=asked.period.name, issue=asked.issue)
    if frozen is not None and asked.live:
        return _beside(call, office, frozen)
    if frozen is not None and asked.day in (None, frozen.summary.as_of):
        _tell_all(issued_words(frozen, call.lang))
        return frozen, {}
    found = figures(office, asked.period, asked.day or asked.as_of, today=moment.now.date(), scope=asked.scope)
    if frozen is not None:
        days = {"as_of": f"{frozen.summary.as_of:%d/%m/%Y}", "asked": f"{found.as_of:%d/%m/%Y}"}
        tell(say("issued.frozen_otherwise", call.lang, **days))
    elif found.as_of < office.regulation.cut_off(found.period):
        tell(say("cli.provisional", call.lang, as_of=f"{found.as_of:%d/%m/%Y}"))
    return paper_of(office, found), {}


def _beside(call: Call, office: Office, frozen: Paper) -> tuple[Paper, dict[str, Any]]:
    """Count a frozen report anew and say what differs."""
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.freeze import recounted
    from tdnv_sheets.pipeline.issued import changes_json, changes_words, issued_json
    from tdnv_sheets.pipeline.report import paper_of

    issued = frozen.summary.issued
    found, changed, by_rules = recounted(office, frozen, today=call.moment().now.date())
    tell(say("issued.live", call.lang, as_of=f"{found.as_of:%d/%m/%Y}"))
    _tell_all(changes_words(changed, frozen, call.lang))
    if by_rules.tasks and issued is not None:
        tell(say("issued.changed_rules", call.lang, tasks=len(by_rules.tasks), revision=issued.revision))
    went_out = {
        **(issued_json(issued) or {}),
        "recount": changes_json(changed),
        "recount_at_its_revision": changes_json(by_rules),
    }
    return paper_of(office, found), {"frozen": went_out}


def _said(call: Call, office: Office, paper: Paper) -> Iterable[str]:
    """Say what a person has to know who signs and sends it."""
    from tdnv_sheets.periods import PeriodKind
    from tdnv_sheets.pipeline.issued import corrections_words
    from tdnv_sheets.pipeline.sending import sending, sending_words

    yield from corrections_words(paper, call.lang)
    if paper.summary.period.kind is not PeriodKind.DAYS:
        yield sending_words(sending(office, paper.summary.period, paper.summary.scope), call.lang)


def _tell_all(lines: Iterable[str]) -> None:
    for line in lines:
        tell(line)


def _print(office: Office, paper: Paper, more: dict[str, Any]) -> None:
    from tdnv_sheets.pipeline.issued import corrections_json, issued_json
    from tdnv_sheets.pipeline.report import as_json
    from tdnv_sheets.pipeline.sending import sending, sending_json

    found = paper.summary
    data = {
        **as_json(found),
        "scope": list(found.scope),
        "issued": issued_json(found.issued),
        "corrections": corrections_json(found.corrections),
        "sending": sending_json(sending(office, found.period, found.scope)),
        **more,
    }
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _write(
    call: Call, office: Office, paper: Paper, asked: Asked, where: tuple[tuple[Path, ...], tuple[str, ...]]
) -> None:
    """Write every file that is wanted; one that somebody has open does not hold the others up."""
    from tdnv_sheets.errors import WaitsForPerson
    from tdnv_sheets.inbox.shelf import free_name
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.report import place_of, write_paper

    paths, suffixes = where
    waits: WaitsForPerson | None = None
    summary, moment = paper.summary, call.moment()
    for path in (*paths, *(place_of(office, paper, suffix, beside=asked.live) for suffix in suffixes)):
        keep = free_name(office.space.backups, f"{path.stem} {moment.now:%Y-%m-%d %H%M%S}{path.suffix}")
        try:
            written = write_paper(office, paper, path, force=asked.force, keep=keep)
        except WaitsForPerson as problem:
            waits = waits or problem
            continue
        as_of = f"{summary.as_of:%d/%m/%Y}"
        tell(say("cli.summary_done", call.lang, period=summary.period.name, as_of=as_of, path=written))
        if keep.exists():
            tell(say("cli.summary_kept", call.lang, path=keep))
    if waits is not None:
        raise waits
