"""Whose column is whose: finds the header of a sheet, ours or anybody's, and says which field each column holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from tdnv_sheets.grid import is_blank
from tdnv_sheets.text.unicode import fold, strip_marks
from tdnv_sheets.validate.captions import LONGEST, captions_of, last_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.validate.captions import Caption


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet and the field it was taken for."""

    index: int
    """1-based."""
    caption: str
    field: str | None
    how: str
    """id, exact, alias, similar or none."""
    score: float
    """0–100."""
    parts: tuple[str, ...] = ()
    """Its captions from the top down, where the header has several rows."""
    row: int = 0
    """The row of its lowest caption."""
    covered: bool = False
    """Whether the caption that is seen over it belongs to a column on its left, whose cell was merged over it."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands (1-based rows, all header rows included) and what its columns are."""

    first_row: int
    last_row: int
    columns: tuple[Column, ...]
    number_row: int | None = None
    """The row of column numbers (1)(2)(3), which is then the last row of the header."""
    captioned: bool = True
    """Whether it holds captions, not just our own hidden row of field names."""

    def by_field(self) -> dict[str, Column]:
        """Give the columns that were recognised, by field."""
        return {column.field: column for column in self.columns if column.field is not None}


ORDINALS: Final = frozenset({"tt", "stt", "số tt", "số thứ tự", "thứ tự", "no", "sl no", "so tt", "s t t", "t t"})
"""Captions of a column that only numbers the rows, folded."""
_EXACT: Final = 100.0
_ALIAS: Final = 99.0
_UNACCENTED: Final = 97.0
_OF_CHILD: Final = 4.0
"""What a match of the lower caption alone loses against one of both captions together."""
_SIMILAR: Final = 90.0
_SHORTEST_SIMILAR: Final = 7
_FEWEST: Final = 2
_PARENTHESIS: Final = re.compile(r"\([^()]*\)")
_DIGITS: Final = re.compile(r"\d+")
_REMEMBERED: Final = 5000
"""How many captions are remembered; a program that watches a folder for months sees many."""
_NUMBER_CELL: Final = re.compile(r"[(\[]?\s*(\d{1,2}|[A-Za-zĐđ])\s*[)\]]?(?:\s*=.*)?")
_FEWEST_NUMBERS: Final = 3


def find_header(sheet: Sheet, specs: Sequence[FieldSpec], *, search_rows: int = 30) -> Header | None:
    """Find the header among the first rows; None when no row names at least two of *specs*.

    Titles above, captions in any language, two- and three-row headers, a row of field names and a row of column
    numbers are understood. Each field is given to one column at most: the best fitting, the leftmost of equals.
    """
    names = known_names(specs)
    ids = _id_row(sheet, names, search_rows)
    if ids is not None:
        return _ours(sheet, names, ids, search_rows)
    best: tuple[tuple[int, float, int], Header] | None = None
    for first in range(1, min(search_rows, len(sheet.rows)) + 1):
        last = last_row(sheet, first)
        columns = _map(captions_of(sheet, first, last), names, {})
        found = [column for column in columns if column.field is not None]
        rank = (len(found), sum(column.score for column in found), -first)
        if len(found) >= _FEWEST and (best is None or rank > best[0]):
            best = rank, Header(first, last, columns)
    return None if best is None else _with_numbers(sheet, best[1])


def known_names(specs: Sequence[FieldSpec]) -> Names:
    """Give the captions under which fields are known; made once for each set of fields."""
    return _made(tuple((spec.name, tuple(spec.headers.values()), spec.aliases) for spec in specs))


def _ours(sheet: Sheet, names: Names, ids: int, search_rows: int) -> Header:
    """Read a header by its row of field names; the captions stand in the row that has most of them."""
    fields = _ids(sheet, ids, names)
    row = ids + 1 if _as_drawn(sheet, names, fields, ids + 1) else _caption_row(sheet, names, ids, search_rows)
    last = max(last_row(sheet, row), row) if row > ids else row
    number = next((i for i, name in _first_of_each(fields).items() if name == "task_id"), None)
    while last > row and number is not None and not is_blank(sheet.cell(last, number)):
        last -= 1  # the first task, whose cell somebody merged with the caption above
    columns = _map(captions_of(sheet, row, last), names, fields)
    return _with_numbers(sheet, Header(min(row, ids), max(last, ids), columns, captioned=row != ids))


def _as_drawn(sheet: Sheet, names: Names, fields: Mapping[int, str], row: int) -> bool:
    """Say whether a row holds the very captions that we draw, which needs no search."""
    return all(sheet.cell(row, index) in names.drawn[name] for index, name in fields.items())


def _caption_row(sheet: Sheet, names: Names, ids: int, search_rows: int) -> int:
    rows = [row for row in range(1, min(search_rows, len(sheet.rows)) + 1) if row != ids]
    known = {row: sum(bool(names.find(c.parts[-1])) for c in captions_of(sheet, row, row) if c.parts) for row in rows}
    best = max(rows, key=lambda row: (known[row], -abs(row - ids)), default=ids)
    return best if known.get(best) else ids


def _with_numbers(sheet: Sheet, header: Header) -> Header:
    below = header.last_row + 1
    if below <= len(sheet.rows) and is_number_row(sheet.rows[below - 1]):
        return replace(header, last_row=below, number_row=below)
    return header


