"""Draw again what the repository shows: the empty templates, the page of findings, and the pictures of the README.

    uv run python docs/redraw.py

The pictures need LibreOffice (soffice), poppler (pdftoppm) and Chromium; without them only the rest is drawn.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import findings_page

from tdnv_sheets.messages.catalogue import say
from tdnv_sheets.pipeline.demo import AS_OF, play
from tdnv_sheets.pipeline.moment import Moment
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
        picture(played.summary, f"· {say('report.sheet_table', 'vi')} ·", "half-year")
        picture(played.summary, f"· {say('report.sheet_trend', 'vi')} ·", "half-year-trend")
        picture(played.summary.with_suffix(".docx"), 1, "half-year-document")
        screenshot(played.summary.with_suffix(".html"), "half-year-page")


def picture(workbook: Path, page: int | str, name: str, *, height: int = 0) -> None:
    """Turn one printed page of a file into `docs/NAME.png`: by its number, or the first with some words on it.

    *height* keeps only so many pixels of its top.
    """
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603 - fixed programs
        made = Path(folder) / f"{workbook.stem}.pdf"
        shown = str(page if isinstance(page, int) else page_with(page, made))
        pages = ["pdftoppm", "-r", DOTS, "-f", shown, "-l", shown, "-png", "-singlefile", "-H", str(height)]
        subprocess.run([*pages, str(made), str(HERE / name)], check=True)  # noqa: S603 - fixed programs


def page_with(words: str, made: Path) -> int:
    """Give the number of the first page of a PDF that has *words* on it."""
    read = ["pdftotext", "-layout", str(made), "-"]
    texts = subprocess.run(read, check=True, capture_output=True).stdout.decode().split("\f")  # noqa: S603 - fixed programs
    return next(number for number, text in enumerate(texts, 1) if words in text)


def screenshot(page: Path, name: str) -> None:
    """Let a browser show the top of a page, as `docs/NAME.png`; without Chromium the picture stays as it is."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write(f"Chromium is missing: {name}.png stays as it is\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}"]
        shot = [f"--screenshot={HERE / name}.png", "--window-size=1000,1250", page.as_uri()]
        subprocess.run([browser, *flags, *shot], check=True, capture_output=True)  # noqa: S603 - fixed programs


if __name__ == "__main__":
    main()
