"""What the office adds to its register becomes a task; what cannot be taken stops the register with an explanation."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from tests.conftest import TODAY, SmallOffice, enter, fill
from tests.registers import (
    NEW,
    ONE,
    TASKS,
    THREE,
    Opened,
    edited,
    seen,
    stays_untouched,
    sync,
)


def test_a_row_without_id_becomes_a_task_with_one(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(
            unit="CCKL",
            task_content="Trồng rừng phòng hộ",
            document_number="99/UBND",
            document_date="2/6/2026",
            deadline_text="trong 15 ngày, trước ngày 20/7/2026",
        )

    sync(office)

    row = office.rows()[NEW, "cckl"]
    assert (row["task_content"], row["document_number"], row["document_date"]) == (
        "Trồng rừng phòng hộ",
        "99/UBND",
        "2026-06-02",
    )
    assert row["entered_date"] == TODAY.isoformat()
    page = seen(office)
    assert page.at(page.row(NEW), "unit").value == "Chi cục Kiểm lâm"


def test_the_deadlines_words_are_kept_and_its_day_is_derived_where_it_is_sure(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(unit="CCTL", task_content="Một", deadline_text="Trước ngày 20/7/2026")
        page.add(unit="CCTL", task_content="Hai", deadline_text="sớm nhất có thể")
        page.add(unit="CCTL", task_content="Ba", deadline_text="hằng tháng")
        page.add(unit="CCTL", task_content="Bốn", deadline_text="tháng 8/2026", deadline=date(2026, 8, 15))

    sync(office)

    rows = {row["task_content"]: row for row in office.rows().values()}
    found = [(rows[name]["deadline_text"], rows[name]["deadline"]) for name in ("Một", "Hai", "Ba", "Bốn")]
    assert found == [
        ("Trước ngày 20/7/2026", "2026-07-19"),
        ("sớm nhất có thể", None),
        ("hằng tháng", None),
        ("tháng 8/2026", "2026-08-15"),
    ]
    assert rows["Ba"]["recurrence"] == "hằng tháng"


def test_several_lead_units_in_one_cell_become_several_assignments_of_one_task(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(unit="Chi cục Thủy lợi; Chi cục Kiểm lâm,\nCCTL", task_content="Việc chung")

    sync(office)

    assert [key for key, row in office.rows().items() if row["task_content"] == "Việc chung"] == [
        (NEW, "cckl"),
        (NEW, "cctl"),
    ]
    assert len(seen(office).filled) == 8


def test_a_known_id_under_another_unit_gives_the_task_one_more_lead_unit(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(task_id=ONE, unit="Phòng Kế hoạch - Tài chính", task_content="Kiểm tra an toàn hồ chứa trước mùa mưa")

    sync(office)

    assert {unit for task, unit in office.rows() if task == ONE} == {"cctl", "khtc"}
    assert len(office.rows()) == 7


def test_a_unit_that_is_not_known_stops_the_register_and_nothing_is_taken(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "chờ")
        row = page.add(unit="Chi cục Thủy sản", task_content="Việc mới")
        place = page.at(row, "unit").coordinate
    dropped = office.drop(fill(office.issue("cckl"), {THREE: {"difficulty": "x"}}))
    before = office.space.register.read_bytes()

    done = sync(office, code=1)

    assert f"{TASKS}!{place}" in done.out
    assert "Không nhận ra đơn vị «Chi cục Thủy sản»" in done.out
    assert "Chi cục Thủy lợi" in done.out
    assert office.space.register.read_bytes() == before
    assert office.rows()[ONE, "cctl"]["note"] is None
    assert not dropped.exists()  # intake goes on
    assert office.rows()[THREE, "cckl"]["difficulty"] == "x"

    with edited(office) as page:
        page.at(row, "unit").value = "Chi cục Thủy lợi"
    sync(office)
    assert office.rows()[ONE, "cctl"]["note"] == "chờ"
    assert (NEW, "cctl") in office.rows()


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"task_content": "Việc không có đơn vị"}, "«Đơn vị chủ trì» còn trống"),
        ({"unit": "CCTL"}, "«Nội dung nhiệm vụ» còn trống"),
        ({"unit": "CCTL", "task_content": "Việc", "deadline": "giữa tháng"}, "không phải là ngày"),
        ({"unit": "CCTL", "task_content": "Việc", "urgency": "Rất gấp"}, "không có trong danh sách"),
        ({"unit": "CCTL", "task_content": "Việc", "deadline": "#N/A"}, "báo lỗi #N/A"),
        ({"unit": "CCTL", "task_content": "Việc", "note": "=1+1"}, "là công thức chưa được tính"),
        ({"unit": "CCTL", "task_content": "Việc", "task_id": "NV-2026-09999"}, "NV-2026-09999"),
    ],
)
def test_a_new_row_that_cannot_be_taken_stops_the_register(
    office: SmallOffice, cells: dict[str, object], problem: str
) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "chờ")
        page.add(**cells)

    assert problem in stays_untouched(office).out


def test_bad_cells_of_the_past_that_nobody_touched_hold_nobody_up(office: SmallOffice) -> None:
    enter(
        office.space,
        [(("cctl",), {"task_content": "Việc cũ", "document_number": "9" * 400})],
    )
    sync(office)
    with edited(office) as page:
        page.set(NEW, "note", "đã xem")

    sync(office)
    assert office.rows()[NEW, "cctl"]["note"] == "đã xem"

    with edited(office) as page:
        page.set(NEW, "document_number", "8" * 400)
    assert "dài hơn 300 ký tự" in stays_untouched(office).out


def test_a_unit_that_left_the_list_keeps_its_rows_readable(office: SmallOffice) -> None:
    book = load_workbook(office.space.units)
    sheet: Opened = book.worksheets[0]
    sheet.delete_rows(next(cell.row for row in sheet for cell in row if cell.value == "cckl"))
    book.save(office.space.units)
    office.space.register.unlink()
    sync(office)
    with edited(office) as page:
        assert page.at(page.row(THREE), "unit").value == "cckl"
        page.set(THREE, "note", "vẫn theo dõi")

    sync(office)

    assert office.rows()[THREE, "cckl"]["note"] == "vẫn theo dõi"


def test_an_accepted_proposal_with_a_date_that_cannot_be_read_waits(office: SmallOffice) -> None:
    path = office.issue("cckl")
    book = load_workbook(path)
    set_below(book["Nhiệm vụ thiếu"], {"task_content": "Diễn tập chữa cháy rừng"})
    book.save(path)
    office.merge(path)
    sync(office)
    register = load_workbook(office.space.register)
    set_below(register["Đề xuất"], {"document_date": "giữa tháng", "choice": "Nhận vào sổ"})
    register.save(office.space.register)

    assert "«giữa tháng» ở cột «Ngày ban hành» không phải là ngày" in stays_untouched(office).out

    register = load_workbook(office.space.register)
    set_below(register["Đề xuất"], {"document_date": "15/6/2026", "choice": "nhận vào sổ"})
    register.save(office.space.register)
    sync(office)
    assert office.rows()[NEW, "cckl"]["document_date"] == "2026-06-15"


def set_below(sheet: Opened, cells: dict[str, object]) -> None:
    """Fill the first row of a list, by the ids in its hidden row."""
    ids = next(row for row in sheet.iter_rows() if any(cell.value == "task_content" for cell in row))
    for cell in ids:
        if cell.value in cells:
            sheet.cell(cell.row + 2, cell.column).value = cells[cell.value]
