"""What happened to a task is told by the ledger's changes alone: numbered, with its paper and its day, across transfers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.engine import engine_for
from tdnv_sheets.ledger.events import FIELDS, Line, chain, events_of, silent, story
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.handover import changed, hand_over
from tdnv_sheets.records import Event, EventKind, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TASK = "NV-2026-00001"
ONE, TWO, THREE = (Key(TASK, unit) for unit in ("cctl", "cckl", "khtc"))
JUNE, JULY, END, AUGUST = date(2026, 6, 30), date(2026, 7, 15), date(2026, 7, 31), date(2026, 8, 31)
BEGIN = date(2026, 3, 1)


class Past:
    """A past in the making: each step is one revision, on the next day."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.undone: list[tuple[int, int]] = []
        self.now: dict[Key, dict[str, Value]] = {}

    def set(self, key: Key = ONE, /, **cells: Value) -> int:
        revision = self.last + 1
        now = self.now.setdefault(key, {})
        self._write(revision, {key: {name: value for name, value in cells.items() if now.get(name) != value}})
        return revision

    def undo(self, revision: int) -> int:
        number = self.last + 1
        back: dict[Key, dict[str, Value]] = {}
        for line in self.lines:
            if line.revision == revision:
                back.setdefault(line.key, {}).setdefault(line.field, line.old)
        self._write(number, back)
        self.undone.append((number, revision))
        return number

    def transfer(self, source: Key, target: Key) -> int:
        revision = self.last + 1
        day = BEGIN + timedelta(days=revision)
        ending: dict[str, Value] = {"decision": "transferred", "decision_date": day, "transferred_to": target.unit}
        after = {**self.now[source], **ending}
        carried = hand_over(source, target.unit, after, {}, day)
        assert carried.new is not None
        self.now.setdefault(target, {})
        self._write(revision, {source: ending, target: dict(carried.new.fields)})
        return revision

    def _write(self, revision: int, cells: Mapping[Key, Mapping[str, Value]]) -> None:
        day = BEGIN + timedelta(days=revision)
        for key, values in cells.items():
            for name, value in values.items():
                self.lines.append(Line(revision, day, "vp", key, name, self.now[key].get(name), value))
                self.now[key][name] = value

    @property
    def last(self) -> int:
        return max((line.revision for line in self.lines), default=0)

    @property
    def events(self) -> tuple[Event, ...]:
        return events_of(self.lines, self.undone)

    def told(self, *kinds: EventKind) -> list[tuple[Any, ...]]:
        return [(e.kind.value, e.number, e.document, e.before, e.after) for e in self.events if e.kind in kinds]


@pytest.fixture
def past() -> Past:
    made = Past()
    made.set(deadline=JUNE)
    return made


