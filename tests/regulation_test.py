"""Profiles of regulations: what they say, how they pick what is in force, and what a broken one is told."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.periods import PeriodKind, parse_period
from tdnv_sheets.regulation.keys import NAME_FIELDS
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from pathlib import Path

KON_TUM = regulation.load("kon-tum-2022")
CALENDAR = calendar.load(None)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return copy_of("kon-tum-2022", tmp_path)


def copy_of(regulation_id: str, folder: Path) -> Path:
    path = folder / "own-2026.toml"
    path.write_bytes(packaged("regulations", f"{regulation_id}.toml").read_bytes())
    return path


def change(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_an_unknown_regulation_is_wrong_usage_and_names_the_known_ones() -> None:
    with pytest.raises(WrongUsage) as caught:
        regulation.load("atlantis-1999")
    assert caught.value.code == "unknown-regulation"
    assert "kon-tum-2022" in caught.value.values["known"]


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_every_shipped_profile_names_an_article_for_every_value(regulation_id: str) -> None:
    rules = regulation.load(regulation_id)
    provisions = [value for _, value in rules.provisions()]
    assert all(re.match(r"(Quyết định, )?Điều \d+", provision.article) for provision in provisions)
    assert all(provision.since >= rules.since for provision in provisions)
    texts: tuple[Any, ...] = (
        *rules.clauses,
        *rules.switches,
        *rules.sessions,
        *rules.weekly,
        *rules.inactions,
        *rules.explanations,
    )
    assert all(each.text["vi"] and each.text["en"] for each in texts)
    assert all(bool(each.note["vi"]) == bool(each.note["en"]) for each in provisions)
    assert rules.state["vi"] != rules.state["en"]


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_field_letters_and_statuses_of_a_profile_exist_in_the_program(regulation_id: str) -> None:
    rules = regulation.load(regulation_id)
    named = {name for topic in NAME_FIELDS for clause in rules.about(topic) for name in clause.names}
    named |= {name for duty in rules.explanations for name in duty.fields}
    assert named <= assignment_spec().by_name.keys()
    assert {name for clause in rules.about("status") for name in clause.names} <= set(Status)
    letters = {clause.key for clause in rules.about("field")}
    assert {name for clause in rules.about("entered-by") for name in clause.names} <= letters


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_no_value_stands_twice(regulation_id: str) -> None:
    keys = [(table, value.names_it, value.since) for table, value in regulation.load(regulation_id).provisions()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("period", "office", "unit", "cut_off"),
    [
        ("2026-H1", date(2026, 6, 10), date(2026, 6, 10), date(2026, 6, 10)),
        ("2026-H2", date(2026, 12, 10), date(2026, 12, 10), date(2026, 12, 10)),
        ("2026", date(2026, 12, 10), date(2026, 12, 10), date(2026, 12, 10)),
        ("2026-Q2", None, date(2026, 6, 19), date(2026, 6, 30)),
        ("2026-M02", None, date(2026, 2, 19), date(2026, 2, 28)),
        ("2026-03-01..2026-04-15", None, None, date(2026, 4, 15)),
    ],
)
def test_reports_fall_due_on_the_days_of_article_20(
    period: str, office: date | None, unit: date | None, cut_off: date
) -> None:
    asked = parse_period(period)
    assert KON_TUM.office_due(asked) == office
    assert KON_TUM.unit_due(asked) == unit
    assert KON_TUM.cut_off(asked) == cut_off


def test_a_report_day_names_its_article() -> None:
    rule = KON_TUM.report_day(regulation.UNIT, parse_period("2026-M06"))
    assert rule is not None
    assert rule.article == "Điều 20.1"


def test_a_case_without_its_own_limit_takes_the_ordinary_one() -> None:
    event = date(2026, 6, 5)
    many, urgent = (KON_TUM.limit("office-entry", case, event) for case in ("many", "urgent"))
    assert many is not None
    assert urgent is not None
    assert (many.working_days, urgent.working_days) == (2, 1)
    assert many.last_day(event, CALENDAR) == date(2026, 6, 9)
    assert KON_TUM.limit("feedback", "ordinary", event) is None


def test_no_limit_holds_before_the_regulation() -> None:
    assert KON_TUM.limit("office-entry", "ordinary", date(2021, 12, 31)) is None


def test_the_newest_rule_in_force_on_the_day_wins(profile: Path) -> None:
    newer = """
