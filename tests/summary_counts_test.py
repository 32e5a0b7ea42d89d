"""Counting for periodic reports: an oracle that counts the slow way, published figures, and sums that must hold."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets import calendar, regulation
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.alerts import held_from
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.rules.judgement import COMPLETED, Judgement, Status
from tdnv_sheets.summary.build import summarise
from tdnv_sheets.summary.checks import run_checks, sum_of_statuses
from tdnv_sheets.summary.choices import Choices
from tdnv_sheets.summary.counts import LEAST_ADVANCED_FIRST
from tdnv_sheets.summary.figures import AgeBand, Between, Counts, Line, Summary
from tdnv_sheets.summary.ranking import RankingRule
from tdnv_sheets.summary.rates import RATE_FORMULAS, RETURNS_RATE, rates
from tdnv_sheets.summary.returns import Returns, ReturnState, UnitReturn
from tdnv_sheets.summary.stated import WHOLES

if TYPE_CHECKING:
    from tdnv_sheets.records import Value

CALENDAR = calendar.load(None)
KON_TUM = regulation.load("kon-tum-2022")
H1 = parse_period("2026-H1")
CUT_OFF = date(2026, 6, 10)
CLOSED = COMPLETED | {Status.WITHDRAWN, Status.TRANSFERRED}


JUDGE = Judge(KON_TUM, CALENDAR, due_soon_days=5, confirmation="regulation", trails={})


def judge_on(assignment: Assignment, day: date) -> Judgement:
    return JUDGE.judgement(assignment, day)


def row(task: int, unit: str, **fields: Value) -> Assignment:
    return Assignment(Key(f"NV-2026-{task:05}", unit), fields)


def done(day: date) -> dict[str, Value]:
    return {"progress": "done", "completed_date": day}


def report(*rows: Assignment, as_of: date = CUT_OFF, units: tuple[str, ...] = ("PKT", "PTC")) -> Summary:
    return summarise(rows, H1, as_of, judge=JUDGE, units=units)


def failed(summary: Summary) -> list[str]:
    return [check.name for check in summary.checks if not check.ok]


def test_rows_are_carried_new_or_not_in_the_report() -> None:
    summary = report(
        row(1, "PKT", assigned_date=date(2025, 11, 3)),
        row(2, "PKT", assigned_date=date(2026, 1, 1)),
        row(3, "PKT", assigned_date=CUT_OFF),
        row(4, "PKT", assigned_date=date(2026, 6, 11)),
        row(5, "PKT", assigned_date=date(2025, 11, 3), **done(date(2025, 12, 31))),
        row(6, "PKT", assigned_date=date(2025, 11, 3), **done(date(2026, 1, 1))),
        row(7, "PKT", assigned_date=date(2025, 11, 3), decision="withdrawn", decision_date=date(2025, 12, 1)),
        row(8, "PKT"),
    )
    assert (summary.total.carried, summary.total.new, summary.total.total) == (3, 2, 5)
    assert summary.total.completed_undated == 1
    assert failed(summary) == []


@pytest.mark.parametrize("field", ["assigned_date", "document_date", "received_date", "entered_date"])
def test_the_first_day_that_is_known_is_the_start(field: str) -> None:
    later = {"entered_date": date(2026, 6, 1)} if field != "entered_date" else {}
    assert report(row(1, "PKT", **{**later, field: date(2025, 6, 1)})).total.carried == 1


def test_what_was_closed_before_and_returned_since_is_carried_over() -> None:
    begun: dict[str, Value] = {"assigned_date": date(2025, 8, 1), "decision": "returned", **done(date(2025, 11, 3))}
    assert report(row(1, "PKT", **begun, decision_date=date(2026, 2, 2))).total.carried == 1
    assert report(row(1, "PKT", **begun, decision_date=date(2026, 6, 30))).total.total == 0


def test_what_begins_after_the_period_is_not_in_it_even_when_counted_later() -> None:
    late = row(1, "PKT", assigned_date=date(2026, 7, 1))
    assert report(late, as_of=date(2026, 8, 1)).total == Counts()


def test_every_unit_asked_for_has_a_line_and_strangers_follow() -> None:
    summary = report(row(1, "XXX", assigned_date=CUT_OFF), row(2, "AAA", assigned_date=date(2025, 8, 1)))
    assert [line.unit for line in summary.units] == ["PKT", "PTC", "AAA", "XXX"]
    assert summary.units[0].counts == Counts()
    assert set(summary.units[0].rates.values()) == {None}


def test_a_task_with_several_leads_is_one_task_as_advanced_as_its_last_lead() -> None:
    due = date(2026, 6, 1)
    begun: dict[str, Value] = {"assigned_date": date(2026, 3, 2), "deadline": due}
    summary = report(
        row(1, "PKT", **begun, **done(due)),
        row(1, "PTC", **{**begun, "assigned_date": date(2025, 12, 1)}),
        row(2, "PKT", **begun, **done(due)),
        row(2, "PTC", **begun, decision="transferred", decision_date=due),
    )
    assert (summary.total.total, summary.distinct.total) == (4, 2)
    assert (summary.distinct.carried, summary.distinct.new) == (1, 1)
    assert (summary.distinct.open_overdue, summary.distinct.completed_on_time) == (1, 1)
    assert summary.distinct.open_overdue_not_started == 1
    assert failed(summary) == []


def moved(task: int, day: date, **fields: Value) -> tuple[Assignment, Assignment]:
    """Give a task that went from PKT to PTC on a day, as the ledger has both units' rows."""
    old = row(task, "PKT", **fields, decision="transferred", decision_date=day)
    return old, row(task, "PTC", **fields, transferred_on=day)


