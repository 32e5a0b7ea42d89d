"""«Nhật ký tiếp nhận»: every file that was dropped stands in it once, with what became of it and what there is to do."""

from __future__ import annotations

import errno
import json
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.inbox import heartbeat, shelf
from tdnv_sheets.inbox.shelf import NOTE_SUFFIX
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.ledger.arrivals import read_arrivals
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.pipeline import ingest, journal, take
from tdnv_sheets.pipeline.journal import last_drawn, refresh_journal
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tests.conftest import NOW, TODAY, Ran, SmallOffice, fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openpyxl.cell import Cell, MergedCell

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.ledger.arrivals import Arrival
    from tdnv_sheets.pipeline.office import Office

ONE, TWO = "NV-2026-00001", "NV-2026-00002"
CLASSIFIED = "Kế hoạch tuyệt mật.xlsx"
FILES, SUMMARY = "Các tệp đã đến", "Tình hình"


def arrivals(space: Workspace) -> tuple[Arrival, ...]:
    ledger = Ledger.at(space.ledger_url)
    try:
        return read_arrivals(ledger, limit=1000)
    finally:
        ledger.close()


def lines(space: Workspace) -> list[dict[str, Cell | MergedCell]]:
    """Give the lines of the journal as {caption: cell}, newest first."""
    sheet = load_workbook(space.journal)[FILES]
    head = [str(cell.value) for cell in sheet[3]]
    return [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=4) if row[0].value is not None]


def summary(space: Workspace) -> list[str]:
    rows = load_workbook(space.journal)[SUMMARY].iter_rows(values_only=True)
    return [" | ".join(str(value) for value in row if value is not None) for row in rows if any(row)]


@dataclass(frozen=True)
class Day:
    """A day on which files of every kind were dropped, and what the commands said."""

    office: SmallOffice
    first: Ran
    second: Ran

    @property
    def lines(self) -> dict[str, dict[str, Cell | MergedCell]]:
        return {str(line["Tệp"].value): line for line in lines(self.office.space)}

    @property
    def arrived(self) -> Mapping[str, Arrival]:
        return {one.name: one for one in arrivals(self.office.space)}


@pytest.fixture(scope="module")
def day(office_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("day")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    cctl, cckl = office.issue("cctl"), office.issue("cckl")
    office.issue("khtc")
    office.drop(fill(cctl, {ONE: {"difficulty": "Mưa lớn"}, TWO: {"completed_date": "giữa tháng"}}), "1 cctl.xlsx")
    office.drop(fill(cckl, {"NV-2026-00003": {"result_summary": "Đã rà soát"}}), "2 cckl.xlsx")
    office.drop(cckl, "3 gửi lại #2.xlsx")
    (office.space.inbox / "4 họp.docx").write_bytes(b"no workbook at all")
    (office.space.inbox / "5 đang chép.xlsx").write_bytes(b"")
    office.drop(cckl, CLASSIFIED)
    first = office.run("merge")
    second = office.run("merge")
    return Day(office, first, second)


# ------------------------------------------------------------------ every file once


def test_every_file_that_was_dropped_is_remembered_with_its_verdict_and_once(day: Day) -> None:
    verdicts = [(one.name, one.verdict) for one in reversed(arrivals(day.office.space))]

    assert sorted(verdicts) == [
        ("", "waiting"),
        ("1 cctl.xlsx", "partly"),
        ("2 cckl.xlsx", "accepted"),
        ("3 gửi lại #2.xlsx", "duplicate"),
        ("4 họp.docx", "quarantined"),
        ("5 đang chép.xlsx", "waiting"),
    ]
    assert day.second.code == day.first.code == 1


def test_where_a_file_lies_is_where_the_list_says_with_its_very_bytes(day: Day) -> None:
    for one in day.arrived.values():
        assert (one.kept == "") == (one.verdict == "waiting")
        if one.kept:
            assert (day.office.root / one.kept).is_file()
    marked = day.arrived["1 cctl.xlsx"].marked
    assert marked == "tra-lai/Chi cục Thủy lợi - CẦN SỬA RỒI GỬI LẠI 2026-M06.xlsx"
    assert (day.office.root / marked).is_file()


def test_counts_are_those_of_the_merge(day: Day) -> None:
    one, revision = day.arrived["1 cctl.xlsx"], day.office.revision()

    assert (one.unit, one.period, one.rows, one.held, one.cells, one.conflicts) == ("cctl", "2026-M06", 3, 1, 1, 0)
    assert one.revision is not None
    assert one.revision <= revision
    assert one.codes[0] == "not-a-date"
    assert (day.arrived["3 gửi lại #2.xlsx"].cells, day.arrived["3 gửi lại #2.xlsx"].revision) == (0, None)


def test_of_a_secret_file_only_that_it_came_and_when_is_remembered(day: Day) -> None:
    one = day.arrived[""]
    blank = replace(one, token="", alias="", at=NOW)

    assert blank == replace(
        blank, unit="", period="", digest="", rows=0, held=0, cells=0, kept="", reason="", codes=("secret",)
    )
    stored = json.dumps([str(value) for value in load_workbook(day.office.space.journal)[FILES].values])
    assert "tuyệt" not in stored
    assert CLASSIFIED.encode() not in day.office.space.hidden.joinpath("ledger.db").read_bytes()


def test_a_file_that_goes_on_waiting_is_said_once_until_something_else_is_to_be_said(office: SmallOffice) -> None:
    path = office.space.inbox / "đang chép.xlsx"
    path.write_bytes(b"")
    with open_office(office.space) as at_work:
        for minute in range(3):
            ingest.ingest(at_work, None, Moment(TODAY, NOW + timedelta(minutes=minute)))
        path.write_bytes(b"no workbook at all")
        ingest.ingest(at_work, None, Moment(TODAY, NOW))
        path.write_bytes(b"")
        ingest.ingest(at_work, None, Moment(TODAY, NOW))

    assert [one.verdict for one in reversed(arrivals(office.space))] == ["waiting", "quarantined", "waiting"]


def test_a_dry_run_and_a_check_are_no_arrivals(office: SmallOffice) -> None:
    path = office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}))
    office.run("merge", "--dry-run")
    office.run("validate", path)

    assert arrivals(office.space) == ()


