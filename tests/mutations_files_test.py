"""What happens to an issued workbook as a file: who saved it, as what, how it was named, and what was put into it.

The number ahead of each case is that of the table of things that people do to a template.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import msoffcrypto.format.ooxml as office_xml
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.protection import WorkbookProtection

from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.pipeline.demo import grid_of
from tests import mutations_cells_test, mutations_layout_test
from tests.conftest import SmallOffice, fill
from tests.mutations_layout_test import REPORTED, said
from tests.wrong_files_test import owner_file, repacked
from tests.wrong_input_test import ONE, TWO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet2.xml"
BOOK = "xl/workbook.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Rows = dict[tuple[str, str], dict[str, Any]]
Change = tuple[str, "Callable[[str], str]"]
"""A pattern of part names, and what to do with their text."""


# ------------------------------------------------------------------ how files are changed


def rewritten(path: Path, *changes: Change, parts: Mapping[str, bytes] | None = None) -> bytes:
    """Give a workbook with the text of some parts changed, and parts added."""
    out = io.BytesIO()
    done = set()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            for pattern, change in changes:
                if re.fullmatch(pattern, name):
                    changed = change(data.decode()).encode()
                    done |= {pattern} if changed != data else set()
                    data = changed
            new.writestr(name, data)
        for name, data in (parts or {}).items():
            new.writestr(name, data)
    assert done == {pattern for pattern, _ in changes}, "a change that changes nothing is no test"
    return out.getvalue()


def replacing(old: str, new: str, *, count: int = 1) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return change


def cell_as(address: str, xml: str) -> Callable[[str], str]:
    """Write the XML of one cell of «Cập nhật», its style kept where the XML asks for it with {s}."""

    def change(text: str) -> str:
        cell = re.search(rf'<c r="{address}"([^>]*?)(?:/>|>.*?</c>)', text)
        assert cell is not None
        style = re.search(r's="\d+"', cell[1])
        return text[: cell.start()] + xml.replace("{s}", style[0] if style else "") + text[cell.end() :]

    return change


def cells_as(**cells: str) -> Callable[[Path], bytes]:
    return lambda path: rewritten(path, *((SHEET, cell_as(address, xml)) for address, xml in cells.items()))


def by_openpyxl(change: Callable[[Workbook], None]) -> Callable[[Path], bytes]:
    def mutate(path: Path) -> bytes:
        book = load_workbook(path)
        change(book)
        book.save(path)
        return path.read_bytes()

    return mutate


def page(change: Callable[[Worksheet], None]) -> Callable[[Path], bytes]:
    return by_openpyxl(lambda book: change(book["Cập nhật"]))


def encrypted(password: str) -> Callable[[Path], bytes]:
    def mutate(path: Path) -> bytes:
        out = io.BytesIO()
        package: Any = office_xml
        with path.open("rb") as file:
            package.OOXMLFile(file).encrypt(password, out)
        return out.getvalue()

    return mutate


# ------------------------------------------------------------------ who saved it


def without_addresses(text: str) -> str:
    """Leave the addresses of rows and cells out, as some web programs do; cells between become empty ones."""
    ET.register_namespace("", MAIN)
    root = ET.fromstring(text)  # noqa: S314 - our own workbook
    data = root.find(f"{{{MAIN}}}sheetData")
    assert data is not None
    rows = list(data)
    data.clear()
    for row in rows:
        number = int(row.attrib.pop("r"))
        while len(data) + 1 < number:
            ET.SubElement(data, f"{{{MAIN}}}row")
        cells = list(row)
        kept = dict(row.attrib)
        row.clear()
        row.attrib.update(kept)
        for cell in cells:
            column = re.match(r"[A-Z]+", cell.attrib.pop("r"))
            assert column is not None
            place = 0
            for letter in column[0]:
                place = place * 26 + ord(letter) - 64
            while len(row) + 1 < place:
                ET.SubElement(row, f"{{{MAIN}}}c")
            row.append(cell)
        data.append(row)
    for dimension in root.findall(f"{{{MAIN}}}dimension"):
        root.remove(dimension)
    return ET.tostring(root, encoding="unicode")


def as_google(path: Path) -> bytes:
    return rewritten(path, (r"xl/worksheets/sheet\d\.xml", without_addresses))


def as_wps(path: Path) -> bytes:
    def one_cell(text: str) -> str:
        return re.sub(r'<dimension ref="[^"]*" ?/>', '<dimension ref="A1:A1"/>', text)

    return rewritten(
        path, (SHEET, one_cell), (r"docProps/core\.xml", lambda text: text.replace("<dc:", "<dc:", 1) + " ")
    )


STRICT = (
    (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties",
        "http://purl.oclc.org/ooxml/officeDocument/customProperties",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
        "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
    ),
    (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main"),
)


def as_strict(path: Path) -> bytes:
    """Rewrite the namespaces, and write days as Strict files do."""

    def strict(text: str) -> str:
        for usual, other in STRICT:
            text = text.replace(usual, other)
        return text

    day = cell_as("J7", '<c r="J7" {s} t="d"><v>2026-06-05</v></c>')
    return rewritten(path, (SHEET, day), (r"(?:xl|docProps|_rels)/.*", strict))


def as_numbers(path: Path) -> bytes:
    """Keep the cells only: names and properties of the document are lost, and what was hidden is shown."""

    def bare(text: str) -> str:
        text = re.sub(r"<definedNames>.*</definedNames>", "", text, flags=re.DOTALL)
        return re.sub(r' state="\w+"', "", text)

    empty = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
    shown = re.compile(r'(<row [^>]*?) hidden="1"')
    return rewritten(
        path, (BOOK, bare), (r"docProps/custom\.xml", lambda _: empty), (SHEET, lambda text: shown.sub(r"\1", text))
    )


def empty_fill(path: Path) -> bytes:
    """Write a fill without content, as one office program does."""
    return rewritten(path, (r"xl/styles\.xml", lambda text: re.sub(r"<fill>.*?</fill>", "<fill/>", text, count=1)))


# ------------------------------------------------------------------ far cells, hidden ones, formulas


def whole_columns(path: Path) -> bytes:
    """Format all columns to the last one, and rows far down, without a value in them."""
    rows = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"/></row>' for row in range(9, 5_000))
    last = '<row r="1048576"><c r="A1048576" s="1"/></row>'
    return rewritten(
        path,
        (SHEET, lambda text: text.replace("</sheetData>", f"{rows}{last}</sheetData>")),
        (SHEET, lambda text: text.replace("</cols>", '<col min="32" max="16384" width="9" style="1"/></cols>')),
    )


def far_cell(path: Path) -> bytes:
    stray = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>ghi nhầm</t></is></c></row></sheetData>'
    return rewritten(path, (SHEET, replacing("</sheetData>", stray)))


def over_the_limit(path: Path) -> bytes:
    rows = "".join(f'<row r="{row}"><c r="AX{row}"><v>1</v></c></row>' for row in range(1_000, 200_000, 900))
    return rewritten(path, (SHEET, replacing("</sheetData>", f"{rows}</sheetData>")))


def hidden(sheet: Worksheet) -> None:
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["F"].hidden = True


def filtered(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A5:AE8"
    sheet.auto_filter.add_filter_column(13, ["Đang thực hiện"])
    sheet.row_dimensions[6].hidden = sheet.row_dimensions[8].hidden = True


def protected_anew(book: Workbook) -> None:
    """Let people lock the sheet and the structure with passwords of their own; the file still opens."""
    for sheet in book.worksheets:
        sheet.protection.set_password("abc")
        sheet.protection.enable()
    book.security = WorkbookProtection(workbookPassword="abc", lockStructure=True)


COMPUTED = {
    "E7": '<c r="E7" {s} t="str"><f>IF(1=1,"Đã hoàn thành","")</f><v>Đã hoàn thành</v></c>',
    "J7": '<c r="J7" {s}><f>DATE(2026,6,5)</f><v>46178</v></c>',
    "F7": '<c r="F7" {s} t="str"><f>CONCATENATE("Đã kiểm tra ",12," hồ.")</f><v>Đã kiểm tra 12 hồ.</v></c>',
}


# ------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Case:
    """What becomes of a file; where it is accepted, the ledger holds the very values that were typed."""

    mutate: Callable[[Path], bytes]
    verdict: str = "accepted"
    said: tuple[tuple[str, str], ...] = ()
    """Findings as (code, cell or row)."""
    name: str = "Chi cục Thủy lợi.xlsx"


def as_it_is(path: Path) -> bytes:
    return path.read_bytes()


def vba(path: Path) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return rewritten(
        path,
        (
            re.escape("[Content_Types].xml"),
            replacing(kind, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        ),
        parts={"xl/vbaProject.bin": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)},
    )


DDE_LINK = (
    b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd"/>'
)

CASES: dict[str, Case] = {
    "16 serial numbers that are no day of ours": Case(
        cells_as(
            J7='<c r="J7" {s}><v>9999999</v></c>', J6='<c r="J6" {s}><v>-5</v></c>', J8='<c r="J8" {s}><v>59</v></c>'
        ),
        "returned",
        (("date-out-of-range", "J8"), ("not-a-date", "J6"), ("not-a-date", "J7")),
    ),
    "33 a hidden row and a hidden column": Case(page(hidden), said=(("hidden-columns", ""), ("hidden-rows", ""))),
    "33 rows that a filter hides": Case(page(filtered), said=(("hidden-rows", ""),)),
    "37 formulas with the value that Excel computed": Case(cells_as(**COMPUTED)),
    "37 formulas that nobody computed": Case(
        cells_as(E7='<c r="E7" {s}><f>B1</f></c>', J7='<c r="J7" {s}><f>TODAY()</f><v></v></c>'),
        "partly",
        (("formula", "E7"), ("formula", "J7")),
    ),
    "38 error cells of formulas": Case(
        cells_as(
            E7='<c r="E7" {s} t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>', J7='<c r="J7" {s} t="e"><v>#REF!</v></c>'
        ),
        "partly",
        (("error-value", "E7"), ("error-value", "J7")),
    ),
    "41 a stray cell in the last corner of the sheet": Case(far_cell, said=(("far-cells", "XFD1048576"),)),
    "41 whole columns and thousands of rows that are only formatted": Case(whole_columns),
    "41 a table over the limit": Case(over_the_limit, "quarantined", (("too-large", ""),)),
    "42 an xlsx named xls": Case(as_it_is, name="Chi cục Thủy lợi.xls"),
    "42 an xlsx named ods": Case(as_it_is, name="Chi cục Thủy lợi.ods"),
    "42 an xlsx named csv": Case(as_it_is, name="Chi cục Thủy lợi.csv"),
    "42 an xlsx with its ending in capitals": Case(as_it_is, name="CHI CỤC.XLSX"),
    "42 an xlsx without an ending": Case(as_it_is, name="Chi cục"),
    "42 a web page": Case(
        lambda _: "<html><body><table><tr><td>Mã nhiệm vụ</td></tr></table></body></html>".encode(),
        "quarantined",
        (("unsupported-kind", ""),),
    ),
    "42 a Numbers document": Case(
        lambda _: repacked_from_nothing({"Index/Document.iwa": b"1"}), "quarantined", (("unsupported-kind", ""),)
    ),
    "42 a binary Excel workbook": Case(
        lambda _: repacked_from_nothing({"xl/workbook.bin": b"1", "[Content_Types].xml": b"<t/>"}),
        "quarantined",
        (("unsupported-kind", ""),),
    ),
    "42 a PDF": Case(lambda _: b"%PDF-1.7\n", "quarantined", (("not-a-workbook", ""),)),
    "43 a password that has to be typed": Case(encrypted("của đơn vị"), "quarantined", (("password", ""),)),
    "43 the password that Excel tries by itself": Case(encrypted("VelvetSweatshop")),
    "43 read-only recommended": Case(
        lambda path: rewritten(
            path, (BOOK, replacing("<workbookPr", '<fileSharing readOnlyRecommended="1" userName="A"/><workbookPr'))
        )
    ),
    "43 sheets and structure locked with their own password": Case(by_openpyxl(protected_anew)),
    "43 half of the file": Case(
        lambda path: path.read_bytes()[: path.stat().st_size // 2], "waiting", (("incomplete-file", ""),)
    ),
    "43 an empty file": Case(lambda _: b"", "waiting", (("incomplete-file", ""),)),
    "43 the lock file of an open workbook under a name of its own": Case(
        lambda _: owner_file("Văn thư"), "quarantined", (("not-a-workbook", ""),)
    ),
    "44 saved by WPS": Case(as_wps),
    "44 saved by a program that leaves an empty fill": Case(empty_fill),
    "44 saved by Google Sheets": Case(as_google),
    "44 saved as Strict": Case(as_strict),
    "44 saved by Numbers": Case(as_numbers, said=(("carrier-missing", ""),)),
    "44 macros": Case(vba, said=(("macro-ignored", ""),), name="Chi cục Thủy lợi.xlsm"),
    "44 a link to another program": Case(
        lambda path: repacked(path, {"xl/externalLinks/externalLink1.xml": DDE_LINK + b"</externalLink>"}),
        "quarantined",
        (("active-content", ""),),
    ),
    "44 a formula that calls another program": Case(
        cells_as(O6="<c r=\"O6\" {s}><f>cmd|' /C calc'!A0</f><v>0</v></c>"), "quarantined", (("active-content", ""),)
    ),
    "44 a sheet of Excel 4 macros": Case(
        lambda path: repacked(path, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "quarantined", (("active-content", ""),)
    ),
}


def repacked_from_nothing(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, office_template: Path) -> tuple[SmallOffice, Path]:
    """An office that has issued one workbook, and that workbook filled in."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    return office, fill(office.issue("cctl"), REPORTED)


