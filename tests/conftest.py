"""What tests share: a small office in a temporary folder, workbooks filled in as a clerk would, and the files beside the project."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import settings
from openpyxl import load_workbook

from tdnv_sheets.cli.main import main
from tdnv_sheets.inbox.workspace import Workspace, find
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.demo import grid_of, label
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.sheetspec import assignment_spec
from tests.databases import keep_ledger_in, ledger_url, run_of_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from tdnv_sheets.records import Value

__all__ = ["ledger_url"]  # a fixture for every test

settings.register_profile("patient", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("patient")

SHARED = Path(__file__).parents[2] / "shared"
TODAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall
UNITS_CSV = """code,name,aliases,kind
cctl,Chi cục Thủy lợi,CCTL,Chi cục
cckl,Chi cục Kiểm lâm,CCKL,Chi cục
khtc,Phòng Kế hoạch - Tài chính,KHTC,Phòng
"""
TASKS: tuple[tuple[tuple[str, ...], dict[str, Value]], ...] = (
    (
        ("cctl",),
        {
            "task_content": "Kiểm tra an toàn hồ chứa trước mùa mưa",
            "document_number": "12/UBND-NNTN",
            "document_date": date(2026, 3, 2),
            "assigned_date": date(2026, 3, 2),
            "deadline_text": "30/6/2026",
            "deadline": date(2026, 6, 30),
            "assigner": "UBND tỉnh",
        },
    ),
    (
        ("cctl",),
        {
            "task_content": "Báo cáo tình hình hạn mặn",
            "document_number": "15/UBND-NNTN",
            "document_date": date(2026, 4, 1),
            "assigned_date": date(2026, 4, 1),
            "deadline_text": "15/5/2026",
            "deadline": date(2026, 5, 15),
            "assigner": "UBND tỉnh",
        },
    ),
    (
        ("cckl",),
        {
            "task_content": "Rà soát diện tích rừng trồng thay thế",
            "document_number": "21/TB-SNNMT",
            "document_date": date(2026, 2, 10),
            "assigned_date": date(2026, 2, 10),
            "deadline_text": "Quý II/2026",
            "deadline": date(2026, 6, 30),
            "assigner": "Giám đốc Sở",
        },
    ),
    (
        ("cctl", "cckl"),
        {
            "task_content": "Xây dựng phương án phòng chống thiên tai",
            "document_number": "33/KH-UBND",
            "document_date": date(2026, 1, 20),
            "assigned_date": date(2026, 1, 20),
            "deadline_text": "thường xuyên",
            "recurrence": "thường xuyên",
            "assigner": "Chủ tịch UBND tỉnh",
        },
    ),
    (
        ("khtc",),
        {
            "task_content": "Giải ngân vốn đầu tư công quý II",
            "document_number": "40/UBND-KT",
            "document_date": date(2025, 12, 5),
            "assigned_date": date(2025, 12, 5),
            "deadline_text": "tháng 6/2026",
            "deadline": date(2026, 6, 30),
            "assigner": "UBND tỉnh",
        },
    ),
)
"""(lead units, fields) of the small office's tasks: ids NV-2026-00001 and on, in this order."""


@dataclass(frozen=True)
class Ran:
    """A finished command: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        return json.loads(self.out)


@dataclass(frozen=True)
class SmallOffice:
    """A workspace with three units and five tasks, and the commands run in it."""

    space: Workspace

    @property
    def root(self) -> Path:
        return self.space.root

    def run(self, *arguments: str | Path, as_of: date = TODAY, lang: str = "vi") -> Ran:
        return run("-C", self.root, "--as-of", as_of.isoformat(), "--lang", lang, *arguments)

    def issue(self, unit: str, period: str = "2026-M06") -> Path:
        """Issue one unit's workbook; gives a copy of its own, so that later issues do not replace it."""
        done = self.run("issue", "--unit", unit, "--period", period)
        assert done.code == 0, done.err
        path = Path(done.out.split(" → ")[1].strip())
        kept = self.root.parent / f"issued {len(list(self.root.parent.glob('issued *')))} {unit}.xlsx"
        shutil.copyfile(path, kept)
        return kept

    def drop(self, path: Path, name: str | None = None) -> Path:
        target = self.space.inbox / (name or path.name)
        shutil.copyfile(path, target)
        return target

    def merge(self, path: Path) -> dict[str, Any]:
        """Merge one file and give its entry of the JSON answer."""
        done = self.run("merge", path, "--format", "json")
        entry: dict[str, Any] = done.json[0]
        return entry

    def rows(self, as_of: date = TODAY) -> dict[tuple[str, str], dict[str, Any]]:
        """Export all assignments by (task id, unit)."""
        lines = self.run("export", as_of=as_of).out.splitlines()
        return {(row["task_id"], row["unit"]): row for row in map(json.loads, lines)}

    def revision(self) -> int:
        ledger = Ledger.at(self.space.ledger_url)
        try:
            return ledger.revision()
        finally:
            ledger.close()


