"""Statuses and alerts: every row of the table in design §4, its edges, and laws that hold for any assignment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets import calendar, regulation
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.records import NO_TRAIL, Assignment, Key, Trail
from tdnv_sheets.rules.alerts import ALERT_RULES
from tdnv_sheets.rules.judgement import COMPLETED, OPEN, Alert, Status, Timeliness
from tdnv_sheets.rules.status import judge

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tdnv_sheets.rules.judgement import Judgement

CALENDAR = calendar.load(None)
KON_TUM = regulation.load("kon-tum-2022")
STRICT = replace(
    KON_TUM,
    switches=tuple(
        replace(switch, value=True) if isinstance(switch.value, bool) else switch for switch in KON_TUM.switches
    ),
)
"""As in Thanh Hóa: confirmation, a final document, and «không hoàn thành» when returned past the deadline."""
DUE = date(2026, 6, 10)
BEFORE, AFTER = date(2026, 6, 9), date(2026, 6, 11)


def answering(**values: bool | str) -> regulation.Regulation:
    """Kon Tum's rules with other answers to some of the questions that its text leaves open."""
    switches = (replace(switch, value=values.get(switch.name, switch.value)) for switch in KON_TUM.switches)
    return replace(KON_TUM, switches=tuple(switches))


def given_row(**fields: Value) -> Assignment:
    return Assignment(Key("NV-2026-00001", "PKT"), fields)


def on(
    day: date,
    rules: regulation.Regulation = KON_TUM,
    confirmation: str = "regulation",
    trail: Trail = NO_TRAIL,
    /,
    **fields: Value,
) -> Judgement:
    return judge(
        given_row(**fields),
        day,
        regulation=rules,
        calendar=CALENDAR,
        due_soon_days=5,
        confirmation=confirmation,
        trail=trail,
    )


@pytest.mark.parametrize(
    ("day", "fields", "status"),
    [
        (DUE, {"deadline": DUE}, Status.OPEN_IN_TIME),
        (AFTER, {"deadline": DUE}, Status.OPEN_OVERDUE),
        (AFTER, {}, Status.OPEN_UNDATED),
        (AFTER, {"deadline": DUE, "progress": "in_progress", "completed_date": BEFORE}, Status.OPEN_OVERDUE),
        (AFTER, {"deadline": DUE, "progress": "done", "completed_date": DUE}, Status.COMPLETED_ON_TIME),
        (AFTER, {"deadline": DUE, "progress": "done", "completed_date": AFTER}, Status.COMPLETED_LATE),
        (AFTER, {"progress": "done", "completed_date": AFTER}, Status.COMPLETED_UNDATED),
        (DUE, {"deadline": DUE, "progress": "done", "completed_date": AFTER}, Status.OPEN_IN_TIME),
        (AFTER, {"deadline": DUE, "extended_deadline": AFTER}, Status.OPEN_IN_TIME),
        (AFTER, {"deadline": DUE, "decision": "withdrawn"}, Status.WITHDRAWN),
        (AFTER, {"deadline": DUE, "decision": "transferred", "decision_date": AFTER}, Status.TRANSFERRED),
        (DUE, {"deadline": DUE, "decision": "transferred", "decision_date": AFTER}, Status.OPEN_IN_TIME),
    ],
)
def test_the_status_follows_the_table_of_the_design(day: date, fields: dict[str, Value], status: Status) -> None:
    assert on(day, **fields).status == status


def test_the_result_documents_date_comes_before_the_day_reported() -> None:
    dates: dict[str, Value] = {"deadline": DUE, "progress": "done", "result_date": BEFORE, "completed_date": AFTER}
    assert on(AFTER, **dates).completion_day == BEFORE
    assert on(AFTER, **dates, result_kind="result").status == Status.COMPLETED_ON_TIME
    # The date of a progress report or of a request for extension proves nothing.
    assert on(AFTER, **dates, result_kind="progress_report").completion_day == AFTER
    assert on(AFTER, **dates, result_kind="extension_request").status == Status.COMPLETED_LATE


