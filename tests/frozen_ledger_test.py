"""Reports in the ledger: each issue once, in order, on the revision on which it was counted, and never changed unseen."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.ledger.frozen import FrozenReport, first_frozen, read_frozen, write_frozen
from tdnv_sheets.ledger.store import Ledger
from tests.conftest import NOW, TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST = FrozenReport(
    period="2026-H1",
    scope=(),
    issue=1,
    at=NOW,
    who="Văn phòng Sở",
    revision=1,
    as_of=date(2026, 6, 10),
    regulation="kon-tum-2022",
    regulation_digest="a" * 64,
    reason="",
    forced=("distinct",),
    content='{"tên":"Chi cục Thủy lợi"}',
)
AGAIN = replace(FIRST, issue=2, at=NOW + timedelta(days=9), reason="Sửa số liệu của Chi cục", content="{}")


def task(ledger: Ledger) -> None:
    decided = ledger.revision()
    new = (NewTask(("cctl",), {"task_content": f"Việc {decided}"}),)
    assert commit(ledger, Entry(NOW, TODAY, "vp", "office", decided, new_tasks=new))


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger.at(ledger_url)
    task(opened)
    yield opened
    opened.close()


def test_an_issue_comes_back_as_it_was_written_and_the_newest_is_given_unless_another_is_asked_for(
    ledger: Ledger,
) -> None:
    assert write_frozen(ledger, FIRST)
    assert read_frozen(ledger, "2026-H1") == FIRST
    assert write_frozen(ledger, AGAIN)

    assert read_frozen(ledger, "2026-H1") == AGAIN
    assert read_frozen(ledger, "2026-H1", issue=1) == FIRST
    assert read_frozen(ledger, "2026-H1", issue=3) is None
    assert read_frozen(ledger, "2026-H2") is None
    assert first_frozen(ledger) == {"2026-H1": NOW.date()}
    assert ledger.verify() == ()


def test_a_report_limited_to_units_is_another_one_whatever_the_order_of_units(ledger: Ledger) -> None:
    assert write_frozen(ledger, replace(FIRST, scope=("cckl", "cctl")))

    assert read_frozen(ledger, "2026-H1") is None
    assert read_frozen(ledger, "2026-H1", ("cctl",)) is None
    assert read_frozen(ledger, "2026-H1", ("cctl", "cckl")) == replace(FIRST, scope=("cckl", "cctl"))
    assert first_frozen(ledger) == {}, "what one unit did is not the office's report"


def test_an_issue_that_is_there_or_would_leave_a_gap_is_not_written(ledger: Ledger) -> None:
    assert not write_frozen(ledger, AGAIN)
    assert write_frozen(ledger, FIRST)
    assert not write_frozen(ledger, replace(FIRST, content="{}"))
    assert read_frozen(ledger, "2026-H1") == FIRST


def test_a_report_counted_before_the_last_revision_is_not_written(ledger: Ledger) -> None:
    task(ledger)

    assert not write_frozen(ledger, FIRST)
    assert write_frozen(ledger, replace(FIRST, revision=2))


def test_a_report_of_an_empty_ledger_can_be_frozen(ledger_url: str) -> None:
    ledger = Ledger.at(ledger_url)
    assert write_frozen(ledger, replace(FIRST, revision=0))
    assert read_frozen(ledger, "2026-H1") == replace(FIRST, revision=0)
    ledger.close()


@pytest.mark.parametrize(
    "change",
    [
        "content = x'00'",
        "content = 'x'",
        f"content = x'{zlib.compress(b'{}').hex()}'",
        "as_of = '2026-06-11'",
        "reason = 'x', issue = 2",
        "who = 'ai'",
        "revision = null",
        "forced = '[]'",
    ],
)
def test_figures_changed_past_the_program_are_named_and_not_drawn(tmp_path: Path, change: str) -> None:
    ledger = Ledger.at(f"sqlite:///{tmp_path / 'ledger.db'}")
    task(ledger)
    assert write_frozen(ledger, FIRST)
    connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    connection.execute("drop trigger frozen_no_update")
    connection.execute(f"update frozen set {change}")  # noqa: S608
    connection.close()

    (difference,) = ledger.verify()
    with pytest.raises(BrokenSurroundings, match="ledger-damaged"):
        read_frozen(ledger, "2026-H1")
    ledger.close()

    assert difference.what.startswith("report 2026-H1")
    assert difference.stored == FIRST.digest != difference.replayed
