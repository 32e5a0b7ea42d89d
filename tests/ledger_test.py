"""The ledger writes all or nothing, remembers everything, and refuses what was decided on an older state."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.commit import Committed, Entry, NewTask, ProposalSettlement, Settlement, commit
from tdnv_sheets.ledger.conflicts import read_disputes
from tdnv_sheets.ledger.engine import engine_for
from tdnv_sheets.ledger.entries import IssueRecord
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.ledger.values import dump, dump_fields, fingerprint, load, load_fields
from tdnv_sheets.records import Change, Conflict, Key
from tests.conftest import SmallOffice, fill
from tests.databases import KINDS, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.synchronize import Barrier
    from pathlib import Path

    from tdnv_sheets.records import Value

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall
ONE, TWO = Key("NV-2026-00001", "cctl"), Key("NV-2026-00001", "cckl")


def entry(ledger: Ledger, **values: object) -> Entry:
    plain: dict[str, Any] = {"at": AT, "day": DAY, "who": "cctl", "source": "unit", "decided_at": ledger.revision()}
    return Entry(**(plain | values))


def write(ledger: Ledger, **values: object) -> Committed:
    done = commit(ledger, entry(ledger, **values))
    assert done is not None
    return done


def fields_of(ledger: Ledger) -> dict[Key, Mapping[str, Value]]:
    return {key: item.fields for key, item in ledger.assignments().items()}


def everything(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    with ledger.writing() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)
            for name, table in t.METADATA.tables.items()
        }


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    write(opened, source="office", new_tasks=(NewTask(("cctl", "cckl"), {"task_content": "A", "proposal": "cũ"}),))
    yield opened
    opened.close()


# ------------------------------------------------------------------ all or nothing


def full_entry(ledger: Ledger) -> Entry:
    """Write to every table that an entry can write to."""
    write(ledger, conflicts=(Conflict(TWO, "proposal", None, "cũ", "khác"),), proposals=(("cckl", {"note": "a"}),))
    return entry(
        ledger,
        source="office",
        changes=(Change(ONE, "proposal", "cũ", "mới", "5"), Change(TWO, "proposal", "cũ", "mới", "choice")),
        conflicts=(Conflict(ONE, "difficulty", None, None, "x"),),
        new_tasks=(NewTask(("khtc",), {"task_content": "B"}), NewTask(("cctl",), {"task_content": "C"})),
        proposals=(("cctl", {"task_content": "D"}),),
        settlements=(Settlement(1, "other", "vì thế"),),
        proposal_settlements=(ProposalSettlement(1, 1),),
        own_columns=("Tổ",),
        file_record={"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "verdict": "accepted"},
    )


def test_a_commit_that_fails_at_any_of_its_statements_leaves_nothing_behind(ledger: Ledger, ledger_url: str) -> None:
    engine = engine_for(ledger_url)
    failing = Ledger(engine)
    whole = full_entry(ledger)
    before = everything(ledger)
    left = 0

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal left
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            left -= 1
            if left < 0:
                message = "the disk is full"
                raise OSError(message)

    sa.event.listen(engine, "before_cursor_execute", fail)
    writes = 0
    while True:
        left = writes
        try:
            assert commit(failing, whole) is not None
            break
        except OSError:
            assert everything(ledger) == before
            writes += 1
    failing.close()

    assert writes > 12
    after = everything(ledger)
    assert {name for name in after if after[name] != before[name]} == {
        "about",
        "assignments",
        "changes",
        "conflicts",
        "files",
        "proposals",
        "revisions",
        "task_words",
        "tasks",
    }


def test_a_change_that_starts_from_another_value_than_the_ledgers_writes_nothing(ledger: Ledger) -> None:
    before = everything(ledger)

    with pytest.raises(RuntimeError, match="starts from another value"):
        write(ledger, changes=(Change(TWO, "proposal", "cũ", "mới", "5"), Change(ONE, "proposal", "khác", "mới", "5")))

    assert everything(ledger) == before


def test_an_assignment_cannot_be_entered_twice(ledger: Ledger) -> None:
    before = everything(ledger)

    with pytest.raises(sa.exc.IntegrityError):
        write(ledger, new_tasks=(NewTask(("cctl",), {"task_content": "A"}, ONE.task_id),))

    assert everything(ledger) == before


def test_an_entry_that_was_decided_on_an_older_revision_is_refused_and_can_be_decided_again(ledger: Ledger) -> None:
    stale = entry(ledger, changes=(Change(ONE, "proposal", "cũ", "của tôi", "5"),))
    write(ledger, changes=(Change(ONE, "proposal", "cũ", "của người khác", "5"),))
    before = everything(ledger)

    assert commit(ledger, stale) is None
    assert everything(ledger) == before

    again = replace(
        stale,
        decided_at=ledger.revision(),
        changes=(),
        conflicts=(Conflict(ONE, "proposal", "cũ", "của người khác", "của tôi"),),
    )
    assert commit(ledger, again) == Committed(3, (), 1)


def test_an_entry_that_says_nothing_makes_no_revision_but_remembers_its_file(ledger: Ledger) -> None:
    record = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "verdict": "accepted"}

    assert write(ledger, file_record=record) == Committed(None)
    assert ledger.revision() == 1
    assert ledger.receipt("c1") is not None


# ------------------------------------------------------------------ the past

NAMES = ["proposal", "difficulty", "deadline", "extra:Tổ"]
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.sampled_from(["a", "b", "Đã xong"]), st.integers(-5, 5), st.dates(date(2026, 1, 1), date(2026, 1, 5))
)
UNITS = ["cctl", "cckl", "khtc"]
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("task"),
            st.sets(st.sampled_from(UNITS), min_size=1),
            st.dictionaries(st.sampled_from(NAMES), VALUES),
        ),
        st.tuples(st.just("edit"), st.integers(0, 20), st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1)),
    ),
    max_size=12,
)


@dataclass
class History:
    """A ledger in memory, and what it held after each revision as this test noted it."""

    ledger: Ledger
    states: list[dict[Key, dict[str, Value]]] = field(default_factory=lambda: [{}])

    def play(self, steps: Sequence[tuple[Any, ...]]) -> None:
        for kind, what, cells in steps:
            state = {key: dict(fields) for key, fields in self.states[-1].items()}
            filled = {name: value for name, value in cells.items() if value is not None}
            if kind == "task":
                done = write(self.ledger, new_tasks=(NewTask(tuple(sorted(what)), cells),))
                state |= {Key(done.task_ids[0], unit): dict(filled) for unit in what}
            elif state:
                key = sorted(state)[what % len(state)]
                changes = [
                    Change(key, name, state[key].get(name), value, "5")
                    for name, value in cells.items()
                    if state[key].get(name) != value
                ]
                write(self.ledger, changes=tuple(changes))
                state[key] = {n: v for n, v in {**state[key], **cells}.items() if v is not None}
            if self.ledger.revision() == len(self.states):
                self.states.append(state)
            else:
                assert state == self.states[-1]


@contextmanager
def played(kind: str, steps: Sequence[tuple[Any, ...]], folder: Path) -> Iterator[History]:
    with fresh(kind, folder) as url:
        history = History(Ledger.at("sqlite://" if kind == "sqlite" else url))
        history.play(steps)
        yield history
        history.ledger.close()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_past_is_what_was_read_then_and_follows_from_the_changes(
    kind: str, steps: Sequence[tuple[Any, ...]], tmp_path: Path
) -> None:
    with played(kind, steps, tmp_path) as history:
        now = fields_of(history.ledger)
        for revision, state in enumerate(history.states):
            assert history.ledger.at_revision(now, revision) == state
            assert {key: item.fields for key, item in history.ledger.assignments_at(revision).items()} == state
            assert history.ledger.as_now(state, revision) == {key: now[key] for key in state}
        assert now == history.states[-1]
        assert history.ledger.verify() == ()


def test_what_the_decision_saw_is_written_onto_only_where_nobody_wrote_since(ledger: Ledger) -> None:
    write(ledger, source="office", changes=(Change(TWO, "extended_deadline", None, DAY, "5"),))
    decision = entry(
        ledger,
        changes=(
            Change(ONE, "proposal", "cũ", "mới", "5"),
            Change(TWO, "extended_deadline", DAY, DAY.replace(day=20), "5"),
        ),
        reads=frozenset((ONE, TWO)),
        then=fields_of(ledger),
    )
    false = replace(decision, then={ONE: {"proposal": "mới"}, TWO: {"extended_deadline": DAY}})
    with pytest.raises(RuntimeError, match="starts from another value"):
        commit(ledger, false)
    assert commit(ledger, decision) is not None
    assert (ledger.assignments()[ONE].fields, ledger.verify()) == ({"task_content": "A", "proposal": "mới"}, ())
    assert {trail.extension_count for trail in ledger.trails().values()} == {0, 2}

    again = replace(decision, changes=(Change(ONE, "proposal", "mới", "mới nữa", "5"),))
    assert commit(ledger, again) is None, "what it saw has moved"
    elsewhere = replace(again, reads=frozenset((Key("NV-2026-00009", "cctl"),)))
    assert commit(ledger, elsewhere) is not None, "what it reads has not, and its own row is read again"
    assert (ledger.assignments()[ONE].get("proposal"), ledger.verify()) == ("mới nữa", ())


def test_more_keys_than_one_query_can_hold_are_all_found(ledger: Ledger) -> None:
    write(ledger, new_tasks=tuple(NewTask(("cctl",), {"note": number}) for number in range(1_100)))
    keys = list(ledger.assignments())

    assert len(ledger.assignments(keys)) == len(ledger.at_revision(keys, 2)) == 1_102
    assert len(ledger.at_revision(keys, 1)) == 2


def test_the_tasks_typed_into_a_drawing_are_found_again_with_what_they_were_entered_with(ledger: Ledger) -> None:
    new = write(ledger, source="office", drawn=1, new_tasks=(NewTask(("khtc",), {"task_content": "B", "note": "n"}),))
    typed = Key(new.task_ids[0], "khtc")
    later = Key(typed.task_id, "cctl")
    write(ledger, source="office", drawn=1, changes=(Change(typed, "note", "n", None, "5"),))
    write(ledger, source="office", drawn=2, new_tasks=(NewTask(("cctl",), {"task_content": "C"}, typed.task_id),))

    assert (ledger.new_tasks_of(1), ledger.new_tasks_of(2)) == (frozenset({typed}), frozenset())
    assert ledger.as_entered([typed, later, Key("NV-2026-00009", "cctl")]) == {
        typed: {"task_content": "B", "note": "n"},
        later: {"task_content": "C"},
    }


def test_the_headers_of_the_offices_own_columns_are_written_with_their_revision(ledger: Ledger) -> None:
    assert ledger.own_columns() == ((), 0)

    write(ledger, source="office", own_columns=("Tổ", "Ngày họp"))
    write(ledger, source="office", changes=(Change(ONE, "proposal", "cũ", "mới", "5"),))

    assert ledger.own_columns() == (("Tổ", "Ngày họp"), 2)


def test_the_trail_counts_extensions_and_remembers_the_units_last_day(ledger: Ledger) -> None:
    later = DAY + timedelta(days=20)
    changes = [
        Change(ONE, "extended_deadline", None, DAY, "5"),
        Change(ONE, "extended_deadline", DAY, later, "5"),
        Change(ONE, "extended_deadline", later, None, "5"),
    ]
    for change in changes:
        write(ledger, source="office", changes=(change,))
    assert (ledger.trails()[ONE].extension_count, ledger.trails()[ONE].last_update) == (2, None)

    write(ledger, source="unit", day=later, changes=(Change(ONE, "proposal", "cũ", "mới", "5"),))
    assert ledger.trails()[ONE].last_update == later
    assert ledger.trails()[TWO].last_update is None


# ------------------------------------------------------------------ ids, files, values


def test_task_ids_count_up_within_their_year_and_are_never_given_again(ledger: Ledger) -> None:
    def ids(day: date, count: int) -> tuple[str, ...]:
        return write(ledger, day=day, new_tasks=(NewTask(("cctl",), {}),) * count).task_ids

    assert ids(DAY, 2) == ("NV-2026-00002", "NV-2026-00003")
    assert ids(date(2027, 1, 2), 1) == ("NV-2027-00001",)
    assert ids(DAY, 1) == ("NV-2026-00004",)
    assert ids(date(2027, 2, 1), 1) == ("NV-2027-00002",)

    more = NewTask(("khtc",), {}, "NV-2026-00004")
    assert write(ledger, new_tasks=(more,)).task_ids == ("NV-2026-00004",)
    assert len(ledger.assignments()) == 8


def test_the_same_content_is_known_again_once_it_was_accepted(ledger: Ledger) -> None:
    def record(digest: str, content: str, verdict: str, name: str = "a.xlsx") -> dict[str, Any]:
        return {"digest": digest, "content": content, "name": name, "at": AT, "verdict": verdict}

    write(ledger, file_record=record("d1", "c1", "accepted"))
    write(ledger, file_record=record("d2", "c2", "partly", "b.xlsx"))
    write(ledger, file_record=record("d3", "", "returned", "c.xlsx"))

    assert [getattr(ledger.receipt(content), "name", None) for content in ("c1", "c2", "", "c4")] == [
        "a.xlsx",
        "b.xlsx",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (("c1", "accepted"), ("c1", "accepted"), "a.xlsx"),
        (("c1", "accepted"), ("c1", "partly"), "a.xlsx"),
        (("c1", "accepted"), ("", "returned"), "a.xlsx"),
        (("c1", "partly"), ("c1", "partly"), "a.xlsx"),
        (("c1", "partly"), ("c1", "accepted"), "lại.xlsx"),
        (("", "returned"), ("c1", "accepted"), "lại.xlsx"),
        (("c1", "undone"), ("c1", "accepted"), "lại.xlsx"),
    ],
)
def test_the_same_bytes_are_remembered_once_and_taken_in_once(
    ledger: Ledger, first: tuple[str, str], then: tuple[str, str], kept: str
) -> None:
    for name, (content, verdict) in (("a.xlsx", first), ("lại.xlsx", then)):
        record = {"digest": "d1", "content": content, "name": name, "at": AT, "verdict": verdict}
        done = commit(ledger, entry(ledger, file_record=record))
        assert (done is None) == (name != kept and verdict in t.TAKEN and first[1] in t.TAKEN and name != "a.xlsx")

    with ledger.writing() as connection:
        rows = connection.execute(sa.select(t.files.c.name)).scalars().all()
    assert rows == [kept]


def test_an_issue_is_remembered_with_its_rows(ledger: Ledger) -> None:
    sent = IssueRecord("i1", "cctl", "2026-M06", 1, "digest", ("NV-2026-00001", "NV-2026-00009"))
    ledger.record_issues([sent], AT)

    assert ledger.issue("i1") == sent
    assert ledger.issue("i2") is None


def test_only_the_latest_drawing_is_marked_so_and_all_are_known(ledger: Ledger) -> None:
    for digest, revision in (("a", 1), ("b", 1), ("a", 1)):
        ledger.record_drawing(digest, revision, AT)

    assert (ledger.drawn("a"), ledger.drawn("b"), ledger.drawn("c")) == (1, 1, None)
    with ledger.writing() as connection:
        latest = connection.execute(sa.select(t.drawings.c.digest).where(t.drawings.c.latest)).scalars().all()
    assert latest == ["a"]


ANY: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.dates()
)


@given(ANY)
def test_values_come_back_as_they_went_in(value: Value) -> None:
    again = load(dump(value))

    assert again == value
    assert type(again) is type(value)
    assert fingerprint(again) == fingerprint(value)


def as_day(value: date) -> dict[str, str]:
    return {"day": value.isoformat()}


@given(st.dictionaries(st.text(), ANY))
def test_fields_come_back_without_the_empty_ones(fields: dict[str, Value]) -> None:
    filled = {name: value for name, value in fields.items() if value is not None}

    assert load_fields(dump_fields(fields)) == filled
    assert dump_fields(fields) == json.dumps(filled, ensure_ascii=False, sort_keys=True, default=as_day)


def test_a_text_that_looks_like_a_day_stays_a_text() -> None:
    texts = ["2026-06-15", '{"day": "2026-06-15"}', "5", "null", "Tiếng Việt \n 'x' \\"]
    assert [load(dump(text)) for text in texts] == texts
    assert fingerprint("2026-06-15") != fingerprint(date(2026, 6, 15))


# ------------------------------------------------------------------ conflicts and proposals


def test_the_same_conflict_again_is_no_new_one_and_a_later_one_takes_its_place(ledger: Ledger) -> None:
    first = Conflict(ONE, "proposal", None, "cũ", "của đơn vị")

    assert write(ledger, conflicts=(first,), file="a.xlsx").conflicts == 1
    assert write(ledger, conflicts=(first,), file="b.xlsx").conflicts == 0
    assert write(ledger, conflicts=(replace(first, theirs="khác"),), file="c.xlsx").conflicts == 1

    (only,) = ledger.open_conflicts()
    assert (only.conflict.theirs, only.file) == ("khác", "c.xlsx")
    assert [item.state for item in read_disputes(ledger, settled=None, task=ONE.task_id)] == ["replaced", "open"]


@pytest.mark.parametrize(("new", "states"), [("của đơn vị", ["theirs"]), ("của sổ", ["replaced", "open"])])
def test_an_open_conflict_follows_the_cell_that_it_is_about(ledger: Ledger, new: str, states: list[str]) -> None:
    write(ledger, conflicts=(Conflict(ONE, "proposal", None, "cũ", "của đơn vị"),), file="a.xlsx")

    write(ledger, source="office", changes=(Change(ONE, "proposal", "cũ", new, "5"),))

    assert [item.state for item in read_disputes(ledger, settled=None, task=ONE.task_id)] == states
    for item in ledger.open_conflicts():
        assert (item.conflict.ours, item.conflict.theirs, item.file) == ("của sổ", "của đơn vị", "a.xlsx")


def test_a_settled_conflict_stays_in_the_ledger_with_its_reason(ledger: Ledger) -> None:
    write(ledger, conflicts=(Conflict(ONE, "proposal", None, "cũ", "của đơn vị"),))
    (item,) = ledger.open_conflicts()

    write(ledger, source="choice", settlements=(Settlement(item.number, "ours", "gọi điện"),))

    assert ledger.open_conflicts() == ()
    known = ledger.conflict(item.number)
    assert known is not None
    assert (known.state, known.reason, known.conflict) == ("ours", "gọi điện", item.conflict)
    assert ledger.conflict(99) is None


def test_a_proposal_waits_once_and_is_settled_by_the_task_that_it_becomes(ledger: Ledger) -> None:
    said = ("cckl", {"task_content": "D", "deadline": DAY})
    write(ledger, proposals=(said,))
    write(ledger, proposals=(said, ("cckl", {"task_content": "E"})))
    first, second = ledger.open_proposals()
    assert (first.unit, first.fields) == said

    done = write(
        ledger,
        source="office",
        new_tasks=(NewTask(("khtc",), {}), NewTask((first.unit,), first.fields)),
        proposal_settlements=(ProposalSettlement(first.number, 1), ProposalSettlement(second.number, None)),
    )

    assert ledger.open_proposals() == ()
    assert fields_of(ledger)[Key(done.task_ids[1], "cckl")] == said[1]
    with ledger.writing() as connection:
        rows = connection.execute(sa.select(t.proposals.c.state, t.proposals.c.task_id)).all()
    assert [tuple(row) for row in rows] == [("accepted", done.task_ids[1]), ("declined", None)]


# ------------------------------------------------------------------ a database that cannot be used


def test_a_damaged_ledger_stops_every_command_with_a_sentence(office: SmallOffice) -> None:
    file = office.space.hidden / "ledger.db"
    file.write_bytes(b"this was a database once" * 200)

    for command in (["sync"], ["merge"], ["export"], ["history", "NV-2026-00001"]):
        done = office.run(*command)
        assert (done.code, done.err.count("\n")) == (4, 1), done
        assert "không mở được" in done.err
    assert file.read_bytes() == b"this was a database once" * 200


def test_a_ledger_that_is_damaged_further_in_stops_with_a_sentence_too(office: SmallOffice) -> None:
    file = office.space.hidden / "ledger.db"
    with sqlite3.connect(file) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        root = connection.execute("select rootpage from sqlite_master where name = 'assignments'").fetchone()[0]
        size = connection.execute("pragma page_size").fetchone()[0]
    connection.close()
    whole = bytearray(file.read_bytes())
    whole[(root - 1) * size : root * size] = b"\xff" * size
    file.write_bytes(whole)

    for command in ("export", "sync"):
        done = office.run(command)
        assert (done.code, done.err.count("\n")) == (4, 1), done


def test_a_ledger_of_a_later_program_is_not_touched(office: SmallOffice) -> None:
    ledger = Ledger.at(office.space.ledger_url)
    with ledger.writing() as connection:
        connection.execute(sa.update(t.about).where(t.about.c.name == "layout").values(value=str(t.LAYOUT + 1)))
    before = everything(ledger)
    ledger.close()

    done = office.run("sync")

    assert (done.code, f"cấu trúc {t.LAYOUT + 1}" in done.err) == (4, True)
    with pytest.raises(BrokenSurroundings, match="ledger-too-new"):
        Ledger.at(office.space.ledger_url)
    raw = sa.create_engine(office.space.ledger_url)
    assert everything(Ledger(raw)) == before
    raw.dispose()


# ------------------------------------------------------------------ several processes

TDNV = (sys.executable, "-c", "from tdnv_sheets.cli.main import main; main()")


def add_lines(url: str, name: str, count: int, ready: Barrier) -> None:
    """Append to one shared cell, each time deciding anew when another process wrote in between (in a child)."""
    ledger = Ledger.at(url)
    ready.wait()
    for number in range(count):
        while True:
            decided_at = ledger.revision()
            old = ledger.assignments([ONE])[ONE].text("proposal")
            change = Change(ONE, "proposal", old, f"{old} {name}{number}", "5")
            if commit(ledger, replace(entry(ledger, changes=(change,)), decided_at=decided_at)) is not None:
                break
    ledger.close()


def test_two_processes_that_write_the_same_cell_lose_nothing(ledger: Ledger, ledger_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(2)
    workers = [context.Process(target=add_lines, args=(ledger_url, name, 15, ready), daemon=True) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]

    words = ledger.assignments()[ONE].text("proposal").split()
    assert words[0] == "cũ"
    assert [word for word in words if word[0] == "a"] == [f"a{number}" for number in range(15)]
    assert [word for word in words if word[0] == "b"] == [f"b{number}" for number in range(15)]
    assert ledger.revision() == 31


def test_two_commands_that_merge_different_files_at_once_lose_nothing(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    files = [
        fill(office.issue("cctl"), {ONE.task_id: {"difficulty": "Thiếu kinh phí"}}),
        fill(office.issue("cckl"), {"NV-2026-00003": {"difficulty": "Thiếu người"}}),
    ]
    copies = [shutil.copyfile(path, path.with_name(f"đơn vị {n}.xlsx")) for n, path in enumerate(files)]
    started = [
        subprocess.Popen(
            [*TDNV, "-C", str(office.root), "--as-of", "2026-06-10", "merge", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for path in copies
    ]
    for process in started:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error.decode()

    rows = office.rows()
    assert rows[(ONE.task_id, "cctl")]["difficulty"] == "Thiếu kinh phí"
    assert rows[("NV-2026-00003", "cckl")]["difficulty"] == "Thiếu người"
    assert office.revision() == 3
    assert len(list(office.root.glob("luu-tru/*/đơn vị ?.xlsx"))) == 2
    assert list(office.space.work.iterdir()) == []
