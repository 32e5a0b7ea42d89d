"""Look at the program itself: versions, libraries, and whether the child that reads workbooks does its work."""

from __future__ import annotations

import locale
import platform
import re
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Finding
from tdnv_sheets.intake.worker import Reader
from tdnv_sheets.messages.catalogue import LANGUAGES, finding_text
from tdnv_sheets.pipeline.doctor.line import Line, State
from tdnv_sheets.render.unit_list import draw_unit_list

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = "tdnv-sheets"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


def program_lines() -> Iterator[Line]:
    """Say which program this is and what it runs on."""
    versions = {"version": metadata.version(_PACKAGE), "python": platform.python_version()}
    yield Line("program", "program", State.OK, {**versions, "system": platform.platform(terse=True)})
    found, missing = _libraries()
    if missing:
        yield Line("libraries", "libraries-missing", State.BROKEN, {"names": ", ".join(missing)})
    yield Line("libraries", "libraries", State.OK, {"names": ", ".join(found)})
    yield Line("encoding", "encoding", State.OK, {"files": sys.getfilesystemencoding(), "system": locale.getencoding()})


def _libraries() -> tuple[list[str], list[str]]:
    """Give the libraries that the package asks for: those there, with their versions, and those missing."""
    found, missing = [], []
    for requirement in sorted(metadata.requires(_PACKAGE) or ()):
        name = _NAME.match(requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            found.append(f"{name[0]} {metadata.version(name[0])}")
        except metadata.PackageNotFoundError:
            missing.append(name[0])
    return found, missing


def reader_lines() -> Iterator[Line]:
    """Start the child that reads workbooks, and let it read one that was drawn for it."""
    with tempfile.TemporaryDirectory(prefix="tdnv-") as folder, Reader() as reader:
        path = Path(folder) / "sample.xlsx"
        draw_unit_list((), path, office="-", lang=LANGUAGES[0])
        started = time.perf_counter()
        _, book = reader.read(path)
        seconds = f"{time.perf_counter() - started:.1f}"
    if isinstance(book, Finding):
        words = {f"problem_{lang}": finding_text(book, lang) for lang in LANGUAGES}
        yield Line("reader", "reader-fails", State.BROKEN, words)
    else:
        yield Line("reader", "reader", State.OK, {"seconds": seconds})
