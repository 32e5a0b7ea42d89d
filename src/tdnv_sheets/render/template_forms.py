"""The two small sheets of a unit workbook: «Nhiệm vụ thiếu» and «Báo cáo»."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import letters
from tdnv_sheets.render.book import Area, set_columns, set_page
from tdnv_sheets.render.styles import FRAME, IDS, SHORT, WRAPPED, fill, header, mix, row_height
from tdnv_sheets.render.template_parts import (
    CAPTION_ROW,
    FIRST_ROW,
    PROTECTION,
    Page,
    Place,
    Plan,
    draw_captions,
    draw_checks,
    draw_input,
    draw_missing_colour,
    draw_titles,
)
from tdnv_sheets.sheetspec import FieldSpec, Kind, assignment_spec, round_report_spec

if TYPE_CHECKING:
    from tdnv_sheets.render.book import Book

NAME_COLUMN, CAPTION_COLUMN, INPUT_COLUMN, HELP_COLUMN = range(4)
"""Columns of «Báo cáo»; the first one is hidden and holds the field names."""
REPORT_WIDTHS: Final = (14, 34, 56, 60)
LINE_HEIGHT, LONG_HEIGHT = 30, 110
"""Points; the taller one for lines that take long texts."""
WIDER: Final = 2
"""This sheet has few columns, so they may be wider than in the schema."""
WIDEST: Final = 70


def missing_columns() -> tuple[FieldSpec, ...]:
    """Give the columns of «Nhiệm vụ thiếu»."""
    return assignment_spec().shown_on(Page.MISSING)


def missing_place(row: int, field: str) -> Place | None:
    """Give the cell of the *row*-th (0-based) missing task; None for a field that is not asked."""
    column = next((i for i, spec in enumerate(missing_columns()) if spec.name == field), None)
    return None if column is None else Place(Page.MISSING, FIRST_ROW + row, column)


def report_place(field: str) -> Place | None:
    """Give the input cell of a line of «Báo cáo»; None for a field that it does not have."""
    row = next((i for i, spec in enumerate(round_report_spec().fields) if spec.name == field), None)
    return None if row is None else Place(Page.REPORT, FIRST_ROW + row, INPUT_COLUMN)


def draw_missing(book: Book, plan: Plan) -> None:
    """Draw «Nhiệm vụ thiếu»: empty white rows, at first those that the unit had filled."""
    sheet = book.sheet(plan.sheet_name(Page.MISSING))
    columns = missing_columns()
    given = plan.returned.missing_rows
    count = max(plan.spare_rows, len(given), 1)
    draw_titles(book, sheet, plan, plan.words("title_missing"), plan.words("missing_hint", count=count))
    draw_captions(book, sheet, plan, columns)
    widths = [min(spec.width * WIDER, WIDEST) for spec in columns]
    set_columns(sheet, widths)
    last = letters(len(columns))
    filled = f"COUNTA($A{FIRST_ROW + 1}:${last}{FIRST_ROW + 1})>0"
    for index in range(count):
        values = given[index] if index < len(given) else {}
        for column, spec in enumerate(columns):
            place = Place(Page.MISSING, FIRST_ROW + index, column)
            draw_input(book, sheet, plan, place, spec, values.get(spec.name))
        texts = [(str(values.get(spec.name) or ""), width) for spec, width in zip(columns, widths, strict=True)]
        sheet.set_row(FIRST_ROW + index, row_height(texts, least=2))
    for column, spec in enumerate(columns):
        area = Area(FIRST_ROW, column, FIRST_ROW + count - 1, column)
        draw_checks(book, sheet, plan, area, spec)
        if spec.required:
            draw_missing_colour(book, sheet, plan, area, filled)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.autofilter(CAPTION_ROW, 0, FIRST_ROW + count - 1, len(columns) - 1)
    sheet.protect("", dict(PROTECTION))
    set_page(sheet, footer=plan.footer(), repeat=(0, CAPTION_ROW))


def draw_report(book: Book, plan: Plan) -> None:
    """Draw «Báo cáo»: one line per field of the round's report."""
    sheet = book.sheet(plan.sheet_name(Page.REPORT))
    set_columns(sheet, REPORT_WIDTHS)
    sheet.set_column(NAME_COLUMN, NAME_COLUMN, REPORT_WIDTHS[NAME_COLUMN], None, {"hidden": True})
    draw_titles(book, sheet, plan, plan.words("title_report"), plan.period_line, CAPTION_COLUMN)
    heads = {CAPTION_COLUMN: "report_caption", INPUT_COLUMN: "report_input", HELP_COLUMN: "report_help"}
    sheet.set_row(CAPTION_ROW, 24)
    for column, entry in heads.items():
        book.put(sheet, CAPTION_ROW, column, plan.words(entry), book.look(header(plan.colours)))
    grey = book.look(mix(WRAPPED, FRAME, fill(plan.colours["office_cell"]), {"valign": "vcenter"}))
    for index, spec in enumerate(round_report_spec().fields):
        row = FIRST_ROW + index
        sheet.set_row(row, LONG_HEIGHT if spec.kind is Kind.TEXT and spec.max_length > SHORT else LINE_HEIGHT)
        book.put(sheet, row, NAME_COLUMN, spec.name, book.look(IDS))
        book.put(sheet, row, CAPTION_COLUMN, spec.header(plan.lang), grey)
        place = Place(Page.REPORT, row, INPUT_COLUMN)
        draw_input(book, sheet, plan, place, spec, plan.returned.report.get(spec.name))
        draw_checks(book, sheet, plan, Area(row, INPUT_COLUMN, row, INPUT_COLUMN), spec)
        book.put(sheet, row, HELP_COLUMN, spec.help[plan.lang], grey)
    sheet.protect("", dict(PROTECTION))
    set_page(sheet, footer=plan.footer())
