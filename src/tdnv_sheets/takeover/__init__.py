"""Taking over a register that nobody made for us: what its columns and rows mean, and what had to be left."""

from __future__ import annotations

from tdnv_sheets.takeover.report import report
from tdnv_sheets.takeover.taken import ColumnNote, Note, SkippedRow, SkippedSheet, TakenTask, Takeover
from tdnv_sheets.takeover.understand import understand

__all__ = [
    "ColumnNote",
    "Note",
    "SkippedRow",
    "SkippedSheet",
    "TakenTask",
    "Takeover",
    "report",
    "understand",
]
