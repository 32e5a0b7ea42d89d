"""Examine an office's surroundings for the colleague of IT; nothing is changed, and what is broken stops no other look."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline.doctor.books import book_lines
from tdnv_sheets.pipeline.doctor.ledger import ledger_lines
from tdnv_sheets.pipeline.doctor.line import Line, State
from tdnv_sheets.pipeline.doctor.machine import program_lines, reader_lines
from tdnv_sheets.pipeline.doctor.places import place_lines
from tdnv_sheets.pipeline.doctor.watching import watch_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

__all__ = ["Line", "State", "examine", "worst"]


def examine(folder: Path, now: datetime, *, verify: bool = False) -> Iterator[Line]:
    """Look at the program, the workspace at or above *folder* and its ledger, and say a line on each, as it is found.

    *verify* rebuilds the present from the ledger's revisions and compares; that takes longer the more it holds.
    """
    yield from _tried("program", program_lines)
    yield from _tried("reader", reader_lines)
    try:
        space = find(folder)
    except (TdnvError, OSError) as problem:
        yield Line("workspace", "no-workspace", State.BROKEN, {"problem": problem})
        return
    yield Line("workspace", "workspace", State.OK, {"path": space.root, "office": space.settings.office})
    yield from _tried("folders", partial(place_lines, space))
    yield from _tried("watch", partial(watch_lines, space, now))
    yield from _tried("declarations", partial(book_lines, space))
    yield from _tried("ledger", partial(ledger_lines, space, now, verify=verify))


def worst(lines: Iterable[Line]) -> State:
    """Give the worst state among *lines*."""
    return max((line.state for line in lines), default=State.OK)


def _tried(part: str, look: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    """Give the lines of one part; what stops it is the last of them."""
    try:
        yield from look()
    except (TdnvError, OSError) as problem:
        yield Line(part, "stopped", State.BROKEN, {"problem": problem})
