"""A few cells are changed in the office's file, and every other byte of it stays."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets.graft.patch import patch
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.render.register import draw_register
from tests.graft_test import BOOK, OWN, Held, cells, changed, opened, token, with_own_sheet
from tests.packages import Layout, packed, parts, raw_parts, relaid
from tests.render_register_test import register_view

if TYPE_CHECKING:
    from tdnv_sheets.graft.patch import Changes

TASKS = "Nhiệm vụ"
TOKEN = token(register_view(6)).replace("|17|", "|18|")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("patch") / "so.xlsx"
    draw_register(register_view(6), path)
    found = parts(path.read_bytes())
    found = {
        name: xml.replace(b"tdnv1.register.r17.c2lnbmVkLXN0YW1w.9f8e7d6c5b4a", token(register_view(6)).encode())
        for name, xml in found.items()
    }
    return Held(with_own_sheet(packed(found)))


def patched(data: bytes, changes: dict[str, Changes]) -> bytes:
    out = io.BytesIO()
    patch(data, changes, out, token=TOKEN)
    return out.getvalue()


def expected(data: bytes, changes: Changes) -> dict[str, list[list[object]]]:
    found = cells(data)
    for (row, column), value in changes.items():
        found[TASKS][row - 1][column - 1] = value
    found["_tdnv"][0][0] = TOKEN
    return found


def test_changed_cells_hold_the_new_values_and_all_others_their_own(theirs: bytes) -> None:
    changes: Changes = {
        (6, 3): "mới & <lạ>",
        (6, 5): 46_000,
        (8, 13): None,
        (9, 22): 0.5,
        (11, 22): "  hai\nđầu  ",
        (7, 24): True,
    }

    done = patched(theirs, {TASKS: changes})

    days = {place: value for place, value in changes.items() if place == (6, 5)}
    seen, wanted = cells(done), expected(theirs, changes)
    for row, column in days:
        assert opened(done)[TASKS].cell(row, column).value.strftime("%d/%m/%Y") == "09/12/2025"
        seen[TASKS][row - 1][column - 1] = wanted[TASKS][row - 1][column - 1] = None
    assert seen == wanted
    before, after = raw_parts(theirs), raw_parts(done)
    rewritten = {name for name in before if before[name] != after[name]}
    assert rewritten == {
        BOOK,
        "docProps/custom.xml",
        *(f"xl/worksheets/sheet{place(theirs, title)}.xml" for title in (TASKS, "_tdnv")),
    }
    assert opened(done)[TASKS]["C6"]._style == opened(theirs)[TASKS]["C6"]._style  # noqa: SLF001 - all of the look at once
    assert TOKEN in opened(done).defined_names["_tdnv_token"].attr_text


def place(data: bytes, title: str) -> int:
    number: int = opened(data).sheetnames.index(title)
    return number  # the office's own sheet is the first, and no part of ours


@settings(max_examples=6)
@given(
    changes=st.dictionaries(
        st.tuples(st.integers(6, 11), st.integers(1, 40)),
        st.one_of(TEXTS, st.integers(1, 60_000), st.booleans(), st.none()),
        min_size=1,
        max_size=12,
    ),
    prefixed=st.booleans(),
)
def test_whatever_is_written_is_read_again(theirs: bytes, changes: Changes, prefixed: bool) -> None:  # noqa: FBT001 - of hypothesis
    office = relaid(theirs, Layout(prefixed=prefixed))

    done = patched(office, {TASKS: changes})

    sheet, before = opened(done)[TASKS], opened(office)[TASKS]
    for row in before.iter_rows():
        for cell in row:
            new = sheet[cell.coordinate]
            if (cell.row, cell.column) not in changes:
                assert new.value == cell.value
            elif cell.is_date or new.is_date:
                assert (new.value is None) == (changes[cell.row, cell.column] is None)
            else:
                assert same(new.value, changes[cell.row, cell.column])


def same(seen: object, written: object) -> bool:
    if isinstance(written, str):
        return isinstance(seen, str) and unescaped(seen) == written  # openpyxl gives escapes back as they are written
    return seen == written


def unescaped(text: str) -> str:
    from openpyxl.utils.escape import unescape

    return str(unescape(text))


def test_a_formula_that_becomes_a_value_takes_the_chain_of_calculation_out(theirs: bytes) -> None:
    found = parts(theirs)
    found["xl/calcChain.xml"] = b"<calcChain/>"
    found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdC" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" '
        b'Target="calcChain.xml"/></Relationships>',
    )
    office = packed(found)

    done = parts(patched(office, {OWN: {(1, 2): 31}}))
    kept = parts(patched(office, {OWN: {(1, 1): "chữ"}}))

    assert "xl/calcChain.xml" not in done
    assert b"calcChain" not in done["xl/_rels/workbook.xml.rels"]
    assert "xl/calcChain.xml" in kept


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("<f>", '<f t="array" ref="B1">', (1, 2)),
        ("<f>", '<f t="shared" si="0" ref="B1:B3">', (1, 2)),
        ("<f>", "<f>", (2, 1)),
    ],
)
def test_what_is_more_than_one_cell_is_refused(theirs: bytes, old: str, new: str, at: tuple[int, int]) -> None:
    office = changed("xl/worksheets/sheet99.xml", old, new)(theirs)

    with pytest.raises(CannotGraft, match="layout"):
        patched(office, {OWN: {at: 1}})


def test_who_types_into_a_file_leaves_its_identity(theirs: bytes) -> None:
    out = io.BytesIO()
    patch(theirs, {TASKS: {(6, 3): "gõ vào"}}, out)

    done = out.getvalue()

    assert cells(done)["_tdnv"] == cells(theirs)["_tdnv"]
    assert raw_parts(done)["docProps/custom.xml"] == raw_parts(theirs)["docProps/custom.xml"]
    assert parts(done)[BOOK] == parts(theirs)[BOOK]
