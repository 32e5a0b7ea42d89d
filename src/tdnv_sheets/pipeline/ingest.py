"""Take files in: claim → scan → read → check → merge → one ledger transaction → file away, with a receipt for each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BrokenSurroundings, WaitsForPerson, WrongUsage
from tdnv_sheets.findings import About, Finding, Level, Severity, shorten
from tdnv_sheets.inbox import shelf
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.intake.scan import Scan
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.ledger.commit import Entry, commit
from tdnv_sheets.ledger.values import dump_fields
from tdnv_sheets.merge import Outcome, Side, merge
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.issue import unit_book_view
from tdnv_sheets.pipeline.office import Office, blind_cells, judge_one, open_book, unit_named
from tdnv_sheets.pipeline.receive import Received, receipt
from tdnv_sheets.records import Assignment, Key, Value, units_by_code
from tdnv_sheets.render.marked import draw_marked
from tdnv_sheets.render.view import MarkedView, Row
from tdnv_sheets.sheetspec import Kind, assignment_spec
from tdnv_sheets.validate.cells import as_text
from tdnv_sheets.validate.identity import Issued
from tdnv_sheets.validate.run import Checked, Grounds, Verdict, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from tdnv_sheets.records import Submission

_TRIES: Final = 50
"""How often a merge is decided anew while other commands write to the ledger."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The day that rules and messages count from, and the clock for what is written down."""

    as_of: date
    now: datetime


def check_files(
    office: Office, paths: Iterable[Path], moment: Moment, *, unit: str | None = None, annotate: Path | None = None
) -> list[Received]:
    """Say what is wrong with files, and change nothing; marked copies go to *annotate*."""
    with Reader() as reader:
        results = []
        for path in paths:
            scanned, checked = _check(office, reader, path, moment, unit)
            received = _received(path.name, checked)
            if annotate is not None and checked.issued is not None and _needs_marks(checked):
                received = replace(received, marked_at=_mark(office, checked, path.name, annotate, moment))
            del scanned
            results.append(received)
        return results


def ingest(
    office: Office,
    paths: Sequence[Path] | None,
    moment: Moment,
    *,
    dry_run: bool = False,
    unit: str | None = None,
) -> list[Received]:
    """Take *paths* in, or all that waits in the inbox; a dry run decides the same and writes nothing."""
    if paths is None:
        _recover(office)
        paths = shelf.waiting_files(office.space.inbox)
    for path in paths:
        if not path.is_file():
            raise WrongUsage("no-such-file", path=path)
    with Reader() as reader:
        return [_take_in(office, reader, path, moment, dry_run=dry_run, unit=unit) for path in paths]


def _recover(office: Office) -> None:
    """Put back what a command that died had claimed; the ledger says later whether it was taken in."""
    for path in shelf.waiting_files(office.space.work) if office.space.work.is_dir() else ():
        shelf.file_away(path, office.space.inbox, path.name)


def _take_in(
    office: Office, reader: Reader, path: Path, moment: Moment, *, dry_run: bool, unit: str | None
) -> Received:
    from_inbox = path.parent.resolve() == office.space.inbox.resolve()
    claimed: Path | None = path
    if not dry_run:
        work = office.space.work
        claimed = shelf.claim(path, work) if from_inbox else shelf.keep_copy(path, work, path.name)
    if claimed is None:
        return Received(path.name, Verdict.WAITING, (About(Finding("in-use", Severity.INFO, Level.FILE)),))
    scanned, checked = _check(office, reader, claimed, moment, unit)
    known = office.ledger.receipt(scanned.digest, content_of(checked.submission))
    if known is not None and checked.verdict is not Verdict.WAITING:
        values = {"at": f"{known.at:%H:%M %d/%m/%Y}"}
        seen = About(Finding("already-received", Severity.INFO, Level.FILE, values=values))
        received = Received(path.name, Verdict.DUPLICATE, (seen,), checked.unit, checked.period, checked.total)
    else:
        received = _merge(office, scanned, checked, path.name, moment, dry_run=dry_run)
    if dry_run:
        return received
    return _file_away(office, claimed, checked, received, moment, inbox=from_inbox)


