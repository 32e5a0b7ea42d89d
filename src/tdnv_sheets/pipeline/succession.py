"""Units that merge or are renamed: what a unit leaves open when it ends goes to the unit that follows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import About
from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.pipeline.handover import changed, hand_over
from tdnv_sheets.pipeline.office import judge_one
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.judgement import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.ledger.commit import NewTask
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Change, Unit, Value

_TRIES: Final = 50
"""How often moves are decided anew while other commands write to the ledger."""
_NAMED: Final = 10
"""How many tasks a message names."""


class Succession(NamedTuple):
    """One unit that has ended and the one that follows it."""

    old: Unit
    new: Unit
    day: date
    """The first day of the new unit's."""


class Succeeded(NamedTuple):
    """What moved, and what is to be said about units that have ended."""

    abouts: tuple[About, ...] = ()
    revisions: tuple[int, ...] = ()
    moved: tuple[Key, ...] = ()
    """The assignments that ended, under their old units."""


def successions(units: Iterable[Unit], as_of: date) -> tuple[dict[str, Succession], tuple[About, ...]]:
    """Tell which units have ended before *as_of* and who follows each; and which successors cannot be followed."""
    known = {unit.code.casefold(): unit for unit in units}
    following: dict[str, Succession] = {}
    abouts: list[About] = []
    for unit in known.values():
        if unit.valid_to is None or unit.valid_to >= as_of or not unit.successor:
            continue
        new = known.get(unit.successor.casefold())
        if new is None:
            values = {"unit": unit.name, "to": unit.successor}
            abouts.append(About(found("succession-unknown", values=values)))
        else:
            following[unit.code] = Succession(unit, new, unit.valid_to + timedelta(days=1))
    circles = _circles(following)
    abouts += [_circle(codes, following) for codes in circles]
    stuck = {code for codes in circles for code in codes}
    return {code: step for code, step in following.items() if not _leads_to(code, following, stuck)}, tuple(abouts)


def _circles(following: Mapping[str, Succession]) -> list[tuple[str, ...]]:
    circles: dict[frozenset[str], tuple[str, ...]] = {}
    for start in following:
        path = [start]
        while (step := following.get(path[-1])) is not None and step.new.code not in path:
            path.append(step.new.code)
        if step is not None:
            circle = tuple(path[path.index(step.new.code) :])
            circles.setdefault(frozenset(circle), circle)
    return list(circles.values())


def _circle(codes: Sequence[str], following: Mapping[str, Succession]) -> About:
    names = [following[code].old.name for code in (*codes, codes[0])]
    return About(found("succession-circle", values={"units": " → ".join(names)}))


def _leads_to(code: str, following: Mapping[str, Succession], stuck: Iterable[str]) -> bool:
    """Say whether a unit stands in a circle or its successors lead into one."""
    ends = frozenset(stuck)
    seen: set[str] = set()
    while code in following and code not in seen:
        if code in ends:
            return True
        seen.add(code)
        code = following[code].new.code
    return False


def succeed(office: Office, moment: Moment) -> Succeeded:
    """Move what units that have ended left open to those that follow them, one step after the other.

    Who ended and was followed by one that has ended as well, hands on in as many steps, so that every unit holds a task
    for just the days on which it existed.
    """
    steps, said = successions(office.units, moment.as_of)
    abouts = list(said)
    revisions: list[int] = []
    moved: dict[Key, None] = {}
    for _ in range(len(steps) + 1):
        plan = _move(office, steps, moment)
        revisions += plan.revisions
        abouts += plan.abouts
        moved |= dict.fromkeys(plan.moved)
        if not plan.moved:
            break
    return Succeeded((*abouts, *_left_alone(office, steps, moment)), tuple(revisions), tuple(moved))


class _Plan(NamedTuple):
    """What one revision is to write."""

    changes: list[Change]
    new_tasks: list[NewTask]
    restored: list[Key]
    moved: dict[str, list[Key]]
    """Old units → what they hand on."""
    held: dict[str, list[Key]]
    """Old units → what cannot go to their successor."""


