"""Write one revision: everything that one file or one sitting changes, in one transaction, or nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.arrivals import write_arrival
from tdnv_sheets.ledger.columns import OwnColumns, write_own_columns
from tdnv_sheets.ledger.disputes import write_disputes, write_proposals
from tdnv_sheets.ledger.reading import last_revision
from tdnv_sheets.ledger.replay import replay
from tdnv_sheets.ledger.standing import ENTERED, UPDATE_TRAIL, Before, add_tasks, apply, before, read_standing
from tdnv_sheets.ledger.statements import among, update_many
from tdnv_sheets.ledger.values import load_fields
from tdnv_sheets.records import Change, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from tdnv_sheets.ledger.arrivals import Arrival
    from tdnv_sheets.ledger.standing import Standing
    from tdnv_sheets.ledger.store import Ledger
    from tdnv_sheets.records import Conflict, Value


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
    reads: frozenset[Key] | None = None
    """The assignments that the decision stands on; None when it stands on all that the ledger holds."""
    then: Mapping[Key, Mapping[str, Value]] | None = None
    """The fields of assignments as the decision saw them, read at `decided_at` or later; no removed ones are among them."""
    file: str = ""
    digest: str = ""
    note: str = ""
    drawn: int | None = None
    """The revision of the register that was read back, for entries that come from one."""
    undoes: int | None = None
    """The revision that this one takes back; its source is `undo` then."""
    changes: tuple[Change, ...] = ()
    removals: tuple[tuple[Key, bool], ...] = ()
    """Assignments that leave the present (False) or come back to it (True), with the fields that they had."""
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
    arrival: Arrival | None = None
    """What the list of received files says of that file."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to remember but the file."""
        return not (
            self.changes
            or self.removals
            or self.undoes is not None
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


_TAKEN_BEFORE: Final = (
    sa.select(t.files.c.digest)
    .where(t.files.c.content == sa.bindparam("content"))
    .where((t.files.c.verdict == "accepted") | (t.files.c.verdict == sa.bindparam("verdict")))
    .limit(1)
)
_NEW_REVISION: Final = sa.insert(t.revisions)
_NEW_FILE: Final = sa.insert(t.files)
_SAME_BYTES: Final = t.files.c.digest == sa.bindparam("of")
_KNOWN: Final = sa.select(t.files.c.verdict, t.files.c.revision).where(_SAME_BYTES)
_FORGET: Final = sa.delete(t.files).where(_SAME_BYTES)


def commit(ledger: Ledger, entry: Entry) -> Committed | None:
    """Write *entry*; None when what it was decided on has moved since, so that the caller decides again.

    That is so when another command wrote to the assignments it reads, or took the same file in.
    """
    with ledger.writing() as connection:
        last = last_revision(connection)
        entry = _with_what_comes_back(connection, entry)
        concerned = {change.key for change in entry.changes} | {key for key, _ in entry.removals}
        was = _before(connection, entry, last, concerned)
        if was is None or _is_taken(connection, entry.file_record):
            return None
        if entry.is_empty:
            _record_file(connection, entry, None)
            return Committed(None)
        revision = last + 1
        add_revision(connection, entry, revision)
        task_ids = add_tasks(connection, entry, revision)
        apply(connection, entry, revision, was)
        if entry.undoes is not None:
            restate_trails(connection, concerned)
        opened = write_disputes(connection, entry, revision, was)
        write_proposals(connection, entry, revision, task_ids)
        if entry.own_columns is not None:
            write_own_columns(connection, OwnColumns(entry.own_columns, revision))
        _record_file(connection, entry, revision)
    return Committed(revision, task_ids, opened)


def _with_what_comes_back(connection: sa.Connection, entry: Entry) -> Entry:
    """Let removed assignments come back where the entry asks for new ones with their keys: no key is given twice."""
    asked = {Key(task.task_id, unit) for task in entry.new_tasks if task.task_id is not None for unit in task.units}
    gone = {key: row for key, row in read_standing(connection, asked).items() if row.removed is not None}
    if not gone:
        return entry
    changes: list[Change] = []
    tasks = []
    for task in entry.new_tasks:
        keys = [Key(task.task_id or "", unit) for unit in task.units]
        for key in keys:
            if key in gone:
                then = load_fields(gone[key].fields)
                both = ((name, then.get(name), task.fields.get(name)) for name in sorted({*then, *task.fields}))
                changes += (Change(key, name, old, new, ENTERED) for name, old, new in both if old != new)
        tasks.append(replace(task, units=tuple(key.unit for key in keys if key not in gone)))
    back = ((key, True) for key in sorted(gone))
    return replace(entry, new_tasks=tuple(tasks), changes=(*entry.changes, *changes), removals=(*entry.removals, *back))


def restate_trails(connection: sa.Connection, keys: Iterable[Key]) -> None:
    """Count extensions and the unit's last day as if what was taken back had not been."""
    rows = [
        (*key, item.unit_update.isoformat() if item.unit_update else None, item.extension_count)
        for key, item in replay(connection, keys).items()
    ]
    update_many(connection, UPDATE_TRAIL, ("task", "of", "heard", "extensions"), rows)


def _before(connection: sa.Connection, entry: Entry, last: int, concerned: AbstractSet[Key]) -> Before | None:
    """Give the assignments that *entry* writes to; None when what it stands on has moved since it was decided."""
    if entry.then is not None and last == entry.decided_at and concerned <= entry.then.keys():
        return Before(entry.then)  # nobody wrote anything: they still are what the decision saw
    standing = read_standing(connection, concerned | (entry.reads or frozenset()))
    return None if _has_moved(connection, entry, last, standing) else before(standing, concerned)


def _has_moved(connection: sa.Connection, entry: Entry, last: int, standing: Mapping[Key, Standing]) -> bool:
    """Say whether anything that *entry* stands on was written after it was decided."""
    if last == entry.decided_at:
        return False
    if entry.reads is None:
        return True
    if any(standing[key].revision > entry.decided_at for key in entry.reads & standing.keys()):
        return True
    conflicts = t.conflicts.c
    query = sa.select(conflicts.task_id, conflicts.unit).where(
        among(connection, conflicts.task_id, (key.task_id for key in entry.reads))
        & ((conflicts.revision > entry.decided_at) | (conflicts.settled > entry.decided_at))
    )
    return any((row.task_id, row.unit) in entry.reads for row in connection.execute(query))


def _is_taken(connection: sa.Connection, record: Mapping[str, Any]) -> bool:
    """Say whether the same content was taken in before; one that was taken in part may pass whole later."""
    if not record or record["verdict"] not in t.TAKEN or not record["content"]:
        return False
    return connection.scalar(_TAKEN_BEFORE, {"content": record["content"], "verdict": record["verdict"]}) is not None


def add_revision(connection: sa.Connection, entry: Entry, revision: int) -> None:
    """Write the row of a revision, before all that refers to it."""
    row = {
        "number": revision,
        "at": entry.at,
        "day": entry.day,
        "who": entry.who,
        "source": entry.source,
        "file": entry.file,
        "digest": entry.digest,
        "note": entry.note,
        "drawn": entry.drawn,
        "undoes": entry.undoes,
    }
    connection.execute(_NEW_REVISION, row)


def _record_file(connection: sa.Connection, entry: Entry, revision: int | None) -> None:
    """Remember what became of a file; that these bytes were taken in once is never forgotten for a later refusal.

    Where nothing was left to take in, they stay those of the revision that took them, so that its undo finds them.
    """
    if entry.arrival is not None:
        write_arrival(connection, entry.arrival, revision)
    record = entry.file_record
    if not record:
        return
    digest = {"of": record["digest"]}
    known = connection.execute(_KNOWN, digest).one_or_none()
    if known is not None:
        taken = known.verdict in t.TAKEN
        if taken and record["verdict"] not in t.TAKEN:
            return
        if taken and revision is None:
            revision = known.revision
        connection.execute(_FORGET, digest)
    connection.execute(_NEW_FILE, {**record, "revision": revision})
