"""What the database itself refuses, whoever writes to it: the past is not rewritten, and revisions have no gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

_NEVER_CHANGED: Final = ("revisions", "tasks", "changes", "removals", "issues", "arrivals", "frozen")
_NEVER_DELETED: Final = (*_NEVER_CHANGED, "assignments", "conflicts", "proposals")
_IN_ORDER: Final = "new.number <> (select coalesce(max(number), 0) + 1 from revisions)"
_OUT_OF_ORDER: Final = "revisions follow each other"


def make_guards(connection: sa.Connection) -> None:
    """Add the triggers to tables that have none yet."""
    statements = _for_sqlite() if connection.dialect.name == "sqlite" else _for_postgresql()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _for_sqlite() -> Iterator[str]:
    for action, tables in (("update", _NEVER_CHANGED), ("delete", _NEVER_DELETED)):
        for table in tables:
            yield (
                f"create trigger {table}_no_{action} before {action} on {table} "
                f"begin select raise(abort, '{_refusal(action, table)}'); end"
            )
    yield (
        f"create trigger revisions_in_order before insert on revisions when {_IN_ORDER} "
        f"begin select raise(abort, '{_OUT_OF_ORDER}'); end"
    )


def _for_postgresql() -> Iterator[str]:
    yield (
        "create function ledger_refuses() returns trigger language plpgsql as $$ begin "
        "raise exception using message = tg_argv[0], errcode = 'integrity_constraint_violation'; end $$"
    )
    for action, tables in (("update", _NEVER_CHANGED), ("delete", _NEVER_DELETED), ("truncate", _NEVER_DELETED)):
        for table in tables:
            yield (
                f"create trigger {table}_no_{action} before {action} on {table} for each statement "
                f"execute function ledger_refuses('{_refusal(action, table)}')"
            )
    yield (
        "create function ledger_in_order() returns trigger language plpgsql as $$ begin "
        f"if {_IN_ORDER} then raise exception '{_OUT_OF_ORDER}' using errcode = 'integrity_constraint_violation'; "
        "end if; return new; end $$"
    )
    yield (
        "create trigger revisions_in_order before insert on revisions for each row execute function ledger_in_order()"
    )


def _refusal(action: str, table: str) -> str:
    return f"{table} are never {'changed' if action == 'update' else 'deleted'}"
