"""Take a revision back: a new one that puts every cell where it was, unless later revisions stand on it.

An undo is a revision like any other and can be undone itself. Nothing is forgotten: what it takes back stays in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.columns import take_back_own_columns
from tdnv_sheets.ledger.commit import Entry, Settlement, add_revision, restate_trails
from tdnv_sheets.ledger.disputes import write_disputes
from tdnv_sheets.ledger.reading import last_revision
from tdnv_sheets.ledger.standing import apply, before, read_standing
from tdnv_sheets.ledger.undo_disputes import Later, Waiting, reopen, waiting_on
from tdnv_sheets.ledger.values import dump, load, load_fields
from tdnv_sheets.records import Change, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from tdnv_sheets.ledger.standing import Standing
    from tdnv_sheets.ledger.store import Ledger

RULE: Final = "undo"
"""Stands in the log beside each cell that was put back."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did, or would do; with anything in `later` it did nothing."""

    undoes: int
    revision: int | None = None
    """The new revision; None where it was refused or only tried."""
    changes: tuple[Change, ...] = ()
    removed: tuple[Key, ...] = ()
    """Assignments that the revision had entered."""
    restored: tuple[Key, ...] = ()
    closed: int = 0
    """Conflicts and proposals that the revision had opened."""
    reopened: int = 0
    """Those that it had settled."""
    later: tuple[Later, ...] = ()
    """What was done since and stands on it."""


class _Plan(NamedTuple):
    changes: tuple[Change, ...]
    removed: tuple[Key, ...]
    restored: tuple[Key, ...]
    waiting: Waiting
    later: tuple[Later, ...]


def undo(
    ledger: Ledger, revision: int, *, at: datetime, day: date, who: str, note: str = "", dry_run: bool = False
) -> Undone:
    """Take *revision* back in a new one; nothing is written when later revisions stand on it.

    Raises `WrongUsage` for a revision that never was, or was taken back before.
    """
    with ledger.reading() if dry_run else ledger.writing() as connection:
        depth = _depth(connection, revision)
        plan = _plan(connection, revision)
        if plan.later or dry_run:
            return _told(revision, plan, None, len(plan.waiting.again))
        number = last_revision(connection) + 1
        entry = Entry(
            at=at,
            day=day,
            who=who,
            source="undo",
            decided_at=number - 1,
            note=note,
            undoes=revision,
            changes=plan.changes,
            removals=(*((key, False) for key in plan.removed), *((key, True) for key in plan.restored)),
            settlements=tuple(Settlement(conflict, "undone") for conflict in plan.waiting.conflicts),
        )
        reopened = _write(connection, entry, number, plan, back=depth % 2 == 1)
    return _told(revision, plan, number, reopened)


def _told(revision: int, plan: _Plan, number: int | None, reopened: int) -> Undone:
    closed = len(plan.waiting.conflicts) + len(plan.waiting.proposals)
    return Undone(revision, number, plan.changes, plan.removed, plan.restored, closed, reopened, plan.later)


def _depth(connection: sa.Connection, revision: int) -> int:
    """Say how many undos of undos *revision* is (0: none); raise `WrongUsage` when it cannot be undone."""
    undoes = {
        row.number: row.undoes
        for row in connection.execute(
            sa.select(t.revisions.c.number, t.revisions.c.undoes).where(t.revisions.c.undoes.is_not(None))
        )
    }
    if not 0 < revision <= last_revision(connection):
        raise WrongUsage("no-such-revision", revision=revision)
    by = {undone: number for number, undone in undoes.items()}
    if revision in by:
        last, undone = by[revision], True
        while last in by:
            last, undone = by[last], not undone
        raise WrongUsage("already-undone" if undone else "undone-and-back", revision=revision, last=last)
    depth = 0
    while revision in undoes:
        revision, depth = undoes[revision], depth + 1
    return depth


def _plan(connection: sa.Connection, revision: int) -> _Plan:
    """Decide on the ledger as it is now."""
    rows = connection.execute(
        sa.select(t.changes).where(t.changes.c.revision == revision).order_by(t.changes.c.id)
    ).all()
    made, back, went = _came_and_went(connection, revision)
    came = made | back
    keys = {*came, *went, *(Key(row.task_id, row.unit) for row in rows)}
    standing = read_standing(connection, keys)
    removed = tuple(sorted(key for key in came if standing[key].removed is None))
    restored = tuple(sorted(key for key in went if standing[key].removed is not None))
    changes, moved = _cells(rows, standing, made, went)
    after = {key: load_fields(row.fields) for key, row in standing.items()}
    for change in changes:
        after[change.key][change.field] = change.new
    waiting = waiting_on(connection, revision, after, frozenset(removed))
    later = [*_who_moved(connection, revision, moved), *_touched(connection, revision, removed, after, waiting)]
    return _Plan(changes, removed, restored, waiting, tuple(sorted({*later, *waiting.later})))


