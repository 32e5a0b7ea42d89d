"""What people do to the cells of an issued workbook: each is repaired, repaired and listed, or refused at the cell.

The number ahead of each case is that of the table of things that people do to a template.
"""

from __future__ import annotations

import io
import shutil
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.store import Ledger
from tests.conftest import SmallOffice, fill, id_row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from openpyxl.workbook.workbook import Workbook

FIRST, SECOND, LAST = "NV-2026-00002", "NV-2026-00001", "NV-2026-00004"  # by urgency
ROWS = {FIRST: 6, SECOND: 7, LAST: 8}
DONE = {"progress": "done", "result_summary": "Xong"}
DOING = {"progress": "in_progress"}
QUIET = frozenset({"nothing-new"})


@dataclass(frozen=True)
class Case:
    """What is typed, what is then done to the workbook, and what has to come of it."""

    typed: Mapping[str, Mapping[str, Any]]
    said: frozenset[tuple[str, str]] = frozenset()
    """Findings as (code, cell)."""
    ledger: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    """(task, field) → value afterwards."""
    verdict: str = "accepted"
    then: Callable[[Workbook], None] | None = None


def merged(area: str) -> Callable[[Workbook], None]:
    return lambda book: book["Cập nhật"].merge_cells(area)


def in_1904(book: Workbook) -> None:
    book.epoch = CALENDAR_MAC_1904


def in_fonts(fonts: Mapping[str, str]) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for cell, name in fonts.items():
            book["Cập nhật"][cell].font = Font(name=name)

    return change


