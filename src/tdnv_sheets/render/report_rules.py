"""Which rules a report rests on, in words: what was applied, by which article, from when on."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from tdnv_sheets.messages.catalogue import say

if TYPE_CHECKING:
    from collections.abc import Collection

    from tdnv_sheets.render.report_view import Paper
    from tdnv_sheets.summary.figures import Applied

_ARTICLE: Final = re.compile(r"Điều (\d+)(?:\.(\d+))?([a-zđ])?")


def rules_of(paper: Paper, only: Collection[str] = ()) -> tuple[str, ...]:
    """Say which rules the figures rest on, each with its article and the day from which it holds; all, or *only* some."""
    return tuple(_rule(paper, rule) for rule in paper.summary.applied if not only or rule.what in only)


def _rule(paper: Paper, rule: Applied) -> str:
    told = paper.tell("rule", what=say(f"summary.applied_{rule.what}", paper.lang), value=rule_value(rule, paper.lang))
    told += paper.tell("rule_to", to=rule.to) if rule.to else ""
    article = article_in_full(rule.article, paper.lang) if rule.article else paper.tell("rule_setting")
    since = paper.tell("rule_since", since=f"{rule.since:%d/%m/%Y}") if rule.since else ""
    return f"{told} ({article}{since})."


def rule_value(rule: Applied, lang: str) -> str:
    """Give a rule's answer in words: a day or that none is named, yes or no, or what the catalogue says for its code."""
    if not rule.value:
        return say("narrative.rule_no_day", lang)
    try:
        return f"{date.fromisoformat(rule.value):%d/%m/%Y}"
    except ValueError:
        pass
    if rule.value in {"yes", "no"}:
        return say(f"summary.{rule.value}", lang)
    return say(f"summary.{rule.what}_{rule.value}", lang)


def article_in_full(article: str, lang: str) -> str:
    """Write `Điều 19.2` as official papers do: khoản 2 Điều 19; what is written otherwise stays."""
    if lang != "vi":
        return article

    def full(found: re.Match[str]) -> str:
        number, clause, letter = found.groups()
        steps = [f"điểm {letter}" if letter else "", f"khoản {clause}" if clause else "", f"Điều {number}"]
        return " ".join(filter(None, steps))

    return _ARTICLE.sub(full, article)
