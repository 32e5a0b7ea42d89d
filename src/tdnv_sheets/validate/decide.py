"""Decide what single cells cannot say alone, column by column: merged cells, days, old encodings, document numbers.

Only cells that the sender changed are looked at. What is repaired goes on as repaired; what is refused is marked, so
that no later check speaks of it again (practice/workbooks.md I, 3 and 11–27).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.grid import address, is_blank
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.sheetspec import Kind, Owner, assignment_spec, round_report_spec
from tdnv_sheets.text.legacy import Encoding
from tdnv_sheets.text.same import same
from tdnv_sheets.validate.cells import Unread, as_text, type_cell
from tdnv_sheets.validate.decide_days import decide_days
from tdnv_sheets.validate.decide_merged import unmerge
from tdnv_sheets.validate.decide_texts import decide_deadline, decide_encoding, decide_text, without_marks
from tdnv_sheets.validate.decision import Decision, Seen, refused
from tdnv_sheets.validate.table import Spot, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tdnv_sheets.grid import Book, Place, Raw, Sheet
    from tdnv_sheets.records import Value
    from tdnv_sheets.sheetspec import FieldSpec

_NOTHING: Final = frozenset[str]()
_TYPED_ALIKE: Final = (str, date)
"""Kinds of cells of which two that are equal mean the same; 1, 1.0 and True are equal and do not."""
_REPORT_STEP: Final = 2
"""The answer of «Báo cáo» stands so many columns behind the field's name."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The rows as they are taken from now on, and what was said about them."""

    rows: tuple[tuple[str, TableRow], ...]
    """Task id (empty in «Nhiệm vụ thiếu») and row."""
    abouts: tuple[About, ...]
    typed: Mapping[tuple[str, str], Raw]
    """What a marked copy shows instead of what was typed, where that was repaired."""
    changed: tuple[frozenset[str], ...] = ()
    """The fields of each row that the sender changed."""


def changed_fields(row: TableRow, names: AbstractSet[str], then: Mapping[str, Value]) -> frozenset[str]:
    """Give those of the fields *names* whose cells are no longer as they were issued."""
    values = row.values
    # Most cells are empty now as they were then, and have no value in either.
    changed = [
        name
        for name, value in values.items()
        if name in names and value is not (was := then.get(name)) and not is_same(value, was)
    ]
    changed += [name for name, was in then.items() if name in names and name not in values and not is_same(None, was)]
    return frozenset(changed) if changed else _NOTHING


def is_same(value: Value | Unread, was: Value) -> bool:
    """Say whether a cell still says what it said, in whatever spelling."""
    # A typed text is never blank, so only two texts may differ in spelling and be the same.
    return value == was or (isinstance(value, str) and isinstance(was, str) and same(value, was))


def decide_rows(
    table: Table,
    sheet: Sheet | None,
    known: Sequence[tuple[str, TableRow]],
    base: Mapping[str, Mapping[str, Value]],
) -> Decided:
    """Decide the unit's columns of «Cập nhật»; *base* is what was issued, by task."""
    fields = [spec for spec in assignment_spec().shown_on("update") if spec.owner is Owner.UNIT]
    return _decide(table, sheet, known, [spec for spec in fields if spec.name in table.letters], base)


def decide_missing(table: Table, sheet: Sheet | None) -> tuple[Table, tuple[About, ...]]:
    """Decide the columns of «Nhiệm vụ thiếu», all of which the unit writes."""
    fields = [spec for spec in assignment_spec().shown_on("missing") if spec.name in table.letters]
    done = _decide(table, sheet, [("", row) for row in table.rows], fields, {})
    return replace(table, rows=tuple(row for _, row in done.rows)), done.abouts


def _decide(
    table: Table,
    sheet: Sheet | None,
    known: Sequence[tuple[str, TableRow]],
    fields: Sequence[FieldSpec],
    base: Mapping[str, Mapping[str, Value]],
) -> Decided:
    tasks = [task for task, _ in known]
    before = [row for _, row in known]
    rows, abouts, fonts = unmerge(table, sheet, known, fields, base)
    unmerged = list(rows)
    written = frozenset(spec.name for spec in fields)
    changed = [changed_fields(row, written, base.get(task, {})) for task, row in zip(tasks, rows, strict=True)]
    touched = frozenset[str]().union(*changed)
    for spec in (spec for spec in fields if spec.name in touched):
        name, column = spec.name, table.letters[spec.name]
        places = [at for at, names in enumerate(changed) if name in names and name not in rows[at].blind]
        places = [at for at in places if name not in rows[at].marked]
        if not places:
            continue
        here = [rows[at] for at in places]
        if fonts:
            cells = [_seen(row, name, fonts.get((row.number, column), "")) for row in here]
        else:
            cells = _plainly_seen(here, name)
        if spec.kind is Kind.DATE:
            whole = [row.raw.get(name) for row in rows]
            decisions = decide_days(cells, whole, since_1904=sheet is not None and sheet.since_1904)
        else:
            decisions = _column(spec, cells, here)
        for decision in decisions:
            at = places[decision.place]
            # What is quoted is what was typed, even where it is another value from now on.
            quoted = rows[at] if is_blank(before[at].raw.get(name)) else before[at]
            abouts.append(table.about(decision.code, Spot(quoted, name, tasks[at]), **decision.values))
            if decision.instead is not None:
                rows[at] = rows[at].with_cell(name, decision.instead.raw, decision.instead.typed)
    after = zip(tasks, rows, unmerged, changed, strict=True)
    now = tuple(
        names if row is old else changed_fields(row, written, base.get(task, {})) for task, row, old, names in after
    )
    return Decided(tuple(zip(tasks, rows, strict=True)), tuple(abouts), _repaired(tasks, before, rows), now)


