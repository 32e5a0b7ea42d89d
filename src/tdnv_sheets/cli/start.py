"""`tdnv init`."""

from __future__ import annotations

from pathlib import Path

import click

from tdnv_sheets.cli.out import Call, pass_call, tell


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--regulation", default="kon-tum-2022", show_default=True, help="Regulation in force here: an id, or a FILE.toml."
)
@click.option("--office", default="", help="Name of the office; default: as the regulation names it.")
@click.option("--units", type=click.Path(dir_okay=False, path_type=Path), help="Unit list (.xlsx or .csv).")
@click.option(
    "--from",
    "register",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A register kept by hand, to be taken over however it is laid out.",
)
@pass_call
def init(call: Call, folder: Path, *, regulation: str, office: str, units: Path | None, register: Path | None) -> None:
    """Make a new workspace in FOLDER, empty or from a register that the office kept by hand."""
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.start import Start
    from tdnv_sheets.pipeline.start import init as make
    from tdnv_sheets.takeover.report import report

    start = Start(regulation, office, call.lang, units, register)
    space, takeover = make(folder, start, call.moment())
    if takeover is not None:
        click.echo(report(takeover, call.lang))
    tell(say("cli.init_done", call.lang, path=space.root, register=space.register.name, units=space.units.name))
    tell(say("cli.init_next", call.lang, path=space.root))
