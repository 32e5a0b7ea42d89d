"""Where a ledger's file lies is found out on every system, and on a network share it is written without a log."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.ledger import engine as engines
from tdnv_sheets.ledger.place import Journal, Wish, journal_for
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.share import Asked

if TYPE_CHECKING:
    from tests.conftest import SmallOffice

LINUX = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/van\040phong rw,relatime shared:5 master:1 - cifs //may-chu/vp rw,vers=3.0
31 22 0:41 / /mnt/nfs rw - nfs4 10.0.0.2:/vp rw
32 31 8:2 / /mnt/nfs/local rw - xfs /dev/sdb1 rw
33 22 0:42 / /home/a/share rw - fuse.sshfs a@b:/ rw
34 22 8:3 / /mnt/usb rw - fuseblk /dev/sdc1 rw
35 22 0:43 / /mnt/twice rw - ext4 /dev/sdd1 rw
36 22 0:44 / /mnt/twice rw - 9p host rw
"""
MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//user@may-chu/vp on /Volumes/Van phong (smbfs, nodev, nosuid, mounted by user)
may-chu:/vp on /Volumes/nfs (nfs, nodev, nosuid)
"""


def asked(platform: str, mounts: str = "", drive: int = 3) -> Asked:
    return Asked(platform, lambda: mounts, lambda _: drive)


@pytest.mark.parametrize(
    ("system", "path", "shared"),
    [
        (asked("linux", LINUX), "/home/a/vp/.tdnv/ledger.db", ""),
        (asked("linux", LINUX), "/mnt/van phong/vp/ledger.db", "cifs"),
        (asked("linux", LINUX), "/mnt/van phong 2/ledger.db", ""),
        (asked("linux", LINUX), "/mnt/nfs/vp/ledger.db", "nfs4"),
        (asked("linux", LINUX), "/mnt/nfs/local/ledger.db", ""),
        (asked("linux", LINUX), "/home/a/share/x/ledger.db", "fuse.sshfs"),
        (asked("linux", LINUX), "/mnt/usb/ledger.db", ""),
        (asked("linux", LINUX), "/mnt/twice/ledger.db", "9p"),
        (asked("linux", ""), "/mnt/ledger.db", "?"),
        (asked("darwin", MAC), "/Users/a/vp/ledger.db", ""),
        (asked("darwin", MAC), "/Volumes/Van phong/ledger.db", "smbfs"),
        (asked("darwin", MAC), "/Volumes/nfs/a/ledger.db", "nfs"),
        (asked("win32"), r"C:\vp\ledger.db", ""),
        (asked("win32"), r"\\?\C:\vp\ledger.db", ""),
        (asked("win32", drive=4), r"Z:\vp\ledger.db", "smb"),
        (asked("win32"), r"\\may-chu\vp\ledger.db", "unc"),
        (asked("win32"), r"\\?\UNC\may-chu\vp\ledger.db", "unc"),
    ],
)
def test_a_network_share_is_told_from_a_disk(system: Asked, path: str, shared: str) -> None:
    assert journal_for(Path(path), "auto", system) == Journal("delete" if shared else "wal", shared)
    assert journal_for(Path(path), "wal", system) == Journal("wal", shared)
    assert journal_for(Path(path), "delete", system) == Journal("delete", shared)


def test_a_system_that_does_not_answer_is_taken_for_a_share() -> None:
    def silent() -> str:
        raise OSError

    assert journal_for(Path("/a"), "auto", Asked("linux", silent, lambda _: 3)) == Journal("delete", "?")


def test_this_machine_answers(tmp_path: Path) -> None:
    assert journal_for(tmp_path).mode in {"wal", "delete"}


def pragmas(path: Path, monkeypatch: pytest.MonkeyPatch, *, share: bool, wish: Wish = "auto") -> tuple[str, int, int]:
    """Open the ledger as if it lay on a share, or on a disk, and give its journal, its care, and what `kept` says."""
    monkeypatch.setattr(
        engines, "journal_for", lambda place, wish: journal_for(place, wish, asked("win32", drive=4 if share else 3))
    )
    ledger = Ledger.at(f"sqlite:///{path}", wish)
    with ledger.writing() as connection:
        mode = connection.exec_driver_sql("pragma journal_mode").scalar_one()
        care = connection.exec_driver_sql("pragma synchronous").scalar_one()
        wait = connection.exec_driver_sql("pragma busy_timeout").scalar_one()
    kept = ledger.kept()
    assert (kept.database, kept.journal, kept.shared) == ("sqlite", mode, "smb" if share else "")
    ledger.close()
    return mode, care, wait


def test_a_ledger_on_a_share_is_written_without_a_log_and_one_that_had_a_log_loses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    full, extra = 2, 3

    assert pragmas(path, monkeypatch, share=False) == ("wal", full, 20_000)
    assert pragmas(path, monkeypatch, share=True) == ("delete", extra, 20_000)
    assert not list(tmp_path.glob("ledger.db-*"))
    # The machine that holds the share sees a disk; those that see it over the network may have the file open.
    assert pragmas(path, monkeypatch, share=False) == ("delete", extra, 20_000)
    assert pragmas(path, monkeypatch, share=False, wish="wal") == ("wal", full, 20_000)
    assert pragmas(path, monkeypatch, share=False, wish="delete") == ("delete", extra, 20_000)


def test_the_office_may_say_itself_how_its_ledger_is_written(office: SmallOffice) -> None:
    settings = office.root / "tdnv.toml"
    settings.write_text(f'ledger_journal = "delete"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")

    assert office.run("sync").code == 0

    connection = sqlite3.connect(office.space.hidden / "ledger.db")
    assert connection.execute("pragma journal_mode").fetchone() == ("delete",)
    connection.close()
