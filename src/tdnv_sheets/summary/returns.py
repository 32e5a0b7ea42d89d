"""Biểu 05: which units were expected to report on a period, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tdnv_sheets.rules.duties import DutyState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import date

    from tdnv_sheets.rules.duties import Duty


class ReturnState(StrEnum):
    """How a unit's report on a period stands on the report's day; every unit has exactly one."""

    ON_TIME = "on_time"
    LATE = "late"
    UNDATED = "undated"
    """It came, and the regulation names no day to hold it against."""
    EMPTY = "empty"
    """Only files came in which nothing was new: a blank workbook is no report."""
    WAITING = "waiting"
    """Nothing came, and its day is not over or none is named."""
    MISSING = "missing"
    """Nothing came, and its day is over."""
    UNRECORDED = "unrecorded"
    """Its day was over before the ledger began: nothing can say whether it came."""


@dataclass(frozen=True, slots=True)
class UnitReturn:
    """One unit's line of Biểu 05."""

    unit: str
    state: ReturnState
    due: date | None = None
    """The last day in time; None where the text names none."""
    came: date | None = None
    """The day of the first file that was taken in, an empty one included."""
    to_correct: bool = False
    """Whether the unit's last file went back to it to be corrected, in whole or in part."""


@dataclass(frozen=True, slots=True)
class Returns:
    """Biểu 05. `on_time + late + undated + empty + waiting + missing + unrecorded = expected`."""

    lines: tuple[UnitReturn, ...] = ()
    """The units that were expected to report, in the order of the unit list."""
    article: str = ""
    """What asks for the report; empty where only the workbooks that were sent out do."""

    @property
    def expected(self) -> int:
        """Say how many units were expected to report."""
        return len(self.lines)

    @property
    def reported(self) -> int:
        """Say how many did, in time or not; empty workbooks are no reports."""
        return self.of(ReturnState.ON_TIME) + self.of(ReturnState.LATE) + self.of(ReturnState.UNDATED)

    @property
    def to_correct(self) -> int:
        """Say how many have a file to correct; they are among the others too."""
        return sum(1 for line in self.lines if line.to_correct)

    def of(self, state: ReturnState) -> int:
        """Say how many stand so."""
        return sum(1 for line in self.lines if line.state is state)


_STATES: Final = {
    DutyState.DONE_ON_TIME: ReturnState.ON_TIME,
    DutyState.DONE_LATE: ReturnState.LATE,
    DutyState.DONE_UNDATED: ReturnState.UNDATED,
    DutyState.OPEN: ReturnState.WAITING,
    DutyState.LATE: ReturnState.MISSING,
    DutyState.UNRECORDED: ReturnState.UNRECORDED,
}
_DONE: Final = frozenset({DutyState.DONE_ON_TIME, DutyState.DONE_LATE, DutyState.DONE_UNDATED})


def returns_by_duty(duties: Iterable[Duty], to_correct: AbstractSet[str]) -> Returns:
    """Give Biểu 05 from the units' duties to report on a period, one line a unit; *to_correct* are codes of units."""
    lines: dict[str, UnitReturn] = {}
    article = ""
    for duty in duties:
        article = article or duty.article
        done = duty.state in _DONE
        state = ReturnState.EMPTY if done and duty.empty else _STATES[duty.state]
        came = duty.done if done else None
        lines.setdefault(duty.unit, UnitReturn(duty.unit, state, duty.due, came, duty.unit in to_correct))
    return Returns(tuple(lines.values()), article)


def returns_of_round(
    sent_to: Iterable[str], files: Iterable[tuple[str, date, bool]], to_correct: AbstractSet[str]
) -> Returns:
    """Give Biểu 05 of a period on which no article asks for a report: the units that got a workbook were expected.

    *files* are unit, day and whether nothing in it was new, of what was taken in on the period.
    """
    came: dict[str, date] = {}
    full: set[str] = set()
    for unit, day, empty in files:
        came[unit] = min(day, came.get(unit, day))
        if not empty:
            full.add(unit)
    lines = []
    for unit in dict.fromkeys(sent_to):
        told = ReturnState.UNDATED if unit in full else ReturnState.EMPTY
        state = told if unit in came else ReturnState.WAITING
        lines.append(UnitReturn(unit, state, None, came.get(unit), unit in to_correct))
    return Returns(tuple(lines))
