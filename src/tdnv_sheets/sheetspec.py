"""The list of columns: one TOML per table under `schemas/`, from which template, reader, validator and register take theirs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tdnv_sheets.errors import BrokenDeclaration
from tdnv_sheets.shipped import shipped
from tdnv_sheets.text.unicode import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Owner(StrEnum):
    """Who may write a field; `computed` is never merged in, `key` never changes."""

    OFFICE = "office"
    UNIT = "unit"
    COMPUTED = "computed"
    KEY = "key"


class Kind(StrEnum):
    """What a cell of the field holds once it is understood."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    INTEGER = "integer"
    UNIT = "unit"
    """A unit's code in the program, its name in a workbook."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value: its code word and the words that people see and type."""

    code: str
    labels: Mapping[str, str]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One column, for all who need to know about it."""

    name: str
    headers: Mapping[str, str]
    owner: Owner
    kind: Kind
    help: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Every word that may be typed for a choice, folded → its code."""
    required: bool = False
    required_when: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Field → codes: the cell must be filled when that field holds one of the codes."""
    may_clear: bool = True
    """Whether a returned file may empty a filled cell."""
    max_length: int = 4000
    fillable: bool = False
    """Whether one cell merged over several rows says the same for each of them."""
    format: str = ""
    """What a text has to look like: `document_number`, or anything."""
    width: int = 16
    """Column width in characters."""
    shows: tuple[str, ...] = ()
    """The sheets that show it: `register`, `update`, `missing`."""

    def header(self, lang: str) -> str:
        """Give the caption in *lang*."""
        return self.headers[lang]

    def label(self, code: object, lang: str) -> str:
        """Give the words for a choice's code; the code itself when it is not one of ours."""
        return next((c.labels[lang] for c in self.choices if c.code == code), "" if code is None else str(code))


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """All fields of one table in their order."""

    name: str
    version: int
    fields: tuple[FieldSpec, ...]
    by_name: Mapping[str, FieldSpec]
    by_sheet: Mapping[str, tuple[FieldSpec, ...]]

    def shown_on(self, sheet: str) -> tuple[FieldSpec, ...]:
        """Give the fields that *sheet* shows, in order."""
        return self.by_sheet.get(sheet, ())


LANGUAGES: Final = ("vi", "en")
FORMATS: Final = ("", "document_number")


@cache
def assignment_spec() -> SheetSpec:
    """Load the fields of an assignment (design §4)."""
    return load(shipped("schemas", "assignment.toml"))


@cache
def unit_spec() -> SheetSpec:
    """Load the columns of the unit list."""
    return load(shipped("schemas", "unit.toml"))


@cache
def round_report_spec() -> SheetSpec:
    """Load the lines of the sheet «Báo cáo» in a unit workbook."""
    return load(shipped("schemas", "round_report.toml"))


def load(path: Path) -> SheetSpec:
    """Read a spec; raise `BrokenDeclaration` naming the field and key that cannot be used."""
    with path.open("rb") as file:
        raw = tomllib.load(file)
    fields = tuple(_field(path, entry) for entry in raw["field"])
    by_name = {spec.name: spec for spec in fields}
    if len(by_name) != len(fields):
        raise BrokenDeclaration(path, "field.name", "twice the same name")
    for spec in fields:
        for other in spec.required_when:
            if other not in by_name:
                raise BrokenDeclaration(path, f"{spec.name}.required_when", f"no such field: {other}")
    first = raw["sheet"].get("first", {})
    sheets = {name for spec in fields for name in spec.shows}
    by_sheet = {name: _ordered(path, [spec for spec in fields if name in spec.shows], name, first) for name in sheets}
    return SheetSpec(
        raw["sheet"]["name"], raw["sheet"]["version"], fields, MappingProxyType(by_name), MappingProxyType(by_sheet)
    )


def _ordered(path: Path, fields: list[FieldSpec], sheet: str, first: dict[str, list[str]]) -> tuple[FieldSpec, ...]:
    """Put what *sheet* shows first before the rest, which stays in its order."""
    ahead, shown = first.get(sheet, []), {spec.name for spec in fields}
    for name in ahead:
        if name not in shown:
            raise BrokenDeclaration(path, f"sheet.first.{sheet}", f"not shown there: {name}")
    rank = {name: place for place, name in enumerate(ahead)}
    return tuple(sorted(fields, key=lambda spec: rank.get(spec.name, len(rank))))


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        message = f"{value!r} is none of {', '.join(filter(None, known))}"
        raise ValueError(message)
    return value


def _field(path: Path, raw: dict[str, Any]) -> FieldSpec:
    name = raw.get("name", "?")
    try:
        choices = tuple(
            Choice(c["code"], {lang: c[lang] for lang in LANGUAGES}, tuple(c.get("aliases", ())))
            for c in raw.get("choices", ())
        )
        return FieldSpec(
            name=raw["name"],
            headers={lang: raw[lang] for lang in LANGUAGES},
            owner=Owner(raw["owner"]),
            kind=Kind(raw["type"]),
            help={lang: raw.get(f"help_{lang}", "") for lang in LANGUAGES},
            aliases=tuple(raw.get("aliases", ())),
            choices=choices,
            words={fold(word): c.code for c in choices for word in (c.code, *c.labels.values(), *c.aliases)},
            required=raw.get("required", False),
            required_when={other: tuple(codes) for other, codes in raw.get("required_when", {}).items()},
            may_clear=raw.get("may_clear", True),
            max_length=raw.get("max_length", 4000),
            fillable=raw.get("fillable", False),
            format=_one_of(raw.get("format", ""), FORMATS),
            width=raw.get("width", 16),
            shows=tuple(raw.get("shows", ())),
        )
    except (KeyError, ValueError) as problem:
        raise BrokenDeclaration(path, f"field {name}", str(problem)) from problem
