"""`tdnv history` and `tdnv export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdnv_sheets.cli.out import Call, format_option, pass_call, print_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.ledger.conflicts import Dispute
    from tdnv_sheets.ledger.entries import Logged
    from tdnv_sheets.ledger.log import Removal
    from tdnv_sheets.pipeline.past import History
    from tdnv_sheets.render.shown import Shown


@click.command()
@click.argument("task")
@format_option
@pass_call
def history(call: Call, task: str, shape: str) -> None:
    """Show everything that happened to TASK: every cell, who, when, from which file, and its conflicts."""
    from tdnv_sheets.pipeline.happened import event_json, event_lines
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.past import history as look
    from tdnv_sheets.render.shown import words_for

    with open_office(call.workspace()) as office:
        found = look(office, task)
        events = office.ledger.events([task])
        words = words_for(office.units, call.lang)
    if shape == "text":
        _print(task, found, words)
        names = {code: unit.name for code, unit in words.units.items()}
        for line in event_lines(events, names, call.lang):
            click.echo(line)
    else:
        lines = [*(_change(line, found.undone_by) for line in found.changes), *map(_removal, found.removals)]
        print_data([*lines, *map(_conflict, found.conflicts), *map(event_json, events)], shape)


def _removal(line: Removal) -> dict[str, Any]:
    return {
        "revision": line.revision,
        "at": line.at.isoformat(),
        "who": line.who,
        "task_id": line.key.task_id,
        "unit": line.key.unit,
        "removed": not line.restored,
    }


def _change(line: Logged, undone_by: Mapping[int, int]) -> dict[str, Any]:
    from tdnv_sheets.pipeline.past import plain

    return {
        "revision": line.revision,
        "at": line.at.isoformat(),
        "who": line.who,
        "source": line.source,
        "file": line.file,
        "task_id": line.key.task_id,
        "unit": line.key.unit,
        "field": line.field,
        "old": plain(line.old),
        "new": plain(line.new),
        "rule": line.rule,
        "undone_by": undone_by.get(line.revision),
    }


def _conflict(item: Dispute) -> dict[str, Any]:
    from tdnv_sheets.pipeline.past import plain

    conflict = item.conflict
    return {
        "conflict": item.number,
        "at": item.at.isoformat(),
        "file": item.file,
        "task_id": conflict.key.task_id,
        "unit": conflict.key.unit,
        "field": conflict.field,
        "base": plain(conflict.base),
        "ours": plain(conflict.ours),
        "theirs": plain(conflict.theirs),
        "state": item.state,
        "reason": item.reason,
    }


def _print(task: str, found: History, words: Shown) -> None:
    from tdnv_sheets.messages.catalogue import say

    lang = words.lang
    click.echo(say("cli.history_head", lang, task=task, count=len(found.changes)))
    for line in found.changes:
        click.echo(
            say(
                "cli.history_line",
                lang,
                revision=line.revision,
                at=f"{line.at:%d/%m/%Y %H:%M}",
                who=words.unit(line.who),
                file=f" ({line.file})" if line.file else "",
                unit=words.unit(line.key.unit),
                field=words.caption(line.field),
                old=words.text(line.field, line.old),
                new=words.text(line.field, line.new),
            )
            + _undone(found, line.revision, lang)
        )
    for gone in found.removals:
        click.echo(
            say(
                "cli.history_restored" if gone.restored else "cli.history_removed",
                lang,
                revision=gone.revision,
                at=f"{gone.at:%d/%m/%Y %H:%M}",
                who=words.unit(gone.who),
                unit=words.unit(gone.key.unit),
            )
        )
    for item in found.conflicts:
        click.echo(_conflict_line(item, words))


def _conflict_line(item: Dispute, words: Shown) -> str:
    from tdnv_sheets.cli.disputes import end_of
    from tdnv_sheets.messages.catalogue import say

    conflict, lang = item.conflict, words.lang
    base, ours, theirs = (
        words.text(conflict.field, value) for value in (conflict.base, conflict.ours, conflict.theirs)
    )
    return say(
        "cli.history_conflict",
        lang,
        number=item.number,
        sent=say("cli.sent_office" if item.by_office else "cli.sent_unit", lang),
        state=say(f"cli.state_{end_of(item)}", lang),
        unit=words.unit(conflict.key.unit),
        field=words.caption(conflict.field),
        base=base,
        ours=ours,
        theirs=theirs,
        reason=f" – {item.reason}" if item.reason else "",
    )


def _undone(found: History, revision: int, lang: str) -> str:
    from tdnv_sheets.messages.catalogue import say

    by = found.undone_by.get(revision)
    return "" if by is None else say("cli.log_undone", lang, by=by)


@click.command()
@click.option("--format", "shape", type=click.Choice(["csv", "jsonl", "parquet"]), default="jsonl", show_default=True)
@click.option("-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: stdout.")
@click.option("--at", metavar="DAY|REVISION", help="As the ledger was recorded then; default: now.")
@pass_call
def export(call: Call, shape: str, path: Path | None, at: str | None) -> None:
    """Write every assignment with its fields and computed status, now or as it was recorded then."""
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.past import recorded_at, write_csv, write_file, write_jsonl

    as_of = call.moment().as_of
    if shape == "parquet" and path is None:
        raise click.UsageError("--format parquet needs -o FILE")
    with open_office(call.workspace()) as office:
        revision = None
        if at is not None:
            revision, day = recorded_at(office, at)
            as_of = call.as_of or day
        if path is not None:
            write_file(office, as_of, path, shape, revision)
        else:
            (write_csv if shape == "csv" else write_jsonl)(office, as_of, sys.stdout, revision)
