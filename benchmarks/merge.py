"""Measure how long it takes to decide one file: 200 rows, 14 columns, 600 changed cells (the aim is 2 ms).

uv run python benchmarks/merge.py
"""

from __future__ import annotations

import time
from datetime import date, timedelta

from tdnv_sheets.merge.cell import Side
from tdnv_sheets.merge.rows import merge
from tdnv_sheets.records import Key, Submission, SubmittedRow, Value
from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec

ROWS, CHANGED, RUNS = 200, 3, 50


def value(name: str, number: int) -> Value:
    """Give the cell of a column, another one for another number."""
    day = assignment_spec().by_name[name].kind is Kind.DATE
    return date(2026, 1, 1) + timedelta(number % 28) if day else f"giá trị {name} số {number}"


def main() -> None:
    """Print the best of some runs."""
    spec = assignment_spec()
    own = [field.name for field in spec.fields if field.owner is Owner.UNIT]
    others = [field.name for field in spec.fields if field.owner is Owner.OFFICE]
    base: dict[Key, dict[str, Value]] = {}
    rows = []
    for number in range(ROWS):
        key = Key(f"NV-2026-{number:05}", "cctl")
        base[key] = {name: value(name, number) for name in (*others, *own[:8])}
        cells = {name: base[key].get(name) for name in own}
        rows.append(SubmittedRow(number, key, cells | {name: value(name, number + 1) for name in own[:CHANGED]}))
    ours = {key: {**fields, "decision": "confirmed"} for key, fields in base.items()}
    submission = Submission("", "cctl", "", 1, tuple(rows))
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        outcome = merge(submission, base, ours, spec=spec, side=Side.UNIT)
        spent.append(time.perf_counter() - start)
    print(f"{len(outcome.changes)} changed cells in {ROWS} rows: {min(spent) * 1000:.2f} ms")


if __name__ == "__main__":
    main()
