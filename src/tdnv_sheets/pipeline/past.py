"""Look back, take back and take data out: a task's history, undo, and every assignment as rows, now or then."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from typing import IO, TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BrokenSurroundings, WrongUsage
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.ledger.conflicts import read_disputes
from tdnv_sheets.ledger.log import read_removals, read_revisions, read_undone
from tdnv_sheets.ledger.undo import undo
from tdnv_sheets.pipeline.not_taken import refresh_lists
from tdnv_sheets.pipeline.office import Office, judge_one
from tdnv_sheets.render.view import Row
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.dates import read_date
from tdnv_sheets.validate.secrecy import refuse_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tdnv_sheets.ledger.conflicts import Dispute
    from tdnv_sheets.ledger.entries import Logged
    from tdnv_sheets.ledger.log import Removal
    from tdnv_sheets.ledger.undo import Undone
    from tdnv_sheets.pipeline.moment import Moment

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened to a task, oldest first."""

    changes: tuple[Logged, ...]
    removals: tuple[Removal, ...]
    conflicts: tuple[Dispute, ...]
    """Settled ones too."""
    undone_by: Mapping[int, int]
    """Revisions that were undone → by which."""


def history(office: Office, task_id: str) -> History:
    """Look a task up; raise `WrongUsage` when the ledger never had it."""
    changes = office.ledger.log(task_id=task_id)
    if not changes:
        raise WrongUsage("no-such-task", task=task_id)
    removals, undone_by = read_removals(office.ledger, task_id), read_undone(office.ledger)
    conflicts = read_disputes(office.ledger, settled=None, task=task_id)
    return History(changes[::-1], removals, conflicts, undone_by)


def recorded_at(office: Office, when: str) -> tuple[int, date]:
    """Understand a day or a revision's number: the last revision then, and the day to judge deadlines by.

    Raises `WrongUsage` for what is neither and for a revision that never was.
    """
    day = read_date(when)
    if day is not None:
        return office.ledger.revision_on(day), day
    if when.isdecimal():
        # A number of many digits is none that a database can look for.
        number = int(when) if len(when) <= len(str(office.ledger.revision())) else 0
        for line in read_revisions(office.ledger, number=number):
            return line.number, line.at.date()
        raise WrongUsage("no-such-revision", revision=when)
    raise WrongUsage("no-such-moment", text=when)


def undo_revision(office: Office, revision: int, moment: Moment, *, reason: str = "", dry_run: bool = False) -> Undone:
    """Put back what *revision* changed, and tell the units that it concerns what is still not taken of their files.

    Raises `WrongUsage` for a revision that never was or was undone before, and for a reason with a mark of secrecy.
    """
    refuse_secrets(reason)
    who = office.space.settings.office
    done = undo(office.ledger, revision, at=moment.now, day=moment.as_of, who=who, note=reason, dry_run=dry_run)
    if done.revision is not None:
        refresh_lists(office, moment)
    return done


def rows(office: Office, as_of: date, at: int | None = None) -> Iterator[dict[str, Any]]:
    """Give one mapping per assignment: field names of design §4, ISO days, code words; computed fields included.

    With *at* the ledger is read as that revision left it.
    """
    names = [spec.name for spec in assignment_spec().fields]
    if at is None:
        found, trails = office.ledger.assignments(), office.ledger.trails()
    else:
        found, trails = office.ledger.assignments_at(at), office.ledger.trails_at(at)
    for assignment in found.values():
        row = Row(assignment, judge_one(office, assignment, as_of, trails=trails))
        fields: dict[str, Any] = dict.fromkeys(names)
        fields |= {name: plain(value) for name, value in row.assignment.fields.items()}
        fields |= {name: plain(value) for name, value in _computed(row).items()}
        yield fields


def _computed(row: Row) -> dict[str, Any]:
    judgement = row.judgement
    return {
        "task_id": row.assignment.key.task_id,
        "unit": row.assignment.key.unit,
        "effective_deadline": judgement.effective_deadline,
        "status": judgement.status.value,
        "timeliness": judgement.timeliness.value,
        "days_left": judgement.days_left,
        "alerts": [alert.value for alert in judgement.alerts],
        "extension_count": judgement.extension_count,
        "last_update": judgement.last_update,
    }


def plain(value: object) -> object:
    """Give a value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def write_jsonl(office: Office, as_of: date, out: IO[str], at: int | None = None) -> None:
    """Write one JSON object per line."""
    for row in rows(office, as_of, at):
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(office: Office, as_of: date, out: IO[str], at: int | None = None) -> None:
    """Write CSV that opens in Excel; a text that looks like a formula gets an apostrophe in front (OWASP)."""
    found = list(rows(office, as_of, at))
    names = list(dict.fromkeys(name for row in found for name in row))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in found:
        writer.writerow([_csv_cell(row.get(name)) for name in names])


def write_parquet(office: Office, as_of: date, path: Path, at: int | None = None) -> None:
    """Write Parquet; needs the package's extra `parquet`."""
    import pandas as pd  # noqa: PLC0415 - half a second that no other command here needs

    try:
        pd.DataFrame(list(rows(office, as_of, at))).to_parquet(path, index=False)
    except ImportError as problem:
        raise BrokenSurroundings("parquet-missing") from problem


def write_file(office: Office, as_of: date, path: Path, shape: str, at: int | None = None) -> None:
    """Write `csv`, `jsonl` or `parquet` to a file that is there whole or not at all.

    Raises `BrokenSurroundings` when it cannot be written, `WaitsForPerson` while somebody has it open.
    """

    def draw(target: Path) -> None:
        if shape == "parquet":
            write_parquet(office, as_of, target, at)
            return
        # Excel recognises UTF-8 in a CSV by its byte order mark; programs that read JSON lines want none.
        with target.open("w", encoding="utf-8-sig" if shape == "csv" else "utf-8", newline="") as out:
            (write_csv if shape == "csv" else write_jsonl)(office, as_of, out, at)

    if not path.parent.is_dir():
        raise BrokenSurroundings("no-such-folder", path=path.parent)
    if not path.exists() or path.is_file():
        put_in_place(draw, path.resolve())
        return
    try:
        draw(path)  # a pipe or device, which nothing can take the place of
    except OSError as problem:
        raise BrokenSurroundings("cannot-write", path=path, problem=problem) from problem


def _csv_cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone return ends the line for most readers of CSV
    return f"'{text}" if value.startswith(_STARTS_FORMULA) else text
