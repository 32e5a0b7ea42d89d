"""`tdnv calendar`: what people see of the calendar and of counting on it, with and without an office."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets import calendar
from tdnv_sheets.calendar_file import open_calendar
from tdnv_sheets.pipeline.days import counted_lines
from tests.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SmallOffice

OFFICIAL = calendar.load(None)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder that is no workspace."""
    monkeypatch.delenv("TDNV_HOME", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("arguments", "day"),
    [
        (("2026-08-28", "--days", "1"), "2026-09-03"),
        (("28/08/2026", "--days", "1"), "2026-09-03"),
        (("2026-02-13", "--days", "10"), "2026-03-06"),
        (("2026-02-23", "--days", "1", "--before"), "2026-02-13"),
        (("2026-06-06", "--days", "0"), "2026-06-06"),
    ],
)
def test_the_day_after_so_many_working_days_is_one_object(arguments: tuple[str, ...], day: str) -> None:
    done = run("calendar", "due", "--from", *arguments, "--format", "json")
    assert done.code == 0
    assert json.loads(done.out) == {"date": day}
    assert "chỉ dùng lịch nghỉ chung" in done.err


@pytest.mark.usefixtures("nowhere")
def test_counting_shows_each_day_and_why_it_does_not_count() -> None:
    done = run("calendar", "due", "--from", "2026-08-20", "--days", "3")
    assert done.out == (
        "Đếm 3 ngày làm việc kể từ sau ngày thứ Năm, 20/08/2026:\n"
        "  thứ Sáu, 21/08/2026   ngày thứ 1\n"
        "  thứ Bảy, 22/08/2026   ngày thứ 2 (làm bù, Làm bù cho 31/08/2026)\n"
        "  Chủ nhật, 23/08/2026  không tính: cuối tuần\n"
        "  thứ Hai, 24/08/2026   ngày thứ 3\n"
        "Kết quả: thứ Hai, 24/08/2026\n"
    )


def test_counting_back_shows_the_days_backwards() -> None:
    assert counted_lines(OFFICIAL, date(2026, 9, 3), -1, "en") == (
        "1 working days, counted back from the day before Thursday, 03/09/2026:",
        "  Wednesday, 02/09/2026  not counted: holiday, Quốc khánh",
        "  Tuesday, 01/09/2026    not counted: holiday, Quốc khánh (liền kề)",
        "  Monday, 31/08/2026     not counted: swapped day off, Hoán đổi với 22/8/2026",
        "  Sunday, 30/08/2026     not counted: weekend",
        "  Saturday, 29/08/2026   not counted: weekend",
        "  Friday, 28/08/2026     day 1",
        "Result: Friday, 28/08/2026",
    )


@pytest.mark.usefixtures("nowhere")
def test_a_year_that_is_not_final_is_said_to_be_provisional_everywhere() -> None:
    due = run("calendar", "due", "--from", "2028-06-01", "--days", "1")
    assert "Kết quả (tạm tính): thứ Sáu, 02/06/2028" in due.out
    assert "Lịch của năm 2028 là tạm tính" in due.err
    shown = run("calendar", "show", "2028")
    assert "Lịch của năm 2028 là tạm tính" in shown.err
    rows = shown.out.splitlines()[3:]
    assert len(rows) > 10
    assert all(row.endswith("tạm tính") for row in rows)
    assert "tạm tính" not in run("calendar", "show", "2026").out


@pytest.mark.usefixtures("nowhere")
def test_a_year_is_shown_with_reasons_documents_and_swaps() -> None:
    done = run("calendar", "show", "2026")
    lines = done.out.splitlines()
    assert lines[0] == "Lịch làm việc từ 01/01/2026 đến 31/12/2026: 249 ngày làm việc"
    assert lines[2].split() == ["Ngày", "Loại", "Lý", "do", "Căn", "cứ", "Ghi", "chú"]
    (swapped,) = [line for line in lines if "02/01/2026" in line and "nghỉ hoán đổi" in line]
    assert "12729/VPCP-KGVX" in swapped
    assert swapped.endswith("đổi với 10/01/2026")
    assert any(line.startswith("  12729/VPCP-KGVX: http") for line in lines)


