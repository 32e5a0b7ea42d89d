"""The merge decides every cell by the rules of practice/workbooks.md C.2, and keeps what both sides said."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.merge.cell import WRITING, Right, Rule, Side, Standing, Versions, right_of, rule_for
from tdnv_sheets.merge.rows import Cleared, Counts, Kept, Outcome, merge
from tdnv_sheets.records import Conflict, Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.same import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.records import Value

Rows: TypeAlias = "Mapping[Key, Mapping[str, Value]]"
SPEC = assignment_spec()
KEY = Key("NV-2026-00001", "cctl")
B, O, T = "như đã gửi", "như trong sổ", "như đơn vị ghi"  # noqa: E741 - the letters of the rules
UNIT, OFFICE, COMPUTED, NO_CLEARING, EXTRA = "proposal", "note", "status", "progress", "extra:Tổ"


def test_a_cell_that_is_not_in_the_row_states_nothing() -> None:
    now: Rows = {KEY: {UNIT: O, OFFICE: O}}

    outcome = merge(sent({KEY: {OFFICE: O}}), now, now, spec=SPEC, side=Side.UNIT)

    assert outcome == Outcome(rows=Counts(unchanged=1), cells=Counts(unchanged=1))


def test_rows_of_unknown_keys_are_refused() -> None:
    strange = Submission("", "cctl", "", 0, (SubmittedRow(1, None, {UNIT: T}), SubmittedRow(2, KEY, {UNIT: T})))

    assert merge(strange, {}, {}, spec=SPEC, side=Side.UNIT) == Outcome(rows=Counts(refused=2))


def test_a_row_that_the_ledger_changed_elsewhere_is_named_as_a_parallel_update() -> None:
    base: Rows = {KEY: {UNIT: B}}
    now: Rows = {KEY: {UNIT: B, OFFICE: O}}

    outcome = merge(sent({KEY: {UNIT: T}}), base, now, spec=SPEC, side=Side.UNIT)

    assert outcome.parallel == (KEY,)
    assert [change.new for change in outcome.changes] == [T]


def test_what_both_sides_changed_alike_is_counted() -> None:
    outcome = merge(sent({KEY: {UNIT: O}}), {KEY: {UNIT: B}}, {KEY: {UNIT: O}}, spec=SPEC, side=Side.UNIT)

    assert (outcome.same, outcome.rows, outcome.changes) == (1, Counts(unchanged=1), ())


def test_an_assignment_that_came_after_the_base_takes_what_it_lacks_and_disputes_what_it_has() -> None:
    outcome = merge(
        sent({KEY: {UNIT: T, "difficulty": T, "explanation": None}}),
        {},
        {KEY: {UNIT: O, "explanation": O}},
        spec=SPEC,
        side=Side.UNIT,
    )

    assert [(change.field, change.new, change.rule) for change in outcome.changes] == [("difficulty", T, "14")]
    assert outcome.conflicts == (Conflict(KEY, UNIT, None, O, T),)


def test_what_the_ledger_changed_just_as_the_file_says_makes_no_parallel_update() -> None:
    base: Rows = {KEY: {UNIT: B}}
    now: Rows = {KEY: {UNIT: O}}

    outcome = merge(sent({KEY: {UNIT: O, "difficulty": T}}), base, now, spec=SPEC, side=Side.UNIT)

    assert (outcome.parallel, [change.new for change in outcome.changes]) == ((), [T])


@pytest.mark.parametrize("decision", ["withdrawn", "transferred"])
def test_what_a_unit_says_of_an_assignment_that_the_office_has_closed_since_is_taken_and_named(decision: str) -> None:
    base: Rows = {KEY: {UNIT: B}}
    now: Rows = {KEY: {UNIT: B, "decision": decision}}

    outcome = merge(sent({KEY: {UNIT: T}}), base, now, spec=SPEC, side=Side.UNIT)

    assert (outcome.closed, [change.new for change in outcome.changes]) == ((KEY,), [T])
    assert merge(sent({KEY: {UNIT: B}}), base, now, spec=SPEC, side=Side.UNIT).closed == ()
    assert merge(sent({KEY: {UNIT: T}}), now, now, spec=SPEC, side=Side.UNIT).closed == ()


def test_what_a_unit_left_as_issued_while_the_ledger_moved_on_is_named_and_stays() -> None:
    row: Rows = {KEY: {UNIT: B, OFFICE: B}}

    outcome = merge(sent(row), row, {KEY: {UNIT: O, OFFICE: O}}, spec=SPEC, side=Side.UNIT)

    assert outcome.stayed == (Kept(KEY, UNIT, Versions(B, O, B), Rule.STAYED),)
    assert (outcome.changes, outcome.conflicts, outcome.rows) == ((), (), Counts(unchanged=1))
    assert merge(sent(row), row, {KEY: {UNIT: O}}, spec=SPEC, side=Side.OFFICE).stayed == ()


def test_an_edit_of_something_that_was_taken_out_is_a_conflict_with_nothing_on_our_side() -> None:
    base: Rows = {KEY: {UNIT: B, "difficulty": B, "explanation": B}}
    file = {KEY: {UNIT: T, "difficulty": B, "explanation": None}}

    outcome = merge(sent(file), base, {}, spec=SPEC, side=Side.UNIT)

    assert (outcome.conflicts, outcome.removed) == ((Conflict(KEY, UNIT, B, None, T),), (KEY,))
    assert (outcome.changes, outcome.same) == ((), 1)


def test_saying_again_what_waits_for_a_choice_decides_nothing() -> None:
    waiting = Conflict(KEY, UNIT, None, B, T)
    now: Rows = {KEY: {UNIT: B}}

    def said(value: str) -> Outcome:
        file = sent({KEY: {UNIT: value}})
        return merge(file, now, now, spec=SPEC, side=Side.UNIT, waiting={(KEY, UNIT): waiting})

    assert (said(T).conflicts, said(T).changes) == ((waiting,), ())
    assert [change.new for change in said(O).changes] == [O]


# ------------------------------------------------------------------ too much emptied

MANY = [Key(f"NV-2026-{number:05}", "cctl") for number in range(20)]


def emptying(count: int, *, max_cleared: int | None, filled: int = 20) -> Outcome:
    base: Rows = {key: {UNIT: B} if number < filled else {} for number, key in enumerate(MANY)}
    file = {key: {UNIT: None if number < count else B, OFFICE: None} for number, key in enumerate(MANY)}
    return merge(sent(file), base, base, spec=SPEC, side=Side.UNIT, max_cleared=max_cleared)


def test_a_file_that_empties_more_than_the_office_allows_is_held_whole() -> None:
    held = emptying(11, max_cleared=50)

    assert held.mass_clear == Cleared(11, 20)
    assert (held.changes, held.conflicts, held.rows) == ((), (), Counts(refused=20))
    assert held.cells == Counts(refused=11, unchanged=29)


@pytest.mark.parametrize(("count", "most"), [(10, 50), (9, 0), (20, 100), (20, None), (6, 30)])
def test_a_file_that_empties_no_more_than_allowed_or_few_cells_is_taken(count: int, most: int | None) -> None:
    outcome = emptying(count, max_cleared=most)

    assert (outcome.mass_clear, len(outcome.changes)) == (None, count)


def test_what_the_ledger_has_emptied_already_is_emptied_by_no_file() -> None:
    base: Rows = {key: {UNIT: B} for key in MANY}
    file = sent({key: {UNIT: None} for key in MANY})

    outcome = merge(file, base, {key: {} for key in MANY}, spec=SPEC, side=Side.UNIT, max_cleared=0)

    assert (outcome.mass_clear, outcome.same) == (None, 20)


# ------------------------------------------------------------------ properties

KEYS = [Key(f"NV-2026-{number:05}", "cctl") for number in range(1, 5)]
FIELDS = [UNIT, "difficulty", NO_CLEARING, OFFICE, "completed_date", COMPUTED, EXTRA]
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.sampled_from(["a", "b", "đã xong"]), st.integers(0, 2), st.just(date(2026, 6, 1))
)
CELLS = st.dictionaries(st.sampled_from(FIELDS), VALUES)
ROWS = st.dictionaries(st.sampled_from(KEYS), CELLS)
FULL = st.fixed_dictionaries(dict.fromkeys(KEYS, CELLS))
SIDES = st.sampled_from(list(Side))
BASES = st.one_of(st.none(), ROWS, FULL)


def sent(rows: Rows) -> Submission:
    return Submission(
        "", "cctl", "", 0, tuple(SubmittedRow(n, key, cells) for n, (key, cells) in enumerate(rows.items()))
    )


def apply(now: Rows, outcome: Outcome) -> dict[Key, dict[str, Value]]:
    after = {key: dict(fields) for key, fields in now.items()}
    for change in outcome.changes:
        after[change.key][change.field] = change.new
    return after


def plain(rows: Rows) -> dict[Key, dict[str, Value]]:
    """Absent and empty are the same."""
    return {key: {name: value for name, value in fields.items() if value is not None} for key, fields in rows.items()}


@given(BASES, FULL, ROWS, SIDES)
def test_merging_the_same_submission_again_changes_nothing(
    base: Rows | None, ours: Rows, rows: Rows, side: Side
) -> None:
    first = merge(sent(rows), base, ours, spec=SPEC, side=side)
    once = apply(ours, first)
    again = merge(sent(rows), base, once, spec=SPEC, side=side)

    assert plain(apply(once, again)) == plain(once)
    assert again.changes == ()
    assert again.conflicts == first.conflicts


@given(FULL, FULL, ROWS, ROWS, SIDES)
def test_submissions_that_touch_different_cells_may_come_in_any_order(
    base: Rows, ours: Rows, one: Rows, other: Rows, side: Side
) -> None:
    apart = {key: {n: v for n, v in cells.items() if n not in one.get(key, {})} for key, cells in other.items()}

    def both(first: Rows, second: Rows) -> tuple[dict[Key, dict[str, Value]], set[Conflict]]:
        outcome = merge(sent(first), base, ours, spec=SPEC, side=side)
        between = apply(ours, outcome)
        later = merge(sent(second), base, between, spec=SPEC, side=side)
        return plain(apply(between, later)), {*outcome.conflicts, *later.conflicts}

    assert both(one, apart) == both(apart, one)


@given(BASES, FULL, ROWS, SIDES)
def test_no_value_of_the_ledger_disappears_without_a_change_that_says_so(
    base: Rows | None, ours: Rows, rows: Rows, side: Side
) -> None:
    outcome = merge(sent(rows), base, ours, spec=SPEC, side=side)
    after = apply(ours, outcome)
    changed = {(change.key, change.field): change for change in outcome.changes}

    for key, fields in ours.items():
        for name, value in fields.items():
            if after[key].get(name) != value:
                change = changed[key, name]
                assert (change.old, change.new) == (value, after[key][name])
                assert not same(change.old, change.new)
    assert len(changed) == len(outcome.changes)


@given(BASES, FULL, ROWS, SIDES)
def test_every_conflict_holds_the_three_true_values_and_leaves_the_ledger_as_it_was(
    base: Rows | None, ours: Rows, rows: Rows, side: Side
) -> None:
    outcome = merge(sent(rows), base, ours, spec=SPEC, side=side)
    after = apply(ours, outcome)

    for item in outcome.conflicts:
        issued = None if base is None else base.get(item.key, {}).get(item.field)
        assert (item.base, item.ours) == (issued, ours[item.key].get(item.field))
        assert item.theirs == rows[item.key][item.field]
        assert after[item.key].get(item.field) == item.ours


@given(BASES, FULL, ROWS, SIDES)
def test_everything_that_a_submission_states_ends_in_the_ledger_or_is_answered_for(
    base: Rows | None, ours: Rows, rows: Rows, side: Side
) -> None:
    outcome = merge(sent(rows), base, ours, spec=SPEC, side=side)
    after = apply(ours, outcome)
    answered: dict[Key, set[str]] = defaultdict(set)
    for conflict in outcome.conflicts:
        answered[conflict.key].add(conflict.field)
    for kept in outcome.kept:
        answered[kept.key].add(kept.field)

    for key, cells in rows.items():
        for name, value in cells.items():
            as_issued = base is not None and same(value, base.get(key, {}).get(name))
            assert as_issued or same(after[key].get(name), value) or name in answered[key]


@given(BASES, FULL, ROWS)
def test_a_unit_changes_only_what_is_a_units(base: Rows | None, ours: Rows, rows: Rows) -> None:
    outcome = merge(sent(rows), base, ours, spec=SPEC, side=Side.UNIT)

    assert {SPEC.by_name[change.field].owner for change in outcome.changes} <= {Owner.UNIT}
    assert {right_of(item.field, spec=SPEC, side=Side.UNIT) for item in outcome.conflicts} <= WRITING


@given(BASES, FULL, ROWS, SIDES)
def test_every_row_and_every_cell_is_counted_once(base: Rows | None, ours: Rows, rows: Rows, side: Side) -> None:
    outcome = merge(sent(rows), base, ours, spec=SPEC, side=side)

    assert sum(outcome.rows) == len(rows)
    assert sum(outcome.cells) == sum(map(len, rows.values()))
    assert (outcome.cells.conflict, outcome.cells.ignored) == (len(outcome.conflicts), len(outcome.kept))
    assert outcome.cells.new + outcome.cells.updated == len(outcome.changes)
    assert len({change.key for change in outcome.changes} - {c.key for c in outcome.conflicts}) == outcome.rows.updated


WORDS = st.text(st.sampled_from("ệậữđ aâ\n"), min_size=1, max_size=12)


@given(WORDS, st.sampled_from(["", " ", "\u00a0", "\ufeff", "\r\n"]))
def test_another_spelling_of_the_same_text_is_no_change(text: str, blank: str) -> None:
    spelt = blank + unicodedata.normalize("NFD", text).replace("\n", "\r\n") + blank

    assert rule_for(Versions(text, text, spelt), Right.WRITES, Standing.KNOWN) is Rule.AS_ISSUED
    assert rule_for(Versions(spelt, text, text), Right.WRITES, Standing.KNOWN) is Rule.AS_ISSUED
    assert same(spelt, text)


@pytest.mark.parametrize(("one", "other"), [("5", 5), ("2026-06-01", date(2026, 6, 1)), ("a", "A"), ("a\nb", "a b")])
def test_what_only_looks_alike_is_a_change(one: Value, other: Value) -> None:
    assert not same(one, other)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\u200b", "\r\n"])
def test_blanks_are_the_same_as_nothing(blank: str) -> None:
    assert same(blank, None)
    assert same(None, blank)
