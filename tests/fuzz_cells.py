"""Mutators of the fourth layer: what stands in the cells of a workbook or of a text with separators."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from random import Random

    from openpyxl.worksheet.worksheet import Worksheet

    from tests.fuzz_bytes import Mutator

WILD: Final = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    -1e-308,
    123456789012345678,
    0.1 + 0.2,
    60,
    46000,
    2958466,
    -46000,
    date(1900, 1, 1),
    date(1900, 3, 1),
    date(9999, 12, 31),
    datetime(2026, 6, 15, 13, 45, 59),  # noqa: DTZ001 - a cell of Excel knows no zone
    time(23, 59, 59),
    timedelta(days=400, hours=3),
    "",
    " ",
    "\n\n",
    "\t",
    "_x0000_",
    "_x0001__x001F_",
    "_xD800_",
    "_xDC00__xD83D_",
    "_xFFFE_",
    "_x000D__x000A_",
    "_x005F_x0041_",
    "{value}",
    "{0} {column} %s %(a)s {{}}",
    "=1+1",
    '=HYPERLINK("http://localhost/","x")',
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+A1",
    "-A1",
    "#N/A",
    "#REF!",
    "#DIV/0!",
    "x" * 32_767,
    "Dài " * 5_000,
    "ệ" * 4_001,
    "\u202eĐảo ngược\u202c",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "𝕏 𠀀 🇻🇳 👩‍👩‍👧",
    "a" + "\u0301" * 500,
    "\u200b\u2060\ufeff",
    "\ufffd\u00ad\u2028\u2029\u0085",
    unicodedata.normalize("NFD", "Đã hoàn thành"),
    "ÐÃ HOÀN THÀNH",
    "§¸ hoµn thµnh nhiÖm vô",
    "Ñaõ hoaøn thaønh nhieäm vuï",
    "Đã hoàn thành",
    "đang thực hiện",
    "done",
    "NV-2026-00001",
    "nv-2026-00002 ",
    "NV-9999-99999",
    "31/6/2026",
    "6/15/2026",
    "05/06/26",
    "2026-06-05T00:00:00Z",
    "15/6/20260",
    "１５/６/２０２６",
    "ngày 5 tháng 6 năm 2026",
    "Quý II/2026",
    "45/BC-CCTL",
    "     /QĐ-SNN",
    "Mã nhiệm vụ",
    "task_id",
    "progress",
    "(1)",
    "<b>&amp;</b>]]>",
    "'; DROP TABLE cells; --",
    "../../../etc/passwd",
    "C:\\x\\y",
    "%00\\0",
)
"""Values of every type; those that name an order of the machine are harmless here."""
_LARGEST: Final = 100_000
"""Cells of a sheet that openpyxl still walks through in a moment; one far cell makes millions of them."""
_FONTS: Final = (".VnTime", ".VnTimeH", "VNI-Times", "Arial")
_SEPARATORS: Final = re.compile(r"[,;\t\n]")


def _sheets(change: str) -> Mutator:
    """Make a mutator that opens the workbook, changes one or more sheets in the named way and saves it."""

    def mutate(r: Random, data: bytes) -> bytes:
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl frowns at days that were spoilt before
            book = load_workbook(io.BytesIO(data))
            for _ in range(r.randint(1, 3)):
                near = [sheet for sheet in book.worksheets if sheet.max_row * sheet.max_column < _LARGEST]
                _CHANGES[change](r, r.choice((near[0], *near)))
            book.save(out)
        return out.getvalue()

    mutate.__name__ = f"_{change}"
    return mutate


def _write_wild(r: Random, sheet: Worksheet) -> None:
    for _ in range(r.randint(1, 30)):
        cell = sheet.cell(r.randint(1, sheet.max_row + 2), r.randint(1, sheet.max_column + 1))
        if type(cell).__name__ != "MergedCell":
            cell.value = r.choice(WILD)


def _fill_column(r: Random, sheet: Worksheet) -> None:
    column, value = r.randint(1, sheet.max_column), r.choice(WILD)
    for row in range(6, sheet.max_row + 1):
        cell = sheet.cell(row, column)
        if type(cell).__name__ != "MergedCell":
            cell.value = r.choice((value, value, r.choice(WILD)))


def _insert(r: Random, sheet: Worksheet) -> None:
    if r.random() < 0.5:
        sheet.insert_rows(r.randint(1, sheet.max_row + 1), r.randint(1, 3))
    else:
        sheet.insert_cols(r.randint(1, sheet.max_column + 1), r.randint(1, 2))


def _delete(r: Random, sheet: Worksheet) -> None:
    if r.random() < 0.5:
        sheet.delete_rows(r.randint(1, sheet.max_row), r.randint(1, 4))
    else:
        sheet.delete_cols(r.randint(1, sheet.max_column), r.randint(1, 3))


def _merge(r: Random, sheet: Worksheet) -> None:
    top, left = r.randint(1, sheet.max_row), r.randint(1, sheet.max_column)
    sheet.merge_cells(
        start_row=top, start_column=left, end_row=top + r.randint(0, 3), end_column=left + r.randint(0, 3)
    )


def _move_cells(r: Random, sheet: Worksheet) -> None:
    row, column = r.randint(1, sheet.max_row), r.randint(1, sheet.max_column)
    place = f"A{row}:{get_column_letter(column)}{min(row + r.randint(0, 5), sheet.max_row)}"
    sheet.move_range(place, rows=r.randint(0, 4), cols=r.randint(0, 4))


def _sort_one_column(r: Random, sheet: Worksheet) -> None:
    column = r.randint(1, sheet.max_column)
    cells = [sheet.cell(row, column) for row in range(6, sheet.max_row + 1)]
    values = [cell.value for cell in cells]
    r.shuffle(values)
    for cell, value in zip(cells, values, strict=True):
        if type(cell).__name__ != "MergedCell":
            cell.value = value


def _far_cell(r: Random, sheet: Worksheet) -> None:
    row, column = r.choice(((900, 1), (1, 300), (1_048_576, 16_384), (150_000, 3), (5_000, 150)))
    sheet.cell(row, column).value = r.choice(("x", 1, None))


def _hide(r: Random, sheet: Worksheet) -> None:
    for row in range(1, r.randint(1, sheet.max_row)):
        sheet.row_dimensions[row].hidden = r.random() < 0.5
    sheet.column_dimensions[get_column_letter(r.randint(1, sheet.max_column))].hidden = True


def _rename_sheet(r: Random, sheet: Worksheet) -> None:
    sheet.title = r.choice(("Sheet1", "Cập nhật (2)", "Cập nhật", "x" * 31, "Báo cáo.", "_tdnv", "Tổng hợp"))


def _other_font(r: Random, sheet: Worksheet) -> None:
    name = r.choice(_FONTS)
    for _ in range(40):
        cell = sheet.cell(r.randint(1, sheet.max_row), r.randint(1, sheet.max_column))
        cell.font = Font(name=name)


_CHANGES: Final = {
    "write_wild": _write_wild,
    "fill_column": _fill_column,
    "insert": _insert,
    "delete": _delete,
    "merge": _merge,
    "move_cells": _move_cells,
    "sort_one_column": _sort_one_column,
    "far_cell": _far_cell,
    "hide": _hide,
    "rename_sheet": _rename_sheet,
    "other_font": _other_font,
}
CELLS: Final[tuple[Mutator, ...]] = (
    *(_sheets("write_wild"),) * 4,
    *(_sheets("fill_column"),) * 3,
    *(_sheets(name) for name in _CHANGES if name not in {"write_wild", "fill_column"}),
)


def wild_text(r: Random, data: bytes) -> bytes:
    """Replace cells of a text with separators by wild ones, or its encoding and separators by others."""
    text = data.decode("utf-8-sig", "replace")
    places = [match.start() for match in _SEPARATORS.finditer(text)]
    for place in sorted(r.sample(places, min(len(places), r.randint(1, 12))), reverse=True):
        wild = str(r.choice(WILD))
        text = text[: place + 1] + r.choice((wild, f'"{wild}', '"' + wild.replace('"', '""') + '"')) + text[place + 1 :]
    text = r.choice((text, text, text.replace(",", ";"), text.replace(",", "\t"), text.replace("\n", "\r\n")))
    return text.encode(r.choice(("utf-8", "utf-8-sig", "utf-16", "cp1258", "latin-1", "utf-16-be")), "replace")


TEXT: Final[tuple[Mutator, ...]] = (wild_text,)
