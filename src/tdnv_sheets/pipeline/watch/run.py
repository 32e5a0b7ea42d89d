"""Watch until somebody stops it: the loop around the steps, the second lock, and one full round for schedulers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.inbox.heartbeat import LOCK
from tdnv_sheets.inbox.lock import held, renew
from tdnv_sheets.pipeline.watch.said import Said, Weight
from tdnv_sheets.pipeline.watch.watcher import How, Now, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.watch.said import Tell

_EXPIRY: Final = 3600.0
_RENEW: Final = 300.0
"""Seconds after which a watcher that says nothing counts as dead on another machine, and between saying so."""
_PATIENCE: Final = 1.0
"""Seconds: enough to find out that whoever holds the lock is dead."""
_NAP: Final = 0.5
"""Seconds after which a wish to stop is noticed."""
_GATHERED: Final = 0.05
_MOST_LOOKS: Final = 50
"""So often the folder is looked through *once*, for one into which files keep coming."""


class Stop:
    """Somebody's wish that the watcher ends.

    It is only a mark: what wakes a sleeping thread may not be called from a handler of signals, which may have
    interrupted that very thread while it held the lock.
    """

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Ask it to end once the files in hand are filed away."""
        self.asked = True


def watch(space: Workspace, moment: Callable[[], Moment], tell: Tell, stop: Stop, how: How) -> None:
    """Watch until somebody asks to stop; raises `WaitsForPerson` naming who watches this office already."""
    with only_one(space):
        watcher = Watcher(space, tell, Now(time.monotonic(), moment()), how)
        tell(Said("started", values={"path": space.inbox}))
        if (first := moment()).as_of != first.now.date():
            tell(Said("fixed-day", Weight.WARNING, {"day": f"{first.as_of:%d/%m/%Y}"}))
        renewed, rang = time.monotonic(), False
        try:
            while not stop.asked:
                pause = watcher.step(Now(time.monotonic(), moment()), rang=rang)
                if time.monotonic() - renewed > _RENEW:
                    renewed = time.monotonic()
                    if not renew(space.hidden / LOCK):
                        raise WaitsForPerson("watch-taken-over")
                rang = _sleep(watcher, pause, stop)
        finally:
            watcher.close(Now(time.monotonic(), moment()))
        tell(Said("stopped"))


def watch_once(space: Workspace, moment: Callable[[], Moment], tell: Tell, stop: Stop, how: How) -> Watcher:
    """Do one full round: two looks tell which files are quiet, then they are taken in and the register is drawn."""
    with only_one(space):
        watcher = Watcher(space, tell, Now(time.monotonic(), moment()), how._replace(once=True))
        try:
            for _ in range(_MOST_LOOKS):
                pause = watcher.step(Now(time.monotonic(), moment()), rang=True)
                if stop.asked or not watcher.settles():
                    break
                _sleep(watcher, pause, stop)
            if not stop.asked:
                watcher.step(Now(time.monotonic(), moment()), finish=True)
        finally:
            watcher.close(Now(time.monotonic(), moment()))
    return watcher


def _sleep(watcher: Watcher, seconds: float, stop: Stop) -> bool:
    """Sleep until something happens, somebody asks to stop, or the time is over; True where something happened."""
    end = time.monotonic() + seconds
    while not stop.asked and (left := end - time.monotonic()) > 0:
        if watcher.alarm.wait(min(left, _NAP)):
            time.sleep(_GATHERED)  # a copy under way rings at every write
            return True
    return False


def only_one(space: Workspace) -> AbstractContextManager[None]:
    """Hold the place of the one watcher that an office may have."""
    return held(space.hidden / LOCK, patience=_PATIENCE, reason="watch-running", expiry=_EXPIRY)
