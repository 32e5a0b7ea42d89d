"""Say what of the office's own a new drawing of the register cannot have, before the old file is replaced.

It is written into a note beside the register, for nobody who works in Excel reads a log; the commands show it too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import About, shorten
from tdnv_sheets.inbox.shelf import NOTE_SUFFIX
from tdnv_sheets.messages.catalogue import LANGUAGES, found, say
from tdnv_sheets.pipeline.receive import finding_lines
from tdnv_sheets.validate.secrecy import Secrecy, secrecy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tdnv_sheets.pipeline.redraw import Redrawn

_FEW: Final = 8
"""How many things of one kind on one sheet are named that a redraw could not keep."""


def lost(sheets: Iterable[str], drawn: Redrawn) -> tuple[About, ...]:
    """Give one finding for each thing; *sheets* are the office's own sheets, which a file that is made anew has not."""
    return (*_things(drawn), *_sheets(sheets, drawn))


def write_note(register: Path, abouts: Iterable[About], now: datetime, lang: str) -> Path:
    """Add *abouts* to the note beside *register*; what it said last is not said again.

    Raises `OSError`: then the register is not replaced either.
    """
    path = register.with_name(f"{register.name}{NOTE_SUFFIX}")
    said = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    lines = "\n".join(finding_lines(abouts, lang))
    if not said.rstrip("\n").endswith(lines):
        head = say("pipeline.lost_head", lang, at=f"{now:%H:%M %d/%m/%Y}")
        path.write_text("\n\n".join(filter(None, (said.rstrip("\n"), f"{head}\n{lines}\n"))), encoding="utf-8-sig")
    return path


def _things(drawn: Redrawn) -> Iterator[About]:
    """Give what of the office's on our sheets is lost; a few of each kind."""
    kinds = Counter[tuple[str, str]]()
    for item in drawn.kept.lost:
        kinds[item.what, item.sheet] += 1
        if kinds[item.what, item.sheet] <= _FEW:
            where = "!".join(part for part in (item.sheet, item.place) if part)
            about = ": ".join(part for part in (where, shorten(item.detail)) if part)
            words = {f"what_{lang}": say(f"parts.lost_{item.what}", lang) for lang in LANGUAGES}
            values = {**words, "about": about, "backup": str(drawn.backup)}
            yield About(found("register-not-kept", item.sheet, values=values))


def _sheets(sheets: Iterable[str], drawn: Redrawn) -> Iterator[About]:
    """Say why our sheets cannot be put into the office's file, and which sheets the new one does not have."""
    if not drawn.kept.refused:
        return
    reasons = {f"why_{lang}": say(f"parts.graft_{drawn.kept.refused}", lang) for lang in LANGUAGES}
    yield About(found("register-drawn-anew", values={**reasons, "backup": str(drawn.backup)}))
    for name in sheets:
        values = {"sheet": "***" if secrecy(name) is Secrecy.REFUSE else name, "backup": str(drawn.backup)}
        yield About(found("sheet-not-kept", values=values))
