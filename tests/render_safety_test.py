"""Every workbook that we draw is sound, and no word in it is more than a word: not a formula, not markup, not too long."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from benchmarks import draw
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, range_boundaries
from openpyxl.utils.escape import unescape
from openxml_audit import OpenXmlValidator

from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.render import limits
from tdnv_sheets.render.book import Advice, Area, open_book, set_page
from tdnv_sheets.render.register import draw_register
from tests.conftest import SmallOffice, enter
from tests.drawings import draw_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PLACE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ROOT: Final = Path(__file__).parents[1]
MARK: Final = "ZQX"
ATTACKS: Final = (
    f'=HYPERLINK("http://{MARK}.example","mở")&',
    f"=cmd|' /C calc'!{MARK}",
    f"+{MARK}+",
    f"-2+3+cmd|{MARK}|",
    f"@SUM({MARK})",
    f"\t={MARK}\r",
    f"{{={MARK}}}",
    f"<r><t>{MARK}</t></r><r>",
    f"&{MARK};]]><!--\x0b\x1f￾",
    f'\'"{MARK}""\'',
)
LONG: Final = "Ủy ban nhân dân tỉnh Kon Tum và các sở, ban, ngành 𝄞 " * 700
"""Longer than anything may be, with letters of two units each."""


def attack(word: str) -> str:
    """Give a word something to break out with, another one for another word."""
    return ATTACKS[zlib.crc32(word.encode()) % len(ATTACKS)] + word


def lengthen(word: str) -> str:
    """Make a word as long as a person can make it, and unlike others."""
    return (word + LONG)[:300]


class Opened:
    """A drawn workbook as XML, part by part."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        self.parts = {name: ET.fromstring(content) for name, content in parts.items()}  # noqa: S314 - our own
        strings = self.parts.get("xl/sharedStrings.xml")
        texts = [] if strings is None else ["".join(item.itertext()) for item in strings]
        self.texts = [unescape(text) for text in texts]
        self.styles = list(self.parts["xl/styles.xml"].iterfind(f"{MAIN}cellXfs/{MAIN}xf"))

    def sheets(self) -> Iterator[tuple[str, ET.Element]]:
        links = {link.get("Id"): link.get("Target") for link in self.parts["xl/_rels/workbook.xml.rels"]}
        for sheet in self.parts["xl/workbook.xml"].iter(f"{MAIN}sheet"):
            yield str(sheet.get("name")), self.parts[f"xl/{links[sheet.get(PLACE)]}"]

    def cells(self) -> Iterator[Cell]:
        for name, sheet in self.sheets():
            for cell in sheet.iter(f"{MAIN}c"):
                shown = cell.findtext(f"{MAIN}v") or ""
                text = self.texts[int(shown)] if cell.get("t") == "s" else shown
                yield Cell(name, str(cell.get("r")), str(cell.get("t")), text, int(cell.get("s", 0)), cell)

    def formulas(self) -> Iterator[str]:
        for _, sheet in self.sheets():
            for tag in ("f", "formula", "formula1", "formula2"):
                yield from (element.text or "" for element in sheet.iter(f"{MAIN}{tag}"))
        yield from (name.text or "" for name in self.parts["xl/workbook.xml"].iter(f"{MAIN}definedName"))


class Cell(NamedTuple):
    sheet: str
    place: str
    kind: str
    text: str
    style: int
    xml: ET.Element

    @property
    def at(self) -> tuple[int, int]:
        """Row and column."""
        letters, row = coordinate_from_string(self.place)
        return row, column_index_from_string(letters)


@pytest.fixture(scope="module", params=["plain", "attacked", "long", "English"])
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    change: dict[str, Callable[[str], str]] = {"attacked": attack, "long": lengthen}
    lang = "en" if request.param == "English" else "vi"
    drawn = draw_all(tmp_path_factory.mktemp("drawn"), change.get(request.param, str), lang)
    return {name: Opened(path) for name, path in drawn.items()}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    drawn = draw_all(tmp_path_factory.mktemp("attacked"), attack)
    return {name: Opened(path) for name, path in drawn.items()}


# ------------------------------------------------------------------ sound files


@pytest.mark.parametrize("change", [str, attack], ids=["as people write", "as attackers do"])
def test_every_workbook_passes_the_rules_of_microsofts_validator(change: Callable[[str], str], tmp_path: Path) -> None:
    drawn = draw_all(tmp_path, change)
    complaints = {
        name: [str(error) for error in OpenXmlValidator().validate(path).errors] for name, path in drawn.items()
    }
    assert {name: told for name, told in complaints.items() if told} == {}


