"""Read an .xlsx that was looked through: cells with calamine, and beside them what calamine cannot see."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from python_calamine import CalamineWorkbook

from tdnv_sheets.grid import Book, Note, Place, Raw, Sheet
from tdnv_sheets.intake.carriers import DEFINED_NAME, PROPERTY, stamp_cells, string_constant
from tdnv_sheets.intake.cells import clean_notes, clean_text, clipped
from tdnv_sheets.intake.fonts import find_fonts
from tdnv_sheets.intake.notes import package_notes
from tdnv_sheets.intake.package import open_package, pack, parsed
from tdnv_sheets.intake.refuse import check_area
from tdnv_sheets.intake.serial import as_number, from_iso
from tdnv_sheets.intake.sheet_scan import SheetScan, scan_sheet
from tdnv_sheets.stamp import SHEET_MARK
from tdnv_sheets.validate.secrecy import perhaps_marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.intake.package import Package

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPECIAL: Final = tuple(
    (first, re.compile(mark))
    for first, mark in (
        (b"_", rb"_x"),
        (b"&", rb"&#(?:0|x|[1-8];|1[1-9];|2\d;|3[01];|127;|5[5-7]\d{3};|6553[45];)"),
        (b"\xef", rb"\xef\xbf"),
    )
)
"""What needs a closer look, behind its first byte: one byte alone is found many times faster.

Escaped control characters, halves of characters and noncharacters; other letters may be written by their numbers.
"""
_CONTROLS: Final = bytes((*range(9), *range(11, 32), 127))
"""With none of these in a part, no text of it needs cleaning; looked for so, because a pattern takes ten times as long."""
_PLAIN: Final = frozenset((str, dt.date))
_ITEM: Final = re.compile(
    rb"<(?:\w++:)?+si(?:\s[^<>]*+)?>((?:[^<]++|<(?!/?+(?:\w++:)?+si[\s/>]))*+)|<(?:\w++:)?+si\s*+/>"
)
_TEXT: Final = re.compile(rb"<(?:\w++:)?+t(?:\s[^<>]*+)?>([^<]++)<")
_NEEDED: Final = ("[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")


def read_package(data: bytes, *, own: bool = False) -> Book:
    """Read all worksheets of an .xlsx; raises `Refused`, or whatever a damaged package makes the parsers raise."""
    package = open_package(data, own=own)
    by_kind = {kind: part for kind, part in package.relations("xl/workbook.xml").values() if kind != "worksheet"}
    styles = package.parts.get(by_kind.get("styles", ""), b"")
    strings = package.parts.get(by_kind.get("sharedStrings", ""), b"")
    fonts = find_fonts(styles, strings)
    listed = list(package.sheets())
    parts = {part: package.parts[part] for part in (*_NEEDED, *by_kind.values()) if part in package.parts}
    scans: dict[str, SheetScan] = {}
    for _, part, _ in listed:
        scans[part], parts[part] = scan_sheet(package.parts[part], fonts)
    tidy = all(map(_is_tidy, (strings, *(parts[part] for part in scans))))
    # The parser gets a package of its own: it never sees a part that was not looked at, nor the original directory.
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(pack({package.names[name]: parts[name] for name in parts})))
    sheets: list[Sheet] = []
    notes: list[Note] = []
    since_1904 = package.counts_from_1904()
    for title, part, hidden in listed:
        sheet = _sheet(workbook, title, scans[part], hidden=hidden, tidy=tidy)
        sheets.append(replace(sheet, since_1904=since_1904))
        notes += _far_notes(title, scans[part], strings)
    notes += package_notes(package)
    carriers = tuple(_carriers(package, sheets))
    return Book(tuple(sheets), carriers, clean_notes(notes), package.warnings, dict(_marks(package, sheets)))


def _is_tidy(data: bytes) -> bool:
    return not any(first in data and mark.search(data) for first, mark in _SPECIAL) and len(
        data.translate(None, _CONTROLS)
    ) == len(data)


def _sheet(workbook: CalamineWorkbook, title: str, scan: SheetScan, *, hidden: bool, tidy: bool) -> Sheet:
    # Leading blanks are kept, so that addresses are Excel's.
    read = workbook.get_sheet_by_name(title).to_python(skip_empty_area=False)
    rows = [_tidied_row(row) if tidy else [_raw(value) for value in row] for row in read]
    _put_errors(rows, scan.errors)
    for row, column in scan.iso:
        if row <= len(rows) and column <= len(rows[row - 1]) and isinstance(text := rows[row - 1][column - 1], str):
            rows[row - 1][column - 1] = from_iso(text)
    height, width = len(rows), max(map(len, rows), default=0)
    words = "\n".join(value for value in dict.fromkeys(chain.from_iterable(rows)) if type(value) is str)
    return Sheet(
        title,
        tuple(map(tuple, rows)),
        hidden,
        clipped(scan.merged, height, width),
        scan.errors,
        frozenset(scan.uncached),
        frozenset(row for row in scan.hidden_rows if row <= height),
        frozenset(column for column in scan.hidden_columns if column <= width),
        scan.fonts,
        len(scan.far),
        scan.far_first,
        harmless=not perhaps_marked(words),
    )


def _put_errors(rows: list[list[Raw]], errors: dict[Place, str]) -> None:
    """Put «#N/A» and its like where calamine shows an empty cell, so that nobody takes the cell for empty."""
    if not errors:
        return
    height = max(len(rows), *(row for row, _ in errors))
    width = max(max(map(len, rows), default=0), *(column for _, column in errors))
    check_area(height, width)
    rows += [[] for _ in range(height - len(rows))]
    for cells in rows:
        cells.extend([None] * (width - len(cells)))
    for (row_number, column), text in errors.items():
        rows[row_number - 1][column - 1] = text


