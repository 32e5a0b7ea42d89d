"""Ask for many keys and write many rows with one fixed statement each: SQL is put together once, not for each file."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LISTED: Final[Mapping[bool, Any]] = MappingProxyType({True: sa.Text(), False: ARRAY(sa.Text)})
"""How many values travel: to SQLite as JSON, to PostgreSQL as an array."""
_TOGETHER: Final = 50
"""Rows of one statement; with twenty columns still no more parameters than old builds of SQLite take."""


def among(connection: sa.Connection, column: sa.Column[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """Say that *column* is one of *values*; however many there are, they travel as one parameter."""
    listed = sorted(set(values))
    on_sqlite = connection.dialect.name == "sqlite"
    given = sa.bindparam(None, json.dumps(listed) if on_sqlite else listed, _LISTED[on_sqlite])
    return _is_among(column, given, on_sqlite=on_sqlite)


def _is_among(column: sa.Column[Any], given: sa.BindParameter[Any], *, on_sqlite: bool) -> sa.ColumnElement[bool]:
    if on_sqlite:
        each = sa.func.json_each(given).table_valued("value")
        return column.in_(sa.select(each.c.value))
    return column == sa.any_(given)


def rows_among(
    connection: sa.Connection, query: sa.Select[Any], column: sa.Column[Any], values: Iterable[str], **given: object
) -> sa.CursorResult[Any]:
    """Run *query* where *column* is one of *values*; for queries that are made once, with what differs *given*."""
    listed = sorted(set(values))
    on_sqlite = connection.dialect.name == "sqlite"
    return connection.execute(
        _query_among(query, column, on_sqlite=on_sqlite),
        {"among": json.dumps(listed) if on_sqlite else listed, **given},
    )


@lru_cache
def _query_among(query: sa.Select[Any], column: sa.Column[Any], *, on_sqlite: bool) -> sa.Select[Any]:
    return query.where(_is_among(column, sa.bindparam("among", type_=_LISTED[on_sqlite]), on_sqlite=on_sqlite))


def insert_many(
    connection: sa.Connection, table: sa.Table, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Insert *rows* of values for *columns*, past SQLAlchemy's work on each value.

    The values are texts, numbers, booleans and nulls; a day goes in as `2026-06-15`.
    """
    text, order = _insert(table, connection.dialect, columns)
    if connection.dialect.name == "sqlite" and order == columns:
        rows = _insert_together(connection, text, rows)
    if rows:
        _run(connection, text, order, columns, rows)


def _insert_together(
    connection: sa.Connection, text: str, rows: Sequence[tuple[object, ...]]
) -> Sequence[tuple[object, ...]]:
    """Insert as many at a time as SQLite takes with ease, each of which costs a third less so; give what is left."""
    whole = len(rows) - len(rows) % _TOGETHER
    for start in range(0, whole, _TOGETHER):
        together = rows[start : start + _TOGETHER]
        connection.exec_driver_sql(_for_many(text), tuple(chain.from_iterable(together)))
    return rows[whole:]


@lru_cache
def _for_many(text: str) -> str:
    head, _, values = text.rpartition(" VALUES ")
    return f"{head} VALUES {', '.join([values] * _TOGETHER)}"


def update_many(
    connection: sa.Connection, statement: sa.Update, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Run *statement* once for each of *rows*, the values of its parameters *names*; for the values see `insert_many`."""
    if rows:
        _run(connection, *_update(statement, connection.dialect), names, rows)


def _run(
    connection: sa.Connection,
    text: str,
    order: tuple[str, ...] | None,
    names: tuple[str, ...],
    rows: Sequence[tuple[object, ...]],
) -> None:
    many: Any = rows
    if order is None:
        many = [dict(zip(names, row, strict=True)) for row in rows]
    elif order != names:
        many = list(map(itemgetter(*map(names.index, order)), rows))
    connection.exec_driver_sql(text, many)


@lru_cache
def _insert(table: sa.Table, dialect: sa.Dialect, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...] | None]:
    return _for_driver(sa.insert(table).inline().compile(dialect=dialect, column_keys=list(columns)))


@lru_cache
def _update(statement: sa.Update, dialect: sa.Dialect) -> tuple[str, tuple[str, ...] | None]:
    return _for_driver(statement.compile(dialect=dialect))


def _for_driver(compiled: Any) -> tuple[str, tuple[str, ...] | None]:  # noqa: ANN401 - SQLAlchemy names no one type
    """Give the text for the driver, and the order of parameters for drivers that count them."""
    return str(compiled), tuple(compiled.positiontup) if compiled.positiontup else None
