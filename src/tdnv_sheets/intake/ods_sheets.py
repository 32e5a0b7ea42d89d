"""Gather the sheets of an .ods while its XML streams by; rows and cells that repeat are never written out in vain."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import Note, Raw
from tdnv_sheets.intake.carriers import string_constant
from tdnv_sheets.intake.cells import Gathered, clean_text
from tdnv_sheets.intake.fonts import legacy_encoding
from tdnv_sheets.intake.refuse import Refused
from tdnv_sheets.intake.serial import as_number, from_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_TIME: Final = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
_ERROR: Final = re.compile(r"#[A-Z0-9/_]+[!?]?|#N/A|Err:\d+")
_NUMBERS: Final = frozenset(("float", "percentage", "currency"))
_TEXT_PARTS: Final = frozenset(("p", "h"))
_QUERIES: Final = frozenset(("database-source-sql", "database-source-table", "database-source-query"))
_HIDDEN: Final = frozenset(("collapse", "filter"))


@dataclass(slots=True)
class _Cell:
    """The cell that is open."""

    attributes: Mapping[str, str]
    repeated: int
    paragraphs: list[str] = field(default_factory=list)


class Sheets:
    """Takes the events of expat for styles.xml and content.xml, in this order."""

    def __init__(self) -> None:
        self.sheets: list[Gathered] = []
        self.notes: list[Note] = []
        self.names: list[tuple[str, str]] = []
        self.warnings: set[str] = set()
        self._fonts: dict[str, str] = {}
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._sheet: Gathered | None = None
        self._row = self._column = 0
        self._rows_repeated = 1
        self._cell: _Cell | None = None
        self._drafts: list[list[str]] = []
        """Texts of the notes and shapes that are open; what is inside one is no content of its cell."""
        self._aside = 0
        """Depth inside what is no table of the workbook: recorded changes, a table within a cell."""
        self._column_fonts: dict[int, str] = {}
        self._cells_in_row: list[tuple[int, int, Mapping[str, str], Raw]] = []

    # ------------------------------------------------------------------ events

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""
        space, _, word = name.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if self._aside:
            self._aside += 1
        elif word == "tracked-changes" or (word == "table" and self._sheet is not None):
            self._aside = 1
        elif space.endswith(":text:1.0"):
            self._start_text(word, plain)
        elif space.endswith(":table:1.0"):
            self._start_table(word, plain)
        elif space.endswith(":style:1.0"):
            self._start_style(word, plain)
        elif word in {"annotation", "text-box", "custom-shape"}:
            self._drafts.append([])
        elif word == "dde-source":
            raise Refused("active-content", "active_dde")
        elif word == "script" and space.endswith(":office:1.0"):
            self.warnings.add("macro-ignored")

    def end(self, name: str) -> None:
        """Take a closing tag."""
        _, _, word = name.rpartition(" ")
        if self._aside:
            self._aside -= 1
        elif word in {"table-cell", "covered-table-cell"}:
            self._end_cell()
        elif word == "table-row":
            self._end_row()
        elif word == "table" and self._sheet is not None:
            self._end_sheet()
        elif word in {"annotation", "text-box", "custom-shape", "header", "footer"} and self._drafts:
            text = "\n".join(self._drafts.pop())
            self.notes.append(Note(self._sheet.name if self._sheet else "", self._row or None, text))

    def characters(self, text: str) -> None:
        """Take text."""
        lines = self._lines()
        if lines and not self._aside:
            lines[-1] += _BLANKS.sub(" ", text)

    # ------------------------------------------------------------------ texts and styles

    def _lines(self) -> list[str] | None:
        if self._drafts:
            return self._drafts[-1]
        return self._cell.paragraphs if self._cell else None

    def _start_text(self, word: str, attributes: Mapping[str, str]) -> None:
        lines = self._lines()
        if lines is None:
            return
        if word in _TEXT_PARTS:
            lines.append("")
        elif lines:
            if word == "s":
                lines[-1] += " " * min(_number(attributes, "c", 32_767), 32_767)
            elif word == "tab":
                lines[-1] += "\t"
            elif word == "line-break":
                lines[-1] += "\n"

    def _start_style(self, word: str, attributes: Mapping[str, str]) -> None:
        if word in {"style", "default-style"}:
            self._style = attributes.get("name", "")
            parent = self._fonts.get(attributes.get("parent-style-name", ""), "")
            if parent:
                self._fonts[self._style] = parent
        elif word == "table-properties" and attributes.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif word == "text-properties":
            font = attributes.get("font-name") or attributes.get("font-family", "").strip("'\"")
            if font:
                self._fonts[self._style] = legacy_encoding(font)
        elif word in {"header", "footer"}:
            self._drafts.append([])

    # ------------------------------------------------------------------ tables

    def _start_table(self, word: str, attributes: Mapping[str, str]) -> None:
        if word == "table":
            self._sheet = Gathered(attributes.get("name", ""), attributes.get("style-name", "") in self._hidden_styles)
            self._row = self._column = 0
            self._column_fonts = {}
        elif word == "table-source":
            self.warnings.add("external-link")
            if self._sheet is not None:
                self._sheet.name = ""  # a copy of another file's sheet, kept for its formulas
        elif word in _QUERIES:
            raise Refused("active-content", "active_connection")
        elif word in {"dde-links", "dde-link"}:
            raise Refused("active-content", "active_dde")
        elif word == "cell-range-source":
            self.warnings.add("external-link")
        elif word == "named-expression":
            expression = attributes.get("expression", "")
            if '"' in expression[:5]:
                self.names.append((attributes.get("name", ""), string_constant(expression)))
        elif self._sheet is not None:
            self._start_in_sheet(self._sheet, word, attributes)

    def _start_in_sheet(self, sheet: Gathered, word: str, attributes: Mapping[str, str]) -> None:
        if word == "table-column":
            repeated = _number(attributes, "number-columns-repeated", _LAST_COLUMN)
            columns = range(self._column + 1, min(self._column + repeated, _LAST_COLUMN) + 1)
            if attributes.get("visibility") in _HIDDEN:
                sheet.hidden_columns |= set(columns)
            if font := self._fonts.get(attributes.get("default-cell-style-name", "")):
                self._column_fonts.update(dict.fromkeys(columns, font))
            self._column += repeated
        elif word == "table-row":
            self._row += 1
            self._column = 0
            self._cells_in_row = []
            self._rows_repeated = _number(attributes, "number-rows-repeated", _LAST_ROW)
            if attributes.get("visibility") in _HIDDEN:
                # What lies beyond the table is cut off later; a row that stands for a million is not written out.
                sheet.hidden_rows |= set(range(self._row, self._row + min(self._rows_repeated, 200_000)))
        elif word in {"table-cell", "covered-table-cell"}:
            if "DDE(" in attributes.get("formula", "").upper():
                raise Refused("active-content", "active_dde")
            if "'file:" in attributes.get("formula", ""):
                self.warnings.add("external-link")
            self._cell = _Cell(attributes, _number(attributes, "number-columns-repeated", _LAST_COLUMN))

    def _end_cell(self) -> None:
        cell = self._cell
        if cell is None or self._sheet is None:
            return
        value = _value(cell.attributes, cell.paragraphs)
        down, across = _span(cell.attributes, "rows"), _span(cell.attributes, "columns")
        if down > 1 or across > 1:
            column = self._column + 1
            self._sheet.merged.append((self._row, column, self._row + down - 1, column + across - 1))
        if value is not None or "formula" in cell.attributes:
            self._cells_in_row.append((self._column + 1, cell.repeated, cell.attributes, value))
        self._column += cell.repeated
        if value is not None and self._row + self._rows_repeated - 1 > _LAST_ROW:
            raise Refused("too-large", "limit_rows", most="1.048.576")
        if value is not None and self._column > _LAST_COLUMN:
            raise Refused("too-large", "limit_columns", most="16.384")
        self._cell = None

    def _end_row(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        last = self._row + self._rows_repeated - 1
        if self._cells_in_row:
            for row in range(self._row, last + 1):
                for column, repeated, attributes, value in self._cells_in_row:
                    for here in range(column, column + repeated):
                        self._put(sheet, row, here, attributes, value)
        self._row = last

    def _put(self, sheet: Gathered, row: int, column: int, attributes: Mapping[str, str], value: Raw) -> None:
        if value is None:
            sheet.uncached.add((row, column))
            return
        sheet.put((row, column), value)
        if isinstance(value, str):
            if attributes.get("value-type") != "float" and _is_error(attributes, value):
                sheet.errors[row, column] = value
            style = attributes.get("style-name")
            font = self._fonts.get(style, "") if style else self._column_fonts.get(column, "")
            if font:
                sheet.fonts[row, column] = font

    def _end_sheet(self) -> None:
        if self._sheet is not None and self._sheet.name:
            self.sheets.append(self._sheet)
        self._sheet = None
        self._row = 0


def _number(attributes: Mapping[str, str], name: str, most: int) -> int:
    """Give a count, 1 where none is stated; no more than one above *most*, for the caller to refuse."""
    stated = attributes.get(name, "1")
    return min(max(int(stated), 1), most + 1) if len(stated) <= 12 else most + 1  # noqa: PLR2004 - digits


def _span(attributes: Mapping[str, str], what: str) -> int:
    return _number(attributes, f"number-{what}-spanned", _LAST_ROW)


def _is_error(attributes: Mapping[str, str], text: str) -> bool:
    # Later programs write a second value-type "error"; older ones only leave the text of the error in a formula.
    return "formula" in attributes and bool(_ERROR.fullmatch(text))


def _value(attributes: Mapping[str, str], paragraphs: list[str]) -> Raw:
    """Give a cell's value by its stated type."""
    kind = attributes.get("value-type")
    text = clean_text("\n".join(paragraphs))
    if text and _is_error(attributes, text):
        return text
    if kind in _NUMBERS and "value" in attributes:
        return as_number(float(attributes["value"]))
    if kind == "date" and "date-value" in attributes:
        return from_iso(attributes["date-value"])
    if kind == "time" and (time := _TIME.fullmatch(attributes.get("time-value", ""))):
        return ":".join(f"{int(part):02d}" for part in time.groups())
    if kind == "boolean" and "boolean-value" in attributes:
        return attributes["boolean-value"] == "true"
    return text or clean_text(attributes.get("string-value", ""))
