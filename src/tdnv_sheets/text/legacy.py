"""Text typed with fonts older than Unicode looks like rubbish to a program: here it is known by font and words, and decoded."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.shipped import packaged
from tdnv_sheets.text.syllables import is_syllable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Encoding(StrEnum):
    """How the letters of a font were coded."""

    TCVN3 = "tcvn3"
    TCVN3_CAPS = "tcvn3-caps"
    """Fonts of capitals: they draw the codes of small letters."""
    VNI = "vni"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What speaks for a column having been typed with such a font."""

    encoding: Encoding
    """That of most of the cells."""
    decoded: Mapping[int, str]
    """Place among the texts → what it reads as, for the cells that need it."""
    sure: bool
    """Whether every such cell has such a font and reads well once decoded."""


_UNICODE: Final = re.compile(r"[ăĂđĐĩĨũŨơƠưƯ\u1EA0-\u1EF9]")
_CERTAIN_UNICODE: Final = re.compile(r"[ĩĨũŨ\u1EA0-\u1EF9]")
"""The other letters also stand for codes of the page 1258."""
_CODED: Final = re.compile(r"[\u00A1-\u00FF\u0300-\u0323₫]")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_FOREIGN: Final = re.compile(r"[^\x00-\x7F]")
_SIGN_INSIDE: Final = re.compile(r"(?<=[^\W\d_])[\u00A1-\u00BF\u00D7\u00F7\u0300-\u0323](?=[^\W\d_])")
_CODED_WORD: Final = re.compile(r"[A-Za-z\u00A1-\u00FF\u0300-\u0323₫ăĂđĐơƠưƯ]+")
_ACRONYM: Final = re.compile(r"[A-ZĐ]*Đ[A-ZĐ]*|[A-Z][a-zđ]?[A-ZĐ]+|đ")
_NO_WORD_HAS: Final = re.compile(
    r"[A-Za-z\u00C0-\u00FF][¡¢£¤¥¦¨ª¬¶¸]+[A-Za-z\u00C0-\u00FF]"  # signs inside a word
    r"|[a-zß-öø-ÿ][À-ÖØ-Þ]+[a-z]|^[a-z]+[À-ÖØ-Þ]+$"  # a capital behind a small letter
    r"|[öô][ôâùøûõïöÂÙØÛÕÏ]|[ÖÔ][ÔÂÙØÛÕÏ]"  # two accented vowels of VNI
)
"""What words of no language show in Latin letters, but these fonts' codes do."""
_MOSTLY: Final = 0.9
_FEWEST_WORDS: Final = 4
_FEWEST_BESIDE_UNICODE: Final = 3


def encoding_of_font(font: str) -> Encoding | None:
    """Give how a font codes its letters: `.VnTime`, `.VnArialH` and `VNI-Times` are older than Unicode."""
    name = font.strip().casefold()
    if name.startswith(".vn"):
        return Encoding.TCVN3_CAPS if name.endswith("h") else Encoding.TCVN3
    return Encoding.VNI if name.startswith("vni") else None


def decode(text: str, encoding: Encoding) -> str:
    """Give what *text* reads as in such a font; text that holds Vietnamese letters of Unicode stays as it is."""
    if _UNICODE.search(unicodedata.normalize("NFC", text)):
        return text
    return _decoded(text, encoding)


def reads_well(text: str) -> bool:
    """Say whether every word with a letter outside ASCII is a Vietnamese syllable or an acronym with Đ."""
    composed = unicodedata.normalize("NFC", text)
    if _SIGN_INSIDE.search(composed):
        return False
    return all(_fits(word) for word in _LETTERS.findall(composed) if not word.isascii())


