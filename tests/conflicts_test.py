"""`tdnv conflicts` and `tdnv resolve`, and what the register and the unit see of disputed cells."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.records import Change, Conflict, Key
from tests.conftest import NOW, TODAY, SmallOffice, fill, id_row
from tests.main_job_test import choose, conflict_lines
from tests.registers import ONE, TWO, Opened, TaskSheet, edited, sync

if TYPE_CHECKING:
    from pathlib import Path

LIST = "Chi cục Thủy lợi - Giá trị chưa nhận.xlsx"


@pytest.fixture(scope="module")
def disputed_template(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an office with three disputed cells of one unit once; tests copy it."""
    folder = tmp_path_factory.mktemp("disputed") / "vp"
    shutil.copytree(office_template, folder)
    office = SmallOffice(find(folder))
    stale = office.issue("cctl")
    office.merge(
        fill(
            office.issue("cctl"),
            {ONE: {"proposal": "A", "completed_date": date(2026, 6, 1)}, TWO: {"proposal": "A"}},
            office.root.parent / "truoc.xlsx",
        )
    )
    office.merge(
        fill(
            stale,
            {ONE: {"proposal": "B", "completed_date": date(2026, 6, 3)}, TWO: {"proposal": "B"}},
            office.root.parent / "sau.xlsx",
        )
    )
    sync(office)
    return folder


