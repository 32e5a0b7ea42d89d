"""Counting over columns gives what counting row by row and day by day gives: every figure, line and list of a report.

uv run python -m tests.summary_slowly_test --n 2000
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets.records import Assignment, Key, Trail
from tdnv_sheets.rules.judgement import OVERDUE, Status
from tdnv_sheets.summary.build import summarise
from tests.counted_slowly import Clerk, aged, counted, of_tasks
from tests.summary_course_test import changing
from tests.summary_laws_test import CHOICES, DAYS, JUDGES, PERIODS, UNITS

if TYPE_CHECKING:
    from tdnv_sheets.periods import Period
    from tdnv_sheets.rules.judge import Judge
    from tdnv_sheets.summary.choices import Choices
    from tdnv_sheets.summary.figures import Counts, Line, Summary
    from tests.counted_slowly import Told

_EDGES = [
    date(year, month, 1) - timedelta(days=back) for year in (2025, 2026) for month in range(1, 13) for back in (0, 1)
]
"""Where periods and months begin and end, so that many a day is the very day that a rule names."""
_DAYS = st.sampled_from(_EDGES) | DAYS
_MAYBE, _SELDOM = st.none() | _DAYS, st.none() | st.none() | _DAYS
_FIELDS = st.fixed_dictionaries(
    {
        "assigner": st.sampled_from([None, "UBND tỉnh", "Thủ tướng Chính phủ", "Giám đốc Sở", "UBND xã"]),
        "document_number": st.sampled_from([None, "1/TB-VP", "2/UBND-TH"]),
        "document_date": st.sampled_from([None, date(2025, 12, 1), date(2026, 3, 2)]),
        "document_summary": st.sampled_from([None, "Về việc thứ nhất", "Về việc thứ hai"]),
        "issuing_authority": st.sampled_from([None, "UBND tỉnh"]),
        "assigned_date": st.one_of(_DAYS, _DAYS, st.none()),
        "transferred_on": _SELDOM,
        "deadline": _MAYBE,
        "extended_deadline": _SELDOM,
        "progress": st.sampled_from([None, "not_started", "in_progress", "done", "done"]),
        "result_kind": st.sampled_from([None, "result", "progress_report"]),
        "result_date": _SELDOM,
        "completed_date": _MAYBE,
        "reported_date": _MAYBE,
        "decision": st.sampled_from([None, None, "confirmed", "confirmed", "returned", "transferred", "withdrawn"]),
        "decision_date": _MAYBE,
    }
)
_PAST = st.builds(Trail, extension_count=st.integers(0, 2), last_update=_MAYBE)
_LEDGERS = st.dictionaries(
    st.tuples(st.integers(1, 6), st.sampled_from(["PKT", "PTC", "XXX"])),
    st.tuples(_FIELDS, _PAST, st.booleans()),
    max_size=10,
)
_CHANGING = tuple(replace(JUDGES[0], regulation=changing(name)) for name in ("kon-tum-2022", "thanh-hoa-2025"))


def _examples() -> settings:
    if __name__ != "__main__":
        return settings(max_examples=40, deadline=None)
    options = argparse.ArgumentParser(description="Count many reports the slow way.")
    options.add_argument("--n", type=int, default=2000, help="examples")
    return settings(max_examples=options.parse_args().n, deadline=None)


EXAMPLES = _examples()


class Asked(NamedTuple):
    """What a report is asked for, and by which rules."""

    period: Period
    as_of: date
    judge: Judge
    choices: Choices
    shift: int | None
    """By how many days the cut-off of the report before lay from the period's start."""


_ASKED = st.builds(
    Asked, PERIODS, _DAYS, st.sampled_from((*JUDGES, *_CHANGING)), CHOICES, st.none() | st.integers(-20, 20)
)


