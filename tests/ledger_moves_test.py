"""An entry is refused only when what it stands on moved; what was removed or undone is known as of every revision."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.commit import Committed, Entry, NewTask, Settlement, commit
from tdnv_sheets.ledger.replay import Difference
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.records import Change, Conflict, Key, Trail
from tdnv_sheets.settings import SETTINGS_FILE
from tdnv_sheets.validate.checked import Verdict
from tests.conftest import SmallOffice, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.receive import Received

DAY = date(2026, 6, 10)
AT = datetime(2026, 6, 10, 9)  # noqa: DTZ001 - the clock on the office's wall
ONE, TWO, THREE = (Key(f"NV-2026-0000{number}", "cctl") for number in (1, 2, 3))
OTHER = Key(ONE.task_id, "cckl")


def entry(ledger: Ledger, **values: Any) -> Entry:  # noqa: ANN401 - any field of an entry
    plain: dict[str, Any] = {"at": AT, "day": DAY, "who": "cctl", "source": "unit", "decided_at": ledger.revision()}
    return Entry(**(plain | values))


def write(ledger: Ledger, **values: Any) -> Committed:  # noqa: ANN401 - as above
    done = commit(ledger, entry(ledger, **values))
    assert done is not None
    return done


def note(key: Key, old: str | None, new: str | None) -> Change:
    return Change(key, "note", old, new, "5")


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    tasks = (NewTask(("cctl", "cckl"), {"note": "a"}), NewTask(("cctl",), {"note": "b"}))
    write(opened, source="office", new_tasks=tasks)
    yield opened
    assert opened.verify() == ()
    opened.close()


# ------------------------------------------------------------------ what an entry stands on

MOVES: dict[str, Callable[[Ledger], object]] = {
    "its cell": lambda ledger: write(ledger, changes=(note(ONE, "a", "x"),)),
    "another cell of its row": lambda ledger: write(ledger, changes=(Change(ONE, "proposal", None, "x", "5"),)),
    "a conflict on its row": lambda ledger: write(ledger, conflicts=(Conflict(ONE, "proposal", None, None, "x"),)),
    "its row went away": lambda ledger: write(
        ledger, source="undo", undoes=1, removals=((ONE, False), (OTHER, False), (TWO, False))
    ),
}
OTHERS: dict[str, Callable[[Ledger], object]] = {
    "another unit's row of the same task": lambda ledger: write(ledger, changes=(note(OTHER, "a", "x"),)),
    "another row": lambda ledger: write(ledger, changes=(note(TWO, "b", "x"),)),
    "a conflict on another unit's row": lambda ledger: write(
        ledger, conflicts=(Conflict(OTHER, "x", None, None, "x"),)
    ),
    "a new task": lambda ledger: write(ledger, new_tasks=(NewTask(("cctl",), {}),)),
    "a proposal": lambda ledger: write(ledger, proposals=(("cctl", {"note": "c"}),)),
    "a file that said nothing": lambda ledger: write(
        ledger, file_record={"digest": "d", "content": "c", "name": "a", "at": AT, "verdict": "accepted"}
    ),
}


@pytest.mark.parametrize("what", MOVES)
def test_an_entry_whose_rows_moved_is_refused(ledger: Ledger, what: str) -> None:
    stale = entry(ledger, changes=(note(ONE, "a", "mine"),), reads=frozenset({ONE}))
    MOVES[what](ledger)
    before = ledger.revision(), ledger.assignments(removed=True)

    assert commit(ledger, stale) is None
    assert (ledger.revision(), ledger.assignments(removed=True)) == before


def test_an_entry_is_refused_when_a_conflict_of_its_rows_was_settled(ledger: Ledger) -> None:
    write(ledger, conflicts=(Conflict(ONE, "proposal", None, None, "x"),))
    stale = entry(ledger, changes=(note(ONE, "a", "mine"),), reads=frozenset({ONE}))
    (open_one,) = ledger.open_conflicts()
    write(ledger, source="choice", settlements=(Settlement(open_one.number, "ours"),))

    assert commit(ledger, stale) is None
    assert commit(ledger, replace(stale, decided_at=ledger.revision())) is not None


@pytest.mark.parametrize("what", OTHERS)
def test_an_entry_is_taken_when_only_other_things_moved(ledger: Ledger, what: str) -> None:
    mine = entry(ledger, changes=(note(ONE, "a", "mine"),), reads=frozenset({ONE}))
    everything = replace(mine, reads=None)
    OTHERS[what](ledger)
    moved = ledger.revision() != mine.decided_at

    assert (commit(ledger, everything) is None) == moved
    if moved:
        assert commit(ledger, mine) is not None
    assert ledger.assignments([ONE])[ONE].text("note") == "mine"


def test_the_same_content_is_taken_in_once_even_when_two_decided_at_the_same_moment(ledger: Ledger) -> None:
    record = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "verdict": "accepted"}
    first = entry(ledger, changes=(note(ONE, "a", "x"),), reads=frozenset({ONE}), file_record=record)
    other_bytes = replace(first, changes=(), reads=frozenset(), file_record=record | {"digest": "d2"})

    assert commit(ledger, first) is not None
    assert commit(ledger, other_bytes) is None
    assert ledger.receipt("c1") == ledger.receipt_of("d1")
    assert ledger.receipt_of("d2") is None


def test_a_file_taken_whole_is_found_before_one_taken_in_part(ledger: Ledger) -> None:
    record = {"digest": "d1", "content": "c1", "name": "a.xlsx", "at": AT, "verdict": "partly"}
    write(ledger, file_record=record)
    write(ledger, file_record=record | {"digest": "d2", "verdict": "accepted"})

    known = ledger.receipt("c1")
    assert known is not None
    assert known.verdict == "accepted"


# ------------------------------------------------------------------ removed, restored, undone


def test_what_was_removed_is_gone_now_and_there_then(ledger: Ledger) -> None:
    write(ledger, source="office", new_tasks=(NewTask(("cctl",), {"note": "c"}),))
    write(ledger, changes=(note(THREE, "c", "d"),))
    write(ledger, source="undo", undoes=3, changes=(note(THREE, "d", "c"),))
    write(ledger, source="undo", undoes=2, removals=((THREE, False),))
    write(ledger, source="undo", undoes=5, removals=((THREE, True),))
    write(ledger, source="undo", undoes=6, removals=((THREE, False),))

    seen = [ledger.at_revision([THREE], revision).get(THREE) for revision in range(8)]
    assert seen == [None, None, {"note": "c"}, {"note": "d"}, {"note": "c"}, None, {"note": "c"}, None]
    assert [THREE in ledger.assignments_at(revision) for revision in range(8)] == [state is not None for state in seen]
    assert THREE not in ledger.assignments() | ledger.assignments([THREE])
    assert THREE not in ledger.trails()
    assert ledger.assignments([THREE], removed=True)[THREE].fields == {"note": "c"}
    assert len(ledger.assignments()) == 3


def test_a_removed_assignment_takes_no_change_and_one_that_is_there_cannot_come_back(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="no such assignment"):
        write(ledger, source="office", removals=((ONE, True),))
    write(ledger, source="office", removals=((ONE, False),))

    for wrong in ({"changes": (note(ONE, "a", "x"),)}, {"removals": ((ONE, False),)}):
        with pytest.raises(RuntimeError, match="no such assignment"):
            write(ledger, source="office", **wrong)
    assert ledger.revision() == 2


def test_an_assignment_comes_back_with_a_change_in_the_same_revision(ledger: Ledger) -> None:
    write(ledger, source="office", removals=((ONE, False),))
    write(ledger, source="choice", removals=((ONE, True),), changes=(note(ONE, "a", "x"),))

    assert [ledger.at_revision([ONE], revision) for revision in (1, 2, 3)] == [
        {ONE: {"note": "a"}},
        {},
        {ONE: {"note": "x"}},
    ]


def test_extensions_and_the_units_last_day_count_as_if_what_was_undone_had_not_been(ledger: Ledger) -> None:
    days = [date(2026, 7, day) for day in (1, 2, 3)]

    def extend(old: date | None, new: date | None, **values: Any) -> Trail:  # noqa: ANN401 - any field of an entry
        write(ledger, changes=(Change(ONE, "extended_deadline", old, new, "5"),), **values)
        return ledger.trails()[ONE]

    assert extend(None, days[0], day=days[0]) == Trail(1, days[0])
    assert extend(days[0], days[1], day=days[1]) == Trail(2, days[1])
    assert extend(days[1], days[0], source="undo", undoes=3, day=days[2]) == Trail(1, days[0])
    assert extend(days[0], days[1], source="undo", undoes=4, day=days[2]) == Trail(2, days[1])
    assert extend(days[1], days[0], source="undo", undoes=5, day=days[2]) == Trail(1, days[0])
    assert extend(days[0], None, source="undo", undoes=2, day=days[2]) == Trail(0, None)


def test_the_last_revision_of_a_day_or_moment_is_found(ledger: Ledger) -> None:
    for day, hour in ((11, 9), (11, 17), (13, 8)):
        write(ledger, at=datetime(2026, 6, day, hour), new_tasks=(NewTask(("cctl",), {}),))  # noqa: DTZ001

    days = [date(2026, 6, day) for day in (9, 10, 11, 12, 13, 20)]
    assert [ledger.revision_on(day) for day in days] == [0, 1, 3, 3, 4, 4]
    assert ledger.revision_on(datetime(2026, 6, 11, 9)) == 2  # noqa: DTZ001
    assert ledger.revision_on(datetime(2026, 6, 11, 8, 59)) == 1  # noqa: DTZ001


def test_open_conflicts_are_read_for_a_unit_or_for_some_rows(ledger: Ledger) -> None:
    write(ledger, conflicts=tuple(Conflict(key, "proposal", None, None, "x") for key in (TWO, ONE, OTHER)))

    def keys(**which: Any) -> list[Key]:  # noqa: ANN401 - a unit or keys
        return [item.conflict.key for item in ledger.open_conflicts(**which)]

    assert keys() == [TWO, ONE, OTHER]
    assert keys(unit="cctl") == [TWO, ONE]
    assert keys(keys=[ONE]) == [ONE]
    assert keys(keys=[]) == keys(unit="khtc") == []


# ------------------------------------------------------------------ played again from nothing

TAMPERED: dict[str, tuple[sa.Update, tuple[Difference, ...]]] = {
    "a field": (
        sa.update(t.assignments).values(fields='{"note": "z"}'),
        (Difference(ONE, "note", "z", "x"),),
    ),
    "a field too many": (
        sa.update(t.assignments).values(fields='{"note": "x", "proposal": "p"}'),
        (Difference(ONE, "proposal", "p", None),),
    ),
    "when it was made": (
        sa.update(t.assignments).values(created=2),
        (Difference(ONE, "created", 2, 1),),
    ),
    "that it is there": (
        sa.update(t.assignments).values(removed=2),
        (Difference(ONE, "removed", 2, None),),
    ),
    "the unit's day": (
        sa.update(t.assignments).values(unit_update=date(2026, 1, 1)),
        (Difference(ONE, "unit_update", date(2026, 1, 1), DAY),),
    ),
    "the extensions": (
        sa.update(t.assignments).values(extension_count=7),
        (Difference(ONE, "extension_count", 7, 0),),
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_somebody_wrote_past_the_program_is_found(ledger: Ledger, what: str) -> None:
    write(ledger, changes=(note(ONE, "a", "x"),))
    assert ledger.verify() == ()
    statement, found = TAMPERED[what]
    here = (t.assignments.c.task_id == ONE.task_id) & (t.assignments.c.unit == ONE.unit)
    with ledger.writing() as connection:
        whole = connection.execute(sa.select(t.assignments).where(here)).one()._asdict()
        connection.execute(statement.where(here))

    assert ledger.verify() == found
    with ledger.writing() as connection:
        connection.execute(sa.update(t.assignments).where(here).values(**whole))


def test_a_conflict_that_shows_another_value_than_the_cell_has_is_found(ledger: Ledger) -> None:
    write(ledger, conflicts=(Conflict(ONE, "note", None, "a", "x"),))
    with ledger.writing() as connection:
        connection.execute(sa.update(t.conflicts).values(ours='"q"'))

    assert ledger.verify() == (Difference(ONE, "conflict 1", "q", "a"),)
    with ledger.writing() as connection:
        connection.execute(sa.update(t.conflicts).values(ours='"a"'))


# ------------------------------------------------------------------ two commands at the same moment


def take_in(office: SmallOffice, path: Path, moment: Moment) -> Received:
    with open_office(office.space) as opened:
        (received,) = ingest(opened, [path], moment)
    return received


def another_node(office: SmallOffice) -> SmallOffice:
    """Give a second machine's folder beside the same ledger, wherever that is kept."""
    url, root = office.space.ledger_url, office.root.with_name("vp 2")
    shutil.copytree(office.root, root)
    settings = root / SETTINGS_FILE
    told = settings.read_text(encoding="utf-8")
    if not told.startswith("ledger = "):
        settings.write_text(f'ledger = "{url}"\n{told}', encoding="utf-8")
    return SmallOffice(find(root))


