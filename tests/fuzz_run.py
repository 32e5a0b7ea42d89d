"""Send mutants in, lot by lot, each lot into a fresh copy of the office, and look whether the promise holds."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from tdnv_sheets.grid import Book
from tdnv_sheets.inbox.workspace import Workspace, find
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.pipeline.draw import file_digest
from tdnv_sheets.pipeline.ingest import ingest
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tdnv_sheets.pipeline.redraw import redraw
from tests.conftest import NOW, TODAY
from tests.damage_clerk import state_of
from tests.fuzz_mutants import Mutant, mutant
from tests.fuzz_promise import (
    MEGABYTES,
    SECONDS,
    ledger_moved_only_so,
    only_what_the_file_holds,
    proposed,
    verdict_and_words,
)
from tests.fuzz_seeds import plant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tests.fuzz_seeds import Field

Broken: TypeAlias = tuple[Mutant | None, str]
"""A mutant, or None for a whole lot, and which promise was not kept."""
LOT: Final = 40
MOMENT: Final = Moment(TODAY, NOW)


@dataclass(slots=True)
class Account:
    """What a run did and which mutants broke the promise."""

    layers: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    slowest: tuple[float, str] = (0.0, "")
    peak: tuple[float, str] = (0.0, "")
    broken: list[Broken] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it."""
        return [
            f"{self.layers.total()} mutants: " + _counted(self.layers),
            "verdicts: " + _counted(self.verdicts),
            f"{self.changes} cells of the ledger changed; findings: " + _counted(self.codes),
            f"slowest {self.slowest[0]:.2f} s ({self.slowest[1]}); peak {self.peak[0]:.0f} MB ({self.peak[1]})",
            f"{len(self.broken)} broken promises",
            *(
                f"{one.name if one else 'a lot'} ({one.how if one else ''}): {_short(what)}"
                for one, what in self.broken[:40]
            ),
        ]


