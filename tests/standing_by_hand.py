"""What the office does to its register with other programs, between two redraws."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from tests.graft_test import OWN as OWN_SHEET
from tests.graft_test import with_own_sheet
from tests.packages import Layout, parts, relaid
from tests.registers import TASKS as SHEET
from tests.registers import TaskSheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from random import Random

OWN: Final = "extra:Ghi riêng"
TEXTS: Final = ("note", "difficulty", "result_summary", "proposal", "coordinating_units")


@contextmanager
def _opened(path: Path) -> Iterator[TaskSheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says what it takes away of the office's, which is its matter
        book = load_workbook(io.BytesIO(path.read_bytes()))
    yield TaskSheet(next(sheet for sheet in book if sheet.title == SHEET))
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())


def _own_sheet(path: Path, _: Random) -> None:
    data = path.read_bytes()
    path.write_bytes(
        relaid(data, Layout(turned=True))
        if OWN_SHEET.encode() in parts(data)["xl/workbook.xml"]
        else with_own_sheet(data)
    )


def _saved(path: Path, random: Random) -> None:
    layout = Layout(shift=random.choice((0, 7)), looks_turned=random.random() < 0.5, texts_turned=True, turned=True)
    path.write_bytes(relaid(path.read_bytes(), layout))


def _paint(path: Path, random: Random) -> None:
    with _opened(path) as page:
        fill = PatternFill("solid", fgColor=random.choice(("FFFF00", "00FF00")))
        row = random.choice(page.filled)
        wide = range(1, page.sheet.max_column + 1)
        for column in wide if random.random() < 0.5 else (page.columns["note"], page.columns["status"]):
            page.sheet.cell(row, column).fill = fill
        page.at(random.choice(page.filled), "task_content").font = Font(bold=True, color="FF0000")


def _cleared_paint(path: Path, random: Random) -> None:
    with _opened(path) as page:
        for cell in page.sheet[random.choice(page.filled)]:
            cell.fill = PatternFill()


def _heights(path: Path, random: Random) -> None:
    with _opened(path) as page:
        page.sheet.row_dimensions[random.choice(page.filled)].height = 77
        page.sheet.row_dimensions[random.choice(page.filled)].hidden = True
        page.sheet.row_dimensions[random.choice(page.filled)].outlineLevel = 1


def _widths(path: Path, random: Random) -> None:
    with _opened(path) as page:
        page.sheet.column_dimensions[random.choice("CDEF")].width = 44
        page.sheet.freeze_panes = "A6"


def _note(path: Path, random: Random) -> None:
    with _opened(path) as page:
        page.at(random.choice(page.filled), random.choice(TEXTS)).comment = Comment("hỏi lại", "chị Lan")


def _filter(path: Path, random: Random) -> None:
    with _opened(path) as page:
        table = page.sheet.tables["tblNhiemVu"]
        table.autoFilter.filterColumn = []
        if random.random() < 0.6:
            table.autoFilter.add_filter_column(page.columns["progress"] - 1, ["Đã hoàn thành", ""], blank=True)


def _own_formula(path: Path, _: Random) -> None:
    with _opened(path) as page:
        column = page.columns.get(OWN)
        for row in page.filled if column else ():
            page.sheet.cell(row, column).value = f"=LEN(F{row})&A{row}"


def is_filtered(path: Path) -> bool:
    """Say whether the table of tasks is filtered."""
    return any(b"filterColumn" in data for name, data in parts(path.read_bytes()).items() if "tables/" in name)


BY_HAND: Final[Mapping[str, Callable[[Path, Random], None]]] = MappingProxyType(
    {
        "own sheet": _own_sheet,
        "saved": _saved,
        "paint": _paint,
        "cleared paint": _cleared_paint,
        "heights": _heights,
        "widths": _widths,
        "note": _note,
        "filter": _filter,
        "own formula": _own_formula,
    }
)