def at_the_last_moment(monkeypatch: pytest.MonkeyPatch, step: Callable[[], object]) -> list[int]:
    """Let *step* come between the decision on the next file and its commit; give a list that grows with each commit."""
    tries: list[int] = []

    def late(ledger: Ledger, whole: Entry) -> Committed | None:
        tries.append(whole.decided_at)
        if len(tries) == 1:
            step()
        return commit(ledger, whole)

    monkeypatch.setattr("tdnv_sheets.pipeline.take.commit", late)
    return tries


def test_two_commands_that_take_the_same_file_in_at_once_apply_it_once(
    office_anywhere: SmallOffice, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_anywhere
    path = fill(office.issue("cctl"), {ONE.task_id: {"difficulty": "Thiếu kinh phí"}})
    first: list[Received] = []
    node = another_node(office)
    at_the_last_moment(monkeypatch, lambda: first.append(take_in(node, path, moment)))

    second = take_in(office, path, moment)

    assert (first[0].verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.DUPLICATE)
    assert [about.finding.code for about in second.abouts] == ["already-received"]
    assert (len(first[0].changes), second.changes) == (1, ())
    assert office.revision() == 2


def test_two_files_of_different_units_do_not_wait_for_each_other(
    office_anywhere: SmallOffice, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_anywhere
    mine = fill(office.issue("cctl"), {ONE.task_id: {"difficulty": "Thiếu kinh phí"}})
    other = fill(office.issue("cckl"), {"NV-2026-00003": {"difficulty": "Thiếu người"}})
    node = another_node(office)
    tries = at_the_last_moment(monkeypatch, lambda: take_in(node, other, moment))

    assert take_in(office, mine, moment).verdict is Verdict.ACCEPTED

    assert tries == [1, 1]  # both stood on the first revision, and neither was decided again
    rows = office.rows()
    assert rows[(ONE.task_id, "cctl")]["difficulty"] == "Thiếu kinh phí"
    assert rows[("NV-2026-00003", "cckl")]["difficulty"] == "Thiếu người"
