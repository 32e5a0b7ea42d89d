"""Random histories agree with the oracle on both databases; `python -m tests.histories --n 5000` plays many more."""

from __future__ import annotations

import pytest

from tests.databases import KINDS
from tests.histories import play_many


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_doubled_or_invented_in_any_history(kind: str) -> None:
    play_many(15, kind)
