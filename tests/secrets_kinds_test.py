"""State secrets in every form, in every corner of a file, and in every kind of file: nothing of them is found anywhere."""

from __future__ import annotations

import io
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from tests.conftest import Ran, SmallOffice, fill, run
from tests.mutations_files_test import as_csv, rewritten
from tests.secrets_test import everything, holds_marker, seeded, where_it_is_found
from tests.wrong_identity_test import without_identity
from tests.wrong_input_test import GOOD, ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

MARKER = "Xyzzy7731"
SECRET = f"TUYỆT MẬT phương án {MARKER}"
SHEET = "xl/worksheets/sheet2.xml"

FORMS = {
    "a stamp alone": f"{MARKER}\nMẬT",
    "top secret": f"TỐI MẬT: kế hoạch {MARKER}",
    "a stated level": f"Độ mật: Tối mật – {MARKER}",
    "small letters": f"kế hoạch tuyệt mật {MARKER}",
    "in brackets": f"{MARKER} (mật)",
    "decomposed": unicodedata.normalize("NFD", f"Tuyệt mật {MARKER}"),
    "letter-spaced": f"T U Y Ệ T   M Ậ T {MARKER}",
    "letter-spaced and decomposed": unicodedata.normalize("NFD", f"T Ố I  M Ậ T {MARKER}"),
    "without accents": f"TUYET MAT {MARKER}",
    "blanks that nobody sees": f"TỐI\u00a0M\u200bẬT {MARKER}",
    "TCVN3": f"tuyÖt mËt: kÕ ho¹ch {MARKER}",
    "VNI": f"Toái maät {MARKER}",
    "VNI in capitals": f"TUYEÄT MAÄT {MARKER}",
    "over two lines": f"TUYỆT\nMẬT {MARKER}",
    "a kind of document": f"theo công văn mật số 5 {MARKER}",
}


def said_nothing(said: list[Ran]) -> bool:
    return not [ran for ran in said if MARKER in ran.out + ran.err]


def all_of(office: SmallOffice, *more: Ran) -> list[Ran]:
    """Do all that an office does, the receipts and the drawings included."""
    waiting = [path for path in office.space.inbox.iterdir() if not path.name.endswith(".ghi-chu.txt")]
    checked = office.run("validate", "--annotate", office.root / "đánh dấu", *waiting)
    plain = office.run("validate", "--format", "json", *waiting)
    return [*more, checked, plain, *everything(office), office.run("history", ONE, "--format", "json")]


def nothing_but(office: SmallOffice, *left: str) -> None:
    """Demand that the marker is found in the files that were dropped and nowhere else."""
    said = all_of(office)
    assert where_it_is_found(office.root) == {f"den/{name}" for name in left}
    assert said_nothing(said)


def test_every_form_of_a_mark_keeps_the_file_out(office: SmallOffice, tmp_path: Path) -> None:
    issued, rows = office.issue("cctl"), office.rows()
    for name, words in FORMS.items():
        copy = Path(shutil.copy(issued, tmp_path / f"{name}.xlsx"))
        office.drop(fill(copy, GOOD | {ONE: {"result_summary": words}}), copy.name)

    nothing_but(office, *(f"{name}.xlsx" for name in FORMS))

    assert office.rows() == rows


# ------------------------------------------------------------------ in every corner of a workbook


def a_note(book: Workbook) -> None:
    book["Cập nhật"]["O7"].comment = Comment(SECRET, "ai đó")


def a_header(book: Workbook) -> None:
    header = book["Báo cáo"].oddHeader
    assert header is not None
    header.center.text = SECRET


def a_footer(book: Workbook) -> None:
    footer = book["Cập nhật"].evenFooter
    assert footer is not None
    footer.right.text = SECRET


def a_title(book: Workbook) -> None:
    book.properties.title = SECRET


def a_remark(book: Workbook) -> None:
    book.properties.description = SECRET


def the_author(book: Workbook) -> None:
    book.properties.creator = SECRET


def the_last_author(book: Workbook) -> None:
    book.properties.lastModifiedBy = SECRET


