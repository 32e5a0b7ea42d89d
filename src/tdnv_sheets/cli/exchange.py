"""`tdnv issue`, `tdnv validate`, `tdnv merge`: workbooks out and in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdnv_sheets.cli.out import (
    ATTENTION,
    WAITS,
    Call,
    checked_text,
    explain_stop,
    format_option,
    pass_call,
    print_data,
    received_json,
    received_text,
    stop,
    tell,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.pipeline.receive import Received

_FILES = click.Path(path_type=Path)


@click.command()
@click.option("--unit", "units", multiple=True, help="Code of a unit; default: every unit with tasks.")
@click.option("--period", help="The round, such as 2026-M06; default: the month of the as-of day.")
@pass_call
def issue(call: Call, units: tuple[str, ...], period: str | None) -> None:
    """Draw a signed, prefilled workbook for each unit into the outbox."""
    from tdnv_sheets.inbox.lock import held
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.periods import PeriodKind, containing, parse_period
    from tdnv_sheets.pipeline.issue import issue as draw
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.receive import finding_lines

    space, moment = call.workspace(), call.moment()
    chosen = parse_period(period) if period else containing(moment.as_of, PeriodKind.MONTH)
    with held(space.hidden / "lock"), open_office(space) as office:
        done = draw(office, chosen, moment, units=units)
    for line in finding_lines(done.abouts, call.lang):
        tell(line)
    drawn = [item for item in done.files if item.waits is None]
    for item in drawn:
        click.echo(say("cli.issued", call.lang, unit=item.unit.name, rows=item.rows, path=item.path))
    tell(say("cli.issued_total", call.lang, count=len(drawn), folder=space.outbox))
    for code, count in done.homeless.items():
        tell(say("cli.homeless", call.lang, unit=code, count=count, path=space.units))
    for name, count in done.ended.items():
        tell(say("cli.ended", call.lang, unit=name, count=count))
    for item in done.files:
        if item.waits is not None:
            tell(explain_stop(item.waits, call.lang))
    if len(drawn) < len(done.files):
        stop(WAITS)
    stop(ATTENTION if done.homeless or done.ended else 0)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILES)
@click.option("--annotate", type=click.Path(file_okay=False, path_type=Path), help="Folder for marked copies.")
@click.option("--unit", help="The unit that the files are from.")
@format_option
@pass_call
def validate(call: Call, files: tuple[Path, ...], annotate: Path | None, unit: str | None, shape: str) -> None:
    """Say what is wrong with FILES, and change nothing."""
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.pipeline.check import check_alone, check_files
    from tdnv_sheets.pipeline.office import open_office

    moment = call.moment()
    try:
        space = call.workspace()
    except WrongUsage:
        if not call.folder.is_dir() or annotate is not None or unit is not None:
            raise
        received = check_alone(files, as_of=moment.as_of, lang=call.lang)
    else:
        with open_office(space) as office:
            received = check_files(office, files, moment, unit=unit, annotate=annotate)
    _show(received, call.lang, shape, merged=False)


@click.command()
@click.argument("files", nargs=-1, type=_FILES)
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@click.option("--unit", help="The unit, for files that carry no identity.")
@click.option("--allow-clears", is_flag=True, help="FILES may empty as many filled cells as they do.")
@format_option
@pass_call
def merge(
    call: Call, files: tuple[Path, ...], unit: str | None, shape: str, *, dry_run: bool, allow_clears: bool
) -> None:
    """Take FILES (default: all that waits in the inbox) into the ledger."""
    from tdnv_sheets.errors import WrongUsage
    from tdnv_sheets.inbox.lock import held
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.ingest import ingest
    from tdnv_sheets.pipeline.journal import refresh_journal
    from tdnv_sheets.pipeline.office import open_office

    if allow_clears and not files:
        raise WrongUsage("clears-of-which-file")
    space = call.workspace()
    with held(space.hidden / "lock"), open_office(space) as office:
        moment = call.moment()
        received = ingest(office, files or None, moment, dry_run=dry_run, unit=unit, allow_clears=allow_clears)
        journal = None if dry_run else refresh_journal(office, moment)
    if not received:
        tell(say("cli.inbox_empty", call.lang, path=space.inbox))
    for item in received:
        if any(about.finding.code == "mass-clear" for about in item.abouts):
            tell(say("cli.allow_clears", call.lang, path=item.kept_at or item.file))
    if journal is not None:
        tell(say("cli.journal_waits", call.lang, why=explain_stop(journal, call.lang)))
    _show(received, call.lang, shape, merged=True)


def _show(received: Sequence[Received], lang: str, shape: str, *, merged: bool) -> None:
    if shape == "text":
        for item in received:
            click.echo(received_text(item, lang) if merged else checked_text(item, lang))
    else:
        print_data((received_json(item, lang, merged=merged) for item in received), shape)
    stop(exit_code(received))


def exit_code(received: Sequence[Received]) -> int:
    """Give 0 when all is well, 1 when data needs attention, 3 when conflicts or files wait for a person."""
    from tdnv_sheets.findings import has_error

    verdicts = {item.verdict.value for item in received}
    again = any(item.verdict.value == "duplicate" and has_error(item.abouts) for item in received)
    if again or verdicts & {"partly", "returned", "quarantined"}:
        return ATTENTION
    if "waiting" in verdicts:
        secret = any(about.finding.code.startswith("secret") for item in received for about in item.abouts)
        return ATTENTION if secret else WAITS
    return WAITS if any(item.conflicts for item in received) else 0
