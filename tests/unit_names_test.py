"""Names of units in new rows of the register: what is not sure is asked for, and the office's answer is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.conftest import SmallOffice, id_row

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENT = "Rà soát đê điều"


def new_row(office: SmallOffice, lead: str) -> None:
    """Type a task into the first free row of the register, or another lead unit into it."""
    book = load_workbook(office.space.register)
    sheet = book["Nhiệm vụ"]
    row, columns = id_row(sheet, "task_content")
    while sheet.cell(row, columns["task_id"]).value:
        row += 1
    for name, value in {"task_content": CONTENT, "unit": lead, "deadline_text": "30/9/2026"}.items():
        sheet.cell(row, columns[name]).value = value
    book.save(office.space.register)


def write_units(office: SmallOffice, cells: Mapping[str, Mapping[str, str]]) -> None:
    """Write into the office's list of units: {code: {column: words}}, new codes below the last."""
    book = load_workbook(office.space.units)
    sheet = book["Đơn vị"]
    first, columns = id_row(sheet, "aliases")
    rows = {sheet.cell(row, columns["code"]).value: row for row in range(first, sheet.max_row + 1)}
    free = max(row for code, row in rows.items() if code) + 1
    for code, values in cells.items():
        row = rows.get(code) or free
        free += code not in rows
        for name, words in {"code": code, **values}.items():
            sheet.cell(row, columns[name]).value = words
    book.save(office.space.units)


@pytest.fixture
def communes(office: SmallOffice) -> SmallOffice:
    """Give an office with two communes whose names differ by one accent."""
    write_units(
        office,
        {"cg1": {"name": "Ủy ban nhân dân xã Cẩm Giang"}, "cg2": {"name": "Ủy ban nhân dân xã Cẩm Giàng"}},
    )
    assert office.run("sync").code == 0
    return office


@pytest.mark.parametrize(
    ("words", "named", "answer"),
    [
        ("UBND xa Cam Giang", ("Ủy ban nhân dân xã Cẩm Giang", "Ủy ban nhân dân xã Cẩm Giàng"), "cg2"),
        ("Ban chỉ huy phòng, chống thiên tai", ("Ban chỉ huy phòng, chống thiên tai",), "cctl"),
        ("Chi cục Thuỷ lợi và Đê điều", ("Đê điều",), "cctl"),
        ("Các sở, ban, ngành", ("Các sở, ban, ngành",), "cckl"),
    ],
)
def test_a_name_that_is_not_sure_is_asked_for_and_known_once_the_office_has_said_whose_it_is(
    communes: SmallOffice, words: str, named: tuple[str, ...], answer: str
) -> None:
    before = communes.rows()
    new_row(communes, words)
    typed = communes.space.register.read_bytes()

    asked = communes.run("sync")

    assert asked.code == 1
    assert not [name for name in named if name not in asked.out + asked.err]
    assert communes.rows() == before
    assert communes.space.register.read_bytes() == typed, "what was typed is not drawn over"

    write_units(communes, {answer: {"aliases": words}})
    known = communes.run("sync")

    assert known.code == 0, known.out + known.err
    added = [unit for (_, unit), row in communes.rows().items() if row["task_content"] == CONTENT]
    assert added == [answer]


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Chi cục TL", "cctl"),
        ("chi cuc thuy loi", "cctl"),
        ("CHI CỤC THUỶ LỢI", "cctl"),
        ("KHTC", "khtc"),
        ("Phòng KH&TC", "khtc"),
        ("UBND xã Cẩm Giàng", "cg2"),
        ("u\u0309y ban nha\u0302n da\u0302n xa\u0303 Ca\u0302\u0309m Giang", "cg1"),
    ],
)
def test_a_name_that_can_be_only_one_unit_is_known_however_it_is_written(
    communes: SmallOffice, words: str, unit: str
) -> None:
    new_row(communes, words)

    done = communes.run("sync")

    assert done.code == 0, done.out + done.err
    added = [code for (_, code), row in communes.rows().items() if row["task_content"] == CONTENT]
    assert added == [unit]
