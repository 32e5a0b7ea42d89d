"""Our sheets are put into the office's own file: theirs stay as they are, byte for byte, however the file is laid out."""

from __future__ import annotations

import io
import os
import re
import warnings
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from tdnv_sheets.graft.graft import graft, look_at
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.pipeline.office_file import usual_titles
from tdnv_sheets.render.register import WHEN_FILLED, draw_register
from tdnv_sheets.stamp import Stamp, encode
from tests.drawings import views
from tests.packages import MAIN, OFFICE, Layout, packed, parts, raw_parts, relaid, taken_twice
from tests.render_register_test import register_row, register_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.render.view import RegisterView

TITLES = usual_titles("vi")


class Held(bytes):
    """A file that does not fill the screen when a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


OWN = "Bảng của Văn phòng"
FORMULA = "COUNTA('Nhiệm vụ'!A6:A11)"
FOREIGN_SHEET = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData><row r="1"><c r="A1" t="s"><v>{{first}}</v></c>\
<c r="B1" s="{{look}}"><f>{FORMULA}</f><v>30</v></c><c r="C1" t="s"><v>{{second}}</v></c></row></sheetData>\
<extLst><ext uri="{{uri}}" xmlns:q="urn:unknown"><q:thing a = 'b'/></ext></extLst></worksheet>"""
BOOK = "xl/workbook.xml"
UNKNOWN = "xl/unknown/part1.bin"


@pytest.fixture(scope="module")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Callable[[RegisterView], bytes]:
    """Give what draws a view."""
    path = tmp_path_factory.mktemp("graft") / "so.xlsx"

    def drawn(view: RegisterView) -> bytes:
        draw_register(replace(view, token=token(view)), path)
        return Held(path.read_bytes())

    return drawn


def token(view: RegisterView, ledger: str = "5a9c0011") -> str:
    stamp = Stamp("register", 1, ledger, str(len(view.rows)), "", view.as_of.isoformat(), view.revision, "0" * 32)
    return encode(stamp, b"k" * 32)


@pytest.fixture(scope="module")
def today(draw: Callable[[RegisterView], bytes]) -> bytes:
    """A register as it is drawn today."""
    return draw(register_view(6))


@pytest.fixture(scope="module")
def tomorrow(draw: Callable[[RegisterView], bytes]) -> bytes:
    """The same with other rows and other words, tomorrow."""
    view = register_view(9)
    rows = tuple(register_row(index) for index in range(1, 9))
    return draw(replace(view, as_of=view.as_of + timedelta(days=1), rows=rows, revision=18))


@pytest.fixture(scope="module")
def theirs(today: bytes) -> bytes:
    """The office's file: today's register, with a sheet and a part of the office's own in it."""
    return Held(with_own_sheet(today))


def with_own_sheet(data: bytes) -> bytes:
    """Add a sheet that counts our rows, with texts and a look of its own, and a part that nobody knows."""
    found = parts(data)
    texts = found["xl/sharedStrings.xml"].decode()
    count = texts.count("<si>")
    own = "<si><r><rPr><b/></rPr><t>chữ đậm </t></r><r><t>chữ thường</t></r></si><si><t>Ghi chú riêng</t></si>"
    found["xl/sharedStrings.xml"] = texts.replace("</sst>", own + "</sst>").encode()
    styles = found["xl/styles.xml"].decode()
    looks = int(re.search(r'<cellXfs count="(\d+)"', styles)[1])  # type: ignore[index] # it is there
    look = '<xf numFmtId="10" fontId="3" fillId="2" borderId="1" xfId="0" applyFill="1"/></cellXfs>'
    styles = styles.replace("</cellXfs>", look).replace(f'<cellXfs count="{looks}"', f'<cellXfs count="{looks + 1}"')
    found["xl/styles.xml"] = styles.encode()
    sheet = FOREIGN_SHEET.format(
        first=count, second=count + 1, look=looks, uri="{00000000-0000-0000-0000-0000000000AB}"
    )
    found["xl/worksheets/sheet99.xml"] = sheet.encode()
    found[UNKNOWN] = b"\x00\x01 what nobody knows"
    found["xl/worksheets/_rels/sheet99.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="urn:unknown/thing" Target="../unknown/part1.bin"/></Relationships>'
    )
    found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId99" Type="{OFFICE}/worksheet" Target="worksheets/sheet99.xml"/></Relationships>'.encode(),
    )
    found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Default Extension="bin" ContentType="application/octet-stream"/><Override PartName="/xl/worksheets/sheet99.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    )
    book = found["xl/workbook.xml"].decode()
    book = book.replace("<sheets>", f'<sheets><sheet name="{OWN}" sheetId="77" r:id="rId99"/>')
    # Local names count the sheets, of which there is one more now.
    book = re.sub(r'localSheetId="(\d+)"', lambda found: f'localSheetId="{int(found[1]) + 1}"', book)
    name = f"<definedName name=\"Cua_toi\">'{OWN}'!$B$1</definedName></definedNames>"
    found["xl/workbook.xml"] = book.replace("</definedNames>", name).encode()
    return packed(found)


