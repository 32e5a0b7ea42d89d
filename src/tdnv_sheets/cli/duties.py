"""`tdnv duties`: what is due when, by which article."""

from __future__ import annotations

import click

from tdnv_sheets.cli.out import Call, format_option, pass_call, print_data, tell


@click.command()
@click.option(
    "--period", help="What falls due in it, such as 2026-Q2 or 2026-06-01..2026-06-30; default: this quarter."
)
@click.option("--unit", default="", metavar="CODE", help="Only what this unit owes.")
@format_option
@pass_call
def duties(call: Call, period: str | None, unit: str, shape: str) -> None:
    """Show what units and the office owe in a period: the day, the article, and whether it was done."""
    from tdnv_sheets.calendar import SESSION
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.periods import PeriodKind, containing, parse_period
    from tdnv_sheets.pipeline.duties import as_json, as_lines, lacks_sessions, office_duties
    from tdnv_sheets.pipeline.office import open_office

    as_of = call.moment().as_of
    window = parse_period(period) if period else containing(as_of, PeriodKind.QUARTER)
    with open_office(call.workspace()) as office:
        found = office_duties(office, window, as_of=as_of, unit=unit)
        if shape == "text":
            click.echo("\n".join(as_lines(office, found, window, as_of, call.lang)))
        else:
            print_data(map(as_json, found), shape)
        if lacks_sessions(office, window):
            path = office.space.calendar
            tell(say("duties.no_sessions", call.lang, period=window.title(call.lang), kind=SESSION, path=path))
