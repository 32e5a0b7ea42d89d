"""Keep «Nhật ký tiếp nhận» as the ledger's list of arrivals says; it never stops or delays the taking in of files."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BrokenSurroundings, TdnvError, WaitsForPerson
from tdnv_sheets.findings import Finding, Severity
from tdnv_sheets.inbox import heartbeat
from tdnv_sheets.inbox.shelf import NOTE_SUFFIX, free_name
from tdnv_sheets.inbox.workspace import is_open, owner_of, put_in_place
from tdnv_sheets.ledger.arrivals import (
    count_arrivals,
    last_arrival,
    last_round,
    read_arrivals,
    round_of,
    verdicts_since,
)
from tdnv_sheets.messages.catalogue import finding_fix, finding_text, found, say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.records import units_by_code
from tdnv_sheets.render.journal import JournalLine, JournalView, Watch, draw_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tdnv_sheets.ledger.arrivals import Arrival
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import Unit

LINES: Final = 5_000
"""Files that the journal shows; the ledger knows all of them."""
_TAKEN: Final = ("accepted", "partly")
_TO_DO: Final = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is remembered of the last drawing, in `.tdnv/journal.json`."""

    under: str = ""
    """Digest of all that it depends on."""
    digest: str = ""
    """Of the workbook drawn."""
    before: str = ""
    """Of the workbook that it was to replace; that lies there where the command died in between."""
    at: str = ""
    waits: str = ""
    """Since when a newer drawing waits; empty when none does."""


def refresh_journal(office: Office, moment: Moment) -> TdnvError | None:
    """Draw the journal anew where anything changed since; gives the reason why it has to wait for the next time."""
    space = office.space
    try:
        under = _under(office, moment)
        last = last_drawn(space)
        there = file_digest(space.journal) if space.journal.exists() else ""
        if under == last.under and there and (there != last.before or there == last.digest):
            return None
        _draw(office, moment, under, last, there)
    except WaitsForPerson as problem:
        if problem.code == "file-locked":  # by whoever reads it; of the ledger this says nothing
            with suppress(OSError):
                last = last_drawn(space)
                _remember(space, replace(last, waits=last.waits or moment.now.isoformat()))
        return problem
    except TdnvError as problem:
        return problem
    except OSError as problem:
        return BrokenSurroundings("cannot-write", path=space.journal, problem=problem)
    return None


def last_drawn(space: Workspace) -> Drawn:
    """Give what is remembered of the last drawing; an empty one where there is none."""
    with suppress(OSError, ValueError, TypeError):
        return Drawn(**json.loads(_place(space).read_text(encoding="utf-8")))
    return Drawn()


def _place(space: Workspace) -> Path:
    return space.hidden / "journal.json"


def _remember(space: Workspace, drawn: Drawn) -> None:
    _place(space).write_text(json.dumps(asdict(drawn)), encoding="utf-8")


def _under(office: Office, moment: Moment) -> str:
    """Give one text for all that the journal depends on besides the time of day."""
    ledger, watch = office.ledger, _watch(office.space)
    parts = (version("tdnv-sheets"), ledger.identity(), last_arrival(ledger), ledger.revision(), ledger.issued())
    state = None if watch is None else (watch.state, None if watch.state == "runs" else watch.at)
    text = repr((*parts, moment.now.date(), office.space.settings, office.units, state))
    return hashlib.sha256(text.encode()).hexdigest()


def _draw(office: Office, moment: Moment, under: str, last: Drawn, there: str) -> None:
    space = office.space
    if is_open(space.journal):  # all day long, maybe: what it would show is not gathered in vain
        raise WaitsForPerson("file-locked", path=space.journal, who=owner_of(space.journal))
    view = journal_view(office, moment)

    def draw(temporary: Path) -> None:
        draw_journal(view, temporary)
        # Written before the workbook is replaced: a command that dies in between leaves one of the two digests there.
        _remember(space, Drawn(under, file_digest(temporary), there, moment.now.isoformat()))

    # What people wrote into it in spite of all is kept.
    edited = there and there not in {last.digest, last.before}
    name = f"{space.journal.stem} {moment.now:%Y-%m-%d %H%M%S}{space.journal.suffix}"
    put_in_place(draw, space.journal, backup=free_name(space.backups, name) if edited else None)


