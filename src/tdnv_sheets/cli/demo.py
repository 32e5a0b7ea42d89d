"""`tdnv demo`."""

from __future__ import annotations

from pathlib import Path

import click

from tdnv_sheets.cli.out import Call, pass_call, received_text, tell


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="tdnv-demo")
@pass_call
def demo(call: Call, folder: Path) -> None:
    """Play a small office's half-year on invented data in FOLDER, and say where to look."""
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.demo import AS_OF, play
    from tdnv_sheets.pipeline.moment import Moment

    moment = Moment(call.as_of or AS_OF, call.moment().now)
    tell(say("cli.demo_start", call.lang, folder=folder.resolve(), as_of=f"{moment.as_of:%d/%m/%Y}"))
    played = play(folder, moment)
    for received in played.first.received:
        tell(received_text(received, call.lang))
    space = played.space
    marked = [item.marked_at for item in played.first.received if item.marked_at]
    look = {
        "demo_register": space.register,
        "demo_issued": played.issued[0].path,
        "demo_marked": marked[0] if marked else space.returned,
        "demo_summary": played.summary,
        "demo_units": space.units,
        "demo_archive": space.archive(moment.now),
        "demo_quarantine": space.quarantine,
    }
    tell("")
    for entry, path in look.items():
        click.echo(f"{say(f'cli.{entry}', call.lang)}: {path}")
