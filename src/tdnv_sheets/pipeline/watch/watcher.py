"""One step of the watched folder after the other: look, take in, draw the register; the clock comes from outside."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import TdnvError, WaitsForPerson
from tdnv_sheets.inbox import heartbeat, shelf
from tdnv_sheets.inbox.alarm import Alarm, listen
from tdnv_sheets.inbox.health import Condition
from tdnv_sheets.inbox.lock import held, holder
from tdnv_sheets.inbox.settling import Settling, Why
from tdnv_sheets.inbox.workspace import owner_of
from tdnv_sheets.pipeline.receive import shown_name
from tdnv_sheets.pipeline.watch.intake import Intake, Took, kind_of, together
from tdnv_sheets.pipeline.watch.journal import JournalDuty
from tdnv_sheets.pipeline.watch.look import Looking
from tdnv_sheets.pipeline.watch.opened import KeptOffice
from tdnv_sheets.pipeline.watch.register import RegisterDuty
from tdnv_sheets.pipeline.watch.said import Said, Standing, Weight
from tdnv_sheets.share import share_of

if TYPE_CHECKING:
    from tdnv_sheets.inbox.settling import Waiting
    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.watch.said import Tell

_LOCK_PATIENCE: Final = 0.5
_LOCK_AGAIN: Final = 1.0
"""Seconds; another command that waits for the workspace asks ten times as often, and gets it between two lots."""
_BETWEEN_LOTS: Final = 0.15
_FIRST_REST: Final = 2.0
_LONGEST_REST: Final = 60.0
_LEAST: Final = 0.05
_STEP: Final = 3.0
"""Seconds between two steps at most: the register may be free again, or saved."""
_BEAT: Final = 30.0
"""Seconds between two signs of life when nothing changes, and between two questions whether the ledger moved."""
_DECLARED_QUIET: Final = 3.0
_SOON_FREE: Final = frozenset(("workspace-locked", "ledger-busy"))
_TROUBLE: Final = "trouble"
_BUSY: Final = "busy"
_DECLARED: Final = "declared"


class Now(NamedTuple):
    """One moment by both clocks."""

    clock: float
    """Seconds that only ever go forward."""
    moment: Moment

    @property
    def at(self) -> str:
        """The time on the office's wall."""
        return self.moment.now.isoformat(timespec="seconds")


class How(NamedTuple):
    """How the inbox is to be watched; what is None, the settings say."""

    poll: bool = False
    quiet: float | None = None
    once: bool = False


