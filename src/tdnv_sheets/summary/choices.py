"""What an office may choose about its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tdnv_sheets.summary.ranking import RankingRule

ASSIGNED: Final = "assigned"
DEADLINE: Final = "deadline"


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices, with what holds where an office makes none."""

    allocation: str = ASSIGNED
    """By which day an assignment belongs to a period: `ASSIGNED`, or `DEADLINE` where it has one."""
    ageing: tuple[int, ...] = (30, 60, 120)
    """Last days of the bands of overdue tasks, rising; what is beyond them is a band of its own."""
    ranking: RankingRule | None = None
