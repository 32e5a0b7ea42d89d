"""Read a .csv: the encoding is proved, never guessed, and so is the separator."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Book
from tdnv_sheets.intake.cells import Gathered, clean_notes, clean_text
from tdnv_sheets.intake.dde import calls_program
from tdnv_sheets.intake.kind import is_text
from tdnv_sheets.intake.refuse import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHEET: Final = "CSV"
_SEPARATORS: Final = (",", ";", "\t")
_SAMPLE_ROWS: Final = 200
_TABLES: Final = frozenset((".csv", ".tsv", ".tab"))
_FORMULA_SIGNS: Final = ("=", "+", "-", "@")
_EVEN_SHARE: Final = 0.8
_MOST_CELL: Final = 131_072
_WIDE_SHARE: Final = 0.3
_STRAY_SHARE: Final = 0.03


def read_csv(data: bytes, suffix: str) -> Book:
    """Read a text file as one sheet of texts; raises `Refused` when it is no table or its encoding is not known."""
    text = _decoded(data)
    separator = _separator(text, sure=suffix in _TABLES)
    if separator is None:
        raise Refused("unsupported-kind", "kind_text")
    _refuse_open_quote(text, separator)
    sheet = Gathered(SHEET)
    try:
        for number, row in enumerate(_rows(text, separator), 1):
            for column, cell in enumerate(row, 1):
                if cell:
                    if cell.lstrip().startswith(_FORMULA_SIGNS) and calls_program(cell):
                        raise Refused("active-content", "active_dde")
                    value = clean_text(cell)
                    if value is not None:
                        sheet.put((number, column), value)
    except csv.Error as problem:
        raise Refused("unreadable") from problem
    read, notes = sheet.build()
    return Book((read,), notes=clean_notes(notes))


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _refuse_open_quote(text: str, separator: str) -> None:
    """Refuse a quotation that never ends: all rows after it would become one cell."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as problem:
        if "unexpected end" in str(problem):
            raise Refused("unreadable") from problem


def _decoded(data: bytes) -> str:
    """Decode UTF-8 and UTF-16; any other encoding could only be guessed."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        wide = _wide(data)
        if wide:
            return data.decode(wide)
        if not is_text(data.replace(b"\0", b"")):
            raise Refused("not-a-workbook", "kind_unknown")
        if b"\0" in data:
            raise Refused("unreadable")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Refused("unknown-encoding") from problem


def _wide(data: bytes) -> str:
    """Know UTF-16 without its mark by the zero byte that every second letter has."""
    sample = data[:2_000]
    if len(data) % 2 or not sample:
        return ""
    low, high = sample[::2].count(0), sample[1::2].count(0)
    letters = len(sample) // 2
    if high > letters * _WIDE_SHARE and low <= letters * _STRAY_SHARE:
        return "utf-16-le"
    return "utf-16-be" if low > letters * _WIDE_SHARE and high <= letters * _STRAY_SHARE else ""


def _separator(text: str, *, sure: bool) -> str | None:
    """Give the separator that gives most rows the same number of columns; None when there is none.

    Unless one is *sure* that the text is a table, it must be even and have two rows: prose has commas too.
    """
    best: tuple[float, int] = (0.0 if sure else _EVEN_SHARE, 1)
    chosen = None
    for separator in _SEPARATORS:
        widths = _widths(text, separator)
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        if usual > 1 and (sure or len(widths) > 1):
            score = widths.count(usual) / len(widths), usual
            if score > best:
                best, chosen = score, separator
    if chosen is None and sure:
        widest = {separator: max(_widths(text, separator), default=0) for separator in _SEPARATORS}
        return max(_SEPARATORS, key=lambda separator: widest[separator])
    return chosen


def _widths(text: str, separator: str) -> Sequence[int]:
    widths = []
    try:
        for row in _rows(text, separator):
            if any(row):
                widths.append(len(row))
            if len(widths) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return []
    return widths
