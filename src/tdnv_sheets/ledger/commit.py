"""Write one revision: everything that one file or one sitting changes, in one transaction, or nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.columns import OwnColumns, write_own_columns
from tdnv_sheets.ledger.reading import last_revision, read_assignments
from tdnv_sheets.ledger.values import dump, dump_fields, load
from tdnv_sheets.records import Change, Conflict, Key, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from tdnv_sheets.ledger.store import Ledger

EXTENSION: Final = "extended_deadline"


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be entered: an assignment for each lead unit."""

    units: tuple[str, ...]
    fields: Mapping[str, Value]
    task_id: str | None = None
    """Set when the task exists and only gets more lead units."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """A conflict that a person decided."""

    number: int
    state: str
    """`ours`, `theirs` or `other`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProposalSettlement:
    """A proposal that the office decided; `new_task` is the position in the entry's new tasks when accepted."""

    number: int
    new_task: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one revision writes."""

    at: datetime
    day: date
    """The day that counts as the unit's update."""
    who: str
    source: str
    decided_at: int
    """The revision of the ledger on which the merge was decided."""
    file: str = ""
    digest: str = ""
    note: str = ""
    drawn: int | None = None
    """The revision of the register that was read back, for entries that come from one."""
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    new_tasks: tuple[NewTask, ...] = ()
    proposals: tuple[tuple[str, Mapping[str, Value]], ...] = ()
    """(unit, fields) of tasks that a unit says it holds."""
    settlements: tuple[Settlement, ...] = ()
    proposal_settlements: tuple[ProposalSettlement, ...] = ()
    own_columns: tuple[str, ...] | None = None
    """The headers of the office's own columns in their order, where they are others than before."""
    file_record: Mapping[str, Any] = field(default_factory=dict)
    """The row of `files`, without its revision; empty when the entry comes from no file that is received."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to remember but the file."""
        return not (
            self.changes
            or self.conflicts
            or self.new_tasks
            or self.proposals
            or self.settlements
            or self.proposal_settlements
            or self.own_columns is not None
        )


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit made."""

    revision: int | None
    """None when there was nothing to write."""
    task_ids: tuple[str, ...] = ()
    """Ids of the new tasks, in their order."""
    conflicts: int = 0
    """Conflicts that are new; one that was open already with the same values is not."""


def commit(ledger: Ledger, entry: Entry) -> Committed | None:
    """Write *entry*; None when the ledger moved since it was decided, so that the caller decides again."""
    with ledger.writing() as connection:
        last = last_revision(connection)
        if last != entry.decided_at:
            return None
        revision = None
        task_ids: list[str] = []
        opened = 0
        if not entry.is_empty:
            revision = last + 1
            connection.execute(
                sa.insert(t.revisions).values(
                    number=revision,
                    at=entry.at,
                    who=entry.who,
                    source=entry.source,
                    file=entry.file,
                    digest=entry.digest,
                    note=entry.note,
                    drawn=entry.drawn,
                )
            )
            task_ids = [_add_task(connection, entry, task, revision) for task in entry.new_tasks]
            _settle(connection, entry, revision)
            _apply(connection, entry, revision)
            opened = _open_conflicts(connection, entry, revision)
            _settle_proposals(connection, entry, revision, task_ids)
            _propose(connection, entry, revision)
            if entry.own_columns is not None:
                write_own_columns(connection, OwnColumns(entry.own_columns, revision))
        if entry.file_record:
            connection.execute(sa.delete(t.files).where(t.files.c.digest == entry.file_record["digest"]))
            connection.execute(sa.insert(t.files).values(**entry.file_record, revision=revision))
    return Committed(revision, tuple(task_ids), opened)


def _add_task(connection: sa.Connection, entry: Entry, task: NewTask, revision: int) -> str:
    task_id = task.task_id
    if task_id is None:
        year = entry.day.year
        number = (connection.scalar(sa.select(sa.func.max(t.tasks.c.number)).where(t.tasks.c.year == year)) or 0) + 1
        task_id = f"NV-{year}-{number:05}"
        made = {"task_id": task_id, "year": year, "number": number, "created": revision}
        connection.execute(sa.insert(t.tasks).values(**made))
    fields = {name: value for name, value in task.fields.items() if value is not None}
    reported = fields.get("reported_date")
    for unit in task.units:
        connection.execute(
            sa.insert(t.assignments).values(
                task_id=task_id,
                unit=unit,
                fields=dump_fields(fields),
                created=revision,
                revision=revision,
                unit_update=None if reported is None or isinstance(reported, (str, int, float)) else reported,
                extension_count=1 if EXTENSION in fields else 0,
            )
        )
        changes = [Change(Key(task_id, unit), name, None, value, "13") for name, value in fields.items()]
        _log_changes(connection, changes, revision)
    return task_id


def _log_changes(connection: sa.Connection, changes: Sequence[Change], revision: int) -> None:
    if changes:
        connection.execute(
            sa.insert(t.changes),
            [
                {
                    "revision": revision,
                    "task_id": change.key.task_id,
                    "unit": change.key.unit,
                    "field": change.field,
                    "old": dump(change.old),
                    "new": dump(change.new),
                    "rule": change.rule,
                }
                for change in changes
            ],
        )


def _apply(connection: sa.Connection, entry: Entry, revision: int) -> None:
    by_key: dict[Key, list[Change]] = {}
    for change in entry.changes:
        by_key.setdefault(change.key, []).append(change)
    now = read_assignments(connection, by_key)
    written = []
    for key, changes in by_key.items():
        fields = dict(now[key].fields)
        for change in changes:
            if fields.get(change.field) != change.old:
                message = f"{key} {change.field}: the change starts from another value than the ledger's"
                raise RuntimeError(message)
            fields[change.field] = change.new
        extended = any(change.field == EXTENSION and change.new is not None for change in changes)
        written.append({"task": key.task_id, "of": key.unit, "now": dump_fields(fields), "more": int(extended)})
    if written:
        connection.execute(_update(entry, revision), written)
    _log_changes(connection, entry.changes, revision)
    open_on = _open_by_cell(connection, {change.key.unit for change in entry.changes})
    for change in entry.changes:
        for row in open_on.get((change.key, change.field), ()):
            _follow_open_conflict(connection, entry, row, change, revision)


def _update(entry: Entry, revision: int) -> sa.Update:
    """Write the changed fields of one assignment; what differs from one to the next is bound."""
    here = (t.assignments.c.task_id == sa.bindparam("task")) & (t.assignments.c.unit == sa.bindparam("of"))
    values: dict[str, Any] = {
        "fields": sa.bindparam("now"),
        "revision": revision,
        "extension_count": t.assignments.c.extension_count + sa.bindparam("more"),
    }
    if entry.source == "unit":
        values["unit_update"] = entry.day
    return sa.update(t.assignments).where(here).values(**values)


def _open_by_cell(connection: sa.Connection, units: AbstractSet[str]) -> dict[tuple[Key, str], list[sa.Row[Any]]]:
    """Read the open conflicts of *units* at once: a question for each changed cell would take longer than the rest."""
    query = sa.select(t.conflicts).where((t.conflicts.c.state == "open") & t.conflicts.c.unit.in_(units))
    by_cell: dict[tuple[Key, str], list[sa.Row[Any]]] = {}
    for row in connection.execute(query) if units else ():
        by_cell.setdefault((Key(row.task_id, row.unit), row.field), []).append(row)
    return by_cell


def _follow_open_conflict(
    connection: sa.Connection, entry: Entry, row: sa.Row[Any], change: Change, revision: int
) -> None:
    """Keep an open conflict true when the cell itself changes: settled if it took their value, shown anew if not."""
    theirs = load(row.theirs)
    state = "theirs" if change.new == theirs else "replaced"
    _close_conflict(connection, row.number, state, revision)
    if state == "replaced":
        conflict = Conflict(change.key, change.field, load(row.base), change.new, theirs)
        _insert_conflict(connection, entry, conflict, revision, row.file)


def _open_conflicts(connection: sa.Connection, entry: Entry, revision: int) -> int:
    opened = 0
    for conflict in entry.conflicts:
        rows = connection.execute(_open_on(conflict.key, conflict.field)).all()
        if any(row.theirs == dump(conflict.theirs) and row.ours == dump(conflict.ours) for row in rows):
            continue
        for row in rows:
            _close_conflict(connection, row.number, "replaced", revision)
        _insert_conflict(connection, entry, conflict, revision, entry.file)
        opened += 1
    return opened


def _open_on(key: Key, name: str) -> sa.Select[Any]:
    return sa.select(t.conflicts).where(
        (t.conflicts.c.task_id == key.task_id)
        & (t.conflicts.c.unit == key.unit)
        & (t.conflicts.c.field == name)
        & (t.conflicts.c.state == "open")
    )


def _close_conflict(connection: sa.Connection, number: int, state: str, revision: int, reason: str = "") -> None:
    values = {"state": state, "settled": revision, "reason": reason}
    connection.execute(sa.update(t.conflicts).where(t.conflicts.c.number == number).values(**values))


def _insert_conflict(connection: sa.Connection, entry: Entry, conflict: Conflict, revision: int, file: str) -> None:
    connection.execute(
        sa.insert(t.conflicts).values(
            task_id=conflict.key.task_id,
            unit=conflict.key.unit,
            field=conflict.field,
            base=dump(conflict.base),
            ours=dump(conflict.ours),
            theirs=dump(conflict.theirs),
            revision=revision,
            file=file,
            at=entry.at,
        )
    )


def _settle(connection: sa.Connection, entry: Entry, revision: int) -> None:
    for settlement in entry.settlements:
        _close_conflict(connection, settlement.number, settlement.state, revision, settlement.reason)


def _propose(connection: sa.Connection, entry: Entry, revision: int) -> None:
    for unit, fields in entry.proposals:
        packed = dump_fields(fields)
        same = (t.proposals.c.unit == unit) & (t.proposals.c.fields == packed)
        if connection.scalar(sa.select(t.proposals.c.number).where(same)) is None:
            connection.execute(
                sa.insert(t.proposals).values(unit=unit, fields=packed, revision=revision, file=entry.file, at=entry.at)
            )


def _settle_proposals(connection: sa.Connection, entry: Entry, revision: int, task_ids: Sequence[str]) -> None:
    for settlement in entry.proposal_settlements:
        accepted = settlement.new_task is not None
        connection.execute(
            sa.update(t.proposals)
            .where(t.proposals.c.number == settlement.number)
            .values(
                state="accepted" if accepted else "declined",
                settled=revision,
                task_id=task_ids[settlement.new_task] if settlement.new_task is not None else None,
            )
        )
