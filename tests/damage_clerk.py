"""Walk the way back: a damaged workbook comes in, a clerk corrects what «Cần sửa» lists in the marked copy, it is accepted."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from openpyxl import load_workbook

from tdnv_sheets.grid import letters
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline.demo import grid_of
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tests.conftest import NOW, TODAY, id_row
from tests.damage_classes import CLASSES, ERROR
from tests.damage_office import dice
from tests.damage_plan import MISSING, UPDATE, Sent, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.records import Value
    from tests.damage_office import Desk, Written

FIX: Final = "Cần sửa"
FIRST_ITEM: Final = 8
ADDRESS: Final = re.compile(r"([A-Z]+)(\d+)")
MOMENT: Final = Moment(TODAY, NOW)
HOLDING: Final = tuple(kind for kind in CLASSES if kind.severity == ERROR)
"""A row that is only warned about is taken in at once; what the clerk says of it later is a second word on the same
base, and becomes a conflict (practice/workbooks.md C.2, rules 7 and 23). So the way back is walked with errors."""


class Item(NamedTuple):
    """One line of «Cần sửa»."""

    sheet: str
    cell: str
    task: str


class State(NamedTuple):
    """What an office holds: assignments by unit and task, proposals in whatever order, how many conflicts are open."""

    fields: Mapping[tuple[str, str], Mapping[str, Value]]
    proposals: tuple[str, ...]
    conflicts: int


def walk_back(
    seed: int, desk: Desk, folder: Path, *, cells: int, resave: Callable[[Path], Path] = lambda path: path
) -> list[str]:
    """Damage a workbook of each unit, take them in, correct the marked copies, take these in; say what went wrong.

    *resave* may put the corrected copies through another program.
    """
    folder.mkdir(parents=True)
    damaged = [
        send(dice(seed), desk, unit, folder / f"{unit} sai.xlsx", cells=cells, classes=HOLDING) for unit in desk.issued
    ]
    right = [send(dice(seed), desk, unit, folder / f"{unit} dung.xlsx", cells=0).path for unit in desk.issued]
    with _office(desk, folder / "there") as there, _office(desk, folder / "here") as here:
        expected = ingest(there, right, MOMENT)
        first = ingest(here, [sent.path for sent in damaged], MOMENT)
        problems = [f"{one.file}: no marked copy came back" for one in first if one.marked_at is None]
        problems += [f"{one.file}: {line}" for one in first for line in _placeless(one.marked_at)]
        copies = [
            resave(correct(one.marked_at, sent, folder / f"{sent.unit} sua.xlsx"))
            for one, sent in zip(first, damaged, strict=True)
            if one.marked_at is not None
        ]
        second = ingest(here, copies, MOMENT)
        for one in (*expected, *second):
            problems += [f"{one.file}: {line}" for line in _not_whole(one)]
        problems += _differences(state_of(there), state_of(here))
    return [f"seed {seed}: {line}" for line in problems]


@contextmanager
def _office(desk: Desk, to: Path) -> Iterator[Office]:
    """Open a copy of the desk's office."""
    shutil.copytree(desk.office.root, to)
    with open_office(find(to)) as office:
        yield office


def _not_whole(received: Received) -> Iterator[str]:
    if received.verdict.value != "accepted" or received.held:
        yield f"{received.verdict.value}, {received.held} rows held"
    for about in received.abouts:
        if about.finding.severity.value in {"error", "warning"}:
            yield f"{about.finding.code} at {about.finding.sheet}!{about.finding.cell}: {about.finding.value}"


def state_of(office: Office) -> State:
    """Read what an office holds."""
    held = office.ledger.assignments()
    fields = {(key.unit, key.task_id): dict(item.fields) for key, item in held.items()}
    proposals = sorted(repr((one.unit, sorted(one.fields.items()))) for one in office.ledger.open_proposals())
    return State(fields, tuple(proposals), len(office.ledger.open_conflicts()))


def _differences(there: State, here: State) -> Iterator[str]:
    for key, fields in there.fields.items():
        for name in {*fields, *here.fields[key]}:
            right, got = fields.get(name), here.fields[key].get(name)
            if right != got:
                yield f"ledger {key} {name}: {got!r}, should be {right!r}"
    if there.proposals != here.proposals:
        yield f"proposals: {here.proposals}, should be {there.proposals}"
    if here.conflicts:
        yield f"{here.conflicts} conflicts"


# ------------------------------------------------------------------ the clerk at work


def correct(marked: Path, sent: Sent, target: Path) -> Path:
    """Correct in the marked copy what «Cần sửa» lists, and nothing else; rows that it left out are typed in again."""
    book = load_workbook(marked)
    right = _what_is_meant(sent)
    columns, rows = grid_of(book[UPDATE])
    tasks, names = _turned(rows), _turned(columns)
    for item in to_do(book):
        address = ADDRESS.match(item.cell)
        if address is None:
            continue
        column, row = _number(address[1]), int(address[2])
        if item.sheet == MISSING:
            _correct_missing(book, sent, row, column)
        elif item.sheet == UPDATE and "(" not in item.cell:
            name, task = names[column], tasks[row]
            if (task, name) in right:
                book[UPDATE].cell(row, column).value = right[task, name]
    for task in sent.unread:
        for name in (spec.name for spec in assignment_spec().shown_on("update") if spec.owner is Owner.UNIT):
            book[UPDATE].cell(rows[task], columns[name]).value = right[task, name]
    book.save(target)
    return target


def _placeless(marked: Path | None) -> Iterator[str]:
    """Name what «Cần sửa» lists of «Nhiệm vụ thiếu» without its place in the copy itself: all its rows are drawn there."""
    items = to_do(load_workbook(marked)) if marked else iter(())
    return (
        f"«Cần sửa» gives no place in the copy for {item}"
        for item in items
        if item.sheet == MISSING and "(" in item.cell
    )


def to_do(book: Workbook) -> Iterator[Item]:
    """Read «Cần sửa» down to the heading over what needs no hand."""
    for line in book[FIX].iter_rows(min_row=FIRST_ITEM, max_col=5, values_only=True):
        if not isinstance(line[0], int):
            return
        _, _, sheet, cell, task = line
        yield Item(str(sheet), str(cell), str(task or ""))


def _what_is_meant(sent: Sent) -> dict[tuple[str, str], Written]:
    """Give what the clerk writes into each cell of the unit: as before the damage, empty where nothing was said."""
    spec = assignment_spec()
    right: dict[tuple[str, str], Written] = {}
    for task, answer in sent.answers.items():
        for one in spec.shown_on("update"):
            if one.owner is Owner.UNIT:
                meant = answer.meant.get(one.name)
                label = one.label(meant, "vi") if one.choices else meant
                right[task, one.name] = answer.written.get(one.name, label or None)
    return right


def _correct_missing(book: Workbook, sent: Sent, row: int, column: int) -> None:
    sheet = book[MISSING]
    first, columns = id_row(sheet, "task_content")
    sheet.cell(row, column).value = sent.missing[row - first][_turned(columns)[column]]


def _turned(names: Mapping[str, int]) -> dict[int, str]:
    return {number: name for name, number in names.items()}


def _number(text: str) -> int:
    return next(number for number in range(1, 200) if letters(number) == text)
