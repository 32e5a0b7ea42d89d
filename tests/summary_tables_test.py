"""The tables of a report beside Biểu 01: breakdowns, lists, ageing, trend, comparisons, Biểu 05, ranking, rules applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import between, parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.duties import Duty, DutyKind, DutyState
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.summary.build import summarise
from tdnv_sheets.summary.choices import Choices
from tdnv_sheets.summary.figures import Applied, Flow
from tdnv_sheets.summary.levels import LEVELS, levels_of
from tdnv_sheets.summary.ranking import RankingRule
from tdnv_sheets.summary.returns import Returns, ReturnState, returns_by_duty, returns_of_round

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tdnv_sheets.summary.figures import Line, Summary

KON_TUM = regulation.load("kon-tum-2022")
JUDGE = Judge(KON_TUM, calendar.load(None), due_soon_days=5, confirmation="regulation", trails={})
H1 = parse_period("2026-H1")
CUT_OFF = date(2026, 6, 10)
SINCE = date(2026, 2, 2)


def row(task: int, unit: str = "PKT", /, **fields: Value) -> Assignment:
    return Assignment(Key(f"NV-2026-{task:05}", unit), {"assigned_date": SINCE, **fields})


def done(day: date) -> dict[str, Value]:
    return {"progress": "done", "completed_date": day}


def report(*rows: Assignment, choices: Choices | None = None, judge: Judge = JUDGE) -> Summary:
    found = summarise(rows, H1, CUT_OFF, judge=judge, units=("PKT", "PTC"), choices=choices or Choices())
    assert [check for check in found.checks if not check.ok] == []
    return found


def totals(lines: tuple[Line, ...]) -> list[tuple[str, int, int]]:
    return [(line.code, line.counts.total, line.tasks) for line in lines]


# ---------------------------------------------------------------- the breakdowns


def test_assigners_stand_in_the_regulations_order_then_others_then_rows_without_one() -> None:
    heaps = report(
        row(1, assigner="Giám đốc Sở"),
        row(2, assigner="Thủ tướng Chính phủ"),
        row(2, "PTC", assigner="Thủ tướng Chính phủ"),
        row(3, assigner="Bộ Tài chính"),
        row(4),
    ).breakdowns
    assert totals(heaps.assigners) == [
        ("UBND tỉnh", 0, 0),
        ("Chủ tịch UBND tỉnh", 0, 0),
        ("Phó Chủ tịch UBND tỉnh", 0, 0),
        ("Giám đốc Sở", 1, 1),
        ("Phó Giám đốc Sở", 0, 0),
        ("Bộ Tài chính", 1, 1),
        ("Thủ tướng Chính phủ", 2, 1),
        ("", 1, 1),
    ]
    assert totals(heaps.levels) == [
        ("central", 3, 2),
        ("province", 0, 0),
        ("district", 0, 0),
        ("commune", 0, 0),
        ("agency", 1, 1),
        ("", 1, 1),
    ]


@pytest.mark.parametrize(
    ("rules", "words", "level"),
    [
        ("kon-tum-2022", "UBND tỉnh", "province"),
        ("kon-tum-2022", "ubnd  TỈNH", "province"),
        ("kon-tum-2022", "Uỷ ban nhân dân tỉnh", "province"),
        ("kon-tum-2022", "Phó Giám đốc Sở", "agency"),
        ("kon-tum-2022", "Văn phòng Chính phủ", "central"),
        ("kon-tum-2022", "Bộ Nông nghiệp và Môi trường", "central"),
        ("kon-tum-2022", "UBND thành phố", ""),
        ("hai-phong-2025", "UBND thành phố", "province"),
        ("hai-phong-2025", "Chính phủ", "central"),
        ("quynh-nhai-2015", "Chủ tịch UBND huyện", "district"),
        ("quynh-nhai-2015", "UBND tỉnh", "province"),
        ("thanh-hoa-2025", "UBND xã Quảng Chính", "commune"),
        ("tra-vinh-2024", "Phòng Nội bộ", ""),
        ("tra-vinh-2024", "", ""),
    ],
)
def test_the_level_of_an_assigner_is_the_regulations_or_said_by_the_words_and_never_guessed(
    rules: str, words: str, level: str
) -> None:
    assert levels_of(regulation.load(rules))(words) == level


def test_every_regulation_names_the_level_of_everybody_in_its_list() -> None:
    for name in ("kon-tum-2022", "hai-phong-2025", "quynh-nhai-2015", "thanh-hoa-2025", "tra-vinh-2024"):
        clauses = regulation.load(name).about("assigner")
        assert clauses
        assert all(len(clause.names) == 1 and clause.names[0] in LEVELS for clause in clauses)


def test_a_document_is_its_number_day_and_issuer() -> None:
    paper: dict[str, Value] = {"document_number": "12/TB-VP", "document_date": SINCE, "document_summary": "Về đê điều"}
    heaps = report(
        row(1, **paper),
        row(1, "PTC", **paper),
        row(2, **paper),
        row(3, **{**paper, "document_date": date(2025, 3, 3)}),
        row(4, **{**paper, "issuing_authority": "UBND tỉnh"}),
        row(5, document_summary="Chỉ đạo tại cuộc họp"),
    ).breakdowns
    assert [(line.code, line.day, line.label, line.counts.total, line.tasks) for line in heaps.documents] == [
        ("12/TB-VP", date(2025, 3, 3), "Về đê điều", 1, 1),
        ("12/TB-VP", SINCE, "Về đê điều", 3, 2),
        ("12/TB-VP", SINCE, "Về đê điều", 1, 1),
        ("", None, "", 1, 1),
    ]
    assert heaps.document_count == 3


def test_the_backlog_is_told_by_the_year_of_assignment() -> None:
    old: dict[str, Value] = {"assigned_date": date(2024, 5, 6), "deadline": date(2024, 12, 2)}
    heaps = report(
        row(1), row(2, **old), Assignment(Key("NV-2026-00003", "PKT"), {"progress": "in_progress"})
    ).breakdowns
    assert [(line.code, line.counts.open, line.counts.open_overdue) for line in heaps.years] == [
        ("2026", 1, 0),
        ("2024", 1, 1),
        ("", 1, 0),
    ]


# ---------------------------------------------------------------- lists


def test_each_list_holds_what_its_figure_counts() -> None:
    summary = report(
        row(1, deadline=date(2026, 6, 9)),
        row(2, deadline=date(2026, 5, 4), **done(date(2026, 5, 5))),
        row(3, deadline=CUT_OFF),
        row(4, deadline=date(2026, 6, 15)),
        row(5, deadline=date(2026, 6, 16)),
        row(6, progress="in_progress", reported_date=date(2025, 12, 31)),
        row(7, progress="in_progress", reported_date=date(2026, 1, 1)),
        row(8, deadline=date(2026, 6, 12), **done(date(2026, 6, 8))),
    )
    lists = (summary.overdue, summary.late, summary.due_soon, summary.undated_silent)
    assert [[one.assignment.key.task_id[-1] for one in each] for each in lists] == [["1"], ["2"], ["3", "4"], ["6"]]
    total = summary.total
    assert (total.due_soon, total.undated_silent, total.updated, total.due) == (2, 1, 1, 3)
    assert (total.overdue_silent, summary.rates["ty_le_qua_han_khong_cap_nhat"]) == (1, Fraction(1, 8))
    assert summary.rates["ty_le_cap_nhat"] == Fraction(1, 6)


def test_an_overdue_task_is_silent_unless_its_unit_told_something_in_the_period_or_waits_for_the_office() -> None:
    tra_vinh = replace(JUDGE, regulation=regulation.load("tra-vinh-2024"))
    late: dict[str, Value] = {"deadline": date(2026, 5, 4), "progress": "in_progress"}
    returned: dict[str, Value] = {"decision": "returned", "decision_date": date(2026, 5, 20)}
    summary = report(
        row(1, **late),
        row(2, **late, reported_date=date(2025, 12, 31)),
        row(3, **late, reported_date=date(2026, 1, 1)),
        row(4, **{**late, **done(date(2026, 5, 6))}),
        row(5, **late, **returned),
        row(6, deadline=date(2026, 6, 15)),
        judge=tra_vinh,
    )
    assert (summary.total.open_overdue + summary.total.not_completed, summary.total.awaiting) == (5, 1)
    assert summary.total.overdue_silent == 3


def test_a_result_that_waits_for_confirmation_is_not_due_soon() -> None:
    tra_vinh = replace(JUDGE, regulation=regulation.load("tra-vinh-2024"))
    summary = report(row(1, deadline=date(2026, 6, 26), **done(date(2026, 6, 8))), judge=tra_vinh)
    assert (summary.total.awaiting, summary.total.open_in_time, summary.total.due_soon) == (1, 1, 0)


def test_shared_tasks_are_told_apart_from_moved_ones() -> None:
    summary = report(
        row(1),
        row(1, "PTC"),
        row(2, decision="transferred", decision_date=date(2026, 3, 3)),
        row(2, "PTC", transferred_on=date(2026, 3, 3)),
        row(3),
    )
    found = [(one.task_id[-1], [lead.assignment.key.unit for lead in one.leads], one.moved) for one in summary.shared]
    assert found == [("1", ["PKT", "PTC"], False), ("2", ["PKT", "PTC"], True)]
    assert (summary.total.total, summary.distinct.total) == (5, 3)


@pytest.mark.parametrize(
    ("limits", "bands"),
    [
        ((30, 60, 120), [(1, 30, 2), (31, 60, 1), (61, 120, 0), (121, None, 1)]),
        ((1,), [(1, 1, 1), (2, None, 3)]),
    ],
)
def test_overdue_tasks_fall_into_the_offices_bands(
    limits: tuple[int, ...], bands: list[tuple[int, int | None, int]]
) -> None:
    begun: dict[str, Value] = {"assigned_date": date(2025, 9, 1)}
    late = [date(2026, 6, 9), date(2026, 5, 11), date(2026, 5, 8), date(2025, 12, 1)]  # 1, 30, 33, 191 days
    summary = report(*(row(n, **begun, deadline=day) for n, day in enumerate(late)), choices=Choices(ageing=limits))
    assert [(band.first, band.last, band.count) for band in summary.ageing] == bands


# ---------------------------------------------------------------- what happened


def test_the_trend_tells_every_month_and_ends_on_the_reports_day() -> None:
    summary = report(
        row(1, assigned_date=date(2025, 8, 4), deadline=date(2026, 1, 30)),
        row(2, assigned_date=date(2026, 1, 5), **done(date(2026, 3, 2))),
        row(3, deadline=date(2026, 6, 30), decision="withdrawn", decision_date=date(2026, 6, 10)),
        row(4, assigned_date=date(2026, 6, 11)),
        row(5, assigned_date=date(2025, 3, 3), **done(date(2025, 6, 30)), decision="returned", decision_date=CUT_OFF),
    )
    months = {line.period.name: line for line in summary.trend}
    assert list(months) == [f"2025-M{n:02}" for n in range(7, 13)] + [f"2026-M{n:02}" for n in range(1, 7)]
    assert months["2025-M07"].flow == Flow()
    assert months["2025-M08"].flow == Flow(begun=1, open_after=1)
    assert (months["2025-M12"].overdue, months["2026-M01"].overdue) == (0, 1)
    assert months["2026-M03"].flow == Flow(open_before=3, completed_undated=1, open_after=2)
    assert months["2026-M06"].last == CUT_OFF
    assert months["2026-M06"].flow == Flow(open_before=2, withdrawn=1, reopened=1, open_after=2)
    assert summary.flow == Flow(open_before=1, begun=2, completed_undated=1, withdrawn=1, reopened=1, open_after=2)


def test_the_same_period_of_last_year_stands_beside_as_of_its_own_cut_off() -> None:
    old: dict[str, Value] = {"assigned_date": date(2025, 2, 3), "deadline": date(2025, 6, 2)}
    summary = report(row(1, **old, **done(date(2025, 6, 20))), row(2, "PTC", **old), row(2, **old))
    assert summary.last_year_period == parse_period("2025-H1")
    assert summary.last_year_as_of == date(2025, 6, 10)
    total = summary.last_year_total
    assert (total.total, total.open_overdue, summary.last_year_distinct.total) == (3, 3, 2)
    assert [line.last_year.total for line in summary.units] == [2, 1]
    assert (summary.previous_period, summary.previous_as_of) == (parse_period("2025-H2"), date(2025, 12, 10))
    assert (summary.previous_total.total, summary.previous_distinct.total) == (2, 1)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        ("2026-H1", "2025-H1"),
        ("2026-Q3", "2025-Q3"),
        ("2026-M02", "2025-M02"),
        ("2026", "2025"),
        ("2026-03-01..2026-04-15", "2025-03-01..2025-04-15"),
        ("2026-W23", "2025-W23"),
        ("2026-W53", "2025-W52"),
        ("2024-02-29..2024-03-01", "2023-02-28..2023-03-01"),
    ],
)
def test_a_period_has_the_same_of_last_year(period: str, before: str) -> None:
    assert parse_period(period).last_year() == parse_period(before)


def test_by_deadline_a_period_holds_what_falls_due_in_it() -> None:
    rows = (
        row(1, assigned_date=date(2025, 10, 1), deadline=date(2026, 3, 2), **done(date(2025, 12, 1))),
        row(2, deadline=date(2026, 6, 30)),
        row(3, deadline=date(2026, 7, 1)),
        row(4, assigned_date=date(2025, 10, 1), deadline=date(2025, 12, 1)),
        row(5, assigned_date=date(2025, 10, 1), deadline=date(2025, 12, 1), **done(date(2025, 12, 2))),
        row(6, deadline=date(2026, 5, 4), extended_deadline=date(2026, 8, 3)),
        row(7),
        row(8, assigned_date=date(2026, 6, 11), deadline=date(2026, 6, 30)),
    )
    by_deadline = report(*rows, choices=Choices("deadline"))
    assert (by_deadline.total.new, by_deadline.total.carried, by_deadline.allocation) == (3, 1, "deadline")
    assert by_deadline.total.completed_on_time == 1
    by_assignment = report(*rows)
    assert (by_assignment.total.new, by_assignment.total.carried, by_assignment.allocation) == (4, 1, "assigned")


# ---------------------------------------------------------------- Biểu 05


def owes(unit: str, state: DutyState, done: date | None = None, *, empty: bool = False) -> Duty:
    return Duty(DutyKind.PERIODIC_REPORT, unit, "2026-H1", CUT_OFF, CUT_OFF, "Điều 20.2", state, done, empty=empty)


def test_every_unit_that_owes_a_report_stands_in_one_state() -> None:
    returns = returns_by_duty(
        [
            owes("a", DutyState.DONE_ON_TIME, CUT_OFF),
            owes("b", DutyState.DONE_LATE, date(2026, 6, 11)),
            owes("c", DutyState.DONE_ON_TIME, CUT_OFF, empty=True),
            owes("d", DutyState.LATE),
            owes("e", DutyState.OPEN),
            owes("f", DutyState.UNRECORDED),
            owes("g", DutyState.DONE_UNDATED, CUT_OFF),
        ],
        frozenset({"b", "d"}),
    )
    assert [line.state.value for line in returns.lines] == [
        "on_time",
        "late",
        "empty",
        "missing",
        "waiting",
        "unrecorded",
        "undated",
    ]
    assert (returns.expected, returns.reported, returns.to_correct, returns.article) == (7, 3, 2, "Điều 20.2")
    assert sum(returns.of(state) for state in ReturnState) == returns.expected
    found = summarise((), H1, CUT_OFF, judge=JUDGE, units=(), returns=returns)
    assert found.rates["ty_le_nop_bao_cao_dung_han"] == Fraction(1, 7)
    # A file that came after the report's day cannot stand in it.
    assert [check.name for check in found.checks if not check.ok] == ["returns"]


def test_without_an_article_those_who_got_a_workbook_are_expected() -> None:
    files = [("a", date(2026, 4, 2), True), ("a", date(2026, 4, 3), False), ("b", date(2026, 4, 1), True)]
    returns = returns_of_round(("a", "b", "c"), files, frozenset({"c"}))
    assert [(line.unit, line.state.value, line.came) for line in returns.lines] == [
        ("a", "undated", date(2026, 4, 2)),
        ("b", "empty", date(2026, 4, 1)),
        ("c", "waiting", None),
    ]
    assert (returns.reported, returns.to_correct) == (1, 1)


def test_without_units_that_owe_a_report_the_rate_of_returns_is_none() -> None:
    assert report().rates["ty_le_nop_bao_cao_dung_han"] is None
    assert report().returns == Returns()


# ---------------------------------------------------------------- ranking


def test_units_are_ranked_only_where_the_office_asks_and_with_enough_tasks() -> None:
    late: dict[str, Value] = {"deadline": date(2026, 3, 2)}
    rows = [row(n, "A", **late, **done(date(2026, 3, 2))) for n in range(9)] + [row(9, "A", **late)]
    rows += [row(n, "B", **late, **done(date(2026, 3, 2))) for n in range(10, 19)] + [row(19, "B", **late)]
    rows += [row(n, "C", **late, **done(date(2026, 3, 2))) for n in range(20, 22)] + [
        row(n, "C", **late) for n in (22, 23)
    ]
    rows += [row(n, "D", **late, **done(date(2026, 3, 2))) for n in range(30, 32)]
    assert report(*rows).ranking is None
    rule = RankingRule("ty_le_dung_han_tren_den_han", 3, (90, 75, 50))
    ranking = report(*rows, choices=Choices(ranking=rule)).ranking
    assert ranking is not None
    assert [(one.unit, one.place, one.band, one.basis) for one in ranking.lines] == [
        ("A", 1, 1, 10),
        ("B", 1, 1, 10),
        ("C", 3, 3, 4),
        ("PKT", None, None, 0),
        ("PTC", None, None, 0),
        ("D", None, None, 2),
    ]
    assert ranking.lines[0].rate == Fraction(9, 10)
    assert ranking.formula.numerator == ("completed_on_time",)
    assert ranking.rule is rule


# ---------------------------------------------------------------- rules applied


def test_the_rules_that_were_applied_are_told_with_their_articles() -> None:
    told = {rule.what: rule for rule in report().applied}
    assert list(told) == [
        "cut_off",
        "allocation",
        "unit_report",
        "office_report",
        "confirmation",
        "final_document",
        "returned_overdue",
        "completion_day",
        "deadline_roll",
    ]
    assert (told["cut_off"].value, told["cut_off"].article) == ("office_day", "Điều 20.2")
    assert (told["office_report"].value, told["office_report"].article) == ("2026-06-10", "Điều 20.2")
    assert told["office_report"].to == "Văn phòng Ủy ban nhân dân tỉnh"
    assert (told["confirmation"].value, told["confirmation"].article) == ("no", "Điều 7.1")
    assert all(say(f"summary.applied_{what}", lang) for what in told for lang in ("vi", "en"))


def test_another_day_and_the_offices_own_settings_rest_on_no_article() -> None:
    judge = replace(JUDGE, confirmation="yes")
    found = summarise((), H1, date(2026, 6, 30), judge=judge, units=())
    told = {rule.what: rule for rule in found.applied}
    assert told["cut_off"] == Applied("cut_off", "chosen", "")
    assert told["confirmation"] == Applied("confirmation", "yes", "")
    any_days = summarise((), between(SINCE, CUT_OFF), CUT_OFF, judge=JUDGE, units=())
    assert "unit_report" not in {rule.what for rule in any_days.applied}


def test_a_week_is_cut_off_by_the_article_of_the_weekly_list() -> None:
    hai_phong = replace(JUDGE, regulation=regulation.load("hai-phong-2025"))
    week = parse_period("2026-W23")
    found = summarise((), week, hai_phong.regulation.cut_off(week), judge=hai_phong, units=())
    told = {rule.what: rule for rule in found.applied}
    assert (told["cut_off"].value, found.as_of) == ("weekly_day", date(2026, 6, 4))
    assert (told["weekly_report"].value, told["weekly_report"].article) == ("2026-06-04", "Điều 6.1d")
    assert all(say(f"summary.{key}", "vi") for key in ("applied_weekly_report", "cut_off_weekly_day"))
    plain = summarise((), week, week.end, judge=JUDGE, units=())
    assert {rule.what: rule.value for rule in plain.applied}["cut_off"] == "period_end"


def test_every_version_of_a_rule_that_had_begun_is_told() -> None:
    asked = date(2026, 3, 2)
    old = KON_TUM.switch("confirmation", SINCE)
    rules = replace(KON_TUM, switches=(*KON_TUM.switches, replace(old, since=asked, value=True, article="Điều 7.1a")))
    report_day = replace(old, since=date(2026, 7, 1), value=False)
    rules = replace(rules, switches=(*rules.switches, report_day))
    found = summarise((), H1, CUT_OFF, judge=replace(JUDGE, regulation=rules), units=())
    told = [(rule.value, rule.article, rule.since) for rule in found.applied if rule.what == "confirmation"]
    assert told == [("no", "Điều 7.1", KON_TUM.since), ("yes", "Điều 7.1a", asked)]
