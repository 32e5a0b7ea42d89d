"""Draw «Theo đơn vị» and «Theo nguồn giao»: how many assignments stand in which status, with sums that Excel can redo."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Area, set_columns
from tdnv_sheets.rules.judgement import Alert, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import RegisterView, Row

HEADER_ROW: Final = 2
FIRST_ROW: Final = 3
NAME_WIDTH: Final = 40
NAME_COLUMN, TOTAL_COLUMN, STATUS_COLUMN = 1, 2, 3
STATUSES: Final = tuple(Status)
AWAITING_COLUMN: Final = STATUS_COLUMN + len(STATUSES)
SOON_COLUMN: Final = AWAITING_COLUMN + 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table of figures."""

    name: str
    statuses: Counter[Status]
    awaiting: int
    due_soon: int


def line(name: str, rows: Iterable[Row]) -> Line:
    """Count *rows* into one line."""
    judged = [row.judgement for row in rows]
    soon = sum(Alert.DUE_SOON in judgement.alerts for judgement in judged)
    return Line(name, Counter(j.status for j in judged), sum(j.awaiting for j in judged), soon)


def lines_by_unit(view: RegisterView, words: Shown) -> list[Line]:
    """Give a line for every unit that exists on the as-of day or has a row, in the order of the unit list."""
    groups = _grouped(view.counted, lambda row: row.assignment.key.unit)
    listed = [unit.code for unit in view.units if unit.valid_on(view.as_of) or unit.code in groups]
    codes = [*listed, *(code for code in groups if code not in set(listed))]
    return [line(words.unit(code), groups.get(code, [])) for code in codes]


def lines_by_assigner(view: RegisterView, words: Shown) -> list[Line]:
    """Give a line for every assigner of the regulation, then for others met in rows, then for rows without one."""
    groups = _grouped(view.counted, lambda row: row.assignment.text("assigner"))
    others = sorted(name for name in groups if name and name not in view.assigners)
    names = [*view.assigners, *others, *([""] if "" in groups else [])]
    return [line(name or words.say("no_assigner"), groups.get(name, [])) for name in names]


def distinct_tasks(rows: Iterable[Row]) -> int:
    """Count tasks; several lead units of one task count once."""
    return len({row.assignment.key.task_id for row in rows})


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def draw_counts(canvas: Canvas, lines: Sequence[Line], title: str, caption: str) -> None:
    """Draw one table of figures, its names captioned *caption*."""
    sheet = canvas.sheet
    canvas.title(title)
    _draw_header(canvas, caption)
    for row, entry in enumerate(lines, FIRST_ROW):
        canvas.put(row, 0, row - FIRST_ROW + 1, styles.number())
        canvas.put(row, NAME_COLUMN, entry.name, styles.WRAPPED, styles.FRAME)
        counts = [entry.statuses[status] for status in STATUSES]
        area = Area(row, STATUS_COLUMN, row, AWAITING_COLUMN - 1)
        _sum(canvas, row, TOTAL_COLUMN, area, sum(counts), styles.number(bold=True))
        for column, count in enumerate([*counts, entry.awaiting, entry.due_soon], STATUS_COLUMN):
            canvas.put(row, column, count, styles.number())
        sheet.set_row(row, styles.row_height([(entry.name, NAME_WIDTH - 2)]))
    _draw_sums(canvas, lines)
    note = canvas.words.say("counted_note", distinct=distinct_tasks(canvas.view.counted), year=canvas.view.as_of.year)
    canvas.put(FIRST_ROW + len(lines) + 1, 0, note, styles.NOTE, {"text_wrap": False})
    sheet.freeze_panes(FIRST_ROW, TOTAL_COLUMN)
    canvas.paper((HEADER_ROW, HEADER_ROW))


def _draw_header(canvas: Canvas, caption: str) -> None:
    words = canvas.words
    statuses = [words.status(status) for status in STATUSES]
    tail = [words.say("awaiting"), words.say("due_soon")]
    for column, text in enumerate([words.say("number"), caption, words.say("total"), *statuses, *tail]):
        canvas.put(HEADER_ROW, column, text, styles.header(canvas.view.colours))
    set_columns(canvas.sheet, [5, NAME_WIDTH, 9, *[12] * len(STATUSES), 12, 12])
    canvas.sheet.set_row(HEADER_ROW, 4 * styles.LINE)


def _draw_sums(canvas: Canvas, lines: Sequence[Line]) -> None:
    row, shade = FIRST_ROW + len(lines), styles.fill(styles.BAND)
    canvas.put(row, 0, None, styles.FRAME, shade)
    canvas.put(row, NAME_COLUMN, canvas.words.say("sum"), styles.BOLD, styles.FRAME, shade)
    totals = [sum(sum(entry.statuses.values()) for entry in lines)]
    totals += [sum(entry.statuses[status] for entry in lines) for status in STATUSES]
    totals += [sum(entry.awaiting for entry in lines), sum(entry.due_soon for entry in lines)]
    look = styles.mix(styles.number(bold=True), shade)
    for column, total in enumerate(totals, TOTAL_COLUMN):
        if lines:
            _sum(canvas, row, column, Area(FIRST_ROW, column, row - 1, column), total, look)
        else:
            canvas.put(row, column, total, look)


def _sum(canvas: Canvas, row: int, column: int, area: Area, value: int, look: styles.Look) -> None:  # noqa: PLR0917 - the cell, what it adds up, and the result for readers that do not calculate
    start = xl_rowcol_to_cell(area.first_row, area.first_column)
    end = xl_rowcol_to_cell(area.last_row, area.last_column)
    canvas.sheet.write_formula(row, column, f"=SUM({start}:{end})", canvas.book.look(look), value)
