"""Each regulation's demands with article and quote: the profile answers them, and the quotes are real.

`tests/law/ID.toml` maps every quote of the ground truth to the values of the profile that it proves, to questions that the
program answers, or to the reason why it asks nothing of a program.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tdnv_sheets import calendar, regulation
from tdnv_sheets.periods import parse_period
from tdnv_sheets.records import Assignment, Key
from tdnv_sheets.rules.status import judge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

LAW = Path(__file__).parent / "law"
BESIDE = (folder / "shared" / "regulations" for folder in Path(__file__).parents[2:])
TEXTS = next((folder for folder in BESIDE if folder.is_dir()), Path("no texts beside this checkout"))
TRUTH = TEXTS / "GROUND_TRUTH.md"
CALENDAR = calendar.load(None)
IDS = sorted(path.stem for path in LAW.glob("*.toml"))


@cache
def law(regulation_id: str) -> dict[str, Any]:
    return tomllib.loads((LAW / f"{regulation_id}.toml").read_text(encoding="utf-8"))


def entries(kind: str) -> list[Any]:
    return [
        pytest.param(
            regulation_id, entry, id=f"{regulation_id}-{entry['article'].removeprefix('Điều ')}-{kind}-{number}"
        )
        for regulation_id in IDS
        for number, entry in enumerate(law(regulation_id).get(kind, []))
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
    if ask == "switch":
        (switch,) = (switch for switch in rules.switches if switch.name == case["name"])
        return switch.value, switch.article
    if "fields" in case:
        return judged(rules, case), ""
    if ask == "assigners":
        return list(rules.assigners(rules.since)), rules.about("assigner")[0].article
    return about(rules, case) if "topic" in case else day_of(rules, case)


def day_of(rules: regulation.Regulation, case: dict[str, Any]) -> tuple[date | None, str]:
    """Give the day by which something is due, and its article."""
    ask, event = case["ask"], case.get("event", rules.since)
    if ask == "limit":
        limit = rules.limit(case["name"], case["case"], event, case.get("who", ""))
        assert limit is not None
        return limit.last_day(event, CALENDAR), limit.article
    if ask == "session":
        (duty,) = (duty for duty in rules.session_duties(event) if duty.who == case["who"])
        return duty.last_day(event, CALENDAR), duty.article
    if ask == "inaction":
        inaction = rules.inaction(event)
        assert inaction is not None
        return inaction.last_day(event), inaction.article
    period = parse_period(case["period"])
    who, subject = ("office", "regulation") if ask == "regulation_due" else (ask.removesuffix("_due"), "tasks")
    rule = rules.report_day(who, period, subject)
    assert rule is not None
    return rule.due(period), rule.article


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


@cache
def values(regulation_id: str) -> Mapping[str, regulation.Provision]:
    """Every value of a profile by its table and names, such as `limit office-entry office urgent`."""
    named = regulation.load(regulation_id).provisions()
    return {" ".join((table, *filter(None, value.names_it))): value for table, value in named}


@pytest.mark.parametrize(("regulation_id", "entry"), entries("value"))
def test_the_profile_says_what_the_article_says(regulation_id: str, entry: dict[str, Any]) -> None:
    value = values(regulation_id)[entry["of"]]
    assert value.article == entry["article"]
    for name, expected in entry["says"].items():
        said = getattr(value, name)
        if name in ("to", "text", "note"):  # words: the text is told shorter, what matters stands in it
            assert expected in (said if isinstance(said, str) else said["vi"]), name
        else:
            assert said == (tuple(expected) if isinstance(expected, list) else expected), name


@pytest.mark.parametrize(("regulation_id", "entry"), entries("case"))
def test_the_program_answers_as_the_article_demands(regulation_id: str, entry: dict[str, Any]) -> None:
    answer, article = answer_of(regulation.load(regulation_id), entry)
    assert answer == entry["answer"]
    assert article in ("", entry["article"])


@pytest.mark.parametrize("regulation_id", IDS)
def test_a_profile_has_nothing_on_what_its_text_is_silent_on(regulation_id: str) -> None:
    absent = law(regulation_id)["absent"]
    assert absent
    assert [name for name in values(regulation_id) if any(f"{name} ".startswith(f"{each} ") for each in absent)] == []


@pytest.mark.parametrize("regulation_id", IDS)
def test_every_quote_stands_in_the_text_of_the_regulation(regulation_id: str) -> None:
    texts = sorted(TEXTS.glob(f"{law(regulation_id)['source']}_*.txt"))
    if not texts:
        pytest.skip("the texts of the regulations are not beside this checkout")
    text = squeezed(texts[0].read_text(encoding="utf-8"))
    quotes = [entry["quote"] for kind in ("value", "case", "no_rule") for entry in law(regulation_id).get(kind, [])]
    assert [quote for quote in quotes if squeezed(quote) not in text] == []


def test_every_shipped_regulation_has_cases() -> None:
    assert set(regulation.available()) == set(IDS)


@pytest.mark.parametrize("regulation_id", IDS)
def test_every_number_of_a_profile_is_held_by_a_case_of_its_article(regulation_id: str) -> None:
    rules = regulation.load(regulation_id)
    covered = {entry["article"] for kind in ("value", "case") for entry in law(regulation_id).get(kind, [])}
    numbers = (*rules.limits, *rules.reports, *rules.stale, *rules.sessions, *rules.weekly, *rules.inactions)
    assert {provision.article for provision in numbers} - covered == set()


# ------------------------------------------------------------------ the ground truth


def quotes_of_the_ground_truth() -> list[tuple[str, str, str]]:
    """(source, article cell, quote) of every proof in GROUND_TRUTH.md."""
    found = []
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        for source, quote in re.findall(r"\[S(\d)\]«([^»]+)»", line):
            found.append((f"00{source}", cells[2].strip() if len(cells) > 2 else "", quote))
    return found


def articles_in(cell: str) -> set[int]:
    """The articles that a cell such as `6(1)a`, `11–15` or `17(6), 18(2)(3)` names; empty where it names none."""
    bare = re.sub(r"\([^)]*\)", "", cell)
    named = {int(number) for number in re.findall(r"\d+", bare)}
    for first, last in re.findall(r"(\d+)–(\d+)", bare):
        named |= set(range(int(first), int(last) + 1))
    return named


def numbers_in(text: str) -> set[int]:
    """The numbers that a quote states: not the articles that it refers to, nor «6 tháng», which is the half-year's name."""
    plain = re.sub(r"(Điều|[Kk]hoản) \d+|(?<!\d)6 tháng|https?:\S+", " ", text)
    plain = re.sub(r"^\d\. .*? \d\. ", " ", plain)  # two clauses of a list
    return {int(number) for number in re.findall(r"\d+", plain)}


