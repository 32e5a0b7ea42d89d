"""Draw «Nhiệm vụ», the sheet the office works in: one row per assignment, with drop-downs, colours and hidden field names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area
from tdnv_sheets.render.limits import quoted, sheet_ref
from tdnv_sheets.render.live import CELLS, TODAY, define
from tdnv_sheets.render.register_conflicts import mark_disputed
from tdnv_sheets.render.register_rows import (
    BAND_ROW,
    FIRST_ROW,
    HEADER_ROW,
    ID_ROW,
    LEGEND_ROW,
    RESTS_ON_CALENDAR,
    columns,
    draw_rows,
)
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import Kind, Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.register_rows import Column
    from tdnv_sheets.sheetspec import FieldSpec

TABLE_NAME: Final = "tblNhiemVu"
FROZEN_COLUMNS: Final = 2
BANDS: Final = {
    "task_id": "band_key",
    "document_number": "band_document",
    "assigner": "band_task",
    "progress": "band_report",
    "decision": "band_decision",
    "effective_deadline": "band_computed",
}
"""The first field of each group of columns, and the group's name."""
FIRST_DATE: Final = date(1990, 1, 1)
LAST_DATE: Final = date(2100, 12, 31)
LEGEND: Final = ("overdue", "due_soon", "completed_late", "completed_on_time", "undated", "closed")
"""The colours of rows that the legend explains, by their name in the settings."""
NOTE_COLUMNS: Final = 4
"""Columns beside the legend that hold the note on adding tasks."""
PAGE_WIDTH: Final = 170
"""Characters on one printed page at a size that can still be read; wider registers take several pages."""
FILTER_ARROW: Final = 3
"""Characters of a header that the filter's arrow covers."""


def draw_tasks(canvas: Canvas, only: Collection[int] | None = None) -> None:
    """Draw the sheet; where *only* some rows are wanted, by their places among all, it has everything but the others.

    Empty rows stand below the Excel table, not in it: typing in the first one makes Excel extend the table by itself,
    and filters and sorting never meet blank rows.
    """
    view, sheet = canvas.view, canvas.sheet
    shown = columns(view, canvas.words)
    last_row = FIRST_ROW + max(len(view.rows), 1) - 1
    body = Area(FIRST_ROW, 0, last_row + view.spare_rows, len(shown) - 1)
    _draw_head(canvas, shown)
    draw_rows(canvas, shown, body.last_row, only)
    header = canvas.book.look(styles.header(view.colours))
    table = {
        "name": TABLE_NAME,
        "style": "Table Style Light 1",
        "banded_rows": False,
        "columns": [{"header": column.caption, "header_format": header} for column in shown],
    }
    names = CELLS if view.live is not None else {}
    living_columns = {index: names[column.id] for index, column in enumerate(shown) if column.id in names}
    sheet.add_tall_table((HEADER_ROW, 0, last_row, len(shown) - 1), table, living_columns)
    for index, column in enumerate(shown):
        if column.spec:
            _check(canvas, Area(body.first_row, index, body.last_row, index), column.spec)
            _explain(canvas, Area(HEADER_ROW, index, HEADER_ROW, index), column.spec)
    if view.live is not None:
        define(canvas.book, view.live, canvas.name, canvas.columns, _label(canvas))
    mark_disputed(canvas, body)  # before the colours of rows: the first rule that holds wins
    _colour(canvas, body, [column.id for column in shown])
    sheet.freeze_panes(FIRST_ROW, FROZEN_COLUMNS)
    canvas.paper((BAND_ROW, HEADER_ROW))
    sheet.print_area(0, 0, last_row, len(shown) - 1)  # the empty rows below are for the screen
    sheet.repeat_columns(0, FROZEN_COLUMNS - 1)
    sheet.fit_to_pages(max(1, round(sum(column.width for column in shown) / PAGE_WIDTH)), 0)


def _draw_head(canvas: Canvas, shown: Sequence[Column]) -> None:
    sheet, words = canvas.sheet, canvas.words
    canvas.title(words.say("title"), 14, FROZEN_COLUMNS)
    _draw_day(canvas)
    _draw_legend(canvas)
    sheet.outline_settings(symbols_right=False)
    for index, column in enumerate(shown):
        starts = BANDS.get(column.id) or ("band_extra" if index and shown[index - 1].spec and not column.spec else "")
        caption = words.say(starts) if starts else None
        canvas.put(
            BAND_ROW, index, caption, styles.band(), {"align": "left", "text_wrap": False, "left": 0, "right": 0}
        )
        canvas.put(ID_ROW, index, column.id, styles.IDS)
        level = 0 if starts or index < FROZEN_COLUMNS else 1
        sheet.set_column(index, index, column.width, None, {"level": level})
    sheet.set_row(BAND_ROW, 20)
    sheet.set_row(ID_ROW, None, None, {"hidden": True})
    captions = [(column.caption, max(column.width - FILTER_ARROW, 4)) for column in shown]
    sheet.set_row(HEADER_ROW, styles.row_height(captions, most=4, least=2))


def _label(canvas: Canvas) -> Callable[[str, str], str]:
    """Give the words of a choice as the register's cells show them."""
    return lambda field, code: str(canvas.words.value(field, code))


