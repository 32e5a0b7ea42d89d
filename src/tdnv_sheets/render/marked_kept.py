"""Draw cells of a marked copy over again whose content says what it is only together with its kind or font.

Without that the copy, sent back as it is, would no longer show the mistake: `#REF!` as words is no error of Excel, a day
in a column of texts is a number, and words in an old font are rubbish in a new one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Severity, shorten
from tdnv_sheets.grid import OLD_ERRORS
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.limits import held
from tdnv_sheets.render.styles import DAY, fill, mix
from tdnv_sheets.render.template import update_columns
from tdnv_sheets.render.template_forms import missing_columns
from tdnv_sheets.render.template_parts import FIRST_ROW, Page, Place, input_look
from tdnv_sheets.sheetspec import Kind, Owner
from tdnv_sheets.text.legacy import Encoding, decode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.render.view import MarkedView
    from tdnv_sheets.sheetspec import FieldSpec

FONTS: Final = {Encoding.TCVN3: ".VnTime", Encoding.TCVN3_CAPS: ".VnTimeH", Encoding.VNI: "VNI-Times"}


def draw_kept(book: Book, view: MarkedView, about: Iterable[tuple[Finding, str, Place]]) -> None:
    """Write errors, days among texts and words in old fonts again as what they were."""
    for finding, task, place in about:
        spec, value = _cell(view, task, place)
        if spec is None or value is None or finding.severity is not Severity.ERROR:
            continue
        look = mix(input_look(spec, view.book.colours["unit_cell"]), fill(view.book.colours["wrong_cell"]))
        name = say(f"template.sheet_{place.page}", view.book.lang)
        sheet: Worksheet | None = book.workbook.get_worksheet_by_name(name)
        if sheet is None:
            continue
        if finding.code == "error-value" and value in OLD_ERRORS:  # newer ones cannot be written
            sheet.write_formula(place.row, place.column, f"={value}", book.look(look), value)
        elif finding.code == "legacy-encoding":
            look = mix(look, _font(finding, str(value)))
            book.put(sheet, place.row, place.column, held(str(value)), book.look(look))
        elif isinstance(value, date) and spec.kind is not Kind.DATE:
            book.put(sheet, place.row, place.column, value, book.look(mix(look, {"num_format": DAY})))


def _cell(view: MarkedView, task: str, place: Place) -> tuple[FieldSpec | None, object]:
    """Give the column of a cell that the unit may write and what it typed there; nothing for any other cell."""
    if place.page is Page.UPDATE:
        spec = update_columns()[place.column]
        return (spec, view.typed.get((task, spec.name))) if spec.owner is Owner.UNIT else (None, None)
    if place.page is Page.MISSING:
        spec = missing_columns()[place.column]
        return spec, view.missing_rows[place.row - FIRST_ROW].get(spec.name)
    return None, None


def _font(finding: Finding, text: str) -> Look:
    """Give the font in which *text* reads as the finding says."""
    read = (font for encoding, font in FONTS.items() if shorten(decode(text, encoding)) == finding.values["text"])
    return {"font_name": name} if (name := next(read, "")) else {}
