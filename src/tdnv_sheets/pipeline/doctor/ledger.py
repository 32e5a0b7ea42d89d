"""Look at the ledger: where and what it is, what it holds, and whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.ledger.health import KNOWN_LAYOUT, look
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.messages.catalogue import LANGUAGES
from tdnv_sheets.pipeline.doctor.line import Line, State
from tdnv_sheets.sheetspec import assignment_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.ledger.health import Counts, Health
    from tdnv_sheets.ledger.replay import Difference

_NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_CLOCKS: Final = 120
"""Seconds by which the clocks of two machines may differ."""
_MOST: Final = 100
"""So many differences are listed."""


def ledger_lines(space: Workspace, now: datetime, *, verify: bool) -> Iterator[Line]:
    """Say how it stands; *verify* also rebuilds the present from the revisions and compares."""
    file = space.ledger_file
    if file is not None and not (file.exists() and file.stat().st_size):
        yield Line("ledger", "ledger-gone", State.BROKEN, {"path": file})
        return
    try:
        health = look(space.ledger_url, space.settings.ledger_journal, thoroughly=verify)
    except TdnvError as problem:
        yield Line("ledger", "ledger-unusable", State.BROKEN, {"problem": problem})
        return
    yield Line(
        "ledger",
        "ledger",
        State.OK,
        {
            "kind": f"{_NAMES[health.kind]} {health.version}",
            "place": space.ledger_file or health.address,
            "size": f"{health.size / 2**20:,.1f}",
        },
    )
    yield from _place(health)
    yield from _layout(health)
    yield from _damage(health)
    if health.counts is not None:
        yield from _counts(health.counts, now)
    if verify and health.counts is not None and not health.damage:
        yield from _verified(space)


def _place(health: Health) -> Iterator[Line]:
    """Say on what the file lies and how it is written; a write-ahead log on a share loses what two machines write."""
    if health.kind != "sqlite":
        return
    values = {"journal": health.journal, "share": health.shared}
    if health.shared and health.journal == "wal":
        yield Line("place", "share-wal", State.ATTENTION, values)
    elif health.shared == "?":
        yield Line("place", "share-unknown", State.NOTE, values)
    elif health.shared:
        yield Line("place", "share", State.NOTE, values)
    elif health.journal == "wal":
        yield Line("place", "local", State.OK, values)
    else:
        yield Line("place", "local-no-wal", State.OK, values)


def _layout(health: Health) -> Iterator[Line]:
    if health.layout is None:
        yield Line("layout", "layout-none", State.NOTE)
    elif health.layout < KNOWN_LAYOUT:
        yield Line("layout", "layout-old", State.NOTE, {"found": health.layout, "known": KNOWN_LAYOUT})
    else:
        steps = ", ".join(f"{layout}: {at:%d/%m/%Y} (tdnv {program})" for layout, at, program in health.steps)
        yield Line("layout", "layout", State.OK, {"found": health.layout, "steps": steps})


def _damage(health: Health) -> Iterator[Line]:
    if health.damage:
        yield Line("damage", "damaged", State.BROKEN, {"problems": "; ".join(health.damage)})
    elif health.kind == "sqlite":
        yield Line("damage", "whole", State.OK)


def _counts(counts: Counts, now: datetime) -> Iterator[Line]:
    yield Line(
        "counts",
        "counts",
        State.OK,
        {
            "revisions": counts.revisions,
            "assignments": counts.assignments,
            "last": f"{counts.last_at:%d/%m/%Y %H:%M}" if counts.last_at else "–",
        },
    )
    if counts.last_at is not None and (counts.last_at - now).total_seconds() > _CLOCKS:
        values = {"last": f"{counts.last_at:%d/%m/%Y %H:%M}", "now": f"{now:%d/%m/%Y %H:%M}"}
        yield Line("clock", "clock-behind", State.ATTENTION, values)
    if counts.frozen:
        yield Line("frozen", "frozen", State.OK, {"count": counts.frozen})
    if counts.conflicts:
        yield Line("conflicts", "conflicts", State.NOTE, {"count": counts.conflicts})
    if counts.proposals:
        yield Line("proposals", "proposals", State.NOTE, {"count": counts.proposals})


def _verified(space: Workspace) -> Iterator[Line]:
    ledger = Ledger.at(space.ledger_url, space.settings.ledger_journal)
    try:
        differences = ledger.verify()
    finally:
        ledger.close()
    if not differences:
        yield Line("verify", "verified", State.OK)
    for difference in differences[:_MOST]:
        yield _differs(difference)
    if len(differences) > _MOST:
        yield Line("verify", "differs-more", State.ATTENTION, {"count": len(differences) - _MOST})


def _differs(difference: Difference) -> Line:
    values: dict[str, object] = {"stored": difference.stored, "replayed": difference.replayed}
    if difference.key is None:
        return Line("verify", "differs-inside", State.ATTENTION, {**values, "what": difference.what})
    values |= {"task": difference.key.task_id, "unit": difference.key.unit}
    known = assignment_spec().by_name.get(difference.what)
    for lang in LANGUAGES:
        values[f"column_{lang}"] = known.header(lang) if known is not None else difference.what
    return Line("verify", "differs", State.ATTENTION, values)
