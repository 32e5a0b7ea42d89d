"""Keep an office open from one round to the next, and open it anew when its declarations or its ledger are others."""

from __future__ import annotations

from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.errors import BadOfficeFile, BrokenDeclaration, TdnvError, WrongUsage
from tdnv_sheets.inbox.workspace import Workspace
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline.office import holds_something, open_office
from tdnv_sheets.settings import SETTINGS_FILE, load

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.pipeline.office import Office

_Signs: TypeAlias = "tuple[tuple[int, int] | None, ...]"

IDLE: Final = 30.0
"""Seconds after which an office that nothing was asked of is closed: its readers hold memory, its ledger a file."""
TRIED_AGAIN: Final = 30.0
"""Seconds after which declarations are read again that only could not be read, or not be used, just then."""


class KeptOffice:
    """The office that the rounds work in."""

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self._office: Office | None = None
        self._in_force: Office | None = None
        """The one that was opened last: its units and calendar hold until others were declared that can be used."""
        self._stack = ExitStack()
        self._declared = self._signs()
        """What the files looked like that are in force, or that were tried last."""
        self._ledger = self._ledger_sign()
        self._newer: tuple[_Signs, float] | None = None
        self._used = 0.0

    def declared_anew(self, clock: float, quiet: float) -> bool:
        """Say whether settings, units or calendar were saved since, and have been quiet for so many seconds."""
        now = self._signs()
        if now == self._declared:
            self._newer = None
        elif self._newer is None or self._newer[0] != now:
            self._newer = now, clock
        return self._newer is not None and clock - self._newer[1] >= quiet

    def reload(self, clock: float) -> None:
        """Open the office as it is declared now; when that cannot be, the one before stays, and the reason is raised.

        What is wrong in a file is looked at again when it is saved anew, what only stood in the way after a while.
        """
        declared = self._signs()
        self._declared, self._newer = (), (declared, clock + TRIED_AGAIN)
        with ExitStack() as stack:
            try:
                space = Workspace(self.space.root, load(self.space.root / SETTINGS_FILE))
                office = stack.enter_context(open_office(space))
            except (BadOfficeFile, BrokenDeclaration, WrongUsage):
                self._declared = declared
                raise
            self.close()
            self.space, self._office, self._stack = space, office, stack.pop_all()
            self._declared, self._in_force, self._ledger = declared, office, self._ledger_sign()

    def current(self, clock: float) -> Office:
        """Give the office, opened if need be; raises what `open_office` raises."""
        if self._office is not None and self._ledger != self._ledger_sign():
            self.close()  # somebody put another file there, such as a backup
        if self._office is None:
            with ExitStack() as stack:
                self._office = stack.enter_context(open_office(self.space, before=self._in_force))
                self._stack = stack.pop_all()
            self._in_force, self._ledger = self._office, self._ledger_sign()
        self._used = clock
        return self._office

    def revision(self) -> int | None:
        """Give the ledger's last revision; None where it cannot be asked, of which whoever opens the office will speak."""
        with suppress(TdnvError):
            if self._office is not None:
                return self._office.ledger.revision()
            path = self.space.ledger_file
            if path is None or holds_something(path):
                ledger = Ledger.at(self.space.ledger_url, self.space.settings.ledger_journal)
                with closing(ledger):
                    return ledger.revision()
        return None

    def rest(self, clock: float) -> None:
        """Close the office if nothing was asked of it for a while."""
        if self._office is not None and clock - self._used > IDLE:
            self.close()

    def close(self) -> None:
        """Close the ledger and end the readers."""
        self._office = None
        self._stack.close()
        self._stack = ExitStack()

    def _signs(self) -> _Signs:
        files = (self.space.root / SETTINGS_FILE, self.space.units, self.space.calendar)
        return tuple(_sign(path) for path in files)

    def _ledger_sign(self) -> tuple[int, int] | None:
        path = self.space.ledger_file
        if path is None:
            return None
        try:
            seen = path.stat()
        except OSError:
            return None
        return seen.st_dev, seen.st_ino


def _sign(path: Path) -> tuple[int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns
