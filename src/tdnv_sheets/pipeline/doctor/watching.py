"""Look at whoever watches the inbox: does it run, when was it last seen, what does it wait for."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.inbox import heartbeat
from tdnv_sheets.inbox.lock import holder
from tdnv_sheets.pipeline.doctor.line import Line, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.inbox.heartbeat import Beat
    from tdnv_sheets.inbox.workspace import Workspace

_SILENT: Final = timedelta(minutes=5)
"""So long a watcher may say nothing: a lot of large files takes its time."""
_NAMED: Final = 5
_PART: Final = "watch"


def watch_lines(space: Workspace, now: datetime) -> Iterator[Line]:
    """Say how it stands; an office that has none does its rounds by hand."""
    beat = heartbeat.read(space.hidden)
    if beat is None:
        yield Line(_PART, "watch-none", State.OK)
        return
    seen = datetime.fromisoformat(beat.seen)
    if beat.stopped:
        yield Line(_PART, "watch-stopped", State.NOTE, {"at": _shown(beat.stopped)})
        return
    place = holder(space.hidden / heartbeat.LOCK)
    values: dict[str, object] = {"host": beat.host, "pid": beat.pid, "at": f"{seen:%H:%M %d/%m/%Y}"}
    here = beat.host == socket.gethostname()
    if place is None or not place.runs or (not here and abs(now - seen) > _SILENT):
        yield Line(_PART, "watch-dead", State.ATTENTION, values)
        return
    if abs(now - seen) > _SILENT:
        yield Line(_PART, "watch-silent", State.ATTENTION, values)
        return
    values["taken"] = beat.taken
    told = beat.mode == "events"
    yield Line(_PART, "watch-events" if told else "watch-poll", State.OK, values)
    yield from _what_waits(beat)


def _what_waits(beat: Beat) -> Iterator[Line]:
    if beat.inbox != "well":
        yield Line(_PART, "watch-inbox", State.BROKEN, {"since": _shown(beat.inbox_since)})
    if beat.problem:
        yield Line(_PART, "watch-problem", State.ATTENTION, {"code": beat.problem})
    if beat.register:
        who = f" ({beat.register_who})" if beat.register_who else ""
        yield Line(_PART, "watch-register", State.NOTE, {"since": _shown(beat.register_since), "who": who})
    if beat.waiting_count:
        names = ", ".join(dict.fromkeys(name for name, _, _ in beat.waiting[:_NAMED]))
        names += ", …" if beat.waiting_count > _NAMED else ""
        yield Line(_PART, "watch-waiting", State.NOTE, {"count": beat.waiting_count, "names": names})


def _shown(at: str) -> str:
    return f"{datetime.fromisoformat(at):%H:%M %d/%m/%Y}" if at else "–"
