"""Which words are built like Vietnamese syllables."""

from __future__ import annotations

import unicodedata

import pytest

from tdnv_sheets.text.syllables import is_syllable

OFFICE = (
    "Ủy ban nhân dân tỉnh báo cáo kết quả thực hiện nhiệm vụ được giao Kế hoạch triển khai quyết định phê duyệt "
    "chương trình mục tiêu quốc gia giảm nghèo bền vững khuyến nông nghiệp giếng nước nghiêng nguyễn thuở khuỷu "
    "quỳnh quýt quớ gì giữ già giặt kỹ lý mỹ yêu yếu yên oán uống ướt ếch ỉ ôm ăn ấy xoong boong khoèo ngoằn ngoèo "
    "huých tuýp hươu rượu tiêu hoạch quyển chuẩn Đắk Lắk hòa hoà thủy thuỷ khỏe khoẻ quý qúy loáng thoắng"
)


@pytest.mark.parametrize("word", OFFICE.split())
def test_words_of_every_shape_are_syllables(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())
    assert is_syllable(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("café", "f is no Vietnamese letter"),
        ("Müller", "nor is ü"),
        ("cễ", "k stands before e"),
        ("kạ", "c stands before a"),
        ("ngế", "ngh stands before e"),
        ("hỏc", "a syllable that ends in a stop is sắc or nặng"),
        ("hoàch", "the same"),
        ("tóan", "the tone stands on the vowel a"),
        ("trừơng", "the tone stands on the last of two vowels"),
        ("cafộ", "a word of two syllables"),
        ("đđ", "no vowel"),
        ("", "nothing"),
    ],
)
def test_what_no_vietnamese_word_looks_like_is_no_syllable(word: str, why: str) -> None:
    assert not is_syllable(word), why
