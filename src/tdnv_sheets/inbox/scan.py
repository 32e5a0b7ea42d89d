"""Look at the inbox: which files lie there that a person may have dropped, as far as names and sizes can tell."""

from __future__ import annotations

import os
import stat
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox.shelf import is_left_by_excel, is_submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAMS_OWN: Final = frozenset(
    ("@eadir", "#recycle", "#snapshot", "$recycle.bin", "__macosx", "system volume information", "lost+found")
)
"""Folders that servers, archives and systems make; those of synchronising programs begin with a point."""
_NOT_HERE: Final = 0x1000 | 0x40000 | 0x400000
"""Windows: OFFLINE, RECALL_ON_OPEN and RECALL_ON_DATA_ACCESS; the content is in the cloud, and reading would fetch it."""
_NO_CONTENT: Final = ("~$", ".~lock.")


class Entry(NamedTuple):
    """A file as one look at the folder shows it."""

    key: str
    """Its name from the inbox on, in one spelling (NFC) whatever the disk's."""
    path: Path
    size: int
    written: int
    """When it was written last, nanoseconds, as the disk has it; only ever compared for being the same."""
    moved: int
    """When its name or rights changed last, nanoseconds (Windows: when it was made)."""
    remote: bool = False
    """Whether its content is not on this machine yet."""
    opened: bool = False
    """Whether an owner file of Excel or LibreOffice lies beside it."""


class Scan(NamedTuple):
    """What one look found."""

    files: tuple[Entry, ...] = ()
    left_over: tuple[Entry, ...] = ()
    """What Excel leaves when saving failed half-way: it may be the only copy of somebody's work."""
    unread: tuple[Path, ...] = ()
    """Folders that could not be looked into."""
    passed_over: int = 0
    """Folders that were not looked into, since the settings say so."""


def scan(inbox: Path, *, subfolders: bool) -> Scan:
    """List the files of the inbox in the order in which they are taken: folder by folder, the oldest first.

    Raises `BrokenSurroundings` when the inbox itself cannot be read.
    """
    files: list[Entry] = []
    left: list[Entry] = []
    unread: list[Path] = []
    passed_over = 0
    folders = [inbox]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                found = list(listing)
        except OSError as problem:
            if folder == inbox:
                raise BrokenSurroundings("cannot-read", path=inbox, problem=problem) from problem
            unread.append(folder)
            continue
        inside = [folder / item.name for item in found if _is_folder(item)]
        passed_over += 0 if subfolders else len(inside)
        folders += inside if subfolders else []
        owned = {_owned(item.name) for item in found if item.name.startswith(_NO_CONTENT)}
        for item in found:
            if is_submission(item.name) or is_left_by_excel(item.name):
                entry = _entry(inbox, folder / item.name, item, opened=item.name in owned)
                if entry is not None:
                    (files if is_submission(item.name) else left).append(entry)
    return Scan(tuple(_told_apart(files)), tuple(left), tuple(unread), passed_over)


def waiting(inbox: Path, *, subfolders: bool) -> tuple[Path, ...]:
    """List the files that a command may take now, by name and folder."""
    return tuple(sorted(entry.path for entry in scan(inbox, subfolders=subfolders).files))


def signs_of(path: Path, inbox: Path) -> Entry | None:
    """Look at one file as a scan does; None when it is not there."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return _made(inbox, path, seen, opened=False)


def _is_folder(item: os.DirEntry[str]) -> bool:
    """Say whether it is a folder that people may have made; links are not followed, they may lead back here."""
    try:
        is_folder = item.is_dir(follow_symlinks=False)
    except OSError:
        return False
    return is_folder and not item.name.startswith(".") and item.name.lower() not in _PROGRAMS_OWN


def _entry(inbox: Path, path: Path, item: os.DirEntry[str], *, opened: bool) -> Entry | None:
    """Describe a file; None for what is no plain file, or gone already."""
    try:
        if not item.is_file(follow_symlinks=False):
            return None
        # On Windows a listing tells an old size of a file that is being written; the file itself knows better.
        seen = path.stat() if os.name == "nt" else item.stat(follow_symlinks=False)
    except OSError:
        return None
    return _made(inbox, path, seen, opened=opened)


def _made(inbox: Path, path: Path, seen: os.stat_result, *, opened: bool) -> Entry | None:
    if not stat.S_ISREG(seen.st_mode):
        return None
    name = unicodedata.normalize("NFC", path.relative_to(inbox).as_posix())
    remote = bool(getattr(seen, "st_file_attributes", 0) & _NOT_HERE)
    return Entry(name, path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, remote, opened)


def _told_apart(files: list[Entry]) -> Iterator[Entry]:
    """Order the files, and give a key of its own to a second file whose name is only spelt otherwise on the disk."""
    known = set()
    for entry in sorted(files, key=lambda one: (one.path.parent, one.written, one.key)):
        key = entry.key if entry.key not in known else str(entry.path)
        known.add(key)
        yield entry._replace(key=key)


def _owned(name: str) -> str:
    """Give the name of the file that an owner file speaks of."""
    return name.removeprefix("~$") if name.startswith("~$") else name.removeprefix(".~lock.").removesuffix("#")
