"""Where a workbook says who issued it: the three places, and how each kind of file words them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tdnv_sheets.grid import Sheet

PROPERTY: Final = "tdnv"
DEFINED_NAME: Final = "_tdnv_token"
STAMP_SHEET: Final = "_tdnv"


def string_constant(formula: str) -> str:
    """Give the text of a defined name such as ="a""b"."""
    return formula.strip().removeprefix("of:").removeprefix("=").strip('"').replace('""', '"')


def stamp_cells(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Give the identity text of the hidden sheet."""
    for sheet in sheets:
        if sheet.name == STAMP_SHEET and isinstance(sheet.cell(1, 1), str):
            yield "sheet", str(sheet.cell(1, 1))
