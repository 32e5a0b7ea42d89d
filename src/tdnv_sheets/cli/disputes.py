"""`tdnv conflicts` and `tdnv resolve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdnv_sheets.cli.out import ATTENTION, Call, format_option, pass_call, print_data, stop, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdnv_sheets.ledger.conflicts import Dispute, Written
    from tdnv_sheets.ledger.parallel import Parallel
    from tdnv_sheets.render.shown import Shown


@click.command()
@click.option("--unit", help="Code of a unit; default: all units.")
@click.option("--all", "everything", is_flag=True, help="Settled ones too.")
@click.option(
    "--parallel", is_flag=True, help="What both sides changed in different cells of a row: nothing to choose there."
)
@click.option(
    "-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="Draw the unit's list to this workbook."
)
@format_option
@pass_call
def conflicts(call: Call, unit: str | None, path: Path | None, shape: str, *, everything: bool, parallel: bool) -> None:
    """Show the cells on which register and units disagree: value issued, in the register, sent."""
    from tdnv_sheets.ledger.conflicts import read_disputes
    from tdnv_sheets.ledger.parallel import read_parallel
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.not_taken import draw_list_for
    from tdnv_sheets.pipeline.office import open_office, unit_named
    from tdnv_sheets.render.shown import words_for

    if path is not None and unit is None:
        raise click.UsageError("-o FILE needs --unit CODE")
    if parallel and (everything or path is not None):
        raise click.UsageError("--parallel goes with --unit CODE only")
    with open_office(call.workspace()) as office:
        if unit is not None:
            unit_named(office, unit)
        if path is not None and unit is not None:
            drawn = draw_list_for(office, unit, call.moment(), path)
            tell(say("cli.not_taken_drawn", call.lang, count=drawn.lines, path=drawn.path))
            return
        words = words_for(office.units, call.lang)
        if parallel:
            updates = read_parallel(office.ledger, unit=unit)
        else:
            found = read_disputes(office.ledger, settled=None if everything else False, unit=unit)
    if parallel and shape == "text":
        _print_parallel(updates, words)
    elif parallel:
        print_data(map(parallel_json, updates), shape)
    elif shape == "text":
        _print(found, words)
    else:
        print_data(map(dispute_json, found), shape)


@click.command()
@click.argument("numbers", nargs=-1, type=int, metavar="NUMBER…")
@click.option("--ours", "choice", flag_value="ours", help="Keep the register's value.")
@click.option("--theirs", "choice", flag_value="theirs", help="Take the value that was sent.")
@click.option("--other", metavar="VALUE", help="Write this value.")
@click.option("--reason", default="", help="Kept with the conflict.")
@click.option("--unit", help="All open conflicts of this unit.")
@click.option("--all", "everything", is_flag=True, help="All open conflicts.")
@format_option
@pass_call
def resolve(  # noqa: PLR0917 - click gives one argument per option
    call: Call,
    numbers: tuple[int, ...],
    choice: str | None,
    other: str | None,
    reason: str,
    unit: str | None,
    shape: str,
    *,
    everything: bool,
) -> None:
    """Settle conflicts by NUMBER (see `tdnv conflicts`), by unit, or all of them."""
    from tdnv_sheets.findings import has_error
    from tdnv_sheets.inbox.lock import held
    from tdnv_sheets.pipeline.not_taken import refresh
    from tdnv_sheets.pipeline.office import open_office, unit_named
    from tdnv_sheets.pipeline.receive import finding_lines
    from tdnv_sheets.pipeline.resolve import OTHER, Wish, waiting
    from tdnv_sheets.pipeline.resolve import resolve as do
    from tdnv_sheets.render.shown import words_for

    if (choice is None) == (other is None):
        raise click.UsageError("say one of --ours, --theirs, --other VALUE")
    if sum((bool(numbers), unit is not None, everything)) != 1:
        raise click.UsageError("say numbers, --unit CODE or --all")
    if other is not None and not numbers:
        raise click.UsageError("--other VALUE needs numbers")
    wish = Wish(choice or OTHER, other or "", reason)
    space = call.workspace()
    with held(space.hidden / "lock"), open_office(space) as office:
        if unit is not None:
            unit_named(office, unit)
        done = do(office, numbers or waiting(office, unit), wish, call.moment())
        refresh(office, {item.conflict.key.unit for item in done.applied}, call.moment())
        words = words_for(office.units, call.lang)
    if shape == "text":
        _print(done.applied, words)
    else:
        print_data(
            [
                {**dispute_json(item), "applied": applied}
                for applied, items in ((True, done.applied), (False, done.left))
                for item in items
            ],
            shape,
        )
    for line in finding_lines(done.notes, call.lang):
        tell(line)
    if not has_error(done.notes):
        _say_left(done.left, call.lang)
    stop(ATTENTION if done.left else 0)


def _say_left(left: Iterable[Dispute], lang: str) -> None:
    from tdnv_sheets.messages.catalogue import say

    for item in left:
        tell(say("cli.resolve_late", lang, number=item.number, state=say(f"cli.state_{end_of(item)}", lang)))


def end_of(item: Dispute) -> str:
    """Name how a conflict stands, for the words about it."""
    return "theirs_office" if item.state == "theirs" and item.by_office else item.state


def dispute_json(item: Dispute) -> dict[str, Any]:
    """Give one conflict in the shape of docs/json.md."""
    from tdnv_sheets.pipeline.past import plain

    conflict = item.conflict
    return {
        "conflict": item.number,
        "state": item.state,
        "task_id": conflict.key.task_id,
        "unit": conflict.key.unit,
        "task_content": item.content,
        "field": conflict.field,
        "base": plain(conflict.base),
        "ours": plain(conflict.ours),
        "theirs": plain(conflict.theirs),
        "file": item.file,
        "at": item.at.isoformat(),
        "revision": item.opened,
        "written": _written(item.written),
        "settled": _written(item.settled),
        "taken": plain(item.taken),
        "reason": item.reason,
        "by_office": item.by_office,
    }


def parallel_json(item: Parallel) -> dict[str, Any]:
    """Give one parallel update in the shape of docs/json.md."""
    from tdnv_sheets.pipeline.past import plain

    return {
        "task_id": item.key.task_id,
        "unit": item.key.unit,
        "task_content": item.content,
        "field": item.field,
        "base": plain(item.base),
        "ours": plain(item.ours),
        "written": _written(item.written),
        "taken": {name: plain(value) for name, value in item.taken},
        "took": _written(item.took),
    }


def _written(written: Written | None) -> dict[str, Any] | None:
    if written is None:
        return None
    return {"revision": written.revision, "at": written.at.isoformat(), "who": written.who, "file": written.file}


def _print(found: Iterable[Dispute], words: Shown) -> None:
    from tdnv_sheets.messages.catalogue import say

    items, lang = list(found), words.lang
    if not items:
        tell(say("cli.no_conflicts", lang))
    for item in items:
        conflict = item.conflict
        written, settled = (
            "" if one is None else f" ({words.unit(one.who)}, {one.at:%H:%M %d/%m/%Y})"
            for one in (item.written, item.settled)
        )
        base, ours, theirs = (
            words.text(conflict.field, value) for value in (conflict.base, conflict.ours, conflict.theirs)
        )
        click.echo(
            say(
                "cli.conflict",
                lang,
                number=item.number,
                state=say(f"cli.state_{end_of(item)}", lang) + settled,
                task=conflict.key.task_id,
                unit=words.unit(conflict.key.unit),
                field=words.caption(conflict.field),
                base=base,
                ours=ours,
                written=written,
                sent=say("cli.sent_office" if item.by_office else "cli.sent_unit", lang),
                theirs=theirs,
                file=item.file,
                at=f"{item.at:%H:%M %d/%m/%Y}",
                reason=f"\n  {item.reason}" if item.reason else "",
            )
        )


def _print_parallel(found: Iterable[Parallel], words: Shown) -> None:
    from tdnv_sheets.messages.catalogue import say

    items, lang = list(found), words.lang
    if not items:
        tell(say("cli.no_parallel", lang))
    for item in items:
        click.echo(
            say(
                "cli.parallel",
                lang,
                at=f"{item.took.at:%H:%M %d/%m/%Y}",
                task=item.key.task_id,
                unit=words.unit(item.key.unit),
                file=item.took.file,
                taken="; ".join(f"{words.caption(name)} «{words.text(name, value)}»" for name, value in item.taken),
                field=words.caption(item.field),
                base=words.text(item.field, item.base),
                ours=words.text(item.field, item.ours),
                who=words.unit(item.written.who),
                written=f"{item.written.at:%H:%M %d/%m/%Y}",
            )
        )