# ------------------------------------------------------------------ commands that die


def power_cut(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, "power cut")


def test_a_command_that_dies_after_the_transaction_leaves_one_line_that_the_next_command_makes_true(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}), "bản.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "move", power_cut)
        assert office.run("merge").code == 4
    (before,) = arrivals(office.space)
    assert not (office.root / before.kept).exists()

    assert office.run("merge").code == 0

    assert arrivals(office.space) == (before,)
    assert (office.root / before.kept).is_file()


def test_a_repeated_file_whose_command_died_before_it_was_written_down_is_written_down_once(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}})
    office.drop(book, "a.xlsx")
    assert office.run("merge").code == 0
    office.drop(book, "b.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(take, "record_arrival", power_cut)
        patch.setattr(ingest, "put_back", lambda *_: None)  # as when the process is killed
        assert office.run("merge").code == 4

    assert office.run("merge").code == 0

    assert [one.verdict for one in arrivals(office.space)] == ["duplicate", "accepted"]
    assert list(office.space.work.iterdir()) == []


def test_a_file_of_the_same_name_named_in_the_next_command_is_not_overwritten_by_what_a_dead_one_had_planned(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.issue("cctl"), office.issue("cckl")
    office.drop(fill(one, {ONE: {"difficulty": "Mưa lớn"}}), "bản.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "move", power_cut)
        assert office.run("merge").code == 4
    second = fill(other, {"NV-2026-00003": {"result_summary": "Đã rà soát"}}, office.root.parent / "bản.xlsx")

    assert office.run("merge", second).code == 0
    assert office.run("merge").code == 0

    lying = {path.read_bytes() for path in office.root.glob("luu-tru/*/*.xlsx")}
    assert lying == {one.read_bytes(), second.read_bytes()}
    assert len({one.kept for one in arrivals(office.space)}) == 2


# ------------------------------------------------------------------ what people see


def test_the_journal_says_of_each_file_what_became_of_it_and_what_to_do(day: Day) -> None:
    said = day.lines

    assert [str(line["Tệp"].value) for line in lines(day.office.space)][-1] == "1 cctl.xlsx"  # newest first
    partly = said["1 cctl.xlsx"]
    assert [partly[name].value for name in ("Đơn vị", "Kỳ", "Kết quả")] == [
        "Chi cục Thủy lợi",
        "tháng 6 năm 2026",
        "Nhận một phần",
    ]
    assert [partly[name].value for name in ("Dòng nhận", "Ô ghi sổ", "Dòng giữ lại", "Xung đột")] == [2, 1, 1, 0]
    assert str(partly["Vì sao, phải làm gì"].value).startswith("Gửi bản cần sửa cho đơn vị. «giữa tháng» ở cột")
    assert said["2 cckl.xlsx"]["Vì sao, phải làm gì"].value is None
    assert "đã được nhận lúc" in str(said["3 gửi lại #2.xlsx"]["Vì sao, phải làm gì"].value)
    assert "→" not in str(said["4 họp.docx"]["Vì sao, phải làm gì"].value)
    assert said["(tệp có dấu hiệu bí mật nhà nước)"]["Kết quả"].value == "Chờ, chưa nhận"
    colours = {str(line["Kết quả"].value): line["Kết quả"].fill.start_color.rgb for line in said.values()}
    assert len(set(colours.values())) == len(colours) == 5


def test_links_lead_to_the_file_and_to_the_marked_copy_and_for_quarantine_to_the_reason(day: Day) -> None:
    said = day.lines

    def leads_to(name: str, caption: str) -> Path:
        link: Any = said[name][caption].hyperlink
        return day.office.root / unquote(link.target).replace("\\", "/")

    assert leads_to("1 cctl.xlsx", "Tệp như đã nhận") == day.office.root / day.arrived["1 cctl.xlsx"].kept
    assert leads_to("1 cctl.xlsx", "Bản cần sửa") == day.office.root / day.arrived["1 cctl.xlsx"].marked
    reason = leads_to("4 họp.docx", "Tệp như đã nhận")
    assert reason.name == f"4 họp.docx{NOTE_SUFFIX}"
    assert reason.is_file()
    with_hash = said["3 gửi lại #2.xlsx"]["Tệp như đã nhận"]  # Excel reads «#» as a place inside a file
    assert (with_hash.hyperlink, with_hash.value) == (None, day.arrived["3 gửi lại #2.xlsx"].kept)


def test_the_first_sheet_counts_the_day_and_names_who_sent_nothing(day: Day) -> None:
    said = summary(day.office.space)

    assert "Đã nhận | 1 | 1" in said
    assert "Chờ, chưa nhận | 2 | 2" in said
    assert "Tất cả | 6 | 6" in said
    assert said[said.index("Đơn vị chưa gửi – kỳ tháng 6 năm 2026: 1/3 đơn vị") + 1 :] == [
        "1. Phòng Kế hoạch - Tài chính"
    ]


def test_it_prints_on_a4_landscape_with_a_frozen_repeated_filtered_header(day: Day) -> None:
    sheet = load_workbook(day.office.space.journal)[FILES]

    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("C4", "$3:$3")
    assert sheet.auto_filter.ref == f"A3:L{3 + len(arrivals(day.office.space))}"
    # A laptop of 13 inches shows some 1,300 pixels at 100 %; a character takes seven.
    assert sum(dimension.width * 7 + 5 for dimension in sheet.column_dimensions.values()) < 1_400


def test_what_an_undo_took_back_is_said(office: SmallOffice) -> None:
    office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}))
    assert office.run("merge").code == 0
    assert office.run("undo", str(office.revision())).code == 0
    assert office.run("sync").code == 0

    (line,) = lines(office.space)
    assert line["Kết quả"].value == "Đã nhận, sau đó đã hoàn tác"


