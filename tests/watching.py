"""A watched office whose clocks the tests hold in their hands: steps are done one after the other, nobody sleeps."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tdnv_sheets.cli.watch import words
from tdnv_sheets.inbox import heartbeat
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.watch import How, Now, Watcher
from tests.conftest import NOW, SmallOffice

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.inbox.heartbeat import Beat
    from tdnv_sheets.pipeline.watch import Said

QUIET = 2.0


@dataclass
class Watched:
    """An office, its watcher, and all that it has said."""

    office: SmallOffice
    how: How = field(default_factory=lambda: How(poll=True, quiet=QUIET))
    clock: float = 1_000.0
    start: datetime = NOW
    said: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watcher = Watcher(self.office.space, self.said.append, self.now, self.how)

    @property
    def now(self) -> Now:
        at = self.start + timedelta(seconds=round(self.clock - 1_000.0))
        return Now(self.clock, Moment(at.date(), at))

    def pass_(self, seconds: float, *, rang: bool = False) -> list[str]:
        """Let time pass as the loop does: step, and step again when the watcher wants to. Gives the codes of what it said."""
        before, end = len(self.said), self.clock + seconds
        while True:
            pause = self.watcher.step(self.now, rang=rang)
            if self.clock >= end:
                break
            self.clock = min(self.clock + pause, end)
        return [one.code for one in self.said[before:]]

    def drop(self, path: Path, name: str) -> Path:
        target = self.office.space.inbox / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        return target

    def verdicts(self) -> list[tuple[str, str]]:
        """Give (file, verdict) of all that was received so far."""
        return [(str(one.values["file"]), str(one.values["verdict"])) for one in self.said if one.code == "received"]

    def text(self, code: str) -> list[str]:
        """Give what was said with a code, in Vietnamese."""
        return [words(one, "vi") for one in self.said if one.code == code]

    @property
    def beat(self) -> Beat:
        beat = heartbeat.read(self.office.space.hidden)
        assert beat is not None
        return beat

    def inbox(self) -> set[str]:
        root = self.office.space.inbox
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}

    def archive(self) -> list[str]:
        """Give the files in the archive, without what we wrote beside them."""
        files = self.office.root.glob("luu-tru/*/*")
        return sorted(path.name for path in files if not path.name.endswith(".ghi-chu.txt"))
