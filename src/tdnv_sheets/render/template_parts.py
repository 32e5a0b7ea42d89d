"""What the sheets of a unit workbook share: their plan, title lines, caption row, input checks and marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.grid import letters
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.book import Advice, Area
from tdnv_sheets.render.limits import held
from tdnv_sheets.render.styles import IDS, SUBTITLE, TITLE, cell, fill, header, mix
from tdnv_sheets.sheetspec import FieldSpec, Kind, Owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.styles import Look
    from tdnv_sheets.render.view import Row

FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2100, 12, 31)
"""Days outside are refused at the cell, as `validate` refuses them: a slip of the hand in the year."""

IDS_ROW: Final = 3
CAPTION_ROW: Final = 4
FIRST_ROW: Final = 5
"""0-based rows of every table sheet: three title lines, hidden field names, captions, data."""

OFFICE_HEADER: Final = "595959"
WIDEST: Final = 40
NOTE_WIDTH, NOTE_HEIGHT = 320, 130
PROTECTION: Final[Mapping[str, bool]] = MappingProxyType(
    {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True}
)
"""What protection still allows; there is no password, it only guards against slips."""


class Page(StrEnum):
    """The sheets that hold cells of the unit; `template.sheet_<page>` names them."""

    UPDATE = "update"
    MISSING = "missing"
    REPORT = "report"


class Place(NamedTuple):
    """One cell of the workbook, 0-based."""

    page: Page
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How one wrong cell is marked: a colour of the settings and the note at the cell."""

    colour: str
    note: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What the unit had typed, to be shown instead of the ledger's values, and the marks."""

    typed: Mapping[tuple[str, str], object] = field(default_factory=lambda: MappingProxyType({}))
    missing_rows: tuple[Mapping[str, object], ...] = ()
    report: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    marks: Mapping[Place, Mark] = field(default_factory=lambda: MappingProxyType({}))


NOTHING_RETURNED: Final = Returned()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the sheets need to know to draw themselves, for an issued workbook and for an empty one."""

    lang: str
    colours: Mapping[str, str]
    office: str
    unit_line: str
    period_line: str
    facts: tuple[tuple[str, str], ...]
    """Label and value of the first lines of «Hướng dẫn»."""
    rows: tuple[Row, ...]
    spare_rows: int
    blank: bool
    """An empty template: no assignments, every cell may be written."""
    returned: Returned = NOTHING_RETURNED

    def words(self, entry: str, **values: object) -> str:
        """Give words of the template's catalogue."""
        return say(f"template.{entry}", self.lang, **values)

    def sheet_name(self, page: Page) -> str:
        """Give the name of a sheet."""
        return self.words(f"sheet_{page}")

    def footer(self) -> str:
        """Give the left part of the printed foot."""
        return f"{self.office} · {self.unit_line}"


def as_shown(spec: FieldSpec, value: object, lang: str) -> Raw:
    """Give a value as the cell shows it: words for a choice's code, everything else as it is."""
    if value is None:
        return None
    if spec.kind is Kind.CHOICE and isinstance(value, str):
        return spec.label(value, lang)
    return value if isinstance(value, (str, int, float, date)) else str(value)


def draw_titles(book: Book, sheet: Worksheet, plan: Plan, title: str, third: str, column: int = 0) -> None:  # noqa: PLR0917 - all texts, all named
    """Write the three lines on top, from *column* on: title, office with unit, and *third*."""
    for row, (text, look) in enumerate(
        ((title, TITLE), (f"{plan.office} · {plan.unit_line}", SUBTITLE), (third, SUBTITLE))
    ):
        sheet.set_row(row, 24 if row == 0 else 18)
        book.put(sheet, row, column, text, book.look(look))


def draw_captions(book: Book, sheet: Worksheet, plan: Plan, columns: Sequence[FieldSpec]) -> None:
    """Write the hidden field names and the captions under them; columns that the office keeps are grey."""
    sheet.set_row(IDS_ROW, None, None, {"hidden": True})
    sheet.set_row(CAPTION_ROW, 50)
    ours = header(plan.colours)
    office = mix(ours, fill(OFFICE_HEADER))
    for column, spec in enumerate(columns):
        book.put(sheet, IDS_ROW, column, spec.name, book.look(IDS))
        kept = spec.owner is not Owner.UNIT and sheet.name == plan.sheet_name(Page.UPDATE)
        look = office if kept and not plan.blank else ours
        book.put(sheet, CAPTION_ROW, column, spec.header(plan.lang), book.look(look))
        sheet.set_column(column, column, column_width(spec))


