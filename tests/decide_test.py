"""Decisions over one column: what its cells say together, and that no column speaks for another."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.grid import Book, Sheet
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.messages.catalogue import finding_text
from tdnv_sheets.pipeline.check import grounds_of
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.dates import read_date, time_of_day, written_day
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.cells import Unread, as_text
from tdnv_sheets.validate.columns import find_header
from tdnv_sheets.validate.decide import decide_missing, decide_rows
from tdnv_sheets.validate.run import check
from tdnv_sheets.validate.table import Table, read_table
from tests.conftest import TODAY, SmallOffice, fill, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.findings import About
    from tdnv_sheets.grid import Raw
    from tdnv_sheets.validate.checked import Checked

ONE, TWO = "NV-2026-00001", "NV-2026-00002"
FIELDS = tuple(spec for spec in assignment_spec().shown_on("update") if spec.owner in {Owner.UNIT, Owner.KEY})
NAMES = [spec.name for spec in FIELDS]
LEGACY = "§ang tæng hîp sè liÖu"
DECODED = "Đang tổng hợp số liệu"


def sheet_of(rows: Sequence[Mapping[str, Raw]], **more: Any) -> tuple[Table, Sheet]:  # noqa: ANN401 - a sheet's fields
    """Make a sheet with one row for each task, typed as given."""
    ids = tuple(NAMES)
    captions = tuple(spec.header("vi") for spec in FIELDS)
    lines = [tuple({"task_id": f"NV-{n}", **row}.get(name) for name in NAMES) for n, row in enumerate(rows, 1)]
    sheet = Sheet("Cập nhật", (ids, captions, *lines), **more)
    header = find_header(sheet, FIELDS)
    assert header is not None
    return read_table(sheet, header, FIELDS, "vi"), sheet


def decided(
    rows: Sequence[Mapping[str, Raw]],
    base: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,  # noqa: ANN401 - a sheet's fields
) -> tuple[set[tuple[str, int, str]], list[dict[str, object]]]:
    """Give what is said, as (field, row from 1 on, code), and the rows' cells."""
    table, sheet = sheet_of(rows, **more)
    known = [(f"NV-{number}", row) for number, row in enumerate(table.rows, 1)]
    done = decide_rows(table, sheet, known, base or {})
    return said(done.abouts), [row.cells() for _, row in done.rows]


def said(abouts: Sequence[About]) -> set[tuple[str, int, str]]:
    return {(about.field, (about.finding.row or 0) - 2, about.finding.code) for about in abouts}


def days(*values: Raw) -> list[dict[str, Raw]]:
    return [{"completed_date": value} for value in values]


# ---------------------------------------------------------------- days


def test_only_the_cells_that_the_sender_changed_prove_anything() -> None:
    base = {"NV-1": {"completed_date": date(2026, 5, 15)}}

    assert decided(days("15/05/2026", date(2026, 6, 5)), base)[0] == set()
    assert decided(days("15/05/2026", date(2026, 6, 5)))[0] == {("completed_date", 2, "swapped-date")}


def test_what_is_wrong_with_a_text_is_said_of_every_cell_that_holds_it() -> None:
    found, _ = decided([{"difficulty": text} for text in ("…", "=1+1", "chờ vốn", "…", "=1+1", "…")])

    assert found == {
        *(("difficulty", row, "placeholder") for row in (1, 4, 6)),
        *(("difficulty", row, "looks-like-formula") for row in (2, 5)),
    }


def test_a_day_with_the_month_first_makes_no_other_column_doubtful() -> None:
    found, _ = decided([{"completed_date": "5/15/2026", "result_date": "20/5/2026"}, {"result_date": "5/6/2026"}])

    assert found == {("completed_date", 1, "month-first-date")}


@pytest.mark.parametrize("text", ["15/06/2026", "5-6-2026", "ngày 5 tháng 6 năm 2026", "2026-06-05", "05.06.2026"])
def test_a_day_as_text_beside_one_that_can_only_be_day_first_is_silent(text: str) -> None:
    assert decided(days(text, "20/06/2026"))[0] == set()


def test_equal_numbers_are_never_doubtful() -> None:
    found, _ = decided(days("5/15/2026", "6/6/2026"))

    assert found == {("completed_date", 1, "month-first-date")}


@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["{0:02}/{1:02}/{2}", "{0}-{1}-{2}", "ngày {0}.{1}.{2}"]),
)
def test_a_typed_day_is_read_with_the_numbers_that_it_has(day: date, form: str) -> None:
    assert read_date(form.format(day.day, day.month, day.year)) == day


