"""The three-way merge: what a submission changes in the ledger, cell by cell (design §8, practice/workbooks.md C.2).

Pure: the ledger hands in *base* and *ours*, and takes the outcome. Numbers in comments are the rules of C.2; no clock
decides anything (25), the order of rows means nothing (16), a row that is not there states nothing (11).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tdnv_sheets.merge.cell import WRITING, Right, Rule, Side, Standing, Versions, right_of, rule_for
from tdnv_sheets.records import Change, Conflict
from tdnv_sheets.text.same import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdnv_sheets.records import Key, Submission, SubmittedRow, Value
    from tdnv_sheets.sheetspec import SheetSpec

    Rows: TypeAlias = Mapping[Key, Mapping[str, Value]]
    Waiting: TypeAlias = Mapping[tuple[Key, str], Conflict]

FEWEST_CLEARED: Final = 10
"""A file that empties fewer cells than this is never held for it."""
_CLOSING: Final = frozenset({"withdrawn", "transferred"})
"""Decisions with which the office ends a unit's work on an assignment."""


_TAKEN: Final = frozenset({Rule.TAKEN, Rule.ADDED})
_TAKEN_SINCE: Final = Rule.TAKEN.value
_DISPUTED: Final = frozenset({Rule.DISPUTED, Rule.REMOVED, Rule.NO_BASE})
_KEPT: Final = frozenset({Rule.NOT_THEIRS, Rule.NOT_CLEARED, Rule.NO_COLUMN})


class Kept(NamedTuple):
    """A cell where the ledger stays as it is although the file says something else, and the rule that says so."""

    key: Key
    field: str
    versions: Versions
    rule: Rule


class Counts(NamedTuple):
    """Rows, or cells, by what became of them (30); each is counted once.

    A cell was empty in the ledger (*new*) or not (*updated*) and took the file's value; it stayed because nobody says
    anything else (*unchanged*), because the sender may not say so (*ignored*), until somebody chooses (*conflict*), or
    because its row is held back (*refused*). A row is *conflict*, *updated*, *ignored* or *unchanged* by the first of
    these that one of its cells is; *refused* where it is held back whole; *new* are proposed tasks.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: int = 0
    conflict: int = 0
    refused: int = 0


NOTHING: Final = Counts()


class Cleared(NamedTuple):
    """How many of the filled cells that a file speaks of it would empty."""

    cells: int
    filled: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a submission does to the ledger."""

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[Kept, ...] = ()
    """What the sender may not say (8, 9, 18)."""
    stayed: tuple[Kept, ...] = ()
    """The unit's own cells that it left as issued while the ledger moved on (23)."""
    same: int = 0
    """Cells that both sides changed alike (6)."""
    parallel: tuple[Key, ...] = ()
    """Assignments that took something and that the ledger changed elsewhere since the base (22)."""
    closed: tuple[Key, ...] = ()
    """Assignments that took something although the office had withdrawn or transferred them since the base (12)."""
    removed: tuple[Key, ...] = ()
    """Assignments of the conflicts about something that is no longer in the ledger (12)."""
    mass_clear: Cleared | None = None
    """Set when nothing was taken because too much would be emptied (9)."""
    rows: Counts = NOTHING
    cells: Counts = NOTHING


def merge(
    submission: Submission,
    base: Rows | None,
    ours: Rows,
    *,
    spec: SheetSpec,
    side: Side,
    waiting: Waiting = MappingProxyType({}),
    max_cleared: int | None = None,
) -> Outcome:
    """Decide every cell of the submission's rows; *base* None means unknown (24).

    *waiting* are the open conflicts: saying again what waits for a choice decides nothing. *max_cleared* is the share of
    filled cells, in percent, that one file may empty.
    """
    done = _Decided(_Rights(spec, side), waiting)
    often = Counter(row.key for row in submission.rows)
    for row in submission.rows:
        now = None if row.key is None else ours.get(row.key)
        then = None if base is None or row.key is None else base.get(row.key)
        others = side is Side.UNIT and row.key is not None and row.key.unit != submission.unit
        if row.key is None or (now is None and then is None) or often[row.key] > 1 or others:
            done.rows["refused"] += 1  # 15: unknown, twice, or somebody else's
        else:
            standing = Standing.UNSEEN if base is None else _standing(now, then)
            done.row(_Row(row.key, row.cells, then or {}, now or {}, standing))
    cleared = None if max_cleared is None else _mass_clear(done, submission.rows, base or ours, max_cleared)
    if cleared is None:
        return done.outcome()
    held = len(done.changes) + len(done.conflicts)
    cells = Counts(unchanged=done.stated - held, refused=held)
    return Outcome(mass_clear=cleared, rows=Counts(refused=len(submission.rows)), cells=cells)


def _standing(now: Mapping[str, Value] | None, then: Mapping[str, Value] | None) -> Standing:
    if now is None:
        return Standing.REMOVED
    return Standing.ADDED if then is None else Standing.KNOWN


