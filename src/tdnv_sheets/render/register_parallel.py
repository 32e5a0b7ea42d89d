"""Draw «Cập nhật song song»: what the register changed in rows of which a unit's file changed other cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import shorten
from tdnv_sheets.render.register_lists import Col, Listing, draw_list, who
from tdnv_sheets.sheetspec import Kind
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.rows import Content
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import ParallelRow

SHOWN: Final = 200
"""Characters of each value that was taken; the whole of it stands in the register."""


def draw_parallel(canvas: Canvas) -> None:
    """Draw the list, newest first; nothing is read back from it."""
    view, words = canvas.view, canvas.words
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.say("parallel_at"), 16),
        Col(words.caption("unit"), 24),
        Col(words.say("file"), 22),
        Col(words.caption("task_id"), 16),
        Col(words.caption("task_content"), 36),
        Col(words.say("parallel_taken"), 36),
        Col(words.say("parallel_field"), 18),
        Col(words.say("base"), 22),
        Col(words.say("parallel_ours"), 22),
        Col(words.say("parallel_by"), 22),
    ]
    rows = [_row(canvas, number, item) for number, item in enumerate(view.parallel, 1)]
    draw_list(canvas, Listing(words.say("title_parallel"), words.say("parallel_how"), "", columns, rows))


def _row(canvas: Canvas, number: int, item: ParallelRow) -> list[Content]:
    words = canvas.words
    task, unit = who(canvas, item.key, item.field)
    seen = [words.value(item.field, value) for value in (item.base, item.ours)]
    taken = taken_text(item, words)
    return [
        *(number, item.at, unit, item.file, task, item.content, taken),
        *(words.caption(item.field), *seen, written_text(item)),
    ]


def written_text(item: ParallelRow) -> str:
    """Write who gave the register its value, and when."""
    return f"{item.written_by}, {item.written_at:%H:%M %d/%m/%Y}"


def taken_text(item: ParallelRow, words: Shown) -> str:
    """Write what was taken of the file in that row, one cell in a line."""
    shown = ((words.caption(name), as_text(words.value(name, value))) for name, value in item.taken)
    return "\n".join(f"{caption}: {shorten(value, SHOWN) or '–'}" for caption, value in shown)
