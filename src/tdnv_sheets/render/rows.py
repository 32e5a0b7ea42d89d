"""A sheet that takes whole rows: each is turned into XML once, when it is given, instead of cell by cell at the end.

Everything else of the sheet (table, drop-downs, colours, notes, charts, page) stays with XlsxWriter, which is three to
four times as slow at cells. `tests/render_rows_test.py` holds both ways against each other.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from tdnv_sheets.grid import OLD_ERRORS
from tdnv_sheets.render.limits import CELL_UNITS, FORMULA_UNITS, units
from tdnv_sheets.render.parts import escape
from tdnv_sheets.render.refusal import Refused, raising

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlsxwriter.format import Format

    from tdnv_sheets.grid import Raw

FORMULA_SIGNS: Final = ("=", "+", "-", "@")
FIRST_DAY: Final = (1900, 3, 1)
"""Excel believes in a 29 February 1900; days before it would be shown one day off."""
VIETNAM: Final = timezone(timedelta(hours=7))
LINKS: Final = 65_530
"""Links that Excel takes on one sheet."""
CODED: Final = (
    *("write_blank", "write_string", "write_number", "write_boolean", "write_datetime", "write_formula", "write_url"),
    *("write_comment", "merge_range", "data_validation", "conditional_format", "add_table", "insert_chart"),
    *("set_row", "set_column", "print_area"),
)
"""The methods of a sheet that tell by a number what they left out."""
NO_FORMULAS: Final[Mapping[int, str]] = MappingProxyType({})
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()
_SECONDS: Final = 86_400


class Link(NamedTuple):
    """A text that leads to a place in the same workbook, such as `'Nhiệm vụ'!A7`."""

    text: str
    target: str


class Formula(NamedTuple):
    """A formula, with the value that it has for readers which do not calculate."""

    text: str
    """With its equals sign."""
    value: str | float | bool


Content: TypeAlias = "Raw | Link | Formula"
"""What a cell can hold."""


def living(name: str, value: Raw) -> Formula:
    """Give the formula of a defined name, with the value that it has; none is shown as an empty text."""
    settled = settle(value)
    return Formula(f"={name}", "" if settled is None else settled)


def settle(value: Raw) -> str | float | bool | None:
    """Give *value* as a cell stores it: days and moments as Excel's number of them, on Vietnamese clocks.

    Raises `Refused` for infinite numbers and for what is no number.
    """
    if not isinstance(value, date):
        if isinstance(value, float) and not isfinite(value):
            raise Refused(f"the number {value}")
        return None if value == "" else value
    if (value.year, value.month, value.day) < FIRST_DAY:
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if not isinstance(value, datetime):
        return value.toordinal() - _DAY_ZERO
    local = value.astimezone(VIETNAM) if value.tzinfo else value
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    return local.toordinal() - _DAY_ZERO + seconds / _SECONDS


class _Head(NamedTuple):
    """What stands around a cell's row number, for one column in one look; all is XML."""

    start: str
    blank: str
    """Nothing where the cell has no look: it is not there then."""
    number: str
    text: str
    flag: str
    formula: str
    """Up to the cell's type."""


def _head(column: int, style: int) -> _Head:
    look = f' s="{style}"' if style else ""
    start = f'<c r="{xl_col_to_name(column)}'
    return _Head(
        start, f'"{look}/>' if look else "", f'"{look}><v>', f'"{look} t="s"><v>', f'"{look} t="b"><v>', f'"{look}'
    )


