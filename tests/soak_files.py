"""Thousands of files as an office gets them, made by writing into the XML of issued workbooks, and what must become of each."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.sax.saxutils import escape

import msoffcrypto.format.ooxml as office_xml
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from tdnv_sheets.pipeline.demo import grid_of
from tests.wrong_files_test import foreign_workbook, zipped

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping
    from pathlib import Path

    from tests.kill_office import Issued

_PAGE: Final = "xl/worksheets/sheet2.xml"
_CONTENTS: Final = "[Content_Types].xml"
_QUICK: Final = 1
"""How hard to compress: a file is made in milliseconds, as large as Excel would have it."""


class Place(StrEnum):
    """Where a file ends."""

    ARCHIVE = "archive"
    QUARANTINE = "quarantine"
    INBOX = "inbox"


class Version(NamedTuple):
    """The bytes of one dropped file."""

    data: bytes
    place: Place
    verdicts: frozenset[str]
    """What the ledger may say of it; empty where it says nothing."""
    content: str = ""
    """What is written in it; files that have it in common are the same sent again."""


class Form:
    """A workbook that was sent to a unit, to be filled in as often as one likes."""

    def __init__(self, book: Path) -> None:
        columns, rows = grid_of(load_workbook(book)["Cập nhật"])
        self._columns = {name: get_column_letter(column) for name, column in columns.items()}
        self._rows = sorted(row for task, row in rows.items() if task.startswith("NV-"))
        with zipfile.ZipFile(book) as package:
            self._parts = {name: package.read(name) for name in package.namelist()}

    def filled(self, typed: Mapping[tuple[int, str], str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
        """Fill empty cells in, by the number of the row and the field."""
        page = self._parts[_PAGE].decode()
        for (row, name), text in typed.items():
            address = f"{self._columns[name]}{self._rows[row]}"
            written = rf'<c r="{address}"\1 t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            page, found = re.subn(rf'<c r="{address}"( s="\d+")?/>', written, page)
            assert found == 1, f"{address} is no empty cell"
        return _packed({**self._parts, _PAGE: page.encode()}, method)


def _packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack parts; the same parts make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, method, _QUICK)
    return out.getvalue()


def with_password(book: Path) -> bytes:
    """Give a workbook as Excel saves it with a password."""
    out = io.BytesIO()
    package: Any = office_xml
    with book.open("rb") as file:
        package.OOXMLFile(file).encrypt("của đơn vị", out)
    return out.getvalue()


_TAKEN: Final = frozenset(("accepted",))
_TO_CORRECT: Final = frozenset(("partly", "returned"))
_KEPT_OUT: Final = frozenset(("quarantined",))


@dataclass(slots=True)
class Pile:
    """Makes files that nobody has sent yet: each writes into a cell of its own, as long as there are some."""

    forms: Mapping[str, Form]
    cells: list[tuple[str, int, str]]
    chance: random.Random
    locked: bytes
    foreign: Mapping[str, bytes]
    number: int = 0

    @classmethod
    def of(cls, office: Issued, chance: random.Random) -> Pile:
        """Make the pile of an office."""
        with zipfile.ZipFile(io.BytesIO(foreign_workbook())) as package:
            foreign = {name: package.read(name) for name in package.namelist()}
        forms = {unit: Form(book) for unit, book in office.books.items()}
        return cls(forms, office.cells(), chance, with_password(next(iter(office.books.values()))), foreign)

    def good(self) -> Version:
        """A workbook that a clerk filled in without a fault."""
        return self._workbook({}, _TAKEN)

    def rival(self) -> Version:
        """A workbook that writes other words into a cell that another one writes."""
        self.number += 1
        unit, row, name = self.cells[self.chance.randrange(min(self.number, len(self.cells)))]
        data = self.forms[unit].filled({(row, name): f"Ghi khác trong tệp {self.number}"})
        return Version(data, Place.ARCHIVE, _TAKEN, f"tệp {self.number}")

    def in_part(self) -> Version:
        """A workbook with a day that is none in one row, which goes back to its unit marked, and words in another."""
        return self._workbook({"completed_date": "giữa tháng"}, _TO_CORRECT)

    def saved_again(self) -> tuple[Version, Version]:
        """The same content twice, in other bytes."""
        first = self.good()
        unit, row, name = self._cell()
        again = self.forms[unit].filled({(row, name): self._words()}, method=zipfile.ZIP_STORED)
        assert again != first.data
        return first, first._replace(data=again)

    def wrong(self) -> Version:
        """A file that is none of the office's workbooks."""
        self.number += 1
        mark = f"{self.number}".encode()
        data = self.chance.choice(
            (
                lambda: zipped(**{_CONTENTS: b"<Types/>", "word/document.xml": b"<w:p>" + mark + b"</w:p>"}),
                lambda: b"%PDF-1.7\n" + mark,
                lambda: b"a letter, and no workbook: " + mark,
                lambda: self.locked + mark.rjust(512, b"\0"),
                lambda: _packed({**self.foreign, "docProps/number.xml": b"<n>" + mark + b"</n>"}),
            )
        )()
        return Version(data, Place.QUARANTINE, _KEPT_OUT)

    def half(self) -> Version:
        """What is there of a workbook whose copying broke off for good."""
        data = self.good().data
        return Version(data[: self.chance.randrange(len(data) // 4, len(data) - 30)], Place.INBOX, frozenset())

    def _workbook(self, elsewhere: Mapping[str, str], verdicts: frozenset[str]) -> Version:
        self.number += 1
        unit, row, name = self._cell()
        form = self.forms[unit]
        typed = {(row, name): self._words(), **{(row - 1, field): text for field, text in elsewhere.items()}}
        return Version(form.filled(typed), Place.ARCHIVE, verdicts, f"tệp {self.number}")

    def _cell(self) -> tuple[str, int, str]:
        return self.cells[(self.number - 1) % len(self.cells)]

    def _words(self) -> str:
        return f"Kết quả ghi trong tệp {self.number} & các tệp kèm theo"
