"""File a merged workbook away, with its receipt and marked copy, so that a command that dies at any moment loses nothing.

Before the ledger's transaction a plan is laid beside the claimed file: where it will lie, under which name the marked
copy goes back, what the receipt says. Whoever finds a claimed file with a plan asks the ledger by the plan's token
whether the transaction happened, and then either finishes the plan word for word or drops it. The claimed file is moved last.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from tdnv_sheets.inbox import shelf
from tdnv_sheets.ledger.arrivals import arrived
from tdnv_sheets.ledger.taken import read_taken
from tdnv_sheets.merge.rows import Counts
from tdnv_sheets.pipeline.arrived import new_token
from tdnv_sheets.pipeline.check import check_together, draw_marks, marked_place, needs_marks
from tdnv_sheets.pipeline.not_taken import said_again
from tdnv_sheets.pipeline.receive import Received, receipt
from tdnv_sheets.records import units_by_code
from tdnv_sheets.validate.checked import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tdnv_sheets.pipeline.moment import Moment
    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.validate.checked import Checked, Grounds

_REVISION: Final = "\0"
"""Stands in a receipt for the revision, which the ledger gives only when it writes."""
_LISTS_OWED: Final = ".lists-owed"
_OURS: Final = re.compile(r"\..+\.[0-9a-f]{8}\.xlsx")
"""How `put_in_place` names what it draws beside its target."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where one file and what is written about it will lie; places are written from the workspace's root."""

    token: str
    """Names the arrival that the ledger writes with the verdict."""
    digest: str
    name: str
    verdict: str
    unit: str
    period: str
    total: int
    held: int
    kept: str
    marked: str
    """Empty where no marked copy goes back."""
    note: str
    """Empty where the office wants no text beside such a file."""


def plan_for(office: Office, here: Path, checked: Checked, received: Received, moment: Moment, *, digest: str) -> Plan:
    """Decide where a claimed file will lie, and lay that beside it before anything is written."""
    space = office.space
    folder = space.quarantine if received.verdict is Verdict.QUARANTINED else space.archive(moment.now)
    folder.mkdir(parents=True, exist_ok=True)
    marked = ""
    if _is_marked(checked, received):
        marked = marked_place(office, checked, space.returned).relative_to(space.root).as_posix()
    plan = Plan(
        token=new_token(),
        digest=digest,
        name=received.file,
        verdict=received.verdict.value,
        unit=received.unit,
        period=received.period,
        total=received.total,
        held=received.held,
        kept=shelf.free_name(folder, received.file).relative_to(space.root).as_posix(),
        marked=marked,
        note=_note(office, received, moment, marked) if _is_noted(office, received) else "",
    )
    place = _place_of(here)
    fresh = place.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(plan), ensure_ascii=False))
        if marked:  # what only this plan knows has to outlive a power cut too
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(place)
    return plan


def _is_marked(checked: Checked, received: Received) -> bool:
    return needs_marks(checked) and received.verdict is checked.verdict


def _note(office: Office, received: Received, moment: Moment, marked: str) -> str:
    known = units_by_code(office.units).get(received.unit)
    unit = known.name if known else received.unit
    return receipt(received, unit, moment.now, office.lang, revision=_REVISION, marked=marked)


def _is_noted(office: Office, received: Received) -> bool:
    """Say whether a text lies beside the file; in quarantine always, for nothing else says why it is there."""
    wish = office.space.settings.receipts
    if wish == "problems":
        return received.verdict is not Verdict.ACCEPTED or bool(received.conflicts)
    return wish == "all" or received.verdict is Verdict.QUARANTINED


def finish(
    office: Office, here: Path, plan: Plan, received: Received, moment: Moment, *, checked: Checked | None
) -> Received:
    """Do what *plan* says; doing it a second time changes nothing."""
    root = office.space.root
    kept = root / plan.kept
    if plan.marked:
        target = root / plan.marked
        if checked is not None:
            draw_marks(office, checked, plan.name, target.parent, moment, revision=received.revision, target=target)
        received = replace(received, marked_at=target if target.exists() else None)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if plan.note:
        note = here.with_name(f".{here.name}.note")
        shown = "–" if received.revision is None else str(received.revision)
        note.write_text(plan.note.replace(_REVISION, shown), encoding="utf-8-sig")
        shelf.move(note, kept.with_name(f"{kept.name}{shelf.NOTE_SUFFIX}"))
    shelf.move(here, kept)
    for own in (_place_of(here), _origin_of(here)):
        own.unlink(missing_ok=True)
    return replace(received, kept_at=kept)


