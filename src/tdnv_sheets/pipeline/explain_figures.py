"""Say whether the figures of a report's sentence add up, whoever wrote it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.pipeline.explain import Explanation
from tdnv_sheets.summary.stated import NAMES, stated_checks
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIGURE: Final = re.compile(r"([^\d=:;]+?)\s*[=:]?\s*(\d{1,3}(?:[.,]\d{3})+|\d+)(?![\d.,]*%)")
"""Words and a whole number, with the thousands apart or not; percentages are no counts."""
_SEPARATORS: Final = re.compile(r"[.,]")


def explain_figures(text: str, *, lang: str = "vi") -> Explanation:
    """Check the figures of a text such as «tổng số 15.533; đã hoàn thành 13.119; chưa hoàn thành 2.414».

    The names are those of docs/json.md or their words in either language. A name that is not known, or stated twice, is
    told and left out.
    """
    stated: dict[str, int] = {}
    unknown: list[str] = []
    for words, number in _figures(text):
        name = _names().get(fold(words))
        if name is None or name in stated:
            unknown.append(words)
        else:
            stated[name] = number
    checks = stated_checks(stated)
    data = {
        "text": text,
        "figures": stated,
        "unknown": unknown,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
    }
    lines = [text]
    lines += [
        f"  {say(f'explain.figures_{_outcome(check.ok)}', lang)}: {_check(check.name, lang)}: {check.detail}"
        for check in checks
    ]
    lines += [f"  {say('explain.figures_unknown', lang, words=words)}" for words in unknown]
    if not checks:
        lines.append(f"  {say('explain.figures_nothing', lang, names='; '.join(_words(lang)))}")
    return Explanation(data, tuple(lines), bool(checks) and not unknown and all(check.ok for check in checks))


def _figures(text: str) -> Iterator[tuple[str, int]]:
    for words, number in _FIGURE.findall(text):
        yield words.strip(" ,.()"), int(_SEPARATORS.sub("", number))


@cache
def _names() -> Mapping[str, str]:
    """Give what people may call a figure → its name."""
    known = {fold(name): name for name in NAMES}
    for lang in LANGUAGES:
        known |= {fold(say(f"summary.figure_{name}", lang)): name for name in NAMES}
    return known


def _words(lang: str) -> list[str]:
    return [say(f"summary.figure_{name}", lang) for name in NAMES]


def _outcome(ok: bool) -> str:  # noqa: FBT001 - a check's outcome
    return "ok" if ok else "wrong"


def _check(name: str, lang: str) -> str:
    return say(f"checks.check_{name}", lang)
