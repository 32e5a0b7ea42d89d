"""Every shared case of a deadline, a number and a unit's name comes out right where people ask: `explain`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.conftest import SHARED, run

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = SHARED / "data"


def cases(name: str) -> list[tuple[str, str]]:
    path = FOLDER / name
    if not path.exists():
        pytest.skip("the shared cases are not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row[0], row[1] if len(row) > 1 else "") for row in csv.reader(file, delimiter="\t")][1:]


def test_every_deadline_is_explained_with_its_day_or_none() -> None:
    rows = cases("cases_deadlines.tsv")
    done = run("explain", "deadline", "--assigned", "2025-01-15", "--format", "json", "--", *(text for text, _ in rows))

    assert {answer["text"]: answer["date"] or "" for answer in done.json} == dict(rows)


def test_every_number_is_explained_as_one_or_none() -> None:
    rows = cases("cases_document_numbers.tsv")
    done = run("explain", "number", "--format", "json", "--", *(text for text, _ in rows))

    assert {answer["text"]: answer["valid"] for answer in done.json} == {text: valid == "1" for text, valid in rows}


def test_every_name_is_explained_as_its_unit_or_asked_for(tmp_path: Path) -> None:
    rows = cases("cases_unit_names.tsv")
    names = (FOLDER / "units_hai_phong_sample.tsv").read_text(encoding="utf-8").splitlines()[1:]
    listed = tmp_path / "units.csv"
    with listed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("code", "name"), *((f"dv{number}", name) for number, name in enumerate(names))])
    assert run("init", tmp_path / "vp", "--units", listed).code == 0

    done = run("-C", tmp_path / "vp", "explain", "unit", "--format", "json", "--", *(text for text, _ in rows))

    known = {f"dv{number}": name for number, name in enumerate(names)}
    assert {answer["text"]: known.get(answer["unit"], "") for answer in done.json} == dict(rows)
