"""Measure how long `tdnv --help` takes against an empty Python process, as a ratio (design §11: at most 6).

uv run python benchmarks/start.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
HELP = "from tdnv_sheets.cli.main import main; main(['--help'])"


def median(code: str) -> float:
    """Give the median seconds of running *code* in a new process."""
    spent = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603 - our own line
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def main() -> None:
    """Print both and their ratio."""
    nothing, help_text = median("pass"), median(HELP)
    print(f"python -c pass {nothing:.3f} s, tdnv --help {help_text:.3f} s, ratio {help_text / nothing:.1f}")


if __name__ == "__main__":
    main()
