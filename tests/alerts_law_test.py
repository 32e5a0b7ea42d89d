"""Alerts that rest on a regulation: when they are raised under each of the five, and the article that they name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.records import NO_TRAIL, Assignment, Key, Trail
from tdnv_sheets.rules.alert_articles import article_of
from tdnv_sheets.rules.alerts import situation
from tdnv_sheets.rules.judgement import Alert
from tdnv_sheets.rules.status import judge

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tdnv_sheets.regulation import Regulation

CALENDAR = calendar.load(None)
RULES = {name: regulation.load(name) for name in regulation.available()}
HAI_PHONG = RULES["hai-phong-2025"]
GIVEN = date(2026, 1, 5)


def raised(rules: Regulation, day: date, fields: dict[str, Value], trail: Trail = NO_TRAIL) -> dict[Alert, str]:
    """Give the alerts of an assignment on a day, with their articles."""
    row = Assignment(Key("NV-2026-00001", "STC"), fields)
    judged = judge(row, day, regulation=rules, calendar=CALENDAR, due_soon_days=5, trail=trail)
    now = situation(judged, day, rules, CALENDAR, 5)
    return {alert: article_of(alert, row, now) for alert in judged.alerts}


RESULT: dict[str, Value] = {"result_date": date(2026, 6, 11), "result_kind": "result", "progress": "done"}
DONE_BY_DEADLINE: dict[str, Value] = {
    "deadline": date(2026, 6, 10),
    "result_date": date(2026, 6, 9),
    "progress": "done",
    "decision": "confirmed",
}
OVERDUE: dict[str, Value] = {"assigned_date": date(2026, 5, 20), "deadline": date(2026, 6, 10)}


@pytest.mark.parametrize(
    ("name", "day", "fields", "alert", "article"),
    [
        # The limits of the five for entering a task of Friday 05/06/2026.
        ("hai-phong-2025", "2026-06-20", {"entered_date": "2026-06-08"}, "entered-late", None),
        ("hai-phong-2025", "2026-06-20", {"entered_date": "2026-06-09"}, "entered-late", "Điều 6.2a"),
        ("quynh-nhai-2015", "2026-06-20", {"entered_date": "2026-06-09"}, "entered-late", None),
        ("quynh-nhai-2015", "2026-06-20", {"entered_date": "2026-06-10"}, "entered-late", "Điều 7.1"),
        ("tra-vinh-2024", "2026-07-20", {"entered_date": "2026-06-19"}, "entered-late", None),
        ("tra-vinh-2024", "2026-07-20", {"entered_date": "2026-06-20"}, "entered-late", "Điều 6.1d"),
        ("thanh-hoa-2025", "2026-06-20", {"entered_date": "2026-06-08", "urgency": "urgent"}, "entered-late", "Điều 6.1a"),
        ("thanh-hoa-2025", "2026-06-20", {"entered_date": "2026-06-09", "coordinating_units": "SNV"}, "entered-late", None),
        ("thanh-hoa-2025", "2026-06-20", {"entered_date": "2026-06-10", "coordinating_units": "SNV"}, "entered-late", "Điều 6.1c"),
        # A result of Thursday 11/06/2026 is told by Friday in Hải Phòng, by Monday in Kon Tum.
        ("hai-phong-2025", "2026-06-20", {**RESULT, "reported_date": "2026-06-12"}, "updated-late", None),
        ("hai-phong-2025", "2026-06-20", {**RESULT, "reported_date": "2026-06-15"}, "updated-late", "Điều 6.1b"),
        ("hai-phong-2025", "2026-06-14", {**RESULT, "reported_date": "2026-06-15"}, "updated-late", None),
        ("hai-phong-2025", "2026-06-20", RESULT, "updated-late", None),
        ("kon-tum-2022", "2026-06-20", {**RESULT, "reported_date": "2026-06-15"}, "updated-late", None),
        ("kon-tum-2022", "2026-06-20", {**RESULT, "reported_date": "2026-06-16"}, "updated-late", "Điều 6.3b"),
        ("quynh-nhai-2015", "2026-06-20", {**RESULT, "reported_date": "2026-06-19"}, "updated-late", None),
        # Done within the deadline, told after it.
        ("thanh-hoa-2025", "2026-06-20", {**DONE_BY_DEADLINE, "reported_date": "2026-06-10"}, "updated-late", None),
        ("thanh-hoa-2025", "2026-06-20", {**DONE_BY_DEADLINE, "reported_date": "2026-06-11"}, "updated-late", "Điều 6.2a"),
        # Without deadline a quarter is the longest silence in Trà Vinh; with one nothing is said.
        ("tra-vinh-2024", "2026-04-05", {"assigned_date": "2026-01-05"}, "stale", None),
        ("tra-vinh-2024", "2026-04-06", {"assigned_date": "2026-01-05"}, "stale", "Điều 6.2b"),
        ("tra-vinh-2024", "2026-04-06", {"assigned_date": "2026-01-05", "deadline": "2026-12-31"}, "stale", None),
        ("hai-phong-2025", "2026-02-06", {"assigned_date": "2026-01-05"}, "stale", "Điều 21.1"),
        ("quynh-nhai-2015", "2026-04-06", {"assigned_date": "2026-01-05", "deadline": "2026-12-31"}, "stale", "Điều 19.1"),
        # Six months without result and reason: only Hải Phòng knows that.
        ("hai-phong-2025", "2026-07-05", {"assigned_date": "2026-01-05"}, "silent", None),
        ("hai-phong-2025", "2026-07-06", {"assigned_date": "2026-01-05"}, "silent", "Điều 8.1e"),
        ("hai-phong-2025", "2026-07-06", {"assigned_date": "2026-01-05", "difficulty": "Chờ vốn"}, "silent", None),
        ("hai-phong-2025", "2026-07-06", {"assigned_date": "2026-01-05", "progress": "done", "completed_date": "2026-06-01"}, "silent", None),
        ("hai-phong-2025", "2026-07-06", {"assigned_date": "2026-01-05", "transferred_on": "2026-02-05"}, "silent", None),
        ("thanh-hoa-2025", "2026-12-06", {"assigned_date": "2026-01-05"}, "silent", None),
        # Overdue: explain, and in Hải Phòng tell every Thursday where others share the work.
        ("hai-phong-2025", "2026-06-11", OVERDUE, "explanation-missing", "Điều 19.2"),
        ("thanh-hoa-2025", "2026-06-11", OVERDUE, "explanation-missing", "Điều 17.4"),
        ("hai-phong-2025", "2026-06-11", {**OVERDUE, "coordinating_units": "SNV"}, "coordination-late", "Điều 6.1d"),
        ("hai-phong-2025", "2026-06-10", {**OVERDUE, "coordinating_units": "SNV"}, "coordination-late", None),
        ("hai-phong-2025", "2026-06-11", OVERDUE, "coordination-late", None),
        ("thanh-hoa-2025", "2026-06-11", {**OVERDUE, "coordinating_units": "SNV"}, "coordination-late", None),
        ("thanh-hoa-2025", "2026-06-11", {**RESULT, "result_date": "2026-06-01"}, "awaiting-confirmation", "Điều 5.1b"),
    ],
)  # fmt: skip
def test_an_alert_is_raised_by_its_article_and_not_a_day_earlier(
    name: str, day: str, fields: dict[str, Value], alert: str, article: str | None
) -> None:
    typed = {
        field: date.fromisoformat(value) if isinstance(value, str) and value[:2] == "20" else value
        for field, value in ({"document_date": date(2026, 6, 5)} | fields).items()
    }
    assert raised(RULES[name], date.fromisoformat(day), typed).get(Alert(alert)) == article


def test_the_ledgers_last_update_stands_for_the_day_that_nobody_wrote() -> None:
    told_late = Trail(last_update=date(2026, 6, 15))
    assert Alert.UPDATED_LATE in raised(HAI_PHONG, date(2026, 6, 20), RESULT, told_late)


def test_the_months_of_silence_run_from_the_deadline_where_the_office_answers_so() -> None:
    (rule,) = HAI_PHONG.inactions
    rules = replace(HAI_PHONG, inactions=(replace(rule, start="deadline"),))
    fields: dict[str, Value] = {"assigned_date": GIVEN, "deadline": date(2026, 1, 20)}
    assert Alert.SILENT not in raised(rules, date(2026, 7, 20), fields)
    assert Alert.SILENT in raised(rules, date(2026, 7, 21), fields)
    assert Alert.SILENT not in raised(rules, date(2026, 12, 31), {"assigned_date": GIVEN})


def test_an_amendment_names_its_article_only_for_what_began_under_it() -> None:
    (rule,) = (limit for limit in HAI_PHONG.limits if limit.name == "result-update")
    newer = replace(rule, working_days=3, article="Điều 6.1b (sửa đổi)", since=date(2026, 6, 15))
    rules = replace(HAI_PHONG, limits=(*HAI_PHONG.limits, newer))
    old: dict[str, Value] = {**RESULT, "result_date": date(2026, 6, 12), "reported_date": date(2026, 6, 16)}
    assert raised(rules, date(2026, 7, 1), old)[Alert.UPDATED_LATE] == "Điều 6.1b"
    new: dict[str, Value] = {**RESULT, "result_date": date(2026, 6, 15), "reported_date": date(2026, 6, 18)}
    assert Alert.UPDATED_LATE not in raised(rules, date(2026, 7, 1), new)
    late: dict[str, Value] = {**new, "reported_date": date(2026, 6, 19)}
    assert raised(rules, date(2026, 7, 1), late)[Alert.UPDATED_LATE] == "Điều 6.1b (sửa đổi)"
