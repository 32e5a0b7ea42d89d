"""Draw the register into the office's own file, so that what the office made its own stays as it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tdnv_sheets.graft.graft import graft, look_at, order_of, plain
from tdnv_sheets.graft.refuse import CannotGraft
from tdnv_sheets.graft.standing import NotStanding
from tdnv_sheets.graft.touched.keep import touched
from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.render.register import SHEETS, WHEN_FILLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tdnv_sheets.graft.sheet import Lost
    from tdnv_sheets.graft.standing import Stands
    from tdnv_sheets.render.view import Row


class Before(NamedTuple):
    """The office's file before the redraw, as far as the drawing has to know it."""

    data: bytes | None = None
    """Its bytes when the new drawing goes into it."""
    titles: Mapping[str, str] = {}
    """Sheet → its title, where the office calls it otherwise."""
    refused: str = ""
    """Why nothing can be put into the file: a code of `CannotGraft`."""
    order: tuple[tuple[str, str], ...] = ()
    """Task and unit of each row from the top, as the office left them: rows keep their places."""
    wanted: frozenset[str] = frozenset()
    """Sheets that are drawn also when they hold nothing, since formulas of the office's lead to them."""


class Kept(NamedTuple):
    """What became of the office's own things."""

    lost: tuple[Lost, ...] = ()
    refused: str = ""


def before(data: bytes, lang: str, *, ours: bool, order: tuple[tuple[str, str], ...] | None = None) -> Before:
    """Look at the office's file; *ours*: it is, byte for byte, a file that we wrote.

    A file that we wrote and that never held anything of the office's can as well be drawn anew. *order* is that of its
    rows where it is known already.
    """
    titles = usual_titles(lang)
    try:
        seen = look_at(data, titles, WHEN_FILLED)
        if ours and not seen.grafted:
            return Before()
        order = order_of(data, titles, "tasks") if order is None else order
    except CannotGraft as problem:
        return Before(refused=problem.code)
    return Before(data, seen.titles, order=order, wanted=seen.pointed_to)


def put_into(before: Before, drawn: Path, lang: str) -> Kept:
    """Put what was just drawn to *drawn* into the office's file, and write that there instead.

    Where that cannot be, the file stays as it was drawn, and the reason is given.
    """
    if before.data is None:
        return Kept(refused=before.refused)
    try:
        done = graft(before.data, drawn.read_bytes(), usual_titles(lang), touched)
    except CannotGraft as problem:
        return Kept(refused=problem.code)
    with drawn.open("wb") as file:
        done.write(file)
    return Kept(done.lost)


def put_rows_into(data: bytes, drawn: Path, lang: str, stands: Stands) -> Kept | None:
    """Put what was just drawn to *drawn*, of «Nhiệm vụ» some rows only, into the file, and write that there instead.

    None where «Nhiệm vụ» has to be drawn whole; nothing was written then.
    """
    try:
        done = graft(data, drawn.read_bytes(), usual_titles(lang), plain if stands.alone else touched, stands)
    except (NotStanding, CannotGraft):
        return None
    with drawn.open("wb") as file:
        done.write(file)
    return Kept(done.lost)


def in_their_places(rows: Sequence[Row], order: Sequence[tuple[str, str]], names: Mapping[str, str]) -> list[Row]:
    """Sort rows as the office has them, those that are new behind: what it wrote elsewhere points to cells, not to tasks.

    *order* gives task and unit of each of its rows, the unit by its name, or by its code where *names* have none.
    """
    places = {line: place for place, line in reversed(list(enumerate(order)))}
    there, here = Counter(task for task, _ in order), Counter(row.assignment.key.task_id for row in rows)
    # The unit of a task's only row may have another name by now.
    only = {task: place for place, (task, _) in enumerate(order) if there[task] == 1 == here[task]}

    def place(row: Row) -> int:
        task, unit = row.assignment.key
        return places.get((task, names.get(unit, unit)), only.get(task, len(order)))

    return sorted(rows, key=place)


def usual_titles(lang: str) -> Mapping[str, tuple[str, ...]]:
    """Give the titles of the register's sheets, that of the office's language first."""
    languages = (lang, *(other for other in LANGUAGES if other != lang))
    return {name: tuple(say(f"register.sheet_{name}", language) for language in languages) for name in SHEETS}
