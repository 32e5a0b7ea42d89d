"""What the office made its own in its register is there after every round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tdnv_sheets.pipeline import office_file
from tests.graft_test import OWN, foreign, moved, renamed, with_own_sheet
from tests.packages import Layout, packed, parts, relaid
from tests.registers import ONE, TASKS, TWO, TaskSheet, edited, seen, stays_untouched, sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SmallOffice

pytestmark = pytest.mark.filterwarnings("ignore:Unknown extension")  # that of the office's sheet, in openpyxl


def rewrite(office: SmallOffice, change: Callable[[bytes], bytes]) -> bytes:
    """Save the register as some program would; gives its bytes."""
    data = change(office.space.register.read_bytes())
    office.space.register.write_bytes(data)
    return data


def backups(office: SmallOffice) -> list[Path]:
    return sorted(office.space.backups.glob("*.xlsx"))


def test_a_sheet_of_the_offices_stays_through_rounds_that_change_the_register(office: SmallOffice) -> None:
    sync(office)
    theirs = rewrite(office, with_own_sheet)

    done = sync(office)
    with edited(office) as page:
        page.set(ONE, "note", "gấp")
    saved = office.space.register.read_bytes()
    sync(office)

    assert "không còn trong sổ" not in done.out + done.err
    assert foreign(theirs)
    assert OWN in load_workbook(office.space.register).sheetnames
    assert seen(office).at(seen(office).row(ONE), "note").value == "gấp"
    assert parts(office.space.register.read_bytes())["xl/theme/theme1.xml"] == parts(saved)["xl/theme/theme1.xml"]


def test_a_file_that_nobody_touched_is_redrawn_to_the_same_bytes_and_without_a_backup(office: SmallOffice) -> None:
    sync(office)
    theirs = rewrite(office, with_own_sheet)
    sync(office)
    once, kept = office.space.register.read_bytes(), len(backups(office))
    for _ in range(2):
        sync(office)

    assert office.space.register.read_bytes() == once
    assert foreign(once) == foreign(theirs)
    assert len(backups(office)) == kept


def test_a_renamed_and_moved_task_sheet_is_read_back_and_drawn_under_its_new_title(office: SmallOffice) -> None:
    sync(office)
    rewrite(office, lambda data: renamed(moved(data, TASKS, 3), {TASKS: "Việc"}))
    book = load_workbook(office.space.register)
    TaskSheet(book["Việc"]).set(TWO, "note", "đã đổi tên trang")
    book.save(office.space.register)

    sync(office)
    sync(office)

    book = load_workbook(office.space.register)
    page = TaskSheet(book["Việc"])
    assert page.at(page.row(TWO), "note").value == "đã đổi tên trang"
    assert (book.sheetnames.index("Việc"), TASKS in book.sheetnames) == (3, False)


@pytest.mark.parametrize(
    "layout",
    [
        Layout(prefixed=True, absolute=True, wide=True),
        Layout(shift=7, looks_turned=True, texts_turned=True, turned=True),
    ],
)
def test_a_register_saved_by_another_program_is_read_back_without_a_change(office: SmallOffice, layout: Layout) -> None:
    sync(office)
    revision = office.revision()
    rewrite(office, lambda data: relaid(with_own_sheet(data), layout))

    sync(office)
    once = office.space.register.read_bytes()
    sync(office)

    assert office.revision() == revision
    assert office.space.register.read_bytes() == once
    assert OWN in load_workbook(office.space.register).sheetnames


def test_a_file_that_cannot_take_our_sheets_is_drawn_anew_with_a_word_and_a_backup(office: SmallOffice) -> None:
    sync(office)
    book = load_workbook(office.space.register)
    book.create_sheet(OWN)["A1"] = "riêng"
    book.save(office.space.register)
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    usual = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    saved = rewrite(
        office,
        lambda data: packed({name: xml.replace(usual.encode(), strict.encode()) for name, xml in parts(data).items()}),
    )

    done = sync(office)

    assert re.search(r"lập lại thành tệp mới.*dạng XLSX khác", done.out + done.err)
    assert f"«{OWN}»" in done.out + done.err
    assert OWN not in load_workbook(office.space.register).sheetnames
    assert [path.read_bytes() for path in backups(office)] == [saved]


def test_a_register_that_is_saved_while_it_is_drawn_is_not_overwritten(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(office)
    rewrite(office, with_own_sheet)
    meanwhile = b""
    put_into = office_file.put_into

    def saved_meanwhile(*arguments: object) -> object:
        nonlocal meanwhile
        meanwhile = rewrite(office, lambda data: relaid(data, Layout(turned=True)))
        return put_into(*arguments)  # type: ignore[arg-type] # what it was called with

    monkeypatch.setattr("tdnv_sheets.pipeline.redraw.put_into", saved_meanwhile)
    sync(office, code=3)

    assert office.space.register.read_bytes() == meanwhile


def test_a_write_that_is_cut_off_leaves_the_old_file_whole(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(office)
    theirs = rewrite(office, with_own_sheet)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tdnv_sheets.graft.zipped.ZipOut.close", no_space)
    sync(office, code=4)

    assert office.space.register.read_bytes() == theirs
    assert [path.name for path in office.root.iterdir() if path.name.startswith(".so")] == []


def test_a_workbook_that_only_looks_like_the_register_is_never_written_to(office: SmallOffice) -> None:
    sync(office)
    rewrite(office, lambda data: packed({n: xml.replace(b"tdnv1|", b"other|") for n, xml in parts(data).items()}))

    stays_untouched(office, code=3)
