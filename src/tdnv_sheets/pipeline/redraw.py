"""Draw the register anew in its place, and keep what the office had as a backup."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.errors import WaitsForPerson
from tdnv_sheets.graft.standing import Stands, frame_of
from tdnv_sheets.inbox.shelf import free_name
from tdnv_sheets.inbox.workspace import put_in_place
from tdnv_sheets.pipeline.draw import file_digest, register_view
from tdnv_sheets.pipeline.drawn_before import Remembered, changed, recall, remember, shows
from tdnv_sheets.pipeline.office_file import (
    Before,
    Kept,
    before,
    in_their_places,
    put_into,
    put_rows_into,
    usual_titles,
)
from tdnv_sheets.render.register import draw_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from tdnv_sheets.pipeline.drawn_before import Shows
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.render.view import RegisterView

STANDS_FROM: Final = 2_000
"""Rows of «Nhiệm vụ» from which only those are drawn that changed, where that can be. At 2,000 rows that takes half the time
of the whole, at 20,000 a third (`benchmarks/graft.py`), and below it a redraw takes a second or two in either way."""


class Redrawn(NamedTuple):
    """The register as it was drawn anew."""

    path: Path
    backup: Path | None
    """Where the file lies that it replaced; None where that one was as we had drawn it, or there was none."""
    revision: int
    """Of the ledger, which it shows."""
    kept: Kept = Kept()
    """What became of the office's own things in the file."""
    rows: int | None = None
    """How many rows of «Nhiệm vụ» were drawn, where the others stayed as they were in the file; None: all."""


class ToDraw(NamedTuple):
    """What is to be drawn, and into what."""

    view: RegisterView
    lang: str
    data: bytes
    """Of the file there now."""
    ours: bool
    """Whether that is, byte for byte, a file that we wrote."""
    file: Before
    known: Remembered | None
    """What is remembered of it."""
    now: Shows | None
    """What «Nhiệm vụ» shows now; None where nobody is to remember it."""


class Done(NamedTuple):
    """What a drawing came to."""

    kept: Kept = Kept()
    frame: str = ""
    """Of «Nhiệm vụ», for the next redraw; empty where it cannot rely on it."""
    rows: int | None = None
    digest: str = ""
    """Of the file's bytes."""


def redraw(
    office: Office,
    *,
    as_of: date,
    now: datetime,
    read: str | None,
    tell: Callable[[Redrawn], None] | None = None,
    stands_from: int = STANDS_FROM,
) -> Redrawn:
    """Draw the register in its place: into the office's file, whose other sheets and things stay as they are.

    *read* is the digest of the file whose edits are in the ledger, None when there was no file; one that was saved
    since is not overwritten. *tell* is asked before that file is replaced by one that cannot have all of the office's own.
    From *stands_from* rows on only those of «Nhiệm vụ» are drawn that changed, where the result is the same.
    """
    path = office.space.register
    names = {unit.code: unit.name for unit in office.units}
    task = _task(office, as_of, read, stands_from)
    done, backup = Done(), None

    def draw(temporary: Path) -> None:
        nonlocal done
        done = draw_into(task, temporary)
        _unchanged(path, read)  # drawing took its time

    def keep() -> Path | None:
        nonlocal backup
        if read is not None and (not task.ours or done.kept.lost or done.kept.refused):
            backup = _backup(office, now)
        if tell is not None and (done.kept.lost or done.kept.refused):
            tell(Redrawn(path, backup, task.view.revision, done.kept, done.rows))
        return backup

    office.ledger.remember_names(names)
    put_in_place(draw, path, backup=keep)
    office.ledger.record_drawing(done.digest, task.view.revision, now)
    if task.now is not None and done.frame:
        remember(office.space, done.digest, Remembered(task.now, done.frame))
    return Redrawn(path, backup, task.view.revision, done.kept, done.rows)


def _task(office: Office, as_of: date, read: str | None, stands_from: int) -> ToDraw:
    data = _unchanged(office.space.register, read)
    ours = read is not None and office.ledger.drawn(read) is not None
    known = recall(office.space, read) if ours else None
    order = None if known is None else known.shows.order
    file = Before() if data is None else before(data, office.lang, ours=ours, order=order)
    view = register_view(office, as_of)
    rows = tuple(in_their_places(view.rows, file.order, {unit.code: unit.name for unit in office.units}))
    view = replace(view, titles=file.titles, wanted=file.wanted, rows=rows)
    return ToDraw(view, office.lang, data or b"", ours, file, known, shows(view) if len(rows) >= stands_from else None)


def draw_into(task: ToDraw, path: Path) -> Done:
    """Draw into the file: only the rows that changed where its others may stay, else all of it."""
    title = task.view.titles.get("tasks") or usual_titles(task.lang)["tasks"][0]
    few = None if task.known is None or task.now is None else changed(task.known.shows, task.now)
    if task.known is not None and few is not None:
        stands = Stands(title, task.known.frame, len(task.view.rows), alone=task.file.data is None)
        draw_register(task.view, path, few)
        kept = put_rows_into(task.data, path, task.lang, stands)
        if kept is not None:
            return Done(kept, task.known.frame, len(few), file_digest(path))
    draw_register(task.view, path)
    whole = path.read_bytes() if task.now is not None else b""
    kept = put_into(task.file, path, task.lang)
    lasting = task.now is not None and not any(item.sheet == title for item in kept.lost)
    frame = frame_of(path.read_bytes(), whole, title) if lasting else ""
    return Done(kept, frame, digest=file_digest(path))


def _unchanged(path: Path, read: str | None) -> bytes | None:
    """Give the register's bytes, None where there is none; it has to be the one that was read."""
    if not path.exists():
        return None
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != read:
        raise WaitsForPerson("register-changed-meanwhile", path=path)
    return data


def _backup(office: Office, now: datetime) -> Path:
    """Name the backup of a file that cannot be made again: of what people edited, or of what the new one cannot have."""
    name = office.space.register
    return free_name(office.space.backups, f"{name.stem} {now:%Y-%m-%d %H%M%S}{name.suffix}")
