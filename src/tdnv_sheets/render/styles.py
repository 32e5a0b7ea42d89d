"""How our workbooks look, in one place: font, fills, borders, number formats, and how tall a wrapped row is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.rules.judgement import Status
from tdnv_sheets.sheetspec import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

Look: TypeAlias = Mapping[str, str | int | float | bool]
"""XlsxWriter format properties; `Book.look` turns them into a format."""

FONT: Final = "Times New Roman"
"""The font that decree 30/2020 asks of official papers, hence on every office computer."""
SIZE: Final = 11
DAY: Final = "dd/mm/yyyy"
MOMENT: Final = "dd/mm/yyyy hh:mm"
LINE: Final = 15.0
"""Points of one line of text in the standard font."""
INK: Final = "1F3864"
GREY: Final = "595959"
BORDER: Final = "A6A6A6"
BAND: Final = "D6DCE4"
PALE: Final = "EAF1F8"
"""Fill of a tile whose colour in a table is white."""
ENTRY: Final = "FFF9E5"
"""Fill of the cells of a list in which people are to write."""
DISPUTED: Final = "FFD966"
DISPUTED_INK: Final = "7F3F00"
"""Fill and letters of a cell on which register and unit disagree."""
SHORT: Final = 500
"""Text fields up to this length are typed as text, so that Excel makes no date of 5/2018; longer ones stay General,
because older Excels show a text cell of more than 255 characters as #####."""

STATUS_COLOUR: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.COMPLETED_ON_TIME: "completed_on_time",
        Status.COMPLETED_LATE: "completed_late",
        Status.COMPLETED_UNDATED: "undated",
        Status.OPEN_IN_TIME: "unit_cell",
        Status.OPEN_OVERDUE: "overdue",
        Status.OPEN_UNDATED: "undated",
        Status.NOT_COMPLETED: "overdue",
        Status.WITHDRAWN: "closed",
        Status.TRANSFERRED: "closed",
    }
)
"""Which colour of the settings fills a row of each status."""
CHART_COLOUR: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.COMPLETED_ON_TIME: "548235",
        Status.COMPLETED_LATE: "F4A24C",
        Status.COMPLETED_UNDATED: "A9D18E",
        Status.OPEN_IN_TIME: "2E75B6",
        Status.OPEN_OVERDUE: "C00000",
        Status.OPEN_UNDATED: "9DC3E6",
        Status.NOT_COMPLETED: "7B2C2C",
        Status.WITHDRAWN: "A6A6A6",
        Status.TRANSFERRED: "7F7F7F",
    }
)
"""Full colours for charts; the settings' fills are pale, to be written on."""


def mix(*looks: Look) -> Look:
    """Lay *looks* over each other, later ones on top."""
    out: dict[str, str | int | float | bool] = {}
    for look in looks:
        out.update(look)
    return out


def fill(colour: str) -> Look:
    """Give a solid fill; *colour* is RRGGBB as in the settings."""
    return {"bg_color": f"#{colour}", "pattern": 1}


PLAIN: Final[Look] = {"font_name": FONT, "font_size": SIZE, "valign": "top"}
WRAPPED: Final[Look] = mix(PLAIN, {"text_wrap": True})
BOLD: Final[Look] = mix(PLAIN, {"bold": True})
TITLE: Final[Look] = mix(PLAIN, {"bold": True, "font_size": 16, "font_color": f"#{INK}", "valign": "vcenter"})
SUBTITLE: Final[Look] = mix(PLAIN, {"font_size": 12, "font_color": f"#{GREY}", "valign": "vcenter"})
SECTION: Final[Look] = mix(PLAIN, {"bold": True, "font_size": 13, "font_color": f"#{INK}", "valign": "vcenter"})
NOTE: Final[Look] = mix(PLAIN, {"italic": True, "font_color": f"#{GREY}", "text_wrap": True})
LINK: Final[Look] = mix(PLAIN, {"font_color": "#0563C1", "underline": 1})
FRAME: Final[Look] = {"border": 1, "border_color": f"#{BORDER}"}
IDS: Final[Look] = mix(PLAIN, {"font_size": 8, "font_color": f"#{GREY}"})
"""The hidden row of field names."""


def header(colours: Mapping[str, str]) -> Look:
    """Give the look of a table's header."""
    extra: Look = {"bold": True, "font_color": "#FFFFFF", "align": "center", "valign": "vcenter", "text_wrap": True}
    return mix(PLAIN, FRAME, extra, fill(colours["header"]))


def band() -> Look:
    """Give the look of the band above the header that names a group of columns."""
    extra: Look = {"bold": True, "font_color": f"#{INK}", "align": "center", "valign": "vcenter", "text_wrap": True}
    return mix(PLAIN, FRAME, extra, fill(BAND))


def cell(kind: Kind, *, colour: str = "", locked: bool = False, max_length: int = 4000, wrap: bool = True) -> Look:
    """Give the look of a data cell: framed, wrapped, with the number format of its kind; *colour* is RRGGBB or none."""
    parts: list[Look] = [PLAIN, FRAME, {"locked": locked, "text_wrap": wrap}]
    if kind is Kind.DATE:
        parts.append({"num_format": DAY, "align": "center"})
    elif kind is Kind.INTEGER:
        parts.append({"num_format": "0", "align": "center"})
    elif max_length <= SHORT or kind in {Kind.CHOICE, Kind.UNIT}:
        parts.append({"num_format": "@"})
    if colour:
        parts.append(fill(colour))
    return mix(*parts)


def provisional(look: Look) -> Look:
    """Mark a day that may still change: an asterisk behind it, while the cell stays a day to count and sort with."""
    return mix(look, {"num_format": f'{look["num_format"]}"*"'})


def number(*, bold: bool = False) -> Look:
    """Give the look of a count in a table of figures; zero is shown as a dash."""
    return mix(PLAIN, FRAME, {"num_format": '#,##0;-#,##0;"–"', "align": "center", "bold": bold})


def row_height(cells: Iterable[tuple[str, int]], *, most: int = 6, least: int = 1) -> float:
    """Give the height in points of a row that wraps *cells* (text, column width), between *least* and *most* lines."""
    lines = least
    for text, width in cells:
        if len(text) <= width and "\n" not in text:
            continue
        need = sum(1 + len(part) // max(width, 1) for part in text.split("\n"))
        if need > lines:
            lines = need
            if lines >= most:
                return most * LINE + 3
    return lines * LINE + 3
