"""One command at work in a workspace at a time: a lock file that names its owner and is taken over from the dead."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_EXPIRY: Final = 12 * 3600
"""Seconds after which a lock of another machine counts as left behind."""
_SLACK: Final = 60.0
"""Seconds by which clocks may have been set right since a lock was taken."""
_UNSIGNED: Final = 5.0
"""Seconds after which a lock without an owner counts as left behind: its command died before it had signed."""
_PATIENCE: Final = 20.0
"""Seconds to wait for another command to end."""
_PAUSE: Final = 0.1
_BEGUN: Final = time.time()
"""This process took no lock before."""
_WINDOWS: Final = os.name == "nt"
_QUERY, _ACCESS_DENIED, _STILL_ACTIVE = 0x1000, 5, 259
"""Windows: the right to ask what became of a process, the refusal of it, and the exit code of one that has not ended."""


class Holder(NamedTuple):
    """Who has a lock."""

    host: str
    """The machine's name; `?` where the lock does not say."""
    pid: str
    runs: bool
    """False for one that died and left it behind."""


def holder(path: Path) -> Holder | None:
    """Say who holds the lock; None when nobody does."""
    return _holder(path) if path.exists() else None


@contextmanager
def held(
    path: Path, *, patience: float = _PATIENCE, reason: str = "workspace-locked", expiry: float | None = None
) -> Iterator[None]:
    """Hold the lock; raise `WaitsForPerson` for that *reason*, naming the owner, when another command keeps it.

    A lock with an *expiry* of its own, in seconds, is held as long as `renew` is called in time.
    """
    deadline = time.monotonic() + patience
    while not _take(path, expiry):
        if time.monotonic() > deadline:
            kept = _holder(path)
            raise WaitsForPerson(reason, host=kept.host, pid=kept.pid)
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        found = _read(path)
        if not found or _is_ours(found):  # another one's, where this process slept through its expiry
            path.unlink(missing_ok=True)


def renew(path: Path) -> bool:
    """Say that the owner still works; False when the lock is no longer this process's."""
    found = _read(path)
    if not found:
        return True  # gone, or just not to be read: only another owner is a reason to give it up
    if not _is_ours(found):
        return False
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps({**found, "since": time.time()}), encoding="utf-8")
    fresh.replace(path)
    return True


def _is_ours(found: Mapping[str, object]) -> bool:
    return (found.get("host"), found.get("pid")) == (socket.gethostname(), os.getpid())


def _take(path: Path, expiry: float | None) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        if _is_dead(path):
            path.unlink(missing_ok=True)
        return False
    except OSError as problem:
        if _WINDOWS and isinstance(problem, PermissionError) and path.parent.is_dir():
            return False  # the file is just being deleted
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem
    owner = {"host": socket.gethostname(), "pid": os.getpid(), "since": time.time()}
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(owner if expiry is None else {**owner, "expiry": expiry}, file)
    except OSError as problem:  # a full disk: nobody shall wait for a lock that has no owner
        path.unlink(missing_ok=True)
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem
    return True


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_dead(path: Path) -> bool:
    found = _read(path)
    since, pid = found.get("since"), found.get("pid")
    if not isinstance(since, (int, float)) or not isinstance(pid, int):
        try:
            return abs(time.time() - path.stat().st_mtime) > _UNSIGNED
        except OSError:
            return False
    expiry = found.get("expiry")
    if isinstance(expiry, (int, float)) and time.time() - since > expiry:
        return True  # it should have been renewed; the process may have another one's number now
    if found.get("host") != socket.gethostname():
        return time.time() - since > _EXPIRY
    if pid == os.getpid():
        return since < _BEGUN  # in a container every start has the same number
    return since < _booted() - _SLACK or not _runs(pid)


def _booted() -> float:
    """Say when this machine was started: its process ids begin anew then, and may name another program."""
    # Clocks that count while a laptop sleeps: the first on Linux, the second on a Mac; on Windows the plain one does.
    clock = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    return time.time() - (time.monotonic() if clock is None else time.clock_gettime(clock))


def _runs(pid: int) -> bool:
    if _WINDOWS:
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _runs_on_windows(pid: int) -> bool:
    """Ask the system: a process of another user may not be opened, a dead one may as long as anybody holds it."""
    import ctypes  # noqa: PLC0415 - only there

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(_QUERY, 0, pid)
    if not handle:
        refused: bool = ctypes.get_last_error() == _ACCESS_DENIED  # type: ignore[attr-defined,unused-ignore]
        return refused
    try:
        code = ctypes.c_ulong()
        return not kernel.GetExitCodeProcess(handle, ctypes.byref(code)) or code.value == _STILL_ACTIVE
    finally:
        kernel.CloseHandle(handle)


def _holder(path: Path) -> Holder:
    found = _read(path)
    return Holder(str(found.get("host", "?")), str(found.get("pid", "?")), not _is_dead(path))
