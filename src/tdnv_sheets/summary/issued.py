"""What a report says of itself once it is frozen: which issue it is, counted when and on what, and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

PROVISIONAL: Final = "provisional"
"""Stands among the names of checks that were overruled where a report was counted before the period's cut-off."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that two countings of a report give differently."""

    unit: str
    """Code; empty for the sum over units."""
    figure: str
    """A field of `Counts`."""
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class TaskChange:
    """One assignment of which two countings of a report say different things."""

    task_id: str
    unit: str
    before: str
    """Its status; empty where it did not stand in the report."""
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """How two countings of one report differ."""

    figures: tuple[FigureChange, ...] = ()
    """Unit by unit, the sum over units last."""
    tasks: tuple[TaskChange, ...] = ()
    """By task and unit."""

    def __bool__(self) -> bool:
        return bool(self.figures or self.tasks)


@dataclass(frozen=True, slots=True)
class Issued:
    """The mark of a frozen report."""

    number: int
    """1 for the first issue; from 2 on it is a re-issue («Phát hành lại lần 1» is issue 2)."""
    at: datetime
    revision: int
    """The ledger's last revision when it was counted; 0 before the first."""
    regulation_digest: str
    """Tells the regulation's content of then from that of now."""
    reason: str = ""
    """Why it was issued again; empty for the first issue."""
    forced: tuple[str, ...] = ()
    """What spoke against it and was overruled: names of checks, or `PROVISIONAL`."""
    changes: Changes = Changes()
    """Since the issue before; empty for the first."""

    @property
    def again(self) -> int:
        """Say how many times it was issued again."""
        return self.number - 1


@dataclass(frozen=True, slots=True)
class Corrections:
    """What was corrected in the period before after its report had been frozen; the previous figures are the frozen ones."""

    issue: int
    at: datetime
    revision: int
    as_of: date
    open_then: int
    """Assignments that the frozen report has as open."""
    open_now: int
    """Those that a recount of it as of the same day gives."""
    changes: Changes
    """From the frozen report to the recount."""
