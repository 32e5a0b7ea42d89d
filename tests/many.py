"""Let many intake nodes merge into one ledger at once, and see that it comes out as one after the other.

`python -m tests.many [--files 400] [--processes 8] [--database sqlite|postgresql] [--seed S]` is the long form;
tests/many_writers_test.py runs the short one. Each process has a workspace of its own; all have the ledger in common.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.many_run import Account


def main() -> int:
    """Run the long form; gives 1 when something is wrong, and keeps the folders then."""
    from tests.by_hand import run
    from tests.databases import KINDS, fresh, run_of_tests
    from tests.many_run import prove  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.many", description="Merge by many processes at once.")
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def proof(folder: Path) -> Account:
        with run_of_tests(), fresh(options.database, folder) as ledger:
            return prove(folder, files=options.files, processes=options.processes, seed=options.seed, ledger=ledger)

    return run("many", proof, f"seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
