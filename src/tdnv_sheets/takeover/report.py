"""Says in words what was understood of a register, so that a person can check it in a minute."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import shorten
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.sheetspec import assignment_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tdnv_sheets.takeover.taken import ColumnNote, Note, Takeover

_MOST_PLACES: Final = 20
"""So many places of one kind are listed; the rest is counted."""


def report(takeover: Takeover, lang: str) -> str:
    """Write the report: counts, a table of what each column became, then what was left and what to look at."""
    return "\n".join(_lines(takeover, lang))


def _lines(takeover: Takeover, lang: str) -> Iterator[str]:
    yield say("takeover.title", lang)
    if not takeover.tasks:
        yield say("takeover.nothing", lang)
    dated = sum(1 for task in takeover.tasks if "deadline" in task.fields)
    tasks, assignments = len(takeover.tasks), takeover.assignments
    yield say("takeover.counts", lang, tasks=tasks, assignments=assignments, dated=dated)
    for sheet, columns in groupby(takeover.columns, key=lambda column: column.sheet):
        yield ""
        yield say("takeover.sheet", lang, sheet=sheet)
        yield from _column_table(list(columns), lang)
    if takeover.new_units:
        yield ""
        yield say("takeover.new-units", lang, count=len(takeover.new_units))
        yield from (f"  {unit.code}: {unit.name}" for unit in takeover.new_units)
    yield from _skipped(takeover, lang)
    yield from _notes(takeover.notes, lang)
    if takeover.sheets_skipped:
        yield ""
        yield say("takeover.sheets", lang)
        yield from (
            f"  «{left.sheet}»: {say(f'takeover.sheet-{left.reason}', lang)}" for left in takeover.sheets_skipped
        )


def _column_table(columns: Sequence[ColumnNote], lang: str) -> Iterator[str]:
    heads = (say(f"takeover.column-{part}", lang) for part in ("letter", "caption", "meaning", "filled"))
    rows = [tuple(heads)]
    rows += [(c.letter, shorten(c.caption, 40), _meaning(c, lang), str(c.filled_count)) for c in columns]
    widths = [max(len(row[part]) for row in rows) for part in range(3)]
    for row in rows:
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=False))
        yield "  " + "  ".join((*padded, row[3]))


def _meaning(column: ColumnNote, lang: str) -> str:
    if column.how == "ordinal":
        return say("takeover.column-ordinal", lang)
    if column.field is None:
        return say("takeover.column-kept" if column.filled_count else "takeover.column-empty", lang)
    header = assignment_spec().by_name[column.field].header(lang)
    return say("takeover.column-similar", lang, field=header) if column.how == "similar" else header


def _skipped(takeover: Takeover, lang: str) -> Iterator[str]:
    if not takeover.skipped:
        return
    yield ""
    yield say("takeover.skipped", lang, count=len(takeover.skipped))
    several = len({skipped.sheet for skipped in takeover.skipped}) > 1
    rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for skipped in takeover.skipped:
        rows[skipped.sheet if several else "", skipped.reason].append(skipped.row)
    for (sheet, reason), numbers in rows.items():
        words = say(f"takeover.skipped-{reason}", lang)
        line = say("takeover.rows-of", lang, reason=words, count=len(numbers), rows=_ranges(numbers))
        yield f"  «{sheet}» {line}" if sheet else f"  {line}"


def _ranges(numbers: Iterable[int]) -> str:
    """Write row numbers shortly: 5, 7–9."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def _notes(notes: Sequence[Note], lang: str) -> Iterator[str]:
    if not notes:
        return
    yield ""
    yield say("takeover.notes", lang, count=len(notes))
    several = len({note.sheet for note in notes}) > 1
    by_code: defaultdict[str, list[Note]] = defaultdict(list)
    for note in notes:
        by_code[note.code].append(note)
    for code, places in by_code.items():
        yield f"  {say(f'takeover.note-{code}', lang)} ({len(places)}):"
        yield from (f"    {_place(note, lang, several=several)}" for note in places[:_MOST_PLACES])
        if len(places) > _MOST_PLACES:
            yield "    " + say("takeover.and-more", lang, count=len(places) - _MOST_PLACES)


def _place(note: Note, lang: str, *, several: bool) -> str:
    column = say("takeover.note-column", lang, caption=shorten(note.caption, 40)) if note.caption else ""
    value = say("takeover.note-value", lang, value=shorten(note.value)) if note.value else ""
    line = say("takeover.note-line", lang, row=note.row, column=column, value=value)
    return f"«{note.sheet}» {line}" if several else line