def _short(what: str) -> str:
    """Give the last line of a traceback; the whole of it is kept beside the file."""
    return what.strip().splitlines()[-1]


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader made of one mutant when it was alone."""

    book: Book | None
    seconds: float
    megabytes: float


def fuzz(ground: Field, folder: Path, *, seed: int, numbers: Sequence[int], account: Account) -> None:
    """Send the mutants of these numbers in as one lot."""
    lot = [mutant(ground.seeds, seed, number) for number in numbers]
    reads = dict(_read_alone(lot, folder / "alone"))
    for one in lot:
        account.layers[one.layer] += 1
        read = reads[one.name]
        account.slowest = max(account.slowest, (read.seconds, f"{one.name} {one.how}"))
        account.peak = max(account.peak, (read.megabytes, f"{one.name} {one.how}"))
        if read.seconds > SECONDS or read.megabytes > MEGABYTES:
            account.broken.append((one, f"read in {read.seconds:.1f} s with {read.megabytes:.0f} MB"))
    account.broken += _sent_in(ground, folder, lot, reads, account)


def _read_alone(lot: Iterable[Mutant], folder: Path) -> Iterator[tuple[str, Read]]:
    """Read each mutant in one child, and measure."""
    folder.mkdir(exist_ok=True)
    with Reader() as reader:
        for one in lot:
            path = folder / one.name
            path.write_bytes(one.data)
            _forget_peak()
            start = perf_counter()
            _, book = reader.read(path)
            yield one.name, Read(book if isinstance(book, Book) else None, perf_counter() - start, _peak())
            path.unlink()


def _forget_peak() -> None:
    """Let the children count their peak of memory anew; where the system cannot, it counts on."""
    for child in multiprocessing.active_children():
        switch = Path(f"/proc/{child.pid}/clear_refs")
        if switch.exists():
            switch.write_text("5", encoding="ascii")


def _peak() -> float:
    """Give the largest peak of resident memory among the children, in megabytes; 0 where the system does not say."""
    peaks = [0]
    for child in multiprocessing.active_children():
        status = Path(f"/proc/{child.pid}/status")
        if status.exists():
            lines = status.read_text(encoding="ascii", errors="replace").splitlines()
            peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(peaks) / 1024


def _sent_in(
    ground: Field, folder: Path, lot: Sequence[Mutant], reads: Mapping[str, Read], account: Account
) -> list[Broken]:
    """Take a lot in; when the program breaks, or takes longer than one file may take, look which half it was."""
    start = perf_counter()
    broken: list[Broken] = []
    received: list[Received] = []
    try:
        broken, received = _taken_in(ground, folder, lot, reads)
    except Exception:  # noqa: BLE001 - the very thing that must never happen, whatever it is
        broken = [(lot[0], traceback.format_exc())]
    spent = perf_counter() - start
    if len(lot) > 1 and (spent > SECONDS or not received):
        half = len(lot) // 2
        return [one for part in (lot[:half], lot[half:]) for one in _sent_in(ground, folder, part, reads, account)]
    for said in received:
        account.verdicts[said.verdict.value] += 1
        account.codes.update(about.finding.code for about in said.abouts)
        account.changes += len(said.changes)
    return [*broken, (lot[0], f"taken in {spent:.1f} s")] if spent > SECONDS else broken


def _taken_in(
    ground: Field, folder: Path, lot: Sequence[Mutant], reads: Mapping[str, Read]
) -> tuple[list[Broken], list[Received]]:
    """Take a lot into a fresh copy of the office, and look whether the promise holds."""
    root = folder / "office"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(ground.desk.office.root, root)
    space = find(root)
    for one in lot:
        (space.inbox / one.name).write_bytes(one.data)
    with open_office(space) as office:
        before = state_of(office).fields
        received = ingest(office, None, MOMENT)
        after = state_of(office).fields
        broken: list[Broken] = [(None, line) for line in ledger_moved_only_so(before, after, received)]
        redraw(office, as_of=TODAY, now=NOW, read=file_digest(space.register))
        broken += [(by_name(lot, name), line) for name, line in _proposals(office, reads)]
    broken += [(by_name(lot, name), line) for name, line in _marked_copies(received)]
    broken += [(one, line) for one in lot for line in _about_one(one, received, reads[one.name])]
    kept = _digests(space)
    broken += [(one, "its bytes are gone") for one in lot if hashlib.sha256(one.data).hexdigest() not in kept]
    return broken, received


def by_name(lot: Sequence[Mutant], name: str) -> Mutant | None:
    """Find a mutant by the name under which it was sent."""
    return next((one for one in lot if one.name == name), None)


def _about_one(one: Mutant, received: Iterable[Received], read: Read) -> Iterator[str]:
    said = [each for each in received if each.file == one.name]
    if len(said) != 1:
        yield f"{len(said)} verdicts"
    for each in said:
        yield from verdict_and_words(each)
        yield from only_what_the_file_holds(each, read.book)


def _marked_copies(received: Iterable[Received]) -> Iterator[tuple[str, str]]:
    """The copy that goes back to the sender opens."""
    with Reader() as reader:
        for one in received:
            if one.marked_at is not None and not isinstance(reader.read(one.marked_at)[1], Book):
                yield one.file, "its marked copy cannot be read"


def _proposals(office: Office, reads: Mapping[str, Read]) -> Iterator[tuple[str, str]]:
    for one in office.ledger.open_proposals():
        if one.file not in reads:
            yield one.file, "a proposal of a file that was not sent"
        else:
            yield from ((one.file, line) for line in proposed(one.fields, reads[one.file].book))


def _digests(space: Workspace) -> set[str]:
    files = (path for path in space.root.rglob("*") if path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def long_form(folder: Path, *, minutes: float, seed: int, keep: Path) -> Account:
    """Fuzz for so many minutes; what broke the promise goes to *keep*."""
    account = Account()
    ground = plant(folder, other_kinds=True)
    end, number = perf_counter() + 60 * minutes, 0
    while perf_counter() < end:
        before = len(account.broken)
        fuzz(ground, folder, seed=seed, numbers=range(number, number + LOT), account=account)
        for one, what in account.broken[before:]:  # at once: nothing is lost when somebody stops the run
            _keep(keep, seed, one, what)
        number += LOT
    return account


def _keep(keep: Path, seed: int, one: Mutant | None, what: str) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    name = f"seed {seed} {one.name if one else 'a lot'}"
    if one:
        (keep / name).write_bytes(one.data)
    with (keep / f"{name}.txt").open("a", encoding="utf-8") as note:
        note.write(f"seed {seed}\n{one.how if one else ''}\n{what}\n")
