"""Remember the headers of the office's own columns, so that one without any value survives a redraw too."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t

_NAME: Final = "extra_headers"


class OwnColumns(NamedTuple):
    """The headers in their order, and the revision that last changed them (0: none did)."""

    headers: tuple[str, ...] = ()
    revision: int = 0


def read_own_columns(connection: sa.Connection) -> OwnColumns:
    """Read them."""
    text = connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == _NAME))
    if text is None:
        return OwnColumns()
    found = json.loads(text)
    return OwnColumns(tuple(found["headers"]), found["revision"])


def write_own_columns(connection: sa.Connection, columns: OwnColumns) -> None:
    """Write them in the place of those before."""
    text = json.dumps(columns._asdict(), ensure_ascii=False)
    connection.execute(sa.delete(t.about).where(t.about.c.name == _NAME))
    connection.execute(sa.insert(t.about).values(name=_NAME, value=text))
