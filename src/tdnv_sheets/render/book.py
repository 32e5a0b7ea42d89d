"""The one way to XlsxWriter: text stays text, every refusal is an error, and the same input gives the same bytes."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from xlsxwriter.exceptions import XlsxWriterException

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.grid import letters
from tdnv_sheets.render.limits import (
    ERROR_UNITS,
    FOOTER_UNITS,
    FORMULA_UNITS,
    PROMPT_UNITS,
    TITLE_UNITS,
    fit,
    quoted,
    units,
)
from tdnv_sheets.render.parts import Parts
from tdnv_sheets.render.refusal import Refused
from tdnv_sheets.render.rows import FORMULA_SIGNS, LINKS, RowSheet, living, settle
from tdnv_sheets.render.styles import DAY, FONT, IDS, PLAIN, SIZE, mix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.styles import Look

CREATED: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no time zone; fixed so that bytes repeat
STAMP_SHEET: Final = "_tdnv"
STAMP_NAME: Final = "_tdnv_token"
STAMP_PROPERTY: Final = "tdnv"
LIST_SHEET: Final = "_danh_muc"


class Area(NamedTuple):
    """A block of cells, 0-based and inclusive, in XlsxWriter's order of arguments."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def absolute(self) -> str:
        """Give the block as an absolute Excel range."""
        start = f"${letters(self.first_column + 1)}${self.first_row + 1}"
        return f"{start}:${letters(self.last_column + 1)}${self.last_row + 1}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What Excel says beside a cell: a hint when it is entered, and an error when the value is refused."""

    title: str = ""
    prompt: str = ""
    error: str = ""
    stop: bool = True
    """Refuse the value; otherwise only warn."""

    def options(self) -> dict[str, Any]:
        """Give XlsxWriter's options, every text cut to Excel's limit; it would write an empty one as the word None."""
        texts = {
            "input_title": fit(self.title, TITLE_UNITS),
            "input_message": fit(self.prompt, PROMPT_UNITS),
            "error_title": fit(self.title, TITLE_UNITS) if self.error else "",
            "error_message": fit(self.error, ERROR_UNITS),
        }
        kept = {name: text for name, text in texts.items() if text}
        return {**kept, "error_type": "stop" if self.stop else "warning", "show_input": True, "show_error": True}


