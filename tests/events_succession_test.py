"""Units that merge, split or are renamed keep their past; what they leave open goes to the units that follow them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.messages.catalogue import finding_text
from tdnv_sheets.pipeline.succession import successions
from tdnv_sheets.records import Unit
from tdnv_sheets.text.units import UnitIndex
from tests.conftest import SmallOffice, fill
from tests.registers import ONE, SHARED, THREE, TWO, edited, seen, sync

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Ran
    from tests.registers import Opened

AFTER = date(2026, 7, 10)
NEWCOMER = "Chi cục Thủy lợi và Kiểm lâm"
OPTION = '# confirmation = "regulation"'


def list_units(office: SmallOffice, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Write into don-vi.xlsx as the office would: {code: {field: value}}; a code that is not there gets a row."""
    book = load_workbook(office.space.units)
    sheet: Opened = book.worksheets[0]
    rows = list(sheet.iter_rows())
    header = next(row for row in rows if any(cell.value == "Mã đơn vị" for cell in row))
    captions = {"code": "Mã đơn vị", "name": "Tên đơn vị", "valid_from": "Hiệu lực từ", "valid_to": "Hiệu lực đến"}
    captions["successor"] = "Đơn vị kế thừa"
    columns = {name: next(c.column for c in header if c.value == words) for name, words in captions.items()}
    at = {sheet.cell(row[0].row, columns["code"]).value: row[0].row for row in rows}
    end = max(row for code, row in at.items() if code) + 1
    for number, (code, cells) in enumerate(item for item in changes.items()):
        row = at.get(code, end + number)
        for name, value in ({"code": code} | dict(cells)).items():
            sheet.cell(row, columns[name]).value = value
    book.save(office.space.units)


def sync_on(office: SmallOffice, day: date, code: int = 0) -> Ran:
    done = office.run("sync", as_of=day)
    assert done.code == code, done.out + done.err
    return done


@pytest.fixture
def merged(office: SmallOffice) -> SmallOffice:
    """An office whose two sub-departments become one on 1 July; one task of theirs is done, one reported, the rest open."""
    done = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong."}
    office.merge(fill(office.issue("cckl"), {THREE: done}))
    gone = {"valid_to": date(2026, 6, 30), "successor": "CCTLKL"}
    new = {"name": NEWCOMER, "valid_from": date(2026, 7, 1)}
    list_units(office, {"cctl": gone, "cckl": gone, "cctlkl": new})
    return office


def test_open_tasks_of_units_that_ended_move_to_their_successor_and_done_ones_stay(merged: SmallOffice) -> None:
    assert "kế thừa" not in sync_on(merged, date(2026, 6, 30)).out

    done = sync_on(merged, AFTER)

    rows = merged.rows(AFTER)
    assert {key: row["status"] for key, row in rows.items() if key[1] != "khtc"} == {
        (ONE, "cctl"): "transferred",
        (ONE, "cctlkl"): "open_overdue",
        (TWO, "cctl"): "transferred",
        (TWO, "cctlkl"): "open_overdue",
        (THREE, "cckl"): "completed_on_time",
        (SHARED, "cctl"): "transferred",
        (SHARED, "cckl"): "transferred",
        (SHARED, "cctlkl"): "open_undated",
    }
    assert {(rows[ONE, "cctlkl"][name]) for name in ("transferred_from",)} == {"cctl"}
    assert {rows[task, "cctlkl"]["transferred_on"] for task in (ONE, TWO, SHARED)} == {"2026-07-01"}
    assert rows[ONE, "cctl"]["decision_date"] == "2026-07-01"
    assert NEWCOMER in rows[ONE, "cctl"]["decision_note"]
    assert (
        f"Chi cục Thủy lợi đã kết thúc; {NEWCOMER} kế thừa từ ngày 01/07/2026. "
        f"Đã chuyển 3 nhiệm vụ chưa hoàn thành: {ONE}, {TWO}, {SHARED}."
    ) in done.out
    assert "kế thừa" not in sync_on(merged, AFTER).out
    assert merged.rows(AFTER) == rows
    revisions = {
        line["revision"]
        for line in merged.run("history", ONE, "--format", "json").json
        if line.get("source") == "transfer"
    }
    assert len(revisions) == 1