def _move(office: Office, steps: Mapping[str, Succession], moment: Moment) -> Succeeded:
    """Write one step; decided again when another command wrote in between."""
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        plan = _plan(office, steps, moment)
        abouts = tuple(_told(plan.held, steps, "succession-held"))
        if not plan.moved:
            return Succeeded(abouts)
        moves = [steps[code] for code in plan.moved]
        entry = Entry(
            at=moment.now,
            day=moment.as_of,
            who=office.space.settings.office,
            source="transfer",
            decided_at=decided_at,
            note="; ".join(say("events.succession", office.lang, unit=s.old.name, to=s.new.name) for s in moves),
            changes=tuple(plan.changes),
            new_tasks=tuple(plan.new_tasks),
            removals=tuple((key, True) for key in plan.restored),
        )
        done = commit(office.ledger, entry)
        if done is not None and done.revision is not None:
            keys = tuple(key for keys in plan.moved.values() for key in keys)
            return Succeeded(tuple(_told(plan.moved, steps, "succession-done")), (done.revision,), keys)
    raise BrokenSurroundings("ledger-moved")


def _plan(office: Office, steps: Mapping[str, Succession], moment: Moment) -> _Plan:
    plan = _Plan([], [], [], {}, {})
    waiting = _to_do(office, steps, moment)
    now: dict[Key, Mapping[str, Value]] = {}
    removed: dict[Key, Mapping[str, Value]] = {}
    if waiting:
        now |= {key: item.fields for key, item in office.ledger.assignments(waiting).items()}
        ever = office.ledger.assignments(waiting, removed=True)
        removed = {key: item.fields for key, item in ever.items() if key not in now}
    for key in waiting:
        fields, step = now[key], steps[key.unit]
        done = hand_over(key, step.new.code, fields, now, step.day, removed=removed)
        target = Key(key.task_id, step.new.code)
        if not done.is_done and not _is_to_do(office, Assignment(target, now[target]), moment):
            plan.held.setdefault(key.unit, []).append(key)
            continue
        note = say(
            "events.succession_remark", office.lang, unit=step.old.name, to=step.new.name, day=f"{step.day:%d/%m/%Y}"
        )
        wanted: dict[str, Value] = {
            "decision": "transferred",
            "decision_date": step.day,
            "decision_note": fields.get("decision_note") or note,
            "transferred_to": step.new.code,
        }
        plan.changes.extend((*changed(key, fields, wanted), *done.changes))
        plan.restored.extend(done.restored)
        # Two units that become one may share a task: the second to hand it on finds it there.
        if done.new is not None:
            plan.new_tasks.append(done.new)
            now[target] = done.new.fields
        elif done.changes:
            now[target] = {**now.get(target, {}), **{change.field: change.new for change in done.changes}}
        plan.moved.setdefault(key.unit, []).append(key)
    return plan


def _to_do(office: Office, units: Iterable[str], moment: Moment) -> list[Key]:
    """Give what *units* still have to do."""
    held = office.ledger.held_by(units)
    return [key for key, item in held.items() if _is_to_do(office, item, moment)]


def _is_to_do(office: Office, item: Assignment, moment: Moment) -> bool:
    """Say whether a task is still to be done; what is reported as done stays with the unit that did it."""
    judgement = judge_one(office, item, moment.as_of, trails={})
    return judgement.status in OPEN and not judgement.awaiting


def _told(keys: Mapping[str, Sequence[Key]], steps: Mapping[str, Succession], code: str) -> Iterator[About]:
    for unit, moved in keys.items():
        step = steps[unit]
        values = {"unit": step.old.name, "to": step.new.name, "day": f"{step.day:%d/%m/%Y}", **_tasks(moved)}
        yield About(found("succession-held" if code == "succession-held" else "succession-done", values=values))


def _left_alone(office: Office, steps: Mapping[str, Succession], moment: Moment) -> Iterator[About]:
    """Name what units that have ended still hold though nobody follows them."""
    ended = {
        unit.code: unit
        for unit in office.units
        if unit.valid_to is not None and unit.valid_to < moment.as_of and not unit.successor and unit.code not in steps
    }
    held: dict[str, list[Key]] = {}
    for key in _to_do(office, ended, moment):
        held.setdefault(key.unit, []).append(key)
    for code, keys in held.items():
        values = {"unit": ended[code].name, "day": f"{ended[code].valid_to:%d/%m/%Y}", **_tasks(keys)}
        yield About(found("succession-missing", values=values))


def _tasks(keys: Sequence[Key]) -> dict[str, str]:
    ids = sorted({key.task_id for key in keys})
    return {"count": str(len(ids)), "tasks": ", ".join(ids[:_NAMED]) + (", …" if len(ids) > _NAMED else "")}
