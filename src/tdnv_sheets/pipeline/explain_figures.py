"""Say whether the figures of a report's sentence add up, whoever wrote it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tdnv_sheets.messages.catalogue import LANGUAGES, say
from tdnv_sheets.pipeline.explain import Explanation
from tdnv_sheets.summary.stated import IN_GROUPS, NAMES, stated_checks
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FIGURE: Final = re.compile(r"([^\d=:;]+?)\s*[=:]?\s*(\d{1,3}(?:[.,]\d{3})+|\d+)(?![\d.,]*%)")
"""Words and a whole number, with the thousands apart or not; percentages are no counts."""
_SEPARATORS: Final = re.compile(r"[.,]")


def explain_figures(text: str, *, lang: str = "vi") -> Explanation:
    """Check the figures of a text such as «tổng số 15.533; đã hoàn thành 13.119; chưa hoàn thành 2.414».

    The names are those of docs/json.md or their words in either language. «Quá hạn» alone is of the group that was named
    last, and it is told so. A name that is not known, or stated twice, is told and left out.
    """
    stated, taken, unknown = _read(text)
    checks = stated_checks(stated)
    data = {
        "text": text,
        "figures": stated,
        "taken_as": [{"words": words, "figure": name} for words, name in taken],
        "unknown": unknown,
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
    }
    lines = [text]
    for words, name in taken:
        figure = say(f"summary.figure_{name}", lang)
        lines.append(f"  {say('explain.figures_taken', lang, words=words, figure=figure)}")
    lines += [
        f"  {say(f'explain.figures_{_outcome(check.ok)}', lang)}: {_check(check.name, lang)}: {check.detail}"
        for check in checks
    ]
    lines += [f"  {say('explain.figures_unknown', lang, words=words)}" for words in unknown]
    if not checks:
        lines.append(f"  {say('explain.figures_nothing', lang, names='; '.join(_words(lang)))}")
    return Explanation(data, tuple(lines), bool(checks) and not unknown and all(check.ok for check in checks))


class _Read(NamedTuple):
    """What a text states."""

    stated: dict[str, int]
    taken: list[tuple[str, str]]
    """Words that were taken as a part of the group named last, and as which."""
    unknown: list[str]


def _read(text: str) -> _Read:
    read, group = _Read({}, [], []), ""
    for words, number in _figures(text):
        known = _named(words)
        name = IN_GROUPS[known].get(group, "") if known in IN_GROUPS else known
        if not name or name in read.stated:
            read.unknown.append(words)
            continue
        if known in IN_GROUPS:
            read.taken.append((words, name))
        read.stated[name] = number
        group = _group(name) or group
    return read


def _figures(text: str) -> Iterator[tuple[str, int]]:
    for words, number in _FIGURE.findall(text):
        yield words.strip(" ,.()"), int(_SEPARATORS.sub("", number))


def _named(words: str) -> str:
    """Give the name that *words* stand for, what leads to them left out («trong đó», «và»); empty for none."""
    folded = fold(words)
    while (name := _names().get(folded)) is None:
        lead = next((lead for lead in _leads() if folded.startswith(f"{lead} ")), "")
        if not lead:
            return ""
        folded = folded.removeprefix(lead).lstrip(" :")
    return name


def _group(name: str) -> str:
    """Give the group that a figure is, or is a part of."""
    return next((group for parts in IN_GROUPS.values() for group, part in parts.items() if name in {group, part}), "")


@cache
def _leads() -> tuple[str, ...]:
    return tuple(fold(lead) for lang in LANGUAGES for lead in say("explain.figures_leads", lang).split(" | "))


@cache
def _names() -> Mapping[str, str]:
    """Give what people may call a figure → its name."""
    known = {fold(name): name for name in NAMES}
    for lang in LANGUAGES:
        known |= {fold(say(f"summary.figure_{name}", lang)): name for name in NAMES}
        known |= {
            fold(words): name for name in IN_GROUPS for words in say(f"explain.figures_{name}", lang).split(" | ")
        }
    return known


def _words(lang: str) -> list[str]:
    return [say(f"summary.figure_{name}", lang) for name in NAMES]


def _outcome(ok: bool) -> str:  # noqa: FBT001 - a check's outcome
    return "ok" if ok else "wrong"


def _check(name: str, lang: str) -> str:
    return say(f"checks.check_{name}", lang)