def with_property(book: Any, name: str, value: str) -> None:  # noqa: ANN401 - its stubs know no properties
    book.custom_doc_props.append(StringProperty(name=name, value=value))


def a_property(book: Workbook) -> None:
    with_property(book, "Ghi chú", SECRET)


def the_name_of_a_property(book: Workbook) -> None:
    with_property(book, SECRET, "1")


def a_defined_name(book: Workbook) -> None:
    book.defined_names["ghi_chu"] = DefinedName("ghi_chu", attr_text=f'"{SECRET}"')


def the_name_of_a_range(book: Workbook) -> None:
    name = f"TUYỆT_MẬT_{MARKER}"
    book.defined_names[name] = DefinedName(name, attr_text="'Cập nhật'!$A$1")


def a_far_cell(book: Workbook) -> None:
    book["Cập nhật"]["AZ9000"] = SECRET


def a_hidden_row(book: Workbook) -> None:
    book["Cập nhật"]["O7"] = SECRET
    book["Cập nhật"].row_dimensions[7].hidden = True


def a_very_hidden_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("x")
    sheet["A1"], sheet.sheet_state = SECRET, "veryHidden"


def the_list_of_choices(book: Workbook) -> None:
    book["_danh_muc"]["D9"] = SECRET


def the_name_of_a_sheet(book: Workbook) -> None:
    book.create_sheet(SECRET[:31])["A1"] = "x"


def a_formula(book: Workbook) -> None:
    book["Cập nhật"]["O7"] = f'="{SECRET}"'


def a_choice_of_a_list(book: Workbook) -> None:
    choices = DataValidation("list", formula1=f'"Có,{SECRET}"')
    choices.add("AG1")
    book["Cập nhật"].add_data_validation(choices)


def the_prompt_of_a_cell(book: Workbook) -> None:
    choices = DataValidation("whole", formula1="1", promptTitle="x", prompt=SECRET, showInputMessage=True)
    choices.add("AG1")
    book["Cập nhật"].add_data_validation(choices)


def the_tip_of_a_link(book: Workbook) -> None:
    cell = book["Báo cáo"]["F20"]
    cell.hyperlink = "#A1"
    cell.hyperlink.tooltip = SECRET


def the_format_of_a_number(book: Workbook) -> None:
    book["Báo cáo"]["F20"] = 5
    book["Báo cáo"]["F20"].number_format = f'0 "{SECRET}"'


def words_in_a_column_of_levels(book: Workbook) -> None:
    book["Cập nhật"]["AF5"], book["Cập nhật"]["AF6"] = "Độ mật", "B"
    book["Cập nhật"]["AG6"] = MARKER


CORNERS: tuple[Callable[[Workbook], None], ...] = (
    a_note,
    a_header,
    a_footer,
    a_title,
    a_remark,
    the_author,
    the_last_author,
    a_property,
    the_name_of_a_property,
    a_defined_name,
    the_name_of_a_range,
    a_far_cell,
    a_hidden_row,
    a_very_hidden_sheet,
    the_list_of_choices,
    the_name_of_a_sheet,
    a_formula,
    a_choice_of_a_list,
    the_prompt_of_a_cell,
    the_tip_of_a_link,
    the_format_of_a_number,
    words_in_a_column_of_levels,
)


def test_a_mark_in_any_corner_of_a_workbook_keeps_the_file_out(office: SmallOffice, tmp_path: Path) -> None:
    filled, rows = fill(office.issue("cctl"), GOOD), office.rows()
    for corner in CORNERS:
        copy = Path(shutil.copy(filled, tmp_path / f"{corner.__name__}.xlsx"))
        office.drop(seeded(copy, corner), copy.name)

    nothing_but(office, *(f"{corner.__name__}.xlsx" for corner in CORNERS))

    assert office.rows() == rows


DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" '
    'name="Hình" descr="{alt}"/></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>'
    "</xdr:wsDr>"
)
SPLIT = "TUYỆT </a:t></a:r><a:r><a:t>MẬT " + MARKER
CHART = '<c:chartSpace xmlns:c="http://x"><c:ser><c:strCache><c:pt><c:v>{text}</c:v></c:pt></c:strCache></c:ser></c:chartSpace>'
PARTS: Mapping[str, tuple[str, str]] = {
    "a text box": ("xl/drawings/drawing9.xml", DRAWING.format(alt="", text=SECRET)),
    "a text box in parts": ("xl/drawings/drawing9.xml", DRAWING.format(alt="", text=SPLIT)),
    "the description of a picture": ("xl/drawings/drawing9.xml", DRAWING.format(alt=SECRET, text="x")),
    "an old text box": ("xl/drawings/vmlDrawing9.vml", f"<xml><v:textbox><div>{SECRET}</div></v:textbox></xml>"),
    "the values of a chart": ("xl/charts/chart9.xml", CHART.format(text=SECRET)),
    "a part of another program": ("customXml/item1.xml", f"<a><b>{SECRET}</b></a>"),
    "the cells of another workbook": (
        "xl/externalLinks/externalLink9.xml",
        f"<externalLink><externalBook><sheetDataSet><v>{SECRET}</v></sheetDataSet></externalBook></externalLink>",
    ),
    "the name of a table": ("xl/tables/table9.xml", f'<table displayName="x" comment="{SECRET}"/>'),
    "a cache of a pivot table": ("xl/pivotCache/pivotCacheDefinition9.xml", f'<x><s v="{SECRET}"/></x>'),
    "a thread of remarks": (
        "xl/threadedComments/threadedComment9.xml",
        f'<ThreadedComments><threadedComment ref="B3" id="1"><text>{SECRET}</text></threadedComment></ThreadedComments>',
    ),
    "the company": ("docProps/app9.xml", f"<Properties><Company>{SECRET}</Company></Properties>"),
    "an object": (
        "xl/embeddings/Microsoft_Word_Document.docx",
        "",
    ),
}


def word(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f"<w:document><w:t>{text}</w:t></w:document>")
    return out.getvalue()


def test_a_mark_in_any_part_of_the_package_keeps_the_file_out(office: SmallOffice) -> None:
    filled, rows = fill(office.issue("cctl"), GOOD), office.rows()
    for name, (part, text) in PARTS.items():
        seed = rewritten(filled, parts={part: text.encode() or word(SECRET)})
        (office.space.inbox / f"{name}.xlsx").write_bytes(seed)

    nothing_but(office, *(f"{name}.xlsx" for name in PARTS))

    assert office.rows() == rows


def test_words_that_only_look_so_in_pieces_are_no_mark(office: SmallOffice) -> None:
    """«bảo mật» whose second word has a format of its own is in two runs."""
    filled = fill(office.issue("cctl"), GOOD)
    runs = "<w:p><w:r><w:t>bảo </w:t></w:r><w:r><w:t>mật</w:t></w:r></w:p>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", f"<w:document>{runs}</w:document>")
    drawn = DRAWING.format(alt="Sơ đồ bảo mật", text="bảo </a:t></a:r><a:r><a:t>mật")
    strings = "<sst><si><r><t>bảo </t></r><r><t>mật</t></r></si></sst>"
    parts = {
        "xl/embeddings/tài liệu.docx": out.getvalue(),
        "xl/drawings/drawing9.xml": drawn.encode(),
        "xl/sharedStrings.xml": strings.encode(),
    }
    filled.write_bytes(rewritten(filled, parts=parts))

    answer = office.merge(filled)

    assert (answer["verdict"], [finding["code"] for finding in answer["findings"]]) == ("accepted", ["object-ignored"])


