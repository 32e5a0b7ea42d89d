"""`tdnv duties`: what each unit and the office owe, when, by which article, and whether it was done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from openpyxl import load_workbook

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.arrivals import read_taken
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.draw import register_view
from tdnv_sheets.pipeline.duties import known_to, office_duties
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.render.register import draw_register
from tdnv_sheets.render.register_lists import FIRST_ROW
from tdnv_sheets.rules.duties import Report, duties
from tests.conftest import NOW, UNITS_CSV, SmallOffice, enter, fill, id_row, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Value

Days: TypeAlias = "tuple[str, str] | None"
"""Last day in time and article; None where the text asks for nothing."""
KEYS = ["duty", "period", "unit", "due", "send_by", "article", "state"]
BEFORE = date(2026, 3, 2)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SmallOffice]:
    """Give a new office under a regulation; its ledger begins on 02/03/2026 with one task."""
    made: dict[str, SmallOffice] = {}

    def office(regulation: str) -> SmallOffice:
        if regulation not in made:
            folder = tmp_path_factory.mktemp(regulation)
            units = folder / "don-vi.csv"
            units.write_text(UNITS_CSV, encoding="utf-8")
            options = ("--as-of", BEFORE.isoformat(), "init", folder / "vp", "--regulation", regulation)
            assert run(*options, "--units", units).code == 0
            (folder / "vp" / "lich.csv").write_text("ngay,loai,ten\n2026-06-25,phien_hop,Phiên họp tháng 6\n", "utf-8")
            made[regulation] = SmallOffice(find(folder / "vp"))
        return made[regulation]

    return office


def owed(office: SmallOffice, *options: str, as_of: date = date(2026, 6, 10)) -> list[dict[str, Any]]:
    done = office.run("duties", "--format", "json", *options, as_of=as_of)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.json
    assert all(list(duty) == KEYS for duty in found)
    return found


def picked(found: Iterable[dict[str, Any]], duty: str, unit: str | None = None) -> list[tuple[Any, ...]]:
    return [
        tuple(each[key] for key in ("period", "due", "send_by", "article"))
        for each in found
        if (each["duty"], each["unit"]) == (duty, unit)
    ]


@pytest.mark.parametrize(
    ("regulation", "of_units", "of_the_office"),
    [
        (
            "thanh-hoa-2025",
            [
                ("2026-H1", "2026-05-19", "2026-05-19", "Điều 18.1"),
                ("2026-Q2", "2026-06-19", "2026-06-19", "Điều 18.1"),
            ],
            [
                ("2026-H1", "2026-06-24", "2026-06-24", "Điều 18.2"),
                ("2026-Q2", "2026-06-24", "2026-06-24", "Điều 18.2"),
            ],
        ),
        (
            "kon-tum-2022",
            [
                ("2026-M04", "2026-04-20", "2026-04-17", "Điều 20.1"),  # the 19th is a Sunday
                ("2026-M05", "2026-05-19", "2026-05-19", "Điều 20.1"),
                ("2026-H1", "2026-06-10", "2026-06-10", "Điều 20.2"),
                ("2026-M06", "2026-06-19", "2026-06-19", "Điều 20.1"),
                ("2026-Q2", "2026-06-19", "2026-06-19", "Điều 20.1"),
            ],
            [
                ("2026-H1", "2026-06-10", "2026-06-10", "Điều 20.2"),
                ("2026-M04", None, None, "Điều 18.2"),
                ("2026-M05", None, None, "Điều 18.2"),
                ("2026-M06", None, None, "Điều 18.2"),
            ],
        ),
        (
            "hai-phong-2025",
            [("2026-H1", None, None, "Điều 19.1"), ("2026-Q2", None, None, "Điều 19.1")],
            [("2026-H1", None, None, "Điều 18.2"), ("2026-Q2", None, None, "Điều 18.2")],
        ),
    ],
)
def test_periodic_reports_have_the_days_and_articles_of_the_regulation(
    offices: Callable[[str], SmallOffice], regulation: str, of_units: list[Any], of_the_office: list[Any]
) -> None:
    found = owed(offices(regulation), "--period", "2026-Q2")
    assert picked(found, "periodic-report", "cctl") == of_units
    assert picked(found, "periodic-report") == of_the_office


def test_a_session_binds_units_one_working_day_before_and_the_office_on_its_day(
    offices: Callable[[str], SmallOffice],
) -> None:
    found = owed(offices("hai-phong-2025"), "--period", "2026-M06")
    assert picked(found, "session-update", "khtc") == [("2026-06-25", "2026-06-24", "2026-06-24", "Điều 21.1")]
    assert picked(found, "session-report") == [("2026-06-25", "2026-06-25", "2026-06-25", "Điều 21.2")]


def test_every_thursday_has_its_list_of_late_coordinating_units(offices: Callable[[str], SmallOffice]) -> None:
    found = owed(offices("hai-phong-2025"), "--period", "2026-M06", "--unit", "cckl")
    thursdays = ["2026-06-04", "2026-06-11", "2026-06-18", "2026-06-25"]
    assert picked(found, "weekly-report", "cckl") == [(day, day, day, "Điều 6.1d") for day in thursdays]
    assert {duty["unit"] for duty in found} == {"cckl"}


def test_the_separate_report_on_secret_tasks_is_only_a_reminder(offices: Callable[[str], SmallOffice]) -> None:
    found = owed(offices("kon-tum-2022"), "--period", "2026")
    assert picked(found, "secret-report") == [
        ("2026", None, None, "Điều 5.2"),
        ("2026-H1", None, None, "Điều 5.2"),
    ]


def test_a_letter_of_the_office_is_open_until_its_time_is_over_and_then_nothing_says_whether_it_went(
    offices: Callable[[str], SmallOffice],
) -> None:
    found = owed(offices("kon-tum-2022"), "--period", "2026-Q2", as_of=date(2026, 6, 11))
    assert {(d["period"], d["state"]) for d in found if d["duty"] == "periodic-report" and not d["unit"]} == {
        ("2026-M04", "unrecorded"),
        ("2026-M05", "unrecorded"),
        ("2026-H1", "unrecorded"),  # due on 10/06
        ("2026-M06", "open"),
    }


def test_a_day_off_moves_a_report_to_the_next_working_day_and_says_what_is_safe(
    offices: Callable[[str], SmallOffice],
) -> None:
    found = owed(offices("kon-tum-2022"), "--period", "2026")
    days = {period: (due, send_by) for period, due, send_by, _ in picked(found, "periodic-report", "cctl")}
    assert days["2026-M09"] == ("2026-09-21", "2026-09-18")
    assert days["2026-M02"] == ("2026-02-23", "2026-02-13")  # Tết


@pytest.fixture(scope="module")
def reported(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The small office under Kon Tum's rules from 10/06/2026 on: two of its three units have sent June, one of them late."""
    root = tmp_path_factory.mktemp("reported") / "vp"
    shutil.copytree(office_template, root)
    desk = SmallOffice(find(root))
    for unit, task, day in (("cctl", "NV-2026-00001", 19), ("cckl", "NV-2026-00003", 22)):
        filled = fill(desk.issue(unit), {task: {"progress": "in_progress", "result_summary": "Đang làm"}})
        assert desk.run("merge", filled, as_of=date(2026, 6, day)).code == 0
    with open_office(desk.space) as opened:
        yield opened