@EXAMPLES
@given(_LEDGERS, _ASKED)
def test_a_report_is_what_a_patient_clerk_counts(
    ledger: dict[tuple[int, str], tuple[dict[str, date | str | None], Trail, bool]], asked: Asked
) -> None:
    period, as_of, judge, choices, shift = asked
    rows = [Assignment(Key(f"NV-{task}", unit), fields) for (task, unit), (fields, _, _) in ledger.items()]
    judge = replace(judge, trails={row.key: past for row, (_, past, _) in zip(rows, ledger.values(), strict=True)})
    heard = frozenset(row.key for row, (_, _, said) in zip(rows, ledger.values(), strict=True) if said)
    previous = None if shift is None else period.start + timedelta(days=shift)
    summary = summarise(
        rows, period, as_of, judge=judge, units=UNITS, choices=choices, heard=heard, previous_cut_off=previous
    )
    clerk = Clerk(rows, judge, as_of, by_deadline=choices.allocation == "deadline")
    assert summary.previous_as_of is not None
    assert summary.last_year_as_of is not None
    told = clerk.told(period, as_of, heard)
    before = clerk.told(period.previous(), summary.previous_as_of, frozenset())
    year_before = clerk.told(period.last_year(), summary.last_year_as_of, frozenset())
    assert [summary.total, summary.previous_total, summary.last_year_total] == _each(told, before, year_before)
    assert [summary.distinct, summary.previous_distinct, summary.last_year_distinct] == [
        counted(of_tasks(each)) for each in (told, before, year_before)
    ]
    for line in summary.units:
        own = [{key: one for key, one in each.items() if key.unit == line.unit} for each in (told, before, year_before)]
        assert [line.counts, line.previous, line.last_year] == _each(*own)
    assert dict(summary.standing) == {key: one["status"] for key, one in told.items()}
    _see_lists(summary, clerk, told, choices)
    _see_breakdowns(summary, clerk, told)
    _see_flows(summary, clerk)


def _each(*told: dict[Key, Told]) -> list[Counts]:
    return [counted(each.values()) for each in told]


def _see_lists(summary: Summary, clerk: Clerk, told: dict[Key, Told], choices: Choices) -> None:
    overdue = clerk.listed(key for key, one in told.items() if one["status"] in OVERDUE)
    assert summary.overdue == overdue
    assert summary.ageing == aged(overdue, choices.ageing)
    assert summary.late == clerk.listed(key for key, one in told.items() if one["status"] is Status.COMPLETED_LATE)
    assert summary.due_soon == clerk.listed(
        key for key, one in told.items() if one["soon"] and one["status"] is Status.OPEN_IN_TIME
    )
    assert summary.undated_silent == clerk.listed(
        key for key, one in told.items() if one["silent"] and one["status"] is Status.OPEN_UNDATED
    )
    assert summary.shared == clerk.shared(told)


def _see_breakdowns(summary: Summary, clerk: Clerk, told: dict[Key, Told]) -> None:
    heaps = summary.breakdowns
    assert heaps.assigners == clerk.assigners(told, summary.period.end)
    assert heaps.levels == clerk.levels(told)
    assert heaps.years == clerk.years(told)
    papers = {row.key: _paper(row) for row in clerk.rows}
    expected = []
    for paper in {papers[key] for key in told}:
        own = [key for key in told if papers[key] == paper]
        label = clerk.by_key[own[0]].text("document_summary") if paper[0] else ""
        expected.append(
            (paper[0], paper[1], label, counted(told[key] for key in own), len({key.task_id for key in own}))
        )
    found = [(line.code, line.day, line.label, line.counts, line.tasks) for line in heaps.documents]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert list(heaps.documents) == sorted(heaps.documents, key=_by_day)


def _paper(row: Assignment) -> tuple[str, date | None, str]:
    number = row.text("document_number")
    return (number, row.day("document_date"), row.text("issuing_authority")) if number else ("", None, "")


def _by_day(line: Line) -> tuple[bool, date, str, str]:
    return not line.code, line.day or date.min, line.code, line.label


def _see_flows(summary: Summary, clerk: Clerk) -> None:
    period, as_of = summary.period, summary.as_of
    last = min(as_of, period.end)
    assert summary.flow == clerk.happened(min(period.start, last + timedelta(days=1)), last)
    assert [line.flow for line in summary.trend] == [
        clerk.happened(line.period.start, line.last) for line in summary.trend
    ]
    assert [line.overdue for line in summary.trend] == [clerk.overdue(line.last) for line in summary.trend]
    assert summary.previous_as_of is not None
    assert summary.between == clerk.between(period, as_of, summary.previous_as_of)


if __name__ == "__main__":
    test_a_report_is_what_a_patient_clerk_counts()
    print(f"{EXAMPLES.max_examples} reports counted the slow way")  # noqa: T201 - a command
