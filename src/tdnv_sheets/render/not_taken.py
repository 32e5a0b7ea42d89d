"""Draw what the office has not taken of what a unit sent: a small workbook that the unit can be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import open_book, set_page
from tdnv_sheets.render.register_parallel import taken_text, written_text
from tdnv_sheets.render.shown import day_text, words_for
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.records import Unit
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.render.view import ParallelRow, SettledRow

TITLE_ROW, UNIT_ROW, HOW_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 4, 5
DECIDED: Final = "E2EFDA"
"""Fill of the cell that says how something was settled; what is open has the fill of a disputed cell."""


class RefusedCell(NamedTuple):
    """A cell of the unit's last file that was not taken, in words."""

    task_id: str
    column: str
    value: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class NotTakenView:
    """All that the list of one unit shows."""

    office: str
    contact: str
    lang: str
    as_of: date
    unit: str
    """Its name."""
    units: Mapping[str, Unit]
    disputed: tuple[SettledRow, ...]
    """Open ones have the state `open`."""
    refused: tuple[RefusedCell, ...]
    file: str
    """The unit's last file, which the refused cells are of."""
    parallel: tuple[ParallelRow, ...]
    """What the register changed in other cells of the rows that the unit's files changed."""
    colours: Mapping[str, str]


def draw_not_taken(view: NotTakenView, path: Path) -> None:
    """Draw the list to *path*; the same view gives the same bytes."""
    title = say("not_taken.title", view.lang)
    with open_book(path, title=f"{title} – {view.unit}", author=view.office) as book:
        if view.disputed or not view.refused:
            _draw_disputed(book, view)
        if view.refused:
            _draw_refused(book, view)
        if view.parallel:
            _draw_parallel(book, view)


def _draw_disputed(book: Book, view: NotTakenView) -> None:
    words = words_for(view.units.values(), view.lang)
    captions = [
        (words.say("number"), 5),
        (words.caption("task_id"), 16),
        (words.caption("task_content"), 34),
        (words.say("field"), 18),
        (words.say("base"), 22),
        (words.say("ours"), 22),
        (words.say("theirs"), 22),
        (words.say("at"), 16),
        (say("not_taken.settled", view.lang), 22),
        (words.say("taken"), 22),
        (words.say("reason"), 26),
    ]
    rows = [_disputed(number, item, words) for number, item in enumerate(view.disputed, 1)]
    sheet = book.sheet(say("not_taken.sheet_disputed", view.lang))
    _draw_head(book, sheet, view, captions, say("not_taken.disputed_how", view.lang))
    for row, (item, cells) in enumerate(zip(view.disputed, rows, strict=True), FIRST_ROW):
        fill = styles.fill(styles.DISPUTED if item.state == "open" else DECIDED)
        _draw_row(book, sheet, row, captions, cells, {8: fill})
    _finish(book, sheet, view, captions, len(rows))


def _disputed(number: int, item: SettledRow, words: Shown) -> list[Raw]:
    conflict = item.conflict
    seen = [words.value(conflict.field, value) for value in (conflict.base, conflict.ours, conflict.theirs)]
    state = words.say(f"settled_{item.state}") if item.state != "open" else words.say("state_open")
    taken = None if item.state == "open" else words.value(conflict.field, item.taken)
    settled = state if item.state == "open" else f"{state} ({item.at:%d/%m/%Y})"
    place: list[Raw] = [number, conflict.key.task_id, conflict.content, words.caption(conflict.field)]
    return [*place, *seen, conflict.at, settled, taken, item.reason or None]


def _draw_refused(book: Book, view: NotTakenView) -> None:
    words = words_for(view.units.values(), view.lang)
    captions = [
        (words.say("number"), 5),
        (words.caption("task_id"), 16),
        (words.say("field"), 24),
        (words.say("theirs"), 30),
        (say("not_taken.why", view.lang), 60),
        (say("not_taken.fix", view.lang), 60),
    ]
    sheet = book.sheet(say("not_taken.sheet_refused", view.lang))
    _draw_head(book, sheet, view, captions, say("not_taken.refused_how", view.lang, file=view.file))
    for row, item in enumerate(view.refused, FIRST_ROW):
        _draw_row(book, sheet, row, captions, [row - FIRST_ROW + 1, *item], {})
    _finish(book, sheet, view, captions, len(view.refused))


