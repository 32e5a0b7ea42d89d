"""An office with many small workbooks that come back filled in, and all that may be compared after they were taken in."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from openpyxl import load_workbook

from tdnv_sheets.inbox.shelf import NOTE_SUFFIX, waiting_files
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.arrivals import read_arrivals
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.demo import grid_of
from tests.conftest import TODAY, enter, run
from tests.databases import keep_ledger_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.records import Value

FIELDS: Final = ("result_summary", "difficulty", "proposal", "explanation")
"""Columns of a unit that take any text."""
_OWN_FILES: Final = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "key", "journal.json", "units.json"}
_AT: Final = re.compile(r"\d\d:\d\d \d\d/\d\d/\d{4}")
_NUMBERED: Final = re.compile(r" \(\d+\)(?=\.)")


@dataclass(frozen=True, slots=True)
class Issued:
    """An office with tasks, whose units each have their workbook."""

    space: Workspace
    books: Mapping[str, Path]
    """Unit → the workbook that was sent to it."""
    tasks: int
    """Of each unit."""

    def cells(self) -> list[tuple[str, int, str]]:
        """Give every cell that a unit may write into: unit, number of the row, field."""
        return [(unit, row, name) for row in range(self.tasks) for name in FIELDS for unit in self.books]


def make_office(folder: Path, *, units: int, tasks: int, ledger: str = "") -> Issued:
    """Make the office, its ledger at *ledger*, and send each unit its workbook."""
    codes = [f"dv{number:02}" for number in range(units)]
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "don-vi.csv"
    lines = (f"{code},Đơn vị thuộc Sở số {number},{code.upper()},Phòng" for number, code in enumerate(codes, 1))
    listed.write_text("\n".join(["code,name,aliases,kind", *lines, ""]), encoding="utf-8")
    root = folder / "vp"
    as_of = ("--as-of", TODAY.isoformat())
    done = run(*as_of, "init", root, "--units", listed)
    assert done.code == 0, done.err
    if ledger:
        point_to(find(root), ledger)
    day = date(2026, 3, 2)
    given: dict[str, Value] = {
        "assigner": "UBND tỉnh",
        "assigned_date": day,
        "document_date": day,
        "deadline_text": "30/6/2026",
    }
    enter(
        find(root),
        [
            ((code,), {**given, "task_content": f"Nhiệm vụ {number} của {code}", "deadline": date(2026, 6, 30)})
            for code in codes
            for number in range(tasks)
        ],
    )
    space = find(root)
    done = run("-C", root, *as_of, "issue", "--period", "2026-M06")
    assert done.code == 0, done.err
    sent = sorted(space.outbox.glob("*.xlsx"))
    return Issued(space, {code: _sent_to(number, sent) for number, code in enumerate(codes, 1)}, tasks)


def _sent_to(number: int, sent: list[Path]) -> Path:
    (path,) = (path for path in sent if re.search(rf"số {number}\b", path.name))
    return path


def point_to(space: Workspace, ledger: str) -> None:
    """Say in the settings where the ledger lies; the one that `init` made is left out."""
    settings = space.root / "tdnv.toml"
    settings.write_text(f'ledger = "{ledger}"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    Ledger.at(ledger).close()


def copied(space: Workspace, root: Path, ledger: str = "") -> Workspace:
    """Copy an office to *root*, its ledger to the address *ledger* where there is one."""
    shutil.copytree(space.root, root)
    if ledger:
        keep_ledger_in(find(root), ledger)
    return find(root)


def fill_many(office: Issued, folder: Path, count: int, *, seed: int, spoilt: bool) -> list[Path]:
    """Fill *count* workbooks in as clerks would; each cell is written by one file only, unless *spoilt*.

    Spoilt lots also hold cells that two files write, impossible days, repeated bytes, and files that are no workbook.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    folder.mkdir(parents=True)
    cells = office.cells()
    assert spoilt or count <= len(cells), "too few cells for so many files"
    paths: list[Path] = []
    for number in range(count):
        unit, row, name = cells[number % len(cells)]
        path = folder / f"{number:04} bản cập nhật {unit}.xlsx"
        kind = chance.random() if spoilt else 1.0
        if kind < 0.06 and paths:
            shutil.copyfile(chance.choice(paths), path)
        elif kind < 0.10:
            path.write_bytes(b"no workbook at all, but a letter of " + str(number).encode())
        else:
            typed: dict[tuple[int, str], Any] = {(row, name): f"Ghi lần {number}"}
            if kind < 0.30:
                typed[row, "completed_date"] = "giữa tháng"
            if kind > 0.8 and spoilt:
                typed[chance.randrange(office.tasks), "proposal"] = f"Kiến nghị {chance.randrange(3)}"
            fill(office.books[unit], typed, path)
        paths.append(path)
    return paths


def fill(book: Path, typed: Mapping[tuple[int, str], Any], path: Path) -> None:
    """Fill cells by the number of the row and the field."""
    opened = load_workbook(book)
    page = opened["Cập nhật"]
    columns, rows = grid_of(page)
    numbers = sorted(row for task, row in rows.items() if task.startswith("NV-"))
    for (row, name), value in typed.items():
        page.cell(numbers[row], columns[name]).value = value
    opened.save(path)


