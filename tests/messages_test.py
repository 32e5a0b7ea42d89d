"""The catalogue of words: complete in both languages, every entry used, every word that the source asks for there."""

from __future__ import annotations

import ast
import re
import string
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import tdnv_sheets
from tdnv_sheets.findings import Finding, Level, Severity
from tdnv_sheets.messages.catalogue import (
    LANGUAGES,
    area,
    example_of,
    finding_copy,
    finding_fix,
    finding_hint,
    finding_text,
    found,
)
from tdnv_sheets.messages.to_do import place_of, to_do_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE = Path(tdnv_sheets.__file__).parent
AREAS = sorted(path.stem for path in (SOURCE / "messages").glob("*.toml"))
FOR_CLERKS = [name for name in AREAS if name not in {"cli", "doctor", "errors", "regulation", "service", "takeover"}]
"""Areas that are never about commands and files of the program."""
ALWAYS_GIVEN = {"value", "column", "row", "cell"}
VALUES = [field.name for field in fields(Finding)].index("values")
"""Where a finding's values stand among its arguments."""
NO_WORDS = {"level", "severity", "example"}
"""What an entry of the findings holds besides words."""
NEEDED, OPTIONAL = ("text", "fix"), ("hint", "sum", "copy")
"""Parts of a finding's words: a hint stands only where one helps, a sum only where errors can be counted by a verb,
what to do in a marked copy only where that has put something right."""
MAKERS = {"found", "Finding", "about", "RowRule", "_check", "_refuse", "Refused", "refusal", "Check"}
"""What makes a finding, or a check that becomes one; its code is the first argument or `error=`."""


class Words(NamedTuple):
    area: str
    entry: str
    part: str
    lang: str
    text: str


