"""The annexes: which assignments stand in them and in what order (Biểu 02, 02b, 02c, 02d, shared tasks)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tdnv_sheets.rules.judged import judgements
from tdnv_sheets.rules.judgement import OVERDUE, Status
from tdnv_sheets.summary.figures import Listed, Shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.rules.table import Flags, Places, Rows
    from tdnv_sheets.summary.counts import Inside
    from tdnv_sheets.summary.tracks import Tracks


class Lists(NamedTuple):
    """Every annex of a report."""

    overdue: tuple[Listed, ...]
    late: tuple[Listed, ...]
    due_soon: tuple[Listed, ...]
    undated_silent: tuple[Listed, ...]
    shared: tuple[Shared, ...]


def list_all(found: Inside, tracks: Tracks, judge: Judge, as_of: date) -> Lists:
    """Pick and judge what the annexes show, each assignment once; what stands in none is not judged at all."""
    table, marks = found.table, found.marks
    overdue, late = marks.are_in(OVERDUE), marks.are(Status.COMPLETED_LATE)
    soon = marks.soon & marks.are(Status.OPEN_IN_TIME)
    silent = marks.silent & marks.are(Status.OPEN_UNDATED)
    shared = _is_shared(found)
    shown = np.flatnonzero(overdue | late | soon | silent | shared)
    judged = judgements(tracks.course, found.places[shown], as_of, judge.calendar)
    listed = np.empty(len(table), np.object_)
    listed[shown] = np.fromiter(map(Listed, table.rows[shown].tolist(), judged.tolist()), np.object_, len(shown))
    by_key = np.lexsort((table.unit.codes, table.task.codes))
    deadline = tracks.deadline[found.places]
    by_deadline = by_key[np.argsort(deadline[by_key], kind="stable")]

    def every(belongs: Flags) -> tuple[Listed, ...]:
        return tuple(listed[by_deadline[belongs[by_deadline]]].tolist())

    return Lists(
        overdue=every(overdue),
        late=every(late),
        due_soon=every(soon),
        undated_silent=every(silent),
        shared=tuple(_shared(found, by_key[shared[by_key]], listed)),
    )


def _is_shared(found: Inside) -> Flags:
    """Say which rows are of tasks that several units have in this report."""
    task = found.table.task
    return np.bincount(task.codes, minlength=len(task.words))[task.codes] > 1


def _shared(found: Inside, places: Places, listed: Rows) -> Iterator[Shared]:
    """Give the tasks of the rows at *places*, which are in the order of their keys."""
    task = found.table.task
    codes, away = task.codes[places], found.marks.are(Status.TRANSFERRED)[places]
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    leads = tuple(listed[places].tolist())
    gave_away = np.add.reduceat(away, firsts, dtype=np.int32) if len(firsts) else firsts
    ends = [*firsts.tolist(), len(leads)]
    for (start, end), code, moved in zip(pairwise(ends), codes[firsts].tolist(), gave_away.tolist(), strict=True):
        yield Shared(task.words[code], leads[start:end], moved=moved >= end - start - 1)
