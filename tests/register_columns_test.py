"""Columns that the office adds to its register are its own: they are kept by their header, for ever."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.registers import ONE, THREE, TWO, edited, seen, stays_untouched, sync

if TYPE_CHECKING:
    from tests.conftest import SmallOffice


def test_a_column_that_the_office_adds_is_kept_through_redraws_and_exported(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Tổ phụ trách", {ONE: "Tổ 1", TWO: 7})
        page.add_column("Ngày họp", {ONE: date(2026, 6, 20), THREE: "#N/A"})

    for _ in range(2):
        sync(office)
        rows = office.rows()
        assert (rows[ONE, "cctl"]["extra:Tổ phụ trách"], rows[TWO, "cctl"]["extra:Tổ phụ trách"]) == ("Tổ 1", 7)
        assert rows[ONE, "cctl"]["extra:Ngày họp"] == "2026-06-20"
        assert rows[THREE, "cckl"]["extra:Ngày họp"] == "#N/A"
    assert "Tổ phụ trách" in office.run("export", "--format", "csv").out.splitlines()[0]

    with edited(office) as page:
        assert page.captions.count("Tổ phụ trách") == 1
        column = page.captions.index("Tổ phụ trách") + 1
        page.sheet.cell(page.row(ONE), column).value = "Tổ 2"
        page.sheet.cell(page.row(TWO), column).value = None
    sync(office)
    assert office.rows()[ONE, "cctl"]["extra:Tổ phụ trách"] == "Tổ 2"
    assert office.rows()[TWO, "cctl"].get("extra:Tổ phụ trách") is None
    assert "Tổ 1" in office.run("history", ONE).out


def test_a_column_that_the_office_deletes_states_nothing(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Tổ phụ trách", {ONE: "Tổ 1"})
    sync(office)
    with edited(office) as page:
        page.sheet.delete_cols(page.sheet.max_column)
        page.sheet.delete_cols(page.columns["note"])

    sync(office)

    assert office.rows()[ONE, "cctl"]["extra:Tổ phụ trách"] == "Tổ 1"
    assert {"Tổ phụ trách", "Ghi chú"} <= set(seen(office).captions)


def test_two_columns_of_one_header_and_one_without_are_all_kept(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Tổ", {ONE: "a"})
        page.add_column("Tổ", {ONE: "b"})
        beside = page.sheet.cell(page.row(ONE), page.sheet.max_column + 1)
        beside.value = "ghi bên lề"

    sync(office)

    row = office.rows()[ONE, "cctl"]
    assert {name: value for name, value in row.items() if name.startswith("extra:")} == {
        "extra:Tổ": "a",
        "extra:Tổ (2)": "b",
        f"extra:Cột {beside.column_letter}": "ghi bên lề",
    }


def test_a_note_in_a_column_of_ones_own_that_belongs_to_no_task_stops_the_register(office: SmallOffice) -> None:
    with edited(office) as page:
        column = page.add_column("Tổ", {ONE: "a"})
        page.sheet.cell(max(page.filled) + 3, column).value = "nhớ hỏi lại"

    assert "«Đơn vị chủ trì» còn trống" in stays_untouched(office).out


def test_a_formula_of_ones_own_that_was_never_computed_stops_the_register(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Cộng", {ONE: "=1+1"})

    assert "«Cộng» là công thức chưa được tính" in stays_untouched(office).out
