"""Damage random cells of issued workbooks: every damage is found at its very cell, and nothing else is blamed.

`python -m tests.damage [--cells 10000] [--seed S]` is the long form; tests/damage_test.py runs the short one. Then
the way back is walked: the marked copy is corrected cell by cell as «Cần sửa» lists them, and taken in whole.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter


def main() -> int:
    """Run the long form; gives 1 when the check missed or invented anything."""
    from tests.damage_run import long_form  # every reader process imports this module anew: it has to stay light

    parser = argparse.ArgumentParser(prog="python -m tests.damage", description="Damage cells; look what is found.")
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--walks", type=int, default=5, help="rounds of marked copies to correct and send back")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="damage-"))
    start = perf_counter()
    try:
        account = long_form(folder, cells=options.cells, seed=options.seed, walks=options.walks)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("\n".join([*account.lines(), f"seed {options.seed}, {perf_counter() - start:.0f} s", ""]))
    return 1 if account.problems else 0


if __name__ == "__main__":
    sys.exit(main())
