"""Say why a file is not opened: the finding, and the limits that it may be beyond.

Limits are absolute numbers (practice/workbooks.md E): a ratio raises false alarms on honest style parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import LANGUAGES, found, say

if TYPE_CHECKING:
    from collections.abc import Collection

    from tdnv_sheets.findings import Finding

MAX_FILE: Final = 20 * 2**20
MAX_PARTS: Final = 2_000
MAX_PART: Final = 100 * 2**20
MAX_TOTAL: Final = 200 * 2**20
MAX_CELLS: Final = 4_000_000
"""Cells, blank ones included, from A1 to the last one kept."""


class Refused(Exception):
    """The file must not be opened; `finding` says why."""

    def __init__(self, code: str, entry: str = "", **values: str) -> None:
        super().__init__(code)
        self.finding = refusal(code, entry, **values)


def refusal(code: str, entry: str = "", **values: str) -> Finding:
    """Give the error *code*, whose text names *entry* of messages/parts.toml."""
    words = {f"what_{lang}": say(f"parts.{entry}", lang, **values) for lang in LANGUAGES} if entry else {}
    return found(code, values=words)


def refusal_of_secret() -> Finding:
    """Say that a file that is not read bears a mark of secrecy."""
    return found("secret-note", values={f"where_{lang}": say("layout.note_unread", lang) for lang in LANGUAGES})


def left_out(codes: Collection[str]) -> tuple[Finding, ...]:
    """Say what the file holds besides cells, and that it was not read."""
    known = (found("external-link"), found("macro-ignored"), found("object-ignored"))
    return tuple(warning for warning in known if warning.code in codes)


def too_large(size: int) -> Finding | None:
    """Say that a file of *size* bytes is more than is taken; None when it is not."""
    if size <= MAX_FILE:
        return None
    return refusal("too-large", "limit_file", found=megabytes(size), most=megabytes(MAX_FILE))


def check_area(rows: int, columns: int) -> None:
    """Refuse a sheet whose used range is larger than what is read."""
    if rows * columns > MAX_CELLS:
        raise Refused("too-large", "limit_area", rows=str(rows), columns=str(columns))


def megabytes(size: int) -> str:
    """Give a size in whole megabytes, rounded up."""
    return str(-(-size // 2**20))