class Book:
    """One workbook being drawn: sheets, looks, lists for drop-downs."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[frozenset[tuple[str, Any]], Format] = {}
        self._looks: dict[Format, Look] = {}
        self._lists: dict[str, tuple[str, ...]] = {}
        self._stamp: tuple[str, str] | None = None

    def sheet(self, name: str) -> RowSheet:
        """Add a sheet at the end."""
        sheet = cast("RowSheet", self.workbook.add_worksheet(name, RowSheet))
        sheet.inert = self.inert
        return sheet

    def hidden(self, name: str) -> RowSheet:
        """Give the hidden sheet of that name, which is added when it is first asked for."""
        known = self.workbook.get_worksheet_by_name(name)
        if known is not None:
            return cast("RowSheet", known)
        sheet = self.sheet(name)
        sheet.hide()
        return sheet

    def look(self, *looks: Look) -> Format:
        """Give the format for *looks* laid over each other; equal looks share one format."""
        look = mix(*looks)
        key = frozenset(look.items())
        found = self._formats.get(key)
        if found is None:
            found = self._formats[key] = self.workbook.add_format(dict(look))
            self._looks[found] = look
        return found

    def put(self, sheet: Worksheet, row: int, column: int, value: Raw, look: Format | None = None) -> None:
        """Write one typed value at a 0-based place; text stays text whatever it begins with, None is a blank cell."""
        settled = settle(value)
        if settled is None:
            sheet.write_blank(row, column, None, look)
        elif isinstance(settled, str):
            sheet.write_string(row, column, settled, self.inert(look) if settled[0] in FORMULA_SIGNS else look)
        elif isinstance(settled, bool):
            sheet.write_boolean(row, column, settled, look)
        else:
            day = self.look(PLAIN, {"num_format": DAY}) if isinstance(value, date) else None
            sheet.write_number(row, column, settled, look or day)

    def inert(self, look: Format | None) -> Format:
        """Give *look* with Excel's quote prefix: re-entering a text like =1+1 would make a formula of it."""
        return self.look(self._looks[look] if look is not None else PLAIN, {"quote_prefix": True})

    def link(self, sheet: Worksheet, row: int, column: int, target: str, text: str, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Write *text* that leads to *target* inside the workbook, such as `'Nhiệm vụ'!A7`.

        Only the text is written once the sheet has as many links as Excel takes.
        """
        if sheet.hlink_count >= LINKS:
            self.put(sheet, row, column, text, look)
            return
        sheet.write_url(row, column, f"internal:{target}", look, text)

    def link_file(self, sheet: Worksheet, row: int, column: int, place: str, text: str, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Write *text* that leads to the file at *place*, written from the folder of this workbook."""
        sheet.write_url(row, column, f"external:{place}", look, text)

    def live(self, sheet: Worksheet, row: int, column: int, name: str, value: Raw, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Let a cell hold the formula of a defined name, and its value for readers that do not calculate."""
        formula = living(name, value)
        sheet.write_formula(row, column, formula.text, look, formula.value)

    def name_formula(self, name: str, formula: str) -> None:
        """Define a name as a formula or range; relative cells count from A1."""
        if units(formula) >= FORMULA_UNITS:
            raise Refused(f"a formula of {len(formula)} characters")
        self.workbook.define_name(name, f"={formula}")

    def choice_list(self, name: str, values: Sequence[str]) -> str:
        """Put *values* on the hidden list sheet under a defined name; give the name. The same name keeps its list."""
        known = self._lists.setdefault(name, tuple(values))
        if known != tuple(values):
            raise Refused(f"two lists named {name}")
        return name

    def check_list(self, sheet: Worksheet, area: Area, name: str, values: Sequence[str], advice: Advice) -> None:
        """Let *area* take only *values* from a drop-down; an empty list checks nothing and only hints."""
        if not values:
            self.hint(sheet, area, advice)
            return
        source = f"={self.choice_list(name, values)}"
        sheet.data_validation(*area, {"validate": "list", "source": source, **advice.options()})

    def check_date(self, sheet: Worksheet, area: Area, first: date, last: date, advice: Advice) -> None:
        """Let *area* take only days from *first* to *last*."""
        rule = {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        sheet.data_validation(*area, {**rule, **advice.options()})

    def check_length(self, sheet: Worksheet, area: Area, most: int, advice: Advice) -> None:
        """Let *area* take texts of at most *most* characters."""
        rule = {"validate": "length", "criteria": "<=", "value": most}
        sheet.data_validation(*area, {**rule, **advice.options()})

    def hint(self, sheet: Worksheet, area: Area, advice: Advice) -> None:
        """Show the advice's hint in *area* and refuse nothing."""
        if advice.title or advice.prompt:
            sheet.data_validation(*area, {"validate": "any", **advice.options()})

    def colour_when(self, sheet: Worksheet, area: Area, formula: str, look: Look) -> None:
        """Give *area* a look where *formula* (relative to its first cell) is true; the first rule that holds wins."""
        if units(formula) > FORMULA_UNITS:
            raise Refused(f"a formula of {len(formula)} characters")
        rule = {"type": "formula", "criteria": formula, "format": self.look(look), "stop_if_true": True}
        sheet.conditional_format(*area, rule)

    def carry(self, token: str, kind: str) -> None:
        """Remember the identity that the finished workbook carries; see `put_carriers`."""
        self._stamp = (token, kind)

    def finish(self) -> None:
        """Add the hidden sheets behind all others and make the file's parts."""
        if self._lists:
            self._draw_lists()
        if self._stamp:
            self._draw_stamp(*self._stamp)
        self.workbook.close()

    def _draw_lists(self) -> None:
        sheet = self.hidden(LIST_SHEET)
        text = self.look(PLAIN, {"num_format": "@"})
        for column, (name, values) in enumerate(self._lists.items()):
            self.put(sheet, 0, column, name, self.look(IDS))
            for row, value in enumerate(values, 1):
                self.put(sheet, row, column, value, text)
            area = Area(1, column, len(values), column)
            self.workbook.define_name(name, f"='{LIST_SHEET}'!{area.absolute}")

    def _draw_stamp(self, token: str, kind: str) -> None:
        self.workbook.set_custom_property(STAMP_PROPERTY, token, "text")
        self.workbook.define_name(STAMP_NAME, f"={quoted(token)}")
        sheet = self.sheet(STAMP_SHEET)
        sheet.very_hidden()
        self.put(sheet, 0, 0, token)
        self.put(sheet, 1, 0, kind)


@contextmanager
def open_book(path: Path, *, title: str, author: str) -> Iterator[Book]:
    """Draw a workbook inside `with`; the file is written at the end, and not at all when anything goes wrong.

    Raises `BrokenSurroundings` (`cannot-write`) when XlsxWriter warns or refuses, and when the disk does.
    """
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": FONT, "font_size": SIZE},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # XlsxWriter warns and leaves the thing out
        try:
            workbook = Parts(options)
            workbook.set_properties({"title": title, "author": author, "created": CREATED})
            book = Book(workbook)
            yield book
            book.finish()
            path.write_bytes(workbook.packed)
        except (UserWarning, Refused, XlsxWriterException, OSError) as problem:
            raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def put_carriers(book: Book, token: str, kind: str) -> None:
    """Let *book* carry its identity in three places: custom property, defined name, very hidden `_tdnv`!A1."""
    book.carry(token, kind)


def set_columns(sheet: Worksheet, widths: Sequence[float]) -> None:
    """Set the widths of the first columns, in characters."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def set_page(sheet: Worksheet, *, footer: str, repeat: tuple[int, int] | None = None) -> None:
    """Print on A4 landscape, one page wide, page numbers at the foot, the 0-based rows *repeat* on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    face, right = f'&"{FONT},Regular"&9', "&P/&N"
    room = FOOTER_UNITS - units(f"&L{face} &R{face}{right}")
    text = fit(footer, room).replace("&", "&&")
    if units(text) > room:
        text = fit(footer, room // 2).replace("&", "&&")
    gap = " " if text[:1].isdigit() else ""  # the size of the letters goes on otherwise
    sheet.set_footer(f"&L{face}{gap}{text}&R{face}{right}")
    if repeat:
        sheet.repeat_rows(*repeat)
