"""An office for damage: several units with many tasks each, and clerks who answer rightly in many ways of writing.

What a clerk means and what stands in the cell are kept apart: the first is what the ledger must hold in the end.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec
from tests.conftest import TODAY, SmallOffice, enter, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tdnv_sheets.records import Value

Written: TypeAlias = str | int | float | bool | date | datetime | None
"""What is put into a cell."""
UNITS: Final = {
    "cctl": "Chi cục Thủy lợi",
    "cckl": "Chi cục Kiểm lâm",
    "khtc": "Phòng Kế hoạch - Tài chính",
    "ttkn": "Trung tâm Khuyến nông",
}
MISSING: Final = ("document_number", "document_date", "task_content", "deadline_text")
"""Columns of «Nhiệm vụ thiếu»."""
SUMMARIES: Final = (
    "Đã tổ chức kiểm tra {n} hồ chứa, lập biên bản",
    "Đang tổng hợp số liệu của {n} xã, phường",
    "Đã trồng {n}.898 ha rừng thay thế; đạt 85% kế hoạch",
    "Đã giải ngân {n}.109.000,5 đồng",
    "1. Đã họp với các đơn vị\n2. Đã gửi văn bản lần {n}",
    "Hoàn thành việc rà soát {n}/96 hồ sơ",
)
DIFFICULTIES: Final = ("Chưa bố trí được vốn đợt {n}", "Thiếu nhân lực ở {n} trạm", "Mưa lũ kéo dài {n} ngày")
REQUESTS: Final = ("Đề nghị hướng dẫn thực hiện mục {n}", "Đề nghị bổ sung kinh phí lần {n}")
REASONS: Final = ("Phải lấy ý kiến thêm {n} cơ quan", "Hồ sơ của {n} hộ dân chưa đầy đủ")
PEOPLE: Final = ("Cán bộ thống kê", "Tổ tổng hợp", "Chuyên viên phòng Hành chính")
DATES: Final = tuple(
    spec.name for spec in assignment_spec().shown_on("update") if spec.owner is Owner.UNIT and spec.kind is Kind.DATE
)
_AFTER_TWELVE: Final = 12


def dice(seed: int) -> Random:
    """Give a source of chance that repeats itself."""
    return Random(seed)  # noqa: S311 - nothing is kept secret with it


@dataclass(frozen=True, slots=True)
class Answer:
    """What the clerk says about one task."""

    meant: Mapping[str, Value]
    """Field → what the ledger must hold once it was taken in."""
    written: Mapping[str, Written]
    """Field → what the clerk typed to say so."""
    pinned: frozenset[str] = frozenset()
    """Cells that must stay as they are, since others of their column are read by them."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An office that has issued one workbook to each unit."""

    office: SmallOffice
    issued: Mapping[str, Path]
    base: Mapping[str, Mapping[str, Mapping[str, Value]]]
    """Unit → task → fields, as they were when the workbooks were issued."""