def _check(office: Office, reader: Reader, path: Path, moment: Moment, unit: str | None) -> tuple[Scan, Checked]:
    scanned, book = open_book(reader, path)
    if isinstance(book, Finding):
        whole = book.code != "incomplete-file"
        verdict = Verdict.QUARANTINED if whole else Verdict.WAITING
        return scanned, Checked(verdict, (About(book),))
    return scanned, check(book, blind_cells(scanned), grounds_of(office, moment.as_of, unit))


def grounds_of(office: Office, as_of: date, unit: str | None = None) -> Grounds:
    """Gather what the office's workbooks are checked against."""
    return Grounds(
        units=office.units,
        as_of=as_of,
        lang=office.lang,
        key=office.space.key(),
        ledger=office.ledger.identity(),
        issued=partial(_issued, office),
        task_exists=partial(_task_exists, office),
        whole_file=office.space.settings.on_error == "file",
        unit=unit,
        unidentified=None if unit is None else _as_now(office, unit_named(office, unit).code),
    )


def _issued(office: Office, issue: str) -> Issued | None:
    record = office.ledger.issue(issue)
    if record is None:
        return None
    keys = [Key(task, record.unit) for task in record.task_ids]
    past = office.ledger.at_revision(keys, record.revision)
    base = {key.task_id: past[key] for key in keys if key in past}
    return Issued(record.issue, record.unit, record.period, record.revision, record.content, base)


def _as_now(office: Office, unit: str) -> Issued:
    now = office.ledger.assignments()
    base = {key.task_id: item.fields for key, item in now.items() if key.unit == unit}
    return Issued("", unit, "", 0, "", base)


def _task_exists(office: Office, task_id: str) -> bool:
    return bool(office.ledger.assignments([Key(task_id, "")]))


def content_of(submission: Submission | None) -> str:
    """Digest what a submission states, whatever its bytes; empty when it states nothing."""
    if submission is None:
        return ""
    lines = [submission.issue, submission.unit]
    lines += sorted(f"{row.key}{dump_fields(row.cells)}" for row in (*submission.rows, *submission.proposals))
    lines.append(dump_fields(submission.report))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def decide(office: Office, submission: Submission, side: Side) -> Outcome:
    """Merge a submission against its base and the ledger as they are now."""
    keys = [row.key for row in submission.rows if row.key is not None]
    ours = {key: item.fields for key, item in office.ledger.assignments(keys).items()}
    base = None if submission.revision is None else office.ledger.at_revision(keys, submission.revision)
    return merge(submission, base, ours, spec=assignment_spec(), side=side)


def _received(name: str, checked: Checked) -> Received:
    return Received(name, checked.verdict, checked.abouts, checked.unit, checked.period, checked.total, checked.held)


def _merge(office: Office, scanned: Scan, checked: Checked, name: str, moment: Moment, *, dry_run: bool) -> Received:
    """Decide and write, again when another command wrote in between."""
    received = _received(name, checked)
    if checked.verdict is Verdict.WAITING:
        return received
    for _ in range(_TRIES):
        decided_at = office.ledger.revision()
        outcome = Outcome()
        proposals: tuple[tuple[str, Mapping[str, Value]], ...] = ()
        if checked.submission is not None and checked.verdict in {Verdict.ACCEPTED, Verdict.PARTLY}:
            outcome = decide(office, checked.submission, Side.UNIT)
            proposals = tuple((checked.unit, row.cells) for row in checked.submission.proposals)
        received = replace(
            received,
            abouts=(*checked.abouts, *_conflict_notes(outcome, office.lang)),
            changes=outcome.changes,
            conflicts=outcome.conflicts,
            same=outcome.same,
            unchanged=outcome.unchanged,
            proposals=len(proposals),
        )
        if dry_run:
            return received
        entry = Entry(
            at=moment.now,
            day=moment.as_of,
            who=checked.unit or "?",
            source="unit",
            decided_at=decided_at,
            file=name,
            digest=scanned.digest,
            changes=outcome.changes,
            conflicts=outcome.conflicts,
            proposals=proposals,
            file_record=_file_record(scanned, checked, received, moment),
        )
        committed = commit(office.ledger, entry)
        if committed is not None:
            return replace(received, revision=committed.revision)
    raise BrokenSurroundings("ledger-moved")


