"""Parse in a child process with a time and a memory limit: a hostile file may kill the parser, never the program.

calamine aborts its whole process on some files (practice/workbooks.md 0.1); no `except` can catch that.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import queue
import signal
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book
from tdnv_sheets.intake.refuse import refusal, too_large
from tdnv_sheets.intake.served import Failed, Question, Request, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerContext, ForkServerProcess, SpawnContext, SpawnProcess
    from pathlib import Path
    from types import TracebackType

    from tdnv_sheets.validate.identity import Issued
    from tdnv_sheets.validate.understand import Desk, Read

SECONDS: Final = 30.0
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

    def read(self, path: Path, *, own: bool = False) -> tuple[FileSeen, Book | Finding]:
        """Scan a file and read it; what forbids reading, or goes wrong, comes as a finding.

        *own*: it is the office's register, which may get data from elsewhere; nothing of it is fetched.

        Raises `OSError` when the disk does not give the file, and `BrokenSurroundings` when no child can be
        started, which says nothing about the file.
        """
        seen, answer, _ = self._answer(path, None, own=own)
        return seen, answer if isinstance(answer, Book | Finding) else refusal("unreadable")

    def understand(self, path: Path, desk: Desk) -> tuple[FileSeen, Read | Finding]:
        """Scan a file, read it and understand the unit workbook in it; raises what `read` and *desk* raise."""
        from tdnv_sheets.validate.checked import Checked  # noqa: PLC0415 - most commands understand no workbook
        from tdnv_sheets.validate.understand import Understood, with_issued  # noqa: PLC0415 - as above

        seen, answer, issued = self._answer(path, desk)
        if isinstance(answer, Checked | Understood):
            return seen, with_issued(answer, issued)
        return seen, answer if isinstance(answer, Finding) else refusal("unreadable")

    def _answer(self, path: Path, desk: Desk | None, *, own: bool = False) -> tuple[FileSeen, object, Issued | None]:
        """Give what the child says of a file, and what it was told to have been issued."""
        size = path.stat().st_size
        large = too_large(size)
        if large is not None:
            return FileSeen("", size), large, None
        data = path.read_bytes()
        request = Request(data, path.suffix.lower(), *((desk.lang, desk.has_ledger) if desk else ("", False)), own)
        return FileSeen(hashlib.sha256(data).hexdigest(), len(data)), *self._ask(request, desk)

    def _ask(self, request: Request, desk: Desk | None) -> tuple[object, Issued | None]:
        alive = self._process is not None and self._process.is_alive()
        pipe = self._pipe if alive and self._pipe is not None else self._start()
        answer, issued = self._say(pipe, request), None
        while isinstance(answer, Question) and desk is not None:
            told, issued = self._told(desk, answer, issued)
            answer = self._say(pipe, told)
        if isinstance(answer, Failed):
            raise RuntimeError(answer.trace)  # noqa: TRY004 - a mistake of ours, wherever it was made
        return answer, issued

    def _told(self, desk: Desk, question: Question, issued: Issued | None) -> tuple[object, Issued | None]:
        """Answer the child; a child whose question cannot be answered waits for nothing any more."""
        try:
            if question.name == "whose":
                of = desk.whose(question.about)
                return of, of.issued
            return desk.task_exists(question.about), issued
        except BaseException:
            self._kill()
            raise

    def _say(self, pipe: Connection, message: object) -> object:
        """Send the child something and give what it says to that; where it says nothing, the finding that tells why."""
        try:
            pipe.send(message)
            if pipe.poll(self._seconds):
                return pipe.recv()
        except (EOFError, OSError):
            return self._why_dead()
        self._kill()
        return refusal("took-too-long")

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

    def read(self, path: Path, *, own: bool = False) -> tuple[FileSeen, Book | Finding]:
        """Read one file; raises what `Reader.read` raises."""
        with self._borrowed() as reader:
            return reader.read(path, own=own)

    def understand_all(
        self, paths: Iterable[Path], desk: Desk, unread: Callable[[Path], Finding | None] = lambda _: None
    ) -> Iterator[tuple[Path, FileSeen, Read | Finding | OSError]]:
        """Read and understand files and give them in the order of *paths*.

        A file that the disk does not give comes as its `OSError`; what *unread* has a finding for is not opened. Raises
        what *desk* raises, and `BrokenSurroundings` when no child can be started.
        """
        under_way: deque[tuple[Path, int, Future[tuple[FileSeen, Read | Finding | OSError]]]] = deque()
        ahead = 0
        for path in paths:
            forbidden, size = unread(path), _size(path)
            reading = self._threads.submit(self._understood, path, desk) if forbidden is None else Future()
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

    def _understood(self, path: Path, desk: Desk) -> tuple[FileSeen, Read | Finding | OSError]:
        try:
            with self._borrowed() as reader:
                return reader.understand(path, desk)
        except OSError as problem:
            return FileSeen("", 0), problem

    @contextmanager
    def _borrowed(self) -> Iterator[Reader]:
        reader = self._idle.get()
        try:
            yield reader
        finally:
            self._idle.put(reader)


def _context() -> SpawnContext | ForkServerContext:
    """Say how children begin: on Linux as forks of one process that imported the parsers once, elsewhere each anew.

    That process has no threads and never opens a file itself; with macOS's libraries even such a fork is not safe.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tdnv_sheets.intake.open", "tdnv_sheets.intake.read", "tdnv_sheets.validate.understand"]
    )
    return context


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # whoever reads it says why
