"""How commands speak: data on stdout, talk on stderr, one place that turns a reason to stop into words and a code."""

from __future__ import annotations

import errno
import json
import sys
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from tdnv_sheets.errors import TdnvError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.receive import Received

ATTENTION: Final = 1
"""Exit code: the data needs attention."""
WAITS: Final = 3
"""Exit code: waits for a person or a lock."""
BROKEN: Final = 4
"""Exit code: a declaration or the surroundings are broken."""


@dataclass(frozen=True, slots=True)
class Call:
    """The options before the command."""

    folder: Path
    lang: str
    as_of: date | None

    def moment(self) -> Moment:
        """Give the day that counts and the clock, read here and nowhere deeper."""
        from tdnv_sheets.pipeline.moment import Moment

        now = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - offices live by the clock on the wall
        return Moment(self.as_of or now.date(), now)

    def workspace(self) -> Workspace:
        """Find the workspace."""
        from tdnv_sheets.inbox.workspace import find

        return find(self.folder)


pass_call = click.make_pass_decorator(Call)
format_option = click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="Shape of the data on stdout.",
)


def tell(text: str) -> None:
    """Say something to the person, on stderr."""
    click.echo(text, err=True)


def stop(code: int) -> NoReturn:
    """End the command with an exit code."""
    sys.stdout.flush()
    raise SystemExit(code)


def print_data(items: Iterable[Any], shape: str) -> None:
    """Print data as one JSON array or as one object per line."""
    if shape == "json":
        click.echo(json.dumps(list(items), ensure_ascii=False, indent=2))
    else:
        for item in items:
            click.echo(json.dumps(item, ensure_ascii=False))


def received_json(received: Received, lang: str, *, merged: bool) -> dict[str, Any]:
    """Give one file's outcome in the stable shape of design §10."""
    from tdnv_sheets.messages.catalogue import finding_fix, finding_text
    from tdnv_sheets.pipeline.past import plain

    shape: dict[str, Any] = {
        "file": received.file,
        "verdict": received.verdict.value,
        "unit": received.unit or None,
        "period": received.period or None,
        "rows": {"total": received.total, "accepted": received.accepted, "held": received.held},
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "level": finding.level.value,
                "sheet": finding.sheet or None,
                "cell": finding.cell or None,
                "row": finding.row,
                "column": finding.column or None,
                "value": finding.value or None,
                "message": finding_text(finding, lang),
                "fix": finding_fix(finding, lang),
            }
            for finding in (about.finding for about in received.abouts)
        ],
    }
    if merged:
        counts = {"rows": received.rows._asdict(), "cells": received.cells._asdict()}
        shape["counts"] = {**counts, "same_on_both_sides": received.same}
        shape["changes"] = [
            {
                "task_id": change.key.task_id,
                "unit": change.key.unit,
                "field": change.field,
                "old": plain(change.old),
                "new": plain(change.new),
            }
            for change in received.changes
        ]
        shape["conflicts"] = [
            {
                "task_id": conflict.key.task_id,
                "unit": conflict.key.unit,
                "field": conflict.field,
                "base": plain(conflict.base),
                "ours": plain(conflict.ours),
                "theirs": plain(conflict.theirs),
            }
            for conflict in received.conflicts
        ]
        shape["revision"] = received.revision
    return shape


def received_text(received: Received, lang: str) -> str:
    """Give one file's outcome as lines for a person."""
    from tdnv_sheets.messages.catalogue import say

    verdict = say(f"pipeline.verdict_{received.verdict}", lang)
    counts = say(
        "cli.received",
        lang,
        accepted=received.accepted,
        total=received.total,
        changes=len(received.changes),
        conflicts=len(received.conflicts),
    )
    return _lines(received, f"{verdict} ({counts})", lang)


def checked_text(received: Received, lang: str) -> str:
    """Give one file's check as lines for a person: nothing was taken in."""
    from tdnv_sheets.findings import has_error
    from tdnv_sheets.messages.catalogue import say

    entry = "cli.checked_bad" if has_error(received.abouts) else "cli.checked_good"
    return _lines(received, say(entry, lang, accepted=received.accepted, total=received.total), lang)


def _lines(received: Received, head: str, lang: str) -> str:
    from tdnv_sheets.messages.catalogue import say
    from tdnv_sheets.pipeline.receive import finding_lines

    lines = [f"{received.file}: {head}"]
    lines += [f"  {line}" for line in finding_lines(received.abouts, lang)]
    if received.marked_at is not None:
        lines.append(f"  {say('cli.marked', lang)}: {received.marked_at}")
    return "\n".join(lines)


def explain_stop(problem: TdnvError, lang: str) -> str:
    """Give the sentence for a reason to stop; what the system said is put into our words."""
    from tdnv_sheets.messages.catalogue import say

    values = {
        name: _cause(value, lang) if isinstance(value, BaseException) else str(value)
        for name, value in problem.given.items()
    }
    return say(f"{problem.area}.{problem.code}", lang, **values)


def reason(problem: BaseException, lang: str) -> str:
    """Give the sentence for whatever went wrong: a reason to stop, or what the system said."""
    return explain_stop(problem, lang) if isinstance(problem, TdnvError) else _cause(problem, lang)


_SYSTEM: Final = {
    "os-missing": (errno.ENOENT, errno.ENOTDIR),
    "os-forbidden": (errno.EACCES, errno.EPERM),
    "os-full": (errno.ENOSPC, errno.EDQUOT),
    "os-read-only": (errno.EROFS,),
    "os-folder": (errno.EISDIR,),
    "os-name-too-long": (errno.ENAMETOOLONG,),
}
_SQLITE: Final = {
    "os-forbidden": (3, 23),
    "db-busy": (5, 6),
    "os-read-only": (8,),
    "db-disk": (10,),
    "db-damaged": (11, 26),
    "os-full": (13,),
    "db-cannot-open": (14,),
}
"""Primary result codes, sqlite.org/rescode.html."""
_POSTGRESQL: Final = {
    "db-unreachable": ("08", "57P"),
    "db-login": ("28",),
    "db-missing": ("3D",),
    "os-full": ("53100",),
    "os-forbidden": ("42501",),
    "os-read-only": ("25006",),
    "db-damaged": ("XX001", "XX002"),
}
"""How SQLSTATE begins, PostgreSQL's manual, appendix A."""


def _cause(problem: BaseException, lang: str) -> str:
    """Put what the system, SQLite or a library said into words."""
    from tdnv_sheets.messages.catalogue import say

    inner = problem.args[0] if problem.args else None
    if isinstance(inner, OSError):  # XlsxWriter wraps what the disk said
        return _cause(inner, lang)
    if isinstance(problem, OSError):
        return _system_words(problem.errno or type(problem).__name__, _SYSTEM, lang)
    code = getattr(problem, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _system_words(code & 0xFF, _SQLITE, lang)
    if isinstance(problem, ValueError):
        return say("errors.malformed", lang)
    said = " ".join(str(problem).split())
    state = getattr(problem, "sqlstate", "")
    if state is None:  # psycopg, before the server spoke
        state = "08"
    entry = next((entry for entry, begins in _POSTGRESQL.items() if state.startswith(begins)), None)
    if entry is not None:
        return say(f"errors.{entry}", lang, text=said)
    return say("errors.said", lang, text=said)


def _system_words(number: int | str, known: Mapping[str, tuple[int, ...]], lang: str) -> str:
    from tdnv_sheets.messages.catalogue import say

    entry = next((entry for entry, numbers in known.items() if number in numbers), "os-other")
    return say(f"errors.{entry}", lang, number=number)
