"""How an assignment stood over time: the days on which its status changes, found once instead of judging every day.

A status depends on the day asked for only through comparisons with a few days of the row itself (decision, completion,
the unit's last word, deadline) and, for a row without any start day, with those on which the regulation changes. Between
two such days nothing changes. Counting asks for many days of many rows; a course answers them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.rules.alerts import start_day
from tdnv_sheets.rules.status import CLOSING, INTERIM, Facts, facts_of, judge, outcome_on, status_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment, Key, Trail
    from tdnv_sheets.regulation import Regulation
    from tdnv_sheets.rules.judgement import Judgement, Status

_ONE_DAY: Final = timedelta(days=1)
_RESULT_DAYS: Final = ("result_date", "completed_date", "reported_date")


class Turn(NamedTuple):
    """From `day` on an assignment stands so, until the next turn."""

    day: date
    status: Status
    awaiting: bool


class Course(NamedTuple):
    """How an assignment stood on every day."""

    turns: tuple[Turn, ...]
    """By day; the first holds from the beginning of time."""
    deadline: date | None
    """The effective deadline on the day for which the course was asked."""
    last_update: date | None

    def on(self, day: date) -> Turn:
        """Give the turn that holds at the end of *day*."""
        turns = self.turns
        for turn in reversed(turns):
            if turn.day <= day:
                return turn
        return turns[0]


@dataclass(frozen=True)
class Judge:
    """The rules as they are applied to the rows of one ledger."""

    regulation: Regulation
    calendar: Calendar
    due_soon_days: int
    confirmation: str
    """The office's setting: `regulation`, `yes` or `no`."""
    trails: Mapping[Key, Trail]

    def judgement(self, assignment: Assignment, as_of: date) -> Judgement:
        """Say how an assignment stands on a day, without its alerts: counting needs none."""
        return judge(
            assignment,
            as_of,
            regulation=self.regulation,
            calendar=self.calendar,
            due_soon_days=self.due_soon_days,
            confirmation=self.confirmation,
            trail=self.trails.get(assignment.key, NO_TRAIL),
            with_alerts=False,
        )

    def course(self, assignment: Assignment, as_of: date) -> Course:
        """Say how an assignment stands on every day: on each the status and `awaiting` that `judgement` gives.

        *as_of* picks the version of the regulation that the deadline is rolled by, where the row has no start day.
        """
        versions = self._versions(assignment)
        days = {date.min}
        for since, facts in versions:
            days.update(_turning_days(facts))
            days.add(since)
        turns: list[Turn] = []
        for day in sorted(days):
            facts = _in_force(versions, day)
            outcome = outcome_on(facts, day)
            status = status_on(facts, outcome, day)
            if not turns or (turns[-1].status, turns[-1].awaiting) != (status, outcome.awaiting):
                turns.append(Turn(day, status, outcome.awaiting))
        now = _in_force(versions, as_of)
        return Course(tuple(turns), now.deadline, now.last_update)

    def _versions(self, assignment: Assignment) -> list[tuple[date, Facts]]:
        trail = self.trails.get(assignment.key, NO_TRAIL)
        start = start_day(assignment)
        if start is not None:
            completion = self.regulation.completion(start)
            facts = facts_of(assignment, completion, self.calendar, self.confirmation, trail.last_update)
            return [(date.min, facts)]
        versions = [
            (since, facts_of(assignment, completion, self.calendar, self.confirmation, trail.last_update))
            for since, completion in self.regulation.completions
        ]
        # What the regulation says first is applied to what was before it, too.
        return [(date.min, versions[0][1]), *versions[1:]]

    def settled(self, assignment: Assignment, day: date) -> bool:
        """Say whether an assignment is surely closed on *day* and on every day after it; False where that is not plain.

        Far cheaper than a course: most rows of a ledger of many years were confirmed, or taken away, long ago.
        """
        get = assignment.fields.get
        decision = get("decision")
        if decision:
            decided = get("decision_date")
            if decision == "returned" or not isinstance(decided, date) or decided > day:
                return False
            if decision in CLOSING:
                return True
        elif not self._taken_at_its_word:
            return False
        if get("progress") != "done" or get("result_kind") in INTERIM:
            return False
        for name in _RESULT_DAYS:
            given = get(name)
            if isinstance(given, date) and given > day:
                return False
        trail = self.trails.get(assignment.key)
        return trail is None or trail.last_update is None or trail.last_update <= day

    @cached_property
    def _taken_at_its_word(self) -> bool:
        """Say whether no version of the rules lets completion wait for a confirmation."""
        if self.confirmation != "regulation":
            return self.confirmation == "no"
        return not any(completion.confirmation for _since, completion in self.regulation.completions)


def _turning_days(facts: Facts) -> list[date]:
    days = [facts.decided, facts.completed, facts.told, facts.last_update]
    if facts.deadline is not None:
        days.append(facts.deadline + _ONE_DAY)
    return [day for day in days if day is not None]


def _in_force(versions: list[tuple[date, Facts]], day: date) -> Facts:
    found = versions[0][1]
    for since, facts in versions[1:]:
        if since <= day:
            found = facts
    return found
