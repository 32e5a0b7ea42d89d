"""Read unit lists; the list of a workspace that did not change since it was read needs no child to open it again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BadOfficeFile, BrokenSurroundings
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Sheet
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_text
from tdnv_sheets.records import Unit
from tdnv_sheets.sheetspec import unit_spec
from tdnv_sheets.text.csv_file import read_rows
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.unit_list import units_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.intake.worker import Readers

_KEPT: Final = "units.json"
_DAYS: Final = ("valid_from", "valid_to")
_TEXTS: Final = (".csv", ".tsv", ".txt")


def known_units(space: Workspace, readers: Readers) -> tuple[Unit, ...]:
    """Give the units of a workspace; raises as `read_units` does, and `BadOfficeFile` when the list is missing."""
    if not space.units.exists():
        raise BadOfficeFile(space.units, "units-missing")
    under = _state(space.units)
    kept = space.hidden / _KEPT
    units = _recall(kept, under)
    if units is None:
        units = read_units(space.units, readers)
        if _state(space.units) == under:  # else it is not known which of its states was read
            _remember(kept, under, units)
    return units


def read_units(path: Path, readers: Readers) -> tuple[Unit, ...]:
    """Read a unit list from .xlsx or from text with commas, semicolons or tabs, as Excel writes it.

    Raises `BadOfficeFile` naming row and column, `BrokenSurroundings` when the disk does not give the file.
    """
    try:
        if path.suffix.lower() in _TEXTS:
            return units_from((_text_table(path),), path)
        _, book = readers.read(path)
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
    if isinstance(book, Finding):
        words = {f"problem_{lang}": finding_text(book, lang) for lang in LANGUAGES}
        raise BadOfficeFile(path, "units-unreadable", **words)
    return units_from(book.sheets, path)


def _state(path: Path) -> str:
    """Give one text for the bytes of the list and the program that reads them."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
    return f"{version('tdnv-sheets')} {path.suffix.lower()} {digest}"


def _recall(kept: Path, under: str) -> tuple[Unit, ...] | None:
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        return tuple(map(_unit, found["units"])) if found["under"] == under else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never there, cut short or of another version: then the list is read


def _unit(cells: dict[str, Any]) -> Unit:
    days = {name: date.fromisoformat(cells[name]) for name in _DAYS if cells[name]}
    return Unit(**{**cells, **days, "aliases": tuple(cells["aliases"])})


def _remember(kept: Path, under: str, units: tuple[Unit, ...]) -> None:
    text = json.dumps({"under": under, "units": list(map(asdict, units))}, ensure_ascii=False, default=date.isoformat)
    with suppress(OSError):  # a disk that is full or read-only only means that the list is read again
        kept.write_text(text, encoding="utf-8")


def _text_table(path: Path) -> Sheet:
    rows = read_rows(path, _columns_known)
    return Sheet(path.stem, tuple(tuple(cell or None for cell in cells) for cells in rows))


def _columns_known(head: Sequence[Sequence[str]]) -> int:
    """Say how many columns the header among the first lines names."""
    spec = unit_spec()
    header = find_header(Sheet("", tuple(map(tuple, head))), spec.fields)
    return 0 if header is None else len(header.by_field())
