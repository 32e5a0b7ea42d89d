"""Take a lot of files in, and let those wait that could not be taken; a file on which the program fails stops no other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import TdnvError, WrongUsage
from tdnv_sheets.inbox import shelf
from tdnv_sheets.inbox.scan import signs_of
from tdnv_sheets.inbox.settling import Why
from tdnv_sheets.pipeline.arrived import is_secret
from tdnv_sheets.pipeline.check import grounds_of
from tdnv_sheets.pipeline.filing import claimed, recover
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.receive import shown_name
from tdnv_sheets.pipeline.watch.said import Said, Weight, said_of
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.inbox.scan import Entry
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.pipeline.watch.look import Looking

LOT: Final = 100
"""So many files are taken in one go: as many as are judged together, and no more results than memory holds with ease."""
_WHY: Final = {"in-use": Why.IN_USE, "no-rights": Why.DENIED}


class Took(NamedTuple):
    """What became of a lot."""

    taken: int = 0
    """Files that lie elsewhere now."""
    changed: bool = False
    """Whether the register has something new to show."""
    attention: bool = False
    """Whether one of them needs its sender."""
    waits: bool = False
    """Whether one of them waits for a person."""


@dataclass(slots=True)
class Intake:
    """Takes files in; remembers which ones are to be taken alone, since one of them fails the program."""

    looking: Looking
    suspects: set[str] = field(default_factory=set)
    _told: dict[str, str] = field(default_factory=dict)

    def take(self, office: Office, moment: Moment, clock: float) -> Took:
        """Finish what a dead command began, and take the next lot in; raises what stops all files alike."""
        left = bool(claimed(office)) and office.space.inbox.is_dir()
        lot = self.looking.lot(1 if self.suspects else LOT)
        if not lot:
            self.suspects.clear()
            if not left:
                return Took()
        try:
            received = ingest(office, [entry.path for entry in lot], moment)
        except WrongUsage:
            if all(entry.path.is_file() for entry in lot):
                raise
            return Took()  # one of them was taken away just now: the next scan knows
        except (TdnvError, OSError):
            self.looking.ready[:0] = lot
            raise
        except Exception as problem:  # noqa: BLE001 - a fault of the program on one file must not end the service
            self._failed(office, lot, problem, moment, clock)
            return Took()
        return self._tell(lot, received, clock, left=left)

    def _tell(self, lot: Sequence[Entry], received: Sequence[Received], clock: float, *, left: bool) -> Took:
        """Say what became of each file; before those of the lot stand those that a dead command had begun."""
        finished, taken = received[: len(received) - len(lot)], received[len(received) - len(lot) :]
        if left:
            self.looking.standing.tell(Said("recovered", Weight.WARNING, {"count": len(finished)}))
        for one in finished:
            self.looking.standing.tell(said_of(one))
        self.suspects.difference_update(entry.key for entry in lot)
        self._told = {key: code for key, code in self._told.items() if self.looking.settling.knows(key)}
        for entry, one in zip(lot, taken, strict=True):
            if one.verdict is Verdict.WAITING:
                self._hold(entry, one, clock)
            else:
                self._told.pop(entry.key, None)
                self.looking.standing.tell(said_of(one))
                self._once_more(entry, one)
        return _took(received)

    def _once_more(self, entry: Entry, received: Received) -> None:
        """Drop a file anew into which a program that still had it open went on writing after it was claimed.

        A rename does not take a file away from who has it open, except on Windows. What was written after it was read
        is another content, or the same one, which is then known.
        """
        kept = received.kept_at
        with suppress(OSError):
            if kept is None or kept.stat().st_dev != entry.path.parent.stat().st_dev:
                return  # carried from another disk: the copy is nobody else's
            now = kept.stat()
            if (now.st_size, now.st_mtime_ns) != (entry.size, entry.written):
                shelf.keep_copy(kept, entry.path.parent, entry.path.name)
                values = {"file": shown_name(entry.path.name)}
                self.looking.standing.tell(Said("written-on", Weight.WARNING, values))

    def _hold(self, entry: Entry, received: Received, clock: float) -> None:
        """Let a file wait that was given back, and say why unless that was the last thing said of it."""
        inbox = self.looking.inbox
        code = received.abouts[0].finding.code if received.abouts else ""
        now = signs_of(received.kept_at or entry.path, inbox)
        if now is None:
            return
        self.looking.settling.hold(now, Why.CLASSIFIED if is_secret(received) else _WHY.get(code, Why.REFUSED), clock)
        if self._told.get(now.key) != code:
            self._told[now.key] = code
            self.looking.standing.tell(said_of(received))

    def _failed(self, office: Office, lot: Sequence[Entry], problem: Exception, moment: Moment, clock: float) -> None:
        """Put a lot back on which the program failed; one file alone is the culprit and waits, several are tried alone."""
        recover(office, grounds_of(office, moment.as_of), moment)
        if len(lot) != 1:
            self.suspects = {entry.key for entry in lot}
            return
        now = signs_of(lot[0].path, self.looking.inbox)
        if now is not None:
            self.looking.settling.hold(now, Why.FAILED, clock)
        self.suspects.discard(lot[0].key)
        values = {"file": shown_name(lot[0].path.name), "kind": kind_of(problem)}
        self.looking.standing.tell(Said("file-failed", Weight.ERROR, values))


def kind_of(problem: BaseException) -> str:
    """Say what kind of fault it was and where; what it says of itself may quote a file, and is left out."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(problem).__name__
    return f"{type(problem).__name__}, {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def _took(received: Sequence[Received]) -> Took:
    verdicts = [one.verdict for one in received]
    return Took(
        taken=sum(verdict is not Verdict.WAITING for verdict in verdicts),
        changed=any(one.revision is not None for one in received),
        attention=any(verdict in {Verdict.PARTLY, Verdict.RETURNED, Verdict.QUARANTINED} for verdict in verdicts),
        waits=any(one.conflicts or one.verdict is Verdict.WAITING for one in received),
    )


def together(one: Took, other: Took) -> Took:
    """Add two up."""
    return Took(
        one.taken + other.taken,
        one.changed or other.changed,
        one.attention or other.attention,
        one.waits or other.waits,
    )
