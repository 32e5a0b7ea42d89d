"""Columns that the office adds to its register are its own: they are kept by their header, for ever."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from tests.conftest import enter
from tests.registers import NEW, ONE, THREE, TWO, edited, seen, stays_untouched, sync

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
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


# ------------------------------------------------------------------ columns without a value


def own_captions(office: SmallOffice) -> list[str]:
    page = seen(office)
    return [caption for caption, id_ in zip(page.captions, page.columns, strict=False) if id_.startswith("extra:")]


def test_empty_columns_and_their_order_survive_redraws(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Trống", {})
        page.add_column("Tổ", {TWO: "a"})
        page.add_column("Ngày họp", {ONE: date(2026, 6, 20)})
    sync(office)
    with edited(office) as page:
        page.set(ONE, "note", "để sổ được vẽ lại")
        page.sheet.cell(page.row(TWO), page.columns["extra:Tổ"]).value = None

    sync(office)

    assert own_captions(office) == ["Trống", "Tổ", "Ngày họp"]
    office.space.register.unlink()
    sync(office)
    assert own_captions(office) == ["Trống", "Tổ", "Ngày họp"]


def test_a_column_whose_values_stand_in_hidden_rows_only_is_kept(office: SmallOffice) -> None:
    closed: dict[str, Value] = {
        "task_content": "Việc cũ",
        "decision": "withdrawn",
        "decision_date": date(2025, 3, 1),
        "extra:Tổ": "a",
    }
    enter(office.space, [(("cctl",), closed)])

    sync(office)

    assert (NEW, "cctl") in office.rows()
    assert len(seen(office).filled) == 6
    assert own_captions(office) == ["Tổ"]

    with edited(office) as page:
        page.sheet.delete_cols(page.columns["extra:Tổ"])
    sync(office)
    assert own_captions(office) == ["Tổ"]


def test_a_column_that_the_office_deletes_goes_only_when_it_holds_nothing(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Trống", {})
        page.add_column("Tổ", {ONE: "a"})
    sync(office)
    with edited(office) as page:
        page.sheet.delete_cols(page.columns["extra:Trống"], 2)

    sync(office)

    assert own_captions(office) == ["Tổ"]
    assert office.rows()[ONE, "cctl"]["extra:Tổ"] == "a"


def test_an_older_copy_of_the_register_takes_no_column_away(office: SmallOffice) -> None:
    older = office.space.register.read_bytes()
    with edited(office) as page:
        page.add_column("Trống", {})
    sync(office)
    office.space.register.write_bytes(older)
    with edited(office) as page:
        page.add_column("Tổ", {ONE: "a"})

    sync(office)

    assert own_captions(office) == ["Trống", "Tổ"]


def test_columns_as_they_were_make_no_revision(office: SmallOffice) -> None:
    with edited(office) as page:
        page.add_column("Trống", {})
    sync(office)
    revision = office.revision()
    with edited(office):
        pass

    sync(office)

    assert office.revision() == revision


# ------------------------------------------------------------------ sheets


def test_sheets_that_the_office_added_stay_where_they_are(office: SmallOffice) -> None:
    book = load_workbook(office.space.register)
    book.create_sheet("Phân công trực", 1)["A1"] = "Thứ hai"
    book.create_sheet("_nháp")["A1"] = "=COUNTA('Nhiệm vụ'!A:A)"
    book.save(office.space.register)

    done = sync(office)
    with edited(office) as page:
        page.set(ONE, "note", "lần sau")
    again = sync(office)

    book = load_workbook(office.space.register)
    assert "Phân công trực" not in done.out + again.out
    assert (book.sheetnames[1], book["Phân công trực"]["A1"].value) == ("Phân công trực", "Thứ hai")
    assert book["_nháp"]["A1"].value == "=COUNTA('Nhiệm vụ'!A:A)"


def test_a_sheet_is_not_said_to_be_gone_while_the_register_stays_as_it_is(office: SmallOffice) -> None:
    book = load_workbook(office.space.register)
    book.create_sheet("Phân công trực")
    book.save(office.space.register)
    with edited(office) as page:
        page.add(unit="Chi cục lạ", task_content="Việc")

    assert "Phân công trực" not in stays_untouched(office).out


def test_a_mark_of_secrecy_on_a_sheet_of_the_offices_own_stops_the_register_before_a_backup_is_made(
    office: SmallOffice,
) -> None:
    book = load_workbook(office.space.register)
    book.create_sheet("Riêng")["B7"] = "TUYỆT MẬT: kho súng"
    book.save(office.space.register)

    done = stays_untouched(office)

    assert "Dòng 7 của sổ có dấu hiệu là nội dung mật. Chưa có gì của sổ được đọc vào." in done.out
    assert "kho súng" not in done.out + done.err
    assert list(office.space.backups.iterdir()) == []
