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
    """Write them; those before are remembered, for an undo."""
    past = [*_past(connection), read_own_columns(connection)]
    text = json.dumps({**columns._asdict(), "past": past}, ensure_ascii=False)
    connection.execute(sa.delete(t.about).where(t.about.c.name == _NAME))
    connection.execute(sa.insert(t.about).values(name=_NAME, value=text))


def take_back_own_columns(connection: sa.Connection, undone: int, revision: int) -> None:
    """Undo in *revision* what the revision *undone* did to the columns; what came since stays."""
    now = read_own_columns(connection)
    known = [*_past(connection), now]
    at = next((at for at, columns in enumerate(known) if columns.revision == undone), None)
    if not at:
        return
    before, then = known[at - 1].headers, known[at].headers
    if now.headers == then:
        headers = before
    else:
        added, gone = set(then) - set(before), (name for name in before if name not in then)
        headers = tuple(dict.fromkeys((*(name for name in now.headers if name not in added), *gone)))
    if headers != now.headers:
        write_own_columns(connection, OwnColumns(headers, revision))


def _past(connection: sa.Connection) -> list[OwnColumns]:
    """Read the columns as they were before, oldest first."""
    text = connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == _NAME))
    past = [] if text is None else json.loads(text).get("past", [])
    return [OwnColumns(tuple(headers), revision) for headers, revision in past]
