"""Every kind of workbook that we draw, asked of Microsoft's own Open XML SDK: `python -m tests.sdk_validator PROGRAM`.

PROGRAM is `ooxml-validate` of the npm package `@ooxml-tools/validate`, which holds the SDK's validator; the suite itself asks
`openxml-audit`, a port of its rules. Excel 2016 and Microsoft 365 are asked in turn.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tdnv_sheets.pipeline.demo import AS_OF, play
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tests.conftest import NOW
from tests.drawings import draw_all
from tests.enriched import enriched_office
from tests.standing import Month

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdnv_sheets.inbox.workspace import Workspace

VERSIONS: Final = ("Office2016", "Microsoft365")
_GOOD: Final = "Found 0 errors"


def workbooks(folder: Path) -> Iterator[Path]:
    """Draw each kind of workbook from invented words, and play the example office's half-year."""
    yield from draw_all(folder).values()
    space = play(folder / "vp", Moment(AS_OF, NOW)).space
    yield from (space.register, space.journal, space.units)
    # What lies elsewhere was saved by the programs that played clerk and office.
    yield from (
        path for drawn in (space.outbox, space.returned, space.reports) for path in sorted(drawn.rglob("*.xlsx"))
    )
    yield in_part(space)


def in_part(space: Workspace) -> Path:
    """Add to the register what offices add, and draw only the rows of it that change then."""
    with open_office(space) as office:
        month = Month(office, AS_OF)
        enriched_office(space.register)
        month.drawn(0)
        month.drawn(0)  # what could not be kept is gone by now
        month.say("reporter", "Tổ theo dõi")
        assert month.drawn(0).rows is not None
    return space.register.rename(space.root / "drawn-in-part.xlsx")


def asked(program: str, path: Path, version: str) -> str:
    """Give what the validator says of a workbook; empty when it finds nothing."""
    command = [program, "--ov", version, str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    return "" if _GOOD in done.stdout else (done.stdout + done.stderr).strip() or f"it ended with {done.returncode}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="path of ooxml-validate")
    chosen = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for book in workbooks(Path(place)):
            for office in VERSIONS:
                said = asked(chosen.program, book, office)
                print(f"{book.relative_to(place)} · {office}: {said or 'good'}", flush=True)  # noqa: T201 - its answer
                wrong += bool(said)
    raise SystemExit(1 if wrong else 0)
