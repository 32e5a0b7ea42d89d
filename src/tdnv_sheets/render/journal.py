"""Draw «Nhật ký tiếp nhận»: how many files came, who has sent nothing, and every file with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import open_book, set_columns, set_page
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.styles import Look

TITLE_ROW, NOTE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3
COLUMNS: Final = {
    "at": 16,
    "file": 28,
    "unit": 20,
    "period": 12,
    "verdict": 14,
    "accepted": 7,
    "cells": 7,
    "held": 7,
    "conflicts": 7,
    "why": 44,
    "kept": 9,
    "marked": 10,
}
"""Columns with their widths in characters, together as wide as a small laptop shows; `journal.column_<name>`."""
COUNTS: Final = ("accepted", "cells", "held", "conflicts")
VERDICTS: Final = ("accepted", "partly", "returned", "duplicate", "quarantined", "waiting")
VERDICT_COLOUR: Final = {
    "accepted": "completed_on_time",
    "partly": "due_soon",
    "returned": "overdue",
    "duplicate": "closed",
    "quarantined": "wrong_cell",
    "waiting": "undated",
}
"""Which colour of the settings stands behind each verdict's words."""
_SUMMARY_WIDTHS: Final = (34, 14, 14, 60)
_NO_LINK: Final = frozenset("#%")
"""Signs that mean something else in a link: Excel would look for another file."""


class JournalLine(NamedTuple):
    """One file, in words."""

    at: datetime
    file: str
    unit: str
    period: str
    verdict: str
    """Its code."""
    undone: bool
    accepted: int
    cells: int
    held: int
    conflicts: int
    why: str
    kept: str
    """Place from the folder in which the journal lies; empty where nothing was kept. Of a file in quarantine that of
    the text beside it: nobody is to open such a file by a click."""
    marked: str


class Watch(NamedTuple):
    """How whoever watches the inbox was last seen."""

    state: str
    """`runs`, `lost` (the inbox cannot be reached) or `stopped`."""
    at: datetime


@dataclass(frozen=True, slots=True)
class JournalView:
    """All that the journal shows."""

    office: str
    lang: str
    now: datetime
    lines: tuple[JournalLine, ...]
    """Newest first."""
    total: int
    """Files that ever arrived; more than there are lines where the journal is full."""
    today: Mapping[str, int]
    month: Mapping[str, int]
    """Files by verdict."""
    period: str
    """The last round in words; empty before the first."""
    sent_to: int
    """Units that got a workbook in it."""
    silent: tuple[str, ...]
    """Names of those from which nothing came."""
    watch: Watch | None
    """None where nobody ever watched."""
    folders: Mapping[str, str]
    """Names of `inbox`, `archive`, `returned` and `quarantine`."""
    colours: Mapping[str, str]


def draw_journal(view: JournalView, path: Path) -> None:
    """Draw the journal to *path*; the same view gives the same bytes."""
    with open_book(path, title=say("journal.title", view.lang), author=view.office) as book:
        _draw_summary(book, view)
        _draw_files(book, view)


# ------------------------------------------------------------------ how things stand


def _draw_summary(book: Book, view: JournalView) -> None:
    sheet = book.sheet(say("journal.sheet_summary", view.lang))
    set_columns(sheet, _SUMMARY_WIDTHS)
    plain = {"text_wrap": False}
    book.put(sheet, 0, 0, say("journal.title", view.lang), book.look(styles.TITLE))
    drawn = say("journal.drawn", view.lang, office=view.office, at=_moment(view.now))
    book.put(sheet, 1, 0, drawn, book.look(styles.SUBTITLE))
    book.put(sheet, 2, 0, say("journal.how", view.lang), book.look(styles.NOTE, plain))
    sheet.set_row(0, 26)
    row = _draw_counts(book, sheet, view, 4)
    if view.watch is not None:
        row = _draw_watch(book, sheet, view, view.watch, row + 1)
    _draw_silent(book, sheet, view, row + 1)
    set_page(sheet, footer=f"{view.office} – {say('journal.title', view.lang)}")


def _draw_counts(book: Book, sheet: Worksheet, view: JournalView, row: int) -> int:
    book.put(sheet, row, 0, say("journal.section_counts", view.lang), book.look(styles.SECTION))
    head = book.look(styles.header(view.colours))
    for column, name in enumerate(("verdict", "today", "this_month")):
        book.put(sheet, row + 1, column, say(f"journal.{name}", view.lang), head)
    row += 2
    for verdict in VERDICTS:
        look = styles.cell(Kind.TEXT, colour=view.colours[VERDICT_COLOUR[verdict]])
        book.put(sheet, row, 0, say(f"pipeline.verdict_{verdict}", view.lang), book.look(look))
        for column, counts in enumerate((view.today, view.month), 1):
            book.put(sheet, row, column, counts.get(verdict, 0), book.look(styles.number()))
        row += 1
    book.put(sheet, row, 0, say("journal.all_files", view.lang), book.look(styles.cell(Kind.TEXT), {"bold": True}))
    for column, counts in enumerate((view.today, view.month), 1):
        book.put(sheet, row, column, sum(counts.values()), book.look(styles.number(bold=True)))
    return row + 1


def _draw_watch(book: Book, sheet: Worksheet, view: JournalView, watch: Watch, row: int) -> int:
    at, inbox = _moment(watch.at), view.folders["inbox"]
    sentences = {
        "runs": say("journal.watch_runs", view.lang, inbox=inbox, seen=at),
        "lost": say("journal.watch_lost", view.lang, inbox=inbox, since=at),
        "stopped": say("journal.watch_stopped", view.lang, inbox=inbox, seen=at),
    }
    book.put(sheet, row, 0, say("journal.section_watch", view.lang), book.look(styles.SECTION))
    alarm: Look = {} if watch.state == "runs" else styles.fill(view.colours["overdue"])
    book.put(sheet, row + 1, 0, sentences[watch.state], book.look(styles.PLAIN, alarm))
    return row + 2


