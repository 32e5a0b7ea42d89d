"""Check unit workbooks, many in one pass: understand each, judge all their cells at once, conclude on each (design §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, Level, has_error
from tdnv_sheets.messages.catalogue import found, say
from tdnv_sheets.records import Key, Submission, SubmittedRow
from tdnv_sheets.sheetspec import Owner, assignment_spec
from tdnv_sheets.validate.checked import Checked, Verdict
from tdnv_sheets.validate.frame import judged
from tdnv_sheets.validate.rows import differs, explain, is_said, missing_rows, proposals, statements
from tdnv_sheets.validate.rules import row_rules
from tdnv_sheets.validate.schema import Failure, failures
from tdnv_sheets.validate.sheets import typed_report
from tdnv_sheets.validate.table import HOLDS, Table
from tdnv_sheets.validate.understand import Read, Understood, desk_of, understand, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tdnv_sheets.grid import Book
    from tdnv_sheets.sheetspec import FieldSpec
    from tdnv_sheets.validate.checked import Grounds
    from tdnv_sheets.validate.schema import RowRule

_LEVELS: Final = {level: place for place, level in enumerate(Level)}


def check(book: Book, grounds: Grounds) -> Checked:
    """Check one workbook that was read."""
    return judge_all([understand(book, desk_of(grounds))], grounds)[0]


def judge_all(read: Sequence[Read], grounds: Grounds) -> list[Checked]:
    """Judge workbooks that were understood, in their order; pandera sees the rows of all of them as one frame."""
    going = [one for one in read if isinstance(one, Understood)]
    fields = tuple(f for f in assignment_spec().shown_on("update") if f.owner is Owner.UNIT)
    frames = [_frame(one) for one in going]
    broken = _judge(frames, fields, row_rules(fields, grounds.as_of, final_document=grounds.final_document))
    added = [[row.cells() for row in one.missing.rows] if one.missing else [] for one in going]
    broken_added = _judge(added, assignment_spec().shown_on("missing"))
    verdicts = map(_Broken, frames, broken, broken_added)
    return [_conclude(one, next(verdicts), grounds) if isinstance(one, Understood) else one for one in read]


def _frame(read: Understood) -> list[dict[str, object]]:
    """Give what is to be judged of each known row: its typed cells by field, and `TOUCHED`."""
    base, names = read.shell.issued.base if read.shell.issued else {}, frozenset(writable(read.table))
    rows = zip(read.known, read.changed, strict=True)
    return [judged(row, names, base.get(task, {}), changed) for (task, row), changed in rows]


@dataclass(frozen=True, slots=True)
class _Broken:
    """The frame of one workbook, and the checks that are broken in it, by row."""

    frame: Sequence[Mapping[str, object]]
    updates: Sequence[Failure]
    missing: Sequence[Failure]


def _judge(
    frames: Sequence[Sequence[Mapping[str, object]]], fields: Sequence[FieldSpec], rules: Iterable[RowRule] = ()
) -> list[list[Failure]]:
    """Stack the frames, judge them in one pass, and give each its own failures back."""
    of_row = [(place, number) for place, frame in enumerate(frames) for number in range(len(frame))]
    split: list[list[Failure]] = [[] for _ in frames]
    for failure in failures(list(chain.from_iterable(frames)), fields, rules):
        place, number = of_row[failure.row]
        split[place].append(failure._replace(row=number))
    return split


def _conclude(read: Understood, broken: _Broken, grounds: Grounds) -> Checked:
    """Say all that is wrong with one workbook, and what of it may go on to the merge."""
    shell, table, issued = read.shell, read.table, read.shell.issued
    abouts = list(shell.abouts)
    base = issued.base if issued else {}
    for failure in broken.updates:
        task, row = read.known[failure.row]
        if failure.field in table.letters and not is_said(row, failure.field):
            cells = broken.frame[failure.row]
            abouts.append(explain(table, row, task, failure, cells, lang=read.lang, as_of=grounds.as_of))
    proposed = proposals(read.missing, broken.missing, abouts, lang=read.lang, as_of=grounds.as_of)
    held = _held(table, abouts)
    if grounds.whole_file and has_error(abouts):
        held, proposed = {row.number for row in table.rows}, ()
    names = writable(table)
    rows = tuple(
        SubmittedRow(row.number, Key(task, shell.unit), statements(row, names))
        for task, row in read.known
        if row.number not in held
    )
    report = typed_report({name: raw for name, raw in shell.report.items() if name not in read.refused_lines})
    if issued is not None:
        abouts += missing_rows(table, issued.base)
        unchanged = not any(differs(row, base) for row in rows)
        if not unchanged and report.get("no_change") == "yes":
            abouts.append(
                About(found("no-change-but-changed", values={"sheet": say("template.sheet_report", read.lang)}))
            )
        unchanged = unchanged and not any(shell.report.values())
        if table.rows and not has_error(abouts) and not proposed and unchanged:
            abouts.append(About(found("nothing-new", table.sheet)))
    revision = read.stamp.revision if read.stamp.issue else None
    submission = Submission(read.stamp.issue, shell.unit, shell.period, revision, rows, proposed, report)
    verdict = Verdict.ACCEPTED
    if has_error(abouts):
        verdict = Verdict.PARTLY if rows or proposed else Verdict.RETURNED
    said = tuple(sorted(abouts, key=_order))
    return replace(shell, verdict=verdict, abouts=said, submission=submission, held=len(held))


def _held(table: Table, abouts: Sequence[About]) -> set[int]:
    """Give the numbers of the rows that an error holds back."""
    here = (about.finding for about in abouts if about.finding.sheet == table.sheet)
    bad = {finding.row for finding in here if finding.severity is HOLDS}
    return {row.number for row in table.rows} & bad


def _order(about: About) -> tuple[int, int, str]:
    finding = about.finding
    return _LEVELS[finding.level] if finding.row is None else 99, finding.row or 0, finding.cell
