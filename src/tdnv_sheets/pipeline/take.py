"""Take one file in that was checked: merge → one ledger transaction → file away, with a receipt."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tdnv_sheets.errors import BrokenSurroundings
from tdnv_sheets.findings import About
from tdnv_sheets.inbox import shelf
from tdnv_sheets.ledger.arrivals import record_arrival
from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.ledger.values import dump_fields
from tdnv_sheets.merge.rows import Counts
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.pipeline.arrived import arrival_of, waits
from tdnv_sheets.pipeline.check import received_from
from tdnv_sheets.pipeline.decide import NOTHING_DECIDED, decide, proposed, received_of
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.filing import finish, plan_for
from tdnv_sheets.pipeline.not_taken import stored_finding
from tdnv_sheets.pipeline.receive import Received, has_secret_name, receipt, shown_name
from tdnv_sheets.records import units_by_code
from tdnv_sheets.validate.checked import Checked, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tdnv_sheets.intake.worker import FileSeen
    from tdnv_sheets.ledger.entries import Receipt
    from tdnv_sheets.pipeline.dropped import Dropped
    from tdnv_sheets.pipeline.filing import Plan
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.records import SubmittedRow

_TRIES: Final = 50
"""How often a merge is decided anew while other commands write to the ledger."""


class Run(NamedTuple):
    """How one call takes files in."""

    moment: Moment
    dry_run: bool
    allow_clears: bool


class FileRead(NamedTuple):
    """A file after its check."""

    seen: FileSeen
    checked: Checked


def take(office: Office, one: Dropped, read: FileRead, run: Run) -> Received:
    """Merge one checked file and file it away."""
    checked = read.checked
    if has_secret_name(one.path.name):
        return _left_alone(office, one, checked, run.moment, noted=one.from_inbox and not run.dry_run)
    known = _known(office, read)
    if known is not None:
        received = _repeated(office, received_from(one.path.name, checked), known)
    else:
        received, plan = _merge(office, one, read, run)
        if plan is not None and one.here is not None:
            return finish(office, one.here, plan, received, run.moment, checked=checked)
    return received if run.dry_run else _file_away(office, one, checked, received, run.moment, digest=read.seen.digest)


def not_read(office: Office, one: Dropped, run: Run) -> Received:
    """Say of a file that another program holds it, or that its very bytes were taken in before."""
    if one.known is None:
        received = _held(one.path.name, "no-rights" if one.denied else "in-use")
        if one.from_inbox and not run.dry_run:
            waits(office, one.path.name, received, run.moment)
        return received
    checked = Checked(Verdict.DUPLICATE, (), one.known.unit, one.known.period)
    received = _repeated(office, received_from(one.path.name, checked), one.known)
    return received if run.dry_run else _file_away(office, one, checked, received, run.moment)


def _repeated(office: Office, received: Received, receipt: Receipt) -> Received:
    """Say when the same was taken in before, and whether the unit sent something newer since (20, 21)."""
    seen = [About(found("already-received", values={"at": f"{receipt.at:%H:%M %d/%m/%Y}"}))]
    newer = office.ledger.newer_file(receipt)
    if newer is not None:
        seen.append(About(found("old-copy", values={"at": f"{newer.at:%H:%M %d/%m/%Y}"})))
    rows = Counts(unchanged=received.accepted, refused=received.held)
    return replace(received, verdict=Verdict.DUPLICATE, abouts=(*received.abouts, *seen), rows=rows)


def _known(office: Office, read: FileRead) -> Receipt | None:
    """Find the receipt of the same content; a file that was taken in part may pass whole on a later day."""
    known = office.ledger.receipt(read.checked.content)
    if known is None or read.checked.verdict.value not in {known.verdict, Verdict.PARTLY.value}:
        return None
    return known


def _rows(checked: Checked) -> Sequence[SubmittedRow]:
    return checked.submission.rows if checked.submission is not None else ()


def _merge(office: Office, one: Dropped, read: FileRead, run: Run) -> tuple[Received, Plan | None]:
    """Decide and write, again when another command wrote in between; gives what is left to do with the file."""
    name, checked = one.path.name, read.checked
    if checked.verdict is Verdict.WAITING:
        return received_from(name, checked), None
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        decided = NOTHING_DECIDED
        if checked.submission is not None and checked.verdict in {Verdict.ACCEPTED, Verdict.PARTLY}:
            most = None if run.allow_clears else office.space.settings.max_cleared_percent
            decided = decide(office.ledger, checked.submission, checked.issued, max_cleared=most)
        received = received_of(office, name, checked, decided, run.moment)
        if run.dry_run or one.here is None:
            return received, None
        if _was_written_to(one.here, read.seen.digest):
            return _held(name), None
        record = _file_record(read, received, run.moment)
        plan = plan_for(office, one.here, checked, received, run.moment, digest=record["digest"])
        entry = Entry(
            at=run.moment.now,
            day=run.moment.as_of,
            who=checked.unit or "?",
            source="unit",
            decided_at=decided_at,
            reads=frozenset(row.key for row in _rows(checked) if row.key is not None),
            then=decided.ours,
            file=received.file,
            digest=read.seen.digest,
            changes=decided.outcome.changes,
            conflicts=decided.outcome.conflicts,
            proposals=tuple((checked.unit, row.cells) for row in proposed(checked, decided.outcome)),
            file_record=record,
            arrival=arrival_of(office, name, received, run.moment, plan),
        )
        committed = commit(office.ledger, entry)
        if committed is not None:
            return replace(received, revision=committed.revision), plan
        if (known := _known(office, read)) is not None:
            return _repeated(office, received_from(name, checked), known), None
    raise BrokenSurroundings("ledger-moved")


def _was_written_to(here: Path, digest: str) -> bool:
    """Say whether a program that had the file open before it was claimed wrote to it since it was read."""
    return bool(digest) and file_digest(here) != digest


def _held(name: str, code: str = "in-use") -> Received:
    return Received(shown_name(name), Verdict.WAITING, (About(found(code)),))


def _file_record(read: FileRead, received: Received, moment: Moment) -> dict[str, Any]:
    seen, checked = read.seen, read.checked
    findings = [stored_finding(about) for about in received.abouts]
    taken = received.verdict in {Verdict.ACCEPTED, Verdict.PARTLY}
    return {
        "digest": seen.digest or hashlib.sha256(f"{received.file}{seen.size}".encode()).hexdigest(),
        "content": checked.content if taken else "",
        "name": received.file,
        "at": moment.now,
        "issue": checked.submission.issue if checked.submission else "",
        "unit": checked.unit,
        "period": checked.period,
        "verdict": received.verdict.value,
        "report": dump_fields(checked.submission.report) if checked.submission else "{}",
        "findings": json.dumps(findings),
        "counts": json.dumps({"rows": received.rows._asdict(), "cells": received.cells._asdict()}),
    }


def _left_alone(office: Office, one: Dropped, checked: Checked, moment: Moment, *, noted: bool) -> Received:
    """Leave a file whose name is secret where it is, unopened; the note beside it has a name of its own."""
    received = received_from(one.path.name, checked)
    if noted:
        waits(office, one.path.name, received, moment)
        note = one.path.parent / f"{say('pipeline.secret_note', office.lang)}{shelf.NOTE_SUFFIX}"
        with suppress(OSError):  # the folder may not be ours to write to; the journal says it too
            note.write_text(receipt(received, "", moment.now, office.lang), encoding="utf-8-sig")
    return received


def _file_away(
    office: Office, one: Dropped, checked: Checked, received: Received, moment: Moment, *, digest: str = ""
) -> Received:
    """Move the file to where its verdict says, and write what people need beside it; *digest*: of what was judged."""
    if one.here is None:
        return received
    if _was_written_to(one.here, digest):
        received = _held(one.path.name)
    if received.verdict is Verdict.WAITING:
        # Nothing is kept of a file that is incomplete or may hold secrets: it goes back to where it was dropped.
        if one.from_inbox:
            waits(office, one.path.name, received, moment)
            if not office.space.inbox.is_dir():
                return received  # unplugged just now: it lies in the work folder until the inbox is back
            kept = shelf.file_away(one.here, one.path.parent, received.file)
            _note(kept, received, office, moment)
            return replace(received, kept_at=kept)
        one.here.unlink()
        return received
    digest = file_digest(one.here)
    plan = plan_for(office, one.here, checked, received, moment, digest=digest)
    record_arrival(office.ledger, arrival_of(office, one.path.name, received, moment, plan))
    return finish(office, one.here, plan, received, moment, checked=checked)


def _note(kept: Path, received: Received, office: Office, moment: Moment) -> None:
    known = units_by_code(office.units).get(received.unit)
    text = receipt(received, known.name if known else received.unit, moment.now, office.lang)
    with suppress(OSError):
        kept.with_name(f"{kept.name}{shelf.NOTE_SUFFIX}").write_text(text, encoding="utf-8-sig")
