"""Kill merges at random moments, start again, and see that nothing is lost, doubled or half-written.

`python -m tests.kill [--n 300] [--database sqlite|postgresql] [--seed S]` is the long form; tests/kill_test.py runs the
short one. A command takes files in and is killed without a word, before a random step or after a random time, and
started again, until every file is in. Then ledger and folders are compared with those of a run that nobody killed.
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
    from tests.kill_run import prove  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.kill", description="Kill merges at random moments.")
    parser.add_argument("--n", type=int, default=300, help="how many files are merged")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-"))
    with ExitStack() as stack:
        ledgers = ["", ""]
        if options.database != "sqlite":
            stack.enter_context(run_of_tests())
            ledgers = [stack.enter_context(fresh(options.database, folder)) for _ in range(2)]
        account = prove(folder, files=options.n, seed=options.seed, ledgers=ledgers)
    sys.stdout.write("\n".join([*account.lines(), f"seed {options.seed}", ""]))
    if account.wrong:
        sys.stdout.write(f"the folders are kept: {folder}\n")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
