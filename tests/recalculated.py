"""The register of a random office, recalculated by LibreOffice and held against the rules, cell by cell.

`python -m tests.recalculated [--n 2000]` is the long form: each regulation at three as-of days.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpyxl import load_workbook

from tdnv_sheets import calendar, regulation
from tdnv_sheets.calendar import SATURDAY
from tdnv_sheets.pipeline.demo import grid_of
from tdnv_sheets.records import Assignment, Key, Trail, Unit
from tdnv_sheets.render.live import CELLS, Live, Rule
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.shown import words_for
from tdnv_sheets.render.view import RegisterView, Row
from tdnv_sheets.rules.status import judge
from tdnv_sheets.settings import DEFAULT_COLOURS
from tests.law_oracle import random_office

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.regulation import Regulation
    from tests.law_oracle import Task

DAYS: Final = (date(2026, 3, 2), date(2026, 6, 19), date(2026, 12, 31))
CALENDAR: Final = calendar.load(None)
UNITS: Final = (Unit("SNV", "Sở Nội vụ"),)
SHEET: Final = "Nhiệm vụ"
_ALWAYS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""LibreOffice trusts the values in a file unless it is told to calculate always."""


def judged(rules: Regulation, tasks: Sequence[Task], as_of: date) -> tuple[Row, ...]:
    """Give the rows of a register as of a day."""
    rows = []
    for number, task in enumerate(tasks, 1):
        item = Assignment(Key(f"NV-2026-{number:05}", "SNV"), task.fields)
        trail = Trail(last_update=task.heard)
        judgement = judge(item, as_of, regulation=rules, calendar=CALENDAR, due_soon_days=5, trail=trail)
        rows.append(Row(item, judgement))
    return tuple(rows)


def view_of(rules: Regulation, rows: tuple[Row, ...], as_of: date, lang: str = "vi") -> RegisterView:
    """Give what the register shows, live."""
    special = CALENDAR.special_days(date(2025, 1, 1), date(2027, 12, 31))
    live = Live(
        rules=tuple(Rule(since, each, each.confirmation) for since, each in rules.completions),
        off=tuple(day.day for day in special if not day.works and day.day.weekday() < SATURDAY),
        worked=tuple(day.day for day in special if day.works and day.day.weekday() >= SATURDAY),
        follows_clock=False,
    )
    return RegisterView(
        office="Sở Nội vụ",
        regulation_title=rules.title,
        assigners=(),
        lang=lang,
        as_of=as_of,
        revision=1,
        token="-",  # noqa: S106 - nobody reads it
        rows=rows,
        counted=rows,
        extra_headers=(),
        units=UNITS,
        conflicts=(),
        log=(),
        proposals=(),
        due_soon_days=5,
        spare_rows=0,
        colours=DEFAULT_COLOURS,
        live=live,
    )


def recalculate(path: Path, folder: Path, *kinds: str) -> Path:
    """Let LibreOffice calculate everything anew and save it, through *kinds* of files one after the other."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
    for number, kind in enumerate(kinds or ("xlsx",)):
        out = folder / f"calculated {number}"
        command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=540)
        path = out / f"{path.stem}.{kind}"
    return path


def live_cells(path: Path) -> dict[tuple[str, str], Any]:
    """Give the value of every computed cell by task and field; what is empty for the eye is None."""
    sheet = load_workbook(path, data_only=True)[SHEET]
    columns, rows = grid_of(sheet)
    found = {}
    for task, row in rows.items():
        for field in CELLS if task.startswith("NV-") else ():
            value = sheet.cell(row, columns[field]).value
            found[task, field] = value.date() if isinstance(value, datetime) else (None if value == "" else value)
    return found


def expected(rows: Sequence[Row], lang: str = "vi") -> dict[tuple[str, str], Any]:
    """Give the same from the rules."""
    words = words_for(UNITS, lang)
    readers = {field: words.reader(field) for field in CELLS}
    return {(row.assignment.key.task_id, field): read(row) for row in rows for field, read in readers.items()}


def differences(name: str, count: int, seed: int, as_of: date, folder: Path) -> Iterator[str]:
    """Name every cell of which the drawn value, LibreOffice and the rules do not say the same."""
    rules, tasks = regulation.load(name), list(random_office(count, seed))
    rows = judged(rules, tasks, as_of)
    path = folder / f"{name}.xlsx"
    draw_register(view_of(rules, rows, as_of), path)
    wanted = expected(rows)
    for where, found in (("drawn", live_cells(path)), ("calculated", live_cells(recalculate(path, folder)))):
        for cell, value in wanted.items():
            if found.get(cell) != value:
                yield f"{name} {as_of} {where} {cell}: {found.get(cell)!r}, not {value!r}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="how many assignments")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wrong = 0
    for number, of in enumerate(regulation.available()):
        for day in DAYS:
            with tempfile.TemporaryDirectory() as place:
                said = list(differences(of, asked.n, asked.seed + number, day, Path(place)))
            print(f"{of} {day}: {asked.n} assignments, {len(said)} differences")  # noqa: T201 - its answer
            print(*said[:5], sep="\n", end="\n" if said else "")  # noqa: T201
            wrong += len(said)
    raise SystemExit(1 if wrong else 0)
