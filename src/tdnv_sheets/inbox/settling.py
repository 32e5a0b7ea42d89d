"""Tell when a dropped file may be taken: it has not changed for a while by our own clock, is whole, and nobody has it open.

Sizes and times of files are only ever compared for being the same: clocks of other machines may say anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.inbox.workspace import is_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tdnv_sheets.inbox.scan import Entry, Scan

PATIENCE: Final = 600.0
"""Seconds after which a file that is not whole is handed on, so that somebody is told; its end is still waited for."""
OPEN_PATIENCE: Final = 86_400.0
"""Seconds after which an owner file beside a file counts as left behind, whatever its date."""
LEFT_PATIENCE: Final = 86_400.0
"""Seconds after which what Excel left behind is spoken of."""
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 300.0
_ZIP: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_WITHIN: Final = 22 + 65_535
"""A package ends with its list of contents and a comment of at most 65,535 bytes (APPNOTE.TXT 4.3.16)."""


class Why(StrEnum):
    """Why a file waits."""

    SETTLING = "settling"
    """It is new, or changed a moment ago."""
    INCOMPLETE = "incomplete"
    """It is quiet and not whole: a copy or download has stopped or pauses."""
    OPEN = "open"
    """Somebody has it open, as an owner file says."""
    REMOTE = "remote"
    """A cloud folder has not fetched it."""
    IN_USE = "in-use"
    """Another program holds it."""
    REFUSED = "refused"
    """It was looked at and given back; it has to be changed first."""
    CLASSIFIED = "secret"
    """It bears a mark of secrecy: only a person may take it away, and its name is not said."""
    DENIED = "denied"
    """The rights do not allow to take it."""
    FAILED = "failed"
    """The program itself failed on it."""
    LEFT_OVER = "left-over"
    """Excel left it behind when saving failed."""


_TRIED_AGAIN: Final = frozenset((Why.IN_USE, Why.DENIED))


class Waiting(NamedTuple):
    """A file that waits."""

    key: str
    path: Path
    why: Why
    since: float
    """When it was first seen, seconds of the clock that `look` is given."""


class Looked(NamedTuple):
    """What one look says."""

    ready: tuple[Entry, ...]
    waiting: tuple[Waiting, ...]
    next_at: float | None
    """When the first of those that wait may be ready, if nothing changes."""


@dataclass(slots=True)
class _Seen:
    """What is known of one file."""

    signs: tuple[int, int]
    quiet_since: float
    first: float
    held: tuple[Why, tuple[int, int, int]] | None = None
    """Why it was not taken, and what it looked like then."""
    again_at: float | None = None
    tries: int = 0


@dataclass(slots=True)
class Settling:
    """What is known of the files in the inbox; forgets those that are gone."""

    quiet: float
    """Seconds without a change after which a file is taken."""
    is_whole: Callable[[Path], bool] = field(default_factory=lambda: ends_as_a_package)
    is_open: Callable[[Path], bool] = is_open
    """What the disk says; tests answer themselves."""
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _left: dict[str, float] = field(default_factory=dict)

    def look(self, found: Scan, now: float) -> Looked:
        """Say which files are ready now and which wait."""
        seen: dict[str, _Seen] = {}
        ready: list[Entry] = []
        waiting: list[Waiting] = []
        times: list[float] = []
        for entry in found.files:
            one = seen[entry.key] = self._known(entry, now)
            why, at = self._why(entry, one, now)
            if why is None:
                ready.append(entry)
            else:
                waiting.append(Waiting(entry.key, entry.path, why, one.first))
                times += [] if at is None else [at]
        self._seen = seen
        waiting += self._left_behind(found.left_over, now)
        return Looked(tuple(ready), tuple(waiting), min(times, default=None))

    def hold(self, entry: Entry, why: Why, now: float) -> None:
        """Let a file wait that was ready and could not be taken: until it changes, or for a growing pause."""
        one = self._seen.get(entry.key) or _Seen(_signs(entry), now, now)
        self._seen[entry.key] = one
        one.signs = _signs(entry)
        one.held = why, _all_signs(entry)
        one.tries += 1
        pause = min(FIRST_PAUSE * 2 ** (one.tries - 1), LONGEST_PAUSE)
        one.again_at = now + pause if why in _TRIED_AGAIN else None

    def knows(self, key: str) -> bool:
        """Say whether a file of that name lay there when it was last looked at, or was held since."""
        return key in self._seen

    def _known(self, entry: Entry, now: float) -> _Seen:
        one = self._seen.get(entry.key)
        if one is None:
            return _Seen(_signs(entry), now, now)
        if one.signs != _signs(entry):
            one.signs, one.quiet_since, one.tries = _signs(entry), now, 0
        return one

    def _why(self, entry: Entry, one: _Seen, now: float) -> tuple[Why | None, float | None]:
        """Say why a file waits, and until when if nothing changes; None when it is ready."""
        if entry.remote:
            return Why.REMOTE, None
        quiet_at = one.quiet_since + self.quiet
        if now < quiet_at:
            return Why.SETTLING, quiet_at
        if one.held is not None:
            why, then = one.held
            if then == _all_signs(entry) and (one.again_at is None or now < one.again_at):
                return why, one.again_at
            one.held = one.again_at = None
        if entry.opened and now - one.first < OPEN_PATIENCE and self.is_open(entry.path):
            return Why.OPEN, None
        if now - one.quiet_since < PATIENCE and not self.is_whole(entry.path):
            return Why.INCOMPLETE, one.quiet_since + PATIENCE
        return None, None

    def _left_behind(self, entries: Iterable[Entry], now: float) -> Iterator[Waiting]:
        self._left = {entry.key: self._left.get(entry.key, now) for entry in entries}
        for entry in entries:
            if now - self._left[entry.key] >= LEFT_PATIENCE:
                yield Waiting(entry.key, entry.path, Why.LEFT_OVER, self._left[entry.key])


def _signs(entry: Entry) -> tuple[int, int]:
    return entry.size, entry.written


def _all_signs(entry: Entry) -> tuple[int, int, int]:
    return entry.size, entry.written, entry.moved


def ends_as_a_package(path: Path) -> bool:
    """Say whether a file is whole as far as it can be told without reading it; what is no package counts as whole."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_ZIP))
            if not head.strip(b"\0") or (head != _ZIP and _ZIP.startswith(head)):
                return False  # empty, room that was kept for what is still to come, or hardly begun
            if head != _ZIP:
                return True
            file.seek(max(file.seek(0, os.SEEK_END) - _END_WITHIN, 0))
            return _END in file.read()
    except OSError:
        return True  # whoever reads it says what is wrong