@pytest.mark.usefixtures("nowhere")
def test_programs_get_the_same_with_stable_keys() -> None:
    done = run("calendar", "show", "--from", "2026-08-20", "--to", "2026-08-31", "--format", "json")
    assert [{name: row[name] for name in row if name != "source"} for row in json.loads(done.out)] == [
        {
            "date": "2026-08-22",
            "kind": "lam_bu",
            "works": True,
            "name": "Làm bù cho 31/08/2026",
            "swapped_with": "2026-08-31",
            "basis": "9441/TB-BNV",
            "origin": "official",
            "provisional": False,
        },
        {
            "date": "2026-08-31",
            "kind": "nghi_hoan_doi",
            "works": False,
            "name": "Hoán đổi với 22/8/2026",
            "swapped_with": "2026-08-22",
            "basis": "9441/TB-BNV",
            "origin": "official",
            "provisional": False,
        },
    ]


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "--from", "2026-01-01"),
        ("show", "2026", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("show", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("show", "1789"),
        ("due", "--from", "2026-02-01", "--days", "-1"),
        ("due", "--from", "9999-12-30", "--days", "5"),
        ("due", "--from", "mai", "--days", "5"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(arguments: tuple[str, ...]) -> None:
    assert run("calendar", *arguments).code == 2


def test_the_office_sees_its_own_days_sessions_and_what_to_look_at(office: SmallOffice) -> None:
    office.space.calendar.write_text(
        "ngay;loai;ten\n05/06/2026;nghi_rieng;Nghỉ do bão\n28/06/2026;phien_hop;Phiên họp tháng 6\n",
        encoding="utf-8-sig",
    )
    shown = office.run("calendar", "show", "--from", "2026-06-01", "--to", "2026-06-30")
    assert [[part.strip() for part in line.split("  ") if part.strip()] for line in shown.out.splitlines()[3:]] == [
        ["thứ Sáu, 05/06/2026", "nghỉ riêng của cơ quan", "Nghỉ do bão", "lịch của cơ quan"],
        ["Chủ nhật, 28/06/2026", "phiên họp", "Phiên họp tháng 6", "lịch của cơ quan"],
    ]
    assert "dòng 3: phiên họp ngày 28/06/2026 rơi vào ngày nghỉ" in shown.err
    assert json.loads(office.run("calendar", "due", "--from", "2026-06-04", "--days", "1", "--format", "json").out) == {
        "date": "2026-06-08"
    }
    (line,) = [row for row in office.run("doctor", "--format", "json").json if row["check"] == "calendar"]
    assert (line["state"], line["code"]) == ("note", "calendar-noted")
    assert "1 ngày riêng, 1 phiên họp" in line["message"]
    told = office.run("explain", "deadline", "5/6/2026")
    assert "nghỉ riêng của cơ quan, Nghỉ do bão; được tính đến hết thứ Hai, 08/06/2026" in told.out


def test_every_command_says_all_that_is_wrong_with_the_office_table(office: SmallOffice) -> None:
    office.space.calendar.write_text("ngay,loai\nmai,nghi_le\n2026-03-02,lam_bu\n", encoding="utf-8-sig")
    for command in (("calendar", "show"), ("calendar", "due", "--from", "2026-01-01", "--days", "1"), ("render",)):
        done = office.run(*command)
        assert done.code == 4
        assert "có 2 chỗ phải sửa" in done.err
        assert "dòng 2, cột «ngay»" in done.err
        assert "dòng 3: ngày 02/03/2026" in done.err


def test_deadlines_that_rest_on_a_provisional_year_bear_a_mark_in_the_register(office: SmallOffice) -> None:
    def marks() -> tuple[set[str], str]:
        assert office.run("render").code == 0
        sheet = load_workbook(office.space.register)["Nhiệm vụ"]
        (column,) = [cell.column for cell in sheet[4] if cell.value == "effective_deadline"]
        cells = [sheet.cell(row, column or 0) for row in range(6, sheet.max_row + 1)]
        legend = " ".join(str(cell.value) for cell in sheet[2] if cell.value)
        return {cell.number_format for cell in cells if cell.value is not None}, legend

    formats, legend = marks()
    assert formats == {"dd/mm/yyyy"}
    assert "tạm tính" not in legend

    office.space.calendar.write_text("ngay,loai,trang_thai\n2026-06-30,nghi_rieng,tam_tinh\n", encoding="utf-8")
    formats, legend = marks()
    assert formats == {"dd/mm/yyyy", 'dd/mm/yyyy"*"'}
    assert "Dấu * ở «Thời hạn áp dụng»: ngày tạm tính" in legend
    assert marks() == (formats, legend)  # what is marked is read back as it was


def test_what_a_calendar_sheet_needs_is_plain_data_in_order(tmp_path: Path) -> None:
    path = tmp_path / "lich.csv"
    path.write_text("ngay,loai,ten\n2026-09-03,phien_hop,Họp\n2026-08-25,phien_hop,\n", encoding="utf-8")
    listed = open_calendar(path).listed(date(2026, 8, 20), date(2026, 9, 5))
    assert [(day.day.isoformat()[5:], day.kind, day.origin) for day in listed] == [
        ("08-22", "lam_bu", "official"),
        ("08-25", "phien_hop", "office"),
        ("08-31", "nghi_hoan_doi", "official"),
        ("09-01", "nghi_le", "official"),
        ("09-02", "nghi_le", "official"),
        ("09-03", "phien_hop", "office"),
    ]
