"""`tdnv sync` and `tdnv render`: the master register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdnv_sheets.cli.exchange import exit_code
from tdnv_sheets.cli.out import ATTENTION, WAITS, Call, explain_stop, pass_call, received_text, stop, tell

if TYPE_CHECKING:
    from tdnv_sheets.pipeline.sync import Synced


@click.command()
@click.option("--meant", is_flag=True, help="Take mass edits of the register that look like an accident.")
@pass_call
def sync(call: Call, *, meant: bool) -> None:
    """Read the register back, take the inbox in, apply the rules and draw the register, once."""
    _round(call, with_inbox=True, meant=meant)


@click.command()
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="Draw to this file instead.")
@pass_call
def render(call: Call, path: Path | None) -> None:
    """Draw the register as of a day, after reading back what the office edited in it."""
    if path is None:
        _round(call, with_inbox=False, meant=False)
        return
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.draw import draw_elsewhere
    from tdnv_sheets.pipeline.office import open_office

    with open_office(call.workspace()) as office:
        drawn = draw_elsewhere(office, path, as_of=call.moment().as_of)
    tell(say("cli.register_drawn", call.lang, path=drawn))


def _round(call: Call, *, with_inbox: bool, meant: bool) -> None:
    from tdnv_sheets.inbox.lock import held
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.sync import sync as do

    space = call.workspace()
    with held(space.hidden / "lock"), open_office(space) as office:
        done = do(office, call.moment(), with_inbox=with_inbox, meant=meant)
    _show(done, call.lang)


def _show(done: Synced, lang: str) -> None:
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.receive import finding_lines

    register = done.register
    for line in finding_lines(register.abouts, lang):
        click.echo(line)
    if register.revision is not None or register.new_tasks:
        counts = {
            "changes": len(register.changes),
            "new": len(register.new_tasks),
            "settled": register.settled,
            "conflicts": register.conflicts,
        }
        tell(say("cli.register_read", lang, **counts))
    for item in done.received:
        click.echo(received_text(item, lang))
    if done.drawn is not None:
        tell(say("cli.register_drawn", lang, path=done.drawn))
    if done.journal is not None:
        tell(say("cli.journal_waits", lang, why=explain_stop(done.journal, lang)))
    if done.waits is not None:
        tell(explain_stop(done.waits, lang))
        stop(WAITS)
    if register.unlikely:
        tell(say("cli.register_meant", lang))
    if not register.ok:
        tell(say("cli.register_kept", lang))
        stop(ATTENTION)
    stop(max(exit_code(done.received), WAITS if register.conflicts else 0))
