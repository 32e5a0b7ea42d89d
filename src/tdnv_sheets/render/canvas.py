"""One sheet of the register while it is drawn: where to write, what to show, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.grid import letters
from tdnv_sheets.render import styles
from tdnv_sheets.render.book import set_page
from tdnv_sheets.render.limits import sheet_ref
from tdnv_sheets.render.shown import day_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.records import Key
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.rows import RowSheet
    from tdnv_sheets.render.shown import Shown
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.render.view import RegisterView


@dataclass(frozen=True, slots=True)
class Canvas:
    """A sheet with all that is needed to draw it."""

    book: Book
    sheet: RowSheet
    name: str
    """The sheet's name, as people see it."""
    view: RegisterView
    words: Shown
    places: Mapping[Key, int]
    """The 0-based row of each assignment in «Nhiệm vụ», for links."""
    columns: Mapping[str, int]
    """The 0-based column of each field there."""

    def put(self, row: int, column: int, value: Raw, *looks: Look) -> None:
        """Write one value in *looks* laid over each other."""
        self.book.put(self.sheet, row, column, value, self.book.look(*looks))

    def link(self, row: int, column: int, target: str, text: str, *looks: Look) -> None:
        """Write *text* that leads to *target* in the same workbook."""
        self.book.link(self.sheet, row, column, target, text, self.book.look(styles.LINK, *looks))

    def target(self, key: Key, field: str = "") -> str:
        """Give an assignment's row in «Nhiệm vụ», or its cell of *field*; empty when the register does not show it."""
        place = self.places.get(key)
        column = letters(self.columns.get(field, 0) + 1)
        return "" if place is None else f"{sheet_ref(self.words.sheet('tasks'))}!{column}{place + 1}"

    def title(self, text: str, size: int = 16, repeated: int = 0) -> None:
        """Write the sheet's title into its first row, with the office and the as-of day.

        Of *repeated* columns that stand on every printed page only the title is in them: the rest would be cut there.
        """
        day = self.words.say("as_of", day=day_text(self.view.as_of))
        rest = f"{self.view.office} – {day}"
        look = {"font_size": size}
        self.put(0, 0, text if repeated else f"{text} – {rest}", styles.TITLE, look)
        if repeated:
            self.put(0, repeated, rest, styles.TITLE, look)
        self.sheet.set_row(0, 26)

    def paper(self, repeat: tuple[int, int] | None = None) -> None:
        """Set the sheet up for printing, the 0-based rows *repeat* on every page."""
        day = day_text(self.view.as_of)
        footer = self.words.say("footer", office=self.view.office, sheet=self.name, day=day)
        set_page(self.sheet, footer=footer, repeat=repeat)
