"""What a new drawing of the register cannot keep is written down before the old file goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from openpyxl import load_workbook
from openpyxl.comments import Comment

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.inbox import workspace
from tests.registers import edited, sync

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.conftest import SmallOffice


def note_of(office: SmallOffice) -> Path:
    return office.space.register.with_name(f"{office.space.register.name}.ghi-chu.txt")


def written_beside_the_counts(office: SmallOffice) -> None:
    """Put a note on a sheet of counts, whose rows have no key by which it could be found again."""
    book = load_workbook(office.space.register)
    book["Theo đơn vị"]["B5"].comment = Comment("gọi lại đơn vị này", "Văn thư")
    book.save(office.space.register)


def test_a_note_on_a_sheet_of_counts_is_named_beside_the_register_with_its_backup(office: SmallOffice) -> None:
    sync(office)
    assert not note_of(office).exists()
    written_beside_the_counts(office)

    said = sync(office).out

    text = note_of(office).read_text(encoding="utf-8-sig")
    (backup,) = office.space.backups.iterdir()
    assert "gọi lại đơn vị này" in text
    assert "Theo đơn vị!B5" in text
    assert backup.name in text
    assert "Theo đơn vị!B5" in said
    assert load_workbook(backup)["Theo đơn vị"]["B5"].comment.text == "gọi lại đơn vị này"


def test_it_is_said_before_the_old_file_is_replaced(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(office)
    written_beside_the_counts(office)
    before = office.space.register.read_bytes()

    def locked(_step: object, path: Path) -> NoReturn:
        raise WaitsForPerson("file-locked", path=path, who="Văn thư")

    with monkeypatch.context() as patched:
        patched.setattr(workspace, "patiently", locked)
        sync(office, code=3)

    assert office.space.register.read_bytes() == before
    assert "gọi lại đơn vị này" in note_of(office).read_text(encoding="utf-8-sig")


def test_a_round_that_keeps_everything_writes_no_note(office: SmallOffice) -> None:
    sync(office)
    with edited(office) as sheet:
        sheet.sheet.column_dimensions["C"].width = 33
    sync(office)

    assert not note_of(office).exists()
