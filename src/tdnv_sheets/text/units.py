"""The same unit is written in many ways; here a name finds its code, or nothing: it is never guessed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from tdnv_sheets.shipped import packaged
from tdnv_sheets.text.leads import split_leads
from tdnv_sheets.text.unicode import bare, fold, plain, strip_marks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tdnv_sheets.records import Unit

__all__ = ["UnitIndex", "UnitMatch", "draft_code", "split_leads"]


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """What a name was found to be."""

    text: str
    code: str | None
    how: str
    """code, exact, former, unaccented, abbreviation, initials, similar; or, without a code, ambiguous, group or none."""
    candidates: tuple[str, ...] = ()
    """Codes that it could be, best first."""


_NONE: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
_SIMILAR: Final = 90.0
_AHEAD: Final = 4.0
_COMMITTEE: Final = "uy ban nhan dan "
_PLACE: Final = re.compile(r"(?:uy ban nhan dan )?(?:xa|phuong|dac khu|thi tran|thi xa|huyen|quan|thanh pho) (.+)")
"""Places are told apart by one letter or digit, so neither initials nor likeness may decide between them."""
_PLACE_SHORT: Final = (
    (re.compile(r"^(uy ban nhan dan )p (?=\S)|^p (?=\D)"), r"\1phuong "),
    (re.compile(r"^(uy ban nhan dan )x (?=\S)|^x (?=\D)"), r"\1xa "),
    (re.compile(r"^(uy ban nhan dan )dk (?=\S)|^dk (?=\D)"), r"\1dac khu "),
    (re.compile(r"^(uy ban nhan dan )h (?=\S)|^h (?=\D)"), r"\1huyen "),
)
_GROUP: Final = re.compile(
    r"(?:cac|nhung|tat ca|toan bo)\b.*|(?:uy ban nhan dan|ubnd) (?:cac|cap)\b.*|.*\blien quan(?: khac)?"
)
_FEWEST_INITIALS: Final = 3
_DIGITS: Final = re.compile(r"\d+")
_SIGNS: Final = re.compile(r"([\W_]+)")
_PAIRS: Final = ("ng", "nh", "th", "tr", "ph", "kh", "ch", "gi", "qu")
"""First letters that an abbreviation may keep together, as Tr in GDTrH."""


@cache
def _abbreviations() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = packaged("data", "unit_abbreviations_vn.json").read_text(encoding="utf-8")
    return tuple((re.compile(pattern), words) for pattern, words in json.loads(text)["abbreviations"])


def _to_the_letter(name: str) -> str:
    """Give the fold of a name with the signs between its words kept."""
    pieces = _SIGNS.split(plain(name))
    return "".join(" ".join(piece.split()) or " " if at % 2 else fold(piece) for at, piece in enumerate(pieces)).strip()


def _spelt_out(name: str) -> str:
    """Give an unaccented folded name with the known abbreviations written in full."""
    for pattern, words in (*_abbreviations(), *_PLACE_SHORT):
        name = pattern.sub(words, name)
    return " ".join(name.split())


def _short_forms(name: str) -> tuple[str, ...]:
    """Give what people call a place for short: without «Ủy ban nhân dân», and without its type as well."""
    place = _PLACE.fullmatch(name)
    if place is None:
        return ()
    typed = name.removeprefix(_COMMITTEE)
    return (typed, place[1]) if " " in place[1] else (typed,)


def _without_and(name: str) -> tuple[str, ...]:
    return tuple(word for word in name.split() if word != "va")


def _letters(word: str) -> tuple[str, ...]:
    """Give what may stand for a word in an abbreviation, shortest first."""
    if word.isdigit():
        return (word,)
    return (word[0], word[:2]) if word.startswith(_PAIRS) else (word[0],)


def _abbreviates(tokens: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Say whether each token is one of *words* in full or initials of several in a row, all in order."""
    if not tokens or not words:
        return not tokens and not words
    if tokens[0] == words[0] and _abbreviates(tokens[1:], words[1:]):
        return True
    return any(_abbreviates(tokens[1:], words[used:]) for used in _initials(tokens[0], words, 0))


def _initials(token: str, words: tuple[str, ...], used: int) -> tuple[int, ...]:
    """Give after how many words *token* can be used up as their initials."""
    if not token:
        return (used,)
    if used == len(words):
        return ()
    ways = (_initials(token[len(part) :], words, used + 1) for part in _letters(words[used]) if token.startswith(part))
    return tuple(end for way in ways for end in way)


def _accents_agree(words: set[str], name: set[str]) -> bool:
    """Say whether each word stands in *name* as it is accented; words that *name* has in no form do not count."""
    plain_name = {strip_marks(word) for word in name}
    return all(word in name or strip_marks(word) not in plain_name for word in words)


