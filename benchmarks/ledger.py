"""Measure what one more file costs in a small ledger and in a large one, on both databases, as ratios.

    uv run python -m benchmarks.ledger [--small 1000] [--large 100000] [--files 30]

A file states 600 changed cells in 200 assignments of its unit. Measured is all that the ledger does for it: what was
issued, what is there now, the conflicts that wait, the commit. A ledger is filled as offices fill theirs, by takeover.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from tests.databases import KINDS, fresh, run_of_tests

from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Change, Conflict, Key

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9)
ROWS = 200
CELLS = ("progress", "difficulty", "proposal")
FIELDS = {f"field_{number:02}": f"Nội dung của ô thứ {number} trong sổ theo dõi" for number in range(8)}
DATES = {f"day_{number}": DAY + timedelta(days=number) for number in range(2)}
LOT = 5_000


def filled(url: str, size: int) -> Ledger:
    """Make a ledger of *size* assignments, 200 to a unit, each with an open conflict in every tenth row."""
    ledger = Ledger.at(url)
    texts = dict.fromkeys(CELLS, "cũ") | FIELDS | DATES
    for start in range(0, size, LOT):
        numbers = range(start, min(start + LOT, size))
        tasks = tuple(NewTask((f"u{n // ROWS}",), {"task_content": f"Nhiệm vụ {n}", **texts}) for n in numbers)
        done = commit(ledger, Entry(AT, DAY, "Văn phòng", "takeover", ledger.revision(), new_tasks=tasks))
        if done is None:
            raise SystemExit("somebody else writes to this ledger")
        keys = [Key(task, f"u{n // ROWS}") for task, n in zip(done.task_ids, numbers, strict=True)]
        conflicts = tuple(Conflict(key, "result", None, None, "khác") for key in keys[::10])
        commit(ledger, Entry(AT, DAY, "u0", "unit", ledger.revision(), conflicts=conflicts))
    return ledger


def settle(url: str) -> None:
    """Gather statistics, as PostgreSQL does by itself within a minute of a bulk load; before that its plans are guesses."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def one_more_file(ledger: Ledger, keys: list[Key], name: str) -> tuple[float, float]:
    """Take one file in; give the seconds of clock and of work."""
    start, worked = time.perf_counter(), time.process_time()
    decided_at = ledger.revision()
    content = f"{name} {keys[0].unit}"
    ledger.receipt(content)
    ledger.receipt_of(content)
    now = ledger.as_now(ledger.at_revision(keys, decided_at), decided_at)
    ledger.open_conflicts(keys=keys)
    changes = tuple(Change(key, cell, now[key][cell], f"{name} {cell}", "5") for key in keys for cell in CELLS)
    record = {"digest": content, "content": content, "name": name, "at": AT, "verdict": "accepted"}
    entry = Entry(
        at=AT,
        day=DAY,
        who=keys[0].unit,
        source="unit",
        decided_at=decided_at,
        reads=frozenset(keys),
        then=now,
        file=name,
        changes=changes,
        file_record=record,
    )
    if commit(ledger, entry) is None:
        raise SystemExit("somebody else writes to this ledger")
    return time.perf_counter() - start, time.process_time() - worked


def measure(kind: str, small: int, large: int, files: int) -> float:
    """Print what a file costs in both ledgers of one kind; give the ratio. The two take turns, so both see the same machine."""
    with tempfile.TemporaryDirectory() as folder, fresh(kind, Path(folder)) as one, fresh(kind, Path(folder)) as other:
        ledgers = {size: filled(url, size) for size, url in ((small, one), (large, other))}
        if kind == "postgresql":
            for url in (one, other):
                settle(url)
        seconds: dict[int, list[tuple[float, float]]] = {small: [], large: []}
        for number in range(files + 3):
            for size, ledger in ledgers.items():
                unit = number * 7 % (size // ROWS)
                keys = [Key(f"NV-2026-{n + 1:05}", f"u{unit}") for n in range(unit * ROWS, (unit + 1) * ROWS)]
                spent = one_more_file(ledger, keys, f"tệp {number}")
                if number > 2:  # the first ones put the statements together
                    seconds[size].append(spent)
        for ledger in ledgers.values():
            ledger.close()
    medians = {}
    for size, spent in seconds.items():
        clock, work = (statistics.median(part) for part in zip(*spent, strict=True))
        medians[size] = clock
        print(
            f"{kind}: {size} assignments, one more file {clock * 1000:.1f} ms, of which work here {work * 1000:.1f} ms"
        )
    ratio = medians[large] / medians[small]
    print(f"{kind}: ratio {ratio:.2f}")
    return ratio


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=30)
    parser.add_argument("--database", choices=KINDS)
    given = parser.parse_args()
    with run_of_tests():
        for kind in (given.database,) if given.database else KINDS:
            measure(kind, given.small, given.large, given.files)


if __name__ == "__main__":
    main()
