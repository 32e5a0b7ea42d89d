"""The number of a document is one word of several parts; here it is taken apart, or it is said what is wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tdnv_sheets.shipped import packaged
from tdnv_sheets.text.unicode import plain, strip_marks

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A typed number and its parts; a document is known by issuer, type, number and year together."""

    text: str
    """As it was typed."""
    valid: bool
    number: str | None = None
    """Without leading zeros, with the letter behind it: «05» is «5», «39a» stays."""
    year: int | None = None
    """Only documents that make law, and some of the Assembly, carry it."""
    type: str | None = None
    """Abbreviation as written, such as QĐ; None for an official letter (công văn)."""
    issuer: str | None = None
    drafter: str | None = None
    """Part of the issuer, or field, behind the issuer's abbreviation."""
    kind: str | None = None
    """state, normative or party."""
    note: str = ""
    """What is wrong or unusual: `explain.number-<note>` in the catalogue has the words."""
    suggestion: str = ""
    """How it was probably meant, for a person to confirm."""

    @property
    def written(self) -> str:
        """Give the number as it has to be written, without blanks and words around it."""
        return _normal(self.text)


_CAPITAL: Final = "A-ZĐÂĂÊÔƠƯ"
_GROUP: Final = rf"[{_CAPITAL}][{_CAPITAL}a-zđ0-9]*(?![^\W_])"
_SEGMENT: Final = rf"{_GROUP}(?:&{_GROUP})*"
_DIGITS: Final = r"(?P<number>\d{1,6})(?P<suffix>[a-zđ]|bis)?"
_SYMBOL: Final = rf"(?P<symbol>{_SEGMENT}(?:[-.,]{_SEGMENT}|\(\w+\)|[-.]\d+)*)"
_STATE: Final = re.compile(rf"{_DIGITS}(?:/(?P<year>(?:19|20)\d\d))?/{_SYMBOL}")
_PARTY: Final = re.compile(
    rf"{_DIGITS}-(?P<type>{_SEGMENT})/(?P<symbol>{_SEGMENT}(?:[-.]{_SEGMENT})*)",
)
_IN_TEXT: Final = re.compile(
    rf"(?<![\w/.-])\d{{1,6}}(?:[a-zđ]|bis)?\s?(?:/\s?(?:19|20)\d\d\s?)?"
    rf"(?:/\s?{_SEGMENT}|-{_SEGMENT}/{_SEGMENT})(?:\s?-\s?{_SEGMENT}(?=[\s,;.)/-]|$)|[-.,]{_SEGMENT}|-\d+(?![\d/]))*"
)
_HEAD: Final = re.compile(
    r"(?:[^\W\d_]+[ ]+){0,6}?số\b\s*(?:hiệu\b)?\s*[:.]?\s*|(?:cv|vb)\s*[:.]?\s+(?=\d)", re.IGNORECASE
)
_TAIL: Final = re.compile(r" ?,? ?\(? ?(?:\b(?:ký|ban hành) )?\b(?:ngày|của|về|v/v|do|tại)\b.*", re.IGNORECASE)
_BLANK_AROUND: Final = re.compile(r"\s*([/&.,-])\s*")
_DATE: Final = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|(?:0?[1-9]|1[0-2])[/.-](?:19|20)\d\d|\d{4}-\d\d?-\d\d?"
)
_ONLY_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*[a-zđ]?/*")
_NO_DIGITS: Final = re.compile(r"[._…\s]*/.*[^\W\d_].*")
_NO_SLASH: Final = re.compile(rf"(\d{{1,6}}(?:[a-zđ]|bis)?)(?:[\s\\|]+)({_SEGMENT}.*)")
_SECOND_SLASH: Final = re.compile(rf"((?:\d{{1,6}}[a-zđ]?)(?:/(?:19|20)\d\d)?/{_SEGMENT})/({_SEGMENT}.*)")
_NO_NUMBERS: Final = (
    (re.compile(""), "empty"),
    (_NO_DIGITS, "empty-number"),
    (_DATE, "looks-like-date"),
    (_ONLY_NUMBER, "no-symbol"),
)
_WRONG_SIGNS: Final = ((_NO_SLASH, "/", "no-slash"), (_SECOND_SLASH, "-", "second-slash"))
_SPLIT: Final = re.compile(r"[;\n]|,(?=\s*(?:\d|số\b))|\bvà\b(?=\s*(?:[^\W\d_]+\s+){0,4}?\d)", re.IGNORECASE)
_MIXED_CASE: Final = ("TTg", "SNgV", "QyĐ", "CTr", "TTr", "TrS", "TTh")
_JOINT: Final = ("TTLT", "NQLT")
"""Types that several bodies issue together."""


def parse_number(text: str) -> DocumentNumber:
    """Take the number of a document apart; what is none comes back as not valid, with the reason.

    Nothing raises and nothing is corrected: a probable correction stands in `suggestion`. Grammar: Nghị định
    30/2020/NĐ-CP, Phụ lục I and III; older and Party forms.
    """
    normal = _normal(text)
    if (found := _read(text, normal)) is not None:
        return found
    note, suggestion = _wrong(normal)
    return DocumentNumber(text, valid=False, note=note, suggestion=suggestion)


def find_numbers(text: str) -> tuple[DocumentNumber, ...]:
    """Give every number that a cell names, in order; a part that names none comes as it is, not valid."""
    found: list[DocumentNumber] = []
    for part in _SPLIT.split(plain(text)):
        inside = [parse_number(match[0].strip()) for match in _IN_TEXT.finditer(part)]
        found += inside or ([parse_number(part.strip())] if _says_something(part) else [])
    return tuple(found)