@pytest.mark.skipif(not TRUTH.exists(), reason="the ground truth is not beside this checkout")
@pytest.mark.parametrize("regulation_id", IDS)
def test_every_quote_of_the_ground_truth_is_held_with_its_article_and_its_numbers(regulation_id: str) -> None:
    source = law(regulation_id)["source"]
    proofs = [(cell, quote) for of, cell, quote in quotes_of_the_ground_truth() if of == source]
    assert proofs
    no_rule = {entry["quote"]: entry["reason"] for entry in law(regulation_id).get("no_rule", [])}
    assert all(no_rule.values())
    wrong = {}
    for cell, quote in proofs:
        held = [
            e for kind in ("value", "case") for e in law(regulation_id).get(kind, []) if quote in squeezed(e["quote"])
        ]
        named = articles_in(cell)
        of_the_article = [e for e in held if not named or articles_in(e["article"].replace(".", " .")) & named]
        said = {number for e in of_the_article for number in said_by(e)}
        missing = numbers_in(quote) - said
        if quote not in no_rule and (not of_the_article or missing):
            wrong[quote] = missing or "no value, no case"
    assert wrong == {}


def said_by(entry: Mapping[str, Any]) -> set[int]:
    """The numbers that the profile is held to for an entry: of a value what it says, of a case its answer."""
    told = repr(entry.get("says", entry.get("answer")))
    if "datetime.date(" in told:
        told += " ".join(f"{number:02}" for number in map(int, re.findall(r"\d+", told)))
    return {int(number) for number in re.findall(r"\d+", told)}


@pytest.mark.skipif(not TRUTH.exists(), reason="the ground truth is not beside this checkout")
def test_the_ground_truth_has_all_its_quotes() -> None:
    assert len(quotes_of_the_ground_truth()) == 143
