"""A formula's references to cells: shift them as Excel does for cells that share a formula, or send them to new places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.touched.markup import column_number
from tdnv_sheets.grid import letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
GONE: Final = "#REF!"

_CELL: Final = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_REFERENCE: Final = re.compile(
    rf"(?:(?P<first>{_CELL})(?::(?P<last>{_CELL}))?"
    r"|(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})|(?P<rows>\$?[0-9]{1,7}:\$?[0-9]{1,7}))(?![\w.(\[!'])"
)
_SHEET: Final = re.compile(r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*|\[[^\]]*\][\w.]*)!")
_NAME: Final = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*|\d[\w.]*")
_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')
_CORNER: Final = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_LINE: Final = re.compile(r"(\$?)([A-Za-z]+|[0-9]+)")


class Corner(NamedTuple):
    """One cell of a reference; 1-based."""

    row: int
    column: int
    fixed_row: bool
    fixed_column: bool

    def __str__(self) -> str:
        return f"{'$' * self.fixed_column}{letters(self.column)}{'$' * self.fixed_row}{self.row}"


class Reference(NamedTuple):
    """One reference of a formula: a cell, a range of cells, whole columns or whole rows."""

    sheet: str | None
    """As it is written in the formula without the exclamation mark; None where it names no sheet."""
    text: str
    """Without the sheet."""
    first: Corner | None
    last: Corner | None
    """Set for a range of cells."""


def pieces(formula: str) -> Iterator[str | Reference]:
    """Take a formula apart into its references and the text between them."""
    at = start = 0
    while at < len(formula):
        sheet = _SHEET.match(formula, at)
        behind = sheet.end() if sheet else at
        found = _REFERENCE.match(formula, behind)
        if found and (found["rows"] is None or sheet or not formula[at - 1 : at].isalnum()) and _exists(found):
            if formula[start:at]:
                yield formula[start:at]
            yield _reference(sheet[0][:-1] if sheet else None, found)
            at = start = found.end()
            continue
        at = _beyond(formula, behind) if not sheet else behind
        if sheet:
            word = _NAME.match(formula, behind)
            at = word.end() if word else behind
    if formula[start:]:
        yield formula[start:]


def _beyond(formula: str, at: int) -> int:
    """Give where the next thing begins: text, names and what stands in square brackets are one thing each."""
    sign = formula[at]
    if sign == '"':
        text = _TEXT.match(formula, at)
        return text.end() if text else len(formula)
    if sign == "[":
        return _closing(formula, at)
    word = _NAME.match(formula, at)
    return word.end() if word else at + 1


def _closing(formula: str, at: int) -> int:
    """Find the end of a reference to a table, whose columns may hold brackets behind an apostrophe."""
    depth = 0
    while at < len(formula):
        sign = formula[at]
        if sign == "'":
            at += 1
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return at


def _exists(found: re.Match[str]) -> bool:
    """Say whether a place is on a sheet: LOG10 is a function, and ABCD1 a name."""
    corners = [_corner(found[name]) for name in ("first", "last") if found[name]]
    return all(0 < item.row <= LAST_ROW and item.column <= LAST_COLUMN for item in corners)


def _corner(text: str) -> Corner:
    found = _CORNER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Corner(int(found[4]), column_number(found[2].upper()), bool(found[3]), bool(found[1]))


def _reference(sheet: str | None, found: re.Match[str]) -> Reference:
    first = _corner(found["first"]) if found["first"] else None
    last = _corner(found["last"]) if found["last"] else None
    return Reference(sheet, found[0], first, last)


def rewritten(formula: str, change: Callable[[Reference], str]) -> str:
    """Give the formula with each reference, its sheet included, written as *change* says."""
    return "".join(item if isinstance(item, str) else change(item) for item in pieces(formula))


def written(sheet: str | None, text: str) -> str:
    """Write a reference with its sheet."""
    return text if sheet is None else f"{sheet}!{text}"


def shifted(formula: str, rows: int, columns: int) -> str:
    """Give the formula as it reads that many rows and columns further down and right; what leaves the sheet is #REF!."""

    def move(corner: Corner) -> Corner:
        row = corner.row if corner.fixed_row else corner.row + rows
        column = corner.column if corner.fixed_column else corner.column + columns
        return corner._replace(row=row, column=column)

    def change(item: Reference) -> str:
        if item.first is None:
            return written(item.sheet, _shifted_lines(item.text, rows, columns))
        ends = [move(corner) for corner in (item.first, item.last) if corner is not None]
        if not all(0 < end.row <= LAST_ROW and 0 < end.column <= LAST_COLUMN for end in ends):
            return written(item.sheet, GONE)
        return written(item.sheet, ":".join(map(str, ends)))

    return rewritten(formula, change) if rows or columns else formula


def _shifted_lines(text: str, rows: int, columns: int) -> str:
    """Shift whole columns or whole rows, such as C:D or 3:$5."""

    def move(found: re.Match[str]) -> str:
        if found[1]:
            return found[0]
        if found[2].isdigit():
            return str(int(found[2]) + rows)
        return letters(column_number(found[2].upper()) + columns)

    return _LINE.sub(move, text)
