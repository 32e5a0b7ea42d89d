"""Remember how «Nhiệm vụ» was drawn, row by row, so that the next redraw draws only the rows that are others by then.

What is remembered is of one file, known by its digest: of any other nothing is said. It is a file beside the ledger;
without it, or where it is of another version, the register is drawn whole.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from importlib.metadata import version
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.render.register_rows import Line, ground, lines

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.render.view import RegisterView

FILE: Final = "drawn.json"
_FORMAT: Final = 1


class Shows(NamedTuple):
    """What «Nhiệm vụ» shows."""

    under: str
    """Digest of what its drawing depends on besides the rows' values, as far as that is known before it is drawn."""
    lines: tuple[Line, ...]
    """Its rows from the top."""

    @property
    def order(self) -> tuple[tuple[str, str], ...]:
        """Task and unit of each row, as `graft.order_of` reads them off the sheet."""
        return tuple((line.task.strip(), line.unit.strip()) for line in self.lines)


class Remembered(NamedTuple):
    """What a file's «Nhiệm vụ» shows, and what it is besides its rows."""

    shows: Shows
    frame: str
    """Digest of that, as `graft.standing` gives it."""


def shows(view: RegisterView) -> Shows:
    """Say what «Nhiệm vụ» shows when *view* is drawn."""
    told = (_FORMAT, version("tdnv-sheets"), view.as_of, view.due_soon_days, view.titles, view.conflicts, ground(view))
    return Shows(hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest(), tuple(lines(view)))


def changed(before: Shows, now: Shows) -> frozenset[int] | None:
    """Give the places, from 0, of the rows that are others by now; None where more than their values may be.

    Tasks and units must be the same in the same order. Where two rows have one key the grafting can match neither, and
    what the office did to them is not kept: then the sheet has to be drawn whole.
    """
    keys = [(line.task, line.unit) for line in now.lines]
    if before.under != now.under or keys != [(line.task, line.unit) for line in before.lines]:
        return None
    if len(set(now.order)) < len(keys) or not all(task and unit for task, unit in now.order):
        return None
    pairs = zip(before.lines, now.lines, strict=True)
    return frozenset(place for place, (old, new) in enumerate(pairs) if old.digest != new.digest)


def recall(space: Workspace, digest: str | None) -> Remembered | None:
    """Give what is remembered of the file with that digest; None when that is nothing."""
    try:
        kept = json.loads(_place(space).read_text(encoding="utf-8"))
        if digest is None or kept["file"] != digest:
            return None
        # Units are few: each name is held once.
        known = tuple(Line(task, intern(unit), digest) for task, unit, digest in kept["lines"])
        return Remembered(Shows(kept["under"], known), kept["frame"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never there, cut short or of another version


def remember(space: Workspace, digest: str, known: Remembered) -> None:
    """Remember it of the file with that digest, and of no other any more."""
    kept = {"file": digest, "under": known.shows.under, "frame": known.frame, "lines": known.shows.lines}
    with suppress(OSError):  # a disk that is full or read-only only means that the next redraw draws all
        _place(space).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def _place(space: Workspace) -> Path:
    return space.hidden / FILE
