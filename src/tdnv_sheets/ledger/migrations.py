"""Make the tables of a new ledger, and bring those of an older program to today's layout."""

from __future__ import annotations

import secrets
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.guards import make_guards
from tdnv_sheets.ledger.layout_2 import to_layout_2
from tdnv_sheets.ledger.layout_3 import to_layout_3
from tdnv_sheets.ledger.layout_4 import to_layout_4

if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS: Final[tuple[Callable[[sa.Connection], None], ...]] = (to_layout_2, to_layout_3, to_layout_4)
"""The first leads from layout 1 to 2."""


def layout_of(connection: sa.Connection) -> int | None:
    """Give the layout of a ledger, None when there is none yet; raise `BrokenSurroundings` when it is a later one."""
    if not sa.inspect(connection).has_table(t.about.name):
        return None
    found = connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == "layout"))
    if found is None:
        return None
    if int(found) > t.LAYOUT:
        raise BrokenSurroundings("ledger-too-new", found=found, known=t.LAYOUT)
    return int(found)


def bring_up_to_date(connection: sa.Connection) -> None:
    """Make the tables, or take each step that is missing; what was done is recorded in the same transaction."""
    layout = layout_of(connection)
    if layout is None:
        t.METADATA.create_all(connection)
        make_guards(connection)
        values = [{"name": "layout", "value": str(t.LAYOUT)}, {"name": "ledger", "value": secrets.token_hex(4)}]
        connection.execute(sa.insert(t.about), values)
        _record(connection, t.LAYOUT)
        return
    for number, step in enumerate(_STEPS[layout - 1 :], start=layout + 1):
        step(connection)
        connection.execute(sa.update(t.about).where(t.about.c.name == "layout").values(value=str(number)))
        _record(connection, number)


def _record(connection: sa.Connection, layout: int) -> None:
    now = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - offices live by the clock on the wall
    values = {"layout": layout, "at": now, "program": version("tdnv-sheets")}
    connection.execute(sa.insert(t.migrations).values(**values))
