"""What we draw opens in LibreOffice, and what LibreOffice saved of it still reads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tdnv_sheets.pipeline.check import Moment
from tdnv_sheets.pipeline.demo import AS_OF, play
from tests.conftest import NOW, SmallOffice, fill

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdnv_sheets.pipeline.demo import Played

ONE = "NV-2026-00001"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("mau") / "vp", Moment(AS_OF, NOW))


def test_register_unit_workbook_marked_copy_and_summary_open(
    played: Played, libreoffice: Callable[[Path, str], Path]
) -> None:
    marked = next(item.marked_at for item in played.first.received if item.marked_at)
    for path in (played.space.register, played.issued[0].path, marked, played.summary, played.space.units):
        assert libreoffice(path, "pdf").stat().st_size > 10_000


def test_a_unit_workbook_saved_by_libreoffice_is_accepted(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path]
) -> None:
    book = fill(
        office.issue("cctl"), {ONE: {"progress": "done", "completed_date": date(2026, 6, 5), "result_summary": "Xong"}}
    )
    saved = libreoffice(book, "xlsx")

    entry = office.merge(saved)

    assert (entry["verdict"], len(entry["changes"])) == ("accepted", 3), entry["findings"]


def test_a_register_saved_by_libreoffice_is_read_back_without_a_change(
    office: SmallOffice, libreoffice: Callable[[Path, str], Path]
) -> None:
    office.run("sync")
    revision = office.revision()
    saved = libreoffice(office.space.register, "xlsx")
    office.space.register.write_bytes(saved.read_bytes())

    done = office.run("sync")

    assert (done.code, office.revision()) == (0, revision), done.out + done.err
