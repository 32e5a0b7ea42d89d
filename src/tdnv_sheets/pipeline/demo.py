"""A small office's half-year on invented data: issue, fill, drop, check, merge, conflict, register, summary.

The clerks are played with openpyxl, which fills cells as a person would, and the office by patches of its register;
everything else is the program itself.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook, load_workbook

from tdnv_sheets.graft.patch import patch
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.recurring import recurring
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.issue import issue
from tdnv_sheets.pipeline.office import Office, open_office
from tdnv_sheets.pipeline.redraw import redraw
from tdnv_sheets.pipeline.report import FORMATS, figures, paper_of, place_of, write_paper
from tdnv_sheets.pipeline.start import Start, init
from tdnv_sheets.pipeline.sync import sync
from tdnv_sheets.settings import SETTINGS_FILE
from tdnv_sheets.sheetspec import Kind, assignment_spec
from tdnv_sheets.shipped import shipped
from tdnv_sheets.text.recurrence import occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from tdnv_sheets.graft.patch import Changes
    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.pipeline.issue import IssuedFile
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.sync import Synced
    from tdnv_sheets.records import Value

EXAMPLE: Final = "so-nong-nghiep"
OFFICE: Final = "Văn phòng Sở Nông nghiệp và Môi trường"
HEAD: Final = {"authority": "Sở Nông nghiệp và Môi trường", "place": "Kon Tum"}
"""Settings that the example office fills in."""
ROUND: Final = "2026-M06"
HALF: Final = "2026-H1"
AS_OF: Final = date(2026, 6, 10)
"""Kon Tum Đ20.2: the half-year report is due on 10 June."""


@dataclass(frozen=True, slots=True)
class Played:
    """What the demo made and where it lies."""

    space: Workspace
    issued: tuple[IssuedFile, ...]
    first: Synced
    """The round in which the returned files came in."""
    second: Synced
    """The round after the office chose on «Xung đột»."""
    summary: Path
    """The half-year's report as a workbook; document and page lie beside it."""