def days(*values: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - whatever a cell takes
    """Give a completion day to the tasks, in their order."""
    return {task: DONE | {"completed_date": value} for task, value in zip(ROWS, values, strict=False)}


def taken(*values: str | None) -> dict[tuple[str, str], str | None]:
    return {(task, "completed_date"): value for task, value in zip(ROWS, values, strict=False)}


def texts(name: str, value: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - whatever a cell takes
    return {FIRST: {"progress": "in_progress", name: value}}


BEFORE_1904 = date(2026, 6, 5)
CASES: dict[str, Case] = {
    "3 one reporter merged over three rows counts for each": Case(
        dict.fromkeys(ROWS, DOING) | {FIRST: DOING | {"reporter": "Nguyễn Văn A", "reported_date": date(2026, 6, 9)}},
        frozenset({("merged-filled", cell) for cell in ("Q7", "Q8", "R7", "R8")}),
        {(task, "reporter"): "Nguyễn Văn A" for task in ROWS} | {(LAST, "reported_date"): "2026-06-09"},
        then=lambda book: (merged("Q6:Q8")(book), merged("R6:R8")(book), None)[-1],
    ),
    "3 one result merged over two rows is refused where it is not seen": Case(
        {FIRST: {"result_summary": "Đang họp"}, LAST: DOING},
        frozenset({("merged-cell", "F7")}),
        {(FIRST, "result_summary"): "Đang họp", (SECOND, "result_summary"): None, (LAST, "progress"): "in_progress"},
        "partly",
        merged("F6:F7"),
    ),
    "3 empty cells that are merged say nothing": Case({LAST: DOING}, then=merged("P6:P7")),
    "3 cells merged over two columns are refused": Case(
        {FIRST: {"difficulty": "Thiếu vốn"}, SECOND: DOING},
        frozenset({("merged-cell", "L6")}),
        {(FIRST, "difficulty"): None, (SECOND, "progress"): "in_progress"},
        "partly",
        merged("K6:L6"),
    ),
    "11 days as text, the day first, are taken": Case(
        days("20/05/2026", "2-6-2026", "5.6.2026"), ledger=taken("2026-05-20", "2026-06-02", "2026-06-05")
    ),
    "11 a year of two digits is listed": Case(
        days("20-5-26"), frozenset({("date-as-text", "J6")}), taken("2026-05-20")
    ),
    "12 a text that may be two days is read day first and listed": Case(
        days("5/6/2026"), frozenset({("date-as-text", "J6")}), taken("2026-06-05")
    ),
    "12 where the column holds a day with the month first, all doubtful ones are refused": Case(
        days("5/15/2026", "5/6/2026", "20/05/2026"),
        frozenset({("month-first-date", "J6"), ("ambiguous-date", "J7")}),
        taken(None, None, "2026-05-20"),
        "partly",
    ),
    "12 an ISO day as text is taken": Case(days("2026-06-05"), ledger=taken("2026-06-05")),
    "12 real days that were turned round are named": Case(
        days("15/05/2026", date(2026, 6, 5), date(2026, 6, 6)),
        frozenset({("swapped-date", "J7")}),
        taken("2026-05-15", "2026-06-05", "2026-06-06"),
    ),
    "12 a real day that could not be turned round clears the others": Case(
        days("15/05/2026", date(2026, 6, 5), date(2026, 5, 20)),
        ledger=taken("2026-05-15", "2026-06-05", "2026-05-20"),
    ),
    "14 midnight is dropped": Case(
        days("2026-06-05T00:00:00", "05/05/2026 00:00", datetime(2026, 6, 5)),  # noqa: DTZ001 - as Excel has it
        ledger=taken("2026-06-05", "2026-05-05", "2026-06-05"),
    ),
    "14 another time is dropped and listed": Case(
        days("2026-06-05T08:27:48", datetime(2026, 6, 5, 14, 30)),  # noqa: DTZ001 - as Excel has it
        frozenset({("time-dropped", "J6"), ("time-dropped", "J7")}),
        taken("2026-06-05", "2026-06-05"),
    ),
    "15 a workbook that counts from 1904": Case(days(BEFORE_1904), ledger=taken("2026-06-05"), then=in_1904),
    "16 days far off are refused": Case(
        days(date(1905, 6, 5), "05/06/1930", 9999999),
        frozenset({("date-out-of-range", "J6"), ("date-out-of-range", "J7"), ("not-a-date", "J8")}),
        taken(None, None, None),
        "returned",
    ),
    "17 a number where text is asked for is what people read": Case(
        texts("result_summary", 12) | {SECOND: {"result_summary": 0.1 + 0.2}, LAST: {"result_summary": "'12"}},
        ledger={
            (FIRST, "result_summary"): "12",
            (SECOND, "result_summary"): "0.3",
            (LAST, "result_summary"): "'12",
        },
    ),
    "18 points and commas of numbers in words stay": Case(
        texts("result_summary", "96.898") | {SECOND: {"result_summary": "1.109.000,5"}},
        ledger={(FIRST, "result_summary"): "96.898", (SECOND, "result_summary"): "1.109.000,5"},
    ),
    "19 units of measure stay": Case(
        texts("result_summary", "15 tr"),
        ledger={(FIRST, "result_summary"): "15 tr", (FIRST, "progress"): "in_progress"},
    ),
    "20 percentages stay": Case(texts("result_summary", "85%"), ledger={(FIRST, "result_summary"): "85%"}),
    "21 decomposed letters are composed": Case(
        {FIRST: {"progress": unicodedata.normalize("NFD", "Đang thực hiện"), "result_summary": "Đa\u0303 ho\u0323p"}},
        ledger={(FIRST, "progress"): "in_progress", (FIRST, "result_summary"): "Đã họp"},
    ),
    "22 another place of the tone matches, and the spelling stays": Case(
        {
            FIRST: {
                "progress": "Đa hoàn thành".replace("Đa", "Đã"),
                "completed_date": date(2026, 6, 5),
                "result_summary": "Uỷ ban hoà giải",
            }
        },
        ledger={(FIRST, "progress"): "done", (FIRST, "result_summary"): "Uỷ ban hoà giải"},
    ),
    "23 a choice in an old encoding is known by the list": Case(
        {FIRST: {"progress": "§ang thùc hiÖn"}},
        frozenset({("legacy-decoded", "E6")}),
        {(FIRST, "progress"): "in_progress"},
    ),
    "23 words in an old encoding without their font are refused with what they may say": Case(
        texts("result_summary", "§ang tæng hîp sè liÖu göi Së Tµi chÝnh") | {SECOND: DOING},
        frozenset({("legacy-encoding", "F6")}),
        {(FIRST, "result_summary"): None, (SECOND, "progress"): "in_progress"},
        "partly",
    ),
    "23 words in an old font are decoded and listed": Case(
        {
            FIRST: {"progress": "in_progress", "result_summary": "§ang tæng hîp sè liÖu"},
            SECOND: {"result_summary": "ñy ban nh©n d©n"},
            LAST: {"proposal": "Ñeà nghò luøi thôøi haïn"},
        },
        frozenset({("legacy-decoded", "F6"), ("legacy-decoded", "F7"), ("legacy-decoded", "L8")}),
        {
            (FIRST, "result_summary"): "Đang tổng hợp số liệu",
            (SECOND, "result_summary"): "ỦY BAN NHÂN DÂN",
            (LAST, "proposal"): "Đề nghị lùi thời hạn",
        },
        then=in_fonts({"F6": ".VnTime", "F7": ".VnTimeH", "L8": "VNI-Times"}),
    ),
    "24 blanks that nobody sees": Case(
        {FIRST: {"progress": "\ufeffĐang\u00a0thực\u200b hiện ", "result_summary": "\u00a0Đã\u00a0họp\u200b "}},
        ledger={(FIRST, "progress"): "in_progress", (FIRST, "result_summary"): "Đã họp"},
    ),
    "25 leading, trailing and double blanks": Case(
        {FIRST: {"progress": "  Đang  thực hiện ", "result_summary": "  Đã họp  "}},
        ledger={(FIRST, "progress"): "in_progress", (FIRST, "result_summary"): "Đã họp"},
    ),
    "26 smart quotes and long dashes stay as typed": Case(
        texts("result_summary", "“Đề án” 2026–2030"), ledger={(FIRST, "result_summary"): "“Đề án” 2026–2030"}
    ),
    "27 lines and bullets stay": Case(
        texts("result_summary", "• Đã họp\n-Đã gửi\n+ Chờ ý kiến"),
        ledger={(FIRST, "result_summary"): "• Đã họp\n-Đã gửi\n+ Chờ ý kiến"},
    ),
    "37 a formula that nobody computed": Case(
        {FIRST: {"progress": "in_progress", "result_date": "=TODAY()"}, SECOND: DOING},
        frozenset({("formula", "I6")}),
        {(FIRST, "progress"): None, (SECOND, "progress"): "in_progress"},
        "partly",
    ),
    "38 cells that show an error": Case(
        {FIRST: {"progress": "#REF!", "result_date": "#N/A"}, SECOND: DOING},
        frozenset({("error-value", "E6"), ("error-value", "I6")}),
        {(FIRST, "progress"): None, (SECOND, "progress"): "in_progress"},
        "partly",
    ),
    "C3 a choice without accents is refused": Case(
        {FIRST: {"progress": "dang thuc hien"}},
        frozenset({("not-in-list", "E6")}),
        {(FIRST, "progress"): None},
        "partly",
    ),
    "C13 a text that Excel cut off": Case(
        texts("result_summary", "a" * 32767), frozenset({("truncated", "F6")}), {(FIRST, "progress"): None}, "partly"
    ),
    "C17 what begins as a formula does is text": Case(
        texts("proposal", "@SUM(A1)")
        | {SECOND: {"proposal": "+cmd|' /C calc'!A0"}, LAST: {"proposal": "-Đề nghị lùi"}},
        frozenset({("looks-like-formula", "L6"), ("looks-like-formula", "L7")}),
        {
            (FIRST, "proposal"): "@SUM(A1)",
            (SECOND, "proposal"): "+cmd|' /C calc'!A0",
            (LAST, "proposal"): "-Đề nghị lùi",
        },
    ),
    "C19 a number that Excel made a day": Case(
        {FIRST: {"result_document": date(2018, 5, 1), "result_date": date(2026, 6, 1)}, SECOND: DOING},
        frozenset({("number-became-date", "H6")}),
        {(FIRST, "result_document"): None, (SECOND, "progress"): "in_progress"},
        "partly",
    ),
    "C20 more digits than Excel keeps": Case(
        texts("explanation", 12345678901234567),
        frozenset({("digits-lost", "P6")}),
        {(FIRST, "explanation"): "12345678901234600"},
    ),
    "C24 nothing said yet": Case(texts("explanation", "…"), frozenset({("placeholder", "P6")})),
    "a number of a document in small letters, and one of a draft": Case(
        {
            FIRST: {"result_document": "45/bc-cctl", "result_date": date(2026, 6, 1)},
            SECOND: {"result_document": "     /BC-CCTL", "result_date": date(2026, 6, 1)},
            LAST: {"result_document": "05/BC-CCTL; 12/UBND-TH ngày 3/4/2026", "result_date": date(2026, 6, 1)},
        },
        frozenset({("document-number", "H6"), ("draft-number", "H7")}),
        {(FIRST, "result_document"): "45/bc-cctl", (LAST, "result_document"): "05/BC-CCTL; 12/UBND-TH ngày 3/4/2026"},
    ),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, office_template: Path) -> tuple[SmallOffice, Path]:
    """An office that has issued one workbook."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    return office, office.issue("cctl")


@pytest.fixture
def own(desk: tuple[SmallOffice, Path], tmp_path: Path) -> tuple[SmallOffice, Path]:
    """Give an office of one's own in that state, and a copy of the workbook."""
    office, issued = desk
    shutil.copytree(office.root, tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp")), shutil.copyfile(issued, tmp_path / "cctl.xlsx")


def edit(path: Path, change: Callable[[Workbook], None]) -> Path:
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def said(answer: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(finding["code"], finding["cell"] or "") for finding in answer["findings"] if finding["code"] not in QUIET}


@pytest.mark.parametrize("name", CASES)
def test_what_is_done_to_cells_is_found_at_the_cell_and_the_rest_reaches_the_ledger(
    own: tuple[SmallOffice, Path], name: str
) -> None:
    office, file = own
    case = CASES[name]
    fill(file, case.typed)
    if case.then:
        edit(file, case.then)

    answer = office.merge(file)

    assert said(answer) == case.said
    assert answer["verdict"] == case.verdict
    rows = office.rows()
    assert {key: rows[key[0], "cctl"].get(key[1]) for key in case.ledger} == dict(case.ledger)


def test_an_untouched_workbook_has_nothing_to_be_said_about(own: tuple[SmallOffice, Path]) -> None:
    office, file = own

    answer = office.merge(file)

    assert [finding["code"] for finding in answer["findings"]] == ["nothing-new"]


def test_a_cell_that_breaks_several_rules_has_one_finding(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    fill(
        file, {FIRST: {"progress": "blocked", "result_summary": "x", "difficulty": "y", "completed_date": "12/31/2026"}}
    )

    assert said(office.merge(file)) == {("month-first-date", "J6")}


def test_both_readings_of_a_doubtful_day_are_shown(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    fill(file, days("5/15/2026", "5/6/2026"))

    messages = {finding["cell"]: finding["message"] + finding["fix"] for finding in office.merge(file)["findings"]}

    assert "15/05/2026" in messages["J6"]
    assert "05/06/2026" in messages["J7"]
    assert "06/05/2026" in messages["J7"]


def test_the_choice_most_like_what_was_typed_is_named_first(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    fill(file, {FIRST: {"progress": "dang thuc hien"}})

    (finding,) = office.merge(file)["findings"]

    assert finding["fix"].startswith("Chọn một trong: Đang thực hiện (≈ dang thuc hien); Chưa thực hiện; ")


# ---------------------------------------------------------------- 15: the other calendar


def test_15_days_that_lost_the_mark_of_their_calendar_are_refused(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    fill(file, days(date(2026, 6, 5)))
    edit(file, in_1904)
    without_mark(file)

    answer = office.merge(file)

    # Four years early: before the day of assignment. The locked days of the row moved with it.
    assert ("date-order", "J6") in said(answer)
    assert answer["verdict"] == "returned"
    assert office.rows()[FIRST, "cctl"]["completed_date"] is None


def without_mark(path: Path) -> None:
    """Take the mark of the 1904 calendar out of a workbook, its numbers stay."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in package.infolist():
            data = package.read(entry)
            if entry.filename == "xl/workbook.xml":
                assert b"date1904" in data
                data = data.replace(b'date1904="1"', b"").replace(b'date1904="true"', b"")
            target.writestr(entry, data)
    path.write_bytes(out.getvalue())


# ---------------------------------------------------------------- 13: deadlines in words


MISSING = {
    "13 the end of a quarter": ("Quý III/2026", "deadline-read", True),
    "13 a month without a year": ("tháng 8", "deadline-assumed", True),
    "13 a task that comes again": ("thường xuyên", "deadline-without-day", True),
    "13 a day": ("30/06/2026", None, True),
    "13 a year cut short": ("20/01/201", "deadline-unreadable", False),
    "13 a day that no calendar has": ("31/6/2026", "deadline-unreadable", False),
}


@pytest.mark.parametrize("name", MISSING)
def test_the_words_of_a_deadline_are_read_and_kept_to_the_letter(own: tuple[SmallOffice, Path], name: str) -> None:
    words, code, good = MISSING[name]
    office, file = own

    def add(book: Workbook) -> None:
        sheet = book["Nhiệm vụ thiếu"]
        row, ids = id_row(sheet, "task_content")
        sheet.cell(row, ids["task_content"]).value = "Rà soát hồ đập"
        sheet.cell(row, ids["document_date"]).value = date(2026, 5, 4)
        sheet.cell(row, ids["deadline_text"]).value = words

    answer = office.merge(edit(file, add))

    assert [finding["code"] for finding in answer["findings"]] == ([code] if code else [])
    assert answer["verdict"] == ("accepted" if good else "partly")
    ledger = Ledger.at(office.space.ledger_url)
    try:
        assert [proposal.fields["deadline_text"] for proposal in ledger.open_proposals()] == [words] * good
    finally:
        ledger.close()


# ---------------------------------------------------------------- C17: nothing becomes a formula


def test_what_begins_as_a_formula_is_text_in_the_marked_copy_and_in_the_register(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    typed = {"proposal": "@SUM(A1)", "explanation": "+cmd|' /C calc'!A0", "difficulty": "-(1+1)"}
    fill(file, {FIRST: typed, SECOND: typed | {"progress": "gần xong"}})

    answer = office.merge(file)
    assert office.run("render").code == 0

    (register,) = office.root.glob("so-theo-doi*.xlsx")
    (marked,) = office.space.returned.rglob("*.xlsx")
    for path in (register, marked):
        cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
        found = {cell.value: cell.data_type for cell in cells if cell.value in typed.values()}
        assert found == dict.fromkeys(typed.values(), "s")
    assert answer["verdict"] == "partly"
