"""One round of the office's day: read the register back, take the inbox in, apply the rules, draw the register anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import TdnvError, WaitsForPerson
from tdnv_sheets.findings import About, shorten
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.pipeline.draw import redraw
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.journal import refresh_journal
from tdnv_sheets.pipeline.not_taken import refresh_lists
from tdnv_sheets.pipeline.occurrences import open_occurrences
from tdnv_sheets.pipeline.readback import ReadBack, read_back
from tdnv_sheets.pipeline.succession import succeed
from tdnv_sheets.validate.secrecy import Secrecy, secrecy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tdnv_sheets.pipeline.check import Moment
    from tdnv_sheets.pipeline.draw import Redrawn
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received

_FEW: Final = 8
"""How many things of one kind on one sheet are named that a redraw could not keep."""


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
    try:
        drawn = redraw(office, as_of=moment.as_of, now=moment.now, read=register.digest)
    except WaitsForPerson as problem:
        return Synced(register, received, waits=problem)
    notes = _not_kept(register.own_sheets, drawn)
    return Synced(replace(register, abouts=(*register.abouts, *notes)), received, drawn.path, drawn.revision)


def _lost(drawn: Redrawn) -> Iterator[About]:
    """Say what of the office's on our sheets the new drawing cannot have; a few of each kind."""
    kinds = Counter[tuple[str, str]]()
    for item in drawn.kept.lost:
        kinds[item.what, item.sheet] += 1
        if kinds[item.what, item.sheet] <= _FEW:
            where = "!".join(part for part in (item.sheet, item.place) if part)
            about = ": ".join(part for part in (where, shorten(item.detail)) if part)
            words = {f"what_{lang}": say(f"parts.lost_{item.what}", lang) for lang in LANGUAGES}
            values = {**words, "about": about, "backup": str(drawn.backup)}
            yield About(found("register-not-kept", item.sheet, values=values))


def _not_kept(sheets: Iterable[str], drawn: Redrawn) -> Iterator[About]:
    """Say why our sheets could not be put into the office's file, what the new one does not have, and where it lies."""
    yield from _lost(drawn)
    if not drawn.kept.refused:
        return
    reasons = {f"why_{lang}": say(f"parts.graft_{drawn.kept.refused}", lang) for lang in LANGUAGES}
    yield About(found("register-drawn-anew", values={**reasons, "backup": str(drawn.backup)}))
    for name in sheets:
        values = {"sheet": "***" if secrecy(name) is Secrecy.REFUSE else name, "backup": str(drawn.backup)}
        yield About(found("sheet-not-kept", values=values))
