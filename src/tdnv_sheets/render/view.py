"""What a drawn workbook shows, as plain data; the pipeline fills it, the other modules here draw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Assignment, Key, Proposal, Unit, Value
    from tdnv_sheets.render.live import Live
    from tdnv_sheets.rules.duties import Duty
    from tdnv_sheets.rules.judgement import Alert, Judgement


@dataclass(frozen=True, slots=True)
class Row:
    """One assignment and what the rules say about it."""

    assignment: Assignment
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One open conflict, as the office sees it."""

    number: int
    """The ledger's number of the conflict."""
    key: Key
    field: str
    base: Value
    ours: Value
    theirs: Value
    file: str
    at: datetime
    fingerprint: str
    """Digest of `ours`: a choice is applied only while the ledger still holds that value."""
    content: str = ""
    """What the task is about."""
    written_by: str = ""
    """Who gave the register its value; empty where nobody wrote the cell."""
    written_at: datetime | None = None
    again: bool = False
    """Whether it was shown before with another value of the register."""
    by_office: bool = False
    """Whether the office typed `theirs` into the register, and no unit."""


@dataclass(frozen=True, slots=True)
class SettledRow:
    """One conflict that is no longer open."""

    conflict: ConflictRow
    state: str
    """`ours`, `theirs`, `other`, `replaced` or `undone`."""
    taken: Value
    """What the register held then."""
    reason: str
    who: str
    at: datetime
    revoked: bool = False
    """Whether that was undone since."""


@dataclass(frozen=True, slots=True)
class ParallelRow:
    """One cell that the register had changed when a unit's file changed other cells of the same row."""

    key: Key
    content: str
    field: str
    base: Value
    ours: Value
    written_by: str
    written_at: datetime
    taken: tuple[tuple[str, Value], ...]
    """(field, value) of the cells that the file changed."""
    file: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogRow:
    """One changed cell of the recent past."""

    revision: int
    at: datetime
    who: str
    file: str
    key: Key
    field: str
    old: Value
    new: Value
    undoes: int | None = None
    """The revision that this one takes back."""
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The round that was sent out last."""

    title: str
    """Its period in words."""
    silent: tuple[str, ...] = ()
    """Codes of units that were sent a workbook and sent no file."""
    to_correct: tuple[str, ...] = ()
    """Codes of units whose file went back to be corrected."""
    journal: str = ""
    """The file beside the register that tells more."""


@dataclass(frozen=True, slots=True)
class RegisterView:
    """All that the master register shows."""

    office: str
    regulation_title: str
    assigners: tuple[str, ...]
    """The regulation's list for «Nguồn giao»."""
    lang: str
    as_of: date
    revision: int
    token: str
    """The signed stamp (`stamp.py`), at most 250 characters, to be put in three carriers."""
    rows: tuple[Row, ...]
    """What «Nhiệm vụ» shows, in register order."""
    counted: tuple[Row, ...]
    """What the figures count, whatever is shown: all that is open, and what was closed in the as-of year."""
    extra_headers: tuple[str, ...]
    """The office's own columns, kept at the right end; values under `extra:<header>` in the fields."""
    units: tuple[Unit, ...]
    conflicts: tuple[ConflictRow, ...]
    log: tuple[LogRow, ...]
    proposals: tuple[Proposal, ...]
    due_soon_days: int
    spare_rows: int
    colours: Mapping[str, str]
    settled: tuple[SettledRow, ...] = ()
    """The last conflicts that were settled, newest first."""
    parallel: tuple[ParallelRow, ...] = ()
    """The last parallel updates, newest first."""
    articles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Field → the regulation's article that asks for it."""
    alert_articles: Mapping[tuple[Key, Alert], str] = field(default_factory=lambda: MappingProxyType({}))
    """On which article an assignment's alert rests, where it rests on one."""
    live: Live | None = None
    """What the formulas need; None for a register whose computed cells hold values only."""
    round: Round | None = None
    """None before the first."""
    duties: tuple[Duty, ...] = ()
    """What units and the office owe besides single tasks, of the last months and the weeks to come."""
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sheet → its title, where the office calls it otherwise than the program does."""
    wanted: frozenset[str] = frozenset()
    """Sheets that are drawn also while they hold nothing."""


@dataclass(frozen=True, slots=True)
class UnitBookView:
    """All that one unit's workbook shows."""

    office: str
    regulation_title: str
    contact: str
    lang: str
    unit: Unit
    period: Period
    as_of: date
    due: date | None
    """The day by which this round is to be sent back, where the regulation names one."""
    due_article: str
    issue_id: str
    token: str
    rows: tuple[Row, ...]
    spare_rows: int
    colours: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MarkedView:
    """A returned workbook to be drawn again with its wrong cells marked."""

    book: UnitBookView
    typed: Mapping[tuple[str, str], object]
    """What the unit typed, by (task id, field), where it differs from the ledger; raw where it could not be read."""
    stray: tuple[tuple[int, Mapping[str, Raw]], ...]
    """Rows that have no place in «Cập nhật», with their Excel row in the file received; drawn on a sheet of their own."""
    missing_rows: tuple[Mapping[str, Raw], ...]
    """The rows of «Nhiệm vụ thiếu», by field."""
    report: Mapping[str, object]
    """The lines of «Báo cáo», by field."""
    sent: tuple[Sheet, ...]
    """Sheets of which not all was read, as they were sent."""
    findings: tuple[tuple[Finding, str, str], ...]
    """Findings with the task id and field they are about; both empty for the file as a whole."""
    file: str
