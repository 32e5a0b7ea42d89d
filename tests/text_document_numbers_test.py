"""Numbers of documents taken apart, and what is wrong with those that are none."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.messages.catalogue import area
from tdnv_sheets.text.document_numbers import find_numbers, parse_number, type_words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1948/QĐ-UBND", ("1948", None, "QĐ", "UBND", None, "state")),
        ("05/GM-UBND", ("5", None, "GM", "UBND", None, "state")),
        ("39a/BC-UBND", ("39a", None, "BC", "UBND", None, "state")),
        ("12bis/TB-VP", ("12bis", None, "TB", "VP", None, "state")),
        ("22/2015/QĐ-UBND", ("22", 2015, "QĐ", "UBND", None, "normative")),
        ("64/2025/QH15", ("64", 2025, None, "QH15", None, "normative")),
        ("01/2019/TTLT-BTP-BTC", ("1", 2019, "TTLT", "BTP-BTC", None, "normative")),
        ("12729/VPCP-KGVX", ("12729", None, None, "VPCP", "KGVX", "state")),
        ("1234/SGD&ĐT-VP", ("1234", None, None, "SGD&ĐT", "VP", "state")),
        ("789/UBND-KTTH,NC", ("789", None, None, "UBND", "KTTH,NC", "state")),
        ("321/KH-UBND.VX", ("321", None, "KH", "UBND", "VX", "state")),
        ("12/QYĐ-UBND", ("12", None, "QYĐ", "UBND", None, "state")),
        ("80-NQ/TW", ("80", None, "NQ", "TW", None, "party")),
        ("1126-CV/TU", ("1126", None, "CV", "TU", None, "party")),
    ],
)
def test_a_number_is_taken_apart(text: str, parts: tuple[str | int | None, ...]) -> None:
    found = parse_number(text)
    assert (found.valid, found.note, found.suggestion) == (True, "", "")
    assert (found.number, found.year, found.type, found.issuer, found.drafter, found.kind) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Số: 123 /QĐ - UBND",
        "số 123/QĐ-UBND",
        "Quyết định số 123/QĐ-UBND ngày 20/6/2025 của Chủ tịch UBND tỉnh",
        "Quyết định 123/QĐ-UBND",
        "123/QĐ–UBND",
        "123\u00a0/ QĐ-UBND.",
        "123/QĐ-UBND (ngày 02/3/2026)",
        "123∕QÐ-UBND",
        "0123/QĐ-UBND",
    ],
)
def test_words_blanks_and_dashes_around_a_number_do_not_count(text: str) -> None:
    for form in (text, unicodedata.normalize("NFD", text)):
        found = parse_number(form)
        assert (found.text, found.valid, found.number, found.type, found.issuer) == (form, True, "123", "QĐ", "UBND")


def test_the_number_as_it_has_to_be_written_is_given() -> None:
    assert parse_number("Số: 123 /QĐ - UBND").written == "123/QĐ-UBND"


@pytest.mark.parametrize(
    ("text", "note", "suggestion"),
    [
        ("", "empty", ""),
        ("      /QĐ-SNN", "empty-number", ""),
        ("…./2026/QĐ-SNN", "empty-number", ""),
        ("___/TB-VP", "empty-number", ""),
        ("20/6/2025", "looks-like-date", ""),
        ("12/2025", "looks-like-date", ""),
        ("15-3-25", "looks-like-date", ""),
        ("45828", "no-symbol", ""),
        ("45.828", "no-symbol", ""),
        ("123/", "no-symbol", ""),
        ("QĐ-UBND", "no-number", ""),
        ("Theo chỉ đạo của Chủ tịch", "no-number", ""),
        ("12/qđ-ubnd", "lower-case", "12/QĐ-UBND"),
        ("12/qd-ubnd", "lower-case", "12/QĐ-UBND"),
        ("31a/2026/qđ-ttg", "lower-case", "31a/2026/QĐ-TTg"),
        ("7/ttr-sngv", "lower-case", "7/TTr-SNgV"),
        ("12 QĐ-UBND", "no-slash", "12/QĐ-UBND"),
        ("12\\QĐ-UBND", "no-slash", "12/QĐ-UBND"),
        ("12/QĐ/UBND", "second-slash", "12/QĐ-UBND"),
        ("12/QĐ-UBND, 13/KH-UBND", "several", "12/QĐ-UBND; 13/KH-UBND"),
        ("0/QĐ-UBND", "not-a-number", ""),
        ("1234567/QĐ-UBND", "not-a-number", ""),
    ],
)
def test_what_is_no_number_says_why_and_how_it_was_probably_meant(text: str, note: str, suggestion: str) -> None:
    found = parse_number(text)
    assert (found.valid, found.note, found.suggestion) == (False, note, suggestion)
    assert (found.number, found.year, found.type, found.issuer, found.kind) == (None,) * 5
    assert f"number-{note}" in area("explain")


@pytest.mark.parametrize(
    ("text", "note", "suggestion"),
    [
        ("12/QD-UBND", "missing-accent", "12/QĐ-UBND"),
        ("12/TTR-VP", "letter-case", "12/TTr-VP"),
        ("12/Qđ-UBND", "letter-case", "12/QĐ-UBND"),
        ("12/KH", "no-issuer", ""),
    ],
)
def test_an_unusual_number_is_taken_as_written_with_a_warning(text: str, note: str, suggestion: str) -> None:
    found = parse_number(text)
    assert (found.valid, found.note, found.suggestion) == (True, note, suggestion)
    assert f"number-{note}" in area("explain")


def test_the_abbreviation_of_a_type_has_its_words() -> None:
    words = ("Quyết định", "Tờ trình", "Thông tư", "Kết luận", "Quy định", None)
    assert tuple(map(type_words, ("QĐ", "TTr", "TT", "KL", "QYĐ", "UBND"))) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12/UBND-TH; 45/BC-STC ngày 3/4/2026", ["12/UBND-TH", "45/BC-STC"]),
        ("12/QĐ-UBND và 13/QĐ-UBND", ["12/QĐ-UBND", "13/QĐ-UBND"]),
        ("789/UBND-KTTH,NC, 13/KH-UBND", ["789/UBND-KTTH,NC", "13/KH-UBND"]),
        ("80-NQ/TW\n1126-CV/TU", ["80-NQ/TW", "1126-CV/TU"]),
        ("12/QĐ-UBND - Sở Tài chính", ["12/QĐ-UBND"]),
        ("12/QĐ-UBND, ngày 3/4/2026", ["12/QĐ-UBND"]),
        ("Thông báo số 45/TB-VPUBND và Công văn 99 /UBND - TH", ["45/TB-VPUBND", "99/UBND-TH"]),
        ("12/qđ-ubnd; 45/BC-STC", ["", "45/BC-STC"]),
        (" /QĐ-SNN", [""]),
        ("Theo chỉ đạo của Chủ tịch", [""]),
        (" ; ", []),
        ("", []),
    ],
)
def test_a_cell_gives_all_its_numbers_in_order(text: str, found: list[str]) -> None:
    assert [number.written if number.valid else "" for number in find_numbers(text)] == found


TYPES = st.sampled_from(["QĐ", "KH", "TTr", "BC", "TB", "CTr", "HD"])
ISSUERS = st.sampled_from(["UBND", "STC", "SGD&ĐT", "SNgV", "VPUBND", "TTg"])


@given(
    st.integers(1, 999_999), st.none() | st.integers(1990, 2099), TYPES, ISSUERS, st.sampled_from(["", " ", "\u00a0"])
)
def test_every_well_formed_number_comes_back_in_parts(
    number: int, year: int | None, kind: str, issuer: str, blank: str
) -> None:
    years = f"/{year}" if year else ""
    found = parse_number(f"Số: {number:02}{years}{blank}/{blank}{kind}{blank}-{issuer}")
    assert (found.valid, found.number, found.year, found.type, found.issuer) == (True, str(number), year, kind, issuer)


@given(st.text(max_size=60) | st.text(alphabet="0123456789/-.,& aQĐUBNDqđ\n;", max_size=30))
def test_any_text_gets_an_answer_and_its_parts_stand_in_it(text: str) -> None:
    found = parse_number(text)
    assert found.text == text
    assert found.valid == (found.number is not None) == (found.kind is not None)
    assert found.valid or found.note
    for part in (found.number, found.issuer):
        assert part is None or part in found.written
    for other in find_numbers(text):
        assert other.valid or other.note


@pytest.mark.parametrize("text", ["A" * 30_000, "12/" + "QĐ-" * 9_000, "1 " * 15_000, "," * 30_000, "a " * 15_000])
def test_a_long_cell_does_not_take_long(text: str) -> None:
    assert not parse_number(text).valid
    find_numbers(text)
