"""Text typed with fonts older than Unicode: known by the column, decoded exactly, and Unicode is never touched."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdnv_sheets.shipped import packaged
from tdnv_sheets.text.legacy import Encoding, decode, encoding_of_font, reads_well, suspect
from tdnv_sheets.text.unicode import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

TASKS = (
    "Rà soát diện tích rừng trồng thay thế trên địa bàn",
    "Báo cáo kết quả giải ngân vốn đầu tư công quý II",
    "Tham mưu Ủy ban nhân dân tỉnh ban hành Quyết định",
    "Kiểm tra an toàn hồ chứa nước trước mùa mưa lũ",
    "Xây dựng kế hoạch phòng, chống thiên tai năm 2026",
    "Công bố kết quả cải cách hành chính của các sở",
)
WORDS = " ".join(TASKS).split()
BOTH = (Encoding.TCVN3, Encoding.VNI)


@cache
def _codes(encoding: Encoding) -> dict[str, str]:
    data = json.loads(packaged("data", "legacy_encodings_vn.json").read_text(encoding="utf-8"))
    table = {letter: code for code, letter in data["vni" if encoding is Encoding.VNI else "tcvn3"].items()}
    small = {letter.upper(): code for letter, code in table.items() if letter.upper() not in table}
    return table | small  # TCVN3 has few capitals: another font draws the small letters as such


def _typed(text: str, encoding: Encoding) -> str:
    return "".join(_codes(encoding).get(letter, letter) for letter in text)


# ---------------------------------------------------------------- decoding


@pytest.mark.parametrize(
    ("typed", "encoding", "text"),
    [
        ("Së N«ng nghiÖp vµ M«i tr\u00adêng", Encoding.TCVN3, "Sở Nông nghiệp và Môi trường"),
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", Encoding.TCVN3, "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("quyÕt ®Þnh", Encoding.TCVN3_CAPS, "QUYẾT ĐỊNH"),
        ("Q§-UBND", Encoding.TCVN3, "QĐ-UBND"),
        ("Sôû Noâng nghieäp vaø Moâi tröôøng", Encoding.VNI, "Sở Nông nghiệp và Môi trường"),
        ("ÑOÄC LAÄP - TÖÏ DO - HAÏNH PHUÙC", Encoding.VNI, "ĐỘC LẬP - TỰ DO - HẠNH PHÚC"),
        ("Aùp duïng", Encoding.VNI, "Áp dụng"),
        ("k\u0309", Encoding.TCVN3, "kề"),  # a mark of the page 1258 that stands for a letter
        ("12/2026", Encoding.TCVN3, "12/2026"),
        ("", Encoding.VNI, ""),
    ],
)
def test_text_of_old_fonts_is_decoded(typed: str, encoding: Encoding, text: str) -> None:
    assert decode(typed, encoding) == text


@pytest.mark.parametrize("encoding", BOTH)
@pytest.mark.parametrize("task", TASKS)
def test_what_was_encoded_comes_back(task: str, encoding: Encoding) -> None:
    assert decode(_typed(task, encoding), encoding).casefold() == task.casefold()


@pytest.mark.parametrize("encoding", BOTH)
def test_cleaning_before_decoding_loses_nothing(encoding: Encoding) -> None:
    """TCVN3 keeps ư where Unicode has the soft hyphen."""
    for task in TASKS:
        assert decode(clean(_typed(task, encoding)), encoding).casefold() == task.casefold()


VIETNAMESE = "".join(chr(code) for code in range(0x1EA0, 0x1EFA)) + "ăĂđĐơƠưƯĩĨũŨ"


@given(st.text(max_size=20), st.sampled_from(VIETNAMESE), st.text(max_size=20), st.sampled_from(Encoding))
def test_decoding_is_the_identity_on_text_with_a_vietnamese_letter(
    ahead: str, letter: str, behind: str, encoding: Encoding
) -> None:
    for text in (ahead + letter + behind, ahead + unicodedata.normalize("NFD", letter) + behind):
        assert decode(text, encoding) == text


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), st.sampled_from(Encoding))
def test_decoding_is_the_identity_on_vietnamese_sentences_however_composed(text: str, encoding: Encoding) -> None:
    unicode_letters = set(VIETNAMESE) & set(text)
    for form in (text, unicodedata.normalize("NFD", text)):
        assert not unicode_letters or decode(form, encoding) == form


# ---------------------------------------------------------------- fonts and words


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", Encoding.TCVN3),
        (".vnarial narrow", Encoding.TCVN3),
        (".VnTimeH", Encoding.TCVN3_CAPS),
        ("VNI-Times", Encoding.VNI),
        ("vni helve", Encoding.VNI),
        ("Times New Roman", None),
        ("Vn Times", None),
        ("", None),
    ],
)
def test_the_name_of_a_font_says_how_it_is_coded(font: str, encoding: Encoding | None) -> None:
    assert encoding_of_font(font) is encoding


@pytest.mark.parametrize("text", [*TASKS, "UBND tỉnh; HĐND; 12/QĐ-UBND; LĐTBXH", "email a@b.vn", "đ/c Đ", ""])
def test_vietnamese_and_acronyms_read_well(text: str) -> None:
    assert reads_well(text)
    assert reads_well(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", ["Müller", "s¸ch", "Së tµi chÝnh", "Sôû Y teá", "café"])
def test_rubbish_and_foreign_words_do_not_read_well(text: str) -> None:
    assert not reads_well(text)


# ---------------------------------------------------------------- the column


@pytest.mark.parametrize("encoding", BOTH)
def test_a_column_in_an_old_font_is_decoded_for_sure(encoding: Encoding) -> None:
    column = [_typed(task, encoding) for task in TASKS]
    found = suspect([*column, "2026", ""], [encoding] * len(TASKS) + [None, None])
    assert found is not None
    assert (found.encoding, found.sure) == (encoding, True)
    assert [found.decoded[at].casefold() for at in range(len(TASKS))] == [task.casefold() for task in TASKS]
    assert found.decoded.keys() == set(range(len(TASKS)))


@pytest.mark.parametrize("encoding", BOTH)
def test_a_column_whose_font_is_lost_is_suspected_but_not_for_sure(encoding: Encoding) -> None:
    found = suspect([_typed(task, encoding) for task in TASKS], [None] * len(TASKS))
    assert found is not None
    assert (found.encoding, found.sure) == (encoding, False)
    assert [found.decoded[at].casefold() for at in range(len(TASKS))] == [task.casefold() for task in TASKS]


def test_one_cell_without_font_among_cells_with_it_takes_the_certainty_away() -> None:
    column = [_typed(task, Encoding.TCVN3) for task in TASKS]
    found = suspect(column, [*[Encoding.TCVN3] * (len(TASKS) - 1), None])
    assert found is not None
    assert not found.sure
    assert len(found.decoded) == len(TASKS)


def test_a_misspelt_word_takes_the_certainty_away() -> None:
    found = suspect(["Së tµi chÝnh", "tr\u00adêngg häc"], [Encoding.TCVN3] * 2)
    assert found is not None
    assert not found.sure


def test_unicode_cells_of_a_mixed_column_stay() -> None:
    found = suspect(["Sở Y tế", "Së tµi chÝnh", "Sở Nội vụ"], [None, Encoding.TCVN3, Encoding.TCVN3])
    assert found is not None
    assert dict(found.decoded) == {1: "Sở tài chính"}
    assert found.sure


def test_a_cell_of_capitals_is_decoded_with_its_own_font() -> None:
    found = suspect(["së y tÕ", "Së y tÕ"], [Encoding.TCVN3_CAPS, Encoding.TCVN3])
    assert found is not None
    assert dict(found.decoded) == {0: "SỞ Y TẾ", 1: "Sở y tế"}


def test_a_word_that_reads_well_both_ways_follows_its_column() -> None:
    alone = suspect(["há"], [Encoding.TCVN3])
    beside = suspect(["há", "Së tµi chÝnh"], [Encoding.TCVN3] * 2)
    assert alone is None
    assert beside is not None
    assert beside.decoded[0] == "hỏ"


def test_a_code_of_the_page_1258_is_decoded_where_the_font_proves_it() -> None:
    found = suspect(["xĐt duyÖt", "Së tµi chÝnh"], [Encoding.TCVN3] * 2)
    assert found is not None
    assert found.decoded[0] == "xét duyệt"


@pytest.mark.parametrize("font", [None, *BOTH])
@pytest.mark.parametrize(
    "column",
    [
        ["café", "Nestlé", "Noël", "Citroën"],
        ["São Paulo", "Curaçao", "Köln", "Genève"],
        ["Müller", "señor", "naïve"],
        ["Đoàn", "đ"],
        ["là", "có", "cà phê"],
        ["m²", "25°C", "±5"],
        ["2026", "ASCII only"],
        [],
    ],
)
def test_honest_text_is_never_suspected(column: list[str], font: Encoding | None) -> None:
    assert suspect(column, [font] * len(column)) is None


@pytest.mark.parametrize("text", ["Loïc", "Bön", "N·m", "10µm", "lµ", "vaø", "Bundes\u00adtag", "a×b"])
def test_one_word_without_font_is_no_proof(text: str) -> None:
    assert suspect([text], [None]) is None


@pytest.mark.parametrize("text", ["tiÕng", "s¸ch"])
def test_one_word_that_no_language_has_is_suspected(text: str) -> None:
    found = suspect([text], [None])
    assert found is not None
    assert not found.sure


FONTS = st.sampled_from([None, *Encoding])
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)


@given(st.lists(st.tuples(SENTENCES, FONTS, st.sampled_from(["NFC", "NFD"])), max_size=8))
def test_vietnamese_in_unicode_is_never_called_legacy(cells: Sequence[tuple[str, Encoding | None, str]]) -> None:
    texts = [unicodedata.normalize("NFD" if form == "NFD" else "NFC", text) for text, _, form in cells]
    assert suspect(texts, [font for _, font, _ in cells]) is None


@given(st.lists(st.tuples(st.text(max_size=15), st.sampled_from(VIETNAMESE)), min_size=1, max_size=6))
def test_without_an_old_font_no_cell_with_a_vietnamese_letter_is_ever_changed(cells: list[tuple[str, str]]) -> None:
    texts = [text + letter for text, letter in cells]
    assert suspect(texts, [None] * len(texts)) is None


@given(st.lists(SENTENCES, min_size=2, max_size=6), st.sampled_from(BOTH))
def test_a_decoded_column_is_never_suspected_again(texts: list[str], encoding: Encoding) -> None:
    column = [_typed(text, encoding) for text in texts]
    found = suspect(column, [encoding] * len(column))
    once = [text if found is None else found.decoded.get(at, text) for at, text in enumerate(column)]
    again = suspect(once, [encoding] * len(column)) if found else None
    assert again is None
