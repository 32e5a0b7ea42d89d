"""Every status and alert of a random office is read a second time from the bare tables; one number changes only what rests on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Unit
from tdnv_sheets.regulation import OFFICE, UNIT
from tdnv_sheets.rules.duties import Duty, Known, duties
from tdnv_sheets.rules.judgement import Alert, Status
from tests.law_oracle import Oracle, Said, programs_word, random_office, tables

if TYPE_CHECKING:
    from tdnv_sheets.regulation import Regulation

IDS: Final = sorted(regulation.available())
RULES: Final = {name: regulation.load(name) for name in IDS}
OFFICE_OF_TASKS: Final = tuple(random_office(900, seed=20260610))
ALERT_OF_LIMIT: Final = {"office-entry": "entered-late", "result-update": "updated-late", "unit-update": "updated-late"}
"""Which alert rests on which limit; the others wait for what no field holds."""
YEAR: Final = parse_period("2026")


def said_by(rules: Regulation) -> list[Said]:
    return [programs_word(rules, task) for task in OFFICE_OF_TASKS]


def said_of(raw: dict[str, Any]) -> list[Said]:
    oracle = Oracle(raw)
    return [oracle.of(task) for task in OFFICE_OF_TASKS]


PROGRAM: Final = {name: said_by(RULES[name]) for name in IDS}


@pytest.mark.parametrize("name", IDS)
def test_the_program_says_what_a_naive_reading_of_the_tables_says(name: str) -> None:
    pairs = zip(OFFICE_OF_TASKS, PROGRAM[name], said_of(tables(name)), strict=True)
    assert [pair for pair in pairs if pair[1] != pair[2]] == []


def test_the_random_office_meets_every_status_and_alert() -> None:
    everything = [said for name in IDS for said in PROGRAM[name]]
    statuses = Counter(said.status for said in everything)
    alerts = Counter(alert for said in everything for alert in said.alerts)
    assert set(statuses) == set(Status)
    assert set(alerts) == set(Alert)
    assert min(alerts.values()) >= 5


@pytest.mark.parametrize("table", ["limits", "stale", "inactions"])
@pytest.mark.parametrize("name", IDS)
def test_one_number_changes_exactly_the_alerts_that_rest_on_it(name: str, table: str) -> None:
    keys = {"limits": "limit", "stale": "stale", "inactions": "inaction"}
    entries = getattr(RULES[name], table)
    for index, entry in enumerate(entries):
        number = "working_days" if table == "limits" else "months"
        raised = getattr(entry, number) + 1
        changed = (*entries[:index], replace(entry, **{number: raised}), *entries[index + 1 :])
        raw = tables(name)
        written = raw[keys[table]]
        (written[index] if isinstance(written, list) else written)[number] = raised
        fields: dict[str, Any] = {table: changed}
        after = said_by(replace(RULES[name], **fields))
        assert after == said_of(raw)
        allowed = {"stale": "stale", "inactions": "silent"}.get(table) or ALERT_OF_LIMIT.get(entry.name)
        moved = {alert for old, new in zip(PROGRAM[name], after, strict=True) for alert in old.alerts ^ new.alerts}
        assert moved == ({allowed} if allowed else set()), entry
        assert [said.status for said in after] == [said.status for said in PROGRAM[name]]


# ------------------------------------------------------------------ duties


def owed(rules: Regulation) -> set[Duty]:
    sessions = tuple(
        calendar.SpecialDay(date(2026, month, 25), True, calendar.SESSION, "", "", provisional=False)  # noqa: FBT003 - a named tuple of the calendar
        for month in (3, 6, 9)
    )
    days = replace(calendar.load(None), session_days=sessions)
    known = Known(date(2026, 1, 1), rules, days, (Unit("snv", "Sở Nội vụ"),), (), date(2026, 1, 1))
    return set(duties(known, YEAR, ()))


def named_days(raw: dict[str, Any]) -> set[tuple[str, str, date | None, str]]:
    """Read the reports of 2026 from the tables: (who, period, last working day to send them, article)."""
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}
    exclusive = {
        "on": False,
        "before": True,
        "before-shared": next((s["value"] for s in raw["switch"] if s["name"] == "before_day"), "") == "exclusive",
    }
    found = set()
    for report in raw["report"]:
        length = months[report["kind"]]
        for part in range(1, 12 // length + 1):
            if report.get("part", part) != part:
                continue
            name = {"month": f"2026-M{part:02}", "quarter": f"2026-Q{part}", "half": f"2026-H{part}", "year": "2026"}
            day = None
            if "day" in report:
                late = exclusive[report.get("wording", "on")]
                day = date(2026, (part - 1) * length + report["month"], report["day"] - late)
                while not calendar.load(None).is_working(day):
                    day = date.fromordinal(day.toordinal() - 1)
            found.add((report["who"], name[report["kind"]], day, report["article"]))
    return found


@pytest.mark.parametrize("name", IDS)
def test_the_reports_of_a_year_are_those_that_the_tables_name(name: str) -> None:
    reports = {duty for duty in owed(RULES[name]) if duty.kind.endswith("-report") and duty.about[4:].count("-") < 2}
    told = {(UNIT if d.unit else OFFICE, d.about, d.send_by, d.article) for d in reports}
    assert told == named_days(tables(name))


@pytest.mark.parametrize("name", IDS)
def test_one_report_day_changes_exactly_the_duties_of_its_article_and_kind(name: str) -> None:
    rules, before = RULES[name], owed(RULES[name])
    for index, rule in enumerate(rules.reports):
        if rule.day is None:
            continue
        changed = (*rules.reports[:index], replace(rule, day=rule.day - 3), *rules.reports[index + 1 :])
        moved = before ^ owed(replace(rules, reports=changed))
        assert moved
        bodies = {(UNIT if duty.unit else OFFICE, duty.article) for duty in moved}
        assert bodies == {(rule.who, rule.article)}
        assert all(rule.covers(parse_period(duty.about)) for duty in moved)
