"""Make a new workspace, empty or from a register that the office kept by hand until now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Final

from tdnv_sheets import regulation as regulations
from tdnv_sheets.calendar_file import COLUMNS
from tdnv_sheets.errors import WrongUsage
from tdnv_sheets.findings import Finding
from tdnv_sheets.inbox.workspace import Workspace, create, put_in_place
from tdnv_sheets.intake.worker import Readers
from tdnv_sheets.ledger.commit import Entry, NewTask, commit
from tdnv_sheets.messages.catalogue import finding_text, say
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.receive import shown_name
from tdnv_sheets.pipeline.redraw import redraw
from tdnv_sheets.pipeline.regulations import open_regulation
from tdnv_sheets.pipeline.units import read_units
from tdnv_sheets.render.unit_list import draw_unit_list
from tdnv_sheets.settings import template
from tdnv_sheets.sheetspec import assignment_spec
from tdnv_sheets.takeover.understand import understand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdnv_sheets.grid import Book
    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.records import Unit
    from tdnv_sheets.takeover.taken import Takeover

CALENDAR_HEADER: Final = ",".join(COLUMNS) + "\n"


@dataclass(frozen=True, slots=True)
class Start:
    """What a new workspace begins with."""

    regulation: str
    """An id, or the path of a profile that the office wrote: the workspace gets a copy of it."""
    office: str = ""
    """Empty for the office that the regulation names."""
    language: str = "vi"
    units: Path | None = None
    register: Path | None = None
    """A hand-kept register to take over."""


def init(root: Path, start: Start, moment: Moment) -> tuple[Workspace, Takeover | None]:
    """Make the workspace; what cannot be read stops it before a folder is made."""
    rules = open_regulation(start.regulation, Path())
    own = Path(start.regulation) if regulations.is_own(start.regulation) else None
    for path in (start.units, start.register):
        if path is not None and not path.is_file():
            raise WrongUsage("no-such-file", path=path.with_name(shown_name(path.name)))
    with Readers() as readers:
        units = read_units(start.units, readers) if start.units else ()
        takeover = _understand(start.register, units, start.language, readers) if start.register else None
    name = own.name if own is not None else start.regulation
    space = create(root, template(start.office or rules.office, name, start.language))
    if own is not None:
        put_in_place(partial(copyfile, own), space.root / name)
    known = (*units, *(takeover.new_units if takeover else ()))
    settings = space.settings
    put_in_place(partial(_draw_units, known, settings.office, settings.language), space.units)
    # With a byte order mark, or Excel would show Vietnamese names wrongly.
    space.calendar.write_text(CALENDAR_HEADER, encoding="utf-8-sig")
    with open_office(space, new=True) as office:
        if takeover is not None and start.register is not None:
            entry = Entry(
                at=moment.now,
                day=moment.as_of,
                who=settings.office,
                source="takeover",
                decided_at=office.ledger.revision(),
                file=start.register.name,
                new_tasks=tuple(NewTask(task.leads, task.fields) for task in takeover.tasks),
            )
            commit(office.ledger, entry)
        redraw(office, as_of=moment.as_of, now=moment.now, read=None)
    return space, takeover


def _draw_units(units: Sequence[Unit], office: str, lang: str, path: Path) -> None:
    draw_unit_list(units, path, office=office, lang=lang)


def _understand(path: Path, units: Sequence[Unit], lang: str, readers: Readers) -> Takeover:
    _, book = readers.read(path)
    if isinstance(book, Finding):
        raise WrongUsage("takeover-unreadable", path=path, problem=finding_text(book, lang))
    takeover = understand(_uncomputed_shown(book), assignment_spec(), units)
    if not takeover.tasks:
        why = (
            "; ".join(
                f"«{item.sheet}»: {say(f'takeover.sheet-{item.reason}', lang)}" for item in takeover.sheets_skipped
            )
            or "0"
        )
        raise WrongUsage("takeover-nothing", path=path, why=why)
    return takeover


def _uncomputed_shown(book: Book) -> Book:
    """Put Excel's own word for it where a formula was never computed, so that the cell is listed and not taken for empty."""
    sheets = []
    for sheet in book.sheets:
        rows = [list(row) for row in sheet.rows]
        for row, column in sheet.uncached:
            if row <= len(rows) and column <= len(rows[row - 1]):
                rows[row - 1][column - 1] = "#CALC!"
        sheets.append(replace(sheet, rows=tuple(tuple(row) for row in rows)))
    return replace(book, sheets=tuple(sheets))
