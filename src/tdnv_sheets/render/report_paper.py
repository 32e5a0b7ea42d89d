"""How an official form looks: heading with the country's name and motto, title, signatures (Nghị định 30/2020/NĐ-CP, Phụ lục I)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.render.book import Area, set_page
from tdnv_sheets.render.styles import BORDER, PLAIN, header, mix, row_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tdnv_sheets.render.book import Book
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.styles import Look

CENTRED: Final[Look] = {"align": "center", "valign": "vcenter", "text_wrap": True}
LINE_LOOK: Final[Look] = {"border": 1, "border_color": f"#{BORDER}", "text_wrap": True}
CELL: Final = mix(PLAIN, LINE_LOOK, {"num_format": "@", "valign": "vcenter"})
COUNT: Final = mix(PLAIN, LINE_LOOK, CENTRED, {"num_format": "#,##0"})
RATE: Final = mix(COUNT, {"num_format": "0.0%"})
CHANGE: Final = mix(COUNT, {"num_format": "+#,##0;-#,##0;0"})
SIGNATURE_ROWS: Final = 5
CAPITALS, LARGER = 1.45, 1.15
"""How much wider than those of a table the letters of the head and of the lines under it are."""


def write(book: Book, sheet: Worksheet, area: Area, text: str, look: Look) -> None:
    """Write *text* over the cells of *area*, merged when they are several."""
    if area.first_row != area.last_row or area.first_column != area.last_column:
        sheet.merge_range(*area, "", book.look(look))
    book.put(sheet, area.first_row, area.first_column, text, book.look(look))


def formula(sheet: Worksheet, place: tuple[int, int], text: str, value: float | str, look: Format) -> None:
    """Write a formula with the value that it has, so that readers which do not calculate see it too."""
    sheet.write_formula(*place, text, look, value)


def draw_heading(
    book: Book, sheet: Worksheet, paper: Paper, widths: Sequence[float], title: str, *, form: str = ""
) -> int:
    """Write everything above a table with columns of these *widths*; give the row on which the table begins.

    *form* is the name of an official form («Biểu 01»), which goes with a report; other sheets have none.
    """
    half, last = _middle(widths), len(widths) - 1
    bold = mix(PLAIN, CENTRED, {"bold": True, "font_size": 12})
    motto = mix(bold, {"font_size": 13, "underline": 1})
    above, office = paper.head.authority.upper(), paper.office.upper()
    if above:
        write(book, sheet, Area(0, 0, 0, half - 1), above, mix(bold, {"bold": False}))
    write(book, sheet, Area(1 if above else 0, 0, 1, half - 1), office, bold)
    write(book, sheet, Area(0, half, 0, last), paper.words("country"), bold)
    write(book, sheet, Area(1, half, 1, last), paper.words("motto"), motto)
    room = int(sum(widths[:half]) / CAPITALS)
    sheet.set_row(0, row_height([(above or office, room)], least=2))
    sheet.set_row(1, row_height([(office if above else "", room)], least=2))
    for row, (text, look) in enumerate(_headlines(paper, title, form), 3):
        write(book, sheet, Area(row, 0, row, last), text, look)
        sheet.set_row(row, max(20, row_height([(text, int(sum(widths) / LARGER))])))
    return 3 + len(_headlines(paper, title, form)) + 1


def _headlines(paper: Paper, title: str, form: str) -> list[tuple[str, Look]]:
    """Give the lines between the head of the paper and its table, each with its look."""
    bold = mix(PLAIN, CENTRED, {"bold": True, "font_size": 12})
    italic = mix(PLAIN, CENTRED, {"italic": True, "font_size": 12})
    lines: list[tuple[str, Look]] = [
        (form.upper(), bold),
        (title, mix(bold, {"font_size": 14})),
        (paper.words("number_line") if form else "", italic),
        (paper.words("period_line", period=paper.period, as_of=paper.as_of), italic),
        *((mark, italic) for mark in paper.marks),
        (paper.words("regulation_line", regulation=paper.head.regulation), italic),
    ]
    if paper.failed:
        alarm = mix(bold, {"font_color": "#C00000"})
        lines.append((paper.words("checks_some_wrong", count=paper.failed), alarm))
    return [line for line in lines if line[0]]


def _middle(widths: Sequence[float]) -> int:
    """Give the column at which the right half of the paper begins."""
    whole = sum(widths)
    return min(range(1, len(widths)), key=lambda column: abs(sum(widths[:column]) - whole / 2))


def draw_head(book: Book, sheet: Worksheet, paper: Paper, row: int, captions: Sequence[str]) -> None:
    """Write a table's one-row header and under it the columns' numbers."""
    look = book.look(header(paper.colours))
    for column, caption in enumerate(captions):
        book.put(sheet, row, column, caption, look)
    sheet.set_row(row, 48)
    draw_numbers(book, sheet, row + 1, len(captions))


def draw_short_head(book: Book, sheet: Worksheet, paper: Paper, row: int, captions: Sequence[str]) -> None:
    """Write the header of a table that is no official form."""
    look = book.look(header(paper.colours))
    for column, caption in enumerate(captions):
        book.put(sheet, row, column, caption, look)
    sheet.set_row(row, row_height([(caption, 12) for caption in captions], least=2))


def draw_numbers(book: Book, sheet: Worksheet, row: int, count: int) -> None:
    """Write the row of column numbers that Vietnamese forms have under the header."""
    look = book.look(mix(PLAIN, LINE_LOOK, CENTRED, {"italic": True, "font_size": 9}))
    for column in range(count):
        book.put(sheet, row, column, f"({column + 1})", look)


def draw_signatures(book: Book, sheet: Worksheet, paper: Paper, row: int, columns: int) -> None:
    """Write place, date and who signs, under a table of *columns* columns."""
    third, last = columns // 3, columns - 1
    bold, italic = mix(PLAIN, CENTRED, {"bold": True, "font_size": 12}), mix(PLAIN, CENTRED, {"italic": True})
    right = columns - third - 1
    write(book, sheet, Area(row, right, row, last), paper.place_line, italic)
    write(book, sheet, Area(row + 1, 0, row + 1, third), paper.words("sign_left"), bold)
    write(book, sheet, Area(row + 1, right, row + 1, last), paper.signer, bold)
    write(book, sheet, Area(row + 2, 0, row + 2, third), paper.words("sign_left_hint"), italic)
    write(book, sheet, Area(row + 2, right, row + 2, last), paper.words("sign_right_hint"), italic)
    sheet.set_row(row + 2 + SIGNATURE_ROWS, 15)


def draw_notes(book: Book, sheet: Worksheet, row: int, notes: Sequence[str], widths: Sequence[float]) -> int:
    """Write notes under a table, one merged line each; give the next free row."""
    look = mix(PLAIN, {"text_wrap": True, "italic": True})
    for note in notes:
        write(book, sheet, Area(row, 0, row, len(widths) - 1), note, look)
        sheet.set_row(row, row_height([(note, int(sum(widths)))]))
        row += 1
    return row


def set_paper(sheet: Worksheet, paper: Paper, head: tuple[int, int] | None) -> None:
    """Print on A4 landscape, the rows *head* repeated, period and page number at the foot."""
    period = paper.summary.period.title(paper.lang)
    set_page(sheet, footer=f"{paper.office} · {sheet.name} · {period}", repeat=head)
    sheet.hide_gridlines(2)
