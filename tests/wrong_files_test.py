"""Files that must not be opened, or are no workbooks at all: each gets its sentence and changes nothing."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import struct
import time
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from python_calamine import CalamineError

from tdnv_sheets.findings import Finding
from tdnv_sheets.grid import Book
from tdnv_sheets.inbox.workspace import find
from tdnv_sheets.intake.open import open_bytes
from tdnv_sheets.intake.refuse import MAX_FILE
from tdnv_sheets.intake.worker import Reader
from tests.compound import compound, xls
from tests.conftest import SmallOffice, fill, validated_everywhere
from tests.wrong_input_test import GOOD, TWO, errors, state

if TYPE_CHECKING:
    from collections.abc import Mapping

SHEET = "xl/worksheets/sheet2.xml"
CASES = tomllib.loads((Path(__file__).parent / "wrong" / "files.toml").read_text(encoding="utf-8"))
HUGE = 101 * 2**20


def repacked(path: Path, parts: Mapping[str, bytes], edits: Mapping[str, tuple[bytes, bytes]] | None = None) -> bytes:
    """Give a workbook with parts added, and texts replaced in parts that it has."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if edits and name in edits:
                before, after = edits[name]
                assert before in data
                data = data.replace(before, after, 1)
            new.writestr(name, data)
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def foreign_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã nhiệm vụ", "Nội dung nhiệm vụ", "Tình trạng"])
    sheet.append([TWO, "Báo cáo tình hình hạn mặn", "Đã hoàn thành"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sparse_rows() -> tuple[bytes, bytes]:
    """Give rows so far apart that they count as one table, and a table too large to be read."""
    rows = b"".join(b'<row r="%d"><c r="AX%d"><v>1</v></c></row>' % (row, row) for row in range(1_000, 200_000, 900))
    return b"</sheetData>", rows + b"</sheetData>"


def dde_formula() -> tuple[bytes, bytes]:
    cell = b'<row r="900"><c r="A900"><f>cmd|&apos;/C calc&apos;!A0</f><v>0</v></c></row>'
    return b"</sheetData>", cell + b"</sheetData>"


def owner_file(name: str) -> bytes:
    narrow = bytes((len(name),)) + name.encode("cp1258", "replace").ljust(54, b" ")
    return narrow + struct.pack("<H", len(name)) + name.encode("utf-16-le").ljust(108, b" \0"[:1])


def twice(good: Path) -> bytes:
    """Put a second part of the same name into a package, as no program does."""
    data = repacked(good, {"xl/worksheets/sheetX.xml": b"<worksheet/>"})
    return data.replace(b"xl/worksheets/sheetX.xml", b"xl/worksheets/sheet2.xml")


def wrong_files(good: Path) -> dict[str, bytes]:
    """Make one file per case from a good one, that it names ours unless the case is about something else."""
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]>'
    start = b"<worksheet"
    damaged = bytearray(good.read_bytes())
    at = damaged.index(SHEET.encode()) + len(SHEET)
    damaged[at : at + 400] = bytes(400)
    template = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    relation = (
        b'<Relationship Id="r9" Type="http://x/attachedTemplate" Target="http://example.com/a" TargetMode="External"/>'
    )
    return {
        "someone-elses-workbook": foreign_workbook(),
        "random-bytes": bytes(range(256)) * 4,
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "pdf": b"%PDF-1.7\n",
        "archive": zipped(a=b"1", b=b"2"),
        "word": zipped(**{"word__document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
        "old-word": compound({"WordDocument": b"x"}),
        "prose": "Kính gửi Văn phòng,\nĐơn vị xin báo cáo như sau.\n".encode(),
        "western-encoding": b"a;b\nNhi\xea\xf2m v\xf8;1\n",
        "web-page": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "xml-spreadsheet": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "very-old-excel": bytes.fromhex("0900040007001000") + b"\x0a\0\0\0",
        "lock-file": owner_file("Nguyễn A"),
        "old-excel-macro": xls(b"", kind=1),
        "old-excel-empty": compound({"Workbook": b""}),
        "binary-excel": zipped(**{"xl__workbook.bin": b"1", "[Content_Types].xml": b"<t/>"}),
        "opendocument": zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
        "numbers": zipped(**{"Index__Document.iwa": b"1"}),
        "password": compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
        "damaged": bytes(damaged),
        "two-parts-of-one-name": twice(good),
        "bomb": repacked(good, {"xl/worksheets/sheet99.xml": bytes(HUGE)}),
        "many-parts": repacked(good, {f"xl/x{n}.xml": b"" for n in range(2101 - parts_of(good))}),
        "heavy": good.read_bytes() + bytes(MAX_FILE),
        "huge-table": repacked(good, {}, {SHEET: sparse_rows()}),
        "doctype": repacked(good, {}, {SHEET: (start, entity + start)}),
        "late-doctype": repacked(good, {}, {SHEET: (start, b"<!--" + b" " * 2**21 + b"-->" + entity + start)}),
        "macro-sheet": repacked(good, {"xl/macrosheets/sheet1.xml": b"<x/>"}),
        "program-link": repacked(good, {"xl/externalLinks/externalLink1.xml": b'<x:externalLink><x:ddeLink a="cmd"/>'}),
        "program-formula": repacked(good, {}, {SHEET: dde_formula()}),
        "connection": repacked(good, {"xl/connections.xml": b"<connections/>"}),
        "query": repacked(good, {"customXml/item1.xml": b'<D xmlns="http://schemas.microsoft.com/DataMashup"/>'}),
        "control": repacked(good, {"xl/activeX/activeX1.xml": b"<x/>"}),
        "web-add-in": repacked(good, {"xl/webextensions/webextension1.xml": b"<x/>"}),
        "external-template": repacked(good, {"xl/worksheets/_rels/sheet9.xml.rels": template % relation}),
    }


def parts_of(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return len(package.namelist())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, office_template: Path) -> SmallOffice:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(office_template, folder / "vp")
    office = SmallOffice(find(folder / "vp"))
    good = fill(office.issue("cctl"), GOOD)
    for name, data in wrong_files(good).items():
        (folder / f"{name}.xlsx").write_bytes(data)
    return office


@pytest.fixture(scope="module")
def answers(desk: SmallOffice) -> dict[tuple[str, str], dict[str, Any]]:
    """What `validate` says inside and outside the workspace in both languages, then what `merge` does with them all."""
    folder = desk.root.parent
    files = [folder / f"{name}.xlsx" for name in CASES]
    before = state(folder)
    said = validated_everywhere(desk, folder, files)
    assert state(folder) == before
    rows, revision = desk.rows(), desk.revision()
    done = desk.run("merge", "--format", "json", *files)
    assert done.code == 1
    said["merged", "vi"] = {Path(entry["file"]).stem: entry for entry in done.json}
    assert (desk.rows(), desk.revision()) == (rows, revision)
    assert {name: (folder / name).read_bytes() for name in before if name.endswith(".xlsx") and "/" not in name} == {
        name: data for name, data in before.items() if name.endswith(".xlsx") and "/" not in name
    }
    return said


def test_every_case_has_its_file(desk: SmallOffice) -> None:
    assert {path.stem for path in desk.root.parent.glob("*.xlsx") if not path.stem.startswith("issued")} == set(CASES)


@pytest.mark.parametrize("where", ["inside", "outside"])
@pytest.mark.parametrize("name", CASES)
def test_a_file_that_must_not_be_opened_gets_its_sentence(
    answers: dict[tuple[str, str], dict[str, Any]], name: str, where: str
) -> None:
    for lang in ("vi", "en"):
        answer = answers[where, lang][name]
        (finding,) = errors(answer)
        assert (finding["code"], finding["message"]) == (CASES[name]["code"], CASES[name][lang])
        assert finding["fix"]
        assert answer["verdict"] == "quarantined"


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_must_not_be_opened_is_quarantined_whole(
    desk: SmallOffice, answers: dict[tuple[str, str], dict[str, Any]], name: str
) -> None:
    answer = answers["merged", "vi"][name]

    assert (answer["verdict"], answer["changes"], answer["revision"]) == ("quarantined", [], None)
    assert [finding["message"] for finding in errors(answer)] == [CASES[name]["vi"]]
    kept = desk.space.quarantine / f"{name}.xlsx"
    assert kept.read_bytes() == (desk.root.parent / f"{name}.xlsx").read_bytes()
    assert CASES[name]["vi"] in kept.with_name(f"{name}.xlsx.ghi-chu.txt").read_text(encoding="utf-8-sig")


def test_a_truncated_file_waits_where_it_was_dropped(office: SmallOffice) -> None:
    whole = fill(office.issue("cctl"), GOOD).read_bytes()
    dropped = office.space.inbox / "đang chép.xlsx"
    dropped.write_bytes(whole[: len(whole) * 6 // 10])
    rows, revision = office.rows(), office.revision()

    done = office.run("merge", "--format", "json")

    (answer,) = done.json
    (finding,) = errors(answer)
    assert (done.code, answer["verdict"], finding["code"]) == (3, "waiting", "incomplete-file")
    assert finding["message"] == "Tệp chưa đầy đủ: việc chép hoặc tải chưa xong."
    assert dropped.read_bytes() == whole[: len(whole) * 6 // 10]
    assert (office.rows(), office.revision()) == (rows, revision)

    dropped.write_bytes(whole)
    assert office.run("merge", "--format", "json").json[0]["verdict"] == "accepted"
    assert not dropped.exists()


@pytest.mark.parametrize(
    "part",
    [
        b'<row r="1">' + b'<c r="A1">' * 1_500_000,
        b"<c " * 4_000_000,
        b'<c r="A1"><is><t>' + b"<" * 4_000_000,
        b"<mergeCell " * 1_000_000,
        b"<" + b"a" * 8_000_000,
    ],
    ids=["cells-without-end", "tags-without-end", "open-brackets", "merges-without-end", "one-long-name"],
)
def test_a_sheet_made_to_stall_the_scan_is_scanned_in_time_linear_in_its_size(tmp_path: Path, part: bytes) -> None:
    book = Workbook()
    book.save(tmp_path / "gốc.xlsx")
    hostile = repacked(tmp_path / "gốc.xlsx", {}, {"xl/worksheets/sheet1.xml": (b"<sheetData", part)})

    start = time.perf_counter()
    with contextlib.suppress(CalamineError):
        open_bytes(hostile, ".xlsx")

    assert time.perf_counter() - start < 10


def test_damage_anywhere_in_a_file_is_a_finding_and_never_a_crash(tmp_path: Path, desk: SmallOffice) -> None:
    good = (desk.root.parent / "issued 0 cctl.xlsx").read_bytes()
    dice = random.Random(7)  # noqa: S311 - a repeatable choice of bytes, no secret
    path = tmp_path / "hỏng.xlsx"
    with Reader() as reader:
        for _ in range(150):
            data = bytearray(good)
            for _ in range(dice.choice((1, 3, 20))):
                data[dice.randrange(len(data))] = dice.randrange(256)
            path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
            assert isinstance(reader.read(path)[1], Book | Finding)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_error_cells_are_seen_in_either_kind_of_quotation_marks(tmp_path: Path, quote: str) -> None:
    Workbook().save(tmp_path / "gốc.xlsx")
    cell = f"<sheetData><row r='2'><c r={quote}B2{quote} t={quote}e{quote}><v>#REF!</v></c></row>".encode()
    data = repacked(tmp_path / "gốc.xlsx", {}, {"xl/worksheets/sheet1.xml": (b"<sheetData>", cell)})

    book = open_bytes(data, ".xlsx")

    assert isinstance(book, Book)
    assert book.sheets[0].errors == {(2, 2): "#REF!"}
