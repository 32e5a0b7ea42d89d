"""The short form of `python -m tests.kill`: some merges are killed, and nothing is lost, doubled or half-written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import KINDS, fresh
from tests.kill_office import fill_many, make_office
from tests.kill_run import prove

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_merges_that_are_killed_lose_double_and_leave_nothing(tmp_path: Path, kind: str) -> None:
    if kind == "sqlite":
        account = prove(tmp_path, files=6, seed=20, most_kills=4)
    else:
        with fresh(kind, tmp_path) as killed, fresh(kind, tmp_path) as serial:
            account = prove(tmp_path, files=4, seed=21, ledgers=(killed, serial), most_kills=2)

    assert account.wrong == []
    assert account.kills.total() > 1


def test_the_files_of_the_proof_are_of_every_kind(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", units=1, tasks=3)
    paths = fill_many(office, tmp_path / "files", 24, seed=3, spoilt=True)

    data = [path.read_bytes() for path in paths]
    assert len(set(data)) < len(data)
    assert any(not one.startswith(b"PK") for one in data)
