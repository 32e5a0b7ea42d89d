"""Drop thousands of files in every way while the watcher is killed again and again, and see that each ends in one place.

`python -m tests.soak [--files 5000] [--kill-every 20s] [--seed S] [--database sqlite|postgresql]` is the long form;
tests/soak_test.py runs the short one. Files come in bursts, slowly, under other names, twice, over files that are just
being read, and some are wrong; half of the watchers hear nothing of it and look by the clock. In the end every file
lies in one place, byte for byte, with one verdict, the ledger is what a serial merge in its order makes, and the
register is one drawn from it.
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
    from tests.soak_run import prove  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Kill the watcher while files come in.")
    parser.add_argument("--files", type=int, default=5000, help="how many files are dropped, about")
    parser.add_argument("--kill-every", type=_seconds, default=20.0, help="how long a watcher lives on average: 20s")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def proof(folder: Path) -> Account:
        with ledgers(options.database, folder, 2) as urls:
            return prove(folder, files=options.files, seed=options.seed, kill_every=options.kill_every, ledgers=urls)

    return run("soak", proof, f"seed {options.seed}")


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


if __name__ == "__main__":
    sys.exit(main())
