"""One round of the office's day: read the register back, take the inbox in, apply the rules, draw the register anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings, TdnvError, WaitsForPerson
from tdnv_sheets.findings import About, Finding, Level, Severity, has_error
from tdnv_sheets.inbox.workspace import is_open, owner_of
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.ledger.commit import Entry, NewTask, ProposalSettlement, Settlement, commit
from tdnv_sheets.ledger.values import fingerprint
from tdnv_sheets.merge import Side
from tdnv_sheets.pipeline.draw import file_digest, redraw
from tdnv_sheets.pipeline.ingest import decide, ingest
from tdnv_sheets.pipeline.office import Office, blind_cells, open_book
from tdnv_sheets.records import Change, Key
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.units import UnitIndex
from tdnv_sheets.validate.cells import Unread
from tdnv_sheets.validate.register import (
    RegisterGrounds,
    RegisterRead,
    completed,
    read_register,
    stamped_revision,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tdnv_sheets.intake.scan import Scan
    from tdnv_sheets.ledger.store import OpenConflict
    from tdnv_sheets.merge import Outcome
    from tdnv_sheets.pipeline.check import Moment
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.validate.choices import Choice
    from tdnv_sheets.validate.register import NewRow

_TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the register said since it was drawn, and what of it is now in the ledger."""

    digest: str | None
    """Of the file that was read; None when there is none."""
    abouts: tuple[About, ...] = ()
    changes: tuple[Change, ...] = ()
    conflicts: int = 0
    settled: int = 0
    new_tasks: tuple[str, ...] = ()
    revision: int | None = None
    mangled: bool = False

    @property
    def ok(self) -> bool:
        """Say whether the register may be redrawn: nothing that people typed would be lost."""
        return not has_error(self.abouts)


@dataclass(frozen=True, slots=True)
class Synced:
    """What one round did."""

    register: ReadBack
    received: tuple[Received, ...] = ()
    drawn: Path | None = None
    waits: TdnvError | None = None
    """Why the register could not be read or drawn now; intake went on."""


def sync(office: Office, moment: Moment, *, with_inbox: bool = True) -> Synced:
    """Do one round; a mangled register stops it before anything is written."""
    waits: TdnvError | None = None
    register = ReadBack(None)
    try:
        register = read_back(office, moment)
    except WaitsForPerson as problem:
        waits = problem
    if register.mangled:
        return Synced(register)
    received = tuple(ingest(office, None, moment)) if with_inbox else ()
    if waits is not None or not register.ok:
        return Synced(register, received, None, waits)
    try:
        drawn = redraw(office, as_of=moment.as_of, now=moment.now, read=register.digest)
    except WaitsForPerson as problem:
        return Synced(register, received, None, problem)
    return Synced(register, received, drawn)


def read_back(office: Office, moment: Moment) -> ReadBack:
    """Take the office's edits into the ledger; all of them or, where something is wrong, none."""
    path = office.space.register
    if not path.exists():
        return ReadBack(None)
    if is_open(path):
        raise WaitsForPerson("file-locked", path=path, who=owner_of(path))
    digest = file_digest(path)
    if office.ledger.drawn(digest) is not None:
        return ReadBack(digest)
    with Reader() as reader:
        scanned, book = open_book(reader, path)
    if isinstance(book, Finding):
        return ReadBack(digest, (About(book),))
    key, ledger = office.space.key(), office.ledger.identity()
    stamped = stamped_revision(book, key, ledger)
    if stamped is None:
        raise WaitsForPerson("register-not-drawn-here", path=path)
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        grounds = _grounds(office, moment, stamped)
        read = read_register(book, blind_cells(scanned), grounds)
        if not read.ok or read.submission is None:
            return ReadBack(digest, read.abouts, mangled=read.mangled)
        outcome = decide(office, read.submission, Side.OFFICE)
        entry, notes = _entry(office, read, outcome, grounds, decided_at=decided_at, moment=moment)
        done = commit(office.ledger, _from_file(entry, scanned, path))
        if done is not None:
            return ReadBack(
                digest,
                (*read.abouts, *notes),
                entry.changes,
                done.conflicts,
                len(entry.settlements) + len(entry.proposal_settlements),
                done.task_ids,
                done.revision,
            )
    raise BrokenSurroundings("ledger-moved")


