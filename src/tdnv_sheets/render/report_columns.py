"""What stands in the columns of the report's tables, whoever draws them: workbook, document or page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.report_view import days_overdue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Counts, Listed


@dataclass(frozen=True, slots=True)
class Column:
    """One column of Biểu 01: caption, the group above it, and where its number comes from."""

    name: str
    width: float = 8.5
    group: str = ""
    caption: str = ""
    """Entry of the catalogue, `head_<name>` when empty."""
    count: Callable[[Counts], int] | None = None
    parts: tuple[str, ...] = ()
    """Columns that this one adds up."""
    over: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """For a rate: the columns of its numerator and of its denominator."""
    rate: str = ""
    """For a rate: its key in the summary."""

    @property
    def head(self) -> str:
        """Give the catalogue's entry for the caption."""
        return f"head_{self.caption or self.name}"


def _overdue_running(counts: Counts) -> int:
    """Give what is overdue and begun; what came back after its deadline is both (Thanh Hóa, Điều 5.2b)."""
    return counts.open_overdue - counts.open_overdue_not_started + counts.not_completed


_DONE: Final = ("on_time", "late", "done_undated")
_OVERDUE: Final = ("overdue_running", "overdue_idle")
_OPEN: Final = ("in_time_running", "in_time_idle", *_OVERDUE, "open_undated")
COLUMNS: Final = (
    Column("number", 5),
    Column("unit", 27),
    Column("carried", count=lambda c: c.carried),
    Column("new", count=lambda c: c.new),
    Column("total", count=lambda c: c.total, parts=("carried", "new")),
    Column("done", 7.5, "completed", "sum", count=lambda c: c.completed, parts=_DONE),
    Column("on_time", 7.5, "completed", count=lambda c: c.completed_on_time),
    Column("late", 7.5, "completed", count=lambda c: c.completed_late),
    Column("done_undated", 7.5, "completed", "undated", count=lambda c: c.completed_undated),
    Column("open", 7.5, "open", "sum", count=lambda c: c.open, parts=_OPEN),
    Column("in_time_running", 8.5, "open", count=lambda c: c.open_in_time - c.open_in_time_not_started),
    Column("in_time_idle", 8.5, "open", count=lambda c: c.open_in_time_not_started),
    Column("overdue_running", 8.5, "open", count=_overdue_running),
    Column("overdue_idle", 8.5, "open", count=lambda c: c.open_overdue_not_started),
    Column("open_undated", 7.5, "open", "undated", count=lambda c: c.open_undated),
    Column("stopped", count=lambda c: c.withdrawn + c.transferred),
    Column("extended", count=lambda c: c.extended),
    Column("rate_completed", 8.5, "rates", over=(("done",), ("total",)), rate="ty_le_hoan_thanh_tren_giao"),
    Column(
        "rate_on_time",
        8.5,
        "rates",
        over=(("on_time",), ("on_time", "late", *_OVERDUE)),
        rate="ty_le_dung_han_tren_den_han",
    ),
    Column("rate_overdue", 8.5, "rates", over=(_OVERDUE, ("total",)), rate="ty_le_qua_han_tren_giao"),
    Column("change"),
    Column("note", 20),
)


def _named(*names: str) -> tuple[Column, ...]:
    return tuple(next(column for column in COLUMNS if column.name == name) for name in names)


_LATE: Final = ("in_time", "overdue", "open_undated")
LINE_COLUMNS: Final = (
    Column("name", 46, caption="what"),
    Column("tasks", 9),
    *_named("carried", "new", "total", "done", "on_time", "late", "done_undated"),
    Column("open", 8, "open", "sum", count=lambda c: c.open, parts=_LATE),
    Column("in_time", 9, "open", count=lambda c: c.open_in_time),
    Column("overdue", 9, "open", count=lambda c: c.open_overdue + c.not_completed),
    *_named("open_undated", "stopped"),
    *_named("rate_completed"),
    Column(
        "rate_on_time",
        10,
        "rates",
        over=(("on_time",), ("on_time", "late", "overdue")),
        rate="ty_le_dung_han_tren_den_han",
    ),
    Column("rate_overdue", 10, "rates", over=(("overdue",), ("total",)), rate="ty_le_qua_han_tren_giao"),
)
"""Columns of the tables that heap the same assignments up in other ways."""
SERIES: Final = (
    ("on_time", ("on_time",), "70AD47"),
    ("late", ("late",), "FFC000"),
    ("completed_undated", ("done_undated",), "9DC3E6"),
    ("in_time", ("in_time_running", "in_time_idle"), "2E75B6"),
    ("overdue", ("overdue_running", "overdue_idle"), "C00000"),
    ("open_undated", ("open_undated",), "BFBFBF"),
    ("stopped", ("stopped",), "7F7F7F"),
)
"""Words (`report.chart_<name>`), columns of Biểu 01 that are added up, and the bar's colour."""


def series_of(counts: Counts) -> list[tuple[str, int, str]]:
    """Give the pieces of one bar of the status chart: name, count, colour; they add up to the total."""
    by_name = {column.name: column.count for column in COLUMNS if column.count}
    return [(name, sum(by_name[part](counts) for part in parts), colour) for name, parts, colour in SERIES]


def index_of(name: str, columns: Sequence[Column] = COLUMNS) -> int:
    """Give a column's 0-based place."""
    return next(i for i, column in enumerate(columns) if column.name == name)


def cells_of(paper: Paper, item: Listed) -> dict[str, Raw]:
    """Give what the lists of tasks (Biểu 02 and its sisters) say of one, by the names of their columns."""
    task, judged = item.assignment, item.judgement
    document, day = task.text("document_number"), task.day("document_date")
    if day:
        document = paper.words("document_of", number=document, day=f"{day:%d/%m/%Y}").strip()
    extended, asked = task.day("extended_deadline"), task.day("extension_to")
    times = {"day": f"{extended:%d/%m/%Y}", "count": max(judged.extension_count, 1)} if extended else {}
    proposal = [task.text("proposal"), paper.words("asks_until", day=f"{asked:%d/%m/%Y}") if asked else ""]
    late = judged.completion_day and judged.effective_deadline and judged.completion_day - judged.effective_deadline
    return {
        "document": document,
        "content": "\n".join(filter(None, (task.text("document_summary"), task.text("task_content")))),
        "unit": paper.unit(task.key.unit),
        "coordinating": task.text("coordinating_units"),
        "assigned": task.day("assigned_date"),
        "deadline": task.day("deadline") or task.text("deadline_text"),
        "extended": paper.words("extended_times", **times) if extended else "",
        "due": judged.effective_deadline,
        "days": days_overdue(paper.summary, item),
        "days_left": judged.days_left,
        "completed": judged.completion_day,
        "days_late": late.days if late else None,
        "reminders": task.get("reminder_count"),
        "result": task.text("result_summary"),
        "result_document": task.text("result_document"),
        "difficulty": task.text("difficulty"),
        "proposal": "\n".join(filter(None, proposal)),
        "last_update": judged.last_update,
        "monitor": task.text("monitor"),
    }
