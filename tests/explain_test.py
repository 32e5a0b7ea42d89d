"""`tdnv explain` says what is understood and why, for people and for programs."""

from __future__ import annotations

import json
import string
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets import calendar
from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.pipeline.explain import explain_deadline, explain_number, explain_unit
from tdnv_sheets.records import Unit
from tdnv_sheets.text.deadlines import DeadlineKind
from tdnv_sheets.text.units import UnitIndex

from .conftest import TODAY, run

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import SmallOffice

UNITS = (
    Unit("cctl", "Chi cục Thủy lợi", aliases=("Thủy nông tỉnh",)),
    Unit("stc", "Sở Tài chính"),
    Unit("snv", "Sở Nội vụ"),
    Unit("sngv", "Sở Ngoại vụ"),
    Unit("skhdt", "Sở Kế hoạch và Đầu tư", valid_to=date(2025, 2, 28), successor="stc"),
    Unit("moi", "Trung tâm Dữ liệu", valid_from=date(2027, 1, 1)),
    Unit("cu", "Ban Dân tộc", valid_to=date(2025, 2, 28)),
)
INDEX = UnitIndex.build(UNITS)
OFFICIAL = calendar.load(None)


# ---------------------------------------------------------------- shapes for programs


def test_deadlines_are_explained_in_order_with_the_keys_that_are_promised() -> None:
    done = run(
        "explain",
        "deadline",
        "--assigned",
        "2025-01-10",
        "--format",
        "json",
        "trước ngày 20/6",
        "thường xuyên",
        "Q4/2025",
    )
    assert done.code == 0
    assert done.json == [
        {"text": "trước ngày 20/6", "kind": "exact", "date": "2025-06-19", "assumed": True, "note": "year-assumed"},
        {"text": "thường xuyên", "kind": "recurring", "date": None, "assumed": False, "note": "recurring"},
        {"text": "Q4/2025", "kind": "quarter", "date": "2025-12-31", "assumed": False, "note": ""},
    ]


def test_numbers_are_explained_with_the_keys_that_are_promised() -> None:
    done = run("explain", "number", "--format", "jsonl", "Số: 05 /QĐ - UBND", "12729/VPCP-KGVX", "22/2015/QĐ-UBND")
    assert done.code == 0
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {
            "text": "Số: 05 /QĐ - UBND",
            "valid": True,
            "number": "5",
            "year": None,
            "type": "QĐ",
            "issuer": "UBND",
        },
        {
            "text": "12729/VPCP-KGVX",
            "valid": True,
            "number": "12729",
            "year": None,
            "type": None,
            "issuer": "VPCP",
        },
        {"text": "22/2015/QĐ-UBND", "valid": True, "number": "22", "year": 2015, "type": "QĐ", "issuer": "UBND"},
    ]


def test_units_are_explained_by_the_list_of_the_office(office: SmallOffice) -> None:
    done = office.run("explain", "unit", "--format", "json", "chi cuc thuy loi", "CCKL", "các đơn vị")
    assert done.code == 1
    assert done.json == [
        {"text": "chi cuc thuy loi", "unit": "cctl", "how": "unaccented", "candidates": ["cctl"]},
        {"text": "CCKL", "unit": "cckl", "how": "code", "candidates": ["cckl"]},
        {"text": "các đơn vị", "unit": None, "how": "group", "candidates": []},
    ]