@pytest.mark.parametrize(
    ("day", "as_of", "old", "new"),
    [
        (date(2026, 5, 4), CUT_OFF, (1, 0, 1), (0, 1, 0)),
        (date(2026, 5, 4), date(2026, 5, 3), (1, 0, 0), (0, 0, 0)),
        (date(2025, 12, 20), CUT_OFF, (0, 0, 0), (1, 0, 0)),
        (date(2026, 7, 1), date(2026, 6, 30), (1, 0, 0), (0, 0, 0)),
        (date(2026, 7, 1), date(2026, 7, 10), (1, 0, 1), (0, 1, 0)),
    ],
)
def test_a_task_that_moved_counts_with_each_unit_for_its_own_days(
    day: date, as_of: date, old: tuple[int, int, int], new: tuple[int, int, int]
) -> None:
    summary = report(*moved(1, day, assigned_date=date(2025, 11, 3)), as_of=as_of)

    lines = [line.counts for line in summary.units]
    assert [(counts.carried, counts.new, counts.transferred) for counts in lines] == [old, new]
    assert (summary.distinct.total, summary.distinct.open, summary.distinct.transferred) == (1, 1, 0)
    assert failed(summary) == []


def test_the_order_of_advance_names_every_status() -> None:
    assert sorted(LEAST_ADVANCED_FIRST) == sorted(Status)


def test_the_overdue_list_begins_with_the_longest_overdue() -> None:
    start: dict[str, Value] = {"assigned_date": date(2026, 2, 2)}
    summary = report(
        row(1, "PKT", **start, deadline=date(2026, 6, 1)),
        row(2, "PTC", **start, deadline=date(2026, 3, 2)),
        row(3, "PTC", **start, deadline=date(2026, 5, 1), extended_deadline=date(2026, 6, 30)),
    )
    assert [listed.assignment.key.task_id[-1] for listed in summary.overdue] == ["2", "1"]
    assert (summary.total.extended, summary.total.open_in_time) == (1, 1)
    assert failed(summary) == []


def test_not_started_is_told_inside_open_in_time_and_overdue() -> None:
    start: dict[str, Value] = {"assigned_date": date(2026, 2, 2)}
    soon, past = date(2026, 6, 30), date(2026, 5, 4)
    summary = report(
        row(1, "PKT", **start, deadline=soon),
        row(2, "PKT", **start, deadline=soon, progress="not_started"),
        row(3, "PKT", **start, deadline=soon, progress="blocked"),
        row(4, "PKT", **start, deadline=past, progress="not_started"),
        row(5, "PKT", **start, deadline=past, progress="in_progress"),
        row(6, "PKT", **start, progress="not_started"),
    )
    assert (summary.total.open_in_time_not_started, summary.total.open_overdue_not_started) == (2, 1)


