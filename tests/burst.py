"""Drop thousands of files at once, then one a second, and measure the watcher: time, memory, and how soon a file is filed.

`python -m tests.burst [--files 5000] [--stream 120] [--seed S]`, on Linux. Memory is that of the watcher with all its
children, what they share counted once. Fails when a file is not taken in, above 500 MB, or when files of the stream
take more than 5 s in the median; tests/burst_test.py runs a small one.
"""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Measure; gives 1 when something is wrong, and keeps the folders then."""
    from tests.burst_run import measure  # every reader process imports this module anew: it has to stay light
    from tests.by_hand import run

    parser = argparse.ArgumentParser(prog="python -m tests.burst", description="Drop thousands of files at once.")
    parser.add_argument("--files", type=int, default=5000, help="how many files are dropped at once")
    parser.add_argument("--stream", type=int, default=120, help="how many follow, one a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return run("burst", lambda folder: measure(folder, files=options.files, stream=options.stream, seed=options.seed))


if __name__ == "__main__":
    sys.exit(main())
