"""Random histories of an office and its units, through the real merge and the real commit, against a naive oracle.

    uv run python -m tests.histories --n 5000 --database sqlite
    uv run python -m tests.histories --n 5000 --database postgresql --seed 7

Each history is played on two ledgers: where files come in together and speak of different cells, the second takes them
in the other order. After every step the ledger must say what the oracle says; see `Play.check` and `Play.end`.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.commit import Entry, NewTask, Settlement, commit
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.merge.cell import Side
from tdnv_sheets.merge.rows import Outcome, merge
from tdnv_sheets.pipeline.decide import decide
from tdnv_sheets.records import Change, Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.identity import Issued
from tests.databases import KINDS, fresh, run_of_tests
from tests.oracle import Oracle, Table, squeezed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.merge.rows import Counts
    from tdnv_sheets.records import Value

Said: TypeAlias = "dict[Key, dict[str, Value]]"
State: TypeAlias = "dict[Key, dict[str, Value]]"

START: Final = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001 - the clock on the office's wall
UNITS: Final = ("cctl", "cckl", "khtc")
OWN: Final = ("progress", "proposal", "difficulty", "explanation")
OTHERS: Final = ("note", "decision_note", "status")
WORDS: Final = (None, None, "một", "hai", "ba", "bốn")
MOST_CLEARED: Final = 30
KINDS_OF_STEP: Final = (
    *("enter", "office", "old register", "take out", "take out", "bring back", "choose", "choose", "undo", "undo"),
    *(
        "issue",
        "issue",
        "file",
        "file",
        "file",
        "stale file",
        "again",
        "no identity",
        "emptied",
        "emptied",
        "together",
        "at once",
    ),
)


class Step(NamedTuple):
    """What happens, and the seed of what is chosen in it."""

    kind: str
    seed: int


class Sent(NamedTuple):
    """One file: who sends it, the revision that it was drawn from (None: nobody knows), and what it says."""

    unit: str
    """Empty for the office's register."""
    drawn: int | None
    said: Said