def make_desk(folder: Path, rows: int) -> Desk:
    """Make an office with *rows* tasks for each unit, a third of them reported on before, and issue the round."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["code,name,aliases,kind", *(f"{code},{name},{code.upper()}," for code, name in UNITS.items())]
    (folder / "don-vi.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("--as-of", TODAY.isoformat(), "init", folder / "vp", "--units", folder / "don-vi.csv")
    assert done.code == 0, done.err
    office = SmallOffice(find(folder / "vp"))
    enter(office.space, [((unit,), _task(unit, number)) for unit in UNITS for number in range(rows)])
    issued = {unit: office.issue(unit) for unit in UNITS}
    return Desk(office, issued, ledger_of(office))


def ledger_of(office: SmallOffice) -> dict[str, dict[str, Mapping[str, Value]]]:
    """Give what the ledger holds now: unit → task → fields."""
    held: dict[str, dict[str, Mapping[str, Value]]] = {}
    with open_office(office.space) as opened:
        for key, item in opened.ledger.assignments().items():
            held.setdefault(key.unit, {})[key.task_id] = dict(item.fields)
    return held


def _task(unit: str, number: int) -> dict[str, Value]:
    """Give a task that breaks no rule, whatever is reported on it later."""
    signed = date(2025, 10, 1) + timedelta(days=4 * number % 180)
    due = date(2026, 6, 15) + timedelta(days=5 * number % 190)
    task: dict[str, Value] = {
        "task_content": f"Rà soát, tổng hợp kết quả chuyên đề {number + 1} của {UNITS[unit]}",
        "document_number": f"{number + 11}/UBND-NNTN",
        "document_date": signed,
        "document_summary": f"V/v triển khai nội dung thứ {number + 1}",
        "issuing_authority": "UBND tỉnh",
        "assigner": "Chủ tịch UBND tỉnh",
        "coordinating_units": "Văn phòng Sở",
        "assigned_date": signed + timedelta(days=number % 3),
        "deadline_text": f"{due.day}/{due.month}/{due.year}",
        "deadline": due,
    }
    if number % 3 == 0:
        task |= {"progress": "in_progress", "result_summary": f"Đang triển khai bước {number + 1}"}
    return task


def answers_for(r: Random, base: Mapping[str, Mapping[str, Value]]) -> dict[str, Answer]:
    """Answer for every task of a unit, rightly; the way of writing differs from cell to cell."""
    meant = {task: _meant(r, fields) for task, fields in base.items()}
    pinned = _pins(meant)
    answers = {}
    for task, fields in meant.items():
        fixed = frozenset(name for name, (holder, _) in pinned.items() if holder == task)
        written = {
            name: _written(r, name, value, plain=name in fixed or (name in DATES and name not in pinned))
            for name, value in fields.items()
        }
        locked = _respelled_locked(r, base[task])
        answers[task] = Answer({**base[task], **fields}, {**locked, **written}, fixed)
    return answers


def _pins(meant: Mapping[str, Mapping[str, Value]]) -> dict[str, tuple[str, date]]:
    """Choose for each column of days one real day after the twelfth: with it no reader may think day and month swapped."""
    pins: dict[str, tuple[str, date]] = {}
    for task, fields in meant.items():
        for name in DATES:
            day = fields.get(name)
            if name not in pins and isinstance(day, date) and day.day > _AFTER_TWELVE:
                pins[name] = task, day
    return pins


def missing_lines(r: Random, unit: str) -> list[dict[str, Written]]:
    """Write up to four rows of «Nhiệm vụ thiếu»."""
    signed = [date(2026, 1, 13) + timedelta(days=r.randrange(15)) for _ in range(r.randrange(5))]
    return [
        {
            "document_number": f"{n + 70}/TB-SNNMT",
            "document_date": day,
            "task_content": _text(r, f"Nhiệm vụ giao trực tiếp số {r.randrange(1000)} của {UNITS[unit]}"),
            "deadline_text": "31/7/2026",
        }
        for n, day in enumerate(signed)
    ]


# ------------------------------------------------------------------ what the clerk means


def _meant(r: Random, base: Mapping[str, Value]) -> dict[str, Value]:
    """Choose one of the things that units report; fields that only go together come together."""
    start = base["assigned_date"]
    assert isinstance(start, date)
    kinds = ("nothing", "not_started", "in_progress", "blocked", "done", "done", "done_on_paper", "asks", "returns")
    said = _said(r, r.choice(kinds), start)
    if said and r.random() < 0.5:
        said |= {"reporter": r.choice(PEOPLE), "reported_date": _day(r, date(2026, 6, 1), TODAY)}
    if said and r.random() < 0.2:
        said["explanation"] = _phrase(r, REASONS)
    return said


def _said(r: Random, kind: str, start: date) -> dict[str, Value]:
    kinds: dict[str, dict[str, Value]] = {
        "nothing": {},
        "not_started": {"progress": "not_started"},
        "in_progress": {"progress": "in_progress", "result_summary": _phrase(r, SUMMARIES)},
        "blocked": {
            "progress": "blocked",
            "result_summary": _phrase(r, SUMMARIES),
            "difficulty": _phrase(r, DIFFICULTIES),
            "proposal": _phrase(r, REQUESTS),
        },
        "asks": {
            "progress": "in_progress",
            "result_kind": "extension_request",
            "extension_to": _day(r, date(2027, 1, 5), date(2027, 6, 28)),
            "extension_reason": _phrase(r, REASONS),
        },
        "returns": {"progress": "not_started", "return_reason": _phrase(r, REASONS)},
        "done": {
            "progress": "done",
            "result_summary": _phrase(r, SUMMARIES),
            "completed_date": _day(r, start, TODAY),
        },
    }
    paper: dict[str, Value] = {
        "result_kind": "result",
        "result_document": f"{r.randrange(1, 400)}/BC-CCTL",
        "result_date": _day(r, start, TODAY),
    }
    return kinds["done"] | paper if kind == "done_on_paper" else kinds[kind]


def _phrase(r: Random, phrases: tuple[str, ...]) -> str:
    return r.choice(phrases).format(n=r.randrange(2, 100))


def _day(r: Random, first: date, last: date) -> date:
    return first + timedelta(days=r.randrange((last - first).days + 1))


# ------------------------------------------------------------------ how the clerk writes it


def _written(r: Random, name: str, value: Value, *, plain: bool) -> Written:
    """Write a value in one of the ways that mean the same; *plain* days are real days only."""
    spec = assignment_spec().by_name[name]
    if isinstance(value, date):
        return value if plain else _day_written(r, value)
    if spec.kind is Kind.CHOICE:
        choice = next(choice for choice in spec.choices if choice.code == value)
        words = r.choice((*choice.labels.values(), *choice.aliases, choice.labels["vi"], choice.labels["vi"]))
        return _text(r, r.choice((words, words, words.upper(), words.lower())))
    return _text(r, value) if isinstance(value, str) else value


def _day_written(r: Random, day: date) -> Written:
    short = f"{day.day}/{day.month}/{day.year}"
    ways: tuple[Written, ...] = (
        day,
        day,
        datetime(day.year, day.month, day.day),  # noqa: DTZ001 - a cell of Excel knows no zone
        f"{day:%d/%m/%Y}",
        short,
        f" {day:%d-%m-%Y}",
        f"{day:%d.%m.%Y} ",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
    )
    return r.choice(ways)


def _text(r: Random, text: str) -> str:
    """Write a text as other programs and hands leave it, so that it still says the same."""
    ways = (
        text,
        text,
        unicodedata.normalize("NFD", text),
        f"  {text} ",
        f"{text}\n",
        text.replace(" ", "\u00a0", 1),
        text.replace(" ", " \u200b", 1),
        f"\ufeff{text}",
    )
    return r.choice(ways)


def _respelled_locked(r: Random, base: Mapping[str, Value]) -> dict[str, Written]:
    """Write a locked cell again in another spelling of the same words, as a round trip through another program does."""
    if r.random() > 0.2:
        return {}
    name = r.choice(("task_content", "document_summary", "coordinating_units"))
    return {name: unicodedata.normalize("NFD", str(base[name])) + r.choice(("", " ", "\n"))}
