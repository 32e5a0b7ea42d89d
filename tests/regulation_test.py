"""Profiles of regulations: what they say, how they pick what is in force, and what a broken one is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.errors import BrokenDeclaration, WrongUsage
from tdnv_sheets.periods import parse_period
from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from pathlib import Path

KON_TUM = regulation.load("kon-tum-2022")
CALENDAR = calendar.load(None)
FIELD_TOPICS = ("field", "class", "return", "explanation", "extension")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "own-2026.toml"
    path.write_text(packaged("regulations", "kon-tum-2022.toml").read_text(encoding="utf-8"), encoding="utf-8")
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
    provisions = (*rules.limits, *rules.reports, *rules.stale, *rules.switches.values(), *rules.clauses)
    assert all(provision.article.startswith("Điều ") for provision in provisions)
    assert all(provision.since >= rules.since for provision in provisions)
    assert all(clause.text["vi"] and clause.text["en"] for clause in rules.clauses)


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_field_letters_and_statuses_of_a_profile_exist_in_the_program(regulation_id: str) -> None:
    rules = regulation.load(regulation_id)
    named = {name for topic in FIELD_TOPICS for clause in rules.about(topic) for name in clause.names}
    assert named <= assignment_spec().by_name.keys()
    assert {name for clause in rules.about("status") for name in clause.names} <= set(Status)
    letters = {clause.key for clause in rules.about("field")}
    assert {name for clause in rules.about("entered-by") for name in clause.names} <= letters


@pytest.mark.parametrize("regulation_id", regulation.available())
def test_no_clause_stands_twice(regulation_id: str) -> None:
    keys = [(clause.topic, clause.key, clause.since) for clause in regulation.load(regulation_id).clauses]
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
    text = profile.read_text(encoding="utf-8")
    newer = """
[[limit]]
name = "office-entry"
case = "ordinary"
working_days = 3
trigger = "received"
article = "Điều 1"
since = 2026-07-01
"""
    profile.write_text(text + newer, encoding="utf-8")
    rules = regulation.read(profile)
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
    start, end = text.index("[stale]"), text.index("\n[[switch]]")
    profile.write_text(text[:start] + text[end:], encoding="utf-8")
    assert regulation.read(profile).stale_after(date(2020, 1, 1), date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("working_days = 1", 'working_days = "1"', "limit 1: working_days"),
        ("working_days = 1", "working_days = true", "limit 1: working_days"),
        ("working_days = 1", "working_days = -1", "limit 1: working_days"),
        ("working_days = 1", "", "limit 1: working_days"),
        ("working_days = 1", "working_day = 1\nworking_days = 1", "limit 1: working_day"),
        ('trigger = "received"', 'trigger = "noticed"', "limit 1: trigger"),
        ('article = "Điều 6.1b"', 'article = ""', "limit 1: article"),
        ('kind = "month"', 'kind = "week"', "report 1: kind"),
        ("month = 1\nday = 19", "month = 2\nday = 19", "report 1: month"),
        ("months = 1", "months = 0", "stale.months"),
        ("since = 2022-01-01", 'since = "2022"', "regulation.since"),
        ("[regulation]", "[rules]", "regulation.since"),
        ('value = "next"', 'value = "before"', "switch 5: value"),
        ("value = false", 'value = "no"', "switch 1: value"),
        ('name = "final_document"', 'name = "confirmation"', "switch confirmation"),
        ('name = "final_document"', 'name = "unheard_of"', "switch 2: name"),
        ('names = ["deadline"]', "names = [1]", "clause 8: names"),
        ("[regulation]\n", 'colour = "red"\n[regulation]\n', "colour"),
        ("[[limit]]", "[[limit]", "(toml)"),
        ("[regulation]\n", "stale = 1\n[regulation]\n", "(toml)"),
    ],
)
def test_a_broken_profile_is_told_file_and_key(profile: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(BrokenDeclaration) as caught:
        regulation.read(change(profile, old, new))
    assert caught.value.values["path"].endswith("own-2026.toml")
    assert caught.value.values["key"] == key


def test_a_profile_without_assigners_is_refused(profile: Path) -> None:
    text = profile.read_text(encoding="utf-8").replace('topic = "assigner"', 'topic = "giver"')
    profile.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenDeclaration, match="assigner"):
        regulation.read(profile)


def test_a_table_that_is_a_number_is_refused(profile: Path) -> None:
    text = profile.read_text(encoding="utf-8")
    start, end = text.index("[stale]"), text.index("\n[[switch]]")
    profile.write_text("stale = 1\n" + text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(BrokenDeclaration, match="is not a table"):
        regulation.read(profile)
