"""The short form of `python -m tests.many`: several nodes merge into one ledger at once, as one would alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import KINDS, fresh
from tests.many_run import prove

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_many_nodes_at_once_make_the_ledger_that_one_makes_alone(tmp_path: Path, kind: str) -> None:
    with fresh(kind, tmp_path) as ledger:
        account = prove(tmp_path, files=16, processes=4, seed=5, ledger=ledger)

    assert account.wrong == []
    assert len(account.waits) >= 16
