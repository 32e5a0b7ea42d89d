"""Let clerks drop files while watchers are killed, wait until all is taken in, and see that everything is where it belongs."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.kill_office import FIELDS, copied, left_behind, make_office
from tests.kill_run import Account
from tests.soak_after import (
    OWN_FILES,
    is_idle,
    ledger_differs,
    lying_in,
    misjudged,
    misplaced,
    register_differs,
    register_is_right,
)
from tests.soak_clerks import Clerk, Clerks, drawn
from tests.soak_files import Pile
from tests.soak_watcher import QUIET, Lives

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace

_MOST_UNITS: Final = 100
_MOST_WAITING: Final = 300
"""Clerks begin nothing new while so many files lie in the inbox."""
_BURST: Final = 80
_LULL: Final = 3.0
_LOOK: Final = 0.02
_ASK: Final = 0.5
"""Seconds between two steps of the clerks, and between two looks at how far the watcher is."""
_STUCK: Final = 240.0
"""Seconds without a file being filed after which the watcher has failed."""


def prove(
    folder: Path,
    *,
    files: int,
    seed: int,
    kill_every: float,
    ledgers: Sequence[str] = ("", ""),
    most_kills: int | None = None,
) -> Account:
    """Kill watchers while about *files* files are dropped; *ledgers*: addresses for the watched and the serial office."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    units = min(_MOST_UNITS, max(3, files // 40))
    office = make_office(folder / "before", units=units, tasks=max(3, -(-files // (units * len(FIELDS)))))
    watched = copied(office.space, folder / "watched", ledgers[0])
    serial = copied(office.space, folder / "serial", ledgers[1])
    account = Account()
    clerk = Clerk(watched.inbox, Pile.of(office, chance), chance, QUIET)
    lives = Lives(watched, folder, chance, kill_every, account, most_kills)
    try:
        _drop(Clerks(clerk, drawn(chance, files)), lives, watched)
        lives.spare()
        _until(lambda: register_is_right(watched), lives, watched, "the register does not become right")
    except TimeoutError as problem:
        account.wrong.append(str(problem))
    finally:
        lives.end()
    lying = lying_in(watched)
    account.files = clerk.dropped.files
    account.verdicts = Counter(one.verdict or "none" for one in lying)
    account.wrong += misplaced(clerk.dropped, lying)
    account.wrong += misjudged(clerk.dropped, lying, watched)
    account.wrong += left_behind(watched, OWN_FILES)
    account.wrong += register_differs(watched, folder)
    account.wrong += ledger_differs(watched, serial, lying, folder)
    return account


def _drop(clerks: Clerks, lives: Lives, space: Workspace) -> None:
    """Let clerks drop everything in bursts, and the watchers take it in."""
    chance, next_burst = lives.chance, 0.0

    def step() -> bool:
        nonlocal next_burst
        clock = time.monotonic()
        clerks.go_on(clock)
        if clock >= next_burst and _waiting(space) < _MOST_WAITING + clerks.clerk.dropped.staying:
            clerks.begin(chance.randint(1, min(_BURST, clerks.planned // 3)), clock)
            next_burst = clock + chance.uniform(0, _LULL)
        return clerks.is_done

    _until(step, lives, space, "the clerks do not come to an end", every=_LOOK)
    _until(lambda: is_idle(space, clerks.clerk.dropped), lives, space, "files are not taken in")


def _waiting(space: Workspace) -> int:
    """Count the files in the inbox; folders that were emptied stay there."""
    return sum(path.is_file() for path in space.inbox.rglob("*"))


def _until(done: Callable[[], bool], lives: Lives, space: Workspace, words: str, *, every: float = _ASK) -> None:
    """Let watchers live until it is *done*; raise `TimeoutError` when nothing happens any more."""
    filed, since, asked = -1, time.monotonic(), 0.0
    while True:
        clock = time.monotonic()
        lives.go_on(clock)
        if clock >= asked + every:
            asked = clock
            if done():
                return
        if clock >= since + _STUCK:
            now = sum(
                1
                for folder in (space.root / space.settings.folders.archive, space.quarantine)
                for _ in folder.rglob("*")
            )
            if now == filed:
                raise TimeoutError(words)
            filed, since = now, clock
        time.sleep(_LOOK)
