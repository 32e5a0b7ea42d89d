"""Draw the register's lists: «Quá hạn», «Đề xuất», «Nhật ký», and what all lists have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area
from tdnv_sheets.render.rows import Content, Link
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format

    from tdnv_sheets.records import Key, Proposal
    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import LogRow

TITLE_ROW, HOW_ROW, ID_ROW, HEADER_ROW, FIRST_ROW = range(5)
"""0-based rows of every list; the hidden row of ids stands right above the header."""
OVERDUE_FIELDS: Final = (
    "document_number",
    "document_date",
    "task_content",
    "effective_deadline",
    "progress",
    "result_summary",
    "difficulty",
    "proposal",
    "monitor",
)
PROPOSAL_FIELDS: Final = ("document_number", "document_date", "task_content", "deadline_text")


@dataclass(frozen=True, slots=True)
class Col:
    """One column of a list; `id` names it to the reader, empty where nothing is read back."""

    caption: str
    width: int
    kind: Kind = Kind.TEXT
    id: str = ""
    hidden: bool = False
    entry: bool = False
    """Whether people write in it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, ready to be drawn."""

    title: str
    how: str
    empty: str
    columns: Sequence[Col]
    rows: list[list[Content]]
    table: str = ""
    """The name of the Excel table that it becomes; without one it only has a filter."""


def draw_overdue(canvas: Canvas) -> None:
    """Draw «Quá hạn»: open and overdue, most overdue first."""
    view, words = canvas.view, canvas.words
    late = [row for row in view.rows if row.judgement.status is Status.OPEN_OVERDUE]
    late.sort(key=lambda row: row.judgement.days_left or 0)
    specs = [words.spec.by_name[name] for name in OVERDUE_FIELDS]
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.caption("task_id"), 16),
        Col(words.caption("unit"), 26),
        *(Col(spec.header(view.lang), min(spec.width, 38), spec.kind) for spec in specs),
    ]
    days = 3 + OVERDUE_FIELDS.index("effective_deadline") + 1
    columns.insert(days, Col(words.say("days_overdue"), 10, Kind.INTEGER))
    readers = [words.reader(name) for name in OVERDUE_FIELDS]
    rows: list[list[Content]] = []
    for number, row in enumerate(late, 1):
        cells: list[Content] = [number, *who(canvas, row.assignment.key)]
        cells += [read(row) for read in readers]
        cells.insert(days, -(row.judgement.days_left or 0))
        rows.append(cells)
    draw_list(canvas, Listing(words.say("title_overdue"), "", words.say("no_overdue"), columns, rows))


def draw_proposals(canvas: Canvas) -> None:
    """Draw «Đề xuất»: tasks that units hold and the register does not list."""
    view, words = canvas.view, canvas.words
    specs = [words.spec.by_name[name] for name in PROPOSAL_FIELDS]
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.say("proposal_unit"), 26, id="unit"),
        *(Col(spec.header(view.lang), spec.width, spec.kind, id=spec.name, entry=True) for spec in specs),
        Col(words.say("file"), 24),
        Col(words.say("at"), 16),
        Col(words.say("choose"), 18, id="choice", entry=True),
        Col(words.say("proposal_number"), 10, Kind.INTEGER, id="number", hidden=True),
    ]
    rows = [_proposal(number, proposal, words) for number, proposal in enumerate(view.proposals, 1)]
    accept, decline = words.say("proposal_accept"), words.say("proposal_decline")
    how = words.say("proposals_how", accept=accept, decline=decline)
    listing = Listing(words.say("title_proposals"), how, "", columns, rows)
    draw_list(canvas, listing)
    offer(canvas, listing, "ds_de_xuat", [accept, decline])


def _proposal(number: int, proposal: Proposal, words: Shown) -> list[Content]:
    fields = [words.value(name, proposal.fields.get(name)) for name in PROPOSAL_FIELDS]
    return [number, words.unit(proposal.unit), *fields, proposal.file, proposal.at, None, proposal.number]


def draw_log(canvas: Canvas) -> None:
    """Draw «Nhật ký»: recent changes, cell by cell."""
    view, words = canvas.view, canvas.words
    columns = [
        Col(words.say("log_revision"), 8, Kind.INTEGER),
        Col(words.say("at"), 16),
        Col(words.say("who"), 20),
        Col(words.say("file"), 26),
        Col(words.caption("task_id"), 16),
        Col(words.caption("unit"), 26),
        Col(words.say("field"), 22),
        Col(words.say("old"), 32),
        Col(words.say("new"), 32),
        Col(words.say("log_undo"), 20),
    ]
    rows = [_logged(canvas, entry) for entry in view.log]
    draw_list(canvas, Listing(words.say("title_log"), "", words.say("no_log"), columns, rows))


def _logged(canvas: Canvas, entry: LogRow) -> list[Content]:
    words = canvas.words
    seen = [words.value(entry.field, value) for value in (entry.old, entry.new)]
    caption = words.caption(entry.field)
    undo = [] if entry.undoes is None else [words.say("log_undoes", undoes=entry.undoes)]
    undo += [] if entry.undone_by is None else [words.say("log_undone", by=entry.undone_by)]
    mark = "\n".join(undo) or None
    return [entry.revision, entry.at, entry.who, entry.file, *who(canvas, entry.key), caption, *seen, mark]


def who(canvas: Canvas, key: Key, field: str = "") -> tuple[Content, Content]:
    """Give task and unit of an assignment, the task leading to its row or to its cell of *field*."""
    target = canvas.target(key, field)
    return Link(key.task_id, target) if target else key.task_id, canvas.words.unit(key.unit)


def draw_list(canvas: Canvas, listing: Listing) -> None:
    """Draw a list with its title, hidden ids, header, filter and rows, or the friendly sentence when it is empty."""
    sheet, plain = canvas.sheet, styles.mix(styles.NOTE, {"text_wrap": False})
    canvas.title(listing.title, 14)
    canvas.put(HOW_ROW, 0, listing.how or None, plain)
    for column, col in enumerate(listing.columns):
        sheet.set_column(column, column, col.width, None, {"hidden": col.hidden})
        canvas.put(ID_ROW, column, col.id or None, styles.IDS)
        canvas.put(HEADER_ROW, column, col.caption, styles.header(canvas.view.colours))
    sheet.set_row(ID_ROW, None, None, {"hidden": True})
    captions = [(col.caption, max(col.width - 3, 4)) for col in listing.columns if not col.hidden]
    sheet.set_row(HEADER_ROW, styles.row_height(captions, most=4, least=2))
    _draw_rows(canvas, listing)
    if listing.rows and listing.table:
        _make_table(canvas, listing)
    elif listing.rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(listing.rows), len(listing.columns) - 1)
    elif listing.empty:
        canvas.put(FIRST_ROW, 0, listing.empty, plain)
    sheet.freeze_panes(FIRST_ROW, 0)
    canvas.paper((HEADER_ROW, HEADER_ROW))


def _make_table(canvas: Canvas, listing: Listing) -> None:
    look = canvas.book.look(styles.header(canvas.view.colours))
    table = {
        "name": listing.table,
        "style": "Table Style Light 1",
        "banded_rows": False,
        "columns": [{"header": col.caption, "header_format": look} for col in listing.columns],
    }
    area = (HEADER_ROW, 0, HEADER_ROW + len(listing.rows), len(listing.columns) - 1)
    canvas.sheet.add_tall_table(area, table)


def _draw_rows(canvas: Canvas, listing: Listing) -> None:
    looks: dict[tuple[int, type], Format] = {}
    for row, cells in enumerate(listing.rows, FIRST_ROW):
        kinds = [(column, value.__class__) for column, value in enumerate(cells)]
        for kind in kinds:
            if kind not in looks:
                column = kind[0]
                looks[kind] = canvas.book.look(_look(listing.columns[column], cells[column]))
        canvas.sheet.put_row(row, cells, tuple(looks[kind] for kind in kinds))
        texts = zip(cells, listing.columns, strict=True)
        heights = [(value, col.width) for value, col in texts if isinstance(value, str)]
        canvas.sheet.set_row(row, styles.row_height(heights))


def _look(col: Col, value: Content) -> styles.Look:
    if isinstance(value, Link):
        return styles.mix(styles.LINK, styles.FRAME)
    kind = Kind.DATE if col.kind is Kind.TEXT and isinstance(value, date) else col.kind
    look = styles.cell(kind, colour=styles.ENTRY if col.entry else "", max_length=styles.SHORT + 1)
    moment: styles.Look = {"num_format": styles.MOMENT, "align": "center"}
    return styles.mix(look, moment) if isinstance(value, datetime) else look


def offer(canvas: Canvas, listing: Listing, name: str, labels: Sequence[str]) -> None:
    """Let people pick one of *labels* in the list's column of choices."""
    if not listing.rows:
        return
    column = next(index for index, col in enumerate(listing.columns) if col.id == "choice")
    area = Area(FIRST_ROW, column, FIRST_ROW + len(listing.rows) - 1, column)
    words = canvas.words
    canvas.book.check_list(canvas.sheet, area, name, labels, Advice(words.say("choose"), "", words.say("error_choice")))
