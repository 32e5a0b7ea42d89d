"""Compare two countings of one report: which figures of which unit differ, and which assignments moved."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from tdnv_sheets.summary.figures import Counts
from tdnv_sheets.summary.issued import Changes, FigureChange, TaskChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdnv_sheets.records import Key
    from tdnv_sheets.rules.judgement import Status
    from tdnv_sheets.summary.figures import Summary

_NOTHING = Counts()


def changes(before: Summary, after: Summary) -> Changes:
    """Tell two countings of one report apart."""
    return Changes(tuple(_figures(before, after)), tuple(_tasks(before.standing, after.standing)))


def _figures(before: Summary, after: Summary) -> Iterator[FigureChange]:
    old = {line.unit: line.counts for line in before.units}
    new = {line.unit: line.counts for line in after.units}
    for unit in (*old, *(unit for unit in new if unit not in old)):
        yield from _apart(unit, old.get(unit, _NOTHING), new.get(unit, _NOTHING))
    yield from _apart("", before.total, after.total)


def _apart(unit: str, before: Counts, after: Counts) -> Iterator[FigureChange]:
    for each in fields(Counts):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if old != new:
            yield FigureChange(unit, each.name, old, new)


def _tasks(before: Mapping[Key, Status], after: Mapping[Key, Status]) -> Iterator[TaskChange]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield TaskChange(key.task_id, key.unit, "" if old is None else old.value, "" if new is None else new.value)
