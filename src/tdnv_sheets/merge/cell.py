"""Decide one cell: which of the rules of practice/workbooks.md C.2 says what becomes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import EXTRA, Value
from tdnv_sheets.sheetspec import Owner
from tdnv_sheets.text.same import same

if TYPE_CHECKING:
    from tdnv_sheets.sheetspec import SheetSpec


class Side(StrEnum):
    """Who sends: a unit writes its own fields, the office every field that is not computed."""

    UNIT = "unit"
    OFFICE = "office"


class Right(StrEnum):
    """What the sender may do with a column (8, 9)."""

    WRITES = "writes"
    FILLS = "fills"
    """Writes, but may not empty a filled cell."""
    READS = "reads"
    GONE = "gone"
    """The column is no longer ours."""


WRITING: Final = frozenset({Right.WRITES, Right.FILLS})


class Standing(StrEnum):
    """Where an assignment is known: at the base, in the ledger now, or both."""

    KNOWN = "known"
    ADDED = "added"
    """Came into the ledger after the base."""
    REMOVED = "removed"
    """Was there at the base, and was taken away since."""
    UNSEEN = "unseen"
    """Nobody knows what the sender saw."""


class Rule(StrEnum):
    """Which rule decides a cell."""

    AS_ISSUED = "4"
    TAKEN = "5"
    ALIKE = "6"
    DISPUTED = "7"
    NOT_THEIRS = "8"
    NOT_CLEARED = "9"
    REMOVED = "12"
    ADDED = "14"
    NO_COLUMN = "18"
    STAYED = "23"
    NO_BASE = "24"


class Versions(NamedTuple):
    """One cell at the base, in the ledger now, and in the file; always in this order."""

    base: Value
    ours: Value
    theirs: Value


_DISPUTES: Final = {
    Standing.KNOWN: Rule.DISPUTED,
    Standing.ADDED: Rule.DISPUTED,
    Standing.REMOVED: Rule.REMOVED,
    Standing.UNSEEN: Rule.NO_BASE,
}


def rule_for(versions: Versions, right: Right, standing: Standing) -> Rule:
    """Decide one cell: which rule says what becomes of it."""
    base, ours, theirs = versions
    known_base = standing is not Standing.UNSEEN
    unmoved = known_base and same(ours, base)
    if known_base and same(theirs, base):
        behind = not unmoved and standing is Standing.KNOWN and right in WRITING
        return Rule.STAYED if behind else Rule.AS_ISSUED
    if not unmoved and same(theirs, ours):
        return Rule.ALIKE
    if right not in WRITING:
        return Rule.NO_COLUMN if right is Right.GONE else Rule.NOT_THEIRS
    if right is Right.FILLS and same(theirs, None):
        return Rule.NOT_CLEARED
    if unmoved and standing is not Standing.REMOVED:
        return Rule.ADDED if standing is Standing.ADDED else Rule.TAKEN
    return _DISPUTES[standing]


def right_of(name: str, *, spec: SheetSpec, side: Side) -> Right:
    """Say what *side* may do with a column; those that the office added are the office's."""
    known = spec.by_name.get(name)
    if known is None:
        if side is Side.OFFICE:
            return Right.WRITES
        return Right.READS if name.startswith(EXTRA) else Right.GONE
    if side is Side.OFFICE:
        return Right.WRITES if known.owner in {Owner.OFFICE, Owner.UNIT} else Right.READS
    if known.owner is not Owner.UNIT:
        return Right.READS
    return Right.WRITES if known.may_clear else Right.FILLS
