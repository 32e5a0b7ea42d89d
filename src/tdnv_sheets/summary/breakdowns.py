"""The same assignments in other heaps: by assigner, level, document, year of assignment; overdue ones by age."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tdnv_sheets.rules.table import NEVER, Texts
from tdnv_sheets.summary.counts import counts_by
from tdnv_sheets.summary.figures import AgeBand, Breakdowns, Counts, Line
from tdnv_sheets.summary.levels import LEVELS, levels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdnv_sheets.regulation import Regulation
    from tdnv_sheets.rules.table import Codes, Days, Places
    from tdnv_sheets.summary.counts import Inside
    from tdnv_sheets.summary.figures import Listed


_LAST: Final = date.max.toordinal() + 1


class _Heaps(NamedTuple):
    """Rows of equal codes, in the order in which the first of each came."""

    codes: Codes
    firsts: Places
    """Place of each first row, for what a line says beside its code."""
    counts: list[Counts]
    tasks: list[int]


def break_down(found: Inside, regulation: Regulation, on: date) -> Breakdowns:
    """Count in every way; *on* picks the regulation's list of assigners."""
    assigner = found.table.assigner
    assigners = _lines_by(found, assigner)
    others = sorted(name for name in assigners if name)
    years = _lines_by(found, _years(found.table.start))
    return Breakdowns(
        assigners=_in_order(assigners, [*dict.fromkeys((*regulation.assigners(on), *others))]),
        levels=_in_order(_lines_by(found, _levels(assigner, regulation)), LEVELS),
        documents=_documents(found),
        years=_in_order(years, sorted((year for year in years if year), reverse=True)),
    )


def _heaps(found: Inside, codes: Codes) -> _Heaps:
    _kinds, firsts, heaps = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    firsts, heaps = firsts[order], np.argsort(order)[heaps]
    task = found.table.task
    # A task counts once in each heap, however many of its leads lie in it.
    pairs = np.sort(heaps * len(task.words) + task.codes)
    of_heap = pairs[np.diff(pairs, prepend=-1) > 0] // max(len(task.words), 1)
    tasks = np.bincount(of_heap, minlength=len(firsts)).tolist()
    return _Heaps(codes[firsts], firsts, counts_by(found, heaps, len(firsts)), tasks)


def _lines_by(found: Inside, texts: Texts) -> dict[str, Line]:
    """Give a line for each text that is met."""
    heaps = _heaps(found, texts.codes)
    words = [texts.words[code] for code in heaps.codes.tolist()]
    return dict(zip(words, map(Line, words, heaps.counts, heaps.tasks), strict=True))


def _in_order(lines: dict[str, Line], order: Iterable[str]) -> tuple[Line, ...]:
    """Give a line for each code of *order*, zeros included, and a last one for rows that say nothing, if there are any."""
    ordered = [lines[code] if code in lines else Line(code, Counts(), 0) for code in order]
    return (*ordered, *([lines[""]] if "" in lines else []))


def _levels(assigner: Texts, regulation: Regulation) -> Texts:
    """Ask for the level of each assigner once."""
    level, words = levels_of(regulation), (*LEVELS, "")
    of_words = np.array([words.index(level(name)) for name in assigner.words], np.int32)
    return Texts(of_words[assigner.codes], words)


def _years(start: Days) -> Texts:
    days, places = np.unique(start, return_inverse=True)
    years = ["" if day == NEVER else str(date.fromordinal(day).year) for day in days.tolist()]
    words = sorted(set(years))
    return Texts(np.array([words.index(year) for year in years], np.int32)[places], words)


def _documents(found: Inside) -> tuple[Line, ...]:
    """Give a line for each paper, by day; all rows without a number share the last one."""
    heaps = _heaps(found, found.table.document)
    rows = found.table.rows[heaps.firsts].tolist()
    numbers = [str(row.fields.get("document_number") or "") for row in rows]
    labels = [row.text("document_summary") if number else "" for row, number in zip(rows, numbers, strict=True)]
    days = [row.day("document_date") if number else None for row, number in zip(rows, numbers, strict=True)]
    # By day, number and summary, then as they came; sorting tuples that begin with a number takes half the time of dates.
    places = [_place(number, day) for number, day in zip(numbers, days, strict=True)]
    lines = map(Line, numbers, heaps.counts, heaps.tasks, labels, days)
    return tuple([line for *_, line in sorted(zip(places, numbers, labels, count(), lines, strict=False))])


def _place(number: str, day: date | None) -> int:
    if not number:
        return _LAST
    return NEVER if day is None else day.toordinal()


def age(overdue: Iterable[Listed], limits: Sequence[int]) -> tuple[AgeBand, ...]:
    """Put overdue assignments into bands by days overdue; *limits* are the last days of all bands but the open one."""
    firsts = [1, *(limit + 1 for limit in limits)]
    counts = Counter(bisect_left(limits, days_overdue(listed)) for listed in overdue)
    lasts: list[int | None] = [*limits, None]
    return tuple(
        AgeBand(first, last, counts[band]) for band, (first, last) in enumerate(zip(firsts, lasts, strict=True))
    )


def days_overdue(listed: Listed) -> int:
    """Give the days after the deadline; they stand still from the day on which a unit reported a late result as done."""
    return -(listed.judgement.days_left or 0)
