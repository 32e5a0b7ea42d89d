"""The report as an official paper in Word: Nghị định 30/2020/NĐ-CP, Phụ lục I, with the annexes in the same document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.docx_changes import changes_table
from tdnv_sheets.render.docx_file import new_document, number_pages, put, save, set_section
from tdnv_sheets.render.docx_parts import Cell, Text, paragraph, table
from tdnv_sheets.render.issued_words import change_lists
from tdnv_sheets.render.report_columns import COLUMNS, cells_of
from tdnv_sheets.render.report_rules import rules_of
from tdnv_sheets.render.report_view import DASH, count_text, days_overdue, distinct_change, percent_text
from tdnv_sheets.render.report_words import about, bases_of, closing_of, opening_of, parts_of
from tdnv_sheets.summary.rates import rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    from tdnv_sheets.render.docx_file import Draft
    from tdnv_sheets.render.docx_parts import Xml
    from tdnv_sheets.render.report_columns import Column
    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.render.report_words import Part
    from tdnv_sheets.summary.figures import Counts

MARGINS: Final = (20, 15, 20, 30)
"""Top, right, bottom, left in millimetres; the decree allows 20–25, 15–20, 20–25 and 30–35."""
ANNEX_MARGINS: Final = (20, 15, 15, 15)
BODY: Final = Text(14, align="both", first=10, before=3, after=3)
ASK: Final = replace(BODY, italic=True, colour="595959")
"""What the office has to write: plain text to be overwritten. LibreOffice 7 breaks pages wrongly at content controls."""
HEADING: Final = Text(14, bold=True, align="both", first=10, before=6, after=3, keep=True, level=1)
SUBHEADING: Final = Text(14, bold=True, align="both", first=10, before=3, after=3, keep=True, level=2)
FIRST: Final = Text(1, thin=True)
"""A line that nobody sees: under a table that begins a page LibreOffice 7 forgets which paragraphs keep together."""
ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
HEAD_WIDTHS: Final = (68, 97)
FOOT_WIDTHS: Final = (80, 85)
SIGNATURE: Final = 72
"""Points left free for the signature and the seal."""
SMALL: Final = Text(9)
CENTRED: Final = Text(9, align="center")
BOLD: Final = Text(8.5, bold=True, align="center")
SHADE: Final = "E7E6E6"
TABLE_WIDTHS: Final = {"number": 8, "unit": 41.5, "carried": 12.2, "total": 11.5, "stopped": 13, "change": 12}
"""Millimetres of columns of Biểu 01; rates have `RATE_WIDTH`, the others `TABLE_WIDTH`."""
TABLE_WIDTH: Final = 10.9
RATE_WIDTH: Final = 12.5
RETURN_WIDTHS: Final = (10, 90, 30, 30, 60, 47)
LIST_WIDTHS: Final = {
    "number": 8,
    "document": 22,
    "content": 40,
    "unit": 24,
    "coordinating": 20,
    "deadline": 18.5,
    "extended": 18.5,
    "days": 11,
    "reminders": 11,
    "result": 28,
    "difficulty": 25,
    "proposal": 24,
    "monitor": 17,
}


def draw_document(paper: Paper, path: Path) -> None:
    """Draw a period's report as a document. Raises `BrokenSurroundings` when the file cannot be written."""
    draft = new_document()
    first = draft.document.sections[0]
    set_section(first, MARGINS)
    number_pages(first, 13)
    put(draft, paragraph("", FIRST), _head(paper), *_title(paper))
    for line in bases_of(paper):
        put(draft, paragraph(line, Text(14, italic=True, align="both", first=10, before=3, after=3)))
    put(draft, paragraph(opening_of(paper), BODY))
    for number, part in enumerate(parts_of(paper)):
        put(draft, *_part(part, f"{ROMAN[number]}. "))
    put(draft, paragraph(closing_of(paper), replace(BODY, after=12, keep=True)), _foot(paper))
    for index, annex in enumerate(_annexes(paper)):
        _draw_annex(draft, paper, ROMAN[index], annex)
    save(draft, path, title=f"{paper.tell('type')} – {about(paper)}", author=paper.office)


# ------------------------------------------------------------------ the paper itself


def _head(paper: Paper) -> Xml:
    """Draw who writes, the country's name and motto, number, place and day."""
    middle = Text(13, align="center")
    left = [paragraph(paper.head.authority.upper(), Text(12, align="center"))] if paper.head.authority else []
    left += [
        paragraph(paper.office.upper(), Text(12, bold=True, align="center")),
        paragraph("", Text(2, rule=True, sides=22, before=1)),
    ]
    right = [
        paragraph(paper.words("country"), Text(12, bold=True, align="center")),
        paragraph(paper.words("motto"), Text(13, bold=True, align="center")),
        paragraph("", Text(2, rule=True, sides=20, before=1)),
    ]
    number = paragraph(paper.tell("number"), middle)
    place = paragraph(paper.place_line, Text(13, italic=True, align="center"))
    rows = ((Cell(content=tuple(left)), Cell(content=tuple(right))), (Cell(content=(number,)), Cell(content=(place,))))
    return table(HEAD_WIDTHS, rows, lined=False)


