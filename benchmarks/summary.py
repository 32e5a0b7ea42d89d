"""Measure the whole half-year report of a large ledger against pandas that groups the same table once.

    uv run python -m benchmarks.summary [--rows 100000]

The ledger holds five years. Both start from the same rows in memory. The report counts three periods, follows twelve
months, breaks down by assigner, level, document and year, lists, judges and checks; pandas only groups by unit and
status for assignments and distinct tasks, with the status given to it. Two ratios are printed: to the grouping alone, on
a frame that is ready, and to making the frame of the rows and grouping it, which is what the aim is set against.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pandas as pd

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.course import Judge
from tdnv_sheets.summary.build import summarise

if TYPE_CHECKING:
    from collections.abc import Callable

    from tdnv_sheets.records import Value

FIRST, DAYS = date(2021, 7, 1), 5 * 365
AS_OF = date(2026, 6, 24)
UNITS = tuple(f"dv{number:03}" for number in range(300))
JUDGE = Judge(regulation.load("tra-vinh-2024"), calendar.load(None), 5, "regulation", {})
RATIO_AIM, MEMORY_AIM = 10, 1024
ROUNDS = 5


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


def fastest(work: Callable[[], Any]) -> float:
    """Give the seconds of the fastest of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak() -> float | None:
    """Give the most memory that this process ever held, in megabytes; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> int:
    """Measure, and say whether the aims are met."""
    options = argparse.ArgumentParser(description="The half-year report against pandas.")
    options.add_argument("--rows", type=int, default=100_000)
    rows = ledger(options.parse_args().rows)
    period = parse_period("2026-H1")

    def whole() -> Any:  # noqa: ANN401 - measured, then looked at
        return summarise(rows, period, AS_OF, judge=JUDGE, units=UNITS)

    report = whole()
    if any(not check.ok for check in report.checks):
        print("the report does not reconcile")
        return 1
    held, ours = peak(), fastest(whole)
    statuses = [JUDGE.judgement(row, AS_OF).status.value for row in rows]
    frame = frame_of(rows, statuses)
    alone = fastest(lambda: grouped(frame))
    both = fastest(lambda: grouped(frame_of(rows, statuses)))
    print(
        f"{len(rows):,} assignments; {report.total.total:,} in the report, {len(report.breakdowns.documents):,} documents"
    )
    print(f"whole report              {ours * 1000:8.0f} ms")
    print(f"pandas groups a frame     {alone * 1000:8.0f} ms   ratio {ours / alone:6.1f}")
    print(f"pandas makes and groups   {both * 1000:8.0f} ms   ratio {ours / both:6.1f}   aim ≤ {RATIO_AIM}")
    if held is not None:
        print(f"memory                    {held:8.0f} MB                  aim ≤ {MEMORY_AIM}")
    return 0 if ours / both <= RATIO_AIM and (held is None or held <= MEMORY_AIM) else 1


if __name__ == "__main__":
    raise SystemExit(main())
