"""Look back and take data out: the history of a task, and every assignment as rows."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import IO, TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BrokenSurroundings, WrongUsage
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.pipeline.office import Office, judged
from tdnv_sheets.sheetspec import assignment_spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tdnv_sheets.ledger.store import Logged, OpenConflict
    from tdnv_sheets.render.view import Row

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def history(office: Office, task_id: str) -> tuple[tuple[Logged, ...], tuple[OpenConflict, ...]]:
    """Give every change of a task, oldest first, and its conflicts, settled ones too."""
    changes = office.ledger.log(task_id=task_id)
    if not changes:
        raise WrongUsage("no-such-task", task=task_id)
    return changes[::-1], office.ledger.conflicts_of(task_id)


def rows(office: Office, as_of: date) -> Iterator[dict[str, Any]]:
    """Give one mapping per assignment: field names of design §4, ISO days, code words; computed fields included."""
    names = [spec.name for spec in assignment_spec().fields]
    for row in judged(office, office.ledger.assignments().values(), as_of):
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


def write_jsonl(office: Office, as_of: date, out: IO[str]) -> None:
    """Write one JSON object per line."""
    for row in rows(office, as_of):
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(office: Office, as_of: date, out: IO[str]) -> None:
    """Write CSV that opens in Excel; a text that looks like a formula gets an apostrophe in front (OWASP)."""
    found = list(rows(office, as_of))
    names = list(dict.fromkeys(name for row in found for name in row))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in found:
        writer.writerow([_csv_cell(row.get(name)) for name in names])


def write_parquet(office: Office, as_of: date, path: Path) -> None:
    """Write Parquet; needs the package's extra `parquet`."""
    import pandas as pd  # noqa: PLC0415 - half a second that no other command here needs

    try:
        pd.DataFrame(list(rows(office, as_of))).to_parquet(path, index=False)
    except ImportError as problem:
        raise BrokenSurroundings("parquet-missing") from problem


def write_file(office: Office, as_of: date, path: Path, shape: str) -> None:
    """Write `csv`, `jsonl` or `parquet` to a file that is there whole or not at all.

    Raises `BrokenSurroundings` when it cannot be written, `WaitsForPerson` while somebody has it open.
    """

    def draw(target: Path) -> None:
        if shape == "parquet":
            write_parquet(office, as_of, target)
            return
        # Excel recognises UTF-8 in a CSV by its byte order mark; programs that read JSON lines want none.
        with target.open("w", encoding="utf-8-sig" if shape == "csv" else "utf-8", newline="") as out:
            (write_csv if shape == "csv" else write_jsonl)(office, as_of, out)

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
    if isinstance(value, str) and value.startswith(_STARTS_FORMULA):
        return f"'{value}"
    return value
