"""The parts of keeping what the office did: references in formulas, areas, criteria of filters, shapes of notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.graft.touched.criteria import test_of as criteria_of
from tdnv_sheets.graft.touched.formula import pieces, shifted
from tdnv_sheets.graft.touched.markup import parse, write
from tdnv_sheets.graft.touched.moves import Moves, Span, listed, spans_of
from tdnv_sheets.graft.touched.shapes import merged_shapes

MOVES = Moves(
    rows={6: 6, 8: 7, 9: 8, 10: 11},
    columns={1: 1, 2: 2, 3: 4, 4: 3},
    body=(6, 10),
    new_body=(6, 12),
    least=10,
    width=(5, 6),
    names=frozenset({"Việc", "'Việc'"}),
)
"""Row 7 is gone, row 10 moved down behind two new ones; columns C and D changed places, E is gone."""


@pytest.mark.parametrize(
    ("formula", "rows", "expected"),
    [
        ("A1+$A$1+A$1+$A1", 2, "A3+$A$1+A$1+$A3"),
        ('IF(B2="A1",LOG10(B2),"C3")', 1, 'IF(B3="A1",LOG10(B3),"C3")'),
        ("SUM(A1:B2)*'Tờ 1'!C3", 1, "SUM(A2:B3)*'Tờ 1'!C4"),
        ("tblNhiemVu[[#This Row],[A1]]&[@B2]&X1", 1, "tblNhiemVu[[#This Row],[A1]]&[@B2]&X2"),
        ("SUM(C:C)+SUM(3:3)+TĐ1+ABCD5", 1, "SUM(C:C)+SUM(4:4)+TĐ1+ABCD5"),
        ("A1", -1, "#REF!"),
        ("_td_han+1.5E3+#REF!", 4, "_td_han+1.5E3+#REF!"),
        ("[1]Sheet1!A1+Việc!A1", 1, "[1]Sheet1!A2+Việc!A2"),
    ],
)
def test_a_formula_reads_further_down_as_excel_fills_it(formula: str, rows: int, expected: str) -> None:
    assert shifted(formula, rows, 0) == expected


def test_a_formula_reads_further_right_as_excel_fills_it() -> None:
    assert shifted("SUM(B:$C)+D4+$E5", 0, 2) == "SUM(D:$C)+F4+$E5"


@given(st.text(alphabet="A1$:'!\"[]@#(),+é._ XFD9", max_size=40))
def test_taking_a_formula_apart_loses_nothing(formula: str) -> None:
    again = "".join(
        item if isinstance(item, str) else (item.text if item.sheet is None else f"{item.sheet}!{item.text}")
        for item in pieces(formula)
    )
    assert again == formula


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("A6+A8", "A6+A7"),
        ("A7*2", "#REF!*2"),
        ("C9&D9&E9", "D8&C8&#REF!"),
        ("SUM(A6:A10)", "SUM(A6:A12)"),
        ("SUM(A$6:A9)", "SUM(A$6:A8)"),
        ("SUM(A7:A9)", "SUM(A7:A8)"),
        ("SUM(A:A)+SUM(C:C)", "SUM(A:A)+SUM(D:D)"),
        ("'Việc'!A10+Khác!A10+Việc!$A$2", "'Việc'!A11+Khác!A10+Việc!$A$2"),
        ("A15", "A17"),
        ("SUM(A6:A1048576)", "SUM(A6:A1048576)"),
        ('tbl[Việc A7]&"A7"', 'tbl[Việc A7]&"A7"'),
    ],
)
def test_a_formula_follows_rows_and_columns(formula: str, expected: str) -> None:
    assert MOVES.formula(formula) == expected


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("A6:B10", "A6:B12"),
        ("A7", ""),
        ("A8:A10", "A7:A8 A11"),
        ("B2:E4", "B2:D4"),
        ("A1:F20", "A1:D22 F1:F22"),
    ],
)
def test_an_area_follows_its_cells(area: str, expected: str) -> None:
    assert listed(span for old in spans_of(area) for span in MOVES.spans(old)) == expected


@given(st.integers(1, 30), st.integers(0, 9), st.integers(1, 6), st.integers(0, 3))
def test_an_area_holds_the_cells_that_its_cells_went_to(row: int, rows: int, column: int, columns: int) -> None:
    area = Span(row, column, row + rows, column + columns)
    cells = {
        (MOVES.row(r), MOVES.column(c))
        for r in range(area.first_row, area.last_row + 1)
        for c in range(area.first_column, area.last_column + 1)
    }
    wanted = {cell for cell in cells if None not in cell}
    found = {
        (r, c)
        for span in MOVES.spans(area)
        for r in range(span.first_row, span.last_row + 1)
        for c in range(span.first_column, span.last_column + 1)
    }
    assert wanted <= found
    if not (area.first_row <= 6 and area.last_row >= 10):  # else new rows belong to it as well
        assert found == wanted


@pytest.mark.parametrize(
    ("xml", "shown", "hidden"),
    [
        ('<filters><filter val="Đang làm"/></filters>', ["đang làm", " Đang làm "], ["Đang", "", 3.0]),
        ('<filters blank="1"/>', [""], ["x", 0.0]),
        ('<filters><filter val="5"/></filters>', [5.0, "5"], [5.5]),
        (
            '<filters><dateGroupItem year="2026" month="6" dateTimeGrouping="month"/></filters>',
            [46174.0, 46203.5],
            [46173.0, 46204.0, ""],
        ),
        (
            '<customFilters and="1"><customFilter operator="greaterThan" val="3"/><customFilter operator="lessThanOrEqual" val="7"/></customFilters>',
            [3.5, 7.0],
            [3.0, 8.0, "", "5x"],
        ),
        ('<customFilters><customFilter val="*rừng*"/></customFilters>', ["Trồng rừng 2026"], ["lúa", ""]),
        ('<customFilters><customFilter operator="notEqual" val=" "/></customFilters>', ["x", 1.0], [""]),
        ('<customFilters><customFilter val="a~*b?"/></customFilters>', ["A*bc"], ["aXbc", "a*b"]),
        ('<customFilters><customFilter operator="greaterThanOrEqual" val="m"/></customFilters>', ["M", "n"], ["a", ""]),
    ],
)
def test_a_filter_shows_what_excel_would_show(xml: str, shown: list[str | float], hidden: list[str | float]) -> None:
    test = criteria_of(parse(f'<filterColumn colId="0">{xml}</filterColumn>'.encode()))
    assert test is not None
    assert [value for value in (*shown, *hidden) if test(value)] == shown


@pytest.mark.parametrize("kind", ["colorFilter", "top10", "dynamicFilter", "iconFilter"])
def test_a_filter_by_colour_rank_or_day_is_not_guessed(kind: str) -> None:
    assert criteria_of(parse(f'<filterColumn colId="0"><{kind}/></filterColumn>'.encode())) is None


def test_prefixes_stay_but_the_spreadsheets_own() -> None:
    xml = (
        b'<x:a xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:y="urn:y">'
        b'<x:b y:c="1 &lt; 2&#10;">t &amp; u</x:b><y:d/>v</x:a>'
    )
    root = parse(xml)
    assert [node.tag for node in root.walk()] == ["a", "b", "y:d"]
    assert write(parse(write(root))) == write(root)
    assert (root.children[0].text, root.children[0].attributes, root.children[1].tail) == (
        "t & u",
        {"y:c": "1 < 2\n"},
        "v",
    )


def vml(*notes: tuple[int, int, int]) -> bytes:
    shapes = "".join(
        f'<v:shape id="_x0000_s{number}"><x:ClientData ObjectType="Note"><x:Anchor>2, 15, {row}, 10, 4, 50, {row + 2}, 12'
        f"</x:Anchor><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        for number, row, column in notes
    )
    button = '<v:shape id="_x0000_s1030"><x:ClientData ObjectType="Checkbox"/></v:shape>'
    return f'<xml xmlns:v="urn:v" xmlns:x="urn:x">{shapes}{button}</xml>'.encode()


def test_the_shapes_of_notes_go_with_their_cells_and_controls_stay() -> None:
    base, ours = (parse(vml(*notes), plain=False) for notes in (((1025, 5, 1), (1026, 6, 1)), ((1025, 9, 2),)))
    merged_shapes(base, {"B6": "B8", "B7": ""}, ours, ["C10"])

    text = write(base).decode()
    assert "<x:Row>7</x:Row><x:Column>1</x:Column>" in text
    assert "<x:Anchor>2, 15, 7, 10, 4, 50, 9, 12</x:Anchor>" in text
    assert "<x:Row>6</x:Row>" not in text
    assert "<x:Row>9</x:Row>" in text
    assert [shape.attributes["id"] for shape in base.children] == ["_x0000_s1025", "_x0000_s1030", "_x0000_s1031"]
