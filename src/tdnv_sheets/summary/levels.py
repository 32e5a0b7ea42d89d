"""At which level stands who assigned a task: so that the centre's tasks are told apart from the province's own.

The regulation's list of assigners names the level of each. Words that stand in no list are understood where they say it
themselves; what is left is shown as not known and never guessed: «UBND thành phố» may be a province or part of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tdnv_sheets.regulation import Regulation

LEVELS: Final = ("central", "province", "district", "commune", "agency")
"""Highest first; the agency is the office's own body, such as a department's director."""

_SIGNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    # The names of bodies under the Constitution of 2013 and the Law on the Organisation of Local Government: a body of a
    # lower level names its level, so those are looked for first («Phòng … huyện» before «… Bộ»).
    ("commune", ("ubnd xã", "ubnd phường", "ubnd đặc khu", "ubnd thị trấn")),
    ("district", ("ubnd huyện", "ubnd quận", "ubnd thị xã", "huyện ủy", "quận ủy", "hđnd huyện", "hđnd quận")),
    ("province", ("ubnd tỉnh", "hđnd tỉnh", "tỉnh ủy")),
    ("central", ("chính phủ", "quốc hội", "chủ tịch nước", "trung ương đảng", "bộ chính trị", "ban bí thư")),
)
_LONG_NAMES: Final = (("ủy ban nhân dân", "ubnd"), ("hội đồng nhân dân", "hđnd"), ("ủy ban n d", "ubnd"))
_MINISTRY: Final = "bộ "


def levels_of(regulation: Regulation) -> Callable[[str], str]:
    """Give the function that finds the level of an assigner's words; it gives an empty text where nobody says."""
    listed = {
        fold(clause.text["vi"]): clause.names[0]
        for clause in regulation.about("assigner")
        if clause.names and clause.names[0] in LEVELS
    }
    known: dict[str, str] = {}

    def level(words: str) -> str:
        found = known.get(words)
        if found is None:
            folded = fold(words)
            found = known[words] = listed.get(folded) or _said(folded)
        return found

    return level


def _said(folded: str) -> str:
    for long, short in _LONG_NAMES:
        folded = folded.replace(long, short)
    for level, signs in _SIGNS:
        if _any_in(signs, folded):
            return level
    return "central" if folded.startswith(_MINISTRY) else ""


def _any_in(signs: Iterable[str], folded: str) -> bool:
    padded = f" {folded} "
    return any(f" {sign} " in padded for sign in signs)
