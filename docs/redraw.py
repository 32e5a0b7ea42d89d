"""Draw again what the repository shows: the empty templates, the page of findings, and the pictures of the README.

    uv run python docs/redraw.py

The pictures need LibreOffice (soffice) and poppler (pdftoppm); without them only the rest is drawn.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import findings_page

from tdnv_sheets.pipeline.check import Moment
from tdnv_sheets.pipeline.demo import AS_OF, play
from tdnv_sheets.pipeline.templates import draw_templates

HERE = Path(__file__).resolve().parent
DOTS = "80"


def main() -> None:
    """Draw templates and the page of findings, then pictures."""
    draw_templates(HERE.parent / "workbook_templates")
    findings_page.draw()
    if not (shutil.which("soffice") and shutil.which("pdftoppm")):
        sys.stderr.write("LibreOffice or poppler is missing: the pictures stay as they are\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        played = play(Path(folder) / "office", Moment(AS_OF, datetime.combine(date(2026, 6, 10), datetime.min.time())))
        marked = next(item.marked_at for item in played.first.received if item.marked_at)
        picture(played.space.register, 1, "register-overview")
        picture(played.space.register, 2, "register-tasks")
        picture(marked, 1, "marked-copy", height=320)
        picture(played.summary, 1, "half-year")


def picture(workbook: Path, page: int, name: str, *, height: int = 0) -> None:
    """Turn one printed page of a workbook into `docs/NAME.png`; *height* keeps only so many pixels of its top."""
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603 - fixed programs
        pages = ["pdftoppm", "-r", DOTS, "-f", str(page), "-l", str(page), "-png", "-singlefile", "-H", str(height)]
        made = Path(folder) / f"{workbook.stem}.pdf"
        subprocess.run([*pages, str(made), str(HERE / name)], check=True)  # noqa: S603 - fixed programs


if __name__ == "__main__":
    main()
