"""People type the same Vietnamese word in many ways; here it is cleaned for keeping and folded for comparing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_BLANKS: Final = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_INVISIBLE: Final = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_CLEAN: Final = _BLANKS | _INVISIBLE | {0x2028: "\n", 0x2029: "\n", 0x0085: "\n", 0x000B: "\n", 0x000C: "\n"}

_LOOKALIKES: Final = str.maketrans(
    {"Ð": "Đ", "ð": "đ", "∕": "/", "⁄": "/", "−": "-", **{chr(code): "-" for code in range(0x2010, 0x2016)}}
)

_TONED: Final = {
    "oa": dict(zip("àáảãạ", ("òa", "óa", "ỏa", "õa", "ọa"), strict=True)),
    "oe": dict(zip("èéẻẽẹ", ("òe", "óe", "ỏe", "õe", "ọe"), strict=True)),
    "uy": dict(zip("ỳýỷỹỵ", ("ùy", "úy", "ủy", "ũy", "ụy"), strict=True)),
}
_NEW_STYLE: Final = re.compile(r"(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![^\W\d_])")
_OLD_TO_NEW: Final = {old + "y": "u" + toned for old, toned in zip("ùúủũụ", "ỳýỷỹỵ", strict=True)}
_QUY: Final = re.compile(r"(?<=q)[ùúủũụ]y")
_NOT_WORD: Final = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """Give *text* as it is kept: NFC, plain blanks, nothing invisible, trimmed; line breaks and inner blanks stay.

    The soft hyphen stays too: in TCVN3 text it is the letter ư.
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()  # nothing in it is translated: those characters are all unprintable
    text = unicodedata.normalize("NFC", text).translate(_CLEAN).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Give the form in which two spellings of the same words are equal: case, tone place, blanks and signs do not count.

    Accents count: `fold("UỶ BAN  N.D") == "ủy ban n d"`; `&` is read as «và».
    """
    text = plain(text).casefold().replace("&", " và ")
    text = _QUY.sub(lambda match: _OLD_TO_NEW[match[0]], text)
    text = _NEW_STYLE.sub(_old_style, text)
    return _NOT_WORD.sub(" ", text).strip()


def _old_style(match: re.Match[str]) -> str:
    first, toned = match[0][0], match[0][1]
    return next(pairs[toned] for name, pairs in _TONED.items() if name[0] == first and toned in pairs)


def plain(text: str) -> str:
    """Give *text* cleaned and with every dash, slash and Đ that only looks like one replaced by the real one."""
    return clean(text).translate(_LOOKALIKES)


@lru_cache(maxsize=4096)
def strip_marks(text: str) -> str:
    """Give *text* without accents, đ as d and `&` as « va »; case, signs and line breaks stay."""
    bare = "".join(c for c in unicodedata.normalize("NFD", plain(text)) if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D").replace("&", " va ")


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Give the fold of *text* without accents, the loosest form of comparing."""
    return strip_marks(fold(text))
