"""Drop thousands of files in every way while the watcher is killed again and again, and see that each ends in one place.

`python -m tests.soak [--files 5000] [--kill-every 20s] [--seed S] [--database sqlite|postgresql]` is the long form;
tests/soak_test.py runs the short one. Files come in bursts, slowly, under other names, twice, over files that are just
being read, and some are wrong; half of the watchers hear nothing of it and look by the clock. In the end every file
lies in one place, byte for byte, with one verdict, the ledger is what a serial merge in its order makes, and the
register is one drawn from it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path


def main() -> int:
    """Run the long form; gives 1 when something is wrong, and keeps the folders then."""
    from tests.databases import KINDS, fresh, run_of_tests
    from tests.soak_run import prove  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Kill the watcher while files come in.")
    parser.add_argument("--files", type=int, default=5000, help="how many files are dropped, about")
    parser.add_argument("--kill-every", type=_seconds, default=20.0, help="how long a watcher lives on average: 20s")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with ExitStack() as stack:
        ledgers = ["", ""]
        if options.database != "sqlite":
            stack.enter_context(run_of_tests())
            ledgers = [stack.enter_context(fresh(options.database, folder)) for _ in range(2)]
        account = prove(folder, files=options.files, seed=options.seed, kill_every=options.kill_every, ledgers=ledgers)
    sys.stdout.write("\n".join([*account.lines(), f"seed {options.seed}", ""]))
    if account.wrong:
        sys.stdout.write(f"the folders are kept: {folder}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


if __name__ == "__main__":
    sys.exit(main())
