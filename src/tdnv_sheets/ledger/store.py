"""Open the ledger, read it, and write one revision at a time."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.errors import TdnvError
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.columns import OwnColumns, read_own_columns
from tdnv_sheets.ledger.engine import Kept, check_server, engine_for, explained, kept_in
from tdnv_sheets.ledger.entries import (
    conflict_from,
    issue_from,
    issue_rows,
    read_log,
    read_newer,
    read_open,
    read_proposals,
    receipt_from,
)
from tdnv_sheets.ledger.migrations import bring_up_to_date, layout_of
from tdnv_sheets.ledger.names import joined, read_names, write_names
from tdnv_sheets.ledger.reading import (
    last_revision,
    read_assignments,
    read_at,
    read_entered,
    read_held,
    read_new_tasks,
    read_now,
    revision_on,
)
from tdnv_sheets.ledger.replay import Difference, verify
from tdnv_sheets.ledger.trails import read_events, read_heard, read_trails, read_trails_at
from tdnv_sheets.ledger.words import keys_saying
from tdnv_sheets.records import Assignment, Key, Proposal, Trail, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.ledger.entries import IssueRecord, Logged, OpenConflict, Receipt
    from tdnv_sheets.ledger.place import Wish
    from tdnv_sheets.records import Event


_ISSUE: Final = sa.select(t.issues).where(t.issues.c.issue == sa.bindparam("of"))
_SAME_BYTES: Final = sa.select(t.files).where(t.files.c.digest == sa.bindparam("of"))
_SAME_CONTENT: Final = (
    sa.select(t.files)
    .where((t.files.c.content == sa.bindparam("of")) & (t.files.c.content != "") & t.files.c.verdict.in_(t.TAKEN))
    .order_by(t.files.c.verdict, t.files.c.at)
    .limit(1)
)
_WRITERS_PLACE: Final = 7463
"""The number of PostgreSQL's advisory lock that each writer takes."""


