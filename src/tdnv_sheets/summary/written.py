"""Write frozen dataclasses as JSON and read them back, by their own type hints: whatever fields they have or will get.

A text of an older program is read too: a field that it does not know yet takes its default, and one that is gone since
is passed over. Mappings keep their order, since what is drawn follows it.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

from tdnv_sheets import periods, records
from tdnv_sheets.rules import judgement
from tdnv_sheets.summary import figures, issued, ranking, rates, returns

_Read = TypeVar("_Read")

# Modules import for their hints only under TYPE_CHECKING, so names that they lack are looked up here.
_NAMES: Final[Mapping[str, object]] = MappingProxyType(
    {
        **vars(periods),
        **vars(records),
        **vars(judgement),
        **vars(issued),
        **vars(ranking),
        **vars(returns),
        **vars(figures),
        "Mapping": Mapping,
        "RateFormula": rates.RateFormula,
        "Fraction": Fraction,
        "date": date,
        "datetime": datetime,
    }
)
_DAY: Final = "day"
_MOMENT: Final = "moment"


def write(value: object) -> str:
    """Write a frozen dataclass, or anything that it is made of; raise `TypeError` for what could not be read back."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def read(text: str, kind: type[_Read]) -> _Read:
    """Read what `write` wrote of a *kind*; raise `ValueError` for a text that is none."""
    try:
        value: _Read = _value(json.loads(text), kind)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(kind.__name__) from problem
    return value


def _plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - what json takes; one line for each kind of value
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Fraction):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.init}
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((_plain(item) for item in value), key=json.dumps)
    raise TypeError(type(value).__name__)


def _value(plain: Any, kind: Any) -> Any:  # noqa: ANN401, PLR0911 - any value of any kind; a line for each
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _of_union(plain, inner)
    if origin is not None:
        return _of_many(plain, origin, inner)
    if kind is date:
        return date.fromisoformat(plain[_DAY])
    if kind is datetime:
        return datetime.fromisoformat(plain[_MOMENT])
    if is_dataclass(kind):
        return _record(plain, kind)
    if issubclass(kind, tuple):  # a NamedTuple
        return kind(*(_value(item, each) for item, each in zip(plain, hints(kind).values(), strict=True)))
    if issubclass(kind, Enum | Fraction):
        return kind(plain)
    if not isinstance(plain, kind):
        raise TypeError(kind)
    return plain


def _of_many(plain: Any, origin: Any, inner: tuple[Any, ...]) -> Any:  # noqa: ANN401 - as above
    if issubclass(origin, Mapping):
        return MappingProxyType({_value(key, inner[0]): _value(item, inner[1]) for key, item in plain})
    if origin is frozenset:
        return frozenset(_value(item, inner[0]) for item in plain)
    kinds = inner[:1] * len(plain) if inner[-1] is Ellipsis else inner
    return origin(_value(item, each) for item, each in zip(plain, kinds, strict=True))


def _of_union(plain: Any, kinds: tuple[Any, ...]) -> Any:  # noqa: ANN401 - as above
    if plain is None and types.NoneType in kinds:
        return None
    kinds = tuple(kind for kind in kinds if kind is not types.NoneType)
    if len(kinds) == 1:
        return _value(plain, kinds[0])
    # Of a cell: a day says that it is one, all else is as JSON has it.
    tagged = isinstance(plain, dict)
    if tagged and date in kinds:
        return _value(plain, date)
    if not tagged and type(plain) in kinds:
        return plain
    raise TypeError(plain)


def _record(plain: Any, kind: Any) -> Any:  # noqa: ANN401 - as above
    own = hints(kind)
    known = [each for each in fields(kind) if each.init]
    missing = [each.name for each in known if each.name not in plain]
    for each in known:
        if each.name in missing and each.default is MISSING and each.default_factory is MISSING:
            raise KeyError(each.name)
    return kind(**{each.name: _value(plain[each.name], own[each.name]) for each in known if each.name in plain})


@cache
def hints(kind: type) -> dict[str, Any]:
    """Give the types of a dataclass's or named tuple's fields."""
    return typing.get_type_hints(kind, globalns={**_NAMES, **vars(sys.modules[kind.__module__])})