def column_width(spec: FieldSpec) -> int:
    """Give a column's width in characters."""
    return min(spec.width, WIDEST)


def input_look(spec: FieldSpec, colour: str) -> Look:
    """Give the look of a cell that people write in; *colour* is RRGGBB."""
    return cell(spec.kind, colour=colour, locked=False, max_length=spec.max_length)


def locked_look(spec: FieldSpec, colour: str) -> Look:
    """Give the look of a cell that is the office's."""
    return cell(spec.kind, colour=colour, locked=True, max_length=spec.max_length)


def draw_input(book: Book, sheet: Worksheet, plan: Plan, place: Place, spec: FieldSpec, value: object) -> None:  # noqa: PLR0917 - one cell, all named
    """Write one cell of the unit."""
    look = input_look(spec, plan.colours["unit_cell"])
    draw_cell(book, sheet, plan, place, as_shown(spec, value, plan.lang), look)


def draw_cell(book: Book, sheet: Worksheet, plan: Plan, place: Place, shown: Raw, look: Look) -> None:  # noqa: PLR0917 - one cell, all named
    """Write one cell, coloured and with a note where it is marked."""
    mark = plan.returned.marks.get(place)
    if mark:
        look = mix(look, fill(plan.colours[mark.colour]))
        options = {"width": NOTE_WIDTH, "height": NOTE_HEIGHT, "author": plan.office, "font_size": 9}
        sheet.write_comment(place.row, place.column, mark.note, options)
    book.put(sheet, place.row, place.column, held(shown), book.look(look))


def draw_checks(book: Book, sheet: Worksheet, plan: Plan, area: Area, spec: FieldSpec) -> None:
    """Check what is entered in *area* (Excel's courtesy) and colour what cannot be right, even when it was pasted."""
    lang, hint = plan.lang, spec.help[plan.lang]
    first = f"{letters(area.first_column + 1)}{area.first_row + 1}"
    wrong = ""
    if spec.kind is Kind.CHOICE:
        labels = [choice.labels[lang] for choice in spec.choices]
        name = f"dm_{spec.name}"
        book.check_list(sheet, area, name, labels, Advice(spec.header(lang), hint, plan.words("bad_choice")))
        wrong = f'=AND(TRIM({first})<>"",ISERROR(MATCH(TRIM({first}),{name},0)))'
    elif spec.kind is Kind.DATE:
        error = plan.words("bad_date", first=f"{FIRST_DAY:%d/%m/%Y}", last=f"{LAST_DAY:%d/%m/%Y}")
        book.check_date(sheet, area, FIRST_DAY, LAST_DAY, Advice(spec.header(lang), hint, error))
        low, high = _day(FIRST_DAY), _day(LAST_DAY)
        wrong = f'=AND({first}<>"",OR(NOT(ISNUMBER({first})),{first}<{low},{first}>{high}))'
    else:
        error = plan.words("bad_text", length=spec.max_length)
        book.check_length(sheet, area, spec.max_length, Advice(spec.header(lang), hint, error))
        wrong = f"=LEN({first})>{spec.max_length}"
    book.colour_when(sheet, area, wrong, fill(plan.colours["wrong_cell"]))


def draw_missing_colour(book: Book, sheet: Worksheet, plan: Plan, area: Area, condition: str) -> None:
    """Colour the empty cells of *area* where *condition* (an Excel expression for its first row) asks for them."""
    first = f"{letters(area.first_column + 1)}{area.first_row + 1}"
    formula = f'=AND(TRIM({first})="",{condition})'
    colour = "wrong_cell" if plan.returned.marks else "warning_cell"  # as the mark under it
    book.colour_when(sheet, area, formula, fill(plan.colours[colour]))


def _day(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def spread(book: Book, sheet: Worksheet, area: Area, text: Raw, look: Look) -> None:
    """Write *text* over merged cells, as text whatever it begins with."""
    sheet.merge_range(*area, "", book.look(look))
    book.put(sheet, area.first_row, area.first_column, text, book.look(look))
