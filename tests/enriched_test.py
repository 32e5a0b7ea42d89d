"""A register with all that offices add to theirs is redrawn and loses nothing (the long form: `python -m tests.enriched`)."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from tdnv_sheets.graft.refuse import CannotGraft
from tests.enriched import (
    FIRST,
    OWN,
    Enriched,
    complaints,
    enriched,
    expected,
    first_view,
    redraws,
    view_at,
)
from tests.enriched_corpus import CORPUS
from tests.enriched_package import Package
from tests.redrawing import drawn, redrawn, rows_of, task, view_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.records import Value
    from tests.redrawing import Redrawn

STEPS = 3


@pytest.fixture(scope="module")
def start() -> Enriched:
    return enriched(drawn(first_view()))


@pytest.fixture(scope="module")
def steps(start: Enriched) -> list[Redrawn]:
    return list(redraws(start, STEPS))


def opened(data: bytes, **how: Any) -> Any:  # noqa: ANN401 - openpyxl's sheets are many types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says what it cannot read, which we do not ask it to keep
        return load_workbook(io.BytesIO(data), **how)


def test_every_part_of_the_offices_is_as_it_was(start: Enriched, steps: list[Redrawn]) -> None:
    assert len(start.foreign) > 30
    assert [line for step, done in enumerate(steps, 1) for line in complaints(start, done.data, step)] == []


def test_redrawing_again_adds_no_looks(steps: list[Redrawn]) -> None:
    assert [done.looks_added for done in steps[1:]] == [0] * (STEPS - 1)


def test_nothing_but_what_points_to_moved_cells_is_told(steps: list[Redrawn]) -> None:
    assert {item.what for done in steps for item in done.lost} <= {"pointing"}


def test_the_package_keeps_the_rules_of_excel(steps: list[Redrawn], tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(steps[-1].data)
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_formulas_of_the_office_show_the_right_cells(
    steps: list[Redrawn], tmp_path: Path, libreoffice: Callable[[Path, str], Path]
) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(steps[-1].data)
    sheet = opened(libreoffice(path, "xlsx").read_bytes(), data_only=True)["Phân tích"]
    assert dict(sheet.iter_rows(max_col=2, values_only=True)) == expected(STEPS)


def test_names_of_the_office_reach_over_the_rows_of_now(steps: list[Redrawn]) -> None:
    book = opened(steps[-1].data)
    last = FIRST + len(view_at(STEPS, None).rows) - 1
    assert book.defined_names["Vung_viec"].attr_text == f"'Nhiệm vụ'!$A$5:$M${last}"
    assert book.defined_names["DS_don_vi"].attr_text == "tblNhiemVu[Đơn vị chủ trì]"


def test_the_slicer_finds_table_and_column_by_their_numbers(start: Enriched, steps: list[Redrawn]) -> None:
    before, after = (
        Package(data).text(Package(data).target(Package(data).sheet("Nhiệm vụ"), "table"))
        for data in (start.data, steps[-1].data)
    )
    assert 'id="1"' in after[: after.index("tableColumns")]
    assert '<tableColumn id="2" name="Đơn vị chủ trì"' in after
    assert OWN in before


def test_what_points_to_a_task_that_moved_is_told_and_stays(start: Enriched) -> None:
    own: dict[str, dict[int, Value]] = {OWN: dict.fromkeys(range(6), 1)}
    done = redrawn(start.data, view_of(rows_of(1, 2, 3, 4, 5, own=own), own=(OWN,)))  # the first task is gone

    told = {(item.sheet, item.place) for item in done.lost if item.what == "pointing"}
    assert {("Phân tích", "B4"), ("Phân tích", "B5")} <= told
    assert not [line for line in complaints(start, done.data, 0) if "other bytes" in line]
    assert ("note", f"V{FIRST}") in {(item.what, item.place) for item in done.lost}
    assert task(0) not in {item.detail for item in done.lost}


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the project, not in it")
def test_sheets_that_excel_wrote_are_as_they_were() -> None:
    start = enriched(drawn(first_view()), samples=True)
    (done,) = redraws(start, 1)

    assert sum("mau" in name for name in start.foreign) > 5
    assert list(complaints(start, done.data, 1)) == []


@pytest.mark.skipif(not CORPUS.exists(), reason="as above")
def test_a_register_with_macros_is_refused(start: Enriched) -> None:
    pack = Package(start.data)
    pack.parts["xl/vbaProject.bin"] = Package((CORPUS / "39_vba.xlsm").read_bytes()).parts["xl/vbaProject.bin"]
    pack.default("bin", "application/vnd.ms-office.vbaProject")
    pack.relate(
        "xl/workbook.xml", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "xl/vbaProject.bin"
    )

    with pytest.raises(CannotGraft, match="macros"):
        redrawn(pack.pack(), view_at(1, None))