def test_a_regulation_may_put_the_day_reported_first() -> None:
    rules = answering(completion_day="completed")
    judged = on(AFTER, rules, deadline=DUE, progress="done", result_date=BEFORE, completed_date=AFTER)
    assert judged.completion_day == AFTER


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"reported_date": BEFORE, "decision_date": AFTER, "decision": "confirmed"}, BEFORE),
        ({"decision_date": DUE, "decision": "confirmed"}, DUE),
        ({"decision": "confirmed"}, None),
        ({}, None),
    ],
)
def test_done_without_a_completion_day_takes_the_next_best_day(fields: dict[str, Value], day: date | None) -> None:
    judged = on(AFTER, deadline=DUE, progress="done", **fields)
    assert judged.completion_day == day
    assert judged.status == Status.COMPLETED_ON_TIME


def test_done_without_any_day_falls_back_on_the_last_update_in_the_ledger() -> None:
    judged = on(AFTER, KON_TUM, "regulation", Trail(last_update=AFTER), deadline=DUE, progress="done")
    assert judged.status == Status.COMPLETED_LATE


def test_the_offices_word_counts_where_the_unit_never_reported_done() -> None:
    decided = on(AFTER, deadline=DUE, progress="in_progress", decision="confirmed", decision_date=DUE)
    assert (decided.status, decided.completion_day) == (Status.COMPLETED_ON_TIME, DUE)
    dated = on(AFTER, deadline=DUE, decision="confirmed", decision_date=AFTER, completed_date=BEFORE)
    assert (dated.status, dated.completion_day) == (Status.COMPLETED_ON_TIME, BEFORE)
    assert on(AFTER, deadline=DUE, decision="confirmed").status == Status.OPEN_OVERDUE


@pytest.mark.parametrize(("rules", "setting"), [(STRICT, "regulation"), (KON_TUM, "yes")])
def test_what_is_reported_and_not_confirmed_waits_and_is_judged_by_its_own_day(
    rules: regulation.Regulation, setting: str
) -> None:
    slow_office = date(2026, 9, 1)
    in_time = on(slow_office, rules, setting, deadline=DUE, progress="done", completed_date=DUE)
    assert (in_time.status, in_time.awaiting) == (Status.OPEN_IN_TIME, True)
    assert (in_time.timeliness, in_time.days_left) == (Timeliness.IN_TIME, 0)
    assert in_time.alerts == (Alert.AWAITING_CONFIRMATION,)
    late = on(slow_office, rules, setting, deadline=DUE, progress="done", completed_date=AFTER)
    assert (late.status, late.awaiting, late.days_left) == (Status.OPEN_OVERDUE, True, -1)
    undated = on(slow_office, rules, setting, progress="done", completed_date=AFTER)
    assert (undated.status, undated.awaiting) == (Status.OPEN_UNDATED, True)


def test_a_late_confirmation_does_not_make_the_unit_late() -> None:
    fields: dict[str, Value] = {"deadline": DUE, "progress": "done", "completed_date": DUE, "decision": "confirmed"}
    month_later = date(2026, 7, 10)
    judged = on(month_later, STRICT, decision_date=month_later, **fields)
    assert (judged.status, judged.awaiting) == (Status.COMPLETED_ON_TIME, False)
    earlier = on(date(2026, 7, 1), STRICT, decision_date=month_later, **fields)
    assert (earlier.status, earlier.awaiting) == (Status.OPEN_IN_TIME, True)


def test_the_office_may_do_without_the_confirmation_that_a_regulation_asks_for() -> None:
    judged = on(AFTER, STRICT, "no", deadline=DUE, progress="done", completed_date=DUE)
    assert judged.status == Status.COMPLETED_ON_TIME