class Watcher:
    """Watches one office's inbox and register; `step` does what is due and says how long nothing will be."""

    def __init__(self, space: Workspace, tell: Tell, started: Now, how: How) -> None:
        self._how = how
        self._tell = tell
        self._started = started.at
        self._standing = Standing(tell)
        self._kept = KeptOffice(space)
        self._looking = self._look_at(space)
        self._intake = Intake(self._looking)
        self._register = RegisterDuty(self._standing)
        self._journal = JournalDuty(self._standing)
        self._rest_until, self._rests = 0.0, 0
        self._watched_as = _watched_as(space)
        self._total = Took()
        self._beat: tuple[heartbeat.Beat, float] | None = None
        self._asked = started.clock

    @property
    def alarm(self) -> Alarm:
        """What to sleep on between two steps."""
        return self._looking.alarm

    @property
    def took(self) -> Took:
        """What became of all files so far."""
        return self._total

    def step(self, now: Now, *, rang: bool = False, finish: bool = False) -> float:
        """Do what is due; gives the seconds after which something will be, if nothing rings before.

        With *finish* the register is drawn now, without waiting for more files. What goes wrong is said and tried
        again later, after growing pauses; only when the inbox is looked through *once* it is raised.
        """
        self._looking.look(now.clock, rang=rang, at=now.at)
        pause = self._pause(now)
        if now.clock >= self._rest_until:
            try:
                worked = self._work(now, finish=finish)
            except WaitsForPerson as problem:
                pause = self._busy(problem, now) if problem.code in _SOON_FREE else self._trouble(problem, now)
            except Exception as problem:  # noqa: BLE001 - the service goes on whatever happens in one round
                pause = self._trouble(problem, now)
            else:
                self._standing.is_well(_BUSY)
                if worked:
                    self._rests = 0
                    self._standing.is_well(_TROUBLE, Said("trouble-over"))
                pause = _BETWEEN_LOTS if worked and self._looking.ready else self._pause(now)
        self._sign_of_life(now)
        return pause

    def settles(self) -> bool:
        """Say whether files wait that only need a while longer."""
        return bool(self._looking.ready) or any(one.why is Why.SETTLING for one in self._looking.waiting)

    def waits(self) -> bool:
        """Say whether something waits for a person: a file, the register, or the inbox itself."""
        standing = self._standing.wrong.keys() & {"register", "inbox"}
        return self._total.waits or bool(self._looking.waiting) or bool(standing)

    def close(self, now: Now | None) -> None:
        """End: the office is closed, and the last sign of life says so."""
        self._looking.alarm.close()
        self._kept.close()
        if now is not None:
            self._sign_of_life(now, stopped=now.at)

    def _work(self, now: Now, *, finish: bool) -> bool:
        """Take in what is ready and do the register, if it is due; gives whether there was anything to do."""
        space = self._kept.space
        anew = self._kept.declared_anew(now.clock, _DECLARED_QUIET)
        self._ask_the_ledger(now)
        at_once = finish and self._register.first is not None
        due = self._register.is_due(space.register, now.clock, now.moment.as_of, at=now.at, at_once=at_once)
        tries = self._journal.is_due(now.clock, at_once=finish) or _TROUBLE in self._standing.wrong
        if not (anew or due or tries or self._looking.ready or self._is_left_behind()):
            self._kept.rest(now.clock)
            return False
        with held(space.lock, patience=_LOCK_PATIENCE):
            if anew:
                self._reload(now)
            office = self._kept.current(now.clock)
            took = self._intake.take(office, now.moment, now.clock)
            self._total = together(self._total, took)
            if took.changed:
                self._register.came_in(now.clock)
            if took.taken or took.waits:
                self._journal.came_in(now.clock)
            if due:
                done = self._register.handle(office, now.moment, now.clock, at=now.at)
                self._journal.done(done.journal, now.clock, at=now.at)
            elif self._journal.is_due(now.clock, at_once=finish):
                self._journal.handle(office, now.moment, now.clock, at=now.at)
        return True

    def _ask_the_ledger(self, now: Now) -> None:
        """Let the register be drawn when another command wrote what it does not show, such as `tdnv undo`."""
        shows = self._register.revision
        if shows is None or self._register.first is not None or now.clock - self._asked < _BEAT:
            return
        self._asked = now.clock
        if self._kept.revision() not in {None, shows}:
            self._register.came_in(now.clock)

    def _is_left_behind(self) -> bool:
        """Say whether files lie half-way in since the command died that had claimed them."""
        space = self._kept.space
        if self._looking.condition is not Condition.WELL or not space.work.is_dir():
            return False
        if not shelf.waiting_files(space.work):
            return False
        owner = holder(space.lock)
        return owner is None or not owner.runs

    def _reload(self, now: Now) -> None:
        """Follow what the office changed in its settings, units or calendar; what cannot be used leaves the old in force."""
        try:
            self._kept.reload(now.clock)
        except TdnvError as problem:
            if self._how.once:
                raise
            self._standing.is_wrong(_DECLARED, Said("declared-kept", Weight.ERROR, {"problem": problem}), now.at)
            return
        self._standing.is_well(_DECLARED)
        self._tell(Said("declared-anew"))
        self._register.came_in(now.clock)
        if self._looking_differs():
            self._looking.alarm.close()
            self._looking = self._intake.looking = self._look_at(self._kept.space)

    def _look_at(self, space: Workspace) -> Looking:
        settings, how = space.settings, self._how
        mode = "poll" if how.poll else settings.watch_mode
        shared = bool(share_of(space.inbox.resolve()))
        polls = mode == "poll" or (mode == "auto" and shared)
        return Looking(
            inbox=space.inbox,
            subfolders=settings.watch_subfolders,
            every=float(settings.watch_scan_seconds),
            shared=shared,
            alarm=Alarm(None if polls or how.once else listen),
            settling=Settling(float(settings.watch_quiet_seconds) if how.quiet is None else how.quiet),
            standing=self._standing,
        )

    def _looking_differs(self) -> bool:
        """Say whether what concerns the inbox was declared otherwise."""
        then, now = self._watched_as, _watched_as(self._kept.space)
        self._watched_as = now
        return then != now

    def _pause(self, now: Now) -> float:
        times = [self._looking.next_at(now.clock), now.clock + _STEP]
        due = self._register.next_at(now.clock)
        times += [] if due is None else [due]
        times += [max(self._rest_until, now.clock)] if self._rest_until > now.clock else []
        return max(min(times) - now.clock, _LEAST)

    def _busy(self, problem: WaitsForPerson, now: Now) -> float:
        """Another command is at work: it is asked again soon, and spoken of once."""
        if self._how.once:
            raise problem
        self._standing.is_wrong(_BUSY, Said("busy", values={"problem": problem}), now.at)
        return _LOCK_AGAIN

    def _trouble(self, problem: Exception, now: Now) -> float:
        """Something stopped a round: files lie where they were dropped, and it is tried again after a growing pause."""
        self._kept.close()
        if self._how.once:
            raise problem
        rest = float(min(_FIRST_REST * 2**self._rests, _LONGEST_REST))
        self._rests += 1
        self._rest_until = now.clock + rest
        known = isinstance(problem, TdnvError | OSError)
        said = Said("trouble", Weight.ERROR, {"problem": problem})
        if not known:
            said = Said("fault", Weight.ERROR, {"kind": kind_of(problem)})
        self._standing.is_wrong(_TROUBLE, said, now.at)
        return min(rest, self._pause(now))

    def _sign_of_life(self, now: Now, *, stopped: str = "") -> None:
        """Write the heartbeat: at once when something is new, else now and then."""
        looking, standing = self._looking, self._standing
        waiting = looking.waiting[: heartbeat.MOST_NAMED]
        beat = heartbeat.Beat(
            pid=os.getpid(),
            host=socket.gethostname(),
            started=self._started,
            seen=now.at,
            scanned=looking.scanned_at,
            mode="events" if looking.alarm.listens else "poll",
            inbox=looking.condition.value,
            inbox_since=standing.since.get("inbox", ""),
            taken=self._total.taken,
            waiting=tuple((_named(one), one.why.value, _wall(now, one.since)) for one in waiting),
            waiting_count=len(looking.waiting),
            register=standing.wrong.get("register", "").partition(" ")[0],
            register_since=standing.since.get("register", ""),
            register_who=owner_of(self._kept.space.register).strip(" ()"),
            problem=standing.wrong.get(_TROUBLE, standing.wrong.get(_DECLARED, "")).partition(" ")[0],
            stopped=stopped,
        )
        last = self._beat
        if last is not None and now.clock - last[1] < _BEAT and _same(last[0], beat):
            return
        with suppress(OSError, TdnvError):
            heartbeat.write(self._kept.space.hidden, beat)
            self._beat = beat, now.clock


def _same(one: heartbeat.Beat, other: heartbeat.Beat) -> bool:
    return replace(one, seen="", scanned="") == replace(other, seen="", scanned="")


def _named(one: Waiting) -> str:
    """Give the name of a file that waits; not of one whose content is secret, nor of one that only just came."""
    unsaid = one.why in {Why.CLASSIFIED, Why.SETTLING}
    return f"***{one.path.suffix}" if unsaid else shown_name(one.path.name)


def _wall(now: Now, since: float) -> str:
    """Give a moment of our own clock by the one on the wall."""
    return (now.moment.now - timedelta(seconds=round(now.clock - since))).isoformat(timespec="minutes")


def _watched_as(space: Workspace) -> tuple[object, ...]:
    settings = space.settings
    return (
        space.inbox,
        settings.watch_mode,
        settings.watch_subfolders,
        settings.watch_scan_seconds,
        settings.watch_quiet_seconds,
    )