def _title(paper: Paper) -> Iterator[Xml]:
    bold = Text(14, bold=True, align="center")
    yield paragraph(paper.tell("type"), Text(14, bold=True, align="center", before=18))
    yield paragraph(about(paper), bold)
    yield paragraph("", Text(2, rule=True, sides=62, before=1, after=10))
    for mark in paper.marks:
        yield paragraph(mark, Text(14, italic=True, align="center"))
    if paper.failed:
        alarm = Text(14, bold=True, align="both", first=10, after=6, colour="C00000")
        wrong = [say(f"checks.check_{check.name}", paper.lang) for check in paper.summary.checks if not check.ok]
        yield paragraph(paper.words("checks_some_wrong", count=paper.failed), alarm)
        for name in wrong:
            yield paragraph(f"- {name}", alarm)


def _part(part: Part, number: str) -> Iterator[Xml]:
    yield paragraph(number + part.heading, HEADING if not number[0].isdigit() else SUBHEADING)
    for text in part.paragraphs:
        yield paragraph(text, BODY)
    if part.ask:
        yield paragraph(part.ask, ASK)
    for index, inner in enumerate(part.inner, 1):
        yield from _part(inner, f"{index}. ")


def _foot(paper: Paper) -> Xml:
    """Draw who receives the paper and who signs it."""
    to = paper.head.recipients or (paper.tell("recipient_blank"),)
    left = [
        paragraph(paper.tell("recipients"), Text(12, bold=True, italic=True)),
        *(paragraph(paper.tell("recipient", name=name), Text(11)) for name in to),
        paragraph(paper.tell("filed"), Text(11)),
    ]
    middle = Text(14, bold=True, align="center")
    right = (paragraph(paper.signer, middle), paragraph("", Text(14, align="center", before=SIGNATURE)))
    return table(FOOT_WIDTHS, ((Cell(content=tuple(left)), Cell(content=right)),), lined=False)


# ------------------------------------------------------------------ annexes


class _Annex(NamedTuple):
    """What goes with the paper: the form that it is, if any, its title, its table and the notes under it."""

    form: str
    title: str
    body: Xml
    notes: Sequence[str] = ()


def _annexes(paper: Paper) -> Iterator[_Annex]:
    yield _Annex(paper.words("sheet_table"), paper.words("title_table"), _by_unit(paper), _notes(paper))
    yield _Annex(paper.words("sheet_overdue"), paper.words("title_overdue"), _overdue(paper))
    if paper.summary.returns.expected:
        yield _Annex(paper.words("sheet_returns"), paper.words("title_returns"), _returns(paper))
    for found in change_lists(paper):
        yield _Annex("", found.title, changes_table(found, paper.lang))


def _draw_annex(draft: Draft, paper: Paper, number: str, annex: _Annex) -> None:
    """Begin a landscape section with one annex."""
    section = draft.document.add_section()
    section.different_first_page_header_footer = False  # the number stands on every page of an annex
    set_section(section, ANNEX_MARGINS, landscape=True)
    told = paper.words("period_line", period=paper.period, as_of=paper.as_of)
    entry = {"number": number, "form": annex.form} if annex.form else {"number": number}
    put(
        draft,
        paragraph(
            paper.tell("annex_form" if annex.form else "annex", **entry), Text(14, bold=True, align="center", level=1)
        ),
        paragraph(annex.title, Text(14, bold=True, align="center")),
        paragraph(paper.words("number_line"), Text(13, italic=True, align="center")),
        paragraph(told, Text(13, italic=True, align="center", after=6)),
        annex.body,
        *(paragraph(note, Text(10, italic=True, align="both", before=3)) for note in annex.notes),
    )


def _by_unit(paper: Paper) -> Xml:
    columns = [column for column in COLUMNS if column.name != "note"]
    widths = [TABLE_WIDTHS.get(column.name, RATE_WIDTH if column.rate else TABLE_WIDTH) for column in columns]
    rows = [*_captions(paper, columns)]
    summary = paper.summary
    for number, line in enumerate(summary.units, 1):
        told = (str(number), paper.unit(line.unit), line.counts.total - line.previous.total)
        rows.append(_line(paper, columns, told, (line.counts, line.rates)))
    change = summary.total.total - summary.previous_total.total
    sums = ("", paper.words("row_total"), change)
    rows.append(_line(paper, columns, sums, (summary.total, summary.rates), bold=True))
    each = ("", paper.words("row_distinct"), distinct_change(summary))
    rows.append(_line(paper, columns, each, (summary.distinct, rates(summary.distinct)), bold=True))
    return table(widths, rows, head=3)