class Ledger:
    """The ledger at one address; holds the engine and nothing else."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        # What is read in one go is of one moment, also where the database lets others write meanwhile.
        server = engine.dialect.name == "postgresql"
        self._views = engine.execution_options(isolation_level="REPEATABLE READ") if server else engine

    @classmethod
    def at(cls, url: str, journal: Wish = "auto") -> Ledger:
        """Open the ledger, making its tables when it is new; raise `BrokenSurroundings` when it cannot be used."""
        ledger = cls(engine_for(url, journal))
        try:
            ledger._prepare()
        except TdnvError:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self.reading() as connection:
            check_server(connection)
            layout = layout_of(connection)
        if layout != t.LAYOUT:
            with self.writing() as connection:
                bring_up_to_date(connection)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection inside one write transaction; all or nothing, and one writer at a time."""
        with explained(self._engine), self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                if self._engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_PLACE})")
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the ledger from beginning to end."""
        with explained(self._engine), self._views.connect() as connection, connection.begin():
            yield connection

    def kept(self) -> Kept:
        """Say in which database the ledger lies and how it is written."""
        with self.reading() as connection:
            return kept_in(connection)

    # ------------------------------------------------------------------ reading

    def identity(self) -> str:
        """Give the ledger's own name, which every stamp carries."""
        with self.reading() as connection:
            return str(connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == "ledger")))

    def revision(self) -> int:
        """Give the number of the last revision, 0 when there is none."""
        with self.reading() as connection:
            return last_revision(connection)

    def issued(self) -> int:
        """Give how many unit workbooks were issued so far."""
        with self.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(t.issues)) or 0

    def assignments(self, keys: Iterable[Key] | None = None, *, removed: bool = False) -> dict[Key, Assignment]:
        """Read current assignments, all of them or those of *keys*; *removed* also those that an undo took away."""
        with self.reading() as connection:
            return read_assignments(connection, keys, removed=removed)

    def as_now(self, then: Mapping[Key, Mapping[str, Value]], revision: int) -> dict[Key, Mapping[str, Value]]:
        """Give the fields of today of assignments that were *then* at *revision*; those that are gone are left out."""
        with self.reading() as connection:
            return read_now(connection, then, revision)

    def held_by(self, units: Iterable[str]) -> dict[Key, Assignment]:
        """Read the current assignments of some units."""
        with self.reading() as connection:
            return read_held(connection, units)

    def trails(self) -> dict[Key, Trail]:
        """Read what the past says about each assignment."""
        with self.reading() as connection:
            return read_trails(connection)

    def trails_at(self, revision: int) -> dict[Key, Trail]:
        """Read what the past said about each assignment at *revision*."""
        with self.reading() as connection:
            return read_trails_at(connection, revision)

    def heard(self, first: date, last: date, *, until: int | None = None) -> frozenset[Key]:
        """Find the assignments of which their unit told something from one day to another, as revision *until* knew."""
        with self.reading() as connection:
            return read_heard(connection, first, last, until)

    def events(self, tasks: Iterable[str] | None = None, *, until: int | None = None) -> tuple[Event, ...]:
        """Read what happened to *tasks* (None: to all), oldest first, as it stood after revision *until*."""
        with self.reading() as connection:
            return read_events(connection, tasks, until)

    def at_revision(self, keys: Iterable[Key], revision: int) -> dict[Key, dict[str, Value]]:
        """Read the fields of *keys* as they were at *revision*; keys that were not there then are left out."""
        with self.reading() as connection:
            return read_at(connection, keys, revision)

    def assignments_at(self, revision: int) -> dict[Key, Assignment]:
        """Read all assignments as they were at *revision*, in the order in which they were entered."""
        with self.reading() as connection:
            return {key: Assignment(key, fields) for key, fields in read_at(connection, None, revision).items()}

    def revision_on(self, moment: date) -> int:
        """Give the last revision written up to a moment, or up to the end of a day; 0 when there was none."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.max)
        with self.reading() as connection:
            return revision_on(connection, moment)

    def as_entered(self, keys: Iterable[Key]) -> dict[Key, dict[str, Value]]:
        """Read the fields that *keys* were entered with."""
        with self.reading() as connection:
            return read_entered(connection, keys)

    def new_tasks_of(self, drawn: int) -> frozenset[Key]:
        """Find the assignments of tasks that were typed into a register drawn at revision *drawn*."""
        with self.reading() as connection:
            return read_new_tasks(connection, drawn)

    def issue(self, issue: str) -> IssueRecord | None:
        """Find an issue by its id."""
        with self.reading() as connection:
            row = connection.execute(_ISSUE, {"of": issue}).one_or_none()
        return None if row is None else issue_from(row)

    def receipt(self, content: str) -> Receipt | None:
        """Find a file whose content was taken in before, whatever its bytes and its name; best one taken whole."""
        with self.reading() as connection:
            row = connection.execute(_SAME_CONTENT, {"of": content}).one_or_none()
        return None if row is None else receipt_from(row)

    def receipt_of(self, digest: str) -> Receipt | None:
        """Find what became of a file with these very bytes; None where an undo took it back."""
        known = self.filed(digest)
        return None if known is None or known.verdict == "undone" else known

    def filed(self, digest: str) -> Receipt | None:
        """Find what is known of a file with these very bytes, also where an undo took it back."""
        with self.reading() as connection:
            row = connection.execute(_SAME_BYTES, {"of": digest}).one_or_none()
        return None if row is None else receipt_from(row)

    def newer_file(self, receipt: Receipt) -> Receipt | None:
        """Find the newest file that was taken in from the same unit after that of *receipt*."""
        if receipt.revision is None:
            return None
        with self.reading() as connection:
            return read_newer(connection, receipt.unit, receipt.revision)

    def saying(self, contents: Iterable[Value]) -> dict[Key, Assignment]:
        """Find the assignments of today, of any unit, whose tasks say one of *contents*, in whatever spelling."""
        with self.reading() as connection:
            keys = keys_saying(connection, contents)
            found = read_assignments(connection, keys) if keys else {}
        return {key: found[key] for key in sorted(keys & found.keys())}

    def open_conflicts(self, *, unit: str | None = None, keys: Iterable[Key] | None = None) -> tuple[OpenConflict, ...]:
        """Read the conflicts that wait for a choice, oldest first; all, or those of a *unit* or of some *keys*."""
        with self.reading() as connection:
            return read_open(connection, unit, keys)

    def conflict(self, number: int) -> OpenConflict | None:
        """Find a conflict by its number, whatever became of it."""
        with self.reading() as connection:
            row = connection.execute(sa.select(t.conflicts).where(t.conflicts.c.number == number)).one_or_none()
        return None if row is None else conflict_from(row)

    def open_proposals(self) -> tuple[Proposal, ...]:
        """Read the proposals that wait for the office."""
        with self.reading() as connection:
            return read_proposals(connection)

    def proposal_state(self, number: int) -> str | None:
        """Say what became of a proposal: `open`, `accepted` or `declined`; None when there is none of this number."""
        with self.reading() as connection:
            state = connection.scalar(sa.select(t.proposals.c.state).where(t.proposals.c.number == number))
        return None if state is None else str(state)

    def own_columns(self) -> OwnColumns:
        """Read the headers of the office's own columns."""
        with self.reading() as connection:
            return read_own_columns(connection)

    def unit_names(self) -> dict[str, tuple[str, ...]]:
        """Read units' codes → every name that registers showed them by, the first one first."""
        with self.reading() as connection:
            return read_names(connection)

    def log(self, *, limit: int | None = None, task_id: str | None = None, without: str = "") -> tuple[Logged, ...]:
        """Read changed cells, newest first; *without* leaves one source of revisions out."""
        with self.reading() as connection:
            return read_log(connection, limit, task_id, without)

    def drawn(self, digest: str) -> int | None:
        """Give the revision of a register that we drew, by the digest of its bytes."""
        with self.reading() as connection:
            found = connection.scalar(sa.select(t.drawings.c.revision).where(t.drawings.c.digest == digest))
            return None if found is None else int(found)

    def verify(self) -> tuple[Difference, ...]:
        """Play all revisions again and give every difference from what the ledger says is so now; none when it is whole."""
        with self.reading() as connection:
            return tuple(verify(connection))

    # ------------------------------------------------------------------ small writes

    def record_issues(self, records: Sequence[IssueRecord], at: datetime) -> None:
        """Remember workbooks that are sent out."""
        with self.writing() as connection:
            connection.execute(sa.insert(t.issues), issue_rows(records, at))

    def remember_names(self, names: Mapping[str, str]) -> None:
        """Remember the names (by units' codes) that a register is about to show; writes only what is new."""
        if joined(before := self.unit_names(), names) == before:
            return
        with self.writing() as connection:
            write_names(connection, joined(read_names(connection), names))

    def record_drawing(self, digest: str, revision: int, at: datetime) -> None:
        """Remember a register that we drew."""
        with self.writing() as connection:
            connection.execute(sa.delete(t.drawings).where(t.drawings.c.digest == digest))
            connection.execute(sa.update(t.drawings).values(latest=False))
            connection.execute(sa.insert(t.drawings).values(digest=digest, revision=revision, at=at, latest=True))
