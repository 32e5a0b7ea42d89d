"""The figures of a periodic report, before anybody draws them: plain data, every number counted, none derived in drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from tdnv_sheets.summary.returns import Returns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment, Key
    from tdnv_sheets.rules.judgement import Judgement, Status
    from tdnv_sheets.summary.issued import Corrections, Issued
    from tdnv_sheets.summary.ranking import Ranking


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
    due: int = 0
    """Those whose deadline lies in the period and is over or today («đến hạn trong kỳ»), whatever has become of them."""
    due_soon: int = 0
    """Of `open_in_time`: due within the office's window of days, and not awaiting confirmation (Biểu 02c)."""
    updated: int = 0
    """Of the open ones: those of which the unit told something in the period."""
    undated_silent: int = 0
    """Of `open_undated`: those of which it told nothing in the period (Biểu 02d)."""
    overdue_silent: int = 0
    """Of `open_overdue` and `not_completed`: those of which it told nothing in the period, and that await nothing."""

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
    """One unit's line of Biểu 01."""

    unit: str
    counts: Counts
    previous: Counts
    """The same counts for the period before, as of its own cut-off."""
    rates: Mapping[str, Fraction | None]
    last_year: Counts = Counts()
    """The same counts for the same period of last year, as of its own cut-off."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown: assignments that have something in common. The lines' counts add up to `Summary.total`."""

    code: str
    """What they have in common: the assigner's words, a level, a document's number, a year; empty where nothing is said."""
    counts: Counts
    tasks: int
    """Distinct tasks among them; a task whose leads stand in several lines counts in each."""
    label: str = ""
    """Words of the register beside the code: a document's summary (trích yếu). Empty for the other breakdowns."""
    day: date | None = None
    """A document's date of issue; None for the other breakdowns and where the register has none."""


