"""Draw «Tổng quan», the first sheet of the register: figures as tiles, what needs doing today, charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import set_columns
from tdnv_sheets.render.limits import sheet_ref
from tdnv_sheets.render.overview_charts import (
    Place,
    ages_chart,
    insert,
    months_chart,
    status_chart,
    unit_chart,
)
from tdnv_sheets.render.register_counts import Line, distinct_tasks, line
from tdnv_sheets.render.shown import day_text
from tdnv_sheets.rules.judgement import Alert, Judgement, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import RegisterView

COLUMNS: Final = 12
COLUMN_WIDTH: Final = 11.5
TILES_ROW: Final = 5
"""0-based row of the first line of tiles; a tile is two columns wide and two rows high."""
TILES_PER_LINE: Final = 6
TODO_ROW: Final = 12
TODO_HEAD, TODO_LINE = 24, 21
"""Heights in points of the list's heading and of each of its lines."""
TODO_COLUMNS: Final = 6
"""The list of things to do takes the left half, the chart of statuses the right half."""
PIXELS_PER_ROW: Final = 20
PIXELS_WIDE: Final = 1022
STATUS_HEIGHT, SMALL_HEIGHT = 320, 230
"""Pixels of the chart of statuses, and of those of months and of days overdue."""
UNITS_PER_PAGE: Final = 15
"""Units up to which the whole sheet is printed on one page."""
MOST_UNITS: Final = 40
"""Units in the chart; more cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One big number; `colour` is the fill, RRGGBB."""

    caption: str
    number: int
    colour: str


@dataclass(frozen=True, slots=True)
class Todo:
    """One kind of work that waits, and the place in the workbook where it is done; no place when outside it."""

    caption: str
    count: int
    target: str = ""
    file: str = ""
    """The file beside the register that tells more."""


