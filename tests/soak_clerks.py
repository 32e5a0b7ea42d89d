"""How clerks and their programs put files into an inbox: at once, slowly, under another name first, over a file that is there.

Each way is a generator of pauses in seconds; between two of them it does one thing to the folder, whatever became of
the file meanwhile.
"""

from __future__ import annotations

import hashlib
import heapq
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from tests.soak_files import Place, Version
from tests.wrong_files_test import owner_file

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.soak_files import Pile

_CHUNKS: Final = 6
_OFTEN: Final = 3
"""So often a file is sent again under other names, at most."""
Way: TypeAlias = "Callable[[Clerk], Iterator[float]]"
NO_CONTENT: Final = Version(b"", Place.INBOX, frozenset())


@dataclass(slots=True)
class Dropped:
    """What was put into the inbox, and how often."""

    versions: dict[str, Version] = field(default_factory=dict)
    """Digest → what was dropped, without its bytes."""
    sure: Counter[str] = field(default_factory=Counter)
    """Digest → in so many places these bytes have to be found."""
    perhaps: Counter[str] = field(default_factory=Counter)
    """Digest → so many more were overwritten by their sender, who may have been too late."""

    @property
    def files(self) -> int:
        """How many there were, those that were overwritten too."""
        return self.sure.total() + self.perhaps.total()

    @property
    def staying(self) -> int:
        """How many of them are to stay in the inbox."""
        return sum(count for digest, count in self.sure.items() if self.versions[digest].place is Place.INBOX)

    def put(self, version: Version) -> None:
        """Remember that somebody dropped it."""
        digest = digest_of(version.data)
        self.versions[digest] = version._replace(data=b"")
        self.sure[digest] += 1

    def overwritten(self, version: Version) -> None:
        """Remember that its sender wrote something else over it, unless it had been taken by then."""
        digest = digest_of(version.data)
        self.sure[digest] -= 1
        self.perhaps[digest] += 1


def digest_of(data: bytes) -> str:
    """Give what tells bytes from others."""
    return hashlib.sha256(data).hexdigest()


@dataclass(slots=True)
class Clerk:
    """Puts files into one inbox."""

    inbox: Path
    pile: Pile
    chance: random.Random
    quiet: float
    """Seconds without a change after which a file is taken there."""
    dropped: Dropped = field(default_factory=Dropped)
    names: int = 0

    def name(self, words: str = "bản cập nhật", suffix: str = ".xlsx") -> Path:
        """Give a place that nobody used yet."""
        self.names += 1
        return self.inbox / f"{self.names:05} {words}{suffix}"

    def pause(self) -> float:
        """Give a while that may be shorter or longer than a file has to be quiet."""
        return self.chance.uniform(0.0, 2.0) * self.quiet

    def drop(self, path: Path, version: Version) -> None:
        """Copy a file into the inbox."""
        path.write_bytes(version.data)
        self.dropped.put(version)

    def over(self, path: Path, old: Version, new: Version) -> None:
        """Copy a file to where *old* was dropped; nobody can say whether that had been taken by then."""
        try:
            with path.open("xb") as file:
                file.write(new.data)
        except FileExistsError:
            self.dropped.overwritten(old)
            path.write_bytes(new.data)
        self.dropped.put(new)


def at_once(clerk: Clerk) -> Iterator[float]:
    """A file is copied in."""
    clerk.drop(clerk.name(), clerk.pile.good())
    yield 0


def to_correct(clerk: Clerk) -> Iterator[float]:
    """A file with a mistake is copied in."""
    clerk.drop(clerk.name("có chỗ sai"), clerk.pile.in_part())
    yield 0


def wrong(clerk: Clerk) -> Iterator[float]:
    """Something else is copied in: a letter, a picture of a page, a locked or foreign workbook."""
    suffix = clerk.chance.choice((".xlsx", ".docx", ".pdf", ".XLSX"))
    clerk.drop(clerk.name("tệp khác", suffix), clerk.pile.wrong())
    yield 0


def rivals(clerk: Clerk) -> Iterator[float]:
    """Two people write different words into one cell."""
    clerk.drop(clerk.name("đối"), clerk.pile.rival())
    yield 0


