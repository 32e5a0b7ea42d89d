"""Make mutants: one honest file, one layer, one or a few mutations; number and seed give the same mutant again."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from tests.fuzz_bytes import BYTES, ZIP
from tests.fuzz_cells import CELLS, TEXT
from tests.fuzz_xml import XML

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fuzz_bytes import Mutator
    from tests.fuzz_seeds import Seed

LAYERS: Final[Mapping[str, Mapping[str, Sequence[Mutator]]]] = {
    ".xlsx": {"bytes": BYTES, "members": ZIP, "xml": XML, "cells": CELLS},
    ".ods": {"bytes": BYTES, "members": ZIP, "xml": XML},
    ".xls": {"bytes": BYTES},
    ".csv": {"bytes": BYTES, "cells": TEXT},
}
"""The layers of each kind of file."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spoilt file and how it came about."""

    name: str
    """The name under which it is sent."""
    layer: str
    how: str
    data: bytes


def mutant(seeds: Sequence[Seed], seed: int, number: int) -> Mutant:
    """Make mutant *number* of a run."""
    r = Random(f"{seed}/{number}")  # noqa: S311 - nothing is kept secret with it
    honest = r.choice(seeds)
    layer = r.choice(list(LAYERS[honest.suffix]))
    data, steps = honest.data, [honest.name]
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        change = r.choice(LAYERS[honest.suffix][layer])
        data, step = _applied(r, data, change)
        steps.append(step)
    suffix = honest.suffix if r.random() < 0.95 else r.choice((".xlsx", ".xls", ".csv", ".ods", ".txt", ""))
    return Mutant(f"{number:06}{suffix}", layer, f"{layer}: {', '.join(steps)}", data)


def _applied(r: Random, data: bytes, change: Mutator) -> tuple[bytes, str]:
    """Apply one mutation; a file that is too spoilt to be taken apart loses some bytes instead."""
    name = getattr(change, "__name__", "?").lstrip("_")
    try:
        return change(r, data), name
    except Exception:  # noqa: BLE001 - whatever our own tools raise on files that were spoilt before
        return data[: len(data) - len(data) // 7], f"{name} (cut instead)"
