"""Apply what the office chose on «Xung đột» and «Đề xuất», each only to what was shown when it was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdnv_sheets.findings import About
from tdnv_sheets.ledger.commit import NewTask, ProposalSettlement, Settlement
from tdnv_sheets.ledger.undone import removed
from tdnv_sheets.ledger.values import fingerprint
from tdnv_sheets.messages.catalogue import found
from tdnv_sheets.records import EXTRA, Change
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.register_rows import completed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from tdnv_sheets.ledger.entries import OpenConflict
    from tdnv_sheets.ledger.store import Ledger
    from tdnv_sheets.records import Conflict, Key
    from tdnv_sheets.validate.choices import Choice, ProposalChoice


@dataclass(frozen=True, slots=True)
class Settled:
    """What choices on conflicts do to the ledger."""

    settlements: tuple[Settlement, ...] = ()
    changes: tuple[Change, ...] = ()
    restored: tuple[tuple[Key, bool], ...] = ()
    """Assignments that had been removed and come back (rule 12), as the ledger's entries have them."""


def conflict_choices(
    ledger: Ledger, made: Sequence[Choice], edited: AbstractSet[tuple[Key, str]], lang: str
) -> tuple[Settled, list[About]]:
    """Apply what was chosen in «Xung đột»; *edited* are cells that were also typed over in «Nhiệm vụ»."""
    notes: list[About] = []
    good: list[Choice] = []
    waiting = {item.number: item for item in ledger.open_conflicts()}
    for choice in made:
        item = waiting.get(choice.number)
        if item is None:
            notes += _too_late(choice, ledger.conflict(choice.number), lang)
        elif (item.conflict.key, item.conflict.field) in edited or choice.fingerprint != fingerprint(
            item.conflict.ours
        ):
            notes.append(_moved(choice, item, lang))
        else:
            good.append(choice)
    return settle(ledger, good), notes


def settle(ledger: Ledger, made: Sequence[Choice]) -> Settled:
    """Say what choices on open conflicts do; one for the unit's value brings a removed assignment back (rule 12)."""
    if not made:
        return Settled()
    waiting = {item.number: item.conflict for item in ledger.open_conflicts()}
    gone = removed(ledger, (waiting[choice.number].key for choice in made))
    back = {key: item.fields for key, item in gone.items() if any(_restores(choice, waiting, key) for choice in made)}
    settlements, changes = [], []
    for choice in made:
        conflict = waiting[choice.number]
        settlements.append(Settlement(choice.number, choice.choice, choice.reason))
        now = back[conflict.key].get(conflict.field) if conflict.key in back else conflict.ours
        value = {"ours": now, "theirs": conflict.theirs}.get(choice.choice, choice.other)
        if not same(value, now):
            changes.append(Change(conflict.key, conflict.field, now, value, "choice"))
    return Settled(tuple(settlements), tuple(changes), tuple((key, True) for key in back))


def _restores(choice: Choice, waiting: Mapping[int, Conflict], key: Key) -> bool:
    return choice.choice != "ours" and waiting[choice.number].key == key


def _too_late(choice: Choice, item: OpenConflict | None, lang: str) -> Iterator[About]:
    """Say that a choice came after its conflict had gone; one that was settled just so needs no word."""
    if item is None:
        yield About(found("choice-nowhere", row=choice.row))
    elif item.state != choice.choice:
        yield _moved(choice, item, lang)


def _moved(choice: Choice, item: OpenConflict, lang: str) -> About:
    values = {"task": item.conflict.key.task_id}
    spec = assignment_spec().by_name.get(item.conflict.field)
    column = spec.header(lang) if spec else item.conflict.field.removeprefix(EXTRA)
    return About(found("conflict-moved", row=choice.row, column=column, values=values))


def proposal_choices(
    ledger: Ledger, made: Sequence[ProposalChoice], as_of: date, *, first: int
) -> tuple[list[ProposalSettlement], list[NewTask], list[About]]:
    """Apply what was chosen in «Đề xuất»; accepted tasks come after the *first* new tasks of the entry."""
    settlements: list[ProposalSettlement] = []
    accepted: list[NewTask] = []
    notes: list[About] = []
    waiting = {proposal.number: proposal for proposal in ledger.open_proposals()}
    for line in made:
        proposal = waiting.get(line.number)
        if proposal is None:
            notes += _decided_before(line, ledger.proposal_state(line.number))
            continue
        settlements.append(ProposalSettlement(line.number, first + len(accepted) if line.accepted else None))
        if line.accepted:
            fields = completed({**proposal.fields, **line.fields}, as_of)
            accepted.append(NewTask((proposal.unit,), fields))
    return settlements, accepted, notes


def _decided_before(line: ProposalChoice, state: str | None) -> Iterator[About]:
    """Say that a proposal had been decided otherwise; one that was decided just so needs no word."""
    if state is None:
        yield About(found("choice-nowhere", row=line.row))
    elif state != ("accepted" if line.accepted else "declined"):
        yield About(found("proposal-moved", row=line.row))
