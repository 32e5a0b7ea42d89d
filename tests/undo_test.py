"""An undo puts back what a revision changed, refuses where later ones stand on it, and can be undone itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.ledger.commit import Committed, Entry, NewTask, ProposalSettlement, Settlement, commit
from tdnv_sheets.ledger.conflicts import read_disputes
from tdnv_sheets.ledger.log import read_revisions, read_undone
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.ledger.undo import Undone, undo
from tdnv_sheets.ledger.undo_disputes import Later
from tdnv_sheets.records import Change, Conflict, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tdnv_sheets.records import Value

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9, 0)  # noqa: DTZ001 - the clock on the office's wall
ONE, TWO = Key("NV-2026-00001", "cctl"), Key("NV-2026-00001", "cckl")
FIELDS = ("proposal", "difficulty", "extended_deadline", "extra:Tổ")
VALUES: tuple[Value, ...] = (None, "a", "b", date(2026, 7, 1), date(2026, 7, 15))


@dataclass
class Desk:
    """A ledger, written to as the program does."""

    ledger: Ledger

    def write(self, **values: object) -> Committed:
        plain: dict[str, Any] = {"at": AT, "day": DAY, "who": "cctl", "source": "unit"}
        entry = Entry(**(plain | {"decided_at": self.ledger.revision()} | values))
        done = commit(self.ledger, entry)
        assert done is not None
        return done

    def set(self, key: Key, field: str, value: Value, **values: object) -> int:
        old = self.ledger.assignments([key])[key].get(field)
        revision = self.write(changes=(Change(key, field, old, value, "5"),), **values).revision
        assert revision is not None
        return revision

    def undo(self, revision: int, *, dry_run: bool = False) -> Undone:
        return undo(self.ledger, revision, at=AT, day=DAY, who="Văn phòng", dry_run=dry_run)

    def undone(self, revision: int) -> int:
        done = self.undo(revision)
        assert done.later == ()
        assert done.revision is not None
        return done.revision

    def seen(self) -> dict[str, Any]:
        """Give all that the present shows."""
        ledger = self.ledger
        return {
            "fields": {key: dict(item.fields) for key, item in ledger.assignments().items()},
            "trails": ledger.trails(),
            "conflicts": {(item.conflict, item.file, item.at) for item in ledger.open_conflicts()},
            "proposals": sorted((item.unit, tuple(item.fields.items())) for item in ledger.open_proposals()),
            "columns": ledger.own_columns().headers,
        }


@pytest.fixture
def desk(ledger_url: str) -> Iterator[Desk]:
    ledger = Ledger.at(ledger_url)
    desk = Desk(ledger)
    desk.write(source="office", new_tasks=(NewTask(("cctl", "cckl"), {"task_content": "A", "proposal": "cũ"}),))
    yield desk
    ledger.close()


# ------------------------------------------------------------------ what is put back


def test_cells_go_back_and_the_log_keeps_all_of_it(desk: Desk) -> None:
    before = desk.seen()
    wrote = desk.set(ONE, "proposal", "mới")

    took_back = desk.undone(wrote)

    assert desk.seen() == before
    assert [(line.old, line.new, line.rule) for line in desk.ledger.log(limit=2)] == [
        ("mới", "cũ", "undo"),
        ("cũ", "mới", "5"),
    ]
    assert desk.ledger.at_revision([ONE], wrote)[ONE]["proposal"] == "mới"
    assert read_undone(desk.ledger) == {wrote: took_back}


def test_tasks_that_it_entered_leave_the_present_and_come_back_with_their_ids(desk: Desk) -> None:
    before = desk.seen()
    made = desk.write(source="office", new_tasks=(NewTask(("cctl", "khtc"), {"task_content": "B"}),))
    entered = desk.seen()
    assert made.revision is not None

    took_back = desk.undone(made.revision)
    assert desk.seen() == before
    assert Key(made.task_ids[0], "khtc") in desk.ledger.assignments_at(made.revision)

    desk.undone(took_back)
    assert desk.seen() == entered
    assert desk.write(source="office", new_tasks=(NewTask(("cctl",), {}),)).task_ids == ("NV-2026-00003",)


def test_an_assignment_that_is_written_to_later_holds_its_revision(desk: Desk) -> None:
    made = desk.write(source="office", new_tasks=(NewTask(("khtc",), {"task_content": "B"}),))
    key = Key(made.task_ids[0], "khtc")
    later = desk.set(key, "proposal", "xin thêm")
    assert made.revision is not None
    before, revision = desk.seen(), desk.ledger.revision()

    refused = desk.undo(made.revision)

    assert (refused.revision, refused.later) == (None, (Later(key, "proposal", later),))
    assert (desk.seen(), desk.ledger.revision()) == (before, revision)
    desk.undone(later)
    desk.undone(made.revision)


def test_a_cell_that_was_written_again_holds_its_revision_and_names_who_did(desk: Desk) -> None:
    first = desk.set(ONE, "proposal", "mới")
    second = desk.set(ONE, "proposal", "mới hơn")

    assert desk.undo(first).later == (Later(ONE, "proposal", second),)

    desk.undone(second)
    desk.undone(first)
    assert desk.ledger.assignments()[ONE].get("proposal") == "cũ"


def test_a_cell_that_is_back_already_is_left_alone(desk: Desk) -> None:
    first = desk.set(ONE, "proposal", "mới")
    desk.set(ONE, "proposal", "cũ")

    assert desk.undo(first).changes == ()


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    wrote = desk.set(ONE, "proposal", "mới")
    before, revision = desk.seen(), desk.ledger.revision()

    tried = desk.undo(wrote, dry_run=True)

    assert (desk.seen(), desk.ledger.revision()) == (before, revision)
    done = desk.undo(wrote)
    assert (tried.changes, tried.removed, tried.closed) == (done.changes, done.removed, done.closed)


@pytest.mark.parametrize("again", [False, True])
def test_what_was_undone_is_not_undone_twice_and_the_way_back_is_named(desk: Desk, *, again: bool) -> None:
    wrote = desk.set(ONE, "proposal", "mới")
    last = desk.undone(wrote)
    if again:
        last = desk.undone(last)

    with pytest.raises(WrongUsage) as refusal:
        desk.undo(wrote)

    assert refusal.value.code == ("undone-and-back" if again else "already-undone")
    assert refusal.value.given["last"] == last
    with pytest.raises(WrongUsage, match="no-such-revision"):
        desk.undo(99)


# ------------------------------------------------------------------ what waits for a person


def disputed(desk: Desk) -> int:
    """Let the unit send x for a cell that holds nothing now; gives the revision."""
    conflict = Conflict(ONE, "difficulty", "cũ", None, "x")
    revision = desk.write(conflicts=(conflict,), file="a.xlsx").revision
    assert revision is not None
    return revision


def choose(desk: Desk, choice: str, value: Value) -> int:
    (waiting,) = desk.ledger.open_conflicts()
    changes = () if value is None else (Change(ONE, "difficulty", None, value, "choice"),)
    settled = (Settlement(waiting.number, choice, "vì thế"),)
    revision = desk.write(source="choice", settlements=settled, changes=changes).revision
    assert revision is not None
    return revision


@pytest.mark.parametrize(("choice", "value"), [("ours", None), ("theirs", "x"), ("other", "y")])
def test_a_choice_that_is_undone_waits_again_with_its_three_values(desk: Desk, choice: str, value: Value) -> None:
    disputed(desk)
    before = desk.seen()

    took_back = desk.undone(choose(desk, choice, value))

    assert desk.seen() == before
    (old, new) = read_disputes(desk.ledger, settled=None, task=ONE.task_id)
    assert (old.state, old.reason, new.state, new.conflict) == (choice, "vì thế", "open", old.conflict)
    desk.undone(took_back)
    assert desk.ledger.open_conflicts() == ()
    assert desk.ledger.assignments()[ONE].get("difficulty") == value


def test_a_conflict_goes_with_the_revision_that_opened_it(desk: Desk) -> None:
    before = desk.seen()
    opened = disputed(desk)
    shown = desk.seen()

    took_back = desk.undone(opened)
    assert desk.seen() == before
    assert read_disputes(desk.ledger, settled=None, task=ONE.task_id)[0].state == "undone"

    desk.undone(took_back)
    assert desk.seen() == shown


def test_a_conflict_that_was_shown_anew_since_goes_too(desk: Desk) -> None:
    opened = disputed(desk)
    desk.set(ONE, "difficulty", "z", source="office")
    (waiting,) = desk.ledger.open_conflicts()
    assert (waiting.conflict.ours, waiting.file, waiting.at) == ("z", "a.xlsx", AT)

    desk.undone(opened)

    assert desk.ledger.open_conflicts() == ()
    assert desk.ledger.assignments()[ONE].get("difficulty") == "z"


def test_a_value_that_was_chosen_from_it_holds_the_revision_that_brought_it(desk: Desk) -> None:
    opened = disputed(desk)
    chosen = choose(desk, "theirs", "x")

    assert desk.undo(opened).later == (Later(ONE, "difficulty", chosen),)

    desk.undone(chosen)
    desk.undone(opened)
    assert desk.ledger.open_conflicts() == ()


def test_a_conflict_goes_with_its_revision_also_after_an_edit_of_its_cell_came_and_went(desk: Desk) -> None:
    before = desk.seen()
    opened = disputed(desk)
    desk.undone(desk.set(ONE, "difficulty", "z", source="office"))

    desk.undone(opened)

    assert desk.seen() == before


def test_a_choice_that_came_back_holds_the_revision_that_brought_its_conflict_again(desk: Desk) -> None:
    opened = disputed(desk)
    chosen = choose(desk, "theirs", "x")
    desk.undone(desk.undone(chosen))

    assert desk.undo(opened).later == (Later(ONE, "difficulty", chosen),)


def test_an_edit_of_a_disputed_cell_that_is_undone_shows_the_conflict_as_it_was(desk: Desk) -> None:
    disputed(desk)
    before = desk.seen()

    desk.undone(desk.set(ONE, "difficulty", "z", source="office"))

    assert desk.seen() == before


def test_a_proposal_waits_again_when_its_decision_is_undone_and_goes_with_its_file(desk: Desk) -> None:
    fields: dict[str, Value] = {"task_content": "D"}
    sent = desk.write(proposals=(("cctl", fields),), file="a.xlsx").revision
    (waiting,) = desk.ledger.open_proposals()
    accepted = desk.write(
        source="office",
        new_tasks=(NewTask(("cctl",), fields),),
        proposal_settlements=(ProposalSettlement(waiting.number, 0),),
    )
    assert sent is not None
    assert accepted.revision is not None
    task = Key(accepted.task_ids[0], "cctl")

    assert desk.undo(sent).later == (Later(task, "", accepted.revision),)

    desk.undone(accepted.revision)
    assert task not in desk.ledger.assignments()
    assert [item.fields for item in desk.ledger.open_proposals()] == [fields]
    desk.undone(sent)
    assert desk.ledger.open_proposals() == ()
    desk.write(proposals=(("cctl", fields),))
    assert len(desk.ledger.open_proposals()) == 1


def test_conflicts_on_a_removed_assignment_meet_its_values_when_it_comes_back(desk: Desk) -> None:
    made = desk.write(source="office", new_tasks=(NewTask(("khtc",), {"proposal": "a", "difficulty": "b"}),))
    key = Key(made.task_ids[0], "khtc")
    assert made.revision is not None
    gone = desk.undone(made.revision)
    desk.write(conflicts=(Conflict(key, "proposal", "a", None, "x"),), file="a.xlsx")

    desk.undone(gone)

    (waiting,) = desk.ledger.open_conflicts()
    assert (waiting.conflict, waiting.file) == (Conflict(key, "proposal", "a", "a", "x"), "a.xlsx")


def test_a_removed_assignment_that_is_entered_anew_comes_back_with_what_is_said_now(desk: Desk) -> None:
    more = NewTask(("khtc",), {"proposal": "a", "note": "b"}, ONE.task_id)
    made = desk.write(source="office", new_tasks=(more,)).revision
    assert made is not None
    desk.undone(made)

    done = desk.write(source="office", new_tasks=(NewTask(("khtc", "ttkn"), {"proposal": "c"}, ONE.task_id),))

    now = desk.ledger.assignments()
    fields = [dict(now[Key(ONE.task_id, unit)].fields) for unit in ("khtc", "ttkn")]
    assert (done.task_ids, fields) == ((ONE.task_id,), [{"proposal": "c"}, {"proposal": "c"}])
    assert desk.ledger.verify() == ()
    assert done.revision is not None
    desk.undone(done.revision)
    assert {key.unit for key in desk.ledger.assignments()} == {"cctl", "cckl"}
    assert desk.ledger.verify() == ()


# ------------------------------------------------------------------ files, counts, columns


def test_a_file_that_was_undone_may_be_sent_again(desk: Desk) -> None:
    record = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "unit": "cctl", "verdict": "accepted"}

    def take() -> int:
        return desk.set(ONE, "proposal", "mới", file="a.xlsx", digest="d1", file_record=record)

    first = take()
    took_back = desk.undone(first)
    assert (desk.ledger.receipt("c1"), desk.ledger.receipt_of("d1")) == (None, None)

    take()
    assert desk.ledger.receipt("c1") is not None
    assert desk.undo(took_back).changes == ()  # what it took back is there again


def test_a_file_whose_undo_is_undone_counts_as_taken_in(desk: Desk) -> None:
    record = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "unit": "cctl", "verdict": "accepted"}
    taken = desk.set(ONE, "proposal", "mới", file_record=record)

    desk.undone(desk.undone(taken))

    receipt = desk.ledger.receipt("c1")
    assert receipt is not None
    assert receipt.verdict == "partly"


def test_extensions_and_the_units_last_day_are_counted_as_if_it_had_never_been(desk: Desk) -> None:
    later = DAY + timedelta(days=5)
    desk.set(ONE, "extended_deadline", date(2026, 7, 1), source="office")
    second = desk.set(ONE, "extended_deadline", date(2026, 8, 1), source="office")
    heard = desk.set(ONE, "proposal", "mới", day=later)
    assert (desk.ledger.trails()[ONE].extension_count, desk.ledger.trails()[ONE].last_update) == (2, later)

    took_back = desk.undone(heard)
    desk.undone(second)
    assert (desk.ledger.trails()[ONE].extension_count, desk.ledger.trails()[ONE].last_update) == (1, None)

    desk.undone(took_back)
    assert desk.ledger.trails()[ONE].last_update == later
    assert desk.ledger.trails_at(heard)[ONE].extension_count == 2


def test_the_offices_own_columns_go_back_and_later_ones_stay(desk: Desk) -> None:
    first = desk.write(source="office", own_columns=("Tổ",)).revision
    desk.write(source="office", own_columns=("Tổ", "Ngày họp"))
    assert first is not None

    took_back = desk.undone(first)
    assert desk.ledger.own_columns().headers == ("Ngày họp",)
    desk.undone(took_back)
    assert set(desk.ledger.own_columns().headers) == {"Tổ", "Ngày họp"}


def test_the_log_counts_what_each_revision_did_and_names_what_was_undone(desk: Desk) -> None:
    made = desk.write(source="office", new_tasks=(NewTask(("cctl", "khtc"), {"task_content": "B"}),)).revision
    assert made is not None
    disputed(desk)
    desk.undone(made)

    newest, opened, entered, first = read_revisions(desk.ledger)
    assert (newest.undoes, newest.removed, entered.added, entered.undone_by) == (made, 2, 2, newest.number)
    assert (opened.conflicts, opened.file, first.cells, first.added) == (1, "a.xlsx", 0, 2)
    assert [line.number for line in read_revisions(desk.ledger, unit="khtc")] == [newest.number, made]
    assert [line.number for line in read_revisions(desk.ledger, limit=1)] == [newest.number]
    assert read_revisions(desk.ledger, since=DAY + timedelta(days=1)) == ()


# ------------------------------------------------------------------ laws

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("task", "edit", "edit", "dispute", "choose", "propose", "decide", "columns")),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=8,
)
LAWFUL = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def new_desk(ledger_url: str) -> Iterator[Callable[[], Desk]]:
    """Give a maker of desks: each with a ledger of its own in memory, or all with the one in PostgreSQL."""
    opened = []

    def make() -> Desk:
        opened.append(Ledger.at("sqlite://" if ledger_url.startswith("sqlite") else ledger_url))
        desk = Desk(opened[-1])
        desk.write(source="office", new_tasks=(NewTask(("cctl", "cckl"), {"task_content": "A", "proposal": "cũ"}),))
        return desk

    yield make
    for ledger in opened:
        ledger.close()


def step(desk: Desk, kind: str, one: int, two: int) -> int | None:  # noqa: PLR0911 - one return for each kind
    """Write something that the state allows; gives the revision, None where it allows nothing of the kind."""
    ledger = desk.ledger
    now = ledger.assignments()
    key = sorted(now)[one % len(now)]
    field, value = FIELDS[two % len(FIELDS)], VALUES[(one + two) % len(VALUES)]
    source = ("unit", "office")[two % 2]
    held = now[key].get(field)
    if kind == "task":
        units = ("cctl", "cckl", "khtc")[: 1 + one % 3]
        return desk.write(source="office", new_tasks=(NewTask(units, {field: value, "note": f"{two}"}),)).revision
    if kind == "edit" and held != value:
        return desk.set(key, field, value, source=source, day=DAY + timedelta(days=two))
    if kind == "dispute" and held != value:
        conflict = Conflict(key, field, VALUES[two % len(VALUES)], held, value)
        return desk.write(conflicts=(conflict,), file=f"{two}.xlsx").revision
    waiting = ledger.open_conflicts()
    if kind == "choose" and waiting:
        item = waiting[one % len(waiting)]
        choice = ("ours", "theirs", "other")[two % 3]
        new = {"ours": item.conflict.ours, "theirs": item.conflict.theirs}.get(choice, f"khác {two}")
        old = item.conflict.ours
        changes = () if new == old else (Change(item.conflict.key, item.conflict.field, old, new, "choice"),)
        return desk.write(source="choice", settlements=(Settlement(item.number, choice),), changes=changes).revision
    if kind == "propose":
        return desk.write(proposals=(("cctl", {"task_content": f"{two % 3}"}),)).revision
    offered = ledger.open_proposals()
    if kind == "decide" and offered:
        item_offered = offered[one % len(offered)]
        accepted = (NewTask((item_offered.unit,), item_offered.fields),) if two % 2 else ()
        settled = (ProposalSettlement(item_offered.number, 0 if accepted else None),)
        return desk.write(source="office", new_tasks=accepted, proposal_settlements=settled).revision
    if kind == "columns" and ledger.own_columns().headers != (f"Cột {two}",):
        return desk.write(source="office", own_columns=(f"Cột {two}",)).revision
    return None


@LAWFUL
@given(steps=STEPS)
def test_undoing_everything_from_the_last_on_shows_each_state_again(
    new_desk: Callable[[], Desk], steps: Sequence[Any]
) -> None:
    desk = new_desk()
    states = []
    for one in steps:
        before = desk.seen()
        revision = step(desk, *one)
        if revision is not None:
            states.append((before, revision))

    for before, revision in reversed(states):
        desk.undone(revision)
        assert desk.seen() == before
    assert desk.ledger.verify() == ()


@LAWFUL
@given(steps=STEPS, which=st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_any_undo_is_refused_with_its_reasons_or_can_be_taken_back(
    new_desk: Callable[[], Desk], steps: Sequence[Any], which: Sequence[int]
) -> None:
    desk = new_desk()
    revisions = [revision for one in steps if (revision := step(desk, *one)) is not None]
    states = {revision: desk.ledger.assignments_at(revision) for revision in revisions}
    for number in which if revisions else ():
        revision = revisions[number % len(revisions)]
        if revision in read_undone(desk.ledger):
            continue
        before, last = desk.seen(), desk.ledger.revision()
        done = desk.undo(revision)
        if done.later:
            assert all(line.revision > revision for line in done.later)
            assert (desk.seen(), desk.ledger.revision()) == (before, last)
        else:
            assert done.revision == last + 1
            without = desk.seen()
            back = desk.undone(done.revision)
            assert desk.seen() == before
            again = desk.undone(back)
            assert desk.seen() == without
            desk.undone(again)
            assert desk.seen() == before
    assert {revision: desk.ledger.assignments_at(revision) for revision in revisions} == states
    assert desk.ledger.verify() == ()
