"""The nouns that every stage passes on: units, assignments, cells changed.

They hold data and answer simple questions about it; what is done with them stands in the stages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value: TypeAlias = str | int | float | date | None
"""One cell as the program knows it: text (NFC, trimmed), number, day, code word of a choice, or empty."""

EXTRA: Final = "extra:"
"""Fields that start so are the office's own columns, named by their header."""


class Key(NamedTuple):
    """One assignment: one task × one lead unit."""

    task_id: str
    unit: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that carries out tasks (đơn vị), as it stands in the unit list."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    group: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    email: str = ""
    contact: str = ""
    draft: bool = False
    """Made by the program from a name that it met; a person has to confirm it."""

    def valid_on(self, day: date) -> bool:
        """Say whether the unit exists on *day*."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One row of the register: its key and its fields by name (design §4); absent and empty are the same here."""

    key: Key
    fields: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, name: str) -> Value:
        """Give the value of a field, None when empty."""
        return self.fields.get(name)

    def text(self, name: str) -> str:
        """Give a field as text, empty when there is none."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def day(self, name: str) -> date | None:
        """Give a field as a day, None when it is empty or is not one."""
        value = self.fields.get(name)
        return value if isinstance(value, date) else None


@dataclass(frozen=True, slots=True)
class Trail:
    """What the ledger's past says about one assignment and no field holds."""

    extension_count: int = 0
    """How many times its deadline was extended, by the units that held the task before included."""
    last_update: date | None = None
    """The last day on which the unit's own cells changed."""
    original_deadline: date | None = None
    """The first deadline, where the office has written another one over it."""


NO_TRAIL: Final = Trail()


class EventKind(StrEnum):
    """What can happen to an assignment besides being worked on; the words stand in messages/events.toml."""

    DEADLINE = "deadline"
    """The first is the original deadline, each further one was written over it."""
    EXTENSION = "extension"
    CONFIRMATION = "confirmation"
    RETURN = "return"
    WITHDRAWAL = "withdrawal"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_IN = "transfer-in"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an assignment, as the ledger's changes tell it."""

    kind: EventKind
    key: Key
    number: int
    """The n-th of its kind, counted on from the units that held the task before."""
    day: date
    document: str
    """The paper of an extension, the office's remark with a decision; empty when there is none."""
    before: Value
    after: Value
    """Days of deadlines; codes of units for transfers; code words of decisions."""
    revision: int
    who: str


class Change(NamedTuple):
    """One cell of the ledger that takes another value, and the rule (practice C.2) that let it."""

    key: Key
    field: str
    old: Value
    new: Value
    rule: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that both sides changed differently since the base: ours stays, theirs is kept beside."""

    key: Key
    field: str
    base: Value
    ours: Value
    theirs: Value


@dataclass(frozen=True, slots=True)
class SubmittedRow:
    """One row that somebody sent: only cells that state something; a column that is absent or a bad cell is not in it."""

    row: int
    """Excel row number, for messages."""
    key: Key | None
    """None for a row that is to become a new task."""
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Submission:
    """What one workbook states, after validation: the *theirs* of the merge."""

    issue: str
    unit: str
    period: str
    revision: int | None
    """The ledger's revision that the sender saw; None when the file does not say (rule 24: everything to review)."""
    rows: tuple[SubmittedRow, ...]
    proposals: tuple[SubmittedRow, ...] = ()
    """Rows of «Nhiệm vụ thiếu»: tasks that the unit says it holds."""
    report: Mapping[str, Value] = field(default_factory=dict)
    """The lines of «Báo cáo»."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A task that a unit says it holds and the register does not list, waiting for the office."""

    number: int
    """The ledger's number of the proposal."""
    unit: str
    fields: Mapping[str, Value]
    file: str
    at: datetime


def units_by_code(units: Iterable[Unit]) -> dict[str, Unit]:
    """Index *units* by code."""
    return {unit.code: unit for unit in units}
