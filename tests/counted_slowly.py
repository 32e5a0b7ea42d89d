"""Count a report the slow way: every row is judged on every day that matters, one figure after the other."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from tdnv_sheets.rules.alerts import held_from, start_day
from tdnv_sheets.rules.judgement import COMPLETED, OPEN, OVERDUE, Status
from tdnv_sheets.summary.counts import LEAST_ADVANCED_FIRST
from tdnv_sheets.summary.figures import AgeBand, Between, Counts, Flow, Line, Listed, Shared
from tdnv_sheets.summary.levels import LEVELS, levels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment, Key
    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.rules.judgement import Judgement

ONE_DAY = timedelta(days=1)
CLOSED = COMPLETED | {Status.WITHDRAWN, Status.TRANSFERRED}
ONE_FOR_ALL = ("carried", "extended", "due", "soon", "heard", "silent")
"""A task is so if one of its leads is."""

Told = dict[str, bool | Status]


class Clerk:
    """Counts the rows of one ledger, by one office's rules."""

    def __init__(self, rows: Sequence[Assignment], judge: Judge, report_day: date, *, by_deadline: bool) -> None:
        self.rows, self.judge, self.report_day, self.by_deadline = rows, judge, report_day, by_deadline
        self.by_key = {row.key: row for row in rows}
        self.judged = cache(self._judged)

    def _judged(self, key: Key, day: date) -> Judgement:
        return self.judge.judgement(self.by_key[key], day)

    def closed(self, row: Assignment, day: date) -> bool:
        return self.judged(row.key, day).status in CLOSED

    def belongs(self, row: Assignment) -> date | None:
        named = row.day("extended_deadline") or row.day("deadline")
        return named if self.by_deadline and named is not None else held_from(row)

    def told(self, period: Period, as_of: date, heard: AbstractSet[Key]) -> dict[Key, Told]:
        """Say what each row that is in the report of a period counts as."""
        found = {}
        for row in self.rows:
            start, moved, belongs = start_day(row), row.day("transferred_on"), self.belongs(row)
            named = row.day("extended_deadline") or row.day("deadline")
            if (moved is not None and moved > as_of) or (start is not None and start > as_of):
                continue
            begins = belongs if self.by_deadline and named is not None else start
            if begins is not None and begins > period.end:
                continue
            carried = _before(belongs, period.start) and _before(held_from(row), period.start)
            day_before = min(as_of, period.start - ONE_DAY)
            if carried and self.closed(row, as_of) and self.closed(row, day_before):
                continue
            found[row.key] = self._told(row, period, as_of, carried=carried, said=row.key in heard)
        return found

    def _told(self, row: Assignment, period: Period, as_of: date, *, carried: bool, said: bool) -> Told:
        now, deadline = self.judged(row.key, as_of), self.judged(row.key, self.report_day).effective_deadline
        update = now.last_update
        heard = said or (update is not None and period.start <= update <= as_of)
        soon = as_of + timedelta(days=self.judge.due_soon_days)
        return {
            "status": now.status,
            "awaiting": now.awaiting,
            "started": row.text("progress") not in ("", "not_started"),
            "carried": carried,
            "extended": row.day("extended_deadline") is not None,
            "due": deadline is not None and period.start <= deadline <= min(as_of, period.end),
            "soon": deadline is not None and as_of <= deadline <= soon and not now.awaiting,
            "heard": heard,
            "silent": not heard and not now.awaiting,
        }

    def happened(self, first: date, last: date) -> Flow:
        """Go through the days, and on each through the rows that their units have by then."""
        numbers = dict.fromkeys((each.name for each in fields(Flow)), 0)
        for row in self.rows:
            held = held_from(row)
            if held is None or held < first:
                numbers["open_before"] += not self.closed(row, first - ONE_DAY)
            if held is None or held <= last:
                numbers["open_after"] += not self.closed(row, last)
            for number in range((last - first).days + 1):
                day = first + timedelta(days=number)
                if held is not None and held > day:
                    continue
                numbers["begun"] += day == held
                was_closed = day != held and self.closed(row, day - ONE_DAY)
                if self.closed(row, day) and not was_closed:
                    numbers[self.judged(row.key, day).status.value] += 1
                numbers["reopened"] += was_closed and not self.closed(row, day)
        return Flow(**numbers)

    def overdue(self, day: date) -> int:
        held = [row for row in self.rows if _before(held_from(row), day + ONE_DAY)]
        return sum(self.judged(row.key, day).status in OVERDUE for row in held)

    def between(self, period: Period, as_of: date, then: date) -> Between:
        day_before = min(as_of, period.start - ONE_DAY)
        numbers = {"open_then": 0, "begun": 0, "closed": 0, "reopened": 0}
        for row in self.rows:
            held, belongs = held_from(row), self.belongs(row)
            if not (_before(held, period.start) and _before(belongs, period.start) and _before(held, as_of + ONE_DAY)):
                continue
            begun = held is not None and held > then
            was_open = not begun and not self.closed(row, then)
            numbers["open_then"] += was_open
            numbers["begun"] += begun
            numbers["closed"] += (was_open or begun) and self.closed(row, day_before)
            again = self.closed(row, day_before) and not self.closed(row, as_of)
            numbers["reopened"] += again or not (self.closed(row, day_before) or was_open or begun)
        return Between(**numbers)

    def listed(self, keys: Iterable[Key]) -> tuple[Listed, ...]:
        found = [Listed(self.by_key[key], self.judged(key, self.report_day)) for key in keys]
        return tuple(sorted(found, key=lambda one: (one.judgement.effective_deadline or date.min, one.assignment.key)))

    def shared(self, told: dict[Key, Told]) -> tuple[Shared, ...]:
        found = []
        for task in sorted({key.task_id for key in told}):
            leads = sorted(key for key in told if key.task_id == task)
            gave_away = [key for key in leads if told[key]["status"] is Status.TRANSFERRED]
            if len(leads) > 1:
                listed = tuple(Listed(self.by_key[key], self.judged(key, self.report_day)) for key in leads)
                found.append(Shared(task, listed, moved=len(gave_away) >= len(leads) - 1))
        return tuple(found)

    def heaps(self, told: dict[Key, Told], of: Callable[[Assignment], str], order: Sequence[str]) -> tuple[Line, ...]:
        keys: dict[str, list[Key]] = {code: [] for code in order}
        for key in told:
            keys.setdefault(of(self.by_key[key]), []).append(key)
        if not keys.get("", [1]):
            del keys[""]
        return tuple(
            Line(code, counted([told[key] for key in own]), len({key.task_id for key in own}))
            for code, own in sorted(keys.items(), key=lambda item: not item[0])
        )

    def assigners(self, told: dict[Key, Told], on: date) -> tuple[Line, ...]:
        others = sorted({self.by_key[key].text("assigner") for key in told} - {""})
        order = list(dict.fromkeys((*self.judge.regulation.assigners(on), *others)))
        return self.heaps(told, lambda row: row.text("assigner"), order)

    def levels(self, told: dict[Key, Told]) -> tuple[Line, ...]:
        level = levels_of(self.judge.regulation)
        return self.heaps(told, lambda row: level(row.text("assigner")), LEVELS)

    def years(self, told: dict[Key, Told]) -> tuple[Line, ...]:
        def year(row: Assignment) -> str:
            start = start_day(row)
            return "" if start is None else str(start.year)

        met = {year(self.by_key[key]) for key in told}
        return self.heaps(told, year, sorted(met - {""}, reverse=True))


