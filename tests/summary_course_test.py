"""The rules in columns say of every row and day what judging that row on that day says, and what is settled stays closed.

uv run python -m tests.summary_course_test --n 5000
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets import calendar, regulation
from tdnv_sheets.records import Assignment, Key, Trail
from tdnv_sheets.rules.course import STATUSES, Course
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.rules.judged import judgements
from tdnv_sheets.rules.table import table_of
from tdnv_sheets.summary.tracks import CLOSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tdnv_sheets.records import Value
    from tdnv_sheets.regulation import Regulation

CALENDAR = calendar.load(None)
FIRST = date(2026, 1, 5)
ALL_DAYS = [FIRST + timedelta(days=number) for number in range(-1, 44)]
DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days=days))
MAYBE_DAY = st.none() | DAYS
SELDOM = st.none() | st.none() | DAYS
FIELDS = st.fixed_dictionaries(
    {
        "assigned_date": MAYBE_DAY,
        "entered_date": SELDOM,
        "transferred_on": SELDOM,
        "deadline": MAYBE_DAY,
        "extended_deadline": SELDOM,
        "progress": st.sampled_from([None, "not_started", "in_progress", "done", "done", "done"]),
        "result_kind": st.sampled_from([None, "result", "progress_report", "extension_request"]),
        "result_date": MAYBE_DAY,
        "completed_date": MAYBE_DAY,
        "reported_date": MAYBE_DAY,
        "decision": st.sampled_from(
            [None, "", "confirmed", "confirmed", "returned", "returned", "transferred", "withdrawn", "no word of ours"]
        ),
        "decision_date": MAYBE_DAY | st.just("not a day"),
    }
)
PAST = st.builds(Trail, extension_count=st.integers(0, 2), last_update=MAYBE_DAY)
LEDGERS = st.lists(st.tuples(FIELDS, PAST), min_size=1, max_size=6)


def changing(base: str) -> Regulation:
    """Give rules of which every switch that judging asks for changes, each on a day of its own."""
    rules = regulation.load(base)
    new: tuple[tuple[str, bool | str, int], ...] = (
        ("returned_overdue", True, 5),
        ("confirmation", True, 10),
        ("final_document", True, 15),
        ("deadline_roll", "previous", 20),
        ("completion_day", "completed", 25),
        ("deadline_roll", "none", 30),
        ("confirmation", False, 35),
    )
    of_name = {switch.name: switch for switch in rules.switches}
    more = [replace(of_name[name], since=FIRST + timedelta(days=day), value=value) for name, value, day in new]
    return replace(rules, switches=(*rules.switches, *more))


RULES = {
    name: regulation.load(name)
    for name in ("kon-tum-2022", "tra-vinh-2024", "thanh-hoa-2025", "hai-phong-2025", "quynh-nhai-2015")
}
RULES |= {"changing": changing("kon-tum-2022"), "changing too": changing("thanh-hoa-2025")}
APPLIED = st.builds(
    Judge,
    st.sampled_from([RULES[name] for name in sorted(RULES)]),
    st.just(CALENDAR),
    st.just(5),
    st.sampled_from(["regulation", "yes", "no"]),
    st.just({}),
)


def _examples() -> settings:
    if __name__ != "__main__":
        return settings(max_examples=60, deadline=None)
    options = argparse.ArgumentParser(description="Prove at length that both forms of the rules are one.")
    options.add_argument("--n", type=int, default=5000, help="examples of each law")
    return settings(max_examples=options.parse_args().n, deadline=None)


EXAMPLES = _examples()


def told(judge: Judge, ledger: Sequence[tuple[Mapping[str, Value], Trail]]) -> tuple[list[Assignment], Judge, Course]:
    rows = [Assignment(Key(f"NV-{number}", "PKT"), fields) for number, (fields, _past) in enumerate(ledger)]
    trails = {row.key: past for row, (_fields, past) in zip(rows, ledger, strict=True)}
    judge = replace(judge, trails=trails)
    return rows, judge, Course(table_of(rows, trails), judge)


@EXAMPLES
@given(LEDGERS, APPLIED)
def test_judging_in_columns_is_judging_one_by_one(
    ledger: Sequence[tuple[Mapping[str, Value], Trail]], judge: Judge
) -> None:
    rows, judge, course = told(judge, ledger)
    for day in ALL_DAYS:
        found = judgements(course, np.arange(len(rows)), day, CALENDAR)
        assert found.tolist() == [judge.judgement(row, day) for row in rows]


@EXAMPLES
@given(LEDGERS, APPLIED, st.lists(DAYS, min_size=6, max_size=6))
def test_each_row_may_be_asked_for_a_day_of_its_own(
    ledger: Sequence[tuple[Mapping[str, Value], Trail]], judge: Judge, days: list[date]
) -> None:
    rows, judge, course = told(judge, ledger)
    days = days[: len(rows)]
    stand = course.on(np.array([day.toordinal() for day in days], np.int32))
    expected = [judge.judgement(row, day) for row, day in zip(rows, days, strict=True)]
    assert [STATUSES[code] for code in stand.status] == [one.status for one in expected]
    assert stand.outcome.awaiting.tolist() == [one.awaiting for one in expected]


@EXAMPLES
@given(LEDGERS, APPLIED)
def test_between_two_turns_nothing_changes(ledger: Sequence[tuple[Mapping[str, Value], Trail]], judge: Judge) -> None:
    _rows, _judge, course = told(judge, ledger)
    turns = np.array(course.turns)
    before = course.on(ALL_DAYS[0].toordinal())
    for day in ALL_DAYS[1:]:
        now = course.on(day.toordinal())
        changed = (now.status != before.status) | (now.outcome.awaiting != before.outcome.awaiting)
        assert not (changed & ~(turns == day.toordinal()).any(axis=0)).any()
        before = now


@EXAMPLES
@given(LEDGERS, APPLIED, DAYS)
def test_what_is_settled_is_closed_from_then_on(
    ledger: Sequence[tuple[Mapping[str, Value], Trail]], judge: Judge, day: date
) -> None:
    rows, judge, course = told(judge, ledger)
    for row, settled in zip(rows, course.settled(day.toordinal()), strict=True):
        if settled:
            assert all(judge.judgement(row, later).status in CLOSED for later in ALL_DAYS if later >= day)


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
    _rows, _judge, course = told(Judge(RULES[rules], CALENDAR, 5, "regulation", {}), [(fields, Trail())])
    assert course.settled(FIRST.toordinal()).tolist() == [settled]


if __name__ == "__main__":
    for law in (
        test_judging_in_columns_is_judging_one_by_one,
        test_each_row_may_be_asked_for_a_day_of_its_own,
        test_between_two_turns_nothing_changes,
        test_what_is_settled_is_closed_from_then_on,
    ):
        law()
        print(f"{law.__name__}: {EXAMPLES.max_examples} examples")  # noqa: T201 - a command