@given(st.text(st.sampled_from("0123456789/.- thángnăm"), max_size=16))
def test_no_day_is_read_that_its_text_does_not_hold(text: str) -> None:
    day = read_date(text)
    if day is not None:
        numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in text).split()]
        year = {day.year, day.year % 100}
        assert (numbers[0], numbers[1]) == (day.day, day.month) or (numbers[1], numbers[2]) == (day.month, day.day)
        assert year & set(numbers)


@given(st.integers(1, 31), st.integers(1, 31), st.integers(1990, 2100))
def test_the_two_readings_of_a_written_day_are_its_own_numbers(first: int, second: int, year: int) -> None:
    written = written_day(f"{first}/{second}/{year}")

    assert written is not None
    for day, numbers in ((written.day_first, (first, second)), (written.month_first, (second, first))):
        assert day is None or (day.day, day.month, day.year) == (*numbers, year)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2014-02-14T08:27:48", "08:27"),
        ("14/02/2014 17h00", "17:00"),
        ("14/02/2014 00:00:00", ""),
        ("14/02/2014", ""),
        (datetime(2014, 2, 14, 8, 27), "08:27"),  # noqa: DTZ001 - as Excel has it
        (date(2014, 2, 14), ""),
        (41684, ""),
    ],
)
def test_the_time_beside_a_day_is_seen(value: Raw, time: str) -> None:
    assert time_of_day(value) == time


# ---------------------------------------------------------------- merged cells


def test_a_merged_day_that_is_wrong_is_wrong_in_every_row() -> None:
    found, rows = decided(
        [{"reported_date": "6/15/2026"}, {}, {}],
        merged=((3, NAMES.index("reported_date") + 1, 5, NAMES.index("reported_date") + 1),),
    )

    assert found == {("reported_date", number, "month-first-date") for number in (1, 2, 3)}
    assert all(isinstance(row["reported_date"], Unread) for row in rows)


def test_a_merged_cell_takes_the_font_of_the_one_that_is_seen() -> None:
    column = NAMES.index("reporter") + 1

    found, rows = decided(
        [{"reporter": "NguyÔn V¨n §øc"}, {}], merged=((3, column, 4, column),), fonts={(3, column): "tcvn3"}
    )

    assert {row["reporter"] for row in rows} == {"Nguyễn Văn Đức"}
    assert found == {
        ("reporter", 2, "merged-filled"),
        ("reporter", 1, "legacy-decoded"),
        ("reporter", 2, "legacy-decoded"),
    }


def test_a_merge_above_the_rows_or_beside_the_columns_is_nothing() -> None:
    assert decided([{"reporter": "A"}, {}], merged=((1, 1, 2, 3), (3, 200, 4, 201)))[0] == set()


# ---------------------------------------------------------------- old encodings


def test_words_in_an_old_font_are_decoded_and_listed() -> None:
    column = NAMES.index("result_summary") + 1

    found, rows = decided(
        [{"result_summary": LEGACY}, {"result_summary": "OK"}], fonts={(3, column): "tcvn3", (4, column): "tcvn3"}
    )

    assert found == {("result_summary", 1, "legacy-decoded")}
    assert [row["result_summary"] for row in rows] == [DECODED, "OK"]


def test_words_of_capitals_and_of_the_other_old_font_are_decoded() -> None:
    column = NAMES.index("proposal") + 1
    fonts = {(3, column): "tcvn3-caps"}

    assert decided([{"proposal": "ñy ban nh©n d©n"}], fonts=fonts)[1][0]["proposal"] == "ỦY BAN NHÂN DÂN"
    assert (
        decided([{"proposal": "UÛy ban nhaân daân"}], fonts={(3, column): "vni"})[1][0]["proposal"] == "Ủy ban nhân dân"
    )


