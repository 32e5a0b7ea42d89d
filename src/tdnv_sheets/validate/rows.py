"""Judge the rows of «Cập nhật» and «Nhiệm vụ thiếu»: which may go on, and what is to be said about the others."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.records import SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.cells import Unread, as_text, in_words, nearest_choice
from tdnv_sheets.validate.decide import is_same
from tdnv_sheets.validate.rules import CONTEXT, EXPECTED
from tdnv_sheets.validate.schema import FIRST_DAY, LAST_DAY, TOUCHED, Failure
from tdnv_sheets.validate.table import Spot, Table, TableRow, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec


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
        for spec in kept:
            before = then.get(spec.name)
            if before is not None and row.values.get(spec.name) is None:
                yield table.about("not-cleared", Spot(row, spec.name, task), issued=in_words(spec, before, lang))


def judged(
    row: TableRow, names: Sequence[str], then: Mapping[str, Value], changed: frozenset[str]
) -> dict[str, object]:
    """Give what pandera and the rules see of a row: its cells, the office's own beside them, and what was changed."""
    judged: dict[str, object] = dict(zip(CONTEXT, map(then.get, CONTEXT), strict=True))
    judged |= zip(names, map(row.values.get, names), strict=True)
    judged[TOUCHED] = changed
    return judged


def is_said(row: TableRow, name: str) -> bool:
    """Say whether it was already said what is wrong with a cell: one cell, one mark."""
    return name in row.blind or name in row.marked


def explain(
    table: Table, row: TableRow, task: str, failure: Failure, cells: Mapping[str, object], *, lang: str, as_of: date
) -> About:
    """Turn one broken check into a finding that says what would be right."""
    spec = assignment_spec().by_name[failure.field]
    values = reasons(spec, failure.code, cells, lang=lang, as_of=as_of)
    if failure.code == "not-in-list":
        values["choices"] = _choices(spec, as_text(row.raw.get(spec.name)), lang)
    return table.about(failure.code, Spot(row, failure.field, task), **values)


def reasons(spec: FieldSpec, code: str, cells: Mapping[str, object], *, lang: str, as_of: date) -> dict[str, str]:
    """Give the values that a broken check is explained with: what would be right, or with which cell it does not agree."""
    if code == "too-long":
        return {"max": str(spec.max_length)}
    if code == "date-out-of-range":
        return {"low": f"{FIRST_DAY:%d/%m/%Y}", "high": f"{LAST_DAY:%d/%m/%Y}"}
    if code == "future-date":
        return {"as_of": f"{as_of:%d/%m/%Y}"}
    if other := _other(spec, code, cells):
        other_spec, value = assignment_spec().by_name[other], cells[other]
        words = "" if isinstance(value, Unread) else in_words(other_spec, _value(value), lang)
        return {"other": other_spec.header(lang), "other_value": shorten(words)}
    return {}


def _value(value: object) -> Value:
    return value if isinstance(value, (str, int, float, date)) else None


def _other(spec: FieldSpec, code: str, cells: Mapping[str, object]) -> str:
    """Name the field with which a cell does not agree; empty when the rule is about the cell alone."""
    if code == "required-because":
        return next((name for name, codes in spec.required_when.items() if cells.get(name) in codes), "")
    if code == "date-order":
        return "assigned_date" if isinstance(cells.get("assigned_date"), date) else "document_date"
    if code == "extension-not-later":
        return "extended_deadline" if isinstance(cells.get("extended_deadline"), date) else "deadline"
    if code in {"not-a-final-result", "returned-but-done"}:
        return "progress"
    return EXPECTED[spec.name] if code == "expected-because" else ""


def _choices(spec: FieldSpec, typed: str, lang: str) -> str:
    """List what may be chosen, the one that is most like what was typed first."""
    near = nearest_choice(spec, typed)
    labels = [choice.labels[lang] for choice in spec.choices if choice is not near]
    first = [f"{near.labels[lang]} (≈ {shorten(typed)})"] if near else []
    return "; ".join([*first, *labels])


def statements(row: TableRow, names: Sequence[str]) -> dict[str, Value]:
    """Give the cells that state something: those that could be read (rule 10)."""
    stated = zip(names, map(row.values.get, names), strict=True)
    return {name: value for name, value in stated if not isinstance(value, Unread)}


def differs(row: SubmittedRow, base: Mapping[str, Mapping[str, Value]]) -> bool:
    """Say whether a row states anything new."""
    then = base.get(row.key.task_id, {}) if row.key else {}
    return any(not same(then.get(name), value) for name, value in row.cells.items())


def missing_rows(table: Table, issued: Iterable[str]) -> list[About]:
    """Name the issued tasks that the sheet no longer holds; they count as not reported, never as deleted (rule 11)."""
    sent = {row.task for row in table.rows}
    gone = [task for task in issued if task not in sent]
    if not gone:
        return []
    if not table.rows:
        values = {"count": str(len(gone)), "sheet": table.sheet}
        return [About(found("no-rows", table.sheet, values=values))]
    more = "…" if len(gone) > 10 else ""  # noqa: PLR2004 - a message names ten at most
    values = {"count": str(len(gone)), "tasks": ", ".join(gone[:10]) + more}
    return [About(found("missing-row", table.sheet, values=values))]


def proposals(
    table: Table | None, broken: Iterable[Failure], abouts: list[About], *, lang: str, as_of: date
) -> tuple[SubmittedRow, ...]:
    """Take the good rows of «Nhiệm vụ thiếu»; say what is wrong with the others."""
    if table is None or not table.rows:
        return ()
    bad = set()
    for failure in broken:
        row = table.rows[failure.row]
        if is_said(row, failure.field):
            continue
        bad.add(row.number)
        abouts.append(explain(table, row, "", failure, row.cells(), lang=lang, as_of=as_of))
    for row in table.rows:
        if row.marked:
            bad.add(row.number)
        for name, code in row.blind.items():
            bad.add(row.number)
            abouts.append(table.about(code, Spot(row, name)))
    good = [row for row in table.rows if row.number not in bad]
    return tuple(SubmittedRow(row.number, None, statements(row, row.columns)) for row in good)
