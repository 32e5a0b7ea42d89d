"""What a reader's child process does: it opens bytes, and understands the unit workbook in them where that is asked for.

A parser that a hostile file kills takes this process with it and nothing else. It has no ledger and no key: for what
understanding needs of them it asks its parent, which answers from what the file says of itself.
"""

from __future__ import annotations

import gc
import signal
import sys
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.findings import Finding
from tdnv_sheets.intake.refuse import refusal

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from tdnv_sheets.grid import Book
    from tdnv_sheets.validate.understand import Read

ALLOCATIONS: Final = 200_000
"""Cells hold no cycles, so the child looks for garbage seldom."""


class Request(NamedTuple):
    """What the child is to do."""

    data: bytes
    suffix: str
    lang: str = ""
    """The office's language where the workbook is to be understood; empty where it is only to be read."""
    has_ledger: bool = False
    own: bool = False
    """Whether it is the office's own register, in which it may keep data from elsewhere."""


class Question(NamedTuple):
    """What the child asks before it can go on."""

    name: str
    """The field of `Desk` that answers."""
    about: Any


class Failed(NamedTuple):
    """A mistake of ours, which is none of the file's."""

    trace: str


def serve(pipe: Connection, megabytes: int) -> None:
    """Answer requests until the pipe closes, at whatever moment the parent goes; runs in the child."""
    _end_with_the_parent()
    from tdnv_sheets.intake.open import open_bytes  # noqa: PLC0415 - the parsers stay out of the parent

    gc.set_threshold(ALLOCATIONS)
    _limit_memory(megabytes)
    with suppress(EOFError, OSError):
        pipe.send(True)  # noqa: FBT003 - the one word that says "ready"
        while True:
            request: Request = pipe.recv()
            answer: Book | Read | Finding | Failed | None
            try:
                answer = open_bytes(request.data, request.suffix, own=request.own)
            except (KeyboardInterrupt, SystemExit):
                return
            except BaseException:  # noqa: BLE001 - calamine's panics derive from BaseException; all of them mean "unreadable"
                answer = None
            if request.lang and answer is not None and not isinstance(answer, Finding):
                answer = _understood(answer, request, pipe)
            try:
                pipe.send(answer)
            except MemoryError:  # the answer was not packed, so nothing of it was sent
                pipe.send(refusal("too-large", "limit_memory"))


def _understood(book: Book, request: Request, pipe: Connection) -> Read | Finding | Failed:
    from tdnv_sheets.validate.understand import Desk, understand, with_issued  # noqa: PLC0415 - as in `serve`

    def ask(name: str, about: object) -> Any:  # noqa: ANN401 - as each question asks
        pipe.send(Question(name, about))
        return pipe.recv()

    desk = Desk(
        request.lang,
        request.has_ledger,
        whose=lambda carriers: ask("whose", carriers),
        task_exists=lambda task: ask("task_exists", task),
    )
    try:
        return with_issued(understand(book, desk), None)
    except MemoryError:
        return refusal("too-large", "limit_memory")
    except (EOFError, OSError):  # the parent is gone
        raise
    except Exception:  # noqa: BLE001 - it is raised again in the parent
        return Failed(traceback.format_exc())


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
