"""What a Vietnamese syllable may look like: the test that tells a decoded word from rubbish."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TONES: Final = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_BEFORE_STOP: Final = ("\u0301", "\u0323")
"""Syllables that end in a stop have only these two tones."""
_STOPS: Final = ("c", "ch", "p", "t")
_BACK_ONSETS: Final = "b c ch d đ g gi h kh l m n ng nh p ph r s t th tr v x"
_FRONT_ONSETS: Final = "b ch d đ gh h k kh l m n ngh nh p ph r s t th tr v x"
_ROUNDED_ONSETS: Final = "b ch d đ g gi h kh l m n ng nh p ph r s t th tr v x"
_FRONT: Final = ("e", "ê", "i", "y")
_CODAS: Final = {
    "a": " c ch i m n ng nh o p t u y",
    "ă": "c m n ng p t",
    "â": "c m n ng p t u y",
    "e": " c m n ng o p t",
    "ê": " c ch m n nh p t u",
    "i": " a ch m n nh p t u",
    "iê": "c m n ng p t u",
    "o": " c i m n ng p t",
    "ô": " c i m n ng p t",
    "ơ": " i m n p t",
    "oo": "c ng",
    "u": " a c i m n ng p t",
    "uô": "c i m n ng t",
    "ư": " a c i m n ng t u",
    "ươ": "c i m n ng p t u",
}
"""Main vowel → what may follow it; « » begins the list where nothing has to."""
_ROUNDED: Final = {
    "oa": " c ch i m n ng nh o p t y",
    "oă": "c m n ng p t",
    "oe": " m n o t",
    "uâ": "n ng t y",
    "uê": " ch nh n",
    "uơ": " ",
    "uy": " a ch n nh p t u",
    "uyê": "n t",
}
_AFTER_Q: Final = {
    "a": " c ch i n ng nh o t u y",
    "ă": "c m n ng p t",
    "â": "n ng t y",
    "e": " n o t",
    "ê": " ch n nh t",
    "i": " t",
    "ô": "c",
    "ơ": " i n",
    "y": " ch n nh p t",
    "yê": "n t",
}
_ALONE: Final = {"y": " ", "yê": "m n ng t u"}
"""Without any onset the sound i before a vowel is written y."""
_PLACES: Final = "đăk đắk lăk lắk krông kpă pơng plông pôkô"
"""Words of place names in the Central Highlands that are written as one but are of other languages."""


def is_syllable(word: str) -> bool:
    """Say whether *word* is built like a Vietnamese syllable, tone and its place included; case does not count."""
    return unicodedata.normalize("NFC", word).casefold() in _syllables()


@cache
def _syllables() -> frozenset[str]:
    return frozenset(
        unicodedata.normalize("NFC", word) for onset, vowel, coda in _shapes() for word in _toned(onset, vowel, coda)
    ) | frozenset(_PLACES.split())


def _shapes() -> Iterator[tuple[str, str, str]]:
    for vowel, codas in _CODAS.items():
        onsets = (_FRONT_ONSETS if vowel.startswith(_FRONT) else _BACK_ONSETS).split()
        loose = [] if vowel == "iê" else [""]
        for onset in (*onsets, *loose):
            yield from ((onset, vowel, coda) for coda in _split(codas))
    for vowel, codas in _ROUNDED.items():
        for onset in (*_ROUNDED_ONSETS.split(), ""):
            yield from ((onset, vowel, coda) for coda in _split(codas))
    yield from (("qu", vowel, coda) for vowel, codas in _AFTER_Q.items() for coda in _split(codas))
    yield from (("", vowel, coda) for vowel, codas in _ALONE.items() for coda in _split(codas))
    yield from ((onset, "y", "") for onset in "hklmstv")  # «kỹ», «lý»
    yield from (("g", "i", coda) for coda in ("", "n", "t"))  # «gì»: the i of gi is the vowel too
    yield from (("g", "iê", coda) for coda in ("c", "ng", "t"))


def _split(codas: str) -> tuple[str, ...]:
    return (*([""] if codas.startswith(" ") else []), *codas.split())


def _toned(onset: str, vowel: str, coda: str) -> Iterator[str]:
    places = _tone_places(vowel, coda)
    for tone in _BEFORE_STOP if coda in _STOPS else _TONES:
        for place in places if tone else places[:1]:
            yield onset + vowel[: place + 1] + tone + vowel[place + 1 :] + coda
    if onset == "qu" and vowel in ("y", "i") and not coda:
        yield from (f"qu{tone}{vowel}" for tone in _TONES)  # the old «qúy»


def _tone_places(vowel: str, coda: str) -> tuple[int, ...]:
    """Give the letters of *vowel* that may carry the tone: old and new style differ in open «oa», «oe» and «uy»."""
    if len(vowel) == 1:
        return (0,)
    if vowel in ("oa", "oe", "uy") and not coda:
        return (1, 0)
    return (len(vowel) - 1,)
