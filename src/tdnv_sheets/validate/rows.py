"""Judge the rows of «Cập nhật» and «Nhiệm vụ thiếu»: which may go on, and what is to be said about the others."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.records import SubmittedRow
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.cells import Unread, as_text, in_words, nearest_choice
from tdnv_sheets.validate.rules import EXPECTED
from tdnv_sheets.validate.schema import FIRST_DAY, LAST_DAY, Failure
from tdnv_sheets.validate.table import Spot, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec


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
        other_spec, value = assignment_spec().by_name[other], cells.get(other)
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
    stated: dict[str, Value] = dict.fromkeys(names)
    for name, value in row.values.items():  # most cells are empty, and have no value here
        if name in stated:
            if isinstance(value, Unread):
                del stated[name]
            else:
                stated[name] = value
    return stated


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
