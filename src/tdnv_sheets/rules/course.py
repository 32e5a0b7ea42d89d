"""How the rows of a table stood over time: the rules of `status.py` in columns, for whole ledgers and for many days.

The sentences are those of `status.py`, each said of all rows at once; tests hold the two equal for every row and day.
A status depends on the day asked for only through comparisons with a few days of the row itself (decision, completion,
the unit's last word, deadline) and, for a row without any start day, with those on which the regulation changes. Between
two such days nothing changes.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from tdnv_sheets.rules.judgement import Status, Timeliness
from tdnv_sheets.rules.status import CLOSING
from tdnv_sheets.rules.table import DECISIONS, NEVER, first_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.regulation import Completion
    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.rules.table import Codes, Days, Flags, Table

    Moment: TypeAlias = int | Days
    """One day for all rows, or one for each."""

STATUSES: Final = (
    *(Status.COMPLETED_ON_TIME, Status.COMPLETED_LATE, Status.COMPLETED_UNDATED),
    *(Status.OPEN_IN_TIME, Status.OPEN_OVERDUE, Status.OPEN_UNDATED),
    *(Status.NOT_COMPLETED, Status.WITHDRAWN, Status.TRANSFERRED),
)
"""A status's code in a column is its place here: those of completed and of open rows in the order of `TIMELINESS`."""
TIMELINESS: Final = (Timeliness.IN_TIME, Timeliness.LATE, Timeliness.UNDATED)
CODE: Final = {status: code for code, status in enumerate(STATUSES)}
_LATE, _UNDATED = TIMELINESS.index(Timeliness.LATE), TIMELINESS.index(Timeliness.UNDATED)
_CONFIRMED, _RETURNED = DECISIONS.index("confirmed"), DECISIONS.index("returned")
_NOT_CLOSING: Final = -1
_CLOSING: Final = np.array([CODE[CLOSING[word]] if word in CLOSING else _NOT_CLOSING for word in DECISIONS], np.int8)
"""The status by decision, where the decision ends an assignment without a result."""


def is_one_of(statuses: Iterable[Status], column: Codes) -> Flags:
    """Say of each row whether its status is one of some."""
    wanted = np.zeros(len(STATUSES), np.bool_)
    wanted[[CODE[status] for status in statuses]] = True
    found: Flags = wanted[column]
    return found


class Outcome(NamedTuple):
    """What has become of the work of each row, before the deadline is looked at (`status.Outcome`)."""

    complete: Flags
    awaiting: Flags
    returned: Flags
    closing: Codes
    """The status that a decision gives, else -1."""
    day: Days
    """When it was completed, or reported as such."""
    reference: Days
    """The day to hold against the deadline; never where no day is known and nothing proves it late."""

    @property
    def closed(self) -> Flags:
        """Say whether nothing is left to be done."""
        closed: Flags = self.complete | (self.closing != _NOT_CLOSING)
        return closed


class Stand(NamedTuple):
    """How each row stands at the end of a day."""

    status: Codes
    """In `STATUSES`."""
    timeliness: Codes
    """In `TIMELINESS`."""
    deadline: Days
    """The last day in time."""
    outcome: Outcome

    def is_one_of(self, statuses: Iterable[Status]) -> Flags:
        """Say of each row whether its status is one of some."""
        return is_one_of(statuses, self.status)


class _Facts(NamedTuple):
    """What an outcome rests on besides the table, by one version of the rules."""

    asked: Flags
    """Whether completion waits for the office's confirmation."""
    returned_overdue: Flags
    interim: Flags
    """Its paper is no result, and the regulation lets none such end a task."""
    told: Days
    """The completion day by the regulation's choice of the days that the unit gave; of what is done, else when it said so."""


class Dues(NamedTuple):
    """What the calendar makes of the deadlines as they were set."""

    deadline: Days
    provisional: Flags