# ---------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("deadline", "15/3/2026", "thường xuyên", "không quy định", ""), 0),
        (("deadline", "15/3/2026", "31/6/2026"), 1),
        (("deadline", "15/3"), 1),
        (("deadline", "đầu tháng 6/2026"), 1),
        (("deadline", "15/3", "--assigned", "01/02/2026"), 0),
        (("deadline", "15/3", "--assigned", "hôm qua"), 2),
        (("deadline",), 2),
        (("number", "12/QĐ-UBND", "12/QD-UBND"), 0),
        (("number", "12/QĐ-UBND", "12/qđ-ubnd"), 1),
        (("number",), 2),
        (("date", "15/3"), 2),
    ],
)
def test_the_exit_code_says_whether_all_was_understood(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    assert run("-C", tmp_path, "explain", *arguments).code == code


def test_units_need_a_workspace_and_that_is_said(tmp_path: Path) -> None:
    done = run("-C", tmp_path, "explain", "unit", "Sở Tài chính")
    assert (done.code, done.out) == (2, "")
    assert "Không thấy thư mục làm việc" in done.err


def test_a_missing_unit_list_stops_as_everywhere(office: SmallOffice) -> None:
    office.space.units.unlink()
    done = office.run("explain", "unit", "Sở Tài chính")
    assert (done.code, done.out) == (4, "")
    assert office.space.units.name in done.err


# ---------------------------------------------------------------- words for people


def test_a_deadline_is_explained_in_words() -> None:
    done = run("explain", "deadline", "trước ngày 20/6", "--assigned", "2025-01-10")
    assert done.out.splitlines() == [
        "«trước ngày 20/6»",
        "  Được hiểu là: một ngày cụ thể",
        "  Ngày hạn: thứ Năm, 19/06/2025",
        "  Cách tính: «trước» không gồm chính thời điểm được ghi, nên hạn là ngày liền trước 20/06/2025",
        "  Cần người xác nhận: có",
        "  Lý do: không ghi năm, lấy theo năm giao; cần xác nhận",
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("20/6/2025", "the day that is written"),
        ("trước tháng 6/2025", "the day before 01/06/2025"),
        ("tháng 6/2025", "month 6/2025"),
        ("giữa tháng 6/2025", "the middle of month 6/2025"),
        ("1/5/2025 và giữa tháng 6/2025", "the middle of month 6/2025"),
        ("Quý II/2025", "quarter II/2025"),
        ("6 tháng đầu năm 2025", "the first half of 2025"),
        ("6 tháng cuối năm 2025", "the second half of 2025"),
        ("trước năm 2025", "the day before 01/01/2025"),
        ("năm 2025", "its last day: 2025"),
        ("15-20/6/2025", "of the stretch"),
    ],
)
def test_the_rule_of_a_deadline_names_its_period(text: str, rule: str) -> None:
    (line,) = [
        line for line in explain_deadline(text, calendar=OFFICIAL, lang="en").lines if line.startswith("  Rule: ")
    ]
    assert rule in line


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        (
            "19/9/2026",
            "Rơi vào ngày nghỉ",
            "cuối tuần; được tính đến hết thứ Hai, 21/09/2026, nên gửi chậm nhất thứ Sáu, 18/09/2026",
        ),
        (
            "trước 25/11/2026",
            "Rơi vào ngày nghỉ",
            "nghỉ lễ, Ngày Văn hóa Việt Nam; được tính đến hết thứ Tư, 25/11/2026, nên gửi chậm nhất thứ Hai, 23/11/2026",
        ),
        (
            "15/6/2028",
            "Tạm tính",
            "lịch nghỉ của năm này chưa có thông báo chính thức đầy đủ, ngày làm việc còn có thể thay đổi",
        ),
    ],
)
def test_a_deadline_on_a_day_off_or_in_a_year_that_is_not_final_says_so(text: str, label: str, words: str) -> None:
    assert f"  {label}: {words}" in explain_deadline(text, calendar=OFFICIAL).lines


def test_a_deadline_on_a_working_day_of_a_final_year_says_nothing_of_the_calendar() -> None:
    said = "\n".join(explain_deadline("18/9/2026", calendar=OFFICIAL).lines)
    assert "nghỉ" not in said
    assert "Tạm tính" not in said


