"""Parse in a child process with a time and a memory limit: a hostile file may kill the parser, never the program.

calamine aborts its whole process on some files (practice/workbooks.md 0.1); no `except` can catch that.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import queue
import signal
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book
from tdnv_sheets.intake.refuse import refusal, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, ForkServerProcess, SpawnContext, SpawnProcess
    from pathlib import Path
    from types import TracebackType


SECONDS: Final = 30.0
ALLOCATIONS: Final = 200_000
"""Cells hold no cycles, so the child looks for garbage seldom."""
START_SECONDS: Final = 60.0
MEGABYTES: Final = 1_000
MOST_READERS: Final = 4
FILES_AHEAD: Final = 64
BYTES_AHEAD: Final = 8 * 2**20
"""So many files, and so much of them, lie in memory read before they are asked for; a large one waits for its turn."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """The bytes of a file, whatever they turn out to be."""

    digest: str
    """SHA-256, hex; empty for a file that is too large to be opened."""
    size: int


class Reader:
    """A child process that reads workbooks one after the other, and is replaced when it dies."""

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._process: SpawnProcess | ForkServerProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> tuple[FileSeen, Book | Finding]:
        """Scan a file and read it; what forbids reading, or goes wrong, comes as a finding.

        Raises `OSError` when the disk does not give the file, and `BrokenSurroundings` when no child can be
        started, which says nothing about the file.
        """
        size = path.stat().st_size
        large = too_large(size)
        if large is not None:
            return FileSeen("", size), large
        data = path.read_bytes()
        return FileSeen(hashlib.sha256(data).hexdigest(), len(data)), self._ask(data, path.suffix.lower())

    def _ask(self, data: bytes, suffix: str) -> Book | Finding:
        alive = self._process is not None and self._process.is_alive()
        pipe = self._pipe if alive and self._pipe is not None else self._start()
        try:
            pipe.send((data, suffix))
            if not pipe.poll(self._seconds):
                self._kill()
                return refusal("took-too-long")
            answer = pipe.recv()
        except (EOFError, OSError):
            return self._why_dead()
        return answer if isinstance(answer, Book | Finding) else refusal("unreadable")

    def _why_dead(self) -> Finding:
        """Say why the child died: a parser that gets no more memory aborts its whole process."""
        if self._process is not None:
            self._process.join(timeout=2)
        aborted = self._process is not None and self._process.exitcode == -signal.SIGABRT
        self._kill()
        return refusal("too-large", "limit_memory") if aborted else refusal("unreadable")

    def close(self) -> None:
        """Stop the child."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.join(timeout=2)
            self._kill()

    def _start(self) -> Connection:
        self._kill()
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._megabytes), daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        try:
            ready = ours.poll(START_SECONDS) and ours.recv()
        except (EOFError, OSError):
            ready = False
        if not ready:
            self._kill()
            raise BrokenSurroundings("reader-not-started")
        return ours

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


class Readers:
    """Several readers at work on many files; they read ahead while the caller works on what is there."""

    def __init__(self, n: int | None = None, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._n = n or min(os.cpu_count() or 1, MOST_READERS)
        self._idle: queue.SimpleQueue[Reader] = queue.SimpleQueue()
        self._all = tuple(Reader(seconds=seconds, megabytes=megabytes) for _ in range(self._n))
        for reader in self._all:
            self._idle.put(reader)
        self._threads = ThreadPoolExecutor(self._n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for reader in self._all:
            reader.close()

    def read(self, path: Path) -> tuple[FileSeen, Book | Finding]:
        """Read one file; raises what `Reader.read` raises."""
        seen, answer = self._read(path)
        if isinstance(answer, OSError):
            raise answer
        return seen, answer

    def read_all(
        self, paths: Iterable[Path], unread: Callable[[Path], Finding | None] = lambda _: None
    ) -> Iterator[tuple[Path, FileSeen, Book | Finding | OSError]]:
        """Read files and give them in the order of *paths*; a file that the disk does not give comes as its `OSError`.

        What *unread* has a finding for is not opened. Raises `BrokenSurroundings` when no child can be started.
        """
        under_way: deque[tuple[Path, int, Future[tuple[FileSeen, Book | Finding | OSError]]]] = deque()
        ahead = 0
        for path in paths:
            forbidden, size = unread(path), _size(path)
            reading = self._threads.submit(self._read, path) if forbidden is None else Future()
            if forbidden is not None:
                reading.set_result((FileSeen("", size), forbidden))
            under_way.append((path, size, reading))
            ahead += size
            while under_way and (
                len(under_way) > FILES_AHEAD or (ahead > BYTES_AHEAD and len(under_way) >= 2 * self._n)
            ):
                first, size, reading = under_way.popleft()
                ahead -= size
                yield first, *reading.result()
        while under_way:
            first, _, reading = under_way.popleft()
            yield first, *reading.result()

    def _read(self, path: Path) -> tuple[FileSeen, Book | Finding | OSError]:
        reader = self._idle.get()
        try:
            return reader.read(path)
        except OSError as problem:
            return FileSeen("", 0), problem
        finally:
            self._idle.put(reader)


def _context() -> SpawnContext | ForkServerContext:
    """Say how children begin: on Linux as forks of one process that imported the parsers once, elsewhere each anew.

    That process has no threads and never opens a file itself; with macOS's libraries even such a fork is not safe.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tdnv_sheets.intake.open", "tdnv_sheets.intake.read"])
    return context


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever reads it says why


def serve(pipe: Connection, megabytes: int) -> None:
    """Answer requests until the pipe closes, at whatever moment the parent goes; runs in the child."""
    _end_with_the_parent()
    from tdnv_sheets.intake.open import open_bytes  # noqa: PLC0415 - the parsers stay out of the parent

    gc.set_threshold(ALLOCATIONS)
    _limit_memory(megabytes)
    with suppress(EOFError, OSError):
        pipe.send(True)  # noqa: FBT003 - the one word that says "ready"
        while True:
            data, suffix = pipe.recv()
            try:
                answer: Book | Finding | None = open_bytes(data, suffix)
            except (KeyboardInterrupt, SystemExit):
                return
            except BaseException:  # noqa: BLE001 - calamine's panics derive from BaseException; all of them mean "unreadable"
                answer = None
            try:
                pipe.send(answer)
            except MemoryError:  # the answer was not packed, so nothing of it was sent
                pipe.send(refusal("too-large", "limit_memory"))


def _end_with_the_parent() -> None:
    """Leave it to the parent to stop: what ends all of a terminal or service reaches the child in the middle of a file.

    When the parent is gone, its end of the pipe is closed, and that ends the child.
    """
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _limit_memory(megabytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not there on Windows

    size = megabytes * 2**20
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
