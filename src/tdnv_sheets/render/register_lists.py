"""Draw the register's lists: «Quá hạn», «Xung đột», «Đề xuất», «Nhật ký»."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.render import styles
from tdnv_sheets.render.book import Advice, Area, ok
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tdnv_sheets.records import Key, Proposal
    from tdnv_sheets.render.canvas import Canvas
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.view import ConflictRow, LogRow

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
class Cell:
    """A cell of a list that leads to a row of «Nhiệm vụ»."""

    text: str
    target: str


Content: TypeAlias = str | int | float | date | datetime | Cell | None
"""What one cell of a list holds."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, ready to be drawn."""

    title: str
    how: str
    empty: str
    columns: Sequence[Col]
    rows: list[list[Content]]


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
    rows: list[list[Content]] = []
    for number, row in enumerate(late, 1):
        cells: list[Content] = [number, *_who(canvas, row.assignment.key)]
        cells += [words.field(row, name) for name in OVERDUE_FIELDS]
        cells.insert(days, -(row.judgement.days_left or 0))
        rows.append(cells)
    draw_list(canvas, Listing(words.say("title_overdue"), "", words.say("no_overdue"), columns, rows))


def draw_conflicts(canvas: Canvas) -> None:
    """Draw «Xung đột»: one line per cell, with a drop-down to choose; hidden columns name the conflict to the reader."""
    view, words = canvas.view, canvas.words
    columns = [
        Col(words.say("number"), 5, Kind.INTEGER),
        Col(words.caption("task_id"), 16),
        Col(words.caption("unit"), 24),
        Col(words.caption("task_content"), 36),
        Col(words.say("field"), 18),
        Col(words.say("base"), 22),
        Col(words.say("ours"), 22),
        Col(words.say("theirs"), 22),
        Col(words.say("file"), 22),
        Col(words.say("at"), 16),
        Col(words.say("choose"), 22, id="choice", entry=True),
        Col(words.say("other"), 22, id="other", entry=True),
        Col(words.say("reason"), 24, id="reason", entry=True),
        Col(words.say("conflict_number"), 10, Kind.INTEGER, id="number", hidden=True),
        Col(words.say("fingerprint"), 10, id="fingerprint", hidden=True),
    ]
    content = {row.assignment.key: row.assignment.text("task_content") for row in view.rows}
    rows = [_conflict(canvas, number, conflict, content) for number, conflict in enumerate(view.conflicts, 1)]
    how = words.say("conflicts_how", choose=words.say("choose"), other=words.say("other"))
    listing = Listing(words.say("title_conflicts"), how, words.say("no_conflicts"), columns, rows)
    draw_list(canvas, listing)
    labels = [words.say("choose_ours"), words.say("choose_theirs"), words.say("choose_other")]
    _offer(canvas, listing, "ds_chon", labels)


def _conflict(canvas: Canvas, number: int, conflict: ConflictRow, content: Mapping[Key, str]) -> list[Content]:
    words = canvas.words
    seen = [words.value(conflict.field, value) for value in (conflict.base, conflict.ours, conflict.theirs)]
    where = [content.get(conflict.key), words.caption(conflict.field)]
    tail = [None, None, None, conflict.number, conflict.fingerprint]
    return [number, *_who(canvas, conflict.key), *where, *seen, conflict.file, conflict.at, *tail]


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
    _offer(canvas, listing, "ds_de_xuat", [accept, decline])


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
    ]
    rows = [_logged(canvas, entry) for entry in view.log]
    draw_list(canvas, Listing(words.say("title_log"), "", words.say("no_log"), columns, rows))


def _logged(canvas: Canvas, entry: LogRow) -> list[Content]:
    words = canvas.words
    seen = [words.value(entry.field, value) for value in (entry.old, entry.new)]
    caption = words.caption(entry.field)
    return [entry.revision, entry.at, entry.who, entry.file, *_who(canvas, entry.key), caption, *seen]


def _who(canvas: Canvas, key: Key) -> tuple[Content, Content]:
    target = canvas.target(key)
    return Cell(key.task_id, target) if target else key.task_id, canvas.words.unit(key.unit)


def draw_list(canvas: Canvas, listing: Listing) -> None:
    """Draw a list with its title, hidden ids, header, filter and rows, or the friendly sentence when it is empty."""
    sheet, plain = canvas.sheet, styles.mix(styles.NOTE, {"text_wrap": False})
    canvas.title(listing.title, 14)
    canvas.put(HOW_ROW, 0, listing.how or None, plain)
    for column, col in enumerate(listing.columns):
        ok(sheet.set_column(column, column, col.width, None, {"hidden": col.hidden}))
        canvas.put(ID_ROW, column, col.id or None, styles.IDS)
        canvas.put(HEADER_ROW, column, col.caption, styles.header(canvas.view.colours))
    sheet.set_row(ID_ROW, None, None, {"hidden": True})
    captions = [(col.caption, max(col.width - 3, 4)) for col in listing.columns if not col.hidden]
    sheet.set_row(HEADER_ROW, styles.row_height(captions, most=4, least=2))
    for row, cells in enumerate(listing.rows, FIRST_ROW):
        _draw_row(canvas, row, listing.columns, cells)
    if listing.rows:
        ok(sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(listing.rows), len(listing.columns) - 1))
    elif listing.empty:
        canvas.put(FIRST_ROW, 0, listing.empty, plain)
    sheet.freeze_panes(FIRST_ROW, 0)
    canvas.paper((HEADER_ROW, HEADER_ROW))


def _draw_row(canvas: Canvas, row: int, columns: Sequence[Col], cells: Sequence[Content]) -> None:
    for column, (col, value) in enumerate(zip(columns, cells, strict=True)):
        kind = Kind.DATE if col.kind is Kind.TEXT and isinstance(value, date) else col.kind
        look = styles.cell(kind, colour=styles.ENTRY if col.entry else "", max_length=styles.SHORT + 1)
        if isinstance(value, Cell):
            canvas.link(row, column, value.target, value.text, styles.FRAME)
        elif isinstance(value, datetime):
            canvas.put(row, column, value, look, {"num_format": styles.MOMENT})
        else:
            canvas.put(row, column, value, look)
    texts = [(value, col.width) for col, value in zip(columns, cells, strict=True) if isinstance(value, str)]
    canvas.sheet.set_row(row, styles.row_height(texts))


def _offer(canvas: Canvas, listing: Listing, name: str, labels: Sequence[str]) -> None:
    if not listing.rows:
        return
    column = next(index for index, col in enumerate(listing.columns) if col.id == "choice")
    area = Area(FIRST_ROW, column, FIRST_ROW + len(listing.rows) - 1, column)
    words = canvas.words
    canvas.book.check_list(canvas.sheet, area, name, labels, Advice(words.say("choose"), "", words.say("error_choice")))
