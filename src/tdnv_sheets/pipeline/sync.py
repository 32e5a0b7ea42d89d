"""One round of the office's day: read the register back, take the inbox in, apply the rules, draw the register anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tdnv_sheets.errors import TdnvError, WaitsForPerson
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.journal import refresh_journal
from tdnv_sheets.pipeline.lost import lost, write_note
from tdnv_sheets.pipeline.not_taken import refresh_lists
from tdnv_sheets.pipeline.occurrences import open_occurrences
from tdnv_sheets.pipeline.readback import ReadBack, read_back
from tdnv_sheets.pipeline.redraw import redraw
from tdnv_sheets.pipeline.succession import succeed

if TYPE_CHECKING:
    from pathlib import Path

    from tdnv_sheets.findings import About
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tdnv_sheets.pipeline.redraw import Redrawn


@dataclass(frozen=True, slots=True)
class Synced:
    """What one round did."""

    register: ReadBack
    received: tuple[Received, ...] = ()
    drawn: Path | None = None
    drawn_at: int | None = None
    """The revision of the ledger that it shows."""
    waits: TdnvError | None = None
    """Why the register could not be read or drawn now; intake went on."""
    journal: TdnvError | None = None
    """Why the list of received files is not as new as it could be; nothing else waits for it."""


def sync(office: Office, moment: Moment, *, with_inbox: bool = True, meant: bool = False) -> Synced:
    """Do one round; a mangled register stops it before anything is written, unless its mass edits are *meant*."""
    done = _round(office, moment, with_inbox=with_inbox, meant=meant)
    return replace(done, journal=refresh_journal(office, moment))


def _round(office: Office, moment: Moment, *, with_inbox: bool, meant: bool) -> Synced:
    waits: TdnvError | None = None
    register = ReadBack(None)
    try:
        register = read_back(office, moment, meant=meant)
    except WaitsForPerson as problem:
        waits = problem
    if register.mangled:
        return Synced(register)
    received = tuple(ingest(office, None, moment)) if with_inbox else ()
    if register.settled:
        refresh_lists(office, moment)
    if waits is not None or not register.ok:
        return Synced(register, received, waits=waits)
    succeeded = succeed(office, moment)
    opened = open_occurrences(office, moment)
    register = replace(register, abouts=(*register.abouts, *succeeded.abouts, *opened.abouts))
    notes: tuple[About, ...] = ()

    def tell(drawn: Redrawn) -> None:
        nonlocal notes
        notes = lost(register.own_sheets, drawn)
        write_note(drawn.path, notes, moment.now, office.lang)

    try:
        drawn = redraw(office, as_of=moment.as_of, now=moment.now, read=register.digest, tell=tell)
    except WaitsForPerson as problem:
        return Synced(register, received, waits=problem)
    return Synced(replace(register, abouts=(*register.abouts, *notes)), received, drawn.path, drawn.revision)