def _draw_day(canvas: Canvas) -> None:
    """Draw the cell from whose day status and days left are counted."""
    book, sheet, view, words = canvas.book, canvas.sheet, canvas.view, canvas.words
    canvas.put(
        LEGEND_ROW, 0, words.say("day_cell"), styles.WRAPPED, styles.BOLD, {"valign": "vcenter", "align": "right"}
    )
    look = styles.mix(styles.cell(Kind.DATE), styles.BOLD, {"valign": "vcenter", "align": "center", "font_size": 14})
    column = FROZEN_COLUMNS - 1
    if view.live is None or not view.live.follows_clock:
        book.put(sheet, LEGEND_ROW, column, view.as_of, book.look(look))
    else:
        book.live(sheet, LEGEND_ROW, column, "TODAY()", view.as_of, book.look(look))
    area = Area(LEGEND_ROW, column, LEGEND_ROW, column)
    book.check_date(sheet, area, FIRST_DATE, LAST_DATE, Advice(words.say("day_cell"), words.say("hint_day_cell")))
    cell = xl_rowcol_to_cell(LEGEND_ROW, column, row_abs=True, col_abs=True)
    book.name_formula(TODAY, f"{sheet_ref(canvas.name)}!{cell}")


def _draw_legend(canvas: Canvas) -> None:
    view, words = canvas.view, canvas.words
    for column, colour in enumerate(LEGEND, FROZEN_COLUMNS):
        text = words.say(f"legend_{colour}", days=view.due_soon_days)
        fill = styles.fill(view.colours[colour])
        canvas.put(LEGEND_ROW, column, text, styles.WRAPPED, styles.FRAME, fill, {"valign": "vcenter"})
    how = words.say("how_to_add", task_id=words.caption("task_id"))
    note = canvas.book.look(styles.NOTE, {"font_size": 10, "valign": "vcenter"})
    first = FROZEN_COLUMNS + len(LEGEND)
    canvas.sheet.merge_range(LEGEND_ROW, first, LEGEND_ROW, first + NOTE_COLUMNS - 1, how, note)
    column = first + NOTE_COLUMNS
    if view.conflicts:
        look = styles.mix(styles.fill(styles.DISPUTED), {"bold": True, "font_color": f"#{styles.DISPUTED_INK}"})
        text = words.say("legend_disputed", sheet=words.sheet("conflicts"))
        canvas.put(LEGEND_ROW, column, text, styles.WRAPPED, styles.FRAME, look, {"valign": "vcenter"})
        column += 1
    if any(row.judgement.provisional for row in view.rows):
        text = words.say("legend_provisional", column=words.caption(RESTS_ON_CALENDAR))
        canvas.put(LEGEND_ROW, column, text, styles.WRAPPED, styles.FRAME, {"valign": "vcenter"})
    canvas.sheet.set_row(LEGEND_ROW, 3 * styles.LINE)


def _check(canvas: Canvas, area: Area, spec: FieldSpec) -> None:
    book, sheet, view, words = canvas.book, canvas.sheet, canvas.view, canvas.words
    title, hint = spec.header(view.lang), spec.help[view.lang]
    if spec.owner is Owner.COMPUTED:
        return
    if spec.name == "task_id":
        book.hint(sheet, area, Advice(title, words.say("hint_task_id")))
    elif spec.kind is Kind.CHOICE:
        labels = [choice.labels[view.lang] for choice in spec.choices]
        book.check_list(sheet, area, f"ds_{spec.name}", labels, Advice(title, hint, words.say("error_choice")))
    elif spec.kind is Kind.UNIT:
        names = list(dict.fromkeys(unit.name for unit in view.units if unit.valid_on(view.as_of)))
        advice = Advice(title, hint, words.say("error_unit"), stop=False)
        book.check_list(sheet, area, f"ds_{spec.name}", names, advice)
    elif spec.kind is Kind.DATE:
        # Only a warning: in an English Excel «20/06/2026» stays text, and our reader understands it.
        book.check_date(sheet, area, FIRST_DATE, LAST_DATE, Advice(title, hint, words.say("error_date"), stop=False))
    elif spec.name == "assigner":
        advice = Advice(title, hint, words.say("error_assigner"), stop=False)
        book.check_list(sheet, area, f"ds_{spec.name}", view.assigners, advice)


def _explain(canvas: Canvas, area: Area, spec: FieldSpec) -> None:
    words = canvas.words
    parts = [spec.help[words.lang], words.say(f"owner_{spec.owner.value}")]
    article = canvas.view.articles.get(spec.name)
    if article:
        parts.append(words.say("source", source=article))
    advice = Advice(spec.header(words.lang), "\n".join(part for part in parts if part))
    canvas.book.hint(canvas.sheet, area, advice)


def _colour(canvas: Canvas, body: Area, ids: Sequence[str]) -> None:
    view = canvas.view

    def first(name: str) -> str:
        cell: str = xl_rowcol_to_cell(body.first_row, ids.index(name), col_abs=True)
        return cell

    def told(status: Status) -> str:
        return quoted(canvas.words.status(status))

    status, left = first("status"), first("days_left")
    soon = f'AND({status}={told(Status.OPEN_IN_TIME)},{left}<>"",{left}>=0,{left}<={view.due_soon_days})'
    canvas.book.colour_when(canvas.sheet, body, f"={soon}", styles.fill(view.colours["due_soon"]))
    for colour in LEGEND:
        members = [told(member) for member, name in styles.STATUS_COLOUR.items() if name == colour]
        if members:
            tests = ",".join(f"{status}={member}" for member in members)
            canvas.book.colour_when(canvas.sheet, body, f"=OR({tests})", styles.fill(view.colours[colour]))
