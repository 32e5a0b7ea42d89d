"""What a frozen report is written as: every value that a report can hold comes back, also into newer and older shapes."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdnv_sheets.render.report_view import Paper
from tdnv_sheets.summary.figures import Summary
from tdnv_sheets.summary.written import hints, read, write

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-9, 10**6),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    Fraction: st.fractions(0, 1),
    types.NoneType: st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, PLR0911 - any hint; a line for each
    """Make values of a type hint, however it is built up."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(values(each) for each in inner))
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=2).map(MappingProxyType)
    if origin is frozenset:
        return st.frozensets(values(inner[0]), max_size=2)
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, inner))
    if issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    own = hints(kind)
    names = [each.name for each in fields(kind)] if is_dataclass(kind) else list(own)
    return st.fixed_dictionaries({name: values(own[name]) for name in names}).map(lambda given: kind(**given))


@settings(max_examples=25)
@given(values(Paper))
def test_whatever_a_report_may_hold_comes_back_as_it_was(paper: Paper) -> None:
    text = write(paper)

    assert read(text, Paper) == paper
    assert write(read(text, Paper)) == text


@settings(max_examples=25)
@given(st.permutations(["tỷ lệ", "b", "a", "z"]))
def test_mappings_keep_their_order_since_drawing_follows_it(names: list[str]) -> None:
    before = Colours(MappingProxyType(dict.fromkeys(names, "x")))

    assert list(read(write(before), Colours).colours) == names


@dataclass(frozen=True)
class Colours:
    colours: Mapping[str, str]


@dataclass(frozen=True)
class Older:
    name: str
    gone: int


@dataclass(frozen=True)
class Newer:
    name: str
    added: tuple[date, ...] = ()
    more: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Stricter:
    name: str
    needed: int


def test_a_text_of_an_older_program_is_read_and_what_it_did_not_know_is_as_by_default() -> None:
    assert read(write(Older("a", 3)), Newer) == Newer("a")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (write(Older("a", 3)), Stricter),
        ('{"name":3}', Newer),
        ('{"name":"a","added":["2026-06-10"]}', Newer),
        ('{"name":"a","more":5}', Newer),
        ("[]", Newer),
        ("{", Newer),
    ],
)
def test_a_text_that_is_none_is_an_error_and_no_guess(text: str, kind: type[Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(text, kind)


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(TypeError, match="set"):
        write(Colours({"a": {1}}))  # type: ignore[dict-item]


def test_every_field_that_may_be_missing_in_a_frozen_report_has_a_default() -> None:
    """A field added to the figures later must have one, else reports frozen before could not be drawn again."""
    needed = [each.name for each in fields(Summary) if each.default is MISSING and each.default_factory is MISSING]
    first = ["period", "as_of", "regulation", "units", "total", "previous_total", "distinct", "rates", "overdue"]
    assert needed == [*first, "checks", "between"]
