"""Random months of an office: each redraw of some rows gives what the whole drawing of the same file gives.

    uv run python -m tests.standing --n 300 [--seed 7]

Before each redraw something happens to the ledger, to the settings or, by another program's hand, to the file. Then the
register is drawn twice from the same file, once whole and once with only the changed rows, and both are compared: every
cell, look, note, colour rule, table and name. It is also said beforehand when only some rows may be drawn, and when not.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tdnv_sheets.graft import zipped
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.commit import Entry, NewTask, Settlement, commit
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.redraw import redraw
from tdnv_sheets.records import Change, Conflict
from tests.conftest import NOW, TASKS, TODAY, UNITS_CSV, enter, run
from tests.registers import TASKS as SHEET
from tests.same_packages import told_difference
from tests.standing_by_hand import BY_HAND, OWN, is_filtered
from tests.standing_by_hand import TEXTS as TEXT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.redraw import Redrawn
    from tdnv_sheets.records import Value

NEVER: Final = 10**9
TEXTS: Final[tuple[Value, ...]] = (
    *("đã làm", "- gạch đầu dòng", "=1+1", "@ai", "hai\ndòng", " có khoảng trắng ", "a&b<c>\"'", "x" * 700),
    *(None, "_x0041_", "\x0b lạ", "UBND tỉnh", "😀 ký tự"),
)
VALUES: Final = ("submit", "submit", "submit", "report", "decide", "extend", "own value")
"""What changes values only: then some rows must be enough."""
MORE: Final = ("conflict", "settle", "new", "remove", "colours", "due soon", "spare rows", "day", "unit", "own column")
"""What changes more: then all has to be drawn."""
KINDS: Final = (*VALUES * 3, *MORE, *BY_HAND, "undo", "nothing", "far")


class Step(NamedTuple):
    """What happens before a redraw, and the seed of what is chosen in it."""

    kind: str
    seed: int


STEPS: Final = st.lists(st.builds(Step, st.sampled_from(KINDS), st.integers(0, 2**16)), min_size=3, max_size=8)


@dataclass
class Month:
    """An office whose register is drawn again and again."""

    office: Office
    day: date = TODAY
    told: bool = False
    """Whether the redraw before had to tell of something on «Nhiệm vụ» that it could not keep."""
    taken: int = 0
    """How often only some rows were drawn."""

    def step(self, step: Step) -> None:
        random = Random(step.seed)  # noqa: S311 - a seed makes it happen again
        before, day = self._seen(), self.day
        if step.kind in BY_HAND:
            BY_HAND[step.kind](self.office.space.register, random)
        else:
            getattr(self, f"_{step.kind.replace(' ', '_')}")(random)
        self.compare(step.kind, plain=before == self._seen() and day == self.day)

    def compare(self, kind: str, *, plain: bool) -> None:
        """Draw in both ways from the same file; *plain*: nothing but values of rows changed."""
        path = self.office.space.register
        before = path.read_bytes()
        whole = self.drawn(NEVER)
        full = path.read_bytes()
        path.write_bytes(before)
        some = self.drawn(0)
        assert whole.rows is None
        assert told_difference(path.read_bytes(), full) == "", kind
        assert some.kept == whole.kept
        disputed = any(self.office.ledger.open_conflicts())  # their notes lie by the heights of all rows
        if kind in VALUES and not (plain and disputed):
            enough = plain and not self.filtered and not self.told
            assert (some.rows is not None) == enough, (kind, some.rows)
        elif kind in BY_HAND or not plain:
            assert some.rows is None, kind
        self.taken += some.rows is not None
        self.told = any(item.sheet == SHEET for item in some.kept.lost)

    @property
    def filtered(self) -> bool:
        return is_filtered(self.office.space.register)

    def drawn(self, stands_from: int) -> Redrawn:
        read = file_digest(self.office.space.register)
        return redraw(self.office, as_of=self.day, now=NOW, read=read, stands_from=stands_from)

    def _seen(self) -> object:
        """Give what has to be the same for some rows to be enough."""
        keys = sorted(self.office.ledger.assignments())
        conflicts = [(item.conflict.key, item.conflict.field) for item in self.office.ledger.open_conflicts()]
        return keys, conflicts, self.office.space.settings, self.office.units, self._headers()

    def _headers(self) -> set[str]:
        rows = self.office.ledger.assignments().values()
        return {name for row in rows for name in row.fields if name.startswith("extra:")}

    # ------------------------------------------------------------------ what happens to the ledger

    def _commit(self, source: str = "unit", **what: Any) -> None:  # noqa: ANN401 - as `Entry` takes it
        entry = Entry(NOW, TODAY, "cctl", source, self.office.ledger.revision(), **what)
        assert commit(self.office.ledger, entry) is not None

    def _change(self, random: Random, names: Sequence[str], values: Sequence[Value], rows: int = 2) -> None:
        now = self.office.ledger.assignments()
        changes = []
        for key in random.sample(sorted(now), min(rows, len(now))):
            name, value = random.choice(names), random.choice(values)
            if now[key].fields.get(name) != value:
                changes.append(Change(key, name, now[key].fields.get(name), value, "A1"))
        self._commit(changes=tuple(changes))

    def say(self, name: str, value: Value) -> None:
        """Let the first task's unit give one value."""
        key, item = min(self.office.ledger.assignments().items())
        self._commit(changes=(Change(key, name, item.fields.get(name), value, "A1"),))

    def _submit(self, random: Random) -> None:
        self._change(random, TEXT_FIELDS, TEXTS)

    def _report(self, random: Random) -> None:
        self._change(random, ("progress",), ("done", "in_progress", "blocked", None))
        self._change(random, ("completed_date", "result_date"), (date(2026, 5, 1), date(2026, 6, 9), None), 1)

    def _decide(self, random: Random) -> None:
        self._change(random, ("decision",), ("confirmed", "returned", None), 1)

    def _extend(self, random: Random) -> None:
        self._change(random, ("extended_deadline",), (date(2026, 7, 15), date(2026, 9, 2), None), 1)

    def _far(self, random: Random) -> None:
        self._change(random, ("extended_deadline",), (date(2035, 5, 5), date(2026, 8, 3)), 1)  # the calendar may change

    def _own_value(self, random: Random) -> None:
        self._change(random, (OWN,), (*TEXTS, date(2026, 6, 1), 17, 2.5), 1)

    def _own_column(self, random: Random) -> None:
        self._change(random, (OWN,), (f"số {random.random()}",), 3)

    def _undo(self, _: Random) -> None:
        last = self.office.ledger.revision()
        if last > 1:
            undo(self.office.ledger, last, at=NOW, day=TODAY, who="vp")

    def _conflict(self, random: Random) -> None:
        key = random.choice(sorted(self.office.ledger.assignments()))
        self._commit(conflicts=(Conflict(key, random.choice(TEXT_FIELDS), None, "của sổ", f"gửi {random.random()}"),))

    def _settle(self, random: Random) -> None:
        waiting = list(self.office.ledger.open_conflicts())
        if waiting:
            self._commit("choice", settlements=(Settlement(random.choice(waiting).number, "ours"),))

    def _new(self, random: Random) -> None:
        fields: dict[str, Value] = {"task_content": f"Việc mới {random.random()}", "assigned_date": TODAY}
        self._commit("office", new_tasks=(NewTask(("khtc",), fields),))

    def _remove(self, random: Random) -> None:
        key = random.choice(sorted(self.office.ledger.assignments()))
        if len(self.office.ledger.assignments()) > 2:
            self._commit("office", removals=((key, False),))

    def _nothing(self, _: Random) -> None:
        """A round in which nothing happens."""

    # ------------------------------------------------------------------ what happens to the office

    def _set(self, **values: Any) -> None:  # noqa: ANN401 - as `Settings` takes it
        space = self.office.space
        self.office = replace(self.office, space=replace(space, settings=replace(space.settings, **values)))

    def _colours(self, random: Random) -> None:
        colour = f"{random.randrange(2**24):06X}"
        name = random.choice(("overdue", "office_cell", "header"))
        self._set(colours={**self.office.space.settings.colours, name: colour})

    def _due_soon(self, random: Random) -> None:
        self._set(due_soon_days=random.randrange(6, 40))

    def _spare_rows(self, random: Random) -> None:
        self._set(spare_rows=random.randrange(3, 30))

    def _day(self, random: Random) -> None:
        self.day += timedelta(days=random.randrange(1, 20))

    def _unit(self, random: Random) -> None:
        first, *rest = self.office.units
        self.office = replace(self.office, units=(replace(first, name=f"Chi cục {random.randrange(99)}"), *rest))


