"""Each regulation's demands as cases with article and quote: the profile answers them, and the quotes are real."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.status import judge

LAW = Path(__file__).parent / "law"
TEXTS = Path(__file__).parents[2] / "shared" / "regulations"
CALENDAR = calendar.load(None)


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}-{case['article'].removeprefix('Điều ')}-{case['ask']}-{number}")
        for path in sorted(LAW.glob("*.toml"))
        for number, case in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["case"])
    ]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def judged(rules: regulation.Regulation, case: dict[str, Any]) -> str:
    row = Assignment(Key("NV-2026-00001", "PKT"), case["fields"])
    judgement = judge(row, case["as_of"], regulation=rules, calendar=CALENDAR, due_soon_days=5)
    if case["ask"] == "status":
        return judgement.status
    return case["answer"] if case["answer"] in judgement.alerts else ", ".join(judgement.alerts)


def answer_of(rules: regulation.Regulation, case: dict[str, Any]) -> tuple[Any, str]:
    """Give what the program answers, and the article that it names for it (empty: none of its own)."""
    ask = case["ask"]
    if ask in ("unit_due", "office_due"):
        period = parse_period(case["period"])
        rule = rules.report_day(ask.removesuffix("_due"), period)
        assert rule is not None
        return (rules.unit_due if ask == "unit_due" else rules.office_due)(period), rule.article
    if ask == "limit":
        limit = rules.limit(case["name"], case["case"], case["event"])
        assert limit is not None
        return limit.last_day(case["event"], CALENDAR), limit.article
    if ask == "switch":
        switch = rules.switches[case["name"]]
        return switch.value, switch.article
    if "fields" in case:
        return judged(rules, case), ""
    if ask == "assigners":
        return list(rules.assigners), rules.about("assigner")[0].article
    return about(rules, case)


def about(rules: regulation.Regulation, case: dict[str, Any]) -> tuple[Any, str]:
    clauses = rules.about(case["topic"])
    articles = [clause.article for clause in clauses]
    article = case["article"] if case["article"] in articles else articles[0]
    if case["ask"] == "count":
        return len(clauses), article
    if case["ask"] == "keys":
        return [clause.key for clause in clauses], article
    (clause,) = (clause for clause in clauses if clause.key == case["key"])
    return list(clause.names), clause.article


@pytest.mark.parametrize(("regulation_id", "case"), cases())
def test_the_program_answers_as_the_article_demands(regulation_id: str, case: dict[str, Any]) -> None:
    answer, article = answer_of(regulation.load(regulation_id), case)
    assert answer == case["answer"]
    assert article in ("", case["article"])


@pytest.mark.parametrize("path", sorted(LAW.glob("*.toml")), ids=lambda path: path.stem)
def test_every_quote_stands_in_the_text_of_the_regulation(path: Path) -> None:
    law = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = sorted(TEXTS.glob(f"{law['source']}_*.txt"))
    if not texts:
        pytest.skip("the texts of the regulations are not beside this checkout")
    text = squeezed(texts[0].read_text(encoding="utf-8"))
    missing = [case["quote"] for case in law["case"] if squeezed(case["quote"]) not in text]
    assert missing == []


def test_every_shipped_regulation_has_cases() -> None:
    assert {path.stem for path in LAW.glob("*.toml")} == set(regulation.available())


@pytest.mark.parametrize("path", sorted(LAW.glob("*.toml")), ids=lambda path: path.stem)
def test_every_article_that_a_profile_takes_a_number_from_has_a_case(path: Path) -> None:
    rules = regulation.load(path.stem)
    covered = {case["article"] for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]}
    assert {provision.article for provision in (*rules.limits, *rules.reports, *rules.stale)} <= covered
