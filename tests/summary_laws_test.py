"""What holds for every ledger, period and day: all checks, periods that add up, days that later facts do not change.

uv run python -m tests.summary_laws_test --n 5000
"""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import between, parse_period
from tdnv_sheets.records import Assignment, Key, Trail
from tdnv_sheets.rules.course import Course
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.summary.build import summarise
from tdnv_sheets.summary.choices import Choices
from tdnv_sheets.summary.figures import Counts, Flow
from tdnv_sheets.summary.ranking import RankingRule

if TYPE_CHECKING:
    from tdnv_sheets.periods import Period
    from tdnv_sheets.records import Value
    from tdnv_sheets.summary.figures import Summary

CALENDAR = calendar.load(None)
JUDGES = tuple(
    Judge(regulation.load(name), CALENDAR, due_soon_days=5, confirmation="regulation", trails={})
    for name in ("kon-tum-2022", "tra-vinh-2024", "thanh-hoa-2025", "hai-phong-2025", "quynh-nhai-2015")
)
UNITS = ("PKT", "PTC")


def _examples() -> settings:
    """Give how many examples each law is tried with: some in the suite, as many as asked for as a command."""
    if __name__ != "__main__":
        return settings(max_examples=40, deadline=None)
    options = argparse.ArgumentParser(description="Prove the laws of counting at length.")
    options.add_argument("--n", type=int, default=5000, help="examples of each law")
    return settings(max_examples=options.parse_args().n, deadline=None)


EXAMPLES = _examples()
DAYS = st.dates(date(2024, 11, 1), date(2026, 9, 30))
MAYBE_DAY = st.none() | DAYS
FIELDS = st.fixed_dictionaries(
    {
        "assigner": st.sampled_from([None, "UBND tỉnh", "Thủ tướng Chính phủ", "Giám đốc Sở", "UBND xã"]),
        "document_number": st.sampled_from([None, "1/TB-VP", "2/UBND-TH"]),
        "assigned_date": st.one_of(DAYS, DAYS, st.none()),
        "transferred_on": st.none() | st.none() | DAYS,
        "deadline": MAYBE_DAY,
        "extended_deadline": st.none() | st.none() | DAYS,
        "progress": st.sampled_from([None, "not_started", "in_progress", "done", "done"]),
        "result_kind": st.sampled_from([None, "result", "progress_report"]),
        "completed_date": MAYBE_DAY,
        "reported_date": MAYBE_DAY,
        "decision": st.sampled_from([None, None, "confirmed", "confirmed", "returned", "transferred", "withdrawn"]),
        "decision_date": MAYBE_DAY,
    }
)
ROWS = st.dictionaries(
    st.tuples(st.integers(1, 8), st.sampled_from(["PKT", "PTC", "XXX"])), FIELDS, min_size=0, max_size=12
).map(lambda found: tuple(Assignment(Key(f"NV-2026-{task:05}", unit), row) for (task, unit), row in found.items()))
PERIODS = st.sampled_from(
    [
        parse_period(name)
        for name in ("2026-H1", "2025-H2", "2026-Q2", "2026-M05", "2026-W23", "2026", "2026-02-10..2026-04-20")
    ]
)
CHOICES = st.builds(
    Choices,
    allocation=st.sampled_from(["assigned", "deadline"]),
    ageing=st.sampled_from([(30, 60, 120), (10,)]),
    ranking=st.none() | st.just(RankingRule("ty_le_hoan_thanh_tren_giao", 1, (90, 75, 50))),
)


def report(rows: tuple[Assignment, ...], period: Period, as_of: date, judge: Judge, choices: Choices) -> Summary:
    return summarise(rows, period, as_of, judge=judge, units=UNITS, choices=choices)


def numbers(summary: Summary) -> tuple[object, ...]:
    """Give all figures of a report, without the rows that its lists show."""
    lists = (summary.overdue, summary.late, summary.due_soon, summary.undated_silent)
    listed = [tuple(one.assignment.key for one in each) for each in lists]
    bare = replace(summary, overdue=(), late=(), due_soon=(), undated_silent=(), shared=())
    return (bare, *listed, tuple(one.task_id for one in summary.shared))


@EXAMPLES
@given(ROWS, PERIODS, DAYS, st.sampled_from(JUDGES), CHOICES)
def test_every_check_holds(
    rows: tuple[Assignment, ...], period: Period, as_of: date, judge: Judge, choices: Choices
) -> None:
    summary = report(rows, period, as_of, judge, choices)
    assert [check for check in summary.checks if not check.ok] == []


@EXAMPLES
@given(ROWS, PERIODS, st.data(), st.sampled_from(JUDGES))
def test_a_period_is_the_sum_of_its_two_parts(
    rows: tuple[Assignment, ...], period: Period, data: st.DataObject, judge: Judge
) -> None:
    """All that happened adds up; what is open at the end of the first part is open at the start of the second."""
    length = (period.end - period.start).days
    cut = period.start + timedelta(days=data.draw(st.integers(0, length - 1)))
    parts = between(period.start, cut), between(cut + timedelta(days=1), period.end)
    whole, first, second = (report(rows, part, part.end, judge, Choices()).flow for part in (period, *parts))
    assert first.open_after == second.open_before
    assert (whole.open_before, whole.open_after) == (first.open_before, second.open_after)
    for each in fields(Flow):
        if not each.name.startswith("open_"):
            assert getattr(whole, each.name) == getattr(first, each.name) + getattr(second, each.name)


