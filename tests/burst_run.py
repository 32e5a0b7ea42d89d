"""Let one watcher take in what is dropped at once and what comes one by one, and measure it from outside."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.kill_office import FIELDS, make_office
from tests.soak_after import is_idle, lying_in, misjudged, misplaced, register_is_right
from tests.soak_clerks import Dropped
from tests.soak_files import Pile
from tests.soak_watcher import Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tdnv_sheets.inbox.workspace import Workspace
    from tests.soak_files import Version

MOST_MEGABYTES: Final = 500.0
MOST_SECONDS: Final = 5.0
_MOST_UNITS: Final = 100
_STUCK: Final = 240.0
"""Seconds without a file being filed after which the watcher has failed."""
_SAMPLE: Final = 0.2
_LOOK: Final = 0.05
_ASK: Final = 0.25
"""Seconds between two looks for one file, and between two at all that is left."""
_PROC: Final = Path("/proc")


@dataclass(slots=True)
class Account:
    """What was measured, and what is not as it should be."""

    files: int
    making: float = 0.0
    """Seconds for drawing and filling the workbooks."""
    taking_in: float = 0.0
    drawing: float = 0.0
    """Seconds from the last file to the register that shows it."""
    megabytes: float = 0.0
    processes: int = 0
    filed: list[float] = field(default_factory=list)
    """Seconds from dropped to filed, of the stream."""
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"{self.files} files made in {self.making:.1f} s, dropped at once, taken in within {self.taking_in:.1f} s"
        yield f"that is {1000 * self.taking_in / self.files:.1f} ms a file; the register was right {self.drawing:.1f} s later"
        yield f"at most {self.megabytes:.0f} MB in {self.processes} processes"
        if self.filed:
            median, most = statistics.median(self.filed), max(self.filed)
            yield f"of {len(self.filed)} files, one a second, filed within {median:.2f} s (median), {most:.2f} s (all)"
        yield from (f"WRONG {line}" for line in self.wrong)


class Memory:
    """Watches how much memory a process and its children use together."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self.processes = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE):
            family = list(_family(self._pid))
            self.megabytes = max(self.megabytes, sum(map(_megabytes, family)))
            self.processes = max(self.processes, len(family))


def _family(pid: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    yield pid
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _megabytes(pid: int) -> float:
    """Give the memory of a process, of what it shares with others its part (proc(5), Pss); 0 when it has ended."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def measure(folder: Path, *, files: int, stream: int, seed: int) -> Account:
    """Drop *files* at once and *stream* more one a second, and measure until the register shows them."""
    chance, account, dropped = random.Random(seed), Account(files), Dropped()  # noqa: S311 - nothing secret
    started = time.monotonic()
    units = min(_MOST_UNITS, max(3, files // 40))
    office = make_office(folder / "office", units=units, tasks=-(-(files + stream) // (units * len(FIELDS))))
    pile, space = Pile.of(office, chance), office.space
    ready = _made(pile, folder / "ready", files, dropped)
    account.making = time.monotonic() - started
    watching = Watching(space, folder / "watcher.txt", quiet=None)
    memory = Memory(watching.process.pid)
    try:
        _until(lambda: watching.works, space, "the watcher does not start")
        started = time.monotonic()
        for path in ready:
            path.rename(space.inbox / path.name)
        _until(lambda: is_idle(space, dropped), space, "files are not taken in")
        account.taking_in = time.monotonic() - started
        _until(lambda: register_is_right(space), space, "the register does not become right")
        account.drawing = time.monotonic() - started - account.taking_in
        account.filed = list(_one_a_second([pile.good() for _ in range(stream)], space, dropped))
    except TimeoutError as problem:
        account.wrong.append(str(problem))
    finally:
        memory.stop()
        account.megabytes, account.processes = memory.megabytes, memory.processes
        watching.stop()
    account.wrong += [*watching.bad_news(), *_wrong(account, dropped, space)]
    return account


def _made(pile: Pile, folder: Path, files: int, dropped: Dropped) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number:05} bản cập nhật.xlsx" for number in range(files)]
    for path in paths:
        version = pile.good()
        path.write_bytes(version.data)
        dropped.put(version)
    return paths


def _one_a_second(versions: Sequence[Version], space: Workspace, dropped: Dropped) -> Iterator[float]:
    """Drop one file a second; gives after how many seconds each was filed."""
    archive = space.root / space.settings.folders.archive
    waiting: dict[str, float] = {}
    left, next_at, since = list(versions), time.monotonic(), time.monotonic()
    while left or waiting:
        clock = time.monotonic()
        if left and clock >= next_at:
            version, name = left.pop(), f"dòng {len(left):05}.xlsx"
            (space.inbox / name).write_bytes(version.data)
            dropped.put(version)
            waiting[name], next_at, since = time.monotonic(), next_at + 1.0, clock
        for name in [name for name in waiting if any(archive.glob(f"*/{name}"))]:
            yield time.monotonic() - waiting.pop(name)
        if clock > since + _STUCK:
            message = "the stream is not taken in"
            raise TimeoutError(message)
        time.sleep(_LOOK)


def _until(done: Callable[[], bool], space: Workspace, words: str) -> None:
    """Wait until it is *done*; raise `TimeoutError` when nothing happens any more."""
    archive = space.root / space.settings.folders.archive
    filed, since = -1, time.monotonic()
    while not done():
        if time.monotonic() > since + _STUCK:
            now = sum(1 for _ in archive.rglob("*"))
            if now == filed:
                raise TimeoutError(words)
            filed, since = now, time.monotonic()
        time.sleep(_ASK)


def _wrong(account: Account, dropped: Dropped, space: Workspace) -> Iterator[str]:
    lying = lying_in(space)
    verdicts = Counter(one.verdict for one in lying)
    if verdicts != {"accepted": dropped.files}:
        yield f"{dropped.files} files dropped, verdicts {dict(verdicts)}"
    yield from misplaced(dropped, lying)
    yield from misjudged(dropped, lying, space)
    if not 0 < account.megabytes < MOST_MEGABYTES:
        yield f"{account.megabytes:.0f} MB"
    if account.filed and statistics.median(account.filed) > MOST_SECONDS:
        yield "files of the stream are filed too late"
