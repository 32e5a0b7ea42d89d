"""Decide which cells of one workbook are damaged and how, write the workbook, and say what must be found in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from openpyxl import load_workbook

from tdnv_sheets.grid import address
from tdnv_sheets.pipeline.demo import grid_of
from tdnv_sheets.sheetspec import assignment_spec
from tests.conftest import id_row
from tests.damage_classes import CLASSES, ERROR, SHOWN, Row
from tests.damage_office import Answer, answers_for, missing_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.damage_classes import Class
    from tests.damage_office import Desk, Written

UPDATE, MISSING = "Cập nhật", "Nhiệm vụ thiếu"
ID: Final = "task_id"
_OF_FORM: Final = {ID} | {spec.name for spec in SHOWN}


class Mark(NamedTuple):
    """What must be said of one cell."""

    sheet: str
    cell: str
    code: str
    severity: str


class Hit(NamedTuple):
    """One cell that a damage writes into."""

    task: str
    field: str


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: what it writes, and the cells at which it must be found."""

    name: str
    code: str
    severity: str
    writes: Mapping[Hit, Written]
    found_at: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """One workbook as it was sent, and all that a true check says of it."""

    path: Path
    unit: str
    answers: Mapping[str, Answer]
    missing: Sequence[Mapping[str, Written]]
    damages: tuple[Damage, ...]
    marks: frozenset[Mark]
    lost: frozenset[str]
    """Tasks whose row no longer says whose it is."""
    unread: frozenset[str]
    """Tasks whose row cannot be taken at all: lost ones, and those that two rows claim."""
    day_texts: frozenset[tuple[str, str]]
    """(sheet, cell) where a day stands as text: it may be listed as repaired."""


def send(r: Random, desk: Desk, unit: str, path: Path, *, cells: int, classes: Sequence[Class] = CLASSES) -> Sent:
    """Fill a unit's workbook in rightly, then damage about *cells* of its cells; 0 leaves it right."""
    base = desk.base[unit]
    answers = answers_for(r, base)
    lines = missing_lines(r, unit)
    plan = _Plan(r, desk, unit, answers)
    if cells:
        plan.damage_ids(cells // 20)
        plan.damage_cells(cells - len(plan.damages), classes)
    book = load_workbook(desk.issued[unit])
    sheet = book[UPDATE]
    columns, rows = grid_of(sheet)
    written = {Hit(task, name): value for task, one in answers.items() for name, value in one.written.items()}
    for damage in plan.damages:
        written |= damage.writes
    for (task, name), value in written.items():
        sheet.cell(rows[task], columns[name]).value = value
    marks = {
        Mark(UPDATE, address(rows[task], columns[name]), damage.code, damage.severity)
        for damage in plan.damages
        for task, name in damage.found_at
    }
    texts = {
        (UPDATE, address(rows[task], columns[name]))
        for (task, name), value in written.items()
        if isinstance(value, str) and isinstance(answers[task].meant.get(name), date)
    }
    marks |= _missing_sheet(r, book, lines, spoil=bool(cells))
    book.save(path)
    lost, unread = frozenset(plan.lost), frozenset(plan.unread)
    return Sent(path, unit, answers, lines, tuple(plan.damages), frozenset(marks), lost, unread, frozenset(texts))


class _Plan:
    """The damages chosen so far, and the cells that they need for themselves."""

    def __init__(self, r: Random, desk: Desk, unit: str, answers: Mapping[str, Answer]) -> None:
        self._r = r
        self._desk = desk
        self._unit = unit
        self._answers = answers
        self._taken = {Hit(task, name) for task, answer in answers.items() for name in answer.pinned}
        self.damages: list[Damage] = []
        self.lost: set[str] = set()
        self.unread: set[str] = set()

    def damage_ids(self, count: int) -> None:
        """Overwrite up to *count* ids: an unknown one, another unit's, another row's, none."""
        free = [task for task, answer in self._answers.items() if "progress" in answer.written and not answer.pinned]
        self._r.shuffle(free)
        for _ in range(self._r.randint(0, count)):
            if len(free) < 2:
                return
            self._damage_id(free.pop(), free)

    def _damage_id(self, task: str, free: list[str]) -> None:
        others = [key for unit, tasks in self._desk.base.items() if unit != self._unit for key in tasks]
        unknown = f"NV-2026-{self._r.randrange(90_000, 99_999)}"
        name, code, value = self._r.choice(
            (
                ("an id that nobody gave", "unknown-row", unknown),
                ("another unit's id", "foreign-row", self._r.choice(others)),
                ("an id deleted", "row-without-id", None),
                ("another row's id", "duplicate-row", ""),
            )
        )
        hit, rows = Hit(task, ID), [task]
        if code == "duplicate-row":
            value = free.pop()
            rows.append(value)
        self.damages.append(Damage(name, code, ERROR, {hit: value}, tuple(Hit(row, ID) for row in rows)))
        self.lost.add(task)
        self.unread.update(rows)
        self._taken |= {Hit(row, field) for row in rows for field in _OF_FORM}

    def damage_cells(self, count: int, classes: Sequence[Class]) -> None:
        """Damage up to *count* cells, each by itself: no damage changes what must be said of another."""
        tasks = list(self._answers)
        for _ in range(count * 20):
            if sum(len(damage.found_at) for damage in self.damages) >= count:
                return
            self._damage_cell(self._r.choice(tasks), self._r.choice(classes))

    def _damage_cell(self, task: str, kind: Class) -> None:
        spec = assignment_spec().by_name[self._r.choice(kind.fields)]
        answer = self._answers[task]
        writes = kind.spoil(self._r, spec, Row(self._desk.base[self._unit][task], answer.meant))
        if writes is None:
            return
        needed = {Hit(task, name) for name in (spec.name, *writes, *kind.takes)}
        if needed & self._taken:
            return
        self._taken |= needed
        hits = {Hit(task, name): value for name, value in writes.items()}
        self.damages.append(Damage(kind.name, kind.code, kind.severity, hits, (Hit(task, spec.name),)))


def _missing_sheet(r: Random, book: Workbook, lines: Sequence[Mapping[str, Written]], *, spoil: bool) -> set[Mark]:
    """Write «Nhiệm vụ thiếu» and damage up to one cell of each line."""
    sheet = book[MISSING]
    first, columns = id_row(sheet, "task_content")
    marks = set()
    for number, line in enumerate(lines, first):
        typed = dict(line)
        if spoil and r.random() < 0.5:
            name, code, value = r.choice(MISSING_DAMAGES)
            typed[name] = value
            marks.add(Mark(MISSING, address(number, columns[name]), code, ERROR))
        _type_line(sheet, number, columns, typed)
    return marks


def _type_line(sheet: Worksheet, number: int, columns: Mapping[str, int], typed: Mapping[str, Written]) -> None:
    for name, value in typed.items():
        sheet.cell(number, columns[name]).value = value


MISSING_DAMAGES: Final[tuple[tuple[str, str, Written], ...]] = (
    ("document_date", "not-a-date", "hôm kia"),
    ("document_date", "not-a-date", "31/6/2026"),
    ("document_date", "date-out-of-range", date(2206, 5, 20)),
    ("document_date", "error-value", "#REF!"),
    ("task_content", "required", None),
    ("task_content", "formula", "=B6"),
    ("task_content", "too-long", "Dài. " * 900),
    ("document_number", "error-value", "#N/A"),
)
"""(field, the finding's code, what is written) on «Nhiệm vụ thiếu»."""
