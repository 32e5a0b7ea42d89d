"""`tdnv explain figures`: whether the counts of a report's sentence add up."""

from __future__ import annotations

import pytest

from tests.conftest import run


def test_a_sentence_that_is_off_by_one_is_told() -> None:
    text = "Tổng số 15.533; đã hoàn thành: 13.119; chưa hoàn thành = 2.414, chưa hoàn thành trong hạn 2.065, chưa hoàn thành quá hạn 348"
    done = run("explain", "figures", text)
    assert done.code == 1
    assert (
        "KHÔNG khớp: Trong hạn + quá hạn + không thời hạn = chưa hoàn thành: 2065 + 348 = 2413 ≠ 2414 (+1)" in done.out
    )
    assert "  Khớp: Đã hoàn thành + chưa hoàn thành" in done.out
    found = run("explain", "figures", "--format", "json", text).json[0]
    assert found["figures"] == {
        "total": 15533,
        "completed": 13119,
        "open": 2414,
        "open_in_time": 2065,
        "open_overdue": 348,
    }
    assert (found["unknown"], [check["ok"] for check in found["checks"]]) == ([], [True, False])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("total=166 completed=109 open=57", 0),
        ("total 21,914; completed 16,051; open 5,863; completed on time 14,068; completed late 1,983", 0),
        ("tồn kỳ trước 12; giao trong kỳ 30; tổng số 42", 0),
        ("tổng số 42; giao trong kỳ 30; tồn kỳ trước 11", 1),
        ("tổng số 42", 1),
        ("tổng số 2; đã hoàn thành 1; chưa hoàn thành 1; tỷ lệ 50%", 0),
        ("tổng số 2; đã hoàn thành 1; chưa hoàn thành 1; tồn đọng 1", 1),
        ("tổng số 2; tổng số 3; đã hoàn thành 1; chưa hoàn thành 1", 1),
        ("", 1),
    ],
)
def test_figures_are_read_by_name_or_words_in_either_language(text: str, code: int) -> None:
    assert run("--lang", "vi", "explain", "figures", text).code == code


def test_what_is_not_known_and_what_can_be_stated_is_told() -> None:
    done = run("--lang", "en", "explain", "figures", "backlog 12")
    assert (done.code, "«backlog» is no figure" in done.out, "carried over" in done.out) == (1, True, True)


def test_overdue_alone_is_of_the_group_that_was_named_last_and_it_is_told() -> None:
    text = (
        "Tổng số 15.533; đã hoàn thành 13.119, trong đó đúng hạn 9.000, quá hạn 4.000 và không có thời hạn 119; "
        "chưa hoàn thành 2.414, gồm: trong hạn 2.065, quá hạn 349"
    )
    done = run("explain", "figures", text)
    assert done.code == 0
    assert "  «trong đó đúng hạn» hiểu là «hoàn thành đúng hạn»" in done.out
    found = run("explain", "figures", "--format", "json", text).json[0]
    assert found["unknown"] == []
    assert [one["figure"] for one in found["taken_as"]] == [
        "completed_on_time",
        "completed_late",
        "completed_undated",
        "open_in_time",
        "open_overdue",
    ]
    assert (found["figures"]["completed_late"], found["figures"]["open_overdue"]) == (4000, 349)


@pytest.mark.parametrize("text", ["tổng số 5; quá hạn 2; trong hạn 3", "overdue 2"])
def test_overdue_alone_is_not_known_before_any_group_is_named(text: str) -> None:
    assert run("explain", "figures", "--format", "json", text).json[0]["figures"].keys() <= {"total"}