def slowly(clerk: Clerk) -> Iterator[float]:
    """A file is written bit by bit, with pauses."""
    path, version = clerk.name("chép chậm"), clerk.pile.good()
    size = -(-len(version.data) // _CHUNKS)
    with path.open("wb") as file:
        for start in range(0, len(version.data), size):
            file.write(version.data[start : start + size])
            file.flush()
            yield clerk.pause()
    clerk.dropped.put(version)


def broken_off(clerk: Clerk) -> Iterator[float]:
    """A copy breaks off, or begins empty, and is completed a while later."""
    path, version = clerk.name("chép dở"), clerk.pile.good()
    cut = clerk.chance.choice((0, clerk.chance.randrange(1, len(version.data) - 30)))
    path.write_bytes(version.data[:cut])
    yield 2 * clerk.pause()
    with path.open("ab") as file:
        file.write(version.data[cut:])
    clerk.dropped.put(version)


def downloaded(clerk: Clerk) -> Iterator[float]:
    """A browser writes under another name first."""
    path, version = clerk.name("tải về"), clerk.pile.good()
    half = path.with_name(f"{path.name}.crdownload")
    half.write_bytes(version.data)
    yield clerk.pause()
    half.rename(path)
    clerk.dropped.put(version)


def renamed(clerk: Clerk) -> Iterator[float]:
    """Somebody gives the file another name, if it still is there."""
    path = clerk.name("tên cũ")
    clerk.drop(path, clerk.pile.good())
    yield clerk.pause()
    with suppress(FileNotFoundError):
        path.rename(clerk.name("tên mới"))


def overwritten(clerk: Clerk) -> Iterator[float]:
    """Another file is copied over it while it settles, is read or is gone."""
    path, old = clerk.name("ghi đè"), clerk.pile.good()
    clerk.drop(path, old)
    yield clerk.pause()
    clerk.over(path, old, clerk.pile.good())


def saved_by_excel(clerk: Clerk) -> Iterator[float]:
    """Excel saves over it: a new file without an extension, the old one renamed, the new one renamed, the old one deleted."""
    path, old, new = clerk.name("lưu lại"), clerk.pile.good(), clerk.pile.good()
    clerk.drop(path, old)
    yield clerk.pause()
    fresh, gone = (path.with_name(f"{clerk.chance.getrandbits(32):08X}{suffix}") for suffix in ("", ".tmp"))
    fresh.write_bytes(new.data)
    with suppress(FileNotFoundError):
        path.rename(gone)
    yield clerk.pause() / 4
    try:
        os.link(fresh, path)
    except FileExistsError:  # it was claimed, given back by the next watcher, and is replaced now
        clerk.dropped.overwritten(old)
        fresh.replace(path)
    else:
        fresh.unlink()
    clerk.dropped.put(new)
    if gone.exists():
        gone.unlink()
        clerk.dropped.overwritten(old)


def open_in_excel(clerk: Clerk) -> Iterator[float]:
    """An owner file lies beside it for a while."""
    path = clerk.name("đang mở")
    owner = path.with_name(f"~${path.name}")
    owner.write_bytes(owner_file("Chị Hoa"))
    clerk.drop(path, clerk.pile.good())
    yield 2 * clerk.pause()
    owner.unlink()


def sent_again(clerk: Clerk) -> Iterator[float]:
    """The very same file is sent under other names."""
    version = clerk.pile.good()
    for _ in range(clerk.chance.randint(2, _OFTEN)):
        clerk.drop(clerk.name("gửi lại"), version)
        yield clerk.pause()


def saved_again(clerk: Clerk) -> Iterator[float]:
    """The same content is sent in other bytes."""
    for version in clerk.pile.saved_again():
        clerk.drop(clerk.name("lưu không sửa"), version)
        yield clerk.pause()


def in_a_folder(clerk: Clerk) -> Iterator[float]:
    """A folder is made, filled, and moved in as a whole."""
    clerk.names += 1
    outside = clerk.inbox.with_name(f"thư mục {clerk.names}")
    outside.mkdir()
    for number in range(2):
        version = clerk.pile.good()
        (outside / f"{clerk.names:05} tệp {number}.xlsx").write_bytes(version.data)
        clerk.dropped.put(version)
    yield 0
    outside.rename(clerk.inbox / outside.name)


def never_whole(clerk: Clerk) -> Iterator[float]:
    """A copy breaks off for good, or nothing at all arrived."""
    clerk.drop(clerk.name("hỏng dở"), clerk.chance.choice((clerk.pile.half(), NO_CONTENT)))
    yield 0


def litter(clerk: Clerk) -> Iterator[float]:
    """A program leaves a file of its own."""
    clerk.names += 1
    name = clerk.chance.choice((f"~${clerk.names} cũ.xlsx", f".~lock.{clerk.names}.xlsx#", f"{clerk.names}.tmp"))
    clerk.drop(clerk.inbox / name, Version(owner_file(f"Anh {clerk.names}"), Place.INBOX, frozenset()))
    yield 0


WAYS: Final[Mapping[Way, int]] = {
    at_once: 30,
    slowly: 8,
    broken_off: 6,
    downloaded: 4,
    renamed: 6,
    overwritten: 8,
    saved_by_excel: 4,
    open_in_excel: 3,
    sent_again: 6,
    saved_again: 4,
    in_a_folder: 4,
    rivals: 6,
    to_correct: 4,
    wrong: 6,
    never_whole: 1,
    litter: 1,
}
"""Way → how often of a hundred, about."""


@dataclass(slots=True)
class Clerks:
    """All clerks at once: ways that were begun are gone on with when their pause is over."""

    clerk: Clerk
    left: list[Way]
    """Ways that are not begun yet."""
    _under_way: list[tuple[float, int, Iterator[float]]] = field(default_factory=list)
    _begun: int = 0

    @property
    def planned(self) -> int:
        """How many there are in all."""
        return self._begun + len(self.left)

    @property
    def is_done(self) -> bool:
        """Say whether everybody has finished."""
        return not self.left and not self._under_way

    def begin(self, count: int, clock: float) -> None:
        """Begin so many ways at once."""
        for _ in range(min(count, len(self.left))):
            self._begun += 1
            heapq.heappush(self._under_way, (clock, self._begun, self.left.pop()(self.clerk)))

    def go_on(self, clock: float) -> None:
        """Do what is due."""
        while self._under_way and self._under_way[0][0] <= clock:
            _, number, way = heapq.heappop(self._under_way)
            pause = next(way, None)
            if pause is not None:
                heapq.heappush(self._under_way, (clock + pause, number, way))


def drawn(chance: random.Random, files: int) -> list[Way]:
    """Draw ways for about so many files, each of them at least once."""
    ways = [*WAYS, *chance.choices(list(WAYS), weights=list(WAYS.values()), k=max(files - len(WAYS), 0))]
    chance.shuffle(ways)
    return ways
