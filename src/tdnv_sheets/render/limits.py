"""How long a text may be where Excel takes one, counted as Excel counts: in UTF-16 units, two for a letter beyond U+FFFF."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tdnv_sheets.grid import Raw

# [MS-OI29500] 2.1.613 for the first three; the others are in Excel's specifications.
TITLE_UNITS: Final = 32
PROMPT_UNITS: Final = 255
ERROR_UNITS: Final = 224
CAPTION_UNITS: Final = 255
"""A column's name in a table."""
LITERAL_UNITS: Final = 255
"""A text between quotes in a formula."""
FORMULA_UNITS: Final = 8_192
FOOTER_UNITS: Final = 255
"""A page's header or footer with its codes."""
CELL_UNITS: Final = 32_767


def units(text: str) -> int:
    """Count *text* as Excel does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def fit(text: str, most: int) -> str:
    """Cut *text* to at most *most* units, never inside a character."""
    if units(text) <= most:
        return text
    return _start(text, most - 1).rstrip() + "…"


def held(value: Raw) -> Raw:
    """Give a value that somebody sent as far as a cell can hold it: other programs write what Excel cannot."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return fit(value, CELL_UNITS) if isinstance(value, str) and len(value) > CELL_UNITS // 2 else value


def _start(text: str, most: int) -> str:
    return text.encode("utf-16-le", "replace")[: most * 2].decode("utf-16-le", errors="ignore")


def quoted(text: str) -> str:
    """Give *text* as a formula's text, in pieces where it is longer than Excel takes in one."""
    pieces, rest = [], text
    while units(rest) > LITERAL_UNITS:
        piece = _start(rest, LITERAL_UNITS)
        pieces.append(piece)
        rest = rest[len(piece) :]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in (*pieces, rest))


def any_of(tests: Iterable[str]) -> Iterator[str]:
    """Give formulas that together hold where any of *tests* does, as few as Excel's limits on a formula allow."""
    most = 200  # of the 255 arguments that OR takes
    lot: list[str] = []
    size = 0
    for test in tests:
        if lot and (len(lot) == most or size + units(test) > FORMULA_UNITS - 10):
            yield f"=OR({','.join(lot)})"
            lot, size = [], 0
        lot.append(test)
        size += units(test) + 1
    if lot:
        yield f"=OR({','.join(lot)})"


def sheet_ref(title: str) -> str:
    """Give a sheet's title as formulas and links write it before the exclamation mark."""
    return "'" + title.replace("'", "''") + "'"
