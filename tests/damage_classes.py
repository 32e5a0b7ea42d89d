"""The table of damages: what is done to a cell, and the one finding that must name it.

To add a class: write what it does as a small function and give it a line of `CLASSES`; nothing else knows the
classes. A spoiler gives what is to be written, or None where the row does not fit it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.sheetspec import FieldSpec, Kind, Owner, assignment_spec
from tdnv_sheets.text.unicode import fold, strip_marks
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from tdnv_sheets.records import Value
    from tests.damage_office import Written

ERROR, WARNING = "error", "warning"
SHOWN: Final = assignment_spec().shown_on("update")
UNIT: Final = tuple(spec.name for spec in SHOWN if spec.owner is Owner.UNIT)
LOCKED: Final = tuple(spec.name for spec in SHOWN if spec.owner is Owner.OFFICE)
DAYS: Final = tuple(spec.name for spec in SHOWN if spec.owner is Owner.UNIT and spec.kind is Kind.DATE)
CHOICES: Final = tuple(spec.name for spec in SHOWN if spec.owner is Owner.UNIT and spec.kind is Kind.CHOICE)
FREE: Final = ("proposal", "explanation", "reporter", "result_summary", "difficulty")
"""Texts that no rule asks about, so that whatever stands there says nothing about another cell."""
TEXTS: Final = (*FREE, "extension_reason", "return_reason")


@dataclass(frozen=True, slots=True)
class Row:
    """One row before it is damaged."""

    base: Mapping[str, Value]
    """As it was issued."""
    meant: Mapping[str, Value]
    """As the clerk means it."""


@dataclass(frozen=True, slots=True)
class Class:
    """A known kind of damage to one cell."""

    name: str
    code: str
    fields: tuple[str, ...]
    """The fields that it may hit; the finding must stand at that cell."""
    spoil: Callable[[Random, FieldSpec, Row], Mapping[str, Written] | None]
    takes: tuple[str, ...] = ()
    """Fields that the finding depends on besides: no other damage may touch them in this row."""
    severity: str = ERROR


def _settled(name: str, row: Row) -> bool:
    """Say whether a bad value in this cell leaves every rule about other cells of the row silent."""
    if name == "progress":
        # A completion day beside an unreadable «Tình trạng» is not to be blamed, yet it is: see the report.
        return row.meant.get("progress") is not None and row.meant.get("completed_date") is None
    return name in FREE or name in LOCKED or row.meant.get(name) is not None


def _words_for_a_day(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    words = ("giữa tháng", "đang chờ", "sau Tết", "chưa rõ", "15/6", "tháng 6", "//2026", "ngày mai", "?")
    return {spec.name: r.choice(words)} if _settled(spec.name, row) else None


def _impossible_day(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    # None of them is a day with the month first either: that would decide about the whole column.
    days = ("31/6/2026", "30/02/2026", "29/2/2025", "32/01/2026", "0/5/2026", "31-11-2025", "31.4.2026", "45/3/2026")
    return {spec.name: r.choice(days)} if _settled(spec.name, row) else None


def _number_for_a_day(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: r.choice((True, False))} if _settled(spec.name, row) else None


def _far_day(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    year = r.choice((1926, 1962, 1989, 2101, 2206, 2626))
    return {spec.name: date(year, r.randint(1, 12), r.randint(1, 28))} if _settled(spec.name, row) else None


def _other_word(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    words = ("Gần xong", "Quá hạn", "Đúng hạn", "x", "50%", "Có", 1, 75, "Không rõ", True)
    return {spec.name: r.choice(words)} if _settled(spec.name, row) else None


def _typo(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    """Leave one letter out, type one twice, or forget all accents."""
    known = {fold(word) for c in spec.choices for word in (c.code, *c.labels.values(), *c.aliases)}
    word = r.choice(spec.choices).labels["vi"]
    place = r.choice([i for i, letter in enumerate(word) if letter.isalpha()])
    typed = r.choice((word[:place] + word[place + 1 :], word[:place] + word[place] + word[place:], strip_marks(word)))
    return {spec.name: typed} if _settled(spec.name, row) and fold(typed) not in known else None


def _excel_error(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    errors = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
    return {spec.name: r.choice(errors)} if _settled(spec.name, row) else None


def _formula(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    """A formula as a program leaves it that does not compute: without a value."""
    formulas = ("=TODAY()", "=A6&B6", "=DATE(2026,6,1)", '=IF(A6="","",B6)', "=VLOOKUP(A6,A:B,2,0)")
    return {spec.name: r.choice(formulas)} if _settled(spec.name, row) else None


def _too_long(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    text = "Nội dung rất dài. " * (spec.max_length // 18 + r.randint(1, 9))
    return {spec.name: text} if _settled(spec.name, row) else None


def _locked_changed(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    old = row.base.get(spec.name)
    if isinstance(old, date):
        ways: tuple[Written, ...] = (old + timedelta(days=r.randint(1, 40)), None, "chưa rõ", f"{old:%d/%m}/2031")
    elif spec.kind is Kind.CHOICE:
        ways = tuple(choice.labels["vi"] for choice in spec.choices if choice.code != old)
    elif spec.kind is Kind.DATE:
        ways = (TODAY, "31/12/2026", "không")
    elif old is None:
        ways = ("Ghi thêm", 12)
    else:
        ways = (f"{old} (sửa)", str(old)[:-2], None, "khác")
    return {spec.name: r.choice(ways)}


def _before_assigned(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    first = row.base["assigned_date"]
    if not isinstance(first, date) or row.meant.get("progress") != "done":
        return None
    return {spec.name: first - timedelta(days=r.randint(1, 90))}


def _in_future(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: TODAY + timedelta(days=r.randint(1, 400))} if row.meant.get(spec.name) is not None else None


def _emptied_when(*states: str) -> Callable[[Random, FieldSpec, Row], Mapping[str, Written] | None]:
    """Leave a cell empty that «Tình trạng» asks for."""

    def spoil(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
        return {spec.name: None} if row.meant.get("progress") in states else None

    return spoil


def _no_reason(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: None} if row.meant.get("extension_to") is not None else None


def _emptied_progress(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: None} if row.base.get("progress") is not None else None


def _day_without_done(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    if row.meant.get("progress") not in {"in_progress", "not_started", "blocked"}:
        return None
    return {spec.name: TODAY - timedelta(days=r.randint(0, 30))}


def _day_for_a_number(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    """What Excel makes of «5/2018»."""
    return {spec.name: date(r.randint(2015, 2026), r.randint(1, 12), 1)} if _settled(spec.name, row) else None


def _draft_number(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: r.choice(("     /QĐ-SNN", "   /BC-CCTL"))} if _settled(spec.name, row) else None


def _nothing_said(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: r.choice(("xxx", "…", "....", "???", "___"))} if _settled(spec.name, row) else None


def _like_a_formula(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: r.choice(("@SUM(A1)", "+A1", "-(A1)"))} if _settled(spec.name, row) else None


def _cut_by_excel(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: "x" * 32_767} if _settled(spec.name, row) else None


def _not_later(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    due = row.base.get("deadline")
    if not isinstance(due, date) or row.meant.get(spec.name) is None:
        return None
    return {spec.name: due - timedelta(days=r.randint(0, 60))}


def _paper_before_task(r: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    first = row.base["assigned_date"]
    filled = isinstance(first, date) and row.meant.get(spec.name) is not None
    return {spec.name: first - timedelta(days=r.randint(1, 90))} if filled and isinstance(first, date) else None


def _without_its_other(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: None} if row.meant.get(spec.name) is not None else None


def _returned_though_done(_: Random, spec: FieldSpec, row: Row) -> Mapping[str, Written] | None:
    return {spec.name: "Không thuộc chức năng"} if row.meant.get("progress") == "done" else None


CLASSES: Final = (
    Class("words for a day", "not-a-date", DAYS, _words_for_a_day),
    Class("a day that no calendar has", "not-a-date", DAYS, _impossible_day),
    Class("a truth value for a day", "not-a-date", DAYS, _number_for_a_day),
    Class("a day in an impossible year", "date-out-of-range", DAYS, _far_day),
    Class("a word that is not in the list", "not-in-list", CHOICES, _other_word),
    Class("a choice with a typo", "not-in-list", CHOICES, _typo),
    Class("an error of Excel", "error-value", (*UNIT, *LOCKED), _excel_error),
    Class("a formula without a value", "formula", (*UNIT, *LOCKED), _formula),
    Class("a text that is too long", "too-long", TEXTS, _too_long),
    Class("a locked cell changed", "locked-cell-changed", LOCKED, _locked_changed),
    Class("completed before assigned", "date-order", ("completed_date",), _before_assigned, ("progress",)),
    Class(
        "a day to come", "future-date", ("completed_date", "result_date", "reported_date"), _in_future, ("progress",)
    ),
    Class("done without a day", "required-because", ("completed_date",), _emptied_when("done"), ("progress",)),
    Class(
        "no word about the result",
        "required-because",
        ("result_summary",),
        _emptied_when("done", "blocked"),
        ("progress",),
    ),
    Class("blocked by nothing", "required-because", ("difficulty",), _emptied_when("blocked"), ("progress",)),
    Class("extension without a reason", "required", ("extension_reason",), _no_reason, ("extension_to",)),
    Class("progress emptied", "not-cleared", ("progress",), _emptied_progress, UNIT, WARNING),
    Class("a completion day, not done", "not-done-but-dated", ("completed_date",), _day_without_done, UNIT, WARNING),
    Class("a day for a number", "number-became-date", ("result_document",), _day_for_a_number),
    Class("a number without a number", "draft-number", ("result_document",), _draft_number, (), WARNING),
    Class("nothing said", "placeholder", FREE, _nothing_said, (), WARNING),
    Class("a text like a formula", "looks-like-formula", FREE, _like_a_formula, (), "fixed"),
    Class("a text cut by Excel", "truncated", TEXTS, _cut_by_excel),
    Class("no later deadline", "extension-not-later", ("extension_to",), _not_later, ("progress",)),
    Class("a paper before its task", "date-order", ("result_date",), _paper_before_task),
    Class(
        "no day of the paper", "expected-because", ("result_date",), _without_its_other, ("result_document",), WARNING
    ),
    Class(
        "no number of the paper",
        "expected-because",
        ("result_document",),
        _without_its_other,
        ("result_date",),
        WARNING,
    ),
    Class("returned though done", "returned-but-done", ("return_reason",), _returned_though_done, UNIT, WARNING),
)
"""What is decided over a whole column or area, and not by one cell, has tests of its own: ambiguous-date,
month-first-date, swapped-date, merged-cell, legacy-encoding."""
