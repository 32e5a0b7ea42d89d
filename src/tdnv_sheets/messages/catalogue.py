"""Look words up: `say("register.title", "vi")`. Each TOML file beside this module is one area of the catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.findings import Finding, Level, Severity
from tdnv_sheets.shipped import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("vi", "en")


@cache
def area(name: str) -> dict[str, Any]:
    """Load one area: `{entry: {"vi": …, "en": …}}`."""
    with packaged("messages", f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def say(key: str, lang: str, /, **values: object) -> str:
    """Give the words of `area.entry` in *lang*, with {placeholders} filled from *values*."""
    name, _, entry = key.partition(".")
    text: str = area(name)[entry][lang]
    return text.format(**values) if values else text


def found(
    code: str,
    sheet: str = "",
    cell: str = "",
    row: int | None = None,
    *,
    column: str = "",
    value: str = "",
    values: Mapping[str, str] | None = None,
) -> Finding:
    """Make the finding *code*; how much it weighs and on which level it stands, the catalogue says."""
    entry = area("findings")[code]
    level, severity = Level(entry["level"]), Severity(entry["severity"])
    return Finding(code, severity, level, sheet, cell, row, column, value, values or {})


def finding_text(finding: Finding, lang: str) -> str:
    """Give the sentence that says what is wrong."""
    return _fill(finding, lang, "text")


def finding_fix(finding: Finding, lang: str) -> str:
    """Give the one thing to do about it."""
    return _fill(finding, lang, "fix")


def finding_copy(finding: Finding, lang: str) -> str:
    """Give what to do in the marked copy, where that has put something right already; empty where the fix holds there too."""
    return _fill(finding, lang, "copy") if f"copy_{lang}" in area("findings")[finding.code] else ""


def finding_hint(finding: Finding, lang: str) -> str:
    """Give how it comes about or where to click; empty where nothing helps."""
    return _fill(finding, lang, "hint") if f"hint_{lang}" in area("findings")[finding.code] else ""


def example_of(code: str) -> Finding:
    """Make the finding *code* as it may come about, with the catalogue's own example."""
    given: dict[str, Any] = dict(area("findings")[code].get("example", {}))
    row, places = given.pop("row", None), {name: given.pop(name, "") for name in ("cell", "column", "value")}
    return found(code, row=row, values=given, **places)


def _fill(finding: Finding, lang: str, part: str) -> str:
    text: str = area("findings")[finding.code][f"{part}_{lang}"]
    return text.format(value=finding.value, column=finding.column, row=finding.row, cell=finding.cell, **finding.values)
