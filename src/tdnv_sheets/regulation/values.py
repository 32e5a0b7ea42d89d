"""What a regulation is made of: one frozen class for each kind of value, every one with its article and its days."""

from __future__ import annotations

import calendar as months_of_the_year
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from tdnv_sheets.periods import PeriodKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.calendar import Calendar
    from tdnv_sheets.periods import Period

UNIT: Final = "unit"
OFFICE: Final = "office"
MONTHS: Final = MappingProxyType({PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12})
"""How many months a period of a kind has."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What every value carries: its article, the days on which it holds, and a note on how it is read."""

    article: str
    since: date
    until: date | None = None
    """The last day on which it holds; None while it does."""
    note: Mapping[str, str]
    """By language; empty text where there is nothing to say."""

    def holds(self, day: date) -> bool:
        """Say whether the value is in force on *day*."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give what tells the value from others; two of the same names are versions of one value."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit(Provision):
    """So many working days from an event; 0 means the day of the event itself."""

    name: str
    """`office-entry`, `unit-entry`, `unit-update`, `result-update`, `return`, `feedback`, `inspection-report`."""
    who: str
    """Who has to act: `UNIT` or `OFFICE`."""
    case: str
    """`ordinary`, `urgent`, `many` (tasks or units), `timed` or `undated`."""
    working_days: int
    trigger: str
    """The event from which the days run: `issued`, `received`, `assigned`, `deadline`, `result`, …"""
    to: str = ""
    """Who receives what is due, where the text says so."""

    def last_day(self, event: date, calendar: Calendar) -> date:
        """Give the last day in time."""
        return calendar.add_working(event, self.working_days)

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give name, who and case."""
        return self.name, self.who, self.case


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDay(Provision):
    """The report of units (`UNIT`) or the office (`OFFICE`) on periods of one kind, and its day where the text has one."""

    who: str
    kind: PeriodKind
    subject: str = "tasks"
    """`tasks`, `secret` (the separate report on secret tasks) or `regulation` (how the regulation itself is applied)."""
    part: int | None = None
    """The only half or quarter of the year that it is for; None for all."""
    month: int | None = None
    """Counted inside the period, from 1; None where the text names no day."""
    day: int | None = None
    """As the text names it."""
    wording: str = "on"
    """How the text names it: `on`, `before`, or `before-shared` for a later day of a list that begins with «trước»."""
    exclusive: bool = False
    """Whether the day named is already too late."""
    to: str
    """Who receives the report."""

    def covers(self, period: Period) -> bool:
        """Say whether the report is on *period*."""
        if period.kind != self.kind:
            return False
        months = MONTHS[self.kind]
        return self.part is None or (period.start.month - 1) // months + 1 == self.part

    def due(self, period: Period) -> date | None:
        """Give the last calendar day in time for *period*; it may be a day off. None where the text names no day.

        The month's last day counts where it has fewer days.
        """
        if self.month is None or self.day is None:
            return None
        first = 1 if self.kind is PeriodKind.YEAR else period.start.month  # a second half is reported with its year
        named = _in_month(period.start.year, first + self.month - 1, self.day)
        return named - _ONE_DAY if self.exclusive else named

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give subject, who, kind and part."""
        return self.subject, self.who, self.kind.value, str(self.part or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDuty(Provision):
    """What is due so many working days before a session (phiên họp); 0 means at the session."""

    who: str
    kind: PeriodKind
    """How often the sessions are held."""
    working_days: int
    to: str
    text: Mapping[str, str]

    def last_day(self, session: date, calendar: Calendar) -> date:
        """Give the last day in time for the session on a day."""
        return calendar.add_working(session, -self.working_days)

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give who and how often."""
        return self.who, self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyDuty(Provision):
    """What is due on one day of every week."""

    who: str
    weekday: int
    """0 is Monday."""
    to: str
    text: Mapping[str, str]

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give who."""
        return (self.who,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(Provision):
    """How long a task may go without an update, in months."""

    case: str = "all"
    """`all` tasks, or only those that are `undated`."""
    months: int

    def last_day(self, update: date) -> date:
        """Give the last day on which *update* is still fresh."""
        return months_after(update, self.months)

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give the case."""
        return (self.case,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inaction(Provision):
    """After how many months without result and written reason a task is put before the authority."""

    months: int
    start: str
    """The day from which the months run: `assigned` or `deadline`."""
    text: Mapping[str, str]

    def last_day(self, start: date) -> date:
        """Give the last day that is not yet too long."""
        return months_after(start, self.months)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationDuty(Provision):
    """When a unit has to explain itself, and where."""

    when: tuple[str, ...]
    """`overdue`, `undated`, `substandard`, `unable`."""
    reports: tuple[str, ...] = ()
    """Kinds of periods in whose reports it stands; empty where it is told at once, in writing."""
    fields: tuple[str, ...]
    """Fields of the assignment that hold it; one of them is enough."""
    to: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Provision):
    """A question that the text leaves open or decides by one word, and the answer taken; `text` says both."""

    name: str
    value: bool | str
    text: Mapping[str, str]

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give the name."""
        return (self.name,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Provision):
    """One entry of a list in the text: a field letter, a paper of the dossier, a class of tasks."""

    topic: str
    key: str
    """Its letter or number in the text."""
    text: Mapping[str, str]
    """By language."""
    names: tuple[str, ...] = ()
    """What it means in the program: field names, statuses, periods."""

    @property
    def names_it(self) -> tuple[str, ...]:
        """Give topic and key."""
        return self.topic, self.key


@dataclass(frozen=True, slots=True)
class Completion:
    """What makes a task complete, and in time."""

    confirmation: bool
    """It waits for the office's confirmation."""
    final_document: bool
    """A progress report or a request for extension never completes it."""
    returned_overdue: bool
    """Returned by the office and past the deadline counts as not completed."""
    completion_day: str
    """`result_document`: the date of the result document, else the day reported; `completed`: the other way round."""
    deadline_roll: str
    """What happens to a deadline on a day off: `next` or `previous` working day, or `none`."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """How tasks are inspected; each part in the order of the text, empty where it has none."""

    body: tuple[Clause, ...]
    content: tuple[Clause, ...]
    form: tuple[Clause, ...]
    decision: tuple[Clause, ...]
    """What the decision to inspect holds."""
    limits: tuple[TimeLimit, ...]
    """By when the report is due, of units and of the office."""
    report: tuple[Clause, ...]
    """What the report holds."""
    dossier: tuple[Clause, ...]


Dated = TypeVar("Dated", bound=Provision)


def in_force(provisions: Iterable[Dated], day: date) -> Dated | None:
    """Pick the newest of *provisions* that holds on *day*; None where there is none."""
    return max((p for p in provisions if p.holds(day)), key=lambda p: p.since, default=None)


def versions_in_force(provisions: Iterable[Dated], day: date) -> tuple[Dated, ...]:
    """Give of every value the version that holds on *day*, in the order of the text."""
    versions: dict[tuple[str, ...], list[Dated]] = {}
    for provision in provisions:
        versions.setdefault(provision.names_it, []).append(provision)
    picked = (in_force(each, day) for each in versions.values())
    return tuple(provision for provision in picked if provision is not None)


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later, the month's last where it has fewer days."""
    return _in_month(day.year, day.month + months, day.day)


def _in_month(year: int, month: int, day: int) -> date:
    years, index = divmod(month - 1, 12)
    year, month = year + years, index + 1
    return date(year, month, min(day, months_of_the_year.monthrange(year, month)[1]))
