"""Open what a recurring task asks for in each period: a task of its own with its own deadline, never one that moves.

The recurring task itself stays what its document made it, one without deadline; units fill in its occurrences.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import About
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.recurring import entered_rhythms, recurring
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.pipeline.handover import goes_with_task
from tdnv_sheets.pipeline.office import judge_one
from tdnv_sheets.records import Key
from tdnv_sheets.rules.alerts import held_from, start_day
from tdnv_sheets.rules.judgement import OPEN
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.recurrence import Occurrence, occurrence, rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Assignment, Value
    from tdnv_sheets.text.recurrence import Recurrence

_TRIES: Final = 50
"""How often it is decided anew while other commands write to the ledger."""
_NAMED: Final = 10
"""How many occurrences a message names."""
_ONE_DAY: Final = timedelta(days=1)
_NOT_ITS: Final = frozenset({"transferred_from", "transferred_on", "extended_deadline", "extension_document"})
"""What happened to the recurring task and not to an occurrence of it."""


class Opened(NamedTuple):
    """What was opened, and what is to be said about it."""

    task_ids: tuple[str, ...] = ()
    abouts: tuple[About, ...] = ()


class _Wanted(NamedTuple):
    """One occurrence that is missing, and the units that lack it."""

    period: Period
    units: list[str]
    fields: dict[str, Value]
    task_id: str | None
    """Set when other units have it already."""


def open_occurrences(office: Office, moment: Moment) -> Opened:
    """Open the occurrences of all periods that have begun since the last one; of a task seen first, today's only.

    A day after the clock's is only looked at: nothing is opened for it. What was opened once is never opened again, not
    even when it was undone or somebody wrote something else under «Định kỳ».
    """
    if moment.as_of > moment.now.date():
        return Opened()
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        wanted = _wanted(office, moment.as_of)
        if not wanted:
            return Opened()
        entry = Entry(
            at=moment.now,
            day=moment.as_of,
            who=office.space.settings.office,
            source="office",
            decided_at=decided_at,
            note=say("events.occurrences_opened", office.lang),
            new_tasks=tuple(NewTask(tuple(one.units), one.fields, one.task_id) for one in wanted.values()),
        )
        done = commit(office.ledger, entry)
        if done is not None:
            return Opened(done.task_ids, (_told(list(wanted)),))
    raise BrokenSurroundings("ledger-moved")


def _wanted(office: Office, as_of: date) -> dict[Occurrence, _Wanted]:
    tasks, until = _opened(office)
    wanted: dict[Occurrence, _Wanted] = {}
    for key, item in recurring(office.ledger).items():
        every = rhythm(item.text("recurrence"), item.text("deadline_text"))
        if every is None or not _goes_on(office, item, as_of):
            continue
        for period in _periods(every, until.get(key), as_of):
            which = Occurrence(key.task_id, period.name)
            known = tasks.get(which)
            if not _asks(item, every, period, known=known is not None) or _holds(office, known, key.unit):
                continue
            new = _Wanted(period, [], _fields(office, item, every, period, as_of), known)
            wanted.setdefault(which, new).units.append(key.unit)
    return dict(sorted(wanted.items(), key=lambda one: (one[1].period.end, one[0])))


def _holds(office: Office, task_id: str | None, unit: str) -> bool:
    """Say whether a unit ever had an occurrence, as where it came from another unit."""
    return task_id is not None and bool(office.ledger.assignments([Key(task_id, unit)], removed=True))


def _opened(office: Office) -> tuple[dict[Occurrence, str], dict[Key, date]]:
    """Give the tasks of the occurrences that were ever opened, and to when each unit of a recurring task got them."""
    tasks: dict[Occurrence, str] = {}
    until: dict[Key, date] = {}
    for key, words in entered_rhythms(office.ledger).items():
        which = occurrence(words)
        if which is not None:
            tasks.setdefault(which, key.task_id)
            of = Key(which.task_id, key.unit)
            until[of] = max(which.end, until.get(of, which.end))
    return tasks, until


def _goes_on(office: Office, item: Assignment, as_of: date) -> bool:
    """Say whether a recurring task still asks for something: not done for good, withdrawn or handed on."""
    judgement = judge_one(office, item, as_of, trails={}, with_alerts=False)
    return judgement.status in OPEN and not judgement.awaiting


def _periods(every: Recurrence, until: date | None, as_of: date) -> Iterator[Period]:
    """Give the periods that have begun and end after *until*, the last first; only today's where there is no *until*."""
    period = every.period(as_of)
    if until is None:
        yield period
        return
    while period.end > until:
        yield period
        period = every.period(period.start - _ONE_DAY)


def _asks(item: Assignment, every: Recurrence, period: Period, *, known: bool) -> bool:
    """Say whether a unit owes an occurrence: what was due before it had the task it does not, nor what others have of it."""
    start = held_from(item)
    if start is None:
        return True
    taken_over = item.day("transferred_on")
    if known and taken_over is not None and taken_over > period.start:
        return False
    return every.due(period) >= start


def _fields(office: Office, item: Assignment, every: Recurrence, period: Period, as_of: date) -> dict[str, Value]:
    """Give an occurrence all that is the task's, and what is its own."""
    fields = {name: value for name, value in item.fields.items() if goes_with_task(name) and name not in _NOT_ITS}
    content = say("events.occurrence", office.lang, content=item.text("task_content"), period=period.title(office.lang))
    if len(content) <= assignment_spec().by_name["task_content"].max_length:
        fields["task_content"] = content
    return fields | {
        "recurrence": str(Occurrence(item.key.task_id, period.name)),
        "deadline_text": item.text("deadline_text") or item.text("recurrence"),
        "deadline": every.due(period),
        "assigned_date": max(start_day(item) or period.start, period.start),
        "entered_date": as_of,
    }


def _told(opened: list[Occurrence]) -> About:
    names = ", ".join(map(str, opened[:_NAMED])) + (", …" if len(opened) > _NAMED else "")
    return About(found("occurrences-opened", values={"count": str(len(opened)), "occurrences": names}))
