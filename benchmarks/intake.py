"""Measure intake against what people write with pandas, in one run, as ratios.

    uv run python -m benchmarks.intake [--files 300] [--rows 200]

Each file is an issued unit workbook, filled in; «ours» scans, reads, checks, merges and writes it into the ledger,
while the peers only read the cells. Each runs as its users would run it: ours looks for garbage as seldom as the
command line does, the peers as often as Python does by itself.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import shutil
import tempfile
import time
import zipfile
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
from openpyxl import load_workbook

from tdnv_sheets.cli.main import ALLOCATIONS
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.check import check_files
from tdnv_sheets.pipeline.demo import grid_of, label
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.issue import issue
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.start import Start, init

WARM = 8
"""Files that are checked first, so that every reader has begun."""
DAY = date(2026, 6, 10)
MOMENT = Moment(DAY, datetime(2026, 6, 10, 9))


def prepare(folder: Path, files: int, rows: int) -> list[Path]:
    """Make an office with *files* units of *rows* tasks each, issue to all, and fill every row in."""
    units = folder / "units.csv"
    with units.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("code", "name"), *((f"u{n}", f"Đơn vị số {n}") for n in range(files))])
    space, _ = init(folder / "office", Start("kon-tum-2022", "Văn phòng", units=units), MOMENT)
    with open_office(space) as office:
        tasks = tuple(
            NewTask((f"u{unit}",), {"task_content": f"Nhiệm vụ {row} của đơn vị {unit}", "deadline": date(2026, 7, 1)})
            for unit in range(files)
            for row in range(rows)
        )
        commit(office.ledger, Entry(MOMENT.now, DAY, "Văn phòng", "office", 0, new_tasks=tasks))
        issued = issue(office, parse_period("2026-M06"), MOMENT).files
    filled = folder / "filled"
    filled.mkdir()
    for item in issued:
        book = load_workbook(item.path)
        sheet = book.worksheets[1]
        columns, lines = grid_of(sheet)
        for number in (number for task, number in lines.items() if task.startswith("NV-")):
            sheet.cell(number, columns["progress"]).value = label("progress", "in_progress")
            sheet.cell(number, columns["result_summary"]).value = "Đang triển khai, đạt khoảng 60% khối lượng."
            sheet.cell(number, columns["reported_date"]).value = DAY
        book.save(filled / item.path.name)
    return sorted(filled.iterdir())


def unzipped(paths: list[Path]) -> None:
    """Unzip every part, and do nothing with it."""
    for path in paths:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                package.read(name)


def bare(paths: list[Path]) -> None:
    """Unzip every part and parse its elements one after the other, and do nothing with them."""
    for path in paths:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith(".xml"):
                    for _, element in ET.iterparse(io.BytesIO(package.read(name))):  # noqa: S314 - our own files
                        element.clear()


def with_pandas(paths: list[Path]) -> None:
    """Read as people write it."""
    pd.concat([pd.read_excel(path, sheet_name=1, header=4, engine="openpyxl") for path in paths])


def main() -> None:
    """Prepare, time each way once, print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rows", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = prepare(Path(folder), options.files + WARM, options.rows)
        warm, paths = paths[:WARM], paths[WARM:]
        with open_office(find(Path(folder, "office"))) as office:
            check_files(office, warm, MOMENT)  # imports, here and in the readers
            seconds = {}
            usual = gc.get_threshold()
            for name, work in (
                ("unzip only", lambda: unzipped(paths)),
                ("unzip and parse only", lambda: bare(paths)),
                ("pandas.concat(read_excel(openpyxl)), no check, no merge", lambda: with_pandas(paths)),
                ("ours: scan, read, check", lambda: check_files(office, paths, MOMENT)),
                ("ours: the same files checked again", lambda: check_files(office, paths, MOMENT)),
                ("ours: scan, read, check, merge, ledger, filing", lambda: ingest(office, paths, MOMENT)),
            ):
                gc.set_threshold(*((ALLOCATIONS,) if name.startswith("ours") else usual))
                start = time.perf_counter()
                work()
                seconds[name] = time.perf_counter() - start
        shutil.rmtree(folder, ignore_errors=True)
    peer = seconds["pandas.concat(read_excel(openpyxl)), no check, no merge"]
    least = seconds["unzip and parse only"]
    print(f"{options.files} files × {options.rows} rows")
    for name, spent in seconds.items():
        print(f"{spent:8.2f} s  {peer / spent:5.2f} × as fast as pandas  {spent / least:6.2f} × bare  {name}")


if __name__ == "__main__":
    main()
