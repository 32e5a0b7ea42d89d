"""A file that was taken in part and then undone: its marked copy says again what was good in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.inbox.workspace import find
from tests.conftest import SmallOffice, fill
from tests.registers import ONE, TWO, edited, sync

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ran

GOOD = {"proposal": "Bổ sung kinh phí", "difficulty": "mưa"}


@pytest.fixture(scope="module")
def undone_template(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let a file be taken in part and be undone once; tests copy it. Its marked copy lies beside the office's folder."""
    folder = tmp_path_factory.mktemp("undone")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    path = fill(office.issue("cctl"), {ONE: GOOD, TWO: {"progress": "đang làm dở"}}, folder / "gốc.xlsx")
    assert office.merge(path)["verdict"] == "partly"
    (marked,) = (path for path in (office.root / "tra-lai").glob("*.xlsx") if "chưa nhận" not in path.name)
    shutil.copyfile(marked, folder / "đánh dấu.xlsx")
    assert office.run("undo", str(office.revision())).code == 0
    assert office.rows()[ONE, "cctl"]["proposal"] is None
    return folder


@pytest.fixture
def office(undone_template: Path, tmp_path: Path) -> SmallOffice:
    shutil.copytree(undone_template, tmp_path, dirs_exist_ok=True)
    return SmallOffice(find(tmp_path / "vp"))


def corrected(office: SmallOffice, **cells: object) -> dict[str, object]:
    """Send the marked copy with its wrong cell put right, and maybe more; gives what the task holds then."""
    marked = office.root.parent / "đánh dấu.xlsx"
    entry = office.merge(fill(marked, {ONE: cells, TWO: {"progress": "in_progress"}}))
    assert entry["verdict"] == "accepted"
    assert office.rows()[TWO, "cctl"]["progress"] == "in_progress"
    row = office.rows()[ONE, "cctl"]
    return {name: row[name] for name in GOOD}


def undone(office: SmallOffice) -> Ran:
    done = office.run("undo", str(office.revision()))
    assert done.code == 0
    return done


def test_its_good_values_are_taken_with_the_corrected_ones(office: SmallOffice) -> None:
    assert corrected(office) == GOOD


def test_a_value_that_the_clerk_took_out_of_it_stays_out(office: SmallOffice) -> None:
    assert corrected(office, difficulty=None) == GOOD | {"difficulty": None}


def test_what_the_office_wrote_since_is_a_conflict_with_three_true_values(office: SmallOffice) -> None:
    sync(office)
    with edited(office) as page:
        page.set(ONE, "proposal", "của Văn phòng")
    sync(office)

    assert corrected(office) == GOOD | {"proposal": "của Văn phòng"}

    (item,) = office.run("conflicts", "--format", "json").json
    assert (item["field"], item["base"], item["ours"], item["theirs"]) == (
        "proposal",
        None,
        "của Văn phòng",
        GOOD["proposal"],
    )


def test_where_the_file_itself_was_sent_again_the_copy_stands_on_that(office: SmallOffice) -> None:
    assert office.merge(office.root.parent / "gốc.xlsx")["verdict"] == "partly"

    assert corrected(office, proposal="sửa lại") == GOOD | {"proposal": "sửa lại"}
    assert office.run("conflicts", "--format", "json").json == []


def test_where_the_undo_was_undone_the_copy_stands_on_the_file(office: SmallOffice) -> None:
    undone(office)

    assert corrected(office, difficulty=None) == GOOD | {"difficulty": None}
    assert office.run("conflicts", "--format", "json").json == []


def test_copies_of_copies_say_again_all_that_was_undone_of_them(office: SmallOffice) -> None:
    undone(office)  # the first file counts again
    marked = office.root.parent / "đánh dấu.xlsx"
    before = set((office.root / "tra-lai").glob("*.xlsx"))
    assert office.merge(fill(marked, {ONE: {"explanation": "lũ"}}, marked.with_name("hai.xlsx")))["verdict"] == "partly"
    (second,) = {path for path in (office.root / "tra-lai").glob("*.xlsx") if "chưa nhận" not in path.name} - before
    shutil.copyfile(second, marked)
    taken = office.revision()
    assert office.run("undo", str(taken)).code == 0
    assert office.run("undo", str(taken - 1)).code == 0  # the undo of the first file's undo
    assert office.rows()[ONE, "cctl"]["difficulty"] is None

    assert corrected(office) == GOOD
    assert office.rows()[ONE, "cctl"]["explanation"] == "lũ"
