"""Read the tables that an office keeps as text, in every form in which Excel saves them: no encoding is guessed."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_HEAD: Final = 30
"""Lines among which the header of a table is looked for."""
_OWN_WORD: Final = "sep="
"""How Excel is told the separator, in a line before the table."""


def read_rows(path: Path, known: Callable[[Sequence[Sequence[str]]], int]) -> list[list[str]]:
    """Give the rows of a table, one for each row that Excel shows, so that row 1 is the first of the list.

    The separator is comma, semicolon or tab: the one by which *known* finds most captions among the first lines. Raises
    `BadOfficeFile` naming the row when the text is neither UTF-8 nor marked as UTF-16, or a quotation never ends, and
    `BrokenSurroundings` when the disk does not give the file.
    """
    text = _decoded(path)
    head = text.splitlines()[:_HEAD]
    sign = max(",;\t", key=lambda sign: known([_bare(line, sign) for line in head]))
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True):
            rows += [cells]
    except csv.Error as problem:
        raise BadOfficeFile(path, "broken-line", row=len(rows) + 1) from problem
    if rows and "".join(rows[0]).casefold().startswith(_OWN_WORD):
        rows[0] = []
    return rows


def _bare(line: str, sign: str) -> list[str]:
    return [cell.strip('" ') for cell in line.split(sign)]


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's «Unicode Text»
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        row = data.count(b"\n", 0, problem.start) + 1
        raise BadOfficeFile(path, "csv-not-utf-8", row=row) from problem
    if "\0" in text:
        raise BadOfficeFile(path, "csv-not-utf-8", row=1)
    return text
