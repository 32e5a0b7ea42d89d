"""Decide what a unit's submission does to the ledger as it is now, and say it: asks only for what the submission speaks of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.merge.cell import Side
from tdnv_sheets.merge.rows import Counts, Outcome, merge
from tdnv_sheets.pipeline.check import received_from
from tdnv_sheets.pipeline.tell import Register, broken_together, look_alikes, told
from tdnv_sheets.records import Key
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.validate.checked import Verdict
from tdnv_sheets.validate.decide import changed_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tdnv_sheets.findings import About
    from tdnv_sheets.ledger.store import Ledger
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.records import Submission, SubmittedRow, Value
    from tdnv_sheets.validate.checked import Checked
    from tdnv_sheets.validate.identity import Issued


class Decided(NamedTuple):
    """An outcome and the two states that it was decided on."""

    outcome: Outcome
    base: Mapping[Key, Mapping[str, Value]] | None
    ours: Mapping[Key, Mapping[str, Value]]


NOTHING_DECIDED: Final = Decided(Outcome(), {}, {})


def decide(ledger: Ledger, submission: Submission, issued: Issued | None, *, max_cleared: int | None = None) -> Decided:
    """Merge a unit's submission against what was issued to it and the ledger as it is now."""
    keys = [row.key for row in submission.rows if row.key is not None]
    base = None
    ours: dict[Key, Mapping[str, Value]] = {}
    if submission.revision is not None and issued is not None:
        base = {Key(task, issued.unit): fields for task, fields in issued.base.items()}
        ours = ledger.as_now(base, issued.revision)
    others = [key for key in keys if base is None or key not in base]
    if others:
        ours |= {key: item.fields for key, item in ledger.assignments(others).items()}
    waiting = {(item.conflict.key, item.conflict.field): item.conflict for item in ledger.open_conflicts(keys=keys)}
    outcome = merge(
        submission,
        base,
        ours,
        spec=assignment_spec(),
        side=Side.UNIT,
        waiting=waiting,
        max_cleared=max_cleared,
    )
    return Decided(outcome, base, ours)


def _counted(checked: Checked, outcome: Outcome) -> tuple[Counts, Counts]:
    """Count rows and cells of a whole file (30): what was merged, what was held back before, what was proposed."""
    submission = checked.submission
    going = {row.row for row in submission.rows} if submission is not None else set()
    proposed = len(submission.proposals) if submission is not None and outcome.mass_clear is None else 0
    names = {spec.name for spec in assignment_spec().shown_on("update") if spec.owner is Owner.UNIT}
    base = checked.issued.base if checked.issued else {}
    held = sum(
        len(changed_fields(row, names & set(row.columns), base.get(task, {})))
        for task, row in checked.rows
        if row.number not in going
    )
    rows = outcome.rows._replace(new=proposed, refused=outcome.rows.refused + checked.held)
    return rows, outcome.cells._replace(refused=outcome.cells.refused + held)


def proposed(checked: Checked, outcome: Outcome) -> tuple[SubmittedRow, ...]:
    """Give the rows of «Nhiệm vụ thiếu» that go on; a file that is held proposes nothing."""
    going = checked.submission is not None and outcome.mass_clear is None
    return checked.submission.proposals if going and checked.submission is not None else ()


def received_of(office: Office, name: str, checked: Checked, decided: Decided, moment: Moment) -> Received:
    """Say what the merge decided about a file."""
    outcome = decided.outcome
    final = office.regulation.completion(moment.as_of).final_document
    rows, cells = _counted(checked, outcome)
    abouts = [
        *told(decided, checked.submission.revision if checked.submission else None, office.lang),
        *broken_together(decided, moment.as_of, office.lang, final_document=final),
        *_look_alikes(office, proposed(checked, outcome), checked.unit),
    ]
    held = outcome.mass_clear is not None
    received = received_from(name, checked)
    return replace(
        received,
        verdict=Verdict.QUARANTINED if held else checked.verdict,
        held=received.total if held else received.held,
        abouts=(*checked.abouts, *abouts),
        changes=outcome.changes,
        conflicts=outcome.conflicts,
        same=outcome.same,
        rows=rows,
        cells=cells,
    )


def _look_alikes(office: Office, proposed: Sequence[SubmittedRow], unit: str) -> Iterator[About]:
    if proposed:
        known = office.ledger.saying(row.cells.get("task_content") for row in proposed)
        names = {known_unit.code: known_unit.name for known_unit in office.units}
        register = Register(known, office.ledger.open_proposals(), names, office.lang)
        yield from look_alikes(proposed, unit, register)
