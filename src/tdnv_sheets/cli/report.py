"""`tdnv summary`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdnv_sheets.cli.out import Call, pass_call, tell

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.option("--period", required=True, help="Such as 2026-H1, 2026-Q2, 2026-M06, 2026 or 2026-03-01..2026-04-15.")
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="Instead of the regulation's cut-off.")
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the workbook.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--force", is_flag=True, help="Write a report that does not reconcile, with the failure on it.")
@pass_call
def summary(call: Call, period: str, day: datetime | None, path: Path | None, shape: str, *, force: bool) -> None:
    """Count a period and draw its report: Biểu 01, Biểu 02, rates and checks."""
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.periods import parse_period
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.report import as_json, figures, write_report

    as_of = day.date() if day else call.as_of
    with open_office(call.workspace()) as office:
        found = figures(office, parse_period(period), as_of, today=call.moment().now.date())
        if found.as_of < office.regulation.cut_off(found.period):
            tell(say("cli.provisional", call.lang, as_of=f"{found.as_of:%d/%m/%Y}"))
        if shape == "json":
            click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
            if path is None:
                return
        written = write_report(office, found, path, force=force)
    tell(say("cli.summary_done", call.lang, period=found.period.name, as_of=f"{found.as_of:%d/%m/%Y}", path=written))