@given(st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệ éĐ.,;\n"), max_size=40))
def test_unicode_is_never_called_an_old_encoding(text: str) -> None:
    words = f"Đã họp {text}"

    found, rows = decided([{"result_summary": words}])

    assert not {code for _, _, code in found if code.startswith("legacy")}
    assert rows[0]["result_summary"] == as_text(words)


# ---------------------------------------------------------------- columns do not speak for each other

TEXT = st.one_of(st.none(), st.text(max_size=12), st.sampled_from([LEGACY, "=1+1", "…", "45/bc-x", "Đã họp"]))
DAY = st.one_of(
    st.none(),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from(["5/15/2026", "5/6/2026", "20/5/26", "mai"]),
)
CHOICE = st.sampled_from([None, "Đang thực hiện", "dang", "§ang thùc hiÖn", "Xong"])


def of_a_row() -> st.SearchStrategy[dict[str, Any]]:
    kinds: dict[str, st.SearchStrategy[Any]] = {"text": TEXT, "date": DAY, "choice": CHOICE}
    return st.fixed_dictionaries({spec.name: kinds[spec.kind] for spec in FIELDS if spec.owner is Owner.UNIT})


@given(st.lists(of_a_row(), min_size=1, max_size=4), st.sampled_from(NAMES[1:]), st.data())
def test_a_damaged_column_changes_nothing_that_is_found_in_another(
    rows: list[dict[str, Raw]], name: str, data: st.DataObject
) -> None:
    other = [{**row, name: data.draw(of_a_row())[name]} for row in rows]

    found, cells = decided(rows)
    found_too, cells_too = decided(other)

    assert {one for one in found if one[0] != name} == {one for one in found_too if one[0] != name}
    assert [{**row, name: None} for row in cells] == [{**row, name: None} for row in cells_too]


@given(st.lists(of_a_row(), min_size=1, max_size=3))
def test_the_form_of_the_letters_changes_nothing(rows: list[dict[str, Raw]]) -> None:
    apart = [
        {name: unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        for row in rows
    ]
    composed = [
        {name: unicodedata.normalize("NFC", cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        for row in rows
    ]

    (found, cells), (found_too, cells_too) = decided(apart), decided(composed)

    assert found == found_too
    assert all(
        (isinstance(one, Unread) and isinstance(two, Unread)) or one == two
        for row, row_too in zip(cells, cells_too, strict=True)
        for one, two in zip(row.values(), row_too.values(), strict=True)
    )


@given(st.lists(of_a_row(), min_size=1, max_size=3))
def test_nothing_is_said_of_what_was_issued(rows: list[dict[str, Raw]]) -> None:
    _, cells = decided(rows)
    base = {f"NV-{number}": row for number, row in enumerate(cells, 1)}
    readable = [name for name in NAMES[1:] if not any(isinstance(row[name], Unread) for row in cells)]

    found, _ = decided([{name: row[name] for name in readable} for row in _drawn(cells)], base)

    assert {one for one in found if one[0] in readable} == set()


def _drawn(cells: list[dict[str, Any]]) -> list[dict[str, Raw]]:
    """Give typed cells as our own workbook would hold them."""
    spec = assignment_spec().by_name
    return [
        {name: spec[name].label(value, "vi") if spec[name].choices and value else value for name, value in row.items()}
        for row in cells
    ]


@pytest.mark.parametrize(("one", "other"), [("a  b", "a b"), ("a\u00a0 b", "a b"), ("a \n b", "a\nb")])
def test_runs_of_blanks_make_no_change(one: str, other: str) -> None:
    assert same(one, other)


# ---------------------------------------------------------------- the whole workbook


def seen(office: SmallOffice, file: Path, fonts: Mapping[str, Mapping[tuple[int, int], str]]) -> Checked:
    """Check a workbook with cells in old fonts."""
    with Reader() as reader:
        _, book = reader.read(file)
    assert isinstance(book, Book)
    sheets = tuple(replace(sheet, fonts={**sheet.fonts, **fonts.get(sheet.name, {})}) for sheet in book.sheets)
    with open_office(office.space) as opened:
        return check(replace(book, sheets=sheets), grounds_of(opened, TODAY))


def test_a_marked_copy_holds_the_decoded_words_for_their_font_is_not_drawn_again(office: SmallOffice) -> None:
    file = fill(office.issue("cctl"), {ONE: {"progress": "gần xong", "result_summary": LEGACY}})
    assert place(file, ONE, "result_summary") == "F7"

    checked = seen(office, file, {"Cập nhật": {(7, 6): "tcvn3"}})

    assert {about.finding.code for about in checked.abouts} == {"legacy-decoded", "not-in-list"}
    assert checked.typed()[ONE, "result_summary"] == DECODED
    assert checked.typed()[ONE, "progress"] == "gần xong"


def report_with(office: SmallOffice, words: str) -> tuple[Path, tuple[int, int]]:
    from openpyxl import load_workbook

    file = office.issue("cctl")
    book = load_workbook(file)
    sheet = book["Báo cáo"]
    (row,) = [cell.row for cells in sheet.iter_rows() for cell in cells if cell.value == "explanation"]
    column = next(cell.column for cell in sheet[row] if cell.value == "explanation") + 2
    sheet.cell(row, column).value = words
    book.save(file)
    return file, (row, column)


def test_a_line_of_the_report_in_an_old_font_is_decoded(office: SmallOffice) -> None:
    file, where = report_with(office, LEGACY)

    checked = seen(office, file, {"Báo cáo": {where: "tcvn3"}})

    assert checked.submission is not None
    assert checked.submission.report["explanation"] == DECODED
    assert [about.finding.code for about in checked.abouts] == ["legacy-decoded"]


def test_a_line_of_the_report_that_only_may_be_so_is_refused(office: SmallOffice) -> None:
    file, _ = report_with(office, LEGACY)

    checked = seen(office, file, {})

    assert checked.submission is not None
    assert "explanation" not in checked.submission.report
    assert checked.report["explanation"] == LEGACY
    ((finding, _, name),) = checked.abouts
    assert (finding.code, finding.sheet, name) == ("legacy-encoding", "Báo cáo", "explanation")


def missing(**cells: Raw) -> tuple[Table, set[tuple[str, str]]]:
    """Decide one row of «Nhiệm vụ thiếu»; gives (field, code) of what is said."""
    specs = assignment_spec().shown_on("missing")
    ids = tuple(spec.name for spec in specs)
    sheet = Sheet("Nhiệm vụ thiếu", (ids, tuple(spec.header("vi") for spec in specs), tuple(cells.get(n) for n in ids)))
    header = find_header(sheet, specs)
    assert header is not None
    table, abouts = decide_missing(read_table(sheet, header, specs, "vi"), sheet)
    return table, {(about.field, about.finding.code) for about in abouts}


def test_a_missing_task_is_decided_in_all_its_columns() -> None:
    content = "Tæng hîp sè liÖu cña c¸c ®¬n vÞ"

    _, found = missing(task_content=content, document_number=43221, document_date="6/15/2026", deadline_text="2026/13")

    assert found == {
        ("task_content", "legacy-encoding"),
        ("document_number", "number-became-date"),
        ("document_date", "month-first-date"),
        ("deadline_text", "deadline-unreadable"),
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("30/6/2026", None),
        ("trước 30/6/2026", "deadline-read"),
        ("quý II năm 2026", "deadline-read"),
        ("15/8", "deadline-assumed"),
        ("hằng tháng", "deadline-without-day"),
        ("sau khi có ý kiến của Bộ", "deadline-without-day"),
        ("không quy định", None),
        ("abc", "deadline-unreadable"),
    ],
)
def test_a_deadline_is_kept_in_its_words(words: str, code: str | None) -> None:
    table, found = missing(task_content="Rà soát", document_date=date(2026, 5, 4), deadline_text=words)

    assert found == ({("deadline_text", code)} if code else set())
    held = isinstance(table.rows[0].cells()["deadline_text"], Unread)
    assert held is (code == "deadline-unreadable")
    assert held or table.rows[0].cells()["deadline_text"] == words


@pytest.mark.parametrize("asked", [True, False])
def test_whether_a_progress_report_completes_a_task_the_regulation_says(office: SmallOffice, *, asked: bool) -> None:
    done = {"progress": "done", "result_summary": "Xong", "completed_date": date(2026, 6, 5)}
    file = fill(office.issue("cctl"), {ONE: done | {"result_kind": "progress_report"}, TWO: done})
    with Reader() as reader:
        _, book = reader.read(file)
    assert isinstance(book, Book)
    with open_office(office.space) as opened:
        grounds = grounds_of(opened, TODAY)
        assert grounds.final_document is opened.regulation.completion(grounds.as_of).final_document
        checked = check(book, replace(grounds, final_document=asked))

    found = {(about.finding.code, about.finding.cell): about.finding for about in checked.abouts}
    assert set(found) == ({("not-a-final-result", "G7")} if asked else set())
    if asked:
        text = finding_text(found["not-a-final-result", "G7"], "vi")
        assert text.startswith("«Loại văn bản» là «Báo cáo tiến độ» trong khi «Tình trạng» là «Đã hoàn thành»")
        assert checked.submission is not None
        assert [row.key.task_id for row in checked.submission.rows if row.key] != []
        assert ONE not in {row.key.task_id for row in checked.submission.rows if row.key}
