"""What a decision brings with it is worked out without workbooks: whole entries in, whole entries out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.events import story
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.decided import Setting, composed, follow_up
from tdnv_sheets.pipeline.handover import changed, hand_over
from tdnv_sheets.records import Change, EventKind, Key, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY, LATER = date(2026, 6, 9), date(2026, 6, 20)
AT = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall
TASK = "NV-2026-00001"
A, B, C = (Key(TASK, unit) for unit in "abc")
NAMES = {"a": "Phòng A", "b": "Phòng B", "c": "Phòng C"}
MOVED: dict[str, Value] = {"decision": "transferred", "decision_date": DAY, "transferred_to": "b"}


def entry(*changes: Change, new_tasks: tuple[NewTask, ...] = ()) -> Entry:
    return Entry(AT, AT.date(), "vp", "office", 0, changes=changes, new_tasks=new_tasks)


def outcome(
    now: Mapping[Key, Mapping[str, Value]],
    wanted: Mapping[Key, Mapping[str, Value]],
    *,
    removed: Mapping[Key, Mapping[str, Value]] | None = None,
    new_tasks: tuple[NewTask, ...] = (),
    wants_paper: bool = True,
) -> tuple[Entry, list[str]]:
    changes = (change for key, cells in wanted.items() for change in changed(key, now[key], cells))
    setting = Setting(now, NAMES, removed or {}, AT.date(), wants_paper)
    done, abouts = follow_up(entry(*changes, new_tasks=new_tasks), setting)
    return done, [about.finding.code for about in abouts]


def after(now: Mapping[Key, Mapping[str, Value]], done: Entry) -> dict[Key, dict[str, Value]]:
    """Give the assignments as the entry leaves them, empty cells left out."""
    then = {key: dict(fields) for key, fields in now.items()}
    for task in done.new_tasks:
        then |= {Key(task.task_id or "", unit): dict(task.fields) for unit in task.units}
    for change in done.changes:
        cells = then.setdefault(change.key, {})
        assert cells.get(change.field) == change.old
        cells[change.field] = change.new
    return {key: {name: value for name, value in cells.items() if value is not None} for key, cells in then.items()}


def test_the_next_row_has_the_tasks_fields_and_neither_report_nor_decision() -> None:
    now: dict[Key, dict[str, Value]] = {
        A: {
            "task_content": "X",
            "deadline": DAY,
            "extended_deadline": LATER,
            "extension_document": "1/UB",
            "progress": "in_progress",
            "quality": "tốt",
            "decision_note": "gấp",
            "extra:Tổ": "1",
        }
    }

    done, said = outcome(now, {A: MOVED})

    assert said == ["transfer-done"]
    assert after(now, done)[B] == {
        "task_content": "X",
        "deadline": DAY,
        "extended_deadline": LATER,
        "extension_document": "1/UB",
        "extra:Tổ": "1",
        "transferred_from": "a",
        "transferred_on": DAY,
    }


def test_two_units_that_give_their_tasks_to_each_other_leave_no_task_with_nobody() -> None:
    now: dict[Key, dict[str, Value]] = {A: {"task_content": "X"}, B: {"task_content": "X"}}

    done, _ = outcome(now, {A: MOVED, B: {**MOVED, "transferred_to": "a"}})

    assert any(fields.get("decision") != "transferred" for fields in after(now, done).values())


def test_a_row_that_an_undo_took_away_comes_back_for_the_next_transfer() -> None:
    now: dict[Key, dict[str, Value]] = {A: {"task_content": "X"}}
    before: dict[str, Value] = {
        "task_content": "cũ",
        "progress": "done",
        "transferred_from": "c",
        "transferred_on": LATER,
    }

    done, said = outcome(now, {A: MOVED}, removed={B: before})

    assert (done.removals, done.new_tasks, said) == (((B, True),), (), ["transfer-done"])
    assert after({**now, B: before}, done)[B] == {"task_content": "X", "transferred_from": "a", "transferred_on": DAY}
    untouched: dict[str, Value] = {"task_content": "X", "transferred_from": "a", "transferred_on": DAY}
    assert outcome(now, {A: MOVED}, removed={B: untouched})[0].removals == ((B, True),)


def test_a_task_with_other_leads_may_go_without_naming_its_next_unit() -> None:
    bare: dict[str, Value] = {"decision": "transferred", "decision_date": DAY}
    now: dict[Key, dict[str, Value]] = {A: {}, B: {}}
    assert outcome(now, {A: bare})[1] == []
    assert outcome({A: {}}, {A: bare}, new_tasks=(NewTask(("b",), {}, TASK),))[1] == []
    assert outcome({A: {}, B: {"decision": "withdrawn"}}, {A: bare})[1] == ["transfer-without-unit"]
    assert outcome(now, {A: bare, B: {"decision": "withdrawn", "decision_date": DAY}})[1] == ["transfer-without-unit"]


def test_the_day_from_which_the_next_unit_holds_the_task_follows_a_correction() -> None:
    now: dict[Key, dict[str, Value]] = {A: dict(MOVED), B: {"transferred_from": "a", "transferred_on": DAY}}

    done, said = outcome(now, {A: {"decision_date": LATER}})

    assert (after(now, done)[B]["transferred_on"], said) == (LATER, [])
    assert after(now, outcome({**now, B: {}}, {A: {"decision_date": LATER}})[0])[B].get("transferred_on") == DAY


@pytest.mark.parametrize(
    ("before", "wanted", "said"),
    [
        ({}, {"decision": "confirmed"}, []),
        ({}, {"decision": "returned"}, ["decision-day-filled"]),
        ({}, {"decision": "returned", "decision_date": DAY}, []),
        ({"decision_date": DAY}, {"decision": "returned"}, []),
        ({"decision": "returned", "decision_date": DAY}, {"decision": "withdrawn"}, ["decision-day-old"]),
        ({"decision": "returned", "decision_date": DAY}, {"decision": "withdrawn", "decision_date": LATER}, []),
        ({"deadline": DAY}, {"deadline": LATER}, ["deadline-overwritten"]),
        ({"deadline": LATER}, {"deadline": DAY}, []),
        ({}, {"deadline": DAY}, []),
        ({"deadline": DAY}, {"extended_deadline": LATER}, ["extension-without-document"]),
        ({"deadline": DAY}, {"extended_deadline": LATER, "extension_document": "1"}, []),
        ({"deadline": LATER}, {"extended_deadline": DAY, "extension_document": "1"}, ["extended-not-later"]),
        (
            {"deadline": DAY, "extended_deadline": LATER},
            {"deadline": LATER},
            ["deadline-overwritten", "extended-not-later"],
        ),
        ({"deadline": LATER, "extended_deadline": DAY}, {"note": "x"}, []),
        ({}, {"transferred_to": "b"}, ["transfer-unused"]),
        ({"transferred_to": "b"}, {"decision": "withdrawn", "decision_date": DAY}, []),
    ],
)
def test_what_an_entry_does_not_say_rightly_is_said(
    before: dict[str, Value], wanted: dict[str, Value], said: list[str]
) -> None:
    assert outcome({A: before}, {A: wanted})[1] == said


def test_where_the_regulation_knows_no_extension_no_paper_is_missed() -> None:
    wanted: dict[Key, dict[str, Value]] = {A: {"extended_deadline": LATER}}
    assert outcome({A: {"deadline": DAY}}, wanted, wants_paper=False)[1] == []


def test_changes_of_one_cell_are_joined_and_a_way_there_and_back_is_none() -> None:
    changes = [
        Change(A, "note", None, "x", "5"),
        Change(B, "note", "b", "c", "5"),
        Change(A, "note", "x", "y", "5"),
        Change(B, "note", "c", "b", "transfer"),
    ]
    assert composed(changes) == (Change(A, "note", None, "y", "5"),)


# ------------------------------------------------------------------ a task on its way through the units


STEPS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["transfer to a", "transfer to b", "transfer to c", "extend", "clear", "return"]),
    ),
    max_size=10,
)


@settings(max_examples=60)
@given(STEPS)
def test_however_a_task_wanders_its_trail_is_what_its_events_tell(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    ledger = Ledger.at(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}")
    started: dict[str, Value] = {"task_content": "X", "deadline": date(2026, 6, 1)}
    assert commit(ledger, Entry(AT, AT.date(), "vp", "office", 0, new_tasks=(NewTask(("a",), started),)))
    extended = 0
    for unit, step in steps:
        key = Key(TASK, unit)
        now = {known: item.fields for known, item in ledger.assignments().items()}
        if key not in now:
            continue
        wanted: dict[str, Value] = {"decision": "returned", "decision_date": DAY}
        if step == "clear":
            wanted = dict.fromkeys(("decision", "decision_date", "transferred_to"))
        elif step == "extend":
            extended += 1
            wanted = {"extended_deadline": date(2026, 6, 1 + extended), "extension_document": f"{extended}/UB"}
        elif step.startswith("transfer"):
            wanted = {"decision": "transferred", "decision_date": DAY, "transferred_to": step[-1]}
        changes = changed(key, now[key], wanted)
        done, _ = follow_up(
            Entry(AT, AT.date(), "vp", "office", ledger.revision(), changes=changes),
            Setting(now, NAMES, {}, AT.date(), wants_paper=True),
        )
        assert commit(ledger, done) is not None

    trails, events = ledger.trails(), ledger.events()
    assert ledger.verify() == ()
    for key, trail in trails.items():
        told = [event for event in story(events, key) if event.kind is EventKind.EXTENSION]
        assert trail.extension_count == len(told)
        numbers = [event.number for event in told if event.key == key]
        assert numbers == sorted(set(numbers))
    ledger.close()


def test_a_handover_to_a_unit_that_has_the_task_is_none() -> None:
    done = hand_over(A, "b", {}, {B: {"decision": "withdrawn"}}, DAY)
    assert (done.is_done, done.new, done.changes, done.restored) == (False, None, (), ())
