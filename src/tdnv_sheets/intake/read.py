"""Read the cells of a scanned workbook with calamine: fast, and inside a worker process only (see worker.py)."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineWorkbook

from tdnv_sheets.grid import Book, Raw, Sheet
from tdnv_sheets.intake.sheet_scan import SheetScan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROPERTY: Final = "tdnv"
DEFINED_NAME: Final = "_tdnv_token"
STAMP_SHEET: Final = "_tdnv"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNKEEPABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither a database nor a workbook can hold: control characters and halves of a character."""
_NO_SCAN: Final[Mapping[str, SheetScan]] = {}


def read_book(data: bytes, scans: Mapping[str, SheetScan] = _NO_SCAN) -> Book:
    """Read all sheets; *scans* add what calamine cannot see. Raises whatever the parser raises."""
    # By content, not by name: an .xlsx under another ending still reads.
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        cells = [[_raw(value) for value in row] for row in rows]
        found = scans.get(name, SheetScan())
        shown = _with_errors(cells, found.errors)
        sheets.append(Sheet(name, shown, found.hidden, found.merged, found.errors, found.uncached))
    return Book(tuple(sheets), tuple(_carriers(data, sheets)))


def _with_errors(cells: list[list[Raw]], errors: Mapping[tuple[int, int], str]) -> tuple[tuple[Raw, ...], ...]:
    """Put «#N/A» and its like where calamine shows an empty cell, so that nobody takes the cell for empty."""
    for (row, column), text in errors.items():
        if row <= len(cells) and column <= len(cells[row - 1]):
            cells[row - 1][column - 1] = text
    return tuple(tuple(row) for row in cells)


def _raw(value: object) -> Raw:
    if isinstance(value, str):
        # Excel writes control characters as _xHHHH_; calamine leaves them so (practice/engines.md).
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
        text = _UNKEEPABLE.sub("", text)
        return text.replace("\r\n", "\n").replace("\r", "\n") or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value  # noqa: PLR2004 - Excel's 15 digits
    if isinstance(value, dt.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date() if midnight else value
    if isinstance(value, (int, dt.date)):
        return value
    return str(value)


def _carriers(data: bytes, sheets: list[Sheet]) -> Iterator[tuple[str, str]]:
    """Find the identity texts in their three places; the scan has refused DOCTYPE before."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        if "docProps/custom.xml" in names:
            for entry in ET.fromstring(package.read("docProps/custom.xml")):  # noqa: S314 - the scan refused every DOCTYPE
                if entry.get("name") == PROPERTY:
                    yield "property", "".join(entry.itertext())
        if "xl/workbook.xml" in names:
            for element in ET.fromstring(package.read("xl/workbook.xml")).iter():  # noqa: S314 - the scan refused every DOCTYPE
                if element.tag.endswith("}definedName") and element.get("name") == DEFINED_NAME:
                    yield "name", (element.text or "").strip().removeprefix("=").strip('"').replace('""', '"')
    for sheet in sheets:
        if sheet.name == STAMP_SHEET and isinstance(sheet.cell(1, 1), str):
            yield "sheet", str(sheet.cell(1, 1))
