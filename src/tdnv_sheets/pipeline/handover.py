"""Hand a task over to another unit: its row ends as transferred, and the other unit gets one with all that is the task's."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.ledger.commit import NewTask
from tdnv_sheets.records import EXTRA, Change, Key
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.register_rows import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tdnv_sheets.records import Value

RULE: Final = "transfer"
NOTHING: Final[Mapping[Key, Mapping[str, Value]]] = MappingProxyType({})
_ENDING: Final = ("decision", "decision_date", "decision_note", "transferred_to")
"""What says that an assignment was handed on; emptied where the task comes back to it."""
_EXTENSION: Final = frozenset({"extended_deadline", "extension_document"})


class Handover(NamedTuple):
    """What gives a task to its next unit; all are empty where that unit has the task already."""

    new: NewTask | None = None
    changes: tuple[Change, ...] = ()
    """For a task that comes back to a unit which had handed it on."""
    restored: tuple[Key, ...] = ()
    """For a task that an undo had taken from the unit: its row is there again."""

    @property
    def is_done(self) -> bool:
        """Say whether the task gets to the other unit so."""
        return self.new is not None or bool(self.changes or self.restored)


def hand_over(
    source: Key,
    unit: str,
    fields: Mapping[str, Value],
    known: Mapping[Key, Mapping[str, Value]],
    day: date,
    *,
    removed: Mapping[Key, Mapping[str, Value]] = NOTHING,
) -> Handover:
    """Give the task that *source* holds with *fields* to *unit* from *day* on.

    Document, task and extension go along, the office's own columns too; the report and the decision are the old unit's.
    *removed* are assignments that an undo took away: their keys are taken for ever.
    """
    target = Key(source.task_id, unit)
    carried = {name: value for name, value in fields.items() if goes_with_task(name)}
    carried |= {"transferred_from": source.unit, "transferred_on": day}
    then = known.get(target)
    if then is None and target in removed:
        wanted = {name: carried.get(name) for name in (*removed[target], *carried)}
        return Handover(changes=changed(target, removed[target], wanted), restored=(target,))
    if then is None:
        return Handover(NewTask((unit,), carried, source.task_id))
    if then.get("decision") != "transferred":
        return Handover()
    names = dict.fromkeys((*carried, *(name for name in then if goes_with_task(name)), *_ENDING))
    return Handover(changes=changed(target, then, {name: carried.get(name) for name in names}))


def is_handed_over(task: NewTask) -> bool:
    """Say whether a new assignment is of a task that came from another unit, and so is no new task."""
    return "transferred_from" in task.fields


def changed(key: Key, then: Mapping[str, Value], wanted: Mapping[str, Value]) -> tuple[Change, ...]:
    """Give the changes that lead from *then* to *wanted*."""
    return tuple(
        Change(key, name, then.get(name), value, RULE)
        for name, value in wanted.items()
        if not same(then.get(name), value)
    )


def goes_with_task(name: str) -> bool:
    """Say whether a field is the task's, whoever holds it: document, task and extension, and the office's own columns."""
    spec = assignment_spec().by_name.get(name)
    if spec is None:
        return name.startswith(EXTRA)
    return name in _EXTENSION or (spec.owner is Owner.OFFICE and name not in DECISIONS)
