"""What must hold when the clerks have gone home: where each file lies, what was said of it, and what ledger and register hold."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from tdnv_sheets.inbox.scan import waiting
from tdnv_sheets.inbox.shelf import NOTE_SUFFIX
from tdnv_sheets.ledger import tables as t
from tdnv_sheets.ledger.store import Ledger
from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.validate.checked import Verdict
from tests.conftest import TODAY, run
from tests.kill_office import cells_of, differing, ledger_facts, not_where_it_is_said_to_be
from tests.soak_files import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tdnv_sheets.inbox.workspace import Workspace
    from tests.soak_clerks import Dropped

OWN_FILES: Final = ("watch.json", "watch.log", "watch.log.1", "watch.log.2")
"""What watchers keep beside the ledger."""
_DUPLICATE: Final = Verdict.DUPLICATE.value
_GIVEN_BACK: Final = frozenset((Verdict.PARTLY.value, Verdict.RETURNED.value))
_AS_OF: Final = ("--as-of", TODAY.isoformat())


class Lying(NamedTuple):
    """One file as it was found in the end."""

    place: Place
    path: Path
    digest: str
    verdict: str
    """What the note beside it says; empty where there is none."""


def lying_in(space: Workspace) -> list[Lying]:
    """List every file that somebody dropped, wherever it lies now."""
    archive = space.root / space.settings.folders.archive
    folders = {Place.ARCHIVE: archive, Place.QUARANTINE: space.quarantine, Place.INBOX: space.inbox}
    return [
        Lying(place, path, file_digest(path), _verdict_of(path))
        for place, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(NOTE_SUFFIX)
    ]


def _verdict_of(path: Path) -> str:
    note = path.with_name(f"{path.name}{NOTE_SUFFIX}")
    if not note.is_file():
        return ""
    words = note.read_text(encoding="utf-8-sig").partition(":")[0]
    return next((verdict.value for verdict in Verdict if say(f"pipeline.verdict_{verdict}", "vi") == words), words)


# ------------------------------------------------------------------ how far the watcher is


def is_idle(space: Workspace, dropped: Dropped) -> bool:
    """Say whether all is taken in but what is to wait in the inbox."""
    if space.work.is_dir() and any(path.name != ".lists-owed" for path in space.work.iterdir()):
        return False
    for path in waiting(space.inbox, subfolders=True):
        try:
            version = dropped.versions.get(file_digest(path))
        except FileNotFoundError:
            return False
        if version is None or version.place is not Place.INBOX:
            return False
    return True


def register_is_right(space: Workspace) -> bool:
    """Say whether the register is one that was drawn from the ledger as it is now."""
    with _ledger_of(space) as ledger:
        return space.register.is_file() and ledger.drawn(file_digest(space.register)) == ledger.revision()


@contextmanager
def _ledger_of(space: Workspace) -> Iterator[Ledger]:
    ledger = Ledger.at(space.ledger_url)
    try:
        yield ledger
    finally:
        ledger.close()


# ------------------------------------------------------------------ what is not as it should be


def misplaced(dropped: Dropped, lying: Sequence[Lying]) -> Iterator[str]:
    """Name bytes that are lost, doubled, nobody's, or in a place where they do not belong."""
    found = Counter(one.digest for one in lying)
    where = {one.digest: one.path for one in lying}
    for digest in found.keys() | dropped.sure.keys():
        least = dropped.sure[digest]
        if digest not in dropped.versions:
            yield f"nobody dropped what lies in {where[digest]}"
        elif not least <= found[digest] <= least + dropped.perhaps[digest]:
            name = where.get(digest, dropped.versions[digest].content or digest)
            yield f"{name}: dropped {least} times, lies in {found[digest]} places"
    for one in lying:
        version = dropped.versions.get(one.digest)
        if version is not None and version.place is not one.place:
            yield f"{one.path}: belongs in the {version.place}"