@pytest.fixture(scope="module")
def as_typed(desk: tuple[SmallOffice, Path], tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Give what the ledger holds when that workbook comes back as it is."""
    office, filled = desk
    root = tmp_path_factory.mktemp("untouched") / "vp"
    shutil.copytree(office.root, root)
    untouched = SmallOffice(find(root))
    answer = untouched.merge(filled)
    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    rows = untouched.rows()
    assert rows[ONE, "cctl"]["completed_date"] == "2026-06-05"
    return rows


@pytest.fixture
def own(desk: tuple[SmallOffice, Path], tmp_path: Path) -> tuple[SmallOffice, Path]:
    """Give an office of one's own in that state, and a copy of the workbook."""
    office, filled = desk
    shutil.copytree(office.root, tmp_path / "vp")
    return SmallOffice(find(tmp_path / "vp")), shutil.copyfile(filled, tmp_path / "gốc.xlsx")


@pytest.mark.parametrize("name", CASES)
def test_what_happens_to_the_file_is_seen_and_what_was_typed_reaches_the_ledger_or_nothing_does(
    own: tuple[SmallOffice, Path], as_typed: Rows, name: str
) -> None:
    office, file = own
    case, before = CASES[name], office.rows()
    data = case.mutate(file)
    dropped = office.space.inbox / case.name
    dropped.write_bytes(data)

    (answer,) = office.run("merge", "--format", "json").json

    assert (answer["verdict"], said(answer)) == (case.verdict, list(case.said))
    rows = office.rows()
    if case.verdict == "accepted":
        assert rows == as_typed
    elif case.verdict == "partly":
        assert rows[ONE, "cctl"] == before[ONE, "cctl"]
        assert rows[TWO, "cctl"] == as_typed[TWO, "cctl"]
    else:
        assert rows == before
    kept = [path for path in office.root.rglob("*") if path.is_file() and path.read_bytes() == data]
    assert len(kept) == 1, "the original lies in one place, byte for byte"


# ------------------------------------------------------------------ 42, 44: saved by LibreOffice, and named anyhow


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("xlsx", ".xlsx"), ("ods", ".ods"), ("xls", ".xls"), ("xls", ".xlsx"), ("ods", ".xlsx"), ("ods", ".xls")],
)
def test_42_44_a_workbook_saved_by_libreoffice_says_the_same_whatever_its_kind_and_name(
    own: tuple[SmallOffice, Path],
    as_typed: Rows,
    libreoffice: Callable[[Path, str], Path],
    kind: str,
    suffix: str,
) -> None:
    office, file = own
    office.drop(libreoffice(file, kind), f"Chi cục{suffix}")

    (answer,) = office.run("merge", "--format", "json").json

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == as_typed


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_15_days_counted_from_1904_are_the_same_days_in_every_kind(
    own: tuple[SmallOffice, Path], as_typed: Rows, libreoffice: Callable[[Path, str], Path], kind: str
) -> None:
    office, file = own
    by_openpyxl(mutations_cells_test.in_1904)(file)

    answer = office.merge(libreoffice(file, kind))

    assert (answer["verdict"], said(answer)) == ("accepted", [])
    assert office.rows() == as_typed


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_37_38_formulas_and_error_cells_are_told_apart_in_every_kind(
    own: tuple[SmallOffice, Path], as_typed: Rows, libreoffice: Callable[[Path, str], Path], kind: str
) -> None:
    office, file = own
    typed = {ONE: {"result_date": "=NA()"}, TWO: {"result_summary": '="Đang tổng hợp"&" số liệu"'}}

    answer = office.merge(libreoffice(fill(file, typed), kind))

    assert (answer["verdict"], said(answer)) == ("partly", [("error-value", "I7")])
    assert office.rows()[TWO, "cctl"] == as_typed[TWO, "cctl"]


