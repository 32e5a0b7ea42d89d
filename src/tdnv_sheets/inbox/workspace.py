"""The office's folder: where everything lies, and how a file is put in its place without ever being half there."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson, WrongUsage
from tdnv_sheets.settings import SETTINGS_FILE, Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

_HIDDEN: Final = ".tdnv"
_KEY: Final = "key"
_KEY_LENGTH: Final = 32
"""Bytes."""
_TRIES: Final = 6
_PAUSE: Final = 0.2
"""Seconds between tries: virus scanners hold a file for moments (practice/workbooks.md B.2.13)."""
_OWNER_FILE_AGE: Final = timedelta(days=1)
"""Older owner files were left behind by a crash."""
_EXCEL_WIDE: Final = 55
"""Where the wide name begins in Excel's owner file of 165 bytes."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folders and files of one office."""

    root: Path
    settings: Settings

    @property
    def hidden(self) -> Path:
        """Ledger, key, lock, work and backups."""
        return self.root / _HIDDEN

    @property
    def register(self) -> Path:
        """The master register."""
        return self.root / self.settings.folders.register

    @property
    def journal(self) -> Path:
        """The list of the files that arrived."""
        return self.root / self.settings.folders.journal

    @property
    def units(self) -> Path:
        """The unit list."""
        return self.root / self.settings.folders.units

    @property
    def calendar(self) -> Path:
        """The office's own calendar rows."""
        return self.root / self.settings.folders.calendar

    @property
    def inbox(self) -> Path:
        """Where returned files are dropped."""
        return self.root / self.settings.folders.inbox

    @property
    def outbox(self) -> Path:
        """Where unit workbooks are issued."""
        return self.root / self.settings.folders.outbox

    @property
    def returned(self) -> Path:
        """Marked copies to send back."""
        return self.root / self.settings.folders.returned

    @property
    def quarantine(self) -> Path:
        """Files that are not ours or not safe."""
        return self.root / self.settings.folders.quarantine

    @property
    def reports(self) -> Path:
        """Periodic reports."""
        return self.root / self.settings.folders.reports

    @property
    def work(self) -> Path:
        """Files that are being taken in."""
        return self.hidden / "work"

    @property
    def backups(self) -> Path:
        """Registers that a redraw replaced."""
        return self.hidden / "backup"

    @property
    def ledger_file(self) -> Path | None:
        """The ledger's file; None when the settings name another address."""
        return None if self.settings.ledger else self.hidden / "ledger.db"

    @property
    def ledger_url(self) -> str:
        """The ledger's address."""
        return self.settings.ledger if self.ledger_file is None else f"sqlite:///{self.ledger_file.as_posix()}"

    @property
    def key_file(self) -> Path:
        """The signing key."""
        return self.hidden / _KEY

    @property
    def lock(self) -> Path:
        """The lock of whoever is at work here."""
        return self.hidden / "lock"

    def archive(self, at: datetime) -> Path:
        """Give the folder for files received on a day."""
        return self.root / self.settings.folders.archive / f"{at:%Y-%m-%d}"

    def folders(self) -> tuple[Path, ...]:
        """All folders that a workspace has from the start."""
        archive = self.root / self.settings.folders.archive
        return self.inbox, self.outbox, self.returned, archive, self.quarantine, self.reports, self.work, self.backups

    def key(self) -> bytes:
        """Read the signing key; a file that was cut short is none, since anybody could sign with what is left."""
        path = self.key_file
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as problem:
            raise BrokenSurroundings("cannot-read", path=path, problem=problem) from problem
        if len(key) != _KEY_LENGTH:
            raise BrokenSurroundings("cannot-read", path=path, problem=f"{len(key)} ≠ {_KEY_LENGTH} byte")
        return key


def find(start: Path) -> Workspace:
    """Find the workspace at *start* or above; raise `WrongUsage` when there is none."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return Workspace(folder, load(folder / SETTINGS_FILE))
    raise WrongUsage("no-workspace", start=start)


def create(root: Path, settings_text: str) -> Workspace:
    """Make the folders, the settings and the key of a new workspace."""
    if (root / SETTINGS_FILE).exists():
        raise WrongUsage("workspace-exists", path=root)
    if root.exists() and any(root.iterdir()):
        raise WrongUsage("folder-not-empty", path=root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / SETTINGS_FILE).write_text(settings_text, encoding="utf-8")
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=root, problem=problem) from problem
    space = Workspace(root.resolve(), load(root / SETTINGS_FILE))
    for folder in space.folders():
        folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(space.hidden / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_LENGTH))
    return space


def put_in_place(
    draw: Callable[[Path], None], target: Path, *, backup: Path | Callable[[], Path | None] | None = None
) -> None:
    """Draw beside *target* and replace it in one step; the old file goes to *backup* first.

    What names the backup is asked after the drawing, and may then say that there is to be none.

    Raises `WaitsForPerson` while somebody has the target open; then the old file is as it was.
    """
    if is_open(target):
        raise WaitsForPerson("file-locked", path=target, who=owner_of(target))
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draw(temporary)
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        kept = backup() if callable(backup) else backup
        if kept is not None and target.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(target.read_bytes())
        patiently(lambda: temporary.replace(target), target)
    except BrokenSurroundings as problem:
        if problem.given.get("path") != temporary:
            raise
        raise BrokenSurroundings(problem.code, **{**problem.given, "path": target}) from problem
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=target, problem=problem) from problem
    finally:
        temporary.unlink(missing_ok=True)


def patiently(step: Callable[[], object], path: Path) -> None:
    """Try *step* again while another program holds the file for a moment; then say who waits for whom."""
    for attempt in range(_TRIES):
        try:
            step()
        except PermissionError as problem:
            if attempt == _TRIES - 1:
                raise WaitsForPerson("file-locked", path=path, who=owner_of(path)) from problem
            time.sleep(_PAUSE)
        else:
            return


def is_open(path: Path) -> bool:
    """Say whether somebody seems to have *path* open: a fresh owner file of Excel or LibreOffice stands beside it.

    On Windows the system itself refuses to replace an open file; elsewhere the owner file is the only sign.
    """
    for owner in _owner_files(path):
        try:
            age = time.time() - owner.stat().st_mtime
        except OSError:
            continue
        if age < _OWNER_FILE_AGE.total_seconds():
            return True
    return False


def owner_of(path: Path) -> str:
    """Give the name in the owner file, as ` (name)`, or nothing."""
    for owner in _owner_files(path):
        try:
            data = owner.read_bytes()
        except OSError:
            continue
        name = _excel_user(data) if owner.name.startswith("~$") else _libreoffice_user(data)
        if name:
            return f" ({name})"
    return ""


def _excel_user(data: bytes) -> str:
    """Read the user's name: at byte 55 its length and then UTF-16, or at byte 0 its length and then one byte a letter."""
    if len(data) > _EXCEL_WIDE:
        start = _EXCEL_WIDE + 2
        name = data[start : start + 2 * data[_EXCEL_WIDE]].decode("utf-16-le", "replace").strip(" \0")
        if name:
            return name
    return data[1 : 1 + data[0]].decode("utf-8", "replace").strip(" \0") if data else ""


def _libreoffice_user(data: bytes) -> str:
    """Read the name that the user gave to LibreOffice, else that of the system's user."""
    names = (part.strip() for part in data.decode("utf-8", "replace").split(",")[:2])
    return next((name for name in names if name), "")


def _owner_files(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")
