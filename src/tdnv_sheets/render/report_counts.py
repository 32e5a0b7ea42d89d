"""Tables of counts: a two-row header, lines whose sums and rates are formulas of their cells, and a line of sums under them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import address
from tdnv_sheets.render.book import Area
from tdnv_sheets.render.report_columns import index_of
from tdnv_sheets.render.report_paper import CELL, CHANGE, COUNT, RATE, formula, write
from tdnv_sheets.render.report_view import DASH
from tdnv_sheets.render.styles import fill, header, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_columns import Column
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.summary.figures import Counts

SUM_LOOK: Final = mix({"bold": True}, fill("D6DCE4"))
"""Lines that add others up."""
_NUMBERS: Final = MappingProxyType({"number": COUNT, "tasks": COUNT, "change": CHANGE})


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line to be drawn: its counts, and what stands in the columns that count nothing."""

    counts: Counts
    texts: Mapping[str, Raw]
    rates: Mapping[str, Fraction | None] = field(default_factory=lambda: MappingProxyType({}))
    """Those that the summary states; others are computed from the line's cells."""


def draw_captions(book: Book, sheet: Worksheet, paper: Paper, top: int, columns: Sequence[Column]) -> None:
    """Draw the header: groups above, their columns below, columns of no group over both rows."""
    look = header(paper.colours)
    start = 0
    while start < len(columns):
        group, end = columns[start].group, start
        while group and end + 1 < len(columns) and columns[end + 1].group == group:
            end += 1
        if group:
            write(book, sheet, Area(top, start, top, end), paper.words(f"group_{group}"), look)
            for column in range(start, end + 1):
                book.put(sheet, top + 1, column, paper.words(columns[column].head), book.look(look))
        else:
            write(book, sheet, Area(top, start, top + 1, start), paper.words(columns[start].head), look)
        start = end + 1
    sheet.set_row(top, 24)
    sheet.set_row(top + 1, 64)


def draw_line(  # noqa: PLR0917 - where, what, how
    book: Book, sheet: Worksheet, row: int, columns: Sequence[Column], line: Drawn, shade: Look | None = None
) -> None:
    """Draw one line; a sum that its parts do not give, and a rate that its cells do not give, stands as it was stated."""
    shade = shade or {}
    values = {column.name: column.count(line.counts) for column in columns if column.count}
    for index, column in enumerate(columns):
        place = (row, index)
        if column.parts and sum(values[part] for part in column.parts) == values[column.name]:
            text = f"={cells(column.parts, row, columns)}"
            formula(sheet, place, text, values[column.name], book.look(mix(COUNT, shade)))
        elif column.count:
            book.put(sheet, *place, values[column.name], book.look(mix(COUNT, shade)))
        elif column.over:
            _draw_rate(book, sheet, place, (columns, column, values, line), shade)
        else:
            look = _NUMBERS.get(column.name, CELL)
            book.put(sheet, *place, line.texts.get(column.name), book.look(mix(look, shade)))
    widths = {column.name: int(column.width) for column in columns}
    told = [(text, widths[name]) for name, text in line.texts.items() if isinstance(text, str) and name in widths]
    sheet.set_row(row, row_height(told))


def draw_sums(  # noqa: PLR0917 - as above
    book: Book,
    sheet: Worksheet,
    rows: tuple[int, int],
    columns: Sequence[Column],
    line: Drawn,
    summed: Sequence[Counts],
) -> None:
    """Draw the line that adds up those in *rows* (first, one past the last), whose counts are *summed*."""
    first, row = rows
    draw_line(book, sheet, row, columns, line, SUM_LOOK)
    for index, column in enumerate(columns):
        if not column.count or not summed:
            continue
        total = column.count(line.counts)
        if sum(column.count(counts) for counts in summed) == total:
            text = f"=SUM({address(first + 1, index + 1)}:{address(row, index + 1)})"
            formula(sheet, (row, index), text, total, book.look(mix(COUNT, SUM_LOOK)))


def cells(names: Iterable[str], row: int, columns: Sequence[Column]) -> str:
    """Give the cells of a 0-based *row* in the named columns, added up."""
    return "+".join(address(row + 1, index_of(name, columns) + 1) for name in names)


def _draw_rate(
    book: Book,
    sheet: Worksheet,
    place: tuple[int, int],
    rated: tuple[Sequence[Column], Column, Mapping[str, int], Drawn],
    shade: Look,
) -> None:
    """Write a rate as a formula of the line's cells; the stated number where the cells do not give it."""
    columns, column, values, line = rated
    if column.over is None:
        return
    above, below = column.over
    whole = sum(values[name] for name in below)
    computed = Fraction(sum(values[name] for name in above), whole) if whole else None
    shown: float | str = DASH if computed is None else float(computed)
    look = book.look(mix(RATE, shade))
    stated = line.rates.get(column.rate, computed)
    if stated != computed:
        book.put(sheet, *place, DASH if stated is None else float(stated), look)
        return
    row = place[0]
    divisor = cells(below, row, columns)
    text = f'=IF({divisor}=0,"{DASH}",({cells(above, row, columns)})/({divisor}))'
    formula(sheet, place, text, shown, look)
