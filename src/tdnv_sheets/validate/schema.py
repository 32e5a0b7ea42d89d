"""Compile a sheet spec to a pandera schema and read its verdict as plain (row, field, code) lines.

pandera is used in this module only. Cells come typed; a check never raises, so that no failure hides another
(practice/workbooks.md A.4). Rules that look at several cells of a row are computed as columns of truth, so
that each broken rule gives one line, not one per column.
"""

from __future__ import annotations

import warnings
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pandera warns about optional back ends when it is imported
    import pandas as pd
    import pandera.pandas as pa
from tdnv_sheets.sheetspec import FieldSpec, Kind
from tdnv_sheets.validate.cells import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)


class Failure(NamedTuple):
    """One broken check: position of the row in the frame, the field to blame, the finding's code."""

    row: int
    field: str
    code: str


class RowRule(NamedTuple):
    """A rule over several cells of one row: it holds when `holds(row)` is true."""

    code: str
    field: str
    holds: Callable[[Mapping[str, object]], bool]


def failures(
    rows: Sequence[Mapping[str, object]], fields: Sequence[FieldSpec], rules: Iterable[RowRule] = ()
) -> list[Failure]:
    """Judge typed rows in one pass; each row maps field names to values, `Unread` or None."""
    if not rows:
        return []
    frame = pd.DataFrame(
        {spec.name: pd.Series([row.get(spec.name) for row in rows], dtype=object) for spec in fields},
        index=range(len(rows)),
    )
    blamed: dict[str, tuple[str, str]] = {}
    for number, rule in enumerate(rules):
        column = f"rule {number}"
        frame[column] = pd.Series([rule.holds(row) for row in rows], dtype=bool)
        blamed[column] = rule.field, rule.code
    schema = compile_schema(fields, blamed)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return sorted(_lines(errors.failure_cases, blamed))
    return []


def compile_schema(fields: Sequence[FieldSpec], rules: Mapping[str, tuple[str, str]]) -> pa.DataFrameSchema:
    """Build the schema of typed *fields*, and of columns of truth that *rules* name."""
    columns = {spec.name: _column(spec) for spec in fields}
    for column, (_, code) in rules.items():
        columns[column] = pa.Column(bool, pa.Check(lambda series: series, error=code))
    return pa.DataFrameSchema(columns, strict=True)


def _column(spec: FieldSpec) -> pa.Column:
    checks = []
    if spec.required:
        checks.append(pa.Check(lambda series: series.notna(), error="required", ignore_na=False))
    if spec.kind is Kind.DATE:
        checks.append(_check("not-a-date", lambda value: isinstance(value, date) or _is_far_day(value)))
        checks.append(_check("date-out-of-range", lambda value: not _is_far_day(value)))
    elif spec.kind is Kind.CHOICE:
        codes = frozenset(choice.code for choice in spec.choices)
        checks.append(_check("not-in-list", lambda value: value in codes))
    elif spec.kind is Kind.UNIT:
        checks.append(_check("unknown-unit", lambda value: not isinstance(value, Unread)))
    elif spec.kind is Kind.INTEGER:
        checks.append(_check("not-a-number", lambda value: not isinstance(value, Unread)))
    else:
        longest = spec.max_length
        checks.append(_check("too-long", lambda value: len(str(value)) <= longest))
    return pa.Column(object, checks, nullable=True)


def _is_far_day(value: object) -> bool:
    """Say whether a cell holds a real day in an impossible year, so that the year is what gets blamed."""
    raw = value.raw if isinstance(value, Unread) else value
    return isinstance(raw, date) and not FIRST_DAY <= date(raw.year, raw.month, raw.day) <= LAST_DAY


def _check(code: str, holds: Callable[[object], bool]) -> pa.Check:
    return pa.Check(lambda series: series.map(holds).astype(bool), error=code)


def _lines(cases: pd.DataFrame, blamed: Mapping[str, tuple[str, str]]) -> Iterable[Failure]:
    for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if index is None or pd.isna(index):
            # A check of ours raised or a column is missing: our bug, never the sender's.
            message = f"pandera could not run the check {check!r} on {column!r}"
            raise RuntimeError(message)
        field, code = blamed.get(str(column), (str(column), str(check)))
        yield Failure(int(index), field, code)