def grafted(office: bytes, drawn: bytes) -> bytes:
    out = io.BytesIO()
    graft(office, drawn, TITLES).write(out)
    assert not taken_twice(out.getvalue())
    return Held(out.getvalue())


def opened(data: bytes) -> Any:  # noqa: ANN401 - openpyxl's sheets and cells are of many types
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Unknown extension")  # that of the office's sheet
        return load_workbook(io.BytesIO(data))


def cells(data: bytes) -> dict[str, list[list[object]]]:
    """Give all values of all sheets."""
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in opened(data).worksheets}


def shown(data: bytes) -> dict[tuple[str, str], tuple[object, ...]]:
    """Give every cell of our sheets as people see it: value, number format, font, fill, borders, place in the cell."""
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            cell.number_format.replace("General", "@") if cell.number_format == "@" else cell.number_format,
            (cell.font.b, cell.font.i, cell.font.sz, cell.font.name, cell.font.color and cell.font.color.rgb),
            (cell.fill.patternType, cell.fill.fgColor.rgb),
            (cell.border.left.style, cell.border.top.style),
            (cell.alignment.horizontal, cell.alignment.vertical, cell.alignment.wrap_text),
        )
        for sheet in opened(data).worksheets
        if sheet.title != OWN
        for row in sheet.iter_rows()
        for cell in row
    }


