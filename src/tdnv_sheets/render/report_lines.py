"""The same assignments in other heaps: by level and assigner, by year of assignment, by document; and against other periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.grid import address
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import LINE_COLUMNS
from tdnv_sheets.render.report_counts import Drawn, draw_captions, draw_line, draw_sums
from tdnv_sheets.render.report_paper import (
    CELL,
    CHANGE,
    COUNT,
    draw_heading,
    draw_notes,
    draw_short_head,
    formula,
    set_paper,
    write,
)
from tdnv_sheets.render.styles import PLAIN, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Counts, Line

SECTION: Final = mix(PLAIN, {"bold": True, "font_size": 12, "valign": "vcenter"})
COMPARED_WIDTHS: Final = (44, 16, 16, 14, 16, 14)
_COMPARED: Final[tuple[tuple[str, Callable[[Counts], int]], ...]] = (
    ("carried", lambda c: c.carried),
    ("new", lambda c: c.new),
    ("total", lambda c: c.total),
    ("completed", lambda c: c.completed),
    ("on_time", lambda c: c.completed_on_time),
    ("late", lambda c: c.completed_late),
    ("completed_undated", lambda c: c.completed_undated),
    ("open", lambda c: c.open),
    ("in_time", lambda c: c.open_in_time),
    ("overdue", lambda c: c.open_overdue + c.not_completed),
    ("open_undated", lambda c: c.open_undated),
    ("stopped", lambda c: c.withdrawn + c.transferred),
    ("extended", lambda c: c.extended),
)
"""`report.compared_<name>` and what it counts."""


class _Table(NamedTuple):
    """One heap: `report.title_<name>`, and `report.head_<name>` over the first column."""

    name: str
    lines: Sequence[tuple[str, Line]]
    """Each with its name in words."""


def draw_sources(book: Book, paper: Paper) -> None:
    """Draw who assigned the tasks: by level, central tasks apart, and by assigner."""
    found = paper.summary.breakdowns
    levels = [(say(f"summary.level_{line.code or 'unknown'}", paper.lang), line) for line in found.levels]
    assigners = [(line.code or say("summary.no_assigner", paper.lang), line) for line in found.assigners]
    _draw_heaps(book, paper, "sources", (_Table("levels", levels), _Table("assigners", assigners)))


def draw_years(book: Book, paper: Paper) -> None:
    """Draw from which years the tasks come: what is still open of old ones is the backlog."""
    years = [(line.code or say("summary.no_year", paper.lang), line) for line in paper.summary.breakdowns.years]
    _draw_heaps(book, paper, "years", (_Table("years", years),))


def draw_documents(book: Book, paper: Paper) -> None:
    """Draw the tasks of each assigning document."""
    _draw_heaps(
        book,
        paper,
        "documents",
        (_Table("documents", [(_document(paper, line), line) for line in paper.summary.breakdowns.documents]),),
        paper.words("document_count", count=paper.summary.breakdowns.document_count),
    )


def _document(paper: Paper, line: Line) -> str:
    if not line.code:
        return say("summary.no_document", paper.lang)
    name = paper.words("document_of", number=line.code, day=f"{line.day:%d/%m/%Y}") if line.day else line.code
    return f"{name}\n{line.label}" if line.label else name


def _draw_heaps(book: Book, paper: Paper, name: str, tables: Sequence[_Table], note: str = "") -> None:
    """Draw a sheet with one table under another; heaps of nothing have no sheet."""
    tables = [table for table in tables if table.lines]
    if not tables:
        return
    sheet = book.sheet(paper.words(f"sheet_{name}"))
    widths = [column.width for column in LINE_COLUMNS]
    set_columns(sheet, widths)
    top = draw_heading(book, sheet, paper, widths, paper.words(f"title_{name}"))
    row = top
    for table in tables:
        if len(tables) > 1:
            write(book, sheet, Area(row, 0, row, len(widths) - 1), paper.words(f"part_{table.name}"), SECTION)
            sheet.set_row(row, 24)
            row += 1
        row = _draw_heap(book, sheet, paper, row, table) + 1
    notes = [paper.words("note_tasks"), paper.words("note_line_rates")]
    draw_notes(book, sheet, row, [note, *notes] if note else notes, widths)
    set_paper(sheet, paper, (top, top + 1) if len(tables) == 1 else None)


def _draw_heap(book: Book, sheet: Worksheet, paper: Paper, row: int, table: _Table) -> int:
    """Draw one table; give the next free row."""
    draw_captions(book, sheet, paper, row, LINE_COLUMNS)
    first = row = row + 2
    for name, line in table.lines:
        draw_line(book, sheet, row, LINE_COLUMNS, Drawn(line.counts, {"name": name, "tasks": line.tasks}))
        row += 1
    total = Drawn(paper.summary.total, {"name": paper.words("row_sum")}, paper.summary.rates)
    draw_sums(book, sheet, (first, row), LINE_COLUMNS, total, [line.counts for _, line in table.lines])
    return row + 1


# ------------------------------------------------------------------ other periods


def draw_comparison(book: Book, paper: Paper) -> None:
    """Draw this period beside the one before and the same one of last year; the differences are formulas."""
    summary = paper.summary
    others = [(summary.previous_period or summary.period.previous(), summary.previous_as_of, summary.previous_total)]
    if summary.last_year_period is not None and summary.last_year_period != summary.previous_period:
        others.append((summary.last_year_period, summary.last_year_as_of, summary.last_year_total))
    widths = COMPARED_WIDTHS[: 2 + 2 * len(others)]
    sheet = book.sheet(paper.words("sheet_compared"))
    set_columns(sheet, COMPARED_WIDTHS)
    top = draw_heading(book, sheet, paper, COMPARED_WIDTHS, paper.words("title_compared"))
    captions = [paper.words("compared_what"), _span(paper, paper.period, paper.as_of)]
    for period, as_of, _ in others:
        day = f"{as_of:%d/%m/%Y}" if as_of else ""
        captions += [_span(paper, period.title(paper.lang), day), paper.words("compared_change")]
    draw_short_head(book, sheet, paper, top, captions)
    sheet.set_row(top, row_height([(caption, 14) for caption in captions], least=3))
    row = top
    for name, count in _COMPARED:
        row += 1
        now = count(summary.total)
        book.put(sheet, row, 0, paper.words(f"compared_{name}"), book.look(CELL))
        book.put(sheet, row, 1, now, book.look(COUNT))
        for index, (_, _, counts) in enumerate(others):
            place = 2 + 2 * index
            book.put(sheet, row, place, count(counts), book.look(COUNT))
            text = f"={address(row + 1, 2)}-{address(row + 1, place + 1)}"
            formula(sheet, (row, place + 1), text, now - count(counts), book.look(CHANGE))
    draw_notes(book, sheet, row + 2, [paper.words("compared_note")], widths)
    set_paper(sheet, paper, (top, top))


def _span(paper: Paper, period: str, as_of: str) -> str:
    return paper.words("compared_span", period=period, as_of=as_of) if as_of else period
