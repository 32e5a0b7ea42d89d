"""The example office holds together: what its register and its clerks say could stand in a real one."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.periods import PeriodKind, containing
from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec, unit_spec
from tdnv_sheets.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.sheetspec import SheetSpec

Row = dict[str, str]

STAND = date(2026, 5, 15)
ROUND = (date(2026, 6, 5), date(2026, 6, 9))
SILENT = {"tts", "ccptnt", "bqlda"}
ASSIGNERS = {"UBND tỉnh", "Chủ tịch UBND tỉnh", "Phó Chủ tịch UBND tỉnh", "Giám đốc Sở", "Phó Giám đốc Sở"}
DEADLINES = {"deadline", "extension_to", "extended_deadline"}
NUMBER = re.compile(r"\d{2,5}/[A-ZĐ][A-Za-zĐ]*(?:-[A-ZĐ][A-ZĐ]*)?")
QUARTERS = {"I": 2, "II": 5, "III": 8, "IV": 11}


def read(name: str) -> list[Row]:
    with shipped("examples", "so-nong-nghiep", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


UNITS = read("don-vi.csv")
ASSIGNMENTS = read("nhiem-vu.csv")
UPDATES = read("cap-nhat.csv")


def key(row: Row) -> tuple[str, str]:
    return row["task"], row["unit"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(row: Row, spec: SheetSpec) -> Iterator[tuple[str, date]]:
    for name, value in row.items():
        if value and name != "task" and spec.by_name[name].kind is Kind.DATE:
            yield name, day(value)


def is_open(row: Row) -> bool:
    return row["progress"] != "done" and row["decision"] not in {"withdrawn", "transferred"}


@pytest.mark.parametrize("rows", [ASSIGNMENTS, UPDATES], ids=["nhiem-vu", "cap-nhat"])
def test_columns_codes_and_dates_are_those_of_the_schema(rows: list[Row]) -> None:
    spec = assignment_spec()
    codes = {unit["code"] for unit in UNITS}
    assert set(rows[0]) - {"task"} <= set(spec.by_name)
    for row in rows:
        assert row["task"].isdigit()
        assert row["unit"] in codes
        assert all(2025 <= value.year <= 2026 for _, value in days(row, spec))
        for name, value in row.items():
            assert value == value.strip()
            if name == "task" or not value:
                continue
            field = spec.by_name[name]
            assert len(value) <= field.max_length
            assert field.owner is not Owner.COMPUTED
            if field.kind is Kind.UNIT and name == "transferred_to":
                assert value in {unit["code"] for unit in UNITS}
            if field.kind is Kind.CHOICE:
                assert value in {choice.code for choice in field.choices}


@pytest.mark.parametrize("rows", [ASSIGNMENTS, UPDATES], ids=["nhiem-vu", "cap-nhat"])
def test_cells_that_another_cell_asks_for_are_filled(rows: list[Row]) -> None:
    for field in assignment_spec().fields:
        for other, codes in field.required_when.items():
            for row in rows:
                if row.get(other) in codes:
                    assert row[field.name], (key(row), field.name)
    for row in rows:
        assert not row["extension_to"] or row["extension_reason"]
        assert not row["result_date"] or row["result_document"]
        assert bool(row["reporter"]) == bool(row["reported_date"])


def test_the_units_have_a_code_a_name_and_names_that_nobody_else_has() -> None:
    spec = unit_spec()
    assert set(UNITS[0]) <= set(spec.by_name)
    assert len(UNITS) == 12
    called = [{unit["code"], unit["name"].casefold(), *unit["aliases"].casefold().split("; ")} for unit in UNITS]
    names = Counter(name for of_unit in called for name in of_unit)
    assert set(names.values()) == {1}
    for unit in UNITS:
        assert re.fullmatch(r"[a-z]{2,8}", unit["code"])
        assert unit["email"] == f"{unit['code']}@so-nnmt.example"
        assert unit["contact"]


def test_the_register_is_as_large_as_its_description_says() -> None:
    assert len(ASSIGNMENTS) == 150
    assert len({row["task"] for row in ASSIGNMENTS}) == 128
    assert len({key(row) for row in ASSIGNMENTS}) == len(ASSIGNMENTS)
    years = Counter(day(row["document_date"]).year for row in ASSIGNMENTS)
    assert 95 <= years[2025] <= 105
    assert years[2025] + years[2026] == len(ASSIGNMENTS)
    leads = Counter(row["task"] for row in ASSIGNMENTS)
    assert 10 <= sum(count > 1 for count in leads.values()) <= 15
    assert max(leads.values()) == 3


def test_every_kind_of_assignment_occurs_about_as_often_as_in_an_office() -> None:
    progress = Counter(row["progress"] for row in ASSIGNMENTS)
    decisions = Counter(row["decision"] for row in ASSIGNMENTS)
    undated = sum(not row["deadline"] for row in ASSIGNMENTS)
    overdue = [r for r in ASSIGNMENTS if is_open(r) and "" < (r["extended_deadline"] or r["deadline"]) < str(STAND)]
    assert 85 <= progress["done"] <= 95
    assert 8 <= progress["not_started"] <= 12
    assert 5 <= progress["blocked"] <= 12
    assert 15 <= undated <= 21
    assert 6 <= sum(bool(row["extension_to"]) for row in ASSIGNMENTS) <= 10
    assert (decisions["withdrawn"], decisions["transferred"]) == (2, 1)
    assert 10 <= len(overdue) <= 20


def test_the_lines_of_one_task_say_the_same_of_its_document_and_its_deadline() -> None:
    decided = {"decision", "decision_date", "transferred_to", "extended_deadline", "extension_document"}
    office = [f.name for f in assignment_spec().fields if f.owner is Owner.OFFICE and f.name not in decided]
    shared = [name for name in office if name in ASSIGNMENTS[0]]
    by_task = defaultdict(set)
    for row in ASSIGNMENTS:
        by_task[row["task"]].add(tuple(row[name] for name in shared))
    assert all(len(variants) == 1 for variants in by_task.values())


def test_the_sentences_are_not_copies_of_one_another() -> None:
    contents = {row["task"]: row["task_content"] for row in ASSIGNMENTS}
    assert len(set(contents.values())) == len(contents)
    results = [re.sub(r"\d+", "#", row["result_summary"]) for row in ASSIGNMENTS if row["result_summary"]]
    assert len(set(results)) == len(results)


def test_days_follow_the_way_of_the_paper() -> None:
    for row in ASSIGNMENTS:
        at = dict(days(row, assignment_spec()))
        assert timedelta(0) <= at["received_date"] - at["document_date"] <= timedelta(3)
        assert at["document_date"] <= at["received_date"] <= at["assigned_date"] <= at["entered_date"]
        for name, value in at.items():
            assert name in DEADLINES or value <= STAND, (key(row), name)
        for name in ("completed_date", "result_date", "reported_date", "decision_date"):
            assert name not in at or at[name] >= at["assigned_date"], (key(row), name)
        if "completed_date" in at:
            assert at.get("result_date", at["completed_date"]) <= at["completed_date"] <= at["reported_date"]
        if row["decision"] == "confirmed":
            assert row["progress"] == "done"
            assert at["decision_date"] >= at["reported_date"]
        if "extended_deadline" in at:
            assert row["extension_document"]
            assert at["extended_deadline"] > at["deadline"]


def test_few_tasks_are_entered_late() -> None:
    late = [r for r in ASSIGNMENTS if day(r["entered_date"]) - day(r["assigned_date"]) > timedelta(4)]
    assert 2 <= len(late) <= 10


def meant(words: str) -> date | None:
    """Read the few forms of a deadline that the example uses, apart from the program's own reader."""
    if match := re.search(r"(\d{1,2})/(\d{1,2})/(\d{4})", words):
        named = date(int(match[3]), int(match[2]), int(match[1]))
        return named - timedelta(1) if words.startswith("trước ngày") else named
    if match := re.fullmatch(r"tháng (\d{1,2})/(\d{4})", words):
        return containing(date(int(match[2]), int(match[1]), 1), PeriodKind.MONTH).end
    if match := re.fullmatch(r"Quý (I{1,3}|IV)/(\d{4})", words):
        return containing(date(int(match[2]), QUARTERS[match[1]], 1), PeriodKind.QUARTER).end
    if match := re.fullmatch(r"cuối năm (\d{4})", words):
        return date(int(match[1]), 12, 31)
    assert re.fullmatch(r"|thường xuyên|.*hằng (tuần|tháng|quý)", words), words
    return None


