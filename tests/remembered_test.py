"""Checking the same bytes again is skipped, until anything that the verdict depends on has changed."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.pipeline.office import open_office
from tests.conftest import SmallOffice, fill, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.validate.understand import Desk

ONE = "NV-2026-00001"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the files that are really opened."""
    names: list[str] = []
    understand_all = Readers.understand_all

    def noted(
        self: Readers, paths: Iterable[Path], desk: Desk, unread: Callable[[Path], Finding | None]
    ) -> Iterator[object]:
        some = list(paths)
        names.extend(path.name for path in some)
        return understand_all(self, some, desk, unread)

    monkeypatch.setattr(Readers, "understand_all", noted)
    return names


def test_an_unchanged_file_is_not_opened_again_and_the_same_is_said(office: SmallOffice, opened: list[str]) -> None:
    good = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}})
    bad = fill(office.issue("cckl"), {"NV-2026-00003": {"completed_date": "mai"}})
    first = office.run("validate", good, bad, "--format", "json").json
    assert opened == [good.name, bad.name]

    again = office.run("validate", bad, good, "--format", "json").json

    assert opened == [good.name, bad.name]
    assert again == [first[1], first[0]]
    assert any(finding["code"] == "not-a-date" for finding in again[0]["findings"])


def test_a_copy_under_another_name_is_recognised_and_keeps_its_own_name(office: SmallOffice, opened: list[str]) -> None:
    good = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}})
    office.run("validate", good)
    copy = good.with_name("bản sao.xlsx")
    copy.write_bytes(good.read_bytes())

    entry = office.run("validate", copy, "--format", "json").json[0]

    assert opened == [good.name]
    assert entry["file"] == "bản sao.xlsx"


def test_another_day_another_unit_or_another_revision_is_checked_anew(office: SmallOffice, opened: list[str]) -> None:
    good = fill(
        office.issue("cctl"),
        {ONE: {"progress": "done", "completed_date": date(2026, 6, 12), "result_summary": "Xong."}},
    )
    early = office.run("validate", good, "--format", "json").json[0]
    assert [finding["code"] for finding in early["findings"]] == ["future-date"]

    later = office.run("validate", good, "--format", "json", as_of=date(2026, 6, 30)).json[0]
    other = office.run("validate", good, "--unit", "cckl", "--format", "json").json[0]

    assert later["findings"] == []
    assert [finding["code"] for finding in other["findings"]] == ["wrong-unit"]
    assert opened == [good.name] * 3
    office.run("merge", fill(office.issue("cckl"), {"NV-2026-00003": {"progress": "in_progress"}}))
    office.run("validate", good)
    assert opened.count(good.name) == 4


def test_nothing_is_kept_of_a_file_with_a_mark_of_secrecy(office: SmallOffice, opened: list[str]) -> None:
    secret = fill(office.issue("cctl"), {ONE: {"result_summary": "TỐI MẬT: kế hoạch"}})

    for _ in range(2):
        assert office.run("validate", secret, "--format", "json").json[0]["verdict"] == "waiting"

    assert opened == [secret.name] * 2
    assert not (office.root / ".tdnv" / "checked").exists()


def test_a_damaged_memory_is_no_memory(office: SmallOffice, opened: list[str]) -> None:
    good = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}})
    first = office.run("validate", good, "--format", "json").json
    (kept,) = (office.root / ".tdnv" / "checked").iterdir()
    kept.write_text(kept.read_text(encoding="utf-8")[:40], encoding="utf-8")

    assert office.run("validate", good, "--format", "json").json == first
    assert opened == [good.name] * 2


def test_bytes_that_were_taken_in_whole_are_not_opened_again(office: SmallOffice, opened: list[str]) -> None:
    good = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}})
    data = good.read_bytes()
    assert office.merge(good)["verdict"] == "accepted"
    again = good.with_name("gửi lại.xlsx")
    again.write_bytes(data)

    entry = office.merge(again)

    assert (entry["verdict"], entry["unit"], entry["changes"]) == ("duplicate", "cctl", [])
    assert opened == [good.name]


def test_a_memory_that_cannot_be_written_stops_no_check(office: SmallOffice, opened: list[str]) -> None:
    good = fill(office.issue("cctl"), {ONE: {"progress": "in_progress"}})
    (office.root / ".tdnv" / "checked").write_text("no folder", encoding="utf-8")

    for _ in range(2):
        assert office.run("validate", good, "--format", "json").json[0]["verdict"] == "accepted"

    assert opened == [good.name] * 2


# ------------------------------------------------------------------ the unit list


@pytest.fixture
def lists_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that the office's unit list is really opened."""
    names: list[str] = []
    read = Readers.read

    def noted(self: Readers, path: Path) -> object:
        names.append(path.name)
        return read(self, path)

    monkeypatch.setattr(Readers, "read", noted)
    return names


def rename_unit(office: SmallOffice, old: str, new: str) -> None:
    book = load_workbook(office.space.units)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    book.save(office.space.units)


def test_a_unit_list_that_did_not_change_is_read_once_and_is_the_same_each_time(
    office: SmallOffice, lists_read: list[str]
) -> None:
    (office.space.hidden / "units.json").unlink()

    with open_office(office.space) as first, open_office(office.space) as second:
        assert lists_read == ["don-vi.xlsx"]
        assert first.units == second.units
        assert [unit.aliases for unit in second.units] == [("CCTL",), ("CCKL",), ("KHTC",)]


def test_every_field_of_a_unit_is_remembered(office: SmallOffice, lists_read: list[str]) -> None:
    fields = ("code", "name", "aliases", "kind", "group", "valid_from", "valid_to", "successor", "email", "contact")
    cells = ("a", "Sở A", "SA; A", "Sở", "Sở, ngành", "1/1/2020", "30/6/2026", "b", "a@example.org", "Văn thư")
    path = office.root / "khac.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([fields, cells, ("b", "Sở B")])
    done = run("--as-of", "2026-06-10", "init", office.root.parent / "khac", "--units", path)
    assert done.code == 0, done.err
    space = find(office.root.parent / "khac")
    (space.hidden / "units.json").unlink()
    lists_read.clear()

    with open_office(space) as read, open_office(space) as remembered:
        assert lists_read == ["don-vi.xlsx"]
        assert remembered.units == read.units
        assert (read.units[0].valid_from, read.units[0].valid_to) == (date(2020, 1, 1), date(2026, 6, 30))


def test_a_changed_unit_list_counts_from_the_next_command(office: SmallOffice) -> None:
    rename_unit(office, "Chi cục Thủy lợi", "Chi cục Thủy lợi và Phòng, chống thiên tai")

    assert "và Phòng, chống thiên tai" in office.run("explain", "unit", "cctl").out


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"under": 1}', '{"under": "?", "units": [{"code": "x"}]}'])
def test_a_remembered_unit_list_that_is_damaged_is_read_again(
    office: SmallOffice, kept: str, lists_read: list[str]
) -> None:
    (office.space.hidden / "units.json").write_text(kept, encoding="utf-8")

    with open_office(office.space) as opened:
        assert [unit.code for unit in opened.units] == ["cctl", "cckl", "khtc"]
    assert lists_read == ["don-vi.xlsx"]
