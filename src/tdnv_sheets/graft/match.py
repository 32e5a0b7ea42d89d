"""Which row and column of the office's sheet is which of the drawn one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.graft.sheet import Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tdnv_sheets.graft.sheet import Cell, Row

KEY: Final = ("task_id", "unit")
_CONTENT: Final = "task_content"
_HEAD: Final = 30
"""Rows from the top in which a header is looked for."""
_SAME: Final = 0.5
"""Share of the captions that a header row must have in common with the drawn one."""


class Line(NamedTuple):
    """What a row of «Nhiệm vụ» says about itself."""

    number: int
    task: str
    unit: str
    content: str


class Layout(NamedTuple):
    """Where a sheet has its header, and what stands there."""

    header: int
    """The row of captions; 0 where there is none."""
    columns: Mapping[str, int]
    """By what identifies them: an id of the hidden row, else the caption in small letters."""
    captions: Mapping[str, int]
    """Caption in small letters → column."""
    has_ids: bool


class Reader(NamedTuple):
    """One sheet: its rows, and how the text of a cell is read."""

    rows: Callable[[], Iterator[Row]]
    text: Callable[[Cell], str]


def layout(sheet: Reader, captions: Iterable[str] = ()) -> Layout:
    """Find a sheet's header: below the hidden row of ids, else the row that has most of the *captions*, or most texts."""
    head = []
    for row in sheet.rows():
        if row.number > _HEAD:
            break
        texts = {cell.column: sheet.text(cell).strip() for cell in row.cells if cell.value}
        head.append((row.number, {column: text for column, text in texts.items() if text}))
    for place, (number, texts) in enumerate(head):
        if set(KEY) <= set(texts.values()):
            below = next((found for at, found in head[place + 1 :] if at == number + 1), {})
            return Layout(number + 1, _by_text(texts), _folded(below), has_ids=True)
    wanted = {caption.casefold() for caption in captions}
    best = max(head, key=lambda row: _common(row[1], wanted), default=(0, {}))
    if not best[0] or (wanted and _common(best[1], wanted) < _SAME * len(wanted)):
        return Layout(0, {}, {}, has_ids=False)
    folded = _folded(best[1])
    return Layout(best[0], folded, folded, has_ids=False)


def _common(texts: Mapping[int, str], wanted: set[str]) -> int:
    folded = {text.casefold() for text in texts.values()}
    return len(folded & wanted) if wanted else len(folded)


def _by_text(texts: Mapping[int, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, text in texts.items():
        found.setdefault(text, column)
    return found


def _folded(texts: Mapping[int, str]) -> dict[str, int]:
    return _by_text({column: text.casefold() for column, text in texts.items()})


def match(office: Reader, drawn: Reader) -> Match:
    """Match two drawings of one sheet: columns by ids and then by captions, rows of «Nhiệm vụ» by task and unit."""
    new = layout(drawn)
    old = layout(office, new.captions)
    columns = _columns(old, new)
    if not old.header or not new.header:
        return Match({}, columns)
    shift = new.header - old.header
    rows = {number: number + shift for number in range(1, old.header + 1) if number + shift > 0}
    if old.has_ids and new.has_ids:
        lines = list(_lines(office, old))
        typed = any(line.content for line in lines)
        rows |= _rows(lines, list(_lines(drawn, new, contents=typed)))
    return Match(rows, columns)


def _columns(old: Layout, new: Layout) -> dict[int, int]:
    found = {column: new.columns[name] for name, column in old.columns.items() if name in new.columns}
    used = set(found.values())
    for caption, column in old.captions.items():
        at = new.captions.get(caption)
        if column not in found and at is not None and at not in used:
            found[column] = at
            used.add(at)
    return found


def _lines(sheet: Reader, where: Layout, *, contents: bool = False) -> Iterator[Line]:
    """Read the rows below the header; the content only of those without an id, unless the *contents* are asked for."""

    def text(row: Row, name: str) -> str:
        cell = row.inside.at(where.columns[name]) if name in where.columns else None
        return sheet.text(cell).strip() if cell is not None and cell.value else ""

    for row in sheet.rows():
        if row.number <= where.header:
            continue
        task, unit = (text(row, name) for name in KEY)
        content = text(row, _CONTENT) if contents or not task else ""
        if task or unit or content:
            yield Line(row.number, task, unit, content)


def _rows(old: list[Line], new: list[Line]) -> dict[int, int]:
    """Match by task and unit, then by what else says that two rows are one; only where nothing else could be meant."""
    found: dict[int, int] = {}
    keys: tuple[Callable[[Line], tuple[str, ...]], ...] = (
        lambda line: (line.task, line.unit) if line.task and line.unit else (),
        lambda line: (line.task,) if line.task else (),  # the unit has another name now
        lambda line: (line.unit, line.content) if line.unit and line.content else (),
    )
    for step, key in enumerate(keys):
        if step == len(keys) - 1:
            old = [line for line in old if not line.task]  # typed since, without an id
        left, waiting = _by_key(old, key), _by_key(new, key)
        for words, numbers in left.items():
            if len(numbers) == 1 == len(waiting.get(words, ())):
                found[numbers[0]] = waiting[words][0]
        taken = set(found.values())
        old = [line for line in old if line.number not in found]
        new = [line for line in new if line.number not in taken]
    return found


def _by_key(lines: Iterable[Line], key: Callable[[Line], tuple[str, ...]]) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for line in lines:
        words = key(line)
        if words:
            found[words].append(line.number)
    return found


def order(sheet: Reader) -> tuple[tuple[str, str], ...]:
    """Give task and unit of each row from the top, as the sheet shows them; none where it has no row of ids."""
    where = layout(sheet)
    return tuple((line.task, line.unit) for line in _lines(sheet, where)) if where.has_ids else ()
