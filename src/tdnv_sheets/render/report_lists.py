"""Biểu 02 and its sisters: lists of tasks, one line per lead unit, each line with all that the office has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import cells_of
from tdnv_sheets.render.report_paper import (
    CELL,
    CENTRED,
    COUNT,
    draw_head,
    draw_heading,
    draw_notes,
    draw_signatures,
    set_paper,
    write,
)
from tdnv_sheets.render.report_view import days_overdue
from tdnv_sheets.render.styles import DAY, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.summary.figures import Listed

WIDTHS: Final = MappingProxyType(
    {
        "number": 4,
        "document": 14,
        "content": 36,
        "unit": 16,
        "coordinating": 16,
        "assigned": 11,
        "deadline": 11,
        "extended": 12,
        "due": 11,
        "days": 8,
        "days_left": 8,
        "completed": 11,
        "days_late": 8,
        "reminders": 8,
        "result": 26,
        "result_document": 15,
        "difficulty": 22,
        "proposal": 20,
        "last_update": 11,
        "monitor": 13,
    }
)
"""Widths of columns; `report.overdue_<name>` are their captions."""
LINES_MOST: Final = 26
"""Excel's rows end at 409 points."""
TOP: Final[Look] = {"valign": "top"}
TEXT_CELL: Final = mix(CELL, TOP)
COUNT_CELL: Final = mix(COUNT, TOP)
DAY_CELL: Final = mix(CELL, CENTRED, TOP, {"num_format": DAY})
LOOKS: Final = MappingProxyType(
    {
        **dict.fromkeys(("number", "days", "days_left", "days_late", "reminders"), COUNT_CELL),
        **dict.fromkeys(("assigned", "deadline", "due", "completed", "last_update"), DAY_CELL),
        "extended": mix(CELL, CENTRED, TOP),
    }
)


@dataclass(frozen=True, slots=True)
class TaskList:
    """One list; `report.sheet_<name>`, `title_<name>`, `<name>_none` and `<name>_count` are its words."""

    name: str
    columns: tuple[str, ...]


_TASK: Final = ("number", "document", "content", "unit", "coordinating")
LISTS: Final = (
    TaskList(
        "overdue",
        (*_TASK, "deadline", "extended", "days", "reminders", "result", "difficulty", "proposal", "monitor"),
    ),
    TaskList(
        "late",
        (
            *_TASK,
            "deadline",
            "extended",
            "completed",
            "days_late",
            "result_document",
            "result",
            "difficulty",
            "monitor",
        ),
    ),
    TaskList("due_soon", (*_TASK, "due", "days_left", "result", "difficulty", "proposal", "monitor")),
    TaskList("silent", (*_TASK, "assigned", "last_update", "result", "difficulty", "proposal", "monitor")),
)


def draw_lists(book: Book, paper: Paper) -> None:
    """Draw the four lists, each on its own sheet; a sentence stands in the place of an empty one."""
    summary = paper.summary
    overdue = sorted(summary.overdue, key=lambda item: -days_overdue(summary, item))
    listed = (overdue, summary.late, summary.due_soon, summary.undated_silent)
    for form, items in zip(LISTS, listed, strict=True):
        _draw_list(book, paper, form, items)


def _draw_list(book: Book, paper: Paper, form: TaskList, listed: Sequence[Listed]) -> None:
    name = paper.words(f"sheet_{form.name}")
    sheet = book.sheet(name)
    widths = [WIDTHS[column] for column in form.columns]
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, widths, paper.words(f"title_{form.name}"), form=name)
    draw_head(book, sheet, paper, top, [paper.words(f"overdue_{column}") for column in form.columns])
    row = top + 2
    for number, item in enumerate(listed, 1):
        _draw_line(book, sheet, row, form, {"number": number, **cells_of(paper, item)})
        row += 1
    if not listed:
        text = paper.words(f"{form.name}_none", as_of=paper.as_of)
        write(book, sheet, Area(row, 0, row, len(widths) - 1), text, mix(CELL, CENTRED, {"italic": True}))
        sheet.set_row(row, 30)
        row += 1
    else:
        row = draw_notes(book, sheet, row + 1, [paper.words(f"{form.name}_count", count=len(listed))], widths)
    draw_signatures(book, sheet, paper, row + 1, len(widths))
    set_paper(sheet, paper, (top, top + 1))


def _draw_line(book: Book, sheet: Worksheet, row: int, form: TaskList, cells: Mapping[str, Raw]) -> None:
    for column, name in enumerate(form.columns):
        book.put(sheet, row, column, cells[name], book.look(LOOKS.get(name, TEXT_CELL)))
    texts = [(value, WIDTHS[name]) for name in form.columns if isinstance(value := cells[name], str)]
    sheet.set_row(row, row_height(texts, most=LINES_MOST))
