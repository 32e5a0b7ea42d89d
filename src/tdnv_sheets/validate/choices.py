"""Read what people chose in the register's lists: «Xung đột» and «Đề xuất».

The lists are drawn anew after every reading, so whatever was typed there is taken, or it stops the register.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.grid import address, is_blank
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.records import EXTRA
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.extra import extra_value

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from tdnv_sheets.grid import Book, Raw, Sheet
    from tdnv_sheets.records import Value
    from tdnv_sheets.validate.register_rows import RegisterGrounds

CHOICES: Final = ("choose_ours", "choose_theirs", "choose_other")
PROPOSAL_CHOICES: Final = ("proposal_accept", "proposal_decline")
LISTS: Final[Mapping[str, frozenset[str]]] = {
    "sheet_conflicts": frozenset({"number", "choice", "other", "reason", "fingerprint"}),
    "sheet_proposals": frozenset({"number", "choice"}),
}
"""The lists in which people choose, and the ids without which they cannot be read."""
Decided = TypeVar("Decided", "Choice", "ProposalChoice")
DRAWN: Final = frozenset({"number", "fingerprint", "unit"})
"""Columns of the lists in which nobody is to type."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of «Xung đột» that somebody decided."""

    number: int
    choice: str
    """`ours`, `theirs` or `other`."""
    other: Value
    reason: str
    fingerprint: str
    row: int


@dataclass(frozen=True, slots=True)
class ProposalChoice:
    """A line of «Đề xuất» that somebody decided."""

    number: int
    accepted: bool
    fields: Mapping[str, Value]
    """As they now stand in the line, emptied ones too."""
    row: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, its cells by the ids of the hidden row."""

    sheet: str
    row: int
    cells: Mapping[str, Raw]
    columns: Mapping[str, int]
    captions: Mapping[str, str]

    @property
    def number(self) -> int | None:
        """The ledger's number of what the line is about; None in a line that we did not draw."""
        number = self.cells.get("number")
        return number if isinstance(number, int) and not isinstance(number, bool) else None

    @property
    def typed(self) -> list[str]:
        """The columns for people that hold something."""
        return [name for name, cell in self.cells.items() if name not in DRAWN and not is_blank(cell)]

    def about(self, code: str, name: str, *, column: str = "", **values: str) -> About:
        """Make a finding that stops the register, about one cell."""
        place = address(self.row, self.columns[name])
        shown = shorten(as_text(self.cells[name]))
        caption = column or self.captions[name]
        return About(found(code, self.sheet, place, self.row, column=caption, value=shown, values=values))


def register_sheet(book: Book, entry: str) -> Sheet | None:
    """Find a sheet of the register by its mark, whatever people call it, else by its name in either language.

    A register that has marks, and none for this sheet, was drawn without it; what has its name is the office's own.
    """
    name = entry.removeprefix("sheet_")
    if book.marks and name not in book.marks:
        return None
    marked = book.sheet(book.marks.get(name, ""))
    if marked is not None:
        return marked
    found = (book.sheet(say(f"register.{entry}", lang)) for lang in LANGUAGES)
    return next((sheet for sheet in found if sheet is not None), None)


def broken_list(book: Book) -> str:
    """Give the name of a list that cannot be read since its hidden row of ids is gone; empty when all can."""
    for entry, needed in LISTS.items():
        sheet = register_sheet(book, entry)
        if sheet is not None and _id_row(sheet, needed) is None:
            return sheet.name
    return ""


def choices(book: Book, grounds: RegisterGrounds) -> tuple[tuple[Choice, ...], list[About]]:
    """Read the decided lines of «Xung đột», and say which lines cannot be taken as they are."""
    abouts: list[About] = []
    found = []
    for line in _lines(book, "sheet_conflicts", abouts):
        if not line.typed:
            continue
        choice = _word(line, CHOICES, line.typed, grounds.lang, abouts).removeprefix("choose_")
        if choice and line.number is not None:
            field = grounds.conflict_fields.get(line.number, "")
            other, problems = _other(line, choice, field, grounds.lang)
            abouts += problems
            texts = as_text(line.cells["reason"]), as_text(line.cells["fingerprint"])
            found.append((line, Choice(line.number, choice, other, *texts, line.row)))
    kept = _once(found, lambda made: (made.choice, made.other, made.fingerprint), abouts)
    reasons: dict[int, dict[str, None]] = {}
    for _, made in found:
        if made.reason:
            reasons.setdefault(made.number, {})[made.reason] = None
    return tuple(replace(made, reason="; ".join(reasons.get(made.number, ()))) for made in kept), abouts


def _other(line: Line, choice: str, field: str, lang: str) -> tuple[Value, list[About]]:
    """Read «Giá trị khác»: it must be there for that choice, and for no other."""
    raw, spec = line.cells["other"], assignment_spec().by_name.get(field)
    if choice != "other":
        picked = as_text(line.cells["choice"])
        return None, [] if is_blank(raw) else [line.about("other-value-unused", "other", choice=picked)]
    value = other_value(raw, field)
    if isinstance(value, Unread) or value is None:
        column = spec.header(lang) if spec else field.removeprefix(EXTRA)
        return None, [line.about("other-value-missing", "other", column=column)] if field else []
    return value, []