def _raw(value: object) -> Raw:
    if isinstance(value, str):
        # Excel writes control characters as _xHHHH_; calamine leaves them so (practice/engines.md).
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
        return clean_text(text)
    return _tidied(value)


def _tidied_row(row: Sequence[Any]) -> list[Raw]:
    """Give a row that needs no cleaning; in most rows are texts, days and empty texts, and only the last are false."""
    return [value or None for value in row] if _PLAIN.issuperset(map(type, row)) else list(map(_tidied, row))


def _tidied(value: object) -> Raw:
    """Give a value that needs no cleaning, with whole numbers and midnights as what they are."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return as_number(value)
    if isinstance(value, dt.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date() if midnight else value
    if isinstance(value, (int, dt.date)):
        return value
    return str(value) or None


def _far_notes(title: str, scan: SheetScan, strings: bytes) -> Iterator[Note]:
    """Give what stands in cells far from the table, so that somebody reads it for signs of secrecy."""
    if not scan.far:
        return
    shared = [_TEXT.findall(item[1] or b"") for item in _ITEM.finditer(strings)]
    for (row, _), (kind, text) in sorted(scan.far.items()):
        if kind == "s" and text.isdecimal() and int(text) < len(shared):
            yield Note(title, row, b"".join(shared[int(text)]).decode("utf-8", "replace"))
        elif kind in {"str", "inlineStr"}:
            yield Note(title, row, text)


def _marks(package: Package, sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Read which sheet is which of a register's; names that are a single sheet's own came with a copy of a sheet."""
    titles = {sheet.name.casefold(): sheet.name for sheet in sheets}
    for element in package.workbook().iter():
        name = element.get("name", "") if element.tag.endswith("}definedName") else ""
        if name.startswith(SHEET_MARK) and "localSheetId" not in element.attrib:
            title, _, _ = (element.text or "").strip().removeprefix("=").rpartition("!")
            title = title[1:-1].replace("''", "'") if title[:1] == "'" == title[-1:] else title
            yield name.removeprefix(SHEET_MARK), titles.get(title.casefold(), "")


def _carriers(package: Package, sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Find the identity texts in their three places."""
    if custom := package.parts.get("docprops/custom.xml"):
        for entry in parsed(custom):
            if entry.get("name") == PROPERTY:
                yield "property", "".join(entry.itertext())
    for element in package.workbook().iter():
        if element.tag.endswith("}definedName") and element.get("name") == DEFINED_NAME:
            yield "name", string_constant(element.text or "")
    yield from stamp_cells(sheets)
