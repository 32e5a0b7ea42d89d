"""Read parallel updates: rows that a unit's file changed while the ledger changed other cells of them.

Nobody has to do anything about them (practice/workbooks.md C.2, rules 22 and 23; C.3). No table holds them: the findings
of a file name its rows and the revision that its sender saw, and the changes since then say the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.conflicts import Written
from tdnv_sheets.ledger.counting import dead_revisions
from tdnv_sheets.ledger.statements import among
from tdnv_sheets.ledger.values import load, load_fields
from tdnv_sheets.records import Key, Value
from tdnv_sheets.text.same import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.ledger.store import Ledger

FOUND: Final = ("parallel-update", "closed-edited")
"""The findings that name such a row."""
SEEN: Final = "seen"
"""The value of these findings that says which revision the sender saw."""
_FILES: Final = 50
"""So many files are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """One cell that the ledger had changed when a file came that says nothing new about it, but about its row."""

    took: Written
    """The revision that took the file in."""
    key: Key
    content: str
    """What the task is about."""
    field: str
    base: Value
    """As the sender of the file saw it."""
    ours: Value
    """What the other side had written when the file came."""
    written: Written
    """Who had written that."""
    taken: tuple[tuple[str, Value], ...]
    """The fields of the row that the file changed, with their new values."""


class _Row(NamedTuple):
    """One row of a file, with the revision that its sender saw."""

    took: Written
    key: Key
    seen: int


def read_parallel(
    ledger: Ledger, *, unit: str | None = None, since: date | None = None, limit: int | None = None
) -> tuple[Parallel, ...]:
    """Read parallel updates, newest first; what was undone is none. *since* leaves older revisions out."""
    files, revisions, issues = t.files.c, t.revisions.c, t.issues.c
    query = (
        sa.select(files.findings, revisions.number, revisions.at, revisions.who, files.name, files.unit)
        .add_columns(issues.revision.label("issued"))
        .join(t.revisions, revisions.number == files.revision)
        .outerjoin(t.issues, issues.issue == files.issue)
        .where(files.verdict.in_(t.TAKEN) & sa.or_(*(files.findings.contains(f'"{code}"') for code in FOUND)))
        .order_by(files.revision.desc())
    )
    if unit is not None:
        query = query.where(files.unit == unit)
    if since is not None:
        query = query.where(revisions.day >= since)
    with ledger.reading() as connection:
        dead = dead_revisions(connection)
        rows = (row for row in connection.execute(query.execution_options(yield_per=_FILES)) if row.number not in dead)
        return tuple(islice(_lines(connection, rows), limit))


def _lines(connection: sa.Connection, files: Iterator[Any]) -> Iterator[Parallel]:
    while some := list(islice(files, _FILES)):
        lot = [row for file in some for row in _rows_of(file)]
        if not lot:  # only their words look like it
            continue
        tasks = {row.key.task_id for row in lot}
        changes = _changes(connection, tasks, min(row.seen for row in lot), max(row.took.revision for row in lot))
        disputed = _disputed(connection, tasks)
        contents = _contents(connection, tasks)
        for row in lot:
            yield from _of_row(row, changes.get(row.key, ()), disputed.get(row.key, ()), contents.get(row.key, ""))


def _rows_of(file: Any) -> Iterator[_Row]:  # noqa: ANN401 - a row of SQLAlchemy
    """Give the rows that a file's findings name; older ones do not say what was seen, and it was the issue then."""
    took = Written(file.number, file.at, file.who, file.name)
    tasks: dict[str, int] = {}
    for finding in json.loads(file.findings):
        if finding["code"] in FOUND and finding.get("task"):
            tasks.setdefault(finding["task"], int(finding["values"].get(SEEN) or file.issued or 0))
    return (_Row(took, Key(task, file.unit), seen) for task, seen in tasks.items())


def _of_row(row: _Row, changes: Sequence[Any], disputed: Iterable[Any], content: str) -> Iterator[Parallel]:
    revision = row.took.revision
    taken = tuple((line.field, load(line.new)) for line in changes if line.revision == revision)
    waits = {
        one.field for one in disputed if one.revision <= revision and (one.settled is None or one.settled > revision)
    }
    left = {field for field, _ in taken} | waits
    moved: dict[str, list[Any]] = {}
    for line in changes:
        if row.seen < line.revision < revision and line.field not in left:
            moved.setdefault(line.field, []).append(line)
    for field, lines in moved.items():
        base, ours, last = load(lines[0].old), load(lines[-1].new), lines[-1]
        if not same(base, ours):
            written = Written(last.revision, last.at, last.who, last.file)
            yield Parallel(row.took, row.key, content, field, base, ours, written, taken)


def _changes(connection: sa.Connection, tasks: Iterable[str], after: int, until: int) -> Mapping[Key, list[Any]]:
    """Read what was written to *tasks* after one revision and until another, in the order of writing."""
    lines, revisions = t.changes.c, t.revisions.c
    query = (
        sa.select(lines.task_id, lines.unit, lines.field, lines.old, lines.new, lines.revision)
        .add_columns(revisions.at, revisions.who, revisions.file)
        .join(t.revisions, revisions.number == lines.revision)
        .where(among(connection, lines.task_id, tasks) & (lines.revision > after) & (lines.revision <= until))
        .order_by(lines.revision, lines.id)
    )
    found: dict[Key, list[Any]] = {}
    for line in connection.execute(query):
        found.setdefault(Key(line.task_id, line.unit), []).append(line)
    return found


def _disputed(connection: sa.Connection, tasks: Iterable[str]) -> Mapping[Key, list[Any]]:
    """Read from when until when cells of *tasks* waited for a choice: they stand in another list."""
    columns = t.conflicts.c
    query = sa.select(columns.task_id, columns.unit, columns.field, columns.revision, columns.settled)
    found: dict[Key, list[Any]] = {}
    for row in connection.execute(query.where(among(connection, columns.task_id, tasks))):
        found.setdefault(Key(row.task_id, row.unit), []).append(row)
    return found


def _contents(connection: sa.Connection, tasks: Iterable[str]) -> Mapping[Key, str]:
    columns = t.assignments.c
    query = sa.select(columns.task_id, columns.unit, columns.fields)
    rows = connection.execute(query.where(among(connection, columns.task_id, tasks)))
    return {Key(row.task_id, row.unit): str(load_fields(row.fields).get("task_content") or "") for row in rows}
