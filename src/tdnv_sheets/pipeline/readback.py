"""Take what the office typed into its register into the ledger: all of it, or nothing where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson
from tdnv_sheets.findings import About, Finding, Level, Severity, has_error, shorten
from tdnv_sheets.inbox.workspace import is_open, owner_of
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.ledger.commit import Entry, NewTask, ProposalSettlement, Settlement, commit
from tdnv_sheets.ledger.values import fingerprint
from tdnv_sheets.merge import Outcome, Side, merge
from tdnv_sheets.pipeline.draw import file_digest, shown_keys
from tdnv_sheets.pipeline.office import Office, blind_cells, open_book
from tdnv_sheets.records import EXTRA, Assignment, Change, Key, SubmittedRow
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.text.units import UnitIndex
from tdnv_sheets.validate.accidents import natural
from tdnv_sheets.validate.cells import Unread
from tdnv_sheets.validate.register import drawing_of, read_register
from tdnv_sheets.validate.register_rows import RegisterGrounds, completed, restated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.ledger.store import OpenConflict
    from tdnv_sheets.pipeline.check import Moment
    from tdnv_sheets.validate.choices import Choice, ProposalChoice
    from tdnv_sheets.validate.register import Drawing, RegisterRead
    from tdnv_sheets.validate.register_rows import NewRow

_TRIES: Final = 50
"""How often a reading is decided anew while other commands write to the ledger."""


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
    drawing = drawing_of(book, office.space.key(), office.ledger.identity())
    if drawing is None:
        raise WaitsForPerson("register-not-drawn-here", path=path)
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        grounds = _grounds(office, moment, drawing)
        read = read_register(book, blind_cells(scanned), grounds)
        if not read.ok or read.submission is None:
            return ReadBack(digest, read.abouts, mangled=read.mangled)
        known, new = _entered_before(read, grounds, moment)
        submission = replace(read.submission, rows=known)
        outcome = merge(submission, grounds.base, grounds.now, spec=assignment_spec(), side=Side.OFFICE)
        entry, notes = _entry(office, replace(read, new_rows=new), outcome, moment)
        if has_error(notes):
            return ReadBack(digest, (*read.abouts, *notes))
        done = commit(
            office.ledger,
            replace(entry, decided_at=decided_at, drawn=drawing.revision, file=path.name, digest=scanned.digest),
        )
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


def _grounds(office: Office, moment: Moment, drawing: Drawing) -> RegisterGrounds:
    now = office.ledger.assignments()
    base = office.ledger.as_last_read(now, drawing.revision)
    entered = office.ledger.entered_from(drawing.revision)
    drawn = (Assignment(key, fields) for key, fields in base.items() if key not in entered)
    return RegisterGrounds(
        key=office.space.key(),
        ledger=office.ledger.identity(),
        units=UnitIndex.build(office.units),
        names={unit.code: unit.name for unit in office.units},
        lang=office.lang,
        as_of=moment.as_of,
        now={key: item.fields for key, item in now.items()},
        base=base,
        entered=entered,
        shown=shown_keys(office, drawn, drawing.as_of or moment.as_of),
        drawn=drawing.rows,
        conflict_fields={item.number: item.conflict.field for item in office.ledger.open_conflicts()},
    )


def _entered_before(
    read: RegisterRead, grounds: RegisterGrounds, moment: Moment
) -> tuple[tuple[SubmittedRow, ...], tuple[NewRow, ...]]:
    """Tell the rows that an earlier reading of the same drawing entered from those that are new (rule 13).

    A row is known again by its words, or else by its place in the sheet.
    """
    known = list(read.submission.rows if read.submission else ())
    left = dict(grounds.entered)
    waiting = [(row, unit) for row in read.new_rows for unit in row.units]
    for matches in (_same_words, _same_place):
        unmatched = []
        for row, unit in waiting:
            key = next((key for key in left if key.unit == unit and matches(row, key, grounds)), None)
            if key is None:
                unmatched.append((row, unit))
            else:
                del left[key]
                known.append(restated(row, key, moment.as_of))
        waiting = unmatched
    new = [replace(row, units=tuple(unit for of, unit in waiting if of is row)) for row in read.new_rows]
    return tuple(known), tuple(row for row in new if row.units)


def _same_words(row: NewRow, key: Key, grounds: RegisterGrounds) -> bool:
    return natural(grounds.base[key]) == natural(row.cells)


def _same_place(row: NewRow, key: Key, grounds: RegisterGrounds) -> bool:
    return grounds.entered[key] == row.row


def _entry(office: Office, read: RegisterRead, outcome: Outcome, moment: Moment) -> tuple[Entry, list[About]]:
    """Gather what the register states into one entry of the ledger; it is not decided yet on which revision."""
    edited = {(change.key, change.field) for change in outcome.changes}
    settlements, chosen, notes = _choices(office, read.choices, edited)
    new_tasks = [NewTask(row.units, completed(row.cells, moment.as_of), row.task_id, row.row) for row in read.new_rows]
    proposals, accepted, more = _proposal_choices(office, read.proposal_choices, moment, first=len(new_tasks))
    entry = Entry(
        at=moment.now,
        day=moment.as_of,
        who=office.space.settings.office,
        source="office",
        decided_at=-1,
        changes=(*outcome.changes, *chosen),
        conflicts=outcome.conflicts,
        new_tasks=(*new_tasks, *accepted),
        settlements=tuple(settlements),
        proposal_settlements=tuple(proposals),
    )
    return entry, notes + more


def _choices(
    office: Office, made: Sequence[Choice], edited: set[tuple[Key, str]]
) -> tuple[list[Settlement], list[Change], list[About]]:
    """Apply what was chosen in «Xung đột»."""
    settlements: list[Settlement] = []
    chosen: list[Change] = []
    notes: list[About] = []
    waiting = {item.number: item for item in office.ledger.open_conflicts()}
    for choice in made:
        item = waiting.get(choice.number)
        if item is None:
            notes += _too_late(choice, office.ledger.conflict(choice.number), office.lang)
            continue
        already = (item.conflict.key, item.conflict.field) in edited
        decided = _decide(choice, item, office.lang, already=already)
        if isinstance(decided, About):
            notes.append(decided)
            continue
        settlements.append(Settlement(choice.number, choice.choice, choice.reason))
        chosen += [decided] if decided is not None else []
    return settlements, chosen, notes


def _too_late(choice: Choice, item: OpenConflict | None, lang: str) -> Iterator[About]:
    """Say that a choice came after its conflict had gone; one that was settled just so needs no word."""
    if item is not None and item.state != choice.choice:
        yield _moved(choice, item, lang)


def _decide(choice: Choice, item: OpenConflict, lang: str, *, already: bool) -> Change | About | None:
    """Apply one line of «Xung đột»: a change, nothing to change, or why it was not applied."""
    conflict = item.conflict
    if already or choice.fingerprint != fingerprint(conflict.ours):
        return _moved(choice, item, lang)
    if choice.choice == "ours":
        return None
    value = conflict.theirs if choice.choice == "theirs" else choice.other
    if isinstance(value, Unread) or (value is None and choice.choice == "other"):
        column = _caption(conflict.field, lang)
        return About(Finding("other-value-missing", Severity.WARNING, Level.ROW, row=choice.row, column=column))
    if same(value, conflict.ours):
        return None
    return Change(conflict.key, conflict.field, conflict.ours, value, "choice")


def _moved(choice: Choice, item: OpenConflict, lang: str) -> About:
    values = {"task": item.conflict.key.task_id}
    column = _caption(item.conflict.field, lang)
    return About(Finding("conflict-moved", Severity.WARNING, Level.ROW, row=choice.row, column=column, values=values))


def _caption(field: str, lang: str) -> str:
    spec = assignment_spec().by_name.get(field)
    return spec.header(lang) if spec else field.removeprefix(EXTRA)


def _proposal_choices(
    office: Office, made: Sequence[ProposalChoice], moment: Moment, *, first: int
) -> tuple[list[ProposalSettlement], list[NewTask], list[About]]:
    """Apply what was chosen in «Đề xuất»; accepted tasks come after the *first* new tasks of the entry."""
    settlements: list[ProposalSettlement] = []
    accepted: list[NewTask] = []
    notes: list[About] = []
    waiting = {proposal.number: proposal for proposal in office.ledger.open_proposals()}
    for line in made:
        proposal = waiting.get(line.number)
        if proposal is None:
            continue
        if line.accepted and line.unread:
            notes += _unread(line.row, line.unread, office.lang)
            continue
        settlements.append(ProposalSettlement(line.number, first + len(accepted) if line.accepted else None))
        if line.accepted:
            fields = completed({**proposal.fields, **line.fields}, moment.as_of)
            accepted.append(NewTask((proposal.unit,), fields))
    return settlements, accepted, notes


def _unread(row: int, cells: Mapping[str, str], lang: str) -> Iterator[About]:
    """Say which cells of an accepted proposal cannot be used; it waits until they can."""
    for name, text in cells.items():
        column, value = _caption(name, lang), shorten(text)
        yield About(Finding("not-a-date", Severity.ERROR, Level.ROW, row=row, column=column, value=value))
