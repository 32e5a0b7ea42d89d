"""Compile a sheet spec to a pandera schema and read its verdict as plain (row, field, code) lines.

pandera is used in this module only. Cells come typed; a check never raises, so that no failure hides another
(practice/workbooks.md A.4). Rules that look at several cells of a row are computed as columns of truth, so
that each broken rule gives one line, not one per column. Many files are judged in one frame: nothing here goes
through the rows one by one.
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
from tdnv_sheets.text.dates import is_far_day
from tdnv_sheets.validate.cells import Unread
from tdnv_sheets.validate.frame import TOUCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)


class Failure(NamedTuple):
    """One broken check: position of the row in the frame, the field to blame, the finding's code."""

    row: int
    field: str
    code: str


class RowRule(NamedTuple):
    """A rule over several cells of a row, for all rows at once: where it holds."""

    code: str
    field: str
    holds: Callable[[Facts], pd.Series[bool]]


class Facts:
    """The stacked rows as series of truth and of days, of which rules are put together.

    Columns hold few different cells, so each question is asked once of each of those.
    """

    def __init__(self, rows: Sequence[Mapping[str, object]]) -> None:
        self._rows = rows
        self._columns: dict[str, list[object]] = {}
        self._few: dict[str, tuple[pd.Series[int], list[object]]] = {}
        self._days: dict[str, pd.Series[float]] = {}

    def column(self, name: str) -> list[object]:
        """Give the cells of a field, None where a row has none."""
        if name not in self._columns:
            self._columns[name] = [row.get(name) for row in self._rows]
        return self._columns[name]

    def filled(self, name: str) -> pd.Series[bool]:
        """Say where a field holds something, readable or not."""
        return self._where(name, lambda cell: cell is not None)

    def stated(self, name: str) -> pd.Series[bool]:
        """Say where a field holds something that could be read."""
        return self._where(name, lambda cell: cell is not None and not isinstance(cell, Unread))

    def one_of(self, name: str, codes: Collection[str]) -> pd.Series[bool]:
        """Say where a choice is one of *codes*."""
        return self._where(name, lambda cell: cell in codes)

    def days(self, name: str) -> pd.Series[float]:
        """Give the days of a field as numbers, no number where there is no day: comparing with it is never true."""
        if name not in self._days:
            places, cells = self._distinct(name)
            numbers = [float(cell.toordinal()) if isinstance(cell, date) else float("nan") for cell in cells]
            self._days[name] = pd.Series(pd.Series(numbers, dtype=float).to_numpy()[places])
        return self._days[name]

    def changed(self, *names: str) -> pd.Series[bool]:
        """Say where the sender changed any of these fields; where nobody noted it, all are taken for changed."""
        wanted = frozenset(names)
        return self._where(TOUCHED, lambda noted: not isinstance(noted, frozenset) or not wanted.isdisjoint(noted))

    def touched(self) -> pd.Series[bool]:
        """Say where the sender changed anything."""
        return self._where(TOUCHED, lambda noted: noted is None or bool(noted))

    def _where(self, name: str, holds: Callable[[object], bool]) -> pd.Series[bool]:
        places, cells = self._distinct(name)
        return pd.Series(pd.Series([holds(cell) for cell in cells], dtype=bool).to_numpy()[places])

    def _distinct(self, name: str) -> tuple[pd.Series[int], list[object]]:
        """Give for each row the place of its cell among the different cells of the column, and those."""
        if name not in self._few:
            column = self.column(name)
            if column.count(None) == len(column):
                self._few[name] = pd.Series(0, index=range(len(column)), dtype=int), [None]
                return self._few[name]
            cells = list(dict.fromkeys(column))
            place = {cell: number for number, cell in enumerate(cells)}
            self._few[name] = pd.Series([place[cell] for cell in column], dtype=int), cells
        return self._few[name]


def failures(
    rows: Sequence[Mapping[str, object]], fields: Sequence[FieldSpec], rules: Iterable[RowRule] = ()
) -> list[Failure]:
    """Judge typed rows in one pass; each row maps field names to values, `Unread` or None.

    A cell is blamed once, for the first that is wrong: its own value before the rules, these in their order.
    """
    if not rows:
        return []
    facts = Facts(rows)
    cells = {spec.name: _to_judge(facts, spec.name) for spec in fields}
    # Columns that are empty, and rules that hold for every row, are most of them and cannot be broken.
    left = [spec for spec in fields if spec.required or cells[spec.name].count(None) < len(rows)]
    columns = {spec.name: pd.Series(cells[spec.name], dtype=object) for spec in left}
    blamed: dict[str, tuple[str, str]] = {}
    for number, rule in enumerate(rules):
        column, holds = f"rule {number}", rule.holds(facts)
        if not holds.all():
            columns[column] = holds
            blamed[column] = rule.field, rule.code
    schema = compile_schema(left, blamed)
    try:
        schema.validate(pd.DataFrame(columns, index=range(len(rows))), lazy=True)
    except pa.errors.SchemaErrors as errors:
        ranks = {"": 0} | {column: rank for rank, column in enumerate(blamed, 1)}
        first: dict[tuple[int, str], Failure] = {}
        for _, failure in sorted(_lines(errors.failure_cases, blamed), key=lambda line: ranks[line[0]]):
            first.setdefault((failure.row, failure.field), failure)
        return sorted(first.values())
    return []


def _to_judge(facts: Facts, name: str) -> list[object]:
    """Give the cells whose own value is to be judged: those that the sender changed."""
    changed = facts.changed(name).tolist()
    return [cell if new else None for cell, new in zip(facts.column(name), changed, strict=True)]


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
        checks.append(_check("not-a-date", lambda value: isinstance(value, date) or _is_far(value)))
        checks.append(_check("date-out-of-range", lambda value: not _is_far(value)))
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


def _is_far(value: object) -> bool:
    raw = value.raw if isinstance(value, Unread) else value
    return isinstance(raw, (str, date)) and is_far_day(raw)


def _check(code: str, holds: Callable[[object], bool]) -> pa.Check:
    """Make a check that looks once at each value, however often it stands in the column."""

    def over(series: pd.Series[object]) -> pd.Series[bool]:  # type: ignore[type-var]  # cells are of any kind
        known = {value: holds(value) for value in set(series)}
        return pd.Series([known[value] for value in series], index=series.index, dtype=bool)

    return pa.Check(over, error=code)


def _lines(cases: pd.DataFrame, blamed: Mapping[str, tuple[str, str]]) -> Iterable[tuple[str, Failure]]:
    """Give each line with the rule's column, empty for a check of the cell's own value."""
    for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        if index is None or pd.isna(index):
            # A check of ours raised or a column is missing: our bug, never the sender's.
            message = f"pandera could not run the check {check!r} on {column!r}"
            raise RuntimeError(message)
        field, code = blamed.get(str(column), (str(column), str(check)))
        yield str(column) if column in blamed else "", Failure(int(index), field, code)
