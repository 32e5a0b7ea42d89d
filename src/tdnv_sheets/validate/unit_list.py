"""Read the unit list: a declaration of the office, so that what is wrong in it stops the program by row and column."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenDeclaration
from tdnv_sheets.grid import is_blank
from tdnv_sheets.records import Unit
from tdnv_sheets.sheetspec import unit_spec
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.columns import find_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tdnv_sheets.grid import Sheet
    from tdnv_sheets.records import Value

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def units_from(sheets: Sequence[Sheet], path: Path) -> tuple[Unit, ...]:
    """Read the units of the first sheet that has code and name; an empty list is no error."""
    spec = unit_spec()
    for sheet in sheets:
        header = find_header(sheet, spec.fields)
        columns = {column.field: column.index for column in header.columns if column.field} if header else {}
        if header is None or not {"code", "name"} <= columns.keys():
            continue
        units = tuple(_units(sheet, header.last_row, columns, path))
        _check(units, path)
        return units
    raise BrokenDeclaration(path, "code, name", "no sheet has these columns")


def _units(sheet: Sheet, header_row: int, columns: dict[str, int], path: Path) -> Iterator[Unit]:
    spec = unit_spec()
    for number in range(header_row + 1, len(sheet.rows) + 1):
        raw = {name: sheet.cell(number, index) for name, index in columns.items()}
        if all(is_blank(value) for value in raw.values()):
            continue
        cells: dict[str, Value] = {}
        for name, value in raw.items():
            typed = type_cell(value, spec.by_name[name]).value
            if isinstance(typed, Unread):
                caption = spec.by_name[name].header("vi")
                raise BrokenDeclaration(path, f"row {number}, «{caption}»", as_text(value))
            cells[name] = typed
        if not cells.get("code") or not cells.get("name"):
            raise BrokenDeclaration(path, f"row {number}", "code or name is missing")
        yield _unit(cells)


def _unit(cells: dict[str, Value]) -> Unit:
    texts = {name: "" if value is None else str(value) for name, value in cells.items()}
    first, last = cells.get("valid_from"), cells.get("valid_to")
    return Unit(
        code=texts["code"],
        name=texts["name"],
        aliases=tuple(alias.strip() for alias in texts.get("aliases", "").split(";") if alias.strip()),
        kind=texts.get("kind", ""),
        group=texts.get("group", ""),
        valid_from=first if isinstance(first, date) else None,
        valid_to=last if isinstance(last, date) else None,
        successor=texts.get("successor", ""),
        email=texts.get("email", ""),
        contact=texts.get("contact", ""),
        draft=cells.get("state") == "draft",
    )


def _check(units: Sequence[Unit], path: Path) -> None:
    codes: set[str] = set()
    names: set[str] = set()
    for unit in units:
        if not _CODE.fullmatch(unit.code):
            raise BrokenDeclaration(path, unit.code, "a code has letters without marks, digits, . _ - and no blanks")
        if unit.code.casefold() in codes:
            raise BrokenDeclaration(path, unit.code, "the code stands twice")
        if unit.name.casefold() in names:
            raise BrokenDeclaration(path, unit.name, "the name stands twice")
        codes.add(unit.code.casefold())
        names.add(unit.name.casefold())
    for unit in units:
        if unit.successor and unit.successor.casefold() not in codes:
            raise BrokenDeclaration(path, unit.code, f"the successor {unit.successor} is not in the list")
