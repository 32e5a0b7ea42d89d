"""The unit workbook: what a unit has to report on, drawn from the schema so that it comes back readable."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import letters
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Area, open_book, put_carriers, set_page
from tdnv_sheets.render.limits import quoted
from tdnv_sheets.render.styles import STATUS_COLOUR, fill, mix, row_height
from tdnv_sheets.render.template_forms import draw_missing, draw_report
from tdnv_sheets.render.template_guide import draw_guide
from tdnv_sheets.render.template_parts import (
    CAPTION_ROW,
    FIRST_ROW,
    NOTHING_RETURNED,
    PROTECTION,
    Page,
    Place,
    Plan,
    Returned,
    as_shown,
    column_width,
    draw_captions,
    draw_cell,
    draw_checks,
    draw_input,
    draw_missing_colour,
    draw_titles,
    input_look,
    locked_look,
)
from tdnv_sheets.sheetspec import FieldSpec, Owner, assignment_spec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.view import Row, UnitBookView

KIND: Final = "unit"
"""The stamp's kind of a unit workbook."""
FROZEN_COLUMNS: Final = 3
"""Number, content and deadline stay in sight while the unit fills in the others."""
PRINTED_WIDTH: Final = 185
"""Characters that fit across an A4 landscape page and can still be read."""
LINES_LEAST, LINES_MOST = 3, 12
"""Lines of text that a row shows: room to write in, and an end to it."""


def draw_unit_book(view: UnitBookView, path: Path) -> None:
    """Draw the workbook that goes to one unit.

    Raises `BrokenSurroundings` when the file cannot be written.
    """
    with open_book(path, title=book_title(view), author=view.office) as book:
        draw_pages(book, view, NOTHING_RETURNED)


def draw_blank(regulation_title: str, lang: str, path: Path, *, spare_rows: int, colours: Mapping[str, str]) -> None:
    """Draw an empty template of a regulation: no assignments, no identity, *spare_rows* empty rows on each table."""
    plan = _blank_plan(regulation_title, lang, spare_rows, colours)
    with open_book(path, title=plan.words("title_update"), author=regulation_title) as book:
        _draw(book, plan)


def draw_pages(book: Book, view: UnitBookView, returned: Returned) -> None:
    """Draw all sheets of a unit workbook into *book*, with what a unit had *returned* in its white cells."""
    _draw(book, _plan(view, returned))
    put_carriers(book, view.token, KIND)


def book_title(view: UnitBookView) -> str:
    """Give the title in the document's properties."""
    return f"{say('template.title_update', view.lang)} – {view.unit.name} – {view.period.title(view.lang)}"


def update_columns() -> tuple[FieldSpec, ...]:
    """Give the columns of «Cập nhật»."""
    return assignment_spec().shown_on(Page.UPDATE)


def update_place(view: UnitBookView, task_id: str, field: str) -> Place | None:
    """Give the cell in which an assignment's field is drawn; None when it is not."""
    row = next((i for i, row in enumerate(view.rows) if row.assignment.key.task_id == task_id), None)
    column = next((i for i, spec in enumerate(update_columns()) if spec.name == field), None)
    return None if row is None or column is None else Place(Page.UPDATE, FIRST_ROW + row, column)


def _plan(view: UnitBookView, returned: Returned) -> Plan:
    lang = view.lang
    as_of, period = f"{view.as_of:%d/%m/%Y}", view.period.title(lang)
    entry = "period_line" if view.rows else "period_line_none"

    def words(name: str, **values: object) -> str:
        return say(f"template.{name}", lang, **values)

    due = words("fact_due_none")
    if view.due:
        known = "fact_due_value" if view.due_article else "fact_due_plain"
        due = words(known, due=f"{view.due:%d/%m/%Y}", article=view.due_article)
    values = {
        "fact_office": view.office,
        "fact_unit": f"{view.unit.name} ({view.unit.code})",
        "fact_period": period,
        "fact_as_of": as_of,
        "fact_due": due,
        "fact_regulation": view.regulation_title,
        "fact_contact": view.contact or words("fact_contact_none"),
        "fact_issue": view.issue_id,
    }
    return Plan(
        lang=lang,
        colours=view.colours,
        office=view.office,
        unit_line=words("unit_line", unit=view.unit.name),
        period_line=words(entry, period=period, as_of=as_of, count=len(view.rows)),
        facts=tuple((words(name), value) for name, value in values.items()),
        rows=view.rows,
        spare_rows=view.spare_rows,
        blank=False,
        returned=returned,
    )


