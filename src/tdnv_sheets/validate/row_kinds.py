"""Which rows of a table kept by hand are tasks, and what the others are: totals, groups, notes, signatures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tdnv_sheets.grid import is_blank
from tdnv_sheets.text.unicode import clean, fold
from tdnv_sheets.validate.columns import ORDINALS, Column, is_number_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.grid import Raw, Sheet
    from tdnv_sheets.validate.columns import Header


@dataclass(frozen=True, slots=True)
class Row:
    """A row under the header: its filled cells by 1-based column, vertically merged cells filled down."""

    number: int
    cells: Mapping[int, Raw]
    merged_from: int
    """The row in which its merged task cell begins; its own number when it is not merged."""

    def text(self, column: int | None) -> str:
        """Give a cell as cleaned text."""
        value = None if column is None else self.cells.get(column)
        return "" if value is None else clean(str(value))


_ARABIC: Final = re.compile(r"\d+(?:\.\d+)*\.?")
_LETTERED: Final = re.compile(r"(?:[IVXLC]+|[A-ZĐ])(?:\.\d+)*[.)]?|[a-zđ][.)]")
_SECTION: Final = re.compile(r"(?:[IVXLC]+|[A-ZĐ])[.)\-:]\s.*|(?:phần|mục|nhóm|lĩnh vực|khối|chương)\s.*", re.DOTALL)
_SECTION_WORD: Final = re.compile(r"(?:phần|mục|nhóm|lĩnh vực|khối|chương) \S.*", re.IGNORECASE)
_TOTAL: Final = re.compile(r"(?:tổng cộng|tổng số|tổng|cộng|total)(?: \d+.*| nhiệm vụ.*| số.*)?")
_FOOTER: Final = re.compile(
    r"(?:nơi nhận|người lập|người tổng hợp|lập biểu|ghi chú|chú thích|lưu ý|thủ trưởng|ký tên)\b.{0,40}"
    r"|(?:ghi chú|chú thích|lưu ý)\s*:.*|\(?\*\)?.*|\(ký.*|(?:kt|tm|tl|tuq)\..*"
    r"|[^\d,]{2,30}, ngày\W.*tháng.*năm.*|(?:phó )?(?:chánh văn phòng|giám đốc|chủ tịch|trưởng phòng|vụ trưởng|cục trưởng)",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST_OF_TASK: Final = 3
_ONE_TEXT: Final = 1


@dataclass(frozen=True)
class Listing:
    """The rows under a header, and the columns that tell tasks from the rest."""

    sheet: Sheet
    header: Header
    columns: Mapping[int, Column]
    fields: Mapping[str, int]
    """Field → column."""

    @cached_property
    def ordinal(self) -> int | None:
        """The column that numbers the rows, if there is one."""
        free = [column for column in self.columns.values() if column.field is None]
        named = next((column.index for column in free if fold(column.caption) in ORDINALS), None)
        blank_first = next((column.index for column in free if column.index == 1 and not column.caption), None)
        return named if named is not None else blank_first

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows from the header to the last filled one."""
        down = self._merged_down()
        content = self.fields["task_content"]
        rows = [
            self._row(number, down, content) for number in range(self.header.last_row + 1, len(self.sheet.rows) + 1)
        ]
        while rows and not rows[-1].cells:
            rows.pop()
        return tuple(rows)

    def _row(self, number: int, down: Mapping[int, Mapping[int, int]], content: int) -> Row:
        cells = dict(enumerate(self.sheet.rows[number - 1], start=1))
        tops = down.get(number, {})
        cells.update({column: self.sheet.cell(top, column) for column, top in tops.items()})
        filled = {column: value for column, value in cells.items() if not is_blank(value)}
        return Row(number, filled, tops.get(content, number))

    def _merged_down(self) -> dict[int, dict[int, int]]:
        """Give row → column → first row for the cells that a vertical merge covers under the header."""
        down: dict[int, dict[int, int]] = {}
        for top, left, bottom, _ in self.sheet.merged:
            if top > self.header.last_row and bottom > top:
                for row in range(top, min(bottom, len(self.sheet.rows)) + 1):
                    down.setdefault(row, {})[left] = top
        return down

    def sorted_out(self) -> Iterator[tuple[Row, str]]:
        """Give each row with the reason why it is no task; the reason is empty for a task."""
        footer = self._footer()
        for row in self.rows:
            yield row, self._reason(row, beyond=footer is not None and row.number >= footer)

    def _footer(self) -> int | None:
        """Give the row where notes and signatures begin, after which no full task comes."""
        last = max((row.number for row in self.rows if self._is_full(row)), default=0)
        marked = (row.number for row in self.rows if row.number > last and self._has_mark(row))
        return next(marked, None)

    def _has_mark(self, row: Row) -> bool:
        return has_footer_mark(row, self.ordinal)

    def _is_counted(self, row: Row) -> bool:
        return is_counted(row, self.ordinal)

    def _is_full(self, row: Row) -> bool:
        """Say whether a row is a task beyond doubt."""
        if not row.text(self.fields["task_content"]) or self._has_mark(row):
            return False
        told = any(self.fields.get(name) in row.cells for name in ("unit", "deadline_text", "deadline"))
        return told and (self._is_counted(row) if self.ordinal else len(row.cells) >= _FEWEST_OF_TASK)

    def _reason(self, row: Row, *, beyond: bool) -> str:
        checks = (
            ("blank", not row.cells),
            ("column-numbers", is_number_row(tuple(row.cells.values()))),
            ("header-again", repeats_header(row, self.columns.values())),
            ("only-number", all(_is_number(value) for value in row.cells.values())),
            ("total", is_total(row, self.ordinal)),
            ("after-table", beyond),
            ("group", self._is_group(row)),
            ("no-content", not row.text(self.fields["task_content"])),
        )
        return next((reason for reason, holds in checks if holds), "")

    def _is_group(self, row: Row) -> bool:
        """Say whether a row only heads the rows below it: «I», «A», or one text across the table."""
        rest = [column for column in row.cells if column != self.ordinal]
        if len(rest) != _ONE_TEXT or self._is_counted(row):
            return False
        if self.ordinal in row.cells:
            return is_lettered(row.text(self.ordinal))
        heading = is_heading(self.sheet, row, rest[0])
        return self.ordinal is not None or rest[0] != self.fields["task_content"] or heading


