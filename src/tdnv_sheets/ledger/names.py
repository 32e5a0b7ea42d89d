"""Remember the names under which units were shown: a register drawn before a unit was renamed is still read rightly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from tdnv_sheets.ledger import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME: Final = "unit_names"


def read_names(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """Read units' codes → every name that they were shown by, the first one first."""
    text = connection.scalar(sa.select(t.about.c.value).where(t.about.c.name == _NAME))
    return {} if text is None else {code: tuple(names) for code, names in json.loads(text).items()}


def write_names(connection: sa.Connection, names: Mapping[str, tuple[str, ...]]) -> None:
    """Write them in the place of those before."""
    text = json.dumps(names, ensure_ascii=False, sort_keys=True)
    connection.execute(sa.delete(t.about).where(t.about.c.name == _NAME))
    connection.execute(sa.insert(t.about).values(name=_NAME, value=text))


def joined(known: Mapping[str, tuple[str, ...]], now: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Add the names of *now* to those that are *known*."""
    names = dict(known)
    for code, name in now.items():
        names[code] = tuple(dict.fromkeys((*names.get(code, ()), name)))
    return names
