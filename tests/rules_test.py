"""Rules over several cells of a reported row: each both ways, and only where the sender changed something."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec
from tdnv_sheets.validate.cells import Unread
from tdnv_sheets.validate.frame import TOUCHED
from tdnv_sheets.validate.rules import row_rules
from tdnv_sheets.validate.schema import failures

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = tuple(spec for spec in assignment_spec().shown_on("update") if spec.owner is Owner.UNIT)
TODAY = date(2026, 6, 10)
TASK = {
    "assigned_date": date(2026, 3, 2),
    "document_date": date(2026, 3, 1),
    "deadline": date(2026, 6, 30),
    "extended_deadline": None,
}
DONE = {"progress": "done", "result_summary": "Xong", "completed_date": date(2026, 6, 5)}


@dataclass(frozen=True)
class Case:
    """What a unit changes in a row, and what is then said, as (field, code)."""

    typed: Mapping[str, Any]
    said: frozenset[tuple[str, str]] = frozenset()
    then: Mapping[str, Any] = field(default_factory=dict)
    """What stood there before, unchanged."""
    final_document: bool = False


def only(name: str, code: str) -> frozenset[tuple[str, str]]:
    return frozenset({(name, code)})


CASES = {
    "done with its day and result": Case(DONE),
    "done without a day": Case(
        {"progress": "done", "result_summary": "Xong"}, only("completed_date", "required-because")
    ),
    "done without a result": Case(
        {"progress": "done", "completed_date": TODAY}, only("result_summary", "required-because")
    ),
    "blocked without a difficulty": Case(
        {"progress": "blocked", "result_summary": "x"}, only("difficulty", "required-because")
    ),
    "blocked with a difficulty": Case({"progress": "blocked", "result_summary": "x", "difficulty": "y"}),
    "done on the day of assignment": Case(DONE | {"completed_date": date(2026, 3, 2)}),
    "done the day before assignment": Case(
        DONE | {"completed_date": date(2026, 3, 1)}, only("completed_date", "date-order")
    ),
    "done before a document without a day of assignment": Case(
        DONE | {"completed_date": date(2026, 2, 28)}, only("completed_date", "date-order"), {"assigned_date": None}
    ),
    "done on the day of a document without a day of assignment": Case(
        DONE | {"completed_date": date(2026, 3, 1)}, then={"assigned_date": None}
    ),
    "a task without any day": Case(
        DONE | {"completed_date": date(2020, 1, 1)}, then={"assigned_date": None, "document_date": None}
    ),
    "done today": Case(DONE | {"completed_date": TODAY}),
    "done tomorrow": Case(DONE | {"completed_date": date(2026, 6, 11)}, only("completed_date", "future-date")),
    "a result of tomorrow": Case(
        {"result_document": "1/BC-X", "result_date": date(2026, 6, 11)}, only("result_date", "future-date")
    ),
    "a result older than the task": Case(
        {"result_document": "1/BC-X", "result_date": date(2026, 3, 1)}, only("result_date", "date-order")
    ),
    "a result of the same day": Case({"result_document": "1/BC-X", "result_date": date(2026, 3, 2)}),
    "reported tomorrow": Case({"reported_date": date(2026, 6, 11)}, only("reported_date", "future-date")),
    "a result without its day": Case({"result_document": "1/BC-X"}, only("result_date", "expected-because")),
    "the day of a result without it": Case({"result_date": TODAY}, only("result_document", "expected-because")),
    "a day that cannot be read asks for no number": Case(
        {"result_date": Unread("mai")}, only("result_date", "not-a-date")
    ),
    "a completion day while in progress": Case(
        {"progress": "in_progress", "completed_date": TODAY}, only("completed_date", "not-done-but-dated")
    ),
    "an extension to a later day": Case({"extension_to": date(2026, 7, 1), "extension_reason": "Chờ vốn"}),
    "an extension to the deadline itself": Case(
        {"extension_to": date(2026, 6, 30), "extension_reason": "Chờ vốn"}, only("extension_to", "extension-not-later")
    ),
    "an extension before the deadline granted last": Case(
        {"extension_to": date(2026, 7, 15), "extension_reason": "Chờ vốn"},
        only("extension_to", "extension-not-later"),
        {"extended_deadline": date(2026, 7, 31)},
    ),
    "an extension of a task without a deadline": Case(
        {"extension_to": date(2026, 7, 1), "extension_reason": "Chờ vốn"}, then={"deadline": None}
    ),
    "an extension of a task that is done": Case(
        DONE | {"extension_to": date(2026, 6, 1), "extension_reason": "Chờ vốn"},
    ),
    "an extension that was granted stays in its cell": Case(
        {"difficulty": "Thiếu vốn"},
        then={
            "extension_to": date(2026, 7, 31),
            "extension_reason": "Chờ vốn",
            "extended_deadline": date(2026, 7, 31),
        },
    ),
    "an extension without a reason": Case({"extension_to": date(2026, 7, 1)}, only("extension_reason", "required")),
    "a request for extension without a day": Case(
        {"result_kind": "extension_request"}, only("extension_to", "expected-because")
    ),
    "a request for extension with its day": Case(
        {"result_kind": "extension_request", "extension_to": date(2026, 7, 1), "extension_reason": "Chờ vốn"}
    ),
    "done with a progress report where the rules ask for a final document": Case(
        DONE | {"result_kind": "progress_report"}, only("result_kind", "not-a-final-result"), final_document=True
    ),
    "done with a progress report where they do not": Case(DONE | {"result_kind": "progress_report"}),
    "done with a result where they ask for one": Case(DONE | {"result_kind": "result"}, final_document=True),
    "in progress with a progress report": Case(
        {"progress": "in_progress", "result_kind": "progress_report"}, final_document=True
    ),
    "returned and done": Case(DONE | {"return_reason": "Không thuộc"}, only("return_reason", "returned-but-done")),
    "returned": Case({"progress": "not_started", "return_reason": "Không thuộc chức năng"}),
    "what was wrong before is not the sender's": Case(
        {"proposal": "Hỗ trợ"},
        then={
            "progress": "done",
            "result_summary": "x" * 5000,
            "completed_date": date(2027, 1, 1),
            "result_document": "1/BC-X",
        },
    ),
    "two things wrong with one cell are said once": Case(
        {"progress": "in_progress", "completed_date": date(2026, 6, 11)}, only("completed_date", "future-date")
    ),
}


def row_of(case: Case) -> dict[str, object]:
    cells = {spec.name: None for spec in FIELDS}
    return {**cells, **TASK, **case.then, **case.typed, TOUCHED: frozenset(case.typed)}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_where_it_is_broken_and_nowhere_else(name: str) -> None:
    case = CASES[name]

    broken = failures([row_of(case)], FIELDS, row_rules(FIELDS, TODAY, final_document=case.final_document))

    assert {(failure.field, failure.code) for failure in broken} == case.said


def test_many_rows_in_one_frame_are_judged_as_each_alone() -> None:
    cases = [case for case in CASES.values() if not case.final_document]

    broken = failures([row_of(case) for case in cases], FIELDS, row_rules(FIELDS, TODAY))

    assert {(failure.row, failure.field, failure.code) for failure in broken} == {
        (number, name, code) for number, case in enumerate(cases) for name, code in case.said
    }


CELLS = {
    Kind.DATE: st.dates(date(1980, 1, 1), date(2110, 1, 1)) | st.just(Unread("?")),
    Kind.CHOICE: st.sampled_from(["done", "blocked", "result", "extension_request", Unread("?")]),
    Kind.TEXT: st.text(max_size=5),
}


@given(st.fixed_dictionaries({spec.name: st.none() | CELLS[spec.kind] for spec in FIELDS}))
def test_nothing_is_said_of_a_row_that_nobody_touched(cells: dict[str, object]) -> None:
    row = {**cells, **TASK, TOUCHED: frozenset[str]()}

    assert failures([row], FIELDS, row_rules(FIELDS, TODAY, final_document=True)) == []


@given(st.fixed_dictionaries({spec.name: st.none() | CELLS[spec.kind] for spec in FIELDS}))
def test_a_cell_is_blamed_once(cells: dict[str, object]) -> None:
    row = {**cells, **TASK, TOUCHED: frozenset(cells)}

    broken = failures([row], FIELDS, row_rules(FIELDS, TODAY, final_document=True))

    assert len({failure.field for failure in broken}) == len(broken)
