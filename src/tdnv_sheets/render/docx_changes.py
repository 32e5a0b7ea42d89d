"""What changed since reports went out, as tables of the document's annexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.render.docx_parts import Cell, Text, table
from tdnv_sheets.render.issued_words import CAPTIONS
from tdnv_sheets.render.report_view import count_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.render.docx_parts import Xml
    from tdnv_sheets.render.issued_words import ChangeLine, ChangeList

WIDTHS: Final = (10, 80, 77, 50, 50)
"""Millimetres, of a landscape page."""
_LOOK: Final = Text(11)
_MIDDLE: Final = Text(11, align="center")
_HEAD: Final = Text(11, bold=True, align="center")
_SHADE: Final = "E7E6E6"


def changes_table(found: ChangeList, lang: str) -> Xml:
    """Make the table of one list; a list without lines says so in its only row."""
    captions = [Cell(say(f"issued.head_{name}", lang), _HEAD, fill=_SHADE, middle=True) for name in CAPTIONS]
    lines = (*found.figures, *found.tasks)
    rows = [list(_cells(number, line, lang)) for number, line in enumerate(lines, 1)]
    nothing = [Cell(say("issued.changed_nothing", lang), _LOOK, across=len(CAPTIONS))]
    return table(WIDTHS, [captions, *(rows or [nothing])], head=1)


def _cells(number: int, line: ChangeLine, lang: str) -> Iterator[Cell]:
    yield Cell(str(number), _MIDDLE)
    yield Cell(line.unit, _LOOK)
    yield Cell(line.what, _LOOK)
    for value in (line.before, line.after):
        yield Cell(count_text(value, lang) if isinstance(value, int) else value, _MIDDLE)