@pytest.mark.parametrize("kind", ["progress_report", "extension_request"])
def test_an_interim_paper_completes_only_where_the_regulation_lets_it(kind: str) -> None:
    fields: dict[str, Value] = {
        "deadline": DUE,
        "progress": "done",
        "completed_date": DUE,
        "result_kind": kind,
        "decision": "confirmed",
    }
    assert on(AFTER, KON_TUM, **fields).status == Status.COMPLETED_ON_TIME
    assert on(AFTER, STRICT, **fields).status == Status.OPEN_OVERDUE


def test_a_return_takes_completion_back_until_the_work_is_reported_again() -> None:
    fields: dict[str, Value] = {"deadline": DUE, "progress": "done", "decision": "returned", "decision_date": AFTER}
    assert on(DUE, **fields, completed_date=BEFORE).status == Status.COMPLETED_ON_TIME
    assert on(AFTER, **fields, completed_date=BEFORE).status == Status.OPEN_OVERDUE
    assert on(AFTER, **fields, completed_date=AFTER).status == Status.OPEN_OVERDUE
    redone = date(2026, 6, 15)
    assert on(date(2026, 6, 14), **fields, completed_date=redone).status == Status.OPEN_OVERDUE
    assert on(redone, **fields, completed_date=redone).status == Status.COMPLETED_LATE
    assert on(redone, STRICT, **fields, completed_date=redone).awaiting


def test_what_was_returned_waits_for_the_office_again_once_its_unit_was_heard_of_where_confirmation_is_asked() -> None:
    fields: dict[str, Value] = {"deadline": DUE, "progress": "done", "decision": "returned", "completed_date": BEFORE}
    heard = AFTER + timedelta(days=2)
    returned = {**fields, "decision_date": AFTER}
    assert not on(AFTER, STRICT, "regulation", Trail(last_update=AFTER), **returned).awaiting
    assert not on(AFTER, STRICT, "regulation", Trail(last_update=heard), **returned).awaiting
    again = on(heard, STRICT, "regulation", Trail(last_update=heard), **returned)
    assert (again.awaiting, again.status, again.completion_day) == (True, Status.OPEN_IN_TIME, BEFORE)
    assert Alert.AWAITING_CONFIRMATION in again.alerts
    unfinished = on(heard, STRICT, "regulation", Trail(last_update=heard), **{**returned, "progress": "in_progress"})
    assert (unfinished.awaiting, unfinished.status) == (False, Status.NOT_COMPLETED)
    interim = on(heard, STRICT, "regulation", Trail(last_update=heard), **returned, result_kind="progress_report")
    assert not interim.awaiting
    without = on(heard, KON_TUM, "regulation", Trail(last_update=heard), **returned)
    assert (without.awaiting, without.status) == (False, Status.OPEN_OVERDUE)


def test_a_return_without_day_holds_until_it_is_lifted() -> None:
    judged = on(AFTER, deadline=DUE, progress="done", decision="returned", completed_date=BEFORE)
    assert judged.status == Status.OPEN_OVERDUE


def test_returned_past_the_deadline_is_not_completed_where_the_regulation_says_so() -> None:
    fields: dict[str, Value] = {"deadline": DUE, "progress": "done", "completed_date": BEFORE, "decision": "returned"}
    assert on(DUE, STRICT, **fields).status == Status.OPEN_IN_TIME
    late = on(AFTER, STRICT, **fields)
    assert (late.status, late.timeliness, late.days_left) == (Status.NOT_COMPLETED, Timeliness.LATE, -1)


def test_a_deadline_on_a_day_off_moves_to_the_next_working_day_by_policy() -> None:
    saturday, monday = date(2026, 6, 6), date(2026, 6, 8)
    rolled = on(monday, deadline=saturday)
    assert (rolled.status, rolled.effective_deadline, rolled.days_left) == (Status.OPEN_IN_TIME, monday, 0)
    literal = answering(deadline_roll="none")
    assert on(monday, literal, deadline=saturday).status == Status.OPEN_OVERDUE


