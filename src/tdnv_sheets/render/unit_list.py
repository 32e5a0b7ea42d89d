"""Draw don-vi.xlsx, the office's list of units, from schemas/unit.toml; people keep it up to date in Excel."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area, open_book, set_page
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.sheetspec import FieldSpec, Kind, unit_spec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.records import Unit, Value
    from tdnv_sheets.render.book import Book

TITLE_ROW, HOW_ROW, ID_ROW, HEADER_ROW, FIRST_ROW = range(5)
"""0-based rows; the hidden row of field names stands right above the header."""
SPARE_ROWS: Final = 30
FIRST_DATE: Final = date(1945, 9, 2)
LAST_DATE: Final = date(2100, 12, 31)


def draw_unit_list(units: Sequence[Unit], path: Path, *, office: str, lang: str) -> None:
    """Draw the list to *path*, one unit per row, with empty rows for more; the same units give the same bytes."""
    title = say("register.title_units", lang)
    with open_book(path, title=f"{title} – {office}", author=office) as book:
        sheet = book.sheet(say("register.sheet_units", lang))
        fields = unit_spec().shown_on("units")
        _draw_head(book, sheet, fields, office, lang)
        last = FIRST_ROW + len(units) + SPARE_ROWS - 1
        for index, spec in enumerate(fields):
            look = book.look(styles.cell(spec.kind, max_length=spec.max_length))
            for row in range(FIRST_ROW, last + 1):
                at = row - FIRST_ROW
                value = _shown(units[at], spec, lang) if at < len(units) else None
                book.put(sheet, row, index, value, look)
            _check(book, sheet, Area(FIRST_ROW, index, last, index), spec, lang)
        for row, unit in enumerate(units, FIRST_ROW):
            texts = [(str(_shown(unit, spec, lang) or ""), spec.width) for spec in fields]
            sheet.set_row(row, styles.row_height(texts))
        sheet.autofilter(HEADER_ROW, 0, last, len(fields) - 1)
        sheet.freeze_panes(FIRST_ROW, 2)
        set_page(sheet, footer=f"{office} – {title}", repeat=(HEADER_ROW, HEADER_ROW))


def _draw_head(book: Book, sheet: Worksheet, fields: Sequence[FieldSpec], office: str, lang: str) -> None:
    title = f"{say('register.title_units', lang)} – {office}"
    book.put(sheet, TITLE_ROW, 0, title, book.look(styles.TITLE))
    sheet.set_row(TITLE_ROW, 26)
    how = book.look(styles.NOTE, {"text_wrap": False})
    book.put(sheet, HOW_ROW, 0, say("register.units_how", lang), how)
    head = book.look(styles.header(DEFAULT_COLOURS))
    for index, spec in enumerate(fields):
        sheet.set_column(index, index, spec.width)
        book.put(sheet, ID_ROW, index, spec.name, book.look(styles.IDS))
        book.put(sheet, HEADER_ROW, index, spec.header(lang), head)
    sheet.set_row(ID_ROW, None, None, {"hidden": True})
    sheet.set_row(HEADER_ROW, 2 * styles.LINE + 3)


def _shown(unit: Unit, spec: FieldSpec, lang: str) -> Value:
    if spec.name == "aliases":
        return "; ".join(unit.aliases)
    if spec.name == "state":
        return spec.label("draft" if unit.draft else "confirmed", lang)
    value: Value = getattr(unit, spec.name)
    return value


def _check(book: Book, sheet: Worksheet, area: Area, spec: FieldSpec, lang: str) -> None:
    title, hint = spec.header(lang), spec.help[lang]
    if spec.kind is Kind.CHOICE:
        labels = [choice.labels[lang] for choice in spec.choices]
        advice = Advice(title, hint, say("register.error_choice", lang))
        book.check_list(sheet, area, f"ds_{spec.name}", labels, advice)
    elif spec.kind is Kind.DATE:
        advice = Advice(title, hint, say("register.error_date", lang), stop=False)
        book.check_date(sheet, area, FIRST_DATE, LAST_DATE, advice)
    else:
        book.hint(sheet, area, Advice(title, hint))
