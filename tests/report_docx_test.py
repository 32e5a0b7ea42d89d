"""The report as a Word document: layout of Nghị định 30/2020, figures in sentences, words of files only ever words."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.report import recipients
from tdnv_sheets.render.docx_parts import Text, legal, paragraph
from tdnv_sheets.render.report_docx import draw_document
from tdnv_sheets.render.report_rules import article_in_full, rules_of
from tdnv_sheets.render.report_view import count_text, percent_text
from tdnv_sheets.rules.judge import Judge
from tdnv_sheets.summary.applied import applied
from tests.drawings import reworded
from tests.render_safety_test import attack
from tests.report_sample import HEAD, issued_again, overdue, paper, summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document as Doc
    from docx.section import Section


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("docx") / "a.docx"
    draw_document(paper(), path)
    return path


@pytest.fixture(scope="module")
def document(drawn: Path) -> Doc:
    return Document(str(drawn))


def words(document: Doc) -> str:
    return "\n".join(
        "".join(part.text or "" for part in line.iter(qn("w:t"))) for line in document.element.body.iter(qn("w:p"))
    )


def size(section: Section) -> tuple[int, int]:
    """Give width and height in whole millimetres; Word keeps them in twentieths of a point."""
    return round((section.page_width or 0) / Mm(1)), round((section.page_height or 0) / Mm(1))


# ------------------------------------------------------------------ layout


def test_the_paper_is_a4_with_the_margins_of_the_decree_and_annexes_lie_across(document: Doc) -> None:
    paper_, *annexes = document.sections
    assert size(paper_) == (210, 297)
    edges = (paper_.top_margin, paper_.right_margin, paper_.bottom_margin, paper_.left_margin)
    assert all(
        low <= round((edge or 0) / Mm(1)) <= high
        for edge, (low, high) in zip(edges, ((20, 25), (15, 20), (20, 25), (30, 35)), strict=True)
    )
    assert [size(it) for it in annexes] == [(297, 210)] * 3


def test_pages_are_numbered_in_the_top_margin_but_not_the_first(document: Doc) -> None:
    paper_, *annexes = document.sections
    assert paper_.different_first_page_header_footer
    assert not any(it.different_first_page_header_footer for it in annexes)
    (line,) = paper_.header.paragraphs
    assert line.alignment == 1
    assert "PAGE" in line._p.xml  # noqa: SLF001 - a field is no run
    assert not any(it.text for it in paper_.first_page_header.paragraphs)
    assert all(it.header.is_linked_to_previous for it in annexes)


def test_every_letter_is_times_new_roman(document: Doc, drawn: Path) -> None:
    fonts = document.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    with zipfile.ZipFile(drawn) as parts:
        assert b"rFonts" not in parts.read("word/document.xml")
        assert b"asciiTheme" not in parts.read("word/styles.xml")


def test_the_head_has_who_writes_the_motto_number_place_and_day(document: Doc) -> None:
    head = document.tables[0]
    left, right = (cell.text for cell in head.rows[0].cells)
    assert left.split("\n")[:2] == ["SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "VĂN PHÒNG SỞ"]
    assert right.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert [cell.text for cell in head.rows[1].cells] == ["Số:          /BC-……", "Kon Tum, ngày …… tháng …… năm ………"]


def test_long_tables_repeat_their_header_and_cut_no_row(document: Doc) -> None:
    by_unit, overdue_list = document.tables[2:4]
    for table, head in ((by_unit, 3), (overdue_list, 2)):
        repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]  # noqa: SLF001 - as above
        assert repeated == [number < head for number in range(len(repeated))]
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)  # noqa: SLF001 - as above


def test_recipients_and_signer_stand_at_the_end(document: Doc) -> None:
    foot = document.tables[1]
    left, right = (cell.text for cell in foot.rows[0].cells)
    assert left.split("\n") == ["Nơi nhận:", "- Văn phòng Ủy ban nhân dân tỉnh;", "- Lưu: VT, ……"]
    assert right.startswith("CHÁNH VĂN PHÒNG")


# ------------------------------------------------------------------ words


def test_the_sentences_hold_the_figures_and_the_judgement_is_left_to_write(document: Doc) -> None:
    told = words(document)
    for line in (
        "Căn cứ Quy chế theo dõi, đôn đốc thực hiện nhiệm vụ, ban hành kèm theo Quyết định số 12/QĐ-SNN;",
        "Thực hiện chế độ báo cáo theo khoản 2 Điều 20 của văn bản nêu trên;",
        "gồm 15 nhiệm vụ kỳ trước chuyển sang và 39 nhiệm vụ giao trong kỳ.",
        "Đã hoàn thành 34/54 nhiệm vụ, đạt 63,0% tổng số nhiệm vụ; trong đó hoàn thành đúng hạn 28, quá hạn 4",
        "Tính trên 38 nhiệm vụ đến hạn",
        "So với 6 tháng cuối năm 2025: tổng số nhiệm vụ tăng 16 (38 lên 54)",
        "So với 6 tháng đầu năm 2025: tổng số nhiệm vụ tăng 42 (12 lên 54)",
        "Nhiệm vụ chưa hoàn thành theo năm giao: 2026: 15 (quá hạn 6); 2025: 3 (quá hạn 0).",
        "Có 2/3 đơn vị đã báo cáo, trong đó đúng hạn 1, chậm 1; 1 đơn vị quá hạn chưa báo cáo",
        "Chia theo thời gian quá hạn: từ 31 đến 120 ngày: 6.",
        "Đơn vị còn nhiệm vụ quá hạn chưa hoàn thành: Chi cục Thủy lợi (6).",
        "còn 6 nhiệm vụ quá hạn chưa hoàn thành, chậm nhất 101 ngày; 6 nhiệm vụ đã nêu nguyên nhân",
        "II. ĐÁNH GIÁ CHUNG",
        "[Văn phòng Sở ghi tồn tại, hạn chế và nguyên nhân",
        "IV. KIẾN NGHỊ, ĐỀ XUẤT",
        "của Văn phòng Sở./.",
    ):
        assert line in told, line


def test_the_annexes_hold_the_same_figures_as_the_workbook(document: Doc) -> None:
    by_unit, overdue_list = document.tables[2:4]
    rows = [[cell.text for cell in row.cells] for row in by_unit.rows]
    assert rows[3][:10] == ["1", "Chi cục Thủy lợi", "12", "30", "42", "25", "19", "4", "2", "15"]
    assert rows[3][17:] == ["59,5%", "65,5%", "14,3%", "+4"]
    assert rows[5][17:20] == ["–", "–", "–"]
    assert [row.cells[4].text for row in document.tables[4].rows[1:]] == [
        "Đã báo cáo đúng hạn",
        "Đã báo cáo, chậm",
        "Chưa báo cáo, đã quá hạn",
    ]
    assert [row.cells[7].text for row in overdue_list.rows[2:]] == ["101", "100", "98", "97", "95", "93"]


def test_a_failed_check_is_printed_under_the_title(tmp_path: Path) -> None:
    figures = summary()
    checks = tuple(replace(check, ok=check.name != "distinct") for check in figures.checks)
    draw_document(paper(replace(figures, checks=checks)), tmp_path / "a.docx")
    told = words(Document(str(tmp_path / "a.docx")))
    assert "Có 1 phép đối chiếu không khớp: xem lại số liệu trước khi ký." in told
    assert "- Số nhiệm vụ không trùng không lớn hơn tổng số" in told


def test_a_report_that_was_issued_again_says_so_and_lists_what_changed(tmp_path: Path) -> None:
    draw_document(paper(issued_again(summary())), tmp_path / "a.docx")
    document = Document(str(tmp_path / "a.docx"))
    told = words(document)
    assert "Đơn vị gửi nhầm" in told
    assert "Phụ lục IV" in told
    assert [cell.text for cell in document.tables[-1].rows[2].cells][1:] == [
        "Chi cục Thủy lợi",
        "NV-2026-00009",
        "Chưa hoàn thành, trong hạn",
        "Chưa hoàn thành, quá hạn",
    ]


def test_english_words_and_numbers(tmp_path: Path) -> None:
    draw_document(paper(lang="en"), tmp_path / "a.docx")
    told = words(Document(str(tmp_path / "a.docx")))
    assert "34 of 54 tasks are completed, 63.0% of all tasks" in told
    assert "nhiệm vụ được giao" not in told


def test_an_office_without_tasks_gets_a_whole_report(tmp_path: Path) -> None:
    figures = summary()
    nothing = figures.units[2].counts
    none = dict.fromkeys(figures.rates)
    bare = replace(
        figures, units=(), total=nothing, distinct=nothing, previous_total=nothing, rates=none, overdue=(), checks=()
    )
    head = replace(HEAD, authority="", place="", recipients=(), report_article="", number="")
    draw_document(paper(bare, head=head), tmp_path / "a.docx")
    told = words(Document(str(tmp_path / "a.docx")))
    assert "Đã hoàn thành 0/0 nhiệm vụ, đạt – tổng số nhiệm vụ" in told
    assert "Trong kỳ không có đơn vị nào có nhiệm vụ phải thực hiện." in told
    assert "Không có nhiệm vụ quá hạn chưa hoàn thành đến ngày 10/06/2026." in told


def test_what_looks_like_a_template_or_a_field_is_a_text(tmp_path: Path) -> None:
    lure = "<?tdnv 0?> {{ 7 * 7 }} {% for x in y %} {# none #} ${a} <w:fldSimple w:instr=' DDE '/> &amp;"
    item = overdue(9, date(2026, 3, 9), result_summary=lure, difficulty=lure)
    draw_document(paper(replace(summary(), overdue=(item,)), names={"CCTL": lure}), tmp_path / "a.docx")
    read = Document(str(tmp_path / "a.docx"))
    assert read.tables[3].rows[2].cells[9].text == lure
    assert read.tables[2].rows[3].cells[1].text == lure
    instructions = [it.get(qn("w:instr")) for it in read.element.body.iter(qn("w:fldSimple"))]
    assert instructions == []


@given(st.text(max_size=60))
def test_any_text_is_the_same_text_in_the_document(text: str) -> None:
    piece = paragraph(text, Text(12, bold=True))
    (line,) = parse_xml(
        f'<w:body xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{piece}</w:body>'
    )
    read = "".join("\n" if it.tag == qn("w:br") else it.text or "" for it in line.iter(qn("w:t"), qn("w:br")))
    assert read == legal(text).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("change", [str, attack], ids=["as people write", "as attackers do"])
def test_the_document_passes_the_rules_of_microsofts_validator(change: Callable[[str], str], tmp_path: Path) -> None:
    told = reworded(paper(), change)
    draw_document(told, tmp_path / "a.docx")
    assert [str(error) for error in OpenXmlValidator().validate(tmp_path / "a.docx").errors] == []


def test_the_same_report_gives_the_same_bytes(drawn: Path, tmp_path: Path) -> None:
    draw_document(paper(), tmp_path / "b.docx")
    assert (tmp_path / "b.docx").read_bytes() == drawn.read_bytes()


def test_libreoffice_prints_the_paper_upright_and_its_annexes_across(
    drawn: Path, libreoffice: Callable[[Path, str], Path]
) -> None:
    printed = libreoffice(drawn, "pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    across = [float(width) > float(height) for width, height in boxes]
    assert across == [False, False, True, True, True]


# ------------------------------------------------------------------ law as data


@pytest.mark.parametrize(
    ("code", "names", "article"),
    [
        ("tra-vinh-2024", ("UBND tỉnh", "Chủ tịch UBND tỉnh"), "khoản 2 Điều 19"),
        ("thanh-hoa-2025", ("UBND tỉnh", "Chủ tịch UBND tỉnh"), "khoản 2 Điều 18"),
        (
            "quynh-nhai-2015",
            ("Chủ tịch UBND huyện", "Phiên họp UBND huyện", "Hội đồng Thi đua khen thưởng huyện"),
            "khoản 2 Điều 19",
        ),
        ("hai-phong-2025", ("UBND thành phố",), "khoản 2 Điều 18"),
        ("kon-tum-2022", ("Văn phòng Ủy ban nhân dân tỉnh",), "khoản 2 Điều 20"),
    ],
)
def test_each_regulation_says_who_receives_the_half_year_and_by_which_article(
    code: str, names: tuple[str, ...], article: str
) -> None:
    duty = regulation.load(code).report_day(regulation.OFFICE, parse_period("2026-H1"))
    assert duty is not None
    assert recipients(duty.to) == names
    assert article_in_full(duty.article, "vi") == article


def test_articles_are_written_as_official_papers_do() -> None:
    assert article_in_full("Điều 6.1đ", "vi") == "điểm đ khoản 1 Điều 6"
    assert article_in_full("Điều 19", "vi") == "Điều 19"
    assert article_in_full("Điều 19.2", "en") == "Điều 19.2"


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_rates_are_rounded_half_up_to_one_decimal(above: int, below: int) -> None:
    exact = (Decimal(above) * 100 / Decimal(below)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if (above * 2000) % below:  # where decimal division is no exact tie, it cannot have rounded over one
        assert percent_text(Fraction(above, below), "en") == f"{exact}%"
    assert percent_text(Fraction(1, 2000), "vi") == "0,1%"
    assert percent_text(None, "vi") == "–"


def test_thousands_are_set_apart_as_each_language_does() -> None:
    assert (count_text(1234567, "vi"), count_text(1234567, "en")) == ("1.234.567", "1,234,567")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("code", regulation.available())
def test_every_answer_of_every_regulation_can_be_said(code: str, lang: str) -> None:
    rules = regulation.load(code)
    judge = Judge(rules, calendar.load(None), 5, "regulation", {})
    for name in ("2026-H1", "2026-Q3", "2026-M05", "2026", "2026-01-01..2026-02-01"):
        found = applied(judge, parse_period(name), date(2026, 6, 30), "deadline")
        told = rules_of(paper(replace(summary(), applied=found), lang))
        assert len(told) == len(found) > 5