def journal_view(office: Office, moment: Moment) -> JournalView:
    """Gather what the journal shows at a moment."""
    space, ledger, lang = office.space, office.ledger, office.lang
    units = units_by_code(office.units)
    today = datetime.combine(moment.now.date(), time())
    period = last_round(ledger)
    sent_to, silent = round_of(ledger, period)
    names = space.settings.folders
    return JournalView(
        office=space.settings.office,
        lang=lang,
        now=moment.now,
        lines=tuple(_lines(read_arrivals(ledger, limit=LINES), units, lang)),
        total=count_arrivals(ledger),
        today=verdicts_since(ledger, today),
        month=verdicts_since(ledger, today.replace(day=1)),
        period=parse_period(period).title(lang) if period else "",
        sent_to=sent_to,
        silent=tuple(sorted(units[code].name if code in units else code for code in silent)),
        watch=_watch(space),
        folders={name: getattr(names, name) for name in ("inbox", "archive", "returned", "quarantine")},
        colours=space.settings.colours,
    )


def _lines(arrivals: tuple[Arrival, ...], units: Mapping[str, Unit], lang: str) -> Iterator[JournalLine]:
    titles: dict[str, str] = {"": ""}
    for one in arrivals:
        if one.period not in titles:
            titles[one.period] = parse_period(one.period).title(lang)
        yield JournalLine(
            at=one.at,
            file=one.name or say("journal.secret_file", lang),
            unit=units[one.unit].name if one.unit in units else one.unit,
            period=titles[one.period],
            verdict=one.verdict,
            undone=one.undone,
            accepted=one.rows - one.held if one.verdict in _TAKEN else 0,
            cells=one.cells,
            held=one.held,
            conflicts=one.conflicts,
            why=_why(one, lang),
            kept=f"{one.kept}{NOTE_SUFFIX}" if one.kept and one.verdict == "quarantined" else one.kept,
            marked=one.marked,
        )


def _why(one: Arrival, lang: str) -> str:
    """Say in a line or two why a file was not simply taken in, and what is to be done about it."""
    if not one.name:
        return say("journal.secret_why", lang)
    parts = []
    if one.marked:
        parts.append(say("journal.send_back", lang))
    if one.conflicts:
        parts.append(say("journal.choose", lang))
    finding = _finding(one.reason)
    if finding is not None and (finding.severity in _TO_DO or one.verdict != "accepted"):
        parts.append(finding_text(finding, lang))
        if finding.severity in _TO_DO and not one.marked:
            parts.append(finding_fix(finding, lang))
        if len(one.codes) > 1:
            parts.append(say("journal.and_more", lang, count=len(one.codes) - 1))
    return " ".join(parts)


def _finding(stored: str) -> Finding | None:
    """Give a stored finding; None where there is none, or a later catalogue no longer has its words."""
    if not stored:
        return None
    given: dict[str, Any] = json.loads(stored)
    places = {name: given.get(name, "") for name in ("column", "value")}
    try:
        finding = found(
            given["code"], given["sheet"], given["cell"], given["row"], values=given.get("values", {}), **places
        )
        finding_text(finding, "vi")
    except KeyError:
        return None
    return finding


def _watch(space: Workspace) -> Watch | None:
    """Read when the watcher was last seen, from the file that it writes again and again; None where there is none."""
    beat = heartbeat.read(space.hidden)
    if beat is None:
        return None
    state, at = "runs", beat.seen
    if beat.stopped:
        state, at = "stopped", beat.stopped
    elif beat.inbox != "well":
        state, at = "lost", beat.inbox_since
    with suppress(ValueError):
        return Watch(state, datetime.fromisoformat(at))
    return None