# ------------------------------------------------------------------ when it is drawn


@pytest.fixture
def at_work(office: SmallOffice) -> Iterator[Office]:
    (office.space.inbox / "họp.docx").write_bytes(b"no workbook at all")
    with open_office(office.space) as opened:
        ingest.ingest(opened, None, Moment(TODAY, NOW))
        yield opened


def later(minutes: int = 0, days: int = 0) -> Moment:
    return Moment(TODAY, NOW + timedelta(minutes=minutes, days=days))


def test_it_is_drawn_again_only_when_something_changed_or_a_day_began(at_work: Office) -> None:
    path = at_work.space.journal
    assert refresh_journal(at_work, later()) is None
    drawn = path.read_bytes()

    assert refresh_journal(at_work, later(5)) is None
    assert path.read_bytes() == drawn

    assert refresh_journal(at_work, later(days=1)) is None
    assert path.read_bytes() != drawn
    assert "Tất cả | 0 | 1" in summary(at_work.space)


def test_while_excel_holds_it_open_it_waits_and_files_are_taken_in_all_the_same(office: SmallOffice) -> None:
    assert office.run("sync").code == 0
    before = office.space.journal.read_bytes()
    owner = office.root / f"~${office.space.journal.name}"
    owner.write_bytes(b"\x07Nguyen ")
    office.drop(fill(office.issue("cctl"), {ONE: {"difficulty": "Mưa lớn"}}))

    done = office.run("merge")

    assert done.code == 0
    assert "Nhật ký tiếp nhận để lần sau vẽ lại." in done.err
    assert office.space.journal.read_bytes() == before
    assert last_drawn(office.space).waits
    assert "chờ vẽ lại từ" in office.run("doctor").out
    owner.unlink()
    assert office.run("merge").err.count("Nhật ký") == 0
    assert len(lines(office.space)) == 1
    assert not last_drawn(office.space).waits