def _grounds(office: Office, moment: Moment, stamped: tuple[int, int]) -> RegisterGrounds:
    now = office.ledger.assignments()
    return RegisterGrounds(
        key=office.space.key(),
        ledger=office.ledger.identity(),
        units=UnitIndex.build(office.units),
        names={unit.code: unit.name for unit in office.units},
        lang=office.lang,
        as_of=moment.as_of,
        now={key: item.fields for key, item in now.items()},
        base=office.ledger.at_revision(now, stamped[0]),
        drawn=stamped[1],
        conflict_fields={item.number: item.conflict.field for item in office.ledger.open_conflicts()},
    )


def _from_file(entry: Entry, scanned: Scan, path: Path) -> Entry:
    return replace(entry, file=path.name, digest=scanned.digest)


def _entry(
    office: Office, read: RegisterRead, outcome: Outcome, grounds: RegisterGrounds, *, decided_at: int, moment: Moment
) -> tuple[Entry, list[About]]:
    """Gather what the register states into one entry of the ledger."""
    notes: list[About] = []
    edited = {(change.key, change.field) for change in outcome.changes}
    settlements: list[Settlement] = []
    chosen: list[Change] = []
    conflicts = {item.number: item for item in office.ledger.open_conflicts()}
    for choice in read.choices:
        item = conflicts.get(choice.number)
        if item is None:
            notes += _too_late(choice, office.ledger.conflict(choice.number))
            continue
        decided = _decide_choice(choice, item, already=(item.conflict.key, item.conflict.field) in edited)
        if isinstance(decided, About):
            notes.append(decided)
            continue
        settlements.append(Settlement(choice.number, choice.choice, choice.reason))
        chosen += [decided] if decided is not None else []
    new_tasks = [NewTask(row.units, row.fields, row.task_id) for row in _really_new(read.new_rows, grounds)]
    proposals: list[ProposalSettlement] = []
    waiting = {proposal.number: proposal for proposal in office.ledger.open_proposals()}
    for line in read.proposal_choices:
        proposal = waiting.get(line.number)
        if proposal is None:
            continue
        proposals.append(ProposalSettlement(line.number, len(new_tasks) if line.accepted else None))
        if line.accepted:
            fields = completed({**proposal.fields, **line.fields}, moment.as_of)
            new_tasks.append(NewTask((proposal.unit,), fields))
    return (
        Entry(
            at=moment.now,
            day=moment.as_of,
            who=office.space.settings.office,
            source="office",
            decided_at=decided_at,
            changes=(*outcome.changes, *chosen),
            conflicts=outcome.conflicts,
            new_tasks=tuple(new_tasks),
            settlements=tuple(settlements),
            proposal_settlements=tuple(proposals),
        ),
        notes,
    )


def _too_late(choice: Choice, item: OpenConflict | None) -> Iterator[About]:
    """Say that a choice came after its conflict had gone; one that was settled just so needs no word."""
    if item is not None and item.state != choice.choice:
        values = {"task": item.conflict.key.task_id}
        column = assignment_spec().by_name[item.conflict.field].header("vi")
        yield About(
            Finding("conflict-moved", Severity.WARNING, Level.ROW, row=choice.row, column=column, values=values)
        )


def _decide_choice(choice: Choice, item: OpenConflict, *, already: bool) -> Change | About | None:
    """Apply one line of «Xung đột»: a change, nothing to change, or why it was not applied."""
    conflict = item.conflict
    spec = assignment_spec().by_name[conflict.field]
    column = spec.header("vi")
    if already or choice.fingerprint != fingerprint(conflict.ours):
        values = {"task": conflict.key.task_id}
        return About(
            Finding("conflict-moved", Severity.WARNING, Level.ROW, row=choice.row, column=column, values=values)
        )
    if choice.choice == "ours":
        return None
    value = conflict.theirs if choice.choice == "theirs" else choice.other
    if isinstance(value, Unread) or (value is None and choice.choice == "other"):
        return About(Finding("other-value-missing", Severity.WARNING, Level.ROW, row=choice.row, column=column))
    if value == conflict.ours:
        return None
    return Change(conflict.key, conflict.field, conflict.ours, value, "choice")


def _really_new(rows: tuple[NewRow, ...], grounds: RegisterGrounds) -> Iterator[NewRow]:
    """Leave out new rows that an earlier reading of the same drawing entered already (rule 13)."""
    entered = {
        (key.unit, fields.get("task_content"), fields.get("document_number"))
        for key, fields in grounds.now.items()
        if key not in grounds.base
    }
    for row in rows:
        units = tuple(
            unit
            for unit in row.units
            if (unit, row.fields.get("task_content"), row.fields.get("document_number")) not in entered
            and (row.task_id is None or Key(row.task_id, unit) not in grounds.now)
        )
        if units:
            yield replace(row, units=units)
