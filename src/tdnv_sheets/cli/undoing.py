"""`tdnv undo` and `tdnv log`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tdnv_sheets.cli.out import ATTENTION, Call, format_option, pass_call, print_data, stop, tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tdnv_sheets.ledger.log import RevisionRecord
    from tdnv_sheets.ledger.undo import Undone
    from tdnv_sheets.records import Key
    from tdnv_sheets.render.shown import Shown

_COUNTS = ("cells", "added", "removed", "restored", "conflicts", "settled", "proposals")


@click.command()
@click.argument("revision", type=int)
@click.option("--reason", default="", help="Kept with the new revision.")
@click.option("--dry-run", is_flag=True, help="Say what would be put back, write nothing.")
@format_option
@pass_call
def undo(call: Call, revision: int, reason: str, shape: str, *, dry_run: bool) -> None:
    """Put back what REVISION changed (see `tdnv log`), in a new revision; refused when later ones stand on it."""
    from tdnv_sheets.inbox.lock import held
    from tdnv_sheets.pipeline.office import open_office
    from tdnv_sheets.pipeline.past import undo_revision
    from tdnv_sheets.render.shown import words_for

    space = call.workspace()
    with held(space.hidden / "lock"), open_office(space) as office:
        done = undo_revision(office, revision, call.moment(), reason=reason, dry_run=dry_run)
        words = words_for(office.units, call.lang)
    if shape == "text":
        _print_undone(done, words)
    else:
        print_data([undone_json(done)], shape)
    stop(ATTENTION if done.later else 0)


def undone_json(done: Undone) -> dict[str, Any]:
    """Give an undo in the shape of docs/json.md."""
    from tdnv_sheets.pipeline.past import plain

    return {
        "undoes": done.undoes,
        "revision": done.revision,
        "changes": [
            {**_key(line.key), "field": line.field, "old": plain(line.old), "new": plain(line.new)}
            for line in done.changes
        ],
        "removed": [_key(key) for key in done.removed],
        "restored": [_key(key) for key in done.restored],
        "closed": done.closed,
        "reopened": done.reopened,
        "later": [{**_key(line.key), "field": line.field or None, "revision": line.revision} for line in done.later],
    }


def _key(key: Key) -> dict[str, str]:
    return {"task_id": key.task_id, "unit": key.unit}


def _print_undone(done: Undone, words: Shown) -> None:
    from tdnv_sheets.messages.catalogue import say

    lang = words.lang
    for line in done.later:
        field = f" · {words.caption(line.field)}" if line.field else ""
        unit = words.unit(line.key.unit)
        click.echo(say("cli.undo_later", lang, revision=line.revision, task=line.key.task_id, unit=unit, field=field))
    if done.later:
        tell(say("cli.undo_refused", lang, undoes=done.undoes, count=len(done.later)))
        return
    for change in done.changes:
        old, new = (words.text(change.field, value) for value in (change.old, change.new))
        where = {"task": change.key.task_id, "unit": words.unit(change.key.unit), "field": words.caption(change.field)}
        click.echo(say("cli.undo_line", lang, **where, old=old, new=new))
    counts = {
        "undoes": done.undoes,
        "cells": len(done.changes),
        "removed": len(done.removed),
        "restored": len(done.restored),
        "closed": done.closed,
        "reopened": done.reopened,
    }
    if done.revision is None:
        tell(say("cli.undo_would", lang, **counts))
    else:
        tell(say("cli.undo_done", lang, revision=done.revision, **counts))


@click.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), metavar="DAY", help="Only revisions from this day on."
)
@click.option("--unit", help="Only what concerns this unit.")
@click.option("--limit", type=click.IntRange(1, 10**9), help="At most so many.")
@format_option
@pass_call
def log(call: Call, since: datetime | None, unit: str | None, limit: int | None, shape: str) -> None:
    """Show the ledger's revisions, newest first: who, when, from which file, how much."""
    from tdnv_sheets.ledger.log import read_revisions
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.office import open_office, unit_named

    with open_office(call.workspace()) as office:
        if unit is not None:
            unit_named(office, unit)
        found = read_revisions(office.ledger, since=since.date() if since else None, unit=unit, limit=limit)
        names = {known.code: known.name for known in office.units}
    if shape != "text":
        print_data(map(revision_json, found), shape)
        return
    if not found:
        tell(say("cli.log_empty", call.lang))
    for line in found:
        click.echo(_line(line, call.lang, names))


def revision_json(line: RevisionRecord) -> dict[str, Any]:
    """Give one revision in the shape of docs/json.md."""
    return {
        "revision": line.number,
        "at": line.at.isoformat(),
        "day": line.day.isoformat(),
        "who": line.who,
        "source": line.source,
        "file": line.file,
        "note": line.note,
        "undoes": line.undoes,
        "undone_by": line.undone_by,
        **{name: getattr(line, name) for name in _COUNTS},
    }


def _line(line: RevisionRecord, lang: str, names: Mapping[str, str]) -> str:
    from tdnv_sheets.messages.catalogue import say

    counts = [say(f"cli.log_{name}", lang, count=count) for name in _COUNTS if (count := getattr(line, name))]
    return say(
        "cli.log_line",
        lang,
        revision=line.number,
        at=f"{line.at:%d/%m/%Y %H:%M}",
        who=names.get(line.who, line.who),
        source="" if line.undoes is None else say("cli.log_undoes", lang, undoes=line.undoes),
        file=f" ({line.file})" if line.file else "",
        counts=", ".join(counts) or say("cli.log_nothing", lang),
        undone="" if line.undone_by is None else say("cli.log_undone", lang, by=line.undone_by),
        note=f" – {line.note}" if line.note else "",
    )