def colours(sheet: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 - as above
    """Give the conditional formats: where, when and in which colour."""
    return [
        (str(held.sqref), rule.formula, rule.priority, rule.dxf.fill.bgColor.rgb)
        for held in sheet.conditional_formatting
        for rule in held.rules
    ]


def errors(data: bytes, path: Path) -> set[str]:
    path.write_bytes(data)
    return {str(error) for error in OpenXmlValidator().validate(path).errors}


def looks(data: bytes) -> tuple[int, ...]:
    styles = parts(data)["xl/styles.xml"].decode()
    return tuple(styles.count(f"<{name}") for name in ("xf ", "font>", "fill>", "border>", "dxf>", "numFmt "))


def foreign(data: bytes) -> dict[str, bytes]:
    """Give the compressed bytes of the parts that are the office's own."""
    return {
        name: raw
        for name, raw in raw_parts(data).items()
        if "sheet99" in name or name in {UNKNOWN, "xl/theme/theme1.xml", "docProps/app.xml", "docProps/core.xml"}
    }


def test_what_is_not_ours_stays_byte_for_byte_and_ours_is_as_drawn(
    theirs: bytes, tomorrow: bytes, tmp_path: Path
) -> None:
    done = grafted(theirs, tomorrow)

    assert foreign(done) == foreign(theirs)
    assert len(foreign(done)) == 6
    assert shown(done) == shown(tomorrow)
    own = opened(done)[OWN]
    assert [own["A1"].value, own["B1"].value, own["C1"].value] == ["chữ đậm chữ thường", f"={FORMULA}", "Ghi chú riêng"]
    assert (own["B1"].number_format, own["B1"].fill.patternType) == ("0.00%", "solid")
    assert opened(done).sheetnames == opened(theirs).sheetnames
    assert errors(done, tmp_path / "so.xlsx") == errors(theirs, tmp_path / "so.xlsx")


def test_names_tables_and_notes_of_ours_are_those_of_today_and_the_offices_names_stay(
    theirs: bytes, tomorrow: bytes
) -> None:
    done, drawn = opened(grafted(theirs, tomorrow)), opened(tomorrow)

    ours = {name: item.attr_text for name, item in drawn.defined_names.items()}
    assert {name: item.attr_text for name, item in done.defined_names.items()} == {
        **ours,
        "Cua_toi": f"'{OWN}'!$B$1",
        "_tdnv_grafted": "TRUE",
    }
    for sheet in drawn.worksheets:
        same = done[sheet.title]
        assert same.tables.items() == sheet.tables.items()
        assert (same.print_title_rows, same.print_area) == (sheet.print_title_rows, sheet.print_area)
        assert colours(same) == colours(sheet)
        assert len(same.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        assert len(same._charts) == len(sheet._charts)  # noqa: SLF001 - openpyxl has no other way to ask
        notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
        assert {at: same[at].comment.text for at in notes} == notes


def test_redraws_with_changing_rows_leave_the_looks_and_the_office_as_after_the_first(
    theirs: bytes, today: bytes, tomorrow: bytes
) -> None:
    first = data = grafted(theirs, tomorrow)
    for number in range(int(os.environ.get("REDRAWS", "4"))):
        data = grafted(data, (today, tomorrow)[number % 2])

    assert grafted(data, tomorrow) == first
    assert looks(data) == looks(first) == looks(theirs)
    assert foreign(data) == foreign(theirs)
    assert len(parts(data)["xl/sharedStrings.xml"]) <= len(parts(first)["xl/sharedStrings.xml"])


def test_the_same_input_gives_the_same_bytes(theirs: bytes, tomorrow: bytes) -> None:
    assert grafted(theirs, tomorrow) == grafted(theirs, tomorrow)


FULL = views().register
SAMPLE = {name: getattr(FULL, name) for name in WHEN_FILLED}


@given(st.lists(st.sets(st.sampled_from(WHEN_FILLED)), min_size=2, max_size=5))
@settings(max_examples=8)
def test_sheets_may_come_and_go_in_any_order(draw: Callable[[RegisterView], bytes], filled: list[set[str]]) -> None:
    def drawn(names: set[str]) -> bytes:
        shown: dict[str, Any] = {name: SAMPLE[name] if name in names else () for name in WHEN_FILLED}
        return draw(replace(register_view(2), **shown))

    file = drawn(filled[0])
    for names in filled[1:]:
        file = grafted(file, drawn(names))
        assert set(opened(file).sheetnames) == set(opened(drawn(names)).sheetnames)


@settings(max_examples=int(os.environ.get("LAYOUTS", "6")))
@given(
    st.builds(
        Layout,
        prefixed=st.booleans(),
        absolute=st.booleans(),
        wide=st.booleans(),
        stored=st.booleans(),
        shift=st.sampled_from((0, 5, 40)),
        turned=st.booleans(),
        looks_turned=st.booleans(),
        texts_turned=st.booleans(),
    )
)
def test_however_a_program_lays_the_file_out_ours_is_as_drawn_and_theirs_as_it_was(
    theirs: bytes, tomorrow: bytes, layout: Layout
) -> None:
    office = relaid(theirs, layout)

    done = grafted(office, tomorrow)

    assert shown(done) == shown(tomorrow)
    assert cells(done)[OWN] == cells(theirs)[OWN]
    kept = {name for name in raw_parts(office) if "/unknown/" in name or f"sheet{99 + layout.shift}." in name}
    assert kept
    assert {name: raw_parts(done)[name] for name in kept} == {name: raw_parts(office)[name] for name in kept}
    assert looks(grafted(done, tomorrow)) == looks(done)
    assert grafted(done, tomorrow) == done


def test_a_package_that_spells_its_parts_otherwise_than_its_relations_is_the_same(
    theirs: bytes, tomorrow: bytes
) -> None:
    # openpyxl cannot read such a file.
    done, usual = (grafted(relaid(theirs, Layout(upper=upper)), tomorrow) for upper in (True, False))

    assert {name: data for name, data in parts(done).items() if not name.endswith(".rels")} == {
        name: data for name, data in parts(usual).items() if not name.endswith(".rels")
    }


def renamed(data: bytes, titles: dict[str, str]) -> bytes:
    """Rename sheets as Excel does: in the list of sheets, in the names and in all formulas."""
    found = parts(data)
    for name in found:
        if name.endswith(".xml") and not name.startswith("docProps"):
            text = found[name].decode()
            for old, new in titles.items():
                quoted = new.replace("'", "''")
                text = text.replace(f"'{old}'!", f"'{quoted}'!").replace(f'<sheet name="{old}"', f'<sheet name="{new}"')
            found[name] = text.encode()
    return packed(found)


def moved(data: bytes, title: str, place: int) -> bytes:
    """Move a sheet to another place, as Excel does: the names that are a sheet's own follow it."""
    found = parts(data)
    book = found[BOOK].decode()
    sheets = re.findall(r"<sheet [^>]*/>", book)
    turned = [sheet for sheet in sheets if f'name="{title}"' not in sheet]
    turned.insert(place, next(sheet for sheet in sheets if f'name="{title}"' in sheet))
    book = book.replace("".join(sheets), "".join(turned))
    book = re.sub(r'localSheetId="(\d+)"', lambda held: f'localSheetId="{turned.index(sheets[int(held[1])])}"', book)
    found[BOOK] = book.encode()
    return packed(found)


def test_sheets_of_ours_that_were_renamed_and_moved_keep_their_title_and_place(
    theirs: bytes, draw: Callable[[RegisterView], bytes]
) -> None:
    office = renamed(moved(theirs, "Nhiệm vụ", 0), {"Nhiệm vụ": "Việc của 'tổ' ta", "Nhật ký": "Nhật ký sổ"})

    seen = look_at(office, TITLES)
    done = opened(grafted(office, draw(replace(register_view(8), titles=seen.titles))))

    assert dict(seen.titles) == {"tasks": "Việc của 'tổ' ta", "log": "Nhật ký sổ"}
    assert done.sheetnames == opened(office).sheetnames
    assert done.sheetnames[:2] == ["Việc của 'tổ' ta", OWN]
    page = done["Việc của 'tổ' ta"]
    assert page.tables["tblNhiemVu"].ref.endswith("13")
    assert page.print_title_rows == "$3:$5"
    assert done.defined_names["_tdnv_sheet_tasks"].attr_text == "'Việc của ''tổ'' ta'!$A:$C"
    links = [row[1].hyperlink.location for row in done["Xung đột"].iter_rows(min_row=5) if row[1].hyperlink]
    assert links
    assert all(link.startswith("'Việc của ''tổ'' ta'!") for link in links)
    assert done[OWN]["B1"].value == "=COUNTA('Việc của ''tổ'' ta'!A6:A11)"


def test_a_sheet_that_is_new_today_stands_behind_the_one_before_it_and_one_that_is_gone_is_taken_out(
    theirs: bytes, draw: Callable[[RegisterView], bytes]
) -> None:
    view = register_view(6)
    without = grafted(theirs, draw(replace(view, proposals=())))
    back = grafted(without, draw(view))

    names = opened(theirs).sheetnames
    assert opened(without).sheetnames == [name for name in names if name != "Đề xuất"]
    assert opened(back).sheetnames == names
    assert cells(back) == cells(theirs)
    assert not [name for name in parts(without) if "table" in name and b"tblDeXuat" in parts(without)[name]]
    assert opened(without)["Nhật ký"].print_title_rows == opened(theirs)["Nhật ký"].print_title_rows


def test_the_offices_sheet_under_a_title_of_ours_is_theirs_and_ours_gets_another(
    theirs: bytes, draw: Callable[[RegisterView], bytes]
) -> None:
    view = register_view(6)
    office = renamed(grafted(theirs, draw(replace(view, proposals=()))), {OWN: "Đề xuất"})

    seen = look_at(office, TITLES)
    done = opened(grafted(office, draw(replace(view, titles=seen.titles))))

    assert dict(seen.titles) == {"proposals": "Đề xuất (2)"}
    assert done["Đề xuất"]["C1"].value == "Ghi chú riêng"
    assert "Tập huấn khuyến nông" in str(list(done["Đề xuất (2)"].iter_rows(values_only=True)))


def changed(name: str, old: str, new: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        found = parts(data)
        assert old.encode() in found[name]
        found[name] = found[name].replace(old.encode(), new.encode())
        return packed(found)

    return change


def everywhere(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: packed({name: xml.replace(old, new) for name, xml in parts(data).items()})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (everywhere(b"tdnv1|", b"xxxx1|"), "not-ours"),
        (everywhere(b"|5a9c0011|", b"|00000000|"), "not-ours"),
        (changed(BOOK, MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"), "strict"),
        (changed(BOOK, "<workbookPr ", '<workbookPr date1904="1" '), "date-1904"),
        (changed("[Content_Types].xml", "sheet.main+xml", "template.main+xml"), "not-xlsx"),
        (changed("[Content_Types].xml", "sheet.main+xml", "sheet.macroEnabled.main+xml"), "macros"),
        (changed(BOOK, "<workbook ", "<!DOCTYPE workbook><workbook "), "damaged"),
        (changed("xl/styles.xml", "<cellXfs", "<<cellXfs"), "damaged"),
        (lambda data: data[:-300], "damaged"),
        (lambda data: data[1000:], "not-xlsx"),
    ],
)
def test_nothing_is_put_into_a_file_that_is_not_ours_or_not_understood(
    theirs: bytes, tomorrow: bytes, change: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(CannotGraft) as caught:
        grafted(change(theirs), tomorrow)

    assert caught.value.code == code


def test_a_sheet_that_holds_nothing_stays_while_a_formula_of_the_offices_leads_to_it(
    theirs: bytes, draw: Callable[[RegisterView], bytes]
) -> None:
    view = replace(register_view(6), proposals=())
    office = changed("xl/worksheets/sheet99.xml", FORMULA, "COUNTA('Đề xuất'!B:B)")(theirs)

    seen = look_at(office, TITLES, WHEN_FILLED)
    done = opened(grafted(office, draw(replace(view, wanted=seen.pointed_to))))

    assert (set(seen.pointed_to), set(look_at(theirs, TITLES, WHEN_FILLED).pointed_to)) == ({"proposals"}, set())
    assert done["Đề xuất"]["B4"].value == "Đơn vị đề nghị"
    assert done["Đề xuất"]["B5"].value is None
    assert done[OWN]["B1"].value == "=COUNTA('Đề xuất'!B:B)"


def test_only_the_sheet_that_is_shown_is_selected(theirs: bytes, tomorrow: bytes) -> None:
    # Two selected sheets are a group: what is typed into one goes into both.
    place = opened(theirs).sheetnames.index("Quá hạn")
    office = changed(BOOK, "<workbookView ", f'<workbookView activeTab="{place}" ')(theirs)

    done = opened(grafted(office, tomorrow))

    assert done.active.title == "Quá hạn"
    assert [sheet.title for sheet in done.worksheets if sheet.sheet_view.tabSelected] == ["Quá hạn"]