def draw_overview(canvas: Canvas, lines: Sequence[Line]) -> None:
    """Draw the sheet; *lines* are those of «Theo đơn vị», from which the charts take their figures."""
    sheet = canvas.sheet
    sheet.hide_gridlines(2)
    set_columns(sheet, [COLUMN_WIDTH] * COLUMNS)
    _draw_head(canvas)
    _draw_tiles(canvas)
    bottom = _draw_todos(canvas, [todo for todo in _todos(canvas) if todo.count])
    half = PIXELS_WIDE // 2 - 10
    insert(canvas, Place(TODO_ROW, TODO_COLUMNS, half, STATUS_HEIGHT), status_chart(canvas, lines))
    # Points are three quarters of a pixel; rows below the list have the standard height.
    listed = (TODO_HEAD + (bottom - TODO_ROW - 1) * TODO_LINE) * 4 // 3
    top = bottom + max(0, -(-(STATUS_HEIGHT - listed) // PIXELS_PER_ROW)) + 1
    if canvas.view.counted:
        insert(canvas, Place(top, 0, half, SMALL_HEIGHT), months_chart(canvas))
        insert(canvas, Place(top, TODO_COLUMNS, half, SMALL_HEIGHT), ages_chart(canvas))
        top += -(-SMALL_HEIGHT // PIXELS_PER_ROW) + 1
    drawn = min(len(lines), MOST_UNITS)
    if drawn:
        insert(canvas, Place(top, 0, PIXELS_WIDE, 130 + 26 * drawn), unit_chart(canvas, lines[:drawn]))
    canvas.paper()
    sheet.center_horizontally()
    if drawn <= UNITS_PER_PAGE:
        sheet.fit_to_pages(1, 1)


def _draw_head(canvas: Canvas) -> None:
    view, words = canvas.view, canvas.words
    canvas.put(0, 0, view.office, styles.SUBTITLE, {"bold": True})
    canvas.put(1, 0, words.say("title"), styles.TITLE, {"font_size": 20})
    canvas.sheet.set_row(1, 30)
    canvas.put(2, 0, words.say("as_of", day=day_text(view.as_of)), styles.SECTION)
    parts = [words.say("regulation", title=view.regulation_title), words.say("revision", number=view.revision)]
    canvas.put(3, 0, " · ".join(parts), styles.SUBTITLE, {"font_size": styles.SIZE})


def _tiles(view: RegisterView, words: Shown) -> list[Tile]:
    counted = line("", view.counted)
    colours = view.colours

    def of(status: Status) -> Tile:
        name = styles.STATUS_COLOUR[status]
        colour = styles.PALE if name == "unit_cell" else colours[name]
        return Tile(words.status(status), counted.statuses[status], colour)

    first = [Status.COMPLETED_ON_TIME, Status.COMPLETED_LATE, Status.OPEN_IN_TIME, Status.OPEN_OVERDUE]
    second = [Status.COMPLETED_UNDATED, Status.OPEN_UNDATED, Status.NOT_COMPLETED, Status.WITHDRAWN, Status.TRANSFERRED]
    return [
        Tile(words.say("tile_total"), len(view.counted), styles.BAND),
        *(of(status) for status in first),
        Tile(words.say("tile_due_soon"), counted.due_soon, colours["due_soon"]),
        Tile(words.say("tile_distinct"), distinct_tasks(view.counted), styles.BAND),
        *(of(status) for status in second),
    ]


def _draw_tiles(canvas: Canvas) -> None:
    book, sheet, view, words = canvas.book, canvas.sheet, canvas.view, canvas.words
    for index, tile in enumerate(_tiles(view, words)):
        row, column = TILES_ROW + index // TILES_PER_LINE * 3, index % TILES_PER_LINE * 2
        paint = styles.mix(styles.PLAIN, styles.fill(tile.colour), {"align": "center", "valign": "vcenter"})
        edge: styles.Look = {"border_color": "#FFFFFF", "left": 5, "right": 5}
        big = book.look(paint, edge, {"bold": True, "font_size": 24, "num_format": "#,##0"})
        small = book.look(paint, edge, {"text_wrap": True, "font_size": 10})
        sheet.merge_range(row, column, row, column + 1, "", big)
        book.put(sheet, row, column, tile.number, big)
        sheet.merge_range(row + 1, column, row + 1, column + 1, "", small)
        book.put(sheet, row + 1, column, tile.caption, small)
    for row in (TILES_ROW, TILES_ROW + 3):
        sheet.set_row(row, 36)
        sheet.set_row(row + 1, 32)
        sheet.set_row(row + 2, 6)
    note = words.say("reconciles", total=len(view.counted), distinct=distinct_tasks(view.counted), year=view.as_of.year)
    book.put(sheet, TODO_ROW - 1, 0, note, book.look(styles.NOTE, {"text_wrap": False}))


def _todos(canvas: Canvas) -> list[Todo]:
    view, words = canvas.view, canvas.words

    def rows(entry: str, test: Callable[[Judgement], bool]) -> Todo:
        found = [row.assignment.key for row in view.rows if test(row.judgement)]
        return Todo(words.say(entry), len(found), canvas.target(found[0]) if found else "")

    def sheet(entry: str, name: str, count: int) -> Todo:
        return Todo(words.say(entry), count, f"{sheet_ref(words.sheet(name))}!A1")

    overdue = sum(row.judgement.status is Status.OPEN_OVERDUE for row in view.rows)
    return [
        rows("todo_awaiting", lambda judged: judged.awaiting),
        sheet("todo_conflicts", "conflicts", len(view.conflicts)),
        sheet("todo_proposals", "proposals", len(view.proposals)),
        sheet("todo_overdue", "overdue", overdue),
        rows("todo_due_soon", lambda judged: Alert.DUE_SOON in judged.alerts),
        rows("todo_extension", lambda judged: Alert.EXTENSION_ASKED in judged.alerts),
        rows("todo_return", lambda judged: Alert.RETURN_ASKED in judged.alerts),
        rows("todo_deadline_unclear", lambda judged: Alert.DEADLINE_UNCLEAR in judged.alerts),
        Todo(words.say("todo_draft_units"), sum(unit.draft for unit in view.units)),
        *_of_round(view, words),
    ]


def _of_round(view: RegisterView, words: Shown) -> Iterator[Todo]:
    """Say who is still to be heard in the last round; the journal beside the register names them."""
    if view.round is not None:
        title, journal = view.round.title, view.round.journal
        yield Todo(words.say("todo_silent", period=title), len(view.round.silent), file=journal)
        yield Todo(words.say("todo_to_correct", period=title), len(view.round.to_correct), file=journal)


def _draw_todos(canvas: Canvas, todos: Sequence[Todo]) -> int:
    """Draw the list; give the row below it."""
    last, words = TODO_COLUMNS - 2, canvas.words
    canvas.put(TODO_ROW, 0, words.say("todo"), styles.SECTION)
    canvas.sheet.set_row(TODO_ROW, TODO_HEAD)
    if not todos:
        canvas.put(TODO_ROW + 1, 0, words.say("todo_none"), styles.NOTE, {"text_wrap": False})
        canvas.sheet.set_row(TODO_ROW + 1, TODO_LINE)
        return TODO_ROW + 2
    rule: styles.Look = {"bottom": 1, "bottom_color": f"#{styles.BORDER}", "valign": "vcenter"}
    for row, todo in enumerate(todos, TODO_ROW + 1):
        for column in range(last + 1):
            canvas.put(row, column, None if column else todo.caption, styles.PLAIN, rule)
        canvas.put(row, last - 1, todo.count, styles.BOLD, rule, {"align": "center", "font_size": 12})
        if todo.target:
            canvas.link(row, last, todo.target, words.say("todo_open"), rule)
        elif todo.file:
            look = canvas.book.look(styles.LINK, rule)
            canvas.book.link_file(canvas.sheet, row, last, todo.file, words.say("todo_open"), look)
        canvas.sheet.set_row(row, TODO_LINE)
    return TODO_ROW + 1 + len(todos)
