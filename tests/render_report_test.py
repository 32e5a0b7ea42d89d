from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from openpyxl import load_workbook

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.render.report import draw_workbook
from tdnv_sheets.render.report_columns import COLUMNS
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.figures import Between, Summary
from tdnv_sheets.summary.rates import rates
from tests.report_sample import IRRIGATION, NAMES, NOTHING, paper, ranked, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Opened: TypeAlias = Any


def drawn_at(path: Path, figures: Summary, lang: str = "vi") -> Path:
    draw_workbook(paper(figures, lang), path)
    return path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_at(tmp_path_factory.mktemp("report") / "report.xlsx", ranked(summary()))


@pytest.fixture(scope="module")
def values(drawn: Path) -> Opened:
    return load_workbook(drawn, data_only=True)


@pytest.fixture(scope="module")
def formulas(drawn: Path) -> Opened:
    return load_workbook(drawn)


def lines(sheet: Opened) -> dict[str, dict[str, Any]]:
    """Give the lines of Biểu 01 by the name in their second column."""
    names = [column.name for column in COLUMNS]
    rows = [[cell.value for cell in row[: len(names)]] for row in sheet.iter_rows()]
    start = next(index for index, row in enumerate(rows) if row[0] == "(1)") + 1
    return {str(row[1]): dict(zip(names, row, strict=True)) for row in rows[start : start + 5]}