# ------------------------------------------------------------------ in every kind of file


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_mark_in_other_kinds_of_workbooks_keeps_them_out(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path], tmp_path: Path, kind: str
) -> None:
    corners = (a_hidden_row, a_note, a_header, a_title, a_property, a_defined_name, a_very_hidden_sheet)
    filled = fill(office.issue("cctl"), GOOD)
    for corner in corners:
        copy = Path(shutil.copy(filled, tmp_path / f"{corner.__name__}.xlsx"))
        office.drop(libreoffice(seeded(copy, corner), kind), f"{corner.__name__}.{kind}")

    nothing_but(office, *(f"{corner.__name__}.{kind}" for corner in corners))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_in_a_csv_keeps_it_out(office: SmallOffice, tmp_path: Path, encoding: str) -> None:
    filled = fill(office.issue("cctl"), GOOD | {ONE: {"result_summary": SECRET}})
    office.drop(as_csv(filled, tmp_path / "x.csv", encoding), "Chi cục.csv")
    rows = office.rows()

    named = office.run("merge", "--unit", "cctl")
    checked = office.run("validate", "--unit", "cctl", office.space.inbox / "Chi cục.csv")
    nothing_but(office, "Chi cục.csv")

    assert said_nothing([named, checked])
    assert office.rows() == rows


# ------------------------------------------------------------------ whoever sent it, and however broken it is


def foreign() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"] = SECRET
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def broken_marks(path: Path) -> bytes:
    """Give one that has a DOCTYPE besides, so that nothing of it is parsed."""
    return rewritten(path, (SHEET, lambda text: f"<!DOCTYPE x>{text}"))


STRANGE: Mapping[str, Callable[[Path], bytes]] = {
    "somebody else's": lambda _: foreign(),
    "without identity": lambda path: without_identity(path).read_bytes(),
    "of a unit that nobody knows": lambda path: rewritten(
        path,
        (r"xl/workbook\.xml|docProps/custom\.xml|xl/worksheets/sheet6\.xml", lambda t: t.replace("|cctl|", "|zzz|")),
    ),
    "a web page": lambda _: f"<html><table><tr><td>{SECRET}</td></tr></table></html>".encode(),
    "prose": lambda _: f"Kính gửi,\n{SECRET}\n".encode(),
    "an old export": lambda _: f'ID;PWXL;N;E\nC;X1;Y1;K"{SECRET}"\n'.encode(),
    "XML of 2003": lambda _: (
        f'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Data>{SECRET}</Data></Workbook>'
    ).encode(),
    "with a DOCTYPE": broken_marks,
    "with a macro sheet": lambda path: rewritten(path, parts={"xl/macrosheets/sheet1.xml": b"<x/>"}),
    "a Word document": lambda _: word(SECRET),
}


def test_a_mark_in_a_file_that_is_not_taken_anyway_is_copied_nowhere(office: SmallOffice, tmp_path: Path) -> None:
    filled = fill(office.issue("cctl"), GOOD | {ONE: {"result_summary": SECRET}})
    for name, made in STRANGE.items():
        copy = Path(shutil.copy(filled, tmp_path / f"{name}.xlsx"))
        (office.space.inbox / copy.name).write_bytes(made(copy))

    nothing_but(office, *(f"{name}.xlsx" for name in STRANGE))


def test_a_marked_copy_that_comes_back_with_a_secret_is_left_where_it_was_dropped(office: SmallOffice) -> None:
    office.merge(fill(office.issue("cctl"), GOOD | {ONE: {"progress": "gần xong"}}))
    (marked,) = office.space.returned.rglob("*.xlsx")

    def correct(book: Workbook) -> None:
        book["Cần sửa"]["C40"] = SECRET
        book["Cập nhật"]["O7"] = SECRET

    office.drop(seeded(marked, correct), "sửa lại.xlsx")
    marked.unlink()

    nothing_but(office, "sửa lại.xlsx")


# ------------------------------------------------------------------ in the register


def in_register(change: Callable[[Worksheet], None]) -> Callable[[Workbook], None]:
    return lambda book: change(book["Nhiệm vụ"])


def a_note_in_the_register(sheet: Worksheet) -> None:
    sheet["C8"].comment = Comment(SECRET, "ai đó")


def a_far_cell_in_the_register(sheet: Worksheet) -> None:
    sheet["AZ9000"] = SECRET


def a_page_head_of_the_register(sheet: Worksheet) -> None:
    assert sheet.oddHeader is not None
    sheet.oddHeader.center.text = SECRET


