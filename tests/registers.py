"""What tests of the register share: «Nhiệm vụ» by field and assignment, editing it as the office would, and one round."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from openpyxl import load_workbook

from tdnv_sheets.pipeline.demo import grid_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Ran, SmallOffice

Opened: TypeAlias = Any
"""openpyxl's sheets and cells: its cells may be of ten types, which the assertions tell apart."""
ONE, TWO, THREE, SHARED = (f"NV-2026-{number:05}" for number in range(1, 5))
"""Tasks of the small office; the last one has two lead units."""
NEW = "NV-2026-00006"
"""The id that the next task will get."""
TASKS = "Nhiệm vụ"
UNITS = {"Chi cục Thủy lợi": "cctl", "Chi cục Kiểm lâm": "cckl", "Phòng Kế hoạch - Tài chính": "khtc"}


class TaskSheet:
    """«Nhiệm vụ» of a register."""

    def __init__(self, sheet: Opened) -> None:
        self.sheet = sheet
        self.columns, _ = grid_of(sheet)
        rows = sheet.iter_rows(values_only=True)
        self.header = next(number for number, row in enumerate(rows, 1) if "Mã nhiệm vụ" in row)

    @property
    def filled(self) -> list[int]:
        numbers = range(self.header + 1, self.sheet.max_row + 1)
        return [number for number in numbers if self.at(number, "task_content").value]

    @property
    def captions(self) -> list[str]:
        return [cell.value for cell in self.sheet[self.header]]

    def at(self, row: int, field: str) -> Opened:
        return self.sheet.cell(row, self.columns[field])

    def row(self, task: str, unit: str = "") -> int:
        found = [number for number in self.filled if self.at(number, "task_id").value == task]
        return next(number for number in found if not unit or UNITS[self.at(number, "unit").value] == unit)

    def set(self, task: str, field: str, value: object, unit: str = "") -> None:
        self.at(self.row(task, unit), field).value = value

    def add(self, **cells: object) -> int:
        """Type a new row below the last one; gives its number."""
        row = max(number for number in range(1, self.sheet.max_row + 1) if self._is_used(number)) + 1
        for field, value in cells.items():
            self.at(row, field).value = value
        return row

    def add_column(self, caption: str, values: dict[str, object]) -> int:
        """Add a column at the right with values by task id; gives its number."""
        column: int = self.sheet.max_column + 1
        self.sheet.cell(self.header, column).value = caption
        for task, value in values.items():
            self.sheet.cell(self.row(task), column).value = value
        return column

    def _is_used(self, number: int) -> bool:
        return any(cell.value is not None for cell in self.sheet[number])


@contextmanager
def edited(office: SmallOffice) -> Iterator[TaskSheet]:
    """Open the register, let it be changed, save it."""
    book = load_workbook(office.space.register)
    yield TaskSheet(book[TASKS])
    book.save(office.space.register)


def seen(office: SmallOffice) -> TaskSheet:
    """Open the register to look at it."""
    return TaskSheet(load_workbook(office.space.register)[TASKS])


def sync(office: SmallOffice, code: int = 0) -> Ran:
    """Do one round that ends with an exit code."""
    done = office.run("sync")
    assert done.code == code, done.out + done.err
    return done


def content(office: SmallOffice) -> str:
    """Give all that the ledger holds as one text."""
    connection = sqlite3.connect(office.space.hidden / "ledger.db")
    text = "\n".join(connection.iterdump())
    connection.close()
    return text


def stays_untouched(office: SmallOffice, code: int = 1) -> Ran:
    """Do a round that must take nothing and leave the register as it is."""
    before = content(office), office.space.register.read_bytes()
    done = sync(office, code)
    assert (content(office), office.space.register.read_bytes()) == before
    return done