def type_words(abbreviation: str) -> str | None:
    """Give what a type's abbreviation stands for, such as «Quyết định»; None when it is not known."""
    return _types().get(abbreviation) or _types().get(_known_case().get(abbreviation.casefold(), ""))


def _says_something(part: str) -> bool:
    bare = part.strip(" .,;:-")
    return bool(bare) and not re.fullmatch(r"(?:ký\s+)?ngày\b.*", bare, re.IGNORECASE)


def _normal(text: str) -> str:
    text = " ".join(plain(text).split())
    text = _TAIL.sub("", _without_head(text)).strip(" .,;:")
    return _BLANK_AROUND.sub(r"\1", text)


def _without_head(text: str) -> str:
    """Take «Số:», «Công văn số» and the words of a type off the front."""
    if match := _HEAD.match(text):
        return text[match.end() :]
    folded = text.casefold()
    head = next((words for words in _heads() if folded.startswith(words + " ")), "")
    return text[len(head) :].lstrip(" :")


def _read(text: str, normal: str) -> DocumentNumber | None:
    if (match := _STATE.fullmatch(normal)) and int(match["number"]):
        return _of_state(text, match)
    if (match := _PARTY.fullmatch(normal)) and int(match["number"]):
        return _of_party(text, match)
    return None


def _of_state(text: str, match: re.Match[str]) -> DocumentNumber:
    kind, issuer, drafter = _symbol(match["symbol"])
    year = int(match["year"]) if match["year"] else None
    note, suggestion = _unusual(match[0], match["symbol"])
    return DocumentNumber(
        text,
        valid=True,
        number=_number(match),
        year=year,
        type=kind,
        issuer=issuer,
        drafter=drafter,
        kind="state" if year is None else "normative",
        note=note or ("" if issuer else "no-issuer"),
        suggestion=suggestion,
    )


def _of_party(text: str, match: re.Match[str]) -> DocumentNumber:
    return DocumentNumber(
        text, valid=True, number=_number(match), type=match["type"], issuer=match["symbol"], kind="party"
    )


def _number(match: re.Match[str]) -> str:
    return match["number"].lstrip("0") + (match["suffix"] or "")


def _symbol(symbol: str) -> tuple[str | None, str | None, str | None]:
    """Split what stands behind the number into type, issuer and drafting unit."""
    first, _, rest = symbol.partition("-")
    if type_words(first) is None and _accented(first) is None:
        issuer, drafter = re.fullmatch(rf"({_SEGMENT})[-.,]?(.*)", symbol, re.DOTALL).groups()  # type: ignore[union-attr]
        return None, issuer, drafter or None
    if first in _JOINT:
        return first, rest or None, None
    parts = re.match(rf"({_SEGMENT})[-.,]?(.*)", rest)
    return (first, parts[1], parts[2] or None) if parts else (first, None, None)


def _unusual(whole: str, symbol: str) -> tuple[str, str]:
    """Give what is odd about the type of a number that can be read, and how it was probably meant."""
    first, dash, rest = symbol.partition("-")
    if not dash:
        return "", ""
    ahead = whole[: len(whole) - len(symbol)]
    if (meant := _accented(first)) is not None:
        return "missing-accent", f"{ahead}{meant}-{rest}"
    meant = _known_case().get(first.casefold())
    if meant is not None and meant != first and first not in ("QYĐ", *_types()):
        return "letter-case", f"{ahead}{meant}-{rest}"
    return "", ""


def _wrong(normal: str) -> tuple[str, str]:
    """Say why a text is no number of a document, and give what it probably was."""
    for pattern, note in _NO_NUMBERS:
        if pattern.fullmatch(normal):
            return note, ""
    for pattern, sign, note in _WRONG_SIGNS:
        if match := pattern.fullmatch(normal):
            return note, _if_valid(match[1] + sign + match[2])
    if upper := _if_valid(_capitals(normal)):
        return "lower-case", upper
    if len(several := _IN_TEXT.findall(normal)) > 1:
        return "several", "; ".join(map(_normal, several))
    return ("not-a-number" if re.search(r"\d", normal) else "no-number"), ""


def _if_valid(text: str) -> str:
    """Give *text*, or the better form that it is known to have, if it is a number."""
    found = _read(text, text)
    return "" if found is None else found.suggestion or text


def _capitals(normal: str) -> str:
    """Write a number in capitals but for the letter behind the digits and abbreviations known to have small letters."""
    match = re.fullmatch(r"(\d{1,6}(?:[a-zđ](?=[/-])|bis)?)(.*)", normal)
    ahead, rest = (match[1], match[2]) if match else ("", normal)
    known = {name.casefold(): name for name in _MIXED_CASE}
    return ahead + re.sub(r"[^\W_]+", lambda word: known.get(word[0].casefold(), word[0].upper()), rest)


def _accented(abbreviation: str) -> str | None:
    """Give the type whose Đ was typed as D; None when the abbreviation is itself a type."""
    if abbreviation in _types():
        return None
    return {strip_marks(name): name for name in ("QĐ", "CĐ", "NĐ", "QyĐ", "QYĐ")}.get(abbreviation)


@cache
def _types() -> Mapping[str, str]:
    data = json.loads(packaged("data", "document_numbers_vn.json").read_text(encoding="utf-8"))
    tables = ("party", "normative", "old", "copies", "types")
    return MappingProxyType({short: words for name in tables for short, words in data[name].items()})


@cache
def _known_case() -> Mapping[str, str]:
    """Give folded abbreviation → as it is written, where only one is written so."""
    return MappingProxyType({short.casefold(): short for short in _types()})


@cache
def _heads() -> tuple[str, ...]:
    words = {words.casefold() for words in _types().values()} | {"công văn", "văn bản", "thư công"}
    return tuple(sorted(words, key=len, reverse=True))
