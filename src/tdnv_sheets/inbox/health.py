"""Whether the inbox is still there, and still the same folder: drives are unplugged, servers go off, folders are moved."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_GONE: Final = frozenset((errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO))


class Condition(StrEnum):
    """How the inbox stands."""

    WELL = "well"
    MISSING = "missing"
    NO_FOLDER = "no-folder"
    """Something else has its name."""
    UNREADABLE = "unreadable"


class Inbox(NamedTuple):
    """The inbox as it stands."""

    condition: Condition
    identity: tuple[int, int] = (0, 0)
    """Which folder it is: the disk, and the place there where that means something."""
    problem: OSError | None = None


@dataclass(slots=True)
class Health:
    """Remembers which folder the inbox was."""

    home: tuple[int, int] | None = None
    """The folder that the inbox was first."""
    last: tuple[int, int] | None = None

    def moved(self, now: Inbox) -> bool | None:
        """Say whether the inbox has become another folder (True) or the first one again (False); None when it stayed."""
        if now.condition is not Condition.WELL or now.identity == self.last:
            return None
        was, self.last = self.last, now.identity
        if was is None or self.home is None:
            self.home = now.identity
            return None
        return now.identity != self.home


def look(inbox: Path, *, shared: bool) -> Inbox:
    """Look at the folder, which may lie on a network share."""
    try:
        seen = inbox.stat()
        if not stat.S_ISDIR(seen.st_mode):
            return Inbox(Condition.NO_FOLDER)
        with os.scandir(inbox) as listing:  # a share may know the folder and refuse what is in it
            next(listing, None)
    except OSError as problem:
        return Inbox(Condition.MISSING if problem.errno in _GONE else Condition.UNREADABLE, problem=problem)
    # Servers make numbers of files up, and other ones the next day.
    number = 0 if shared else seen.st_ino
    return Inbox(Condition.WELL, (seen.st_dev, number))
