"""Look at the workspace's folders, its key, its lock, what was left in the middle, and the room on the disk."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox import shelf
from tdnv_sheets.inbox.lock import holder
from tdnv_sheets.inbox.scan import waiting
from tdnv_sheets.pipeline.doctor.line import Line, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace

_LITTLE: Final = 1_000
_TOO_LITTLE: Final = 100
"""Megabytes: a year of a province's office takes some hundreds; a register is drawn beside the old one."""
_NAME: Final = ".thử-ghi-{}.tmp"
"""With letters that a disk of another system may not take."""


def place_lines(space: Workspace) -> Iterator[Line]:
    """Say how each stands."""
    yield from _folders(space)
    yield from _key(space)
    yield from _lock(space)
    yield from _room(space)


def _folders(space: Workspace) -> Iterator[Line]:
    folders = space.folders()
    well = True
    for folder in dict.fromkeys((space.root, space.hidden, *folders)):
        if not folder.is_dir():
            well = False
            # The others are made when they are needed; an inbox that is gone may be one that was moved by mistake.
            needed = folder in {space.inbox, space.hidden}
            yield Line(
                "folders",
                "folder-missing" if needed else "folder-to-be-made",
                State.BROKEN if needed else State.NOTE,
                {"path": folder},
            )
        elif (problem := _cannot_write(folder)) is not None:
            well = False
            yield Line("folders", "folder-read-only", State.BROKEN, {"path": folder, "problem": problem})
    if well:
        yield Line("folders", "folders", State.OK, {"count": len(folders)})


def _cannot_write(folder: Path) -> OSError | None:
    """Write a file and delete it: rights alone say little on a share or a full disk."""
    path = folder / _NAME.format(secrets.token_hex(4))
    try:
        path.write_bytes(b"0" * 4096)
        path.unlink()
    except OSError as problem:
        return problem
    return None


def _key(space: Workspace) -> Iterator[Line]:
    path = space.key_file
    try:
        space.key()
    except BrokenSurroundings as problem:
        yield Line("key", "key-unusable", State.BROKEN, {"problem": problem})
        return
    rights = stat.S_IMODE(path.stat().st_mode)
    if os.name == "nt":
        yield Line("key", "key-unchecked", State.OK, {"path": path})
    elif rights & 0o077:
        yield Line("key", "key-open", State.ATTENTION, {"path": path, "rights": f"{rights:04o}"})
    else:
        yield Line("key", "key", State.OK, {"path": path, "rights": f"{rights:04o}"})


def _lock(space: Workspace) -> Iterator[Line]:
    held = holder(space.lock)
    at_work = held is not None and held.runs
    if held is None:
        yield Line("lock", "lock-free", State.OK)
    else:
        yield Line("lock", "lock-held" if held.runs else "lock-left", State.NOTE, {"host": held.host, "pid": held.pid})
    left = len(shelf.waiting_files(space.work)) if space.work.is_dir() else 0
    if left and not at_work:
        yield Line("lock", "left-in-work", State.NOTE, {"count": left, "path": space.work})
    if space.inbox.is_dir():
        count = len(waiting(space.inbox, subfolders=space.settings.watch_subfolders))
        yield Line("inbox", "inbox", State.OK, {"count": count, "path": space.inbox})


def _room(space: Workspace) -> Iterator[Line]:
    free = shutil.disk_usage(space.root).free // 2**20
    values = {"free": f"{free:,}".replace(",", " "), "path": space.root}
    if free < _TOO_LITTLE:
        yield Line("disk", "disk-full", State.BROKEN, values)
    elif free < _LITTLE:
        yield Line("disk", "disk-low", State.ATTENTION, values)
    else:
        yield Line("disk", "disk", State.OK, values)
