"""Note what the fast reader cannot see of a sheet: error cells, formulas without a cached value, merged ranges, far cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ROW: Final = 200_000
MAX_COLUMN: Final = 200

# Possessive throughout: a hostile sheet must not make the search for cells slower than linear.
_CELL: Final = re.compile(rb"<(?:\w++:)?+c\s([^<>]*+)(?<!/)>((?:[^<]++|<(?!/?(?:\w++:)?+c[\s/>]))*+)")
_REF: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA: Final = re.compile(rb"<(?:\w++:)?+f[\s/>]")
_CACHED: Final = re.compile(rb"<(?:\w++:)?+v(?:\s[^<>]*+)?>[^<]")
_MERGE: Final = re.compile(rb'<(?:\w++:)?+mergeCell\b[^<>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ERROR: Final = re.compile(rb"<(?:\w++:)?+v(?:\s[^<>]*+)?>([^<]*+)<")


@dataclass(frozen=True, slots=True)
class SheetScan:
    """What the fast reader cannot see of one sheet; cells as (row, column), 1-based."""

    hidden: bool = False
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncached: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    far: str = ""
    """A filled cell beyond the limits; the sheet must not be read then."""


def scan_sheet(data: bytes, *, hidden: bool) -> SheetScan:
    """Look through the XML of one sheet, in time linear in its length."""
    errors: dict[tuple[int, int], str] = {}
    uncached: set[tuple[int, int]] = set()
    for match in _CELL.finditer(data):
        attributes, body = match[1], match[2]
        if not body:
            continue
        if b"'" in attributes:
            attributes = attributes.replace(b"'", b'"')
        ref = _REF.search(attributes)
        if ref is None:
            continue
        place = int(ref[2]), column_number(ref[1].decode())
        if place[0] > MAX_ROW or place[1] > MAX_COLUMN:
            return SheetScan(hidden, far=f"{ref[1].decode()}{ref[2].decode()}")
        if b't="e"' in attributes:
            value = _ERROR.search(body)
            errors[place] = value[1].decode("utf-8", "replace") if value else "#?"
        elif (
            (b"<f" in body or b":f" in body)
            and b't="str"' not in attributes
            and _FORMULA.search(body)
            and not _CACHED.search(body)
        ):
            uncached.add(place)
    merged = tuple(
        (int(m[2]), column_number(m[1].decode()), int(m[4]), column_number(m[3].decode()))
        for m in _MERGE.finditer(data)
    )
    return SheetScan(hidden, errors, frozenset(uncached), merged)


def column_number(letters: str) -> int:
    """Give the 1-based number of a column: A → 1, AB → 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
