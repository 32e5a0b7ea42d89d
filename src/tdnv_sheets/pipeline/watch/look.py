"""Look at the inbox, when the clock or an event says so: is it there, what lies in it, what is ready, what waits and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.inbox.health import Condition, Health, look
from tdnv_sheets.inbox.scan import Scan, scan, signs_of
from tdnv_sheets.inbox.settling import Settling, Why
from tdnv_sheets.inbox.workspace import owner_of
from tdnv_sheets.pipeline.receive import shown_name
from tdnv_sheets.pipeline.watch.said import Said, Standing, Weight

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.inbox.alarm import Alarm
    from tdnv_sheets.inbox.scan import Entry
    from tdnv_sheets.inbox.settling import Waiting

_LEAST: Final = 0.25
"""Seconds between two scans, however often the alarm rings."""
_INBOX: Final = "inbox"
_EVENTS: Final = "events"
UNSAID: Final = frozenset((Why.SETTLING, Why.REFUSED, Why.CLASSIFIED, Why.IN_USE, Why.DENIED, Why.FAILED))
"""New files are no news, and of the others something was said when they were refused."""


@dataclass(slots=True)
class Looking:
    """What the last look at the inbox found."""

    inbox: Path
    subfolders: bool
    every: float
    """Seconds between two scans that nothing woke."""
    shared: bool
    alarm: Alarm
    settling: Settling
    standing: Standing
    health: Health = field(default_factory=Health)
    condition: Condition = Condition.WELL
    ready: list[Entry] = field(default_factory=list)
    waiting: tuple[Waiting, ...] = ()
    scanned_at: str = ""
    _last: float | None = None
    _next: float | None = None
    _told: dict[str, Why] = field(default_factory=dict)

    def look(self, clock: float, *, rang: bool, at: str) -> None:
        """Scan if it is time to; `ready` and `waiting` say what was found."""
        last = self._last
        if rang and last is not None:  # what rings right after a scan is looked at as soon as may be, too
            self._next = last + _LEAST if self._next is None else min(self._next, last + _LEAST)
        if not (last is None or clock >= last + self.every or (self._next is not None and clock >= self._next)):
            return
        self._last, self._next = clock, None
        if not self._is_there(at):
            self.ready, self.waiting = [], ()
            self.settling.look(Scan(), clock)
            return
        try:
            found = scan(self.inbox, subfolders=self.subfolders)
        except BrokenSurroundings:
            return  # gone between two looks: the next one says so
        looked = self.settling.look(found, clock)
        self.ready, self.waiting, self._next = list(looked.ready), looked.waiting, looked.next_at
        self.scanned_at = at
        self._tell(found, at)

    def next_at(self, clock: float) -> float:
        """Say when the next scan is due."""
        times = [clock if self._last is None else self._last + self.every]
        times += [] if self._next is None else [self._next]
        return min(times)

    def lot(self, most: int) -> list[Entry]:
        """Take the next files that are ready, and are still what they were when that was found out."""
        lot: list[Entry] = []
        while self.ready and len(lot) < most:
            entry = self.ready.pop(0)
            now = signs_of(entry.path, self.inbox)
            if now is not None and (now.size, now.written) == (entry.size, entry.written):
                lot.append(entry)
        return lot

    def _is_there(self, at: str) -> bool:
        """Look at the folder itself; its going and its coming back are both said."""
        now = look(self.inbox, shared=self.shared)
        self.condition = now.condition
        if now.condition is not Condition.WELL:
            self.alarm.close()
            values = {
                "path": self.inbox,
                "problem": now.problem or BrokenSurroundings("no-such-folder", path=self.inbox),
            }
            self.standing.is_wrong(_INBOX, Said(f"inbox-{now.condition}", Weight.ERROR, values), at)
            return False
        moved = self.health.moved(now)
        if moved:
            self.standing.is_wrong(_INBOX, Said("inbox-other", Weight.WARNING, {"path": self.inbox}), at)
        elif moved is not None or self.health.home == now.identity:
            self.standing.is_well(_INBOX, Said("inbox-back", values={"path": self.inbox}))
        problem = self.alarm.attend(self.inbox, now.identity)
        if problem is not None:
            self.standing.is_wrong(_EVENTS, Said("events-off", Weight.WARNING, {"problem": problem}), at)
        else:
            self.standing.is_well(_EVENTS)
        return True

    def _tell(self, found: Scan, at: str) -> None:
        """Say of each file once that it waits and why."""
        told = {}
        for one in self.waiting:
            told[one.key] = one.why
            if one.why not in UNSAID and self._told.get(one.key) is not one.why:
                values = {"file": shown_name(one.path.name), "who": owner_of(one.path) if one.why is Why.OPEN else ""}
                self.standing.tell(Said(f"waits-{one.why}", Weight.WARNING, values))
        self._told = told
        self._folders("folders", "folders-unread", len(found.unread), at)
        self._folders("passed-over", "folders-passed-over", found.passed_over, at)

    def _folders(self, what: str, code: str, count: int, at: str) -> None:
        if count:
            self.standing.is_wrong(what, Said(code, Weight.WARNING, {"count": count, "path": self.inbox}), at)
        else:
            self.standing.is_well(what)