def test_the_period_before_stands_beside_as_of_its_own_cut_off() -> None:
    begun: dict[str, Value] = {"assigned_date": date(2025, 8, 1), "deadline": date(2025, 11, 3)}
    summary = report(
        row(1, "PKT", **begun, **done(date(2025, 12, 20))),
        row(2, "PKT", **begun, **done(date(2025, 10, 1))),
        row(3, "PTC", assigned_date=date(2025, 12, 15)),
    )
    assert (summary.previous_total.open_overdue, summary.previous_total.completed_on_time) == (1, 1)
    assert summary.previous_total.total == 2
    assert (summary.total.total, summary.between) == (1, Between(open_then=1, begun=1, closed=1))
    assert summary.units[0].previous.total == 2
    assert failed(summary) == []


# ---------------------------------------------------------------- rates

PUBLISHED_2017 = Counts(
    total=21914, completed_on_time=14068, completed_late=1983, open_in_time=5640, open_overdue=223, new=21914
)


def percent(rate: Fraction | None, digits: int) -> str:
    assert rate is not None
    return f"{float(rate * 100):.{digits}f}"


def test_rates_agree_with_figures_published_for_2017() -> None:
    found = rates(PUBLISHED_2017)
    assert sum_of_statuses(PUBLISHED_2017) == PUBLISHED_2017.total
    assert found["ty_le_hoan_thanh_tren_den_han"] == Fraction(16051, 16051 + 223)
    assert percent(found["ty_le_hoan_thanh_tren_den_han"], 2) == "98.63"


def test_rates_agree_with_figures_published_for_a_city_in_2022() -> None:
    counts = Counts(
        total=8282,
        completed_on_time=5361,
        completed_late=1111,
        completed_undated=460,
        open_in_time=1350 - 208,
        open_overdue=208,
    )
    found = rates(counts)
    assert percent(found["ty_le_hoan_thanh_tren_giao"], 2) == "83.70"
    assert percent(found["ty_le_dung_han_tren_giao"], 2) == "64.73"
    assert percent(found["ty_le_qua_han_tren_giao"], 2) == "2.51"
    assert percent(found["ty_le_dung_han_tren_den_han"], 2) == "80.25"


def test_overdue_of_all_with_a_deadline_counts_the_open_ones_in_time() -> None:
    counts = Counts(total=12160, completed_on_time=4071, completed_late=3085, open_in_time=1760, open_overdue=258)
    assert percent(rates(counts)["ty_le_qua_han_tren_co_han"], 2) == "2.81"
    assert rates(counts)["ty_le_dung_han_tren_hoan_thanh"] == Fraction(4071, 7156)


def test_a_rate_over_nothing_is_none_and_never_zero() -> None:
    assert set(rates(Counts()).values()) == {None}
    assert rates(Counts(total=2, open_undated=2))["ty_le_dung_han_tren_hoan_thanh"] is None


def test_every_rate_and_check_has_words_in_both_languages() -> None:
    keys = [f"rates.{kind}_{key}" for key in RATE_FORMULAS for kind in ("rate", "formula")]
    keys = [*keys, f"rates.rate_{RETURNS_RATE}", f"rates.formula_{RETURNS_RATE}"]
    keys += [f"checks.check_{name}" for name in (*wrongly(report()), *WHOLES)]
    assert all(say(key, lang) for key in keys for lang in ("vi", "en"))


# ---------------------------------------------------------------- checks


RANKED = Choices(ranking=RankingRule("ty_le_dung_han_tren_den_han", 1, (90, 75, 50)))


