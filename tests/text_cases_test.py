"""Tables of what people type and what it means: those beside the project where it is developed, and copies that stay here."""

from __future__ import annotations

import csv
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.records import Unit
from tdnv_sheets.text.deadlines import parse_deadline
from tdnv_sheets.text.document_numbers import parse_number
from tdnv_sheets.text.units import UnitIndex, UnitMatch, draft_code

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(__file__).parents[2] / "shared" / "data"
HERE = Path(__file__).parent / "cases"
ASSIGNED = date(2025, 1, 1)


def table(folder: Path, name: str) -> list[tuple[str, str]]:
    path = folder / name
    if not path.exists():
        pytest.skip("the shared cases lie beside the project only where it is developed")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(text, meaning) for text, meaning in csv.reader(file, delimiter="\t")][1:]
    assert len(rows) > 20
    return rows


def units(folder: Path) -> tuple[Unit, ...]:
    names = (folder / "units_hai_phong_sample.tsv").read_text(encoding="utf-8").splitlines()[1:]
    made: list[Unit] = []
    for name in names:
        made.append(Unit(draft_code(name, {unit.code for unit in made}), name))
    return tuple(made)


@pytest.mark.parametrize("folder", [SHARED, HERE], ids=["shared", "here"])
def test_every_deadline_has_its_day_or_none(folder: Path) -> None:
    rows = table(folder, "cases_deadlines.tsv")
    got = {text: parse_deadline(text, assigned=ASSIGNED).day for text, _ in rows}
    assert {text: day.isoformat() if day else "" for text, day in got.items()} == dict(rows)


@pytest.mark.parametrize("folder", [SHARED, HERE], ids=["shared", "here"])
def test_every_number_of_a_document_is_told_from_what_is_none(folder: Path) -> None:
    rows = table(folder, "cases_document_numbers.tsv")
    assert {text: parse_number(text).valid for text, _ in rows} == {text: valid == "1" for text, valid in rows}


@pytest.mark.parametrize("folder", [SHARED, HERE], ids=["shared", "here"])
def test_every_spelling_of_a_unit_finds_it_or_nothing(folder: Path) -> None:
    rows = table(folder, "cases_unit_names.tsv")
    listed = units(folder)
    index, names = UnitIndex.build(listed), {unit.code: unit.name for unit in listed}
    assert {text: names.get(index.match(text).code or "", "") for text, _ in rows} == dict(rows)


# ---------------------------------------------------------------- how a name is typed never changes what it matches

UNITS = units(HERE)
INDEX = UnitIndex.build(UNITS)
SPELLINGS = [text for text, _ in table(HERE, "cases_unit_names.tsv")] + [unit.name for unit in UNITS]
TONES = {
    old: new
    for row in ("òa oà óa oá ỏa oả õa oã ọa oạ", "òe oè óe oé ỏe oẻ", "ùy uỳ úy uý ủy uỷ ũy uỹ ụy uỵ")
    for old, new in zip(row.split()[::2], row.split()[1::2], strict=True)
}


def respell(text: str, pairs: dict[str, str]) -> str:
    """Move the tone in syllables that end so: only there the styles differ."""
    for one, other in pairs.items():
        for a, b in ((one, other), (one.capitalize(), other.capitalize()), (one.upper(), other.upper())):
            text = re.sub(rf"(?<![qQ]){a}(?![^\W\d_])", b, text)
    return text


def new_style(text: str) -> str:
    return respell(unicodedata.normalize("NFC", text), TONES)


def old_style(text: str) -> str:
    return respell(unicodedata.normalize("NFC", text), {new: old for old, new in TONES.items()})


SAME: dict[str, Callable[[str], str]] = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "new style": new_style,
    "old style": old_style,
    "upper case": str.upper,
    "lower case": str.lower,
    "double blanks": lambda text: text.replace(" ", "  "),
    "hard blanks": lambda text: text.replace(" ", "\u00a0"),
    "blanks around": lambda text: f" {text}\t",
}


def answer(match: UnitMatch) -> tuple[str | None, str, tuple[str, ...]]:
    return match.code, match.how, match.candidates


def test_the_styles_really_differ() -> None:
    assert new_style("Ủy ban, hóa, THỦY, toàn, quý") == "Uỷ ban, hoá, THUỶ, toàn, quý"
    assert old_style(new_style("Ủy ban, hóa, THỦY, toàn, quý")) == "Ủy ban, hóa, THỦY, toàn, quý"


@pytest.mark.parametrize("change", SAME)
def test_one_way_of_typing_matches_as_another(change: str) -> None:
    wrong = {
        text: INDEX.match(SAME[change](text))
        for text in SPELLINGS
        if answer(INDEX.match(SAME[change](text))) != answer(INDEX.match(text))
    }
    assert wrong == {}


@given(st.sampled_from(SPELLINGS), st.lists(st.sampled_from(sorted(SAME)), max_size=5))
def test_ways_of_typing_together_never_change_a_match(text: str, changes: list[str]) -> None:
    typed = text
    for change in changes:
        typed = SAME[change](typed)
    assert answer(INDEX.match(typed)) == answer(INDEX.match(text))
