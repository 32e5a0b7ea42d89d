"""The marked copy: a returned workbook drawn again with its wrong cells coloured, to be corrected and sent back as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Level, Severity, shorten
from tdnv_sheets.grid import address
from tdnv_sheets.messages.catalogue import finding_fix, finding_text, say
from tdnv_sheets.render.book import Area, ok, open_book, set_columns, set_page
from tdnv_sheets.render.marked_stray import draw_stray
from tdnv_sheets.render.styles import (
    FRAME,
    LINK,
    SECTION,
    SUBTITLE,
    TITLE,
    WRAPPED,
    fill,
    header,
    mix,
    row_height,
)
from tdnv_sheets.render.template import book_title, draw_pages, update_columns, update_place
from tdnv_sheets.render.template_forms import missing_columns, missing_place, report_place
from tdnv_sheets.render.template_parts import FIRST_ROW, Mark, Page, Place, Returned, spread
from tdnv_sheets.sheetspec import Owner
from tdnv_sheets.validate.cells import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.view import MarkedView

COLUMNS: Final = {
    "number": 5,
    "kind": 13,
    "sheet": 15,
    "cell": 12,
    "task": 16,
    "caption": 24,
    "value": 28,
    "text": 46,
    "fix": 46,
}
"""Columns of «Cần sửa» with their widths; `marked.column_<name>` are the captions."""
TO_DO: Final = (Severity.ERROR, Severity.WARNING)
COLOURS: Final = {Severity.ERROR: "wrong_cell", Severity.WARNING: "warning_cell"}
ABOUT_CELLS: Final = (Level.CELL, Level.CROSS)
EMPTY_CELL: Final = "required"
"""The finding's code that asks for a value instead of another value."""
HEAD_ROW: Final = 6


@dataclass(frozen=True, slots=True)
class Item:
    """One finding and where it stands in the workbook that is drawn."""

    finding: Finding
    task_id: str
    place: Place | None
    """None where the cell is not drawn again: the finding's own place is that of the file received."""
    stray: bool = False
    """Whether its row is kept on «Dòng chưa nhận»."""

    @property
    def spot(self) -> tuple[object, ...]:
        """Give what tells cells apart when they are counted."""
        return self.place or (self.finding.sheet, self.finding.cell or self.finding.row, self.finding.column)


def draw_marked(view: MarkedView, path: Path) -> None:
    """Draw the workbook that goes back to the unit, «Cần sửa» first.

    It carries the same identity as the workbook issued. Raises `BrokenSurroundings` when it cannot be written.
    """
    stray, update = {number for number, _ in view.stray}, say("template.sheet_update", view.book.lang)
    items = tuple(
        Item(finding, task, _place(view, finding, task, field), finding.sheet == update and finding.row in stray)
        for finding, task, field in view.findings
    )
    returned = Returned(view.typed, view.missing_rows, view.report, _marks(items, view.book.lang))
    with open_book(path, title=book_title(view.book), author=view.book.office) as book:
        _draw_list(book, view, items)
        draw_pages(book, view.book, returned)
        if view.stray:
            draw_stray(book, view)


def _place(view: MarkedView, finding: Finding, task_id: str, field: str) -> Place | None:
    if task_id:
        return update_place(view.book, task_id, field or "task_id")
    if finding.sheet == say("template.sheet_report", view.book.lang):
        return report_place(field)
    if finding.sheet == say("template.sheet_missing", view.book.lang) and finding.row:
        return _missing_place(view, finding, field)
    return None


def _missing_place(view: MarkedView, finding: Finding, field: str) -> Place | None:
    """Find a cell of «Nhiệm vụ thiếu», whose rows have no key: only where what stands there is what the finding quotes."""
    names = {spec.header(view.book.lang): spec.name for spec in missing_columns()}
    name = field or names.get(finding.column, "")
    row = (finding.row or 0) - 1 - FIRST_ROW
    if not 0 <= row < len(view.missing_rows) or shorten(as_text(view.missing_rows[row].get(name))) != finding.value:
        return None
    return missing_place(row, name)


def _marks(items: Iterable[Item], lang: str) -> dict[Place, Mark]:
    by_place: dict[Place, list[Item]] = {}
    for item in items:
        if item.place and item.finding.severity in TO_DO:
            by_place.setdefault(item.place, []).append(item)
    return {place: _mark(found, lang) for place, found in by_place.items()}


def _mark(found: list[Item], lang: str) -> Mark:
    worst = min((item.finding.severity for item in found), key=TO_DO.index)
    notes = (say("marked.note", lang, text=finding_text(i.finding, lang), fix=_fix(i, lang)) for i in found)
    return Mark(COLOURS[worst], "\n\n".join(dict.fromkeys(notes)))


