"""Kill merges at random moments, start again, and see that nothing is lost, doubled or half-written.

`python -m tests.kill [--n 300] [--database sqlite|postgresql] [--seed S]` is the long form; tests/kill_test.py runs the
short one. A command takes files in and is killed without a word, before a random step or after a random time, and
started again, until every file is in. Then ledger and folders are compared with those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kill_run import Account


def main() -> int:
    """Run the long form; gives 1 when something is wrong, and keeps the folders then."""
    from tests.by_hand import ledgers, run
    from tests.databases import KINDS
    from tests.kill_run import prove  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.kill", description="Kill merges at random moments.")
    parser.add_argument("--n", type=int, default=300, help="how many files are merged")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def proof(folder: Path) -> Account:
        with ledgers(options.database, folder, 2) as urls:
            return prove(folder, files=options.n, seed=options.seed, ledgers=urls)

    return run("kill", proof, f"seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