# ------------------------------------------------------------------ what may be compared


def ledger_facts(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that a ledger knows, without numbers of revisions and times, in the order in which it was written."""
    ledger = Ledger.at(url)
    queries = {
        "assignments": sa.select(
            t.assignments.c.task_id, t.assignments.c.unit, t.assignments.c.fields, t.assignments.c.unit_update
        ).order_by(t.assignments.c.task_id, t.assignments.c.unit),
        "changes": _of(t.changes, "task_id", "unit", "field", "old", "new", "rule").order_by(
            t.changes.c.revision, t.changes.c.task_id, t.changes.c.field
        ),
        "conflicts": _of(t.conflicts, "task_id", "unit", "field", "base", "ours", "theirs", "state", "file").order_by(
            t.conflicts.c.number
        ),
        "revisions": _of(t.revisions, "who", "source", "file", "digest").order_by(t.revisions.c.number),
        "files": _of(t.files, "digest", "content", "name", "unit", "verdict", "revision", "findings").order_by(
            t.files.c.name
        ),
        # How many rows a repeated file has depends on whether it had to be read; see `_heads` of the comparison.
        "arrivals": _of(
            t.arrivals, "name", "digest", "unit", "period", "verdict", "cells", "conflicts", "codes"
        ).order_by(t.arrivals.c.name, t.arrivals.c.verdict),
    }
    try:
        with ledger.writing() as connection:
            return {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}
    finally:
        ledger.close()


def _of(table: sa.Table, *names: str) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in names))


def shelf_facts(space: Workspace) -> dict[str, list[tuple[str, str]]]:
    """Give every file that lies in the workspace's folders: its name, and its bytes or what they say."""
    archive = space.root / space.settings.folders.archive
    return {
        "inbox": sorted(_lying(space.inbox)),
        "work": sorted(_lying(space.work)),
        "archive": sorted(_lying(archive)),
        "quarantine": sorted(_lying(space.quarantine)),
        "returned": sorted(_lying(space.returned)),
    }


def _lying(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.name
            yield name, (_note(path) if name.endswith(NOTE_SUFFIX) else _content(path))


def _note(path: Path) -> str:
    return _AT.sub("…", path.read_text(encoding="utf-8-sig"))


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cells_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give what a person sees in a workbook, without the time of day; one that is half written cannot be opened."""
    book = load_workbook(path)
    return {
        sheet.title: [tuple(map(_timeless, row)) for row in sheet.iter_rows(values_only=True)]
        for sheet in book
        if sheet.sheet_state == "visible"
    }


def _timeless(value: Any) -> Any:  # noqa: ANN401 - what openpyxl gives
    if isinstance(value, str):
        return _AT.sub("…", value)
    return "…" if isinstance(value, datetime) and value.time() != time() else value


def is_idle(space: Workspace) -> bool:
    """Say whether nothing waits any more."""
    work = waiting_files(space.work) if space.work.is_dir() else ()
    return not waiting_files(space.inbox) and not work


def left_behind(space: Workspace, own: Collection[str] = ()) -> Iterator[str]:
    """Name what commands left of their own outside the inbox; *own*: names of what belongs there."""
    for path in sorted(space.root.rglob("*")):
        if not path.is_file() or path.is_relative_to(space.inbox) or path.name in own:
            continue
        hidden = path.is_relative_to(space.hidden)
        if path.name.startswith(".") or (hidden and path.name not in _OWN_FILES):
            yield f"{path.relative_to(space.root)} was left behind"


def not_where_it_is_said_to_be(space: Workspace) -> Iterator[str]:
    """Say where the list of arrivals and the folders disagree: each file once, with its bytes."""
    ledger = Ledger.at(space.ledger_url)
    arrivals = read_arrivals(ledger, limit=100_000)
    ledger.close()
    said = Counter(one.kept for one in arrivals if one.kept)
    yield from (f"{place} is said to hold {count} files" for place, count in said.items() if count > 1)
    for one in arrivals:
        path = space.root / one.kept
        if one.kept and (not path.is_file() or _content(path) != one.digest):
            yield f"{one.kept} does not hold what arrived as {one.name}"
        if one.marked and not (space.root / one.marked).is_file():
            yield f"the marked copy {one.marked} is missing"
    folders = (space.root / space.settings.folders.archive, space.quarantine)
    lying = {
        path.relative_to(space.root).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(NOTE_SUFFIX)
    }
    yield from (f"{place} lies there and is not in the list of arrivals" for place in sorted(lying - said.keys()))


def differing(
    what: str, ours: Sequence[Any], theirs: Sequence[Any], when: str = "after kills", *, ordered: bool = True
) -> Iterator[str]:
    """Name what only one side has, and say when the order differs."""
    here, there = Counter(map(str, ours)), Counter(map(str, theirs))
    yield from (f"{what}: only {when}: {item}" for item in (here - there).elements())
    yield from (f"{what}: missing {when}: {item}" for item in (there - here).elements())
    if ordered and here == there and [*map(str, ours)] != [*map(str, theirs)]:
        yield f"{what}: in another order"
