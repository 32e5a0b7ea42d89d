"""Follow up what the office decided in one entry: days that are missing, transfers to make, deadlines that moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.pipeline.handover import RULE, hand_over
from tdnv_sheets.records import Change, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.ledger.commit import Entry, NewTask
    from tdnv_sheets.pipeline.handover import Handover
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Value

NAMED: Final = 10
"""How many tasks a message names."""
_DATED: Final = frozenset({"returned", "transferred", "withdrawn"})
"""Decisions that count from their day on."""
_GONE: Final = frozenset({"transferred", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What decisions are followed up against."""

    now: Mapping[Key, Mapping[str, Value]]
    """The ledger's assignments: at least all of the tasks that the entry changes."""
    names: Mapping[str, str]
    """Units' codes → names."""
    removed: Mapping[Key, Mapping[str, Value]]
    """Assignments of tasks to be moved that an undo took away."""
    as_of: date
    wants_paper: bool
    """Whether the regulation provides for extensions."""

    def name(self, unit: object) -> str:
        """Give a unit's name, its code when the unit list does not know it."""
        return self.names.get(str(unit), str(unit))


def followed(
    office: Office, entry: Entry, now: Mapping[Key, Mapping[str, Value]], as_of: date
) -> tuple[Entry, list[About]]:
    """Add to *entry* what its decisions bring with them, and say what does not fit; an error keeps all of it out.

    *now* are the ledger's assignments: at least all of the tasks that the entry changes.
    """
    moved = [change.key for change in entry.changes if change.field in {"decision", "transferred_to"} and change.new]
    held = office.ledger.assignments(moved, removed=True) if moved else {}
    removed = {key: item.fields for key, item in held.items() if key not in now}
    names = {unit.code: unit.name for unit in office.units}
    # What the regulation provides for needs a paper by which it was granted.
    wants_paper = office.regulation.provides_extensions(as_of)
    return follow_up(entry, Setting(now, names, removed, as_of, wants_paper))


@dataclass(frozen=True, slots=True)
class _Row:
    """One assignment that the entry changes."""

    key: Key
    before: Mapping[str, Value]
    after: Mapping[str, Value]

    def sets(self, *names: str) -> bool:
        """Say whether the entry gives one of these fields another value."""
        return any(self.after.get(name) != self.before.get(name) for name in names)


def follow_up(entry: Entry, setting: Setting) -> tuple[Entry, list[About]]:
    """Do what `followed` says, with everything at hand."""
    rows = _rows(entry.changes, setting.now)
    dated, abouts = _with_days(rows, setting)
    days = {change.key: change.new for change in dated}
    rows = [
        replace(row, after={**row.after, "decision_date": days[row.key]}) if row.key in days else row for row in rows
    ]
    abouts += [*_deadlines(rows), *_extensions(rows, setting)]
    made, more = _transfers(rows, entry.new_tasks, setting)
    moved = (*_moved_days(rows, setting), *(change for one in made for change in one.changes))
    changes = composed((*entry.changes, *dated, *moved))
    new = tuple(one.new for one in made if one.new is not None)
    removals = (*entry.removals, *((key, True) for one in made for key in one.restored))
    entry = replace(entry, changes=changes, new_tasks=(*entry.new_tasks, *new), removals=removals)
    return entry, [*abouts, *more]