def _blank_plan(regulation_title: str, lang: str, spare_rows: int, colours: Mapping[str, str]) -> Plan:
    def words(name: str) -> str:
        return say(f"template.{name}", lang)

    to_write = ("fact_office", "fact_unit", "fact_period", "fact_as_of", "fact_due", "fact_contact")
    facts = [(words(name), words("fact_blank")) for name in to_write]
    return Plan(
        lang=lang,
        colours=colours,
        office=words("blank_office"),
        unit_line=words("blank_unit"),
        period_line=words("blank_period"),
        facts=(*facts, (words("fact_regulation"), regulation_title)),
        rows=(),
        spare_rows=spare_rows,
        blank=True,
    )


def _draw(book: Book, plan: Plan) -> None:
    columns = update_columns()
    draw_guide(book, plan, columns)
    _draw_update(book, plan, columns)
    draw_missing(book, plan)
    draw_report(book, plan)


def _draw_update(book: Book, plan: Plan, columns: tuple[FieldSpec, ...]) -> None:
    sheet = book.sheet(plan.sheet_name(Page.UPDATE))
    draw_titles(book, sheet, plan, plan.words("title_update"), plan.period_line, 1)  # A is repeated on paper
    draw_captions(book, sheet, plan, columns)
    count = plan.spare_rows if plan.blank else len(plan.rows)
    for index in range(count):
        row = plan.rows[index] if index < len(plan.rows) else None
        _draw_row(book, sheet, plan, columns, index, row)
    if count:
        _draw_column_checks(book, sheet, plan, columns, count)
    sheet.freeze_panes(FIRST_ROW, FROZEN_COLUMNS)
    sheet.autofilter(CAPTION_ROW, 0, FIRST_ROW + max(count, 1) - 1, len(columns) - 1)
    sheet.protect("", dict(PROTECTION))
    set_page(sheet, footer=plan.footer(), repeat=(0, CAPTION_ROW))
    sheet.fit_to_pages(math.ceil(sum(map(column_width, columns)) / PRINTED_WIDTH), 0)
    sheet.repeat_columns(0, 0)


def _draw_row(  # noqa: PLR0917 - one row of one sheet, all named
    book: Book, sheet: Worksheet, plan: Plan, columns: tuple[FieldSpec, ...], index: int, row: Row | None
) -> None:
    grey = plan.colours["office_cell"]
    texts = []
    for column, spec in enumerate(columns):
        place = Place(Page.UPDATE, FIRST_ROW + index, column)
        value = None if row is None else _value(plan, spec, row)
        texts.append((value if isinstance(value, str) else "", column_width(spec)))
        if spec.owner is Owner.UNIT:
            draw_input(book, sheet, plan, place, spec, value)
            continue
        look = input_look(spec, grey) if plan.blank else locked_look(spec, grey)
        if spec.name == "status" and row is not None:
            colour = STATUS_COLOUR[row.judgement.status]
            look = mix(look, fill(plan.colours[colour] if colour != "unit_cell" else grey))  # white is for the unit
        draw_cell(book, sheet, plan, place, as_shown(spec, value, plan.lang), look)
    sheet.set_row(FIRST_ROW + index, row_height(texts, least=LINES_LEAST, most=LINES_MOST))


def _value(plan: Plan, spec: FieldSpec, row: Row) -> object:
    key = row.assignment.key.task_id, spec.name
    if spec.owner is Owner.UNIT and key in plan.returned.typed:
        return plan.returned.typed[key]
    return field_value(row, spec)


def field_value(row: Row, spec: FieldSpec) -> object:
    """Give the value of a field of a row: of its key, of the rules, or as the ledger holds it."""
    if spec.owner is Owner.KEY:
        return getattr(row.assignment.key, spec.name)
    if spec.owner is Owner.COMPUTED:
        return getattr(row.judgement, spec.name)
    return row.assignment.get(spec.name)


def _draw_column_checks(book: Book, sheet: Worksheet, plan: Plan, columns: tuple[FieldSpec, ...], count: int) -> None:
    at = {spec.name: column for column, spec in enumerate(columns)}
    by_name = {spec.name: spec for spec in columns}
    for column, spec in enumerate(columns):
        if spec.owner is not Owner.UNIT:
            continue
        area = Area(FIRST_ROW, column, FIRST_ROW + count - 1, column)
        draw_checks(book, sheet, plan, area, spec)
        for other, codes in spec.required_when.items():
            if other in at:
                cell = f"${letters(at[other] + 1)}{FIRST_ROW + 1}"
                words = [by_name[other].label(code, plan.lang) for code in codes]
                condition = "OR(" + ",".join(f"TRIM({cell})={quoted(word)}" for word in words) + ")"
                draw_missing_colour(book, sheet, plan, area, condition)
