"""The figures of a periodic report, before anybody draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment
    from tdnv_sheets.rules.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Counts:
    """Assignments (or distinct tasks) of one line; statuses as of the report's day add up to `total`."""

    carried: int = 0
    new: int = 0
    total: int = 0
    completed_on_time: int = 0
    completed_late: int = 0
    completed_undated: int = 0
    open_in_time: int = 0
    open_overdue: int = 0
    open_undated: int = 0
    not_completed: int = 0
    withdrawn: int = 0
    transferred: int = 0
    awaiting: int = 0
    extended: int = 0
    open_in_time_not_started: int = 0
    """Of `open_in_time`: those that nobody has begun; the rest are in progress."""
    open_overdue_not_started: int = 0
    """Of `open_overdue`: those that nobody has begun."""

    @property
    def completed(self) -> int:
        """All that is completed."""
        return self.completed_on_time + self.completed_late + self.completed_undated

    @property
    def open(self) -> int:
        """All that is not completed and still to be done."""
        return self.open_in_time + self.open_overdue + self.open_undated + self.not_completed


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's line of Biểu 01; `previous` are the same counts for the period before."""

    unit: str
    counts: Counts
    previous: Counts
    rates: Mapping[str, Fraction | None]


@dataclass(frozen=True, slots=True)
class Listed:
    """One assignment in an annex, with what the rules say about it on the report's day."""

    assignment: Assignment
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Check:
    """One named reconciliation check; the words stand in messages/checks.toml under `check_<name>`."""

    name: str
    ok: bool
    detail: str = ""
    """The two sides that should be equal, such as `150 = 150`."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole periodic report."""

    period: Period
    as_of: date
    regulation: str
    units: tuple[UnitLine, ...]
    total: Counts
    """Sum over units: an assignment each."""
    previous_total: Counts
    distinct: Counts
    """Distinct tasks: a task with several lead units counts once, with the status of its least advanced lead."""
    rates: Mapping[str, Fraction | None]
    """Named rates over `total`; None where the denominator is zero."""
    overdue: tuple[Listed, ...]
    """Biểu 02: open and overdue on the as-of day, most overdue first."""
    checks: tuple[Check, ...]
    between: Between


@dataclass(frozen=True, slots=True)
class Between:
    """What happened between the previous report's cut-off and this period's first day, in neither report's figures.

    `open_then + begun - closed + reopened` is what this report carries over.
    """

    open_then: int = 0
    """Open in the previous report, on its cut-off day."""
    begun: int = 0
    """Assigned after that cut-off and before this period."""
    closed: int = 0
    """Completed, withdrawn or transferred after that cut-off and before this period."""
    reopened: int = 0
    """Closed before and open again since, because the office returned them."""