def _draw_parallel(book: Book, view: NotTakenView) -> None:
    words = words_for(view.units.values(), view.lang)
    captions = [
        (words.say("number"), 5),
        (words.caption("task_id"), 16),
        (words.caption("task_content"), 34),
        (words.say("parallel_field"), 18),
        (words.say("base"), 22),
        (words.say("parallel_ours"), 22),
        (words.say("parallel_by"), 22),
        (words.say("parallel_taken"), 36),
        (words.say("file"), 22),
        (words.say("parallel_at"), 16),
    ]
    sheet = book.sheet(words.say("sheet_parallel"))
    _draw_head(book, sheet, view, captions, say("not_taken.parallel_how", view.lang), words.say("title_parallel"))
    for row, item in enumerate(view.parallel, FIRST_ROW):
        seen = (words.value(item.field, value) for value in (item.base, item.ours))
        cells: list[Raw] = [row - FIRST_ROW + 1, item.key.task_id, item.content, words.caption(item.field), *seen]
        cells += [written_text(item), taken_text(item, words), item.file, item.at]
        _draw_row(book, sheet, row, captions, cells, {})
    _finish(book, sheet, view, captions, len(view.parallel))


def _draw_head(  # noqa: PLR0917 - where, whose, what and how
    book: Book, sheet: Worksheet, view: NotTakenView, captions: Sequence[tuple[str, int]], how: str, title: str = ""
) -> None:
    plain = {"text_wrap": False}
    book.put(sheet, TITLE_ROW, 0, title or say("not_taken.title", view.lang), book.look(styles.TITLE))
    where = say("not_taken.of", view.lang, unit=view.unit, office=view.office, day=day_text(view.as_of))
    book.put(sheet, UNIT_ROW, 0, where, book.look(styles.SUBTITLE))
    book.put(sheet, HOW_ROW, 0, how, book.look(styles.NOTE, plain))
    if view.contact:
        contact = say("not_taken.contact", view.lang, contact=view.contact)
        book.put(sheet, HOW_ROW + 1, 0, contact, book.look(styles.NOTE, plain))
    sheet.set_row(TITLE_ROW, 26)
    sheet.set_row(UNIT_ROW, 20)
    head = book.look(styles.header(view.colours))
    for column, (caption, width) in enumerate(captions):
        sheet.set_column(column, column, width)
        book.put(sheet, HEADER_ROW, column, caption, head)
    sheet.set_row(HEADER_ROW, styles.row_height([(text, max(width - 3, 4)) for text, width in captions], least=2))


def _draw_row(  # noqa: PLR0917 - where, how wide, what, and which cells stand out
    book: Book,
    sheet: Worksheet,
    row: int,
    captions: Sequence[tuple[str, int]],
    cells: Sequence[Raw],
    fills: Mapping[int, Look],
) -> None:
    for column, value in enumerate(cells):
        kind = Kind.INTEGER if column == 0 else Kind.TEXT
        look = styles.cell(kind, max_length=styles.SHORT + 1)
        if isinstance(value, datetime):
            look = styles.mix(look, {"num_format": styles.MOMENT, "align": "center"})
        elif value is not None and not isinstance(value, (str, int, float)):
            look = styles.cell(Kind.DATE)
        book.put(sheet, row, column, value, book.look(look, fills.get(column, {})))
    texts = [(value, width) for value, (_, width) in zip(cells, captions, strict=True) if isinstance(value, str)]
    sheet.set_row(row, styles.row_height(texts))


def _finish(book: Book, sheet: Worksheet, view: NotTakenView, captions: Sequence[tuple[str, int]], rows: int) -> None:
    if rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + rows, len(captions) - 1)
    else:
        nothing = say("not_taken.nothing", view.lang)
        book.put(sheet, FIRST_ROW, 0, nothing, book.look(styles.NOTE, {"text_wrap": False}))
    sheet.freeze_panes(FIRST_ROW, 2)
    set_page(sheet, footer=f"{view.office} – {view.unit}", repeat=(HEADER_ROW, HEADER_ROW))