def test_extensions_and_updates_are_told_from_trail_or_cells() -> None:
    assert on(DUE, deadline=DUE).extension_count == 0
    assert on(DUE, deadline=DUE, extended_deadline=AFTER).extension_count == 1
    assert on(DUE, KON_TUM, "regulation", Trail(3, BEFORE), deadline=DUE, extended_deadline=AFTER).extension_count == 3
    assert on(DUE, KON_TUM, "regulation", Trail(0, BEFORE), reported_date=DUE).last_update == BEFORE
    assert on(DUE, reported_date=DUE).last_update == DUE


@pytest.mark.parametrize(
    ("day", "fields", "alert", "expected"),
    [
        (date(2026, 6, 5), {"deadline": DUE}, Alert.DUE_SOON, True),
        (date(2026, 6, 4), {"deadline": DUE}, Alert.DUE_SOON, False),
        (DUE, {"deadline": DUE}, Alert.DUE_SOON, True),
        (AFTER, {"deadline": DUE}, Alert.DUE_SOON, False),
        (DUE, {"deadline": DUE, "progress": "done", "completed_date": DUE}, Alert.DUE_SOON, False),
        (DUE, {"deadline": DUE, "extension_to": AFTER}, Alert.EXTENSION_ASKED, True),
        (DUE, {"deadline": DUE, "extension_to": AFTER, "extended_deadline": AFTER}, Alert.EXTENSION_ASKED, False),
        (DUE, {"deadline": DUE, "extension_to": DUE}, Alert.EXTENSION_ASKED, False),
        (DUE, {"extension_to": AFTER}, Alert.EXTENSION_ASKED, False),
        (DUE, {"return_reason": "Không thuộc chức năng"}, Alert.RETURN_ASKED, True),
        (DUE, {"return_reason": " "}, Alert.RETURN_ASKED, False),
        (DUE, {"return_reason": "x", "decision": "transferred"}, Alert.RETURN_ASKED, False),
        (date(2026, 6, 20), {"reported_date": date(2026, 5, 19)}, Alert.STALE, True),
        (date(2026, 6, 19), {"reported_date": date(2026, 5, 19)}, Alert.STALE, False),
        (date(2026, 6, 20), {"assigned_date": date(2026, 5, 19)}, Alert.STALE, True),
        (date(2026, 6, 20), {"document_date": date(2026, 5, 19), "deadline": date(2026, 12, 1)}, Alert.STALE, True),
        (DUE, {}, Alert.STALE, False),
        (
            date(2026, 6, 20),
            {"assigned_date": date(2026, 1, 5), "transferred_on": date(2026, 5, 20)},
            Alert.STALE,
            False,
        ),
        (
            date(2026, 6, 20),
            {"assigned_date": date(2026, 1, 5), "transferred_on": date(2026, 5, 19)},
            Alert.STALE,
            True,
        ),
        (DUE, {"deadline_text": "Sau khi Luật được sửa đổi"}, Alert.DEADLINE_UNCLEAR, True),
        (DUE, {"deadline_text": "20/01/201"}, Alert.DEADLINE_UNCLEAR, True),
        (DUE, {"deadline_text": "Quý II/2026"}, Alert.DEADLINE_UNCLEAR, True),
        (DUE, {"deadline_text": "Thường xuyên"}, Alert.DEADLINE_UNCLEAR, False),
        (DUE, {"deadline_text": "không quy định"}, Alert.DEADLINE_UNCLEAR, False),
        (DUE, {"deadline_text": "20/01/201", "recurrence": "Hằng tháng"}, Alert.DEADLINE_UNCLEAR, False),
        (DUE, {"deadline_text": "10/6/2026", "deadline": DUE}, Alert.DEADLINE_UNCLEAR, False),
        (DUE, {"received_date": date(2026, 6, 5), "entered_date": date(2026, 6, 8)}, Alert.ENTERED_LATE, False),
        (DUE, {"received_date": date(2026, 6, 5), "entered_date": date(2026, 6, 9)}, Alert.ENTERED_LATE, True),
        (DUE, {"document_date": date(2026, 6, 8), "entered_date": DUE}, Alert.ENTERED_LATE, True),
        (
            DUE,
            {"document_date": date(2026, 6, 8), "entered_date": DUE, "coordinating_units": "PTC"},
            Alert.ENTERED_LATE,
            False,
        ),
        (DUE, {"document_date": date(2026, 6, 8)}, Alert.ENTERED_LATE, False),
        (DUE, {"document_date": date(2021, 6, 8), "entered_date": DUE}, Alert.ENTERED_LATE, False),
        (AFTER, {"deadline": DUE}, Alert.EXPLANATION_MISSING, True),
        (AFTER, {"deadline": DUE, "difficulty": "Thiếu kinh phí"}, Alert.EXPLANATION_MISSING, False),
        (AFTER, {"deadline": DUE, "explanation": "Đã báo cáo"}, Alert.EXPLANATION_MISSING, False),
        (DUE, {"deadline": DUE}, Alert.EXPLANATION_MISSING, False),
    ],
)
def test_an_alert_is_raised_exactly_when_its_rule_holds(
    day: date,
    fields: dict[str, Value],
    alert: Alert,
    expected: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert (alert in on(day, **fields).alerts) is expected


def test_the_issue_date_counts_where_the_regulation_counts_from_issue() -> None:
    limits = tuple(replace(limit, trigger="issued") for limit in KON_TUM.limits)
    rules = replace(KON_TUM, limits=limits)
    fields: dict[str, Value] = {
        "document_date": date(2026, 6, 3),
        "received_date": date(2026, 6, 8),
        "entered_date": date(2026, 6, 10),
    }
    assert Alert.ENTERED_LATE in on(DUE, rules, **fields).alerts
    assert Alert.ENTERED_LATE not in on(DUE, replace(KON_TUM, limits=()), **fields).alerts


def test_an_urgent_document_has_its_own_limit_where_there_is_one() -> None:
    urgent = replace(KON_TUM.limits[0], case="urgent", working_days=0)
    rules = replace(KON_TUM, limits=(*KON_TUM.limits, urgent))
    fields: dict[str, Value] = {"received_date": BEFORE, "entered_date": DUE, "urgency": "express"}
    assert Alert.ENTERED_LATE in on(DUE, rules, **fields).alerts
    assert Alert.ENTERED_LATE not in on(DUE, KON_TUM, **fields).alerts


def test_counting_may_leave_alerts_out() -> None:
    row = given_row(deadline=DUE)
    judged = judge(row, AFTER, regulation=KON_TUM, calendar=CALENDAR, due_soon_days=5, with_alerts=False)
    assert judged.alerts == ()
    assert judged == replace(on(AFTER, deadline=DUE), alerts=())


def test_every_alert_has_a_rule_and_words_in_both_languages() -> None:
    assert [alert for alert, _rule in ALERT_RULES] == list(Alert)
    assert all(say(f"alerts.{alert}", lang) for alert in Alert for lang in ("vi", "en"))


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MAYBE_DAY = st.none() | DAYS
ROWS = st.fixed_dictionaries(
    {
        "progress": st.sampled_from([None, "not_started", "in_progress", "blocked", "done", "done"]),
        "result_kind": st.sampled_from([None, "result", "progress_report", "extension_request"]),
        "decision": st.sampled_from([None, None, "confirmed", "returned", "transferred", "withdrawn"]),
        "deadline": MAYBE_DAY,
        "extended_deadline": MAYBE_DAY,
        "result_date": MAYBE_DAY,
        "completed_date": MAYBE_DAY,
        "reported_date": MAYBE_DAY,
        "decision_date": MAYBE_DAY,
    }
)
RULES = st.sampled_from([KON_TUM, STRICT])


def expected_status(rules: regulation.Regulation, day: date, fields: dict[str, Value]) -> Status:
    """Work the status out in another way: by deciding on the day of completion first, question after question."""

    def known(name: str) -> date | None:
        value = fields[name]
        return value if isinstance(value, date) else None

    strict = rules is STRICT
    due = known("extended_deadline") or known("deadline")
    if due:
        while not CALENDAR.is_working(due):
            due += timedelta(days=1)
    decided = known("decision_date")
    decision = str(fields["decision"]) if decided is None or decided <= day else ""
    if decision in ("transferred", "withdrawn"):
        return Status(decision)
    final = fields["result_kind"] in (None, "result")
    proof = [known("result_date") if final else None, known("completed_date")]
    if fields["progress"] == "done":
        proof.append(known("reported_date"))
    if decision == "confirmed":
        proof.append(decided)
    finished = next((day for day in proof if day), None)
    complete = fields["progress"] == "done" or (decision == "confirmed" and finished is not None)
    complete = complete and (final or not strict) and (finished is None or finished <= day)
    if decision == "returned" and not (complete and finished and decided and finished > decided):
        if due and day > due:
            return Status.NOT_COMPLETED if strict else Status.OPEN_OVERDUE
        return Status.OPEN_IN_TIME if due else Status.OPEN_UNDATED
    measured = (finished or date.min) if complete else day
    confirmed = decision == "confirmed" or not strict
    names = (
        (Status.COMPLETED_UNDATED, Status.COMPLETED_LATE, Status.COMPLETED_ON_TIME)
        if complete and confirmed
        else (Status.OPEN_UNDATED, Status.OPEN_OVERDUE, Status.OPEN_IN_TIME)
    )
    return names[0] if due is None else names[1] if measured > due else names[2]


@given(RULES, DAYS, ROWS)
def test_the_status_agrees_with_a_second_reading_of_the_design(
    rules: regulation.Regulation, day: date, fields: dict[str, Value]
) -> None:
    assert on(day, rules, **fields).status == expected_status(rules, day, fields)


@given(RULES, DAYS, ROWS)
def test_the_parts_of_a_judgement_agree_with_each_other(
    rules: regulation.Regulation, day: date, fields: dict[str, Value]
) -> None:
    judged = on(day, rules, **fields)
    assert not judged.awaiting or judged.status in OPEN
    dated = judged.effective_deadline is not None and (not judged.awaiting or judged.completion_day is not None)
    assert (judged.days_left is not None) is (judged.status in OPEN and dated)
    assert judged.completion_day is None or judged.completion_day <= day
    if judged.days_left is not None:
        assert (judged.days_left < 0) is (judged.status in {Status.OPEN_OVERDUE, Status.NOT_COMPLETED})
    assert (judged.timeliness is Timeliness.UNDATED) is (judged.effective_deadline is None)
    assert list(judged.alerts) == [alert for alert in Alert if alert in judged.alerts]


@given(DAYS, st.integers(0, 200), ROWS)
def test_what_is_complete_and_never_returned_stays_complete(day: date, later: int, fields: dict[str, Value]) -> None:
    fields = {**fields, "decision": None}
    if on(day, **fields).status in COMPLETED:
        assert on(day + timedelta(days=later), **fields).status == on(day, **fields).status


@given(RULES, DAYS, ROWS, st.integers(1, 60))
def test_a_later_deadline_never_makes_a_task_late(
    rules: regulation.Regulation, day: date, fields: dict[str, Value], more: int
) -> None:
    due = fields["extended_deadline"] or fields["deadline"]
    if isinstance(due, date) and on(day, rules, **fields).timeliness is Timeliness.IN_TIME:
        extended = {**fields, "extended_deadline": due + timedelta(days=more)}
        assert on(day, rules, **extended).timeliness is Timeliness.IN_TIME
