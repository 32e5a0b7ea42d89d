"""The marked copy: a returned workbook drawn again with its wrong cells coloured, to be corrected and sent back as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Severity, shorten
from tdnv_sheets.grid import address
from tdnv_sheets.messages.catalogue import finding_copy, finding_fix, finding_hint, finding_text, say
from tdnv_sheets.messages.to_do import place_of, reading_order, to_do_line
from tdnv_sheets.render.book import Area, open_book, set_columns, set_page
from tdnv_sheets.render.marked_kept import draw_kept
from tdnv_sheets.render.marked_sent import draw_sent
from tdnv_sheets.render.marked_stray import draw_stray
from tdnv_sheets.render.styles import (
    BOLD,
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
    from collections.abc import Hashable, Iterable
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.view import MarkedView

COLUMNS: Final = {
    "number": 5,
    "kind": 12,
    "sheet": 11,
    "cell": 9,
    "task": 15,
    "caption": 19,
    "value": 20,
    "text": 40,
    "fix": 44,
}
"""Columns of «Cần sửa» with their widths, narrow enough to be read on A4; `marked.column_<name>` are the captions."""
TO_DO: Final = (Severity.ERROR, Severity.WARNING)
COLOURS: Final = {Severity.ERROR: "wrong_cell", Severity.WARNING: "warning_cell"}
HEAD_ROW: Final = 6
NOT_ALL: Final = "levels-not-checked"
"""Said above the list: it is about all of it."""
ALARM: Final = "#C00000"
NARROW: Final = 1.15
"""Characters of running text that fit where a column's width counts one digit."""
LINE_WIDTH: Final = int(sum(COLUMNS.values()) * 0.8)
"""Characters of the large type above the list that fit on one line."""


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
    def spot(self) -> Hashable:
        """Give what tells cells apart when they are counted."""
        return self.place or place_of(self.finding)


def draw_marked(view: MarkedView, path: Path) -> None:
    """Draw the workbook that goes back to the unit, «Cần sửa» first.

    It carries the same identity as the workbook issued. Raises `BrokenSurroundings` when it cannot be written.
    """
    stray, update = {number for number, _ in view.stray}, say("template.sheet_update", view.book.lang)
    items = tuple(
        Item(finding, task, _place(view, finding, task, field), finding.sheet == update and finding.row in stray)
        for finding, task, field in sorted(view.findings, key=lambda about: reading_order(about[0]))
    )
    returned = Returned(view.typed, view.missing_rows, view.report, _marks(items, view.book.lang))
    with open_book(path, title=book_title(view.book), author=view.book.office) as book:
        _draw_list(book, view, items)
        draw_pages(book, view.book, returned)
        draw_kept(book, view, ((item.finding, item.task_id, item.place) for item in items if item.place))
        if view.stray:
            draw_stray(book, view)
        draw_sent(book, view)


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


def _draw_list(book: Book, view: MarkedView, items: tuple[Item, ...]) -> None:
    lang = view.book.lang
    sheet = book.sheet(say("marked.sheet_fix", lang))
    sheet.set_tab_color(ALARM)
    set_columns(sheet, list(COLUMNS.values()))
    last = len(COLUMNS) - 1
    period = view.book.period.title(lang)
    not_all = [finding_text(item.finding, lang) for item in items if item.finding.code == NOT_ALL][:1]
    items = _once(items, lang)
    lines = (
        (say("marked.title", lang), TITLE),
        (say("marked.unit_line", lang, unit=view.book.unit.name, period=period), SUBTITLE),
        (say("marked.file_line", lang, file=view.file), SUBTITLE),
        (to_do_line([(item.finding, item.spot) for item in items], lang, in_copy=True), SECTION),
        (say("marked.how", lang), WRAPPED),
        *((say("marked.not_all_checked", lang, text=text), mix(BOLD, {"font_color": ALARM})) for text in not_all),
    )
    for row, (text, look) in enumerate(lines):
        spread(book, sheet, Area(row, 0, row, last), text, mix(look, {"text_wrap": True}))
        sheet.set_row(row, max(24 if row == 0 else 20, row_height([(text, LINE_WIDTH)])))
    head = book.look(header(view.book.colours))
    for column, name in enumerate(COLUMNS):
        book.put(sheet, HEAD_ROW, column, say(f"marked.column_{name}", lang), head)
    row = HEAD_ROW + 1
    to_do = [item for item in items if item.finding.severity in TO_DO]
    rest = [item for item in items if item.finding.severity not in TO_DO]
    hints = _hints([*to_do, *rest], lang)
    for number, item in enumerate(to_do, 1):
        _draw_item(book, sheet, view, row, (number, item, hints[number - 1]))
        row += 1
    if rest:
        look = mix(SECTION, fill(view.book.colours["office_cell"]), FRAME)
        spread(book, sheet, Area(row, 0, row, last), say("marked.heading_repaired", lang), look)
        for number, item in enumerate(rest, len(to_do) + 1):
            row += 1
            _draw_item(book, sheet, view, row, (number, item, hints[number - 1]))
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    set_page(sheet, footer=f"{view.book.office} · {view.book.unit.name}", repeat=(HEAD_ROW, HEAD_ROW))


def _once(items: Iterable[Item], lang: str) -> tuple[Item, ...]:
    """Leave out what stands above the list, and what would be said of a cell in the same words again."""
    kept: dict[Hashable, Item] = {}
    for number, item in enumerate(items):
        if item.finding.code != NOT_ALL:
            kept.setdefault((item.place, finding_text(item.finding, lang)) if item.place else number, item)
    return tuple(kept.values())


def _hints(items: Iterable[Item], lang: str) -> list[str]:
    """Give each line's hint; none is said twice, nor where the copy has put the thing right."""
    hints: list[str] = []
    for item in items:
        hint = "" if finding_copy(item.finding, lang) else finding_hint(item.finding, lang)
        hints.append("" if hint in hints else hint)
    return hints


def _draw_item(book: Book, sheet: Worksheet, view: MarkedView, row: int, numbered: tuple[int, Item, str]) -> None:
    number, item, hint = numbered
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
        "fix": f"{_fix(item, lang)}\n{say('marked.hint', lang, hint=hint)}" if hint else _fix(item, lang),
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
    sheet.set_row(row, row_height([(text, int(COLUMNS[name] * NARROW)) for name, text in texts.items()], most=12))


def _fix(item: Item, lang: str) -> str:
    """Give what to do, and what this copy has already done about it."""
    if copy := finding_copy(item.finding, lang):
        return copy
    fix = finding_fix(item.finding, lang)
    if item.stray:
        return f"{fix} {say('marked.left_out', lang)}"
    if item.place and item.place.page is Page.UPDATE and update_columns()[item.place.column].owner is Owner.OFFICE:
        return f"{fix} {say('marked.restored', lang)}"
    if item.finding.code == "formula":
        return f"{fix} {say('marked.left_blank', lang)}"
    return fix


def _where(item: Item, lang: str) -> tuple[str, str]:
    """Give sheet and cell as people see them; places of the file received are called so."""
    if item.place:
        return say(f"template.sheet_{item.place.page}", lang), address(item.place.row + 1, item.place.column + 1)
    cell = item.finding.cell
    if not cell and item.finding.row:
        cell = say("marked.whole_row", lang, row=item.finding.row)
    return item.finding.sheet, say("marked.original_place", lang, cell=cell) if cell else ""
