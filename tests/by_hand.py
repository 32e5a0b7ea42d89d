"""What the long proofs share that are run by hand: folders that stay when something is wrong, and ledgers of their own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.databases import fresh, run_of_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Account(Protocol):
    """What a proof found."""

    wrong: list[str]

    def lines(self) -> Iterator[str]:
        """Say it."""


def run(name: str, proof: Callable[[Path], Account], *more: str) -> int:
    """Run a proof in a folder of its own and print what it found, and *more*; gives 1 when something is wrong."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    account = proof(folder)
    sys.stdout.write("\n".join([*account.lines(), *more, ""]))
    if account.wrong:
        sys.stdout.write(f"the folders are kept: {folder}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


@contextmanager
def ledgers(kind: str, folder: Path, count: int) -> Iterator[Sequence[str]]:
    """Give the addresses of empty ledgers; those of SQLite are empty, since each workspace has its own."""
    with ExitStack() as stack:
        if kind == "sqlite":
            yield [""] * count
            return
        stack.enter_context(run_of_tests())
        yield [stack.enter_context(fresh(kind, folder)) for _ in range(count)]
