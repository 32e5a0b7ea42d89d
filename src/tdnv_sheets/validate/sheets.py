"""Find our sheets in a unit workbook, and read those that hold no table of assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, Severity, has_error
from tdnv_sheets.grid import Book, Raw, Sheet, is_blank
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.sheetspec import round_report_spec
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.secrecy import Secrecy, secrecy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

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
    """Look at every sheet, hidden ones too; a marked row is named by its number only (practice/vietnam.md 4)."""
    ours = {say(entry, lang) for entry in ("template.sheet_guide", "marked.sheet_fix") for lang in LANGUAGES}
    abouts = []
    for position, sheet in enumerate(book.sheets, 1):
        if secrecy(sheet.name) is Secrecy.REFUSE:
            # The name itself must not be repeated.
            values = {"position": str(position)}
            abouts.append(About(found("secret-title", values=values)))
            continue
        for number, row in enumerate(sheet.rows, 1):
            worst = {secrecy(cell) for cell in row if isinstance(cell, str)}
            if Secrecy.REFUSE in worst:
                abouts.append(About(found("secret", sheet.name, row=number)))
            elif Secrecy.WARN in worst and sheet.name not in ours:
                abouts.append(About(found("secret-topic", sheet.name, row=number)))
    if has_error(abouts):
        return [about for about in abouts if about.finding.severity is Severity.ERROR]
    return abouts


def report_lines(book: Book) -> dict[str, Raw]:
    """Read «Báo cáo»: each line carries its field's id in one cell and the answer two cells on."""
    names = {spec.name for spec in round_report_spec().fields}
    sheet = _named(book, "report") or _with_lines(book, names)
    if sheet is None:
        return {}
    lines: dict[str, Raw] = {}
    for row in sheet.rows:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell in names and column + 2 < len(row) and not is_blank(row[column + 2]):
                lines[cell] = row[column + 2]
    return lines


def _named(book: Book, name: str) -> Sheet | None:
    found = (book.sheet(say(f"template.sheet_{name}", lang)) for lang in LANGUAGES)
    return next((sheet for sheet in found if sheet is not None), None)


def _with_lines(book: Book, names: AbstractSet[str]) -> Sheet | None:
    """Find a renamed «Báo cáo» by the ids that stand below one another in its first column."""
    for sheet in book.sheets:
        if names <= {row[0] for row in sheet.rows if row}:
            return sheet
    return None


def language_of(sheet: Sheet, name: str) -> str | None:
    """Tell the language in which a sheet of ours was drawn, by its name; None when it was renamed."""
    return next((lang for lang in LANGUAGES if sheet.name == say(f"template.sheet_{name}", lang)), None)


def typed_report(lines: Mapping[str, Raw]) -> dict[str, Value]:
    """Type the lines of «Báo cáo»; what cannot be typed stays as its text."""
    spec = round_report_spec()
    typed = {name: type_cell(raw, spec.by_name[name]).value for name, raw in lines.items()}
    return {name: as_text(value.raw) if isinstance(value, Unread) else value for name, value in typed.items()}
