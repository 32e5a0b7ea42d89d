"""One of the two files of a grafting, as far as it was read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from tdnv_sheets import stamp
from tdnv_sheets.graft.book import read_book
from tdnv_sheets.graft.frames import read_sheet
from tdnv_sheets.graft.match import Reader
from tdnv_sheets.graft.package import Package
from tdnv_sheets.graft.properties import SHEET, carried
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.sheet import MAIN
from tdnv_sheets.graft.strings import text_of, texts_of

if TYPE_CHECKING:
    from tdnv_sheets.graft.book import Listed
    from tdnv_sheets.graft.sheet import Cell, Side
    from tdnv_sheets.graft.strings import Items

_NO_TEXTS: Final = f'<sst xmlns="{MAIN}"></sst>'.encode()


class File:
    """One of the two files, as far as it was read."""

    def __init__(self, data: bytes, side: Side) -> None:
        self.package = Package(data, side)
        self.book = read_book(self.package)

    @cached_property
    def texts(self) -> Items:
        """The shared texts, as they are written."""
        part = self.package.by_word(self.book.part, "sharedStrings")
        return texts_of(self.package.xml(part) if part else _NO_TEXTS)

    def text(self, cell: Cell) -> str:
        """Give the text of a cell."""
        if cell.attributes.get("t") != "s":
            return cell.value or ""
        number = cell.value or ""
        if not number.strip().isdecimal() or int(number) >= len(self.texts):
            raise CannotGraft("damaged", f"t=s: {number}")
        return text_of(self.texts[int(number)])

    def sheet(self, title: str) -> Listed | None:
        """Give the sheet of that title."""
        return next((sheet for sheet in self.book.sheets if sheet.title.casefold() == title.casefold()), None)

    def reader(self, sheet: Listed) -> Reader:
        """Give what reads the rows and texts of a sheet."""
        return Reader(read_sheet(self.package, sheet.part, sheet.title, {}).rows, self.text)

    def identity(self) -> stamp.Found:
        """Give what the carriers of its identity say together; the third one is asked only where two do not agree.

        Its cell calls a shared text, and to find that all of them have to be cut.
        """
        found = list(carried(self.package, self.book))
        if len({text for _, text in found}) == 1 < len(found):
            return stamp.find(found)
        hidden = self.sheet(SHEET)
        if hidden is not None and hidden.kind == "worksheet":
            first = next((row.cells[:1] for row in self.reader(hidden).rows() if row.number == 1), ())
            found += [("sheet", self.text(cell)) for cell in first if cell.column == 1]
        return stamp.find(found)
