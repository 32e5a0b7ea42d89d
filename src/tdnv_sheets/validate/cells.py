"""Type single cells before pandera sees them: its own coercion is wrong for Excel people (practice/workbooks.md 0.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Raw, is_blank
from tdnv_sheets.sheetspec import FieldSpec, Kind
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.text.unicode import clean, fold

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tdnv_sheets.text.units import UnitIndex

_DATE_FORMAT: Final = "%d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be understood; it travels as typed until a check names it."""

    raw: Raw


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell after typing: its value or `Unread`, and whether it took a repair that people should see."""

    value: Value | Unread
    repaired: bool = False


EMPTY: Final = Typed(None)


def type_cell(raw: Raw, spec: FieldSpec, units: UnitIndex | None = None) -> Typed:
    """Understand one cell as *spec* asks; never guesses."""
    if is_blank(raw):
        return EMPTY
    if spec.kind is Kind.DATE:
        return _date(raw)
    if spec.kind is Kind.CHOICE:
        code = _choices(spec).get(fold(as_text(raw)))
        return Typed(code if code is not None else Unread(raw))
    if spec.kind is Kind.INTEGER:
        return _integer(raw)
    if spec.kind is Kind.UNIT and units is not None:
        code = units.match(as_text(raw)).code
        return Typed(code if code is not None else Unread(raw))
    return Typed(as_text(raw) or None)


def as_text(raw: Raw) -> str:
    """Write a cell as a person reads it: day first, whole numbers without a point, text NFC and trimmed."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, datetime):
        return f"{raw:%d/%m/%Y %H:%M}"
    if isinstance(raw, date):
        return raw.strftime(_DATE_FORMAT)
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return "" if raw is None else clean(str(raw))


def in_words(spec: FieldSpec | None, value: Value, lang: str) -> str:
    """Write a typed value as people see it: a choice by its label; *spec* is None for the office's own columns."""
    return spec.label(value, lang) if spec is not None and spec.kind is Kind.CHOICE else as_text(value)


def _date(raw: Raw) -> Typed:
    day = None if isinstance(raw, bool) else read_date(raw)
    if day is None:
        return Typed(Unread(raw))
    return Typed(day, repaired=isinstance(raw, str))


def _integer(raw: Raw) -> Typed:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Typed(raw)
    if isinstance(raw, float) and raw.is_integer():
        return Typed(int(raw))
    text = as_text(raw)
    if text.lstrip("-").isdecimal():
        return Typed(int(text), repaired=True)
    return Typed(Unread(raw))


@cache
def _choices_of(choices: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {fold(word): code for code, words in choices for word in words}


def _choices(spec: FieldSpec) -> dict[str, str]:
    return _choices_of(tuple((c.code, (c.code, *c.labels.values(), *c.aliases)) for c in spec.choices))
