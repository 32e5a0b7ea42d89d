"""What a clerk types on «Xung đột» or «Đề xuất» is taken, or it stops the register; a redraw never wipes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, fill, id_row
from tests.main_job_test import conflict_lines
from tests.registers import NEW, ONE, TWO, Opened, edited, stays_untouched, sync

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFLICTS, PROPOSALS = "Xung đột", "Đề xuất"
TAKE, KEEP, OTHER = "Lấy giá trị đơn vị gửi", "Giữ giá trị trong sổ", "Giá trị khác"


@pytest.fixture
def disputed(office: SmallOffice) -> SmallOffice:
    """Give an office with one conflict: the proposal of ONE is A in the register, and B was sent."""
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    sync(office)
    return office


@pytest.fixture
def proposed(office: SmallOffice) -> SmallOffice:
    """Give an office with one proposal of a unit."""
    path = office.issue("cckl")
    book = load_workbook(path)
    write(book["Nhiệm vụ thiếu"], {"task_content": "Diễn tập chữa cháy rừng", "deadline_text": "trước ngày 20/7/2026"})
    book.save(path)
    office.merge(path)
    sync(office)
    return office


def write(sheet: Opened, cells: Mapping[str, object], below: int = 0) -> None:
    """Type into the first line of a list, or into one *below* it."""
    first, columns = id_row(sheet, "task_content" if "task_content" in cells else "choice")
    for name, value in cells.items():
        sheet.cell(first + below, columns[name]).value = value


def type_into(office: SmallOffice, sheet: str, cells: Mapping[str, object], below: int = 0) -> None:
    book = load_workbook(office.space.register)
    write(book[sheet], cells, below)
    book.save(office.space.register)


def copy_line(office: SmallOffice, sheet: str, cells: Mapping[str, object]) -> None:
    """Copy the first line of a list below itself, and type into the copy."""
    book = load_workbook(office.space.register)
    page: Opened = book[sheet]
    first, columns = id_row(page, "choice")
    for column in range(1, max(columns.values()) + 1):
        page.cell(first + 1, column).value = page.cell(first, column).value
    for name, value in cells.items():
        page.cell(first + 1, columns[name]).value = value
    book.save(office.space.register)


# ------------------------------------------------------------------ «Xung đột»


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"other": "Một giá trị"}, f"Đã ghi «Một giá trị» ở cột «{OTHER}» nhưng chưa chọn ở cột «Chọn»"),
        ({"reason": "Đã gọi điện"}, "Đã ghi «Đã gọi điện» ở cột «Lý do» nhưng chưa chọn ở cột «Chọn»"),
        ({"choice": "Đồng ý"}, "«Đồng ý» ở cột «Chọn» không có trong danh sách"),
        ({"choice": OTHER}, f"chọn «{OTHER}» nhưng chưa ghi giá trị dùng được cho cột «Kiến nghị»"),
        ({"choice": TAKE, "other": "C"}, f"Đã ghi «C» ở cột «{OTHER}» trong khi lại chọn «{TAKE}»"),
        ({"choice": "=A1"}, "«Chọn» là công thức chưa được tính"),
    ],
)
def test_a_line_that_cannot_be_taken_stops_the_register(
    disputed: SmallOffice, cells: dict[str, object], words: str
) -> None:
    with edited(disputed) as page:
        page.set(TWO, "note", "chờ")
    type_into(disputed, CONFLICTS, cells)

    done = stays_untouched(disputed)

    assert words in done.out
    assert f"{CONFLICTS}!" in done.out
    if "Chọn một trong" in done.out:
        assert f"{KEEP}; {TAKE}; {OTHER}" in done.out


@pytest.mark.parametrize("word", ["lấy  GIÁ TRỊ đơn vị gửi ", "Take the unit's value", "TAKE THE UNIT’S  VALUE"])
def test_our_words_are_known_in_any_case_spacing_and_language(disputed: SmallOffice, word: str) -> None:
    type_into(disputed, CONFLICTS, {"choice": word})

    sync(disputed)

    assert disputed.rows()[ONE, "cctl"]["proposal"] == "B"


def test_words_beside_no_line_of_ours_stop_the_register(disputed: SmallOffice) -> None:
    type_into(disputed, CONFLICTS, {"choice": TAKE}, below=3)

    assert "không có số thứ tự của mục cần chọn" in stays_untouched(disputed).out


def test_a_conflict_that_the_ledger_does_not_know_stops_the_register(disputed: SmallOffice) -> None:
    type_into(disputed, CONFLICTS, {"choice": TAKE, "number": 99})

    assert "không có số thứ tự của mục cần chọn" in stays_untouched(disputed).out


def test_a_list_that_lost_its_hidden_row_stops_the_register(disputed: SmallOffice) -> None:
    type_into(disputed, CONFLICTS, {"choice": TAKE})
    book = load_workbook(disputed.space.register)
    first, _ = id_row(book[CONFLICTS], "choice")
    book[CONFLICTS].delete_rows(first - 2)
    book.save(disputed.space.register)

    assert f"không tìm thấy trang hoặc cột «{CONFLICTS}»" in stays_untouched(disputed).out


@pytest.mark.parametrize("copied", [{}, {"choice": None}, {"choice": TAKE.upper(), "reason": "Xem công văn"}])
def test_a_copied_line_that_says_the_same_counts_once(disputed: SmallOffice, copied: dict[str, object]) -> None:
    type_into(disputed, CONFLICTS, {"choice": TAKE, "reason": "Đã gọi điện" if copied.get("choice") else None})
    copy_line(disputed, CONFLICTS, copied)

    sync(disputed)

    assert disputed.rows()[ONE, "cctl"]["proposal"] == "B"
    assert conflict_lines(disputed.space.register) == []
    if "reason" in copied:
        assert "Đã gọi điện; Xem công văn" in disputed.run("history", ONE).out


@pytest.mark.parametrize("copied", [{"choice": KEEP}, {"choice": OTHER, "other": "C"}])
def test_a_copied_line_that_says_something_else_stops_the_register_with_both_rows(
    disputed: SmallOffice, copied: dict[str, object]
) -> None:
    type_into(disputed, CONFLICTS, {"choice": TAKE})
    copy_line(disputed, CONFLICTS, copied)
    first, _ = id_row(load_workbook(disputed.space.register)[CONFLICTS], "choice")

    assert f"Các dòng {first}, {first + 1} là cùng một mục" in stays_untouched(disputed).out


# ------------------------------------------------------------------ «Đề xuất»


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"choice": "Đồng ý"}, "«Đồng ý» ở cột «Chọn» không có trong danh sách"),
        ({"deadline_text": "31/7/2026"}, "Đã ghi «31/7/2026» ở cột «Thời hạn (nguyên văn)» nhưng chưa chọn"),
        ({"document_date": "giữa tháng"}, "Đã ghi «giữa tháng» ở cột «Ngày ban hành» nhưng chưa chọn"),
        ({"document_date": "giữa tháng", "choice": "Nhận vào sổ"}, "«giữa tháng» ở cột «Ngày ban hành» không phải"),
        ({"task_content": None, "choice": "Nhận vào sổ"}, "«Nội dung nhiệm vụ» còn trống"),
    ],
)
def test_a_line_of_the_proposals_that_cannot_be_taken_stops_the_register(
    proposed: SmallOffice, cells: dict[str, object], words: str
) -> None:
    type_into(proposed, PROPOSALS, cells)

    done = stays_untouched(proposed)

    assert words in done.out
    if "Chọn một trong" in done.out:
        assert "Nhận vào sổ; Không nhận" in done.out


def test_what_is_corrected_or_emptied_before_it_is_accepted_is_entered_so(proposed: SmallOffice) -> None:
    type_into(
        proposed,
        PROPOSALS,
        {"task_content": "Diễn tập", "deadline_text": None, "document_number": "9/KH", "choice": "nhận VÀO sổ"},
    )

    sync(proposed)

    row = proposed.rows()[NEW, "cckl"]
    assert (row["task_content"], row["document_number"], row["deadline_text"]) == ("Diễn tập", "9/KH", None)


def test_a_copied_proposal_that_is_accepted_twice_is_entered_once(proposed: SmallOffice) -> None:
    type_into(proposed, PROPOSALS, {"choice": "Nhận vào sổ"})
    copy_line(proposed, PROPOSALS, {})

    sync(proposed)

    assert [key for key in proposed.rows() if key[0] >= NEW] == [(NEW, "cckl")]


def test_a_copied_proposal_that_is_accepted_and_declined_stops_the_register(proposed: SmallOffice) -> None:
    type_into(proposed, PROPOSALS, {"choice": "Nhận vào sổ"})
    copy_line(proposed, PROPOSALS, {"choice": "Không nhận"})

    assert "là cùng một mục nhưng chọn khác nhau" in stays_untouched(proposed).out


def test_a_proposal_that_was_decided_otherwise_before_is_not_decided_again_silently(proposed: SmallOffice) -> None:
    drawn = proposed.space.register.read_bytes()
    type_into(proposed, PROPOSALS, {"choice": "Không nhận"})
    sync(proposed)
    proposed.space.register.write_bytes(drawn)
    type_into(proposed, PROPOSALS, {"choice": "Nhận vào sổ"})

    done = sync(proposed)

    assert "đã được quyết định khác trước đó" in done.out
    assert len(proposed.rows()) == 6