@dataclass
class Play:
    """A ledger and the oracle beside it, and all that was read and sent so far."""

    ledger: Ledger
    other_way: bool
    oracle: Oracle = field(default_factory=Oracle)
    seen: dict[int, State] = field(default_factory=dict)
    """Revision → what the ledger said then."""
    days: dict[date, int] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    drawn: list[tuple[str, int]] = field(default_factory=list)
    """(unit, revision) of the workbooks that went out."""
    settled: list[int] = field(default_factory=list)
    """The last revision of each step, which both ledgers have in common."""
    before: dict[int, Oracle] = field(default_factory=dict)
    """What the oracle said before each step that wrote a single revision."""
    now: datetime = START

    def step(self, step: Step) -> None:
        random = Random(step.seed)  # noqa: S311 - a seed makes it happen again
        before, last = self.state(), self.ledger.revision()
        self.now += timedelta(hours=random.choice((1, 9, 30)))
        oracle = copy.deepcopy(self.oracle)
        getattr(self, f"_{step.kind.replace(' ', '_')}")(random)
        if self.ledger.revision() == last + 1:
            self.before.setdefault(last + 1, oracle)
        self.check(before, last)

    # ------------------------------------------------------------------ what happens

    def _enter(self, random: Random) -> None:
        units = tuple(random.sample(UNITS, random.choice((1, 1, 2))))
        names = random.sample((*OWN, "note"), random.randrange(6))
        fields = {name: random.choice(WORDS[2:]) for name in names}
        done = self._commit(Entry(self.now, self.now.date(), "vp", "office", -1, new_tasks=(NewTask(units, fields),)))
        for unit in units:
            self.oracle.now[Key(done, unit)] = dict(fields)

    def _begin(self, random: Random) -> None:
        """Enter enough for a file that empties all of it to be held, and less for another unit."""
        for units in (*[UNITS[:1]] * 3, UNITS[:2], UNITS[1:2], UNITS[2:]):
            fields = {name: random.choice(WORDS[2:]) for name in OWN}
            done = self._commit(
                Entry(self.now, self.now.date(), "vp", "office", -1, new_tasks=(NewTask(units, fields),))
            )
            for unit in units:
                self.oracle.now[Key(done, unit)] = dict(fields)

    def _issue(self, random: Random) -> None:
        self.drawn.append((random.choice(UNITS), self.ledger.revision()))

    def _office(self, random: Random) -> None:
        self._take(self._written("", self.ledger.revision(), random))

    def _old_register(self, random: Random) -> None:
        self._take(self._written("", random.choice(self.settled), random))

    def _file(self, random: Random) -> None:
        if self.drawn:
            self._take(self._written(*self.drawn[-1], random))

    def _stale_file(self, random: Random) -> None:
        if self.drawn:
            self._take(self._written(*random.choice(self.drawn), random))

    def _again(self, random: Random) -> None:
        if self.sent:
            self._take(random.choice(self.sent))

    def _no_identity(self, random: Random) -> None:
        unit = random.choice(UNITS)
        sent = self._written(unit, self.ledger.revision(), random)
        self._take(sent._replace(drawn=None))

    def _emptied(self, random: Random) -> None:
        if self.drawn:
            unit, revision = random.choice(self.drawn)
            rows = [key for key in self.at(revision) if key.unit == unit]
            self._take(Sent(unit, revision, {key: dict.fromkeys(OWN) for key in rows}))

    def _together(self, random: Random) -> None:
        """Some files that speak of different cells; the other ledger takes them in from the last to the first."""
        files: list[Sent] = []
        cells: set[tuple[Key, str]] = set()
        for unit, revision in random.sample(self.drawn, min(3, len(self.drawn))):
            sent = self._written(unit, revision, random)
            said = {k: {n: v for n, v in row.items() if (k, n) not in cells} for k, row in sent.said.items()}
            cells |= {(key, name) for key, row in said.items() for name in row}
            files.append(sent._replace(said=said))
        before = len(self.sent)
        for sent in reversed(files) if self.other_way else files:
            self._take(sent)
        self.sent[before:] = files  # what is sent again later is the same on both ledgers

    def _at_once(self, random: Random) -> None:
        """Two files decided on the same state; what the first changed must not be written over by the second."""
        if not self.drawn:
            return
        one, two = (self._written(*random.choice(self.drawn), random) for _ in range(2))
        outcomes = [self._decided(sent) for sent in (one, two)]
        decided_at = self.ledger.revision()
        self._write(one, outcomes[0], decided_at)
        self.oracle.sends(one.unit, self._squeezed_at(one.drawn), one.said)  # type: ignore[arg-type]  # Value is wider
        if self._write(two, outcomes[1], decided_at):
            self.sent.append(two)
            self.oracle.sends(two.unit, self._squeezed_at(two.drawn), two.said)  # type: ignore[arg-type]  # as above
        else:
            self._take(two)

    def _take_out(self, random: Random) -> None:
        self._move(random, self.oracle.now, self.oracle.out, back=False)

    def _bring_back(self, random: Random) -> None:
        self._move(random, self.oracle.out, self.oracle.now, back=True)

    def _move(self, random: Random, one: Table, other: Table, *, back: bool) -> None:
        if one:
            key = Key(*random.choice(sorted(one)))
            self._commit(Entry(self.now, self.now.date(), "vp", "office", -1, removals=((key, back),)))
            self.oracle.moves(key, one, other)

    def _undo(self, random: Random) -> None:
        """Take the last revision back, which nothing stands on yet; one on which something stands is refused."""
        last = self.ledger.revision()
        when: dict[str, Any] = {"at": self.now, "day": self.now.date(), "who": "vp"}
        older = random.choice(self.settled) or 1
        if older < last and self._stands(older):
            assert undo(self.ledger, older, **when).revision is None
            assert self.ledger.revision() == last
        if last in self.before:
            after, self.oracle = self.oracle, self.before[last]
            assert undo(self.ledger, last, **when).revision == last + 1
            self.before[last + 1] = after
            # What the undo took away keeps its row: a choice may bring it back.
            there = self.oracle.now.keys() | self.oracle.out.keys()
            self.oracle.out |= {key: dict(cells) for key, cells in after.now.items() if key not in there}

    def _stands(self, revision: int) -> bool:
        """Say whether something stands on *revision*; what was undone before is left alone."""
        try:
            return bool(undo(self.ledger, revision, at=self.now, day=self.now.date(), who="vp", dry_run=True).later)
        except WrongUsage:
            return False

    def _choose(self, random: Random) -> None:
        waiting = sorted(self.ledger.open_conflicts(), key=lambda item: (item.conflict.key, item.conflict.field))
        if not waiting:
            return
        item = random.choice(waiting)
        key, name, _, ours, theirs = (getattr(item.conflict, part) for part in item.conflict.__slots__)
        state, value = random.choice((("ours", ours), ("theirs", theirs), ("other", random.choice(WORDS))))
        back = key in self.oracle.out and value is not None
        old = self.ledger.assignments([key], removed=True)[key].get(name)
        changed = not same(value, old if back else ours)
        entry = Entry(self.now, self.now.date(), "vp", "choice", -1, settlements=(Settlement(item.number, state),))
        changes = (Change(key, name, old, value, "choice"),) if changed else ()
        self._commit(entry, removals=((key, True),) if back else (), changes=changes)
        del self.oracle.waits[key, name]
        if back:
            self.oracle.moves(key, self.oracle.out, self.oracle.now)
        if changed:
            self.oracle.puts(key, name, squeezed(value))

    # ------------------------------------------------------------------ how it happens

    def _written(self, unit: str, revision: int, random: Random) -> Sent:
        """Fill in a workbook, or the register, that was drawn at *revision*."""
        said: Said = {}
        for key, cells in self.at(revision).items():
            if unit not in {"", key.unit} or random.random() < 0.3:
                continue
            names = OWN if unit and random.random() < 0.7 else (*OWN, *OTHERS)
            row: dict[str, Value] = {name: cells.get(name) for name in names if random.random() < 0.9}
            for name in random.sample(sorted(row), min(len(row), random.randrange(5))):
                value = cells.get(name)
                row[name] = f"  {value} " if value and random.random() < 0.2 else random.choice(WORDS)
            if unit and random.random() < 0.1:
                row["column_of_an_old_template"] = "x"
            said[key] = row
        return Sent(unit, revision, said)

    def _take(self, sent: Sent) -> None:
        """Take a file in twice: the second time nothing may come of it."""
        seen = self._squeezed_at(sent.drawn)
        outcome = self._decided(sent)
        assert self._write(sent, outcome, self.ledger.revision())
        taken = self.oracle.sends(sent.unit, seen, sent.said)  # type: ignore[arg-type]  # Value is wider
        assert taken == (outcome.mass_clear is None)
        again = self._decided(sent)
        assert again.changes == ()
        assert {(c.key, c.field, c.theirs) for c in again.conflicts} == {
            (c.key, c.field, c.theirs) for c in outcome.conflicts
        }
        self.sent.append(sent)

    def _decided(self, sent: Sent) -> Outcome:
        rows = tuple(SubmittedRow(number, key, cells) for number, (key, cells) in enumerate(sent.said.items()))
        submission = Submission("đợt", sent.unit, "2026-M01", sent.drawn, rows)
        base = None if sent.drawn is None else self.ledger.at_revision(sent.said, sent.drawn)
        if not sent.unit:
            now = {key: item.fields for key, item in self.ledger.assignments().items()}
            outcome = merge(submission, base, now, spec=assignment_spec(), side=Side.OFFICE)
        else:
            of = {key.task_id: cells for key, cells in (base or {}).items()}
            issued = Issued("đợt", sent.unit, "2026-M01", sent.drawn or 0, "", of)
            outcome = decide(self.ledger, submission, issued, max_cleared=MOST_CLEARED).outcome
        _check_counts(outcome, rows)
        for conflict in outcome.conflicts if base is not None else ():
            assert not same(conflict.ours, conflict.theirs)
        return outcome

    def _write(self, sent: Sent, outcome: Outcome, decided_at: int) -> bool:
        entry = Entry(
            self.now,
            self.now.date(),
            sent.unit or "vp",
            "unit" if sent.unit else "office",
            decided_at,
            reads=frozenset(sent.said) if sent.unit else None,
            changes=outcome.changes,
            conflicts=outcome.conflicts,
        )
        return commit(self.ledger, entry) is not None

    def _commit(self, entry: Entry, **more: object) -> str:
        values = {name: getattr(entry, name) for name in entry.__slots__}
        done = commit(self.ledger, Entry(**{**values, "decided_at": self.ledger.revision(), **more}))
        assert done is not None
        return done.task_ids[0] if done.task_ids else ""

    # ------------------------------------------------------------------ what must hold

    def state(self) -> State:
        return {
            key: {name: value for name, value in item.fields.items() if value is not None}
            for key, item in self.ledger.assignments().items()
        }

    def at(self, revision: int) -> State:
        return self.seen.get(revision, {})

    def _squeezed_at(self, revision: int | None) -> dict[tuple[str, str], dict[str, str | None]] | None:
        return None if revision is None else _squeezed(self.at(revision))

    def check(self, before: State, last: int) -> None:
        """After a step: the oracle agrees, conflicts are true, and what disappeared is in the log."""
        state = self.state()
        assert _squeezed(state) == _squeezed(self.oracle.now)
        waiting = {(item.conflict.key, item.conflict.field): item.conflict for item in self.ledger.open_conflicts()}
        assert {cell: tuple(map(squeezed, (c.base, c.ours, c.theirs))) for cell, c in waiting.items()} == {
            cell: tuple(map(squeezed, values)) for cell, values in self.oracle.waits.items()
        }
        for (key, name), conflict in waiting.items():
            assert same(state.get(key, {}).get(name), conflict.ours)
        logged = {(line.key, line.field): line for line in reversed(self.ledger.log()) if line.revision > last}
        for key, cells in before.items():
            for name, value in cells.items():
                if key in state and state[key].get(name) != value:
                    assert logged[key, name].new == state[key].get(name)
        revision = self.ledger.revision()
        assert (revision > last) or state == before
        for number in range(last + 1, revision):
            self.seen[number] = self.ledger.at_revision(state | before, number)
        self.seen[revision] = state
        self.settled.append(revision)
        self.days[self.now.date()] = revision

    def end(self) -> None:
        """At the end: every old revision and every old day still reads as it did, and the state follows from the past."""
        assert self.ledger.verify() == ()
        for revision, state in self.seen.items():
            then = {key: item.fields for key, item in self.ledger.assignments_at(revision).items()}
            assert then == state
        for day, revision in self.days.items():
            assert self.ledger.revision_on(day) == revision


