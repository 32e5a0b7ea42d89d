"""From layout 3 to 4: the reports that were frozen; an older ledger has none.

The statements are frozen: later layouts change `tables`, never these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlalchemy as sa

_TABLE: Final = """
CREATE TABLE frozen (
    number {number} NOT NULL,
    period TEXT NOT NULL,
    scope {code} NOT NULL,
    issue INTEGER NOT NULL,
    at {moment} NOT NULL,
    who TEXT NOT NULL,
    revision INTEGER,
    as_of DATE NOT NULL,
    regulation TEXT NOT NULL,
    regulation_digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    forced TEXT NOT NULL,
    content {bytes} NOT NULL,
    digest VARCHAR(64) NOT NULL,
    PRIMARY KEY (number),
    CONSTRAINT issue_is_positive CHECK (issue > 0),
    CONSTRAINT only_a_new_issue_has_a_reason CHECK ((issue = 1) = (reason = '')),
    FOREIGN KEY(revision) REFERENCES revisions (number)
)
"""
_TYPES: Final = {
    "sqlite": {"number": "INTEGER", "moment": "DATETIME", "code": "TEXT", "bytes": "BLOB"},
    "postgresql": {
        "number": "SERIAL",
        "moment": "TIMESTAMP WITHOUT TIME ZONE",
        "code": 'TEXT COLLATE "C"',
        "bytes": "BYTEA",
    },
}
_INDEX: Final = "CREATE UNIQUE INDEX one_report_per_issue ON frozen (period, scope, issue)"
_GUARDS: Final = {
    "sqlite": tuple(
        f"create trigger frozen_no_{action} before {action} on frozen "
        f"begin select raise(abort, 'frozen are never {what}'); end"
        for action, what in (("update", "changed"), ("delete", "deleted"))
    ),
    "postgresql": tuple(
        f"create trigger frozen_no_{action} before {action} on frozen for each statement "
        f"execute function ledger_refuses('frozen are never {what}')"
        for action, what in (("update", "changed"), ("delete", "deleted"), ("truncate", "deleted"))
    ),
}


def to_layout_4(connection: sa.Connection) -> None:
    """Make the table with its guards."""
    kind = connection.dialect.name
    for statement in (_TABLE.format(**_TYPES[kind]), _INDEX, *_GUARDS[kind]):
        connection.exec_driver_sql(statement)