def wrongly(summary: Summary) -> dict[str, Summary]:
    """Give for every check a report that it has to find fault with: one figure of *summary* is not what it was."""
    first, *others = summary.units
    line = replace(first, counts=replace(first.counts, open_overdue=first.counts.open_overdue + 1, new=7))
    heaps, total, flow = summary.breakdowns, summary.total, summary.flow
    last = summary.trend[-1]

    def one_more(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return (*lines, Line("x", Counts(open_undated=1), 0))

    return {
        "statuses_total": replace(summary, total=replace(total, open_undated=total.open_undated + 1)),
        "statuses_units": replace(summary, units=(line, *others)),
        "carried_and_new": replace(summary, total=replace(total, carried=total.carried + 1)),
        "carried_and_new_units": replace(summary, units=(line, *others)),
        "units_total": replace(summary, units=tuple(others)),
        "previous_total": replace(summary, previous_total=Counts(total=1)),
        "last_year_total": replace(summary, last_year_total=Counts(total=1)),
        "distinct": replace(summary, distinct=replace(summary.distinct, total=99)),
        "previous_distinct": replace(summary, previous_distinct=Counts(total=99)),
        "last_year_distinct": replace(summary, last_year_distinct=Counts(total=99)),
        "parts": replace(summary, total=replace(total, due_soon=99)),
        "assigners_total": replace(summary, breakdowns=replace(heaps, assigners=one_more(heaps.assigners))),
        "levels_total": replace(summary, breakdowns=replace(heaps, levels=one_more(heaps.levels))),
        "documents_total": replace(summary, breakdowns=replace(heaps, documents=())),
        "years_total": replace(summary, breakdowns=replace(heaps, years=heaps.years[1:])),
        "line_tasks": replace(summary, breakdowns=replace(heaps, years=(Line("2026", total, 99),))),
        "overdue_listed": replace(summary, overdue=()),
        "late_listed": replace(summary, late=summary.overdue),
        "due_soon_listed": replace(summary, due_soon=summary.overdue),
        "undated_silent_listed": replace(summary, undated_silent=()),
        "shared_listed": replace(summary, shared=()),
        "ageing": replace(summary, ageing=(AgeBand(1, None, 99),)),
        "carried_over": replace(summary, between=Between(open_then=99)),
        "previous_open": replace(summary, between=replace(summary.between, open_then=99)),
        "flow": replace(summary, flow=replace(flow, withdrawn=99)),
        "trend": replace(summary, trend=(replace(last, flow=replace(last.flow, open_before=99)), *summary.trend[1:])),
        "flow_new": replace(summary, flow=replace(flow, begun=99)),
        "flow_open": replace(summary, flow=replace(flow, open_after=99)),
        "trend_overdue": replace(summary, trend=(*summary.trend[:-1], replace(last, overdue=99))),
        "returns": replace(summary, returns=Returns((UnitReturn("PKT", ReturnState.EMPTY),) * 2)),
        "ranking": replace(summary, units=tuple(others)),
        "rates": replace(summary, rates={"ty_le": Fraction(3, 2)}),
    }


def test_every_check_finds_the_figure_that_is_off() -> None:
    due: dict[str, Value] = {"assigned_date": date(2026, 2, 2), "deadline": date(2026, 3, 2)}
    rows = (row(1, "PKT", **due), row(1, "PTC", **due), row(2, "PKT", assigned_date=date(2026, 2, 2)))
    honest = summarise(rows, H1, CUT_OFF, judge=JUDGE, units=("PKT", "PTC"), choices=RANKED)
    assert failed(honest) == []
    off = wrongly(honest)
    for name, wrong in off.items():
        told = {check.name: check for check in run_checks(wrong)}
        assert not told[name].ok, name
        assert told[name].detail
    assert [check.name for check in honest.checks] == list(off)


def test_a_check_shows_both_sides() -> None:
    summary = report(row(1, "PKT", assigned_date=CUT_OFF), row(1, "PTC", assigned_date=CUT_OFF))
    details = {check.name: check.detail for check in summary.checks}
    assert (details["units_total"], details["distinct"]) == ("2 = 2", "1 ≤ 2")


def test_units_that_add_up_only_in_their_totals_are_told() -> None:
    honest = report(row(1, "PKT", assigned_date=CUT_OFF))
    wrong = replace(honest, total=replace(honest.total, open_undated=0, open_overdue=1))
    assert "units_total" in [check.name for check in run_checks(wrong) if not check.ok]


# ---------------------------------------------------------------- laws

DAYS = st.dates(date(2025, 6, 1), date(2026, 8, 31))
MAYBE_DAY = st.none() | DAYS
FEW = settings(max_examples=40)
"""Each example is some whole reports; tests/summary_laws_test.py tries more of them."""
FIELDS = st.fixed_dictionaries(
    {
        "assigned_date": MAYBE_DAY,
        "received_date": MAYBE_DAY,
        "transferred_on": st.none() | st.none() | DAYS,
        "deadline": MAYBE_DAY,
        "extended_deadline": st.none() | st.none() | DAYS,
        "progress": st.sampled_from([None, "not_started", "in_progress", "done", "done"]),
        "completed_date": MAYBE_DAY,
        "decision": st.sampled_from([None, None, None, "confirmed", "returned", "transferred", "withdrawn"]),
        "decision_date": MAYBE_DAY,
    }
)
ROWS = st.dictionaries(
    st.tuples(st.integers(1, 8), st.sampled_from(["PKT", "PTC", "XXX"])), FIELDS, min_size=0, max_size=12
).map(lambda found: tuple(row(task, unit, **fields) for (task, unit), fields in found.items()))


@FEW
@given(ROWS, st.dates(date(2026, 1, 1), date(2026, 6, 30)))
def test_every_report_reconciles(rows: tuple[Assignment, ...], as_of: date) -> None:
    summary = report(*rows, as_of=as_of)
    assert failed(summary) == []
    for counts in (summary.total, summary.distinct, summary.previous_total, *(line.counts for line in summary.units)):
        assert sum_of_statuses(counts) == counts.total == counts.carried + counts.new
        assert counts.completed + counts.open + counts.withdrawn + counts.transferred == counts.total
        assert counts.open_in_time_not_started <= counts.open_in_time
    assert len({row.key.task_id for row in rows}) >= summary.distinct.total


@FEW
@given(ROWS, st.dates(date(2026, 1, 1), date(2026, 6, 30)))
def test_the_counts_agree_with_counting_the_slow_way(rows: tuple[Assignment, ...], as_of: date) -> None:
    summary = report(*rows, as_of=as_of)
    inside = []
    for found in rows:
        starts = [found.day(name) for name in ("assigned_date", "received_date") if found.day(name)]
        start, moved = starts[0] if starts else None, found.day("transferred_on")
        held = max((day for day in (start, moved) if day), default=None)
        old = held is None or held < date(2026, 1, 1)
        status = judge_on(found, as_of).status
        if moved is not None and moved > as_of:
            present = False
        elif old:
            present = judge_on(found, date(2025, 12, 31)).status not in CLOSED or status not in CLOSED
        else:
            present = start is None or start <= as_of
        if present:
            inside.append((found, old, status))
    assert summary.total.total == len(inside)
    assert summary.total.carried == sum(old for _, old, _ in inside)
    for status in Status:
        assert getattr(summary.total, status.value) == [kept for _, _, kept in inside].count(status)
    for line in summary.units:
        assert line.counts.total == sum(found.key.unit == line.unit for found, _, _ in inside)
    assert summary.distinct.total == len({found.key.task_id for found, _, _ in inside})


@FEW
@given(ROWS, st.integers(0, 12))
def test_two_halves_of_a_register_add_up_to_the_whole(rows: tuple[Assignment, ...], at: int) -> None:
    whole, first, second = report(*rows), report(*rows[:at]), report(*rows[at:])
    assert astuple(whole.total) == tuple(map(sum, zip(astuple(first.total), astuple(second.total), strict=True)))
    assert astuple(whole.between) == tuple(map(sum, zip(astuple(first.between), astuple(second.between), strict=True)))
    assert whole.distinct.total <= first.distinct.total + second.distinct.total


@FEW
@given(ROWS)
def test_the_order_of_rows_does_not_matter(rows: tuple[Assignment, ...]) -> None:
    assert report(*rows) == report(*rows[::-1])


@FEW
@given(ROWS)
def test_what_is_open_at_the_end_of_a_period_is_carried_into_the_next(rows: tuple[Assignment, ...]) -> None:
    second = parse_period("2026-H2")
    end = second.start - timedelta(days=1)
    first = report(*rows, as_of=end)
    after = summarise(rows, second, second.end, judge=JUDGE, units=(), previous_cut_off=end)
    reopened = sum(
        judge_on(found, end).status in CLOSED and judge_on(found, second.end).status not in CLOSED
        for found in rows
        if (held_from(found) or end) <= end
    )
    assert after.total.carried == first.total.open + reopened
    assert after.previous_total == first.total
    assert after.between == Between(open_then=first.total.open, reopened=reopened)
