"""State secrets: a file with a mark of secrecy stays where it was dropped, and nothing of it is found anywhere else."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from tests.conftest import Ran, SmallOffice, fill
from tests.wrong_input_test import GOOD, ONE, TWO

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARKER = "Xyzzy7731"
SECRET = f"TUYỆT MẬT phương án {MARKER}"


def in_a_unit_cell(book: Workbook) -> None:
    book["Cập nhật"]["F7"] = SECRET


def in_a_locked_cell(book: Workbook) -> None:
    book["Cập nhật"]["B8"] = SECRET


def in_a_missing_task(book: Workbook) -> None:
    book["Nhiệm vụ thiếu"]["C7"] = SECRET


def in_the_report(book: Workbook) -> None:
    book["Báo cáo"]["C10"] = SECRET


def in_the_guide(book: Workbook) -> None:
    book["Hướng dẫn"]["B70"] = SECRET


def in_a_sheet_of_their_own(book: Workbook) -> None:
    book.create_sheet("Riêng")["D3"] = SECRET


def in_a_hidden_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("_riêng")
    sheet.sheet_state = "hidden"
    sheet["A2"] = SECRET


def beside_a_file_level_mistake(book: Workbook) -> None:
    book["Cập nhật"].delete_cols(5)
    book["Báo cáo"]["C10"] = SECRET


PLACES: dict[Callable[[Workbook], None], tuple[str, int]] = {
    in_a_unit_cell: ("Cập nhật", 7),
    in_a_locked_cell: ("Cập nhật", 8),
    in_a_missing_task: ("Nhiệm vụ thiếu", 7),
    in_the_report: ("Báo cáo", 10),
    in_the_guide: ("Hướng dẫn", 70),
    in_a_sheet_of_their_own: ("Riêng", 3),
    in_a_hidden_sheet: ("_riêng", 2),
    beside_a_file_level_mistake: ("Báo cáo", 10),
}


def seeded(path: Path, seed: Callable[[Workbook], None]) -> Path:
    book = load_workbook(path)
    seed(book)
    book.save(path)
    return path


def holds_marker(data: bytes) -> bool:
    """Look into a file's bytes in the usual encodings, and into the parts of a package."""
    if any(MARKER.encode(encoding) in data for encoding in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    if not data.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return any(holds_marker(package.read(name)) for name in package.namelist())


def where_it_is_found(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in files if holds_marker(path.read_bytes())}


def everything(office: SmallOffice) -> list[Ran]:
    """Do all that an office does, and give what was said."""
    return [
        office.run("merge", "--format", "json"),
        office.run("merge"),
        office.run("sync"),
        office.run("render"),
        office.run("issue"),
        office.run("summary", "--period", "2026-H1"),
        office.run("summary", "--period", "2026-H1", "--format", "json"),
        office.run("export"),
        office.run("export", "--format", "csv"),
        office.run("history", ONE),
        office.run("history", TWO),
    ]


def test_the_search_would_find_it_where_honest_words_go(office: SmallOffice) -> None:
    office.drop(fill(office.issue("cctl"), {ONE: {"result_summary": f"Phương án {MARKER}"}}), "Chi cục.xlsx")

    said = everything(office)

    found = where_it_is_found(office.root)
    assert {".tdnv/ledger.db", "so-theo-doi.xlsx"} < found
    assert any(name.startswith("luu-tru/") for name in found)
    assert MARKER in said[0].out


@pytest.mark.parametrize("seed", PLACES, ids=lambda seed: seed.__name__)
def test_a_secret_is_found_nowhere_but_in_the_file_that_was_dropped(
    office: SmallOffice, seed: Callable[[Workbook], None]
) -> None:
    dropped = office.drop(seeded(fill(office.issue("cctl"), GOOD), seed), "Chi cục.xlsx")
    original, rows, revision = dropped.read_bytes(), office.rows(), office.revision()
    assert holds_marker(original)

    said = everything(office)

    assert where_it_is_found(office.root) == {"den/Chi cục.xlsx"}
    assert not [ran for ran in said if MARKER in ran.out + ran.err]
    assert dropped.read_bytes() == original
    assert (office.rows(), office.revision()) == (rows, revision)


@pytest.mark.parametrize("seed", PLACES, ids=lambda seed: seed.__name__)
def test_the_message_names_the_row_only_and_the_note_lies_beside_the_file(
    office: SmallOffice, seed: Callable[[Workbook], None]
) -> None:
    office.drop(seeded(fill(office.issue("cctl"), GOOD), seed), "Chi cục.xlsx")
    sheet, row = PLACES[seed]

    done = office.run("merge", "--format", "json")

    (answer,) = done.json
    (finding,) = answer["findings"]
    assert (done.code, answer["verdict"], answer["changes"]) == (1, "waiting", [])
    assert (finding["code"], finding["sheet"], finding["row"]) == ("secret", sheet, row)
    assert (finding["cell"], finding["column"], finding["value"]) == (None, None, None)
    message = f"Dòng {row} có dấu hiệu là nội dung mật. Tệp không được nhận và không được lưu."
    assert finding["message"] == message
    note = (office.space.inbox / "Chi cục.xlsx.ghi-chu.txt").read_text(encoding="utf-8-sig")
    assert message in note
    assert "theo quy định bảo vệ bí mật nhà nước và báo người phụ trách" in note


def test_in_english_too(office: SmallOffice) -> None:
    office.drop(seeded(fill(office.issue("cctl"), GOOD), in_a_unit_cell))

    (answer,) = office.run("merge", "--format", "json", lang="en").json

    (finding,) = answer["findings"]
    assert finding["message"] == "Row 7 bears a mark of secrecy. The file is neither taken in nor kept."


def test_a_file_named_on_the_command_line_leaves_nothing_in_the_workspace(office: SmallOffice) -> None:
    path = seeded(fill(office.issue("cctl"), GOOD), in_a_unit_cell)

    done = office.run("merge", path)

    assert done.code == 1
    assert where_it_is_found(office.root) == set()
    assert holds_marker(path.read_bytes())


def test_validate_draws_no_marked_copy_of_a_secret(office: SmallOffice, tmp_path: Path) -> None:
    path = seeded(fill(office.issue("cctl"), GOOD | {ONE: {"progress": "gần xong"}}), in_a_unit_cell)

    done = office.run("validate", path, "--annotate", tmp_path / "đánh dấu")

    assert done.code == 1
    assert MARKER not in done.out + done.err
    assert not (tmp_path / "đánh dấu").exists() or where_it_is_found(tmp_path / "đánh dấu") == set()


def test_a_secret_in_somebody_elses_workbook_is_not_copied_into_the_quarantine(office: SmallOffice) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"] = SECRET
    book.save(office.space.inbox / "khác.xlsx")

    done = office.run("merge", "--format", "json")

    assert (done.code, done.json[0]["verdict"]) == (1, "waiting")
    assert where_it_is_found(office.root) == {"den/khác.xlsx"}


def test_the_name_of_a_sheet_can_be_a_mark_of_secrecy(office: SmallOffice) -> None:
    def name(book: Workbook) -> None:
        book.create_sheet(SECRET[:31])["A1"] = "nội dung"

    office.drop(seeded(fill(office.issue("cctl"), GOOD), name), "Chi cục.xlsx")

    done = office.run("merge", "--format", "json")

    (answer,) = done.json
    (finding,) = answer["findings"]
    assert (answer["verdict"], finding["code"], finding["sheet"]) == ("waiting", "secret-title", None)
    assert finding["message"].startswith("Tên của trang thứ 7 có dấu hiệu là nội dung mật.")
    assert done.code != 0
    assert MARKER not in done.out


def test_when_the_secret_is_taken_out_the_file_is_taken_in(office: SmallOffice) -> None:
    good = fill(office.issue("cctl"), GOOD)
    clean = good.read_bytes()
    dropped = office.drop(seeded(good, in_a_unit_cell), "Chi cục.xlsx")
    office.run("merge")

    dropped.write_bytes(clean)
    done = office.run("merge", "--format", "json")

    assert done.json[0]["verdict"] == "accepted"
    assert list(office.space.inbox.iterdir()) == []


def test_a_topic_of_secrets_is_a_warning_and_goes_in(office: SmallOffice) -> None:
    answer = office.merge(fill(office.issue("cctl"), {ONE: {"result_summary": "Tập huấn về bảo vệ bí mật nhà nước"}}))

    (finding,) = answer["findings"]
    assert (finding["code"], finding["severity"], finding["row"]) == ("secret-topic", "warning", 7)
    assert answer["verdict"] == "accepted"


def test_a_secret_typed_into_the_register_gets_into_no_other_file(office: SmallOffice) -> None:
    office.run("sync")
    seeded(office.space.register, put_into_register)
    rows = office.rows()

    said = everything(office)

    assert where_it_is_found(office.root) == {"so-theo-doi.xlsx"}
    assert not [ran for ran in said if MARKER in ran.out + ran.err]
    assert office.rows() == rows
    assert said[2].code == 1


def put_into_register(book: Workbook) -> None:
    sheet = book["Nhiệm vụ"]
    ids = next(row for row in sheet.iter_rows() if any(cell.value == "note" for cell in row))
    column = next(cell.column or 0 for cell in ids if cell.value == "note")
    sheet.cell((ids[0].row or 0) + 2, column).value = SECRET


def test_a_secret_typed_as_the_reason_of_a_choice_gets_into_no_other_file(office: SmallOffice) -> None:
    stale = office.issue("cctl")
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))
    office.merge(fill(stale, {ONE: {"proposal": "B"}}))
    office.run("sync")

    def reason(book: Workbook) -> None:
        sheet = book["Xung đột"]
        ids = next(row for row in sheet.iter_rows() if any(cell.value == "choice" for cell in row))
        column = {cell.value: cell.column or 0 for cell in ids}
        sheet.cell((ids[0].row or 0) + 2, column["choice"]).value = "Giữ giá trị trong sổ"
        sheet.cell((ids[0].row or 0) + 2, column["reason"]).value = SECRET

    seeded(office.space.register, reason)

    said = everything(office)

    assert where_it_is_found(office.root) == {"so-theo-doi.xlsx"}
    assert not [ran for ran in said if MARKER in ran.out + ran.err]


def test_a_file_whose_name_is_secret_is_left_unopened_and_its_name_is_not_repeated(office: SmallOffice) -> None:
    name = f"TUYỆT MẬT {MARKER}.xlsx"
    dropped = office.drop(fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}}), name)
    before = dropped.read_bytes()

    done = office.run("sync")

    assert done.code == 1
    assert MARKER not in done.out + done.err
    assert dropped.read_bytes() == before
    others = [path for path in office.root.rglob("*") if path != dropped]
    assert not any(MARKER in path.name for path in others)
    assert not any(MARKER.encode() in path.read_bytes() for path in others if path.is_file())
    assert any("Tên tệp" in path.read_text(encoding="utf-8-sig") for path in office.space.inbox.glob("*.ghi-chu.txt"))
    assert office.run("validate", dropped).code == 1
