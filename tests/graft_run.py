"""The long form of the proofs of grafting: many layouts of packages, and many redraws.

uv run python -m tests.graft_run [--layouts 300] [--redraws 50]
"""

from __future__ import annotations

import argparse
import os

import pytest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layouts", type=int, default=300)
    parser.add_argument("--redraws", type=int, default=50)
    given = parser.parse_args()
    os.environ |= {"LAYOUTS": str(given.layouts), "REDRAWS": str(given.redraws)}
    raise SystemExit(pytest.main(["-q", "-n", "0", "tests/graft_test.py", "-k", "however or redraws"]))


if __name__ == "__main__":
    main()
