"""The short form of tests/fuzz.py: spoilt workbooks get a verdict, and nothing gives way."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.findings import About, Finding, Level, Severity
from tdnv_sheets.grid import Book, Sheet
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.pipeline.receive import Received
from tdnv_sheets.records import Change, Key
from tdnv_sheets.validate.checked import Verdict
from tests.fuzz_mutants import LAYERS, mutant
from tests.fuzz_promise import ledger_moved_only_so, only_what_the_file_holds, proposed, verdict_and_words
from tests.fuzz_run import LOT, Account, fuzz
from tests.fuzz_seeds import plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fuzz_seeds import Field

ONE = Key("NV-2026-00001", "cctl")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Field:
    return plant(tmp_path_factory.mktemp("fuzz"), other_kinds=False)


def test_spoilt_workbooks_get_a_verdict_with_reasons_and_leave_only_what_they_hold(
    ground: Field, tmp_path: Path
) -> None:
    account = Account()
    for first in (0, LOT):
        fuzz(ground, tmp_path, seed=2026, numbers=range(first, first + LOT), account=account)

    assert account.broken == []
    assert set(account.layers) == {"bytes", "members", "xml", "cells"}
    assert {"accepted", "quarantined"} <= set(account.verdicts)
    assert account.changes > 0


def test_a_number_and_a_seed_give_the_same_mutation_again(ground: Field) -> None:
    mutants = [mutant(ground.seeds, 5, number) for number in range(40)]
    again = [mutant(ground.seeds, 5, number) for number in range(40)]
    others = [mutant(ground.seeds, 6, number) for number in range(40)]

    assert [one.how for one in mutants] == [one.how for one in again] != [one.how for one in others]
    assert [one for one in mutants if one.layer != "cells"] == [one for one in again if one.layer != "cells"]
    assert {one.layer for one in mutants} == {layer for layers in LAYERS.values() for layer in layers}


def test_mutants_differ_from_the_honest_files_they_were_made_of(ground: Field) -> None:
    honest = {seed.data for seed in ground.seeds}
    mutants = [mutant(ground.seeds, 9, number) for number in range(50)]

    spoilt = Counter(one.data not in honest for one in mutants)

    assert spoilt[True] > 45


# ------------------------------------------------------------------ the watchers see what they are to see


BOOK = Book((Sheet("Cập nhật", (("NV-2026-00001", "Đã hoàn thành", "Xong  rồi ", date(2026, 6, 5), True),)),))


def received(*changes: Change, about: Finding | None = None, verdict: Verdict = Verdict.ACCEPTED) -> Received:
    abouts = () if about is None else (About(about, ONE.task_id),)
    return Received("một.xlsx", verdict, abouts, unit="cctl", changes=changes)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("progress", "done", 0),
        ("progress", "blocked", 1),
        ("result_summary", "Xong rồi", 0),
        ("result_summary", "Chưa xong", 1),
        ("result_summary", "1", 1),
        ("completed_date", date(2026, 6, 5), 0),
        ("completed_date", date(2026, 5, 6), 1),
        ("explanation", None, 0),
    ],
)
def test_a_value_that_stands_nowhere_in_the_file_is_noticed(field: str, value: str | date | None, told: int) -> None:
    said = received(Change(ONE, field, None, value, "5"))

    assert len(list(only_what_the_file_holds(said, BOOK))) == told
    assert len(list(proposed({field: value}, BOOK))) == told


def test_a_change_from_a_row_with_an_error_or_from_a_file_that_was_refused_is_noticed() -> None:
    change = Change(ONE, "progress", None, "done", "5")
    bad = found("not-a-date", "Cập nhật", "S6", 6)

    assert len(list(only_what_the_file_holds(received(change, about=bad, verdict=Verdict.PARTLY), BOOK))) == 1
    assert len(list(only_what_the_file_holds(received(change, verdict=Verdict.QUARANTINED), BOOK))) == 1
    assert len(list(only_what_the_file_holds(received(change), None))) == 2


def test_a_ledger_that_moves_without_a_word_is_noticed() -> None:
    change = Change(ONE, "progress", None, "done", "5")
    after = {("cctl", ONE.task_id): {"progress": "done"}}

    assert list(ledger_moved_only_so({}, after, [received(change)])) == []
    assert len(list(ledger_moved_only_so({}, after, []))) == 1


def test_words_that_do_not_fill_and_files_without_a_reason_are_noticed() -> None:
    unknown = Finding("no-such-code", Severity.ERROR, Level.FILE)
    unfilled = Finding("already-received", Severity.INFO, Level.FILE)

    assert list(verdict_and_words(received())) == []
    assert len(list(verdict_and_words(received(about=unknown)))) >= 4
    assert len(list(verdict_and_words(received(about=unfilled)))) >= 2
    assert len(list(verdict_and_words(received(verdict=Verdict.RETURNED)))) == 1
