"""Wake the scan of the inbox early: the system tells when something happens there, and may fall silent at any time."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from watchdog.events import FileSystemEvent

_TELLING: Final = frozenset(("created", "modified", "moved", "deleted", "closed"))
"""Kinds of events that may mean a file; that one was opened or read is our own doing too."""


class Observed(Protocol):
    """What the alarm needs of whoever listens to the system."""

    def is_well(self) -> bool:
        """Say whether it still listens."""

    def stop(self) -> None:
        """End listening."""


class Alarm:
    """Sleeps until something happens in the inbox, or for as long as it is told; what it misses, the next scan finds."""

    def __init__(self, listen: Callable[[Path, Callable[[], None]], Observed] | None) -> None:
        """*listen* begins to listen to a folder, and rings; None where the folder is only polled."""
        self._rang = threading.Event()
        self._listen = listen
        self._observed: Observed | None = None
        self._place: object = None

    def wait(self, seconds: float) -> bool:
        """Sleep; True when something happened, or somebody rang."""
        rang = self._rang.wait(max(seconds, 0.0))
        self._rang.clear()
        return rang

    def ring(self) -> None:
        """Wake whoever sleeps; called from the thread that listens."""
        self._rang.set()

    def attend(self, inbox: Path, identity: object) -> OSError | None:
        """Listen to the inbox, anew when it is another folder than before or whoever listened has died.

        Gives what hinders it; then only the scan is left, which does the same more slowly.
        """
        if self._listen is None:
            return None
        place = inbox, identity
        if self._observed is not None and self._place == place and self._observed.is_well():
            return None
        self.close()
        try:
            self._observed = self._listen(inbox, self.ring)
        except OSError as problem:
            return problem
        self._place = place
        return None

    @property
    def listens(self) -> bool:
        """Say whether the system would tell."""
        return self._observed is not None and self._observed.is_well()

    def close(self) -> None:
        """End listening."""
        if self._observed is not None:
            with suppress(OSError, RuntimeError):
                self._observed.stop()
        self._observed = None


def listen(inbox: Path, ring: Callable[[], None]) -> Observed:
    """Let watchdog ring for whatever happens below the inbox; raises `OSError` where the system does not let it."""
    from watchdog.events import FileSystemEventHandler  # noqa: PLC0415 - not needed where the folder is polled
    from watchdog.observers import Observer  # noqa: PLC0415 - as above

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type in _TELLING:
                ring()

    class Watchdog:
        def __init__(self) -> None:
            self._observer = Observer()
            self._observer.schedule(Handler(), str(inbox), recursive=True)
            self._observer.start()

        def is_well(self) -> bool:
            # An observer outlives its emitters, and then nothing is ever told again.
            emitters = self._observer.emitters
            return self._observer.is_alive() and bool(emitters) and all(one.is_alive() for one in emitters)

        def stop(self) -> None:
            self._observer.stop()
            self._observer.join(timeout=5)

    return Watchdog()
