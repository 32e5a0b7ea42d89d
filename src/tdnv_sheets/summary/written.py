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
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tdnv_sheets import periods, records
from tdnv_sheets.rules import judgement
from tdnv_sheets.summary import figures, issued, ranking, rates, returns

if TYPE_CHECKING:
    from collections.abc import Callable

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
_AS_IT_IS: Final = frozenset({str, int, float, bool, types.NoneType})
_DAY: Final = "day"
_MOMENT: Final = "moment"


def write(value: object) -> str:
    """Write a frozen dataclass, or anything that it is made of; raise `TypeError` for what could not be read back."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def read(text: str, kind: type[_Read]) -> _Read:
    """Read what `write` wrote of a *kind*; raise `ValueError` for a text that is none."""
    of: Any = kind
    try:
        value: _Read = _reader(of)(json.loads(text))
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(kind.__name__) from problem
    return value


def _plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - what json takes; one line for each kind of value
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Fraction):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _written_fields(type(value))}
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(item)] for key, item in value.items()]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((_plain(item) for item in value), key=json.dumps)
    raise TypeError(type(value).__name__)


@cache
def _written_fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - any dataclass
    return tuple(each.name for each in fields(kind) if each.init)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401, PLR0911 - of any type; a line for each kind of type
    """Give what reads a value of a type; made once, since lists hold some thousand values of each."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _of_union(inner)
    if origin is not None:
        return _of_many(origin, inner)
    if kind is date:
        return lambda plain: date.fromisoformat(plain[_DAY])
    if kind is datetime:
        return lambda plain: datetime.fromisoformat(plain[_MOMENT])
    if is_dataclass(kind):
        return _of_record(kind)
    if issubclass(kind, tuple):  # a NamedTuple
        parts = [_reader(each) for each in hints(kind).values()]
        return lambda plain: kind(*(part(item) for part, item in zip(parts, plain, strict=True)))
    if issubclass(kind, Enum | Fraction):
        return partial(kind)
    return partial(_as_it_is, frozenset({kind}))


def _as_it_is(kinds: frozenset[type], plain: Any) -> Any:  # noqa: ANN401 - what json gives
    if type(plain) not in kinds:
        raise TypeError(plain)
    return plain


def _of_many(origin: Any, inner: tuple[Any, ...]) -> Callable[[Any], Any]:  # noqa: ANN401 - of any type
    if issubclass(origin, Mapping):
        key_of, item_of = map(_reader, inner)
        return lambda plain: MappingProxyType({key_of(key): item_of(item) for key, item in plain})
    if inner[-1] is Ellipsis or len(inner) == 1:
        one = _reader(inner[0])
        return lambda plain: origin(map(one, plain))
    parts = [_reader(each) for each in inner]
    return lambda plain: origin(part(item) for part, item in zip(parts, plain, strict=True))


def _of_union(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    others = tuple(kind for kind in kinds if kind is not types.NoneType)
    if len(others) == 1:
        only = _reader(others[0])
        return lambda plain: None if plain is None else only(plain)
    # Of a cell: a day says that it is one, all else is as JSON has it.
    alike, day = partial(_as_it_is, frozenset(kinds) - {date}), _reader(date)
    tagged = date in kinds
    return lambda plain: day(plain) if tagged and type(plain) is dict else alike(plain)


def _of_record(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - any dataclass
    own = hints(kind)
    readers = {each.name: _reader(own[each.name]) for each in fields(kind) if each.init}
    needed = {
        each.name for each in fields(kind) if each.init and each.default is MISSING and each.default_factory is MISSING
    }

    def read_record(plain: Any) -> Any:  # noqa: ANN401 - what json gives, and the dataclass
        if not plain.keys() >= needed:
            raise KeyError(kind.__name__)
        return kind(**{name: readers[name](value) for name, value in plain.items() if name in readers})

    return read_record


@cache
def hints(kind: type) -> dict[str, Any]:
    """Give the types of a dataclass's or named tuple's fields."""
    return typing.get_type_hints(kind, globalns={**_NAMES, **vars(sys.modules[kind.__module__])})
