"""One cell often names several units; here it is split without cutting a unit's own name in two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.unicode import clean, fold

if TYPE_CHECKING:
    from collections.abc import Callable

_BULLET: Final = re.compile(r"(?:[-–—•●▪◦*+·]\s*|\d{1,2}[.)]\s*(?=\D)|[a-zđ]\)\s*)")
_PARENTHESIS: Final = re.compile(r"\([^()]*\)")
_SEPARATOR: Final = re.compile(r"\s*([,;]\s*|\n)\s*|\s+(và)\s+", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[^\S\n]+")
_EDGE: Final = " \t\n.,;:"
_MOST_PARTS: Final = 8
"""No unit's name has more commas and «và» than that."""
_TYPES: Final = (
    "sở|phòng|vụ|cục|ban|ủy ban|ubnd|hđnd|hội đồng|văn phòng|vp|thanh tra|trung tâm|tt|viện|trường|đề án|dự án"
    "|chương trình|học viện|hv|công an|ca|chi cục|tổng cục|bộ|hội|đảng ủy|bệnh viện|xã|phường|huyện|quận|thành phố|tp"
    "|thị xã|tx|thị trấn|đặc khu|công ty|tổng công ty|tập đoàn|báo|đài|các|bql|bch|kho bạc|cảng vụ|thuế|bảo hiểm|bhxh"
    "|liên đoàn|mặt trận|ubmttq|mttq|tổ|đội|đoàn|tòa án|tand|quỹ|ngân hàng|bưu điện|công đoàn|hạt|trạm|bộ phận"
    "|đơn vị|cơ quan|lãnh đạo|đại học|cao đẳng"
)
_NOT_TYPE: Final = (
    r"(?!phòng (?:chống|ngừa|cháy|thủ|vệ)|tổ chức|hội nhập|xã hội|đội ngũ|đoàn (?:kết|thể)|viện trợ|bộ (?:máy|đội)"
    r"|báo (?:chí|cáo)|ban hành|quận lỵ|đài thọ|vụ việc|tt và|các nhiệm vụ)"
)
_UNIT_HEAD: Final = re.compile(rf"{_NOT_TYPE}(?:{_TYPES}) \S.*")
_ALONE: Final = re.compile("văn phòng|thanh tra|công an|đảng ủy|công đoàn|bưu điện|kho bạc")
"""Types that are also a whole name."""
_LONE_TYPE: Final = re.compile(_TYPES)
_COUNCIL: Final = re.compile(r".*(?:hđnd|hội đồng nhân dân|đbqh|đại biểu quốc hội)")
_COMMITTEE: Final = re.compile(r"(?:ubnd|ủy ban nhân dân|hđnd|hội đồng nhân dân)\b.*")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch between two separators, and the separator ahead of it."""

    ahead: str
    text: str
    start: int
    end: int


def split_leads(text: str, knows: Callable[[str], bool] | None = None) -> tuple[str, ...]:
    """Give the units that a cell names, trimmed, in order; *knows* says whether a text is the name of a known unit.

    Splits at lines, bullets and «;», and at «,» and «và» where another unit begins; a name that is known stays whole.
    """
    text = _BLANKS.sub(" ", clean(text))
    known = knows if knows is not None else _nothing_known
    parts = _parts(text)
    names: list[str] = []
    at = 0
    while at < len(parts):
        end = _known_until(text, parts, at, known)
        if end == at:
            end = at + 1
            while end < min(len(parts), at + _MOST_PARTS) and _goes_on(text, parts, at, end, known):
                end += 1
        names.append(_joined(text, parts, at, end))
        at = end
    return tuple(filter(None, names))


def _nothing_known(_name: str) -> bool:
    return False


def _parts(text: str) -> list[_Part]:
    hidden = _PARENTHESIS.sub(lambda match: "\0" * len(match[0]), text)
    parts: list[_Part] = []
    start, ahead, new_line = 0, "\n", True
    for match in [*_SEPARATOR.finditer(hidden), None]:
        end = match.start() if match else len(text)
        bullet = _BULLET.match(text, start, end) if new_line else None
        start = bullet.end() if bullet else start
        if text[start:end].strip(_EDGE):
            parts.append(_Part(";" if bullet else ahead, text[start:end].strip(_EDGE), start, end))
        if match:
            start, new_line = match.end(), "\n" in match[0]
            ahead = match[2].casefold() if match[2] else match[1][0]
    return parts


def _joined(text: str, parts: list[_Part], first: int, beyond: int) -> str:
    return " ".join(text[parts[first].start : parts[beyond - 1].end].split()).strip(_EDGE)


def _known_until(text: str, parts: list[_Part], at: int, known: Callable[[str], bool]) -> int:
    """Give where the longest known name that begins at part *at* ends; *at* when there is none."""
    longest = min(len(parts), at + _MOST_PARTS)
    ends = (end for end in range(longest, at, -1) if known(_joined(text, parts, at, end)))
    return next(ends, at)


def _goes_on(text: str, parts: list[_Part], first: int, at: int, known: Callable[[str], bool]) -> bool:
    """Say whether part *at* still belongs to the name that began at *first*."""
    part = parts[at]
    if part.ahead == ";" or _known_until(text, parts, at, known) > at:
        return False
    name, next_name = fold(_joined(text, parts, first, at)), fold(part.text)
    begins = bool(_UNIT_HEAD.fullmatch(next_name))
    if part.ahead == "\n":
        return name.endswith(" và") or (part.text[0].islower() and not begins)
    if part.ahead == "và":
        return not begins or bool(_COUNCIL.fullmatch(name) and _COMMITTEE.fullmatch(next_name))
    if begins or _ALONE.fullmatch(next_name):
        return False
    return bool(_UNIT_HEAD.fullmatch(name) or _LONE_TYPE.fullmatch(name))