@dataclass(frozen=True, slots=True)
class UnitIndex:
    """Names of units, ready to be found again; build it with `UnitIndex.build`."""

    names: Mapping[str, tuple[str, ...]]
    """Folded name or alias, accents kept → codes."""
    full: Mapping[str, tuple[str, ...]]
    """The same without accents, as it is and spelt out → codes."""
    short: Mapping[str, tuple[str, ...]]
    """Short forms of places → codes."""
    words: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """Words of every full name that initials may stand for, and its codes."""
    codes: Mapping[str, str]
    spelt: Mapping[str, str]
    """Full names with their signs → code: they name their unit even where another differs by a sign only."""
    former: Mapping[str, tuple[str, ...]]
    """Folded names that units bore before → codes; a name of today comes first."""

    @classmethod
    def build(cls, units: Sequence[Unit], former: Mapping[str, Sequence[str]] = _NONE) -> UnitIndex:
        """Index *units* by code, name and aliases; *former* are codes → names that they bore before."""
        names, full, short = (_Owners(dict) for _ in range(3))
        for unit in units:
            for key in filter(None, map(fold, (unit.name, *unit.aliases))):
                names[key][unit.code] = None
                for form in (strip_marks(key), _spelt_out(strip_marks(key))):
                    full[form][unit.code] = None
                    for call in _short_forms(form):
                        short[call][unit.code] = None
        tables = [{key: tuple(codes) for key, codes in table.items()} for table in (names, full, short)]
        words = tuple((_without_and(name), codes) for name, codes in tables[1].items() if not _PLACE.fullmatch(name))
        codes = {unit.code.casefold(): unit.code for unit in units}
        spelt = {_to_the_letter(unit.name): unit.code for unit in units}
        past = _Owners(dict)
        for unit in units:
            for name in former.get(unit.code, ()):
                past[fold(name)][unit.code] = None
        owners = {name: tuple(found) for name, found in past.items()}
        return cls(tables[0], tables[1], tables[2], words, codes, spelt, owners)

    def knows(self, text: str) -> bool:
        """Say whether *text* is surely the name of one unit; being similar to a name is not enough."""
        sure = self._sure(text)
        return sure is not None and sure.code is not None

    def match(self, text: str) -> UnitMatch:
        """Find the unit that *text* names; ambiguous, unknown and group names have no code."""
        if not fold(text):
            return UnitMatch(text, None, "none")
        return self._sure(text) or self._similar(text)

    def _sure(self, text: str) -> UnitMatch | None:
        folded, loose = fold(text), bare(text)
        if code := self.codes.get(text.strip().casefold()):
            return UnitMatch(text, code, "code", (code,))
        if code := self.spelt.get(_to_the_letter(text)):
            return UnitMatch(text, code, "exact", (code,))
        for how, found in self._steps(folded, loose):
            if how == "group":
                return UnitMatch(text, None, "group")
            narrowed = self._by_accents(folded, found) if len(found) > 1 else found
            if narrowed:
                code = narrowed[0] if len(narrowed) == 1 else None
                return UnitMatch(text, code, how if code else "ambiguous", narrowed)
        return None

    def _steps(self, folded: str, loose: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "exact", self.names.get(folded, ())
        yield "former", self.former.get(folded, ())
        yield "unaccented", self.full.get(loose, ())
        if _GROUP.fullmatch(loose):
            yield "group", ()
        spelt = _spelt_out(loose)
        yield "abbreviation", self.full.get(spelt, ()) or self.short.get(spelt, ())
        yield "initials", self._initialled(loose)

    def _by_accents(self, folded: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the one code whose name has the words of *folded* as they are accented, or all."""
        words = set(folded.split())
        fits = {
            code: None
            for name, owners in self.names.items()
            for code in owners
            if code in codes and _accents_agree(words, set(name.split()))
        }
        return tuple(fits) if len(fits) == 1 else codes

    def _initialled(self, loose: str) -> tuple[str, ...]:
        tokens = _without_and(loose)
        if sum(map(len, tokens)) < _FEWEST_INITIALS:
            return ()
        return tuple(
            dict.fromkeys(code for words, codes in self.words if _abbreviates(tokens, words) for code in codes)
        )

    def _similar(self, text: str) -> UnitMatch:
        """Take the most similar name if it is near, clearly ahead of the next unit, and has the same digits."""
        near: dict[str, float] = {}
        spelt = _spelt_out(bare(text))
        for form in dict.fromkeys((bare(text), spelt)):
            hits = process.extract(form, self.full.keys(), scorer=fuzz.token_sort_ratio, limit=10, score_cutoff=60)
            for name, score, _ in hits:
                for code in self.full[name] if _DIGITS.findall(name) == _DIGITS.findall(form) else ():
                    near[code] = max(near.get(code, 0.0), score)
        ranked = sorted(near, key=lambda code: -near[code])[:3]
        scores = [near[code] for code in ranked] + [0.0, 0.0]
        if scores[0] < _SIMILAR or _PLACE.fullmatch(spelt):
            return UnitMatch(text, None, "none", tuple(ranked))
        if scores[0] - scores[1] < _AHEAD:
            return UnitMatch(text, None, "ambiguous", tuple(ranked))
        return UnitMatch(text, ranked[0], "similar", tuple(ranked))


class _Owners(defaultdict[str, dict[str, None]]):
    """Key → codes in order, while an index is built."""


_NOT_CODE: Final = re.compile(r"[^a-z0-9]+")
_CODE_LENGTH: Final = 36
"""Leaves room for «-12» within the 40 characters of the unit list."""


def draft_code(name: str, taken: Collection[str]) -> str:
    """Give a readable code for a unit that has none yet: «Vụ GDĐH» → `vu-gddh`, with -2, -3 … when it is taken."""
    stem = _NOT_CODE.sub("-", strip_marks(fold(name))).strip("-")
    if len(stem) > _CODE_LENGTH:
        stem = stem[: _CODE_LENGTH + 1].rpartition("-")[0] or stem[:_CODE_LENGTH]
    stem = stem or "don-vi"
    if stem not in taken:
        return stem
    return next(code for n in count(2) if (code := f"{stem}-{n}") not in taken)