def test_the_validator_sees_what_is_broken(tmp_path: Path) -> None:
    with open_book(tmp_path / "whole.xlsx", title="", author="") as book:
        book.sheet("Thử").freeze_panes(1, 0)
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as broken:
        for name in whole.namelist():
            if name != "xl/styles.xml":
                broken.writestr(name, whole.read(name).replace(b"<pane ", b'<pane wrong="1" '))
    assert len(OpenXmlValidator().validate(tmp_path / "a.xlsx").errors) > 1


def test_every_cell_stands_at_its_place_once_in_a_look_that_there_is(books: dict[str, Opened]) -> None:
    for name, book in books.items():
        before = ("", 0, 0)
        for cell in book.cells():
            place = (cell.sheet, *cell.at)
            assert place[0] != before[0] or place > before, (name, place)
            assert cell.style < len(book.styles), (name, place)
            before = place


def test_the_captions_of_a_table_are_those_of_its_header(books: dict[str, Opened]) -> None:
    book = books["register"]
    table = book.parts["xl/tables/table1.xml"]
    captions = [str(column.get("name")) for column in table.iter(f"{MAIN}tableColumn")]
    header = range_boundaries(str(table.get("ref")))[1]
    shown = [cell.text for cell in book.cells() if cell.sheet in {"Nhiệm vụ", "Tasks"} and cell.at[0] == header]
    assert [plain(text) for text in captions] == [plain(text) for text in shown]
    assert len({caption.casefold() for caption in captions}) == len(captions)


def plain(text: str) -> str:
    """Leave out what XML cannot hold in an attribute, and what its readers make a blank of."""
    return " ".join("".join(sign for sign in text if sign >= " " or sign in "\t\n\r").replace("￾", "").split())


# ------------------------------------------------------------------ limits on texts


def test_no_text_is_longer_than_excel_takes(books: dict[str, Opened]) -> None:
    for name, book in books.items():
        for title, sheet in book.sheets():
            assert limits.units(title) <= 31, (name, title)
            for rule in sheet.iter(f"{MAIN}dataValidation"):
                for attribute, most in (("promptTitle", 32), ("errorTitle", 32), ("prompt", 255), ("error", 224)):
                    assert limits.units(rule.get(attribute, "")) <= most, (name, title, attribute)
                typed = rule.findtext(f"{MAIN}formula1") or ""
                assert limits.units(typed) <= 255, (name, title)
            for foot in sheet.iter(f"{MAIN}oddFooter"):
                assert limits.units(foot.text or "") <= 255, (name, title)
        for formula in book.formulas():
            assert limits.units(formula) <= 8192, name
            assert all(limits.units(text) <= 255 for text in literals(formula)), (name, formula)
        for column in (it for part in book.parts.values() for it in part.iter(f"{MAIN}tableColumn")):
            assert limits.units(str(column.get("name"))) <= 255, name
        assert all(limits.units(cell.text) <= 32_767 for cell in book.cells()), name


def literals(formula: str) -> list[str]:
    """Give the texts between quotes."""
    return formula.replace('""', "").split('"')[1::2]


def test_every_name_of_a_sheet_in_the_catalogue_fits_and_is_allowed() -> None:
    names = [
        words
        for part in ("register", "template", "marked", "journal", "not_taken", "report")
        for entry, told in area(part).items()
        if entry.startswith("sheet_")
        for words in (told["vi"], told["en"])
    ]
    assert len(names) > 40
    assert [name for name in names if limits.units(name) > 31 or set(name) & set("[]:*?/\\'")] == []


def test_a_list_of_10_000_long_names_is_a_drop_down_from_the_hidden_sheet(tmp_path: Path) -> None:
    values = [f"{number}. {LONG[:250]}" for number in range(10_000)]
    with open_book(tmp_path / "a.xlsx", title="", author="") as book:
        book.check_list(book.sheet("Thử"), Area(0, 0, 9, 0), "ds", values, Advice(LONG, LONG, LONG))
    opened = Opened(tmp_path / "a.xlsx")
    assert list(opened.formulas()) == ["ds", "'_danh_muc'!$A$2:$A$10001"]
    assert [cell.text for cell in opened.cells() if cell.kind == "s"][1:] == values


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=900))
def test_a_text_in_a_formula_is_the_same_text_in_pieces_that_excel_takes(text: str) -> None:
    pieces = limits.quoted(text)[1:-1].split('"&"')
    assert "".join(pieces) == text.replace('"', '""')
    assert all(limits.units(piece.replace('""', '"')) <= 255 for piece in pieces)


@given(st.lists(st.text("x𝄞", min_size=1, max_size=900), max_size=60))
def test_as_few_formulas_as_needed_ask_every_question(tests: list[str]) -> None:
    formulas = list(limits.any_of(tests))
    assert [test for formula in formulas for test in formula[4:-1].split(",")] == tests
    assert all(limits.units(formula) <= 8192 for formula in formulas)