class Course:
    """How each row of a table stood on every day."""

    def __init__(self, table: Table, judge: Judge) -> None:
        self.table = table
        self._judge = judge
        (_, first), *later = judge.regulation.completions
        # What the regulation says first is applied to what was before it, too.
        self._later = np.array([since.toordinal() for since, _completion in later], np.int32)
        self._completions = (first, *(completion for _since, completion in later))
        self._known: dict[int, Stand] = {}
        self._dues: dict[str, Dues] = {}

    def on_day(self, day: int) -> Stand:
        """Say how each row stands at the end of a day; several figures ask for the same few days."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self.on(day)
        return known

    def on(self, day: Moment) -> Stand:
        """Hold what has become of the work at the end of *day* against the deadline."""
        outcome, dues = self.outcome(day), self.dues(day)
        timeliness = (outcome.reference > dues.deadline).astype(np.int8)  # the deadline day itself is in time
        timeliness[dues.deadline == NEVER] = _UNDATED
        status = np.where(outcome.complete, timeliness, timeliness + CODE[Status.OPEN_IN_TIME])
        overdue = outcome.returned & self._facts(day).returned_overdue & (timeliness == _LATE)
        status[overdue] = CODE[Status.NOT_COMPLETED]
        status = np.where(outcome.closing == _NOT_CLOSING, status, outcome.closing)
        return Stand(status, timeliness, dues.deadline, outcome)

    def outcome(self, day: Moment) -> Outcome:
        """Say what has become of the work at the end of *day*; what is dated later has not happened yet."""
        table, facts = self.table, self._facts(day)
        decided, heard = table.decided, table.heard
        decision = np.where(decided <= day, table.decision, 0)
        closing, confirmed = _CLOSING[decision], decision == _CONFIRMED
        done_on = np.where(confirmed, first_of(facts.told, decided), facts.told)
        done = table.done | (confirmed & (done_on != NEVER))
        finished = done & ~facts.interim & (done_on <= day)
        redone = finished & (decided != NEVER) & (done_on > decided)
        # Done again need not mean on a later day: often only a paper was missing. Then the office has to look anew.
        again = facts.asked & finished & (decided != NEVER) & (decided < heard) & (heard <= day)
        returned = (decision == _RETURNED) & ~(redone | again)
        closes = closing != _NOT_CLOSING
        finished &= ~(returned | closes)
        awaiting = finished & facts.asked & ~confirmed
        reference = np.where(finished, done_on, day)
        return Outcome(
            complete=finished & ~awaiting,
            awaiting=awaiting,
            returned=returned,
            closing=closing,
            day=np.where(finished, done_on, NEVER),
            reference=np.where(closes & (decided != NEVER), decided, reference),
        )

    def settled(self, day: int) -> Flags:
        """Say which rows are surely closed on *day* and on every day after it; no deadline opens a row again."""
        settled: Flags = self.outcome(day).closed & (np.maximum.reduce(self._days_of_work) <= day)
        return settled

    @property
    def turns(self) -> tuple[Days, ...]:
        """Days on which a comparison of `on` can come out otherwise: for each row one in each column, in no order."""
        deadlines = [self._rolled(roll).deadline for roll in {each.deadline_roll for each in self._completions}]
        return (*self._days_of_work, *(np.where(each == NEVER, NEVER, each + 1) for each in deadlines))

    @property
    def _days_of_work(self) -> tuple[Days, ...]:
        """Days on which a comparison of `outcome` can come out otherwise, by whichever version of the rules."""
        table = self.table
        done_again = np.where(table.decision == _RETURNED, table.heard, NEVER)
        changes = [np.where(table.start == NEVER, since, NEVER) for since in self._later]
        return (table.decided, done_again, *(facts.told for facts in self._by_version), *changes)

    def dues(self, day: Moment) -> Dues:
        """Give the deadlines with their roll over days off, by the version of the rules that holds for each row."""
        found = [self._rolled(completion.deadline_roll) for completion in self._completions]
        return Dues(*self._chosen(day, found))

    def _facts(self, day: Moment) -> _Facts:
        return _Facts(*self._chosen(day, self._by_version))

    def _chosen(self, day: Moment, versions: Sequence[tuple[Any, ...]]) -> Iterable[Any]:
        """Give each row what its version of the rules says: that of the day on which it began, else of the day asked for."""
        if len(versions) == 1:
            return versions[0]
        start = self.table.start
        version = np.searchsorted(self._later, np.where(start == NEVER, day, start), side="right")
        return (np.choose(version, column) for column in zip(*versions, strict=True))

    @cached_property
    def _by_version(self) -> tuple[_Facts, ...]:
        return tuple(map(self._facts_by, self._completions))

    def _facts_by(self, completion: Completion) -> _Facts:
        table, setting = self.table, self._judge.confirmation
        document, completed = np.where(table.interim, NEVER, table.result), table.completed
        days = (completed, document) if completion.completion_day == "completed" else (document, completed)
        of_completion = first_of(*days)
        asked = completion.confirmation if setting == "regulation" else setting == "yes"
        return _Facts(
            asked=np.array(asked),
            returned_overdue=np.array(completion.returned_overdue),
            interim=table.interim & completion.final_document,
            told=np.where(table.done, first_of(of_completion, table.reported, table.heard), of_completion),
        )

    def _rolled(self, roll: str) -> Dues:
        known = self._dues.get(roll)
        if known is None:
            known = self._dues[roll] = dues_of(self.table.named, self._judge.calendar, roll)
        return known


def dues_of(named: Days, calendar: Calendar, roll: str) -> Dues:
    """Ask the calendar once for each day that deadlines were set to: a hundred thousand rows have some hundred."""
    days, places = np.unique(named, return_inverse=True)
    found = [None if day == NEVER else calendar.due(date.fromordinal(day), roll) for day in days.tolist()]
    deadlines = np.array([NEVER if due is None else due.day.toordinal() for due in found], np.int32)
    provisional = np.array([due is not None and due.provisional for due in found], np.bool_)
    return Dues(deadlines[places], provisional[places])
