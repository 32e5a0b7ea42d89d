"""The sheet «Hướng dẫn» of a unit workbook, generated from the same schema as the cells that it explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import Area, set_columns, set_page
from tdnv_sheets.render.styles import BOLD, FRAME, SECTION, TITLE, WRAPPED, fill, header, mix, row_height
from tdnv_sheets.render.template_forms import missing_columns
from tdnv_sheets.render.template_parts import FIRST_DAY, LAST_DAY, Page, Plan, spread
from tdnv_sheets.sheetspec import FieldSpec, Kind, Owner, assignment_spec, round_report_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book

WIDTHS: Final = (5, 30, 46, 46, 34)
LAST: Final = len(WIDTHS) - 1
WHOLE: Final = sum(WIDTHS[1:])
STEPS: Final = 8
LEGEND: Final = (
    "unit_cell",
    "office_cell",
    "wrong_cell",
    "warning_cell",
    "overdue",
    "completed_late",
    "completed_on_time",
    "undated",
    "closed",
)
NUMBERED: Final = {"align": "center"}


def draw_guide(book: Book, plan: Plan, update_columns: Sequence[FieldSpec]) -> None:
    """Draw «Hướng dẫn»: facts of the round, what to do, colours, and every column that the unit fills in."""
    sheet = book.sheet(plan.words("sheet_guide"))
    set_columns(sheet, WIDTHS)
    sheet.set_row(0, 30)
    book.put(sheet, 0, 0, plan.words("title_guide"), book.look(TITLE))
    row = _draw_facts(book, sheet, plan, 2)
    row = _draw_steps(book, sheet, plan, row + 1)
    row = _draw_legend(book, sheet, plan, row + 1)
    tables = (
        (Page.UPDATE, [spec for spec in update_columns if spec.owner is Owner.UNIT]),
        (Page.MISSING, missing_columns()),
        (Page.REPORT, round_report_spec().fields),
    )
    for page, columns in tables:
        row = _draw_columns(book, sheet, plan, row + 1, (page, columns))
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.hide_gridlines(2)
    set_page(sheet, footer=plan.footer())
    sheet.fit_to_pages(1, 2)  # a third page would hold two lines


def _draw_facts(book: Book, sheet: Worksheet, plan: Plan, row: int) -> int:
    value_look = mix(WRAPPED, FRAME)
    for label, value in plan.facts:
        spread(book, sheet, Area(row, 0, row, 1), label, mix(BOLD, FRAME, fill(plan.colours["office_cell"])))
        spread(book, sheet, Area(row, 2, row, LAST), value, value_look)
        sheet.set_row(row, row_height([(value, sum(WIDTHS[2:]))]))
        row += 1
    return row


def _draw_steps(book: Book, sheet: Worksheet, plan: Plan, row: int) -> int:
    book.put(sheet, row, 0, plan.words("heading_steps"), book.look(SECTION))
    values = {
        "update": plan.sheet_name(Page.UPDATE),
        "missing": plan.sheet_name(Page.MISSING),
        "report": plan.sheet_name(Page.REPORT),
        "no_change": round_report_spec().by_name["no_change"].header(plan.lang),
    }
    for number in range(1, STEPS + 1):
        row += 1
        text = plan.words(f"step_{number}", **values)
        book.put(sheet, row, 0, number, book.look(mix(WRAPPED, NUMBERED)))
        spread(book, sheet, Area(row, 1, row, LAST), text, WRAPPED)
        sheet.set_row(row, row_height([(text, WHOLE)]))
    return row + 1


def _draw_legend(book: Book, sheet: Worksheet, plan: Plan, row: int) -> int:
    book.put(sheet, row, 0, plan.words("heading_legend"), book.look(SECTION))
    for name in LEGEND:
        row += 1
        book.put(sheet, row, 0, None, book.look(mix(FRAME, fill(plan.colours[name]))))
        spread(book, sheet, Area(row, 1, row, LAST), plan.words(f"legend_{name}"), mix(WRAPPED, {"indent": 1}))
    return row + 1


def _draw_columns(book: Book, sheet: Worksheet, plan: Plan, row: int, table: tuple[Page, Sequence[FieldSpec]]) -> int:
    page, columns = table
    name = plan.sheet_name(page)
    book.put(sheet, row, 0, plan.words("heading_columns", sheet=name), book.look(SECTION))
    row += 1
    head = book.look(header(plan.colours))
    captions = ("column_caption", "column_help", "column_allowed", "column_required")
    for column, entry in enumerate(captions, 1):
        book.put(sheet, row, column, plan.words(entry), head)
    book.put(sheet, row, 0, "#", head)
    framed, number = book.look(mix(WRAPPED, FRAME)), book.look(mix(WRAPPED, FRAME, NUMBERED))
    for index, spec in enumerate(columns, 1):
        row += 1
        texts = (spec.header(plan.lang), spec.help[plan.lang], _allowed(plan, spec), _required(plan, spec))
        book.put(sheet, row, 0, index, number)
        for column, text in enumerate(texts, 1):
            book.put(sheet, row, column, text, framed)
        sheet.set_row(row, row_height(list(zip(texts, WIDTHS[1:], strict=True))))
    return row + 1


def _allowed(plan: Plan, spec: FieldSpec) -> str:
    if spec.kind is Kind.CHOICE:
        return "; ".join(choice.labels[plan.lang] for choice in spec.choices)
    if spec.kind is Kind.DATE:
        return plan.words("allowed_date", first=f"{FIRST_DAY:%d/%m/%Y}", last=f"{LAST_DAY:%d/%m/%Y}")
    return plan.words("allowed_text", length=spec.max_length)


def _required(plan: Plan, spec: FieldSpec) -> str:
    if spec.required:
        return plan.words("required_yes")
    others = assignment_spec().by_name
    parts = []
    for name, codes in spec.required_when.items():
        values = plan.words("or").join(others[name].label(code, plan.lang) for code in codes)
        parts.append(plan.words("required_when", column=others[name].header(plan.lang), values=values))
    return "; ".join(parts) or plan.words("required_no")