def test_extensions_one_after_another_are_events_with_their_papers_and_the_first_deadline_stays(past: Past) -> None:
    past.set(extended_deadline=JULY, extension_document="15/UBND")
    past.set(extended_deadline=END, extension_document="22/UBND")

    assert past.told(EventKind.DEADLINE, EventKind.EXTENSION) == [
        ("deadline", 1, "", None, JUNE),
        ("extension", 1, "15/UBND", None, JULY),
        ("extension", 2, "22/UBND", JULY, END),
    ]
    assert [event.day for event in past.events] == [BEGIN + timedelta(days=number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("steps", "papers"),
    [
        ([{"extended_deadline": JULY}, {"extension_document": "A"}], ["A"]),
        ([{"extension_document": "A"}, {"extended_deadline": JULY}], ["A"]),
        (
            [
                {"extended_deadline": JULY},
                {"extension_document": "A"},
                {"extended_deadline": END},
                {"extension_document": "B"},
            ],
            ["A", "B"],
        ),
        (
            [
                {"extended_deadline": JULY, "extension_document": "A"},
                {"extension_document": "B"},
                {"extended_deadline": END},
            ],
            ["A", "B"],
        ),
        (
            [
                {"extended_deadline": JULY, "extension_document": "A"},
                {"extension_document": "A1"},
                {"extended_deadline": END, "extension_document": "B"},
            ],
            ["A1", "B"],
        ),
        ([{"extended_deadline": JULY}, {"extended_deadline": END}], ["", ""]),
        ([{"extended_deadline": JULY, "extension_document": "A"}, {"extended_deadline": END}], ["A", "A"]),
        (
            [
                {"extended_deadline": JULY, "extension_document": "A"},
                {"extended_deadline": None, "extension_document": None},
                {"extended_deadline": END, "extension_document": "B"},
            ],
            ["A", "B"],
        ),
    ],
)
def test_a_paper_typed_before_or_after_its_day_belongs_to_the_same_extension(
    past: Past, steps: Sequence[Mapping[str, Value]], papers: list[str]
) -> None:
    for step in steps:
        past.set(**step)

    extensions = [event for event in past.events if event.kind is EventKind.EXTENSION]
    assert [event.document for event in extensions] == papers
    assert [event.number for event in extensions] == list(range(1, len(papers) + 1))


def test_a_deadline_written_over_leaves_the_original_as_the_first(past: Past) -> None:
    past.set(deadline=END)
    past.set(deadline=AUGUST)

    assert past.told(EventKind.DEADLINE) == [
        ("deadline", 1, "", None, JUNE),
        ("deadline", 2, "", JUNE, END),
        ("deadline", 3, "", END, AUGUST),
    ]


def test_a_return_stays_with_its_day_and_remark_after_the_decision_is_cleared_or_changed(past: Past) -> None:
    past.set(decision="returned", decision_date=JUNE, decision_note="thiếu số liệu")
    past.set(decision=None, decision_date=None, decision_note=None)
    past.set(decision="returned")
    past.set(decision_note="thiếu biểu")
    past.set(decision="confirmed")

    events = [event for event in past.events if event.kind is not EventKind.DEADLINE]
    assert [(event.kind.value, event.number, event.day, event.document) for event in events] == [
        ("return", 1, JUNE, "thiếu số liệu"),
        ("return", 2, BEGIN + timedelta(days=4), "thiếu biểu"),
        ("confirmation", 1, BEGIN + timedelta(days=6), "thiếu biểu"),
    ]


def test_the_day_of_the_last_decision_is_not_taken_for_the_next(past: Past) -> None:
    past.set(decision="returned", decision_date=JUNE)
    past.set(decision="withdrawn")
    past.set(decision="returned", decision_date=JULY)

    assert [event.day for event in past.events[1:]] == [JUNE, BEGIN + timedelta(days=3), JULY]


def test_what_was_undone_leaves_no_event_and_what_was_undone_twice_does(past: Past) -> None:
    past.set(extended_deadline=JULY, extension_document="A")
    wrong = past.set(extended_deadline=AUGUST)
    undo = past.undo(wrong)
    past.set(extended_deadline=END, extension_document="B")

    extensions = [("extension", 1, "A", None, JULY), ("extension", 2, "B", JULY, END)]
    assert past.told(EventKind.EXTENSION) == extensions

    again = Past()
    again.set(deadline=JUNE)
    again.undo(again.undo(again.set(extended_deadline=JULY)))
    assert again.told(EventKind.EXTENSION) == [("extension", 1, "", None, JULY)]
    assert silent([(undo, wrong)]) == {undo, wrong}
    assert silent([(5, 4), (6, 5)]) == {5, 6}


def test_a_transfer_counts_on_and_what_came_along_is_no_event_of_the_next_unit(past: Past) -> None:
    past.set(extended_deadline=JULY, extension_document="A")
    past.set(decision="returned", decision_date=JUNE)
    moved = past.transfer(ONE, TWO)
    past.set(TWO, extended_deadline=END, extension_document="B")
    past.set(TWO, decision="returned", decision_date=JULY)
    past.transfer(TWO, THREE)

    day = BEGIN + timedelta(days=moved)
    assert [
        (event.kind.value, event.number, event.key, event.day) for event in past.events if event.revision == moved
    ] == [
        ("transfer-in", 1, TWO, day),
        ("transfer-out", 1, ONE, day),
    ]
    of_two = [(e.kind.value, e.number, e.before, e.after) for e in past.events if e.key == TWO]
    assert of_two == [
        ("transfer-in", 1, "cctl", "cckl"),
        ("extension", 2, JULY, END),
        ("return", 2, None, "returned"),
        ("transfer-out", 2, "cckl", "khtc"),
    ]
    assert story(past.events, THREE) == past.events
    assert {event.key for event in story(past.events, TWO)} == {ONE, TWO}
    assert {event.key for event in story(past.events, ONE)} == {ONE}


def test_a_task_that_came_back_is_followed_once_round() -> None:
    assert chain(ONE, {ONE: TWO, TWO: ONE}) == (ONE, TWO)
    assert chain(ONE, {ONE: ONE}) == (ONE,)


CELLS = st.fixed_dictionaries(
    {},
    optional={
        "deadline": st.sampled_from([None, JUNE, JULY]),
        "extended_deadline": st.sampled_from([None, JULY, END, AUGUST]),
        "extension_document": st.sampled_from([None, "A", "B"]),
        "decision": st.sampled_from([None, "returned", "confirmed", "withdrawn"]),
        "decision_date": st.sampled_from([None, JUNE, JULY]),
        "decision_note": st.sampled_from([None, "x", "y"]),
        "note": st.sampled_from([None, "x"]),
    },
)


@given(st.lists(CELLS, max_size=12))
def test_every_statement_leaves_one_event_numbered_without_gap(steps: list[dict[str, Value]]) -> None:
    past = Past()
    stated = dict.fromkeys(("deadline", "extended_deadline", "decision"), 0)
    for step in steps:
        before = dict(past.now.get(ONE, {}))
        past.set(**step)
        for name in stated:
            stated[name] += step.get(name) is not None and step.get(name) != before.get(name)

    kinds = {
        "deadline": {EventKind.DEADLINE},
        "extended_deadline": {EventKind.EXTENSION},
        "decision": {EventKind.RETURN, EventKind.CONFIRMATION, EventKind.WITHDRAWAL},
    }
    for name, count in stated.items():
        assert sum(event.kind in kinds[name] for event in past.events) == count
    for kind in EventKind:
        numbers = [event.number for event in past.events if event.kind is kind]
        assert numbers == list(range(1, len(numbers) + 1))
    assert events_of([line for line in past.lines if line.field in FIELDS]) == past.events


# ------------------------------------------------------------------ in the ledger

AT = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    yield opened
    opened.close()


def write(ledger: Ledger, **more: Any) -> int:  # noqa: ANN401 - whatever the entry has
    values = {"at": AT, "day": AT.date(), "who": "vp", "source": "office", "decided_at": ledger.revision()}
    done = commit(ledger, Entry(**{**values, **more}))
    assert done is not None
    assert done.revision is not None
    return done.revision


def put(ledger: Ledger, key: Key, **cells: Value) -> int:
    return write(ledger, changes=changed(key, ledger.assignments([key])[key].fields, cells))


def move(ledger: Ledger, key: Key, unit: str) -> int:
    ending: dict[str, Value] = {"decision": "transferred", "decision_date": JULY, "transferred_to": unit}
    now = {known: item.fields for known, item in ledger.assignments([key]).items()}
    done = hand_over(key, unit, {**now[key], **ending}, now, JULY)
    new = (done.new,) if done.new else ()
    return write(ledger, changes=(*changed(key, now[key], ending), *done.changes), new_tasks=new)


def test_the_trail_counts_what_the_events_tell(ledger: Ledger) -> None:
    write(ledger, new_tasks=(NewTask(("cctl", "khtc"), {"deadline": JUNE, "extended_deadline": JULY}),))
    put(ledger, ONE, extended_deadline=END, extension_document="A")
    put(ledger, ONE, deadline=JULY)
    move(ledger, ONE, "cckl")
    put(ledger, TWO, extended_deadline=AUGUST)

    trails = ledger.trails()
    assert {key: (trail.extension_count, trail.original_deadline) for key, trail in trails.items()} == {
        ONE: (2, JUNE),
        TWO: (3, JUNE),
        THREE: (1, None),
    }
    events = ledger.events([TASK])
    assert events == ledger.events()
    assert ledger.verify() == ()
    for key, trail in trails.items():
        told = story(events, key)
        assert sum(event.kind is EventKind.EXTENSION for event in told) == trail.extension_count
        assert next(event for event in told if event.kind is EventKind.DEADLINE).after == JUNE


def test_a_task_that_comes_back_keeps_its_trail_and_counts_no_extension_twice(ledger: Ledger) -> None:
    write(ledger, new_tasks=(NewTask(("cctl",), {"deadline": JUNE}),))
    move(ledger, ONE, "cckl")
    put(ledger, TWO, extended_deadline=END)
    back = move(ledger, TWO, "cctl")

    row = ledger.assignments()[ONE]
    assert (row.get("decision"), row.get("transferred_to"), row.get("transferred_from")) == (None, None, "cckl")
    assert row.get("extended_deadline") == END
    assert {key: trail.extension_count for key, trail in ledger.trails().items()} == {ONE: 1, TWO: 1}
    assert ledger.verify() == ()
    assert [(event.kind.value, event.key) for event in ledger.events([TASK]) if event.revision == back] == [
        ("transfer-out", TWO),
        ("transfer-in", ONE),
    ]


def test_events_of_a_past_revision_are_those_that_were_known_then(ledger: Ledger) -> None:
    write(ledger, new_tasks=(NewTask(("cctl",), {"deadline": JUNE}),))
    then = put(ledger, ONE, extended_deadline=JULY)
    put(ledger, ONE, extension_document="A")

    assert [event.document for event in ledger.events([TASK], until=then)] == ["", ""]
    assert [event.document for event in ledger.events([TASK])] == ["", "A"]
    assert ledger.events(["NV-2026-00099"]) == ()


def test_events_of_a_task_and_trails_are_read_by_index(tmp_path: Path) -> None:
    ledger = Ledger.at(f"sqlite:///{tmp_path / 'ledger.db'}")
    write(ledger, new_tasks=(NewTask(("cctl",), {"deadline": JUNE}),))
    asked: list[tuple[str, Any]] = []
    engine = engine_for(f"sqlite:///{tmp_path / 'ledger.db'}")
    watched = Ledger(engine)
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _k, text, given, *_: asked.append((text, given)))

    watched.events([TASK])
    watched.trails()

    ledger.close()
    engine.dispose()
    plain = engine_for(f"sqlite:///{tmp_path / 'ledger.db'}")
    with plain.connect() as connection:
        plans = [
            row[3]
            for text, given in asked
            if text.startswith("SELECT") and "FROM changes" in text
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
        ]
    plain.dispose()
    assert len(plans) >= 3
    assert not [plan for plan in plans if plan.startswith("SCAN changes") and "INDEX" not in plan]