def composed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Make one change of all that one cell goes through; none where it ends as it began."""
    by_cell: dict[tuple[Key, str], Change] = {}
    for change in changes:
        first = by_cell.get((change.key, change.field), change)
        by_cell[change.key, change.field] = change._replace(old=first.old)
    return tuple(change for change in by_cell.values() if change.old != change.new)


def _rows(changes: Iterable[Change], now: Mapping[Key, Mapping[str, Value]]) -> list[_Row]:
    by_key: dict[Key, dict[str, Value]] = {}
    for change in changes:
        by_key.setdefault(change.key, {})[change.field] = change.new
    return [_Row(key, now[key], {**now[key], **cells}) for key, cells in by_key.items() if key in now]


def _with_days(rows: Iterable[_Row], setting: Setting) -> tuple[list[Change], list[About]]:
    """Give a day to decisions that count from one and say none; name those that may still bear that of the last one."""
    missing, old = [], []
    for row in rows:
        if not row.sets("decision") or row.after.get("decision") not in _DATED:
            continue
        if row.after.get("decision_date") is None:
            missing.append(row.key)
        elif row.before.get("decision") is not None and not row.sets("decision_date"):
            old.append(row.key)
    abouts = []
    if missing:
        values = {**_tasks(missing), "day": f"{setting.as_of:%d/%m/%Y}"}
        abouts.append(About(found("decision-day-filled", values=values)))
    if old:
        abouts.append(About(found("decision-day-old", values=_tasks(old))))
    before = {row.key: row.before.get("decision_date") for row in rows}
    return [Change(key, "decision_date", before[key], setting.as_of, "decision") for key in missing], abouts


def _deadlines(rows: Iterable[_Row]) -> Iterator[About]:
    """Say where a later deadline was written over the one before: it is taken, and the events keep both."""
    over = []
    for row in rows:
        old, new = row.before.get("deadline"), row.after.get("deadline")
        if isinstance(old, date) and isinstance(new, date) and new > old:
            over.append(f"{row.key.task_id} ({old:%d/%m/%Y} → {new:%d/%m/%Y})")
    if over:
        values = {"count": str(len(over)), "tasks": _named(over)}
        yield About(found("deadline-overwritten", values=values))


def _extensions(rows: Iterable[_Row], setting: Setting) -> Iterator[About]:
    bare = []
    for row in rows:
        extended, deadline = row.after.get("extended_deadline"), row.after.get("deadline")
        if not isinstance(extended, date) or not row.sets("extended_deadline", "deadline"):
            continue
        if isinstance(deadline, date) and extended <= deadline:
            values = {
                **_place(row.key, setting),
                "extended": f"{extended:%d/%m/%Y}",
                "deadline": f"{deadline:%d/%m/%Y}",
            }
            yield About(found("extended-not-later", values=values), row.key.task_id, "extended_deadline")
        renewed = row.before.get("extended_deadline") is not None and not row.sets("extension_document")
        if row.sets("extended_deadline") and (renewed or row.after.get("extension_document") is None):
            bare.append(row.key)
    if bare and setting.wants_paper:
        yield About(found("extension-without-document", values=_tasks(bare)))


def _transfers(
    rows: Sequence[_Row], new_tasks: Iterable[NewTask], setting: Setting
) -> tuple[list[Handover], list[About]]:
    """Carry out the transfers among *rows*, or say why one is none."""
    told = [row for row in rows if row.sets("decision", "transferred_to")]
    added = {Key(task.task_id, unit) for task in new_tasks if task.task_id for unit in task.units}
    known: dict[Key, Mapping[str, Value]] = {key: {} for key in added} | {row.key: row.after for row in rows}
    held = _held_by_others([row.key for row in told if _is_bare(row)], known, setting)
    made: list[Handover] = []
    abouts: list[About] = []
    for row in told:
        abouts += _left_behind(row, setting)
        wrong = _no_transfer(row, held, setting)
        if wrong is not None:
            abouts += wrong
            continue
        unit, day = str(row.after["transferred_to"]), row.after.get("decision_date")
        target = Key(row.key.task_id, unit)
        then = known.get(target, setting.now.get(target))
        since = day if isinstance(day, date) else setting.as_of
        done = hand_over(
            row.key, unit, row.after, {} if then is None else {target: then}, since, removed=setting.removed
        )
        if done.is_done:
            made.append(done)
            known[target] = {**(then or {}), **{change.field: change.new for change in done.changes}}
        values = {**_place(row.key, setting), "to": setting.name(unit)}
        abouts.append(
            About(found("transfer-done" if done.is_done else "transfer-known", values=values), target.task_id)
        )
    return made, abouts


def _moved_days(rows: Iterable[_Row], setting: Setting) -> Iterator[Change]:
    """Let the next unit hold a task from the day of the transfer, where the office corrects that."""
    for row in rows:
        if row.sets("decision", "transferred_to") or not row.sets("decision_date"):
            continue
        target = Key(row.key.task_id, str(row.after.get("transferred_to")))
        held, day = setting.now.get(target, {}), row.after.get("decision_date")
        if row.after.get("decision") != "transferred" or held.get("transferred_from") != row.key.unit or day is None:
            continue
        yield Change(target, "transferred_on", held.get("transferred_on"), day, RULE)


def _is_bare(row: _Row) -> bool:
    return row.after.get("decision") == "transferred" and row.after.get("transferred_to") is None


def _no_transfer(row: _Row, held: AbstractSet[Key], setting: Setting) -> list[About] | None:
    """Say why a row is not handed over; None when it is."""
    place, task = _place(row.key, setting), row.key.task_id
    unit = row.after.get("transferred_to")
    if row.after.get("decision") != "transferred":
        return [About(found("transfer-unused", values=place), task)] if unit and row.sets("transferred_to") else []
    if unit is None:
        # The office may have given the task to its next unit in a row of its own.
        return [] if row.key in held else [About(found("transfer-without-unit", values=place), task, "transferred_to")]
    if unit == row.key.unit:
        return [About(found("transfer-to-itself", values=place), task, "transferred_to")]
    return None


def _held_by_others(keys: Sequence[Key], after: Mapping[Key, Mapping[str, Value]], setting: Setting) -> frozenset[Key]:
    """Give those of *keys* whose task another unit holds, once the entry is written."""
    tasks: dict[str, set[str]] = {key.task_id: set() for key in keys}
    if tasks:
        for key in {**setting.now, **after}:
            fields = after.get(key, setting.now.get(key, {}))
            if key.task_id in tasks and fields.get("decision") not in _GONE:
                tasks[key.task_id].add(key.unit)
    return frozenset(key for key in keys if tasks[key.task_id] - {key.unit})


def _left_behind(row: _Row, setting: Setting) -> Iterator[About]:
    """Say that the unit which an earlier transfer named still holds the task."""
    before = row.before.get("transferred_to")
    if row.before.get("decision") != "transferred" or before is None or not row.sets("decision", "transferred_to"):
        return
    held = setting.now.get(Key(row.key.task_id, str(before)))
    if held is not None and held.get("decision") not in _GONE and held.get("transferred_from") == row.key.unit:
        values = {**_place(row.key, setting), "to": setting.name(before)}
        yield About(found("transfer-left-behind", values=values), row.key.task_id)


def _place(key: Key, setting: Setting) -> dict[str, str]:
    return {"task": key.task_id, "unit": setting.name(key.unit)}


def _tasks(keys: Iterable[Key]) -> dict[str, str]:
    ids = sorted({key.task_id for key in keys})
    return {"count": str(len(ids)), "tasks": _named(ids)}


def _named(tasks: list[str]) -> str:
    return ", ".join(tasks[:NAMED]) + (", …" if len(tasks) > NAMED else "")