[[limit]]
name = "office-entry"
who = "office"
case = "ordinary"
working_days = 3
trigger = "received"
article = "Điều 1"
since = 2026-07-01
"""
    rules = with_more(profile, newer)
    days = [rules.limit("office-entry", "ordinary", day) for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [limit and limit.working_days for limit in days] == [1, 3]
    assert rules.id == "own-2026"


@pytest.mark.parametrize(
    ("last", "fresh_until"),
    [
        (date(2026, 5, 19), date(2026, 6, 19)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2025, 12, 31), date(2026, 1, 31)),
    ],
)
def test_an_update_is_fresh_for_a_month(last: date, fresh_until: date) -> None:
    assert KON_TUM.stale_after(last, date(2026, 6, 30)) == fresh_until


def test_a_regulation_without_interval_never_calls_a_task_stale(profile: Path) -> None:
    text = profile.read_text(encoding="utf-8")
    start, end = text.index("[stale]"), text.index("[[explanation]]")
    profile.write_text(text[:start] + text[end:], encoding="utf-8")
    assert regulation.read(profile).stale_after(date(2020, 1, 1), date(2026, 1, 1)) is None


# ------------------------------------------------------------------ versions of one value


def with_more(profile: Path, more: str) -> regulation.Regulation:
    profile.write_text(profile.read_text(encoding="utf-8") + more, encoding="utf-8")
    return regulation.read(profile)


def test_what_is_repealed_holds_no_more(profile: Path) -> None:
    rules = regulation.read(change(profile, "working_days = 5\n", "working_days = 5\nuntil = 2025-12-31\n"))
    found = [rules.limit("inspection-report", "ordinary", day) for day in (date(2025, 12, 31), date(2026, 1, 1))]
    assert [limit is not None for limit in found] == [True, False]


def test_a_new_answer_to_a_question_holds_for_what_begins_after_it(profile: Path) -> None:
    rules = with_more(
        profile,
        """
[[switch]]
name = "confirmation"
value = true
article = "Điều 7.1"
since = 2026-07-01
vi = "Từ 01/7/2026 Văn phòng xác nhận."
""",
    )
    begun = [date(2021, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2030, 1, 1)]
    assert [rules.completion(day).confirmation for day in begun] == [False, False, True, True]
    assert [rules.answer("confirmation", day) for day in begun] == [False, False, True, True]
    assert rules.switches[-1].text["en"] == "Từ 01/7/2026 Văn phòng xác nhận."


def test_a_new_assigner_stands_in_the_list_from_its_day_on(profile: Path) -> None:
    more = """