def other_value(raw: Raw, field: str) -> Value | Unread:
    """Understand the value that somebody gives for a disputed cell."""
    spec = assignment_spec().by_name.get(field)
    return type_cell(raw, spec).value if spec else extra_value(raw)


def proposal_choices(book: Book, grounds: RegisterGrounds) -> tuple[tuple[ProposalChoice, ...], list[About]]:
    """Read the decided lines of «Đề xuất», and say which lines cannot be taken as they are."""
    spec = assignment_spec()
    abouts: list[About] = []
    found = []
    for line in _lines(book, "sheet_proposals", abouts):
        names = [name for name in line.cells if name in spec.by_name and name not in DRAWN]
        cells = {name: type_cell(line.cells[name], spec.by_name[name]).value for name in names}
        drawn = grounds.proposals.get(line.number or 0)
        if line.number is None:
            edited = line.typed
        else:
            edited = [name for name in names if drawn is not None and not _as_drawn(cells[name], drawn.get(name))]
        if is_blank(line.cells["choice"]) and not edited:
            continue
        choice = _word(line, PROPOSAL_CHOICES, edited, grounds.lang, abouts)
        if not choice or line.number is None:
            continue
        accepted = choice == "proposal_accept"
        fields = {name: value for name, value in cells.items() if not isinstance(value, Unread)}
        if accepted:
            abouts += [line.about("not-a-date", name) for name in names if name not in fields]
            needed = [name for name in names if spec.by_name[name].required and cells[name] is None]
            abouts += [line.about("required", name) for name in needed]
        found.append((line, ProposalChoice(line.number, accepted, fields, line.row)))
    kept = _once(found, lambda one: (one.accepted, frozenset(one.fields.items() if one.accepted else ())), abouts)
    return kept, abouts


def _as_drawn(cell: Value | Unread, then: Value) -> bool:
    return not isinstance(cell, Unread) and same(cell, then)


def _id_row(sheet: Sheet, needed: frozenset[str]) -> int | None:
    for number, row in enumerate(sheet.rows, 1):
        if needed <= {cell for cell in row if isinstance(cell, str)}:
            return number
    return None


def _lines(book: Book, entry: str, abouts: list[About]) -> Iterator[Line]:
    """Read a list whose hidden row of ids names its columns; say which of its cells cannot be seen."""
    sheet = register_sheet(book, entry)
    ids = None if sheet is None else _id_row(sheet, LISTS[entry])
    if sheet is None or ids is None:
        return
    columns = {cell: index for index, cell in enumerate(sheet.rows[ids - 1], 1) if isinstance(cell, str)}
    captions = {name: as_text(sheet.cell(ids + 1, index)) for name, index in columns.items()}
    for number in range(ids + 2, len(sheet.rows) + 1):
        cells = {name: sheet.cell(number, index) for name, index in columns.items()}
        line = Line(sheet.name, number, cells, columns, captions)
        for name, index in columns.items():
            if (number, index) in sheet.uncached:
                abouts.append(line.about("formula", name))
            elif (number, index) in sheet.errors:
                abouts.append(line.about("error-value", name))
        yield line


def _word(line: Line, entries: tuple[str, ...], typed: list[str], lang: str, abouts: list[About]) -> str:
    """Give the entry of the word that was chosen; what is none of ours, or stands beside no choice, is said."""
    labels = "; ".join(say(f"register.{entry}", lang) for entry in entries)
    if line.number is None:
        abouts.append(line.about("choice-nowhere", typed[0]))
    elif is_blank(line.cells["choice"]):
        abouts.append(line.about("choice-missing", typed[0], choose=line.captions["choice"], choices=labels))
    else:
        words = {fold(say(f"register.{entry}", lang)): entry for entry in entries for lang in LANGUAGES}
        chosen = words.get(fold(as_text(line.cells["choice"])), "")
        if not chosen:
            abouts.append(line.about("not-in-list", "choice", choices=labels))
        return chosen
    return ""


def _once(
    found: Iterable[tuple[Line, Decided]], says: Callable[[Decided], Hashable], abouts: list[About]
) -> tuple[Decided, ...]:
    """Take lines that were copied once; say which copies do not say the same."""
    by_number: dict[int, list[tuple[Line, Decided]]] = {}
    for line, decided in found:
        by_number.setdefault(decided.number, []).append((line, decided))
    for lines in by_number.values():
        if len({says(decided) for _, decided in lines}) > 1:
            (line, _), rows = lines[0], ", ".join(str(line.row) for line, _ in lines)
            abouts.append(line.about("choice-twice", "choice", rows=rows))
    return tuple(lines[0][1] for lines in by_number.values())
