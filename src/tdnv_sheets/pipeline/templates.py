"""Draw the empty unit workbook of each regulation, as they lie in `workbook_templates/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets import regulation as regulations
from tdnv_sheets.render.template import draw_blank
from tdnv_sheets.settings import DEFAULT_COLOURS

if TYPE_CHECKING:
    from pathlib import Path

SPARE_ROWS: Final = 100
"""Empty rows on each sheet that takes tasks."""


def draw_templates(folder: Path, lang: str = "vi") -> tuple[Path, ...]:
    """Draw one empty workbook per regulation into *folder*; the same code gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for regulation_id in regulations.available():
        path = folder / f"{regulation_id}.xlsx"
        title = regulations.load(regulation_id).title
        draw_blank(title, lang, path, spare_rows=SPARE_ROWS, colours=DEFAULT_COLOURS)
        drawn.append(path)
    return tuple(drawn)
