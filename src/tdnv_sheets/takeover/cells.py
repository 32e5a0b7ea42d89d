"""One row's cells become fields; what cannot be understood stays word for word in the note and is listed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

from tdnv_sheets.records import EXTRA
from tdnv_sheets.sheetspec import FieldSpec, Kind
from tdnv_sheets.takeover.taken import Note
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.text.deadlines import Deadline, DeadlineKind, parse_deadline
from tdnv_sheets.text.unicode import bare, clean, fold
from tdnv_sheets.validate.row_kinds import is_numbering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import SheetSpec
    from tdnv_sheets.validate.row_kinds import Listing, Row

_ERROR: Final = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|GETTING_DATA|SPILL!|CALC!)")
_OWN_WAY: Final = frozenset({"unit", "deadline_text", "deadline"})
"""Fields that are not read cell by cell."""


def text_of(value: Raw) -> str:
    """Give a cell as the text that a person sees; days as dd/mm/yyyy, whole numbers without «.0»."""
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else clean(str(value))


@dataclass(slots=True)
class RowReading:
    """The fields of one row while they are being read, and what there is to say about them."""

    table: Listing
    row: Row
    spec: SheetSpec
    extras: Mapping[int, str]
    """Column → the caption under which it is kept."""
    fields: dict[str, Value] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Lines for the note: what could not be understood, word for word."""

    def read(self) -> dict[str, Value]:
        """Give all fields of the row but its lead units."""
        for index, value in self.row.cells.items():
            column = self.table.columns[index]
            if isinstance(value, str) and _ERROR.fullmatch(value.strip()):
                self.say("error-value", index, value)
            if index == self.table.ordinal and is_numbering(value):
                continue
            if column.field is None:
                self.fields[EXTRA + self.extras[index]] = _own(value)
            elif column.field not in _OWN_WAY:
                self._field(self.spec.by_name[column.field], index, value)
        self._deadline()
        if self.kept:
            self.fields["note"] = "\n".join(filter(None, (str(self.fields.get("note") or ""), *self.kept)))
        return self.fields

    def say(self, code: str, index: int | None, value: Raw = None) -> None:
        """Note something about the cell in column *index*."""
        caption = "" if index is None else self.table.columns[index].caption
        self.notes.append(Note(code, self.table.sheet.name, self.row.number, caption, text_of(value)))

    def _keep(self, code: str, index: int, value: Raw) -> None:
        self.say(code, index, value)
        self.kept.append(f"{self.table.columns[index].caption}: {text_of(value)}")

    def _field(self, spec: FieldSpec, index: int, value: Raw) -> None:
        if spec.kind is Kind.DATE:
            day = read_date(value)
            if day is None:
                self._keep("unreadable-date", index, value)
            else:
                self.fields[spec.name] = day
        elif spec.kind is Kind.CHOICE:
            code = choice_code(spec, text_of(value))
            if code is None:
                self._keep("unknown-word", index, value)
            else:
                self.fields[spec.name] = code
        else:
            text = text_of(value)
            self.fields[spec.name] = text
            if len(text) > spec.max_length:
                self.say("too-long", index)

    def _deadline(self) -> None:
        words, days = self.table.fields.get("deadline_text"), self.table.fields.get("deadline")
        told = self._cell(words)
        own = self._cell(days)
        if told is None and own is not None:
            words, told, own = days, own, None
        day = None
        if told is not None and words is not None:
            # Word for word, its blanks too: what the document says is evidence.
            self.fields["deadline_text"] = told if isinstance(told, str) else text_of(told)
            day = read_date(told)
            if day is not None and not isinstance(told, str):
                self.fields["deadline_text"] = text_of(day if not isinstance(told, datetime) else told)
            elif day is None:
                day = self._prose(words, text_of(told))
        if own is not None and days is not None:
            stated = read_date(own)
            day = stated or day
            if stated is None:
                self._keep("unreadable-date", days, own)
        if day is not None:
            self.fields["deadline"] = day

    def _cell(self, column: int | None) -> Raw:
        return None if column is None else self.row.cells.get(column)

    def _prose(self, index: int, text: str) -> date | None:
        """Give the day that the words mean, and say where a person has to look."""
        assigned = next(
            (d for name in ("assigned_date", "document_date") if isinstance(d := self.fields.get(name), date)), None
        )
        meant: Deadline = parse_deadline(text, assigned=assigned)
        if meant.kind is DeadlineKind.RECURRING:
            self.fields.setdefault("recurrence", text)
            return None
        if meant.kind is DeadlineKind.NONE:
            return None
        if meant.day is None or meant.note == "before-assigned":
            self.say("deadline-unclear", index, text)
            return None
        if meant.assumed:
            self.say("deadline-assumed", index, text)
        return meant.day


def _own(value: Raw) -> Value:
    """Give a cell of an unknown column as it is kept: days as days, numbers as numbers, the rest as text."""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else text_of(value)
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return text_of(value)


def choice_code(spec: FieldSpec, text: str) -> str | None:
    """Give the code of the choice that *text* names by code, label in any language or alias; None when none or several."""
    for form in (fold, bare):
        wanted = form(text)
        codes = {
            choice.code
            for choice in spec.choices
            if wanted in {form(word) for word in (choice.code, *choice.labels.values(), *choice.aliases)}
        }
        if codes:
            return codes.pop() if len(codes) == 1 else None
    return None
