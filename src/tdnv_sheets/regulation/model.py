"""One authority's rules, and the questions that the program asks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.regulation.keys import NAME_FIELDS
from tdnv_sheets.regulation.values import (
    OFFICE,
    UNIT,
    Clause,
    Completion,
    ExplanationDuty,
    Inaction,
    Inspection,
    Interval,
    ReportDay,
    SessionDuty,
    Switch,
    TimeLimit,
    WeeklyDuty,
    in_force,
    versions_in_force,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.regulation.values import Provision

_URGENT: Final = frozenset({"urgent", "express"})
"""What the texts call khẩn, hỏa tốc; thượng khẩn stands in none of them and is left to a switch."""
_SECOND_HALF: Final = 7
_COMPLETION: Final = ("confirmation", "final_document", "returned_overdue", "completion_day", "deadline_roll")


@dataclass(frozen=True)
class Regulation:
    """One authority's rules; of a value with several versions the day on which a duty's clock starts picks one."""

    id: str
    title: str
    """Vietnamese."""
    issuer: str
    office: str
    """The coordinating office, as the text names it."""
    number: str
    """Empty where the text at hand has none."""
    since: date
    state: Mapping[str, str]
    """What is to be known about the text itself, by language."""
    digest: str
    """Tells two contents of the profile apart."""
    limits: tuple[TimeLimit, ...]
    reports: tuple[ReportDay, ...]
    sessions: tuple[SessionDuty, ...]
    weekly: tuple[WeeklyDuty, ...]
    stale: tuple[Interval, ...]
    inactions: tuple[Inaction, ...]
    explanations: tuple[ExplanationDuty, ...]
    switches: tuple[Switch, ...]
    clauses: tuple[Clause, ...]

    def provisions(self) -> Iterator[tuple[str, Provision]]:
        """Give every value with the name of its table, in the order of the tables."""
        for table, values in (
            ("limit", self.limits),
            ("report", self.reports),
            ("session", self.sessions),
            ("weekly", self.weekly),
            ("stale", self.stale),
            ("inaction", self.inactions),
            ("explanation", self.explanations),
            ("switch", self.switches),
            ("clause", self.clauses),
        ):
            for value in values:
                yield table, value

    # ------------------------------------------------------------------ lists in the text

    def about(self, topic: str, on: date | None = None) -> tuple[Clause, ...]:
        """List the clauses on a topic in the order of the text: all of them, or as they hold *on* a day."""
        clauses = tuple(clause for clause in self.clauses if clause.topic == topic)
        return clauses if on is None else versions_in_force(clauses, on)

    def assigners(self, on: date) -> tuple[str, ...]:
        """Give the list for «Nguồn giao» on a day; before the regulation its first list."""
        day = max(on, self.since)
        return tuple(clause.text["vi"] for clause in self.about("assigner", day))

    def provides_extensions(self, on: date) -> bool:
        """Say whether the text speaks of extensions, as it holds *on* a day; one that does wants a paper for each."""
        return bool(self.about("extension", on))

    @cached_property
    def inspection(self) -> Inspection:
        """Say how tasks are inspected."""
        return Inspection(
            body=self.about("inspection-body"),
            content=self.about("inspection-content"),
            form=self.about("inspection-form"),
            decision=self.about("inspection-decision"),
            limits=tuple(limit for limit in self.limits if limit.name == "inspection-report"),
            report=self.about("inspection-report"),
            dossier=self.about("inspection-dossier"),
        )

    def articles_of_fields(self, on: date) -> Mapping[str, str]:
        """Give field → the article that asks for it, as it holds *on* a day: the field list first, then what else names it."""
        articles: dict[str, str] = {}
        named = [(clause.article, clause.names) for topic in NAME_FIELDS for clause in self.about(topic, on)]
        duty = self.explanation(on)
        named += [] if duty is None else [(duty.article, duty.fields)]
        named += [(clause.article, ("assigner",)) for clause in self.about("assigner", on)[:1]]
        named += [(limit.article, ("entered_date",)) for limit in self.entry_limits if limit.case == "ordinary"]
        for article, fields in named:
            for field in fields:
                articles.setdefault(field, article)
        return MappingProxyType(articles)

    # ------------------------------------------------------------------ answers to what the text leaves open

    def answer(self, name: str, on: date) -> bool | str:
        """Give the answer of a switch for what began *on* a day; before all versions the first one's, after them the last's.

        Raises `KeyError` for a switch that the profile does not have.
        """
        return self.switch(name, on).value

    def switch(self, name: str, on: date) -> Switch:
        """Give the version of a switch that answers for what began *on* a day, as `answer` does."""
        versions = [switch for switch in self.switches if switch.name == name]
        if not versions:
            raise KeyError(name)
        begun = [switch for switch in versions if switch.since <= on]
        best = max(begun, key=_since) if begun else min(versions, key=_since)
        return in_force(versions, on) or best

    def completion(self, on: date) -> Completion:
        """Say what makes a task that began *on* a day complete, and in time."""
        last = 0
        for index, (since, _) in enumerate(self.completions):
            if since <= on:
                last = index
        return self.completions[last][1]

    @cached_property
    def completions(self) -> tuple[tuple[date, Completion], ...]:
        """Every day on which what makes a task complete changes, with what holds from then on."""
        days = sorted({switch.since for switch in self.switches if switch.name in _COMPLETION})
        return tuple((day, self._completion_from(day)) for day in days)

    def _completion_from(self, day: date) -> Completion:
        return Completion(
            confirmation=self.answer("confirmation", day) is True,
            final_document=self.answer("final_document", day) is True,
            returned_overdue=self.answer("returned_overdue", day) is True,
            completion_day=str(self.answer("completion_day", day)),
            deadline_roll=str(self.answer("deadline_roll", day)),
        )

    def is_urgent(self, urgency: str, on: date) -> bool:
        """Say whether a document of that urgency (a code of the schema) is one that the urgent limits are for."""
        if urgency != "very_urgent":
            return urgency in _URGENT
        return any(switch.name == urgency for switch in self.switches) and self.answer(urgency, on) == "urgent"

    # ------------------------------------------------------------------ limits in working days

    def limit(self, name: str, case: str, event: date, who: str = "") -> TimeLimit | None:
        """Give the limit in force on the day of the event; the ordinary case where the text has none for *case*."""
        return self.first_limit(name, (case,), event, who)

    def first_limit(self, name: str, cases: tuple[str, ...], event: date, who: str = "") -> TimeLimit | None:
        """Give the limit for the first of *cases* that has one of its own on the day of the event, else the ordinary one."""
        named = [limit for limit in self.limits if limit.name == name and who in ("", limit.who)]
        for case in (*cases, "ordinary"):
            found = in_force((limit for limit in named if limit.case == case), event)
            if found is not None:
                return found
        return None

    @cached_property
    def entry_limits(self) -> tuple[TimeLimit, ...]:
        """By when the office enters a task: urgent, ordinary, many tasks or units, without deadline."""
        return tuple(limit for limit in self.limits if limit.name == "office-entry")

    @cached_property
    def unit_limits(self) -> tuple[TimeLimit, ...]:
        """By when units register, update and return tasks."""
        return tuple(
            limit for limit in self.limits if limit.name in ("unit-entry", "unit-update", "result-update", "return")
        )

    def feedback(self, received: date) -> TimeLimit | None:
        """By when the office acts on what a unit told it on a day; None where the text sets no limit."""
        return self.limit("feedback", "ordinary", received)

    # ------------------------------------------------------------------ duties that come round

    def report_days(self, who: str, kind: PeriodKind, on: date, subject: str = "tasks") -> tuple[ReportDay, ...]:
        """List the reports of `UNIT` or `OFFICE` on periods of a kind that end *on* a day."""
        rules = (r for r in self.reports if (r.who, r.kind, r.subject) == (who, kind, subject))
        return versions_in_force(rules, on)

    def report_day(self, who: str, period: Period, subject: str = "tasks") -> ReportDay | None:
        """Give the rule for `UNIT` or `OFFICE` and *period*, with its article; None where there is none.

        «Báo cáo 6 tháng» is on the first half: the second is reported with its year, where the text has no other rule.
        """
        for rule in self.report_days(who, period.kind, period.end, subject):
            if rule.covers(period):
                return rule
        if _is_second_half(period):
            return next(iter(self.report_days(who, PeriodKind.YEAR, period.end, subject)), None)
        return None

    def office_due(self, period: Period) -> date | None:
        """Give the day on which the office reports on *period*; it may be a day off."""
        return self._due(OFFICE, period)

    def unit_due(self, period: Period) -> date | None:
        """Give the last day for units to report on *period*; it may be a day off."""
        return self._due(UNIT, period)

    def _due(self, who: str, period: Period) -> date | None:
        rule = self.report_day(who, period)
        return None if rule is None else rule.due(period)

    def cut_off(self, period: Period) -> date:
        """Give the as-of day of the report on *period*, by the switch `cut_off`; the period's last where the text has none."""
        policy = self.answer("cut_off", period.end)
        if policy == "period_end":
            return period.end
        if period.kind is PeriodKind.WEEK:
            weekly = self.weekly_day(period)
            return period.end if weekly is None else weekly[1]
        due = self.office_due(period) if policy == "office_day" else self.unit_due(period)
        return due or period.end

    def weekly_duties(self, on: date) -> tuple[WeeklyDuty, ...]:
        """List what is due every week, as it holds *on* a day."""
        return versions_in_force(self.weekly, on)

    def weekly_day(self, week: Period) -> tuple[WeeklyDuty, date] | None:
        """Give what is due in a *week* and its day, which may be a day off; None where nothing is due every week."""
        for offset in range((week.end - week.start).days + 1):
            day = week.start + timedelta(days=offset)
            for rule in self.weekly_duties(day):
                if rule.weekday == day.weekday():
                    return rule, day
        return None

    def session_duties(self, on: date) -> tuple[SessionDuty, ...]:
        """List what is due before or at a session that is held *on* a day."""
        return versions_in_force(self.sessions, on)

    # ------------------------------------------------------------------ tasks that lie

    def stale_after(self, update: date, as_of: date, *, dated: bool = True) -> date | None:
        """Give the last day on which *update* is fresh, for a task with a deadline (*dated*) or without.

        None where no regular update is asked for on *as_of*.
        """
        interval = self.staleness(as_of, dated=dated)
        return None if interval is None else interval.last_day(update)

    def staleness(self, as_of: date, *, dated: bool) -> Interval | None:
        """Give the interval for regular updates as it holds on *as_of*; None where none are asked for."""
        for case in ("all",) if dated else ("undated", "all"):
            interval = in_force((each for each in self.stale if each.case == case), as_of)
            if interval is not None:
                return interval
        return None

    def inaction(self, on: date) -> Inaction | None:
        """Say after how long without result or reason a task that began *on* a day is put before the authority."""
        return in_force(self.inactions, on)

    def explanation(self, on: date) -> ExplanationDuty | None:
        """Say when units have to explain themselves, as it holds *on* a day."""
        return in_force(self.explanations, on)


def _since(switch: Switch) -> date:
    return switch.since


def _is_second_half(period: Period) -> bool:
    return period.kind is PeriodKind.HALF and period.start.month == _SECOND_HALF
