"""Draw the master register (design §6): which sheets it has, in which order, and what each of them is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import open_book, put_carriers
from tdnv_sheets.render.canvas import Canvas
from tdnv_sheets.render.limits import sheet_ref
from tdnv_sheets.render.overview import draw_overview
from tdnv_sheets.render.register_conflicts import draw_conflicts, draw_settled
from tdnv_sheets.render.register_counts import draw_counts, lines_by_assigner, lines_by_unit
from tdnv_sheets.render.register_duties import draw_due, draw_reports
from tdnv_sheets.render.register_lists import draw_log, draw_overdue, draw_proposals
from tdnv_sheets.render.register_parallel import draw_parallel
from tdnv_sheets.render.register_rows import columns, places
from tdnv_sheets.render.register_tasks import draw_tasks
from tdnv_sheets.render.shown import shown
from tdnv_sheets.stamp import SHEET_MARK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import RegisterView

KIND: Final = "register"
"""What the second cell of `_tdnv` says about the workbook."""
SHEETS: Final = (
    *("overview", "tasks", "overdue", "due", "by_unit", "by_assigner", "reports"),
    *("conflicts", "settled", "parallel", "proposals", "log"),
)
"""The visible sheets in their order."""
WHEN_FILLED: Final = ("settled", "parallel", "proposals")
"""Those that are there only while they hold something or are wanted, by the name of what they show."""
TABS: Final = {
    "overview": "1F3864",
    "tasks": "2E75B6",
    "overdue": "C00000",
    "due": "BF8F00",
    "conflicts": "ED7D31",
    "proposals": "ED7D31",
}


def draw_register(view: RegisterView, path: Path, only: Collection[int] | None = None) -> None:
    """Draw the register of *view* to *path*; the same view gives the same bytes. Nothing is read from an older file.

    Where *only* some rows of «Nhiệm vụ» are wanted, by their places in the view, the others are left out: such a file is
    no register, it is there to be put into one. Raises `BrokenSurroundings` when the file cannot be written.
    """
    words = shown(view)
    where = places(view.rows)
    with open_book(path, title=words.say("file_title", office=view.office), author=view.office) as book:
        empty = {name for name in WHEN_FILLED if not getattr(view, name) and name not in view.wanted}
        titles = {name: words.sheet(name) for name in SHEETS if name not in empty}
        at = {column.id: index for index, column in enumerate(columns(view, words))}
        canvases = {
            name: Canvas(book, book.sheet(title), title, view, words, where, at) for name, title in titles.items()
        }
        for name, colour in TABS.items():
            if name in canvases:
                canvases[name].sheet.set_tab_color(f"#{colour}")
        _draw_sheets(canvases, view, words, only)
        for name, title in titles.items():
            book.name_formula(SHEET_MARK + name, f"{sheet_ref(title)}!$A:$C")
        put_carriers(book, view.token, KIND)


def _draw_sheets(
    canvases: Mapping[str, Canvas], view: RegisterView, words: Shown, only: Collection[int] | None
) -> None:
    by_unit, by_assigner = lines_by_unit(view, words), lines_by_assigner(view, words)
    draw_overview(canvases["overview"], by_unit)
    draw_tasks(canvases["tasks"], only)
    draw_overdue(canvases["overdue"])
    draw_due(canvases["due"])
    draw_counts(canvases["by_unit"], by_unit, words.say("title_by_unit"), words.caption("unit"))
    draw_counts(canvases["by_assigner"], by_assigner, words.say("title_by_assigner"), words.caption("assigner"))
    draw_reports(canvases["reports"])
    draw_conflicts(canvases["conflicts"])
    if "settled" in canvases:
        draw_settled(canvases["settled"])
    if "parallel" in canvases:
        draw_parallel(canvases["parallel"])
    if "proposals" in canvases:
        draw_proposals(canvases["proposals"])
    draw_log(canvases["log"])
