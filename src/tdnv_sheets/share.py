"""Whether a folder lies on a network share: what the system says of the place, read from its table of mounts or drives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_SHARED: Final = frozenset(
    (
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncpfs",
        "9p",
        "davfs",
        "webdav",
        "afp",
        "afpfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "ocfs2",
        "gfs2",
        "vboxsf",
        "vmhgfs",
        "prl_fs",
        "virtiofs",
    )
)
"""File systems that other machines write to as well, or that a virtual machine gets from its host."""
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_MOUNTED: Final = re.compile(r"^.+? on (/.*) \((\w+)")
_REMOTE_DRIVE: Final = 4
"""DRIVE_REMOTE of GetDriveTypeW."""
_UNKNOWN: Final = "?"


class Asked(NamedTuple):
    """What the system answers; tests give their own answers."""

    platform: str
    mounts: Callable[[], str]
    """The table of mounts, as /proc/self/mountinfo or the command `mount` writes it."""
    drive_type: Callable[[str], int]
    """What Windows says of a drive such as `Z:\\`."""


def share_of(path: Path, asked: Asked | None = None) -> str:
    """Give the kind of network share that *path* lies on, `?` where that cannot be found out; empty on a disk of this machine."""
    asked = asked or _this_system()
    if asked.platform == "win32":
        return _windows_share(PureWindowsPath(path), asked)
    try:
        table = asked.mounts()
    except OSError:
        return _UNKNOWN
    mounts = _linux_mounts(table) if asked.platform == "linux" else _other_mounts(table)
    kind = _kind_at(PurePosixPath(path), mounts)
    if kind is None:
        return _UNKNOWN
    return kind if kind in _SHARED or kind.startswith("fuse.") else ""


def _kind_at(path: PurePath, mounts: Iterable[tuple[PurePath, str]]) -> str | None:
    """Find the mount that holds *path*: the deepest, and of several at one place the last."""
    best: tuple[int, str] | None = None
    for point, kind in mounts:
        depth = len(point.parts)
        if path.is_relative_to(point) and (best is None or depth >= best[0]):
            best = depth, kind
    return None if best is None else best[1]


def _linux_mounts(table: str) -> Iterator[tuple[PurePath, str]]:
    """Read /proc/self/mountinfo, proc(5): the mount point is the fifth field, the type follows a lone hyphen."""
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        if after:
            point = _ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split()[4])
            yield PurePosixPath(point), after.split()[0]


def _other_mounts(table: str) -> Iterator[tuple[PurePath, str]]:
    """Read what the command `mount` writes on macOS and the BSDs: `//host/share on /Volumes/share (smbfs, …)`."""
    for line in table.splitlines():
        if found := _MOUNTED.match(line):
            yield PurePosixPath(found[1]), found[2]


def _windows_share(path: PureWindowsPath, asked: Asked) -> str:
    drive = path.drive
    if drive.upper().startswith("\\\\?\\UNC\\"):
        return "unc"
    drive = drive.removeprefix("\\\\?\\").removeprefix("\\\\.\\")
    if drive.startswith("\\\\"):
        return "unc"
    return "smb" if asked.drive_type(f"{drive}\\") == _REMOTE_DRIVE else ""


def _this_system() -> Asked:
    return Asked(sys.platform, _mounts, _drive_type)


def _mounts() -> str:
    if sys.platform == "linux":
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    done = subprocess.run(["/sbin/mount"], check=False, capture_output=True, text=True)
    return done.stdout


def _drive_type(root: str) -> int:
    if sys.platform != "win32":
        message = "only Windows has drives"
        raise OSError(message)
    import ctypes  # noqa: PLC0415 - windll is there on Windows only

    return int(ctypes.windll.kernel32.GetDriveTypeW(root))