@raising(*CODED)
class RowSheet(Worksheet):
    """XlsxWriter's sheet with a second way in, for whole rows; what it refuses raises `Refused`."""

    inert: Callable[[Format | None], Format]
    """Gives a look with Excel's quote prefix."""
    # XlsxWriter declares these as None, and fills them when the sheet is added and when it is written.
    str_table: Any
    fh: Any
    dim_rowmin: Any
    dim_rowmax: Any

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[int, str] = {}
        self._heads: dict[tuple[int, Format | None], _Head] = {}
        self._strips: dict[tuple[Format | None, ...], list[_Head]] = {}

    def put_row(self, row: int, values: Sequence[Content], looks: tuple[Format | None, ...]) -> None:
        """Write a whole 0-based row from its first column on; nothing else may be written to that row.

        Raises `Refused` for what Excel cannot hold.
        """
        if row in self._rows or self.table.get(row) or self._check_dimensions(row, len(looks) - 1):
            raise Refused(f"row {row + 1} of {self.name} twice or out of the sheet")
        self._check_dimensions(row, 0)
        number, known = str(row + 1), self.str_table.string_table
        xml: list[str] = []
        texts = 0
        for column, (head, value) in enumerate(zip(self._heads_of(looks), values, strict=True)):
            if value is None:
                if head.blank:
                    xml.append(f"{head.start}{number}{head.blank}")
            elif isinstance(value, str) and value:
                index = known.get(value)
                if index is None:
                    index = self._new_text(value)
                texts += 1
                text = (
                    head.text if value[0] not in FORMULA_SIGNS else self._head(column, self.inert(looks[column])).text
                )
                xml.append(f"{head.start}{number}{text}{index}</v></c>")
            elif value.__class__ is date and value.year > FIRST_DAY[0]:
                xml.append(f"{head.start}{number}{head.number}{value.toordinal() - _DAY_ZERO}</v></c>")
            else:
                xml.append(self._other(row, column, value, looks[column]))
        self.str_table.count += texts
        xml.append("</row>")
        self._rows[row] = "".join(xml)

    def reach(self, row: int, column: int) -> None:
        """Say that the sheet reaches to a 0-based place, although nothing is written there."""
        if self._check_dimensions(row, column):
            raise Refused(f"row {row + 1} is out of {self.name}")

    def _heads_of(self, looks: tuple[Format | None, ...]) -> list[_Head]:
        found = self._strips.get(looks)
        if found is None:
            found = self._strips[looks] = [self._head(column, look) for column, look in enumerate(looks)]
        return found

    def _head(self, column: int, look: Format | None) -> _Head:
        found = self._heads.get((column, look))
        if found is None:
            style = 0 if look is None else look._get_xf_index()  # noqa: SLF001 - the number that cells call it by
            found = self._heads[column, look] = _head(column, style)
        return found

    def _new_text(self, text: str) -> int:
        if len(text) > CELL_UNITS // 2 and units(text) > CELL_UNITS:
            raise Refused(f"a text of {len(text)} characters")
        table = self.str_table
        index: int = table.unique_count
        table.string_table[text] = index
        table.unique_count += 1
        return index

    def _other(self, row: int, column: int, value: Content, look: Format | None) -> str:
        """Give the XML of a cell of one of the rarer kinds."""
        head = self._head(column, look)
        start = f"{head.start}{row + 1}"
        if isinstance(value, Link):
            return f"{start}{head.text}{self._link(row, column, value, look)}</v></c>"
        if isinstance(value, Formula):
            return f"{start}{head.formula}{_formula(*value)}"
        settled = settle(value)
        if settled is None:
            return f"{start}{head.blank}" if head.blank else ""
        if isinstance(settled, bool):
            return f"{start}{head.flag}{settled:d}</v></c>"
        if isinstance(settled, str):
            return f"{start}{head.text}{self._index(settled)}</v></c>"
        return f"{start}{head.number}{settled:.16G}</v></c>"

    def _index(self, text: str) -> int:
        index: int = self.str_table._get_shared_string_index(text)  # noqa: SLF001 - as XlsxWriter's own cells do
        return index

    def _link(self, row: int, column: int, link: Link, look: Format | None) -> int:
        """Register a link with XlsxWriter, take its cell from there, and give the index of its text."""
        if self.hlink_count >= LINKS:
            return self._index(link.text)
        self.write_url(row, column, f"internal:{link.target}", look, link.text)
        index: int = self.table.pop(row)[column].string
        return index

    def add_tall_table(
        self, area: tuple[int, int, int, int], options: Mapping[str, object], formulas: Mapping[int, str] = NO_FORMULAS
    ) -> None:
        """Add an Excel table; XlsxWriter's own way remembers every cell of it, which is a gigabyte for 100,000 rows.

        *formulas* are those that Excel gives to the columns of a row that is typed below the table, by the column's place.
        """
        first_row, first_column, last_row, last_column = area
        self.add_table(first_row, first_column, first_row + 1, last_column, dict(options))
        for name in ("range", "a_range", "autofilter"):
            self.tables[-1][name] = xl_range(first_row, first_column, last_row, last_column)
        for index, formula in formulas.items():
            self.tables[-1]["columns"][index]["formula"] = formula

    def _write_rows(self) -> None:
        """Write all rows in order, those given whole among XlsxWriter's own."""
        first, last = self.dim_rowmin, self.dim_rowmax
        at = first
        for row in sorted(self._rows):
            self._write_own(at, row - 1)
            if self.table.get(row):
                raise Refused(f"row {row + 1} of {self.name} twice")
            self._write_row(row, None, self.row_info.get(row))
            self.fh.write(self._rows.pop(row))
            at = row + 1
        self._write_own(at, last)
        self.dim_rowmin, self.dim_rowmax = first, last

    def _write_own(self, first: int, last: int) -> None:
        if first <= last:
            self.dim_rowmin, self.dim_rowmax = first, last
            super()._write_rows()

    def _get_range_data(self, row_start: int, col_start: int, row_end: int, col_end: int) -> object:
        if any(row in self._rows for row in range(row_start, row_end + 1)):
            raise Refused(
                f"a chart of rows of {self.name} given whole: it would have no figures until it is calculated"
            )
        found: object = super()._get_range_data(row_start, col_start, row_end, col_end)  # type: ignore[no-untyped-call] # XlsxWriter says no types here
        return found


@lru_cache(4096, typed=True)  # a register's formulas are few, and so are their values; True is not 1 in a cell
def _formula(text: str, value: str | float | bool) -> str:  # noqa: FBT001 - the value of a cell
    if units(text) > FORMULA_UNITS:
        raise Refused(f"a formula of {len(text)} characters")
    kind = ""
    if isinstance(value, bool):
        kind, value = ' t="b"', int(value)
    elif isinstance(value, str) and value:
        kind = ' t="e"' if value in OLD_ERRORS else ' t="str"'
    shown = escape(value) if isinstance(value, str) else f"{value:.16G}"
    return f"{kind}><f>{escape(text.removeprefix('='))}</f><v>{shown}</v></c>"
