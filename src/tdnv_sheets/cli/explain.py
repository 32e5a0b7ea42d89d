"""`tdnv explain`: what the program understands of a typed text, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tdnv_sheets.cli.out import ATTENTION, Call, format_option, pass_call, print_data, stop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tdnv_sheets.pipeline.explain import Explanation

_TEXTS = click.argument("texts", metavar="TEXT…", nargs=-1, required=True)


@click.group()
def explain() -> None:
    """Say what is understood of a deadline, a document's number, a unit's name, or stated figures, and why."""


@explain.command()
@_TEXTS
@click.option(
    "--assigned",
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
    metavar="DATE",
    help="The day of assignment: a missing year is taken from it.",
)
@format_option
@pass_call
def deadline(call: Call, texts: tuple[str, ...], assigned: datetime | None, shape: str) -> None:
    """Explain deadlines: their kind and the last day that is in time."""
    from tdnv_sheets.pipeline.days import calendar_at
    from tdnv_sheets.pipeline.explain import explain_deadline

    day, (calendar, _) = assigned.date() if assigned else None, calendar_at(call.folder)
    _show([explain_deadline(text, calendar=calendar, assigned=day, lang=call.lang) for text in texts], shape)


@explain.command()
@_TEXTS
@format_option
@pass_call
def number(call: Call, texts: tuple[str, ...], shape: str) -> None:
    """Explain the numbers of documents: number, year, type and issuer."""
    from tdnv_sheets.pipeline.explain import explain_number

    _show([explain_number(text, lang=call.lang) for text in texts], shape)


@explain.command()
@_TEXTS
@format_option
@pass_call
def unit(call: Call, texts: tuple[str, ...], shape: str) -> None:
    """Explain units' names by the unit list of the workspace."""
    from tdnv_sheets.pipeline.explain import explain_unit, unit_list
    from tdnv_sheets.text.units import UnitIndex

    units = unit_list(call.workspace())
    index, day = UnitIndex.build(units), call.moment().as_of
    _show([explain_unit(text, index, units, day=day, lang=call.lang) for text in texts], shape)


@explain.command()
@_TEXTS
@format_option
@pass_call
def figures(call: Call, texts: tuple[str, ...], shape: str) -> None:
    """Explain figures that a report states: whether they add up, such as "total 15.533; completed 13.119; open 2.414"."""
    from tdnv_sheets.pipeline.explain_figures import explain_figures

    _show([explain_figures(text, lang=call.lang) for text in texts], shape)


def _show(explained: Sequence[Explanation], shape: str) -> None:
    if shape == "text":
        click.echo("\n\n".join("\n".join(item.lines) for item in explained))
    else:
        print_data([item.data for item in explained], shape)
    stop(0 if all(item.understood for item in explained) else ATTENTION)