def words_of(name: str) -> Iterator[Words]:
    for entry, parts in area(name).items():
        for key, text in parts.items():
            part, _, lang = key.rpartition("_")
            if key in NO_WORDS:
                continue
            yield Words(name, entry, part, lang, text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    paths = sorted(SOURCE.rglob("*.py"))
    return tuple((str(path.relative_to(SOURCE)), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Give all calls in the source as (module, name of what is called, call)."""
    found = []
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                found.append((module, name, node))
    return tuple(found)


def constants(node: ast.AST | None) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return set()


def codes_of(module: str, name: str, call: ast.Call) -> set[str]:
    if name == "about" and not module.startswith(("validate", "pipeline")):
        return set()  # other things speak of something too
    first = call.args[0] if call.args else None
    errors = [keyword.value for keyword in call.keywords if keyword.arg == "error"]
    return set().union(*(constants(node) for node in ([first] if name != "Check" else errors)))


@cache
def finding_codes() -> dict[str, str]:
    """Give every code of a finding that the source makes → the module."""
    found = {code: module for module, name, call in calls() if name in MAKERS for code in codes_of(module, name, call)}
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    pairs = [(target, node.value)]
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        pairs = list(zip(target.elts, node.value.elts, strict=True))
                    for name, value in pairs:
                        if isinstance(name, ast.Name) and name.id == "code":
                            found |= dict.fromkeys(constants(value) - {""}, module)
    return {code: module for code, module in found.items() if code}


@cache
def all_texts() -> frozenset[str]:
    """Give every text in the source that is no docstring."""
    texts = set()
    for _, tree in modules():
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs)
        texts |= {node.value for node in nodes if isinstance(node.value, str)}
    return frozenset(texts)


def given(call: ast.Call, skip: Iterable[str] = ()) -> set[str] | None:
    """Give the names of the values that a call passes; None when that cannot be seen in the source."""
    names: set[str] = set()
    values = [keyword.value for keyword in call.keywords if keyword.arg == "values"] + call.args[VALUES:]
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        if keyword.arg != "values" and keyword.arg not in skip:
            names.add(keyword.arg)
    for value in values:
        keys = [constants(key) for key in value.keys] if isinstance(value, ast.Dict) else [set[str]()]
        if not all(keys):
            return None
        names = names.union(*keys)
    return names


# ------------------------------------------------------------------ findings


def test_the_codes_of_findings_are_found_in_the_source() -> None:
    known = {"not-a-date", "foreign-row", "password", "date-order", "locked-cell-changed", "secret", "conflict"}

    assert known <= finding_codes().keys()


def test_every_finding_has_its_words_in_both_languages() -> None:
    needed = {"level", "severity", *(f"{part}_{lang}" for part in NEEDED for lang in LANGUAGES)}
    allowed = needed | {"example", *(f"{part}_{lang}" for part in OPTIONAL for lang in LANGUAGES)}

    assert {code: module for code, module in finding_codes().items() if code not in area("findings")} == {}
    assert {code: set(parts) for code, parts in area("findings").items() if not needed <= set(parts) <= allowed} == {}


def test_every_entry_of_the_findings_is_used() -> None:
    assert set(area("findings")) - all_texts() == set()


def test_a_finding_gives_what_its_words_ask_for() -> None:
    missing = {}
    for module, name, call in calls():
        values = (
            given(call, skip=ALWAYS_GIVEN | {"sheet", "severity", "level"})
            if name in {"found", "Finding", "about"}
            else None
        )
        if values is None:
            continue
        for code in codes_of(module, name, call):
            asked = {n for words in words_of("findings") if words.entry == code for n in placeholders(words.text)}
            asked -= {"count"} if f"sum_{LANGUAGES[0]}" in area("findings")[code] else set()
            if lacking := asked - ALWAYS_GIVEN - values:
                missing[f"{module} {code}"] = lacking

    assert missing == {}


def test_what_a_finding_says_ends_as_a_sentence_and_starts_with_a_capital() -> None:
    for words in words_of("findings"):
        if words.part == "sum":
            continue
        start = words.text.lstrip("«{")
        assert words.text.endswith((".", "):", "…")), words
        assert start[0].isupper() or words.text[0] in "«{", words


SAID = {"text": finding_text, "fix": finding_fix, "hint": finding_hint, "copy": finding_copy}


@pytest.mark.parametrize("code", area("findings"))
def test_the_example_of_a_finding_gives_each_value_that_its_words_ask_for_and_no_other(code: str) -> None:
    asked = {n for words in words_of("findings") if words.entry == code for n in placeholders(words.text)}
    if "sum_vi" in area("findings")[code]:
        asked -= {"count"}

    assert asked == set(area("findings")[code].get("example", ()))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", area("findings"))
def test_what_a_finding_says_is_whole_when_it_is_filled_with_its_example(code: str, lang: str) -> None:
    finding = example_of(code)

    for part, say_it in SAID.items():
        text = say_it(finding, lang)
        assert text or (part in OPTIONAL and f"{part}_{lang}" not in area("findings")[code]), part
        assert not re.search(r"[{}]|«\s*»|None", text), text


def test_a_hint_never_repeats_what_to_do_and_stays_short() -> None:
    for code, parts in area("findings").items():
        for lang in LANGUAGES:
            hint, fix = parts.get(f"hint_{lang}", ""), parts[f"fix_{lang}"]
            told = {sentence.strip() for sentence in re.split(r"[.;]", fix) if sentence.strip()}
            assert not told & {sentence.strip() for sentence in re.split(r"[.;]", hint)}, code
            assert len(hint) <= 180, (code, len(hint))


def test_only_errors_are_counted_by_a_verb_of_their_own_and_no_count_is_named_twice() -> None:
    for code, parts in area("findings").items():
        for key in {f"sum_{lang}" for lang in LANGUAGES} & parts.keys():
            assert parts["severity"] == "error", code
            assert placeholders(parts[key]) == {"count"}, code
            assert "count" not in placeholders(parts["text_vi"] + parts["fix_vi"]), code


def test_what_there_is_to_do_is_said_verbs_first_and_the_most_fundamental_first() -> None:
    cells = [
        ("future-date", "S9"),
        ("not-a-date", "S6"),
        ("not-a-date", "S7"),
        ("date-order", "S7"),
        ("required", "O6"),
    ]
    findings = [found(code, "Cập nhật", cell, column="Cột") for code, cell in cells]
    others = [found("missing-column", "Cập nhật"), found("not-cleared", "Cập nhật", "N6"), found("date-as-text")]

    assert to_do_line([(f, place_of(f)) for f in [*findings, *others]], "vi") == (
        "Cần thêm lại 1 cột, điền 1 ô còn thiếu, sửa 3 ngày, xem lại 1 chỗ cần lưu ý."
        " Chương trình đã tự chỉnh 1 chỗ, liệt kê ở cuối."
    )
    assert to_do_line([], "en") == "Nothing has to be corrected."
    assert to_do_line([(found("unreadable"), "")], "en") == "To do: deal with 1 problem(s) of rows or of the file."


def test_a_finding_is_filled_with_its_values() -> None:
    finding = Finding("not-a-date", Severity.ERROR, Level.CELL, "Cập nhật", "S6", 6, "Ngày hoàn thành", "mai")

    assert finding_text(finding, "vi") == "«mai» ở cột «Ngày hoàn thành» không phải là ngày."
    assert finding_fix(finding, "en") == "Write day/month/year, such as 15/06/2026."


def test_a_value_with_braces_is_shown_as_it_was_typed() -> None:
    finding = Finding("not-a-date", Severity.ERROR, Level.CELL, value="{column} {0} %s", column="Ngày")

    assert finding_text(finding, "en") == "«{column} {0} %s» in «Ngày» is not a date."


# ------------------------------------------------------------------ all areas


@pytest.mark.parametrize("name", AREAS)
def test_every_entry_has_both_languages_and_neither_is_empty(name: str) -> None:
    for entry, parts in area(name).items():
        stems = {key.rpartition("_")[0] for key in parts.keys() - NO_WORDS}
        assert parts.keys() - NO_WORDS == {
            f"{stem}_{lang}" if stem else lang for stem in stems for lang in LANGUAGES
        }, entry
        assert all(parts[key].strip() for key in parts.keys() - NO_WORDS), entry


@pytest.mark.parametrize("name", AREAS)
def test_both_languages_of_an_entry_ask_for_the_same_values(name: str) -> None:
    asked: dict[tuple[str, str], dict[str, set[str]]] = {}
    for words in words_of(name):
        names = placeholders(words.text)
        assert not {n for n in names if n.endswith(tuple(f"_{other}" for other in LANGUAGES if other != words.lang))}
        asked.setdefault((words.entry, words.part), {})[words.lang] = {n.removesuffix(f"_{words.lang}") for n in names}

    assert {key: both for key, both in asked.items() if both["vi"] != both["en"]} == {}


SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?"
    r"(?:[aeiouy]{1,3})(?:ng|nh|ch|[cmnpt])?",
    re.IGNORECASE,
)
NAMES = {
    "Excel",
    "Macintosh",
    "Workbook",
    "Word",
    "PowerPoint",
    "Apple",
    "Numbers",
    "OpenDocument",
    "ActiveX",
    "macro",
    "Ctrl",
    "End",
    "Enter",
    "VnTime",
}
ENGLISH = {"the", "not", "at", "it", "can", "but", "get", "set", "me", "be", "he", "we"}


@pytest.mark.parametrize("name", FOR_CLERKS)
def test_the_vietnamese_words_hold_no_english_no_identifier_and_no_program_talk(name: str) -> None:
    strange = {}
    for words in words_of(name):
        if words.lang != "vi":
            continue
        plain = "".join(part for part, _, _, _ in string.Formatter().parse(words.text))
        # What Excel calls it in English stands in brackets beside the Vietnamese words; names of files have a point.
        plain = re.sub(r"\([A-Z][a-z]+(?:[ >][^)]*)?\)", "", plain)
        plain = re.sub(r"(?<!\w)(?:\*|[\w-]+)?\.(?:xlsx?|xlsb|ods|docx?|pptx|csv|tdnv)\b", "", plain)
        latin = re.findall(r"(?<![\w'-])[A-Za-z][A-Za-z_]*(?![\w'-])", plain)
        odd = [w for w in latin if w not in NAMES and not w.isupper()]
        odd = [w for w in odd if not SYLLABLE.fullmatch(w) or w.lower() in ENGLISH]
        if odd or "_" in plain or re.search(r"[a-z]\.[a-z]|traceback|\bNone\b|\w\(\)", plain, re.IGNORECASE):
            strange[words.entry, words.part] = odd or plain

    assert strange == {}


def literal_keys() -> Iterator[tuple[str, str, ast.Call]]:
    for module, name, call in calls():
        if name == "say" and call.args:
            for key in constants(call.args[0]):
                yield module, key, call


def test_every_word_that_the_source_says_is_in_the_catalogue_in_both_languages() -> None:
    missing = set()
    for module, key, _ in literal_keys():
        name, dot, entry = key.partition(".")
        if dot:
            found = name in AREAS and set(LANGUAGES) <= area(name).get(entry, {}).keys()
        elif module.startswith("takeover"):
            found = f"note-{key}" in area("takeover")
        else:
            found = any(set(LANGUAGES) <= area(home).get(key, {}).keys() for home in ("register", "report", "template"))
        if not found:
            missing.add(f"{module}: {key}")

    assert missing == set()


def test_what_is_said_is_given_the_values_that_its_words_ask_for() -> None:
    wrong = {}
    for module, key, call in literal_keys():
        name, dot, entry = key.partition(".")
        values = given(call)
        if dot and values is not None and name in AREAS and entry in area(name):
            asked = set().union(*(placeholders(area(name)[entry][lang]) for lang in LANGUAGES))
            if asked != values:
                wrong[f"{module}: {key}"] = asked ^ values

    assert wrong == {}


def test_every_word_whose_name_is_put_together_has_at_least_one_entry() -> None:
    missing = set()
    for module, name, call in calls():
        first = call.args[0] if name == "say" and call.args else None
        if isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
            home, dot, prefix = str(first.values[0].value).partition(".")
            if dot and not any(entry.startswith(prefix) for entry in area(home)):
                missing.add(f"{module}: {home}.{prefix}…")

    assert missing == set()


# ------------------------------------------------------------------ reasons to stop

REASONS = {"WrongUsage", "WaitsForPerson", "BrokenSurroundings"}


def test_every_reason_to_stop_has_its_sentence_and_gives_what_it_asks_for() -> None:
    found = 0
    for module, name, call in calls():
        for code in codes_of(module, name, call) if name in REASONS else ():
            found += 1
            assert set(LANGUAGES) <= area("errors").get(code, {}).keys(), f"{module}: {code}"
            asked = set().union(*(placeholders(area("errors")[code][lang]) for lang in LANGUAGES))
            values = given(call)
            assert values is None or asked <= values, f"{module}: {code} lacks {asked - (values or set())}"

    assert found > 20
