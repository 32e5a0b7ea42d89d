"""The rows of a ledger as columns: what counting needs of them, so that a rule is applied to all rows at once.

Days are numbers as `date.toordinal` gives them. An empty day is `NEVER`, which is before every day: a comparison
«not later than» needs no word for it, and where one is it stands in the rule.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from tdnv_sheets.records import NO_TRAIL
from tdnv_sheets.rules.alerts import start_day
from tdnv_sheets.rules.status import INTERIM

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import numpy.typing as npt

    from tdnv_sheets.records import Assignment, Key, Trail, Value

    Days: TypeAlias = npt.NDArray[np.int32]
    Codes: TypeAlias = npt.NDArray[np.signedinteger[Any]]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    Places: TypeAlias = npt.NDArray[np.intp]
    Rows: TypeAlias = npt.NDArray[np.object_]

NEVER: Final = 0
DECISIONS: Final = ("", "confirmed", "returned", "withdrawn", "transferred")
"""Other words are no decision, as the rules have it."""
_NOT_BEGUN: Final = frozenset({None, "", "not_started"})
_READ: Final = (
    *("assigner", "document_number", "document_date", "issuing_authority"),
    *("assigned_date", "transferred_on", "deadline", "extended_deadline"),
    *("progress", "result_kind", "result_date", "completed_date", "reported_date", "decision", "decision_date"),
)


@dataclass(frozen=True, eq=False, slots=True)
class Texts:
    """A column of texts, each kept once."""

    codes: Codes
    words: Sequence[str]
    """In their order, so that codes compare as the texts do."""

    def take(self, places: Places) -> Texts:
        """Give those of some rows."""
        return Texts(self.codes[places], self.words)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Assignments by column; each column is as long as there are rows."""

    rows: Rows
    """The same assignments, for what is shown of them."""
    task: Texts
    unit: Texts
    assigner: Texts
    document: Codes
    """Equal for the same number, day and issuer; all without a number are one."""
    start: Days
    """From when the task runs, whoever holds it (`alerts.start_day`)."""
    moved: Days
    """When it came from another unit."""
    named: Days
    """The deadline as it was set: the extended one, else the first."""
    extended: Flags
    """Whether there is an extended one."""
    result: Days
    """Of the result document, whatever its kind."""
    completed: Days
    reported: Days
    heard: Days
    """The last day on which the unit's own cells changed, as the ledger's past says; else the day of its report."""
    extensions: Codes
    """How often the deadline was extended."""
    decision: Codes
    """In `DECISIONS`."""
    decided: Days
    done: Flags
    """The unit says so."""
    begun: Flags
    """Somebody has."""
    interim: Flags
    """Its paper is no result."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: Places) -> Table:
        """Give the table of some rows."""
        columns = ((each.name, getattr(self, each.name)) for each in fields(self))
        taken: dict[str, Any] = {
            name: column.take(places) if isinstance(column, Texts) else column[places] for name, column in columns
        }
        return Table(**taken)


def table_of(rows: Sequence[Assignment], trails: Mapping[Key, Trail]) -> Table:
    """Make the table; *trails* are what the ledger's past says of the rows and no field of theirs holds."""
    cells = _cells(rows)
    extended, reported = _days(cells["extended_deadline"]), _days(cells["reported_date"])
    heard, extensions = _past(rows, trails)
    return Table(
        rows=np.fromiter(rows, np.object_, len(rows)),
        task=_texts([row.key.task_id for row in rows]),
        unit=_texts([row.key.unit for row in rows]),
        assigner=_texts(["" if name is None else str(name) for name in cells["assigner"]]),
        document=_documents(cells),
        start=_starts(rows, cells["assigned_date"]),
        moved=_days(cells["transferred_on"]),
        named=first_of(extended, _days(cells["deadline"])),
        extended=extended != NEVER,
        result=_days(cells["result_date"]),
        completed=_days(cells["completed_date"]),
        reported=reported,
        heard=first_of(heard, reported),
        extensions=np.where(extensions > 0, extensions, extended != NEVER),
        decision=_decisions(cells["decision"]),
        decided=_days(cells["decision_date"]),
        done=_flags([value == "done" for value in cells["progress"]]),
        begun=_flags([value not in _NOT_BEGUN for value in cells["progress"]]),
        interim=_flags([value in INTERIM for value in cells["result_kind"]]),
    )


def first_of(*columns: Days) -> Days:
    """Give for each row the first of some days that is known."""
    found, *others = columns
    for column in others:
        found = np.where(found == NEVER, column, found)
    return found


def _numbers(values: Sequence[int]) -> Days:
    return np.fromiter(values, np.int32, len(values))


def _flags(values: Sequence[bool]) -> Flags:
    return np.fromiter(values, np.bool_, len(values))


def _cells(rows: Sequence[Assignment]) -> Mapping[str, Sequence[Value]]:
    """Give the cells by column, read row by row: to look each of them up would take twice as long."""
    blank: dict[str, Value] = dict.fromkeys(_READ)
    found: list[Value] = []
    of_row = itemgetter(*_READ)
    for row in rows:
        found.extend(of_row({**blank, **row.fields}))
    return {name: found[place :: len(_READ)] for place, name in enumerate(_READ)}


def _days(values: Sequence[Value]) -> Days:
    return _numbers([value.toordinal() if isinstance(value, date) else NEVER for value in values])


def _starts(rows: Sequence[Assignment], assigned: Sequence[Value]) -> Days:
    """Look for other days only where the day of assignment is missing, which is rare."""
    starts = _days(assigned)
    for place in np.flatnonzero(starts == NEVER).tolist():
        day = start_day(rows[place])
        starts[place] = NEVER if day is None else day.toordinal()
    return starts


def _past(rows: Sequence[Assignment], trails: Mapping[Key, Trail]) -> tuple[Days, Codes]:
    if not trails:
        return np.zeros(len(rows), np.int32), np.zeros(len(rows), np.int32)
    found = [trails.get(row.key, NO_TRAIL) for row in rows]
    return (
        _numbers([NEVER if (day := trail.last_update) is None else day.toordinal() for trail in found]),
        _numbers([trail.extension_count for trail in found]),
    )


def _decisions(values: Sequence[Value]) -> Codes:
    codes: Mapping[Value, int] = {word: code for code, word in enumerate(DECISIONS)}
    return _numbers([codes.get(value, 0) for value in values])


def _documents(cells: Mapping[str, Sequence[Value]]) -> Codes:
    """Papers of one number are one only where day and issuer are the same too."""
    papers = zip(cells["document_number"], cells["document_date"], cells["issuing_authority"], strict=True)
    return _codes([(str(number), day, issuer) if number else None for number, day, issuer in papers])


def _codes(values: Sequence[Hashable]) -> Codes:
    known = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return _numbers(list(map(known.__getitem__, values)))


def _texts(values: Sequence[str]) -> Texts:
    words = sorted(dict.fromkeys(values))
    known = {word: code for code, word in enumerate(words)}
    return Texts(_numbers(list(map(known.__getitem__, values))), words)
