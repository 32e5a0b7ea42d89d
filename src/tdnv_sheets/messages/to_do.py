"""Put findings in the order in which people work through them, and say in one sentence what there is to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tdnv_sheets.findings import Level, Severity
from tdnv_sheets.messages.catalogue import LANGUAGES, area, finding_copy, say

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from tdnv_sheets.findings import Finding

_ABOUT_CELLS: Final = (Level.CELL, Level.CROSS)
_LEVELS: Final = tuple(Level)
_SEVERITIES: Final = (Severity.ERROR, Severity.WARNING, Severity.FIXED, Severity.INFO)
_SHEETS: Final = ("update", "missing", "report")
"""As they stand in a unit's workbook; `template.sheet_<name>` names them."""


def reading_order(finding: Finding) -> tuple[int, ...]:
    """Give the key that sorts findings: errors first, the file as a whole, then sheet by sheet, downwards."""
    known = {say(f"template.sheet_{name}", lang): at for at, name in enumerate(_SHEETS, 1) for lang in LANGUAGES}
    sheet = known.get(finding.sheet, len(_SHEETS) + 1) if finding.sheet else 0
    letters = [ord(letter) for letter in finding.cell.rstrip("0123456789")]
    level = _LEVELS.index(finding.level) if finding.row is None else len(_LEVELS)
    return _SEVERITIES.index(finding.severity), sheet, level, finding.row or 0, len(letters), *letters


def to_do_line(findings: Iterable[tuple[Finding, Hashable]], lang: str, *, in_copy: bool = False) -> str:
    """Give «Cần sửa 3 ngày, điền 5 ô còn thiếu.» for findings and their places; a cell counts once.

    *in_copy*: for a marked copy, which has put some of them right; those come behind what is still to be done.
    """
    findings = tuple(findings)
    errors = sorted(
        (pair for pair in findings if pair[0].severity is Severity.ERROR),
        key=lambda pair: (in_copy and bool(finding_copy(pair[0], lang)), _rank(pair[0])),
    )
    doubts = [pair for pair in findings if pair[0].severity is Severity.WARNING]
    counts: Counter[str] = Counter()
    seen: set[Hashable] = set()
    for number, (finding, place) in enumerate([*errors, *doubts]):
        spot = place if finding.level in _ABOUT_CELLS else number
        if spot not in seen:
            seen.add(spot)
            counts[_verb(finding, lang, in_copy=in_copy)] += 1
    parts = ", ".join(text.format(count=count) for text, count in counts.items())
    sentence = say("to_do.sentence", lang, parts=parts) if parts else say("to_do.nothing", lang)
    repaired = sum(finding.severity is Severity.FIXED for finding, _ in findings)
    return f"{sentence} {say('to_do.repaired', lang, count=repaired)}" if repaired else sentence


def place_of(finding: Finding) -> Hashable:
    """Give what tells cells of the file received apart."""
    return finding.sheet, finding.cell or finding.row, finding.column


def _rank(finding: Finding) -> tuple[int, int]:
    return _LEVELS.index(finding.level), list(area("findings")).index(finding.code)


def _verb(finding: Finding, lang: str, *, in_copy: bool) -> str:
    if in_copy and finding.severity is Severity.ERROR and finding_copy(finding, lang):
        put_right: str = area("to_do")["put_right"][lang]
        return put_right
    own: str | None = area("findings")[finding.code].get(f"sum_{lang}")
    if own is None or finding.severity is not Severity.ERROR:
        about_cell = finding.level in _ABOUT_CELLS
        entry = "review" if finding.severity is Severity.WARNING else "correct" if about_cell else "handle"
        own = area("to_do")[entry][lang]
    return own
