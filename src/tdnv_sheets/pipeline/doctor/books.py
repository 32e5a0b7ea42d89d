"""Look at the files that people keep: regulation, calendar, unit list, register and journal as they lie there."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tdnv_sheets.calendar import EVENTS
from tdnv_sheets.calendar_file import open_calendar, read_own
from tdnv_sheets.errors import TdnvError
from tdnv_sheets.findings import Finding
from tdnv_sheets.inbox.workspace import is_open, owner_of
from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_text
from tdnv_sheets.pipeline.doctor.line import Line, State
from tdnv_sheets.pipeline.journal import last_drawn
from tdnv_sheets.pipeline.regulations import open_regulation
from tdnv_sheets.pipeline.units import read_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.inbox.workspace import Workspace


def book_lines(space: Workspace) -> Iterator[Line]:
    """Say how each stands."""
    yield Line("language", "language", State.OK, {"name": space.settings.language})
    yield _regulation(space)
    yield _calendar(space)
    with Readers(1) as readers:
        yield _units(space, readers)
        yield from _register(space, readers)
    yield _journal(space)


def _regulation(space: Workspace) -> Line:
    try:
        rules = open_regulation(space.settings.regulation, space.root)
    except TdnvError as problem:
        return Line("regulation", "declaration-unusable", State.BROKEN, {"problem": problem})
    number = f" ({rules.number})" if rules.number else ""
    return Line("regulation", "regulation", State.OK, {"title": rules.title, "number": number})


def _calendar(space: Workspace) -> Line:
    path = space.calendar
    if not path.exists():
        return Line("calendar", "calendar-none", State.NOTE, {"path": path})
    try:
        open_calendar(path)
        own = read_own(path)
    except TdnvError as problem:
        return Line("calendar", "declaration-unusable", State.BROKEN, {"problem": problem})
    events = sum(special.kind in EVENTS for special in own.days)
    counts = {"path": path, "days": len(own.days) - events, "events": events}
    if not own.notes:
        return Line("calendar", "calendar", State.OK, counts)
    words = {f"notes_{lang}": " ".join(note.words(lang) for note in own.notes) for lang in LANGUAGES}
    return Line("calendar", "calendar-noted", State.NOTE, counts | words)


def _units(space: Workspace, readers: Readers) -> Line:
    path = space.units
    if not path.exists():
        return Line("units", "units-gone", State.BROKEN, {"path": path})
    try:
        units = read_units(path, readers)
    except TdnvError as problem:
        return Line("units", "declaration-unusable", State.BROKEN, {"problem": problem})
    if not units:
        return Line("units", "units-none", State.ATTENTION, {"path": path})
    return Line("units", "units", State.OK, {"count": len(units), "path": path})


def _register(space: Workspace, readers: Readers) -> Iterator[Line]:
    path = space.register
    if not path.exists():
        yield Line("register", "register-none", State.NOTE, {"path": path})
        return
    if is_open(path):
        yield Line("register", "register-open", State.NOTE, {"path": path, "who": owner_of(path)})
    try:
        _, book = readers.read(path, own=True)
    except OSError as problem:
        yield Line("register", "register-unread", State.ATTENTION, {"path": path, "problem": problem})
        return
    if isinstance(book, Finding):
        words = {f"problem_{lang}": finding_text(book, lang) for lang in LANGUAGES}
        yield Line("register", "register-unreadable", State.ATTENTION, {"path": path, **words})
    else:
        yield Line("register", "register", State.OK, {"path": path})


def _journal(space: Workspace) -> Line:
    path, last = space.journal, last_drawn(space)
    if last.waits:
        since = f"{datetime.fromisoformat(last.waits):%H:%M %d/%m/%Y}"
        return Line("journal", "journal-waits", State.NOTE, {"path": path, "since": since, "who": owner_of(path)})
    if not path.exists() or not last.at:
        return Line("journal", "journal-none", State.NOTE, {"path": path})
    at = f"{datetime.fromisoformat(last.at):%H:%M %d/%m/%Y}"
    return Line("journal", "journal", State.OK, {"path": path, "at": at})