# ------------------------------------------------------------------ 42: one sheet as text


def as_csv(file: Path, target: Path, encoding: str = "utf-8-sig") -> Path:
    """Save «Cập nhật» as Excel does with Vietnamese settings: semicolons, and days as they are shown."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    for row in load_workbook(file)["Cập nhật"].iter_rows(values_only=True):
        table.writerow([f"{cell:%d/%m/%Y}" if hasattr(cell, "year") else cell for cell in row])
    target.write_bytes(out.getvalue().encode(encoding))
    return target


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "utf-16"])
def test_42_a_csv_is_read_for_the_unit_that_the_office_names(
    own: tuple[SmallOffice, Path], as_typed: Rows, tmp_path: Path, encoding: str
) -> None:
    office, file = own
    path = as_csv(file, tmp_path / "cctl.csv", encoding)

    (unnamed,) = office.run("validate", path, "--format", "json").json
    (answer,) = office.run("merge", path, "--unit", "cctl", "--format", "json").json

    assert (unnamed["verdict"], said(unnamed)) == ("quarantined", [("not-our-template", "")])
    assert answer["verdict"] == "accepted"
    assert {(code, cell) for code, cell in said(answer) if code != "unknown-base"} == {("date-as-text", "J7")}
    # Without a stamp nobody knows when it was drawn, so that the office chooses.
    offered = {(choice["task_id"], choice["field"]): choice["theirs"] for choice in answer["conflicts"]}
    assert offered == {
        (task, field): as_typed[task, "cctl"][field] for task, cells in REPORTED.items() for field in cells
    }


def test_42_a_csv_in_an_encoding_that_nobody_stated_is_refused(own: tuple[SmallOffice, Path], tmp_path: Path) -> None:
    office, file = own
    before = office.rows()
    path = as_csv(file, tmp_path / "x.csv", "utf-8")
    path.write_bytes(path.read_bytes().replace("Lê Văn A".encode(), b"L\xea Van A"))

    (answer,) = office.run("merge", path, "--unit", "cctl", "--format", "json").json

    assert (answer["verdict"], said(answer)) == ("quarantined", [("unknown-encoding", "")])
    assert office.rows() == before


# ------------------------------------------------------------------ 43: what lies beside an open workbook


def test_43_the_lock_file_beside_an_open_workbook_is_left_alone(own: tuple[SmallOffice, Path], as_typed: Rows) -> None:
    office, file = own
    office.drop(file, "Chi cục.xlsx")
    lock = office.space.inbox / "~$Chi cục.xlsx"
    lock.write_bytes(owner_file("Văn thư"))

    answers = office.run("merge", "--format", "json").json

    assert [answer["verdict"] for answer in answers] == ["accepted"]
    assert lock.read_bytes() == owner_file("Văn thư")
    assert office.rows() == as_typed


# ------------------------------------------------------------------ 44: nothing that was typed becomes a formula

INJECTED = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-(1+1)", "{=1+1}", '=HYPERLINK("http://x","y")')


def test_44_texts_that_begin_as_formulas_stay_texts_in_all_that_we_write(own: tuple[SmallOffice, Path]) -> None:
    office, file = own
    fields = ("result_summary", "difficulty", "proposal", "explanation", "reporter", "result_document")
    book = load_workbook(fill(file, {TWO: {"progress": "gần xong"}}))
    columns, rows = grid_of(book["Cập nhật"])
    for task in (ONE, TWO):
        for field, words in zip(fields, INJECTED, strict=True):
            cell = book["Cập nhật"].cell(rows[task], columns[field])
            cell.value = words
            cell.data_type = "s"
    book.save(file)

    answer = office.merge(file)
    assert answer["verdict"] == "partly"
    assert office.run("render").code == 0
    written = office.run("export", "--format", "csv").out

    drawn = [office.space.register, *office.space.returned.rglob("*.xlsx")]
    assert len(drawn) == 2
    for path in drawn:
        with zipfile.ZipFile(path) as package:
            sheets = [package.read(name).decode() for name in package.namelist() if "worksheets/sheet" in name]
        assert not [
            formula
            for sheet in sheets
            for formula in re.findall(r"<f>(.*?)</f>", sheet)
            if "1+1" in formula or "cmd" in formula or "HYPERLINK(&quot;http://x" in formula
        ]
        cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
        found = {cell.value: cell.data_type for cell in cells if cell.value in INJECTED}
        assert set(found.values()) == {"s"}
        assert len(found) >= len(INJECTED) - 1
    lines = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))
    numbers = re.compile(r"-?\d+")
    assert not [c for line in lines for c in line if c.startswith(("=", "+", "-", "@")) and not numbers.fullmatch(c)]
    assert "'@SUM(A1)" in [cell for line in lines for cell in line]


# ------------------------------------------------------------------ none is forgotten


def numbers_of(*names: str) -> set[int]:
    found = (re.match(r"(?:test_)?((?:\d+[ _])+)", name) for name in names)
    return {int(number) for match in found if match for number in re.findall(r"\d+", match[1])}


def test_each_of_the_forty_four_things_that_people_do_has_a_test_on_an_issued_workbook() -> None:
    layout, cells = mutations_layout_test, mutations_cells_test
    tables = (*layout.HARMLESS, *layout.LISTED, *layout.REFUSED)
    tested = {case.number for case in tables} | numbers_of(*CASES, *cells.CASES, *cells.MISSING)
    tested |= numbers_of(*vars(layout), *vars(cells), *globals())

    assert tested == set(range(1, 45))
