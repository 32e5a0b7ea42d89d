"""Wrong rows in a unit's workbook: each is said with its place and what to do, and stays out of the ledger."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tests.conftest import SmallOffice, fill, validated_everywhere

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ONE, TWO, FOUR = "NV-2026-00001", "NV-2026-00002", "NV-2026-00004"
GOOD = {TWO: {"progress": "in_progress", "result_summary": "Đang tổng hợp số liệu"}}
SAID = ("code", "severity", "sheet", "cell", "row", "column", "value", "message", "fix")
CASES = tomllib.loads((Path(__file__).parent / "wrong" / "rows.toml").read_text(encoding="utf-8"))


def state(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, so that a change anywhere shows; lock and remembered checks are none."""
    ours = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    files = (path for path in ours if path.parent.name != "checked")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def add_row(path: Path, cells: Mapping[str, object]) -> None:
    """Type a row below the last one, by field."""
    book = load_workbook(path)
    sheet = book["Cập nhật"]
    ids = {cell.value: cell.column or 0 for cell in sheet[4]}
    for name, value in cells.items():
        sheet.cell(9, ids[name]).value = value  # type: ignore[assignment]  # what a cell takes
    book.save(path)


def typed_wrongly(issued: Path, target: Path, case: Mapping[str, Any]) -> Path:
    """Fill a workbook as the case says, and one other row rightly."""
    typed = {name: None if value == "" else value for name, value in case.get("typed", {}).items()}
    fill(issued, GOOD | {ONE: typed}, target)
    if "added" in case:
        add_row(target, case["added"])
    return target


def expected(case: Mapping[str, Any], lang: str, cell: str) -> dict[str, Any]:
    message, fix = case[lang]
    return {
        "code": case["code"],
        "severity": "error",
        "sheet": "Cập nhật",
        "cell": cell,
        "row": int("".join(filter(str.isdigit, cell))),
        "column": case["column"],
        "value": case["value"] or None,
        "message": message,
        "fix": fix,
    }


def errors(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [{key: finding[key] for key in SAID} for finding in entry["findings"] if finding["severity"] == "error"]
    return sorted(found, key=lambda finding: str(finding["cell"]))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, office_template: Path) -> SmallOffice:
    """An office that has issued one workbook, and beside it that workbook filled in wrongly in every way."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    issued = office.issue("cctl")
    for name, case in CASES.items():
        typed_wrongly(issued, folder / f"{name}.xlsx", case)
    return office


@pytest.fixture(scope="module")
def answers(desk: SmallOffice) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """What `validate` says of all the files: {(inside or outside a workspace, language): {case: answer}}."""
    folder = desk.root.parent
    outside = folder / "không phải nơi làm việc"
    outside.mkdir()
    files = [folder / f"{name}.xlsx" for name in CASES]
    before = state(folder)
    said = validated_everywhere(desk, outside, files)
    assert state(folder) == before
    return said


@pytest.fixture
def copy_of(desk: SmallOffice, tmp_path: Path) -> Callable[[str], tuple[SmallOffice, Path]]:
    """Give an office of one's own in the same state, and the file of a case."""

    def copy(name: str) -> tuple[SmallOffice, Path]:
        shutil.copytree(desk.root, tmp_path / "vp")
        return SmallOffice(find(tmp_path / "vp")), desk.root.parent / f"{name}.xlsx"

    return copy


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", CASES)
def test_validate_says_what_is_wrong_where_it_stands_and_what_to_do(
    answers: dict[tuple[str, str], dict[str, dict[str, Any]]], name: str, lang: str
) -> None:
    case, answer = CASES[name], answers["inside", lang][name]

    cells = sorted([case["cell"], *case.get("also", ())])
    assert errors(answer) == [expected(case, lang, cell) for cell in cells]
    assert answer["verdict"] == "partly"
    assert (answer["unit"], answer["period"]) == ("cctl", "2026-M06")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", CASES)
def test_without_a_workspace_the_file_itself_is_judged_and_the_rest_is_said_to_be_unchecked(
    answers: dict[tuple[str, str], dict[str, dict[str, Any]]], name: str, lang: str
) -> None:
    case, answer = CASES[name], answers["outside", lang][name]

    cells = sorted([case["cell"], *case.get("also", ())]) if case.get("outside", True) else []
    assert errors(answer) == [expected(case, lang, cell) for cell in cells]
    assert "not-checked" in {finding["code"] for finding in answer["findings"]}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_row_stays_out_of_the_ledger_and_the_good_rows_of_its_file_go_in(
    copy_of: Callable[[str], tuple[SmallOffice, Path]], name: str
) -> None:
    case = CASES[name]
    office, file = copy_of(name)
    before, original = office.rows(), file.read_bytes()

    done = office.run("merge", file, "--format", "json")

    (answer,) = done.json
    assert done.code == 1
    assert errors(answer) == [expected(case, "vi", cell) for cell in sorted([case["cell"], *case.get("also", ())])]
    assert answer["verdict"] == "partly"
    assert {change["task_id"] for change in answer["changes"]} == {TWO}
    after = office.rows()
    assert (after[TWO, "cctl"]["progress"], before[TWO, "cctl"]["progress"]) == ("in_progress", None)
    assert {key: row for key, row in after.items() if key != (TWO, "cctl")} == {
        key: row for key, row in before.items() if key != (TWO, "cctl")
    }
    assert file.read_bytes() == original


@pytest.mark.parametrize("name", ["text-date", "duplicated-row", "another-units-row", "changed-locked-cell"])
def test_with_the_policy_file_one_wrong_row_keeps_the_whole_file_out(
    copy_of: Callable[[str], tuple[SmallOffice, Path]], name: str
) -> None:
    office, file = copy_of(name)
    whole_file_policy(office)
    before = office.rows()

    done = office.run("merge", file, "--format", "json")

    (answer,) = done.json
    assert (done.code, answer["verdict"], answer["changes"]) == (1, "returned", [])
    assert answer["rows"]["accepted"] == 0
    assert office.rows() == before


def whole_file_policy(office: SmallOffice) -> None:
    settings = office.root / "tdnv.toml"
    text = settings.read_text(encoding="utf-8")
    assert '# on_error = "rows"' in text
    settings.write_text(text.replace('# on_error = "rows"', 'on_error = "file"'), encoding="utf-8")
