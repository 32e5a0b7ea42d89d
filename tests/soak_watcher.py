"""Real watchers, one after the other: each is killed in the middle of its work, by time or before a step of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.conftest import TODAY

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from tdnv_sheets.inbox.workspace import Workspace
    from tests.kill_run import Account

QUIET: Final = 0.4
"""Seconds for which a file has to be quiet here."""
_ROOT: Final = Path(__file__).parents[1]
_PATIENCE: Final = 120
_BY_STEP: Final = 0.5
_STEPS: Final = (1.0, 3.5)
"""The step that a watcher does not live to see is ten to the power of something between these."""
_KILLED: Final = -9
_BAD_NEWS: Final = {"fault", "file-failed", "trouble"}


class Watching:
    """One `tdnv watch`."""

    def __init__(
        self, space: Workspace, said: Path, *, poll: bool = False, step: int = 0, quiet: float | None = QUIET
    ) -> None:
        command = [sys.executable, "-m", "tests.kill_child", str(step), "-C", str(space.root), "--lang", "en"]
        command += ["--as-of", TODAY.isoformat(), "watch", "--log-format", "json", *(["--poll"] if poll else [])]
        command += [] if quiet is None else ["--quiet-for", str(quiet)]
        self._said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(command, cwd=_ROOT, stdout=file, stderr=file)

    @property
    def works(self) -> bool:
        """Say whether it has done something: from then on it may be killed."""
        said = self._said.read_bytes()
        return any(b'"%s"' % event in said for event in (b"received", b"recovered", b"register-drawn"))

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, as a service is ended."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(_PATIENCE)

    def bad_news(self) -> Iterator[str]:
        """Give what no watcher should ever have to say here, and how one ended that was neither killed nor asked to end.

        What Python says when a reader's parent is killed while the reader starts is none of it.
        """
        lines = self._said.read_text(encoding="utf-8").splitlines()
        if self.process.returncode not in {0, _KILLED}:
            yield "\n".join([f"a watcher ended by itself with {self.process.returncode}", *lines[-20:]])
        for line in lines:
            with suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict) and said.get("event") in _BAD_NEWS:
                    yield f"a watcher said «{said['event']}»: {said['text']}"


@dataclass(slots=True)
class Lives:
    """One watcher after the other, each killed as long as that is wanted."""

    space: Workspace
    folder: Path
    chance: random.Random
    kill_every: float
    """Seconds of work, on average, after which one is killed that did not die at a step."""
    account: Account
    most_kills: int | None = None
    _now: Watching | None = None
    _dies_at: float | None = None

    def go_on(self, clock: float) -> None:
        """Begin a life where there is none, and end one that has lasted long enough."""
        now = self._now
        if now is None:
            self._begin()
        elif now.process.poll() is not None:
            if now.process.returncode == 0:
                self.account.wrong.append("a watcher ended that nobody had asked to")
            self._ended(now, "at a step")
        elif self._dies_at is None:
            # Its time begins when it has done something, so that a slow machine does not only see watchers start.
            self._dies_at = clock + self.chance.uniform(0.2, 1.8) * self.kill_every if now.works else None
        elif clock >= self._dies_at and self._may_kill:
            now.kill()
            self._ended(now, "by time")

    def spare(self) -> None:
        """Kill no more, except one that is to die at a step."""
        self.most_kills = 0

    def end(self) -> None:
        """End the last one as a service is ended."""
        now = self._now
        if now is not None:
            now.stop()
            self._ended(now, "")

    @property
    def _may_kill(self) -> bool:
        return self.most_kills is None or self.account.kills.total() < self.most_kills

    def _begin(self) -> None:
        self.account.lives += 1
        by_step = self._may_kill and self.chance.random() < _BY_STEP
        step = int(10 ** self.chance.uniform(*_STEPS)) if by_step else 0
        said = self.folder / f"watcher {self.account.lives}.txt"
        # Half of them hear nothing of what happens in the folder, and look there by the clock.
        self._now = Watching(self.space, said, poll=self.chance.random() < 0.5, step=step)
        self._dies_at = None

    def _ended(self, now: Watching, how: str) -> None:
        self.account.wrong += now.bad_news()
        self.account.kills.update([how] if how else [])
        self._now = None
