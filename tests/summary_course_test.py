"""The course of an assignment is what judging it on every day gives, and what is settled stays closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets import calendar, regulation
from tdnv_sheets.records import Assignment, Key, Trail
from tdnv_sheets.rules.course import Judge
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value
    from tdnv_sheets.regulation import Regulation

CALENDAR = calendar.load(None)
FIRST = date(2026, 1, 5)
DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days=days))
MAYBE_DAY = st.none() | DAYS
KEY = Key("NV-2026-00001", "PKT")
FIELDS = st.fixed_dictionaries(
    {
        "assigned_date": MAYBE_DAY,
        "deadline": MAYBE_DAY,
        "extended_deadline": st.none() | st.none() | DAYS,
        "progress": st.sampled_from([None, "not_started", "in_progress", "done", "done", "done"]),
        "result_kind": st.sampled_from([None, "result", "progress_report", "extension_request"]),
        "result_date": MAYBE_DAY,
        "completed_date": MAYBE_DAY,
        "reported_date": MAYBE_DAY,
        "decision": st.sampled_from(
            [None, "confirmed", "confirmed", "returned", "returned", "transferred", "withdrawn"]
        ),
        "decision_date": MAYBE_DAY,
    }
)


def changing() -> Regulation:
    """Give rules that ask for a confirmation from one day on, and roll deadlines the other way."""
    rules = regulation.load("kon-tum-2022")
    later = FIRST + timedelta(days=20)
    new: dict[str, bool | str] = {"confirmation": True, "deadline_roll": "previous"}
    more = [replace(s, since=later, value=new[s.name]) for s in rules.switches if s.name in new]
    return replace(rules, switches=(*rules.switches, *more))


RULES = {name: regulation.load(name) for name in ("kon-tum-2022", "tra-vinh-2024", "thanh-hoa-2025")}
RULES["changing"] = changing()


def judged(rules: str, confirmation: str, told: date | None) -> Judge:
    return Judge(RULES[rules], CALENDAR, 5, confirmation, {KEY: Trail(last_update=told)})


@given(FIELDS, st.sampled_from(sorted(RULES)), st.sampled_from(["regulation", "yes", "no"]), MAYBE_DAY, DAYS)
def test_a_course_says_of_every_day_what_judging_on_that_day_says(
    fields: Mapping[str, Value], rules: str, confirmation: str, told: date | None, as_of: date
) -> None:
    judge, row = judged(rules, confirmation, told), Assignment(KEY, fields)
    course = judge.course(row, as_of)
    for number in range(-1, 44):
        day = FIRST + timedelta(days=number)
        one = judge.judgement(row, day)
        assert (course.on(day).status, course.on(day).awaiting) == (one.status, one.awaiting)
    now = judge.judgement(row, as_of)
    assert (course.deadline, course.last_update) == (now.effective_deadline, now.last_update)


@given(FIELDS, st.sampled_from(sorted(RULES)), st.sampled_from(["regulation", "yes", "no"]), MAYBE_DAY, DAYS)
def test_what_is_settled_is_closed_from_then_on(
    fields: Mapping[str, Value], rules: str, confirmation: str, told: date | None, day: date
) -> None:
    judge, row = judged(rules, confirmation, told), Assignment(KEY, fields)
    if judge.settled(row, day):
        assert all(judge.judgement(row, day + timedelta(days=number)).status in CLOSED for number in range(60))


@pytest.mark.parametrize(
    ("rules", "fields", "settled"),
    [
        ("tra-vinh-2024", {"decision": "confirmed", "decision_date": FIRST, "progress": "done"}, True),
        ("tra-vinh-2024", {"progress": "done", "completed_date": FIRST}, False),
        ("kon-tum-2022", {"progress": "done", "completed_date": FIRST}, True),
        ("kon-tum-2022", {"progress": "done", "completed_date": FIRST + timedelta(days=1)}, False),
        ("kon-tum-2022", {"decision": "returned", "decision_date": FIRST, "progress": "done"}, False),
        ("kon-tum-2022", {"decision": "withdrawn", "decision_date": FIRST}, True),
    ],
)
def test_most_of_what_was_closed_long_ago_is_settled_at_a_glance(
    rules: str,
    fields: Mapping[str, Value],
    settled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert judged(rules, "regulation", None).settled(Assignment(KEY, fields), FIRST) is settled