def has_footer_mark(row: Row, ordinal: int | None) -> bool:
    """Say whether a row holds words with which notes and signatures begin."""
    return not is_counted(row, ordinal) and any(_FOOTER.fullmatch(row.text(column)) for column in row.cells)


def is_counted(row: Row, ordinal: int | None) -> bool:
    """Say whether a row has a number in the column that numbers the rows."""
    return bool(_ARABIC.fullmatch(row.text(ordinal)))


def repeats_header(row: Row, columns: Iterable[Column]) -> bool:
    """Say whether a row holds the captions once more, each in its column."""
    same = sum(fold(row.text(column.index)) == fold(column.caption) for column in columns if column.caption)
    return same > 1 and same * 2 >= len(row.cells)


def is_total(row: Row, ordinal: int | None) -> bool:
    """Say whether a row only adds up: one text such as «Tổng cộng», and numbers."""
    texts = [fold(str(value)) for value in row.cells.values() if not _is_number(value)]
    return len(texts) == _ONE_TEXT and bool(_TOTAL.fullmatch(texts[0])) and not is_counted(row, ordinal)


def is_lettered(text: str) -> bool:
    """Say whether a text numbers a group: «I», «A.1», «b)»."""
    return bool(_LETTERED.fullmatch(text))


def is_heading(sheet: Sheet, row: Row, column: int) -> bool:
    """Say whether a text heads what is below it: in capitals, numbered as a section, or spread over merged cells."""
    text = row.text(column)
    spread = any(top == row.number and left <= column < right for top, left, _, right in sheet.merged)
    return spread or text.isupper() or bool(_SECTION.fullmatch(text) or _SECTION_WORD.fullmatch(text))


def _is_number(value: Raw) -> bool:
    if isinstance(value, int | float):
        return True
    return isinstance(value, str) and bool(_ARABIC.fullmatch(clean(value)))


def is_numbering(value: Raw) -> bool:
    """Say whether a cell only numbers its row."""
    return _is_number(value) or (isinstance(value, str) and _ARABIC.fullmatch(value.strip()) is not None)


def all_columns(sheet: Sheet, header: Header) -> dict[int, Column]:
    """Give every column that the header or a cell under it reaches."""
    width = max((len(_trimmed(cells)) for cells in sheet.rows[header.last_row :]), default=0)
    columns = {column.index: column for column in header.columns}
    beyond = {index: Column(index, "", None, "none", 0.0) for index in range(len(columns) + 1, width + 1)}
    return columns | beyond


def _trimmed(cells: Sequence[Raw]) -> Sequence[Raw]:
    width = len(cells)
    while width and is_blank(cells[width - 1]):
        width -= 1
    return cells[:width]