@pytest.fixture
def disputed(disputed_template: Path, tmp_path: Path) -> SmallOffice:
    """Give an office with three disputed cells of its own: 1 and 2 of ONE (a day and a text), 3 of TWO."""
    shutil.copytree(disputed_template, tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp"))


def numbers(office: SmallOffice, *options: str) -> dict[tuple[str, str], int]:
    """Give the listed conflicts: (task, field) → number."""
    found = office.run("conflicts", *options, "--format", "json").json
    return {(item["task_id"], item["field"]): item["conflict"] for item in found}


# ------------------------------------------------------------------ the commands


def test_a_conflict_is_listed_with_its_three_values_who_wrote_ours_and_when_theirs_came(disputed: SmallOffice) -> None:
    (item,) = (item for item in disputed.run("conflicts", "--format", "json").json if item["task_id"] == TWO)

    assert item["at"][:2] == "20"
    assert item["written"]["who"] == "cctl"
    assert item["written"]["file"] == "truoc.xlsx"
    kept = ("state", "unit", "field", "base", "ours", "theirs", "file", "settled", "taken", "reason")
    assert {name: item[name] for name in kept} == {
        "state": "open",
        "unit": "cctl",
        "field": "proposal",
        "base": None,
        "ours": "A",
        "theirs": "B",
        "file": "sau.xlsx",
        "settled": None,
        "taken": "A",
        "reason": "",
    }
    text = disputed.run("conflicts").out
    assert "lúc gửi «», trong sổ «A» (Chi cục Thủy lợi, " in text
    assert "đơn vị gửi «B» (sau.xlsx, " in text
    assert numbers(disputed, "--unit", "cckl") == {}
    assert disputed.run("conflicts", "--unit", "xxx").code == 2


def test_one_conflict_is_settled_with_a_reason_and_stays_in_the_history(disputed: SmallOffice) -> None:
    number = str(numbers(disputed)[TWO, "proposal"])

    (answer,) = disputed.run("resolve", number, "--theirs", "--reason", "Đã gọi điện", "--format", "json").json

    assert (answer["applied"], answer["state"], answer["taken"], answer["reason"]) == (
        True,
        "theirs",
        "B",
        "Đã gọi điện",
    )
    assert disputed.rows()[TWO, "cctl"]["proposal"] == "B"
    assert len(numbers(disputed)) == 2
    assert len(numbers(disputed, "--all")) == 3
    assert "Đã gọi điện" in disputed.run("history", TWO).out


def test_another_value_is_typed_as_its_column_asks(disputed: SmallOffice) -> None:
    number = str(numbers(disputed)[ONE, "completed_date"])

    wrong = disputed.run("resolve", number, "--other", "hôm kia")
    assert (wrong.code, "không ghi được giá trị «hôm kia»" in wrong.err) == (2, True)

    assert disputed.run("resolve", number, "--other", "2/6/2026").code == 0
    assert disputed.rows()[ONE, "cctl"]["completed_date"] == "2026-06-02"


@pytest.mark.parametrize(("options", "value"), [(("--all", "--ours"), "A"), (("--unit", "cctl", "--theirs"), "B")])
def test_all_conflicts_are_settled_in_one_revision(disputed: SmallOffice, options: tuple[str, ...], value: str) -> None:
    revision = disputed.revision()

    assert disputed.run("resolve", *options).code == 0

    assert numbers(disputed) == {}
    assert disputed.revision() == revision + 1
    assert [disputed.rows()[task, "cctl"]["proposal"] for task in (ONE, TWO)] == [value, value]


def test_what_no_longer_waits_is_said_and_the_rest_is_settled(disputed: SmallOffice) -> None:
    of = numbers(disputed)
    first, second = str(of[ONE, "proposal"]), str(of[TWO, "proposal"])
    assert disputed.run("resolve", first, "--ours").code == 0

    done = disputed.run("resolve", first, second, "--theirs")

    assert done.code == 1
    assert f"Xung đột {first} không còn chờ chọn (giữ giá trị trong sổ)" in done.err
    assert [disputed.rows()[task, "cctl"]["proposal"] for task in (ONE, TWO)] == ["A", "B"]


def test_a_conflict_whose_cell_moved_is_shown_anew_and_the_old_number_settles_nothing(disputed: SmallOffice) -> None:
    number = numbers(disputed)[TWO, "proposal"]
    with edited(disputed) as page:
        page.set(TWO, "proposal", "A2")
    sync(disputed)

    done = disputed.run("resolve", str(number), "--theirs")

    assert done.code == 1
    assert disputed.rows()[TWO, "cctl"]["proposal"] == "A2"
    assert numbers(disputed)[TWO, "proposal"] > number
    (line,) = (line for line in conflict_lines(disputed.space.register) if TWO in line)
    assert "Chờ chọn lại: đã có giá trị mới hơn lần trước" in line


@pytest.mark.parametrize(
    "wrong",
    [
        ("99", "--ours"),
        ("1",),
        ("1", "--ours", "--other", "x"),
        ("--ours",),
        ("1", "--all", "--ours"),
        ("--all", "--other", "x"),
        ("--unit", "xxx", "--ours"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(disputed: SmallOffice, wrong: tuple[str, ...]) -> None:
    revision = disputed.revision()

    assert disputed.run("resolve", *wrong).code == 2

    assert disputed.revision() == revision


# ------------------------------------------------------------------ the register


def test_a_line_says_who_wrote_ours_and_leads_to_the_cell(disputed: SmallOffice) -> None:
    book = load_workbook(disputed.space.register)
    sheet: Opened = book["Xung đột"]
    first, _ = id_row(sheet, "fingerprint")
    page = TaskSheet(book["Nhiệm vụ"])
    row = next(row for row in range(first, sheet.max_row + 1) if sheet.cell(row, 2).value == TWO)

    cells = {sheet.cell(first - 1, column).value: sheet.cell(row, column) for column in range(1, 17)}

    assert cells["Người ghi giá trị trong sổ"].value.startswith("Chi cục Thủy lợi, ")
    assert cells["Tình trạng"].value == "Chờ chọn"
    target = page.at(page.row(TWO), "proposal")
    assert cells["Mã nhiệm vụ"].hyperlink.location == f"'Nhiệm vụ'!{target.coordinate}"
    assert sheet.tables["tblXungDot"].ref.startswith(f"A{first - 1}:")


def test_a_disputed_cell_keeps_the_registers_value_and_says_what_was_sent(disputed: SmallOffice) -> None:
    book = load_workbook(disputed.space.register)
    page = TaskSheet(book["Nhiệm vụ"])
    cell = page.at(page.row(ONE), "completed_date")

    assert cell.value.date() == date(2026, 6, 1)
    assert cell.comment.text.startswith("Đơn vị gửi: 03/06/2026\n(sau.xlsx, ")
    rules = {str(area.sqref): [rule.formula[0] for rule in area.rules] for area in page.sheet.conditional_formatting}
    (formula,) = next(found for area, found in rules.items() if area.startswith(f"{cell.column_letter}6:"))
    assert f'"{ONE}"' in formula
    assert '"Chi cục Thủy lợi"' in formula
    assert page.at(page.row(TWO), "completed_date").comment is None


def test_what_was_chosen_moves_to_a_sheet_of_its_own_with_how_who_and_why(disputed: SmallOffice) -> None:
    assert "Xung đột đã xử lý" not in load_workbook(disputed.space.register).sheetnames
    choose(disputed.space.register, "Lấy giá trị đơn vị gửi")
    sync(disputed)
    sheet: Opened = load_workbook(disputed.space.register)["Xung đột đã xử lý"]
    captions, line = ([cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=5))

    settled = dict(zip(captions, line, strict=True))

    assert settled["Cách xử lý"] == "Lấy giá trị đơn vị gửi"
    assert settled["Lý do"] == "Đã gọi điện xác minh"
    assert settled["Giá trị ghi vào sổ"] == settled["Giá trị đơn vị gửi"]
    assert settled["Người xử lý"]
    assert settled["Lúc xử lý"]

    disputed.run("undo", str(disputed.revision()))
    sync(disputed)
    sheet = load_workbook(disputed.space.register)["Xung đột đã xử lý"]
    assert sheet.cell(5, captions.index("Cách xử lý") + 1).value == "Lấy giá trị đơn vị gửi (sau đó đã hoàn tác)"
    assert len(conflict_lines(disputed.space.register)) == 3


# ------------------------------------------------------------------ the unit's list


def listed(path: Path, sheet: str = "Giá trị khác nhau") -> list[dict[str, object]]:
    rows = load_workbook(path)[sheet].iter_rows(min_row=5, values_only=True)
    captions = [str(caption) for caption in next(rows)]
    return [dict(zip(captions, row, strict=True)) for row in rows]


def test_the_unit_is_told_what_was_not_taken_and_later_what_the_office_chose(disputed: SmallOffice) -> None:
    path = disputed.space.returned / LIST
    assert {line["Văn phòng xử lý"] for line in listed(path)} == {"Chờ chọn"}
    assert {line["Giá trị đơn vị gửi"] for line in listed(path) if line["Cột"] == "Kiến nghị"} == {"B"}

    of = numbers(disputed)
    disputed.run("resolve", str(of[ONE, "proposal"]), "--theirs")
    disputed.run("resolve", str(of[TWO, "proposal"]), "--ours", "--reason", "Đã gọi điện")

    lines = listed(path)
    assert [(line["Mã nhiệm vụ"], line["Cột"]) for line in lines] == [(ONE, "Ngày hoàn thành"), (TWO, "Kiến nghị")]
    assert str(lines[1]["Văn phòng xử lý"]).startswith("Giữ giá trị trong sổ (")
    assert (lines[1]["Giá trị ghi vào sổ"], lines[1]["Lý do"]) == ("A", "Đã gọi điện")

    disputed.run("resolve", "--all", "--theirs")
    assert [line["Cột"] for line in listed(path)] == ["Kiến nghị"]


def test_a_choice_made_in_the_register_reaches_the_units_list(disputed: SmallOffice) -> None:
    choose(disputed.space.register, "Giữ giá trị trong sổ")
    sync(disputed)

    states = [str(line["Văn phòng xử lý"]) for line in listed(disputed.space.returned / LIST)]
    assert [state.startswith("Giữ giá trị trong sổ (") for state in states] == [False, False, True]


def test_cells_of_the_last_file_that_were_refused_stand_on_a_sheet_of_their_own(
    office: SmallOffice, tmp_path: Path
) -> None:
    office.drop(fill(office.issue("cctl"), {ONE: {"proposal": "A"}, TWO: {"completed_date": "hôm nọ"}}))
    sync(office, code=1)
    assert not (office.space.returned / LIST).exists()  # the marked copy says it already

    office.run("conflicts", "--unit", "cctl", "-o", tmp_path / "ds.xlsx")
    (line,) = listed(tmp_path / "ds.xlsx", "Ô không nhận")

    assert (line["Mã nhiệm vụ"], line["Cột"], line["Giá trị đơn vị gửi"]) == (TWO, "Ngày hoàn thành", "hôm nọ")
    assert "không phải là ngày" in str(line["Vì sao không nhận"])


def test_a_cell_that_may_not_be_emptied_is_told_with_a_file_that_was_taken(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))
    answer = office.merge(fill(office.issue("cctl"), {ONE: {"progress": None, "proposal": "A"}}))
    assert [finding["code"] for finding in answer["findings"]] == ["not-cleared"]

    (line,) = listed(office.space.returned / LIST, "Ô không nhận")

    assert line["Cột"] == "Tình trạng"


@pytest.mark.parametrize("emptied_last", [True, False])
def test_of_files_that_one_command_took_in_the_list_is_of_the_last(
    office_anywhere: SmallOffice, *, emptied_last: bool
) -> None:
    office = office_anywhere
    office.merge(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}))
    cells: list[dict[str, object]] = [{"proposal": "B"}, {"progress": None, "proposal": "A"}]
    for number, said in enumerate(cells if emptied_last else cells[::-1]):
        office.drop(fill(office.issue("cctl"), {TWO if said == cells[0] else ONE: said}), f"{number}.xlsx")
    assert office.run("merge").code == 0

    office.run("conflicts", "--unit", "cctl", "-o", office.root / "ra.xlsx")

    assert ("Ô không nhận" in load_workbook(office.root / "ra.xlsx").sheetnames) == emptied_last


def test_the_last_file_counts_also_where_it_changed_nothing(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    first = fill(office.issue("cctl"), {ONE: {"proposal": "A"}})
    again = fill(office.issue("cctl"), {ONE: {"proposal": "A"}, TWO: {"completed_date": "hôm nọ"}})
    office.drop(first, "1.xlsx")
    office.drop(again, "2.xlsx")
    assert office.run("merge").code == 1

    office.run("conflicts", "--unit", "cctl", "-o", office.root / "ra.xlsx")

    (line,) = listed(office.root / "ra.xlsx", "Ô không nhận")
    assert (line["Mã nhiệm vụ"], line["Giá trị đơn vị gửi"]) == (TWO, "hôm nọ")


def test_a_file_that_was_taken_whole_makes_no_list(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))

    assert not (office.space.returned / LIST).exists()


def test_the_list_is_drawn_where_it_is_asked_for(disputed: SmallOffice, tmp_path: Path) -> None:
    done = disputed.run("conflicts", "--unit", "cctl", "-o", tmp_path / "ds.xlsx")

    assert (done.code, "(3 dòng)" in done.err) == (0, True)
    assert len(listed(tmp_path / "ds.xlsx")) == 3
    empty = disputed.run("conflicts", "--unit", "khtc", "-o", tmp_path / "khtc.xlsx")
    assert empty.code == 0
    assert load_workbook(tmp_path / "khtc.xlsx").worksheets[0]["A6"].value == (
        "Mọi giá trị đơn vị gửi đều đã được nhận."
    )
    assert disputed.run("conflicts", "-o", tmp_path / "x.xlsx").code == 2


def conflict_on_decision(office: SmallOffice, *, to: str | None) -> None:
    """The register says where a task is to go; whether it goes there at all, two copies of it do not agree on."""
    key = Key(ONE, "cctl")
    told = () if to is None else (Change(key, "transferred_to", None, to, "5"),)
    with open_office(office.space) as opened:
        disputed = Conflict(key, "decision", None, None, "transferred")
        entry = Entry(NOW, TODAY, "Văn phòng", "office", opened.ledger.revision(), changes=told, conflicts=(disputed,))
        assert commit(opened.ledger, entry) is not None


def test_a_transfer_that_is_chosen_hands_the_task_over(office: SmallOffice) -> None:
    conflict_on_decision(office, to="cckl")

    done = office.run("resolve", "1", "--theirs")

    rows = office.rows()
    assert done.code == 0
    assert rows[ONE, "cctl"]["status"] == "transferred"
    assert rows[ONE, "cckl"]["transferred_from"] == "cctl"
    assert rows[ONE, "cckl"]["deadline"] == rows[ONE, "cctl"]["deadline"]


def test_a_transfer_to_nobody_is_not_chosen(office: SmallOffice) -> None:
    conflict_on_decision(office, to=None)
    before = office.rows()

    done = office.run("resolve", "1", "--theirs")

    assert done.code == 1
    assert "Chuyển đến đơn vị" in done.err
    assert office.rows() == before
    assert [line["state"] for line in office.run("conflicts", "--format", "json").json] == ["open"]


def test_a_conflict_with_another_copy_of_the_register_is_not_said_to_come_from_the_unit(office: SmallOffice) -> None:
    kept = shutil.copyfile(office.space.register, office.root.parent / "bản cũ.xlsx")
    with edited(office) as page:
        page.set(ONE, "note", "A")
    sync(office)
    shutil.copyfile(kept, office.space.register)
    with edited(office) as page:
        page.set(ONE, "note", "B")

    office.run("sync")

    (item,) = office.run("conflicts", "--format", "json").json
    assert (item["ours"], item["theirs"], item["by_office"]) == ("A", "B", True)
    for command in (("conflicts",), ("history", ONE)):
        text = office.run(*command).out
        assert ("Văn phòng gõ vào sổ «B»" in text, "đơn vị gửi" in text) == (True, False)
    (line,) = conflict_lines(office.space.register)
    assert f"{office.space.register.name} (Văn phòng gõ vào sổ)" in line
    office.run("resolve", str(item["conflict"]), "--theirs")
    assert "lấy giá trị Văn phòng gõ vào sổ" in office.run("conflicts", "--all").out
    target = office.root.parent / "danh sách.xlsx"
    assert "0 dòng" in office.run("conflicts", "--unit", "cctl", "-o", target).err
