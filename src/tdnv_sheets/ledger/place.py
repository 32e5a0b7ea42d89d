"""Where a ledger's file lies: SQLite's write-ahead log needs memory that all its users share, and no network share has it.

Source: sqlite.org/wal.html («all processes using a database must be on the same host computer»).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from tdnv_sheets.share import share_of

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.share import Asked

Wish: TypeAlias = Literal["auto", "wal", "delete"]
"""The setting `ledger_journal`."""


class Journal(NamedTuple):
    """How a ledger's file is to be written, and why."""

    mode: Literal["wal", "delete"]
    shared: str
    """The kind of network share it lies on, `?` where that cannot be found out; empty on a disk of this machine."""


def journal_for(path: Path, wish: Wish = "auto", asked: Asked | None = None) -> Journal:
    """Give the way of writing that is safe where *path* lies; a wish of the office comes before it."""
    shared = share_of(path, asked)
    mode: Literal["wal", "delete"] = "delete" if shared else "wal"
    return Journal(mode if wish == "auto" else wish, shared)
