"""Find our sheets in a unit workbook, and read those that hold no table of assignments."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, Severity, has_error
from tdnv_sheets.grid import is_blank
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.sheetspec import assignment_spec, round_report_spec
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.secrecy import Secrecy, is_level_caption, level_refused, perhaps_marked, secrecy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.grid import Book, Raw, Sheet
    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.validate.columns import Header

PAGES: Final = ("guide", "update", "missing", "report")
"""The sheets that every unit workbook has; `template.sheet_<page>` names them."""
_MOSTLY: Final = 0.6
"""Share of our columns that a sheet under another name must have to be taken for one of our tables."""
_SENT_MOST: Final = 20
"""A marked copy repeats that many sheets at most."""
_HEADER: Final = 3
"""So many captions make a header."""
_OURS: Final = frozenset(
    (
        "_tdnv",
        "_danh_muc",
        *(say(f"marked.sheet_{page}", lang) for page in ("fix", "stray") for lang in LANGUAGES),
        *(say("marked.sheet_sent", lang, number=n) for n in range(1, _SENT_MOST + 1) for lang in LANGUAGES),
    )
)
"""Our other sheets: the stamp, the lists of choices, and what a marked copy shows."""
_NOT_READ: Final = frozenset({"extra-column", "dropped-column", "stray-cells", "extra-sheet", "hidden-sheet"})
"""What says that a sheet holds something which was not read."""


class Place(NamedTuple):
    """One of our table sheets, and its header if it has one that can be read."""

    sheet: Sheet
    header: Header | None


def find_table(book: Book, name: str, fields: Sequence[FieldSpec]) -> Place | None:
    """Find one of our table sheets: by its name in either language, else by its column ids, else by its captions."""
    named = [sheet for sheet in book.sheets if sheet.name in _titles((name,))]
    others = [sheet for sheet in book.sheets if sheet.name not in _titles(PAGES) | _OURS]
    others.sort(key=lambda sheet: not _has_ids(sheet, name))
    for sheet in (*named, *others):
        header = find_header(sheet, fields)
        if header is not None and (sheet.name in _titles((name,)) or _is_table(sheet, header, name)):
            return Place(sheet, header)
    return Place(named[0], None) if named else None


def copies(book: Book, name: str, fields: Sequence[FieldSpec], original: Sheet) -> list[Place]:
    """Give the sheets that look like one of our tables too, such as «Cập nhật (2)»."""
    found = []
    for sheet in book.sheets:
        if sheet is original or sheet.name in (_titles(PAGES) - _titles((name,))) | _OURS or is_empty(sheet):
            continue
        header = find_header(sheet, fields)
        if header is not None and _is_table(sheet, header, name):
            found.append(Place(sheet, header))
    return found


def _is_table(sheet: Sheet, header: Header, name: str) -> bool:
    """Say whether a header is that of our table, not just one with some of the same captions.

    «Nhiệm vụ thiếu» has few columns, so that only its row of ids tells it from a list that people made.
    """
    if name != "update":
        return _has_ids(sheet, name)
    taken = header.by_field()
    return "task_id" in taken and len(taken) >= _MOSTLY * len(assignment_spec().shown_on(name))


def _has_ids(sheet: Sheet, name: str) -> bool:
    marker = "progress" if name == "update" else "task_content"
    return any(marker in row and ("task_id" in row) == (name == "update") for row in sheet.rows[:30])


def is_empty(sheet: Sheet) -> bool:
    """Say whether nobody would see anything on a sheet."""
    return all(is_blank(cell) for row in sheet.rows for cell in row)


def sheet_findings(book: Book, read: Iterable[Sheet], said: Iterable[Sheet]) -> list[About]:
    """Name the sheets that people added and hid; *read* are ours, about those in *said* something was said already."""
    abouts = []
    ours, known = {sheet.name for sheet in read}, {sheet.name for sheet in said}
    for sheet in book.sheets:
        code = "extra-sheet"
        if sheet.name in ours:
            code = "hidden-own-sheet" if sheet.hidden else ""
        elif sheet.name in _titles(PAGES) | _OURS | known:
            code = ""
        elif sheet.hidden:
            code = "hidden-sheet"
        if code and not is_empty(sheet):
            abouts.append(About(found(code, values={"sheet": sheet.name})))
    return abouts


def sheets_not_read(book: Book, abouts: Iterable[About]) -> tuple[Sheet, ...]:
    """Give the sheets of which something, or everything, was not read, so that a marked copy can repeat them."""
    findings = [about.finding for about in abouts]
    worth = [sheet for sheet in book.sheets if sheet.name not in _titles(("guide",)) | _OURS and not is_empty(sheet)]
    if not any(finding.code == "levels-not-checked" for finding in findings):
        named = {finding.sheet or finding.values.get("sheet") for finding in findings if finding.code in _NOT_READ}
        worth = [sheet for sheet in worth if sheet.name in named]
    return tuple(worth[:_SENT_MOST])


def secret_findings(book: Book) -> list[About]:
    """Look at every sheet, hidden ones and notes too; a marked row is named by its number only (practice/vietnam.md 4)."""
    ours = {say(entry, lang) for entry in ("template.sheet_guide", "marked.sheet_fix") for lang in LANGUAGES}
    abouts, unnamed = [], set()
    for position, sheet in enumerate(book.sheets, 1):
        if secrecy(sheet.name) is Secrecy.REFUSE:
            # The name itself must not be repeated.
            unnamed.add(sheet.name)
            values = {"position": str(position)}
            abouts.append(About(found("secret-title", values=values)))
            continue
        if sheet.harmless:
            continue
        levels: set[int] = set()
        for number, row in enumerate(sheet.rows, 1):
            if any(_states_level(row, column) for column in levels):
                abouts.append(About(found("secret", sheet.name, row=number)))
                continue
            if not perhaps_marked("\n".join(cell for cell in row if isinstance(cell, str))):
                continue
            levels |= _level_columns(row)
            cells = ((column, cell) for column, cell in enumerate(row, 1) if isinstance(cell, str))
            worst = {secrecy(cell, sheet.fonts.get((number, column), "")) for column, cell in cells}
            if Secrecy.REFUSE in worst:
                abouts.append(About(found("secret", sheet.name, row=number)))
            elif Secrecy.WARN in worst and sheet.name not in ours:
                abouts.append(About(found("secret-topic", sheet.name, row=number)))
    abouts += _secret_notes(book, unnamed)
    if has_error(abouts):
        return [about for about in abouts if about.finding.severity is Severity.ERROR]
    return abouts


def _level_columns(row: Sequence[Raw]) -> set[int]:
    """Give the places of the captions «Độ mật» in a row that is a header, and no single line of a form."""
    if sum(not is_blank(cell) for cell in row) < _HEADER:
        return set()
    texts = ((place, cell) for place, cell in enumerate(row) if isinstance(cell, str) and perhaps_marked(cell))
    return {place for place, cell in texts if is_level_caption(cell)}


def _states_level(row: Sequence[Raw], place: int) -> bool:
    """Say whether a row has a level of secrecy in that column; the number of the column is none."""
    cell = row[place] if place < len(row) else None
    if is_blank(cell):
        return False
    text = as_text(cell).strip()
    return text.strip("()") != str(place + 1) and not is_level_caption(text) and level_refused(text)


def _secret_notes(book: Book, unnamed: AbstractSet[str]) -> list[About]:
    """Name the places outside the cells that bear a mark, each once."""
    abouts = {}
    for note in book.notes:
        if secrecy(note.text) is not Secrecy.REFUSE or any(name in note.text for name in unnamed):
            continue  # the list of sheets in the file's properties says a sheet's name again
        sheet = "" if note.sheet in unnamed else note.sheet
        entry = ("note_row" if sheet else "note_row_only") if note.row else "note_sheet" if sheet else "note_file"
        where = {f"where_{lang}": say(f"layout.{entry}", lang, sheet=sheet, row=note.row) for lang in LANGUAGES}
        abouts[sheet, note.row] = About(found("secret-note", sheet, row=note.row, values=where))
    return list(abouts.values())


def find_report(book: Book) -> Sheet | None:
    """Find «Báo cáo» by its name, else by the ids of its lines."""
    names = {spec.name for spec in round_report_spec().fields}
    named = [sheet for sheet in book.sheets if sheet.name in _titles(("report",))]
    # By the ids that stand below one another in its first column.
    with_ids = [sheet for sheet in book.sheets if names <= {row[0] for row in sheet.rows if row}]
    return next(iter((*named, *with_ids)), None)


def report_lines(sheet: Sheet | None) -> dict[str, Raw]:
    """Read «Báo cáo»: the answer stands two cells right of the line's id, or one cell right of its caption."""
    lines: dict[str, Raw] = {}
    if sheet is None:
        return lines
    fields = round_report_spec().fields
    by_id = {spec.name: (spec.name, 2) for spec in fields}
    has_ids = any(isinstance(cell, str) and cell in by_id for row in sheet.rows for cell in row)
    by_caption = {fold(caption): (spec.name, 1) for spec in fields for caption in spec.headers.values()}
    for row in sheet.rows:
        for column, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            name, steps = by_id.get(cell, ("", 0)) if has_ids else by_caption.get(fold(cell), ("", 0))
            if name and column + steps < len(row) and not is_blank(row[column + steps]):
                lines.setdefault(name, row[column + steps])
    return lines


def language_of(sheet: Sheet, name: str) -> str | None:
    """Tell the language in which a sheet of ours was drawn, by its name; None when it was renamed."""
    return next((lang for lang in LANGUAGES if sheet.name == say(f"template.sheet_{name}", lang)), None)


def typed_report(lines: Mapping[str, Raw]) -> dict[str, Value]:
    """Type the lines of «Báo cáo»; what cannot be typed stays as its text."""
    spec = round_report_spec()
    typed = {name: type_cell(raw, spec.by_name[name]).value for name, raw in lines.items()}
    return {name: as_text(value.raw) if isinstance(value, Unread) else value for name, value in typed.items()}


@cache
def _titles(pages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(say(f"template.sheet_{page}", lang) for page in pages for lang in LANGUAGES)
