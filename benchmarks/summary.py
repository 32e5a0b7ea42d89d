"""Measure the whole half-year report of a large ledger against pandas that groups the same table once.

    uv run python -m benchmarks.summary [--rows 100000]

The ledger holds five years. The report counts three periods, follows twelve months, breaks down by assigner, level,
document and year, lists, judges and checks; pandas only groups by unit and status for assignments and distinct tasks, with
the status given to it. Two ratios are printed, and the aim is set against both: each from a table that is ready in
columns, and each from the same rows in memory, of which it makes its table first. The collector of cyclic garbage
looks as seldom as it does in `tdnv` itself.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd

from tdnv_sheets import calendar, regulation
from tdnv_sheets.cli.main import ALLOCATIONS
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.rules.table import table_of
from tdnv_sheets.summary.build import summarise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdnv_sheets.records import Value
    from tdnv_sheets.rules.table import Table
    from tdnv_sheets.summary.figures import Summary

FIRST, DAYS = date(2021, 7, 1), 5 * 365
AS_OF = date(2026, 6, 24)
UNITS = tuple(f"dv{number:03}" for number in range(300))
JUDGE = Judge(regulation.load("tra-vinh-2024"), calendar.load(None), 5, "regulation", {})
RATIO_AIM, MEMORY_AIM = 10, 1024
ROUNDS = 10


def ledger(size: int) -> list[Assignment]:
    """Make a ledger: documents of one to seven tasks, most with one lead, nearly all done and confirmed after a while."""
    random, rows, number, paper = Random(20260624), [], 0, 0  # noqa: S311 - no secret
    assigners = JUDGE.regulation.assigners(AS_OF)
    while len(rows) < size:
        paper += 1
        day = FIRST + timedelta(days=random.randrange(DAYS))
        document: dict[str, Value] = {
            "document_number": f"{paper}/UBND-TH",
            "document_date": day,
            "document_summary": f"Về nhiệm vụ trọng tâm số {paper} trên địa bàn tỉnh",
            "assigner": random.choice(assigners),
            "assigned_date": day,
        }
        for _ in range(random.randint(1, 7)):
            number += 1
            for unit in random.sample(UNITS, random.choice((1, 1, 1, 1, 1, 2, 3))):
                fields = {**document, "task_content": f"Nội dung nhiệm vụ {number}", **_fate(random, day)}
                rows.append(Assignment(Key(f"NV-{day.year}-{number:06}", unit), fields))
    return rows[:size]


def _fate(random: Random, day: date) -> dict[str, Value]:
    fields: dict[str, Value] = {"progress": "in_progress"}
    if random.random() < 0.75:
        fields["deadline"] = day + timedelta(days=random.randint(10, 120))
    done = day + timedelta(days=random.randint(5, 130))
    if done <= AS_OF and random.random() < 0.97:
        fields |= {"progress": "done", "result_date": done, "completed_date": done, "reported_date": done}
        if random.random() < 0.98:
            fields |= {"decision": "confirmed", "decision_date": done + timedelta(days=random.randint(0, 9))}
    return fields


def frame_of(rows: list[Assignment], statuses: list[str]) -> pd.DataFrame:
    """Make the table of the rows, as pandas users do."""
    records = [{"task_id": row.key.task_id, "unit": row.key.unit, **row.fields} for row in rows]
    return pd.DataFrame.from_records(records).assign(status=statuses)


def grouped(frame: pd.DataFrame) -> pd.DataFrame:
    """Count assignments and distinct tasks by unit and status."""
    counted: pd.DataFrame = frame.groupby(["unit", "status"])["task_id"].agg(["size", "nunique"])
    return counted


def peak() -> float | None:
    """Give the most memory that this process ever held, in megabytes; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> int:
    """Measure, and say whether the aims are met."""
    gc.set_threshold(ALLOCATIONS)
    options = argparse.ArgumentParser(description="The half-year report against pandas.")
    options.add_argument("--rows", type=int, default=100_000)
    rows = ledger(options.parse_args().rows)
    period = parse_period("2026-H1")

    def report(ledger: Sequence[Assignment] | Table) -> Summary:
        return summarise(ledger, period, AS_OF, judge=JUDGE, units=UNITS)

    found, table = report(rows), table_of(rows, JUDGE.trails)
    if any(not check.ok for check in found.checks):
        print("the report does not reconcile")
        return 1
    held = peak()
    statuses = [JUDGE.judgement(row, AS_OF).status.value for row in rows]
    frame = frame_of(rows, statuses)
    print(
        f"{len(rows):,} assignments; {found.total.total:,} in the report, {len(found.breakdowns.documents):,} documents"
    )
    ready = compared("a table that is ready", lambda: report(table), lambda: grouped(frame))
    made = compared("the rows", lambda: report(rows), lambda: grouped(frame_of(rows, statuses)))
    if held is not None:
        print(f"memory {held:.0f} MB, aim ≤ {MEMORY_AIM}")
    return 0 if max(ready, made) <= RATIO_AIM and (held is None or held <= MEMORY_AIM) else 1


def compared(start: str, ours: Callable[[], Any], theirs: Callable[[], Any]) -> float:
    """Measure the report and pandas from the same start, by turns; print the fastest of each, and give their ratio."""
    rounds = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = map(min, zip(*rounds, strict=True))
    times = f"whole report {mine * 1000:5.0f} ms, pandas {other * 1000:5.0f} ms"
    print(f"from {start:22} {times}, ratio {mine / other:4.1f}, aim ≤ {RATIO_AIM}")
    return mine / other


def seconds(work: Callable[[], Any]) -> float:
    """Give the seconds that making something takes; what was made is thrown away afterwards."""
    start = time.perf_counter()
    made = work()
    spent = time.perf_counter() - start
    del made
    return spent


if __name__ == "__main__":
    raise SystemExit(main())
