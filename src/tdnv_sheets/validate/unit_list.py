"""Read the unit list: a declaration of the office, so that what is wrong in it stops the program by row and column."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BadOfficeFile
from tdnv_sheets.grid import is_blank
from tdnv_sheets.records import Unit
from tdnv_sheets.sheetspec import LANGUAGES, unit_spec
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.columns import find_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.grid import Sheet
    from tdnv_sheets.records import Value

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def units_from(sheets: Sequence[Sheet], path: Path) -> tuple[Unit, ...]:
    """Read the units of the first sheet that has code and name; an empty list is no error.

    Raises `BadOfficeFile` naming row and column.
    """
    spec = unit_spec()
    for sheet in sheets:
        header = find_header(sheet, spec.fields)
        columns = {column.field: column.index for column in header.columns if column.field} if header else {}
        if header is None or not {"code", "name"} <= columns.keys():
            continue
        units = dict(_units(sheet, header.last_row, columns, path))
        _check(units, path)
        return tuple(units.values())
    raise BadOfficeFile(path, "no-unit-columns", **_captions("code", "code"), **_captions("name", "name"))


def _captions(name: str, of: str = "column") -> dict[str, str]:
    return {f"{of}_{lang}": caption for lang, caption in unit_spec().by_name[name].headers.items()}


def _units(sheet: Sheet, header_row: int, columns: dict[str, int], path: Path) -> Iterator[tuple[int, Unit]]:
    """Give row → unit."""
    spec = unit_spec()
    for number in range(header_row + 1, len(sheet.rows) + 1):
        raw = {name: sheet.cell(number, index) for name, index in columns.items()}
        if all(is_blank(value) for value in raw.values()):
            continue
        cells: dict[str, Value] = {}
        for name, value in raw.items():
            typed = type_cell(value, spec.by_name[name]).value
            if isinstance(typed, Unread):
                raise _unread(path, number, name, as_text(value))
            cells[name] = typed
        for name in ("code", "name"):
            if not cells.get(name):
                raise BadOfficeFile(path, "unit-empty", row=number, **_captions(name))
        yield number, _unit(cells)


def _unread(path: Path, row: int, name: str, value: str) -> BadOfficeFile:
    choices = unit_spec().by_name[name].choices
    if not choices:
        return BadOfficeFile(path, "unit-day", row=row, value=value, **_captions(name))
    allowed = {f"allowed_{lang}": ", ".join(f"«{choice.labels[lang]}»" for choice in choices) for lang in LANGUAGES}
    return BadOfficeFile(path, "unit-word", row=row, value=value, **_captions(name), **allowed)


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


def _check(units: Mapping[int, Unit], path: Path) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row, unit in units.items():
        if not _CODE.fullmatch(unit.code):
            raise BadOfficeFile(path, "unit-code", row=row, value=unit.code)
        for name, value in (("code", unit.code), ("name", unit.name)):
            first = seen.setdefault((name, value.casefold()), row)
            if first != row:
                raise BadOfficeFile(path, "unit-twice", row=row, value=value, first=first, **_captions(name))
    for row, unit in units.items():
        if unit.successor and ("code", unit.successor.casefold()) not in seen:
            raise BadOfficeFile(path, "unit-successor", row=row, value=unit.successor, **_captions("successor"))
