"""Settle conflicts from the command line, with the same code as the choices on «Xung đột»."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings, WrongUsage
from tdnv_sheets.findings import has_error
from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.ledger.conflicts import read_disputes
from tdnv_sheets.ledger.values import fingerprint
from tdnv_sheets.pipeline.chosen import settle
from tdnv_sheets.pipeline.decided import followed
from tdnv_sheets.validate.cells import Unread
from tdnv_sheets.validate.choices import Choice, other_value
from tdnv_sheets.validate.secrecy import refuse_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdnv_sheets.findings import About
    from tdnv_sheets.ledger.conflicts import Dispute
    from tdnv_sheets.ledger.entries import OpenConflict
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Value

_TRIES: Final = 50
"""How often a choice is applied anew while other commands write to the ledger."""
OTHER: Final = "other"
_TOO_LARGE: Final = 2**31
"""No database can look for such a number."""


class Wish(NamedTuple):
    """What a person wants of some conflicts."""

    choice: str
    """`ours`, `theirs` or `other`."""
    value: str = ""
    """As typed, for `other`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of conflicts that were to be settled."""

    applied: tuple[Dispute, ...] = ()
    left: tuple[Dispute, ...] = ()
    """Those that were settled or replaced before: nothing was applied to them."""
    revision: int | None = None
    notes: tuple[About, ...] = ()
    """What the choices bring with them; with an error among them nothing was applied."""


def resolve(office: Office, numbers: Sequence[int], wish: Wish, moment: Moment) -> Resolved:
    """Settle the conflicts of these *numbers* in one revision.

    Raises `WrongUsage` for a number that never was, a value that its column cannot hold, and words with a mark of secrecy.
    """
    refuse_secrets(wish.value, wish.reason)
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        items = [_conflict(office, number) for number in dict.fromkeys(numbers)]
        chosen = [_choice(item, wish) for item in items if item.state == "open"]
        settled = settle(office.ledger, chosen)
        entry = Entry(
            at=moment.now,
            day=moment.as_of,
            who=office.space.settings.office,
            source="choice",
            decided_at=decided_at,
            changes=settled.changes,
            removals=settled.restored,
            settlements=settled.settlements,
        )
        tasks = office.ledger.assignments(change.key for change in entry.changes)
        entry, notes = followed(office, entry, {key: item.fields for key, item in tasks.items()}, moment.as_of)
        if has_error(notes):
            return Resolved(left=_disputes(office, {item.number for item in items}), notes=tuple(notes))
        done = commit(office.ledger, entry)
        if done is not None:
            applied = {made.number for made in settled.settlements}
            all_of_them = _disputes(office, {item.number for item in items})
            return Resolved(
                tuple(item for item in all_of_them if item.number in applied),
                tuple(item for item in all_of_them if item.number not in applied),
                done.revision,
                tuple(notes),
            )
    raise BrokenSurroundings("ledger-moved")


def waiting(office: Office, unit: str | None) -> tuple[int, ...]:
    """Give the numbers of the open conflicts, all or those of one unit."""
    return tuple(item.number for item in read_disputes(office.ledger, unit=unit))


def _conflict(office: Office, number: int) -> OpenConflict:
    item = office.ledger.conflict(number) if number < _TOO_LARGE else None
    if item is None:
        raise WrongUsage("no-such-conflict", number=number)
    return item


def _choice(item: OpenConflict, wish: Wish) -> Choice:
    value: Value = None
    if wish.choice == OTHER:
        read = other_value(wish.value, item.conflict.field)
        if isinstance(read, Unread) or read is None:
            raise WrongUsage("no-such-value", number=item.number, value=wish.value)
        value = read
    # What is shown of a conflict is the ledger's value as long as it is open: another one gets another number.
    return Choice(item.number, wish.choice, value, wish.reason, fingerprint(item.conflict.ours), 0)


def _disputes(office: Office, numbers: Iterable[int]) -> tuple[Dispute, ...]:
    wanted = set(numbers)
    return tuple(item for item in read_disputes(office.ledger, settled=None) if item.number in wanted)
