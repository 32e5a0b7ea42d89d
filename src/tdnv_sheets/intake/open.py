"""Open the bytes of one file: scan first, then the parser for its kind; runs in a worker process only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdnv_sheets.intake.read import read_book
from tdnv_sheets.intake.scan import scan

if TYPE_CHECKING:
    from tdnv_sheets.findings import Finding
    from tdnv_sheets.grid import Book


def open_bytes(data: bytes, suffix: str) -> Book | Finding:
    """Give the workbook in *data*, or the first finding that forbids reading it."""
    del suffix  # what a file is, its content says
    scanned = scan(data)
    return scanned.findings[0] if scanned.findings else read_book(data, scanned.sheets)