def a_column_of_levels_in_the_register(sheet: Worksheet) -> None:
    column = sheet.max_column + 1
    row = next(
        row[0].row or 0 for row in sheet.iter_rows(max_row=12) if "Nội dung nhiệm vụ" in [cell.value for cell in row]
    )
    sheet.cell(row, column).value, sheet.cell(row, column + 1).value = "Độ mật", "Ghi chú riêng"
    sheet.cell(row + 1, column).value, sheet.cell(row + 1, column + 1).value = "B", f"Phương án {MARKER}"


@pytest.mark.parametrize(
    "change",
    [
        in_register(a_note_in_the_register),
        in_register(a_far_cell_in_the_register),
        in_register(a_page_head_of_the_register),
        in_register(a_column_of_levels_in_the_register),
        a_title,
    ],
    ids=["note", "far-cell", "page-head", "column-of-levels", "title"],
)
def test_a_mark_anywhere_in_the_register_keeps_it_from_being_read_copied_and_drawn_anew(
    office: SmallOffice, change: Callable[[Workbook], None]
) -> None:
    office.run("sync")
    seeded(office.space.register, change)
    before, rows = office.space.register.read_bytes(), office.rows()

    said = everything(office)

    assert where_it_is_found(office.root) == {"so-theo-doi.xlsx"}
    assert said_nothing(said)
    assert (office.space.register.read_bytes(), office.rows(), said[2].code) == (before, rows, 1)


# ------------------------------------------------------------------ files given by their path, and their names


def test_files_given_by_their_path_leave_nothing_in_the_workspace(office: SmallOffice) -> None:
    path = fill(office.issue("cctl"), GOOD | {ONE: {"result_summary": SECRET}})

    said = [
        office.run("validate", path, "--annotate", office.root / "đánh dấu"),
        office.run("merge", path, "--format", "json"),
        office.run("merge", path, "--dry-run"),
        office.run("merge", path, "--unit", "cctl"),
        run("validate", path),
        *everything(office),
    ]

    assert where_it_is_found(office.root) == set()
    assert said_nothing(said)


def test_a_register_taken_over_leaves_its_secret_rows_behind(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["TT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Thời hạn", "Độ mật", "Ghi chú"])
    sheet.append([1, "Rà soát quy hoạch", "Sở Y tế", "30/6/2026", "Thường", ""])
    sheet.append([2, SECRET, "Sở Y tế", "30/6/2026", "", ""])
    sheet.append([3, f"Phương án {MARKER}", "Sở Y tế", "30/6/2026", "C", ""])
    sheet.append([4, f"Việc {MARKER}", f"Đơn vị {MARKER}", "30/6/2026", "", "Tối mật"])
    sheet["B3"].comment = Comment(f"{SECRET} nữa", "ai đó")
    book.save(tmp_path / "sổ cũ.xlsx")

    done = run("--as-of", "2026-06-10", "init", tmp_path / "vp", "--from", tmp_path / "sổ cũ.xlsx")

    assert MARKER not in done.out + done.err
    assert not (tmp_path / "vp").exists() or where_it_is_found(tmp_path / "vp") == set()


@pytest.mark.parametrize("command", [("validate",), ("merge",), ("merge", "--dry-run")])
def test_a_file_whose_name_is_a_secret_is_not_named_even_where_it_is_not_there(
    office: SmallOffice, tmp_path: Path, command: tuple[str, ...]
) -> None:
    name = f"{SECRET}.xlsx"
    there = fill(office.issue("cctl"), GOOD).rename(tmp_path / name)

    said = [office.run(*command, "--format", "json", there), office.run(*command, there)]
    said.append(office.run(*command, office.space.inbox / name))

    assert said_nothing(said)
    assert where_it_is_found(office.root) == set()
    assert not [path for path in office.root.rglob("*") if MARKER in path.name]


def test_the_search_looks_into_packages_and_every_form_of_writing() -> None:
    form = unicodedata.normalize("NFD", MARKER)
    assert all(holds_marker(form.encode(encoding)) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
    assert holds_marker(word(SECRET))
    assert re.fullmatch(r"[A-Za-z0-9]+", MARKER), "so that no form of Unicode changes it"
