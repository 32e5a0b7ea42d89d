"""Let a command merge file after file, kill it again and again, and compare what is left with a run that nobody killed."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tdnv_sheets.inbox.shelf import NOTE_SUFFIX, waiting_files
from tdnv_sheets.ledger.store import Ledger
from tests.conftest import TODAY, run
from tests.kill_office import (
    cells_of,
    copied,
    differing,
    fill_many,
    is_idle,
    ledger_facts,
    left_behind,
    make_office,
    not_where_it_is_said_to_be,
    shelf_facts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.inbox.workspace import Workspace

_ROOT: Final = Path(__file__).parents[1]
_UNITS: Final = 3
_WAITING: Final = 4
"""So many files are not in yet at most: claiming them takes steps too, and a run has to come beyond that."""
_TRIES: Final = 40
_BY_STEP: Final = 0.75
_DONE: Final = {0, 1, 3}
"""Exit codes of a merge that did its work: well, with files to correct, with conflicts to settle."""


@dataclass(slots=True)
class Pace:
    """How long a run takes that nobody kills."""

    steps: int = 0
    """For each file that waits."""
    seconds: float = 0.0


@dataclass(slots=True)
class Account:
    """What happened, and what did not come out as it should."""

    files: int = 0
    lives: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"{self.files} files, {self.lives} runs, killed {dict(self.kills)}"
        yield f"verdicts in the ledger: {dict(self.verdicts)}"
        yield from (f"WRONG {line}" for line in self.wrong)
        yield "nothing lost, doubled or half-written" if not self.wrong else f"{len(self.wrong)} things are wrong"


def prove(
    folder: Path, *, files: int, seed: int, ledgers: Sequence[str] = ("", ""), most_kills: int | None = None
) -> Account:
    """Kill a merge at random moments until *files* are in; *ledgers*: addresses for the killed and the serial run."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    office = make_office(folder / "before", units=_UNITS, tasks=max(3, files // 12))
    drawn = fill_many(office, folder / "files", files, seed=seed, spoilt=True)
    killed, serial = (copied(office.space, folder / name, url) for name, url in zip("ab", ledgers, strict=True))
    account = Account(files)
    waiting = list(drawn)
    pace = Pace()
    while waiting or not is_idle(killed):
        for _ in range(chance.randint(1, _WAITING) if account.lives else 1):  # the first run only shows the pace
            if waiting and _left(killed) < _WAITING:
                path = waiting.pop(0)
                shutil.copyfile(path, killed.inbox / path.name)
        _live(killed, account, chance, pace, dies=most_kills is None or account.kills.total() < most_kills)
        if account.lives > 5 * files + _TRIES:
            account.wrong.append("the work does not come to its end")
            break
    _live(killed, account, chance, pace, dies=False)  # the last may have died when every file was in
    for path in drawn:
        shutil.copyfile(path, serial.inbox / path.name)
    done = run("-C", serial.root, "--as-of", TODAY.isoformat(), "merge")
    assert done.code == 1, done
    account.verdicts = Counter(str(row[4]) for row in ledger_facts(killed.ledger_url)["files"])
    account.wrong += _compare(killed, serial)
    return account


def _left(space: Workspace) -> int:
    """Count the files that are not in yet, those of a dead run too."""
    return len(waiting_files(space.inbox)) + len(waiting_files(space.work))


def _live(space: Workspace, account: Account, chance: random.Random, pace: Pace, *, dies: bool) -> None:
    """Run the command once; it dies before a random step, after a random time, or not at all."""
    dies = dies and pace.steps > 0
    files = max(_left(space), 1)
    step = chance.randint(1, pace.steps * files) if dies and chance.random() < _BY_STEP else 0
    seconds = chance.uniform(0.4, 1.1) * pace.seconds if dies and not step else 120
    command = [sys.executable, "-m", "tests.kill_child", str(step), "-C", str(space.root), "--as-of", TODAY.isoformat()]
    started = time.monotonic()
    process = subprocess.Popen([*command, "merge"], cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    account.lives += 1
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        account.kills["by time"] += 1
        return
    words, _, steps = said.decode().rpartition("steps ")
    if not steps.strip().isdigit():
        account.kills["at a step"] += 1
        if not step:
            account.wrong.append(f"the command died by itself: {said.decode()}")
        return
    pace.steps, pace.seconds = max(pace.steps, int(steps) // files), time.monotonic() - started
    # An empty inbox is said too; whatever else is said means that the work was not done.
    if process.returncode not in _DONE or (process.returncode and words.strip()) or "Traceback" in words:
        account.wrong.append(f"a run ended with {process.returncode}: {words}")


def _compare(killed: Workspace, serial: Workspace) -> Iterator[str]:
    """Say what is not as in the run that nobody killed."""
    left, right = ledger_facts(killed.ledger_url), ledger_facts(serial.ledger_url)
    for name in right:
        yield from differing(f"ledger, {name}", left[name], right[name])
    ours, theirs = shelf_facts(killed), shelf_facts(serial)
    for place in ("inbox", "work", "quarantine"):
        yield from differing(place, _heads(ours[place]), _heads(theirs[place]))
    yield from differing("archive", _heads(ours["archive"]), _heads(theirs["archive"]))
    names = [[name for name, _ in facts["returned"]] for facts in (ours, theirs)]
    yield from differing("returned", names[0], names[1])
    if names[0] == names[1]:
        for name in names[0]:
            here, there = cells_of(killed.returned / name), cells_of(serial.returned / name)
            for title in there.keys() | here.keys():
                yield from differing(f"{name}, {title}", here.get(title, []), there.get(title, []))
    yield from left_behind(killed)
    ledger = Ledger.at(killed.ledger_url)
    yield from (f"the ledger does not follow from its revisions: {difference}" for difference in ledger.verify())
    ledger.close()
    yield from not_where_it_is_said_to_be(killed)


def _heads(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out of receipts of repeated files how many rows they have: bytes known at once are not read again."""
    return [
        (name, text.splitlines()[0] if name.endswith(NOTE_SUFFIX) and text.startswith("Đã nhận trước đó") else text)
        for name, text in facts
    ]
