"""The same assignments in other heaps: by assigner, level, document, year of assignment; overdue ones by age."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tdnv_sheets.summary.counts import counts_of
from tdnv_sheets.summary.figures import AgeBand, Breakdowns, Counts, Line
from tdnv_sheets.summary.levels import LEVELS, levels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from tdnv_sheets.records import Value
    from tdnv_sheets.regulation import Regulation
    from tdnv_sheets.summary.counts import Inside, Mark
    from tdnv_sheets.summary.figures import Listed

_Code = TypeVar("_Code", bound=Hashable)


class _Heap(NamedTuple):
    marks: dict[Mark, int]
    tasks: set[str]
    first: Inside
    """The first that came, for what a line says beside its code."""


def break_down(found: Sequence[Inside], regulation: Regulation, on: date) -> Breakdowns:
    """Count in every way; *on* picks the regulation's list of assigners."""
    level = levels_of(regulation)
    assigners = _heaps(found, lambda item: item.track.row.text("assigner"))
    levels = _heaps(found, lambda item: level(item.track.row.text("assigner")))
    years = _heaps(found, _year)
    others = sorted(name for name in assigners if name)
    return Breakdowns(
        assigners=_lines(assigners, [*dict.fromkeys((*regulation.assigners(on), *others))]),
        levels=_lines(levels, LEVELS),
        documents=_documents(found),
        years=_lines(years, sorted((year for year in years if year), reverse=True)),
    )


def _heaps(found: Iterable[Inside], code: Callable[[Inside], _Code]) -> dict[_Code, _Heap]:
    heaps: dict[_Code, _Heap] = {}
    for item in found:
        name = code(item)
        heap = heaps.get(name)
        if heap is None:
            heap = heaps[name] = _Heap({}, set(), item)
        heap.marks[item.mark] = heap.marks.get(item.mark, 0) + 1
        heap.tasks.add(item.track.row.key.task_id)
    return heaps


def _lines(heaps: dict[str, _Heap], order: Iterable[str]) -> tuple[Line, ...]:
    """Give a line for each code of *order*, zeros included, and a last one for rows that say nothing, if there are any."""
    lines = [_line(name, heaps[name]) if name in heaps else Line(name, Counts(), 0) for name in order]
    return (*lines, *([_line("", heaps[""])] if "" in heaps else []))


def _line(code: str, heap: _Heap) -> Line:
    return Line(code, counts_of(heap.marks), len(heap.tasks))


def _year(item: Inside) -> str:
    start = item.track.start
    return "" if start is None else str(start.year)


def _documents(found: Iterable[Inside]) -> tuple[Line, ...]:
    """Papers of one number are one only where day and issuer are the same too; all without a number share a line."""
    lines = []
    known: dict[frozenset[tuple[Mark, int]], Counts] = {}  # thousands of papers look alike in their few figures
    for (code, _day, _issuer), heap in _heaps(found, _document).items():
        marks = frozenset(heap.marks.items())
        counts = known.get(marks)
        if counts is None:
            counts = known[marks] = counts_of(heap.marks)
        row = heap.first.track.row
        label, day = (row.text("document_summary"), row.day("document_date")) if code else ("", None)
        lines.append(Line(code, counts, len(heap.tasks), label, day))
    return tuple(sorted(lines, key=_by_day))


def _document(item: Inside) -> tuple[str, Value, Value]:
    get = item.track.row.fields.get
    number = get("document_number")
    return (str(number), get("document_date"), get("issuing_authority")) if number else ("", None, None)


def _by_day(line: Line) -> tuple[bool, str, str, str]:
    return not line.code, "" if line.day is None else line.day.isoformat(), line.code, line.label


def age(overdue: Iterable[Listed], limits: Sequence[int]) -> tuple[AgeBand, ...]:
    """Put overdue assignments into bands by days overdue; *limits* are the last days of all bands but the open one."""
    firsts = [1, *(limit + 1 for limit in limits)]
    counts = [0] * len(firsts)
    for listed in overdue:
        days = days_overdue(listed)
        counts[sum(1 for limit in limits if days > limit)] += 1
    lasts: list[int | None] = [*limits, None]
    return tuple(AgeBand(*band) for band in zip(firsts, lasts, counts, strict=True))


def days_overdue(listed: Listed) -> int:
    """Give the days after the deadline; they stand still from the day on which a unit reported a late result as done."""
    return -(listed.judgement.days_left or 0)
