"""The one way to XlsxWriter: text stays text, every refusal is an error, and the same input gives the same bytes."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.grid import letters
from tdnv_sheets.render.styles import DAY, FONT, IDS, PLAIN, SIZE, mix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.styles import Look

CREATED: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no time zone; fixed so that bytes repeat
STAMP_SHEET: Final = "_tdnv"
STAMP_NAME: Final = "_tdnv_token"
STAMP_PROPERTY: Final = "tdnv"
LIST_SHEET: Final = "_danh_muc"
# [MS-OI29500] 2.1.613, in UTF-16 units.
TITLE_UNITS: Final = 32
PROMPT_UNITS: Final = 255
ERROR_UNITS: Final = 224
FIRST_DAY: Final = (1900, 3, 1)
"""Excel believes in a 29 February 1900; days before it would be shown one day off."""
VIETNAM: Final = timezone(timedelta(hours=7))
FORMULA_SIGNS: Final = ("=", "+", "-", "@")


class Refused(Exception):
    """XlsxWriter left something out; `open_book` turns it into `BrokenSurroundings`."""


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

    def sheet(self, name: str) -> Worksheet:
        """Add a sheet at the end."""
        return self.workbook.add_worksheet(name)

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
        if value is None or value == "":
            ok(sheet.write_blank(row, column, None, look))
        elif isinstance(value, str):
            ok(sheet.write_string(row, column, value, self._inert(value, look)))
        elif isinstance(value, bool):
            ok(sheet.write_boolean(row, column, value, look))
        elif isinstance(value, (int, float)):
            ok(sheet.write_number(row, column, value, look))
        elif (value.year, value.month, value.day) < FIRST_DAY:
            ok(sheet.write_string(row, column, f"{value.day:02}/{value.month:02}/{value.year:04}", look))
        else:
            ok(sheet.write_datetime(row, column, _moment(value), look or self.look(PLAIN, {"num_format": DAY})))

    def _inert(self, text: str, look: Format | None) -> Format | None:
        """Give *look* with Excel's quote prefix where re-entering the text would make a formula of it."""
        if not text.startswith(FORMULA_SIGNS):
            return look
        return self.look(self._looks[look] if look is not None else PLAIN, {"quote_prefix": True})

    def link(self, sheet: Worksheet, row: int, column: int, target: str, text: str, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Write *text* that leads to *target* inside the workbook, such as `'Nhiệm vụ'!A7`."""
        ok(sheet.write_url(row, column, f"internal:{target}", look, text))

    def link_file(self, sheet: Worksheet, row: int, column: int, place: str, text: str, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Write *text* that leads to the file at *place*, written from the folder of this workbook."""
        ok(sheet.write_url(row, column, f"external:{place}", look, text))

    def live(self, sheet: Worksheet, row: int, column: int, name: str, value: Raw, look: Format) -> None:  # noqa: PLR0917 - XlsxWriter's order
        """Let a cell hold the formula of a defined name, and its value for readers that do not calculate."""
        cached = _serial(value) if isinstance(value, date) else "" if value is None else value
        ok(sheet.write_formula(row, column, f"={name}", look, cached))

    def name_formula(self, name: str, formula: str) -> None:
        """Define a name as a formula or range; relative cells count from A1."""
        ok(self.workbook.define_name(name, f"={formula}"))

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
        ok(sheet.data_validation(*area, {"validate": "list", "source": source, **advice.options()}))

    def check_date(self, sheet: Worksheet, area: Area, first: date, last: date, advice: Advice) -> None:
        """Let *area* take only days from *first* to *last*."""
        rule = {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
        ok(sheet.data_validation(*area, {**rule, **advice.options()}))

    def check_length(self, sheet: Worksheet, area: Area, most: int, advice: Advice) -> None:
        """Let *area* take texts of at most *most* characters."""
        rule = {"validate": "length", "criteria": "<=", "value": most}
        ok(sheet.data_validation(*area, {**rule, **advice.options()}))

    def hint(self, sheet: Worksheet, area: Area, advice: Advice) -> None:
        """Show the advice's hint in *area* and refuse nothing."""
        if advice.title or advice.prompt:
            ok(sheet.data_validation(*area, {"validate": "any", **advice.options()}))

    def colour_when(self, sheet: Worksheet, area: Area, formula: str, look: Look) -> None:
        """Give *area* a look where *formula* (relative to its first cell) is true; the first rule that holds wins."""
        rule = {"type": "formula", "criteria": formula, "format": self.look(look), "stop_if_true": True}
        ok(sheet.conditional_format(*area, rule))

    def carry(self, token: str, kind: str) -> None:
        """Remember the identity that the finished workbook carries; see `put_carriers`."""
        self._stamp = (token, kind)

    def finish(self) -> None:
        """Add the hidden sheets behind all others and write the file."""
        if self._lists:
            self._draw_lists()
        if self._stamp:
            self._draw_stamp(*self._stamp)
        self.workbook.close()

    def _draw_lists(self) -> None:
        sheet = self.sheet(LIST_SHEET)
        sheet.hide()
        text = self.look(PLAIN, {"num_format": "@"})
        for column, (name, values) in enumerate(self._lists.items()):
            self.put(sheet, 0, column, name, self.look(IDS))
            for row, value in enumerate(values, 1):
                self.put(sheet, row, column, value, text)
            area = Area(1, column, len(values), column)
            ok(self.workbook.define_name(name, f"='{LIST_SHEET}'!{area.absolute}"))

    def _draw_stamp(self, token: str, kind: str) -> None:
        ok(self.workbook.set_custom_property(STAMP_PROPERTY, token, "text"))
        ok(self.workbook.define_name(STAMP_NAME, '="' + token.replace('"', '""') + '"'))
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
            workbook = Workbook(path, options)
            workbook.set_properties({"title": title, "author": author, "created": CREATED})
            book = Book(workbook)
            yield book
            book.finish()
        except (UserWarning, Refused, XlsxWriterException, OSError) as problem:
            raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def put_carriers(book: Book, token: str, kind: str) -> None:
    """Let *book* carry its identity in three places: custom property, defined name, very hidden `_tdnv`!A1."""
    book.carry(token, kind)


def _moment(value: date) -> datetime:
    """Give a day or moment as a cell holds it: without a time zone, on Vietnamese clocks."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no time zone
    return value.astimezone(VIETNAM).replace(tzinfo=None) if value.tzinfo else value


def _serial(day: date) -> int:
    """Give the number by which a cell holds a day; right from 1/3/1900 on."""
    return (day - date(1899, 12, 30)).days


def ok(code: object) -> None:
    """Raise for a negative return code, by which XlsxWriter says that it left something out."""
    if isinstance(code, int) and code < 0:
        raise Refused(f"XlsxWriter returned {code}")


def fit(text: str, units: int) -> str:
    """Cut *text* to at most *units* UTF-16 units, the way Excel counts, never inside a character."""
    if len(text.encode("utf-16-le")) // 2 <= units:
        return text
    kept = text.encode("utf-16-le")[: (units - 1) * 2].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + "…"


def set_columns(sheet: Worksheet, widths: Sequence[float]) -> None:
    """Set the widths of the first columns, in characters."""
    for column, width in enumerate(widths):
        ok(sheet.set_column(column, column, width))


def set_page(sheet: Worksheet, *, footer: str, repeat: tuple[int, int] | None = None) -> None:
    """Print on A4 landscape, one page wide, page numbers at the foot, the 0-based rows *repeat* on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    face = f'&"{FONT},Regular"&9'
    sheet.set_footer(f"&L{face}{fit(footer, 160).replace('&', '&&')}&R{face}&P/&N")
    if repeat:
        sheet.repeat_rows(*repeat)
