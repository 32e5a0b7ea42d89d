"""What is known once a hand-kept register has been read: its tasks, and everything that a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Unit, Value


@dataclass(frozen=True, slots=True)
class TakenTask:
    """One row of the old register: one task, one assignment for each lead unit."""

    row: int
    sheet: str
    leads: tuple[str, ...]
    """Unit codes, each once, at least one."""
    fields: Mapping[str, Value]
    """Fields by name without the key; columns of the office's own as `extra:<caption>`."""


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """What a column was taken for; `field` is None for one kept under its own caption."""

    sheet: str
    letter: str
    caption: str
    field: str | None
    how: str
    filled_count: int
    """Filled cells in the rows that became tasks."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that became no task; `takeover.skipped-<reason>` in the catalogue says why."""

    sheet: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedSheet:
    """A sheet that gave no task; `takeover.sheet-<reason>` in the catalogue says why."""

    sheet: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at in a row that was taken; `takeover.note-<code>` in the catalogue says what."""

    code: str
    sheet: str
    row: int
    caption: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Takeover:
    """All that one workbook gave."""

    tasks: tuple[TakenTask, ...] = ()
    new_units: tuple[Unit, ...] = ()
    """Drafts for names that the unit list does not have."""
    columns: tuple[ColumnNote, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    notes: tuple[Note, ...] = ()
    sheets_skipped: tuple[SkippedSheet, ...] = ()

    @property
    def assignments(self) -> int:
        """Count the assignments: each task once for each of its lead units."""
        return sum(len(task.leads) for task in self.tasks)
