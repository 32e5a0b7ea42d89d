"""Looking back: the log, a task's history, and the ledger as it was recorded on another day."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.records import Change, Key
from tests.conftest import NOW, TODAY, SmallOffice, fill
from tests.registers import NEW, ONE, edited, sync

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ran

JULY = date(2026, 7, 2)


def rows_at(office: SmallOffice, at: str, as_of: date = TODAY) -> dict[tuple[str, str], dict[str, object]]:
    done = office.run("export", "--at", at, as_of=as_of)
    assert done.code == 0, done.err
    return {(row["task_id"], row["unit"]): row for row in map(json.loads, done.out.splitlines())}


@pytest.fixture
def grown(office_anywhere: SmallOffice) -> SmallOffice:
    """Give an office with four revisions: its tasks, a unit's report, a new task, and that one undone."""
    office = office_anywhere
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A", "difficulty": "B"}}))
    sync(office)
    with edited(office) as page:
        page.add(unit="KHTC", task_content="Việc mới")
    sync(office)
    office.run("undo", "3", "--reason", "Ghi nhầm")
    return office


def test_the_log_shows_revisions_newest_first_with_counts_and_what_was_undone(grown: SmallOffice) -> None:
    found = grown.run("log", "--format", "json").json

    counts = ("revision", "source", "undoes", "undone_by", "cells", "added", "removed")
    assert [tuple(line[name] for name in counts) for line in found] == [
        (4, "undo", 3, None, 0, 0, 1),
        (3, "office", None, 4, 0, 1, 0),
        (2, "unit", None, None, 2, 0, 0),
        (1, "office", None, None, 0, 6, 0),
    ]
    assert [line["revision"] for line in grown.run("log", "--unit", "khtc", "--format", "json").json] == [4, 3, 1]
    assert [line["revision"] for line in grown.run("log", "--limit", "2", "--format", "json").json] == [4, 3]
    assert grown.run("log", "--since", JULY.isoformat(), "--format", "json").json == []
    newest, entered, *_ = grown.run("log").out.splitlines()
    assert newest.endswith("(hoàn tác lần ghi 3): 1 nhiệm vụ rút khỏi sổ – Ghi nhầm")
    assert entered.endswith("1 nhiệm vụ mới [đã hoàn tác ở lần ghi 4]")


def test_the_history_of_a_task_tells_when_it_was_removed_and_restored(grown: SmallOffice) -> None:
    grown.run("undo", "4")

    text = grown.run("history", NEW).out
    assert "Phòng Kế hoạch - Tài chính: rút khỏi sổ" in text
    assert "Phòng Kế hoạch - Tài chính: lấy lại vào sổ" in text
    lines = grown.run("history", NEW, "--format", "json").json
    assert [line["removed"] for line in lines if "removed" in line] == [True, False]
    assert {line["undone_by"] for line in lines if "field" in line} == {4}


def test_the_ledger_is_exported_as_a_revision_left_it(grown: SmallOffice) -> None:
    assert rows_at(grown, "1")[ONE, "cctl"]["proposal"] is None
    assert rows_at(grown, "2")[ONE, "cctl"]["proposal"] == "A"
    assert (NEW, "khtc") in rows_at(grown, "3")
    assert rows_at(grown, "4") == grown.rows()
    assert rows_at(grown, "1")[ONE, "cctl"]["last_update"] is None
    assert rows_at(grown, "2")[ONE, "cctl"]["last_update"] == TODAY.isoformat()


def test_the_ledger_is_exported_as_it_was_on_a_day(office: SmallOffice, tmp_path: Path) -> None:
    office.merge(fill(office.issue("cctl"), {ONE: {"proposal": "A"}}))

    def export(at: str) -> Ran:
        return office.run("export", "--at", at, "--format", "csv", "-o", tmp_path / "so.csv")

    assert rows_at(office, "10/06/2026")[ONE, "cctl"]["proposal"] is None  # entered at nine in the morning
    assert rows_at(office, "2100-01-01")[ONE, "cctl"]["proposal"] == "A"
    assert rows_at(office, "2026-06-09") == {}
    assert export("1").code == 0
    assert "Báo cáo tình hình hạn mặn" in (tmp_path / "so.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("at", "words"), [("99", "không có lần ghi 99"), ("hôm qua", "không phải ngày")])
def test_a_moment_that_never_was_is_refused(office: SmallOffice, at: str, words: str) -> None:
    done = office.run("export", "--at", at)

    assert (done.code, words in done.err) == (2, True)


def test_a_unit_in_a_cell_is_shown_by_its_name(office: SmallOffice) -> None:
    with open_office(office.space) as opened:
        change = Change(Key(ONE, "cctl"), "transferred_to", None, "cckl", "5")
        own = Change(Key(ONE, "cctl"), "extra:Lãnh đạo", None, "A", "5")
        entry = Entry(NOW, TODAY, "Văn phòng", "office", opened.ledger.revision(), changes=(change, own))
        assert commit(opened.ledger, entry) is not None

    told = office.run("history", ONE).out
    assert "Chuyển đến đơn vị: «» → «Chi cục Kiểm lâm»" in told
    assert "· Lãnh đạo: «» → «A»" in told
    back = office.run("undo", str(office.revision()), "--dry-run").out
    assert "Chuyển đến đơn vị: «Chi cục Kiểm lâm» → «»" in back