@dataclass(frozen=True, slots=True)
class Breakdowns:
    """The same assignments as in Biểu 01, in other heaps. The schema has no field of work, so there is none by field."""

    assigners: tuple[Line, ...] = ()
    """By «Nguồn giao»: the regulation's list in its order, zeros included, then other words in use; last the empty ones."""
    levels: tuple[Line, ...] = ()
    """By the level of the assigner, highest first: `central`, `province`, `district`, `agency` (the office's own body),
    last those of which neither the regulation nor the words say (an empty code). Words: messages/summary.toml `level_<code>`."""
    documents: tuple[Line, ...] = ()
    """By assigning document (number, date, issuer), by date; last, with an empty code, all tasks without a number."""
    years: tuple[Line, ...] = ()
    """By the year of assignment, newest first; last, with an empty code, those without any day."""

    @property
    def document_count(self) -> int:
        """Say how many numbered documents there are."""
        return sum(1 for line in self.documents if line.code)


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Overdue assignments by days overdue, both ends included."""

    first: int
    last: int | None
    """None for the last band, which has no end."""
    count: int


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened from one day to another, both included: `open_before + begun - closed + reopened = open_after`.

    A day's figures of two spans that follow each other add up to those of both together, but for the two stocks: the
    first span's `open_after` is the second's `open_before`.
    """

    open_before: int = 0
    """Open at the end of the day before the first."""
    begun: int = 0
    """Assigned, or come from another unit."""
    completed_on_time: int = 0
    completed_late: int = 0
    completed_undated: int = 0
    withdrawn: int = 0
    transferred: int = 0
    reopened: int = 0
    """Closed before and open again, because the office returned them or a result that it had taken no longer counts."""
    open_after: int = 0
    """Open at the end of the last day."""

    @property
    def closed(self) -> int:
        """All that ceased to be open, for whatever reason."""
        return self.completed_on_time + self.completed_late + self.completed_undated + self.withdrawn + self.transferred


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of the trend."""

    period: Period
    last: date
    """The last day counted: the month's last, or the report's in its last month."""
    flow: Flow
    overdue: int
    """Open and overdue, or not completed, at the end of that day."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One assignment in an annex, with what the rules say about it on the report's day."""

    assignment: Assignment
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Shared:
    """A task that stands in the report with several units; together they make up the difference of Σ units and distinct."""

    task_id: str
    leads: tuple[Listed, ...]
    """By the unit's code."""
    moved: bool
    """Whether all but one of them gave it away: nobody shares it, it went from one unit to another."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One rule that the figures rest on, so that a reader sees which was applied where."""

    what: str
    """`cut_off`, `allocation`, `unit_report`, `office_report`, `weekly_report`, `confirmation`, `final_document`, `returned_overdue`,
    `completion_day`, `deadline_roll`; the words stand in messages/summary.toml under `applied_<what>`."""
    value: str
    """The answer: a code word of the regulation or of the settings, or a day as ISO."""
    article: str
    """Of the regulation; empty where it is the office's setting."""
    since: date | None = None
    """From when on this version holds: it is applied to tasks that began then or later (and to reports on such periods)."""
    to: str = ""
    """Who receives the report, for the two report days."""
    text: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """How the regulation's answer is to be read, by language; empty for settings and where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Check:
    """One named reconciliation check; the words stand in messages/checks.toml under `check_<name>`."""

    name: str
    ok: bool
    detail: str = ""
    """The two sides that should be equal, such as `150 = 150`."""


@dataclass(frozen=True, slots=True)
class Between:
    """What happened between the previous report's cut-off and this period's first day, in neither report's figures.

    `open_then + corrected + begun - closed + reopened` is what this report carries over.
    """

    open_then: int = 0
    """Open in the previous report, on its cut-off day."""
    begun: int = 0
    """Assigned after that cut-off and before this period."""
    closed: int = 0
    """Completed, withdrawn or transferred after that cut-off and before this period."""
    reopened: int = 0
    """Closed before and open again since, because the office returned them."""
    corrected: int = 0
    """So many more (below zero: fewer) of the previous report's are open than it says, by corrections since it was frozen."""


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
    """Named rates over `total` (and `returns`); None where the denominator is zero."""
    overdue: tuple[Listed, ...]
    """Biểu 02: open and overdue on the as-of day, most overdue first."""
    checks: tuple[Check, ...]
    between: Between
    allocation: str = "assigned"
    """By which day an assignment belongs to a period: the day it was `assigned`, or its `deadline` where it has one."""
    late: tuple[Listed, ...] = ()
    """Biểu 02b: completed late, by deadline."""
    due_soon: tuple[Listed, ...] = ()
    """Biểu 02c: to be done within the office's window of days, next first."""
    undated_silent: tuple[Listed, ...] = ()
    """Biểu 02d: without deadline, open, and nothing told in the period."""
    shared: tuple[Shared, ...] = ()
    """Tasks that several units have in this report, by id."""
    breakdowns: Breakdowns = Breakdowns()
    ageing: tuple[AgeBand, ...] = ()
    """`overdue` by days overdue: a band for each limit of the settings and one for what is beyond them."""
    flow: Flow = Flow()
    """What happened from the period's first day to the as-of day (never beyond the period's last)."""
    trend: tuple[MonthLine, ...] = ()
    """The twelve months up to the one in which the report's last day lies, oldest first."""
    previous_period: Period | None = None
    previous_as_of: date | None = None
    """The cut-off of the period before, on which `previous_total` stands."""
    previous_distinct: Counts = Counts()
    last_year_period: Period | None = None
    last_year_as_of: date | None = None
    last_year_total: Counts = Counts()
    """The same period of last year, as of its own cut-off; equal to the period before for a year."""
    last_year_distinct: Counts = Counts()
    returns: Returns = Returns()  # noqa: RUF009 - frozen
    """Biểu 05: which units have reported on the period."""
    ranking: Ranking | None = None
    """Units in order and in classes; None unless the office's settings ask for it."""
    applied: tuple[Applied, ...] = ()
    """The rules that the figures rest on, with their articles and versions."""
    revision: int | None = None
    """The ledger's revision that was counted; None where the caller did not say."""
    standing: Mapping[Key, Status] = field(default_factory=lambda: MappingProxyType({}))
    """Every assignment that stands in the report, with its status on the as-of day."""
    scope: tuple[str, ...] = ()
    """Codes of the units that the report is limited to; none for the whole office."""
    issued: Issued | None = None
    """Which issue of the report it is; None where the figures are not frozen."""
    corrections: Corrections | None = None
    """What was corrected in the period before after its report was frozen; None where that is not frozen."""
