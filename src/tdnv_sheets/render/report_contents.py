"""The first sheet of a report: what is in it, how it was counted, what its colours mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.render.report_columns import SERIES
from tdnv_sheets.render.report_lines import SECTION
from tdnv_sheets.render.report_paper import CELL, COUNT, draw_heading, draw_short_head, set_paper, write
from tdnv_sheets.render.report_rules import article_in_full, rule_value
from tdnv_sheets.render.styles import LINK, PLAIN, fill, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper

WIDTHS: Final = (8, 26, 62, 30, 22)
FORMS: Final = ("table", "overdue", "late", "due_soon", "silent", "unit_book", "register", "returns", "narrative")
"""The forms in their order; `report.form_<name>` says what each is. Two are workbooks of their own."""
ELSEWHERE: Final = ("unit_book", "register")
OTHERS: Final = ("compared", "sources", "years", "documents", "trend", "chart", "rates", "ranking", "checks", "changes")


def draw_contents(book: Book, sheet: Worksheet, paper: Paper) -> None:
    """Draw the sheet, when all others are there to be linked to."""
    set_columns(sheet, WIDTHS)
    top = draw_heading(book, sheet, paper, WIDTHS, paper.words("title_contents"))
    drawn = {other.name for other in book.workbook.worksheets()}
    draw_short_head(book, sheet, paper, top, [paper.words(f"contents_{name}") for name in ("number", "sheet", "what")])
    row = top
    for name in (*FORMS, *OTHERS):
        title = paper.words(f"sheet_{name}")
        elsewhere = name in ELSEWHERE
        if not elsewhere and title not in drawn:
            continue
        row += 1
        told = paper.words(f"form_{name}")
        book.put(sheet, row, 0, row - top, book.look(COUNT))
        if elsewhere:
            book.put(sheet, row, 1, title, book.look(CELL))
        else:
            book.link(sheet, row, 1, f"'{title}'!A1", title, book.look(mix(CELL, LINK)))
        book.put(sheet, row, 2, told, book.look(CELL))
        sheet.set_row(row, row_height([(told, WIDTHS[2])]))
    row = _draw_rules(book, sheet, paper, row + 2)
    _draw_legend(book, sheet, paper, row + 1)
    set_paper(sheet, paper, None)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)


def _draw_rules(book: Book, sheet: Worksheet, paper: Paper, row: int) -> int:
    """Draw which rule was applied, by which article, from when on; give the next free row."""
    rules = paper.summary.applied
    if not rules:
        return row
    write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), paper.words("contents_rules"), SECTION)
    captions = ("number", "rule", "value", "article", "since")
    draw_short_head(book, sheet, paper, row + 1, [paper.words(f"contents_{name}") for name in captions])
    row += 1
    for number, rule in enumerate(rules, 1):
        row += 1
        value = rule_value(rule, paper.lang)
        told = [value, paper.words("contents_to", to=rule.to) if rule.to else "", rule.text.get(paper.lang, "")]
        article = article_in_full(rule.article, paper.lang) if rule.article else paper.tell("rule_setting")
        cells: Sequence[str] = (
            say(f"summary.applied_{rule.what}", paper.lang),
            "\n".join(filter(None, told)),
            article,
            f"{rule.since:%d/%m/%Y}" if rule.since else "",
        )
        book.put(sheet, row, 0, number, book.look(COUNT))
        for column, text in enumerate(cells, 1):
            book.put(sheet, row, column, text, book.look(CELL))
        sheet.set_row(row, row_height(list(zip(cells, WIDTHS[1:], strict=True)), most=8))
    return row + 1


def _draw_legend(book: Book, sheet: Worksheet, paper: Paper, row: int) -> None:
    """Draw what the charts' colours mean; the words stand beside every colour."""
    write(book, sheet, Area(row, 0, row, len(WIDTHS) - 1), paper.words("contents_legend"), SECTION)
    for number, (name, _, colour) in enumerate(SERIES, 1):
        book.put(sheet, row + number, 0, None, book.look(mix(PLAIN, fill(colour))))
        write(book, sheet, Area(row + number, 1, row + number, 2), paper.words(f"chart_{name}"), CELL)
