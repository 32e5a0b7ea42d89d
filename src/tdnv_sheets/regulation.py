"""The rules of one authority as dated data with articles, read from `regulations/ID.toml`."""

from __future__ import annotations

import calendar as months_of_the_year
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar

from tdnv_sheets.errors import BrokenDeclaration, WrongUsage
from tdnv_sheets.periods import PeriodKind
from tdnv_sheets.shipped import packaged
from tdnv_sheets.tomltable import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.periods import Period

TRIGGERS: Final = ("received", "issued", "assigned", "result", "inspection_end", "feedback")
CASES: Final = ("ordinary", "urgent", "many", "undated")
UNIT: Final = "unit"
OFFICE: Final = "office"
_LAST_MONTH: Final = MappingProxyType(
    {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
)
_CHOICES: Final[Mapping[str, tuple[bool | str, ...]]] = MappingProxyType(
    {
        "confirmation": (True, False),
        "final_document": (True, False),
        "returned_overdue": (True, False),
        "completion_day": ("result_document", "completed"),
        "deadline_roll": ("next", "none"),
        "result_trigger": ("result", "assigned"),
    }
)
"""The switches that every profile decides, with the answers that the program knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What every value carries: its article, the day from which it holds, and a note on how it is read."""

    article: str
    since: date
    note: Mapping[str, str]
    """By language; empty text where there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit(Provision):
    """So many working days from an event; 0 means the day of the event itself."""

    name: str
    """`office-entry`, `result-update`, `inspection-report`, …"""
    case: str
    """One of `CASES`."""
    working_days: int
    trigger: str
    """The event from which the days run, one of `TRIGGERS`."""

    def last_day(self, event: date, calendar: Calendar) -> date:
        """Give the last day in time."""
        return calendar.add_working(event, self.working_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay(Provision):
    """The day by which units (`UNIT`) or the office (`OFFICE`) report on a period of one kind."""

    who: str
    kind: PeriodKind
    month: int
    """Counted inside the period, from 1."""
    day: int
    """The last day in time."""
    to: str
    """Who receives the report."""

    def due(self, period: Period) -> date:
        """Give the calendar day for *period*; it may be a day off. The month's last day where it has fewer days."""
        year, month = period.start.year, period.start.month + self.month - 1
        return date(year, month, min(self.day, months_of_the_year.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(Provision):
    """How long a task may go without an update, in months."""

    months: int

    def last_day(self, update: date) -> date:
        """Give the last day on which *update* is still fresh."""
        years, month = divmod(update.month - 1 + self.months, 12)
        year, month = update.year + years, month + 1
        return date(year, month, min(update.day, months_of_the_year.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Provision):
    """A question that the text leaves open or decides by one word, and the answer taken; `note` says both."""

    name: str
    value: bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Provision):
    """One entry of a list in the text: a field letter, a paper of the dossier, a class of tasks."""

    topic: str
    key: str
    """Its letter or number in the text."""
    text: Mapping[str, str]
    """By language."""
    names: tuple[str, ...]
    """What it means in the program: field names, statuses, periods."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What makes a task complete."""

    confirmation: bool
    """It waits for the office's confirmation."""
    final_document: bool
    """A progress report or a request for extension never completes it."""
    returned_overdue: bool
    """Returned by the office and past the deadline counts as not completed."""
    completion_day: str
    """`result_document`: the date of the result document, else the day reported; `completed`: the other way round."""


_Dated = TypeVar("_Dated", bound=Provision)


def in_force(provisions: Iterable[_Dated], day: date) -> _Dated | None:
    """Pick the newest of *provisions* that holds on *day*; None before the first."""
    return max((p for p in provisions if p.since <= day), key=lambda p: p.since, default=None)


@dataclass(frozen=True)
class Regulation:
    """One authority's rules."""

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
    limits: tuple[TimeLimit, ...]
    reports: tuple[ReportDay, ...]
    stale: tuple[Interval, ...]
    switches: Mapping[str, Switch]
    clauses: tuple[Clause, ...]

    @cached_property
    def assigners(self) -> tuple[str, ...]:
        """Give the list for «Nguồn giao»."""
        return tuple(clause.text["vi"] for clause in self.about("assigner"))

    @cached_property
    def completion(self) -> Completion:
        """Say what makes a task complete."""
        value = {name: switch.value for name, switch in self.switches.items()}
        return Completion(
            confirmation=value["confirmation"] is True,
            final_document=value["final_document"] is True,
            returned_overdue=value["returned_overdue"] is True,
            completion_day=str(value["completion_day"]),
        )

    @cached_property
    def deadline_policy(self) -> str:
        """Say what happens to a deadline on a day off: `next` working day, or `none`."""
        return str(self.switches["deadline_roll"].value)

    def about(self, topic: str) -> tuple[Clause, ...]:
        """List the clauses on a topic, in the order of the text."""
        return tuple(clause for clause in self.clauses if clause.topic == topic)

    def limit(self, name: str, case: str, event: date) -> TimeLimit | None:
        """Give the limit in force on the day of the event; the ordinary case where the text has none for *case*."""
        named = [limit for limit in self.limits if limit.name == name]
        special = in_force((limit for limit in named if limit.case == case), event)
        return special or in_force((limit for limit in named if limit.case == "ordinary"), event)

    def stale_after(self, update: date, as_of: date) -> date | None:
        """Give the last day on which *update* is fresh; None where no regular update is asked for on *as_of*."""
        interval = in_force(self.stale, as_of)
        return None if interval is None else interval.last_day(update)

    def report_day(self, who: str, period: Period) -> ReportDay | None:
        """Give the rule for `UNIT` or `OFFICE` and *period*, with its article; None where there is none."""
        rules = (rule for rule in self.reports if rule.who == who and rule.kind == period.kind)
        return in_force(rules, period.end)

    def office_due(self, period: Period) -> date | None:
        """Give the day on which the office reports on *period*; it may be a day off."""
        rule = self.report_day(OFFICE, period)
        return None if rule is None else rule.due(period)

    def unit_due(self, period: Period) -> date | None:
        """Give the last day for units to report on *period*; it may be a day off."""
        rule = self.report_day(UNIT, period)
        return None if rule is None else rule.due(period)

    def cut_off(self, period: Period) -> date:
        """Give the as-of day of the report on *period*: the office's due day, else the period's last."""
        return self.office_due(period) or period.end


def available() -> tuple[str, ...]:
    """List the ids of the regulations that come with the program, sorted."""
    return tuple(sorted(path.stem for path in packaged("regulations").glob("*.toml")))


def load(regulation_id: str) -> Regulation:
    """Read a regulation that comes with the program.

    Raises `WrongUsage` when there is none of that id, `BrokenDeclaration` naming the key that cannot be used.
    """
    known = available()
    if regulation_id not in known:
        raise WrongUsage("unknown-regulation", id=regulation_id, known=", ".join(known))
    return read(packaged("regulations", f"{regulation_id}.toml"))


def read(path: Path) -> Regulation:
    """Read the profile in *path*; its file name is its id. Raises as `load` does."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BrokenDeclaration(path, "(toml)", str(problem)) from problem
    top = Table(path, "", raw)
    head = next(iter(top.tables("regulation")), Table(path, "regulation.", {}))
    since = head.take("since", date)
    switches = _each(top.tables("switch"), _switch, since)
    regulation = Regulation(
        id=path.stem,
        title=head.take("title", str),
        issuer=head.take("issuer", str),
        office=head.take("office", str),
        number=head.take("number", str),
        since=since,
        state=head.words("state_"),
        limits=_each(top.tables("limit"), _limit, since),
        reports=_each(top.tables("report"), _report, since),
        stale=_each(top.tables("stale"), _interval, since),
        switches=MappingProxyType({switch.name: switch for switch in switches}),
        clauses=_each(top.tables("clause"), _clause, since),
    )
    head.finish()
    top.finish()
    for name in _CHOICES:
        if [switch.name for switch in switches].count(name) != 1:
            raise BrokenDeclaration(path, f"switch {name}", "has to stand there once")
    if not regulation.assigners:
        raise BrokenDeclaration(path, "clause", "none has the topic assigner")
    return regulation


class _Common(TypedDict):
    article: str
    since: date
    note: Mapping[str, str]


def _common(table: Table, since: date, note: str = "note_") -> _Common:
    return {"article": table.text("article"), "since": table.take("since", date, since), "note": table.words(note, "")}


def _limit(table: Table, since: date) -> TimeLimit:
    return TimeLimit(
        name=table.text("name"),
        case=table.one_of("case", CASES),
        working_days=table.whole("working_days", 0, 250),
        trigger=table.one_of("trigger", TRIGGERS),
        **_common(table, since),
    )


def _report(table: Table, since: date) -> ReportDay:
    kind = PeriodKind(table.one_of("kind", _LAST_MONTH))
    return ReportDay(
        who=table.one_of("who", (UNIT, OFFICE)),
        kind=kind,
        month=table.whole("month", 1, _LAST_MONTH[kind]),
        day=table.whole("day", 1, 31),
        to=table.text("to"),
        **_common(table, since),
    )


def _interval(table: Table, since: date) -> Interval:
    return Interval(months=table.whole("months", 1, 120), **_common(table, since))


def _switch(table: Table, since: date) -> Switch:
    name = table.one_of("name", _CHOICES)
    allowed = _CHOICES[name]
    value = table.take("value", type(allowed[0]))
    if value not in allowed:
        raise table.broken("value", f"{value!r} is none of {', '.join(map(str, allowed))}")
    return Switch(name=name, value=value, **_common(table, since, note=""))


def _clause(table: Table, since: date) -> Clause:
    names = table.take("names", list, [])
    if not all(isinstance(name, str) for name in names):
        raise table.broken("names", "holds something that is not text")
    return Clause(
        topic=table.text("topic"),
        key=table.text("key"),
        text=table.words(""),
        names=tuple(names),
        **_common(table, since),
    )


def _each(tables: list[Table], build: Callable[[Table, date], _Dated], since: date) -> tuple[_Dated, ...]:
    built = tuple(build(table, since) for table in tables)
    for table in tables:
        table.finish()
    return built