def states(office: Office, period: str, as_of: date) -> dict[str, str]:
    found = office_duties(office, parse_period("2026-M06"), as_of=as_of)
    return {d.unit: d.state for d in found if (d.kind, d.about) == ("periodic-report", period) and d.unit}


def test_a_unit_has_reported_when_its_file_was_taken_in_and_is_late_the_day_after(reported: Office) -> None:
    open_ = dict.fromkeys(("cckl", "cctl", "khtc"), "open")
    assert states(reported, "2026-M06", date(2026, 6, 18)) == open_
    assert states(reported, "2026-M06", date(2026, 6, 19)) == {**open_, "cctl": "done_on_time"}
    on_monday = {"cctl": "done_on_time", "cckl": "done_late", "khtc": "late"}
    assert states(reported, "2026-M06", date(2026, 6, 22)) == on_monday


def test_what_one_article_makes_due_on_one_day_is_sent_once(reported: Office) -> None:
    assert states(reported, "2026-Q2", date(2026, 6, 22))["cctl"] == "done_on_time"
    assert states(reported, "2026-H1", date(2026, 6, 22))["cctl"] == "late"


def rows_of(sheet: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - openpyxl's sheets are of many types
    return [tuple(row) for row in sheet.iter_rows(min_row=FIRST_ROW + 1, values_only=True)]


def test_the_register_shows_who_has_reported_and_what_falls_due(reported: Office, tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    draw_register(register_view(reported, date(2026, 6, 22)), path)
    book = load_workbook(path)
    sent = {row[2]: row[3:] for row in rows_of(book["Báo cáo định kỳ"]) if row[1] == "tháng 6 năm 2026"}
    due = datetime(2026, 6, 19)  # noqa: DTZ001 - a cell's day
    assert sent == {
        "Chi cục Thủy lợi": (due, due, due, "đã xong đúng hạn", "Điều 20.1"),
        "Chi cục Kiểm lâm": (due, due, due + timedelta(days=3), "đã xong, chậm", "Điều 20.1"),
        "Phòng Kế hoạch - Tài chính": (due, due, None, "quá hạn", "Điều 20.1"),
    }
    owed = rows_of(book["Việc đến hạn"])
    month = [row[1:] for row in owed if row[3] == "Báo cáo tháng 6 năm 2026" and row[1]]
    assert month == [(due, due, month[0][2], "Phòng Kế hoạch - Tài chính", "Văn phòng Sở", "quá hạn", "Điều 20.1")]
    assert len(rows_of(book["Báo cáo định kỳ"])) == 4 * 3  # June, July, the quarter, the half-year
    assert {row[6] for row in owed} == {"quá hạn", "chưa xong"}
    assert max(row[1] for row in owed if row[1]) <= datetime(2026, 7, 20)  # noqa: DTZ001 - as above


def test_an_alert_on_the_register_names_its_article(reported: Office, tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    draw_register(register_view(reported, date(2026, 6, 22)), path)
    page = load_workbook(path)["Nhiệm vụ"]
    first, columns = id_row(page, "alerts")
    told = {
        page.cell(row, columns["task_id"]).value: page.cell(row, columns["alerts"]).value
        for row in range(first, first + 6)
    }
    assert told["NV-2026-00002"] == "Lâu chưa cập nhật (Điều 20.1); Quá hạn, chưa giải trình (Điều 19.2)"
    assert told["NV-2026-00005"] == "Lâu chưa cập nhật (Điều 20.1)"


def test_what_fell_due_before_the_ledger_began_is_not_called_late(reported: Office) -> None:
    found = office_duties(reported, parse_period("2026-M05"), as_of=date(2026, 6, 22))
    assert {duty.state for duty in found if duty.kind == "periodic-report" and duty.unit} == {"unrecorded"}


def test_a_file_that_told_nothing_new_is_a_report_all_the_same_and_is_called_empty(reported: Office) -> None:
    known = known_to(reported, date(2026, 6, 22))
    same = Report("khtc", "2026-M06", date(2026, 6, 17), empty=True)
    found = duties(replace(known, reports=(*known.reports, same)), parse_period("2026-M06"), ())
    june = {d.unit: (d.state, d.empty) for d in found if (d.kind, d.about) == ("periodic-report", "2026-M06")}
    assert june["khtc"] == ("done_on_time", True)
    assert june["cctl"] == ("done_on_time", False)


def test_a_unit_that_has_ended_or_is_only_guessed_owes_nothing(reported: Office) -> None:
    known = known_to(reported, date(2026, 6, 22))
    units = (
        replace(known.units[0], valid_to=date(2026, 6, 18)),
        replace(known.units[1], draft=True),
        known.units[2],
    )
    found = duties(replace(known, units=units), parse_period("2026-06-19..2026-06-19"), ())
    assert {duty.unit for duty in found if duty.unit} == {units[2].code}


def test_a_file_that_was_undone_is_no_report(office: SmallOffice) -> None:
    filled = fill(office.issue("cctl"), {"NV-2026-00001": {"progress": "in_progress", "result_summary": "Đang làm"}})
    assert office.run("merge", filled, as_of=date(2026, 6, 12)).code == 0
    with open_office(office.space) as opened:
        assert [(file.unit, file.period, file.day) for file in read_taken(opened.ledger)] == [
            ("cctl", "2026-M06", date(2026, 6, 12))
        ]
        undo(opened.ledger, opened.ledger.revision(), at=NOW, day=date(2026, 6, 12), who="IT")
        assert read_taken(opened.ledger) == ()


def test_the_office_enters_within_its_limit_and_units_tell_results_within_theirs(
    offices: Callable[[str], SmallOffice], tmp_path: Path
) -> None:
    shutil.copytree(offices("hai-phong-2025").root, tmp_path / "vp")
    office = SmallOffice(find(tmp_path / "vp"))
    issued: dict[str, Value] = {
        "task_content": "Rà soát quy hoạch",
        "document_number": "1/UBND",
        "document_date": date(2026, 6, 5),
    }
    told: dict[str, Value] = {"result_date": date(2026, 6, 11), "result_document": "2/BC", "result_kind": "result"}
    enter(
        office.space,
        (
            (("cctl", "cckl"), {**issued, "entered_date": date(2026, 6, 8)}),
            (("cctl",), {**issued, "entered_date": date(2026, 6, 9)}),
            (("khtc",), {**issued, **told, "progress": "done", "reported_date": date(2026, 6, 15)}),
        ),
    )
    found = owed(office, "--period", "2026-M06", as_of=date(2026, 6, 20))
    entries = [d for d in found if d["duty"] == "office-entry"]
    assert [(d["period"], d["unit"], d["due"], d["article"], d["state"]) for d in entries] == [
        ("NV-2026-00001", None, "2026-06-08", "Điều 6.2a", "done_on_time"),
        ("NV-2026-00002", None, "2026-06-08", "Điều 6.2a", "done_late"),
        ("NV-2026-00003", None, "2026-06-08", "Điều 6.2a", "unrecorded"),
    ]
    (result,) = (d for d in found if d["duty"] == "result-update")
    assert (result["unit"], result["due"], result["article"], result["state"]) == (
        "khtc",
        "2026-06-12",
        "Điều 6.1b",
        "done_late",
    )


EVENTS = """ngay,loai,ten,xong
2026-06-01,ket_thuc_kiem_tra,Chi cục Kiểm lâm,
2026-06-01,ket_thuc_kiem_tra,Đoàn của Văn phòng,04/06/2026
2026-06-01,phan_hoi,Xã Sơn Tây chưa nhận được văn bản trả lời,
2026-06-01,phan_hoi,Xã Trà Bồng,11/06/2026
"""


@pytest.mark.parametrize(
    ("regulation", "inspected", "by_the_office", "feedback"),
    [
        ("tra-vinh-2024", ("2026-06-15", "Điều 16.1"), ("2026-06-15", "Điều 16.2"), ("2026-06-15", "Điều 17.6")),
        ("thanh-hoa-2025", ("2026-06-15", "Điều 15.1"), ("2026-06-15", "Điều 15.2"), ("2026-06-15", "Điều 16.6")),
        ("hai-phong-2025", ("2026-06-10", "Điều 16.1"), ("2026-06-10", "Điều 16.2"), ("2026-06-10", "Điều 18.5")),
        ("quynh-nhai-2015", None, ("2026-06-10", "Điều 14.1"), None),
        ("kon-tum-2022", None, ("2026-06-08", "Điều 16.2"), None),
    ],
)
def test_inspections_and_feedback_that_the_office_entered_are_followed_up(
    offices: Callable[[str], SmallOffice], regulation: str, inspected: Days, by_the_office: Days, feedback: Days
) -> None:
    office = offices(regulation)
    kept = office.space.calendar.read_text("utf-8")
    office.space.calendar.write_text(EVENTS, "utf-8")
    try:
        found = owed(office, "--period", "2026-M06", as_of=date(2026, 6, 16))
    finally:
        office.space.calendar.write_text(kept, "utf-8")

    told = [
        (each["duty"], each["unit"], each["due"], each["article"], each["state"])
        for each in found
        if each["duty"] in {"inspection-report", "feedback"}
    ]
    assert by_the_office is not None
    expected: list[tuple[object, ...]] = [("inspection-report", None, *by_the_office, "done_on_time")]
    if inspected:
        expected.append(("inspection-report", "cckl", *inspected, "late"))
    if feedback:
        expected += [
            ("feedback", None, *feedback, "late"),
            ("feedback", None, *feedback, "done_on_time" if feedback[0] >= "2026-06-11" else "done_late"),
        ]
    assert sorted(told, key=str) == sorted(expected, key=str)


def test_what_follows_an_event_is_told_in_words(office: SmallOffice) -> None:
    office.space.calendar.write_text(EVENTS, "utf-8")

    said = office.run("duties", "--period", "2026-M06", as_of=date(2026, 6, 5)).out

    assert "Báo cáo kết quả kiểm tra kết thúc ngày 01/06/2026: Văn phòng · Điều 16.2 · đã xong đúng hạn" in said


def test_people_read_duties_day_by_day_and_are_asked_for_sessions(office: SmallOffice) -> None:
    done = office.run("duties", "--period", "2026-M06")
    said = done.out.splitlines()
    assert said[0].endswith("việc đến hạn tháng 6 năm 2026, tính đến ngày 10/06/2026")
    at = said.index("thứ Sáu, 19/06/2026")
    units = "Chi cục Kiểm lâm, Chi cục Thủy lợi, Phòng Kế hoạch - Tài chính"
    assert said[at + 1 : at + 3] == [
        f"  Báo cáo tháng 6 năm 2026: {units} · Điều 20.1 · chưa xong",
        f"  Báo cáo quý II năm 2026: {units} · Điều 20.1 · chưa xong",
    ]
    assert "phien_hop" in done.err


def test_a_unit_that_the_list_does_not_have_is_wrong_usage(reported: Office) -> None:
    with pytest.raises(WrongUsage):
        office_duties(reported, parse_period("2026-M06"), as_of=date(2026, 6, 22), unit="xyz")
