"""Check files without taking them in, with a workspace or without, and draw the marked copies that go back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.findings import About, Finding
from tdnv_sheets.inbox import shelf
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.intake.refuse import too_large
from tdnv_sheets.intake.worker import FileSeen, Readers
from tdnv_sheets.ledger.undone import before_undone
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.periods import parse_period
from tdnv_sheets.pipeline.issue import unit_book_view, workbook_name
from tdnv_sheets.pipeline.office import Office, judge_one, unit_named
from tdnv_sheets.pipeline.receive import Received, has_secret_name, shown_name
from tdnv_sheets.pipeline.remembered import conditions, recall, remember
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.render.marked import draw_marked
from tdnv_sheets.render.view import MarkedView, Row
from tdnv_sheets.stamp import decode, encode
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.checked import Checked, Grounds, Verdict
from tdnv_sheets.validate.identity import Issued
from tdnv_sheets.validate.run import judge_all
from tdnv_sheets.validate.understand import desk_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from tdnv_sheets.periods import Period
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.records import Unit, Value

_LOT: Final = 32
"""Files that are judged in one frame: more would cost hardly less each, and nothing is written while a lot fills up."""
_LEFT_ALONE: Final = frozenset(("incomplete-file", "secret-name", "secret-note"))
"""Files that are not read and stay where they were dropped."""


def check_files(
    office: Office, paths: Iterable[Path], moment: Moment, *, unit: str | None = None, annotate: Path | None = None
) -> list[Received]:
    """Say what is wrong with files, and take nothing in; marked copies go to *annotate*.

    What was said of the same bytes before is said again, as long as nothing that it depends on has changed.
    """
    grounds, under = grounds_of(office, moment.as_of, unit), conditions(office, moment.as_of, unit)
    results: dict[Path, Received] = {}
    found_paths = existing(paths)
    if annotate is None:  # a marked copy is drawn from the workbook itself
        results = {path: known for path in found_paths if (known := _recalled(office, path, under)) is not None}
    left = [path for path in found_paths if path not in results]
    for path, seen, checked in check_together(office.readers, left, grounds):
        received = received_from(path.name, checked)
        remember(office, received, seen.digest, under)
        if annotate is not None and needs_marks(checked):
            received = replace(received, marked_at=draw_marks(office, checked, path.name, annotate, moment))
        results[path] = received
    return [results[path] for path in found_paths]


def _recalled(office: Office, path: Path, under: str) -> Received | None:
    if has_secret_name(path.name) or too_large(path.stat().st_size):
        return None
    return recall(office, path, hashlib.sha256(path.read_bytes()).hexdigest(), under)


def check_alone(paths: Iterable[Path], *, as_of: date, lang: str) -> list[Received]:
    """Check files where there is no workspace: neither signature nor ids nor locked cells can be compared."""
    grounds = Grounds(units=(), as_of=as_of, lang=lang)
    with Readers() as readers:
        checks = check_together(readers, existing(paths), grounds)
        return [received_from(path.name, checked) for path, _, checked in checks]


def existing(paths: Iterable[Path]) -> list[Path]:
    """Give *paths* when all of them are files; raise `WrongUsage` naming the first that is not."""
    found = list(paths)
    for path in found:
        if not path.is_file():
            raise WrongUsage("no-such-file", path=path.with_name(shown_name(path.name)))
    return found


def check_together(
    readers: Readers, paths: Iterable[Path], grounds: Grounds
) -> Iterator[tuple[Path, FileSeen, Checked]]:
    """Scan, read and check files; what forbids reading is a file's only finding.

    They are judged in lots, as many as pandera judges well in one frame and memory holds with ease; while one lot is
    judged and used, the children read the next.
    """
    desk = desk_of(grounds)
    reading = readers.understand_all(
        paths, desk, lambda path: found("secret-name") if has_secret_name(path.name) else None
    )
    while lot := list(islice(reading, _LOT)):
        read = [_unread(answer) if isinstance(answer, Finding | OSError) else answer for _, _, answer in lot]
        yield from ((path, seen, one) for (path, seen, _), one in zip(lot, judge_all(read, grounds), strict=True))


def _unread(why: Finding | OSError) -> Checked:
    if isinstance(why, OSError):
        return _only(Verdict.WAITING, found("in-use"))
    return _only(Verdict.WAITING if why.code in _LEFT_ALONE else Verdict.QUARANTINED, why)


def _only(verdict: Verdict, finding: Finding) -> Checked:
    return Checked(verdict, (About(finding),))


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
        final_document=office.regulation.completion(as_of).final_document,
        whole_file=office.space.settings.on_error == "file",
        unit=unit,
        unidentified=None if unit is None else _as_now(office, unit_named(office, unit).code),
    )


def _issued(office: Office, issue: str, revision: int) -> Issued | None:
    """Find an issue, and its assignments as they were at *revision*; None for what a restored ledger does not know."""
    record = office.ledger.issue(issue)
    if record is None or not record.revision <= revision <= office.ledger.revision():
        return None
    keys = [Key(task, record.unit) for task in record.task_ids]
    past = office.ledger.at_revision(keys, revision)
    if revision > record.revision:  # a marked copy
        _rewind_undone(office, past, issue, revision)
    base = {key.task_id: past[key] for key in keys if key in past}
    return Issued(record.issue, record.unit, record.period, revision, record.content, base)


def _rewind_undone(office: Office, past: dict[Key, dict[str, Value]], issue: str, revision: int) -> None:
    """Let values that a marked copy repeats count as sent, not as found there, when the file that said them was undone.

    Not where the ledger says them again: the file itself was sent once more, and the copy stands on that.
    """
    before = before_undone(office.ledger, issue, revision)
    now = office.ledger.assignments({key for key, _ in before})
    for (key, name), value in before.items():
        if key in past and key in now and not same(now[key].get(name), past[key].get(name)):
            past[key][name] = value


def _as_now(office: Office, unit: str) -> Issued:
    now = office.ledger.assignments()
    base = {key.task_id: item.fields for key, item in now.items() if key.unit == unit}
    return Issued("", unit, "", 0, "", base)


def _task_exists(office: Office, task_id: str) -> bool:
    return bool(office.ledger.assignments([Key(task_id, "")]))


def received_from(name: str, checked: Checked) -> Received:
    """Give a check's outcome as what is said about the file."""
    return Received(
        shown_name(name), checked.verdict, checked.abouts, checked.unit, checked.period, checked.total, checked.held
    )