def _file_record(scanned: Scan, checked: Checked, received: Received, moment: Moment) -> dict[str, Any]:
    findings = [{"code": a.finding.code, "cell": a.finding.cell, "sheet": a.finding.sheet} for a in received.abouts]
    taken = received.verdict in {Verdict.ACCEPTED, Verdict.PARTLY}
    return {
        "digest": scanned.digest or hashlib.sha256(f"{received.file}{scanned.size}".encode()).hexdigest(),
        "content": content_of(checked.submission) if taken else "",
        "name": received.file,
        "at": moment.now,
        "issue": checked.submission.issue if checked.submission else "",
        "unit": checked.unit,
        "period": checked.period,
        "verdict": received.verdict.value,
        "report": dump_fields(checked.submission.report) if checked.submission else "{}",
        "findings": json.dumps(findings),
    }


def _conflict_notes(outcome: Outcome, lang: str) -> Iterable[About]:
    for conflict in outcome.conflicts:
        spec = assignment_spec().by_name[conflict.field]
        values = [
            spec.label(value, lang) if spec.kind is Kind.CHOICE else as_text(value)
            for value in (conflict.theirs, conflict.ours)
        ]
        finding = Finding(
            "conflict",
            Severity.INFO,
            Level.CELL,
            column=spec.header(lang),
            value=shorten(values[0]),
            values={"ours": shorten(values[1])},
        )
        yield About(finding, conflict.key.task_id, conflict.field)


def _needs_marks(checked: Checked) -> bool:
    return checked.verdict in {Verdict.PARTLY, Verdict.RETURNED} and checked.issued is not None


def _file_away(
    office: Office, claimed: Path, checked: Checked, received: Received, moment: Moment, *, inbox: bool
) -> Received:
    """Move the file to where its verdict says, and write what people need beside it."""
    space = office.space
    if received.verdict is Verdict.WAITING:
        # Nothing is kept of a file that is incomplete or may hold secrets: it goes back to where it was dropped.
        if inbox:
            kept = shelf.file_away(claimed, space.inbox, received.file)
            _note(kept, received, office, moment)
            return replace(received, kept_at=kept)
        claimed.unlink()
        return received
    folder = space.quarantine if received.verdict is Verdict.QUARANTINED else space.archive(moment.now)
    kept = shelf.file_away(claimed, folder, received.file)
    received = replace(received, kept_at=kept)
    if _needs_marks(checked) and received.verdict is not Verdict.DUPLICATE:
        received = replace(received, marked_at=_mark(office, checked, received.file, space.returned, moment))
    _note(kept, received, office, moment)
    return received


def _note(kept: Path, received: Received, office: Office, moment: Moment) -> None:
    known = units_by_code(office.units).get(received.unit)
    text = receipt(received, known.name if known else received.unit, moment.now, office.lang)
    kept.with_name(f"{kept.name}{shelf.NOTE_SUFFIX}").write_text(text, encoding="utf-8-sig")


def _mark(office: Office, checked: Checked, name: str, folder: Path, moment: Moment) -> Path:
    """Draw the marked copy: the same workbook with everything that was typed, its wrong cells marked."""
    issued = checked.issued
    if issued is None:
        message = "a file that was not issued has no marked copy"
        raise RuntimeError(message)
    trails = office.ledger.trails()
    rows = []
    for task_id, fields in issued.base.items():
        assignment = Assignment(Key(task_id, issued.unit), fields)
        rows.append(Row(assignment, judge_one(office, assignment, moment.as_of, trails=trails)))
    unit = unit_named(office, issued.unit)
    period = parse_period(issued.period)
    identity = issued.issue, checked.token
    view = MarkedView(
        book=unit_book_view(office, unit, period, rows, as_of=moment.as_of, identity=identity),
        typed=checked.typed,
        missing_rows=checked.missing_rows,
        report=checked.report,
        findings=tuple((about.finding, about.task, about.field) for about in checked.abouts),
        file=name,
    )
    folder.mkdir(parents=True, exist_ok=True)
    words = say("pipeline.marked_file", office.lang)
    target = shelf.free_name(folder, f"{shelf.safe_name(f'{unit.name} - {words} - {issued.period}')}.xlsx")
    try:
        put_in_place(partial(draw_marked, view), target)
    except WaitsForPerson:
        target = shelf.free_name(folder, f"{shelf.safe_name(f'{unit.name} - {words} - {moment.now:%H%M%S}')}.xlsx")
        put_in_place(partial(draw_marked, view), target)
    return target
