"""From layout 2 to 3: the list of all files that ever arrived, begun with those that the ledger remembers.

The statements are frozen: later layouts change `tables`, never these.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE: Final = """
CREATE TABLE arrivals (
    number {number} NOT NULL,
    token VARCHAR(32) NOT NULL,
    at {moment} NOT NULL,
    name TEXT NOT NULL,
    alias VARCHAR(32) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    unit {code} NOT NULL,
    period TEXT NOT NULL,
    verdict VARCHAR(20) NOT NULL,
    rows INTEGER NOT NULL,
    held INTEGER NOT NULL,
    cells INTEGER NOT NULL,
    conflicts INTEGER NOT NULL,
    revision INTEGER,
    kept TEXT NOT NULL,
    marked TEXT NOT NULL,
    codes TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (number),
    CONSTRAINT arrival_verdict_is_known
        CHECK (verdict in ('accepted', 'partly', 'returned', 'duplicate', 'quarantined', 'waiting')),
    CONSTRAINT arrival_counts CHECK (rows >= 0 and held >= 0 and cells >= 0 and conflicts >= 0),
    UNIQUE (token),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)
"""
_TYPES: Final = {
    "sqlite": {"number": "INTEGER", "moment": "DATETIME", "code": "TEXT"},
    "postgresql": {"number": "SERIAL", "moment": "TIMESTAMP WITHOUT TIME ZONE", "code": 'TEXT COLLATE "C"'},
}
_INDEXES: Final = (
    "CREATE INDEX arrivals_by_alias ON arrivals (alias, number)",
    "CREATE INDEX arrivals_by_time ON arrivals (at)",
    "CREATE INDEX arrivals_by_period ON arrivals (period, unit)",
)
_GUARDS: Final = {
    "sqlite": tuple(
        f"create trigger arrivals_no_{action} before {action} on arrivals "
        f"begin select raise(abort, 'arrivals are never {what}'); end"
        for action, what in (("update", "changed"), ("delete", "deleted"))
    ),
    "postgresql": tuple(
        f"create trigger arrivals_no_{action} before {action} on arrivals for each statement "
        f"execute function ledger_refuses('arrivals are never {what}')"
        for action, what in (("update", "changed"), ("delete", "deleted"), ("truncate", "deleted"))
    ),
}
_FILES: Final = sa.text(
    "SELECT digest, name, at, unit, period, verdict, revision, findings, counts FROM files ORDER BY at, digest"
)
_CHANGED: Final = sa.text("SELECT count(*) FROM changes WHERE revision = :revision")
_DISPUTED: Final = sa.text("SELECT count(*) FROM conflicts WHERE revision = :revision")
_INSERT: Final = sa.text(
    "INSERT INTO arrivals (token, at, name, alias, digest, unit, period, verdict, rows, held, cells, conflicts, "
    "revision, kept, marked, codes, reason) VALUES (:token, :at, :name, '', :digest, :unit, :period, :verdict, "
    ":rows, :held, :cells, :conflicts, :revision, '', '', :codes, :reason)"
)
_KINDS_OF_ROWS: Final = ("updated", "unchanged", "conflict", "ignored", "refused")


def to_layout_3(connection: sa.Connection) -> None:
    """Make the table with its guards, and enter what is known of each file; where it lies nobody had written down."""
    kind = connection.dialect.name
    for statement in (_TABLE.format(**_TYPES[kind]), *_INDEXES, *_GUARDS[kind]):
        connection.exec_driver_sql(statement)
    if rows := list(_known(connection)):
        connection.execute(_INSERT, rows)


def _known(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    for file in connection.execute(_FILES).all():
        counts = json.loads(file.counts).get("rows", {})
        findings = json.loads(file.findings)
        held = counts.get("refused", 0)
        # An undo wrote its own word over the verdict; what was said before follows from what was held.
        verdict = file.verdict if file.verdict != "undone" else "partly" if held else "accepted"
        of = {"revision": file.revision}
        yield {
            "token": file.digest[:32],
            "at": file.at,
            "name": file.name,
            "digest": file.digest,
            "unit": file.unit,
            "period": file.period,
            "verdict": verdict,
            "rows": sum(counts.get(name, 0) for name in _KINDS_OF_ROWS),
            "held": held,
            "cells": connection.scalar(_CHANGED, of) or 0,
            "conflicts": connection.scalar(_DISPUTED, of) or 0,
            "revision": file.revision,
            "codes": json.dumps(list(dict.fromkeys(finding["code"] for finding in findings))),
            "reason": json.dumps(findings[0], ensure_ascii=False) if findings else "",
        }