def is_number_row(cells: Sequence[Raw]) -> bool:
    """Say whether a row only numbers the columns: (1), (2), (3) = (1) + (2), or A, B, 1, 2."""
    filled = [cell for cell in cells if not is_blank(cell)]
    marks = [_mark(cell) for cell in filled]
    if len(filled) < _FEWEST_NUMBERS or None in marks:
        return False
    numbers = [int(mark) for mark in marks if mark is not None and mark.isdigit()]
    letters = [mark for mark in marks if mark is not None and not mark.isdigit()]
    steps = {b - a for a, b in pairwise(numbers)}
    counted = numbers[:1] == [1] and len(numbers) >= _FEWEST and steps <= {1}
    return (counted or not numbers) and letters == sorted(letters)


def _mark(cell: Raw) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    match = _NUMBER_CELL.fullmatch(str(cell).strip())
    return match[1].upper() if match else None


class Names:
    """The captions and names under which fields are known."""

    def __init__(self, specs: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> None:
        self.ids = {name for name, _, _ in specs}
        self.drawn = {name: frozenset(headers) for name, headers, _ in specs}
        self.exact: dict[str, tuple[str, str, float]] = {}
        for score, how, place in ((_EXACT, "exact", 1), (_ALIAS, "alias", 2)):
            for spec in specs:
                for name in spec[place]:
                    self.exact.setdefault(fold(name), (spec[0], how, score))
        self.bare: dict[str, tuple[str, str, float]] = {}
        for name, (field, how, _) in self.exact.items():
            self.bare.setdefault(strip_marks(name), (field, how, _UNACCENTED))
        self.sorted = {" ".join(sorted(name.split())): found for name, found in self.exact.items()}
        self._known: dict[str, tuple[tuple[str, str, float], ...]] = {}

    def find(self, caption: str) -> tuple[tuple[str, str, float], ...]:
        """Give the fields that *caption* may name, as (field, how, score)."""
        folded = fold(caption)
        if not folded or len(folded) > LONGEST:
            return ()
        if folded not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[folded] = tuple(self._find(folded))
        return self._known[folded]

    def _find(self, folded: str) -> Iterator[tuple[str, str, float]]:
        if folded in self.exact:
            yield self.exact[folded]
        elif (loose := strip_marks(folded)) in self.bare:
            yield self.bare[loose]
        elif (ordered := " ".join(sorted(folded.split()))) in self.sorted:
            field, _, score = self.sorted[ordered]
            yield field, "alias", score
        elif len(folded) >= _SHORTEST_SIMILAR:
            hits = process.extract(folded, self.exact.keys(), scorer=fuzz.ratio, limit=3, score_cutoff=_SIMILAR)
            digits = _DIGITS.findall(folded)
            for name, score, _ in (hit for hit in hits if _DIGITS.findall(hit[0]) == digits):
                yield self.exact[name][0], "similar", min(score, _UNACCENTED - 1)


@lru_cache(maxsize=16)
def _made(specs: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]) -> Names:
    return Names(specs)


def _id_row(sheet: Sheet, names: Names, search_rows: int) -> int | None:
    """Find the row that holds field names, such as the hidden row of our own workbooks."""
    for number, cells in enumerate(sheet.rows[:search_rows], start=1):
        filled = [str(cell).strip() for cell in cells if not is_blank(cell)]
        ours = sum(cell in names.ids for cell in filled)
        if ours >= _FEWEST and ours * 2 > len(filled):
            return number
    return None


def _ids(sheet: Sheet, row: int, names: Names) -> dict[int, str]:
    cells = enumerate(sheet.rows[row - 1], start=1)
    return {index: name for index, cell in cells if (name := str(cell or "").strip()) in names.ids}


def _map(captions: list[Caption], names: Names, ids: Mapping[int, str]) -> tuple[Column, ...]:
    """Give each column the field that fits best, each field once."""
    wishes: list[tuple[float, int, str, str]] = []
    for index, caption in enumerate(captions, start=1):
        if index not in ids:
            wishes += [(-score, index, field, how) for field, how, score in _wishes(caption.parts, names)]
    taken = {index: (name, "id", _EXACT) for index, name in _first_of_each(ids).items()}
    used = {name for name, _, _ in taken.values()}
    for minus, index, field, how in sorted(wishes):
        if index not in taken and field not in used:
            taken[index] = field, how, -minus
            used.add(field)
    width = max(len(captions), *taken, 0) if taken else len(captions)
    return tuple(_column(index, captions, taken.get(index, (None, "none", 0.0))) for index in range(1, width + 1))


def _column(index: int, captions: Sequence[Caption], taken: tuple[str | None, str, float]) -> Column:
    if index > len(captions):
        return Column(index, "", *taken)
    caption = captions[index - 1]
    return Column(index, " - ".join(caption.parts), *taken, caption.parts, caption.row, caption.covered)


def _first_of_each(ids: Mapping[int, str]) -> dict[int, str]:
    first: dict[str, int] = {}
    for index in sorted(ids):
        first.setdefault(ids[index], index)
    return {index: name for name, index in first.items()}


def _wishes(parts: tuple[str, ...], names: Names) -> Iterator[tuple[str, str, float]]:
    """Give the fields that a column's captions may name: by all of them together, or by the lowest alone."""
    if not parts:
        return
    for loss, caption in ((0.0, " ".join(parts)), (_OF_CHILD, parts[-1])):
        found = names.find(caption) or names.find(_PARENTHESIS.sub(" ", caption))
        for field, how, score in found:
            yield field, how, score - loss
