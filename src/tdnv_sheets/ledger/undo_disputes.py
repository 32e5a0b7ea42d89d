"""What an undo does to conflicts and proposals: those that the revision opened go, those that it settled wait again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.counting import dead_revisions
from tdnv_sheets.ledger.standing import read_standing
from tdnv_sheets.ledger.values import dump, load_fields
from tdnv_sheets.records import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.records import Value


CHOSEN: Final = frozenset({"ours", "theirs", "other"})


class Later(NamedTuple):
    """Something that was done since and stands on what is to be undone."""

    key: Key
    field: str
    """Empty for the assignment as a whole."""
    revision: int


class Waiting(NamedTuple):
    """What an undo does to all that waits for a person."""

    conflicts: frozenset[int]
    """Open conflicts to close, by number."""
    proposals: frozenset[int]
    again: tuple[dict[str, Any], ...]
    """Rows of conflicts that wait again."""
    proposals_again: tuple[dict[str, Any], ...]
    later: tuple[Later, ...]


def waiting_on(
    connection: sa.Connection,
    revision: int,
    after: Mapping[Key, Mapping[str, Value]],
    removed: AbstractSet[Key],
) -> Waiting:
    """Find what *revision* opened and settled; *after* holds the fields as they will be, of what it touched."""
    undone_by, dead = _undone_by(connection), dead_revisions(connection)
    opened = connection.execute(_of(t.conflicts, t.conflicts.c.revision, revision)).all()
    settled = connection.execute(_of(t.conflicts, t.conflicts.c.settled, revision)).all()
    cells = _on_the_same_cells(connection, [*opened, *settled])
    closed: set[int] = set()
    later: list[Later] = []
    for row in opened:
        line = _line(row, cells[_cell(row)], undone_by)
        closed |= {one.number for one in line if one.state == "open"}
        chosen = (one for one in line if one.settled not in dead | {None, revision} and _was_chosen(connection, one))
        later += (Later(*_cell(one), one.settled) for one in chosen)
    ours = _ours(connection, {_cell(row)[0] for row in settled}, after, removed)
    again = tuple(_again(settled, cells, closed, ours, dead))
    proposals, proposals_again, accepted = _proposals(connection, revision, undone_by, dead)
    return Waiting(frozenset(closed), proposals, again, proposals_again, (*later, *accepted))


def _of(table: sa.Table, column: sa.Column[Any], revision: int) -> sa.Select[Any]:
    return sa.select(table).where(column == revision).order_by(table.c.number)


def _cell(row: Any) -> tuple[Key, str]:  # noqa: ANN401 - a row of SQLAlchemy
    return Key(row.task_id, row.unit), row.field


def _undone_by(connection: sa.Connection) -> dict[int, int]:
    query = sa.select(t.revisions.c.undoes, t.revisions.c.number).where(t.revisions.c.undoes.is_not(None))
    return {row.undoes: row.number for row in connection.execute(query)}


def _on_the_same_cells(connection: sa.Connection, rows: Iterable[Any]) -> dict[tuple[Key, str], list[Any]]:
    found: dict[tuple[Key, str], list[Any]] = {_cell(row): [] for row in rows}
    for key, field in found:
        here = (
            (t.conflicts.c.task_id == key.task_id) & (t.conflicts.c.unit == key.unit) & (t.conflicts.c.field == field)
        )
        found[key, field] += connection.execute(sa.select(t.conflicts).where(here).order_by(t.conflicts.c.number)).all()
    return found


def _line(row: Any, others: Iterable[Any], undone_by: Mapping[int, int]) -> list[Any]:  # noqa: ANN401 - rows of SQLAlchemy
    """Give a conflict and all that came in its place: it was shown anew, or opened again by an undo."""
    line = [row]
    for other in others:
        if other.number > row.number and other.theirs == row.theirs:
            came = {one.settled for one in line if one.state == "replaced"}
            came |= {undone_by.get(one.settled) for one in line}
            line += [other] if other.revision in came else []
    return line


def _was_chosen(connection: sa.Connection, row: Any) -> bool:  # noqa: ANN401 - a row of SQLAlchemy
    """Say whether the conflict was settled by a choice that wrote a value."""
    if row.state not in {"theirs", "other"}:
        return False
    change = t.changes.c
    here = (change.task_id == row.task_id) & (change.unit == row.unit) & (change.field == row.field)
    query = sa.select(change.id).where(here & (change.revision == row.settled) & (change.rule == "choice"))
    return connection.scalar(query) is not None


def _again(
    settled: Iterable[Any],
    cells: Mapping[tuple[Key, str], list[Any]],
    closed: AbstractSet[int],
    ours: Mapping[Key, Mapping[str, Value]],
    dead: AbstractSet[int],
) -> Iterable[dict[str, Any]]:
    """Give the conflicts that a revision settled, as they wait again; *ours* is what the ledger will hold."""
    for row in settled:
        key, field = _cell(row)
        others = cells[key, field]
        shown_anew = [other for other in others if other.revision == row.settled and other.theirs == row.theirs]
        if row.revision == row.settled:
            continue  # it came and went with the revision
        if row.state == "replaced" and any(one.state in CHOSEN and one.settled not in dead for one in shown_anew):
            continue  # what was shown in its place has been decided since
        if any(other.state == "open" and other.number not in closed for other in others):
            continue
        now = dump(ours.get(key, {}).get(field))
        if now != row.theirs:
            names = ("task_id", "unit", "field", "base", "theirs", "file", "at")
            yield {**{name: getattr(row, name) for name in names}, "ours": now}


def _ours(
    connection: sa.Connection,
    keys: AbstractSet[Key],
    after: Mapping[Key, Mapping[str, Value]],
    removed: AbstractSet[Key],
) -> dict[Key, Mapping[str, Value]]:
    """Give the fields that *keys* will have; none for those that are or will be removed."""
    standing = read_standing(connection, keys - after.keys())
    found: dict[Key, Mapping[str, Value]] = {key: after[key] for key in keys & after.keys() - removed}
    return found | {key: load_fields(row.fields) for key, row in standing.items() if row.removed is None}


def _proposals(
    connection: sa.Connection, revision: int, undone_by: Mapping[int, int], dead: AbstractSet[int]
) -> tuple[frozenset[int], tuple[dict[str, Any], ...], list[Later]]:
    """Give the proposals to close, those that wait again, and the tasks that were made of some since."""
    closed: set[int] = set()
    later: list[Later] = []
    for row in connection.execute(_of(t.proposals, t.proposals.c.revision, revision)).all():
        same = (t.proposals.c.unit == row.unit) & (t.proposals.c.fields == row.fields)
        line = [row]
        for other in connection.execute(sa.select(t.proposals).where(same).order_by(t.proposals.c.number)):
            came = {undone_by.get(one.settled) for one in line}
            line += [other] if other.number > row.number and other.revision in came else []
        closed |= {one.number for one in line if one.state == "open"}
        accepted = (one for one in line if one.state == "accepted" and one.settled not in dead)
        later += (Later(Key(one.task_id, one.unit), "", one.settled) for one in accepted)
    names = ("unit", "fields", "file", "at")
    again = tuple(
        {name: getattr(row, name) for name in names}
        for row in connection.execute(_of(t.proposals, t.proposals.c.settled, revision))
        if row.revision != revision
    )
    return frozenset(closed), again, later


def reopen(connection: sa.Connection, waiting: Waiting, revision: int) -> int:
    """Let conflicts and proposals wait again in new rows, and close the proposals that go; give how many wait again."""
    if waiting.proposals:
        here = t.proposals.c.number.in_(waiting.proposals)
        connection.execute(sa.update(t.proposals).where(here).values(state="undone", settled=revision))
    for table, rows in ((t.conflicts, waiting.again), (t.proposals, waiting.proposals_again)):
        if rows:
            connection.execute(sa.insert(table), [{**row, "revision": revision} for row in rows])
    return len(waiting.again) + len(waiting.proposals_again)
