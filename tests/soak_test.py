"""The short forms of `python -m tests.soak` and `python -m tests.burst`, and what the long ones are made of."""

from __future__ import annotations

import random
import statistics
import sys
from typing import TYPE_CHECKING

import pytest

from tests.burst_run import MOST_MEGABYTES, measure
from tests.kill_office import make_office
from tests.soak_clerks import WAYS, Clerk, Clerks, drawn
from tests.soak_files import Pile, Place
from tests.soak_run import prove

if TYPE_CHECKING:
    from pathlib import Path


def test_watchers_that_are_killed_while_files_come_in_lose_double_and_leave_nothing(tmp_path: Path) -> None:
    account = prove(tmp_path, files=28, seed=5, kill_every=0.4, most_kills=2)

    assert account.wrong == []
    assert account.kills.total() >= 2
    assert {"accepted", "duplicate", "quarantined", "none"} <= account.verdicts.keys()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_burst_and_a_stream_are_taken_in_and_measured(tmp_path: Path) -> None:
    account = measure(tmp_path, files=10, stream=1, seed=3)

    slow = "files of the stream are filed too late"  # says something on a quiet machine only
    assert [line for line in account.wrong if line != slow] == []
    assert 0 < account.megabytes < MOST_MEGABYTES
    assert account.processes > 1
    assert len(account.filed) == 1
    assert statistics.median(account.filed) > 0


def test_clerks_drop_every_kind_of_file_in_every_way(tmp_path: Path) -> None:
    chance = random.Random(2)  # noqa: S311 - nothing secret
    office = make_office(tmp_path / "office", units=1, tasks=10)
    inbox = office.space.inbox
    clerks = Clerks(Clerk(inbox, Pile.of(office, chance), chance, quiet=0.0), drawn(chance, len(WAYS)))

    clerks.begin(clerks.planned, 0.0)
    clerks.go_on(0.0)

    assert clerks.is_done
    dropped = clerks.clerk.dropped
    assert {version.place for version in dropped.versions.values()} == set(Place)
    assert max(dropped.sure.values()) > 1
    assert sum(dropped.perhaps.values()) == 2
    lying = sum(1 for path in inbox.rglob("*") if path.is_file())
    assert lying == dropped.sure.total()
