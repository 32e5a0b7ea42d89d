"""What a check starts from and what it ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tdnv_sheets.findings import About
    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.records import Submission, Unit
    from tdnv_sheets.validate.identity import Issued
    from tdnv_sheets.validate.table import TableRow


class Verdict(StrEnum):
    """What becomes of a file."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    RETURNED = "returned"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a workbook is checked against; without a workspace there is neither key nor ledger."""

    units: Sequence[Unit]
    as_of: date
    lang: str = "vi"
    key: bytes | None = None
    ledger: str | None = None
    issued: Callable[[str, int], Issued | None] = lambda _issue, _revision: None
    """Issue and revision → what that workbook was drawn from; a marked copy is of a later revision than its issue."""
    task_exists: Callable[[str], bool] = lambda _task: False
    whole_file: bool = False
    """Policy `file`: one error holds the whole file back."""
    final_document: bool = False
    """The office's rules say that a progress report or a request for extension never completes a task."""
    unit: str | None = None
    """The unit that the caller says the file is from."""
    unidentified: Issued | None = None
    """That unit's assignments as they are now, for a file that carries no identity: then nothing is taken unseen."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What there is to say about one workbook, and what of it may go on to the merge."""

    verdict: Verdict
    abouts: tuple[About, ...]
    unit: str = ""
    period: str = ""
    token: str = ""
    submission: Submission | None = None
    issued: Issued | None = None
    total: int = 0
    held: int = 0
    rows: tuple[tuple[str, TableRow], ...] = ()
    """Task id and row, as the sender typed them."""
    instead: Mapping[tuple[str, str], Raw] = field(default_factory=dict)
    """What was repaired of them, by (task id, field)."""
    stray: tuple[tuple[int, Mapping[str, Raw]], ...] = ()
    """Rows that belong to no assignment of the issue, or repeat one, by their Excel row."""
    missing_rows: tuple[Mapping[str, Raw], ...] = ()
    report: Mapping[str, Raw] = field(default_factory=dict)
    content: str = ""
    """Digest of all that people typed into it, good or not; empty where nothing could go on."""
    sent: tuple[Sheet, ...] = ()
    """Sheets that hold something which was not read: a marked copy repeats them as they were sent."""

    def typed(self) -> dict[tuple[str, str], Raw]:
        """Give what the sender typed by (task id, field), repaired where it was; of rows that stand twice, the first."""
        typed = {(task, name): value for task, row in reversed(self.rows) for name, value in row.sent().items()}
        return {**typed, **self.instead}