def _before(day: date | None, other: date) -> bool:
    return day is None or day < other


def counted(told: Iterable[Told]) -> Counts:
    """Add up what rows, or tasks, count as."""
    numbers = dict.fromkeys((each.name for each in fields(Counts)), 0)
    for one in told:
        status = one["status"]
        assert isinstance(status, Status)
        numbers["total"] += 1
        numbers["carried" if one["carried"] else "new"] += 1
        numbers[status.value] += 1
        for name in ("awaiting", "extended", "due"):
            numbers[name] += one[name] is True
        for wanted in (Status.OPEN_IN_TIME, Status.OPEN_OVERDUE):
            if status is wanted:
                numbers[f"{wanted.value}_not_started"] += not one["started"]
        numbers["due_soon"] += status is Status.OPEN_IN_TIME and one["soon"] is True
        numbers["updated"] += status in OPEN and one["heard"] is True
        numbers["undated_silent"] += status is Status.OPEN_UNDATED and one["silent"] is True
        numbers["overdue_silent"] += status in OVERDUE and one["silent"] is True
    return Counts(**numbers)


def of_tasks(told: dict[Key, Told]) -> list[Told]:
    """Join what the leads of a task count as."""
    found: list[Told] = []
    for task in {key.task_id for key in told}:
        leads = [one for key, one in told.items() if key.task_id == task]
        behind = min(leads, key=lambda one: (_advance(one), one["awaiting"], one["started"]))
        joint: Told = {name: any(one[name] is True for one in leads) for name in ONE_FOR_ALL}
        found.append({**behind, **joint})
    return found


def _advance(one: Told) -> int:
    status = one["status"]
    assert isinstance(status, Status)
    return LEAST_ADVANCED_FIRST.index(status)


def aged(overdue: Iterable[Listed], limits: Sequence[int]) -> tuple[AgeBand, ...]:
    days = [-(one.judgement.days_left or 0) for one in overdue]
    bands = []
    for first, last in zip((1, *(limit + 1 for limit in limits)), (*limits, None), strict=True):
        inside = [number for number in days if (first == 1 or number >= first) and (last is None or number <= last)]
        bands.append(AgeBand(first, last, len(inside)))
    return tuple(bands)
