"""What the office does to our sheets is still there after the redraw, at the tasks and columns it was for."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import CustomFilter, CustomFilters, FilterColumn, Filters
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.pagebreak import Break

from tdnv_sheets.stamp import OWN_TABLES
from tests.drawings import views
from tests.redrawing import Redrawn, drawn, edited, redrawn, rows_of, task, view_of
from tests.render_register_test import register_view

if TYPE_CHECKING:
    from tdnv_sheets.records import Value
    from tests.registers import TaskSheet

PEACH = PatternFill("solid", start_color="FFFBE5D6")
OWN = "Ghi nhớ"
Own: TypeAlias = "dict[str, dict[int, Value]]"
TABLE = "tblNhiemVu"


@pytest.fixture(scope="module")
def register() -> bytes:
    """Six tasks, as the program draws them."""
    return drawn(view_of(rows_of(0, 1, 2, 3, 4, 5)))


LATER = rows_of(0, 2, 3, 4, 5, 6, 7)
"""The second task is gone, two are new: the third and later ones stand one row higher."""


def lost(done: Redrawn) -> set[str]:
    return {item.what for item in done.lost}


def at(sheet: TaskSheet, number: int, field: str) -> Any:  # noqa: ANN401 - openpyxl's cells
    return sheet.at(sheet.row(task(number)), field)


def test_an_untouched_register_is_as_it_would_be_drawn(register: bytes) -> None:
    done = redrawn(register, view_of(LATER))
    fresh = Redrawn(drawn(view_of(LATER)), (), 0)

    assert not done.lost
    for sheet in fresh.book:
        other = done.book[sheet.title]
        assert [[c.value for c in row] for row in other.iter_rows()] == [
            [c.value for c in row] for row in sheet.iter_rows()
        ]
        assert {k: d.width for k, d in other.column_dimensions.items()} == {
            k: d.width for k, d in sheet.column_dimensions.items()
        }
        assert other.print_area == sheet.print_area
        assert other.print_title_rows == sheet.print_title_rows
        assert other.oddFooter.left.text == sheet.oddFooter.left.text
        assert rules_of(other) == rules_of(sheet)
        assert {str(v.sqref): v.formula1 for v in other.data_validations.dataValidation} == {
            str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation
        }


def rules_of(sheet: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - openpyxl's sheet
    return sorted((str(area.sqref), rule.formula[0]) for area in sheet.conditional_formatting for rule in area.rules)


def test_widths_folds_and_hidden_columns_are_the_offices(register: bytes) -> None:
    with edited(register) as office:
        content, signer = (get_column_letter(office.tasks.columns[name]) for name in ("task_content", "signer"))
        office.sheet.column_dimensions[content].width = 81.5
        office.sheet.column_dimensions[signer].hidden = True
        office.sheet.column_dimensions["L"].outlineLevel = 2
    done = redrawn(office.data, view_of(LATER)).tasks.sheet

    assert done.column_dimensions[content].width == pytest.approx(81.5)
    assert done.column_dimensions[signer].hidden
    assert done.column_dimensions["L"].outlineLevel == 2
    assert done.column_dimensions["A"].width == pytest.approx(15.71, abs=0.01)


def test_zoom_freeze_grid_tab_and_selection_are_the_offices(register: bytes) -> None:
    with edited(register) as office:
        view = office.sheet.sheet_view
        view.zoomScale, view.showGridLines = 85, False
        office.sheet.freeze_panes = "F6"
        office.sheet.sheet_properties.tabColor = "FF7030A0"
        for selection in view.selection:
            selection.activeCell = selection.sqref = f"M{office.tasks.row(task(3))}"
        office.book["Quá hạn"].sheet_view.zoomScale = 120
    done = redrawn(office.data, view_of(LATER))
    sheet = done.tasks.sheet

    assert (sheet.sheet_view.zoomScale, sheet.sheet_view.showGridLines, sheet.freeze_panes) == (85, False, "F6")
    assert sheet.sheet_properties.tabColor.rgb == "FF7030A0"
    assert {s.activeCell for s in sheet.sheet_view.selection} == {f"M{done.tasks.row(task(3))}"}
    assert done.book["Quá hạn"].sheet_view.zoomScale == 120


def test_the_print_set_up_is_the_offices_and_covers_the_rows_of_now(register: bytes) -> None:
    with edited(register) as office:
        sheet = office.sheet
        sheet.page_margins.left, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth = 1.25, 8, 3
        sheet.print_options.horizontalCentered = True
        sheet.oddHeader.center.text = "LƯU HÀNH NỘI BỘ"
        sheet.print_area = f"A1:N{office.tasks.filled[-1]}"
        sheet.print_title_rows = "4:5"
        sheet.row_breaks.append(Break(id=office.tasks.row(task(3))))
    done = redrawn(office.data, view_of(LATER))
    sheet, filled = done.tasks.sheet, done.tasks.filled

    assert (sheet.page_margins.left, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (1.25, 8, 3)
    assert sheet.print_options.horizontalCentered
    assert sheet.oddHeader.center.text == "LƯU HÀNH NỘI BỘ"
    assert sheet.print_area == f"'Nhiệm vụ'!$A$1:$N${filled[-1]}"
    assert sheet.print_title_rows == "$4:$5"
    assert [item.id for item in sheet.row_breaks.brk] == [done.tasks.row(task(3))]
    assert "19/06/2026" in sheet.oddFooter.left.text


def colour(formula: str, operator: Literal["equal"] | None = None) -> Rule:
    kind: Literal["cellIs", "expression"] = "cellIs" if operator else "expression"
    return Rule(type=kind, operator=operator, formula=[formula], dxf=DifferentialStyle(fill=PEACH))


def test_colour_rules_of_the_office_follow_their_cells_and_ours_are_drawn_once(register: bytes) -> None:
    with edited(register) as office:
        rows, sheet = office.tasks.filled, office.sheet
        first, last, third = rows[0], rows[-1], office.tasks.row(task(3))
        sheet.conditional_formatting.add(f"K{first}:K{last}", colour('"Hỏa tốc"', "equal"))
        sheet.conditional_formatting.add(f"M{third}", colour(f"$S{third}<TODAY()"))
        sheet.conditional_formatting.add(f"M{office.tasks.row(task(1))}", colour("TRUE"))
    before = rules_of(redrawn(register, view_of(LATER)).tasks.sheet)
    done = redrawn(office.data, view_of(LATER))
    after, row = rules_of(done.tasks.sheet), done.tasks.row(task(3))

    assert sorted(set(after) - set(before)) == [
        (f"K{first}:K{done.tasks.filled[-1]}", '"Hỏa tốc"'),
        (f"M{row}", f"$S{row}<TODAY()"),
    ]
    assert len(after) == len(before) + 2
    assert [(item.what, item.place) for item in done.lost] == [("rule", f"M{office.tasks.row(task(1))}")]


def test_notes_go_with_their_task_and_those_of_a_task_that_is_gone_are_told(register: bytes) -> None:
    with edited(register) as office:
        for number, text in ((1, "đã gọi điện"), (4, "hỏi lại anh Ba")):
            at(office.tasks, number, "note").comment = Comment(text, "Văn thư", height=90, width=200)
    done = redrawn(office.data, view_of(LATER))
    found = {cell.coordinate: cell.comment.text for row in done.tasks.sheet.iter_rows() for cell in row if cell.comment}

    assert found == {at(done.tasks, 4, "note").coordinate: "hỏi lại anh Ba"}
    assert [(item.what, item.detail) for item in done.lost] == [("note", "đã gọi điện")]
    assert not redrawn(done.data, view_of(LATER)).lost


def test_a_link_goes_with_its_task(register: bytes) -> None:
    with edited(register) as office:
        at(office.tasks, 5, "document_number").hyperlink = "https://vanban.example/5"
    done = redrawn(office.data, view_of(LATER))

    assert at(done.tasks, 5, "document_number").hyperlink.target == "https://vanban.example/5"


def test_formulas_of_an_own_column_point_to_the_same_task_and_go_on_in_new_rows(register: bytes) -> None:
    with edited(register) as office:
        column = office.tasks.add_column("Còn lại", {})
        for row in office.tasks.filled:
            office.sheet.cell(row, column).value = f"=$S{row}-TODAY()+'Nhiệm vụ'!S{row}"
        total = office.tasks.add_column(
            "Tổng", {task(0): f"=SUM(AT{office.tasks.filled[0]}:AT{office.tasks.filled[-1]})"}
        )
        one = office.tasks.add_column("Dẫn", {task(4): f"=M{office.tasks.row(task(5))}&M{office.tasks.row(task(1))}"})
    kept: Own = {"Còn lại": {0: 5}, "Tổng": {0: 7}, "Dẫn": {4: "x"}}
    rows = rows_of(0, 2, 3, 4, 5, 6, 7, own=kept)
    done = redrawn(office.data, view_of(rows, own=tuple(kept)))
    sheet = done.tasks

    assert sheet.captions[-3:] == ["Còn lại", "Tổng", "Dẫn"]
    assert [sheet.sheet.cell(row, column).value for row in sheet.filled] == [
        f"=$S{row}-TODAY()+'Nhiệm vụ'!S{row}" for row in sheet.filled
    ]
    assert sheet.sheet.cell(sheet.row(task(0)), total).value == f"=SUM(AT{sheet.filled[0]}:AT{sheet.filled[-1]})"
    assert sheet.sheet.cell(sheet.row(task(4)), one).value == f"=M{sheet.row(task(5))}&#REF!"


def test_an_array_formula_in_one_cell_stays_one(register: bytes) -> None:
    with edited(register) as office:
        column = office.tasks.add_column(OWN, {})
        row = office.tasks.row(task(3))
        place = f"{get_column_letter(column)}{row}"
        office.sheet[place] = ArrayFormula(place, f"=MAX(IF(A{row}=A:A,1,0))")
    done = redrawn(office.data, view_of(rows_of(0, 2, 3, own={OWN: {3: 1}}), own=(OWN,)))
    row = done.tasks.row(task(3))
    found = done.tasks.sheet.cell(row, column).value

    assert (found.ref, found.text) == (f"{get_column_letter(column)}{row}", f"=MAX(IF(A{row}=A:A,1,0))")


def test_paint_on_cells_and_the_looks_of_own_columns_stay(register: bytes) -> None:
    with edited(register) as office:
        painted = at(office.tasks, 3, "task_content")
        painted.fill = PEACH
        font = copy(painted.font)
        painted.font = Font(name=font.name, size=font.size, bold=True, color="FFC00000")
        column = office.tasks.add_column(OWN, {task(4): 12000})
        office.sheet.cell(office.tasks.row(task(4)), column).number_format = "#,##0"
    view = view_of(rows_of(0, 2, 3, 4, 5, 6, own={OWN: {4: 12000}}), own=(OWN,))
    done = redrawn(office.data, view)
    cell = at(done.tasks, 3, "task_content")

    assert (cell.fill.start_color.rgb, cell.font.bold, cell.alignment.wrap_text) == ("FFFBE5D6", True, True)
    assert at(done.tasks, 4, "task_content").fill.fill_type is None
    assert done.tasks.sheet.cell(done.tasks.row(task(4)), column).number_format == "#,##0"
    again = redrawn(done.data, view)
    assert again.looks_added == 0
    assert at(again.tasks, 3, "task_content").fill.start_color.rgb == "FFFBE5D6"


def test_a_filter_is_applied_to_the_rows_of_now(register: bytes) -> None:
    with edited(register) as office:
        unit = office.tasks.columns["unit"] - 1
        wanted = at(office.tasks, 2, "unit").value
        chosen = FilterColumn(colId=unit, filters=Filters(filter=[wanted]))
        office.sheet.tables[TABLE].autoFilter.filterColumn.append(chosen)
        for row in office.tasks.filled:
            office.sheet.row_dimensions[row].hidden = office.tasks.at(row, "unit").value != wanted
    rows = rows_of(0, 1, 2, 3, 8)  # the last one is of the same unit
    done = redrawn(office.data, view_of(rows)).tasks
    shown = [done.at(row, "task_id").value for row in done.filled if not done.sheet.row_dimensions[row].hidden]

    assert shown == [task(2), task(8)]
    assert done.sheet.tables[TABLE].autoFilter.filterColumn[0].filters.filter == [wanted]


def test_a_filter_by_days_left_is_applied_to_numbers(register: bytes) -> None:
    with edited(register) as office:
        tests = CustomFilters(
            _and=True, customFilter=[CustomFilter("lessThan", "0"), CustomFilter("greaterThan", "-10")]
        )
        column = office.tasks.columns["days_left"] - 1
        office.sheet.tables[TABLE].autoFilter.filterColumn.append(FilterColumn(colId=column, customFilters=tests))
    done = redrawn(office.data, view_of(LATER)).tasks
    shown = [done.at(row, "days_left").value for row in done.filled if not done.sheet.row_dimensions[row].hidden]

    assert shown == [-9]


def test_rows_hidden_by_hand_and_heights_of_the_office_stay_with_their_task(register: bytes) -> None:
    with edited(register) as office:
        office.sheet.row_dimensions[office.tasks.row(task(2))].hidden = True
        office.sheet.row_dimensions[office.tasks.row(task(4))].height = 141
    done = redrawn(office.data, view_of(LATER)).tasks
    hidden = [number for number in done.filled if done.sheet.row_dimensions[number].hidden]

    assert hidden == [done.row(task(2))]
    assert done.sheet.row_dimensions[done.row(task(4))].height == 141


def test_checks_of_own_columns_stay_and_those_put_on_ours_are_told(register: bytes) -> None:
    with edited(register) as office:
        column = get_column_letter(office.tasks.add_column(OWN, {task(0): "cao"}))
        first, last = office.tasks.filled[0], office.tasks.filled[-1]
        mine = DataValidation("list", formula1='"cao,thấp"', sqref=f"{column}{first}:{column}{last}")
        theirs = DataValidation("textLength", operator="lessThan", formula1="10", sqref=f"V{first}:V{last}")
        office.sheet.data_validations.dataValidation += [mine, theirs]
    done = redrawn(office.data, view_of(rows_of(*range(8), own={OWN: {0: "cao"}}), own=(OWN,)))
    found = {str(v.sqref): v.formula1 for v in done.tasks.sheet.data_validations.dataValidation}

    assert found[f"{column}{first}:{column}{done.tasks.filled[-1]}"] == '"cao,thấp"'
    assert "10" not in found.values()
    assert [(item.what, item.place) for item in done.lost] == [("validation", f"V{first}:V{last}")]


def test_messages_on_own_columns_stay_and_painted_captions_too(register: bytes) -> None:
    with edited(register) as office:
        column = get_column_letter(office.tasks.add_column(OWN, {task(0): "cao"}))
        hint = DataValidation("none", promptTitle="Ghi gì", prompt="Mức độ theo lãnh đạo", showInputMessage=True)
        hint.sqref = MultiCellRange(f"{column}{office.tasks.filled[0]}:{column}{office.tasks.filled[-1]}")
        office.sheet.data_validations.dataValidation.append(hint)
        office.sheet.cell(office.tasks.header, office.tasks.columns["deadline"]).fill = PEACH
        office.sheet.cell(office.tasks.header, office.sheet.max_column).fill = PEACH
    done = redrawn(office.data, view_of(rows_of(*range(8), own={OWN: {0: "cao"}}), own=(OWN,))).tasks
    prompts = {str(v.sqref): v.prompt for v in done.sheet.data_validations.dataValidation}

    assert prompts[f"{column}{done.filled[0]}:{column}{done.filled[-1]}"] == "Mức độ theo lãnh đạo"
    fills = {cell.value: cell.fill.start_color.rgb for cell in done.sheet[done.header]}
    assert [caption for caption, colour in fills.items() if colour == "FFFBE5D6"] == ["Thời hạn", OWN]


def test_every_table_that_we_draw_is_known_as_ours() -> None:
    book = Redrawn(drawn(views().register), (), 0).book

    assert {name for sheet in book for name in sheet.tables} == set(OWN_TABLES)


def test_the_marks_of_a_conflict_go_when_it_is_settled() -> None:
    disputed = replace(view_of(rows_of(0, 1, 2)), conflicts=register_view(2).conflicts)
    done = redrawn(drawn(disputed), view_of(rows_of(0, 1, 2)))

    assert rules_of(done.tasks.sheet) == rules_of(Redrawn(drawn(view_of(rows_of(0, 1, 2))), (), 0).tasks.sheet)
    assert not [cell for row in done.tasks.sheet.iter_rows() for cell in row if cell.comment]
    assert not done.lost


def test_what_the_office_writes_above_the_table_stays(register: bytes) -> None:
    with edited(register) as office:
        office.sheet["P1"].value, office.sheet["Q2"].value = (
            "In ngày thứ Hai",
            f"=COUNTA(A{office.tasks.filled[0]}:A99)",
        )
        office.sheet.merge_cells("P1:S1")
    done = redrawn(office.data, view_of(LATER)).tasks.sheet

    assert (done["P1"].value, done["Q2"].value) == ("In ngày thứ Hai", "=COUNTA(A6:A100)")
    assert "P1:S1" in {str(area) for area in done.merged_cells.ranges}


def test_lists_keep_widths_and_paper_and_tell_what_else_they_held(register: bytes) -> None:
    with edited(register) as office:
        overdue = office.book["Quá hạn"]
        overdue.column_dimensions["B"].width = 44
        overdue.page_setup.orientation = "portrait"
        overdue["Z9"].value = "=1+1"
        overdue["B5"].comment = Comment("ghi ở đây", "Văn thư")
    done = redrawn(office.data, view_of(LATER))

    assert done.book["Quá hạn"].column_dimensions["B"].width == pytest.approx(44)
    assert done.book["Quá hạn"].page_setup.orientation == "portrait"
    assert {(item.what, item.place, item.sheet) for item in done.lost} == {
        ("cell", "Z9", "Quá hạn"),
        ("note", "B5", "Quá hạn"),
    }