def summary_line(items: Iterable[Item], lang: str) -> str:
    """Say in one sentence, verbs first, what there is to do."""
    items = tuple(items)
    errors = [item for item in items if item.finding.severity is Severity.ERROR]
    cells = [item for item in errors if item.finding.level in ABOUT_CELLS]
    wrong = {item.spot for item in cells if item.finding.code != EMPTY_CELL}
    counts = {
        "do_correct": len(wrong),
        "do_fill": len({item.spot for item in cells} - wrong),
        "do_handle": len(errors) - len(cells),
        "do_review": len({item.spot for item in items if item.finding.severity is Severity.WARNING}),
    }
    parts = [say(f"marked.{entry}", lang, count=count) for entry, count in counts.items() if count]
    text = ", ".join(parts)
    sentence = f"{text[0].upper()}{text[1:]}." if text else say("marked.do_nothing", lang)
    repaired = sum(item.finding.severity is Severity.FIXED for item in items)
    return f"{sentence} {say('marked.also_fixed', lang, count=repaired)}" if repaired else sentence


def _draw_list(book: Book, view: MarkedView, items: tuple[Item, ...]) -> None:
    lang = view.book.lang
    sheet = book.sheet(say("marked.sheet_fix", lang))
    sheet.set_tab_color("#C00000")
    set_columns(sheet, list(COLUMNS.values()))
    last = len(COLUMNS) - 1
    period = view.book.period.title(lang)
    lines = (
        (say("marked.title", lang), TITLE),
        (say("marked.unit_line", lang, unit=view.book.unit.name, period=period), SUBTITLE),
        (say("marked.file_line", lang, file=view.file), SUBTITLE),
        (summary_line(items, lang), SECTION),
        (say("marked.how", lang), WRAPPED),
    )
    for row, (text, look) in enumerate(lines):
        spread(book, sheet, Area(row, 0, row, last), text, mix(look, {"text_wrap": True}))
        ok(sheet.set_row(row, 24 if row == 0 else 20))
    head = book.look(header(view.book.colours))
    for column, name in enumerate(COLUMNS):
        book.put(sheet, HEAD_ROW, column, say(f"marked.column_{name}", lang), head)
    row = HEAD_ROW + 1
    to_do = sorted((i for i in items if i.finding.severity in TO_DO), key=lambda i: TO_DO.index(i.finding.severity))
    rest = [item for item in items if item.finding.severity not in TO_DO]
    for number, item in enumerate(to_do, 1):
        _draw_item(book, sheet, view, row, (number, item))
        row += 1
    if rest:
        look = mix(SECTION, fill(view.book.colours["office_cell"]), FRAME)
        spread(book, sheet, Area(row, 0, row, last), say("marked.heading_repaired", lang), look)
        for number, item in enumerate(rest, len(to_do) + 1):
            row += 1
            _draw_item(book, sheet, view, row, (number, item))
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    set_page(sheet, footer=f"{view.book.office} · {view.book.unit.name}", repeat=(HEAD_ROW, HEAD_ROW))


def _draw_item(book: Book, sheet: Worksheet, view: MarkedView, row: int, numbered: tuple[int, Item]) -> None:
    number, item = numbered
    lang, finding = view.book.lang, item.finding
    where, cell = _where(item, lang)
    texts = {
        "kind": say(f"marked.kind_{finding.severity}", lang),
        "sheet": where,
        "cell": cell,
        "task": item.task_id,
        "caption": finding.column,
        "value": finding.value,
        "text": finding_text(finding, lang),
        "fix": _fix(item, lang),
    }
    look = mix(WRAPPED, FRAME, {"num_format": "@"})
    columns = list(COLUMNS)
    book.put(sheet, row, 0, number, book.look(mix(WRAPPED, FRAME, {"align": "center"})))
    for name, text in texts.items():
        colour = COLOURS.get(finding.severity) if name == "kind" else None
        cell_look = book.look(mix(look, fill(view.book.colours[colour])) if colour else look)
        book.put(sheet, row, columns.index(name), text, cell_look)
    if item.place:
        target = f"'{where}'!{cell}"
        book.link(sheet, row, columns.index("cell"), target, cell, book.look(mix(look, LINK, {"text_wrap": True})))
    ok(sheet.set_row(row, row_height([(text, COLUMNS[name]) for name, text in texts.items()], most=12)))


def _fix(item: Item, lang: str) -> str:
    """Give what to do, and what this copy has already done about it."""
    fix = finding_fix(item.finding, lang)
    if item.stray:
        return f"{fix} {say('marked.left_out', lang)}"
    if item.place and item.place.page is Page.UPDATE and update_columns()[item.place.column].owner is Owner.OFFICE:
        return f"{fix} {say('marked.restored', lang)}"
    return fix


def _where(item: Item, lang: str) -> tuple[str, str]:
    """Give sheet and cell as people see them; places of the file received are called so."""
    if item.place:
        return say(f"template.sheet_{item.place.page}", lang), address(item.place.row + 1, item.place.column + 1)
    cell = item.finding.cell
    if not cell and item.finding.row:
        cell = say("marked.whole_row", lang, row=item.finding.row)
    return item.finding.sheet, say("marked.original_place", lang, cell=cell) if cell else ""