def run(*arguments: str | Path) -> Ran:
    """Run a command in this process."""
    runner = CliRunner()
    with runner.isolation() as (out, err, _):
        code: int | str | None = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        stdout, stderr = out.getvalue().decode(), err.getvalue().decode()
    return Ran(int(code or 0), stdout, stderr)


def enter(space: Workspace, tasks: Sequence[tuple[tuple[str, ...], Mapping[str, Value]]]) -> None:
    """Enter tasks into the ledger as the office would."""
    with open_office(space) as office:
        entry = Entry(
            at=NOW,
            day=TODAY,
            who="Văn phòng",
            source="office",
            decided_at=office.ledger.revision(),
            new_tasks=tuple(NewTask(units, fields) for units, fields in tasks),
        )
        assert commit(office.ledger, entry) is not None


def fill(
    path: Path, values: Mapping[str, Mapping[str, Any]], target: Path | None = None, sheet: str = "Cập nhật"
) -> Path:
    """Fill cells of a workbook with openpyxl as a clerk would: {task id: {field: value or words}}."""
    book = load_workbook(path)
    page = book[sheet]
    columns, rows = grid_of(page)
    codes = {spec.name: {choice.code for choice in spec.choices} for spec in assignment_spec().fields}
    for task, cells in values.items():
        for name, value in cells.items():
            shown = label(name, value) if isinstance(value, str) and value in codes.get(name, set()) else value
            page.cell(rows[task], columns[name]).value = shown
    out = target or path
    book.save(out)
    return out


def place(path: Path, task: str, field: str, sheet: str = "Cập nhật") -> str:
    """Give the address of a task's cell in a workbook."""
    page = load_workbook(path)[sheet]
    columns, rows = grid_of(page)
    return str(page.cell(rows[task], columns[field]).coordinate)


def id_row(sheet: Worksheet, name: str) -> tuple[int, dict[str, int]]:
    """Find the hidden row of ids that holds *name*: the first row of data under it, and id → column."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if name in row:
            return number + 2, {str(cell): column for column, cell in enumerate(row, 1) if cell}
    message = f"no row of ids with {name} on «{sheet.title}»"
    raise AssertionError(message)


def validated_everywhere(
    desk: SmallOffice, outside: Path, files: Sequence[Path]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Validate faulty files inside the workspace and *outside* any, in both languages: {(where, language): {file: answer}}."""
    said = {}
    for where, folder in (("inside", desk.root), ("outside", outside)):
        for lang in ("vi", "en"):
            options = ("-C", folder, "--as-of", TODAY.isoformat(), "--lang", lang)
            done = run(*options, "validate", "--format", "json", *files)
            assert done.code == 1
            said[where, lang] = {Path(entry["file"]).stem: entry for entry in done.json}
    return said


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main() -> Iterator[None]:
    """Let the processes of this run share one PostgreSQL server, and end it with them."""
    with run_of_tests():
        return (yield)


@pytest.fixture(scope="session")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the small office once; tests copy it."""
    folder = tmp_path_factory.mktemp("office")
    units = folder / "don-vi.csv"
    units.write_text(UNITS_CSV, encoding="utf-8")
    done = run("--as-of", TODAY.isoformat(), "init", folder / "vp", "--units", units)
    assert done.code == 0, done.err
    enter(find(folder / "vp"), TASKS)
    assert run("-C", folder / "vp", "--as-of", TODAY.isoformat(), "render").code == 0
    return folder / "vp"


@pytest.fixture
def office(office_template: Path, tmp_path: Path) -> SmallOffice:
    """Give a small office of one's own."""
    shutil.copytree(office_template, tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp"))


@pytest.fixture
def office_anywhere(office_template: Path, tmp_path: Path, ledger_url: str) -> SmallOffice:
    """Give a small office of one's own, once with its ledger in a SQLite file, once in PostgreSQL."""
    shutil.copytree(office_template, tmp_path / "vp")
    if not ledger_url.startswith("sqlite"):
        keep_ledger_in(find(tmp_path / "vp"), ledger_url)
    return SmallOffice(find(tmp_path / "vp"))


@pytest.fixture
def moment() -> Moment:
    return Moment(TODAY, NOW)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give the folder of foreign workbooks; skip where it is absent."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        pytest.skip("the corpus of foreign workbooks lies beside the project only where it is developed")
    return folder


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Give a function that converts a workbook with LibreOffice; skip where it is missing."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    profile = tmp_path_factory.mktemp("lo-profile").as_uri()

    def convert(path: Path, kind: str) -> Path:
        out = tmp_path_factory.mktemp("lo")
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(out),
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        made = out / f"{path.stem}.{kind.split(':', maxsplit=1)[0]}"
        assert made.exists(), f"LibreOffice could not convert {path.name}"  # its exit code is 0 even then
        return made

    return convert
