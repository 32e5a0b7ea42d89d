"""Merge what waits in one workspace, once a file says go: `python -m tests.many_child GO ROOT`; prints what it waited for the ledger."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

_ASKS = ("BEGIN IMMEDIATE", "SELECT pg_advisory_xact_lock")
"""With these a writer waits for its turn."""


def main() -> None:
    """Wait, merge, tell."""
    import sqlalchemy as sa

    from tdnv_sheets.cli.main import main as tdnv
    from tdnv_sheets.pipeline import ingest  # noqa: F401 - imported before the start
    from tests.conftest import TODAY

    waits: list[float] = []
    asked = 0.0

    def before(_conn: object, _cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        nonlocal asked
        asked = time.monotonic() if statement.startswith(_ASKS) else 0.0

    def after(*_: object) -> None:
        if asked:
            waits.append(time.monotonic() - asked)

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    go, root = map(Path, sys.argv[1:])
    go.with_name(f"ready {root.name}").touch()
    while not go.exists():
        time.sleep(0.01)
    try:
        tdnv(["-C", str(root), "--as-of", TODAY.isoformat(), "merge"])
    finally:
        (root / "waits.json").write_text(json.dumps(waits), encoding="ascii")


if __name__ == "__main__":
    main()
