"""The rows of «Nhiệm vụ»: what each cell of an assignment holds and how it looks, and a digest of that.

A redraw compares the digests with those of the drawing before, and draws only the rows that are others by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.records import EXTRA
from tdnv_sheets.render import styles
from tdnv_sheets.render.limits import CAPTION_UNITS, fit
from tdnv_sheets.render.live import CELLS
from tdnv_sheets.render.rows import living
from tdnv_sheets.render.shown import shown
from tdnv_sheets.sheetspec import FieldSpec, Kind, Owner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tdnv_sheets.records import Key, Value
    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.rows import Content
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import RegisterView, Row

TITLE_ROW, LEGEND_ROW, BAND_ROW, ID_ROW, HEADER_ROW, FIRST_ROW = range(6)
"""0-based rows of the sheet; the hidden row of field names stands right above the header."""
RESTS_ON_CALENDAR: Final = "effective_deadline"
"""The field whose day moves with the calendar; it is marked while the calendar may change."""
EXTRA_WIDTH: Final = 20
_DIGEST: Final = 12
"""Bytes; two contents of one row that share a digest of this length are not to be expected in the life of any office."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: a field of the spec, or one of the office's own (`spec` is None)."""

    id: str
    caption: str
    width: int
    spec: FieldSpec | None


def columns(view: RegisterView, words: Shown) -> tuple[Column, ...]:
    """Give the sheet's columns: the spec's in order, then the office's own with captions made unique as tables ask."""
    own = [Column(spec.name, spec.header(view.lang), spec.width, spec) for spec in words.spec.shown_on("register")]
    taken = {column.caption.casefold() for column in own}
    for header in view.extra_headers:
        caption, count = fit(header, CAPTION_UNITS), 1
        while caption.casefold() in taken:
            count += 1
            caption = f"{fit(header, CAPTION_UNITS - 9)} ({count})"
        taken.add(caption.casefold())
        own.append(Column(EXTRA + header, caption, EXTRA_WIDTH, None))
    return tuple(own)


def places(rows: Sequence[Row]) -> Mapping[Key, int]:
    """Give the 0-based sheet row of each assignment."""
    return {row.assignment.key: FIRST_ROW + index for index, row in enumerate(rows)}


class _Strips(NamedTuple):
    """The looks of a row's cells."""

    usual: tuple[styles.Look, ...]
    provisional: tuple[styles.Look, ...]
    """While the calendar may still move its deadline."""
    day: styles.Look
    """Of a day in one of the office's own columns."""


def _strips(shown: Sequence[Column], colours: Mapping[str, str]) -> _Strips:
    usual = tuple(_look(column, colours) for column in shown)
    provisional = tuple(
        styles.provisional(look) if column.id == RESTS_ON_CALENDAR else look
        for column, look in zip(shown, usual, strict=True)
    )
    return _Strips(usual, provisional, styles.cell(Kind.DATE))


def _look(column: Column, colours: Mapping[str, str]) -> styles.Look:
    if column.spec is None:
        return styles.cell(Kind.TEXT)
    spec = column.spec
    grey = colours["office_cell"] if spec.owner is Owner.COMPUTED or spec.name == "task_id" else ""
    return styles.cell(spec.kind, colour=grey, max_length=spec.max_length)


def draw_rows(canvas: Canvas, shown: Sequence[Column], last_row: int, only: Collection[int] | None) -> None:
    """Draw the assignments, and empty cells of the same looks down to *last_row*.

    Where *only* some are wanted, by their places among all counted from 0, the sheet has these rows and no empty ones.
    """
    book, sheet = canvas.book, canvas.sheet
    strips = _strips(shown, canvas.view.colours)
    usual = tuple(map(book.look, strips.usual))
    provisional = tuple(map(book.look, strips.provisional))
    extra_day = book.look(strips.day)
    names = CELLS if canvas.view.live is not None else {}
    live = {index: names[column.id] for index, column in enumerate(shown) if column.id in names}
    readers = [canvas.words.reader(column.id) for column in shown]
    own = [index for index, column in enumerate(shown) if column.spec is None]
    wrapping = [(index, column.width) for index, column in enumerate(shown) if _wraps(column)]
    for place, row in enumerate(canvas.view.rows):
        if only is not None and place not in only:
            continue
        values = [read(row) for read in readers]
        strip = provisional if row.judgement.provisional else usual
        days = {index for index in own if isinstance(values[index], date)}
        if days:
            strip = tuple(extra_day if index in days else look for index, look in enumerate(strip))
        cells: list[Content] = [*values]
        for index, name in live.items():
            cells[index] = living(name, values[index])
        sheet.put_row(FIRST_ROW + place, cells, strip)
        long = [(text, width) for index, width in wrapping if isinstance(text := values[index], str)]
        sheet.set_row(FIRST_ROW + place, styles.row_height(long))
    if only is not None:
        sheet.reach(last_row, len(shown) - 1)
        return
    for number in range(FIRST_ROW + len(canvas.view.rows), last_row + 1):
        sheet.put_row(number, [None] * len(usual), usual)


def _wraps(column: Column) -> bool:
    return column.spec is None or column.spec.kind not in {Kind.DATE, Kind.INTEGER}


class Line(NamedTuple):
    """One row of «Nhiệm vụ», as far as a comparison has to know it."""

    task: str
    unit: str
    """As the sheet shows it."""
    digest: str
    """Of all its values."""


def lines(view: RegisterView) -> Iterator[Line]:
    """Give each row as it would be drawn now; two of one sheet that are equal are drawn alike (`ground` says when)."""
    words = shown(view)
    names = [column.id for column in columns(view, words)]
    readers = [words.reader(name) for name in names]
    task, unit = names.index("task_id"), names.index("unit")
    for row in view.rows:
        values: list[Value] = [read(row) for read in readers]
        told = repr((values, row.judgement.provisional)).encode("utf-8", "surrogatepass")
        yield Line(str(values[task]), str(values[unit]), blake2b(told, digest_size=_DIGEST).hexdigest())


def ground(view: RegisterView) -> str:
    """Give one text for all that the rows' drawing depends on besides their values."""
    shown_columns = columns(view, shown(view))
    told = [(column.id, column.caption, column.width) for column in shown_columns]
    return repr((told, _strips(shown_columns, view.colours), view.spare_rows, view.live is not None, view.lang))
