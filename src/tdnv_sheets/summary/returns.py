"""Biểu 05: which units were expected to report on a period, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


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
