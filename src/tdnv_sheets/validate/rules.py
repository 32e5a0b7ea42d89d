"""Rules over several cells of one reported row; `schema.py` turns them into columns of truth for pandera."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from tdnv_sheets.validate.schema import RowRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.sheetspec import FieldSpec

TOUCHED = "touched"
"""Not a field: says whether the sender changed anything in the row; what we drew ourselves is not complained about."""


def row_rules(fields: Sequence[FieldSpec], as_of: date) -> Iterator[RowRule]:
    """Give the rules for rows of *fields*, as of a day."""
    names = {spec.name for spec in fields}
    for spec in fields:
        for other, codes in spec.required_when.items():
            if other in names:
                yield RowRule("required-because", spec.name, partial(_filled_when, spec.name, other, codes))
    for name in ("completed_date", "result_date", "reported_date"):
        if name in names:
            yield RowRule("future-date", name, partial(_not_after, name, as_of))
    if {"completed_date", "progress"} <= names:
        yield RowRule("not-done-but-dated", "completed_date", _dated_only_when_done)
        yield RowRule("date-order", "completed_date", partial(_not_before, "completed_date", "assigned_date"))
    if {"extension_to", "extension_reason"} <= names:
        yield RowRule("required", "extension_reason", _reason_given)


def _filled_when(name: str, other: str, codes: tuple[str, ...], row: Mapping[str, object]) -> bool:
    return not row.get(TOUCHED) or row.get(other) not in codes or row.get(name) is not None


def _not_after(name: str, as_of: date, row: Mapping[str, object]) -> bool:
    day = row.get(name)
    return not row.get(TOUCHED) or not isinstance(day, date) or day <= as_of


def _not_before(name: str, other: str, row: Mapping[str, object]) -> bool:
    day, first = row.get(name), row.get(other)
    return not (row.get(TOUCHED) and isinstance(day, date) and isinstance(first, date)) or day >= first


def _dated_only_when_done(row: Mapping[str, object]) -> bool:
    return not row.get(TOUCHED) or row.get("completed_date") is None or row.get("progress") in {"done", None}


def _reason_given(row: Mapping[str, object]) -> bool:
    return not row.get(TOUCHED) or row.get("extension_to") is None or row.get("extension_reason") is not None