def live(steps: Sequence[Step], template: Path, *, arrays: bool = False) -> int:
    """Let an office live through *steps*; says how often only some rows were drawn.

    *arrays*: parts are held as they are held in large registers.
    """
    held = patch.object(zipped, "_SMALL", 0) if arrays else nullcontext()
    with held, tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, Path(folder) / "vp")
        with open_office(find(Path(folder) / "vp")) as office:
            month = Month(office)
            month.compare("start", plain=False)
            for step in steps:
                month.step(step)
            return month.taken


def live_many(count: int, template: Path, which: int = 0) -> int:
    """Live through *count* months; the first that goes wrong is made as short as it can be. Gives how often some rows were enough."""
    taken = 0

    @seed(which)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(STEPS, st.booleans())
    def months(steps: list[Step], arrays: bool) -> None:  # noqa: FBT001 - hypothesis gives it so
        nonlocal taken
        taken += live(steps, template, arrays=arrays)

    months()
    return taken


def office_in(folder: Path) -> Path:
    """Make the small office of the tests."""
    units = folder / "don-vi.csv"
    units.write_text(UNITS_CSV, encoding="utf-8")
    assert run("--as-of", TODAY.isoformat(), "init", folder / "mau", "--units", units).code == 0
    enter(find(folder / "mau"), TASKS)
    assert run("-C", folder / "mau", "--as-of", TODAY.isoformat(), "render").code == 0
    return folder / "mau"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=100, help="how many months")
    parser.add_argument("--seed", type=int, default=0, help="another number lives other months")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        taken = live_many(wanted.n, office_in(Path(folder)), wanted.seed)
    print(f"{wanted.n} months, seed {wanted.seed}: some rows were drawn {taken} times, and always as the whole")  # noqa: T201
    raise SystemExit(0 if taken else 1)


if __name__ == "__main__":
    main()
