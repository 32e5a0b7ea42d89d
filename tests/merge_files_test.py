"""What becomes of whole files: held for what they empty, known as old copies, compared with what is there already."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Change, Key
from tests.conftest import NOW, TODAY, SmallOffice, enter, fill, id_row

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.records import Value

ONE, TWO, FOUR = "NV-2026-00001", "NV-2026-00002", "NV-2026-00004"
WORDS = {
    "progress": "in_progress",
    "result_summary": "Đã kiểm tra 12 hồ.",
    "difficulty": "Thiếu kinh phí",
    "proposal": "Bổ sung kinh phí",
    "explanation": "Do mưa lũ",
    "reporter": "Cán bộ A",
}
EMPTY = {name: None for name in WORDS if name != "progress"}


def codes(entry: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in entry["findings"]]


def messages(entry: dict[str, Any]) -> str:
    return " ".join(finding["message"] for finding in entry["findings"])


def write(office: SmallOffice, *changes: Change, **more: Any) -> None:  # noqa: ANN401 - the fields of an entry
    """Write into the ledger as the office would."""
    ledger = Ledger.at(office.space.ledger_url)
    entry = Entry(NOW, TODAY, "Văn phòng", "office", ledger.revision(), changes=changes, **more)
    assert commit(ledger, entry) is not None
    ledger.close()


def copy_of(path: Path, name: str) -> Path:
    return shutil.copyfile(path, path.with_name(name))


# ------------------------------------------------------------------ too much emptied


def emptied(office: SmallOffice) -> Path:
    full = fill(office.issue("cctl"), dict.fromkeys((ONE, TWO, FOUR), WORDS))
    assert office.merge(full)["verdict"] == "accepted"
    return fill(office.issue("cctl"), dict.fromkeys((ONE, TWO, FOUR), EMPTY))


def test_a_file_that_empties_most_of_its_cells_is_held_and_nothing_of_it_is_taken(office: SmallOffice) -> None:
    path = emptied(office)
    before, revision = office.rows(), office.revision()

    done = office.run("merge", path, "--format", "json")

    (entry,) = done.json
    assert (done.code, entry["verdict"], codes(entry)) == (1, "quarantined", ["mass-clear"])
    assert "xóa trắng 15 trong 18 ô" in messages(entry)
    assert (office.rows(), office.revision()) == (before, revision)
    assert entry["rows"] == {"total": 3, "accepted": 0, "held": 3}
    assert entry["counts"]["rows"]["refused"] == 3
    assert (entry["counts"]["cells"]["refused"], entry["changes"]) == (15, [])
    (kept,) = office.space.quarantine.glob("*.xlsx")
    assert f'tdnv merge --allow-clears "{kept}"' in done.err
    assert list(office.space.returned.iterdir()) == []


def test_a_person_may_let_a_file_empty_what_it_empties(office: SmallOffice) -> None:
    path = emptied(office)
    office.merge(path)

    done = office.run("merge", path, "--allow-clears", "--format", "json")

    assert (done.code, done.json[0]["verdict"], codes(done.json[0])) == (0, "accepted", [])
    assert {office.rows()[task, "cctl"]["difficulty"] for task in (ONE, TWO, FOUR)} == {None}
    assert office.rows()[ONE, "cctl"]["progress"] == "in_progress"
    assert office.merge(path)["verdict"] == "duplicate"


def test_emptying_is_allowed_only_for_files_that_are_named(office: SmallOffice) -> None:
    done = office.run("merge", "--allow-clears")

    assert done.code == 2
    assert "--allow-clears phải đi cùng tên tệp" in done.err


def test_the_office_may_say_how_much_a_file_may_empty(office: SmallOffice) -> None:
    path = emptied(office)
    settings = office.root / "tdnv.toml"
    settings.write_text(f"max_cleared_percent = 90\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")

    assert office.merge(path)["verdict"] == "accepted"


def test_a_dry_run_holds_the_same_file(office: SmallOffice) -> None:
    path = emptied(office)

    (entry,) = office.run("merge", path, "--dry-run", "--format", "json").json

    assert (entry["verdict"], codes(entry)) == ("quarantined", ["mass-clear"])
    assert not list(office.space.quarantine.glob("*"))


# ------------------------------------------------------------------ repeated


def test_a_copy_that_comes_after_a_newer_file_is_called_an_old_one(office: SmallOffice) -> None:
    path = office.issue("cctl")
    first = fill(path, {ONE: {"proposal": "lần một"}}, path.with_name("một.xlsx"))
    assert codes(office.merge(copy_of(first, "một, chép lại.xlsx"))) == []
    assert codes(office.merge(first)) == ["already-received"]
    office.merge(fill(path, {ONE: {"proposal": "lần hai"}, TWO: {"proposal": "hai"}}, path.with_name("hai.xlsx")))
    revision = office.revision()

    again = office.merge(first)

    assert (again["verdict"], codes(again)) == ("duplicate", ["already-received", "old-copy"])
    assert office.revision() == revision


def test_a_newer_file_of_another_unit_makes_no_copy_an_old_one(office: SmallOffice) -> None:
    ours = fill(office.issue("cctl"), {ONE: {"proposal": "của mình"}})
    office.merge(ours)
    office.merge(fill(office.issue("cckl"), {"NV-2026-00003": {"proposal": "của bạn"}}))

    assert codes(office.merge(ours)) == ["already-received"]


# ------------------------------------------------------------------ two copies, and what the office did meanwhile


def test_two_clerks_of_one_unit_who_fill_two_copies_lose_nothing_and_are_told(office: SmallOffice) -> None:
    path = office.issue("cctl")
    one = fill(path, {ONE: {"proposal": "của người thứ nhất"}}, path.with_name("1.xlsx"))
    two = fill(path, {ONE: {"difficulty": "của người thứ hai"}}, path.with_name("2.xlsx"))
    office.merge(one)

    entry = office.merge(two)

    assert codes(entry) == ["parallel-update", "still-as-issued"]
    assert "sổ giữ giá trị mới hơn: «của người thứ nhất»" in messages(entry)
    row = office.rows()[ONE, "cctl"]
    assert (row["proposal"], row["difficulty"]) == ("của người thứ nhất", "của người thứ hai")


def test_many_parallel_updates_stand_in_one_line_of_the_receipt(office: SmallOffice) -> None:
    enter(office.space, [(("cctl",), {"task_content": f"Việc {number}"}) for number in range(10)])
    tasks = [f"NV-2026-{number:05}" for number in range(6, 16)]
    path = fill(office.issue("cctl"), {task: {"proposal": "mới"} for task in tasks})
    write(office, *(Change(Key(task, "cctl"), "note", None, "đã gọi điện", "5") for task in tasks))

    office.merge(path)

    (receipt,) = office.root.glob("luu-tru/*/*.ghi-chu.txt")
    text = receipt.read_text(encoding="utf-8-sig")
    assert text.count("Sổ cũng có thay đổi ở ô khác") == 1
    assert "… và 9 chỗ khác: NV-2026-00007" in text
    assert "có cập nhật 10; như cũ 3; chờ chọn vì xung đột 0" in text
    assert "Các ô: ghi lần đầu 10; sửa 0;" in text


def test_what_a_unit_writes_on_a_task_that_was_withdrawn_meanwhile_is_taken_and_named(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"proposal": "vẫn làm"}})
    write(office, Change(Key(ONE, "cctl"), "decision", None, "withdrawn", "5"))

    entry = office.merge(path)

    assert (entry["verdict"], codes(entry)) == ("accepted", ["closed-edited"])
    assert "Thu hồi, dừng" in messages(entry)
    assert office.rows()[ONE, "cctl"]["proposal"] == "vẫn làm"


def test_what_a_unit_writes_on_a_task_that_was_taken_out_of_the_register_waits_for_a_choice(
    office: SmallOffice,
) -> None:
    path = office.issue("cctl")
    edited = fill(path, {ONE: {"proposal": "vẫn làm"}}, path.with_name("sửa.xlsx"))
    write(office, removals=((Key(ONE, "cctl"), False),))

    done = office.run("merge", edited, "--format", "json")

    (entry,) = done.json
    assert (done.code, entry["verdict"], codes(entry)) == (3, "accepted", ["removed-edited"])
    assert entry["conflicts"] == [
        {"task_id": ONE, "unit": "cctl", "field": "proposal", "base": None, "ours": None, "theirs": "vẫn làm"}
    ]
    assert (ONE, "cctl") not in office.rows()


def test_a_task_that_was_taken_out_and_not_touched_by_the_unit_stays_out_without_a_word(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {TWO: {"proposal": "việc khác"}})
    write(office, removals=((Key(ONE, "cctl"), False),))

    entry = office.merge(path)

    assert (codes(entry), entry["conflicts"]) == ([], [])
    assert entry["counts"]["rows"] == {
        "new": 0,
        "updated": 1,
        "unchanged": 2,
        "ignored": 0,
        "conflict": 0,
        "refused": 0,
    }


def test_two_clean_halves_that_do_not_fit_together_are_named(office: SmallOffice) -> None:
    asked = {"extension_to": date(2026, 7, 10), "extension_reason": "mưa lũ", "result_kind": "extension_request"}
    path = fill(office.issue("cctl"), {ONE: {"progress": "in_progress", "result_summary": "đang làm", **asked}})
    write(office, Change(Key(ONE, "cctl"), "deadline", date(2026, 6, 30), date(2026, 7, 31), "5"))

    entry = office.merge(path)

    assert entry["verdict"] == "accepted"
    assert codes(entry) == ["parallel-update", "merged-doubt"]
    assert "31/07/2026" in messages(entry)


def test_two_halves_that_fit_together_are_not_doubted(office: SmallOffice) -> None:
    asked = {"extension_to": date(2026, 7, 10), "extension_reason": "mưa lũ", "result_kind": "extension_request"}
    path = fill(office.issue("cctl"), {ONE: {"progress": "in_progress", "result_summary": "đang làm", **asked}})
    write(office, Change(Key(ONE, "cctl"), "deadline", date(2026, 6, 30), date(2026, 7, 1), "5"))

    assert codes(office.merge(path)) == ["parallel-update"]


# ------------------------------------------------------------------ proposed twice


def proposing(office: SmallOffice, unit: str, content: str, number: str | None = None) -> Path:
    path = office.issue(unit)
    book = load_workbook(path)
    first, column = id_row(book["Nhiệm vụ thiếu"], "task_content")
    values: dict[str, Value] = {"task_content": content, "document_number": number, "deadline_text": "30/9/2026"}
    for name, value in values.items():
        book["Nhiệm vụ thiếu"].cell(first, column[name]).value = value
    book.save(path)
    return path


def test_a_proposed_task_that_the_register_has_for_another_unit_is_named_with_its_id(office: SmallOffice) -> None:
    entry = office.merge(proposing(office, "cckl", "BÁO CÁO tình hình  hạn mặn"))

    assert [code for code in codes(entry) if code.startswith("known")] == ["known-task"]
    assert "mã NV-2026-00002, giao Chi cục Thủy lợi" in messages(entry)
    assert entry["counts"]["rows"]["new"] == 1
    assert len(office.rows()) == 6, "nothing is joined or made by itself"


def test_the_same_words_of_another_document_are_another_task(office: SmallOffice) -> None:
    entry = office.merge(proposing(office, "cckl", "Báo cáo tình hình hạn mặn", "99/UBND-NNTN"))

    assert [code for code in codes(entry) if code.startswith("known")] == []


def test_a_task_that_another_unit_proposed_is_named_and_ones_own_is_not(office: SmallOffice) -> None:
    words = "Diễn tập chữa cháy rừng"
    first = proposing(office, "cckl", words)
    office.merge(first)

    other = office.merge(proposing(office, "cctl", words))
    again = office.merge(proposing(office, "cckl", words))

    assert [code for code in codes(other) if code.startswith("known")] == ["known-proposal"]
    assert "Chi cục Kiểm lâm" in messages(other)
    assert "known-proposal" not in codes(again) or "Chi cục Thủy lợi" in messages(again)


def test_a_task_is_found_by_its_words_of_today(office: SmallOffice) -> None:
    old, new = "Báo cáo tình hình hạn mặn", "Báo cáo tình hình xâm nhập mặn"
    write(office, Change(Key(TWO, "cctl"), "task_content", old, new, "5"))

    assert "known-task" not in codes(office.merge(proposing(office, "cckl", old)))
    assert "known-task" in codes(office.merge(proposing(office, "khtc", new)))


# ------------------------------------------------------------------ ids and columns


def many_rows(office: SmallOffice) -> Path:
    enter(office.space, [(("cctl",), {"task_content": f"Việc {number}"}) for number in range(7)])
    return fill(office.issue("cctl"), {ONE: {"proposal": "đã điền"}})


def with_ids(path: Path, ids: list[str | None]) -> Path:
    book = load_workbook(path)
    sheet = book["Cập nhật"]
    first, columns = id_row(sheet, "task_id")
    for offset, task in enumerate(ids):
        sheet.cell(first + offset, columns["task_id"]).value = task
        sheet.cell(first + offset, columns["progress"]).value = "Đang thực hiện"
    book.save(path)
    return path


def test_a_file_most_of_whose_rows_lost_their_ids_is_stopped_with_one_finding(office: SmallOffice) -> None:
    before = office.revision() + 1

    entry = office.merge(with_ids(many_rows(office), [None] * 6))

    assert entry["verdict"] == "returned"
    assert codes(entry) == ["ids-lost", "levels-not-checked"]
    assert "6 trong 10 nhiệm vụ" in messages(entry)
    assert (entry["changes"], office.revision()) == ([], before)


def test_a_file_most_of_whose_ids_repeat_others_is_stopped_too(office: SmallOffice) -> None:
    book = many_rows(office)
    ids: list[str | None] = [ONE, ONE, TWO, TWO, FOUR, FOUR, "NV-2026-00006", "NV-2026-00006"]

    entry = office.merge(with_ids(book, ids))

    assert (entry["verdict"], codes(entry)[0]) == ("returned", "ids-lost")


def test_a_few_rows_without_ids_are_named_one_by_one(office: SmallOffice) -> None:
    entry = office.merge(with_ids(many_rows(office), [None] * 3))

    assert entry["verdict"] == "partly"
    assert codes(entry).count("row-without-id") == 3
    assert entry["counts"]["rows"]["refused"] == 3
    assert sum(entry["counts"]["rows"].values()) == entry["rows"]["total"]


def test_a_column_of_an_old_template_is_listed_with_how_many_of_its_cells_were_filled(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), {ONE: {"proposal": "mới"}})
    book = load_workbook(path)
    sheet = book["Cập nhật"]
    first, columns = id_row(sheet, "task_id")
    free = max(columns.values()) + 1
    for row, value in (
        (first - 2, "unit_remark"),
        (first - 1, "Ghi chú của đơn vị"),
        (first, "gấp"),
        (first + 1, "chờ"),
    ):
        sheet.cell(row, free).value = value
    book.save(path)

    entry = office.merge(path)

    assert (entry["verdict"], codes(entry)) == ("accepted", ["dropped-column"])
    assert "«Ghi chú của đơn vị»; 2 ô đã điền" in messages(entry)


# ------------------------------------------------------------------ counts


def test_every_row_and_cell_of_a_file_is_counted_and_the_ledger_remembers_the_counts(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), dict.fromkeys((ONE, TWO), WORDS)))
    path = office.issue("cctl")
    write(office, Change(Key(FOUR, "cctl"), "proposal", None, "của Văn phòng", "5"))
    path = fill(
        path,
        {
            ONE: {"progress": None, "difficulty": "Đã xong", "completed_date": "giữa tháng"},
            TWO: {"progress": None},
            FOUR: {"proposal": "của đơn vị"},
        },
    )

    entry = office.merge(path)

    assert entry["counts"]["rows"] == {
        "new": 0,
        "updated": 0,
        "unchanged": 0,
        "ignored": 1,
        "conflict": 1,
        "refused": 1,
    }
    cells = entry["counts"]["cells"]
    assert (cells["new"], cells["updated"], cells["ignored"], cells["conflict"], cells["refused"]) == (0, 0, 1, 1, 3)
    assert cells["unchanged"] == 2 * 14 - 2
    ledger = Ledger.at(office.space.ledger_url)
    with ledger.writing() as connection:
        stored = connection.exec_driver_sql("select counts from files where verdict = 'partly'").scalar()
    ledger.close()
    assert json.loads(str(stored)) == {part: entry["counts"][part] for part in ("rows", "cells")}
