from __future__ import annotations

import re
import warnings
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from openpyxl import load_workbook

from tdnv_sheets.grid import Book, Sheet
from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.records import Unit
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.takeover import SkippedSheet, Takeover, report, understand

if TYPE_CHECKING:
    from tdnv_sheets.grid import Raw

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
SPEC = assignment_spec()
ENTERED = date(2026, 1, 2)
UNITS = (Unit("stc", "Sở Tài chính"), Unit("snnmt", "Sở Nông nghiệp và Môi trường"), Unit("syt", "Sở Y tế"))


def _corpus(name: str) -> Book:
    path = next(iter(CORPUS.glob(f"{name}_*.xlsx")), None)
    if path is None:
        pytest.skip("the corpus is not beside this checkout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(path, data_only=True)
    sheets = []
    for sheet in workbook.worksheets:
        merged = tuple((m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges)
        sheets.append(Sheet(sheet.title, tuple(sheet.iter_rows(values_only=True)), merged=merged))  # type: ignore[arg-type]  # cells that we read hold plain values
    return Book(tuple(sheets))


def _take(*rows: tuple[Raw, ...], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Takeover:
    return understand(Book((Sheet("Sổ", rows, merged=merged),)), SPEC, UNITS)


def _reasons(takeover: Takeover) -> dict[int, str]:
    return {skipped.row: skipped.reason for skipped in takeover.skipped}


HEAD: tuple[Raw, ...] = (
    "TT",
    "Nội dung nhiệm vụ",
    "Đơn vị chủ trì",
    "Thời hạn hoàn thành",
    "Ngày ban hành",
    "Trạng thái",
)


# ---------------------------------------------------------------- a real register


def test_the_real_register_gives_all_its_tasks_and_nothing_else() -> None:
    book = _corpus("62")
    taken = understand(book, SPEC, ())
    assert len(taken.tasks) == 53
    assert _reasons(taken) == dict.fromkeys(range(55, 65), "only-number")
    assert [left.reason for left in taken.sheets_skipped] == ["empty", "empty"]


def test_the_real_register_keeps_every_word_of_its_cells() -> None:
    book = _corpus("62")
    taken = understand(book, SPEC, ())
    sheet = book.sheets[0]
    for task in taken.tasks:
        for column, name in (
            (2, "task_content"),
            (7, "coordinating_units"),
            (9, "extra:Yêu cầu sản phẩm"),
        ):
            cell = sheet.cell(task.row, column)
            words = None if cell is None else normalize("NFC", str(cell)).replace("\u00a0", " ").strip()
            assert task.fields.get(name) == words
        assert task.fields.get("deadline_text") == sheet.cell(task.row, 8), "to the letter, blanks included"


def test_the_real_register_gives_one_assignment_for_each_unit_named() -> None:
    book = _corpus("62")
    taken = understand(book, SPEC, ())
    cells = [str(book.sheets[0].cell(task.row, 6)) for task in taken.tasks]
    named = [[name.strip() for name in cell.split(",")] for cell in cells]
    assert taken.assignments == sum(map(len, named))
    assert [len(task.leads) for task in taken.tasks] == [len(names) for names in named]
    assert max(len(task.leads) for task in taken.tasks) == 8
    assert {unit.name for unit in taken.new_units} == {name for names in named for name in names}
    assert all(unit.draft for unit in taken.new_units)


def test_the_real_register_gets_no_day_that_its_words_do_not_hold() -> None:
    taken = understand(_corpus("62"), SPEC, ())
    for task in taken.tasks:
        words = str(task.fields.get("deadline_text", ""))
        deadline = task.fields.get("deadline")
        assert "assigned_date" not in task.fields
        if deadline is not None:
            assert isinstance(deadline, date)
            assert str(deadline.year) in words
        elif words:
            assert re.search("thường xuyên", words, re.IGNORECASE)
            assert task.fields["recurrence"] == words


def test_a_truncated_date_of_the_real_register_stays_out_of_the_date_and_in_the_note() -> None:
    taken = understand(_corpus("62"), SPEC, ())
    task = next(task for task in taken.tasks if task.row == 9)
    assert "document_date" not in task.fields
    assert task.fields["note"] == "Ngày chỉ đạo: 20/01/201"
    assert ("unreadable-date", 9, "20/01/201") in {(note.code, note.row, note.value) for note in taken.notes}


@pytest.mark.parametrize(("name", "reason"), [("64", "no-header"), ("65", "no-task-column"), ("69", "no-tasks")])
def test_a_workbook_without_tasks_says_why(name: str, reason: str) -> None:
    taken = understand(_corpus(name), SPEC, ())
    assert not taken.tasks
    assert [left.reason for left in taken.sheets_skipped] == [reason]
    assert area("takeover")[f"sheet-{reason}"]["vi"] in report(taken, "vi")


# ---------------------------------------------------------------- made registers


def test_titles_groups_totals_and_signatures_are_skipped_with_their_reason() -> None:
    taken = _take(
        ("ỦY BAN NHÂN DÂN TỈNH",),
        ("SỔ THEO DÕI NHIỆM VỤ",),
        HEAD,
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
        ("I", "NHIỆM VỤ UBND GIAO"),
        (1, "Rà soát quy hoạch", "Sở Tài chính", "30/6/2025", "1/3/2025", "Đang thực hiện"),
        (),
        ("A", "Lĩnh vực y tế"),
        (2, "Lập đề án", "Sở Y tế", "Quý III/2025", None, None),
        HEAD,
        (3,),
        (4, None, "Sở Y tế", "30/6/2025"),
        (None, "Tổng cộng", 2),
        (),
        (None, "Ghi chú: số liệu đến ngày 30/6"),
        (None, None, None, "KT. CHÁNH VĂN PHÒNG"),
        (None, "Người lập biểu", "PHÓ CHÁNH VĂN PHÒNG"),
    )
    assert [task.row for task in taken.tasks] == [6, 9]
    assert _reasons(taken) == {
        4: "column-numbers",
        5: "group",
        7: "blank",
        8: "group",
        10: "header-again",
        11: "only-number",
        12: "no-content",
        13: "total",
        14: "blank",
        15: "after-table",
        16: "after-table",
        17: "after-table",
    }


def test_a_row_with_everything_becomes_typed_fields() -> None:
    taken = _take(HEAD, (1, "Rà soát", "Sở NN&MT; Sở Y tế", date(2025, 6, 30), "05/3/2025", "Đã hoàn thành"))
    (task,) = taken.tasks
    assert task.leads == ("snnmt", "syt")
    assert task.fields == {
        "task_content": "Rà soát",
        "deadline_text": "30/06/2025",
        "deadline": date(2025, 6, 30),
        "document_date": date(2025, 3, 5),
        "progress": "done",
    }
    assert taken.new_units == ()
    assert taken.assignments == 2


def test_unknown_words_and_dates_stay_in_the_note_and_are_listed() -> None:
    taken = _take((*HEAD, "Ghi chú"), (1, "Rà soát", "Sở Y tế", None, "20/01/201", "Quá hạn", "Họp lại"))
    (task,) = taken.tasks
    assert task.fields["note"] == "Họp lại\nNgày ban hành: 20/01/201\nTrạng thái: Quá hạn"
    assert "progress" not in task.fields
    assert [(note.code, note.caption) for note in taken.notes] == [
        ("unreadable-date", "Ngày ban hành"),
        ("unknown-word", "Trạng thái"),
    ]


def test_a_row_without_a_lead_goes_to_the_unknown_unit_and_is_listed() -> None:
    taken = _take(HEAD, (1, "Rà soát", None, "30/6/2025"), (2, "Lập đề án", "Sở Y tế", "30/6/2025"))
    assert [task.leads for task in taken.tasks] == [("chua-ro",), ("syt",)]
    assert [(unit.code, unit.name, unit.draft) for unit in taken.new_units] == [
        ("chua-ro", "(chưa rõ đơn vị chủ trì)", True)
    ]
    assert [(note.code, note.row) for note in taken.notes] == [("no-lead", 2)]


def test_an_unknown_lead_becomes_one_draft_unit_however_it_is_spaced() -> None:
    taken = _take(HEAD, (1, "A b", "Vụ GDĐH"), (2, "C d", "Vụ GD ĐH, vụ gdđh, Sở Y tế"))
    assert [task.leads for task in taken.tasks] == [("vu-gddh",), ("vu-gddh", "syt")]
    assert taken.new_units == (Unit("vu-gddh", "Vụ GDĐH", draft=True),)


def test_ambiguous_and_group_names_are_never_guessed() -> None:
    units = (Unit("a", "Ủy ban nhân dân xã Cẩm Giang"), Unit("b", "Ủy ban nhân dân xã Cẩm Giàng"))
    rows: tuple[tuple[Raw, ...], ...] = (HEAD, (1, "A b", "UBND xa Cam Giang"), (2, "C d", "các sở, ban, ngành"))
    taken = understand(Book((Sheet("Sổ", rows),)), SPEC, units)
    assert not {"a", "b"} & {code for task in taken.tasks for code in task.leads}
    assert [note.code for note in taken.notes] == ["unit-ambiguous", "unit-group"]


def test_decomposed_text_is_composed() -> None:
    taken = _take(
        ("No\u0323\u0302i dung nhie\u0323\u0302m vu\u0323", "Chu\u0309 tri\u0300"),
        ("Ra\u0300 soa\u0301t", "So\u031b\u0309 Y te\u0302\u0301"),
    )
    (task,) = taken.tasks
    assert task.fields["task_content"] == "Rà soát"
    assert task.leads == ("syt",)


def test_nothing_of_a_secret_row_is_kept() -> None:
    taken = _take(
        (*HEAD, "Độ mật"),
        (1, "Phương án Alpha (mật)", "Đơn vị Alpha", "30/6/2025", None, None, None),
        (2, "Phương án Beta", "Đơn vị Beta", "30/6/2025", None, None, "Tối mật"),
        (3, "Phương án Gamma", "Đơn vị Gamma", "30/6/2025", None, None, "Thường"),
        ("I", "Nhóm Delta TUYỆT MẬT"),
    )
    assert [task.row for task in taken.tasks] == [4]
    assert _reasons(taken) == {2: "secret", 3: "secret", 5: "secret"}
    for word in ("Alpha", "Beta", "Delta"):
        assert word not in repr(taken)
        assert word not in report(taken, "vi")


def test_a_sheet_that_is_stamped_above_its_header_is_refused_whole() -> None:
    taken = _take(("TỐI MẬT",), HEAD, (1, "Phương án Alpha", "Sở Y tế"))
    assert not taken.tasks
    assert taken.sheets_skipped == (SkippedSheet("Sổ", "secret"),)
    assert "Alpha" not in repr(taken)


def test_a_column_only_called_deadline_holds_the_words() -> None:
    taken = _take(
        ("Nội dung", "Chủ trì", "Thời hạn"), ("Rà soát", "Sở Y tế", "Thường xuyên"), ("Lập đề án", "Sở Y tế", "T6/2025")
    )
    assert [task.fields.get("deadline_text") for task in taken.tasks] == ["Thường xuyên", "T6/2025"]
    assert [task.fields.get("deadline") for task in taken.tasks] == [None, date(2025, 6, 30)]
    assert taken.tasks[0].fields["recurrence"] == "Thường xuyên"


def test_a_deadline_without_year_takes_the_year_of_the_document_and_is_listed() -> None:
    taken = _take(
        HEAD,
        (1, "Rà soát", "Sở Y tế", "tháng 10", "1/3/2025"),
        (2, "Lập đề án", "Sở Y tế", "tháng 10", None),
        (3, "Báo cáo", "Sở Y tế", "15/2", "1/3/2025"),
    )
    assert [task.fields.get("deadline") for task in taken.tasks] == [date(2025, 10, 31), None, None]
    assert [(note.code, note.row) for note in taken.notes] == [
        ("deadline-assumed", 2),
        ("deadline-unclear", 3),
        ("deadline-unclear", 4),
    ]


def test_columns_of_the_office_are_kept_under_their_captions() -> None:
    taken = _take(("Nội dung", "Chủ trì", "Kinh phí", "Kinh phí", None), ("Rà soát", "Sở Y tế", 1.5, "15 tr", "x"))
    (task,) = taken.tasks
    extras = {name: value for name, value in task.fields.items() if name.startswith("extra:")}
    assert extras == {"extra:Kinh phí": 1.5, "extra:Kinh phí (2)": "15 tr", "extra:Cột E": "x"}
    assert [(note.letter, note.field, note.filled_count) for note in taken.columns] == [
        ("A", "task_content", 1),
        ("B", "unit", 1),
        ("C", None, 1),
        ("D", None, 1),
        ("E", None, 1),
    ]


def test_a_finished_remark_in_another_column_is_only_kept() -> None:
    taken = _take((*HEAD[:5], "Yêu cầu sản phẩm"), (1, "Rà soát", "Sở Y tế", None, None, "Đã hoàn thành"))
    assert taken.tasks[0].fields["extra:Yêu cầu sản phẩm"] == "Đã hoàn thành"
    assert "progress" not in taken.tasks[0].fields


def test_a_task_merged_over_several_unit_rows_is_one_task() -> None:
    rows: tuple[tuple[Raw, ...], ...] = (
        HEAD,
        (1, "Rà soát", "Sở Y tế", "30/6/2025"),
        (None, None, "Sở Tài chính"),
        (2, "Lập đề án", "Sở Y tế", "30/9/2025"),
    )
    taken = _take(*rows, merged=((2, 1, 3, 1), (2, 2, 3, 2), (2, 4, 3, 4)))
    assert [(task.row, task.leads) for task in taken.tasks] == [(2, ("syt", "stc")), (4, ("syt",))]


def test_a_two_row_header_without_known_merges_is_understood() -> None:
    taken = _take(
        ("TT", "Văn bản giao", None, "Nội dung nhiệm vụ", "Đơn vị chủ trì"),
        (None, "Số, ký hiệu", "Ngày ban hành", None, None),
        (1, "12/QĐ-UBND", "5/6/2025", "Rà soát", "Sở Y tế"),
    )
    (task,) = taken.tasks
    assert (task.fields["document_number"], task.fields["document_date"]) == ("12/QĐ-UBND", date(2025, 6, 5))


def test_hidden_and_foreign_sheets_are_left_and_named() -> None:
    rows: tuple[tuple[Raw, ...], ...] = (HEAD, (1, "Rà soát", "Sở Y tế"))
    book = Book((Sheet("Cũ", rows, hidden=True), Sheet("Khác", (("a", "b"),)), Sheet("Trống", ()), Sheet("Sổ", rows)))
    taken = understand(book, SPEC, UNITS)
    assert [(left.sheet, left.reason) for left in taken.sheets_skipped] == [
        ("Cũ", "hidden"),
        ("Khác", "no-header"),
        ("Trống", "empty"),
    ]
    assert [task.sheet for task in taken.tasks] == ["Sổ"]


def test_the_same_row_twice_is_kept_and_listed() -> None:
    taken = _take(HEAD, (1, "Rà soát", "Sở Y tế"), (2, "Rà soát", "Sở Y tế"))
    assert len(taken.tasks) == 2
    assert [(note.code, note.row) for note in taken.notes] == [("repeated", 3)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_report_says_what_each_column_became_and_what_was_left(lang: str) -> None:
    taken = _take(HEAD, (1, "Rà soát", "Vụ X", "sớm nhất", "20/01/201"), (), (2,))
    lines = report(taken, lang).splitlines()
    meaning = SPEC.by_name["task_content"].header(lang)
    assert any(line.split() == ["B", "Nội", "dung", "nhiệm", "vụ", *meaning.split(), "1"] for line in lines)
    assert any("vu-x: Vụ X" in line for line in lines)
    assert any("«20/01/201»" in line for line in lines)
    assert any("4" in line and area("takeover")["skipped-only-number"][lang] in line for line in lines)


def test_every_reason_and_note_has_its_words_in_both_languages() -> None:
    words = area("takeover")
    assert all(set(entry) == {"vi", "en"} and all(entry.values()) for entry in words.values())