def suspect(texts: Sequence[str], fonts: Sequence[Encoding | None]) -> Suspicion | None:
    """Decide for one column, from all its texts and the font of each cell, whether it was typed so; None if it was not.

    A few words without such a font are no proof, and words that read well as they are stay. Shares of right guesses
    by number of words: practice/vietnam.md §2.3.
    """
    cells = [_Cell(text, font) for text, font in zip(texts, fonts, strict=True)]
    coded = {at: cell for at, cell in enumerate(cells) if cell.may_be_coded}
    if all(reads_well(cell.text) for cell in coded.values()):
        return None
    proven = {at: cell for at, cell in coded.items() if cell.font is not None and cell.clear(cell.font)}
    encoding = _most(cell.font for cell in proven.values() if cell.font is not None) or _by_words(cells, coded.values())
    if encoding is None:
        return None
    decoded, sure = {}, True
    beside_unicode = any(cell.is_unicode for cell in cells)
    for at, cell in coded.items():
        own = cell.font or encoding
        proof = bool(proven) if cell.font is not None else not proven and not beside_unicode
        if not _belongs(cell, own, column_proven=proof):
            continue
        decoded[at] = cell.decoded(own)
        sure = sure and cell.font is not None and reads_well(decoded[at])
    return Suspicion(encoding, MappingProxyType(decoded), sure) if decoded else None


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of the column: its text and what its font says."""

    text: str
    font: Encoding | None

    @property
    def is_unicode(self) -> bool:
        return bool(_UNICODE.search(unicodedata.normalize("NFC", self.text)))

    @property
    def may_be_coded(self) -> bool:
        return self.by_code_page if self.is_unicode else bool(_CODED.search(self.text))

    @property
    def by_code_page(self) -> bool:
        """Whether its Đ, ơ and the like may be codes of the page 1258: only a font can say so."""
        return self.font is not None and self.is_unicode and not _CERTAIN_UNICODE.search(self.text)

    def decoded(self, encoding: Encoding) -> str:
        """Decode, letters that are codes of the page 1258 included where a font allows it."""
        return _decoded(self.text, encoding) if self.by_code_page else decode(self.text, encoding)

    def clear(self, encoding: Encoding) -> bool:
        """Say whether it is rubbish as it stands and reads well decoded."""
        return not reads_well(self.text) and _changed_well(self.text, self.decoded(encoding))


def _belongs(cell: _Cell, encoding: Encoding, *, column_proven: bool) -> bool:
    if cell.clear(encoding):
        return True
    if cell.is_unicode:
        return False
    # In a column with proof, what reads well both ways («há») was typed like the rest.
    if reads_well(cell.text):
        return column_proven and _changed_well(cell.text, cell.decoded(encoding))
    return _better(cell, encoding)


def _better(cell: _Cell, encoding: Encoding) -> bool:
    """Say whether decoding makes at least one word good; the others may be misspelt."""
    return any(_changed_well(word, _decoded(word, encoding)) for word in _coded_words(cell.text))


def _by_words(cells: Sequence[_Cell], coded: Iterable[_Cell]) -> Encoding | None:
    """Decide by the words alone: several that are rubbish as they stand, nearly all good once decoded, one way only."""
    words = {word for cell in coded if not cell.is_unicode for word in _coded_words(cell.text)}
    beside_unicode = any(cell.is_unicode for cell in cells)
    shares = {}
    for encoding in (Encoding.TCVN3, Encoding.VNI):
        good = {word for word in words if _changed_well(word, _decoded(word, encoding))}
        rubbish = {word for word in good if not reads_well(word)}
        odd = any(_NO_WORD_HAS.search(word) for word in rubbish)
        fewest = (_FEWEST_BESIDE_UNICODE if beside_unicode else 1) if odd else _FEWEST_WORDS
        if len(rubbish) >= fewest and len(good) >= _MOSTLY * len(words) and (odd or not beside_unicode):
            shares[encoding] = len(good)
    ranked = sorted(shares, key=lambda encoding: -shares[encoding])
    if len(ranked) > 1 and shares[ranked[0]] == shares[ranked[1]]:
        return None
    return ranked[0] if ranked else None


def _coded_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _CODED_WORD.findall(text) if _FOREIGN.search(word))


def _changed_well(text: str, decoded: str) -> bool:
    return decoded != text and reads_well(decoded)


def _fits(word: str) -> bool:
    return bool(_ACRONYM.fullmatch(word)) or is_syllable(word)


def _most(encodings: Iterable[Encoding]) -> Encoding | None:
    found = list(encodings)
    return max(Encoding, key=found.count) if found else None


def _decoded(text: str, encoding: Encoding) -> str:
    codes, letters = _table("vni" if encoding is Encoding.VNI else "tcvn3")
    plain = codes.sub(lambda match: letters[match[0]], "".join(map(_apart, text)))
    return plain.upper() if encoding is Encoding.TCVN3_CAPS else plain


def _apart(letter: str) -> str:
    """Take a mark off a letter that NFC has put it on: «ṇ» was n and a code that stands for itself."""
    parts = unicodedata.normalize("NFD", letter)
    return parts if len(parts) > 1 and ord(letter) > 0xFF and letter not in "ăĂơƠưƯ" else letter  # noqa: PLR2004  Latin-1


@cache
def _table(name: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Give the pattern of all codes, longest first, and code → letter; the page 1258 never wins over 1252."""
    data = json.loads(packaged("data", "legacy_encodings_vn.json").read_text(encoding="utf-8"))
    letters: dict[str, str] = {**data[f"{name}_cp1258"], **data[name]}
    for code, letter in tuple(letters.items()):
        if len(code) > 1 and code.isupper():  # a capital typed with a small tone: «Aùnh»
            letters.setdefault(code[0] + code[1:].lower(), letter)
    codes = sorted(letters, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, codes))), MappingProxyType(letters)
