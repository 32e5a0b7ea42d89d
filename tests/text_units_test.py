from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tdnv_sheets.records import Unit
from tdnv_sheets.text.units import UnitIndex, draft_code, split_leads

DATA = Path(__file__).parents[2] / "shared" / "data"
NAMES = (
    "Sở Nông nghiệp và Môi trường",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Tài chính",
    "Sở Nội vụ",
    "Sở Ngoại vụ",
    "Sở Y tế",
    "Phòng Quản lý, khai thác công trình",
    "Ủy ban nhân dân phường Hải An",
    "Ủy ban nhân dân xã Cẩm Giang",
    "Ủy ban nhân dân xã Cẩm Giàng",
    "Ủy ban nhân dân phường Móng Cái 1",
    "Ủy ban nhân dân phường Móng Cái 2",
)


def _units(names: tuple[str, ...]) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for name in names:
        units.append(Unit(draft_code(name, {unit.code for unit in units}), name))
    return tuple(units)


UNITS = _units(NAMES)
INDEX = UnitIndex.build(UNITS)


def _found(text: str, index: UnitIndex = INDEX, units: tuple[Unit, ...] = UNITS) -> str:
    return {unit.code: unit.name for unit in units}.get(index.match(text).code or "", "")


def test_every_shared_spelling_finds_its_unit_or_none() -> None:
    if not DATA.is_dir():
        pytest.skip("the shared cases are not beside this checkout")
    names = (DATA / "units_hai_phong_sample.tsv").read_text(encoding="utf-8").splitlines()[1:]
    units = _units(tuple(names))
    index = UnitIndex.build(units)
    with (DATA / "cases_unit_names.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    assert rows
    assert not {text: got for text, want in rows if (got := _found(text, index, units)) != want}


@pytest.mark.parametrize(
    ("text", "how", "name"),
    [
        ("sở  y tế", "exact", "Sở Y tế"),
        ("so tai chinh", "unaccented", "Sở Tài chính"),
        ("UBND phường Hải An", "abbreviation", "Ủy ban nhân dân phường Hải An"),
        ("UBND P. Hải An", "abbreviation", "Ủy ban nhân dân phường Hải An"),
        ("Hải An", "abbreviation", "Ủy ban nhân dân phường Hải An"),
        ("SNNMT", "initials", "Sở Nông nghiệp và Môi trường"),
        ("Sở Tài chánh", "similar", "Sở Tài chính"),
        ("Phường Móng Cái 2", "abbreviation", "Ủy ban nhân dân phường Móng Cái 2"),
        ("so-tai-chinh", "code", "Sở Tài chính"),
    ],
)
def test_a_name_is_found_by_the_strictest_step_that_knows_it(text: str, how: str, name: str) -> None:
    assert (INDEX.match(text).how, _found(text)) == (how, name)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Cam Giang", "ambiguous"),
        ("SNV", "ambiguous"),
        ("Phường Móng Cái 3", "none"),
        ("UBND phường Hải Anh", "none"),
        ("UBND P. Hà", "none"),
        ("Các sở, ban, ngành", "group"),
        ("UBND các xã, phường", "group"),
        ("các đơn vị liên quan", "group"),
        ("Sở", "none"),
        ("", "none"),
    ],
)
def test_a_name_that_is_not_sure_has_no_code(text: str, how: str) -> None:
    match = INDEX.match(text)
    assert (match.code, match.how) == (None, how)
    assert not INDEX.knows(text)


def test_an_ambiguous_name_names_its_candidates() -> None:
    assert len(INDEX.match("UBND xa Cam Giang").candidates) == 2


def test_accents_decide_between_names_that_differ_by_nothing_else() -> None:
    assert _found("UBND xã Cẩm Giàng") == "Ủy ban nhân dân xã Cẩm Giàng"


def test_an_alias_is_as_good_as_the_name() -> None:
    index = UnitIndex.build([Unit("vp", "Văn phòng", aliases=("Bộ phận Một cửa",))])
    assert index.match("bộ phận một cửa").code == "vp"


def test_similar_is_found_but_not_known() -> None:
    assert INDEX.match("Sở Tài chánh").code
    assert not INDEX.knows("Sở Tài chánh!!! khác")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Vụ A, Vụ B và Vụ C", ("Vụ A", "Vụ B", "Vụ C")),
        ("- Sở Tài chính\n- Sở Y tế", ("Sở Tài chính", "Sở Y tế")),
        ("1. Vụ A\n2) Vụ B", ("Vụ A", "Vụ B")),
        ("• Vụ A;\n• Vụ B.", ("Vụ A", "Vụ B")),
        ("Sở Nông nghiệp và Môi trường; Sở Y tế", ("Sở Nông nghiệp và Môi trường", "Sở Y tế")),
        ("Sở Nông nghiệp và\nMôi trường", ("Sở Nông nghiệp và Môi trường",)),
        (
            "Sở Văn hóa, Thể thao và Du lịch, Sở Y tế và Sở Tài chính",
            ("Sở Văn hóa, Thể thao và Du lịch", "Sở Y tế", "Sở Tài chính"),
        ),
        ("Phòng Quản lý, khai thác công trình", ("Phòng Quản lý, khai thác công trình",)),
        ("Sở VHTTDL, SNNMT", ("Sở VHTTDL", "SNNMT")),
        ("Văn phòng HĐND và UBND xã", ("Văn phòng HĐND và UBND xã",)),
        (
            "Chi cục Thủy lợi và Phòng, chống thiên tai, Phòng Kinh tế",
            ("Chi cục Thủy lợi và Phòng, chống thiên tai", "Phòng Kinh tế"),
        ),
        ("Sở Tài chính (chủ trì, tổng hợp), Sở Y tế", ("Sở Tài chính (chủ trì, tổng hợp)", "Sở Y tế")),
        ("các sở, ban, ngành", ("các sở, ban, ngành",)),
        ("canbo01, canbo02", ("canbo01", "canbo02")),
        ("Sở Lao động - Thương binh và Xã hội", ("Sở Lao động - Thương binh và Xã hội",)),
        (" Viện X ", ("Viện X",)),
        ("", ()),
    ],
)
def test_a_cell_is_split_between_units_and_never_inside_one(text: str, names: tuple[str, ...]) -> None:
    assert split_leads(text, INDEX.knows) == names


def test_without_a_unit_list_a_name_with_and_stays_whole() -> None:
    assert split_leads("Sở Nông nghiệp và Môi trường, Sở Y tế") == ("Sở Nông nghiệp và Môi trường", "Sở Y tế")


def test_a_draft_code_is_readable_short_and_new() -> None:
    assert draft_code("Vụ GDĐH", ()) == "vu-gddh"
    assert draft_code("Vụ GDĐH", {"vu-gddh", "vu-gddh-2"}) == "vu-gddh-3"
    assert draft_code("***", ()) == "don-vi"
    assert len(draft_code("Trung tâm " * 20, ())) <= 40