[[clause]]
topic = "assigner"
key = "6"
article = "Điều 1.1"
since = 2026-07-01
vi = "Đảng ủy Sở"
"""
    rules = with_more(profile, more)
    assert "Đảng ủy Sở" not in rules.assigners(date(2026, 6, 30))
    assert rules.assigners(date(2026, 7, 1))[-1] == "Đảng ủy Sở"
    assert rules.assigners(date(2020, 1, 1)) == KON_TUM.assigners(date(2022, 1, 1))


def test_a_question_that_no_profile_knows_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        KON_TUM.answer("weather", date(2026, 1, 1))


# ------------------------------------------------------------------ what the text leaves open


@pytest.mark.parametrize(
    ("policy", "quarter", "half", "year"),
    [
        ("exclusive", date(2026, 3, 19), date(2026, 5, 19), date(2026, 11, 19)),
        ("named", date(2026, 3, 19), date(2026, 5, 20), date(2026, 11, 20)),
        ("inclusive", date(2026, 3, 20), date(2026, 5, 20), date(2026, 11, 20)),
    ],
)
def test_before_the_20th_is_read_as_the_switch_says(
    tmp_path: Path, policy: str, quarter: date, half: date, year: date
) -> None:
    rules = regulation.read(change(copy_of("tra-vinh-2024", tmp_path), 'value = "exclusive"', f'value = "{policy}"'))
    assert [rules.unit_due(parse_period(name)) for name in ("2026-Q1", "2026-H1", "2026")] == [quarter, half, year]


@pytest.mark.parametrize(
    ("policy", "half", "quarter"),
    [
        ("office_day", date(2026, 6, 24), date(2026, 9, 24)),
        ("unit_day", date(2026, 5, 19), date(2026, 9, 19)),
        ("period_end", date(2026, 6, 30), date(2026, 9, 30)),
    ],
)
def test_the_figures_are_cut_off_as_the_switch_says(tmp_path: Path, policy: str, half: date, quarter: date) -> None:
    path = change(copy_of("thanh-hoa-2025", tmp_path), 'value = "office_day"', f'value = "{policy}"')
    rules = regulation.read(path)
    assert [rules.cut_off(parse_period(name)) for name in ("2026-H1", "2026-Q3")] == [half, quarter]


def test_a_start_that_the_text_does_not_state_is_the_one_of_the_switch(profile: Path, tmp_path: Path) -> None:
    other = regulation.read(change(profile, 'value = "result"\n', 'value = "assigned"\n'))
    limits = [rules.limit("result-update", "ordinary", date(2026, 6, 1)) for rules in (KON_TUM, other)]
    assert [limit and limit.trigger for limit in limits] == ["result", "assigned"]
    path = change(copy_of("hai-phong-2025", tmp_path), 'value = "assigned"', 'value = "deadline"')
    rule = regulation.read(path).inaction(date(2026, 1, 1))
    assert rule is not None
    assert (rule.months, rule.start) == (6, "deadline")


def test_a_very_urgent_paper_is_urgent_where_the_switch_says_so(tmp_path: Path) -> None:
    path = change(copy_of("tra-vinh-2024", tmp_path), 'value = "urgent"', 'value = "ordinary"')
    day = date(2026, 1, 1)
    for urgency, urgent, literal in (("very_urgent", True, False), ("express", True, True), ("normal", False, False)):
        assert regulation.load("tra-vinh-2024").is_urgent(urgency, day) is urgent
        assert regulation.read(path).is_urgent(urgency, day) is literal
    assert not KON_TUM.is_urgent("very_urgent", day)


# ------------------------------------------------------------------ the questions that duties will ask


def test_reports_are_listed_by_who_owes_them_and_on_what() -> None:
    day = date(2026, 6, 30)
    tra_vinh, hai_phong = regulation.load("tra-vinh-2024"), regulation.load("hai-phong-2025")
    (half,) = tra_vinh.report_days(regulation.UNIT, PeriodKind.HALF, day)
    assert (half.covers(parse_period("2026-H1")), half.covers(parse_period("2026-H2"))) == (True, False)
    assert half.due(parse_period("2026-H1")) == date(2026, 5, 19)
    assert [rule.due(parse_period("2026-Q2")) for rule in hai_phong.report_days("unit", PeriodKind.QUARTER, day)] == [
        None
    ]
    assert [rule.article for rule in tra_vinh.report_days("unit", PeriodKind.YEAR, day, "secret")] == ["Điều 5.2c"]
    assert tra_vinh.report_days(regulation.UNIT, PeriodKind.HALF, date(2024, 6, 30)) == ()


def test_a_second_half_is_reported_with_its_year() -> None:
    rule = regulation.load("tra-vinh-2024").report_day(regulation.UNIT, parse_period("2026-H2"))
    assert rule is not None
    assert (rule.kind, rule.due(parse_period("2026-H2"))) == (PeriodKind.YEAR, date(2026, 11, 19))


def test_limits_inspection_and_weekly_duties_are_at_hand_by_name() -> None:
    day = date(2026, 6, 1)
    tra_vinh, hai_phong = regulation.load("tra-vinh-2024"), regulation.load("hai-phong-2025")
    assert {limit.case: limit.working_days for limit in tra_vinh.entry_limits} == {
        "urgent": 0,
        "ordinary": 3,
        "many": 7,
        "undated": 10,
    }
    assert [limit.name for limit in hai_phong.unit_limits] == ["result-update", "return"]
    assert [(duty.weekday, duty.who) for duty in hai_phong.weekly_duties(day)] == [(3, "unit")]
    assert tra_vinh.weekly_duties(day) == ()
    inspection = hai_phong.inspection
    assert [limit.who for limit in inspection.limits] == ["unit", "office"]
    assert [len(part) for part in (inspection.decision, inspection.report, inspection.dossier)] == [5, 3, 8]
    feedback = [rules.feedback(day) for rules in (tra_vinh, hai_phong, KON_TUM)]
    assert [limit and limit.working_days for limit in feedback] == [10, 7, None]


def test_only_tasks_without_deadline_go_stale_where_the_text_says_so() -> None:
    rules = regulation.load("thanh-hoa-2025")
    update, day = date(2026, 1, 31), date(2026, 5, 1)
    assert rules.stale_after(update, day, dated=True) is None
    assert rules.stale_after(update, day, dated=False) == date(2026, 4, 30)


def test_the_register_names_the_article_that_asks_for_a_field() -> None:
    day = date(2026, 6, 1)
    articles = {r.id: r.articles_of_fields(day) for r in map(regulation.load, regulation.available())}
    assert {i: each["deadline"] for i, each in articles.items()} == {
        "hai-phong-2025": "Điều 5.1e",
        "kon-tum-2022": "Điều 5.1đ",
        "quynh-nhai-2015": "Điều 5.1e",
        "thanh-hoa-2025": "Điều 3.2",
        "tra-vinh-2024": "Điều 3.2",
    }
    assert {i: each["explanation"] for i, each in articles.items()}["thanh-hoa-2025"] == "Điều 17.4"
    assert articles["kon-tum-2022"]["entered_date"] == "Điều 6.1b"
    assert all(each.keys() <= assignment_spec().by_name.keys() for each in articles.values())