def needs_marks(checked: Checked) -> bool:
    """Say whether the sender gets a marked copy back."""
    known = checked.issued is not None and checked.issued.issue != ""
    return known and checked.verdict in {Verdict.PARTLY, Verdict.RETURNED}


def draw_marks(
    office: Office,
    checked: Checked,
    name: str,
    folder: Path,
    moment: Moment,
    *,
    revision: int | None = None,
    target: Path | None = None,
) -> Path:
    """Draw the marked copy: the same workbook with everything that was typed, its wrong cells marked.

    It is drawn from *revision*, in which the good rows were taken in: what the sender then puts back to where it was
    when issued is a change, and must not count as untouched.
    """
    issued, token = checked.issued, checked.token
    if issued is not None and revision is not None and (stamp := decode(token)) is not None:
        issued = _issued(office, issued.issue, revision)
        token = encode(replace(stamp, revision=revision), office.space.key())
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
    identity = issued.issue, token
    view = MarkedView(
        book=unit_book_view(office, unit, period, rows, as_of=moment.as_of, identity=identity),
        typed=checked.typed(),
        stray=checked.stray,
        missing_rows=checked.missing_rows,
        report=checked.report,
        sent=checked.sent,
        findings=tuple((about.finding, about.task, about.field) for about in checked.abouts),
        file=name,
    )
    place = target or _free_place(office, unit, period, folder)
    put_in_place(partial(draw_marked, view), place)
    return place


def marked_place(office: Office, checked: Checked, folder: Path) -> Path:
    """Give where the marked copy of a file that was issued may be drawn."""
    if checked.issued is None:
        message = "a file that was not issued has no marked copy"
        raise RuntimeError(message)
    return _free_place(office, unit_named(office, checked.issued.unit), parse_period(checked.issued.period), folder)


def _free_place(office: Office, unit: Unit, period: Period, folder: Path) -> Path:
    words = say("pipeline.marked_file", office.lang)
    return shelf.free_name(folder, workbook_name(office, unit, words, period))
