"""The three-way merge: what a submission changes in the ledger, cell by cell (design §8, practice/workbooks.md C.2).

Pure: the ledger hands in *base* and *ours*, and takes the outcome. Numbers in comments are the rules of C.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.records import Change, Conflict, Key, Submission, Value
from tdnv_sheets.sheetspec import Owner
from tdnv_sheets.text.same import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.sheetspec import SheetSpec


class Side(StrEnum):
    """Who sends: a unit writes its own fields, the office every field that is not computed."""

    UNIT = "unit"
    OFFICE = "office"


class Versions(NamedTuple):
    """One cell at the base, in the ledger now, and in the file; always in this order."""

    base: Value
    ours: Value
    theirs: Value


class Kept(NamedTuple):
    """A cell of the file that was left out, and why (a finding's code)."""

    key: Key
    field: str
    versions: Versions
    code: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a submission does to the ledger."""

    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[Kept, ...] = ()
    same: int = 0
    """Cells that both sides changed alike (rule 6)."""
    parallel: frozenset[Key] = frozenset()
    """Assignments that the ledger changed elsewhere since the base (rule 22)."""
    unchanged: int = 0
    """Rows that state nothing new."""


def merge(
    submission: Submission,
    base: Mapping[Key, Mapping[str, Value]] | None,
    ours: Mapping[Key, Mapping[str, Value]],
    *,
    spec: SheetSpec,
    side: Side,
) -> Outcome:
    """Decide every cell of the submission's rows with a known key; *base* None means unknown (rule 24)."""
    decided: list[Change | Conflict | Kept] = []
    parallel: set[Key] = set()
    alike = unchanged = 0
    for row in submission.rows:
        if row.key is None or row.key not in ours:
            continue
        now, then = ours[row.key], None if base is None else base.get(row.key, {})
        here = []
        for field, theirs in row.cells.items():
            versions = Versions(None if then is None else then.get(field), now.get(field), theirs)
            if theirs == versions.ours == versions.base:
                continue  # most cells: nobody touched them
            done = merge_cell(row.key, field, versions, spec=spec, side=side, known_base=then is not None)
            if done is not None:
                here.append(done)
            elif same(versions.theirs, versions.ours) and not same(versions.ours, versions.base):
                alike += 1
        decided += here
        if all(isinstance(done, Kept) for done in here):
            unchanged += 1
        elif then is not None and _differ(now, then):
            parallel.add(row.key)
    return Outcome(
        tuple(done for done in decided if isinstance(done, Change)),
        tuple(done for done in decided if isinstance(done, Conflict)),
        tuple(done for done in decided if isinstance(done, Kept)),
        alike,
        frozenset(parallel),
        unchanged,
    )


def _differ(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return one != other and any(not same(one.get(name), other.get(name)) for name in {*one, *other})


def merge_cell(
    key: Key, field: str, versions: Versions, *, spec: SheetSpec, side: Side, known_base: bool = True
) -> Change | Conflict | Kept | None:
    """Decide one cell; None where the ledger stays as it is."""
    base, ours, theirs = versions
    if same(theirs, ours) or (known_base and same(theirs, base)):
        return None  # 4, 6
    if not may_write(field, spec=spec, side=side):
        return Kept(
            key, field, versions, "computed-cell-changed" if side is Side.OFFICE else "locked-cell-changed"
        )  # 8
    if same(theirs, None) and side is Side.UNIT and not spec.by_name[field].may_clear:
        return Kept(key, field, versions, "not-cleared")  # 9
    if known_base and same(ours, base):
        return Change(key, field, ours, theirs, "5")
    return Conflict(key, field, base, ours, theirs)  # 7, 24


def may_write(field: str, *, spec: SheetSpec, side: Side) -> bool:
    """Say whether *side* may write *field*; columns that the office added are the office's."""
    known = spec.by_name.get(field)
    if known is None:
        return side is Side.OFFICE
    if side is Side.UNIT:
        return known.owner is Owner.UNIT
    return known.owner in {Owner.OFFICE, Owner.UNIT}