class _Row(NamedTuple):
    """One row of the file, and its assignment at the base and in the ledger now."""

    key: Key
    cells: Mapping[str, Value]
    then: Mapping[str, Value]
    now: Mapping[str, Value]
    standing: Standing

    def is_parallel(self) -> bool:
        """Say whether the ledger changed something since the base that this row does not say as well."""
        if self.then is self.now:
            return False
        names = {name for name, _ in self.then.items() ^ self.now.items()}
        moved = (name for name in names if not same(self.then.get(name), self.now.get(name)))
        return any(name not in self.cells or not same(self.cells[name], self.now.get(name)) for name in moved)

    def was_closed(self) -> bool:
        """Say whether the office ended the unit's work since the base."""
        decision = self.now.get("decision")
        return decision in _CLOSING and decision != self.then.get("decision")


@dataclass(slots=True)
class _Decided:
    """Decides row by row, and gathers what was decided."""

    rights: _Rights
    waiting: Waiting
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    stayed: list[Kept] = field(default_factory=list)
    same: int = 0
    parallel: list[Key] = field(default_factory=list)
    closed: list[Key] = field(default_factory=list)
    removed: list[Key] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    stated: int = 0

    def row(self, row: _Row) -> None:
        before = len(self.changes), len(self.conflicts), len(self.kept)
        then, now, moved = row.then.get, row.now.get, row.then is not row.now
        undisputed = row.standing is Standing.KNOWN and not self.waiting
        for name, theirs in row.cells.items():
            base = then(name)
            ours = now(name) if moved else base
            if theirs == base and theirs == ours:
                continue  # most cells: nobody touched them
            if undisputed and base is None and ours is None and self.rights.may_fill(name) and _says(theirs):
                self.changes.append(Change(row.key, name, None, theirs, _TAKEN_SINCE))  # most others: filled in
                continue
            self._cell(row, name, Versions(base, ours, theirs))
        self.stated += len(row.cells)
        changed, disputed, kept = len(self.changes), len(self.conflicts), len(self.kept)
        if disputed > before[1]:
            self.rows["conflict"] += 1
        elif changed > before[0]:
            self.rows["updated"] += 1
        else:
            self.rows["ignored" if kept > before[2] else "unchanged"] += 1
        if disputed > before[1] and row.standing is Standing.REMOVED:
            self.removed.append(row.key)
        if changed > before[0] and row.standing is Standing.KNOWN and row.is_parallel():
            self.parallel.append(row.key)
            if row.was_closed():
                self.closed.append(row.key)

    def _cell(self, row: _Row, name: str, versions: Versions) -> None:
        base, ours, theirs = versions
        rule = rule_for(versions, self.rights[name], row.standing)
        if rule is Rule.TAKEN and not self.waiting:
            self.changes.append(Change(row.key, name, ours, theirs, _TAKEN_SINCE))  # most that anybody changed
        elif rule in _TAKEN:
            again = self.waiting.get((row.key, name)) if self.waiting else None
            if again is not None and same(again.theirs, theirs):
                self.conflicts.append(again)
            else:
                self.changes.append(Change(row.key, name, ours, theirs, rule.value))
        elif rule in _DISPUTED:
            self.conflicts.append(Conflict(row.key, name, base, ours, theirs))
        elif rule in _KEPT:
            self.kept.append(Kept(row.key, name, versions, rule))
        elif rule is Rule.STAYED and self.rights.side is Side.UNIT:
            self.stayed.append(Kept(row.key, name, versions, rule))
        elif rule is Rule.ALIKE and row.standing is not Standing.UNSEEN:
            self.same += 1

    def outcome(self) -> Outcome:
        new = sum(change.old is None for change in self.changes)
        done = len(self.changes) + len(self.kept) + len(self.conflicts)
        cells = Counts(new, len(self.changes) - new, self.stated - done, len(self.kept), len(self.conflicts))
        return Outcome(
            tuple(self.changes),
            tuple(self.conflicts),
            tuple(self.kept),
            tuple(self.stayed),
            self.same,
            tuple(self.parallel),
            tuple(self.closed),
            tuple(self.removed),
            rows=Counts(**self.rows),
            cells=cells,
        )


def _says(value: Value) -> bool:
    """Say at a glance that a value is no empty one; False where a closer look is needed."""
    return type(value) is date or (type(value) is str and value[:1].isalnum())


class _Rights(dict[str, Right]):
    """What a side may do, by field; looked up once for each column."""

    def __init__(self, spec: SheetSpec, side: Side) -> None:
        super().__init__()
        self.spec, self.side = spec, side

    def __missing__(self, name: str) -> Right:
        self[name] = right_of(name, spec=self.spec, side=self.side)
        return self[name]

    def may_fill(self, name: str) -> bool:
        """Say whether the side may fill an empty cell."""
        right = self[name]
        return right is Right.WRITES or right is Right.FILLS


def _mass_clear(done: _Decided, rows: Iterable[SubmittedRow], before: Rows, most: int) -> Cleared | None:
    """Count what the file would empty among the filled cells that it speaks of; None where that is not too much."""
    said = [*(change.new for change in done.changes), *(conflict.theirs for conflict in done.conflicts)]
    cells = sum(same(value, None) for value in said)
    if cells < FEWEST_CLEARED:
        return None
    filled = sum(
        then.get(name) is not None and done.rights[name] in WRITING
        for row in rows
        if row.key is not None and (then := before.get(row.key)) is not None
        for name in row.cells
    )
    return Cleared(cells, filled) if cells * 100 > most * filled else None