def misjudged(dropped: Dropped, lying: Sequence[Lying], space: Workspace) -> Iterator[str]:
    """Name files without a verdict or with two, other verdicts than their content deserves, and what the ledger says otherwise."""
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in lying:
        version = dropped.versions.get(one.digest)
        if version is not None and one.place is not Place.INBOX:
            verdicts[version.content or one.digest][one.verdict] += 1
            if one.verdict not in {*version.verdicts, _DUPLICATE}:
                yield f"{one.path}: «{one.verdict}» instead of {set(version.verdicts)}"
    for content, said in verdicts.items():
        if said.total() - said[_DUPLICATE] != 1:
            yield f"{content}: {dict(said)}, but the same is taken in once"
    notes = {note for folder in {one.path.parent for one in lying} for note in folder.glob(f"*{NOTE_SUFFIX}")}
    files = {one.path for one in lying}
    yield from (f"{n}: no file" for n in notes if n.with_name(n.name.removesuffix(NOTE_SUFFIX)) not in files)
    judged = {one.digest: one.verdict for one in lying if one.place is not Place.INBOX and one.verdict != _DUPLICATE}
    remembered = {digest: verdict for digest, _, verdict in _files(space)}
    yield from differing("verdicts", sorted(remembered.items()), sorted(judged.items()), "in the ledger")
    yield from not_where_it_is_said_to_be(space)
    marked = [path for path in space.returned.glob("*.xlsx") if "CẦN SỬA" in path.name]
    asked = sum(one.verdict in _GIVEN_BACK for one in lying)
    if len(marked) != asked:
        yield f"{len(marked)} marked copies of {asked} files to correct"
    for path in marked:
        with zipfile.ZipFile(path) as package:
            if package.testzip() is not None:
                yield f"{path} is half-written"


def _files(space: Workspace) -> list[tuple[str, str, str]]:
    """Give digest, name and verdict of the files that the ledger knows, in the order in which it took them in."""
    files = t.files.c
    query = sa.select(files.digest, files.name, files.verdict).order_by(
        files.revision.is_(None), files.revision, files.digest
    )
    with _ledger_of(space) as ledger, ledger.reading() as connection:
        return [(row.digest, row.name, row.verdict) for row in connection.execute(query)]


def register_differs(space: Workspace, folder: Path) -> Iterator[str]:
    """Compare the register, cell by cell, with one that is drawn from the ledger elsewhere."""
    again = folder / "drawn again.xlsx"
    done = run("-C", space.root, *_AS_OF, "render", "-o", again)
    assert done.code == 0, done.err
    ours, theirs = cells_of(space.register), cells_of(again)
    for title in ours.keys() | theirs.keys():
        yield from differing(f"register, {title}", ours.get(title, []), theirs.get(title, []), "as it was left")


def ledger_differs(space: Workspace, serial: Workspace, lying: Sequence[Lying], folder: Path) -> Iterator[str]:
    """Merge the files of the ledger one after the other in its order, and compare what that makes."""
    kept = {one.digest: one.path for one in lying if one.place is not Place.INBOX}
    paths = []
    for number, (digest, name, _) in enumerate(_files(space)):
        path = folder / "in order" / f"{number:05}" / name
        path.parent.mkdir(parents=True)
        if digest not in kept:
            yield f"{name}: in the ledger and nowhere else"
            return
        shutil.copyfile(kept[digest], path)
        paths.append(path)
    done = run("-C", serial.root, *_AS_OF, "merge", *paths)
    if done.code not in {0, 1, 3}:
        yield f"the serial merge ended with {done.code}: {done.err}"
    ours, theirs = ledger_facts(space.ledger_url), ledger_facts(serial.ledger_url)
    for name in theirs.keys() - {"arrivals"}:  # what was sent again or waits has arrived too, and makes nothing
        yield from differing(f"ledger, {name}", ours[name], theirs[name])
    with _ledger_of(space) as ledger:
        yield from (f"the ledger does not follow from its revisions: {difference}" for difference in ledger.verify())
