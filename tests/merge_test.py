"""The merge decides every cell by the rules of practice/workbooks.md C.2, and keeps what both sides said."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.merge import Kept, Outcome, Side, Versions, may_write, merge, merge_cell
from tdnv_sheets.records import Change, Conflict, Key, Submission, SubmittedRow
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


def test_the_fields_of_the_table_below_are_what_it_takes_them_for() -> None:
    owners = {name: SPEC.by_name[name].owner for name in (UNIT, OFFICE, COMPUTED, NO_CLEARING)}
    assert owners == {UNIT: Owner.UNIT, OFFICE: Owner.OFFICE, COMPUTED: Owner.COMPUTED, NO_CLEARING: Owner.UNIT}
    assert (SPEC.by_name[UNIT].may_clear, SPEC.by_name[NO_CLEARING].may_clear) == (True, False)


TABLE = [
    # field, side, (base, ours, theirs), what becomes of the cell
    pytest.param(UNIT, "unit", Versions(B, B, B), "nothing", id="rule 4: nobody changed anything"),
    pytest.param(UNIT, "unit", Versions(B, O, B), "nothing", id="rule 4: only the ledger moved"),
    pytest.param(UNIT, "unit", Versions(B, B, T), "change", id="rule 5: only the unit changed it"),
    pytest.param(UNIT, "unit", Versions(None, None, T), "change", id="rule 5: filled for the first time"),
    pytest.param(UNIT, "unit", Versions(B, O, O), "nothing", id="rule 6: both changed it alike"),
    pytest.param(UNIT, "unit", Versions(B, O, T), "conflict", id="rule 7: both changed it differently"),
    pytest.param(UNIT, "unit", Versions(None, O, T), "conflict", id="rule 7: both filled it differently"),
    pytest.param(UNIT, "unit", Versions(B, O, None), "conflict", id="rule 7: emptied by one, changed by the other"),
    pytest.param(UNIT, "unit", Versions(B, None, T), "conflict", id="rule 7: the other way round"),
    pytest.param(UNIT, "unit", Versions(B, None, None), "nothing", id="rule 6: both emptied it"),
    pytest.param(UNIT, "office", Versions(B, B, T), "change", id="rule 8: the office may write what a unit may"),
    pytest.param(UNIT, "office", Versions(B, O, T), "conflict", id="rule 7 holds for the office too"),
    pytest.param(OFFICE, "office", Versions(B, B, T), "change", id="rule 8: the office writes its own"),
    pytest.param(OFFICE, "office", Versions(B, O, T), "conflict", id="rule 8: two officers, one cell"),
    pytest.param(
        OFFICE, "unit", Versions(B, B, T), "locked-cell-changed", id="rule 8: a unit may not write the office's"
    ),
    pytest.param(OFFICE, "unit", Versions(B, O, T), "locked-cell-changed", id="rule 8: nor when the office moved on"),
    pytest.param(OFFICE, "unit", Versions(B, O, B), "nothing", id="rule 8: what a unit left alone is no trespass"),
    pytest.param(COMPUTED, "unit", Versions(B, B, T), "locked-cell-changed", id="rule 8: computed is nobody's: unit"),
    pytest.param(
        COMPUTED, "office", Versions(B, B, T), "computed-cell-changed", id="rule 8: computed is nobody's: office"
    ),
    pytest.param(EXTRA, "office", Versions(None, None, T), "change", id="the office's own column is the office's"),
    pytest.param(EXTRA, "unit", Versions(None, None, T), "locked-cell-changed", id="and no unit's"),
    pytest.param(UNIT, "unit", Versions(B, B, None), "change", id="rule 9: emptied where that is allowed"),
    pytest.param(NO_CLEARING, "unit", Versions(B, B, None), "not-cleared", id="rule 9: emptied where it is not"),
    pytest.param(NO_CLEARING, "unit", Versions(B, O, None), "not-cleared", id="rule 9: nor is that a conflict"),
    pytest.param(NO_CLEARING, "unit", Versions(B, B, ""), "not-cleared", id="rule 9: an empty text empties too"),
    pytest.param(NO_CLEARING, "office", Versions(B, B, None), "change", id="rule 9: the office may empty anything"),
]


@pytest.mark.parametrize(("field", "side", "versions", "expected"), TABLE)
def test_a_cell_is_decided_as_the_table_says(field: str, side: str, versions: Versions, expected: str) -> None:
    base, ours, theirs = versions

    decided = merge_cell(KEY, field, versions, spec=SPEC, side=Side(side))

    if expected == "nothing":
        assert decided is None
    elif expected == "change":
        assert decided == Change(KEY, field, ours, theirs, "5")
    elif expected == "conflict":
        assert decided == Conflict(KEY, field, base, ours, theirs)
    else:
        assert decided == Kept(KEY, field, versions, expected)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [(O, T, Conflict), (None, T, Conflict), (O, None, Conflict), (O, O, None), (None, None, None)],
)
def test_without_a_known_base_every_difference_waits_for_a_person(
    ours: Value, theirs: Value, expected: type | None
) -> None:
    decided = merge_cell(KEY, UNIT, Versions(None, ours, theirs), spec=SPEC, side=Side.UNIT, known_base=False)

    assert (type(decided) if decided else None) is expected


def test_a_cell_that_is_not_in_the_row_states_nothing() -> None:
    now: Rows = {KEY: {UNIT: O, OFFICE: O}}

    outcome = merge(sent({KEY: {OFFICE: O}}), now, now, spec=SPEC, side=Side.UNIT)

    assert outcome == Outcome(unchanged=1)


def test_rows_of_unknown_keys_are_left_to_others() -> None:
    strange = Submission("", "", "", 0, (SubmittedRow(1, None, {UNIT: T}), SubmittedRow(2, KEY, {UNIT: T})))

    assert merge(strange, {}, {}, spec=SPEC, side=Side.UNIT) == Outcome()


def test_a_row_that_the_ledger_changed_elsewhere_is_named_as_a_parallel_update() -> None:
    base: Rows = {KEY: {UNIT: B}}
    now: Rows = {KEY: {UNIT: B, OFFICE: O}}

    outcome = merge(sent({KEY: {UNIT: T}}), base, now, spec=SPEC, side=Side.UNIT)

    assert outcome.parallel == {KEY}
    assert [change.new for change in outcome.changes] == [T]


def test_what_both_sides_changed_alike_is_counted() -> None:
    outcome = merge(sent({KEY: {UNIT: O}}), {KEY: {UNIT: B}}, {KEY: {UNIT: O}}, spec=SPEC, side=Side.UNIT)

    assert (outcome.same, outcome.unchanged, outcome.changes) == (1, 1, ())


def test_an_assignment_that_came_after_the_base_takes_what_it_lacks_and_disputes_what_it_has() -> None:
    outcome = merge(
        sent({KEY: {UNIT: T, "difficulty": T, "explanation": None}}),
        {},
        {KEY: {UNIT: O, "explanation": O}},
        spec=SPEC,
        side=Side.UNIT,
    )

    assert [(change.field, change.new) for change in outcome.changes] == [("difficulty", T)]
    assert outcome.conflicts == (Conflict(KEY, UNIT, None, O, T),)


# ------------------------------------------------------------------ properties

KEYS = [Key(f"NV-2026-{number:05}", unit) for number in (1, 2) for unit in ("cctl", "cckl")]
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
    return Submission("", "", "", 0, tuple(SubmittedRow(n, key, cells) for n, (key, cells) in enumerate(rows.items())))


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
    assert all(may_write(conflict.field, spec=SPEC, side=Side.UNIT) for conflict in outcome.conflicts)


WORDS = st.text(st.sampled_from("ệậữđ aâ\n"), min_size=1, max_size=12)


@given(WORDS, st.sampled_from(["", " ", "\u00a0", "\ufeff", "\r\n"]))
def test_another_spelling_of_the_same_text_is_no_change(text: str, blank: str) -> None:
    spelt = blank + unicodedata.normalize("NFD", text).replace("\n", "\r\n") + blank

    assert merge_cell(KEY, UNIT, Versions(text, text, spelt), spec=SPEC, side=Side.UNIT) is None
    assert merge_cell(KEY, UNIT, Versions(spelt, text, text), spec=SPEC, side=Side.UNIT) is None
    assert same(spelt, text)


@pytest.mark.parametrize(("one", "other"), [("5", 5), ("2026-06-01", date(2026, 6, 1)), ("a", "A"), ("a\nb", "a b")])
def test_what_only_looks_alike_is_a_change(one: Value, other: Value) -> None:
    assert not same(one, other)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\u200b", "\r\n"])
def test_blanks_are_the_same_as_nothing(blank: str) -> None:
    assert same(blank, None)
    assert same(None, blank)
