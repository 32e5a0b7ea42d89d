from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tdnv_sheets.intake.asides import words_in
from tdnv_sheets.validate.secrecy import (
    Secrecy,
    is_level_caption,
    judged,
    level_refused,
    marked_secret,
    row_secrecy,
    secrecy,
)

CASES = Path(__file__).parents[2] / "shared" / "data" / "cases_secrecy.tsv"


def test_every_shared_case_is_judged_as_stated() -> None:
    if not CASES.exists():
        pytest.skip("the shared cases are not beside this checkout")
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    assert rows
    assert not {text: want for text, want in rows if secrecy(text) != want}


@pytest.mark.parametrize(
    "text",
    [
        "Mật",
        "(mật)",
        "Công văn số 5 [Mật]",
        "theo chế độ mật",
        "Hồ sơ mật",
        "Độ mật: C",
        "T Ố I  M Ậ T",
        "TOI MAT",
        "TUYỆT_MẬT_phương_án",
        "12_TUYET-MAT_2026",
        "kế hoạch tuyệt mật",
        "Văn bản\nMẬT\nsố 12",
        "TUYE\u0323\u0302T MA\u0323\u0302T",
    ],
)
def test_a_mark_of_secrecy_is_refused(text: str) -> None:
    assert secrecy(text) is Secrecy.REFUSE
    assert marked_secret(["bình thường", text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bảo mật thông tin",
        "BẢO MẬT HỆ THỐNG",
        "đổi mật khẩu",
        "MẬT ĐỘ XÂY DỰNG",
        "mật ong rừng",
        "KHÔNG MẬT",
        "Độ mật: Thường",
        "Độ mật",
        "tài liệu mật mã",
        "bí mật kinh doanh",
    ],
)
def test_other_words_with_the_same_syllable_are_nothing(text: str) -> None:
    assert secrecy(text) is Secrecy.OK


@pytest.mark.parametrize("text", ["TRIỂN KHAI LUẬT BẢO VỆ BÍ  MẬT NHÀ NƯỚC", "Công văn 12/TM-UBND"])
def test_secrets_as_a_topic_only_warn(text: str) -> None:
    assert secrecy(text) is Secrecy.WARN


@pytest.mark.parametrize(
    ("value", "refused"), [("", False), ("Thường", False), ("Không mật", False), ("A", True), ("Mật", True)]
)
def test_the_column_of_levels_refuses_all_but_none(value: str, refused: bool) -> None:  # noqa: FBT001  a case of a table
    assert level_refused(value) is refused
    expected = Secrecy.REFUSE if refused else Secrecy.OK
    assert row_secrecy([("Nội dung", "Rà soát"), ("Độ mật", value)]) is expected


def test_only_the_column_of_levels_is_judged_by_its_values() -> None:
    assert is_level_caption("Mức độ mật")
    assert not is_level_caption("Độ khẩn")
    assert row_secrecy([("Độ khẩn", "Hỏa tốc"), ("Nội dung", "Luật Bảo vệ bí mật nhà nước")]) is Secrecy.WARN


PIECES = (
    *("m", "M", "ậ", "Ậ", "a", "A", "â", "ạ", "\u0323", "\u0302", "\u0308", "t", "T", "ä", "Ä", "Ë", "ë", "\xad"),
    *(
        "mật",
        "MẬT",
        "mËt",
        "maät",
        "MAÄT",
        "tối",
        "TOI",
        "TUYET",
        "MAT",
        "tuyệt",
        "tuyÖt",
        "tuyeät",
        "độ",
        "bí",
        "Văn bản",
    ),
    *(" ", "\n", "\u00a0", "\u200b", "\u2003", "-", "_", "/", "\u2044", "\u2212", ":", "(", ")", "«", ".", ","),
    *("12", "3a", "TM", "TuM", "UBND", "nhà nước", "mất", "mặt", "ma", "ất", "nhaø nöôùc", "Đ", "é"),
)


@settings(max_examples=1500)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.text(max_size=30)))
@example("M\u200bA\u0323\u0302T")
@example("12\u2044TM\u2212UBND")
def test_the_quick_look_never_misses_what_the_close_look_sees(text: str) -> None:
    assert secrecy(text) is judged(text)


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("mËt", ""),
        ("maät", ""),
        ("MAÄT", ""),
        ("tuyÖt mËt: kÕ ho¹ch", ""),
        ("Toái maät", ""),
        ("hå s¬ mËt", ""),
        ("Keá hoaïch TUYEÄT MAÄT", ""),
        ("KÕ ho¹ch mËt sè 3", "tcvn3-caps"),
    ],
)
def test_a_mark_in_a_font_older_than_unicode_is_refused(text: str, font: str) -> None:
    assert secrecy(text, font) is Secrecy.REFUSE


@pytest.mark.parametrize("text", ["mËt khÈu", "b¶o mËt", "maät ñoä xaây döïng", "Mät", "Gramatik – Maß", "format/m"])
def test_other_words_in_such_a_font_are_nothing(text: str) -> None:
    assert secrecy(text) is Secrecy.OK


@pytest.mark.parametrize("written", ["&#{};", "&#0{};", "&#x{:x};", "&#38;#{};"])
def test_a_mark_whose_letters_are_written_by_their_numbers_is_found_in_markup(written: str) -> None:
    coded = "".join(written.format(ord(letter)) for letter in "TỐI MẬT")
    found = list(words_in(f'<p t="{coded}"/><p t="B&#225;o c&#225;o"/>'))
    assert found == ([] if "38" in written else ["TỐI MẬT"])
