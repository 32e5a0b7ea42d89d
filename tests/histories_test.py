"""Random histories agree with the oracle on both databases; `python -m tests.histories --n 5000` plays many more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import KINDS
from tests.histories import Step, emptied, play, play_many, two_ledgers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_doubled_or_invented_in_any_history(kind: str) -> None:
    play_many(15, kind)


def test_a_choice_that_brought_a_row_back_is_undone_with_the_value_that_it_chose(tmp_path: Path) -> None:
    kinds = ("enter", "take out", "old register", "choose", "undo", "bring back")
    steps = [Step(kind, int(kind == "old register")) for kind in kinds]
    with two_ledgers("sqlite", tmp_path) as ledgers:
        play(steps, [emptied(ledger) for ledger in ledgers])


def test_a_choice_brings_back_a_task_whose_entering_was_undone(tmp_path: Path) -> None:
    kinds = ("enter", "enter", "issue", "undo", "file", "choose")
    steps = [Step(kind, int(place == 1)) for place, kind in enumerate(kinds)]
    with two_ledgers("sqlite", tmp_path) as ledgers:
        play(steps, [emptied(ledger) for ledger in ledgers])
