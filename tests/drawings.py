"""Every workbook that the program draws, with every sheet, of views whose words can be changed before."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.draw import live

from tdnv_sheets import calendar
from tdnv_sheets.grid import Sheet
from tdnv_sheets.records import EXTRA, Key, Unit
from tdnv_sheets.regulation import load
from tdnv_sheets.render.journal import VERDICTS, JournalLine, JournalView, Watch, draw_journal
from tdnv_sheets.render.live import Live
from tdnv_sheets.render.marked import draw_marked
from tdnv_sheets.render.not_taken import NotTakenView, RefusedCell, draw_not_taken
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.report import draw_workbook
from tdnv_sheets.render.template import draw_blank, draw_unit_book
from tdnv_sheets.render.unit_list import draw_unit_list
from tdnv_sheets.render.view import MarkedView, ParallelRow, RegisterView, SettledRow, UnitBookView
from tdnv_sheets.rules.duties import Duty, DutyKind, DutyState
from tdnv_sheets.settings import DEFAULT_COLOURS
from tdnv_sheets.sheetspec import Kind, assignment_spec, round_report_spec
from tdnv_sheets.summary.figures import Applied
from tdnv_sheets.summary.ranking import RankingRule
from tests.render_marked_test import marked
from tests.render_register_test import AS_OF, register_view
from tests.render_template_test import view as unit_view
from tests.report_sample import paper, ranked, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.render.report_view import Paper

AT: Final = datetime(2026, 6, 18, 9, 30)  # noqa: DTZ001 - office clocks
CODES: Final = frozenset(
    {"lang", "levels", "allocation", "token", "field", "state", "code", "colours", "about", "cell", "verdict", "checks"}
)
"""Attributes that hold the program's own words, never a person's."""
LAW: Final = (Live, Applied, RankingRule)
"""What holds codes of rules and words of the law."""


class Views(NamedTuple):
    """What is drawn, one view for each kind of workbook."""

    register: RegisterView
    unit: UnitBookView
    marked: MarkedView
    journal: JournalView
    not_taken: NotTakenView
    report: Paper
    units: tuple[Unit, ...]
    office: str


def views() -> Views:
    """Give views that fill every sheet."""
    base = register_view()
    settled = tuple(
        SettledRow(conflict, state, conflict.theirs, "theo văn bản", "Văn phòng", AT)
        for conflict, state in zip(base.conflicts, ("theirs", "replaced"), strict=True)
    )
    key = Key("NV-2026-00121", "cctt")
    taken = (("result_summary", "Đã có dự thảo"), ("progress", "done"))
    parallel = (ParallelRow(key, "Rà soát", "note", None, "ghi chú", "Văn phòng", AT, taken, "CCTT.xlsx", AT),)
    report, entry = DutyKind.PERIODIC_REPORT, DutyKind.OFFICE_ENTRY
    duties = (
        Duty(report, "cctl", "2026-M06", date(2026, 6, 20), None, "Điều 20.1", DutyState.OPEN, to="Văn phòng"),
        Duty(report, "cctt", "2026-M05", date(2026, 5, 20), None, "Điều 20.1", DutyState.LATE, to="Văn phòng"),
        Duty(entry, "", "NV-2026-00121", date(2026, 6, 20), None, "Điều 8", DutyState.LATE),
    )
    register = replace(
        base,
        settled=settled,
        parallel=parallel,
        duties=duties,
        live=live(load("kon-tum-2022"), calendar.load(None)),
        articles=MappingProxyType({"task_content": "Điều 7"}),
        conflicts=tuple(
            replace(it, content="nội dung", written_by="Văn phòng", written_at=AT) for it in base.conflicts
        ),
    )
    sent = Sheet("Trang khác", (("Cột", "=1+1"), (None, date(2026, 6, 1))))
    line = JournalLine(
        at=AT,
        file="CCTL.xlsx",
        unit="Chi cục",
        period="tháng 6",
        verdict="accepted",
        undone=False,
        accepted=1,
        cells=2,
        held=3,
        conflicts=4,
        why="vì sao",
        kept="luu-tru/a.xlsx",
        marked="",
    )
    lines = tuple(line._replace(verdict=verdict, undone=verdict == "partly") for verdict in VERDICTS)
    counts = dict.fromkeys(VERDICTS, 2)
    journal = JournalView(
        office="Văn phòng",
        lang="vi",
        now=AT,
        lines=(*lines, line._replace(kept="luu-tru/a#1.xlsx", marked="tra-lai/b.xlsx")),
        total=9,
        today=counts,
        month=counts,
        period="Tháng 6",
        sent_to=3,
        silent=("Chi cục Kiểm lâm",),
        watch=Watch("lost", AT),
        folders={"inbox": "den", "archive": "luu-tru", "returned": "tra-lai", "quarantine": "cach-ly"},
        colours=DEFAULT_COLOURS,
    )
    not_taken = NotTakenView(
        office="Văn phòng",
        contact="Phòng Tổng hợp",
        lang="vi",
        as_of=AS_OF,
        unit="Chi cục Thủy lợi",
        units={unit.code: unit for unit in base.units},
        disputed=settled,
        refused=(RefusedCell("NV-2026-00121", "Tình trạng", "xong", "không có trong danh sách", "chọn lại"),),
        file="CCTL.xlsx",
        parallel=parallel,
        colours=DEFAULT_COLOURS,
    )
    back = replace(marked(), sent=(sent,))
    return Views(register, unit_view(), back, journal, not_taken, paper(ranked(summary())), base.units, "Văn phòng Sở")


def reworded(value: Any, change: Callable[[str], str], field: str = "") -> Any:  # noqa: ANN401 - views hold anything
    """Change every word that a person gave, and leave codes, field names and the program's own words."""
    if field in CODES or isinstance(value, LAW):
        return value
    if type(value) is str:
        return value if not value or _is_code(field) else change(value)
    if isinstance(value, (tuple, list)):
        names = getattr(value, "_fields", None) or [field] * len(value)
        parts = [reworded(part, change, name) for part, name in zip(value, names, strict=True)]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if isinstance(value, (dict, MappingProxyType)):
        return {_key(key, change): reworded(part, change, _name(key)) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: reworded(getattr(value, f.name), change, f.name) for f in fields(value) if f.init}
        return replace(value, **told)
    return value


