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
    from collections.abc import Mapping, Sequence

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.records import Assignment, Key, Trail
    from tdnv_sheets.regulation import Completion, Regulation
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
        last_update = self.trails.get(assignment.key, NO_TRAIL).last_update
        start = start_day(assignment)
        if start is not None:
            facts = self._facts(assignment, self.regulation.completion(start), last_update)
            return Course(_turns(facts), facts.deadline, facts.last_update)
        # What the regulation says first is applied to what was before it, too.
        (_, first), *later = self.regulation.completions
        versions = [(date.min, self._facts(assignment, first, last_update))]
        versions += [(since, self._facts(assignment, completion, last_update)) for since, completion in later]
        now = next(facts for since, facts in reversed(versions) if since <= as_of)
        return Course(_turns_under(versions), now.deadline, now.last_update)

    def _facts(self, assignment: Assignment, completion: Completion, last_update: date | None) -> Facts:
        return facts_of(assignment, completion, self.calendar, self.confirmation, last_update)

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


def _turns(facts: Facts, since: date = date.min) -> tuple[Turn, ...]:
    """Find the turns from a day on: the days on which a comparison of `outcome_on` or `status_on` can come out otherwise."""
    days = [facts.decided, facts.completed or facts.told]
    if facts.decision == "returned":
        days.append(facts.last_update)  # done again, on the same day as before
    if facts.deadline is not None:
        days.append(facts.deadline + _ONE_DAY)
    turns = [_turn(facts, since)]
    for day in sorted({day for day in days if day is not None and day > since}):
        turn = _turn(facts, day)
        if turn.status is not turns[-1].status or turn.awaiting is not turns[-1].awaiting:
            turns.append(turn)
    return tuple(turns)


def _turn(facts: Facts, day: date) -> Turn:
    outcome = outcome_on(facts, day)
    return Turn(day, status_on(facts, outcome, day), outcome.awaiting)


def _turns_under(versions: Sequence[tuple[date, Facts]]) -> tuple[Turn, ...]:
    """Find the turns where what the status rests on itself changes from some days on."""
    ends = [since for since, _facts in versions[1:]] + [date.max]
    turns: list[Turn] = []
    for (since, facts), end in zip(versions, ends, strict=True):
        turns += (turn for turn in _turns(facts, since) if turn.day < end)
    return tuple(turns)
