"""Find our sheets in a unit workbook, and read those that hold no table of assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, Finding, Level, Severity, has_error
from tdnv_sheets.grid import Book, Raw, Sheet, is_blank
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.sheetspec import round_report_spec
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.secrecy import Secrecy, secrecy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value

LANGUAGES: Final = ("vi", "en")


def find_sheet(book: Book, name: str) -> Sheet | None:
    """Find one of our sheets by its name in either language, else the one that holds its column ids."""
    for lang in LANGUAGES:
        sheet = book.sheet(say(f"template.sheet_{name}", lang))
        if sheet is not None:
            return sheet
    marker = "progress" if name == "update" else "task_content"
    for sheet in book.sheets:
        if any(marker in row and ("task_id" in row) == (name == "update") for row in sheet.rows[:30]):
            return sheet
    return None


def secret_findings(book: Book) -> list[About]:
    """Look at every sheet that people write on; a marked row is named by its number only (practice/vietnam.md 4)."""
    skipped = {say(entry, lang) for entry in ("template.sheet_guide", "marked.sheet_fix") for lang in LANGUAGES}
    abouts = []
    for sheet in book.sheets:
        if sheet.name in skipped or sheet.name.startswith("_"):
            continue
        for number, row in enumerate(sheet.rows, 1):
            worst = {secrecy(cell) for cell in row if isinstance(cell, str)}
            if Secrecy.REFUSE in worst:
                abouts.append(About(Finding("secret", Severity.ERROR, Level.TABLE, sheet.name, row=number)))
            elif Secrecy.WARN in worst:
                abouts.append(About(Finding("secret-topic", Severity.WARNING, Level.ROW, sheet.name, row=number)))
    if has_error(abouts):
        return [about for about in abouts if about.finding.severity is Severity.ERROR]
    return abouts


def report_lines(book: Book) -> dict[str, Raw]:
    """Read «Báo cáo»: each line carries its field's id in one cell and the answer two cells on."""
    sheet = _named(book, "report")
    if sheet is None:
        return {}
    names = {spec.name for spec in round_report_spec().fields}
    lines: dict[str, Raw] = {}
    for row in sheet.rows:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell in names and column + 2 < len(row) and not is_blank(row[column + 2]):
                lines[cell] = row[column + 2]
    return lines


def _named(book: Book, name: str) -> Sheet | None:
    found = (book.sheet(say(f"template.sheet_{name}", lang)) for lang in LANGUAGES)
    return next((sheet for sheet in found if sheet is not None), None)


def typed_report(lines: Mapping[str, Raw]) -> dict[str, Value]:
    """Type the lines of «Báo cáo»; what cannot be typed stays as its text."""
    spec = round_report_spec()
    typed = {name: type_cell(raw, spec.by_name[name]).value for name, raw in lines.items()}
    return {name: as_text(value.raw) if isinstance(value, Unread) else value for name, value in typed.items()}
