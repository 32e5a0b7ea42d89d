"""Draw what register and units disagree on: «Xung đột», «Xung đột đã xử lý», and the mark on each disputed cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Area
from tdnv_sheets.render.limits import any_of, quoted
from tdnv_sheets.render.register_lists import Col, Listing, draw_list, offer, who
from tdnv_sheets.sheetspec import Kind
from tdnv_sheets.stamp import AUTHOR
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tdnv_sheets.records import Value
    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.rows import Content
    from tdnv_sheets.render.view import ConflictRow, SettledRow

TABLE, SETTLED_TABLE = "tblXungDot", "tblXungDotDaXuLy"
NOTE_WIDTH, NOTE_HEIGHT = 320, 130
"""Pixels of the note on a disputed cell."""


def draw_conflicts(canvas: Canvas) -> None:
    """Draw «Xung đột»: one line per cell, with a drop-down to choose; hidden columns name the conflict to the reader."""
    view, words = canvas.view, canvas.words
    columns = [
        *_places(canvas),
        Col(words.say("ours_by"), 22),
        Col(words.say("choose"), 22, id="choice", entry=True),
        Col(words.say("other"), 22, id="other", entry=True),
        Col(words.say("reason"), 24, id="reason", entry=True),
        Col(words.say("state"), 22),
        Col(words.say("conflict_number"), 10, Kind.INTEGER, id="number", hidden=True),
        Col(words.say("fingerprint"), 10, id="fingerprint", hidden=True),
    ]
    rows = [_conflict(canvas, number, conflict) for number, conflict in enumerate(view.conflicts, 1)]
    how = words.say("conflicts_how", choose=words.say("choose"), other=words.say("other"))
    listing = Listing(words.say("title_conflicts"), how, words.say("no_conflicts"), columns, rows, TABLE)
    draw_list(canvas, listing)
    labels = [words.say("choose_ours"), words.say("choose_theirs"), words.say("choose_other")]
    offer(canvas, listing, "ds_chon", labels)


def _conflict(canvas: Canvas, number: int, conflict: ConflictRow) -> list[Content]:
    words = canvas.words
    state = words.say("state_again" if conflict.again else "state_open")
    tail = [None, None, None, state, conflict.number, conflict.fingerprint]
    return [*_cells(canvas, number, conflict), _writer(conflict), *tail]


def draw_settled(canvas: Canvas) -> None:
    """Draw «Xung đột đã xử lý»: what was chosen, by whom, when and why; newest first."""
    view, words = canvas.view, canvas.words
    columns = [
        *_places(canvas),
        Col(words.say("settled"), 24),
        Col(words.say("taken"), 22),
        Col(words.say("reason"), 24),
        Col(words.say("settled_by"), 20),
        Col(words.say("settled_at"), 16),
    ]
    rows = [_settled(canvas, number, item) for number, item in enumerate(view.settled, 1)]
    draw_list(canvas, Listing(words.say("title_settled"), words.say("settled_how"), "", columns, rows, SETTLED_TABLE))


def _settled(canvas: Canvas, number: int, item: SettledRow) -> list[Content]:
    words = canvas.words
    taken = words.value(item.conflict.field, item.taken)
    whose = "_office" if item.conflict.by_office and item.state == "theirs" else ""
    how = words.say(f"settled_{item.state}{whose}") + (words.say("revoked") if item.revoked else "")
    tail = [how, taken, item.reason, item.who, item.at]
    return [*_cells(canvas, number, item.conflict), *tail]


def _places(canvas: Canvas) -> list[Col]:
    """Give the columns that both lists begin with: which cell, and its three values."""
    words = canvas.words
    return [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.caption("task_id"), 16),
        Col(words.caption("unit"), 24),
        Col(words.caption("task_content"), 36),
        Col(words.say("field"), 18),
        Col(words.say("base"), 22),
        Col(words.say("ours"), 22),
        Col(words.say("theirs"), 22),
        Col(words.say("file"), 22),
        Col(words.say("at"), 16),
    ]


def _cells(canvas: Canvas, number: int, conflict: ConflictRow) -> list[Content]:
    words = canvas.words
    seen = [words.value(conflict.field, value) for value in (conflict.base, conflict.ours, conflict.theirs)]
    place = who(canvas, conflict.key, conflict.field)
    file = words.say("file_register", file=conflict.file) if conflict.by_office else conflict.file
    return [number, *place, conflict.content, words.caption(conflict.field), *seen, file, conflict.at]


def _writer(conflict: ConflictRow) -> str | None:
    """Say who gave the register its value and when."""
    if conflict.written_at is None:
        return None
    return f"{conflict.written_by}, {conflict.written_at:%H:%M %d/%m/%Y}"


def mark_disputed(canvas: Canvas, body: Area) -> None:
    """Fill the disputed cells of «Nhiệm vụ» and note on each what the unit sent.

    The fill follows task and unit, so that it stays right when people sort the sheet.
    """
    disputed = [item for item in canvas.view.conflicts if item.field in canvas.columns]
    by_field: dict[str, list[ConflictRow]] = {}
    for item in disputed:
        by_field.setdefault(item.field, []).append(item)
        _note(canvas, item)
    look = styles.mix(styles.fill(styles.DISPUTED), {"bold": True, "font_color": f"#{styles.DISPUTED_INK}"})
    for field, items in by_field.items():
        column = canvas.columns[field]
        area = Area(body.first_row, column, body.last_row, column)
        for formula in any_of(_tests(canvas, items, body.first_row)):
            canvas.book.colour_when(canvas.sheet, area, formula, look)


def _tests(canvas: Canvas, items: Iterable[ConflictRow], row: int) -> Iterator[str]:
    task, unit = (xl_rowcol_to_cell(row, canvas.columns[name], col_abs=True) for name in ("task_id", "unit"))
    for item in items:
        name = canvas.words.unit(item.key.unit)
        yield f"AND({task}={quoted(item.key.task_id)},{unit}={quoted(name)})"


def _note(canvas: Canvas, item: ConflictRow) -> None:
    words, row = canvas.words, canvas.places.get(item.key)
    if row is None:
        return
    sent: Value = words.value(item.field, item.theirs)
    text = words.say(
        "disputed_note_office" if item.by_office else "disputed_note",
        sent=as_text(sent) or "–",
        file=item.file,
        at=f"{item.at:%H:%M %d/%m/%Y}",
        sheet=words.sheet("conflicts"),
    )
    size = {"x_scale": 1, "width": NOTE_WIDTH, "height": NOTE_HEIGHT}
    options = {**size, "font_name": styles.FONT, "font_size": 10, "author": AUTHOR}
    canvas.sheet.write_comment(row, canvas.columns[item.field], text, options)