def test_a_deadline_is_the_day_that_its_words_mean() -> None:
    for row in ASSIGNMENTS:
        said = meant(row["deadline_text"])
        assert row["deadline"] == (str(said) if said else ""), row["deadline_text"]
        assert said is None or said >= day(row["assigned_date"])
        assert bool(row["recurrence"]) == (said is None and bool(row["deadline_text"]))


def test_document_numbers_are_of_the_form_of_decree_30_and_name_one_document() -> None:
    documents = defaultdict(set)
    for row in ASSIGNMENTS:
        assert row["assigner"] in ASSIGNERS
        for name in ("document_number", "result_document", "extension_document"):
            assert not row[name] or NUMBER.fullmatch(row[name]), row[name]
        if row["document_number"]:
            number = row["document_number"], row["document_date"][:4]
            documents[number].add((row["document_date"], row["document_summary"]))
        else:
            assert row["document_type"] == "Ý kiến chỉ đạo trực tiếp"
    assert all(len(seen) == 1 for seen in documents.values())


def test_a_done_task_that_needs_a_paper_names_it() -> None:
    for row in ASSIGNMENTS:
        if row["progress"] == "done":
            assert row["completed_date"]
            assert bool(row["result_document"]) == (row["report_required"] == "yes"), key(row)


def test_nothing_in_the_example_bears_a_mark_of_secrecy() -> None:
    for row in [*ASSIGNMENTS, *UPDATES]:
        assert not any(re.search(r"(?i)\bmật\b", value) for value in row.values())


def test_clerks_fill_only_their_own_cells_of_tasks_that_are_open() -> None:
    spec = assignment_spec()
    assert all(spec.by_name[name].owner is Owner.UNIT for name in set(UPDATES[0]) - {"task", "unit"})
    open_rows = {key(row): row for row in ASSIGNMENTS if is_open(row)}
    assert len({key(row) for row in UPDATES}) == len(UPDATES)
    for row in UPDATES:
        assert key(row) in open_rows
        at = dict(days(row, spec))
        assert ROUND[0] <= at["reported_date"] <= ROUND[1]
        if row["progress"] == "done":
            assert STAND < at["completed_date"] <= at["reported_date"]
            assert row["result_document"] or open_rows[key(row)]["report_required"] == "no"
        assert "result_date" not in at or STAND < at["result_date"] <= at["reported_date"]


def test_nine_units_answer_and_three_keep_silent() -> None:
    assert 40 <= len(UPDATES) <= 50
    assert {unit["code"] for unit in UNITS} - {row["unit"] for row in UPDATES} == SILENT
    progress = Counter(row["progress"] for row in UPDATES)
    assert 18 <= progress["done"] <= 22
    assert progress["blocked"] >= 5
    assert sum(bool(row["extension_to"]) for row in UPDATES) == 2
    assert all(len({r["reported_date"] for r in UPDATES if r["unit"] == unit["code"]}) <= 1 for unit in UNITS)