def below(sheet: Opened, first: str) -> list[list[Any]]:
    """Give the rows under the header that begins with *first*."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(index for index, row in enumerate(rows) if row[0] == first) + 1
    return [row for row in rows[start:] if isinstance(row[0], int)]


def said(sheet: Opened) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_every_form_and_table_has_its_sheet_and_the_first_leads_to_all(values: Opened, formulas: Opened) -> None:
    forms = ["Biểu 01", "Biểu 02", "Biểu 02b", "Biểu 02c", "Biểu 02d", "Biểu 05", "Biểu 06"]
    tables = [
        "So sánh",
        "Nguồn giao",
        "Năm giao",
        "Văn bản giao",
        "Diễn biến",
        "Biểu đồ",
        "Tỷ lệ",
        "Xếp loại",
        "Kiểm tra",
    ]
    assert values.sheetnames == ["Mục lục", *forms, *tables]
    contents = formulas["Mục lục"]
    links = [cell.hyperlink.location for row in contents.iter_rows() for cell in row if cell.hyperlink]
    assert sorted(links) == sorted(f"'{name}'!A1" for name in [*forms, *tables])
    words = said(contents)
    assert "Sổ theo dõi: là tệp riêng của cơ quan" in words
    assert "Báo cáo của đơn vị: là tệp gửi riêng cho từng đơn vị" in words


def test_every_rule_that_was_applied_stands_with_its_article_and_its_day(values: Opened) -> None:
    rules = below(values["Mục lục"], "TT")
    (cut_off,) = (row for row in rules if row[1] == "Ngày chốt số liệu")
    assert cut_off[2:5] == [
        "ngày Văn phòng phải báo cáo\nSố liệu chốt vào ngày Văn phòng phải báo cáo.",
        "khoản 2 Điều 20",
        "01/01/2022",
    ]
    (allocation,) = (row for row in rules if row[1] == "Nhiệm vụ tính vào kỳ theo")
    assert allocation[2:4] == ["ngày giao", "cài đặt của cơ quan"]
    assert "Nhiệm vụ tính vào kỳ theo: ngày giao (cài đặt của cơ quan). Các quy định khác" in said(values["Biểu 01"])


def test_the_form_looks_like_an_official_paper(values: Opened) -> None:
    sheet = values["Biểu 01"]
    words = said(sheet)
    for line in (
        "VĂN PHÒNG SỞ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "(Kỳ báo cáo: 6 tháng đầu năm 2026; số liệu tính đến ngày 10/06/2026)",
        "CHÁNH VĂN PHÒNG",
    ):
        assert line in words
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows


def test_every_unit_has_a_line_of_numbers_even_without_tasks(values: Opened) -> None:
    table = lines(values["Biểu 01"])
    first = table["Chi cục Thủy lợi"]
    assert (first["carried"], first["new"], first["total"]) == (12, 30, 42)
    assert (first["done"], first["on_time"], first["late"], first["done_undated"]) == (25, 19, 4, 2)
    assert (first["open"], first["in_time_running"], first["in_time_idle"]) == (15, 5, 2)
    assert (first["overdue_running"], first["overdue_idle"], first["open_undated"]) == (5, 1, 2)
    assert (first["stopped"], first["extended"], first["change"]) == (2, 2, 4)
    empty = table[NAMES["TTKN"]]
    assert empty["total"] == 0
    assert [empty[name] for name in ("rate_completed", "rate_on_time", "rate_overdue")] == ["–"] * 3


def test_every_line_adds_up(values: Opened) -> None:
    for line in lines(values["Biểu 01"]).values():
        assert line["total"] == line["carried"] + line["new"]
        assert line["total"] == line["done"] + line["open"] + line["stopped"]


def test_totals_over_units_and_distinct_tasks_stand_both_with_a_footnote(values: Opened) -> None:
    table = lines(values["Biểu 01"])
    assert table["Tổng cộng (theo đơn vị)"]["total"] == 54
    assert table["Tổng số nhiệm vụ (không trùng)"]["total"] == 52
    assert "(54) lớn hơn tổng số nhiệm vụ không trùng (52)" in said(values["Biểu 01"])


def test_no_footnote_about_distinct_tasks_when_both_totals_agree(tmp_path: Path) -> None:
    figures = summary()
    same = replace(figures, distinct=figures.total)
    assert "lớn hơn" not in said(load_workbook(drawn_at(tmp_path / "a.xlsx", same))["Biểu 01"])


def test_sums_and_rates_are_formulas_of_the_cells_of_their_line(formulas: Opened) -> None:
    table = lines(formulas["Biểu 01"])
    rows = {formulas["Biểu 01"].cell(row, 2).value: row for row in range(1, formulas["Biểu 01"].max_row + 1)}
    row = rows["Chi cục Kiểm lâm"]
    line = table["Chi cục Kiểm lâm"]
    assert line["total"] == f"=C{row}+D{row}"
    assert line["open"] == f"=K{row}+L{row}+M{row}+N{row}+O{row}"
    assert line["rate_completed"] == f'=IF(E{row}=0,"–",(F{row})/(E{row}))'
    assert line["on_time"] == 9
    assert table["Tổng cộng (theo đơn vị)"]["on_time"] == f"=SUM(G{row - 1}:G{row + 1})"


def test_rates_in_the_form_are_those_of_the_summary(values: Opened) -> None:
    table, figures = lines(values["Biểu 01"]), summary()
    for column in COLUMNS:
        if column.rate:
            shown = table["Tổng cộng (theo đơn vị)"][column.name]
            assert shown == pytest.approx(float(figures.rates[column.rate] or Fraction()))
            assert shown == pytest.approx(float(rates(figures.total)[column.rate] or Fraction()))


def test_a_total_that_its_parts_do_not_give_is_written_as_stated(tmp_path: Path) -> None:
    figures = summary()
    broken = replace(
        figures, units=(replace(figures.units[0], counts=replace(IRRIGATION, total=43)), *figures.units[1:])
    )
    sheet = load_workbook(drawn_at(tmp_path / "a.xlsx", replace(broken, checks=run_checks(broken))))["Biểu 01"]
    assert lines(sheet)["Chi cục Thủy lợi"]["total"] == 43
    assert lines(sheet)["Tổng cộng (theo đơn vị)"]["total"] != 43
    assert "không khớp: xem lại số liệu trước khi ký" in said(sheet)


def test_overdue_tasks_come_most_overdue_first_with_all_columns(values: Opened) -> None:
    listed = below(values["Biểu 02"], "(1)")
    assert [row[7] for row in listed] == [101, 100, 98, 97, 95, 93]
    first = listed[0]
    assert first[1] == "101/UBND-NNTN ngày 05/01/2026"
    assert first[3] == "Chi cục Thủy lợi"
    assert first[5].date() == date(2026, 3, 1)
    assert first[6] == "20/03/2026 (1 lần)"
    assert first[8] == 3
    assert first[11] == "=Đề nghị bố trí kinh phí\nĐề nghị gia hạn đến 31/07/2026"
    assert len(first) == 13


def test_texts_of_units_stay_texts_in_the_form(formulas: Opened) -> None:
    sheet = formulas["Biểu 02"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_sisters_of_bieu_02_tell_when_a_task_ended_is_due_or_was_last_heard_of(values: Opened) -> None:
    late, soon, silent = (below(values[f"Biểu 02{letter}"], "(1)") for letter in "bcd")
    assert [(row[7].date(), row[8]) for row in late] == [(date(2026, 5, 4), days) for days in (23, 22, 21, 20)]
    assert (soon[0][5].date(), soon[0][6]) == (date(2026, 6, 12), 2)
    assert (silent[0][5].date(), silent[0][6].date()) == (date(2026, 2, 2), date(2025, 12, 20))


def test_an_empty_list_of_overdue_tasks_says_so(tmp_path: Path) -> None:
    sheet = load_workbook(drawn_at(tmp_path / "a.xlsx", replace(summary(), overdue=())))["Biểu 02"]
    assert "Không có nhiệm vụ quá hạn chưa hoàn thành đến ngày 10/06/2026." in said(sheet)


def test_units_stand_in_their_groups_and_the_sum_passes_the_groups_by(tmp_path: Path) -> None:
    grouped = replace(paper(), unit_groups={"CCTL": "Chi cục", "CCKL": "Chi cục", "TTKN": "Trung tâm"})
    draw_workbook(grouped, tmp_path / "a.xlsx")
    sheet = load_workbook(tmp_path / "a.xlsx")["Biểu 01"]
    rows = {str(cell.value): cell.row for row in sheet.iter_rows(max_col=2) for cell in row if cell.value}
    first, last = rows["Chi cục (2)"], rows[NAMES["TTKN"]]
    assert [rows[name] - first for name in ("Chi cục Thủy lợi", "Chi cục Kiểm lâm", "Trung tâm (1)")] == [1, 2, 3]
    assert sheet.cell(rows["Tổng cộng (theo đơn vị)"], 7).value == f"=SUM(G{first}:G{last})"
    chart = load_workbook(tmp_path / "a.xlsx")["Biểu đồ"]
    assert f"='Biểu 01'!B{last}" in {cell.value for (cell,) in chart.iter_rows(max_col=1)}


def test_bieu_05_counts_its_states_by_formulas(values: Opened, formulas: Opened) -> None:
    listed = below(values["Biểu 05"], "(1)")
    assert [row[4] for row in listed] == ["Đã báo cáo đúng hạn", "Đã báo cáo, chậm", "Chưa báo cáo, đã quá hạn"]
    assert listed[0][5] == "Đang trả lại để sửa"
    counted = [cell for row in formulas["Biểu 05"].iter_rows() for cell in row if cell.data_type == "f"]
    assert [values["Biểu 05"][cell.coordinate].value for cell in counted] == [3, 1, 1, 1]
    assert str(counted[1].value).startswith("=COUNTIF(E")


def test_the_sentences_of_bieu_06_hold_the_figures_and_leave_the_judgement(values: Opened) -> None:
    words = said(values["Biểu 06"])
    assert "Tổng số nhiệm vụ theo dõi trong kỳ là 54, gồm 15 nhiệm vụ kỳ trước chuyển sang và 39 nhiệm vụ giao" in words
    assert "Đã hoàn thành 34/54 nhiệm vụ, đạt 63,0% tổng số nhiệm vụ" in words
    assert "[Văn phòng Sở ghi đánh giá chung" in words


def test_other_periods_stand_beside_this_one_with_the_difference(values: Opened, formulas: Opened) -> None:
    rows = {str(row[0].value): [cell.value for cell in row[1:6]] for row in values["So sánh"].iter_rows()}
    assert rows["Tổng số nhiệm vụ"] == [54, 38, 16, 12, 42]
    assert rows["– quá hạn"] == [6, 0, 6, 0, 6]
    assert {
        str(cell.value)[0]
        for row in formulas["So sánh"].iter_rows(min_col=4, max_col=4)
        for cell in row
        if cell.data_type == "f"
    } == {"="}


def test_every_breakdown_adds_up_to_the_form(values: Opened, formulas: Opened) -> None:
    for name in ("Nguồn giao", "Năm giao", "Văn bản giao"):
        rows = [[cell.value for cell in row] for row in values[name].iter_rows()]
        sums = [row for row in rows if row[0] == "Tổng cộng"]
        assert {tuple(row[2:6]) for row in sums} == {(15, 39, 54, 34)}, name
    names = said(values["Nguồn giao"])
    assert "Trung ương (Chính phủ, Thủ tướng Chính phủ, bộ, ngành)" in names
    assert "Chưa ghi nguồn giao" in names
    assert "12/UBND-NNTN ngày 05/01/2026\nVề việc phòng, chống thiên tai" in said(values["Văn bản giao"])
    assert any(str(cell.value).startswith("=SUM(") for row in formulas["Năm giao"].iter_rows() for cell in row)


def test_months_and_ageing_have_their_charts(values: Opened, formulas: Opened) -> None:
    sheet = formulas["Diễn biến"]
    assert len(sheet._charts) == 2  # noqa: SLF001 - openpyxl has no public way to a sheet's charts
    months = [row for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("tháng")]
    assert len(months) == 6
    assert all(str(row[8]).startswith("=B") for row in months)
    assert "Từ 31 đến 120 ngày" in said(values["Diễn biến"])


def test_a_ranking_prints_its_formula_its_thresholds_and_who_is_left_out(values: Opened) -> None:
    sheet = values["Xếp loại"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True) if row[1] in NAMES.values()]
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (1, "Chi cục Kiểm lâm", 1),
        (2, "Chi cục Thủy lợi", 3),
        ("–", NAMES["TTKN"], "không xếp"),
    ]
    assert "loại 1: từ 90% trở lên; loại 2: từ 75% trở lên; loại 3: từ 50% trở lên; loại 4: thấp hơn" in said(sheet)


def test_eighty_units_are_charted_page_by_page(tmp_path: Path) -> None:
    figures, names = (
        summary(),
        {f"U{n:02}": f"Ủy ban nhân dân xã {n} có tên rất dài ở vùng sâu, vùng xa" for n in range(80)},
    )
    many = replace(figures, units=tuple(replace(figures.units[1], unit=code) for code in names))
    draw_workbook(paper(many, names=names), tmp_path / "a.xlsx")
    sheet: Opened = load_workbook(tmp_path / "a.xlsx")["Biểu đồ"]
    assert len(sheet._charts) == 6  # noqa: SLF001 - as above
    assert len(sheet.row_breaks.brk) == 6
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage


def test_every_rate_stands_with_its_formula_in_words_and_its_rounding(values: Opened) -> None:
    listed = below(values["Tỷ lệ"], "TT")
    figures = summary()
    assert [row[1] for row in listed] == [say(f"rates.rate_{key}", "vi") for key in figures.rates]
    assert [row[2] for row in listed] == [say(f"rates.formula_{key}", "vi") for key in figures.rates]
    assert [row[3] for row in listed] == [pytest.approx(float(rate or 0)) for rate in figures.rates.values()]
    assert "Làm tròn nửa lên, một chữ số thập phân" in said(values["Tỷ lệ"])


def test_every_check_is_listed_with_its_outcome_and_what_lies_between_the_periods(values: Opened) -> None:
    listed = below(values["Kiểm tra"], "TT")
    figures = summary()
    assert all(check.ok for check in figures.checks)
    assert [row[1] for row in listed[:-2]] == [say(f"checks.check_{check.name}", "vi") for check in figures.checks]
    assert {row[2] for row in listed[:-2]} == {"Khớp"}
    assert [row[2:4] for row in listed[-2:]] == [["Để biết", "2"], ["Để biết", "25"]]


def test_the_chart_is_drawn_from_formulas_over_the_form(values: Opened, formulas: Opened) -> None:
    sheet = formulas["Biểu đồ"]
    (chart,) = sheet._charts  # noqa: SLF001 - openpyxl has no public way to a sheet's charts
    assert chart.grouping == "stacked"
    assert len(chart.series) == 7
    row = next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if str(cell.value).startswith("='Biểu 01'!B"))
    assert [cell.value for cell in values["Biểu đồ"][row]][:8] == ["Chi cục Thủy lợi", 19, 4, 2, 7, 6, 2, 2]


def test_a_report_without_units_is_drawn_all_the_same(tmp_path: Path) -> None:
    empty = Summary(
        period=parse_period("2026-M01"),
        as_of=date(2026, 1, 19),
        regulation="kon-tum-2022",
        units=(),
        total=NOTHING,
        previous_total=NOTHING,
        distinct=NOTHING,
        rates=rates(NOTHING),
        overdue=(),
        checks=(),
        between=Between(),
    )
    book = load_workbook(drawn_at(tmp_path / "a.xlsx", empty, "en"), data_only=True)
    forms = ["Form 01", "Form 02", "Form 02b", "Form 02c", "Form 02d", "Form 05", "Form 06"]
    assert book.sheetnames == ["Contents", *forms, "Comparison", "Rates", "Checks"]
    assert {row[3] for row in below(book["Rates"], "No.")} == {"–"}


def test_the_same_summary_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = drawn_at(tmp_path / "a.xlsx", summary()), drawn_at(tmp_path / "b.xlsx", summary())
    assert first.read_bytes() == second.read_bytes()


def test_recalculated_formulas_give_the_values_that_were_written(
    drawn: Path, tmp_path: Path, libreoffice: Callable[[Path, str], Path]
) -> None:
    bare = tmp_path / "bare.xlsx"
    load_workbook(drawn).save(bare)  # openpyxl leaves the values out, so that LibreOffice has to compute them
    again = load_workbook(libreoffice(bare, "xlsx:Calc MS Excel 2007 XML"), data_only=True)
    written, texts = load_workbook(drawn, data_only=True), load_workbook(drawn)
    compared = 0
    for sheet in texts.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            here, there = (book[sheet.title][cell.coordinate].value for book in (written, again))
            assert there == (pytest.approx(here) if isinstance(here, float) else here), (
                f"{sheet.title}!{cell.coordinate}"
            )
            compared += 1
    assert compared > 200
