"""One ledger under five regulations: each office gets its own paper, and a reader sees which rule was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

if TYPE_CHECKING:
    from tests.conftest import SmallOffice


@pytest.mark.parametrize(
    ("code", "as_of", "basis", "to", "cut_off", "public"),
    [
        (
            "tra-vinh-2024",
            "24/06/2026",
            "theo khoản 2 Điều 19",
            ["- UBND tỉnh;", "- Chủ tịch UBND tỉnh;"],
            "Điều 19",
            "Điều 17.3",
        ),
        (
            "thanh-hoa-2025",
            "24/06/2026",
            "theo khoản 2 Điều 18",
            ["- UBND tỉnh;", "- Chủ tịch UBND tỉnh;"],
            "Điều 18",
            "Điều 16.2",
        ),
        (
            "quynh-nhai-2015",
            "24/06/2026",
            "theo khoản 2 Điều 19",
            ["- Chủ tịch UBND huyện;", "- Phiên họp UBND huyện;", "- Hội đồng Thi đua khen thưởng huyện;"],
            "Điều 19",
            "",
        ),
        ("hai-phong-2025", "30/06/2026", "theo khoản 2 Điều 18", ["- UBND thành phố;"], "Điều 21", "Điều 18.2"),
        (
            "kon-tum-2022",
            "10/06/2026",
            "theo khoản 2 Điều 20",
            ["- Văn phòng Ủy ban nhân dân tỉnh;"],
            "khoản 2 Điều 20",
            "",
        ),
    ],
)
def test_the_half_year_report_follows_the_office_s_own_regulation(  # noqa: PLR0917 - one column each
    office: SmallOffice, code: str, as_of: str, basis: str, to: list[str], cut_off: str, public: str
) -> None:
    settings = office.root / "tdnv.toml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    ours = (f'regulation = "{code}"\n' if line.startswith("regulation") else line for line in lines)
    settings.write_text("".join(ours), encoding="utf-8")
    day = "-".join(reversed(as_of.split("/")))
    for kind in ("docx", "xlsx", "html"):
        done = office.run("summary", "--period", "2026-H1", "--as-of", day, "-o", office.root / f"a.{kind}")
        assert done.code == 0, done.err

    paper = Document(str(office.root / "a.docx"))
    told = "".join(part.text or "" for part in paper.element.body.iter(qn("w:t")))
    assert f"Thực hiện chế độ báo cáo {basis}" in told
    assert f"số liệu tính đến ngày {as_of}" in told
    assert paper.tables[1].rows[0].cells[0].text.split("\n")[1:-1] == to

    contents = load_workbook(office.root / "a.xlsx")["Mục lục"]
    rules = {str(row[1]): [str(cell) for cell in row[2:5]] for row in contents.iter_rows(values_only=True)}
    came_to = "ngày cuối kỳ" if code == "hai-phong-2025" else "ngày Văn phòng phải báo cáo"  # no session day is entered
    assert rules["Ngày chốt số liệu"][0].startswith(came_to)
    assert rules["Ngày chốt số liệu"][1] == cut_off
    due = "quy chế không nêu ngày" if code == "hai-phong-2025" else as_of
    assert rules["Văn phòng báo cáo chậm nhất"][0].startswith(due)

    page = (office.root / "a.html").read_text(encoding="utf-8")
    assert (f"({public}, " in page) == bool(public)
    assert ("Công khai" in page) == bool(public)
