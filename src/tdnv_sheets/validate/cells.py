"""Type single cells before pandera sees them: its own coercion is wrong for Excel people (practice/workbooks.md 0.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz, process

from tdnv_sheets.grid import Raw, is_blank
from tdnv_sheets.sheetspec import Choice, FieldSpec, Kind
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.text.unicode import bare, clean, fold

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tdnv_sheets.text.units import UnitIndex

_DATE_FORMAT: Final = "%d/%m/%Y"
_NEAR: Final = 75
"""How alike, of 100, a mistyped choice has to be to a known one."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be understood; it travels as typed until a check names it."""

    raw: Raw


class Typed(NamedTuple):
    """A cell after typing: its value or `Unread`, and whether it was already said what is wrong with it."""

    value: Value | Unread
    marked: bool = False


EMPTY: Final = Typed(None)


def type_cell(raw: Raw, spec: FieldSpec, units: UnitIndex | None = None) -> Typed:
    """Understand one cell as *spec* asks; never guesses."""
    if is_blank(raw):
        return EMPTY
    if spec.kind is Kind.DATE:
        return _date(raw)
    if spec.kind is Kind.CHOICE:
        code = spec.words.get(fold(as_text(raw)))
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
    if isinstance(raw, float):
        return _number(raw)
    return "" if raw is None else clean(str(raw))


def _number(raw: float) -> str:
    """Write a number with the 15 digits that Excel has, never with an exponent."""
    if not math.isfinite(raw):
        return str(raw)
    text = f"{Decimal(f'{raw:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def nearest_choice(spec: FieldSpec, text: str) -> Choice | None:
    """Give the choice that *text* was probably meant for, to be suggested and never taken; None when none is near."""
    words = {bare(word): choice for choice in spec.choices for word in (*choice.labels.values(), *choice.aliases)}
    hit = process.extractOne(bare(text), words.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return words[hit[0]] if hit else None


def in_words(spec: FieldSpec | None, value: Value, lang: str) -> str:
    """Write a typed value as people see it: a choice by its label; *spec* is None for the office's own columns."""
    return spec.label(value, lang) if spec is not None and spec.kind is Kind.CHOICE else as_text(value)


def _date(raw: Raw) -> Typed:
    day = None if isinstance(raw, bool) else read_date(raw)
    if day is None:
        return Typed(Unread(raw))
    return Typed(day)


def _integer(raw: Raw) -> Typed:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Typed(raw)
    if isinstance(raw, float) and raw.is_integer():
        return Typed(int(raw))
    text = as_text(raw)
    if text.lstrip("-").isdecimal():
        return Typed(int(text))
    return Typed(Unread(raw))
