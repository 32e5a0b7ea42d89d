"""Take what the office typed into its register into the ledger: all of it, or nothing where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson
from tdnv_sheets.findings import About, Finding, has_error
from tdnv_sheets.inbox.workspace import is_open, owner_of
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.undone import removed, undone_cells
from tdnv_sheets.merge.cell import Side
from tdnv_sheets.merge.rows import Outcome, merge
from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.pipeline.chosen import conflict_choices, proposal_choices
from tdnv_sheets.pipeline.decided import followed
from tdnv_sheets.pipeline.draw import file_digest, own_headers, shown_keys
from tdnv_sheets.pipeline.handover import is_handed_over
from tdnv_sheets.records import Assignment, Change, Key, SubmittedRow, Value
from tdnv_sheets.render.register import SHEETS
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.text.units import UnitIndex
from tdnv_sheets.validate.accidents import natural
from tdnv_sheets.validate.register import drawing_of, read_register
from tdnv_sheets.validate.register_rows import RegisterGrounds, completed, restated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.grid import Book
    from tdnv_sheets.intake.worker import FileSeen
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
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
    unlikely: bool = False
    """Whether what looks mangled may be meant; then `read_back` takes it when it is told so."""
    own_sheets: tuple[str, ...] = ()
    """Sheets that the office added; the next drawing does not have them."""

    @property
    def ok(self) -> bool:
        """Say whether the register may be redrawn: nothing that people typed would be lost."""
        return not has_error(self.abouts)


class _Opened(NamedTuple):
    """The register as it lies in its folder."""

    path: Path
    digest: str
    book: Book
    scanned: FileSeen
    drawing: Drawing
    own_sheets: tuple[str, ...]


def read_back(office: Office, moment: Moment, *, meant: bool = False) -> ReadBack:
    """Take the office's edits into the ledger; all of them or, where something is wrong, none.

    Edits that look like an accident are taken only where somebody says that they are *meant*.
    """
    path = office.space.register
    if not path.exists():
        return ReadBack(None)
    if is_open(path):
        raise WaitsForPerson("file-locked", path=path, who=owner_of(path))
    digest = file_digest(path)
    if office.ledger.drawn(digest) is not None:
        return ReadBack(digest)
    scanned, book = office.readers.read(path, own=True)
    if isinstance(book, Finding):
        return ReadBack(digest, (About(book),))
    drawing = drawing_of(book, office.space.key(), office.ledger.identity())
    if drawing is None:
        raise WaitsForPerson("register-not-drawn-here", path=path)
    opened = _Opened(path, digest, book, scanned, drawing, _own_sheets(book))
    for _ in range(_TRIES):
        done = _decide_and_write(office, opened, moment, meant=meant)
        if done is not None:
            return done
    raise BrokenSurroundings("ledger-moved")


def _own_sheets(book: Book) -> tuple[str, ...]:
    """Give the sheets that the program does not draw."""
    unmarked = [name for name in SHEETS if not book.marks.get(name) and (name in book.marks or not book.marks)]
    ours = {say(f"register.sheet_{name}", lang) for name in unmarked for lang in LANGUAGES} | set(book.marks.values())
    return tuple(sheet.name for sheet in book.sheets if sheet.name not in ours and not sheet.name.startswith("_"))


def _decide_and_write(office: Office, opened: _Opened, moment: Moment, *, meant: bool) -> ReadBack | None:
    """Decide on the ledger as it is now; None when another command wrote to it meanwhile."""
    decided_at = office.ledger.revision()
    grounds = _grounds(office, moment, opened.drawing)
    read = read_register(opened.book, grounds, meant=meant)
    if not read.ok or read.submission is None:
        return ReadBack(opened.digest, read.abouts, mangled=read.mangled, unlikely=read.unlikely)
    typed = office.ledger.new_tasks_of(opened.drawing.revision)
    after = office.ledger.as_entered({key for key in grounds.now if key not in grounds.base} | typed)
    entered = {key: after[key] for key in typed}
    known, new = _entered_before(read.new_rows, entered, moment)
    undone = undone_cells(office.ledger, opened.drawing.revision)
    said = _as_last_said(read.submission.rows, grounds, undone)
    rows, base = _since_entered((*read.submission.rows, *known), replace(grounds, base=said), after)
    submission = replace(read.submission, rows=rows)
    outcome = merge(submission, base, grounds.now, spec=assignment_spec(), side=Side.OFFICE)
    new = _not_undone(office, new, opened.drawing.revision)
    entry, notes = _entry(office, replace(read, new_rows=new), outcome, moment)
    entry, more = followed(office, entry, grounds.now, moment.as_of)
    notes += more
    if has_error(notes):
        return ReadBack(opened.digest, (*read.abouts, *notes))
    entry = replace(
        entry,
        decided_at=decided_at,
        drawn=opened.drawing.revision,
        file=opened.path.name,
        digest=opened.scanned.digest,
        own_columns=_own_columns(office, read.own_columns, grounds, opened.drawing),
    )
    done = commit(office.ledger, entry)
    if done is None:
        return None
    return ReadBack(
        opened.digest,
        (*read.abouts, *notes),
        entry.changes,
        done.conflicts,
        len(entry.settlements) + len(entry.proposal_settlements),
        tuple(task for task, new in zip(done.task_ids, entry.new_tasks, strict=True) if not is_handed_over(new)),
        done.revision,
        own_sheets=opened.own_sheets,
    )


def _grounds(office: Office, moment: Moment, drawing: Drawing) -> RegisterGrounds:
    now = office.ledger.assignments()
    base = office.ledger.at_revision(office.ledger.assignments(removed=True), drawing.revision)
    drawn = [Assignment(key, fields) for key, fields in base.items()]
    return RegisterGrounds(
        key=office.space.key(),
        ledger=office.ledger.identity(),
        units=UnitIndex.build(office.units, office.ledger.unit_names()),
        names={unit.code: unit.name for unit in office.units},
        lang=office.lang,
        as_of=moment.as_of,
        now={key: item.fields for key, item in now.items()},
        base=base,
        shown=shown_keys(office, drawn, drawing.as_of or moment.as_of),
        drawn=drawing.rows,
        conflict_fields={item.number: item.conflict.field for item in office.ledger.open_conflicts()},
        proposals={proposal.number: proposal.fields for proposal in office.ledger.open_proposals()},
    )


def _entered_before(
    rows: Sequence[NewRow], entered: Mapping[Key, Mapping[str, Value]], moment: Moment
) -> tuple[list[SubmittedRow], tuple[NewRow, ...]]:
    """Tell the rows that an earlier reading of the same drawing entered from those that are new (rule 13).

    A row is known again by its words only: in another copy of the register its place may be another row's.
    """
    left = dict(entered)
    known: list[SubmittedRow] = []
    new: list[NewRow] = []
    for row in rows:
        unknown = []
        for unit in row.units if row.task_id is None else ():
            words = natural(row.cells)
            key = next((key for key, then in left.items() if key.unit == unit and natural(then) == words), None)
            if key is None:
                unknown.append(unit)
            else:
                del left[key]
                known.append(restated(row, key, moment.as_of))
        if row.task_id is not None or unknown:
            new.append(row if row.task_id is not None else replace(row, units=tuple(unknown)))
    return known, tuple(new)


def _as_last_said(
    rows: Sequence[SubmittedRow], grounds: RegisterGrounds, undone: Mapping[tuple[Key, str], Sequence[Value]]
) -> dict[Key, Mapping[str, Value]]:
    """Give the bases for the merge: as drawn, but for cells that say what an undo took back, or were typed over since.

    A cell that is as it was drawn says nothing, also where another copy of the register was read and undone.
    """
    base = dict(grounds.base)
    stated = {row.key: row.cells for row in rows if row.key}
    for (key, name), values in undone.items():
        if key not in base or name not in stated.get(key, {}):
            continue
        said, drawn = stated[key][name], base[key].get(name)
        if same(said, drawn):
            continue
        if any(same(said, value) for value in values):
            base[key] = {**base[key], name: said}
        elif same(grounds.now.get(key, {}).get(name), drawn):
            base[key] = {**base[key], name: values[-1]}
    return base


def _since_entered(
    rows: Sequence[SubmittedRow], grounds: RegisterGrounds, after: Mapping[Key, Mapping[str, Value]]
) -> tuple[tuple[SubmittedRow, ...], dict[Key, Mapping[str, Value]]]:
    """Give rows and bases for the merge; assignments that came *after* the drawing have none of its own.

    Such a row states what it says beyond the words it was entered with: taken where the ledger's cell was and is
    empty, a conflict where it is not.
    """
    base = dict(grounds.base)
    stated = []
    for row in rows:
        then = after.get(row.key) if row.key else None
        if row.key is None or then is None:
            stated.append(row)
            continue
        cells = {name: value for name, value in row.cells.items() if not same(value, then.get(name))}
        stated.append(replace(row, cells=cells))
        now = grounds.now.get(row.key, then)  # one that was removed since is as it was entered
        base[row.key] = {name: value for name, value in then.items() if now.get(name) is None}
    return tuple(stated), base


def _own_columns(
    office: Office, headers: Sequence[str], grounds: RegisterGrounds, drawing: Drawing
) -> tuple[str, ...] | None:
    """Give the office's own columns as the register has them, None when they are as before.

    One that is gone from it stays where it holds a value; a register that is older than the last change of the
    columns may only add some.
    """
    before = office.ledger.own_columns()
    if drawing.revision < before.revision:
        columns = own_headers((*before.headers, *headers), ())
    else:
        filled = own_headers((), grounds.now.values())
        columns = own_headers((*headers, *(name for name in before.headers if name in filled)), grounds.now.values())
    return None if columns == before.headers else columns


def _not_undone(office: Office, rows: Sequence[NewRow], drawn: int) -> tuple[NewRow, ...]:
    """Leave out the lead units that were entered from this very drawing and undone: it only still says so."""
    gone = removed(office.ledger, {Key(row.task_id, unit) for row in rows if row.task_id for unit in row.units})
    kept = []
    for row in rows:
        keys = (Key(row.task_id or "", unit) for unit in row.units)
        units = tuple(key.unit for key in keys if key not in gone or gone[key].drawn != drawn)
        kept += [replace(row, units=units)] if units else []
    return tuple(kept)


def _entry(office: Office, read: RegisterRead, outcome: Outcome, moment: Moment) -> tuple[Entry, list[About]]:
    """Gather what the register states into one entry of the ledger; it is not decided yet on which revision."""
    edited = {(change.key, change.field) for change in outcome.changes}
    edited |= {(conflict.key, conflict.field) for conflict in outcome.conflicts}
    settled, notes = conflict_choices(office.ledger, read.choices, edited, office.lang)
    new_tasks = [NewTask(row.units, completed(row.cells, moment.as_of), row.task_id) for row in read.new_rows]
    proposals, accepted, more = proposal_choices(
        office.ledger, read.proposal_choices, moment.as_of, first=len(new_tasks)
    )
    entry = Entry(
        at=moment.now,
        day=moment.as_of,
        who=office.space.settings.office,
        source="office",
        decided_at=-1,
        changes=(*outcome.changes, *settled.changes),
        removals=settled.restored,
        conflicts=outcome.conflicts,
        new_tasks=(*new_tasks, *accepted),
        settlements=settled.settlements,
        proposal_settlements=tuple(proposals),
    )
    return entry, notes + more