def _captions(paper: Paper, columns: Sequence[Column]) -> Iterator[list[Cell]]:
    """Give the two rows of captions and the row of column numbers."""
    above, under = [], []
    for index, column in enumerate(columns):
        if not column.group:
            above.append(Cell(paper.words(column.head), BOLD, merge="restart", fill=SHADE, middle=True))
            under.append(Cell("", BOLD, merge="continue", fill=SHADE))
            continue
        if index == 0 or columns[index - 1].group != column.group:
            across = sum(other.group == column.group for other in columns)
            above.append(Cell(paper.words(f"group_{column.group}"), BOLD, across=across, fill=SHADE, middle=True))
        under.append(Cell(paper.words(column.head), BOLD, fill=SHADE, middle=True))
    yield above
    yield under
    yield _numbers(len(columns))


def _numbers(count: int) -> list[Cell]:
    return [Cell(f"({column})", Text(8, italic=True, align="center")) for column in range(1, count + 1)]


def _line(
    paper: Paper,
    columns: Sequence[Column],
    told: tuple[str, str, int | None],
    figures: tuple[Counts, Mapping[str, Fraction | None]],
    *,
    bold: bool = False,
) -> list[Cell]:
    """Give one line of Biểu 01: (number, name, change), and its counts with the rates that the summary states."""
    (number, name, change), (counts, stated) = told, figures
    texts = {"number": number, "unit": name, "change": DASH if change is None else _signed(change, paper.lang)}
    cells = []
    for column in columns:
        text = texts.get(column.name, "")
        if column.count:
            text = count_text(column.count(counts), paper.lang)
        elif column.rate:
            text = percent_text(stated.get(column.rate), paper.lang)
        look = Text(9, bold=bold, align="left" if column.name == "unit" else "center")
        cells.append(Cell(text, look, fill=SHADE if bold else "", middle=True))
    return cells


def _signed(change: int, lang: str) -> str:
    text = count_text(abs(change), lang)
    return f"+{text}" if change > 0 else f"-{text}" if change < 0 else text


def _notes(paper: Paper) -> list[str]:
    summary = paper.summary
    notes = []
    if summary.total.total != summary.distinct.total:
        counts = {"total": summary.total.total, "distinct": summary.distinct.total}
        notes.append(paper.words("footnote_distinct", **counts))
    for column in COLUMNS:
        if column.rate:
            name = say(f"rates.rate_{column.rate}", paper.lang)
            notes.append(f"{name} = {say(f'rates.formula_{column.rate}', paper.lang)}.")
    notes.append(paper.tell("rounding"))
    notes.append(" ".join(rules_of(paper)))
    return notes


def _overdue(paper: Paper) -> Xml:
    listed = sorted(paper.summary.overdue, key=lambda item: -days_overdue(paper.summary, item))
    if not listed:
        return paragraph(paper.words("overdue_none", as_of=paper.as_of), Text(13, italic=True, align="center"))
    rows = [
        [Cell(paper.words(f"overdue_{name}"), BOLD, fill=SHADE, middle=True) for name in LIST_WIDTHS],
        _numbers(len(LIST_WIDTHS)),
    ]
    for number, item in enumerate(listed, 1):
        cells = {"number": number, **cells_of(paper, item)}
        rows.append([_listed(name, cells[name]) for name in LIST_WIDTHS])
    return table(list(LIST_WIDTHS.values()), rows, head=2)


def _listed(name: str, value: object) -> Cell:
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)
    return Cell(text, CENTRED if name in {"number", "days", "reminders", "deadline", "extended"} else SMALL)


def _returns(paper: Paper) -> Xml:
    """Draw who has reported, and when."""
    captions = ("number", "unit", "due", "came", "state", "note")
    rows = [[Cell(paper.words(f"returns_{name}"), BOLD, fill=SHADE, middle=True) for name in captions]]
    for number, line in enumerate(paper.summary.returns.lines, 1):
        days = (Cell("" if day is None else f"{day:%d/%m/%Y}", CENTRED) for day in (line.due, line.came))
        state = Cell(say(f"summary.return_{line.state.value}", paper.lang), CENTRED)
        note = say("summary.return_to_correct", paper.lang) if line.to_correct else ""
        rows.append([Cell(str(number), CENTRED), Cell(paper.unit(line.unit), SMALL), *days, state, Cell(note, SMALL)])
    return table(RETURN_WIDTHS, rows, head=1)