def example(name: str) -> list[dict[str, str]]:
    """Read one of the example office's tables."""
    with shipped("examples", EXAMPLE, f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def play(root: Path, moment: Moment) -> Played:
    """Play the whole half-year in a new folder."""
    start = Start("kon-tum-2022", OFFICE, units=shipped("examples", EXAMPLE, "don-vi.csv"))
    made, _ = init(root, start, moment)
    space = _say_who_signs(made)
    with open_office(space) as office:
        tasks = enter_tasks(office, moment)
        redraw(office, as_of=moment.as_of, now=moment.now, read=file_digest(space.register))
        issued = issue(office, parse_period(ROUND), moment).files
        disputed = _fill_and_drop(space, issued, tasks, _this_time(office))
        _edit_register(space.register, disputed)
        first = sync(office, moment)
        _choose_first_conflict(space.register)
        second = sync(office, moment)
        paper = paper_of(office, figures(office, parse_period(HALF), None, today=moment.as_of))
        reports = [write_paper(office, paper, place_of(office, paper, suffix)) for suffix in FORMATS]
    return Played(space, issued, first, second, reports[0])


def _say_who_signs(space: Workspace) -> Workspace:
    """Play the office: write into the settings what stands at the head of its reports."""
    path = space.root / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    for key, value in HEAD.items():
        text = text.replace(f'# {key} = ""', f'{key} = "{value}"', 1)
    path.write_text(text, encoding="utf-8")
    return find(space.root)


def enter_tasks(office: Office, moment: Moment) -> dict[str, str]:
    """Enter the example's tasks into an empty ledger; gives the example's task number → task id."""
    ids: dict[str, str] = {}
    lines = example("nhiem-vu")
    firsts = {line["task"]: line for line in reversed(lines)}
    leads = [line for line in lines if line is firsts[line["task"]]]
    others = [line for line in lines if line is not firsts[line["task"]]]
    for part in (leads, others):
        new = tuple(NewTask((line["unit"],), fields_of(line), ids.get(line["task"])) for line in part)
        entry = Entry(
            at=moment.now,
            day=moment.as_of,
            who=OFFICE,
            source="takeover",
            decided_at=office.ledger.revision(),
            new_tasks=new,
        )
        done = commit(office.ledger, entry)
        if done is None:
            message = "somebody else writes to the demo's ledger"
            raise RuntimeError(message)
        ids |= {line["task"]: task_id for line, task_id in zip(part, done.task_ids, strict=True)}
    return ids


def fields_of(line: Mapping[str, str]) -> dict[str, Value]:
    """Type a line of the example by the schema."""
    known = assignment_spec().by_name
    return {
        name: date.fromisoformat(text) if known[name].kind is Kind.DATE else text
        for name, text in line.items()
        if name in known and name != "unit" and text
    }


def _this_time(office: Office) -> dict[str, str]:
    """Give recurring task → its latest occurrence."""
    found = ((occurrence(item.text("recurrence")), key.task_id) for key, item in recurring(office.ledger).items())
    latest = sorted((which.end, which.task_id, task_id) for which, task_id in found if which is not None)
    return {of: task_id for _, of, task_id in latest}


def _fill_and_drop(
    space: Workspace, issued: Iterable[IssuedFile], tasks: Mapping[str, str], occurrences: Mapping[str, str]
) -> list[str]:
    """Play the clerks: fill the workbooks in, some of them wrongly, and drop them; gives two tasks to dispute."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    for line in example("cap-nhat"):
        task = tasks[line["task"]]
        answers.setdefault(line["unit"], {})[occurrences.get(task, task)] = line
    returned = [item for item in issued if item.unit.code in answers]
    for number, item in enumerate(returned):
        book = load_workbook(item.path)
        sheet = book[say("template.sheet_update", "vi")]
        columns, rows = grid_of(sheet)
        for task, line in answers[item.unit.code].items():
            for name, value in fields_of(line).items():
                sheet.cell(rows[task], columns[name]).value = label(name, value)
        spoiled = list(answers[item.unit.code])
        if number == 0:
            sheet.cell(rows[spoiled[0]], columns["completed_date"]).value = "giữa tháng 6"
            sheet.cell(rows[spoiled[1]], columns["progress"]).value = "gần xong"
            sheet.cell(rows[spoiled[-1]], columns["deadline_text"]).value = "31/12/2026"
        book.save(space.inbox / item.path.name)
    again = returned[1].path.name
    shutil.copyfile(space.inbox / again, space.inbox / f"Bản sao - {again}")
    _foreign_workbook(space.inbox / "Danh sách họp.xlsx")
    return list(answers[returned[-1].unit.code])[:2]


def _foreign_workbook(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    if sheet is not None:
        sheet.append(["STT", "Họ tên", "Chức vụ"])
    book.save(path)


def _edit_register(path: Path, disputed: Iterable[str]) -> None:
    """Play the office: write the result of tasks into the register, while their unit reports on them too."""
    title = say("register.sheet_tasks", "vi")
    columns, rows = grid_of(load_workbook(path)[title])
    typed = {"result_summary": "Đơn vị báo qua điện thoại: đang hoàn thiện hồ sơ.", "note": "Theo dõi sát."}
    _type(path, title, {(rows[task], columns[name]): text for task in disputed for name, text in typed.items()})


def _type(path: Path, title: str, cells: Changes) -> None:
    """Type into the register as into an open workbook: openpyxl would write the whole file anew, and lose some of it."""
    out = BytesIO()
    patch(path.read_bytes(), {title: cells}, out)
    path.write_bytes(out.getvalue())


def _choose_first_conflict(path: Path) -> None:
    """Play the office: take the unit's value for the first conflict."""
    title = say("register.sheet_conflicts", "vi")
    cells = (cell for row in load_workbook(path)[title].iter_rows() for cell in row)
    ids = next(cell for cell in cells if cell.value == "choice")
    _type(path, title, {(ids.row + 2, ids.column or 1): say("register.choose_theirs", "vi")})


def grid_of(sheet: Worksheet) -> tuple[dict[str, int], dict[str, int]]:
    """Find, by the hidden row of field names, field → column and task id → row, both 1-based as Excel counts."""
    columns: dict[str, int] = {}
    rows: dict[str, int] = {}
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if not columns and "task_id" in row:
            columns = {str(name): index for index, name in enumerate(row, 1) if name}
        elif columns:
            task = row[columns["task_id"] - 1]
            if task:
                rows.setdefault(str(task), number)
    return columns, rows


def label(name: str, value: Value) -> Any:  # noqa: ANN401 - what openpyxl takes
    """Give a value as a clerk enters it: choices by their words."""
    spec = assignment_spec().by_name[name]
    return spec.label(value, "vi") if spec.kind is Kind.CHOICE else value
