"""Give parallel updates as people see them; nobody has to do anything about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.ledger.parallel import read_parallel
from tdnv_sheets.render.view import ParallelRow

if TYPE_CHECKING:
    from datetime import date

    from tdnv_sheets.pipeline.office import Office

LINES: Final = 500
"""Parallel updates that a workbook shows; `tdnv conflicts --parallel` has them all."""


def parallel_rows(office: Office, *, unit: str | None = None, since: date | None = None) -> tuple[ParallelRow, ...]:
    """Read the last parallel updates, newest first; all, or those of a unit's files, or those since a day."""
    names = {known.code: known.name for known in office.units}
    return tuple(
        ParallelRow(
            key=item.key,
            content=item.content,
            field=item.field,
            base=item.base,
            ours=item.ours,
            written_by=names.get(item.written.who, item.written.who),
            written_at=item.written.at,
            taken=item.taken,
            file=item.took.file,
            at=item.took.at,
        )
        for item in read_parallel(office.ledger, unit=unit, since=since, limit=LINES)
    )
