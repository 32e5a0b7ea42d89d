"""What a decision about a column looks at, and what it says of single cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.validate.cells import Typed, Unread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tdnv_sheets.grid import Raw
    from tdnv_sheets.text.legacy import Encoding


class Seen(NamedTuple):
    """One cell that the sender wrote."""

    raw: Raw
    typed: Typed
    font: Encoding | None = None
    """Set where its font is older than Unicode."""


class Decision(NamedTuple):
    """What there is to say of one cell of a column."""

    place: int
    """Among the cells that were looked at."""
    code: str
    values: Mapping[str, str]
    instead: Seen | None = None
    """What the cell is taken for from now on; None where it stays as it is."""


def told(place: int, code: str, **values: str) -> Decision:
    """Say something of a cell that goes on as it is."""
    return Decision(place, code, values)


def refused(place: int, cell: Seen, code: str, **values: str) -> Decision:
    """Hold a cell back; no later check speaks of it again."""
    return Decision(place, code, values, Seen(cell.raw, Typed(Unread(cell.raw), marked=True), cell.font))
