from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from openpyxl import load_workbook

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.render.report import draw_summary
from tdnv_sheets.render.report_table import COLUMNS
from tdnv_sheets.rules.judgement import Judgement, Status, Timeliness
from tdnv_sheets.summary.checks import run_checks
from tdnv_sheets.summary.figures import Between, Counts, Listed, Summary, UnitLine
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Opened: TypeAlias = Any
NAMES = MappingProxyType(
    {
        "CCTL": "Chi cục Thủy lợi",
        "CCKL": "Chi cục Kiểm lâm",
        "TTKN": "Trung tâm Khuyến nông và Dịch vụ nông nghiệp tỉnh",
    }
)
IRRIGATION = Counts(
    carried=12,
    new=30,
    total=42,
    completed_on_time=19,
    completed_late=4,
    completed_undated=2,
    open_in_time=7,
    open_overdue=5,
    open_undated=2,
    not_completed=1,
    withdrawn=1,
    transferred=1,
    awaiting=3,
    extended=2,
    open_in_time_not_started=2,
    open_overdue_not_started=1,
)
FORESTRY = Counts(carried=3, new=9, total=12, completed_on_time=9, open_in_time=3, open_in_time_not_started=2)
NOTHING = Counts()


def added(*lines: Counts) -> Counts:
    return Counts(*(sum(getattr(line, f.name) for line in lines) for f in fields(Counts)))


def overdue(number: int, deadline: date, **more: object) -> Listed:
    task = {
        "document_number": f"{100 + number}/UBND-NNTN",
        "document_date": date(2026, 1, 5),
        "document_summary": "Về việc phòng, chống thiên tai",
        "task_content": "Rà soát, lập danh mục công trình thủy lợi hư hỏng",
        "coordinating_units": "Phòng Kế hoạch - Tài chính",
        "deadline": deadline,
        "result_summary": "Đã khảo sát 12/20 công trình",
        "difficulty": "Chưa bố trí kinh phí",
        "proposal": "=Đề nghị bố trí kinh phí",
        "monitor": "Phòng Tổng hợp",
        **more,
    }
    judged = Judgement(
        status=Status.OPEN_OVERDUE,
        timeliness=Timeliness.LATE,
        effective_deadline=deadline,
        days_left=(deadline - date(2026, 6, 10)).days,
        completion_day=None,
        awaiting=False,
        alerts=(),
        extension_count=1 if "extended_deadline" in more else 0,
        last_update=None,
    )
    return Listed(Assignment(Key(f"NV-2026-{number:05}", "CCTL"), MappingProxyType(task)), judged)  # type: ignore[arg-type]  # plain values


def summary() -> Summary:
    total = added(IRRIGATION, FORESTRY, NOTHING)
    previous = added(replace(NOTHING, carried=38, total=38, open_in_time=38), NOTHING)
    lines = (
        UnitLine("CCTL", IRRIGATION, previous, rates(IRRIGATION)),
        UnitLine("CCKL", FORESTRY, NOTHING, rates(FORESTRY)),
        UnitLine("TTKN", NOTHING, NOTHING, rates(NOTHING)),
    )
    late = [overdue(number, date(2026, 3, number)) for number in (9, 2, 5, 7, 4)]
    asked = {"extended_deadline": date(2026, 3, 20), "extension_to": date(2026, 7, 31), "reminder_count": 3}
    figures = Summary(
        period=parse_period("2026-H1"),
        as_of=date(2026, 6, 10),
        regulation="kon-tum-2022",
        units=lines,
        total=total,
        previous_total=previous,
        distinct=replace(total, total=52, new=37, completed_on_time=26),
        rates=rates(total),
        overdue=(*late, overdue(1, date(2026, 3, 1), **asked)),
        checks=(),
        between=Between(open_then=total.carried + 1, begun=2, closed=3),
    )
    return replace(figures, checks=run_checks(figures))


def draw(path: Path, figures: Summary, lang: str = "vi") -> Path:
    title = "Quy chế theo dõi, đôn đốc thực hiện nhiệm vụ"
    draw_summary(figures, path, office="Văn phòng Sở", regulation_title=title, lang=lang, unit_names=NAMES)
    return path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("report") / "report.xlsx", summary())


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


def test_the_report_has_forms_rates_chart_and_checks(values: Opened) -> None:
    assert values.sheetnames == ["Biểu 01", "Biểu 02", "Tỷ lệ", "Biểu đồ", "Kiểm tra"]


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
    assert "lớn hơn" not in said(load_workbook(draw(tmp_path / "a.xlsx", same))["Biểu 01"])


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
    sheet = load_workbook(draw(tmp_path / "a.xlsx", replace(broken, checks=run_checks(broken))))["Biểu 01"]
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


def test_an_empty_list_of_overdue_tasks_says_so(tmp_path: Path) -> None:
    sheet = load_workbook(draw(tmp_path / "a.xlsx", replace(summary(), overdue=())))["Biểu 02"]
    assert "Không có nhiệm vụ quá hạn chưa hoàn thành đến ngày 10/06/2026." in said(sheet)


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
    assert [row[2:4] for row in listed[-2:]] == [["Để biết", "2"], ["Để biết", "3"]]


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
    book = load_workbook(draw(tmp_path / "a.xlsx", empty, "en"), data_only=True)
    assert book.sheetnames == ["Form 01", "Form 02", "Rates", "Checks"]
    assert {row[3] for row in below(book["Rates"], "No.")} == {"–"}


def test_the_same_summary_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = draw(tmp_path / "a.xlsx", summary()), draw(tmp_path / "b.xlsx", summary())
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
    assert compared > 60