def _squeezed(
    state: Mapping[Key, Mapping[str, Value]] | Mapping[tuple[str, str], Mapping[str, str | None]],
) -> dict[tuple[str, str], dict[str, str | None]]:
    filled = {
        (key[0], key[1]): {name: squeezed(value) for name, value in cells.items()} for key, cells in state.items()
    }
    return {key: {name: value for name, value in cells.items() if value is not None} for key, cells in filled.items()}


def _check_counts(outcome: Outcome, rows: Sequence[SubmittedRow]) -> None:
    assert sum(outcome.rows) == len(rows)
    if not outcome.rows.refused:
        assert sum(outcome.cells) == sum(len(row.cells) for row in rows)
    assert _taken(outcome.cells) == len(outcome.changes) + len(outcome.conflicts) + len(outcome.kept)


def _taken(cells: Counts) -> int:
    return cells.new + cells.updated + cells.conflict + cells.ignored


BEGINNING: Final = tuple(Step(*step) for step in (("begin", 0), ("issue", 1), ("issue", 2), ("file", 3)))
STEPS: Final = st.lists(st.builds(Step, st.sampled_from(KINDS_OF_STEP), st.integers(0, 2**32)), min_size=6, max_size=25)


def play(steps: Sequence[Step], ledgers: Sequence[Ledger]) -> None:
    """Play one history on two empty ledgers, and compare them."""
    plays = [Play(ledger, other_way) for ledger, other_way in zip(ledgers, (False, True), strict=True)]
    for one in plays:
        one.check({}, 0)
        for step in (*BEGINNING, *steps):
            one.step(step)
        one.end()
    assert plays[0].state() == plays[1].state()
    assert plays[0].oracle.waits == plays[1].oracle.waits


