"""What only an accident does to a register stops it; a file that is not ours or is in use is left alone."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.render.register import draw_register
from tests.conftest import NOW, TODAY, SmallOffice, enter, fill
from tests.registers import NEW, ONE, THREE, TWO, Opened, TaskSheet, edited, seen, stays_untouched, sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.records import Value
    from tdnv_sheets.render.view import RegisterView


@pytest.fixture
def big_office(office: SmallOffice) -> SmallOffice:
    """Give an office with twenty more tasks, all different in every cell that is filled."""
    more: list[tuple[tuple[str, ...], dict[str, Value]]] = [
        (
            ("cctl",),
            {
                "task_content": f"Việc {number:02}",
                "document_number": f"{number}/KH",
                "deadline": TODAY + timedelta(days=number),
                "note": f"ghi chú {number}",
            },
        )
        for number in range(20)
    ]
    enter(office.space, more)
    sync(office)
    return office


# ------------------------------------------------------------------ accidents


def sort_alone(field: str) -> Callable[[TaskSheet], None]:
    def sort(page: TaskSheet) -> None:
        rows = page.filled
        values = sorted((page.at(row, field).value for row in rows), key=str, reverse=True)
        for row, value in zip(rows, values, strict=True):
            page.at(row, field).value = value

    return sort


def delete_ids(page: TaskSheet) -> None:
    for row in page.filled[:10]:
        page.at(row, "task_id").value = None


def double_an_id(page: TaskSheet) -> None:
    page.at(page.filled[3], "task_id").value = page.at(page.filled[2], "task_id").value
    page.at(page.filled[3], "unit").value = page.at(page.filled[2], "unit").value


def copy_a_row(page: TaskSheet) -> None:
    page.add(**{name: page.at(page.row(TWO), name).value for name in page.columns})


def clear_a_column(page: TaskSheet) -> None:
    for row in page.filled:
        page.at(row, "note").value = None


def delete_many_rows(page: TaskSheet) -> None:
    page.sheet.delete_rows(page.filled[0], 12)


def rename_the_sheet(page: TaskSheet) -> None:
    page.sheet.title = "Sheet1"


def remove_the_sheet(page: TaskSheet) -> None:
    page.sheet.parent.remove(page.sheet)


def delete_the_header(page: TaskSheet) -> None:
    page.sheet.delete_rows(1, page.header)


def delete_the_id_column(page: TaskSheet) -> None:
    page.sheet.delete_cols(page.columns["task_id"])


ACCIDENTS = [
    pytest.param(sort_alone("task_id"), "mã nhiệm vụ bị lặp", id="ids sorted alone"),
    pytest.param(sort_alone("task_content"), "lệch mã ở nhiều dòng", id="texts sorted alone"),
    pytest.param(sort_alone("deadline"), "sắp xếp riêng", id="deadlines sorted alone"),
    pytest.param(delete_ids, "mất mã ở nhiều dòng: 10/26", id="ids deleted"),
    pytest.param(double_an_id, "mã nhiệm vụ bị lặp: NV-2026-00003", id="an id doubled"),
    pytest.param(copy_a_row, f"mã nhiệm vụ bị lặp: {TWO}", id="a row copied with its id"),
    pytest.param(clear_a_column, "ô bị xóa trắng ở nhiều dòng", id="a column cleared"),
    pytest.param(delete_many_rows, "mất mã ở nhiều dòng: 12/26", id="many rows deleted"),
    pytest.param(rename_the_sheet, "không tìm thấy trang hoặc cột", id="the sheet renamed"),
    pytest.param(remove_the_sheet, "không tìm thấy trang hoặc cột", id="the sheet removed"),
    pytest.param(delete_the_header, "không tìm thấy trang hoặc cột", id="the header deleted"),
    pytest.param(delete_the_id_column, "không tìm thấy trang hoặc cột", id="the id column deleted"),
]


@pytest.mark.parametrize(("accident", "words"), ACCIDENTS)
def test_a_mangled_register_stops_with_an_explanation_and_changes_nothing(
    big_office: SmallOffice, accident: Callable[[TaskSheet], None], words: str
) -> None:
    with edited(big_office) as page:
        page.set(ONE, "note", "một sửa đổi thật")
        accident(page)
    dropped = big_office.drop(fill(big_office.issue("cckl"), {THREE: {"difficulty": "x"}}))

    done = stays_untouched(big_office)

    assert "Sổ theo dõi bị xáo trộn" in done.out
    assert words in done.out
    assert "đổi tên tệp sổ này rồi đồng bộ" in done.out
    assert "Chưa có gì được ghi" in done.out
    assert dropped.exists()


def swap_texts(page: TaskSheet) -> None:
    rows = page.filled
    texts = [page.at(row, "task_content").value for row in rows]
    for row, text in zip(rows, texts, strict=True):
        page.at(row, "task_content").value = f"{text} (sửa)"


@pytest.mark.parametrize(
    ("edit", "field", "seen_then"),
    [(clear_a_column, "note", {None}), (swap_texts, "task_content", None), (delete_many_rows, "note", None)],
    ids=["a column cleared", "texts rewritten", "many rows deleted"],
)
def test_a_mass_edit_that_looks_like_an_accident_is_taken_when_the_office_says_that_it_is_meant(
    big_office: SmallOffice, edit: Callable[[TaskSheet], None], field: str, seen_then: set[object] | None
) -> None:
    with edited(big_office) as page:
        edit(page)
    assert "tdnv sync --meant" in stays_untouched(big_office).err

    done = big_office.run("sync", "--meant")

    assert done.code == 0, done.out + done.err
    values = {row[field] for row in big_office.rows().values()}
    if seen_then is not None:
        assert values == seen_then
    elif edit is swap_texts:
        assert all(str(value).endswith("(sửa)") for value in values)
    else:
        assert len(big_office.rows()) == len(seen(big_office).filled) == 26  # a row that is gone is no deletion


@pytest.mark.parametrize(
    ("accident", "words"), [(double_an_id, "mã nhiệm vụ bị lặp"), (delete_the_id_column, "không tìm thấy")]
)
def test_what_nobody_can_mean_stays_stopped(
    big_office: SmallOffice, accident: Callable[[TaskSheet], None], words: str
) -> None:
    with edited(big_office) as page:
        accident(page)
    before = big_office.space.register.read_bytes()

    done = big_office.run("sync", "--meant")

    assert (done.code, words in done.out, "--meant" in done.err) == (1, True, False)
    assert big_office.space.register.read_bytes() == before


@pytest.mark.parametrize("lost", [1, 3])
def test_a_register_that_lost_its_marks_is_read_while_one_is_left_and_else_left_alone(
    office: SmallOffice, lost: int
) -> None:
    book: Opened = load_workbook(office.space.register)
    TaskSheet(book["Nhiệm vụ"]).set(ONE, "note", "sửa")
    book.remove(book["_tdnv"])
    if lost > 1:
        del book.defined_names["_tdnv_token"]
        del book.custom_doc_props["tdnv"]
    book.save(office.space.register)

    if lost == 1:
        sync(office)
        assert office.rows()[ONE, "cctl"]["note"] == "sửa"
    else:
        assert "không phải sổ theo dõi do chương trình vẽ" in stays_untouched(office, code=3).err


def test_a_row_whose_id_was_deleted_is_no_new_task(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(TWO, "task_id", None)

    assert f"mã nhiệm vụ bị xóa ở dòng của: {TWO}" in stays_untouched(office).out


def test_a_repeated_task_may_be_entered_beside_its_older_self(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add(unit="CCTL", task_content="Báo cáo tình hình hạn mặn", document_number="15/UBND-NNTN")

    sync(office)

    assert office.rows()[NEW, "cctl"]["task_content"] == "Báo cáo tình hình hạn mặn"


def test_a_mass_edit_that_means_what_it_says_is_taken(big_office: SmallOffice) -> None:
    with edited(big_office) as page:
        for number, row in enumerate(page.filled):
            page.at(row, "monitor").value = "Tổ 1"
            page.at(row, "deadline").value = date(2026, 7, 1) + timedelta(days=number)
            page.at(row, "decision").value = "Thu hồi, dừng"

    sync(big_office)

    rows = big_office.rows().values()
    assert {(row["monitor"], row["decision"]) for row in rows} == {("Tổ 1", "withdrawn")}
    assert len({row["deadline"] for row in rows}) == 26


# ------------------------------------------------------------------ the file itself


def test_a_foreign_workbook_of_the_registers_name_is_never_overwritten(office: SmallOffice) -> None:
    book = Workbook()
    book["Sheet"]["A1"] = "Sổ riêng của phòng"
    book.save(office.space.register)

    done = stays_untouched(office, code=3)

    assert "không phải sổ theo dõi do chương trình vẽ" in done.err


def test_the_register_of_another_office_is_never_overwritten(office: SmallOffice, office_template: Path) -> None:
    other = office_template.parent / "khác"
    if not other.exists():
        assert SmallOffice(office.space).run("init", other).code == 0
    office.space.register.write_bytes((other / office.space.register.name).read_bytes())

    stays_untouched(office, code=3)


def test_something_that_is_no_workbook_is_not_overwritten_either(office: SmallOffice) -> None:
    office.space.register.write_text("không phải Excel", encoding="utf-8")

    stays_untouched(office)


def test_a_register_that_is_gone_is_drawn_anew(office: SmallOffice) -> None:
    office.space.register.unlink()

    sync(office)

    assert len(seen(office).filled) == 6


EXCEL_OWNER = bytes([8]) + b"Thu H??ng".ljust(54) + bytes([9, 0]) + "Thu Hường".encode("utf-16-le").ljust(108, b" ")
LIBREOFFICE_OWNER = "Thu Hường,MAY-01/huong,MAY-01,10.06.2026 09:00,file:///C:/Users/huong;".encode()


@pytest.mark.parametrize(
    ("pattern", "data"), [("~${}", EXCEL_OWNER), (".~lock.{}#", LIBREOFFICE_OWNER)], ids=["Excel", "LibreOffice"]
)
def test_while_somebody_has_the_register_open_intake_goes_on_and_the_redraw_waits(
    office: SmallOffice, pattern: str, data: bytes
) -> None:
    owner = office.space.register.with_name(pattern.format(office.space.register.name))
    owner.write_bytes(data)
    dropped = office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}))
    before = office.space.register.read_bytes()

    done = sync(office, code=3)

    assert "đang mở ở chương trình khác (Thu Hường)" in done.err
    assert not dropped.exists()
    assert office.rows()[ONE, "cctl"]["difficulty"] == "Mưa lớn"
    assert office.space.register.read_bytes() == before

    owner.unlink()
    sync(office)
    assert seen(office).at(seen(office).row(ONE), "difficulty").value == "Mưa lớn"


def test_an_owner_file_that_a_crash_left_behind_blocks_nobody(office: SmallOffice) -> None:
    owner = office.space.register.with_name(f"~${office.space.register.name}")
    owner.write_bytes(EXCEL_OWNER)
    old = time.time() - 25 * 3600
    os.utime(owner, (old, old))
    with edited(office) as page:
        page.set(ONE, "note", "vẫn đọc")

    sync(office)

    assert office.rows()[ONE, "cctl"]["note"] == "vẫn đọc"
    assert owner.exists()


def test_a_register_that_is_saved_while_the_inbox_is_taken_in_is_read_again_before_it_is_overwritten(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "trước")

    def save_meanwhile(*arguments: Opened, **options: Opened) -> Opened:
        with edited(office) as page:
            page.set(TWO, "note", "trong lúc đó")
        return ingest(*arguments, **options)

    monkeypatch.setattr("tdnv_sheets.pipeline.sync.ingest", save_meanwhile)
    done = sync(office, code=3)
    assert "vừa được lưu trong lúc đang đọc" in done.err
    assert office.rows()[TWO, "cctl"]["note"] is None

    monkeypatch.undo()
    sync(office)
    assert [office.rows()[task, "cctl"]["note"] for task in (ONE, TWO)] == ["trước", "trong lúc đó"]


def test_a_register_that_is_saved_while_the_new_one_is_drawn_is_not_overwritten(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_meanwhile(view: RegisterView, path: Path) -> None:
        draw_register(view, path)
        with edited(office) as page:
            page.set(TWO, "note", "trong lúc đó")

    monkeypatch.setattr("tdnv_sheets.pipeline.redraw.draw_register", save_meanwhile)
    sync(office, code=3)
    assert {path.name for path in office.root.iterdir() if path.suffix == ".xlsx"} == {
        "so-theo-doi.xlsx",
        "don-vi.xlsx",
        "Nhật ký tiếp nhận.xlsx",
    }

    monkeypatch.undo()
    sync(office)
    assert office.rows()[TWO, "cctl"]["note"] == "trong lúc đó"


def test_a_register_that_is_saved_right_after_it_was_drawn_is_still_read(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_after(*arguments: Opened, **options: Opened) -> None:
        put_in_place(*arguments, **options)
        with edited(office) as page:
            page.set(TWO, "note", "ngay sau đó")

    monkeypatch.setattr("tdnv_sheets.pipeline.redraw.put_in_place", save_after)
    sync(office)
    monkeypatch.undo()
    sync(office)

    assert office.rows()[TWO, "cctl"]["note"] == "ngay sau đó"


def test_what_the_office_had_is_kept_as_a_backup_and_no_backup_replaces_another(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdnv_sheets.cli.out.Call.moment", lambda _call: Moment(TODAY, NOW))
    kept = []
    for number in range(2):
        with edited(office) as page:
            page.set(ONE, "note", f"lần {number}")
        kept.append(office.space.register.read_bytes())
        sync(office)
        sync(office)  # what is as we drew it needs no backup

    backups = sorted(office.space.backups.iterdir(), key=lambda path: (len(path.name), path.name))
    assert [path.read_bytes() for path in backups] == kept
    assert [path.name for path in backups] == [
        "so-theo-doi 2026-06-10 090000.xlsx",
        "so-theo-doi 2026-06-10 090000 (2).xlsx",
    ]


def test_a_backup_that_is_put_back_brings_nothing_back_and_loses_nothing(office: SmallOffice) -> None:
    with edited(office) as page:
        page.set(ONE, "note", "bản một")
    sync(office)
    with edited(office) as page:
        page.set(TWO, "note", "bản hai")
    sync(office)
    (first, _) = sorted(office.space.backups.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    office.space.register.write_bytes(first.read_bytes())

    sync(office)

    assert [office.rows()[task, "cctl"]["note"] for task in (ONE, TWO)] == ["bản một", "bản hai"]
    assert office.revision() == 3
