"""When the register is read back and drawn: a while after files came in, when the office saved it, and on a new day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.errors import BrokenSurroundings, TdnvError, WaitsForPerson
from tdnv_sheets.inbox.workspace import is_open, owner_of
from tdnv_sheets.pipeline.journal import refresh_journal
from tdnv_sheets.pipeline.readback import ReadBack
from tdnv_sheets.pipeline.sync import Synced, sync
from tdnv_sheets.pipeline.watch.said import Said, Standing, Weight

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office

_Signs: TypeAlias = "tuple[int, int] | None"

SOON: Final = 5.0
"""Seconds after the last file, in which more may come."""
AT_LAST: Final = 60.0
"""Seconds after the first file, whatever comes."""
QUIET: Final = 3.0
"""Seconds for which a register that somebody saved has to stay the same."""
GONE: Final = 30.0
"""Seconds after which a register that disappeared is drawn anew: Excel takes it away for moments while it saves."""
AGAIN: Final = 2.0
AGAIN_AT_MOST: Final = 60.0
"""Seconds after which a drawing that could not be put in its place is tried again: at first, and in the end."""
REFUSED_AGAIN: Final = 600.0
_REGISTER: Final = "register"


@dataclass(slots=True)
class RegisterDuty:
    """What is to be done with the register, and since when."""

    standing: Standing
    first: float | None = None
    """When the first file came in that it does not show."""
    last: float = 0.0
    day: date | None = None
    """The day that it was drawn for; None before the first time."""
    seen: _Signs = None
    """What its file looked like when it was last drawn or read."""
    changed: tuple[_Signs, float] | None = None
    refused: tuple[_Signs, float] | None = None
    again_at: float = 0.0
    tries: int = 0
    """How often it could not be put in its place."""
    revision: int | None = None
    """What of the ledger it shows; None before the first time."""

    def came_in(self, clock: float) -> None:
        """Remember that something came in which it does not show."""
        self.first = clock if self.first is None else self.first
        self.last = clock

    def next_at(self, clock: float) -> float | None:
        """Say when it will be due, as far as that is known; None too while it is due and waits for somebody."""
        if self.first is None:
            return None
        at = max(min(self.last + SOON, self.first + AT_LAST), self.again_at)
        return at if at > clock else None

    def is_due(self, path: Path, clock: float, today: date, *, at: str, at_once: bool = False) -> bool:
        """Say whether it is to be read back and drawn now; while somebody has it open, that is said once."""
        signs = _signs(path)
        if self.refused is not None:
            if self.refused[0] == signs and clock < self.refused[1]:
                return False
            self.refused = None
        wanted = at_once or self.day != today or self._is_quiet(signs, clock)
        wanted |= self.first is not None and clock >= min(self.last + SOON, self.first + AT_LAST)
        if not wanted or clock < self.again_at:
            return False
        if is_held(path):
            self._waits(WaitsForPerson("file-locked", path=path, who=owner_of(path)), at)
            return False
        return True

    def handle(self, office: Office, moment: Moment, clock: float, *, at: str) -> Synced:
        """Read it back and draw it; what hinders that is said once, and nothing that people typed is lost."""
        path = office.space.register
        before = _signs(path)
        try:
            done = sync(office, moment, with_inbox=False)
        except BrokenSurroundings as problem:
            if problem.code != "cannot-write" or problem.given.get("path") != path:
                raise
            # Only the register's place is not ours to write to: files are taken in all the same.
            done = Synced(ReadBack(None), waits=problem, journal=refresh_journal(office, moment))
        register = done.register
        if register.revision is not None:
            counts = {"changes": len(register.changes), "new": len(register.new_tasks), "conflicts": register.conflicts}
            self.standing.tell(Said("register-read", values=counts))
        if done.waits is not None:
            # Drawing takes its time, and somebody who has it open is mostly seen before: see `is_due`.
            self.again_at = clock + min(AGAIN * 2**self.tries, AGAIN_AT_MOST)
            self.tries = min(self.tries + 1, 10)
            if done.waits.code == "register-not-drawn-here":
                self.refused = before, clock + REFUSED_AGAIN
            if done.waits.code != "register-changed-meanwhile":
                self._waits(done.waits, at)
        elif done.drawn is None:
            self.refused = before, clock + REFUSED_AGAIN
            words = "register-mangled" if register.mangled else "register-wrong"
            values = {"path": path, "findings": sorted({about.finding.code for about in register.abouts})}
            self.standing.is_wrong(_REGISTER, Said(words, Weight.ERROR, values), at)
        else:
            self.first, self.day, self.changed, self.again_at = None, moment.as_of, None, 0.0
            self.tries, self.revision = 0, done.drawn_at
            self.seen = _signs(path)
            self.standing.is_well(_REGISTER)
            self.standing.tell(Said("register-drawn", values={"path": path, "day": f"{moment.as_of:%d/%m/%Y}"}))
        return done

    def _waits(self, problem: TdnvError, at: str) -> None:
        self.standing.is_wrong(_REGISTER, Said("register-waits", Weight.WARNING, {"problem": problem}), at)

    def _is_quiet(self, signs: _Signs, clock: float) -> bool:
        """Say whether its file is another than the one last drawn, and has stayed so for a while."""
        if signs == self.seen:
            self.changed = None
            return False
        if self.changed is None or self.changed[0] != signs:
            self.changed = signs, clock
        return clock - self.changed[1] >= (QUIET if signs is not None else GONE)


def is_held(path: Path) -> bool:
    """Say whether somebody has the register open, without drawing it first to find out."""
    if is_open(path):
        return True
    try:
        with path.open("r+b"):
            return False
    except FileNotFoundError:
        return False
    except PermissionError as problem:
        # Only Windows refuses for a while what is open elsewhere; a right that is missing is said by the drawing.
        return hasattr(problem, "winerror")


def _signs(path: Path) -> _Signs:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns
