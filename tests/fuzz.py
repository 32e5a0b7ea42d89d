"""Spoil our own workbooks in every way and send them in: each gets a verdict, and nothing gives way.

`python -m tests.fuzz [--minutes N] [--seed S] [--keep DIR]` is the long form; tests/fuzz_test.py runs the short one.
Files are spoilt at four layers: bytes, members of the package, XML, cells (tests/fuzz_*.py). The promise is
written out in tests/fuzz_promise.py. A failure is kept in DIR with its seed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the long form; gives 1 when the promise was broken."""
    from tests.fuzz_run import long_form  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Spoil workbooks and send them in.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-failures"), help="where files that broke the promise go"
    )
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        account = long_form(folder, minutes=options.minutes, seed=options.seed, keep=options.keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("\n".join([*account.lines(), f"seed {options.seed}", ""]))
    return 1 if account.broken else 0


if __name__ == "__main__":
    sys.exit(main())