def _came_and_went(connection: sa.Connection, revision: int) -> tuple[set[Key], set[Key], set[Key]]:
    """Give the assignments that the revision made, those that it brought back, and those that it took away."""
    made = sa.select(t.assignments.c.task_id, t.assignments.c.unit).where(t.assignments.c.created == revision)
    new = {Key(row.task_id, row.unit) for row in connection.execute(made)}
    back: set[Key] = set()
    went: set[Key] = set()
    for row in connection.execute(sa.select(t.removals).where(t.removals.c.revision == revision)):
        (back if row.restored else went).add(Key(row.task_id, row.unit))
    return new, back - new, went


def _cells(
    rows: Iterable[Any], standing: Mapping[Key, Standing], made: set[Key], went: set[Key]
) -> tuple[tuple[Change, ...], list[tuple[Key, str]]]:
    """Give the changes that put cells back, and the cells that somebody has moved since."""
    first: dict[tuple[Key, str], str] = {}
    last: dict[tuple[Key, str], str] = {}
    for row in rows:
        cell = Key(row.task_id, row.unit), row.field
        first.setdefault(cell, row.old)
        last[cell] = row.new
    fields = {key: load_fields(row.fields) for key, row in standing.items()}
    changes: list[Change] = []
    moved: list[tuple[Key, str]] = []
    for (key, field), old in first.items():
        now = fields[key].get(field)
        if dump(now) == old:
            continue
        if key in made:
            continue  # it goes as a whole
        if dump(now) != last[key, field] or (standing[key].removed is not None and key not in went):
            moved.append((key, field))
        else:
            changes.append(Change(key, field, now, load(old), RULE))
    return tuple(changes), moved


def _who_moved(connection: sa.Connection, revision: int, cells: Iterable[tuple[Key, str]]) -> Iterable[Later]:
    """Name the last revision that wrote each of *cells*."""
    for key, field in cells:
        query = sa.select(sa.func.max(t.changes.c.revision)).where(
            (t.changes.c.task_id == key.task_id) & (t.changes.c.unit == key.unit) & (t.changes.c.field == field)
        )
        yield Later(key, field, connection.scalar(query) or revision)


def _touched(
    connection: sa.Connection,
    revision: int,
    removed: Iterable[Key],
    now: Mapping[Key, Mapping[str, Value]],
    waiting: Waiting,
) -> Iterable[Later]:
    """Say what was done since to assignments that are to be removed."""
    for key in removed:
        here = (t.changes.c.task_id == key.task_id) & (t.changes.c.unit == key.unit)
        query = sa.select(t.changes).where(here & (t.changes.c.revision > revision)).order_by(t.changes.c.id)
        then: dict[str, str] = {}
        last: dict[str, int] = {}
        for row in connection.execute(query):
            then.setdefault(row.field, row.old)
            last[row.field] = row.revision
        for field, old in then.items():
            if dump(now[key].get(field)) != old:
                yield Later(key, field, last[field])
        disputed = (t.conflicts.c.task_id == key.task_id) & (t.conflicts.c.unit == key.unit)
        query = sa.select(t.conflicts).where(disputed & (t.conflicts.c.state == "open"))
        for row in connection.execute(query):
            if row.number not in waiting.conflicts:
                yield Later(key, row.field, row.revision)


def _write(connection: sa.Connection, entry: Entry, number: int, plan: _Plan, *, back: bool) -> int:
    """Write the revision; give how many conflicts and proposals wait again. *back*: it takes an undo back."""
    undone = entry.undoes or 0
    touched = {change.key for change in plan.changes} | {*plan.removed, *plan.restored}
    add_revision(connection, entry, number)
    was = before(read_standing(connection, touched), touched)
    apply(connection, entry, number, was)
    write_disputes(connection, entry, number, was)
    reopened = reopen(connection, plan.waiting, number)
    take_back_own_columns(connection, undone, number)
    restate_trails(connection, touched)
    _mark_file(connection, undone, back=back)
    return reopened


def _mark_file(connection: sa.Connection, revision: int, *, back: bool) -> None:
    """Let the file of an undone revision be sent again; with the undo of an undo it counts as taken in again.

    Then as taken in part: sent once more it is looked at once more, and says nothing new.
    """
    first = revision
    while (undone := _undoes(connection, first)) is not None:
        first = undone
    verdicts = ("undone",) if back else t.TAKEN
    here = (t.files.c.revision == first) & t.files.c.verdict.in_(verdicts)
    connection.execute(sa.update(t.files).where(here).values(verdict="partly" if back else "undone"))
    if back:
        return
    # What said the same later, when there was less left to take or nothing, may be sent again too.
    bytes_of = sa.select(t.revisions.c.digest).where((t.revisions.c.number == first) & (t.revisions.c.digest != ""))
    of_it = (t.files.c.revision == first) | t.files.c.digest.in_(bytes_of.scalar_subquery())
    said = sa.select(t.files.c.content).where(of_it & (t.files.c.content != ""))
    here = t.files.c.content.in_(said.scalar_subquery()) & (t.files.c.verdict == "accepted")
    connection.execute(sa.update(t.files).where(here).values(verdict="partly"))


def _undoes(connection: sa.Connection, revision: int) -> int | None:
    found = connection.scalar(sa.select(t.revisions.c.undoes).where(t.revisions.c.number == revision))
    return None if found is None else int(found)
