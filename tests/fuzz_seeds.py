"""The honest files that the fuzzer spoils: all kinds that an office of ours sends, keeps or receives."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook

from tests.conftest import TODAY, run
from tests.damage_office import dice, make_desk
from tests.damage_plan import UPDATE, send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.damage_office import Desk

TEMPLATES: Final = Path(__file__).parents[1] / "workbook_templates"
ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Seed:
    """An honest file."""

    name: str
    suffix: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Field:
    """An office that has issued its round, and the files to spoil."""

    desk: Desk
    seeds: tuple[Seed, ...]


def plant(folder: Path, *, other_kinds: bool) -> Field:
    """Make the office and the files; *other_kinds* lets LibreOffice save a workbook as .xls and .ods, if it is there."""
    desk = make_desk(folder / "desk", ROWS)
    done = run("-C", desk.office.root, "--as-of", TODAY.isoformat(), "render")
    assert done.code == 0, done.err
    seeds = tuple(_seeds(desk, folder, other_kinds=other_kinds))
    return Field(desk, seeds)


def _seeds(desk: Desk, folder: Path, *, other_kinds: bool) -> Iterator[Seed]:
    for number, unit in enumerate(desk.issued):
        path = folder / f"{unit}.xlsx"
        send(dice(number), desk, unit, path, cells=10 if number == 1 else 0)
        yield Seed(f"unit {unit}", ".xlsx", path.read_bytes())
    first = folder / f"{next(iter(desk.issued))}.xlsx"
    yield Seed("issued", ".xlsx", next(iter(desk.issued.values())).read_bytes())
    yield Seed("register", ".xlsx", desk.office.space.register.read_bytes())
    for path in sorted(TEMPLATES.glob("*.xlsx")):
        yield Seed(f"template {path.stem}", ".xlsx", path.read_bytes())
    yield Seed("text", ".csv", _as_csv(first))
    if other_kinds:
        yield from _saved_otherwise(first, folder)


def _as_csv(path: Path) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(load_workbook(path)[UPDATE].iter_rows(values_only=True))
    return out.getvalue().encode("utf-8-sig")


def _saved_otherwise(path: Path, folder: Path) -> Iterator[Seed]:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return
    for kind in ("xls", "ods"):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
        subprocess.run(command, check=False, capture_output=True, timeout=180)
        made = path.with_suffix(f".{kind}")
        if made.exists():
            yield Seed(f"unit as {kind}", f".{kind}", made.read_bytes())
