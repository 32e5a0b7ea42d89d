"""Parallel updates: what register and unit changed in different cells of one row is listed, and nobody has to act."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from openpyxl import load_workbook

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.parallel import SEEN
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline import parallel
from tests.conftest import SmallOffice, fill
from tests.registers import ONE, TWO, Opened, edited, sync

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SHEET = "Cập nhật song song"
ASKED = {"progress": "in_progress", "proposal": "Bổ sung kinh phí"}


def changed_meanwhile(office: SmallOffice) -> Path:
    """Give the filled workbook of a unit, with whose rows the office went on after it had been sent out."""
    path = office.issue("cctl")
    sync(office)
    with edited(office) as page:
        page.set(ONE, "deadline", date(2026, 7, 15))
        page.set(ONE, "note", "đã gọi điện")
    sync(office)
    return fill(path, {ONE: ASKED}, path.with_name("cctl.xlsx"))


def listed(office: SmallOffice, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.run("conflicts", "--parallel", *options, "--format", "json").json
    return found


def lines(path: Path, sheet: str = SHEET) -> list[dict[str, Any]]:
    """Give the rows of a list by caption, empty where the sheet is not there."""
    book = load_workbook(path)
    if sheet not in book.sheetnames:
        return []
    page: Opened = book[sheet]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    header = next(number for number, row in enumerate(rows) if row[0] == "TT")
    return [dict(zip(rows[header], row, strict=True)) for row in rows[header + 1 :] if row[0]]


def test_the_register_lists_what_it_had_changed_beside_what_it_took_from_the_unit(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    path = changed_meanwhile(office)
    sync(office)
    assert lines(office.space.register) == []

    office.merge(path)
    sync(office)

    deadline, note = lines(office.space.register)
    assert (deadline["Mã nhiệm vụ"], deadline["Đơn vị chủ trì"], deadline["Tệp"]) == (
        ONE,
        "Chi cục Thủy lợi",
        path.name,
    )
    assert deadline["Đã nhận từ tệp của đơn vị"] == "Tình trạng: Đang thực hiện\nKiến nghị: Bổ sung kinh phí"
    assert deadline["Ô sổ đã đổi"] == "Thời hạn"
    assert deadline["Giá trị khi gửi đi"].date() == date(2026, 6, 30)
    assert deadline["Giá trị trong sổ lúc đó"].date() == date(2026, 7, 15)
    assert deadline["Người ghi giá trị đó"].startswith(f"{office.space.settings.office}, ")
    assert (note["Ô sổ đã đổi"], note["Giá trị trong sổ lúc đó"]) == ("Ghi chú", "đã gọi điện")
    assert [item["field"] for item in listed(office)] == ["deadline", "note"]
    assert listed(office)[0]["taken"] == ASKED
    assert listed(office, "--unit", "cckl") == []
    assert "sổ khi đó đã đổi Ghi chú: lúc gửi «», trong sổ «đã gọi điện»" in office.run("conflicts", "--parallel").out


def test_a_line_leads_to_the_cell_and_reads_back_as_nothing(office: SmallOffice) -> None:
    office.merge(changed_meanwhile(office))
    sync(office)
    revision = office.revision()
    book = load_workbook(office.space.register)
    sheet: Opened = book[SHEET]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == ONE)

    target = cell.hyperlink.location.rpartition("!")[2]
    assert book["Nhiệm vụ"][target].value.date() == date(2026, 7, 15)
    cell.value = "sửa chơi"
    book.save(office.space.register)
    done = sync(office)

    assert (office.revision(), SHEET in done.err) == (revision, False)
    assert len(lines(office.space.register)) == 2


def test_a_disputed_cell_stands_on_the_list_of_conflicts_only_and_the_newest_file_comes_first(
    office: SmallOffice,
) -> None:
    stale = office.issue("cctl")
    first = fill(stale, {ONE: {"proposal": "A"}, TWO: {"proposal": "A"}}, stale.with_name("truoc.xlsx"))
    second = fill(stale, {ONE: {"proposal": "B", "difficulty": "mưa"}}, stale.with_name("sau.xlsx"))
    third = fill(stale, {TWO: {"difficulty": "lũ"}}, stale.with_name("nua.xlsx"))
    assert [len(office.merge(path)["conflicts"]) for path in (first, second, third)] == [0, 1, 0]

    assert [(item["task_id"], item["field"], item["took"]["file"]) for item in listed(office)] == [
        (TWO, "proposal", "nua.xlsx")
    ]
    assert listed(office)[0]["written"]["file"] == "truoc.xlsx"
    with edited(office) as page:
        page.set(TWO, "note", "gấp")
    sync(office)
    office.merge(fill(stale, {TWO: {"explanation": "muộn"}}, stale.with_name("cuoi.xlsx")))
    newest = [(item["took"]["file"], item["field"]) for item in listed(office)]
    assert newest[0][0] == "cuoi.xlsx"
    assert newest[-1] == ("nua.xlsx", "proposal")


def test_a_marked_copy_is_not_beside_the_file_that_it_corrects(office: SmallOffice) -> None:
    path = changed_meanwhile(office)
    office.merge(fill(path, {TWO: {"progress": "đang làm dở"}}))
    assert len(listed(office)) == 2
    (marked,) = (path for path in (office.root / "tra-lai").glob("*.xlsx") if "chưa nhận" not in path.name)

    entry = office.merge(fill(marked, {ONE: {"difficulty": "mưa"}, TWO: {"progress": "in_progress"}}))

    assert (entry["verdict"], len(listed(office))) == ("accepted", 2)


def test_what_was_undone_is_no_longer_listed(office: SmallOffice) -> None:
    office.merge(changed_meanwhile(office))
    taken = office.revision()

    assert office.run("undo", str(taken)).code == 0
    assert listed(office) == []
    assert office.run("undo", str(taken + 1)).code == 0
    assert len(listed(office)) == 2


def test_the_list_for_the_unit_tells_it_what_the_register_changed(office: SmallOffice) -> None:
    office.merge(changed_meanwhile(office))

    assert not list((office.root / "tra-lai").glob("*chưa nhận*"))  # nothing was left out: no list is owed
    target = office.root.parent / "danh sách.xlsx"
    assert office.run("conflicts", "--unit", "cctl", "-o", target).code == 0
    assert [line["Ô sổ đã đổi"] for line in lines(target)] == ["Thời hạn", "Ghi chú"]


def test_the_register_shows_the_newest_and_files_of_an_older_program_count_from_their_issue(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "LINES", 1)
    office.merge(changed_meanwhile(office))
    ledger = Ledger.at(office.space.ledger_url)
    with ledger.writing() as connection:
        told = str(connection.scalar(sa.select(t.files.c.findings)))
        assert f'"{SEEN}"' in told
        connection.execute(sa.update(t.files).values(findings=told.replace(f'"{SEEN}"', '"khác"')))
    ledger.close()
    sync(office)

    assert [line["Ô sổ đã đổi"] for line in lines(office.space.register)] == ["Thời hạn"]
    assert len(listed(office)) == 2


def test_the_log_marks_what_was_undone_and_what_undid_it(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "nhầm"}}))
    taken = office.revision()
    assert office.run("undo", str(taken)).code == 0
    sync(office)

    book = load_workbook(office.space.register)
    rows = [[cell.value for cell in row] for row in book["Nhật ký"].iter_rows(min_row=4)]
    marks = {row[0]: row[rows[0].index("Hoàn tác")] for row in rows[1:] if row[0]}
    assert marks[taken] == f"Đã hoàn tác ở lần ghi {taken + 1}"
    assert marks[taken + 1] == f"Hoàn tác lần ghi {taken}"
    assert set(marks.values()) - {marks[taken], marks[taken + 1]} <= {None}
