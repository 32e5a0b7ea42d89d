"""Move files between the folders of the office: every file dropped ends in one place, nothing is ever deleted."""

from __future__ import annotations

import errno
import re
import shutil
import time
import unicodedata
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox.workspace import patiently

if TYPE_CHECKING:
    from pathlib import Path

_TEMPORARY: Final = (".tmp", ".part", ".crdownload", ".download", ".partial")
_LITTER: Final = frozenset({"desktop.ini", "thumbs.db"})
_EXCEL_SAVING: Final = re.compile(r"[0-9a-f]{8}(?:\.tmp)?")
_HELD: Final = frozenset((5, 32, 33))
"""Windows: access denied, sharing violation, lock violation; virus scanners and Excel cause them for a while."""
_IN_USE: Final = frozenset((32, 33))
_CLOUD: Final = range(362, 397)
"""Windows: what a cloud folder says while it cannot give a file, winerror.h ERROR_CLOUD_FILE_…."""
_CLAIM_TRIES: Final = 5
_CLAIM_PAUSE: Final = 0.05
"""Seconds; each pause is twice the one before."""
_NO_LETTER: Final = re.compile("[\ud800-\udfff]")
"""How Python holds what of a name is no Unicode; neither UTF-8 nor a database takes it."""
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)
NOTE_SUFFIX: Final = ".ghi-chu.txt"
"""Texts that we write beside a file; they are no submissions."""
_LONGEST: Final = 255 - len(NOTE_SUFFIX)
"""Bytes of a file's name, so that the note beside it has a name that the disk can hold (Linux: 255)."""


def waiting_files(inbox: Path) -> tuple[Path, ...]:
    """List the files in the inbox that may be taken: no folders, lock files, temporary files or notes of ours."""
    try:
        found = sorted(inbox.iterdir())
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=inbox, problem=problem) from problem
    return tuple(path for path in found if path.is_file() and is_submission(path.name))


def is_submission(name: str) -> bool:
    """Say whether a file of this name may be something that a person dropped."""
    lower = name.lower()
    return not (
        lower.startswith(("~$", "."))
        or lower.endswith((*_TEMPORARY, NOTE_SUFFIX, "#"))
        or lower in _LITTER
        or is_left_by_excel(name)
    )


def is_left_by_excel(name: str) -> bool:
    """Say whether Excel gives such a name to the new file while it saves over an old one, and leaves it when that fails."""
    return _EXCEL_SAVING.fullmatch(name.lower()) is not None


def claim(path: Path, work: Path) -> Path | None:
    """Take a file out of the inbox; None when it is held by another program, not here yet or already gone.

    From then on its bytes are nobody else's; a file that appears under its name again is another one. Raises
    `PermissionError` where the rights do not allow it, which waiting does not change.
    """
    work.mkdir(parents=True, exist_ok=True)
    for attempt in range(_CLAIM_TRIES):
        target = free_name(work, path.name)
        try:
            path.rename(target)
        except FileNotFoundError:
            return None
        except OSError as problem:
            if problem.errno == errno.EXDEV:
                return _carry(path, work)
            code = getattr(problem, "winerror", None)
            if code in _CLOUD or (code in _IN_USE and attempt == _CLAIM_TRIES - 1):
                return None
            if code not in _HELD or attempt == _CLAIM_TRIES - 1:
                raise
            time.sleep(_CLAIM_PAUSE * 2**attempt)
        else:
            return target
    return None


def _carry(path: Path, work: Path) -> Path | None:
    """Take a file out of an inbox on another disk: copied whole, then deleted there; None when it changed meanwhile."""
    before = path.stat()
    copy = keep_copy(path, work, path.name)
    try:
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            path.unlink()
            return copy
    except FileNotFoundError:
        return copy  # it was deleted there meanwhile, and the copy is the only one
    except PermissionError:
        copy.unlink()
        raise
    copy.unlink()
    return None


def file_away(path: Path, folder: Path, name: str) -> Path:
    """Move a file into *folder* under *name*, or the next free one like it; give where it went."""
    folder.mkdir(parents=True, exist_ok=True)
    target = free_name(folder, name)
    move(path, target)
    return target


def move(path: Path, target: Path) -> None:
    """Move a file to *target*, in the place of what may lie there; patient with programs that hold it for a moment."""

    def step() -> None:
        try:
            path.replace(target)
        except OSError as problem:
            if problem.errno != errno.EXDEV:
                raise
            shutil.move(path, target)  # another disk: copied, then deleted here

    patiently(step, target)


def keep_copy(path: Path, folder: Path, name: str) -> Path:
    """Copy a file into *folder*, byte for byte, whole or not at all; give where the copy is."""
    folder.mkdir(parents=True, exist_ok=True)
    target = free_name(folder, name)
    half = target.with_name(f".{target.name}.part")
    shutil.copyfile(path, half)
    half.replace(target)
    return target


def free_name(folder: Path, name: str) -> Path:
    """Give a path in *folder* that is not taken: `name.xlsx`, then `name (2).xlsx` and so on."""
    name = readable(unicodedata.normalize("NFC", name))
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    number = 1
    target = folder / _fit(stem, f"{dot}{suffix}")
    while target.exists():
        number += 1
        target = folder / _fit(stem, f" ({number}){dot}{suffix}")
    return target


def readable(name: str) -> str:
    """Give a name without the bytes that are no letters, such as a zip archive from an old machine leaves in it."""
    return _NO_LETTER.sub("\N{REPLACEMENT CHARACTER}", name)


def _fit(stem: str, tail: str) -> str:
    """Cut the stem at a letter where stem and tail together are longer than a name may be."""
    room = max(_LONGEST - len(tail.encode()), 0)
    return stem.encode()[:room].decode("utf-8", "ignore") + tail


def safe_name(text: str, length: int = 80) -> str:
    """Make a text fit for a file name on Windows too."""
    name = _FORBIDDEN.sub("-", unicodedata.normalize("NFC", text)).strip(" .")
    name = name[:length].rstrip(" .") or "-"
    return f"-{name}" if _RESERVED.match(name) else name