LATER = st.lists(
    st.tuples(
        st.sampled_from(["", "decided", "done", "both"]),
        st.sampled_from(["confirmed", "withdrawn"]),
        st.integers(1, 200),
    ),
    min_size=13,
    max_size=13,
)
"""For each row and one new task: what happens after the day, and how many days after it."""


def happened(row: Assignment, what: str, decision: str, day: date) -> Assignment:
    """Let a decision or a completion come over an open row; what was decided or given a day before stays."""
    more: dict[str, Value] = {}
    if row.text("decision"):
        return row
    if what in ("decided", "both"):
        more |= {"decision": decision, "decision_date": day}
    if what in ("done", "both") and row.text("progress") == "in_progress" and row.day("completed_date") is None:
        more |= {"progress": "done", "completed_date": day}
    return Assignment(row.key, {**row.fields, **more})


@EXAMPLES
@given(ROWS, PERIODS, DAYS, LATER, st.sampled_from(JUDGES))
def test_what_happens_after_a_day_does_not_change_the_figures_as_of_it(
    rows: tuple[Assignment, ...], period: Period, as_of: date, later: list[tuple[str, str, int]], judge: Judge
) -> None:
    """Tasks assigned later, decisions and completions dated later have not happened yet."""
    days = [as_of + timedelta(days=number) for *_, number in later]
    after = [happened(row, *what[:2], day) for row, what, day in zip(rows, later, days, strict=False)]
    new = Assignment(Key("NV-2026-00099", "PKT"), {"assigned_date": days[-1], "deadline": days[-1]})
    for allocation in ("assigned", "deadline"):
        before = numbers(report(rows, period, as_of, judge, Choices(allocation)))
        assert numbers(report((*after, new), period, as_of, judge, Choices(allocation))) == before


@EXAMPLES
@given(ROWS, DAYS, st.sampled_from(JUDGES))
def test_every_task_belongs_to_one_half_year_by_its_deadline(
    rows: tuple[Assignment, ...], as_of: date, judge: Judge
) -> None:
    """Over all periods each assignment is new in one of them, whichever day allocates it."""
    halves = [parse_period(f"{year}-H{half}") for year in range(2024, 2027) for half in (1, 2)]
    known = [row for row in rows if row.day("assigned_date") is not None and row.day("transferred_on") is None]
    seen = [row for row in known if (row.day("assigned_date") or as_of) <= as_of]
    for allocation in ("assigned", "deadline"):
        choices = Choices(allocation)
        # A day of allocation before the task itself leaves it where it began: it was in no period until then.
        orderly = tuple(row for row in seen if (_named(row) or date.max) >= (row.day("assigned_date") or date.min))
        new = sum(report(orderly, half, as_of, judge, choices).total.new for half in halves if half.start <= as_of)
        started = [half for half in halves if half.start <= as_of]
        expected = [row for row in orderly if _day(row, allocation) <= started[-1].end]
        assert new == len(expected)


def _named(row: Assignment) -> date | None:
    return row.day("extended_deadline") or row.day("deadline")


def _day(row: Assignment, allocation: str) -> date:
    assigned = row.day("assigned_date")
    assert assigned is not None
    return (_named(row) or assigned) if allocation == "deadline" else assigned


@EXAMPLES
@given(ROWS, PERIODS, DAYS, st.sampled_from(JUDGES), CHOICES)
def test_skipping_what_is_settled_changes_nothing(
    rows: tuple[Assignment, ...], period: Period, as_of: date, judge: Judge, choices: Choices
) -> None:
    """Looking at every row, however long ago it was closed, gives the same report."""
    quick = report(rows, period, as_of, judge, choices)
    with patch.object(Course, "settled", lambda course, _day: np.zeros(len(course.table), np.bool_)):
        assert report(rows, period, as_of, judge, choices) == quick


def test_the_trail_of_the_ledger_says_when_a_unit_was_heard_of() -> None:
    row = Assignment(Key("NV-2026-00001", "PKT"), {"assigned_date": date(2025, 3, 3), "progress": "in_progress"})
    judge, period = JUDGES[0], parse_period("2026-H1")
    told = replace(judge, trails={row.key: Trail(last_update=date(2026, 3, 3))})
    silent = report((row,), period, date(2026, 6, 10), judge, Choices())
    assert (silent.total.updated, silent.total.undated_silent) == (0, 1)
    updated = report((row,), period, date(2026, 6, 10), told, Choices())
    assert updated.total == Counts(carried=1, total=1, open_undated=1, updated=1)


if __name__ == "__main__":
    for law in (
        test_every_check_holds,
        test_a_period_is_the_sum_of_its_two_parts,
        test_what_happens_after_a_day_does_not_change_the_figures_as_of_it,
        test_every_task_belongs_to_one_half_year_by_its_deadline,
        test_skipping_what_is_settled_changes_nothing,
    ):
        law()
        print(f"{law.__name__}: {EXAMPLES.max_examples} examples")  # noqa: T201 - a command
