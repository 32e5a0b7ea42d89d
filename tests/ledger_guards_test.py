"""Wrong states cannot be written, whoever writes: the database itself refuses them, on both databases."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.commit import Entry, NewTask, ProposalSettlement, Settlement, commit
from tdnv_sheets.ledger.entries import IssueRecord
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.records import Change, Conflict, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9)  # noqa: DTZ001 - the clock on the office's wall
ONE, TWO = Key("NV-2026-00001", "cctl"), Key("NV-2026-00001", "cckl")
FILE = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "verdict": "accepted"}


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """Give a ledger with a row in every table; the third revision undoes the second."""
    opened = Ledger.at(ledger_url)
    tasks = (NewTask(("cctl", "cckl"), {"task_content": "A", "note": "cũ"}),)
    assert commit(opened, Entry(AT, DAY, "vp", "office", 0, new_tasks=tasks))
    wait = Conflict(ONE, "note", None, "mới", "khác"), Conflict(TWO, "note", None, "cũ", "khác")
    entry = Entry(
        AT,
        DAY,
        "cctl",
        "unit",
        1,
        changes=(Change(ONE, "note", "cũ", "mới", "5"),),
        conflicts=wait,
        proposals=(("cctl", {"task_content": "B"}), ("cctl", {"task_content": "C"})),
        file_record=FILE,
    )
    assert commit(opened, entry)
    entry = Entry(
        AT,
        DAY,
        "vp",
        "undo",
        2,
        undoes=2,
        removals=((TWO, False),),
        settlements=(Settlement(2, "ours"),),
        proposal_settlements=(ProposalSettlement(2, None),),
    )
    assert commit(opened, entry)
    opened.record_issues([IssueRecord("i1", "cctl", "2026-M06", 1, "x", (ONE.task_id,))], AT)
    with opened.writing() as connection:
        connection.execute(sa.insert(t.frozen), FROZEN)
    yield opened
    opened.close()


REVISION = {"number": 4, "at": AT, "day": DAY, "who": "x", "source": "office"}
CONFLICT = {**ONE._asdict(), "field": "note", "base": "null", "ours": "1", "theirs": "2", "revision": 3, "file": ""}
CONFLICT |= {"at": AT}
CHANGE = {**ONE._asdict(), "revision": 3, "field": "note", "old": "1", "new": "2", "rule": "5"}
FROZEN = {"period": "2026-H1", "scope": "", "issue": 1, "at": AT, "who": "vp", "revision": 3, "as_of": DAY}
FROZEN |= {"regulation": "x", "regulation_digest": "y", "reason": "", "forced": "[]", "content": b"", "digest": "z"}
MADE: dict[str, tuple[sa.Table, dict[str, Any]]] = {
    "a revision too far": (t.revisions, REVISION | {"number": 5}),
    "a revision that is there": (t.revisions, REVISION | {"number": 3}),
    "a revision of nobody knows what": (t.revisions, REVISION | {"source": "hacker"}),
    "an undo of nothing": (t.revisions, REVISION | {"source": "undo"}),
    "something else that undoes": (t.revisions, REVISION | {"undoes": 1}),
    "an undo of itself": (t.revisions, REVISION | {"source": "undo", "undoes": 4}),
    "a second undo of the same": (t.revisions, REVISION | {"source": "undo", "undoes": 2}),
    "a register drawn before all": (t.revisions, REVISION | {"drawn": -1}),
    "a task of no revision": (t.tasks, {"task_id": "x", "year": 2026, "number": 9, "created": 9}),
    "a task number twice": (t.tasks, {"task_id": "x", "year": 2026, "number": 1, "created": 1}),
    "an assignment of no task": (
        t.assignments,
        {"task_id": "x", "unit": "cctl", "fields": "{}", "created": 1, "revision": 1},
    ),
    "an assignment twice": (t.assignments, {**ONE._asdict(), "fields": "{}", "created": 1, "revision": 1}),
    "an assignment changed before it was made": (
        t.assignments,
        {"task_id": ONE.task_id, "unit": "khtc", "fields": "{}", "created": 2, "revision": 1},
    ),
    "a change of nothing": (t.changes, CHANGE | {"unit": "khtc"}),
    "a change in no revision": (t.changes, CHANGE | {"revision": 9}),
    "a change that changes nothing": (t.changes, CHANGE | {"new": "1"}),
    "a removal of nothing": (t.removals, {"task_id": "x", "unit": "cctl", "revision": 3, "restored": False}),
    "two removals at once": (t.removals, {**TWO._asdict(), "revision": 3, "restored": True}),
    "an issue of no revision": (
        t.issues,
        {"issue": "i2", "unit": "u", "period": "p", "revision": 9, "content": "", "at": AT, "rows": "[]"},
    ),
    "a second open conflict on a cell": (t.conflicts, CONFLICT),
    "a conflict of nothing": (t.conflicts, CONFLICT | {"unit": "khtc"}),
    "a conflict without two sides": (t.conflicts, CONFLICT | {"field": "x", "theirs": "1"}),
    "an open conflict that is settled": (t.conflicts, CONFLICT | {"field": "x", "settled": 3}),
    "a settled conflict that does not say when": (t.conflicts, CONFLICT | {"state": "ours"}),
    "a conflict settled before it opened": (t.conflicts, CONFLICT | {"state": "ours", "settled": 2}),
    "a conflict in no known state": (t.conflicts, CONFLICT | {"state": "lost", "settled": 3}),
    "a proposal accepted without a task": (
        t.proposals,
        {"unit": "u", "fields": "{}", "revision": 1, "file": "", "at": AT, "state": "accepted", "settled": 3},
    ),
    "the same content taken whole twice": (t.files, FILE | {"digest": "d2"}),
    "a file of an unknown verdict": (t.files, FILE | {"digest": "d2", "content": "", "verdict": "eaten"}),
    "a report frozen twice": (t.frozen, FROZEN),
    "a report frozen again without a reason": (t.frozen, FROZEN | {"issue": 2}),
    "a first issue with a reason": (t.frozen, FROZEN | {"period": "2026-H2", "reason": "x"}),
    "a report of no issue": (t.frozen, FROZEN | {"issue": 0, "reason": "x"}),
    "a report counted on no revision": (t.frozen, FROZEN | {"period": "2026-H2", "revision": 9}),
    "a file of no revision": (t.files, FILE | {"digest": "d2", "content": "", "revision": 9}),
}


@pytest.mark.parametrize("what", MADE)
def test_it_cannot_be_written(ledger: Ledger, what: str) -> None:
    table, row = MADE[what]

    with pytest.raises(sa.exc.IntegrityError), ledger.writing() as connection:
        connection.execute(sa.insert(table), row)


def test_the_rows_that_are_refused_are_refused_for_the_one_thing_that_is_wrong_with_them(ledger: Ledger) -> None:
    good: list[tuple[sa.Table, dict[str, Any]]] = [
        (t.revisions, REVISION),
        (t.revisions, REVISION | {"number": 5, "source": "undo", "undoes": 4, "drawn": 0}),
        (t.tasks, {"task_id": "x", "year": 2026, "number": 9, "created": 1}),
        (t.assignments, {"task_id": "x", "unit": "cctl", "fields": "{}", "created": 1, "revision": 1}),
        (t.changes, CHANGE),
        (t.removals, {"task_id": "x", "unit": "cctl", "revision": 3, "restored": False}),
        (t.conflicts, CONFLICT | {"field": "x"}),
        (t.conflicts, CONFLICT | {"state": "ours", "settled": 3}),
        (t.files, FILE | {"digest": "d2", "content": "c2"}),
        (t.files, FILE | {"digest": "d3", "verdict": "partly"}),
        (t.files, FILE | {"digest": "d4", "verdict": "undone"}),
        (t.frozen, FROZEN | {"issue": 2, "reason": "x"}),
        (t.frozen, FROZEN | {"scope": '["cctl"]', "revision": None}),
    ]
    with ledger.writing() as connection:
        for table, row in good:
            connection.execute(sa.insert(table), row)


@pytest.mark.parametrize("name", ["revisions", "tasks", "changes", "removals", "issues", "frozen"])
def test_the_past_cannot_be_changed(ledger: Ledger, name: str) -> None:
    table = t.METADATA.tables[name]
    column = [*table.columns][-1]

    with pytest.raises(sa.exc.IntegrityError), ledger.writing() as connection:
        connection.execute(sa.update(table).values({column.name: column}))


@pytest.mark.parametrize(
    "name", ["revisions", "tasks", "changes", "removals", "issues", "frozen", "assignments", "conflicts", "proposals"]
)
def test_what_was_written_cannot_be_deleted(ledger: Ledger, name: str) -> None:
    table = t.METADATA.tables[name]

    with pytest.raises(sa.exc.IntegrityError, match="never deleted"), ledger.writing() as connection:
        connection.execute(sa.delete(table))
    with ledger.writing() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(table))
        if connection.dialect.name == "postgresql":
            with pytest.raises(sa.exc.IntegrityError, match="never deleted"):
                connection.exec_driver_sql(f"truncate {name} cascade")
            connection.rollback()
