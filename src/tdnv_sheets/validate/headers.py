"""Judge the header of one of our sheets: which columns are missing, renamed, there twice or not ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from tdnv_sheets.findings import About, Finding, shorten
from tdnv_sheets.grid import address, is_blank
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.columns import ORDINALS, known_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.grid import Sheet
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.validate.columns import Column, Header, Names

_FIELD_NAME: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")
_LIKE: Final = 60.0
"""From this likeness on a caption is more probably a misspelt one of ours than a column of its own."""


def header_findings(
    sheet: Sheet, header: Header, fields: Sequence[FieldSpec], needed: frozenset[str], lang: str
) -> list[About]:
    """Say what is wrong with a header: every column of ours must be there once, under its own name.

    *needed* are the fields without which nothing can be read; the others are only compared.
    """
    judged = _Judged(sheet, header, fields, needed, lang)
    if not header.captioned:
        return [About(found("header-missing", sheet.name, values={"sheet": sheet.name}))]
    return [About(finding) for finding in (*judged.missing(), *judged.captions(), *judged.others())]


@dataclass(frozen=True)
class _Judged:
    sheet: Sheet
    header: Header
    fields: Sequence[FieldSpec]
    needed: frozenset[str]
    lang: str

    @cached_property
    def names(self) -> Names:
        return known_names(self.fields)

    @cached_property
    def own(self) -> Mapping[str, frozenset[str]]:
        """Field → its captions as we draw them, folded."""
        return {spec.name: frozenset(map(fold, spec.headers.values())) for spec in self.fields}

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields}

    @cached_property
    def taken(self) -> Mapping[str, Column]:
        return self.header.by_field()

    @cached_property
    def replaced(self) -> Mapping[str, Column]:
        """Field that is missing → the column that is probably it: of a like caption, else in its place."""
        missing = [spec for spec in self.fields if spec.name not in self.taken and spec.name in self.needed]
        others = [column for column in self.header.columns if column.field is None and not _is_ordinal(column)]
        free = [column for column in others if column.covered or self._twin(column) is None]
        named = [column for column in free if not column.covered]
        likeness = sorted(
            (-self._likeness(spec, column), column.index, spec.name) for spec in missing for column in named
        )
        by_index = {column.index: column for column in free}
        found: dict[str, Column] = {}
        for minus, index, name in likeness:
            if -minus >= _LIKE and index in by_index and name not in found:
                found[name] = by_index.pop(index)
        for spec in missing:
            column = next((column for column in by_index.values() if self._in_place(spec, column)), None)
            if spec.name not in found and column is not None:
                found[spec.name] = by_index.pop(column.index)
        return found

    def missing(self) -> Iterator[Finding]:
        """Name the columns that are not there; «missing» is only said where nothing is in their place."""
        for spec in self.fields:
            if spec.name in self.taken:
                continue
            column = self.replaced.get(spec.name)
            if column is not None and column.caption and not column.covered:
                yield self._about("misnamed-column", column, spec)
            elif column is not None:
                yield self._about("blank-header", column, spec)
            else:
                code = "missing-column" if spec.name in self.needed else "missing-office-column"
                yield found(code, self.sheet.name, column=spec.header(self.lang))

    def captions(self) -> Iterator[Finding]:
        """Compare the captions of the columns that were recognised with those that we draw."""
        for name, column in self.taken.items():
            spec = self.by_name[name]
            said = {fold(part) for part in (*column.parts, " ".join(column.parts), _without_brackets(column))}
            if self.own[name] & said or (column.covered and column.how == "id"):
                continue
            if not column.caption:
                yield self._about("blank-header", column, spec)
            elif column.how == "id" and any(said & own for own in self.own.values()):
                # A hidden id over another column's caption: part of the table was moved and the rest was not.
                yield self._about("moved-caption", column, spec)
            elif column.how != "id" or spec.name not in self.needed or self._is_known(name, said):
                yield self._about("renamed-column", column, spec)
            else:
                yield self._about("misnamed-column", column, spec)

    def others(self) -> Iterator[Finding]:
        """Name the columns that are not ours, those that repeat one of ours, and cells outside every column."""
        last = max((column.index for column in self.taken.values()), default=0)
        replaced = {column.index for column in self.replaced.values()}
        for column in self.header.columns:
            if column.field is not None or not column.caption or column.index in replaced:
                continue
            if _is_ordinal(column) or column.covered:
                continue
            twin = self._twin(column)
            if twin is not None and column.index < last:
                first = self.taken[twin]
                cell = address(first.row or self.header.last_row, first.index)
                yield self._about("duplicate-column", column, self.by_name[twin], first=cell)
            elif self._is_of_old_template(column):
                if filled := self._filled(column):
                    yield self._about("dropped-column", column, None, cells=str(filled))
            else:
                yield self._about("extra-column", column, None)

    def _is_of_old_template(self, column: Column) -> bool:
        """Say whether a column bears a name in our hidden row and is no longer ours (rule 18)."""
        name = self.sheet.cell(self.header.first_row, column.index)
        hidden_row = any(known.how == "id" for known in self.header.columns)
        return hidden_row and isinstance(name, str) and _FIELD_NAME.fullmatch(name) is not None

    def _filled(self, column: Column) -> int:
        below = range(self.header.last_row + 1, len(self.sheet.rows) + 1)
        return sum(not is_blank(self.sheet.cell(row, column.index)) for row in below)

    def _about(self, code: str, column: Column, spec: FieldSpec | None, **values: str) -> Finding:
        row = column.row or self.header.last_row
        place = address(row, column.index)
        caption = "" if spec is None else spec.header(self.lang)
        return found(code, self.sheet.name, place, row, column=caption, value=shorten(column.caption), values=values)

    def _twin(self, column: Column) -> str | None:
        """Give the field of ours that another column has already and this one names as well."""
        said = {fold(part) for part in (*column.parts[-1:], " ".join(column.parts))}
        for name, own in self.own.items():
            if own & said and name in self.taken:
                return name
        return None

    def _is_known(self, name: str, said: set[str]) -> bool:
        return any(field == name for caption in said for field, _, _ in self.names.find(caption))

    def _likeness(self, spec: FieldSpec, column: Column) -> float:
        captions = (*spec.headers.values(), *spec.aliases)
        said = {fold(part) for part in (*column.parts, " ".join(column.parts))}
        return max((fuzz.ratio(fold(caption), part) for caption in captions for part in said), default=0.0)

    def _in_place(self, spec: FieldSpec, column: Column) -> bool:
        """Say whether a column stands between the neighbours of a missing one of ours, where only that one is missing."""
        order = [known.name for known in self.fields]
        beside = {at: name for name, other in self.taken.items() if abs(at := other.index - column.index) == 1}
        last = max((other.index for other in self.taken.values()), default=0)
        before = order.index(beside[-1]) if -1 in beside else -1
        after = order.index(beside[1]) if 1 in beside else len(order)
        if (-1 not in beside and column.index > 1) or (1 not in beside and column.index < last):
            return False
        return [name for name in order[before + 1 : after] if name not in self.taken] == [spec.name]


def _is_ordinal(column: Column) -> bool:
    return fold(column.caption) in ORDINALS


def _without_brackets(column: Column) -> str:
    return " ".join(column.parts).split("(", maxsplit=1)[0]