def _repaired(
    tasks: Sequence[str], before: Sequence[TableRow], after: Sequence[TableRow]
) -> dict[tuple[str, str], Raw]:
    """Give the cells that are another value than was typed, by (task id, field)."""
    return {
        (task, name): row.raw.get(name)
        for task, old, row in zip(tasks, before, after, strict=True)
        if row is not old
        for name in row.columns
        if row.raw.get(name) is not old.raw.get(name)
    }


def _column(spec: FieldSpec, cells: Sequence[Seen], rows: Sequence[TableRow]) -> Iterator[Decision]:
    """Decide one column of words; the cells stand in *rows*."""
    if spec.kind not in {Kind.TEXT, Kind.CHOICE}:
        return
    after = list(cells)
    for decision in decide_encoding(spec, cells):
        if decision.instead is not None:
            after[decision.place] = decision.instead
        yield decision
    if spec.kind is Kind.CHOICE:
        return
    said: dict[str, tuple[Decision, ...]] = {}
    for place, cell in without_marks(after):
        if spec.name == "deadline_text":
            yield from decide_deadline(place, cell, _assigned(rows[place]))
        if not isinstance(cell.raw, str):
            yield from decide_text(spec, place, cell)
            continue
        if cell.raw not in said:
            said[cell.raw] = tuple(decide_text(spec, place, cell))
        for decision in said[cell.raw]:  # of the same text, the same is said of each cell
            yield decision._replace(place=place)


def _plainly_seen(rows: Sequence[TableRow], name: str) -> list[Seen]:
    """See the cells of a column that has no fonts; people write the same into many rows, and that is seen once."""
    once: dict[Raw, Seen] = {}
    cells = []
    for row in rows:
        raw = row.raw.get(name)
        cell = once.get(raw)
        if cell is None:
            cell = Seen(raw, row.typed(name))
            if type(raw) in _TYPED_ALIKE:
                once[raw] = cell
        cells.append(cell)
    return cells


def _seen(row: TableRow, name: str, font: str) -> Seen:
    return Seen(row.raw.get(name), row.typed(name), Encoding(font) if font else None)


def _assigned(row: TableRow) -> date | None:
    """Give the day from which the deadline of a row of «Nhiệm vụ thiếu» counts."""
    day = row.values.get("document_date")
    return day if isinstance(day, date) else None


class Report(NamedTuple):
    """The lines of «Báo cáo» after decoding, what was said about them, and which of them must not be taken."""

    lines: Mapping[str, Raw]
    abouts: tuple[About, ...]
    refused: frozenset[str]


def decide_report(book: Book, lines: Mapping[str, Raw], lang: str) -> Report:
    """Refuse the lines of «Báo cáo» that cannot be understood, and decode those in a font older than Unicode."""
    after, abouts, left_out = dict(lines), [], set()
    for sheet, name, place in _answers(book, lines):
        spec = round_report_spec().by_name[name]
        for decision in _line(sheet, spec, lines[name], place):
            row, column = place
            finding = found(
                decision.code,
                sheet.name,
                address(row, column),
                row,
                column=spec.header(lang),
                value=shorten(as_text(lines[name])),
                values=decision.values,
            )
            abouts.append(About(finding, "", name))
            if decision.instead is not None and decision.instead.typed.marked:
                left_out.add(name)
            elif decision.instead is not None:
                after[name] = decision.instead.raw
    return Report(after, tuple(abouts), frozenset(left_out))


def _line(sheet: Sheet, spec: FieldSpec, raw: Raw, place: Place) -> Iterator[Decision]:
    """Decide one line of «Báo cáo»."""
    font = sheet.fonts.get(place, "")
    cell = Seen(raw, type_cell(raw, spec), Encoding(font) if font else None)
    unseen = place in sheet.errors or place in sheet.uncached
    if unseen or isinstance(cell.typed.value, Unread):
        entry = "report_value" if unseen else f"report_{spec.kind}"
        choices = {lang: "; ".join(choice.labels[lang] for choice in spec.choices) for lang in LANGUAGES}
        words = {f"expected_{lang}": say(f"layout.{entry}", lang, choices=choices[lang]) for lang in LANGUAGES}
        yield refused(0, cell, "report-line-wrong", **words)
    elif spec.kind is Kind.TEXT:
        yield from decide_encoding(spec, [cell])


def _answers(book: Book, lines: Mapping[str, Raw]) -> Iterator[tuple[Sheet, str, tuple[int, int]]]:
    """Give sheet, field and place of the answers."""
    left = set(lines)
    for sheet in book.sheets if left else ():
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row, 1):
                if isinstance(cell, str) and cell in left and sheet.cell(number, column + _REPORT_STEP) == lines[cell]:
                    left.discard(cell)
                    yield sheet, cell, (number, column + _REPORT_STEP)