def recover(office: Office, grounds: Grounds, moment: Moment) -> list[Received]:
    """Finish what a command that died had begun: files that the ledger knows are filed away, others go back to the inbox."""
    if not office.space.work.is_dir():
        return []
    finished = []
    for path in claimed(office):
        plan = _load(path)
        written = None if plan is None else arrived(office.ledger, plan.token)
        if plan is None or written is None:
            if not office.space.inbox.is_dir():
                continue  # unplugged or unmounted: a folder made in its place would hide the files
            give_back(path, _folder_of(office, path), path.name)
        else:
            finished.append(_finish_later(office, path, plan, grounds, moment, revision=written[0]))
    if not claimed(office):
        _tidy(office)
    return finished


def claimed(office: Office) -> Sequence[Path]:
    """List the files that a command had claimed and not filed away."""
    return shelf.waiting_files(office.space.work) if office.space.work.is_dir() else ()


@contextmanager
def lists_owed(office: Office) -> Iterator[bool]:
    """Remember, for a command that dies in here, that lists are still to be drawn; gives whether one before owes them."""
    mark = office.space.work / _LISTS_OWED
    owed = mark.exists()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    yield owed
    mark.unlink(missing_ok=True)


def is_planned(office: Office, path: Path) -> bool:
    """Say whether the ledger holds what a claimed file was planned for, so that it only has to be filed away."""
    plan = _load(path)
    return plan is not None and arrived(office.ledger, plan.token) is not None


def give_back(path: Path, folder: Path | None, name: str) -> None:
    """Put a claimed file back into *folder*; None for a copy, which is taken away."""
    _place_of(path).unlink(missing_ok=True)
    if folder is None:
        path.unlink()
    else:
        shelf.file_away(path, folder, name)
    _origin_of(path).unlink(missing_ok=True)


def remember_folder(office: Office, here: Path, folder: Path) -> None:
    """Write down from which folder below the inbox a file was claimed, so that it can be put back there."""
    inbox, origin = office.space.inbox.resolve(), _origin_of(here)
    if folder.resolve() == inbox:
        origin.unlink(missing_ok=True)
    else:
        origin.write_bytes(os.fsencode(folder.resolve().relative_to(inbox).as_posix()))


def _folder_of(office: Office, here: Path) -> Path:
    """Give the folder from which a file was claimed; the inbox itself where that is not known."""
    with suppress(OSError, ValueError):
        folder = office.space.inbox / os.fsdecode(_origin_of(here).read_bytes())
        if folder.resolve().is_relative_to(office.space.inbox.resolve()):
            return folder
    return office.space.inbox


def _finish_later(
    office: Office, path: Path, plan: Plan, grounds: Grounds, moment: Moment, *, revision: int | None
) -> Received:
    """Finish the plan of a command that died, and say of the file what that one would have said.

    Only a marked copy asks for the file to be read again; not one that is drawn already, which a person may have open.
    """
    checked = None
    if plan.marked and not (office.space.root / plan.marked).exists():
        ((_, _, checked),) = check_together(office.readers, [path], grounds)
        if checked.issued is None or checked.issued.unit not in units_by_code(office.units):
            checked = None  # its unit is no longer listed: there is nobody to send a copy to
    received = Received(
        plan.name,
        Verdict(plan.verdict),
        unit=plan.unit,
        period=plan.period,
        total=plan.total,
        held=plan.held,
        abouts=() if checked is None else checked.abouts,
        revision=revision,
    )
    taken = read_taken(office.ledger, plan.digest, plan.token)
    if taken is not None:
        received = replace(
            received,
            abouts=tuple(said_again(stored) for stored in taken.findings),
            changes=taken.changes,
            conflicts=taken.conflicts,
            rows=Counts(**taken.counts.get("rows", {})),
            cells=Counts(**taken.counts.get("cells", {})),
        )
    return finish(office, path, plan, received, moment, checked=checked)


def _load(path: Path) -> Plan | None:
    """Read the plan of a claimed file; none where there is none, or where it is not whole."""
    try:
        return Plan(**json.loads(_place_of(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _place_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.plan")


def _origin_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.from")


def _tidy(office: Office) -> None:
    """Take away what a command that died left of its own: plans without a file, and drawings that were not finished."""
    for path in _left_over(office):
        path.unlink(missing_ok=True)


def _left_over(office: Office) -> Iterator[Path]:
    space = office.space
    own = (path for path in space.work.iterdir() if path.name.startswith(".") and path.is_file())
    yield from (path for path in own if path.name != _LISTS_OWED)
    for folder in (space.root, space.outbox, space.returned):
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if _OURS.fullmatch(path.name) and path.is_file())
