"""Say what a merge decided beyond the cells that it took: what waits, what stays, what only shows once both are joined."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, Finding, shorten
from tdnv_sheets.ledger.parallel import SEEN
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_text, found, say
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.text.unicode import fold
from tdnv_sheets.validate.cells import in_words
from tdnv_sheets.validate.frame import CONTEXT, TOUCHED
from tdnv_sheets.validate.rows import reasons
from tdnv_sheets.validate.rules import row_rules
from tdnv_sheets.validate.schema import failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.merge.rows import Outcome
    from tdnv_sheets.pipeline.decide import Decided
    from tdnv_sheets.records import Assignment, Key, Proposal, SubmittedRow, Value
    from tdnv_sheets.sheetspec import FieldSpec

_UPDATE: Final = "update"
_NATURAL: Final = ("task_content", "document_number")
"""What names a task to people."""


def told(decided: Decided, seen: int | None, lang: str) -> Iterator[About]:
    """Say what waits for a choice, what was held, and what changed on both sides; *seen* is the sender's revision."""
    outcome = decided.outcome
    if outcome.mass_clear is not None:
        values = {"cleared": str(outcome.mass_clear.cells), "filled": str(outcome.mass_clear.filled)}
        yield About(found("mass-clear", values=values))
    yield from _conflicts(outcome, lang, known_base=decided.base is not None)
    spec, since = assignment_spec().by_name["decision"], {SEEN: str(seen or 0)}
    for key in outcome.closed:
        decision = {f"decision_{word}": spec.label(decided.ours[key].get("decision"), word) for word in LANGUAGES}
        yield About(found("closed-edited", values=decision | since), key.task_id, "decision")
    closed = set(outcome.closed)
    parallel = found("parallel-update", values=since)
    yield from (About(parallel, key.task_id) for key in outcome.parallel if key not in closed)
    for kept in outcome.stayed:
        column = assignment_spec().by_name[kept.field]
        ours = {f"ours_{word}": _quoted(column, kept.versions.ours, word) for word in LANGUAGES}
        finding = found("still-as-issued", column=column.header(lang), values=ours)
        yield About(finding, kept.key.task_id, kept.field)


def _conflicts(outcome: Outcome, lang: str, *, known_base: bool) -> Iterator[About]:
    """Say which cells wait for a choice; without a base nobody knows who changed what."""
    removed = set(outcome.removed)
    for conflict in outcome.conflicts:
        spec = assignment_spec().by_name[conflict.field]
        code = "conflict" if known_base else "unknown-base"
        value, ours = (shorten(in_words(spec, said, lang)) for said in (conflict.theirs, conflict.ours))
        finding = found(code, column=spec.header(lang), value=value, values={"ours": ours})
        if conflict.key in removed:
            finding = found("removed-edited", column=spec.header(lang), value=value)
        yield About(finding, conflict.key.task_id, conflict.field)


def _quoted(spec: FieldSpec, value: Value, lang: str) -> str:
    return say("pipeline.blank", lang) if value is None else f"«{shorten(in_words(spec, value, lang))}»"


class Register(NamedTuple):
    """What proposed rows are compared with."""

    tasks: Mapping[Key, Assignment]
    """Those that say the same words."""
    proposals: Sequence[Proposal]
    """Those that wait for the office."""
    names: Mapping[str, str]
    """Code → name of the units."""
    lang: str


def look_alikes(proposed: Iterable[SubmittedRow], unit: str, register: Register) -> Iterator[About]:
    """Name the tasks and the proposals that a proposed row seems to repeat; nothing is joined by itself (13)."""
    sheet = say("template.sheet_missing", register.lang)
    for row in proposed:
        for key, item in register.tasks.items():
            if is_alike(row.cells, item.fields):
                values = {"task": key.task_id, "unit": register.names.get(key.unit, key.unit)}
                yield About(found("known-task", sheet, row=row.row, values=values), key.task_id)
        filled = {name: value for name, value in row.cells.items() if value is not None}
        for other in register.proposals:
            again = other.unit == unit and dict(other.fields) == filled
            if is_alike(row.cells, other.fields) and not again:
                values = {"unit": register.names.get(other.unit, other.unit), "at": f"{other.at:%H:%M %d/%m/%Y}"}
                yield About(found("known-proposal", sheet, row=row.row, values=values))


def is_alike(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Say whether two tasks have the same words and, where both name one, the same document."""
    words, numbers = ([fold(str(of.get(name) or "")) for of in (one, other)] for name in _NATURAL)
    return bool(words[0]) and words[0] == words[1] and (numbers[0] == numbers[1] or not all(numbers))


def broken_together(decided: Decided, as_of: date, lang: str, *, final_document: bool) -> list[About]:
    """Find the rules that hold for each side alone and not for both together (27).

    Only rows are judged in which both sides changed something that rules look at; there are mostly none.
    """
    if not decided.outcome.parallel:
        return []
    fields = tuple(spec for spec in assignment_spec().shown_on(_UPDATE) if spec.owner is Owner.UNIT)
    looked_at = {*CONTEXT, *(spec.name for spec in fields)}
    new: dict[Key, dict[str, Value]] = {}
    for change in decided.outcome.changes:
        new.setdefault(change.key, {})[change.field] = change.new
    keys, frame = [], []
    for key in decided.outcome.parallel:
        then, now = (decided.base or {})[key], decided.ours[key]
        moved = {name for name in looked_at if not same(then.get(name), now.get(name))}
        if moved:
            keys.append(key)
            frame.append(_judged({**then, **new[key]}, looked_at, frozenset(new[key])))
            frame.append(_judged({**now, **new[key]}, looked_at, frozenset(moved | new[key].keys())))
    broken = failures(frame, fields, row_rules(fields, as_of, final_document=final_document)) if frame else []
    alone = {(failure.row, failure.field, failure.code) for failure in broken if failure.row % 2 == 0}
    abouts = []
    for failure in broken:
        if failure.row % 2 and (failure.row - 1, failure.field, failure.code) not in alone:
            spec, key = assignment_spec().by_name[failure.field], keys[failure.row // 2]
            cells = frame[failure.row]
            abouts.append(About(_doubt(spec, failure.code, cells, as_of, lang), key.task_id, failure.field))
    return abouts


def _judged(fields: Mapping[str, Value], names: set[str], touched: frozenset[str]) -> dict[str, object]:
    return {name: fields.get(name) for name in names} | {TOUCHED: touched}


def _doubt(spec: FieldSpec, code: str, cells: Mapping[str, object], as_of: date, lang: str) -> Finding:
    value = cells.get(spec.name)
    shown = in_words(spec, value, lang) if isinstance(value, (str, int, float, date)) else ""
    what = {}
    for word in LANGUAGES:
        values = reasons(spec, code, cells, lang=word, as_of=as_of)
        what[f"what_{word}"] = finding_text(
            found(code, column=spec.header(word), value=shorten(shown), values=values), word
        )
    return found("merged-doubt", column=spec.header(lang), value=shorten(shown), values=what)
