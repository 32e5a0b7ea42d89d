"""Tell the rows of «Cập nhật» apart: which is which assignment of the issue, and what its single cells need said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.validate.cells import in_words
from tdnv_sheets.validate.decide import is_same
from tdnv_sheets.validate.table import Spot, Table, TableRow, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from tdnv_sheets.records import Value

_FEWEST_LOST: Final = 5
"""Fewer rows than these are named one by one."""


def known_rows(
    table: Table, base: Mapping[str, object] | None, task_exists: Callable[[str], bool], abouts: list[About]
) -> list[tuple[str, TableRow]]:
    """Give the rows that are one of the issue's assignments, each once; say why the others are not."""
    by_task: dict[str, list[TableRow]] = {}
    for row in table.rows:
        task = row.task
        if not task:
            abouts.append(table.about("row-without-id", Spot(row, "task_id")))
        elif base is not None and task not in base:
            code = "foreign-row" if task_exists(task) else "unknown-row"
            abouts.append(table.about(code, Spot(row, "task_id", task), task=task))
        else:
            by_task.setdefault(task, []).append(row)
    known = []
    for task, rows in by_task.items():
        if len(rows) > 1:
            numbers = ", ".join(str(row.number) for row in rows)
            abouts += [
                table.about("duplicate-row", Spot(row, "task_id", task), task=task, rows=numbers) for row in rows
            ]
        else:
            known.append((task, rows[0]))
    return known


def ids_lost(table: Table, issued: Collection[str]) -> list[About]:
    """Find that most issued tasks have no row of their own any more, which no edit does (rules 15, 34).

    A row that was deleted is none of them: only as many count as there are rows that could have been theirs.
    """
    often = Counter(row.task for row in table.rows)
    gone = sum(task not in often for task in issued)
    repeated = [often[task] for task in issued if often[task] > 1]
    loose = sum(count for task, count in often.items() if task not in issued) + sum(repeated) - len(repeated)
    lost = min(gone, loose) + len(repeated)
    if lost < _FEWEST_LOST or lost * 2 <= len(issued):
        return []
    return [About(found("ids-lost", table.sheet, values={"lost": str(lost), "total": str(len(issued))}))]


def cell_findings(
    table: Table, known: Iterable[tuple[str, TableRow]], base: Mapping[str, Mapping[str, Value]] | None, lang: str
) -> Iterator[About]:
    """Say what single cells need said before pandera: unreadable, locked and changed, emptied; *base* is what was issued."""
    fields = [spec for spec in assignment_spec().shown_on("update") if spec.name in table.letters]
    locked = [spec for spec in fields if spec.owner is Owner.OFFICE] if base is not None else []
    locked_names = [spec.name for spec in locked]
    kept = [spec for spec in fields if spec.owner is Owner.UNIT and not spec.may_clear]
    kept_names = {spec.name for spec in kept}
    for task, row in known:
        then = (base or {}).get(task, {})
        for name, code in row.blind.items():
            yield table.about(code, Spot(row, name, task))
        as_issued = list(map(row.values.get, locked_names)) == list(map(then.get, locked_names))
        for spec in () if as_issued else locked:
            value, before = row.values.get(spec.name), then.get(spec.name)
            if value != before and not is_same(value, before) and spec.name not in row.blind:
                issued = shown(in_words(spec, before, lang))
                yield table.about("locked-cell-changed", Spot(row, spec.name, task), issued=issued)
        for spec in () if kept_names.isdisjoint(then) else kept:
            before = then.get(spec.name)
            if before is not None and row.values.get(spec.name) is None:
                yield table.about("not-cleared", Spot(row, spec.name, task), issued=in_words(spec, before, lang))