def test_a_task_that_waits_for_confirmation_stays_with_the_unit_that_did_it(office: SmallOffice) -> None:
    settings = office.root / "tdnv.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(OPTION, OPTION[2:].replace("regulation", "yes")), encoding="utf-8"
    )
    done = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong."}
    office.merge(fill(office.issue("cctl"), {ONE: done}))
    list_units(office, {"cctl": {"valid_to": date(2026, 6, 30), "successor": "khtc"}})

    sync_on(office, AFTER)

    rows = office.rows(AFTER)
    assert rows[ONE, "cctl"]["alerts"] == ["awaiting-confirmation"]
    assert (ONE, "khtc") not in rows
    assert (TWO, "khtc") in rows


def test_reports_of_past_periods_stay_as_they_were_and_the_next_one_counts_each_task_once(merged: SmallOffice) -> None:
    def summary(period: str, day: date) -> dict[str, object]:
        done = merged.run("summary", "--period", period, "--format", "json", as_of=day)
        assert all(check["ok"] for check in done.json["checks"])
        return {"total": done.json["total"]} | {line["unit"]: line for line in done.json["units"]}

    before = summary("2026-H1", date(2026, 6, 30))
    sync_on(merged, AFTER)

    assert summary("2026-H1", date(2026, 6, 30)) == before
    after = summary("2026-H2", AFTER)
    total, old, new = after["total"], after["cctl"], after["cctlkl"]
    assert isinstance(total, dict)
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    assert (old["carried"], old["transferred"], old["open_overdue"]) == (3, 3, 0)
    assert (new["new"], new["carried"], new["transferred"]) == (3, 0, 0)
    assert (total["transferred"], total["distinct_tasks"]) == (4, 4)
    late = summary("2026-H1", AFTER)["total"]
    assert isinstance(late, dict)
    assert late["distinct_tasks"] == 5


def test_a_workbook_that_the_old_unit_sends_back_later_is_kept_in_its_own_rows(merged: SmallOffice) -> None:
    book = merged.issue("cctl")
    sync_on(merged, AFTER)
    sent = fill(book, {ONE: {"progress": "in_progress", "result_summary": "Bàn giao 12 hồ."}})
    merged.drop(sent)

    sync_on(merged, AFTER)

    rows = merged.rows(AFTER)
    assert (rows[ONE, "cctl"]["result_summary"], rows[ONE, "cctl"]["status"]) == ("Bàn giao 12 hồ.", "transferred")
    assert (rows[ONE, "cctlkl"]["result_summary"], rows[ONE, "cctlkl"]["status"]) == (None, "open_overdue")


def test_a_workbook_in_the_same_round_is_taken_in_before_the_tasks_move(merged: SmallOffice) -> None:
    done = {"progress": "done", "completed_date": date(2026, 6, 29), "result_summary": "Xong trước khi hợp nhất."}
    merged.drop(fill(merged.issue("cctl"), {ONE: done}))

    sync_on(merged, AFTER)

    rows = merged.rows(AFTER)
    assert rows[ONE, "cctl"]["status"] == "completed_on_time"
    assert (ONE, "cctlkl") not in rows


def test_successors_that_ended_too_are_followed_step_by_step(office_anywhere: SmallOffice) -> None:
    office = office_anywhere
    list_units(
        office,
        {
            "cctl": {"valid_to": date(2026, 6, 30), "successor": "moi1"},
            "moi1": {"name": "Chi cục Mới Một", "valid_to": date(2026, 7, 5), "successor": "moi2"},
            "moi2": {"name": "Chi cục Mới Hai"},
        },
    )

    sync_on(office, AFTER)

    rows = office.rows(AFTER)
    assert [(unit, row["status"], row["transferred_on"]) for (task, unit), row in rows.items() if task == ONE] == [
        ("cctl", "transferred", None),
        ("moi1", "transferred", "2026-07-01"),
        ("moi2", "open_overdue", "2026-07-06"),
    ]
    told = office.run("history", ONE).out
    assert "Nhận về: Chi cục Mới Hai nhận từ Chi cục Mới Một" in told


