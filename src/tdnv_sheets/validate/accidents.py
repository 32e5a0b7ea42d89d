"""Tell an accident from an edit: what no person means to do to a register stops it (practice/workbooks.md C.2, 33 and 34)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.cells import Unread, as_text
from tdnv_sheets.validate.register_rows import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.findings import Finding
    from tdnv_sheets.records import Key, Value
    from tdnv_sheets.validate.register_rows import RegisterGrounds, RegisterRows
    from tdnv_sheets.validate.table import Table, TableRow

FEW: Final = 5
"""So many odd rows are a person's edit; more, and more than SHARE of all rows, are an accident."""
SHARE: Final = 0.2
NAMED: Final = 5
"""How many tasks a message names."""


def mangled(what: str, detail: str, lang: str) -> Finding:
    """Make the finding that stops a register."""
    values = {"what": f"{say(f'register_read.{what}', lang)} {detail}".strip()}
    return found("mangled-register", values=values)


def impossible(table: Table, grounds: RegisterGrounds) -> Finding | None:
    """Find ids that stand twice: nobody could mean that."""
    keys = Counter(key for key in _keys(table, grounds) if key.task_id)
    doubled = [key for key, count in keys.items() if count > 1]
    return mangled("doubled", _named(doubled), grounds.lang) if doubled else None


def unlikely(table: Table, grounds: RegisterGrounds) -> Finding | None:
    """Find ids lost in many rows, a column sorted alone, cells emptied in many rows: seldom meant, but possible."""
    keys, tasks = _keys(table, grounds), grounds.task_ids
    lost = grounds.drawn - sum(key.task_id in tasks for key in keys)
    if _many(lost, grounds.drawn):
        return mangled("lost", f"{lost}/{grounds.drawn}", grounds.lang)
    known = [(row, grounds.base[key]) for row, key in zip(table.rows, keys, strict=True) if key in grounds.base]
    moved = len(_differing(known, "task_content"))
    if _many(moved, len(known)):
        return mangled("shuffled", f"{moved}/{len(known)}", grounds.lang)
    cleared = sum(_is_cleared(row, then) for row, then in known)
    if _many(cleared, len(known)):
        return mangled("cleared", f"{cleared}/{len(known)}", grounds.lang)
    for name in table.letters:
        if _is_sorted_alone(known, name):
            return mangled("sorted", f"«{table.captions[name]}»", grounds.lang)
    return None


def _keys(table: Table, grounds: RegisterGrounds) -> list[Key]:
    return [key_of(row, grounds) for row in table.rows]


def ids_deleted(rows: RegisterRows, grounds: RegisterGrounds) -> Finding | None:
    """Find rows that lost their id: word for word an assignment whose own row is gone."""
    present = {row.key for row in rows.known}
    gone = {(key.unit, *natural(grounds.base[key])): key for key in grounds.shown - present}
    without = [(unit, *natural(row.cells)) for row in rows.new if row.task_id is None for unit in row.units]
    deleted = [gone[name] for name in without if name in gone]
    return mangled("id_deleted", _named(deleted), grounds.lang) if deleted else None


def natural(fields: Mapping[str, Value]) -> tuple[Value, Value]:
    """Give what names a task to people: its content and its document."""
    return fields.get("task_content"), fields.get("document_number")


def _named(keys: Iterable[Key]) -> str:
    tasks = sorted({key.task_id for key in keys})
    return ", ".join(tasks[:NAMED]) + ("…" if len(tasks) > NAMED else "")


def _many(count: int, total: int) -> bool:
    return count > FEW and count > SHARE * total


def _differing(known: Sequence[tuple[TableRow, Mapping[str, Value]]], name: str) -> list[tuple[str, str]]:
    """Give (drawn, now) of a column's cells that are no longer as drawn, as texts."""
    pairs = []
    for row, then in known:
        value = row.values.get(name) if name in row.columns else then.get(name)
        if isinstance(value, Unread) or not same(value, then.get(name)):
            pairs.append((as_text(then.get(name)), as_text(value.raw if isinstance(value, Unread) else value)))
    return pairs


def _is_cleared(row: TableRow, then: Mapping[str, Value]) -> bool:
    return any(row.values.get(name) is None and then.get(name) is not None for name in row.columns)


def _is_sorted_alone(known: Sequence[tuple[TableRow, Mapping[str, Value]]], name: str) -> bool:
    """Say whether a column holds what was drawn, in other rows."""
    if assignment_spec().by_name[name].owner not in {Owner.OFFICE, Owner.UNIT}:
        return False
    pairs = _differing(known, name)
    return _many(len(pairs), len(known)) and Counter(then for then, _ in pairs) == Counter(now for _, now in pairs)
