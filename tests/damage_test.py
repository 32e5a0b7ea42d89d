"""The short form of tests/damage.py: every damaged cell is found where it is, and the marked copy leads back."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline.check import check_files
from tdnv_sheets.pipeline.office import open_office
from tests.conftest import SmallOffice, id_row
from tests.damage_classes import CLASSES, ERROR, LOCKED, UNIT
from tests.damage_clerk import to_do, walk_back
from tests.damage_office import dice, make_desk
from tests.damage_plan import MISSING, UPDATE, Mark, send
from tests.damage_run import MOMENT, compare, damage_and_check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.damage_office import Desk

ROWS = 24


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk"), ROWS)


def test_each_damaged_cell_is_found_where_it_is_and_no_other_cell_is_blamed(desk: Desk, tmp_path: Path) -> None:
    account = damage_and_check(dice(7), desk, tmp_path, cells=700, per_file=60)

    assert account.problems == []
    assert account.cells >= 500
    assert {kind.name for kind in CLASSES} <= set(account.classes)


def test_workbooks_filled_in_rightly_in_many_ways_of_writing_are_not_complained_about(
    desk: Desk, tmp_path: Path
) -> None:
    sent = [send(dice(seed), desk, "cckl", tmp_path / f"{seed}.xlsx", cells=0) for seed in range(8)]

    with open_office(desk.office.space) as office:
        received = check_files(office, [one.path for one in sent], MOMENT)

    assert [line for one, said in zip(sent, received, strict=True) for line in compare(one, said)] == []
    assert [one.verdict.value for one in received] == ["accepted"] * 8


def test_a_damage_that_nobody_found_and_a_word_too_many_are_both_noticed_by_the_comparison(
    desk: Desk, tmp_path: Path
) -> None:
    sent = send(dice(3), desk, "cctl", tmp_path / "one.xlsx", cells=12)
    with open_office(desk.office.space) as office:
        (said,) = check_files(office, [sent.path], MOMENT)
    first, *others = sorted(sent.marks)
    invented = Mark(UPDATE, "ZZ99", "not-a-date", ERROR)

    assert compare(sent, said) == []
    assert len(compare(replace(sent, marks=frozenset(others)), said)) == 1
    assert len(compare(replace(sent, marks=sent.marks | {invented}), said)) == 1
    assert len(compare(replace(sent, marks=frozenset({first._replace(code="formula+"), *others})), said)) == 2


def test_every_cell_of_the_unit_and_every_locked_cell_has_a_damage(desk: Desk, tmp_path: Path) -> None:
    hit = {
        field
        for seed in range(40)
        for damage in send(dice(seed), desk, "ttkn", tmp_path / "any.xlsx", cells=80).damages
        for _, field in damage.writes
    }

    assert {*UNIT, *LOCKED, "task_id"} <= hit


def test_a_marked_copy_corrected_where_it_says_so_is_accepted_and_the_ledger_is_as_if_nothing_had_been_wrong(
    desk: Desk, tmp_path: Path
) -> None:
    assert walk_back(11, desk, tmp_path / "walk", cells=30) == []


def test_a_wrong_day_among_the_missing_tasks_is_listed_with_its_place_in_the_copy(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(desk.office.root, tmp_path / "vp")
    office = SmallOffice(find(tmp_path / "vp"))
    book = load_workbook(desk.issued["khtc"])
    first, columns = id_row(book[MISSING], "task_content")
    wrong: tuple[date | str, ...] = (date(2206, 5, 20), "31/6/2026")
    for row, day in enumerate(wrong, first):
        book[MISSING].cell(row, columns["task_content"]).value = unicodedata.normalize("NFD", "Nhiệm vụ thiếu")
        book[MISSING].cell(row, columns["document_date"]).value = day
    book.save(tmp_path / "sai.xlsx")

    answer = office.merge(tmp_path / "sai.xlsx")

    (marked,) = office.space.returned.glob("*.xlsx")
    listed = [(item.sheet, item.cell) for item in to_do(load_workbook(marked))]
    assert listed == [(MISSING, finding["cell"]) for finding in answer["findings"] if finding["severity"] == "error"]
    assert len(listed) == 2


def test_a_corrected_copy_that_was_saved_with_libreoffice_is_accepted_too(
    desk: Desk, tmp_path: Path, libreoffice: Callable[[Path, str], Path]
) -> None:
    saved: list[Path] = []

    def resave_the_first(path: Path) -> Path:
        if saved:
            return path
        saved.append(libreoffice(path, "xlsx"))
        return saved[0]

    assert walk_back(12, desk, tmp_path / "walk", cells=30, resave=resave_the_first) == []
    assert saved