def test_a_successor_that_did_its_share_of_a_common_task_does_not_swallow_the_other(office: SmallOffice) -> None:
    done = {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong."}
    office.merge(fill(office.issue("cckl"), {SHARED: done}))
    list_units(office, {"cctl": {"valid_to": date(2026, 6, 30), "successor": "cckl"}})

    said = sync_on(office, AFTER).out

    rows = office.rows(AFTER)
    assert rows[SHARED, "cctl"]["status"] == "open_undated"
    assert rows[ONE, "cckl"]["transferred_from"] == "cctl"
    assert "1 nhiệm vụ của Chi cục Thủy lợi (đã kết thúc) chưa chuyển được sang Chi cục Kiểm lâm" in said
    assert f"trong cùng nhiệm vụ: {SHARED}." in said


def test_a_unit_that_ended_without_successor_is_named_in_every_round_and_when_issuing(office: SmallOffice) -> None:
    list_units(office, {"cctl": {"valid_to": date(2026, 6, 30)}})

    said = "Chi cục Thủy lợi đã kết thúc ngày 30/06/2026, còn 3 nhiệm vụ chưa hoàn thành mà danh sách đơn vị không ghi"
    assert said in sync_on(office, AFTER).out
    assert said in sync_on(office, AFTER).out
    issued = office.run("issue", as_of=AFTER)
    assert issued.code == 1
    assert "Chi cục Thủy lợi đã kết thúc, còn 3 nhiệm vụ" in issued.err


def test_a_renamed_unit_shows_its_new_name_everywhere(office: SmallOffice) -> None:
    list_units(office, {"cctl": {"name": "Chi cục Thủy lợi và Biến đổi khí hậu"}})
    with edited(office) as page:
        page.set(TWO, "note", "để sổ được vẽ lại")

    sync(office)

    page = seen(office)
    names = {page.at(row, "unit").value for row in page.filled if page.at(row, "task_id").value == ONE}
    assert names == {"Chi cục Thủy lợi và Biến đổi khí hậu"}
    assert office.rows()[ONE, "cctl"]["transferred_to"] is None
    assert office.rows()[TWO, "cctl"]["note"] == "để sổ được vẽ lại"


def test_a_name_that_a_unit_bore_before_yields_to_the_one_who_bears_it_now() -> None:
    units = [Unit("a", "Phòng Một"), Unit("b", "Phòng Hai")]
    index = UnitIndex.build(
        units, {"a": ("Phòng Hai", "Phòng Cũ", "Phòng Một"), "b": ("Phòng Ba",), "gone": ("Phòng Xưa",)}
    )

    assert [(match.code, match.how) for match in map(index.match, ("Phòng Hai", "PHÒNG CŨ", "Phòng Ba"))] == [
        ("b", "exact"),
        ("a", "former"),
        ("b", "former"),
    ]
    assert index.match("Phòng Xưa").code is None
    assert UnitIndex.build(units).match("Phòng Cũ").code is None


# ------------------------------------------------------------------ who follows whom

OLD = Unit("a", "A", valid_to=date(2026, 6, 30), successor="B")


def told(*units: Unit, as_of: date = AFTER) -> tuple[dict[str, tuple[str, date]], list[str]]:
    steps, abouts = successions(units, as_of)
    shown = {code: (step.new.code, step.day) for code, step in steps.items()}
    return shown, [finding_text(about.finding, "vi") for about in abouts]


def test_a_unit_is_followed_from_the_day_after_its_last() -> None:
    assert told(OLD, Unit("b", "B")) == ({"a": ("b", date(2026, 7, 1))}, [])
    assert told(OLD, Unit("b", "B"), as_of=date(2026, 6, 30)) == ({}, [])
    assert told(replace(OLD, valid_to=None), Unit("b", "B")) == ({}, [])


def test_a_successor_that_nobody_knows_is_a_finding() -> None:
    steps, said = told(OLD)
    assert (steps, len(said)) == ({}, 1)
    assert "kế thừa của A ghi mã «B»" in said[0]


def test_successors_in_a_circle_are_one_finding_and_nothing_moves_into_it() -> None:
    end = date(2026, 6, 30)
    units = [OLD, Unit("b", "B", valid_to=end, successor="c"), Unit("c", "C", valid_to=end, successor="b")]
    units += [Unit("x", "X", valid_to=end, successor="y"), Unit("y", "Y"), Unit("z", "Z", valid_to=end, successor="z")]

    steps, said = told(*units)

    assert steps == {"x": ("y", date(2026, 7, 1))}
    assert [line.split(": ")[1].split(";")[0] for line in said] == ["B → C → B", "Z → Z"]
