"""Rules over several cells of one reported row; `schema.py` turns them into columns of truth for pandera."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tdnv_sheets.validate.schema import Facts, RowRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pandas as pd

    from tdnv_sheets.sheetspec import FieldSpec

EXPECTED: Final = {"result_document": "result_date", "result_date": "result_document", "extension_to": "result_kind"}
"""Field → the other one that it is expected beside."""
_NOT_FINAL: Final = frozenset({"progress_report", "extension_request"})
_DONE: Final = frozenset({"done"})


def row_rules(fields: Sequence[FieldSpec], as_of: date, *, final_document: bool = False) -> Iterator[RowRule]:
    """Give the rules for rows of *fields*, as of a day; errors first, for a cell is blamed once.

    *final_document*: a progress report or a request for extension never completes a task (Thanh Hóa, Điều 5.2c).
    """
    names = {spec.name for spec in fields}
    for spec in fields:
        for other, codes in spec.required_when.items():
            if other in names:
                yield RowRule("required-because", spec.name, partial(_filled_when, spec.name, other, codes))
    for name in ("completed_date", "result_date", "reported_date"):
        if name in names:
            yield RowRule("future-date", name, partial(_not_after, name, as_of))
    for name in ("completed_date", "result_date"):
        if name in names:
            yield RowRule("date-order", name, partial(_not_before_the_task, name))
    if {"extension_to", "extension_reason"} <= names:
        yield RowRule("required", "extension_reason", _reason_given)
        yield RowRule("extension-not-later", "extension_to", _later_than_the_deadline)
    if final_document and {"progress", "result_kind"} <= names:
        yield RowRule("not-a-final-result", "result_kind", _final_when_done)
    yield from _doubts(names)


def _doubts(names: set[str]) -> Iterator[RowRule]:
    """Give the rules that hold nothing back."""
    if {"completed_date", "progress"} <= names:
        yield RowRule("not-done-but-dated", "completed_date", _dated_only_when_done)
    if {"return_reason", "progress"} <= names:
        yield RowRule("returned-but-done", "return_reason", _not_done_when_returned)
    if {"result_document", "result_date"} <= names:
        yield RowRule("expected-because", "result_document", partial(_both, "result_document", "result_date"))
        yield RowRule("expected-because", "result_date", partial(_both, "result_date", "result_document"))
    if {"extension_to", "result_kind"} <= names:
        yield RowRule("expected-because", "extension_to", _day_asked_for)


def _filled_when(name: str, other: str, codes: tuple[str, ...], facts: Facts) -> pd.Series[bool]:
    return ~facts.touched() | ~facts.one_of(other, frozenset(codes)) | facts.filled(name)


def _not_after(name: str, as_of: date, facts: Facts) -> pd.Series[bool]:
    return ~(facts.changed(name) & (facts.days(name) > as_of.toordinal()))


def _not_before_the_task(name: str, facts: Facts) -> pd.Series[bool]:
    begin = facts.days("assigned_date").fillna(facts.days("document_date"))
    return ~(facts.changed(name) & (facts.days(name) < begin))


def _later_than_the_deadline(facts: Facts) -> pd.Series[bool]:
    # An old request stays in its cell after it was granted: only a new one is compared.
    in_force = facts.days("extended_deadline").fillna(facts.days("deadline"))
    asked = facts.changed("extension_to") & ~facts.one_of("progress", _DONE)
    return ~(asked & (facts.days("extension_to") <= in_force))


def _reason_given(facts: Facts) -> pd.Series[bool]:
    asked = facts.changed("extension_to", "extension_reason") & facts.filled("extension_to")
    return ~asked | facts.filled("extension_reason")


def _final_when_done(facts: Facts) -> pd.Series[bool]:
    said = facts.changed("progress", "result_kind") & facts.one_of("progress", _DONE)
    return ~(said & facts.one_of("result_kind", _NOT_FINAL))


def _dated_only_when_done(facts: Facts) -> pd.Series[bool]:
    dated = facts.changed("progress", "completed_date") & facts.stated("completed_date") & facts.stated("progress")
    return ~dated | facts.one_of("progress", _DONE)


def _not_done_when_returned(facts: Facts) -> pd.Series[bool]:
    returned = facts.changed("progress", "return_reason") & facts.filled("return_reason")
    return ~(returned & facts.one_of("progress", _DONE))


def _both(name: str, other: str, facts: Facts) -> pd.Series[bool]:
    return ~(facts.changed(name, other) & facts.stated(other)) | facts.filled(name)


def _day_asked_for(facts: Facts) -> pd.Series[bool]:
    asked = facts.changed("extension_to", "result_kind") & facts.one_of("result_kind", frozenset({"extension_request"}))
    return ~asked | facts.filled("extension_to")
