"""A hand-kept register taken over, and the whole job done on it afterwards: a real ministry list of 2017."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from tdnv_sheets.text.unicode import clean
from tests.conftest import Ran, fill, run

if TYPE_CHECKING:
    from pathlib import Path

LIST = "62_real_ministry_register_2017.xlsx"


def exported(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("-C", root, "export").out.splitlines()]


@pytest.fixture(scope="module")
def taken(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    root = tmp_path_factory.mktemp("bo") / "vp"
    return root, run("init", root, "--regulation", "kon-tum-2022", "--from", corpus / LIST)


def rows_of(corpus: Path) -> list[tuple[Any, ...]]:
    sheet = load_workbook(corpus / LIST).worksheets[0]
    return [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1]]


def test_every_row_with_content_becomes_a_task_and_every_lead_an_assignment(
    taken: tuple[Path, Ran], corpus: Path
) -> None:
    root, done = taken
    assert done.code == 0, done.err
    listed = rows_of(corpus)
    rows = exported(root)
    assert len({row["task_id"] for row in rows}) == len(listed) == 53
    assert len(rows) == sum(len([part for part in row[5].split(",") if part.strip()]) for row in listed)


def test_every_deadline_text_is_kept_to_the_letter_and_no_date_is_invented(
    taken: tuple[Path, Ran], corpus: Path
) -> None:
    rows = exported(taken[0])
    by_content = {clean(str(row[1])): row for row in rows_of(corpus)}
    for row in rows:
        source = by_content[row["task_content"]]
        assert row["deadline_text"] == source[7]
        if row["deadline"] is not None:
            assert row["deadline"][:4] in source[7], "the year stands in the words"
        assert (row["document_date"] is None) == (source[4] == "20/01/201")
        assert row["entered_date"] is None
        assert row["completed_date"] is None


def test_it_says_what_every_column_became(taken: tuple[Path, Ran], corpus: Path) -> None:
    header = next(load_workbook(corpus / LIST).worksheets[0].iter_rows(values_only=True))
    for caption in header:
        assert f"{caption} " in taken[1].out
    assert "Nội dung nhiệm vụ" in taken[1].out
    assert "Sheet2" in taken[1].out


def test_issue_fill_merge_render_and_summary_work_on_it(taken: tuple[Path, Ran]) -> None:
    root, _ = taken
    assert run("-C", root, "issue", "--unit", "vu-gddh", "--period", "2026-M06").code == 0
    (path,) = (root / "gui-di").iterdir()
    task = next(row["task_id"] for row in exported(root) if row["unit"] == "vu-gddh")
    fill(path, {task: {"progress": "done", "completed_date": date(2017, 12, 1), "result_summary": "Đã trình."}})

    merged = run("-C", root, "merge", path, "--format", "json")

    assert merged.code == 0, merged.out
    assert [len(entry["changes"]) for entry in merged.json] == [3]
    assert run("-C", root, "render").code == 0
    assert load_workbook(root / "so-theo-doi.xlsx").sheetnames[1] == "Nhiệm vụ"
    assert run("-C", root, "summary", "--period", "2026-H1").code == 0
    figures = run("-C", root, "summary", "--period", "2026-H1", "--format", "json").json
    assert all(check["ok"] for check in figures["checks"])
    assert figures["total"]["total"] == len(exported(root)) - 1, "all but the one that was done in 2017"


@pytest.mark.parametrize("number", ["64", "65", "69"])
def test_a_workbook_without_tasks_is_refused_with_the_reason_and_nothing_is_made(
    corpus: Path, tmp_path: Path, number: str
) -> None:
    (path,) = corpus.glob(f"{number}_*.xlsx")
    done = run("init", tmp_path / "vp", "--from", path)
    assert done.code == 2
    assert "Không thấy nhiệm vụ" in done.err
    assert "-" not in done.err.split("»: ")[1], "words, no code"
    assert not (tmp_path / "vp").exists()


def test_error_cells_and_formulas_that_were_never_computed_are_listed_not_taken_for_empty(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["STT", "Nội dung nhiệm vụ", "Đơn vị", "Thời hạn", "Tiến độ"])
    sheet.append([1, "Báo cáo quý I", "Phòng Một", "#N/A", "Đã hoàn thành"])
    sheet.append([2, "Báo cáo quý II", "Phòng Hai", "=TODAY()", "Đang thực hiện"])
    path = tmp_path / "sổ cũ.xlsx"
    book.save(path)

    done = run("init", tmp_path / "vp", "--from", path)

    assert done.code == 0, done.err
    assert "#N/A" in done.out
    assert "#CALC!" in done.out
    rows = exported(tmp_path / "vp")
    assert [(row["unit"], row["progress"], row["deadline"]) for row in rows] == [
        ("phong-mot", "done", None),
        ("phong-hai", "in_progress", None),
    ]


def test_a_register_with_an_extract_on_a_second_sheet_gives_every_task_once(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    head = ["STT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Thời hạn hoàn thành"]
    for row in (head, [1, "Báo cáo tháng", "Phòng Một", "31/5/2026"], [2, "Rà soát", "Phòng Hai", "30/6/2026"]):
        sheet.append(row)
    overdue = book.create_sheet("Quá hạn")
    for row in (
        ["STT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Số ngày quá hạn"],
        [1, "Báo cáo tháng", "Phòng Một", 10],
    ):
        overdue.append(row)
    june = book.create_sheet("Tháng 6")
    for row in (head, [1, "Báo cáo tháng", "Phòng Một", "30/6/2026"]):
        june.append(row)
    path = tmp_path / "sổ.xlsx"
    book.save(path)

    done = run("init", tmp_path / "vp", "--from", path)

    rows = exported(tmp_path / "vp")
    assert [(row["task_content"], row["deadline"]) for row in rows] == [
        ("Báo cáo tháng", "2026-05-31"),
        ("Rà soát", "2026-06-30"),
        ("Báo cáo tháng", "2026-06-30"),
    ]
    assert "đã có ở trang trước" in done.out