def _is_code(field: str) -> bool:
    spec = assignment_spec().by_name.get(field) or round_report_spec().by_name.get(field)
    return spec is not None and spec.kind is Kind.CHOICE


def _name(key: object) -> str:
    """Give the field that a mapping's key names: typed cells have it behind the task's id."""
    return str(key[-1] if isinstance(key, tuple) and not isinstance(key, Key) else key)


def _key(key: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - as above
    if isinstance(key, str) and key.startswith(EXTRA):
        return EXTRA + change(key.removeprefix(EXTRA))
    if isinstance(key, Key):
        return reworded(key, change)
    if isinstance(key, tuple):
        return (change(key[0]), key[1])
    return key


def draw_all(folder: Path, change: Callable[[str], str] = str, lang: str = "vi") -> dict[str, Path]:
    """Draw every workbook into *folder*, words changed; give each by its name."""
    told: Views = Views(*(reworded(view, change) for view in views()))
    names = {change(code): name for code, name in told.report.unit_names.items()}
    report = replace(told.report, lang=lang, unit_names=names)
    regulation = change("Quy chế theo dõi")
    draw: dict[str, Callable[[Path], None]] = {
        "register": lambda path: draw_register(replace(told.register, lang=lang), path),
        "unit": lambda path: draw_unit_book(replace(told.unit, lang=lang), path),
        "blank": lambda path: draw_blank(regulation, lang, path, spare_rows=9, colours=DEFAULT_COLOURS),
        "marked": lambda path: draw_marked(told.marked, path),
        "journal": lambda path: draw_journal(replace(told.journal, lang=lang), path),
        "not-taken": lambda path: draw_not_taken(replace(told.not_taken, lang=lang), path),
        "units": lambda path: draw_unit_list(told.units, path, office=told.office, lang=lang),
        "summary": lambda path: draw_workbook(report, path),
    }
    for name, make in draw.items():
        make(folder / f"{name}.xlsx")
    return {name: folder / f"{name}.xlsx" for name in draw}
