"""Read what people chose in the register's lists: «Xung đột» and «Đề xuất»."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.extra import extra_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.grid import Book, Raw, Sheet
    from tdnv_sheets.records import Value

LANGUAGES: Final = ("vi", "en")
CHOICES: Final = ("ours", "theirs", "other")


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of «Xung đột» that somebody decided."""

    number: int
    choice: str
    other: Value | Unread
    reason: str
    fingerprint: str
    row: int


@dataclass(frozen=True, slots=True)
class ProposalChoice:
    """A line of «Đề xuất» that somebody decided."""

    number: int
    accepted: bool
    fields: Mapping[str, Value]
    row: int
    unread: Mapping[str, str]
    """Fields that hold nothing usable → what stands there."""


def register_sheet(book: Book, entry: str) -> Sheet | None:
    """Find a sheet of the register by its name in either language."""
    found = (book.sheet(say(f"register.{entry}", lang)) for lang in LANGUAGES)
    return next((sheet for sheet in found if sheet is not None), None)


def _lines(book: Book, entry: str, needed: Sequence[str]) -> Iterable[tuple[int, dict[str, Raw]]]:
    """Read a list whose hidden row of ids names its columns."""
    sheet = register_sheet(book, entry)
    if sheet is None:
        return
    ids: dict[str, int] = {}
    for number, row in enumerate(sheet.rows, 1):
        texts = {cell: column for column, cell in enumerate(row, 1) if isinstance(cell, str)}
        if not ids and set(needed) <= texts.keys():
            ids = texts
        elif ids:
            yield number, {name: sheet.cell(number, column) for name, column in ids.items()}


def choices(book: Book, conflict_fields: Mapping[int, str]) -> tuple[Choice, ...]:
    """Read the decided lines of «Xung đột»; *conflict_fields* are the open conflicts' numbers and fields."""
    words = {fold(say(f"register.choose_{choice}", lang)): choice for choice in CHOICES for lang in LANGUAGES}
    found = []
    for row, line in _lines(book, "sheet_conflicts", ("number", "choice", "fingerprint")):
        number, choice = line["number"], words.get(fold(as_text(line["choice"])))
        if not isinstance(number, int) or choice is None:
            continue
        spec = assignment_spec().by_name.get(conflict_fields.get(number, ""))
        typed = type_cell(line.get("other"), spec).value if spec else extra_value(line.get("other"))
        found.append(Choice(number, choice, typed, as_text(line.get("reason")), as_text(line["fingerprint"]), row))
    return tuple(found)


def proposal_choices(book: Book) -> tuple[ProposalChoice, ...]:
    """Read the decided lines of «Đề xuất»."""
    accept = {fold(say("register.proposal_accept", lang)) for lang in LANGUAGES}
    decline = {fold(say("register.proposal_decline", lang)) for lang in LANGUAGES}
    spec = assignment_spec()
    found = []
    for row, line in _lines(book, "sheet_proposals", ("number", "choice")):
        number, choice = line["number"], fold(as_text(line["choice"]))
        if not isinstance(number, int) or choice not in accept | decline:
            continue
        cells = {name: type_cell(raw, spec.by_name[name]).value for name, raw in line.items() if name in spec.by_name}
        fields = {n: v for n, v in cells.items() if v is not None and not isinstance(v, Unread) and n != "unit"}
        unread = {n: as_text(v.raw) for n, v in cells.items() if isinstance(v, Unread) and n != "unit"}
        found.append(ProposalChoice(number, choice in accept, fields, row, unread))
    return tuple(found)
