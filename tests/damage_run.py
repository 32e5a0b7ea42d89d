"""Check damaged workbooks, many in one pass, and compare what is said with what was done to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tdnv_sheets.pipeline.check import check_files
from tdnv_sheets.pipeline.moment import Moment
from tdnv_sheets.pipeline.office import open_office
from tests.conftest import NOW, TODAY
from tests.damage_clerk import walk_back
from tests.damage_office import dice, make_desk
from tests.damage_plan import Mark, send

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from tdnv_sheets.pipeline.office import Office
    from tdnv_sheets.pipeline.receive import Received
    from tests.damage_office import Desk
    from tests.damage_plan import Sent

ROWS: Final = 40
CELLS: Final = 70
"""Damaged cells in one workbook of the long form."""
BATCH: Final = 25
"""Workbooks checked in one pass."""
MOMENT: Final = Moment(TODAY, NOW)
HARMLESS: Final = frozenset({"fixed", "info"})


@dataclass(slots=True)
class Account:
    """What a run did and what it found wrong with the check."""

    files: int = 0
    cells: int = 0
    walked: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it."""
        head = (
            f"{self.cells} cells damaged in {self.files} workbooks, {self.walked} marked copies corrected and sent back"
        )
        table = [f"{count:7}  {name}" for name, count in self.classes.most_common()]
        return [head, *table, f"{len(self.problems)} problems", *self.problems[:40]]


def compare(sent: Sent, received: Received) -> list[str]:
    """Say where the check and the truth differ: what was missed, what was blamed wrongly, what was said twice."""
    where = f"{sent.path.name} ({sent.unit})"
    said = [about.finding for about in received.abouts]
    placed = [(one, Mark(one.sheet, one.cell, one.code, one.severity.value)) for one in said]
    heavy = [one for one in said if one.severity.value not in HARMLESS]
    marks = [mark for one, mark in placed if one.cell and (one in heavy or mark in sent.marks)]
    problems = [f"{where}: missed {mark}{_how(sent, mark)}" for mark in sorted(sent.marks - set(marks))]
    problems += [f"{where}: wrongly said {mark}" for mark in sorted(set(marks) - sent.marks)]
    places = Counter((mark.sheet, mark.cell) for mark in marks)
    problems += [f"{where}: marked {count} times {place}" for place, count in places.items() if count > 1]
    loose = sorted(one.code for one in heavy if not one.cell)
    expected = ["missing-row"] if sent.lost else []
    if loose != expected:
        problems.append(f"{where}: said of the file {loose}, expected {expected}")
    light = ((one.sheet, one.cell, one.code) for one, mark in placed if one not in heavy and mark not in sent.marks)
    problems += [f"{where}: listed {line}" for line in light if not _may_list(sent, line)]
    return problems


def _how(sent: Sent, mark: Mark) -> str:
    names = sorted({damage.name for damage in sent.damages if damage.code == mark.code})
    return f" ({' or '.join(names)})"


def _may_list(sent: Sent, line: tuple[str, str, str]) -> bool:
    """Say whether a repair may be listed: a day typed as text, or the prose deadline of a proposed task."""
    sheet, cell, code = line
    return (sheet, cell) in sent.day_texts or code.startswith("deadline-")


def damage_and_check(r: Random, desk: Desk, folder: Path, cells: int, per_file: int) -> Account:
    """Damage *cells* cells over as many workbooks as it takes and check them, many in one pass."""
    account = Account()
    with open_office(desk.office.space) as office:
        while account.cells < cells:
            batch: list[Sent] = []
            while len(batch) < BATCH and account.cells < cells:
                unit = list(desk.issued)[account.files % len(desk.issued)]
                path = folder / f"{account.files:05}.xlsx"
                sent = send(r, desk, unit, path, cells=min(per_file, max(cells - account.cells, 1)))
                batch.append(sent)
                account.files += 1
                account.cells += len(sent.marks)
                account.classes.update(damage.name for damage in sent.damages)
            account.problems += _checked(office, batch)
    return account


def _checked(office: Office, batch: Sequence[Sent]) -> list[str]:
    results = check_files(office, [sent.path for sent in batch], MOMENT)
    problems = [line for sent, received in zip(batch, results, strict=True) for line in compare(sent, received)]
    for sent in batch:
        sent.path.unlink()
    return problems


def long_form(folder: Path, *, cells: int, seed: int, walks: int) -> Account:
    """Damage and check, then walk the way back *walks* times with a workbook of every unit."""
    desk = make_desk(folder / "desk", ROWS)
    account = damage_and_check(dice(seed), desk, folder, cells, CELLS)
    for number in range(walks):
        account.problems += walk_back(seed + number, desk, folder / f"walk {number}", cells=40)
        account.walked += len(desk.issued)
    return account