def _draw_silent(book: Book, sheet: Worksheet, view: JournalView, row: int) -> None:
    if not view.period:
        book.put(sheet, row, 0, say("journal.no_round", view.lang), book.look(styles.NOTE, {"text_wrap": False}))
        return
    counts = {"period": view.period, "count": len(view.silent), "sent": view.sent_to}
    book.put(sheet, row, 0, say("journal.section_silent", view.lang, **counts), book.look(styles.SECTION))
    if not view.silent:
        book.put(sheet, row + 1, 0, say("journal.all_sent", view.lang), book.look(styles.PLAIN))
    for number, name in enumerate(view.silent, 1):
        book.put(sheet, row + number, 0, f"{number}. {name}", book.look(styles.PLAIN))


# ------------------------------------------------------------------ file by file


def _draw_files(book: Book, view: JournalView) -> None:
    sheet = book.sheet(say("journal.sheet_files", view.lang))
    set_columns(sheet, list(COLUMNS.values()))
    book.put(sheet, TITLE_ROW, 0, say("journal.title_files", view.lang), book.look(styles.TITLE, {"font_size": 14}))
    book.put(sheet, NOTE_ROW, 0, _how_many(view), book.look(styles.NOTE, {"text_wrap": False}))
    sheet.set_row(TITLE_ROW, 24)
    captions = [(say(f"journal.column_{name}", view.lang), width) for name, width in COLUMNS.items()]
    head = book.look(styles.header(view.colours))
    for column, (caption, _) in enumerate(captions):
        book.put(sheet, HEADER_ROW, column, caption, head)
    sheet.set_row(HEADER_ROW, styles.row_height([(text, max(width - 3, 4)) for text, width in captions], least=2))
    looks = _Looks.of(book, view)
    for row, line in enumerate(view.lines, FIRST_ROW):
        _draw_line(book, sheet, row, line, looks)
    if view.lines:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(view.lines), len(COLUMNS) - 1)
    sheet.freeze_panes(FIRST_ROW, 2)
    set_page(sheet, footer=f"{view.office} – {say('journal.title', view.lang)}", repeat=(HEADER_ROW, HEADER_ROW))


def _how_many(view: JournalView) -> str:
    if not view.lines:
        return say("journal.nothing", view.lang)
    values = {**view.folders, "shown": len(view.lines), "total": view.total}
    return say("journal.last_shown" if view.total > len(view.lines) else "journal.all_shown", view.lang, **values)


@dataclass(frozen=True, slots=True)
class _Looks:
    """Formats and words that every line uses, made once."""

    moment: Format
    text: Format
    long: Format
    count: Format
    link: Format
    verdicts: Mapping[str, Format]
    words: Mapping[str, str]
    undone: Mapping[str, str]
    open: Mapping[str, str]

    @classmethod
    def of(cls, book: Book, view: JournalView) -> _Looks:
        text = styles.cell(Kind.TEXT, max_length=styles.SHORT)
        words = {verdict: say(f"pipeline.verdict_{verdict}", view.lang) for verdict in VERDICTS}
        return cls(
            moment=book.look(styles.cell(Kind.DATE), {"num_format": styles.MOMENT}),
            text=book.look(text),
            long=book.look(styles.cell(Kind.TEXT, max_length=styles.SHORT + 1)),
            count=book.look(styles.number()),
            link=book.look(text, styles.LINK, {"align": "center"}),
            verdicts={
                verdict: book.look(text, styles.fill(view.colours[colour]))
                for verdict, colour in VERDICT_COLOUR.items()
            },
            words=words,
            undone={verdict: say("journal.undone", view.lang, verdict=said) for verdict, said in words.items()},
            open={
                "kept": say("journal.open_kept", view.lang),
                "reason": say("journal.open_reason", view.lang),
                "marked": say("journal.open_marked", view.lang),
            },
        )


def _draw_line(book: Book, sheet: Worksheet, row: int, line: JournalLine, looks: _Looks) -> None:
    verdict = (looks.undone if line.undone else looks.words)[line.verdict]
    cells: Sequence[tuple[Raw, Format]] = (
        (line.at, looks.moment),
        (line.file, looks.text),
        (line.unit, looks.text),
        (line.period, looks.text),
        (verdict, looks.verdicts[line.verdict]),
        *((getattr(line, name), looks.count) for name in COUNTS),
        (line.why, looks.long),
    )
    for column, (value, look) in enumerate(cells):
        book.put(sheet, row, column, value, look)
    places = ("reason" if line.verdict == "quarantined" else "kept", line.kept), ("marked", line.marked)
    for column, (name, place) in enumerate(places, len(cells)):
        if not place or _NO_LINK & set(place):
            book.put(sheet, row, column, place, looks.text)
        else:
            book.link_file(sheet, row, column, place, looks.open[name], looks.link)
    texts = zip((line.file, line.unit, line.period, verdict, line.why), _TEXT_WIDTHS, strict=True)
    sheet.set_row(row, styles.row_height(texts))


_TEXT_WIDTHS: Final = tuple(COLUMNS[name] for name in ("file", "unit", "period", "verdict", "why"))


def _moment(at: datetime) -> str:
    return f"{at:%H:%M %d/%m/%Y}"