def test_a_number_is_explained_by_its_parts() -> None:
    done = run("explain", "number", "22/2015/QĐ-UBND", "1234/SGD&ĐT-VP")
    assert done.out == (
        "«22/2015/QĐ-UBND»\n"
        "  Được hiểu là: số, ký hiệu văn bản quy phạm pháp luật (có năm ban hành)\n"
        "  Số: 22\n"
        "  Năm ban hành: 2015\n"
        "  Loại văn bản: Quyết định (QĐ)\n"
        "  Cơ quan ban hành: UBND\n"
        "\n"
        "«1234/SGD&ĐT-VP»\n"
        "  Được hiểu là: số, ký hiệu văn bản hành chính\n"
        "  Số: 1234\n"
        "  Loại văn bản: Công văn (không ghi chữ viết tắt tên loại)\n"
        "  Cơ quan ban hành: SGD&ĐT\n"
        "  Đơn vị soạn thảo hoặc lĩnh vực: VP\n"
    )


def test_a_wrong_number_says_why_and_what_it_may_be() -> None:
    assert explain_number("12/qđ-ubnd").lines[1:] == (
        "  Được hiểu là: không phải là số, ký hiệu văn bản",
        "  Lý do: ký hiệu phải viết hoa",
        "  Có thể là: 12/QĐ-UBND",
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Sở Tài chính", ("Taken for: Sở Tài chính (stc)", "Found by: the unit's name (capitals")),
        ("so tai chinh", ("Taken for: Sở Tài chính (stc)", "Found by: the unit's name without accents")),
        ("STC", ("Taken for: Sở Tài chính (stc)", "Found by: the unit's code")),
        ("thuỷ nông tỉnh", ("Taken for: Chi cục Thủy lợi (cctl)", "Found by: another name that the list has")),
        ("Sở Tài chánh", ("Taken for: Sở Tài chính (stc)", "Found by: clearly the most similar")),
        (
            "Sở NV",
            ("Taken for: no unit for sure", "Found by: fits several", "Perhaps: Sở Nội vụ (snv); Sở Ngoại vụ (sngv)"),
        ),
        ("các sở", ("Taken for: no unit for sure", "Found by: names a group")),
        ("xyz", ("Taken for: no unit for sure", "Found by: the unit list has no such name")),
        (
            "Sở KH&ĐT",
            (
                "Taken for: Sở Kế hoạch",
                "Found by:",
                "Because: this unit existed until 28/02/2025; its successor: Sở Tài",
            ),
        ),
        ("Ban Dân tộc", ("Taken for: Ban Dân tộc", "Found by:", "Because: this unit existed until 28/02/2025")),
        ("Trung tâm Dữ liệu", ("Taken for: Trung tâm", "Found by:", "Because: this unit exists from 01/01/2027 on")),
    ],
)
def test_a_unit_is_explained_by_the_step_that_found_it(text: str, lines: tuple[str, ...]) -> None:
    told = explain_unit(text, INDEX, UNITS, day=TODAY, lang="en").lines[1:]
    assert len(told) == len(lines)
    assert all(line.startswith(f"  {start}") for line, start in zip(told, lines, strict=True)), told


# ---------------------------------------------------------------- the catalogue


def test_every_kind_and_step_has_its_words() -> None:
    entries = area("explain").keys()
    assert {f"kind_{kind}" for kind in DeadlineKind} <= entries
    assert {f"weekday_{number}" for number in range(7)} <= entries
    steps = (
        "code",
        "exact",
        "alias",
        "unaccented",
        "abbreviation",
        "initials",
        "similar",
        "ambiguous",
        "group",
        "none",
    )
    assert {f"how_{step}" for step in steps} <= entries


def test_no_line_shows_a_placeholder_or_a_code_word() -> None:
    texts = ("trước 20/6", "Quý I", "đầu tháng 6/2025", "31/6/2025", "a", "-", "năm học 2025", "1/5, 1/6", "từ 1/2025")
    said = [
        explain_deadline(text, calendar=OFFICIAL, assigned=day) for text in texts for day in (None, date(2025, 9, 1))
    ]
    said += [explain_number(text) for text in ("", "/QĐ-X", "12", "1/2025", "12/qđ-x", "12/KH", "12/QD-X", "x 1")]
    for line in (line for item in said for line in item.lines[1:]):
        words = line.partition(": ")[2]
        assert words
        assert not any(name for _, name, _, _ in string.Formatter().parse(words) if name)
        assert "_" not in words