@pytest.mark.parametrize("foot", ["&" * 400, LONG, "2026 – Sở", "A & B" * 60])
def test_a_foot_of_any_text_is_a_foot_that_excel_takes(tmp_path: Path, foot: str) -> None:
    with open_book(tmp_path / "a.xlsx", title="", author="") as book:
        set_page(book.sheet("Thử"), footer=foot)
    ((_, sheet),) = Opened(tmp_path / "a.xlsx").sheets()
    told = sheet.findtext(f".//{MAIN}oddFooter") or ""
    shown = told.removeprefix('&L&"Times New Roman,Regular"&9').removesuffix('&R&"Times New Roman,Regular"&9&P/&N')
    assert limits.units(told) <= 255
    assert foot.startswith(shown.strip().rstrip("…").replace("&&", "&")[:50])
    assert shown.count("&") % 2 == 0
    assert not shown[0].isdigit()


# ------------------------------------------------------------------ words are words


def test_every_attack_is_in_every_workbook_as_a_text_that_stays_one(attacked: dict[str, Opened]) -> None:
    for name, book in attacked.items():
        texts = [cell for cell in book.cells() if cell.kind == "s"]
        tried = {lead for lead in ATTACKS if any(cell.text.startswith(lead) for cell in texts)}
        assert len(tried) > (0 if name == "blank" else 4), name
        for cell in texts:
            again = cell.text.startswith(("=", "+", "-", "@")) and not is_link(book, cell)
            assert (book.styles[cell.style].get("quotePrefix") == "1") >= again, (name, cell.place, cell.text)
            assert cell.xml.find(f"{MAIN}f") is None


def is_link(book: Opened, cell: Cell) -> bool:
    """Say whether a cell leads somewhere: its text is what we gave it."""
    (sheet,) = (sheet for name, sheet in book.sheets() if name == cell.sheet)
    return any(link.get("ref") == cell.place for link in sheet.iter(f"{MAIN}hyperlink"))


def test_no_formula_holds_a_word_but_between_quotes(attacked: dict[str, Opened]) -> None:
    for name, book in attacked.items():
        for formula in book.formulas():
            outside = "".join(formula.replace('""', "").split('"')[0::2])
            assert MARK not in outside, (name, formula)
            assert "|" not in outside, (name, formula)


def test_no_workbook_leads_out_of_the_office(attacked: dict[str, Opened]) -> None:
    for name, book in attacked.items():
        assert not [part for part in book.parts if "externalLink" in part or "connections" in part], name
        rels = [link for part, tree in book.parts.items() if part.endswith(".rels") for link in tree]
        outside = [str(link.get("Target")) for link in rels if link.get("TargetMode") == "External"]
        assert bool(outside) == (name == "journal")  # which leads to the files themselves
        assert not [target for target in outside if target.lower().startswith(("http", "\\\\", "ftp"))]


def test_no_cell_of_csv_starts_like_a_formula_and_the_others_keep_the_words(office: SmallOffice) -> None:
    words = [
        attack(f"Nhiệm vụ {number}").replace("\x0b", "").replace("\x1f", "").replace("￾", "") for number in range(40)
    ]
    enter(office.space, [(("cctl",), {"task_content": word}) for word in words])
    written = office.run("export", "--format", "csv").out
    cells: list[Any] = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    lures = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [cell for cell in lures if not cell.removeprefix("-").isdecimal()] == []  # days left may be below zero
    assert len([cell for cell in cells if MARK in cell]) == len(words)
    assert {row["task_content"] for row in office.rows().values()} >= set(words)


def test_another_process_draws_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom benchmarks.draw import register_view\n"
        "from tdnv_sheets.render.register import draw_register\n"
        "draw_register(register_view(60), pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1234", "TZ": "America/Lima"}
    subprocess.run([sys.executable, "-c", code, tmp_path / "there.xlsx"], check=True, env=environment, cwd=ROOT)
    draw_register(draw.register_view(60), tmp_path / "here.xlsx")
    assert (tmp_path / "here.xlsx").read_bytes() == (tmp_path / "there.xlsx").read_bytes()


def test_a_table_takes_less_than_half_the_time_of_writing_its_cells_one_by_one(tmp_path: Path) -> None:
    """The long form is `python -m benchmarks.draw`."""
    ours, plain = (
        min(draw.one("sheet", way, 600, tmp_path / "a.xlsx").seconds for _ in range(2))
        for way in ("ours", "xlsxwriter")
    )
    assert ours < plain / 2