@contextmanager
def two_ledgers(kind: str, folder: Path) -> Iterator[tuple[Ledger, Ledger]]:
    with ExitStack() as stack:
        ledgers = tuple(Ledger.at(stack.enter_context(fresh(kind, folder))) for _ in range(2))
        for ledger in ledgers:
            stack.callback(ledger.close)
        yield ledgers[0], ledgers[1]


def emptied(ledger: Ledger) -> Ledger:
    """Make a ledger as new, past the guards that let nobody do so: a new database for each history takes too long."""
    kept = {t.about.name, t.migrations.name}
    tables = [table.name for table in t.METADATA.sorted_tables if table.name not in kept]
    with ledger.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("set local session_replication_role = replica")
            connection.exec_driver_sql(f"truncate {', '.join(tables)} restart identity")
            return ledger
        query = "select name, sql from sqlite_master where type = 'trigger'"
        triggers = [tuple(row) for row in connection.exec_driver_sql(query)]
        for name, _ in triggers:
            connection.exec_driver_sql(f"drop trigger {name}")
        for name in reversed(tables):
            connection.execute(sa.delete(t.METADATA.tables[name]))
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
    return ledger


def play_many(count: int, kind: str, which: int = 0) -> None:
    """Play *count* histories on one kind of database; the first that goes wrong is made as short as it can be.

    The same number *which* plays the same histories.
    """
    memory = Path("/dev/shm")  # noqa: S108 - only so that no disk is waited for
    place = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
    with place as folder, two_ledgers(kind, Path(folder)) as ledgers:

        @seed(which)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(STEPS)
        def histories(steps: list[Step]) -> None:
            play(steps, [emptied(ledger) for ledger in ledgers])

        histories()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many histories")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=0, help="another number plays other histories")
    wanted = parser.parse_args()
    with run_of_tests():
        play_many(wanted.n, wanted.database, wanted.seed)
    print(f"{wanted.n} histories on {wanted.database}, seed {wanted.seed}: nothing was lost, doubled or invented")  # noqa: T201


if __name__ == "__main__":
    main()
