"""Run a command of `tdnv` and die before its n-th step: `python -m tests.kill_child N ARGUMENT…`; N = 0 counts them.

A step is whatever leaves something behind: a file opened for writing, a rename, a deletion, a statement to the ledger
or the end of its transaction. Nothing of the program runs after that: no `finally`, no exit handler.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, Final

_LEAVES_SOMETHING: Final = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.chmod"}


class Clock:
    """Counts steps and ends the process at the last."""

    def __init__(self, last: int) -> None:
        self.taken = 0
        self._last = last

    def tick(self, *_: object, **__: object) -> None:
        self.taken += 1
        if self.taken == self._last:
            # On Windows this is TerminateProcess, which asks nobody either.
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    def stop(self) -> None:
        """End nothing any more: what Python itself tidies up at the end is no step of ours."""
        self._last = 0

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _LEAVES_SOMETHING or (event == "open" and _writes(arguments)):
            self.tick()


def _writes(arguments: tuple[Any, ...]) -> bool:
    path, mode, flags = arguments
    if isinstance(path, str | bytes) and os.fspath(path) == os.devnull:
        return False
    if isinstance(mode, str):
        return any(sign in mode for sign in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def main() -> None:
    """Count and run."""
    import sqlalchemy as sa

    from tdnv_sheets.cli.main import main as tdnv

    clock = Clock(int(sys.argv[1]))
    sys.addaudithook(clock.audit)
    for name in ("begin", "commit", "rollback"):
        sa.event.listen(sa.Engine, name, clock.tick)
    sa.event.listen(sa.Engine, "before_cursor_execute", clock.tick)
    try:
        tdnv(sys.argv[2:])
    finally:
        clock.stop()
        sys.stderr.write(f"steps {clock.taken}\n")


if __name__ == "__main__":
    main()