def test_whatever_keeps_it_from_being_drawn_is_a_reason_and_never_an_error(
    at_work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = at_work.space.journal.read_bytes()
    for problem in (OSError(errno.ENOSPC, "full"), WaitsForPerson("file-locked", path="x", who="")):

        def fails(*_: object, problem: Exception = problem) -> None:
            raise problem

        monkeypatch.setattr(journal, "draw_journal", fails)
        assert refresh_journal(at_work, later()) is not None
    assert at_work.space.journal.read_bytes() == before


def test_a_command_that_dies_while_the_journal_is_replaced_draws_it_the_next_time(
    at_work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refresh_journal(at_work, later()) is None
    old = at_work.space.journal.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", power_cut)
        assert refresh_journal(at_work, later(days=1)) is not None
    assert at_work.space.journal.read_bytes() == old

    assert refresh_journal(at_work, later(days=1)) is None

    assert at_work.space.journal.read_bytes() != old
    assert list(at_work.space.backups.glob("Nhật ký*")) == []


def test_what_somebody_wrote_into_it_is_kept_as_a_backup(at_work: Office) -> None:
    assert refresh_journal(at_work, later()) is None
    book = load_workbook(at_work.space.journal)
    book[FILES]["M4"] = "đã gọi điện"
    book.save(at_work.space.journal)

    assert refresh_journal(at_work, later(days=1)) is None

    (kept,) = at_work.space.backups.glob("Nhật ký*.xlsx")
    assert load_workbook(kept)[FILES]["M4"].value == "đã gọi điện"


def test_a_full_journal_shows_the_last_files_and_says_where_the_others_are(
    at_work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "LINES", 1)
    (at_work.space.inbox / "thư.docx").write_bytes(b"another letter")
    ingest.ingest(at_work, None, later(1))
    assert refresh_journal(at_work, later(1)) is None

    assert [line["Tệp"].value for line in lines(at_work.space)] == ["thư.docx"]
    assert "1 tệp gần nhất trong 2 tệp" in str(load_workbook(at_work.space.journal)[FILES]["A2"].value)


def test_it_says_when_the_watcher_was_last_seen_and_that_it_lost_the_folder(at_work: Office) -> None:
    well = heartbeat.Beat(
        pid=1,
        host="MAY-01",
        started="2026-06-10T06:00:00",
        seen="2026-06-10T08:59:30",
        scanned="2026-06-10T08:59:30",
        mode="events",
        inbox="well",
        inbox_since="2026-06-10T07:00:00",
        taken=0,
        waiting=(),
        waiting_count=0,
        register="",
        register_since="",
        register_who="",
        problem="",
    )
    said = []
    for beat in (well, replace(well, inbox="missing"), replace(well, stopped="2026-06-10T08:30:00")):
        heartbeat.write(at_work.space.hidden, beat)
        assert refresh_journal(at_work, later()) is None
        said += [line for line in summary(at_work.space) if "«den»" in line]

    assert ["08:59 10/06/2026" in said[0], "Từ 07:00" in said[1], "dừng lúc 08:30" in said[2]] == [True] * 3
    (at_work.space.hidden / heartbeat.FILE).write_text("{ half", encoding="utf-8")
    assert refresh_journal(at_work, later()) is None
    assert not [line for line in summary(at_work.space) if "«den»" in line]


# ------------------------------------------------------------------ texts beside archived files


@pytest.mark.parametrize(("wish", "noted"), [("all", {"a", "b"}), ("problems", {"b"}), ("none", set())])
def test_an_office_chooses_which_archived_files_get_a_text_and_quarantine_always_says_why(
    office: SmallOffice, wish: str, noted: set[str]
) -> None:
    settings = office.root / "tdnv.toml"
    settings.write_text(f'receipts = "{wish}"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    office = SmallOffice(find(office.root))
    office.drop(fill(office.issue("cckl"), {"NV-2026-00003": {"result_summary": "Đã rà soát"}}), "a.xlsx")
    office.drop(fill(office.issue("cctl"), {ONE: {"completed_date": "giữa tháng"}}), "b.xlsx")
    (office.space.inbox / "c.xlsx").write_bytes(b"no workbook at all")
    assert office.run("merge").code == 1

    archived = office.root.glob(f"luu-tru/*/*{NOTE_SUFFIX}")
    assert {path.name.partition(".")[0] for path in archived} == noted
    assert len(list(office.root.glob("luu-tru/*/*.xlsx"))) == 2
    assert (office.space.quarantine / f"c.xlsx{NOTE_SUFFIX}").is_file()
