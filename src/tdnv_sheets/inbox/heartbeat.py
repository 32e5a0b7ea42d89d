"""`.tdnv/watch.json`: how whoever watches the inbox is doing, for `tdnv doctor` and for people who look."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tdnv_sheets.inbox.workspace import patiently

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "watch.json"
LOCK: Final = "watch.lock"
"""Beside it: the place of the one watcher that an office may have."""
MOST_NAMED: Final = 100
"""So many waiting files are named."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a watcher last said of itself; times are those on the office's wall, ISO 8601."""

    pid: int
    host: str
    started: str
    seen: str
    """When it last said so."""
    scanned: str
    """When it last looked through the inbox; empty before the first time."""
    mode: str
    """`events`, or `poll`."""
    inbox: str
    """How the inbox stands: `well`, `missing`, `no-folder`, `unreadable`."""
    inbox_since: str
    taken: int
    """Files taken in since it started."""
    waiting: tuple[tuple[str, str, str], ...]
    """Files that wait: name, why, since when."""
    waiting_count: int
    register: str
    """What the register waits for; empty when it is right."""
    register_since: str
    register_who: str
    """Who has it open, if that is known."""
    problem: str
    """Code of the last thing that went wrong and still does."""
    stopped: str = ""
    """When it ended as it should."""


def write(folder: Path, beat: Beat) -> None:
    """Put the file in place in one step; a watcher goes on where that does not work."""
    path = folder / FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(beat), ensure_ascii=False, indent=1), encoding="utf-8")
    patiently(lambda: fresh.replace(path), path)


def read(folder: Path) -> Beat | None:
    """Give the last word of a watcher; None where there is none, or it cannot be understood."""
    with suppress(OSError, ValueError, TypeError, LookupError):
        raw = json.loads((folder / FILE).read_text(encoding="utf-8"))
        raw["waiting"] = tuple((str(name), str(why), str(since)) for name, why, since in raw["waiting"])
        beat = Beat(**raw)
        datetime.fromisoformat(beat.seen)
        return beat
    return None
