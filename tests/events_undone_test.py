"""A transfer that was undone and made again keeps one row and counts nothing twice; its undo leaves no event."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.events import story
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.pipeline.decided import Setting, follow_up
from tdnv_sheets.pipeline.handover import changed
from tdnv_sheets.records import EventKind, Key, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall
TASK = "NV-2026-00001"
A, B = Key(TASK, "a"), Key(TASK, "b")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    started: dict[str, Value] = {"task_content": "X", "deadline": date(2026, 6, 1)}
    assert commit(opened, Entry(AT, AT.date(), "vp", "office", 0, new_tasks=(NewTask(("a",), started),)))
    yield opened
    opened.close()


def put(ledger: Ledger, key: Key, **cells: Value) -> int:
    now = {known: item.fields for known, item in ledger.assignments().items()}
    ever = ledger.assignments([key], removed=True)
    removed = {known: item.fields for known, item in ever.items() if known not in now}
    entry = Entry(AT, AT.date(), "vp", "office", ledger.revision(), changes=changed(key, now[key], cells))
    done = commit(ledger, follow_up(entry, Setting(now, {}, removed, AT.date(), wants_paper=False))[0])
    assert done is not None
    assert done.revision is not None
    return done.revision


def extensions(ledger: Ledger, key: Key) -> int:
    told = [event for event in story(ledger.events(), key) if event.kind is EventKind.EXTENSION]
    assert ledger.trails()[key].extension_count == len(told)
    assert ledger.verify() == ()
    return len(told)


def move(ledger: Ledger, key: Key, unit: str) -> int:
    return put(ledger, key, decision="transferred", decision_date=AT.date(), transferred_to=unit)


def take_back(ledger: Ledger, revision: int) -> int:
    done = undo(ledger, revision, at=AT, day=AT.date(), who="vp")
    assert done.revision is not None
    return done.revision


def test_an_undone_transfer_can_be_made_again(ledger: Ledger) -> None:
    put(ledger, A, extended_deadline=date(2026, 6, 20))
    wrong = move(ledger, A, "b")
    assert extensions(ledger, B) == 1
    take_back(ledger, wrong)
    assert B not in ledger.assignments()
    assert extensions(ledger, A) == 1
    assert [event.kind.value for event in ledger.events()] == ["deadline", "extension"]

    again = move(ledger, A, "b")

    assert ledger.assignments()[B].get("transferred_from") == "a"
    assert {event.kind.value for event in ledger.events() if event.revision == again} == {"transfer-in", "transfer-out"}
    assert (extensions(ledger, A), extensions(ledger, B)) == (1, 1)
    put(ledger, B, extended_deadline=date(2026, 6, 30))
    assert (extensions(ledger, A), extensions(ledger, B)) == (1, 2)


def test_an_undone_way_back_counts_for_nobody(ledger: Ledger) -> None:
    move(ledger, A, "b")
    put(ledger, B, extended_deadline=date(2026, 6, 20))
    back = move(ledger, B, "a")
    assert extensions(ledger, A) == 1

    lifted = take_back(ledger, back)

    assert (extensions(ledger, A), extensions(ledger, B)) == (0, 1)
    take_back(ledger, lifted)
    assert (extensions(ledger, A), extensions(ledger, B)) == (1, 1)


def test_an_undone_extension_is_none(ledger: Ledger) -> None:
    put(ledger, A, extended_deadline=date(2026, 6, 20))
    take_back(ledger, put(ledger, A, extended_deadline=date(2026, 6, 30)))

    assert extensions(ledger, A) == 1
    move(ledger, A, "b")
    assert extensions(ledger, B) == 1


def test_an_undone_correction_of_the_deadline_leaves_the_original(ledger: Ledger) -> None:
    take_back(ledger, put(ledger, A, deadline=date(2026, 6, 5)))
    assert ledger.trails()[A].original_deadline is None
    put(ledger, A, deadline=date(2026, 6, 9))
    assert ledger.trails()[A].original_deadline == date(2026, 6, 1)
